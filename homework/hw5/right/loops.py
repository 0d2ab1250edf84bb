"""Loops and lists."""


# %% task1
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


# %% task2
def vgg_block(channels, filters, count):
    first = [nn.Conv2d(channels, filters, 3, 1, 1), nn.ReLU(inplace=True)]
    more = [
        layer
        for _ in range(count - 1)
        for layer in (nn.Conv2d(filters, filters, 3, 1, 1), nn.ReLU(inplace=True))
    ]
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


# %% task3
class Inception(nn.Module):
    def __init__(self, channels, one, three, deep, pool):
        super().__init__()
        plans = [
            [(one, 1)],
            [(three[0], 1), (three[1], 3)],
            [(deep[0], 1), (deep[1], 3), (deep[1], 3)],
            [(pool, 1)],
        ]
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


# %% task4
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


# %% task5
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


# %% task6
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


# %% task7
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
