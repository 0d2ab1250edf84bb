"""Answers to homework 5 that are known to be right, and answers that are known to be wrong."""

LENET_MODULE = """
class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.output = nn.Linear(84, 10)
        self.f6 = nn.Linear(120, 84)
        self.c5 = nn.Conv2d(16, 120, 5)
        self.c3 = nn.Conv2d(6, 16, 5)
        self.c1 = nn.Conv2d(1, 6, 5)

    def forward(self, x):
        x = F.avg_pool2d(torch.tanh(self.c1(x)), 2)
        x = F.avg_pool2d(torch.tanh(self.c3(x)), 2)
        x = torch.tanh(self.c5(x)).flatten(start_dim=1)
        return self.output(torch.tanh(self.f6(x)))


def lenet5():
    return LeNet()
"""

LENET_LOOP = """
def lenet5():
    network = nn.Sequential()
    for inputs, filters in [(1, 6), (6, 16)]:
        network.append(nn.Conv2d(inputs, filters, kernel_size=5))
        network.append(nn.Tanh())
        network.append(nn.AdaptiveAvgPool2d(14 if inputs == 1 else 5))
    network.append(nn.Flatten())
    widths = [400, 120, 84, 10]
    for k in range(3):
        network.append(nn.Linear(widths[k], widths[k + 1]))
        if k < 2:
            network.append(nn.Tanh())
    return network
"""

VGG_MODULE = """
class Block(nn.Module):
    def __init__(self, channels, filters, count):
        super().__init__()
        widths = [channels] + count * [filters]
        self.convolutions = nn.ModuleList(
            [nn.Conv2d(a, b, kernel_size=3, padding="same") for a, b in zip(widths, widths[1:])]
        )

    def forward(self, x):
        for convolution in self.convolutions:
            x = torch.relu(convolution(x))
        return F.max_pool2d(x, kernel_size=2, stride=2)


def vgg_block(channels, filters, count):
    return Block(channels, filters, count)


def vgg_cost(config, channels, side):
    if not config:
        return 0, 0
    first, rest = config[0], config[1:]
    if first == "M":
        return vgg_cost(rest, channels, side // 2)
    parameters, macs = vgg_cost(rest, first, side)
    return parameters + (9 * channels + 1) * first, macs + 9 * channels * first * side**2
"""

VGG_LISTS = """
def vgg_block(channels, filters, count):
    first = [nn.Conv2d(channels, filters, 3, 1, 1), nn.ReLU(inplace=True)]
    more = [layer for _ in range(count - 1) for layer in (nn.Conv2d(filters, filters, 3, 1, 1), nn.ReLU(inplace=True))]
    return nn.Sequential(*(first + more + [nn.MaxPool2d(2, 2)]))


def vgg_cost(config, channels, side):
    weights, biases, work = [], [], []
    for entry in config:
        if isinstance(entry, str):
            side = int(side / 2)
            continue
        weights.append(3 * 3 * channels * entry)
        biases.append(entry)
        work.append(weights[-1] * side * side)
        channels = entry
    return sum(weights) + sum(biases), sum(work)
"""

INCEPTION_FLAT = """
class Inception(nn.Module):
    def __init__(self, channels, one, three, deep, pool):
        super().__init__()
        self.a1 = nn.Conv2d(channels, one, 1)
        self.b1 = nn.Conv2d(channels, three[0], 1)
        self.b2 = nn.Conv2d(three[0], three[1], 3, padding=1)
        self.c1 = nn.Conv2d(channels, deep[0], 1)
        self.c2 = nn.Conv2d(deep[0], deep[1], 3, padding=1)
        self.c3 = nn.Conv2d(deep[1], deep[1], 3, padding=1)
        self.d1 = nn.Conv2d(channels, pool, 1)

    def forward(self, x):
        a = F.relu(self.a1(x))
        b = F.relu(self.b2(F.relu(self.b1(x))))
        c = F.relu(self.c3(F.relu(self.c2(F.relu(self.c1(x))))))
        d = F.relu(self.d1(F.max_pool2d(x, 3, stride=1, padding=1)))
        return torch.cat((a, b, c, d), 1)
"""

INCEPTION_LIST = """
class Inception(nn.Module):
    def __init__(self, channels, one, three, deep, pool):
        super().__init__()
        plans = [[(one, 1)], [(three[0], 1), (three[1], 3)], [(deep[0], 1), (deep[1], 3), (deep[1], 3)], [(pool, 1)]]
        self.branches = nn.ModuleList()
        for number, plan in enumerate(plans):
            layers, inputs = [], channels
            if number == 3:
                layers.append(nn.MaxPool2d(3, 1, 1))
            for filters, kernel in plan:
                layers.append(nn.Conv2d(inputs, filters, kernel, padding="same"))
                inputs = filters
                layers.append(nn.ReLU())
            self.branches.append(nn.Sequential(*layers))

    def forward(self, x):
        maps = [branch(x) for branch in self.branches]
        out = x.new_zeros(x.shape[0], sum(m.shape[1] for m in maps), x.shape[2], x.shape[3])
        start = 0
        for m in maps:
            out[:, start : start + m.shape[1]] = m
            start += m.shape[1]
        return out
"""

RESIDUAL_FLAT = """
class Residual(nn.Module):
    def __init__(self, channels, filters, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, filters, 3, stride=stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(filters)
        self.conv2 = nn.Conv2d(filters, filters, 3, stride=1, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(filters)
        self.fits = stride == 1 and channels == filters
        if not self.fits:
            self.conv3 = nn.Conv2d(channels, filters, 1, stride=stride, bias=False)
            self.norm3 = nn.BatchNorm2d(filters)

    def forward(self, x):
        out = torch.relu(self.norm1(self.conv1(x)))
        out = self.norm2(self.conv2(out))
        if self.fits:
            out = out + x
        else:
            out = out + self.norm3(self.conv3(x))
        return torch.relu(out)
"""

RESIDUAL_INPLACE = """
def unit(a, b, kernel, stride):
    return nn.Sequential(nn.Conv2d(a, b, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(b))


class Residual(nn.Module):
    def __init__(self, channels, filters, stride=1):
        super().__init__()
        self.first, self.second = unit(channels, filters, 3, stride), unit(filters, filters, 3, 1)
        self.projection = unit(channels, filters, 1, stride) if (channels, stride) != (filters, 1) else None
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        out = self.second(self.relu(self.first(x)))
        out += x if self.projection is None else self.projection(x)
        return self.relu(out)
"""

GRADIENT_EINSUM = """
def residual_gradient(x, w1, w2, upstream):
    before = torch.einsum("nd,dh->nh", x, w1)
    hidden = torch.where(before > 0, before, torch.zeros_like(before))
    back = torch.einsum("nd,hd->nh", upstream, w2)
    back = torch.where(before > 0, back, torch.zeros_like(back))
    dx = upstream + torch.einsum("nh,dh->nd", back, w1)
    return dx, torch.einsum("nd,nh->dh", x, back), torch.einsum("nh,nd->hd", hidden, upstream)
"""

GRADIENT_LOOP = """
def residual_gradient(x, w1, w2, upstream):
    dx = upstream.clone()
    dw1, dw2 = torch.zeros_like(w1), torch.zeros_like(w2)
    for n in range(x.shape[0]):
        for h in range(w1.shape[1]):
            a = (x[n] * w1[:, h]).sum()
            if a > 0:
                dw2[h] += a * upstream[n]
                da = (upstream[n] * w2[h]).sum()
                dx[n] += da * w1[:, h]
                dw1[:, h] += da * x[n]
    return [dx, dw1, dw2]
"""

AUGMENT_LOOP = """
def augment(x, down, right, mirrored):
    n, c, height, width = x.shape
    out = torch.zeros_like(x)
    for k in range(n):
        picture = x[k]
        if mirrored[k]:
            picture = picture.flip(2)
        for i in range(height):
            for j in range(width):
                a, b = i - int(down[k]), j - int(right[k])
                if 0 <= a < height and 0 <= b < width:
                    out[k, :, i, j] = picture[:, a, b]
    return out
"""

AUGMENT_GATHER = """
def augment(x, down, right, mirrored):
    count, _, height, width = x.shape
    rows = torch.arange(height) - down[:, None]
    columns = torch.arange(width) - right[:, None]
    inside = ((rows >= 0) & (rows < height))[:, :, None] & ((columns >= 0) & (columns < width))[:, None, :]
    rows, columns = rows.clamp(0, height - 1), columns.clamp(0, width - 1)
    columns = torch.where(mirrored[:, None], width - 1 - columns, columns)
    moved = x[torch.arange(count)[:, None, None], :, rows[:, :, None], columns[:, None, :]]
    return (moved * inside[..., None]).permute(0, 3, 1, 2).to(x.dtype)
"""

AUGMENT_SLICES = """
def augment(x, down, right, mirrored):
    x = x.clone()
    x[mirrored] = x[mirrored].flip(-1)
    out = torch.zeros_like(x)
    height, width = x.shape[2], x.shape[3]
    for n in range(len(x)):
        d, r = int(down[n]), int(right[n])
        part = x[n, :, max(0, -d) : height - max(0, d), max(0, -r) : width - max(0, r)]
        out[n, :, max(0, d) : height + min(0, d), max(0, r) : width + min(0, r)] = part
    return out
"""

METRICS_LOOP = """
def confusion_matrix(predicted, targets, classes):
    matrix = torch.zeros(classes, classes, dtype=torch.int64)
    for p, t in zip(predicted.tolist(), targets.tolist()):
        matrix[t, p] += 1
    return matrix


def topk_error(scores, targets, k):
    wrong = 0
    for row, target in zip(scores, targets):
        best = row.argsort(descending=True)[:k]
        if target not in best:
            wrong += 1
    return wrong / len(targets)
"""

METRICS_ONE_HOT = """
def confusion_matrix(predicted, targets, classes):
    return F.one_hot(targets, classes).T @ F.one_hot(predicted, classes)


def topk_error(scores, targets, k):
    higher = (scores > scores.gather(1, targets[:, None])).sum(dim=1)
    return (higher >= k).double().mean()
"""

METRICS_NUMPY = """
import numpy as np


def confusion_matrix(predicted, targets, classes):
    matrix = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(matrix, (targets.numpy(), predicted.numpy()), 1)
    return torch.from_numpy(matrix)


def topk_error(scores, targets, k):
    best = np.argsort(-scores.numpy(), axis=1)[:, :k]
    hit = (best == targets.numpy()[:, None]).any(axis=1)
    return float(1 - hit.mean())
"""

OWN_LOOP = """
from helpers import batches


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.norm1 = nn.Conv2d(1, 24, 3, padding=1), nn.BatchNorm2d(24)
        self.conv2, self.norm2 = nn.Conv2d(24, 32, 3, padding=1), nn.BatchNorm2d(32)
        self.conv3, self.norm3 = nn.Conv2d(32, 48, 3, padding=1), nn.BatchNorm2d(48)
        self.out = nn.Linear(48 * 9, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.norm1(self.conv1(x))), 2)
        x = F.max_pool2d(F.relu(self.norm2(self.conv2(x))), 2)
        x = F.max_pool2d(F.relu(self.norm3(self.conv3(x))), 2).flatten(1)
        return self.out(F.dropout(x, 0.2, self.training))


def my_network():
    return Small()


def train_my_network(x, y):
    network = my_network()
    optimizer = torch.optim.SGD(network.parameters(), 0.1, momentum=0.9, nesterov=True, weight_decay=1e-4)
    order = torch.Generator().manual_seed(0)
    steps = 6 * math.ceil(len(x) / 64)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=steps)
    network.train()
    for _ in range(6):
        for xb, yb in batches((x, y), 64, order):
            loss = F.cross_entropy(network(xb), yb)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            cycle.step()
    return network
"""

OWN_ALL_AT_ONCE = """
def my_network():
    return nn.Sequential(
        nn.Conv2d(1, 32, 5, stride=2, padding=2), nn.BatchNorm2d(32), nn.ReLU(),
        nn.Conv2d(32, 48, 3, padding=1), nn.BatchNorm2d(48), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(48, 48, 3, padding=1), nn.BatchNorm2d(48), nn.ReLU(),
        nn.Flatten(), nn.Dropout(0.4), nn.Linear(48 * 49, 10),
    )


def train_my_network(x, y):
    network = my_network()
    optimizer = torch.optim.AdamW(network.parameters(), 3e-3)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=7 * math.ceil(len(x) / 64))
    fit(network, (x, y), epochs=7, optimizer=optimizer, scheduler=cycle, loss=nn.CrossEntropyLoss(label_smoothing=0.05))
    return network
"""

RIGHT = {
    "modules of one's own": {
        "task1": LENET_MODULE,
        "task2": VGG_MODULE,
        "task3": INCEPTION_FLAT,
        "task4": RESIDUAL_FLAT,
        "task5": GRADIENT_EINSUM,
        "task6": AUGMENT_GATHER,
        "task7": METRICS_ONE_HOT,
    },
    "loops and lists": {
        "task1": LENET_LOOP,
        "task2": VGG_LISTS,
        "task3": INCEPTION_LIST,
        "task4": RESIDUAL_INPLACE,
        "task5": GRADIENT_LOOP,
        "task6": AUGMENT_LOOP,
        "task7": METRICS_LOOP,
    },
    "slices and NumPy": {"task6": AUGMENT_SLICES, "task7": METRICS_NUMPY},
    "own loop, own module": {"task8": OWN_LOOP},
    "a strided stem": {"task8": OWN_ALL_AT_ONCE},
}

WRONG = {
    "max for average pooling": {
        "task": "task1",
        "patch": {"AvgPool2d": "MaxPool2d"},
        "fails": ["task1-values"],
        "hint": "pooled by the maximum",
    },
    "LeNet with padding": {
        "task": "task1",
        "patch": {"(1, 6, 5)": "(1, 6, 5, padding=2)", "400": "576"},
        "fails": ["task1-parameters", "task1-values"],
        "hint": "C1 has a padding",
    },
    "padding without new sizes": {
        "task": "task1",
        "patch": {"(1, 6, 5)": "(1, 6, 5, padding=2)"},
        "fails": ["task1-shape", "task1-values"],
        "hint": "Follow the side",
    },
    "tanh on the scores": {
        "task": "task1",
        "patch": {"nn.Linear(84, 10),": "nn.Linear(84, 10), nn.Tanh(),"},
        "fails": ["task1-values"],
        "hint": "after the last layer",
    },
    "channels not handed on": {
        "task": "task2",
        "patch": {"        channels = filters\n": ""},
        "fails": ["task2-block"],
        "hint": "every later one has `filters`",
    },
    "VGG without padding": {
        "task": "task2",
        "patch": {", padding=1": ""},
        "fails": ["task2-block"],
        "hint": "without padding loses",
    },
    "no biases counted": {
        "task": "task2",
        "patch": {"products + item": "products"},
        "fails": ["task2-parameters"],
        "hint": "biases are missing",
    },
    "the side stays": {
        "task": "task2",
        "patch": {"side = side // 2": "pass"},
        "fails": ["task2-macs"],
        "hint": "halves the side",
    },
    "the side rounds up": {
        "task": "task2",
        "patch": {"side // 2": "(side + 1) // 2"},
        "fails": ["task2-macs"],
        "hint": "rounds down",
    },
    "stacked along the batch": {
        "task": "task3",
        "patch": {"dim=1": "dim=0"},
        "fails": ["task3-shape", "task3-values"],
        "hint": "Channels are dimension 1",
    },
    "branches in another order": {
        "task": "task3",
        "patch": {"self.three(x), self.deep(x)": "self.deep(x), self.three(x)"},
        "fails": ["task3-values"],
        "hint": "exchanged the second and the third",
    },
    "pooling by the mean": {
        "task": "task3",
        "patch": {"nn.MaxPool2d": "nn.AvgPool2d"},
        "fails": ["task3-values"],
        "hint": "not by the mean",
    },
    "pooling that shrinks": {
        "task": "task3",
        "patch": {"stride=1, padding=1": "stride=1"},
        "fails": ["task3-shape", "task3-values"],
        "hint": "keep the side",
    },
    "skip forgotten": {
        "task": "task4",
        "patch": {"self.body(x) + self.shortcut(x)": "self.body(x)"},
        "fails": ["task4-values", "task4-shortcut"],
        "hint": "the skip is not added",
    },
    "ReLU before the sum": {
        "task": "task4",
        "patch": {"F.relu(self.body(x) + self.shortcut(x))": "F.relu(self.body(x)) + self.shortcut(x)"},
        "fails": ["task4-values", "task4-shortcut"],
        "hint": "you put it before",
    },
    "no projection for a stride alone": {
        "task": "task4",
        "patch": {"stride > 1 or channels != filters": "channels != filters"},
        "fails": ["task4-shape", "task4-shortcut"],
        "hint": "needs a projection too",
    },
    "skip detached": {
        "task": "task4",
        "patch": {"self.shortcut(x))": "self.shortcut(x).detach())"},
        "fails": ["task4-shortcut"],
        "hint": "detach()",
    },
    "projection always": {
        "task": "task4",
        "patch": {"if stride > 1 or channels != filters:": "if True:"},
        "fails": ["task4-shortcut"],
        "hint": "the skip is x itself",
    },
    "gradient without the skip": {
        "task": "task5",
        "patch": {"return upstream + da @ w1.T": "return da @ w1.T"},
        "fails": ["task5-input"],
        "hint": "through the skip is missing",
    },
    "gradient without the ReLU": {
        "task": "task5",
        "patch": {" * (a > 0)": ""},
        "fails": ["task5-input", "task5-weights"],
        "hint": "ReLU is missing on the way back",
    },
    "ReLU of the gradient": {
        "task": "task5",
        "patch": {"(upstream @ w2.T) * (a > 0)": "(upstream @ w2.T).clamp(min=0)"},
        "fails": ["task5-input", "task5-weights"],
        "hint": "look at x @ w1",
    },
    "dw2 without the ReLU": {
        "task": "task5",
        "patch": {"a.clamp(min=0).T": "a.T"},
        "fails": ["task5-weights"],
        "hint": "stands in dw2",
    },
    "rolled pictures": {
        "task": "task6",
        "answer": """
def augment(x, down, right, mirrored):
    x = torch.where(mirrored.view(-1, 1, 1, 1), x.flip(-1), x)
    return torch.stack([p.roll((int(i), int(j)), (1, 2)) for p, i, j in zip(x, down, right)])
""",
        "fails": ["task6-shift", "task6-mirror"],
        "hint": "torch.roll",
    },
    "signs reversed": {
        "task": "task6",
        "patch": {"reach - i": "reach + i", "reach - j": "reach + j"},
        "fails": ["task6-shift", "task6-mirror"],
        "hint": "wrong way round",
    },
    "mirrored in place": {
        "task": "task6",
        "patch": {
            "pictures = torch.where(mirrored.view(-1, 1, 1, 1), x.flip(-1), x)": "pictures = x\n"
            "    pictures[mirrored] = pictures[mirrored].flip(-1)"
        },
        "fails": ["task6-untouched"],
        "hint": "changed. Work on",
    },
    "float for uint8": {
        "task": "task6",
        "patch": {"torch.empty_like(x)": "torch.zeros(x.shape)"},
        "fails": ["task6-untouched"],
        "hint": "dtype of x",
    },
    "mirrored top to bottom": {
        "task": "task6",
        "patch": {"flip(-1)": "flip(-2)"},
        "fails": ["task6-mirror", "task6-untouched"],
        "hint": "top to bottom",
    },
    "matrix transposed": {
        "task": "task7",
        "patch": {"targets * classes + predicted": "predicted * classes + targets"},
        "fails": ["task7-matrix"],
        "hint": "exchanged",
    },
    "equal pairs once": {
        "task": "task7",
        "patch": {
            "return torch.bincount(targets * classes + predicted, minlength=classes * classes).view(classes, classes)": (
                "matrix = torch.zeros(classes, classes, dtype=torch.int64)\n"
                "    matrix[targets, predicted] += 1\n"
                "    return matrix"
            )
        },
        "fails": ["task7-matrix"],
        "hint": "once only",
    },
    "matrix of the example": {
        "task": "task7",
        "patch": {
            "return torch.bincount(targets * classes + predicted, minlength=classes * classes).view(classes, classes)": (
                "return torch.tensor([[1, 0, 1, 0], [0, 1, 0, 0], [0, 0, 2, 0], [0, 0, 0, 0]])"
            )
        },
        "fails": ["task7-matrix"],
        "hint": "the example",
    },
    "accuracy for error": {
        "task": "task7",
        "patch": {"1 - found": "found"},
        "fails": ["task7-topk"],
        "hint": "share of right answers",
    },
    "top-1 for top-k": {
        "task": "task7",
        "patch": {"topk(k": "topk(1"},
        "fails": ["task7-topk"],
        "hint": "highest score alone",
    },
    "untrained network": {
        "task": "task8",
        "patch": {
            "    return network\n": "    return my_network()\n",
            "epochs, size = 5, 50": "epochs, size = 1, 2000",
        },
        "fails": ["task8-first", "task8-second"],
        "hint": "looks untrained",
    },
    "too many parameters": {
        "task": "task8",
        "patch": {"nn.Linear(32 * 7 * 7, 10)": "nn.Linear(32 * 7 * 7, 128), nn.ReLU(), nn.Linear(128, 10)"},
        "fails": ["task8-build", "task8-first", "task8-second"],
        "hint": "At most 100,000",
    },
    "softmax as the last layer": {
        "task": "task8",
        "patch": {
            "32 * 7 * 7, 10)": "32 * 7 * 7, 10), nn.Softmax(dim=1)",
            "epochs, size = 5, 50": "epochs, size = 1, 500",
        },
        "fails": ["task8-build", "task8-first", "task8-second"],
        "hint": "does the softmax itself",
    },
    "dropout that never stops": {
        "task": "task8",
        "patch": {
            "F.relu(self.body(x) + x)": "F.dropout(F.relu(self.body(x) + x), 0.5)",
            "epochs, size = 5, 50": "epochs, size = 1, 500",
        },
        "fails": ["task8-build", "task8-first", "task8-second"],
        "hint": "evaluation mode",
    },
    "nothing returned": {
        "task": "task8",
        "patch": {
            "    return network\n": "    return None\n",
            "epochs, size = 5, 50": "epochs, size = 1, 2000",
        },
        "fails": ["task8-first", "task8-second"],
        "hint": "must return the trained network",
    },
}
