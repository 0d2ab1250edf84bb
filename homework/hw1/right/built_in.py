"""Built-in functions."""


# %% task1
def disc(height, width, centre, radius):
    grid = torch.cartesian_prod(torch.arange(float(height)), torch.arange(float(width)))
    return torch.linalg.norm(grid - torch.tensor(centre), dim=1).view(height, width) <= radius


# %% task3
def windows(signal, length, step):
    return signal.unfold(0, length, step)


# %% task4
def masked_mean(x, mask):
    return torch.where(mask, x, torch.nan).nanmean(dim=1).nan_to_num(nan=0.0)


# %% task5
def iou_table(a, b):
    ax0, ay0, ax1, ay1 = a[:, :, None].unbind(1)
    bx0, by0, bx1, by1 = b[:, :, None].unbind(1)
    w = (torch.minimum(ax1, bx1.T) - torch.maximum(ax0, bx0.T)).relu()
    h = (torch.minimum(ay1, by1.T) - torch.maximum(ay0, by0.T)).relu()
    return w * h / ((ax1 - ax0) * (ay1 - ay0) + ((bx1 - bx0) * (by1 - by0)).T - w * h)


# %% task6
def gram(features):
    flat = features.flatten(2)
    return flat @ flat.mT / flat.shape[2]


def squared_distances(a, b):
    return torch.cdist(a, b).square()


# %% task8
def read_digits(images, labels, unknown):
    def soft(x):
        x = x.unfold(2, 3, 1).mean(-1).unfold(3, 3, 1).mean(-1)
        return x.flatten(1)

    def middle(x):
        place, ink = torch.arange(28), x.sum((1, 2, 3))
        r = (torch.einsum("nchw,h->n", x, place.float()) / ink - 13.5).round().long()
        c = (torch.einsum("nchw,w->n", x, place.float()) / ink - 13.5).round().long()
        rows, columns = (place + r[:, None]) % 28, (place + c[:, None]) % 28
        return x[torch.arange(len(x))[:, None, None], 0, rows[:, :, None], columns[:, None]].unsqueeze(1)

    known = soft(middle(images))
    known = known / known.norm(dim=-1, keepdim=True)
    shifts = [(0, 0), (0, 1), (1, 0), (0, -1), (-1, 0)]
    new = torch.stack([soft(middle(unknown).roll(shift, (2, 3))) for shift in shifts])
    table = (new / new.norm(dim=-1, keepdim=True) @ known.T).amax(0)
    return labels[table.argmax(1)]
