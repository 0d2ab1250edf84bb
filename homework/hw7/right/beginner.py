"""Beginner style, loops."""


# %% task1
def discriminator_loss(real, fake):
    log_real = F.logsigmoid(real)
    log_fake = F.logsigmoid(-fake)
    part_real = -log_real.sum() / real.numel()
    part_fake = -log_fake.sum() / fake.numel()
    total = part_real + part_fake
    return total


def generator_loss(fake):
    log_fake = F.logsigmoid(fake)
    return -log_fake.sum() / fake.numel()


# %% task2
def best_discriminator(p, q):
    answer = torch.full_like(p, 0.5)
    flat, flat_p, flat_q = answer.view(-1), p.reshape(-1), q.reshape(-1)
    for i in range(len(flat)):
        if flat_p[i] + flat_q[i] > 0:
            flat[i] = flat_p[i] / (flat_p[i] + flat_q[i])
    return answer


def game_value(p, q, dx):
    value = torch.zeros((), dtype=p.dtype)
    for one, other in zip(p, q):
        if one > 0:
            value = value + one * torch.log(one / (one + other)) * dx
        if other > 0:
            value = value + other * torch.log(other / (one + other)) * dx
    return value


# %% task3
def play_round(G, D, opt_g, opt_d, z, x):
    fake = G(z)
    # the discriminator's turn
    opt_d.zero_grad()
    fake_for_d = fake.detach()
    score_real = D(x)
    score_fake = D(fake_for_d)
    loss_d = loss_of_d(score_real, score_fake)
    loss_d.backward()
    opt_d.step()
    loss_d_number = float(loss_d.item())
    # the generator's turn
    opt_g.zero_grad()
    score_again = D(fake)
    loss_g = loss_of_g(score_again)
    loss_g.backward()
    opt_g.step()
    loss_g_number = float(loss_g.item())
    return loss_d_number, loss_g_number


# %% task4
def with_label(z, y, classes):
    n = z.shape[0]
    label = torch.zeros(n, classes, dtype=z.dtype)
    for i in range(n):
        label[i, y[i]] = 1
    return torch.cat([z, label], dim=1)


def with_planes(x, y, classes):
    n, c, h, w = x.shape
    planes = torch.zeros(n, classes, h, w, dtype=x.dtype)
    for i in range(n):
        for row in range(h):
            for column in range(w):
                planes[i, y[i], row, column] = 1
    return torch.cat([x, planes], dim=1)


# %% task5
def moments(features):
    features = features.to(torch.float64)
    n, d = features.shape
    mean = torch.zeros(d, dtype=torch.float64)
    for row in features:
        mean = mean + row / n
    covariance = torch.zeros(d, d, dtype=torch.float64)
    for row in features:
        covariance = covariance + torch.outer(row - mean, row - mean) / (n - 1)
    return mean, covariance


def frechet(mean_a, cov_a, mean_b, cov_b):
    distance = 0.0
    for i in range(len(mean_a)):
        distance += (mean_a[i].item() - mean_b[i].item()) ** 2
        distance += cov_a[i, i].item() + cov_b[i, i].item()
    for value in torch.linalg.eigvals(cov_a @ cov_b):
        distance -= 2 * math.sqrt(max(value.real.item(), 0.0))
    return distance


# %% task6
def modes_covered(points, centres, radius, share):
    counts = [0] * len(centres)
    for point in points:
        distances = [(point - centre).norm().item() for centre in centres]
        nearest = distances.index(min(distances))
        if distances[nearest] <= radius:
            counts[nearest] += 1
    covered = 0
    for count in counts:
        if count >= share * len(points):
            covered += 1
    return covered
