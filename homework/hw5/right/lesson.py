"""As the lessons write it."""


# %% task1
def lenet5():
    """LeNet-5 with average pooling and tanh: (N, 1, 32, 32) -> (N, 10)."""
    return nn.Sequential(
        nn.Conv2d(1, 6, 5),
        nn.Tanh(),
        nn.AvgPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.Tanh(),
        nn.AvgPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 120),
        nn.Tanh(),
        nn.Linear(120, 84),
        nn.Tanh(),
        nn.Linear(84, 10),
    )


# %% task2
def vgg_block(channels, filters, count):
    """Module: (N, channels, H, W) -> (N, filters, H // 2, W // 2)."""
    layers = []
    for _ in range(count):
        layers += [nn.Conv2d(channels, filters, 3, padding=1), nn.ReLU()]
        channels = filters
    return nn.Sequential(*layers, nn.MaxPool2d(2))


def vgg_cost(config, channels, side):
    """Parameters and MACs, two int, of the 3 x 3 convolutions of a VGG line."""
    parameters, macs = 0, 0
    for item in config:
        if item == "M":
            side = side // 2
        else:
            parameters += (3 * 3 * channels + 1) * item
            macs += side * side * item * 3 * 3 * channels
            channels = item
    return parameters, macs


# %% task3
class Inception(nn.Module):
    """(N, channels, H, W) -> (N, one + three[1] + deep[1] + pool, H, W)."""

    def __init__(self, channels, one, three, deep, pool):
        super().__init__()

        def conv_unit(channels, filters, kernel):
            return nn.Sequential(nn.Conv2d(channels, filters, kernel, padding=kernel // 2), nn.ReLU())

        self.one = conv_unit(channels, one, 1)
        self.three = nn.Sequential(conv_unit(channels, three[0], 1), conv_unit(*three, 3))
        self.deep = nn.Sequential(
            conv_unit(channels, deep[0], 1), conv_unit(*deep, 3), conv_unit(deep[1], deep[1], 3)
        )
        self.pool = nn.Sequential(nn.MaxPool2d(3, stride=1, padding=1), conv_unit(channels, pool, 1))

    def forward(self, x):
        return torch.cat([self.one(x), self.three(x), self.deep(x), self.pool(x)], dim=1)


# %% task4
class Residual(nn.Module):
    """(N, channels, H, W) -> (N, filters, H / stride, W / stride), rounded up."""

    def __init__(self, channels, filters, stride=1):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, filters, 3, stride, 1, bias=False),
            nn.BatchNorm2d(filters),
            nn.ReLU(),
            nn.Conv2d(filters, filters, 3, 1, 1, bias=False),
            nn.BatchNorm2d(filters),
        )
        self.shortcut = nn.Identity()
        if stride > 1 or channels != filters:
            self.shortcut = nn.Sequential(
                nn.Conv2d(channels, filters, 1, stride, bias=False), nn.BatchNorm2d(filters)
            )

    def forward(self, x):
        return F.relu(self.body(x) + self.shortcut(x))


# %% task5
def residual_gradient(x, w1, w2, upstream):
    """Gradients (dx, dw1, dw2) for z = x + relu(x @ w1) @ w2, given upstream (N, D), the gradient by z."""
    z = x @ w1
    a = z.clamp(min=0)
    dw2 = a.T @ upstream
    d_a = upstream @ w2.T
    d_z = d_a * (z > 0)
    dw1 = x.T @ d_z
    dx = upstream + d_z @ w1.T
    return dx, dw1, dw2


# %% task6
def augment(x, down, right, mirrored):
    """Mirror and move each picture of x (N, C, H, W) by its own numbers; a new tensor like x."""
    height, width = x.shape[2:]
    out = torch.zeros_like(x)
    for n in range(len(x)):
        picture = x[n].flip(-1) if mirrored[n] else x[n]
        d, r = int(down[n]), int(right[n])
        wide = F.pad(picture, (width, width, height, height))
        out[n] = wide[:, height - d : height - d + height, width - r : width - r + width]
    return out


# %% task7
def confusion_matrix(predicted, targets, classes):
    """(N,), (N,) int64 -> (classes, classes) int64: rows are the true classes, columns the predicted ones."""
    matrix = torch.zeros(classes, classes, dtype=torch.int64)
    for p, t in zip(predicted, targets):
        matrix[t, p] += 1
    return matrix


def topk_error(scores, targets, k):
    """Share of the rows of scores (N, K) whose target is not among the k highest; a float."""
    best = scores.topk(k, dim=1).indices
    right = (best == targets.unsqueeze(1)).any(dim=1)
    return 1 - right.float().mean().item()


# %% task8
def my_network():
    """A new network: (N, 1, 28, 28) -> scores (N, 10)."""

    def conv_unit(channels, filters):
        conv = nn.Conv2d(channels, filters, 3, padding=1, bias=False)
        return nn.Sequential(conv, nn.BatchNorm2d(filters), nn.ReLU(inplace=True))

    return nn.Sequential(
        conv_unit(1, 16),
        nn.MaxPool2d(2),
        conv_unit(16, 32),
        nn.MaxPool2d(2),
        conv_unit(32, 64),
        nn.Flatten(),
        nn.Dropout(0.3),
        nn.Linear(64 * 7 * 7, 10),
    )


def train_my_network(x, y):
    """A network of my_network(), trained on x (N, 1, 28, 28) and y (N,)."""
    model, epochs, lr, batch_size = my_network(), 5, 5e-3, 50
    optimizer = torch.optim.Adam(model.parameters(), lr)
    steps = epochs * math.ceil(len(x) / batch_size)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, lr, total_steps=steps)
    fit(model, (x, y), epochs=epochs, optimizer=optimizer, scheduler=cycle, batch_size=batch_size)
    return model
