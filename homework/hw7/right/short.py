"""Short, softplus, eye, einsum."""


# %% task1
def generator_loss(fake):
    return F.softplus(-fake).mean()


discriminator_loss = lambda real, fake: generator_loss(real) + generator_loss(-fake)


# %% task2
def best_discriminator(p, q):
    return (p / (p + q)).nan_to_num(nan=0.5)


def game_value(p, q, dx):
    return dx * sum(torch.special.xlogy(a, best_discriminator(a, b)).sum() for a, b in ((p, q), (q, p)))


# %% task3
def play_round(G, D, opt_g, opt_d, z, x):
    losses, fake = [], G(z)
    for optimizer, loss in (
        (opt_d, lambda: loss_of_d(D(x), D(fake.detach()))),
        (opt_g, lambda: loss_of_g(D(fake))),
    ):
        value = loss()
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        losses.append(value.item())
    return losses


# %% task4
def with_label(z, y, classes):
    return torch.hstack([z, torch.eye(classes, dtype=z.dtype)[y]])


def with_planes(x, y, classes):
    one_hot = torch.eye(classes, dtype=x.dtype)[y]
    return torch.cat([x, torch.einsum("nk,hw->nkhw", one_hot, torch.ones(x.shape[2:], dtype=x.dtype))], 1)


# %% task5
def moments(features):
    wide = features.double()
    return wide.mean(0), torch.atleast_2d(torch.cov(wide.T))


def frechet(mean_a, cov_a, mean_b, cov_b):
    mixed = torch.linalg.eigvals(cov_a @ cov_b).sqrt().real.sum()
    return ((mean_a - mean_b) ** 2).sum() + torch.trace(cov_a + cov_b) - 2 * mixed


# %% task6
def modes_covered(points, centres, radius, share):
    distance = (points.unsqueeze(1) - centres).square().sum(dim=2).sqrt()
    nearest = F.one_hot(distance.argmin(dim=1), len(centres)).bool()
    return ((nearest & (distance <= radius)).double().mean(dim=0) >= share).sum().item()
