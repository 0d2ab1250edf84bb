"""Right and wrong answers to homework 1."""

EINSUM = {
    "task1": """
def disc(height, width, centre, radius):
    rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    return torch.hypot((rows - centre[0]).float(), (columns - centre[1]).float()) <= radius
""",
    "task2": """
def to_batch(photos):
    return torch.einsum("nhwc->nchw", photos)[:, [2, 1, 0]] / 255


def to_photos(batch):
    return torch.einsum("nchw->nhwc", batch[:, [2, 1, 0]]).mul(255).round().clamp(0, 255).byte()
""",
    "task4": """
def masked_mean(x, mask):
    kept = x.masked_fill(~mask, 0)
    total, count = torch.einsum("nt->n", kept), torch.einsum("nt->n", mask.to(x.dtype))
    return total / torch.maximum(count, torch.ones_like(count))
""",
    "task6": """
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
""",
}

BEGINNER = {
    "task1": """
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
""",
    "task2": """
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
""",
    "task3": """
def windows(signal, length, step):
    number = 1 + int((signal.shape[0] - length) / step)
    places_to_the_next_number = signal.stride()[0]
    places_to_the_next_window = places_to_the_next_number * step
    shape = (number, length)
    strides = (places_to_the_next_window, places_to_the_next_number)
    return signal.as_strided(shape, strides)
""",
    "task4": """
def masked_mean(x, mask):
    copy = x.clone()
    copy[~mask] = 0
    how_many = mask.sum(dim=1)
    mean = copy.sum(dim=1) / how_many
    mean[how_many == 0] = 0
    return mean
""",
    "task5": """
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
""",
    "task6": """
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
""",
    "task8": """
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
""",
}

BUILT_IN = {
    "task1": """
def disc(height, width, centre, radius):
    grid = torch.cartesian_prod(torch.arange(float(height)), torch.arange(float(width)))
    return torch.linalg.norm(grid - torch.tensor(centre), dim=1).view(height, width) <= radius
""",
    "task3": """
def windows(signal, length, step):
    return signal.unfold(0, length, step)
""",
    "task4": """
def masked_mean(x, mask):
    return torch.where(mask, x, torch.nan).nanmean(dim=1).nan_to_num(nan=0.0)
""",
    "task5": """
def iou_table(a, b):
    ax0, ay0, ax1, ay1 = a[:, :, None].unbind(1)
    bx0, by0, bx1, by1 = b[:, :, None].unbind(1)
    w = (torch.minimum(ax1, bx1.T) - torch.maximum(ax0, bx0.T)).relu()
    h = (torch.minimum(ay1, by1.T) - torch.maximum(ay0, by0.T)).relu()
    return w * h / ((ax1 - ax0) * (ay1 - ay0) + ((bx1 - bx0) * (by1 - by0)).T - w * h)
""",
    "task6": """
def gram(features):
    flat = features.flatten(2)
    return flat @ flat.mT / flat.shape[2]


def squared_distances(a, b):
    return torch.cdist(a, b).square()
""",
    "task8": """
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
""",
}

NUMPY_LIKE = {
    "task2": """
def to_batch(photos):
    x = photos.to(torch.float32).div(255.0)
    return x.permute(0, 3, 1, 2).flip(dims=[1])


def to_photos(batch):
    scaled = torch.floor(batch.clip(0.0, 1.0) * 255 + 0.5)
    return torch.movedim(scaled.type(torch.uint8), 1, -1)[..., [2, 1, 0]]
""",
    "task3": """
def windows(signal, length, step):
    x = signal.detach()
    n = (x.numel() - length + step) // step
    stride = (x.stride(0) * step, x.stride(0))
    return torch.as_strided(x, size=(n, length), stride=stride, storage_offset=x.storage_offset())
""",
    "task4": """
def masked_mean(x, mask):
    n = mask.sum(axis=1)
    total = torch.where(mask, x, torch.zeros_like(x)).sum(axis=1)
    return torch.where(n > 0, total / n, torch.zeros_like(total))
""",
    "task5": """
def iou_table(a, b):
    N, M = a.shape[0], b.shape[0]
    A = a.reshape(N, 1, 4).expand(N, M, 4)
    B = b.reshape(1, M, 4).expand(N, M, 4)
    side = torch.minimum(A[..., 2:], B[..., 2:]) - torch.maximum(A[..., :2], B[..., :2])
    inter = torch.where((side > 0).all(-1), side[..., 0] * side[..., 1], 0.0)
    size = lambda box: (box[..., 2] - box[..., 0]) * (box[..., 3] - box[..., 1])
    return inter / (size(A) + size(B) - inter)
""",
    "task6": """
def gram(features):
    every_pair = torch.tensordot(features, features, dims=([2, 3], [2, 3]))
    return every_pair.diagonal(dim1=0, dim2=2).permute(2, 0, 1) / features[0, 0].numel()


def squared_distances(a, b):
    aa, bb = (a**2).sum(1, keepdim=True), (b**2).sum(1, keepdim=True).T
    return torch.addmm(aa + bb, a, b.T, alpha=-2).clip(min=0)
""",
}

RIGHT = {
    "einsum everywhere": EINSUM,
    "a beginner, step by step": BEGINNER,
    "built-in functions": BUILT_IN,
    "as in NumPy": NUMPY_LIKE,
}

WRONG = {
    # task 1
    "disc without its edge": {
        "task": "task1",
        "patch": {"<= radius**2": "< radius**2"},
        "fails": ["task1-values", "task1-centre"],
        "hint": "use <=",
    },
    "disc with rows and columns exchanged": {
        "task": "task1",
        "patch": {"centre[0]": "centre[9]", "centre[1]": "centre[0]", "centre[9]": "centre[1]"},
        "fails": ["task1-values", "task1-centre"],
        "hint": "Rows and columns are exchanged",
    },
    "disc with centre cut to whole numbers": {
        "task": "task1",
        "patch": {"centre[0]": "int(centre[0])", "centre[1]": "int(centre[1])"},
        "fails": ["task1-centre"],
        "hint": "fractions",
    },
    "disc as floats": {
        "task": "task1",
        "patch": {"down**2 + right**2 <= radius**2": "(down**2 + right**2 <= radius**2).float()"},
        "fails": ["task1-values"],
        "hint": "leave out the conversion",
    },
    "disc hard-coded": {
        "task": "task1",
        "answer": """
def disc(height, width, centre, radius):
    down, right = torch.arange(height)[:, None] - 1, torch.arange(width) - 3
    return down**2 + right**2 < 5
""",
        "fails": ["task1-values", "task1-centre", "task1-no-loop"],
        "hint": "The same disc as in the example",
    },
    "disc by a loop over the pixels": {
        "task": "task1",
        "answer": """
def disc(height, width, centre, radius):
    table = [[(r - centre[0]) ** 2 + (c - centre[1]) ** 2 for c in range(width)] for r in range(height)]
    return torch.tensor(table) <= radius**2
""",
        "fails": ["task1-no-loop"],
        "hint": "arange gives all row numbers at once",
    },
    # task 2
    "photos with blue first": {
        "task": "task2",
        "patch": {"photos.flip(3).permute": "photos.permute"},
        "fails": ["task2-to-batch"],
        "hint": "Blue is still first",
    },
    "photos by reshape": {
        "task": "task2",
        "patch": {
            "photos.flip(3).permute(0, 3, 1, 2)": "photos.flip(3).reshape(len(photos), 3, *photos.shape[1:3])"
        },
        "fails": ["task2-to-batch"],
        "hint": "reshape mixes pixels and colours",
    },
    "photos not rounded": {
        "task": "task2",
        "patch": {".round().to": ".to"},
        "fails": ["task2-to-photos"],
        "hint": "cuts off",
    },
    "photos not limited": {
        "task": "task2",
        "patch": {"batch.clamp(0, 1)": "batch"},
        "fails": ["task2-limits"],
        "hint": "Use clamp before",
    },
    "photos with height and width exchanged": {
        "task": "task2",
        "patch": {".permute(0, 3, 1, 2)": ".permute(0, 3, 2, 1)"},
        "fails": ["task2-to-batch"],
        "hint": "Rows and columns are exchanged",
    },
    "batch limited in place": {
        "task": "task2",
        "patch": {"batch.clamp(0, 1)": "batch.clamp_(0, 1)"},
        "fails": ["task2-limits"],
        "hint": "You wrote into the caller's batch",
    },
    # task 3
    "windows one too few": {
        "task": "task3",
        "patch": {"// step + 1": "// step"},
        "fails": ["task3-values", "task3-strided", "task3-shared"],
        "hint": "The last window is missing",
    },
    "windows with the strides of fresh memory": {
        "task": "task3",
        "patch": {"signal.stride(0)": "1"},
        "fails": ["task3-strided"],
        "hint": "neighbours in memory",
    },
    "windows with one stride forgotten": {
        "task": "task3",
        "patch": {"(step * apart, apart)": "(step, apart)"},
        "fails": ["task3-strided"],
        "hint": "Only one of the two strides",
    },
    "windows copied": {
        "task": "task3",
        "answer": """
def windows(signal, length, step):
    starts = torch.arange(0, len(signal) - length + 1, step)
    return signal[starts[:, None] + torch.arange(length)]
""",
        "fails": ["task3-shared"],
        "hint": "The windows are a copy",
    },
    # task 4
    "mean over the whole row": {
        "task": "task4",
        "patch": {"count.clamp(min=1)": "x.shape[1]"},
        "fails": ["task4-values"],
        "hint": "length of the row",
    },
    "mean with nan for empty rows": {
        "task": "task4",
        "patch": {"count.clamp(min=1)": "count"},
        "fails": ["task4-none"],
        "hint": "0 divided by 0 is nan",
    },
    "mean by multiplying with the mask": {
        "task": "task4",
        "patch": {"torch.where(mask, x, 0)": "(x * mask)"},
        "fails": ["task4-nan"],
        "hint": "nan · 0 is nan",
    },
    "mean that overwrites x": {
        "task": "task4",
        "patch": {"total = torch.where(mask, x, 0).sum(dim=1)": "x[~mask] = 0\n    total = x.sum(dim=1)"},
        "fails": ["task4-untouched"],
        "hint": "You wrote into the caller's x",
    },
    "mean along the wrong axis": {
        "task": "task4",
        "patch": {"sum(dim=1)": "sum(dim=0)"},
        "fails": ["task4-values", "task4-none", "task4-nan", "task4-untouched", "task4-no-loop"],
        "hint": "swallows axis 1",
    },
    "mean of all rows in one": {
        "task": "task4",
        "answer": "def masked_mean(x, mask):\n    return x[mask].mean()\n",
        "fails": ["task4-values", "task4-none", "task4-nan", "task4-untouched", "task4-no-loop"],
        "hint": "forgets which row",
    },
    "mean by a loop in a function of its own": {
        "task": "task4",
        "answer": """
def one_mean(row, keep):
    total, count = 0.0, 0
    place = 0
    while place < len(row):
        if keep[place]:
            total, count = total + row[place], count + 1
        place += 1
    return total / max(count, 1)


def masked_mean(x, mask):
    result = x.new_zeros(len(x))
    for i in range(len(x)):
        result[i] = one_mean(x[i], mask[i])
    return result
""",
        "fails": ["task4-no-loop"],
        "hint": "sum(dim=1) does all rows at once",
    },
    # task 5
    "boxes apart that seem to meet": {
        "task": "task5",
        "patch": {"(high - low).clamp(min=0).prod(dim=2)": "(high - low).prod(dim=2)"},
        "fails": ["task5-apart"],
        "hint": "Limit both at 0",
    },
    "union with the shared part twice": {
        "task": "task5",
        "patch": {"area_b - shared": "area_b"},
        "fails": ["task5-values", "task5-apart", "task5-same-number", "task5-no-loop"],
        "hint": "counted twice",
    },
    "areas paired off": {
        "task": "task5",
        "patch": {"(area_a[:, None] + area_b - shared)": "(area_a + area_b - shared)"},
        "fails": ["task5-values", "task5-same-number", "task5-no-loop"],
        "hint": "must become a column",
    },
    "table of overlaps turned": {
        "task": "task5",
        "patch": {
            "return shared / (area_a[:, None]": "return shared.T / (area_a",
            "area_b - shared": "area_b[:, None] - shared.T",
        },
        "fails": ["task5-values", "task5-apart", "task5-same-number", "task5-no-loop"],
        "hint": "wrong way round",
    },
    # task 6
    "Gram matrix not divided": {
        "task": "task6",
        "patch": {" / pixels": ""},
        "fails": ["task6-gram"],
        "hint": "The mean divides by H · W",
    },
    "Gram matrix of all pictures together": {
        "task": "task6",
        "patch": {
            "->ncd": "->cd",
            "features, features)": "features, features).expand(len(features), -1, -1)",
        },
        "fails": ["task6-gram"],
        "hint": "matrix of its own",
    },
    "distances by broadcasting": {
        "task": "task6",
        "patch": {"(squares_a[:, None] + squares_b - 2 * a @ b.T)": "((a[:, None] - b) ** 2).sum(dim=2)"},
        "fails": ["task6-cost"],
        "hint": "A tensor of shape (N, M, D) was made",
    },
    "distances below zero": {
        "task": "task6",
        "patch": {".clamp(min=0)": ""},
        "fails": ["task6-not-negative"],
        "hint": "rounding left something negative",
    },
    "distances without the factor 2": {
        "task": "task6",
        "patch": {"- 2 * a @ b.T": "- a @ b.T"},
        "fails": ["task6-distances", "task6-cost", "task6-not-negative"],
        "hint": "factor 2",
    },
    # task 8
    "a reader that compares with mean pictures": {
        "task": "task8",
        "answer": """
def read_digits(images, labels, unknown):
    means = torch.stack([images[labels == digit].mean(dim=0).flatten() for digit in range(10)])
    return torch.cdist(unknown.flatten(1), means).argmin(dim=1)
""",
        "fails": ["task8-reads", "task8-reads-better"],
        "hint": "One mean picture for each digit",
    },
    "a plain nearest neighbour": {
        "task": "task8",
        "answer": """
def read_digits(images, labels, unknown):
    return labels[torch.cdist(unknown.flatten(1), images.flatten(1)).argmin(dim=1)]
""",
        "fails": ["task8-reads-better"],
        "hint": "more alike",
    },
    "a reader that gives positions": {
        "task": "task8",
        "patch": {"labels[likeness.argmax(dim=1)]": "likeness.argmax(dim=1)"},
        "fails": ["task8-reads", "task8-reads-better"],
        "hint": "positions of neighbours",
    },
    "a reader that knows the pictures by heart": {
        "task": "task8",
        "answer": """
def read_digits(images, labels, unknown):
    known = torch.cat([part.images for part in mnist()]).flatten(1)
    names = torch.cat([part.labels for part in mnist()])
    return names[torch.cdist(unknown.flatten(1), known).argmin(dim=1)]
""",
        "fails": ["task8-reads", "task8-reads-better"],
        "hint": "alone",
    },
}
