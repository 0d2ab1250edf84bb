"""With loops."""


# %% task1
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


# %% task2
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


# %% task3
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
