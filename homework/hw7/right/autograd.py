"""Autograd and NumPy style."""


# %% task1
def discriminator_loss(real, fake):
    nothing = torch.zeros((), dtype=real.dtype)
    return torch.logaddexp(nothing, -real).mean() + torch.logaddexp(nothing, fake).mean()


def generator_loss(fake):
    return torch.logaddexp(torch.zeros((), dtype=fake.dtype), -fake).mean()


# %% task2
def best_discriminator(p, q):
    result = torch.full_like(p, 0.5)
    seen = (p > 0) | (q > 0)
    result[seen] = p[seen] / (p[seen] + q[seen])
    return result


def game_value(p, q, dx):
    a, b = p > 0, q > 0
    real = (p[a] * torch.log(p[a] / (p[a] + q[a]))).sum()
    forged = (q[b] * torch.log(q[b] / (p[b] + q[b]))).sum()
    return (real + forged) * dx


# %% task3
def play_round(G, D, opt_g, opt_d, z, x):
    fake = G(z)
    on_d = list(D.parameters())
    loss_d = loss_of_d(D(x), D(fake.detach()))
    for w, slope in zip(on_d, torch.autograd.grad(loss_d, on_d)):
        w.grad = slope
    opt_d.step()
    on_g = list(G.parameters())
    loss_g = loss_of_g(D(fake))
    for w, slope in zip(on_g, torch.autograd.grad(loss_g, on_g)):
        w.grad = slope
    opt_g.step()
    return loss_d.item(), loss_g.item()


# %% task5
def moments(features):
    x = features.numpy().astype("float64")
    mean = x.mean(axis=0)
    return torch.from_numpy(mean), torch.from_numpy((x - mean).T @ (x - mean) / (x.shape[0] - 1))


def frechet(mean_a, cov_a, mean_b, cov_b):
    values, vectors = torch.linalg.eigh(cov_a)
    root = vectors @ torch.diag(values.clamp(min=0).sqrt()) @ vectors.T
    mixed = torch.linalg.eigvalsh(root @ cov_b @ root).clamp(min=0).sqrt().sum()
    return float(torch.dot(mean_a - mean_b, mean_a - mean_b) + cov_a.trace() + cov_b.trace() - 2 * mixed)


# %% task6
def modes_covered(points, centres, radius, share):
    distance = torch.cdist(points, centres)
    nearest = distance.argmin(dim=1)
    found = 0
    for number in range(len(centres)):
        inside = (nearest == number) & (distance[:, number] <= radius)
        found += int(inside.sum().item() >= share * len(points))
    return found


# %% task7
def train_cgan(pictures, labels, seed):
    torch.manual_seed(seed)
    G = nn.Sequential(
        nn.Linear(26, 256),
        nn.Unflatten(1, (64, 2, 2)),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        nn.ConvTranspose2d(64, 32, 4, stride=2, padding=1),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.ConvTranspose2d(32, 1, 4, stride=2, padding=1),
        nn.Tanh(),
    )
    D = nn.Sequential(
        nn.Conv2d(1, 32, 4, stride=2, padding=1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(32, 64, 4, stride=2, padding=1),
        nn.LeakyReLU(0.2),
        nn.Flatten(),
        nn.Linear(256, 10),
    )
    optimizers = [torch.optim.Adam(net.parameters(), lr=3e-3, betas=(0.0, 0.9)) for net in (D, G)]
    average = {name: value.clone() for name, value in G.state_dict().items()}
    for _ in range(400):
        rows = torch.randint(len(pictures), (64,))
        y = labels[rows]
        codes = F.one_hot(y, 10).float()
        fake = G(torch.cat([torch.randn(64, 16), codes], dim=1))
        score = lambda images: (D(images) * codes).sum(dim=1)
        for number, optimizer in enumerate(optimizers):
            optimizer.zero_grad()
            if number == 0:
                loss = (
                    -F.logsigmoid(score(pictures[rows])).mean() - F.logsigmoid(-score(fake.detach())).mean()
                )
            else:
                loss = -F.logsigmoid(score(fake)).mean()
            loss.backward()
            optimizer.step()
        for name, value in G.state_dict().items():
            average[name] = 0.97 * average[name] + 0.03 * value if value.is_floating_point() else value
    G.load_state_dict(average)
    G.eval()
    return lambda z, y: G(torch.cat([z, F.one_hot(y, 10).float()], dim=1))
