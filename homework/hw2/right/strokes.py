"""Strokes, mini-batches, own gradient."""


# %% task7
def features(images):
    """Sobel and diagonal edges, light to dark and dark to light, pooled over 4 x 4 pixels."""
    across = torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
    slant = torch.tensor([[0.0, 1.0, 2.0], [-1.0, 0.0, 1.0], [-2.0, -1.0, 0.0]])
    kernels = torch.stack([across, across.T, slant, slant.flip(1)]).unsqueeze(1) / 4
    edges = F.conv2d(images, kernels, padding=1)
    edges = torch.cat([edges.clamp(min=0), (-edges).clamp(min=0)], dim=1)
    return 4 * F.avg_pool2d(edges, 4).flatten(1)


def train_reader(images, labels):
    x = features(images)
    W, b = torch.zeros(10, x.shape[1]), torch.zeros(10)
    for epoch in range(25):
        for batch in torch.randperm(len(x)).split(100):
            scores = x[batch] @ W.T + b
            p = scores.exp() / scores.exp().sum(1, keepdim=True)
            p[torch.arange(len(batch)), labels[batch]] -= 1
            W -= 0.3 * p.T @ x[batch] / len(batch)
            b -= 0.3 * p.mean(0)
    return W, b
