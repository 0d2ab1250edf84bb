"""With NumPy."""

# %% task1
import numpy as np


def output_shape(shape, filters, kernel, stride=1, padding=0):
    sides = (np.array(shape[1:]) - np.array(kernel) + 2 * padding) // stride + 1
    if (sides <= 0).any():
        raise ValueError("too small")
    return (filters, *sides.tolist())


def parameter_count(in_channels, filters, kernel, groups=1, bias=True):
    return int(np.prod([filters, in_channels // groups, *kernel])) + filters * bias


# %% task2
import numpy as np


def conv2d(x, weight, bias=None, stride=1, padding=0):
    padded = np.pad(x.numpy(), [(0, 0), (0, 0), (padding, padding), (padding, padding)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, weight.shape[2:], axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride]
    out = np.tensordot(windows, weight.numpy(), axes=([1, 4, 5], [1, 2, 3])).transpose(0, 3, 1, 2)
    out = torch.from_numpy(np.ascontiguousarray(out))
    return out if bias is None else out + bias.view(-1, 1, 1)


# %% task3
import numpy as np


def windows(x, size, stride, padding, fill):
    stride = stride or size
    padded = np.pad(x.numpy(), [(0, 0), (0, 0), (padding,) * 2, (padding,) * 2], constant_values=fill)
    every = np.lib.stride_tricks.sliding_window_view(padded, (size, size), axis=(2, 3))
    return every[:, :, ::stride, ::stride]


def max_pool(x, size, stride=None, padding=0):
    return torch.from_numpy(windows(x, size, stride, padding, -np.inf).max(axis=(-1, -2)))


def average_pool(x, size, stride=None, padding=0):
    return torch.from_numpy(windows(x, size, stride, padding, 0).mean(axis=(-1, -2)))


# %% task5
class BatchNorm(nn.Module):
    """With broadcasting, keepdim and lerp_."""

    def __init__(self, channels, momentum=0.1, eps=1e-5):
        super().__init__()
        self.gamma = torch.nn.Parameter(torch.ones(channels))
        self.beta = torch.nn.Parameter(torch.zeros(channels))
        self.register_buffer("mean", torch.zeros(channels))
        self.register_buffer("var", torch.ones(channels))
        self.register_buffer("batches", torch.tensor(0))
        self.momentum, self.eps = momentum, eps

    def forward(self, x):
        def wide(values):
            return values.reshape(1, -1, *[1] * (x.ndim - 2))

        if not self.training:
            normed = (x - wide(self.mean)) / torch.sqrt(wide(self.var) + self.eps)
            return normed * wide(self.gamma) + wide(self.beta)
        axes = (0, *range(2, x.ndim))
        self.batches += 1
        mean = x.mean(axes, keepdim=True)
        var = (x - mean).square().mean(axes, keepdim=True)
        self.mean.lerp_(mean.detach().flatten(), self.momentum)
        self.var.lerp_(x.detach().var(axes), self.momentum)
        return (x - mean) / torch.sqrt(var + self.eps) * wide(self.gamma) + wide(self.beta)


# %% task6
def conv2d_backward(x, weight, grad_out, stride=1, padding=0):
    """Place by place: each number of grad_out puts the filter down."""
    fh, fw = weight.shape[2:]
    padded = F.pad(x, (padding,) * 4)
    grad_padded = torch.zeros_like(padded)
    grad_weight = torch.zeros_like(weight)
    for n in range(grad_out.shape[0]):
        for o in range(grad_out.shape[1]):
            for i in range(grad_out.shape[2]):
                for j in range(grad_out.shape[3]):
                    top, left, pull = i * stride, j * stride, grad_out[n, o, i, j]
                    grad_weight[o] += pull * padded[n, :, top : top + fh, left : left + fw]
                    grad_padded[n, :, top : top + fh, left : left + fw] += pull * weight[o]
    h, w = x.shape[2:]
    grad_x = grad_padded[:, :, padding : padding + h, padding : padding + w]
    return grad_x, grad_weight, grad_out.sum(dim=3).sum(dim=2).sum(dim=0)


import numpy as np


def largest_error(function, gradient, x, eps=1e-6):
    numerical = np.zeros(tuple(x.shape))
    for index in np.ndindex(*x.shape):
        plus, minus = x.clone(), x.clone()
        plus[index] += eps
        minus[index] -= eps
        numerical[index] = (function(plus) - function(minus)).item() / (2 * eps)
    return float(np.abs(numerical - gradient(x).numpy()).max())
