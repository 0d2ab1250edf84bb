"""As the lessons write it."""


# %% task1
def discriminator_loss(real, fake):
    """Scores of n real and of m forged samples, any shape -> L_D, a scalar tensor."""
    return -F.logsigmoid(real).mean() - F.logsigmoid(-fake).mean()


def generator_loss(fake):
    """Scores of m forged samples, any shape -> L_G, the non-saturating loss, a scalar tensor."""
    return -F.logsigmoid(fake).mean()


# %% task2
def best_discriminator(p, q):
    """Densities (any shape) of real and forged data at the same places -> D*, the same shape."""
    return torch.where((p == 0) & (q == 0), 0.5, p / (p + q))


def game_value(p, q, dx):
    """Densities (M,) on a grid with step dx -> V against the best discriminator, a scalar tensor, in nats."""
    gain = torch.xlogy(p, best_discriminator(p, q)) + torch.xlogy(q, best_discriminator(q, p))
    return (gain * dx).sum()


# %% task3
def play_round(G, D, opt_g, opt_d, z, x):
    """One round on noise z (m, ...) and real data x (n, ...) -> (L_D, L_G), two floats."""
    fake = G(z)

    opt_d.zero_grad()
    l_d = loss_of_d(D(x), D(fake.detach()))
    l_d.backward()
    opt_d.step()

    opt_g.zero_grad()
    l_g = loss_of_g(D(fake))
    l_g.backward()
    opt_g.step()
    return l_d.item(), l_g.item()


# %% task4
def with_label(z, y, classes):
    """Noise (n, d), labels (n,) -> (n, d + classes)"""
    return torch.cat([z, F.one_hot(y, classes).to(z.dtype)], dim=1)


def with_planes(x, y, classes):
    """Pictures (n, c, h, w), labels (n,) -> (n, c + classes, h, w)"""
    planes = F.one_hot(y, classes).to(x.dtype)[:, :, None, None].expand(-1, -1, *x.shape[2:])
    return torch.cat([x, planes], dim=1)


# %% task5
def moments(features):
    """(n, d) -> mean (d,) and covariance (d, d), float64."""
    features = features.double()
    return features.mean(dim=0), torch.atleast_2d(torch.cov(features.T))


def frechet(mean_a, cov_a, mean_b, cov_b):
    """Means (d,), covariances (d, d) -> the squared Fréchet distance."""
    roots = torch.linalg.eigvals(cov_a @ cov_b).real.clamp(min=0).sqrt()
    means = (mean_a - mean_b).square().sum()
    return (means + cov_a.trace() + cov_b.trace() - 2 * roots.sum()).item()


# %% task6
def modes_covered(points, centres, radius, share):
    """Points (n, d), centres (k, d) -> how many centres have at least share * n points within the radius."""
    distance, nearest = torch.cdist(points, centres).min(dim=1)
    near = distance <= radius
    counts = nearest[near].bincount(minlength=len(centres))
    return int((counts >= share * len(points)).sum())


# %% task7
class LabelledGenerator(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(16 + 10, 100),
            nn.LeakyReLU(0.2),
            nn.Linear(100, 100),
            nn.LeakyReLU(0.2),
            nn.Linear(100, 64),
            nn.Tanh(),
            nn.Unflatten(1, (1, 8, 8)),
        )

    def forward(self, z, y):
        return self.net(torch.cat([z, F.one_hot(y, 10).float()], dim=1))


class LabelledDiscriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Flatten(),
            nn.Linear(64, 100),
            nn.LeakyReLU(0.2),
            nn.Linear(100, 100),
            nn.LeakyReLU(0.2),
            nn.Linear(100, 10),
        )

    def forward(self, x, y):
        return self.net(x).gather(1, y[:, None])


@torch.no_grad()
def follow(slow, G, number):
    keep = min(0.98, number / (number + 9))
    for old, new in zip(slow.parameters(), G.parameters()):
        old.lerp_(new, 1 - keep)
    for old, new in zip(slow.buffers(), G.buffers()):
        old.copy_(new)


def train_cgan(pictures, labels, seed):
    """Real pictures (n, 1, 8, 8) in [-1, 1], labels (n,), a number -> make(z, y), see above."""
    torch.manual_seed(seed)
    D, G = LabelledDiscriminator(), LabelledGenerator()
    slow = copy.deepcopy(G).eval()
    opt_g = torch.optim.Adam(G.parameters(), lr=3e-3, betas=(0.0, 0.9))
    opt_d = torch.optim.Adam(D.parameters(), lr=3e-3, betas=(0.0, 0.9))
    for number in range(1, 501):
        chosen = torch.randint(len(pictures), (64,))
        x, y = pictures[chosen], labels[chosen]
        fake = G(torch.randn(64, 16), y)

        opt_d.zero_grad()
        loss_of_d(D(x, y), D(fake.detach(), y)).backward()
        opt_d.step()

        opt_g.zero_grad()
        loss_of_g(D(fake, y)).backward()
        opt_g.step()
        follow(slow, G, number)
    return slow
