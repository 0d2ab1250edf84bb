"""A beginner, step by step."""


# %% task1
def disc(height, width, centre, radius):
    # the numbers of all rows, as a column
    row_numbers = torch.arange(height).view(height, 1)
    # the numbers of all columns, as a row
    column_numbers = torch.arange(width).view(1, width)
    row_distance = row_numbers - centre[0]
    column_distance = column_numbers - centre[1]
    distance = torch.sqrt(row_distance**2 + column_distance**2)
    result = distance <= radius
    return result


# %% task2
def to_batch(photos):
    blue = photos[:, :, :, 0].float() / 255
    green = photos[:, :, :, 1].float() / 255
    red = photos[:, :, :, 2].float() / 255
    return torch.stack([red, green, blue], dim=1)


def to_photos(batch):
    limited = batch.clone()
    limited[limited < 0] = 0
    limited[limited > 1] = 1
    levels = torch.round(limited * 255)
    red = levels[:, 0]
    green = levels[:, 1]
    blue = levels[:, 2]
    return torch.stack([blue, green, red], dim=3).to(torch.uint8)


# %% task3
def windows(signal, length, step):
    number = 1 + int((signal.shape[0] - length) / step)
    places_to_the_next_number = signal.stride()[0]
    places_to_the_next_window = places_to_the_next_number * step
    shape = (number, length)
    strides = (places_to_the_next_window, places_to_the_next_number)
    return signal.as_strided(shape, strides)


# %% task4
def masked_mean(x, mask):
    copy = x.clone()
    copy[~mask] = 0
    how_many = mask.sum(dim=1)
    mean = copy.sum(dim=1) / how_many
    mean[how_many == 0] = 0
    return mean


# %% task5
def area(boxes):
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])


def iou_table(a, b):
    left = torch.max(a[:, 0].unsqueeze(1), b[:, 0].unsqueeze(0))
    top = torch.max(a[:, 1].unsqueeze(1), b[:, 1].unsqueeze(0))
    right = torch.min(a[:, 2].unsqueeze(1), b[:, 2].unsqueeze(0))
    bottom = torch.min(a[:, 3].unsqueeze(1), b[:, 3].unsqueeze(0))
    width = right - left
    width[width < 0] = 0
    height = bottom - top
    height[height < 0] = 0
    shared = width * height
    both = area(a).unsqueeze(1) + area(b).unsqueeze(0) - shared
    return shared / both


# %% task6
def gram(features):
    number, channels, height, width = features.shape
    flat = features.reshape(number, channels, height * width)
    turned = flat.transpose(1, 2)
    return torch.bmm(flat, turned) / (height * width)


def squared_distances(a, b):
    length_a = (a * a).sum(dim=1)
    length_b = (b * b).sum(dim=1)
    mixed = torch.mm(a, b.t())
    result = length_a.view(-1, 1) + length_b.view(1, -1) - 2 * mixed
    result[result < 0] = 0
    return result


# %% task8
def prepare(pictures):
    pictures = pictures.squeeze(1)
    # blur: the sum of nine shifted copies
    soft = torch.zeros_like(pictures)
    for down in [-1, 0, 1]:
        for right in [-1, 0, 1]:
            soft = soft + torch.roll(pictures, (down, right), dims=(1, 2))
    flat = soft.reshape(len(pictures), 784)
    return flat / flat.norm(dim=1, keepdim=True)


def read_digits(images, labels, unknown):
    known = prepare(images)
    best = torch.full((len(unknown),), -1.0)
    answer = torch.zeros(len(unknown), dtype=torch.int64)
    pictures = unknown.clone()
    for down in [-1, 0, 1]:
        for right in [-1, 0, 1]:
            moved = torch.roll(pictures, (down, right), dims=(2, 3))
            likeness, place = (prepare(moved) @ known.T).max(dim=1)
            better = likeness > best
            best[better] = likeness[better]
            answer[better] = labels[place[better]]
    return answer
