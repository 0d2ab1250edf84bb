"""As the lessons write it."""


# %% task1
def output_shape(shape, filters, kernel, stride=1, padding=0):
    """(C, H, W), number of filters, (FH, FW), stride, padding -> (filters, H', W'), three ints.

    Raises ValueError where the filter is larger than the padded picture.
    """
    channels, height, width = shape
    if kernel[0] > height + 2 * padding or kernel[1] > width + 2 * padding:
        raise ValueError("the filter does not fit")
    rows = (height - kernel[0] + 2 * padding) // stride + 1
    columns = (width - kernel[1] + 2 * padding) // stride + 1
    return filters, rows, columns


def parameter_count(in_channels, filters, kernel, groups=1, bias=True):
    """Channels of the input, number of filters, (FH, FW) -> how many numbers the layer learns, an int."""
    weights = kernel[0] * kernel[1] * in_channels // groups
    if bias:
        return (weights + 1) * filters
    return weights * filters


# %% task2
def conv2d(x, weight, bias=None, stride=1, padding=0):
    """x (N, C, H, W), weight (O, C, FH, FW), bias (O,) or None -> (N, O, H', W')."""
    rows, columns = weight.shape[-2:]
    patches = F.unfold(x, kernel_size=(rows, columns), stride=stride, padding=padding)  # (N, C*FH*FW, places)
    out = weight.flatten(start_dim=1) @ patches
    if bias is not None:
        out = out + bias[:, None]
    height = (x.shape[2] - rows + 2 * padding) // stride + 1
    width = (x.shape[3] - columns + 2 * padding) // stride + 1
    return out.view(len(x), len(weight), height, width)


# %% task3
def windows(x, size, stride):
    """All windows of x (N, C, H, W) -> (N, C, rows, columns, size, size)."""
    return x.unfold(2, size, stride).unfold(3, size, stride)


def max_pool(x, size, stride=None, padding=0):
    """(N, C, H, W) -> (N, C, H', W'): the largest number of each window. The frame never wins."""
    if stride is None:
        stride = size
    x = F.pad(x, (padding, padding, padding, padding), value=-float("inf"))
    return windows(x, size, stride).amax(dim=(-2, -1))


def average_pool(x, size, stride=None, padding=0):
    """(N, C, H, W) -> (N, C, H', W'): the mean of each window. The frame counts as zeros."""
    if stride is None:
        stride = size
    x = F.pad(x, (padding, padding, padding, padding))
    return windows(x, size, stride).mean(dim=(-2, -1))


# %% task4
def receptive_field(layers):
    """[(kernel, stride, padding), …] from the picture upwards -> (field, jump), two ints."""
    field, jump = 1, 1
    for kernel, stride, padding in layers:
        field += (kernel - 1) * jump
        jump *= stride
    return field, jump


def seen(layers, index):
    """The same list, and which number at the top -> (first, last) pixel that it depends on, two ints."""
    first, last = index, index
    for kernel, stride, padding in reversed(layers):
        first = first * stride - padding
        last = last * stride - padding + kernel - 1
    return first, last


# %% task5
class BatchNorm(nn.Module):
    """Batch normalisation of (N, C, …), each channel by itself. See the text for gamma, beta, mean, var."""

    def __init__(self, channels, momentum=0.1, eps=1e-5):
        super().__init__()
        self.momentum = momentum
        self.eps = eps
        self.gamma = nn.Parameter(torch.ones(channels))
        self.beta = nn.Parameter(torch.zeros(channels))
        self.register_buffer("mean", torch.zeros(channels))
        self.register_buffer("var", torch.ones(channels))

    def forward(self, x):
        """(N, C, …) -> the same shape."""
        axes = [0] + list(range(2, x.ndim))
        shape = [-1] + [1] * (x.ndim - 2)
        mean, var = self.mean, self.var
        if self.training:
            mean, var = x.mean(dim=axes), x.var(dim=axes, correction=0)
            unbiased = x.var(dim=axes, correction=1)
            self.mean = (1 - self.momentum) * self.mean + self.momentum * mean.detach()
            self.var = (1 - self.momentum) * self.var + self.momentum * unbiased.detach()
        x = (x - mean.view(shape)) / (var.view(shape) + self.eps).sqrt()
        return self.gamma.view(shape) * x + self.beta.view(shape)


# %% task6
def conv2d_backward(x, weight, grad_out, stride=1, padding=0):
    """x (N, C, H, W), weight (O, C, FH, FW), grad_out (N, O, H', W') -> (grad_x, grad_weight, grad_bias).

    They are as large as x, weight and the bias (O,).
    """
    size = weight.shape[-2:]
    g = grad_out.flatten(start_dim=2)  # (N, O, places)
    patches = F.unfold(x, kernel_size=size, stride=stride, padding=padding)  # (N, C*FH*FW, places)
    grad_weight = (g @ patches.transpose(1, 2)).sum(dim=0).view(weight.shape)
    grad_patches = weight.flatten(start_dim=1).T @ g
    grad_x = F.fold(grad_patches, x.shape[2:], kernel_size=size, stride=stride, padding=padding)
    return grad_x, grad_weight, grad_out.sum(dim=(0, 2, 3))


def largest_error(function, gradient, x, eps=1e-6):
    """function: tensor like x -> one number; gradient: tensor like x -> tensor like x; x float64 -> float."""
    given = gradient(x).flatten()
    largest = 0.0
    for k in range(x.numel()):
        step = torch.zeros(x.numel(), dtype=x.dtype)
        step[k] = eps
        step = step.view(x.shape)
        slope = (function(x + step) - function(x - step)) / (2 * eps)
        largest = max(largest, abs(slope - given[k]).item())
    return largest


# %% task7
from helpers import fit


def small_cnn():
    """-> an untrained network, at most 5,000 parameters: (N, 1, 28, 28) -> scores (N, 10)."""
    return nn.Sequential(
        nn.Conv2d(1, 8, 5, padding=2),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 12, 3, padding=1),
        nn.BatchNorm2d(12),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(12, 16, 3, padding=1),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(16 * 3 * 3, 10),
    )


def train(model, images, labels):
    """Train the model in place; images (4000, 1, 28, 28) from 0 to 1, labels (4000,)."""
    optimizer = torch.optim.Adam(model.parameters())
    steps = 6 * -(-len(images) // 64)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.01, total_steps=steps)
    fit(model, (images, labels), epochs=6, optimizer=optimizer, scheduler=schedule)
