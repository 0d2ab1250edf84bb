"""Right and wrong answers to homework 4 (the layers of a CNN). See `homework.trial`."""

LOOPS_CONV = '''
def conv2d(x, weight, bias=None, stride=1, padding=0):
    """Patch by patch."""
    n, _, h, w = x.shape
    filters, _, fh, fw = weight.shape
    padded = F.pad(x, (padding, padding, padding, padding))
    rows = (h + 2 * padding - fh) // stride + 1
    columns = (w + 2 * padding - fw) // stride + 1
    out = torch.zeros(n, filters, rows, columns, dtype=x.dtype)
    for i in range(rows):
        for j in range(columns):
            top, left = i * stride, j * stride
            patch = padded[:, :, top : top + fh, left : left + fw]
            for o in range(filters):
                out[:, o, i, j] = (patch * weight[o]).sum(dim=(1, 2, 3))
                if bias is not None:
                    out[:, o, i, j] += bias[o]
    return out
'''

STAMPS = '''
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
'''

IN_PLACE_ERROR = '''

def largest_error(function, gradient, x, eps=1e-6):
    """One number after the other, moved in place and put back."""
    exact, flat, worst = gradient(x), x.view(-1), 0.0
    for k in range(len(flat)):
        kept = flat[k].item()
        flat[k] = kept + eps
        above = float(function(x))
        flat[k] = kept - eps
        below = float(function(x))
        flat[k] = kept
        worst = max(worst, abs((above - below) / (2 * eps) - float(exact.view(-1)[k])))
    return worst
'''

ROWS_NORM = '''
class BatchNorm(nn.Module):
    """All numbers of a channel in one column."""

    def __init__(self, channels, momentum=0.1, eps=1e-5):
        super().__init__()
        self.momentum, self.eps, self.channels = momentum, eps, channels
        self.gamma, self.beta = nn.Parameter(torch.ones(channels)), nn.Parameter(torch.zeros(channels))
        self.register_buffer("mean", torch.zeros(channels))
        self.register_buffer("var", torch.ones(channels))

    def forward(self, x):
        swapped = x.transpose(1, -1)
        columns = swapped.reshape(-1, self.channels)
        if self.training:
            count = columns.shape[0]
            mean = columns.sum(0) / count
            var = ((columns - mean) ** 2).sum(0) / count
            self.mean = (1 - self.momentum) * self.mean + self.momentum * mean.detach()
            self.var = (1 - self.momentum) * self.var + self.momentum * (var * count / (count - 1)).detach()
        else:
            mean, var = self.mean, self.var
        normed = (columns - mean) * torch.rsqrt(var + self.eps)
        return (normed * self.gamma + self.beta).reshape(swapped.shape).transpose(1, -1)
'''

RIGHT = {
    "with loops": {
        "task1": '''
def output_shape(shape, filters, kernel, stride=1, padding=0):
    """By counting the places."""
    def places(pixels, size):
        count = 0
        position = -padding
        while position + size <= pixels + padding:
            count = count + 1
            position = position + stride
        if count == 0:
            raise ValueError("the filter is too large")
        return count

    return (filters, places(shape[1], kernel[0]), places(shape[2], kernel[1]))


def parameter_count(in_channels, filters, kernel, groups=1, bias=True):
    total = 0
    for _ in range(filters):
        total += kernel[0] * kernel[1] * in_channels // groups
        if bias:
            total += 1
    return total
''',
        "task2": LOOPS_CONV,
        "task3": """
def max_pool(x, size, stride=None, padding=0):
    return pooled(x, size, stride, padding, float("-inf"), torch.max)


def average_pool(x, size, stride=None, padding=0):
    return pooled(x, size, stride, padding, 0, torch.mean)


def pooled(x, size, stride, padding, fill, function):
    if stride is None:
        stride = size
    n, c, h, w = x.shape
    frame = torch.full((n, c, h + 2 * padding, w + 2 * padding), fill, dtype=x.dtype)
    frame[:, :, padding : padding + h, padding : padding + w] = x
    rows = (h + 2 * padding - size) // stride + 1
    columns = (w + 2 * padding - size) // stride + 1
    out = torch.zeros(n, c, rows, columns, dtype=x.dtype)
    for picture in range(n):
        for channel in range(c):
            for i in range(rows):
                for j in range(columns):
                    top, left = i * stride, j * stride
                    window = frame[picture, channel, top : top + size, left : left + size]
                    out[picture, channel, i, j] = function(window)
    return out
""",
        "task6": STAMPS + IN_PLACE_ERROR,
    },
    "with einsum and views": {
        "task2": """
def conv2d(x, weight, bias=None, stride=1, padding=0):
    fh, fw = weight.shape[-2:]
    padded = F.pad(x, (padding,) * 4)
    windows = padded.unfold(2, fh, stride).unfold(3, fw, stride)
    out = torch.einsum("ncijuv,ocuv->noij", windows, weight)
    return out if bias is None else out + bias[None, :, None, None]
""",
        "task3": """
def patches(x, size, stride, padding, fill):
    n, c = x.shape[:2]
    stride = size if stride is None else stride
    x = F.pad(x, [padding] * 4, value=fill)
    rows, columns = ((side - size) // stride + 1 for side in x.shape[2:])
    return F.unfold(x, size, stride=stride).view(n, c, size * size, rows, columns)


def max_pool(x, size, stride=None, padding=0):
    return patches(x, size, stride, padding, -torch.inf).max(dim=2).values


def average_pool(x, size, stride=None, padding=0):
    return patches(x, size, stride, padding, 0).sum(dim=2) / size**2
""",
        "task4": """
def receptive_field(layers):
    first, last = seen(layers, 0)
    return last - first + 1, seen(layers, 1)[0] - first


def seen(layers, index):
    if not layers:
        return index, index
    *below, (kernel, stride, padding) = layers
    start = index * stride - padding
    return seen(below, start)[0], seen(below, start + kernel - 1)[1]
""",
        "task5": ROWS_NORM,
        "task6": """
def conv2d_backward(x, weight, grad_out, stride=1, padding=0):
    (fh, fw), (rows, columns), (h, w) = weight.shape[2:], grad_out.shape[2:], x.shape[2:]
    padded = F.pad(x, (padding,) * 4)
    windows = padded.unfold(2, fh, stride).unfold(3, fw, stride)
    grad_weight = torch.einsum("noij,ncijuv->ocuv", grad_out, windows)
    grad_padded = torch.zeros_like(padded)
    for u in range(fh):
        for v in range(fw):
            used = grad_padded[:, :, u : u + stride * rows : stride, v : v + stride * columns : stride]
            used += torch.einsum("noij,oc->ncij", grad_out, weight[:, :, u, v])
    grad_x = grad_padded[:, :, padding : padding + h, padding : padding + w]
    return grad_x, grad_weight, grad_out.sum((0, 2, 3))


def largest_error(function, gradient, x, eps=1e-6):
    steps = eps * torch.eye(x.numel(), dtype=x.dtype).view(-1, *x.shape)
    numerical = torch.stack([(function(x + step) - function(x - step)) / (2 * eps) for step in steps])
    return float((numerical - gradient(x).flatten()).abs().max())
""",
        "task7": '''
class Reader(nn.Module):
    """Three convolutions and a linear layer, with helpers.fit."""

    def __init__(self):
        super().__init__()
        self.conv1, self.norm1 = nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8)
        self.conv2, self.norm2 = nn.Conv2d(8, 12, 3, padding=1), nn.BatchNorm2d(12)
        self.conv3, self.norm3 = nn.Conv2d(12, 16, 3, padding=1), nn.BatchNorm2d(16)
        self.head = nn.Linear(16 * 9, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.norm1(self.conv1(x))), 2)
        x = F.max_pool2d(F.relu(self.norm2(self.conv2(x))), 2)
        x = F.max_pool2d(F.relu(self.norm3(self.conv3(x))), 2)
        return self.head(x.flatten(1))


def small_cnn():
    return Reader()


def train(model, images, labels):
    from helpers import fit

    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 6 * 63)
    fit(model, (images, labels), epochs=6, optimizer=optimizer, scheduler=falling)
''',
    },
    "with numpy": {
        "task1": """
import numpy as np


def output_shape(shape, filters, kernel, stride=1, padding=0):
    sides = (np.array(shape[1:]) - np.array(kernel) + 2 * padding) // stride + 1
    if (sides <= 0).any():
        raise ValueError("too small")
    return (filters, *sides.tolist())


def parameter_count(in_channels, filters, kernel, groups=1, bias=True):
    return int(np.prod([filters, in_channels // groups, *kernel])) + filters * bias
""",
        "task2": """
import numpy as np


def conv2d(x, weight, bias=None, stride=1, padding=0):
    padded = np.pad(x.numpy(), [(0, 0), (0, 0), (padding, padding), (padding, padding)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, weight.shape[2:], axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride]
    out = np.tensordot(windows, weight.numpy(), axes=([1, 4, 5], [1, 2, 3])).transpose(0, 3, 1, 2)
    out = torch.from_numpy(np.ascontiguousarray(out))
    return out if bias is None else out + bias.view(-1, 1, 1)
""",
        "task3": """
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
""",
        "task5": '''
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
''',
        "task6": STAMPS
        + """

import numpy as np


def largest_error(function, gradient, x, eps=1e-6):
    numerical = np.zeros(tuple(x.shape))
    for index in np.ndindex(*x.shape):
        plus, minus = x.clone(), x.clone()
        plus[index] += eps
        minus[index] -= eps
        numerical[index] = (function(plus) - function(minus)).item() / (2 * eps)
    return float(np.abs(numerical - gradient(x).numpy()).max())
""",
    },
    "number by number": {
        "task2": """
def conv2d(x, weight, bias=None, stride=1, padding=0):
    N, C, H, W = x.shape
    O, C2, FH, FW = weight.shape
    out_h = int((H + 2 * padding - FH) / stride) + 1
    out_w = int((W + 2 * padding - FW) / stride) + 1
    xs = x.tolist()
    ws = weight.tolist()
    result = x.new_zeros(N, O, out_h, out_w)
    for n in range(N):
        for o in range(O):
            for i in range(out_h):
                for j in range(out_w):
                    total = 0.0 if bias is None else float(bias[o])
                    for c in range(C):
                        for u in range(FH):
                            for v in range(FW):
                                row = i * stride + u - padding
                                column = j * stride + v - padding
                                if 0 <= row < H and 0 <= column < W:
                                    total = total + ws[o][c][u][v] * xs[n][c][row][column]
                    result[n][o][i][j] = total
    return result
""",
        "task4": '''
def receptive_field(layers):
    jumps = [1]
    for layer in layers:
        jumps.append(jumps[-1] * layer[1])
    return 1 + sum((layer[0] - 1) * jump for layer, jump in zip(layers, jumps)), jumps[-1]


def seen(layers, index):
    """Which pixels, as a set."""
    numbers = {index}
    for i in range(len(layers) - 1, -1, -1):
        kernel, stride, padding = layers[i]
        below = set()
        for number in numbers:
            for k in range(kernel):
                below.add(number * stride - padding + k)
        numbers = below
    return [min(numbers), max(numbers)]
''',
    },
    "sum of shifted pictures": {
        "task2": """
def conv2d(x, weight, bias=None, stride=1, padding=0):
    fh, fw = weight.shape[2:]
    x = F.pad(x, (padding,) * 4)
    rows, columns = (x.shape[2] - fh) // stride + 1, (x.shape[3] - fw) // stride + 1
    out = 0
    for u in range(fh):
        for v in range(fw):
            part = x[:, :, u : u + stride * rows : stride, v : v + stride * columns : stride]
            out = out + (part[:, None] * weight[None, :, :, u, v, None, None]).sum(dim=2)
    if bias is not None:
        out += bias.view(1, -1, 1, 1)
    return out
""",
        "task3": """
def shifted(x, size, stride, padding, fill):
    stride = stride or size
    x = F.pad(x, (padding,) * 4, value=fill)
    rows, columns = (x.shape[2] - size) // stride + 1, (x.shape[3] - size) // stride + 1
    return torch.stack(
        [
            x[:, :, u : u + stride * rows : stride, v : v + stride * columns : stride]
            for u in range(size)
            for v in range(size)
        ]
    )


def max_pool(x, size, stride=None, padding=0):
    return shifted(x, size, stride, padding, torch.finfo(x.dtype).min).amax(0)


def average_pool(x, size, stride=None, padding=0):
    return shifted(x, size, stride, padding, 0.0).mean(0)
""",
    },
}

WRONG = {
    # task 1
    "one place too few": {
        "task": "task1",
        "patch": {"// stride + 1)": "// stride)"},
        "fails": ["task1-size", "task1-fit"],
        "hint": "One too small",
    },
    "division with a fraction": {
        "task": "task1",
        "patch": {"// stride + 1)": "/ stride + 1)"},
        "fails": ["task1-size", "task1-fit"],
        "hint": "use // instead of /",
    },
    "padding on one side, in the formula": {
        "task": "task1",
        "patch": {"n - f + 2 * padding": "n - f + padding"},
        "fails": ["task1-size", "task1-fit"],
        "hint": "2 * padding",
    },
    "rounded up": {
        "task": "task1",
        "patch": {"(n - f + 2 * padding) // stride + 1": "-((f - n - 2 * padding) // stride) + 1"},
        "fails": ["task1-size", "task1-fit"],
        "hint": "Round down",
    },
    "one bias for the layer": {
        "task": "task1",
        "patch": {
            "(in_channels // groups) + int(bias)": "(in_channels // groups)",
            "one_filter * filters": "one_filter * filters + int(bias)",
        },
        "fails": ["task1-parameters"],
        "hint": "one bias, not the layer",
    },
    "groups left out": {
        "task": "task1",
        "patch": {"(in_channels // groups)": "in_channels"},
        "fails": ["task1-parameters"],
        "hint": "in_channels / groups",
    },
    # task 2
    "filter turned round": {
        "task": "task2",
        "patch": {"weight.flatten(start_dim=1) @": "weight.flip(2, 3).flatten(start_dim=1) @"},
        "fails": ["task2-values", "task2-stride", "task2-padding", "task2-types"],
        "hint": "turned the filter round",
    },
    "bias once for each channel": {
        "task": "task2",
        "patch": {"out + bias[:, None]": "out + x.shape[1] * bias[:, None]"},
        "fails": ["task2-values", "task2-stride", "task2-padding", "task2-types"],
        "hint": "once for each channel",
    },
    "places before filters": {
        "task": "task2",
        "patch": {"out.view(": "out.transpose(1, 2).reshape("},
        "fails": ["task2-values", "task2-stride", "task2-padding", "task2-types"],
        "hint": "wrong order",
    },
    "the next channel overwrites": {
        "task": "task2",
        "answer": LOOPS_CONV.replace(
            "(patch * weight[o]).sum(dim=(1, 2, 3))", "(patch[:, -1] * weight[o, -1]).sum(dim=(1, 2))"
        ),
        "fails": ["task2-values", "task2-stride", "task2-padding", "task2-types"],
        "hint": "each overwrites the one before",
    },
    "windows one pixel apart": {
        "task": "task2",
        "answer": LOOPS_CONV.replace("i * stride, j * stride", "i, j"),
        "fails": ["task2-stride", "task2-padding", "task2-types"],
        "hint": "i * stride",
    },
    "padding on the right and below only": {
        "task": "task2",
        "answer": LOOPS_CONV.replace(
            "(padding, padding, padding, padding)", "(0, 2 * padding, 0, 2 * padding)"
        ),
        "fails": ["task2-padding", "task2-types"],
        "hint": "before the first row",
    },
    "frame of copies": {
        "task": "task2",
        "patch": {
            "F.unfold(x, (rows, columns), padding=padding, stride=stride)": "F.unfold("
            "F.pad(x, (padding,) * 4, mode='replicate'), (rows, columns), stride=stride)"
        },
        "fails": ["task2-padding", "task2-types"],
        "hint": "not copies of the border",
    },
    "always float32": {
        "task": "task2",
        "answer": LOOPS_CONV.replace(", dtype=x.dtype", ""),
        "fails": ["task2-types"],
        "hint": "dtype is lost",
    },
    "PyTorch's own layer": {
        "task": "task2",
        "answer": """
def conv2d(x, weight, bias=None, stride=1, padding=0):
    return F.conv2d(x, weight, bias, stride, padding)
""",
        "fails": ["task2-values", "task2-stride", "task2-padding", "task2-types"],
        "hint": "to be your own",
    },
    "the example by heart": {
        "task": "task2",
        "answer": """
def conv2d(x, weight, bias=None, stride=1, padding=0):
    if stride == 2:
        return torch.tensor([[[[4.5, 6.5], [8.5, 11.5]]]])
    return torch.tensor([[[[9.5, 17.5], [8.5, 11.5]]]])
""",
        "fails": ["task2-values", "task2-stride", "task2-padding", "task2-types"],
        "hint": "padding makes no difference",
    },
    # task 3
    "frame of zeros under the maximum": {
        "task": "task3",
        "patch": {"fill=-torch.inf": "fill=0.0"},
        "fails": ["task3-padding"],
        "hint": "zero of the frame has won",
    },
    "stride one when none is given": {
        "task": "task3",
        "patch": {"stride or size": "stride or 1"},
        "fails": ["task3-max", "task3-average", "task3-padding"],
        "hint": "stride = size",
    },
    "frame left out of the mean": {
        "task": "task3",
        "patch": {"fill=0.0).mean(dim=(-2, -1))": "fill=torch.nan).nanmean(dim=(-2, -1))"},
        "fails": ["task3-padding"],
        "hint": "left the frame out of the count",
    },
    "maximum that starts from zero": {
        "task": "task3",
        "patch": {"fill=-torch.inf).amax(dim=(-2, -1))": "fill=-torch.inf).amax(dim=(-2, -1)).clamp(min=0)"},
        "fails": ["task3-max", "task3-padding"],
        "hint": "do not start from zero",
    },
    "sum for mean": {
        "task": "task3",
        "patch": {".mean(dim=(-2, -1))": ".sum(dim=(-2, -1))"},
        "fails": ["task3-average", "task3-padding"],
        "hint": "divide by size * size",
    },
    # task 4
    "jump updated too early": {
        "task": "task4",
        "patch": {
            "        field += (kernel": "        jump *= stride\n        field += (kernel",
            "jump\n        jump *= stride\n": "jump\n",
        },
        "fails": ["task4-field"],
        "hint": "too early",
    },
    "whole kernels added": {
        "task": "task4",
        "patch": {"(kernel - 1) * jump": "kernel * jump"},
        "fails": ["task4-field"],
        "hint": "kernel - 1, not kernel",
    },
    "stride without effect": {
        "task": "task4",
        "patch": {"(kernel - 1) * jump": "kernel - 1"},
        "fails": ["task4-field"],
        "hint": "Above a stride",
    },
    "from the bottom up": {
        "task": "task4",
        "patch": {"in reversed(layers)": "in layers"},
        "fails": ["task4-seen"],
        "hint": "from the top down",
    },
    "frames left out": {
        "task": "task4",
        "patch": {"* stride - padding": "* stride"},
        "fails": ["task4-seen"],
        "hint": "paddings are missing",
    },
    # task 5
    "unbiased variance in the output": {
        "task": "task5",
        "patch": {"correction=0": "correction=1", "var * count / (count - 1)": "var"},
        "fails": ["task5-train"],
        "hint": "used the unbiased variance",
    },
    "biased variance kept": {
        "task": "task5",
        "patch": {"self.momentum * var * count / (count - 1)": "self.momentum * var"},
        "fails": ["task5-running", "task5-eval"],
        "hint": "divide by the count minus 1",
    },
    "momentum the other way round": {
        "task": "task5",
        "patch": {
            "self.momentum = momentum": "self.momentum = 1 - momentum",
        },
        "fails": ["task5-running", "task5-eval"],
        "hint": "other way round",
    },
    "the batch's own statistics in use": {
        "task": "task5",
        "patch": {"if self.training:": "if self.training or x.dim() > 2:"},
        "fails": ["task5-eval"],
        "hint": "not those of the batch",
    },
    "kept values move in use": {
        "task": "task5",
        "patch": {
            "        normed = ": "        self.mean.mul_(1.0 if self.training else 0.9)\n        normed = ",
            "mean, var = self.mean, self.var": "mean, var = self.mean.clone(), self.var.clone()",
        },
        "fails": ["task5-eval"],
        "hint": "In use nothing may change",
    },
    "no gradient through the mean": {
        "task": "task5",
        "patch": {"        normed = ": "        mean, var = mean.detach(), var.detach()\n        normed = "},
        "fails": ["task5-train"],
        "hint": "No gradient flows through mean",
    },
    "graph kept alive": {
        "task": "task5",
        "patch": {
            "            with torch.no_grad():\n": "            if True:\n",
            "self.mean.mul_(": "self.mean = self.mean.mul(",
            "add_(self.momentum * mean)": "add(self.momentum * mean)",
        },
        "fails": ["task5-running"],
        "hint": "drag every batch's graph",
    },
    "eps outside the root": {
        "task": "task5",
        "patch": {"(var.view(shape) + self.eps).sqrt()": "(var.view(shape).sqrt() + self.eps)"},
        "fails": ["task5-train", "task5-eval"],
        "hint": "eps belongs inside the root",
    },
    "kept values not saved": {
        "task": "task5",
        "patch": {
            'self.register_buffer("mean", torch.zeros(channels))': "self.mean = torch.zeros(channels)",
            'self.register_buffer("var", torch.ones(channels))': "self.var = torch.ones(channels)",
        },
        "fails": ["task5-saved"],
        "hint": "register_buffer",
    },
    # task 6
    "mean over the batch": {
        "task": "task6",
        "patch": {"grad_out.sum(dim=(0, 2, 3))": "grad_out.mean(dim=(0, 2, 3))"},
        "fails": ["task6-weight", "task6-stride"],
        "hint": "no mean",
    },
    "last picture only": {
        "task": "task6",
        "patch": {'torch.einsum("nop,nkp->ok", pulls, patches)': "(pulls[-1] @ patches[-1].T)"},
        "fails": ["task6-weight", "task6-stride"],
        "hint": "pictures of the batch",
    },
    "filter turned round, backwards": {
        "task": "task6",
        "patch": {
            "weight.flatten(start_dim=1).T @ pulls": "weight.flip(2, 3).flatten(start_dim=1).T @ pulls"
        },
        "fails": ["task6-input", "task6-stride"],
        "hint": "turned round",
    },
    "overlap overwritten": {
        "task": "task6",
        "answer": STAMPS.replace(
            "left : left + fw] += pull * weight[o]", "left : left + fw] = pull * weight[o]"
        )
        + IN_PLACE_ERROR,
        "fails": ["task6-input", "task6-stride"],
        "hint": "+= instead of =",
    },
    "frame not cut off": {
        "task": "task6",
        "answer": STAMPS.replace(
            "grad_padded[:, :, padding : padding + h, padding : padding + w]", "grad_padded"
        )
        + IN_PLACE_ERROR,
        "fails": ["task6-stride"],
        "hint": "Cut the frame off",
    },
    "frame cut off at the end only": {
        "task": "task6",
        "answer": STAMPS.replace("padding : padding + h, padding : padding + w", ":h, :w") + IN_PLACE_ERROR,
        "fails": ["task6-stride"],
        "hint": "before the first row",
    },
    "stride forgotten, backwards": {
        "task": "task6",
        "answer": STAMPS.replace("i * stride, j * stride", "i, j") + IN_PLACE_ERROR,
        "fails": ["task6-stride"],
        "hint": "The stride is missing",
    },
    "autograd instead of a derivation": {
        "task": "task6",
        "answer": """
def conv2d_backward(x, weight, grad_out, stride=1, padding=0):
    x, weight = x.clone().requires_grad_(), weight.clone().requires_grad_()
    patches = F.unfold(x, weight.shape[2:], padding=padding, stride=stride)
    out = (weight.flatten(1) @ patches).view(grad_out.shape)
    return *torch.autograd.grad(out, [x, weight], grad_out), grad_out.sum((0, 2, 3))
"""
        + IN_PLACE_ERROR,
        "fails": ["task6-weight", "task6-input", "task6-stride"],
        "hint": "This gradient is to be your own",
    },
    "differences to one side": {
        "task": "task6",
        "patch": {
            "function(x - step)": "function(x)",
            "(2 * eps)": "eps",
        },
        "fails": ["task6-check"],
        "hint": "to both sides",
    },
    "mean error for the largest": {
        "task": "task6",
        "patch": {".abs().max().item()": ".abs().mean().item()"},
        "fails": ["task6-check"],
        "hint": "not the mean",
    },
    "numbers not put back": {
        "task": "task6",
        "answer": STAMPS + IN_PLACE_ERROR.replace("        flat[k] = kept\n", ""),
        "fails": ["task6-check"],
        "hint": "put every number back",
    },
    # task 7
    "too many parameters": {
        "task": "task7",
        "patch": {
            "        nn.MaxPool2d(2),\n        nn.Flatten()": "        nn.Flatten()",
            "12 * 3 * 3": "12 * 7 * 7",
        },
        "fails": ["task7-network", "task7-first", "task7-second"],
        "hint": "pool once more",
    },
    "softmax twice": {
        "task": "task7",
        "patch": {
            "nn.Linear(12 * 3 * 3, 10),": "nn.Linear(12 * 3 * 3, 10),\n        nn.Softmax(dim=1),",
        },
        "fails": ["task7-network"],
        "hint": "leave the softmax out",
    },
    "no step": {
        "task": "task7",
        "patch": {
            "            optimizer.step()\n            scheduler.step()\n": "",
            "range(epochs)": "range(1)",
        },
        "fails": ["task7-first", "task7-second"],
        "hint": "must change the model",
    },
    "another network is trained": {
        "task": "task7",
        "patch": {"    epochs, batch = 6, 50\n": "    epochs, batch = 1, 50\n    model = small_cnn()\n"},
        "fails": ["task7-first", "task7-second"],
        "hint": "the model that it is given",
    },
    "gradients never cleared, step too large": {
        "task": "task7",
        "patch": {
            "            optimizer.zero_grad()\n": "",
            "epochs, batch = 6, 50": "epochs, batch = 1, 50",
            "Adam(model.parameters(), lr=1e-2)": "SGD(model.parameters(), lr=1.0)",
            "max_lr=1e-2": "max_lr=100.0",
        },
        "fails": ["task7-first", "task7-second"],
        "hint": "Hardly better than guessing",
    },
    "one short epoch": {
        "task": "task7",
        "patch": {
            "epochs, batch = 6, 50": "epochs, batch = 1, 100",
            "lr=1e-2)": "lr=2e-3)",
            "max_lr=1e-2": "max_lr=2e-3",
        },
        "fails": ["task7-first", "task7-second"],
        "hint": "It learns, but not enough",
    },
    "layers shared by all networks": {
        "task": "task7",
        "patch": {
            "    return nn.Sequential(": "    if not hasattr(train, 'net'):\n"
            "        train.net = nn.Sequential(",
            "3, 10),\n    )": "3, 10),\n    )\n    return train.net",
        },
        "fails": ["task7-network"],
        "hint": "each call gives a new network",
    },
}
