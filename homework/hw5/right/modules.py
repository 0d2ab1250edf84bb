"""Modules of one's own."""


# %% task1
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


# %% task2
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


# %% task3
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


# %% task4
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


# %% task5
def residual_gradient(x, w1, w2, upstream):
    before = torch.einsum("nd,dh->nh", x, w1)
    hidden = torch.where(before > 0, before, torch.zeros_like(before))
    back = torch.einsum("nd,hd->nh", upstream, w2)
    back = torch.where(before > 0, back, torch.zeros_like(back))
    dx = upstream + torch.einsum("nh,dh->nd", back, w1)
    return dx, torch.einsum("nd,nh->dh", x, back), torch.einsum("nh,nd->hd", hidden, upstream)


# %% task6
def augment(x, down, right, mirrored):
    count, _, height, width = x.shape
    rows = torch.arange(height) - down[:, None]
    columns = torch.arange(width) - right[:, None]
    inside = ((rows >= 0) & (rows < height))[:, :, None] & ((columns >= 0) & (columns < width))[:, None, :]
    rows, columns = rows.clamp(0, height - 1), columns.clamp(0, width - 1)
    columns = torch.where(mirrored[:, None], width - 1 - columns, columns)
    moved = x[torch.arange(count)[:, None, None], :, rows[:, :, None], columns[:, None, :]]
    return (moved * inside[..., None]).permute(0, 3, 1, 2).to(x.dtype)


# %% task7
def confusion_matrix(predicted, targets, classes):
    return F.one_hot(targets, classes).T @ F.one_hot(predicted, classes)


def topk_error(scores, targets, k):
    higher = (scores > scores.gather(1, targets[:, None])).sum(dim=1)
    return (higher >= k).double().mean().item()
