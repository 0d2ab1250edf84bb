"""Complex numbers, integral images, NaN as a mask."""


# %% task1
def disc(height, width, centre, radius):
    rows = torch.arange(height, dtype=torch.float64)
    columns = torch.arange(width, dtype=torch.float64)
    points = torch.complex(rows[:, None].expand(height, width), columns.expand(height, width))
    return (points - complex(*centre)).abs() <= radius


# %% task2
def to_batch(photos):
    blue, green, red = photos.unbind(-1)
    return torch.stack([red, green, blue], dim=1).div(255)


def to_photos(batch):
    red, green, blue = torch.clamp(batch * 255, 0, 255).round_().byte().unbind(1)
    return torch.stack((blue, green, red), -1)


# %% task4
def masked_mean(x, mask):
    means = torch.where(mask, x, torch.nan).nanmean(dim=1)
    return torch.where(mask.any(dim=1), means, torch.zeros_like(means))


# %% task5
def iou_table(a, b):
    # Corners as complex numbers: real parts run to the right, imaginary ones down.
    def corners(boxes):
        return torch.complex(boxes[:, 0], boxes[:, 1]), torch.complex(boxes[:, 2], boxes[:, 3])

    def area(extent):
        return extent.real.relu() * extent.imag.relu()

    (low_a, high_a), (low_b, high_b) = corners(a), corners(b)
    low = torch.complex(
        torch.maximum(low_a.real[:, None], low_b.real), torch.maximum(low_a.imag[:, None], low_b.imag)
    )
    high = torch.complex(
        torch.minimum(high_a.real[:, None], high_b.real), torch.minimum(high_a.imag[:, None], high_b.imag)
    )
    both = area(high - low)
    return both / (area(high_a - low_a)[:, None] + area(high_b - low_b) - both)


# %% task6
def gram(features):
    rows = features.flatten(2)
    return torch.baddbmm(rows.new_zeros(()), rows, rows.mT, beta=0, alpha=1 / rows.shape[2])


def squared_distances(a, b):
    squares = a.square().sum(1)[:, None] + b.square().sum(1)
    return torch.addmm(squares, a, b.mT, alpha=-2).relu_()


# %% task8
def read_digits(images, labels, unknown):
    known, best, answer = sharp(images), None, None
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            likeness, place = (sharp(unknown.roll((down, right), (2, 3))) @ known.T).max(dim=1)
            if best is None:
                best, answer = likeness, labels[place]
            answer = torch.where(likeness > best, labels[place], answer)
            best = torch.maximum(best, likeness)
    return answer


def sharp(images):
    """(N, 1, 28, 28) -> (N, 784): blurred by an integral image, of length 1."""
    table = torch.zeros(len(images), 31, 31, dtype=torch.float64)
    table[:, 2:30, 2:30] = images[:, 0].cumsum(1).cumsum(2)
    table[:, 30] = table[:, 29]
    table[:, :, 30] = table[:, :, 29]
    boxes = table[:, 3:, 3:] - table[:, :-3, 3:] - table[:, 3:, :-3] + table[:, :-3, :-3]
    flat = boxes.flatten(1).float()
    return flat / flat.norm(dim=1, keepdim=True)
