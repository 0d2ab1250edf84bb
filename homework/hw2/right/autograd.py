"""nn.Linear and autograd."""


# %% task7
def features(images):
    """Pixels, and in four directions how much ink has no ink next to it; both pooled with overlap."""
    padded = F.pad(images, (1, 1, 1, 1))
    ends = [padded[..., 1 + i : 29 + i, 1 + j : 29 + j] for i, j in ((0, 1), (1, 0), (1, 1), (1, -1))]
    ends = torch.cat([torch.relu(sign * (images - end)) for end in ends for sign in (1, -1)], dim=1)
    return torch.cat([F.avg_pool2d(images, 2).flatten(1), 6 * F.avg_pool2d(ends, 6, 4, 1).flatten(1)], dim=1)


def train_reader(images, labels):
    x = features(images)
    layer = torch.nn.Linear(x.shape[1], 10)
    parameters = list(layer.parameters())
    speeds = [torch.zeros_like(p) for p in parameters]
    for _ in range(200):
        layer.zero_grad()
        F.cross_entropy(layer(x), labels).backward()
        with torch.no_grad():
            for p, speed in zip(parameters, speeds):
                speed.mul_(0.9).add_(p.grad)
                p.sub_(0.15 * speed)
    return layer.weight, layer.bias
