"""Einsum everywhere."""


# %% task1
def disc(height, width, centre, radius):
    rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    return torch.hypot((rows - centre[0]).float(), (columns - centre[1]).float()) <= radius


# %% task2
def to_batch(photos):
    return torch.einsum("nhwc->nchw", photos)[:, [2, 1, 0]] / 255


def to_photos(batch):
    return torch.einsum("nchw->nhwc", batch[:, [2, 1, 0]]).mul(255).round().clamp(0, 255).byte()


# %% task4
def masked_mean(x, mask):
    kept = x.masked_fill(~mask, 0)
    total, count = torch.einsum("nt->n", kept), torch.einsum("nt->n", mask.to(x.dtype))
    return total / torch.maximum(count, torch.ones_like(count))


# %% task6
def gram(features):
    n, c, h, w = features.shape
    flat = features.reshape(n, c, h * w)
    return torch.einsum("ncp,ndp->ncd", flat, flat) / (h * w)


def squared_distances(a, b):
    middle = b.mean(dim=0)
    a, b = a - middle, b - middle
    mixed = torch.einsum("nd,md->nm", a, b)
    squares = torch.einsum("nd,nd->n", a, a).unsqueeze(1) + torch.einsum("md,md->m", b, b)
    return torch.relu(squares - 2 * mixed)
