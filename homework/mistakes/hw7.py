"""Right and wrong answers to homework 7."""

BEGINNER = {
    "task1": """
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
""",
    "task2": """
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
""",
    "task3": """
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
""",
    "task4": """
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
""",
    "task5": """
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
""",
    "task6": """
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
""",
}

SHORT = {
    "task1": """
def generator_loss(fake):
    return F.softplus(-fake).mean()


discriminator_loss = lambda real, fake: generator_loss(real) + generator_loss(-fake)
""",
    "task2": """
def best_discriminator(p, q):
    return (p / (p + q)).nan_to_num(nan=0.5)


def game_value(p, q, dx):
    return dx * sum(torch.special.xlogy(a, best_discriminator(a, b)).sum() for a, b in ((p, q), (q, p)))
""",
    "task3": """
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
""",
    "task4": """
def with_label(z, y, classes):
    return torch.hstack([z, torch.eye(classes, dtype=z.dtype)[y]])


def with_planes(x, y, classes):
    one_hot = torch.eye(classes, dtype=x.dtype)[y]
    return torch.cat([x, torch.einsum("nk,hw->nkhw", one_hot, torch.ones(x.shape[2:], dtype=x.dtype))], 1)
""",
    "task5": """
def moments(features):
    wide = features.double()
    return wide.mean(0), torch.atleast_2d(torch.cov(wide.T))


def frechet(mean_a, cov_a, mean_b, cov_b):
    mixed = torch.linalg.eigvals(cov_a @ cov_b).sqrt().real.sum()
    return ((mean_a - mean_b) ** 2).sum() + torch.trace(cov_a + cov_b) - 2 * mixed
""",
    "task6": """
def modes_covered(points, centres, radius, share):
    distance = (points.unsqueeze(1) - centres).square().sum(dim=2).sqrt()
    nearest = F.one_hot(distance.argmin(dim=1), len(centres)).bool()
    return ((nearest & (distance <= radius)).double().mean(dim=0) >= share).sum().item()
""",
}

MODULES = {
    "task1": """
class Loss(nn.Module):
    def __init__(self):
        super().__init__()
        self.log = nn.LogSigmoid()

    def forward(self, scores):
        return -torch.mean(self.log(scores))


def discriminator_loss(real, fake):
    return Loss()(real) + Loss()(-1 * fake)


def generator_loss(fake):
    return Loss()(fake)
""",
    "task3": """
def play_round(G, D, opt_g, opt_d, z, x):
    # both sets of gradients are emptied at the top; with detach, D's loss leaves nothing in G
    opt_d.zero_grad()
    opt_g.zero_grad()
    fake = G(z)
    loss_d = loss_of_d(D(x), D(fake.detach()))
    loss_d.backward()
    opt_d.step()
    for w in D.parameters():
        w.requires_grad_(False)
    loss_g = loss_of_g(D(fake))
    loss_g.backward()
    for w in D.parameters():
        w.requires_grad_(True)
    opt_g.step()
    return loss_d.item(), loss_g.item()
""",
    "task4": """
class JoinLabel(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.classes = classes

    def forward(self, z, y):
        columns = torch.zeros(len(z), self.classes, dtype=z.dtype).scatter(1, y.view(-1, 1), 1.0)
        return torch.cat((z, columns), dim=1)


def with_label(z, y, classes):
    return JoinLabel(classes)(z, y)


def with_planes(x, y, classes):
    n, c, h, w = x.shape
    extra = x.new_zeros(n, classes, h, w)
    extra[torch.arange(n), y] = 1
    return torch.cat((x, extra), dim=1)
""",
    "task7": """
class Player(nn.Module):
    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, inputs, y):
        return self.net(torch.cat([inputs.flatten(1), F.one_hot(y, 10).to(inputs.dtype)], dim=1))


def train_cgan(pictures, labels, seed):
    torch.manual_seed(seed)
    G = Player(nn.Sequential(
        nn.Linear(26, 128), nn.BatchNorm1d(128), nn.ReLU(), nn.Linear(128, 128), nn.BatchNorm1d(128), nn.ReLU(),
        nn.Linear(128, 64), nn.Tanh(), nn.Unflatten(1, (1, 8, 8)),
    ))
    D = Player(nn.Sequential(
        nn.Linear(74, 128), nn.LeakyReLU(0.2), nn.Linear(128, 128), nn.LeakyReLU(0.2), nn.Linear(128, 1),
    ))
    slow = torch.optim.swa_utils.AveragedModel(
        G, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.98), use_buffers=True
    )
    opt_g = torch.optim.Adam(G.parameters(), lr=2e-3, betas=(0.0, 0.9), fused=True)
    opt_d = torch.optim.Adam(D.parameters(), lr=2e-3, betas=(0.0, 0.9), fused=True)
    for _ in range(1000):
        rows = torch.randint(len(pictures), (64,))
        x, y, z = pictures[rows], labels[rows], torch.randn(64, 16)
        fake = G(z, y)
        opt_d.zero_grad()
        (F.softplus(-D(x, y)).mean() + F.softplus(D(fake.detach(), y)).mean()).backward()
        opt_d.step()
        opt_g.zero_grad()
        F.softplus(-D(fake, y)).mean().backward()
        opt_g.step()
        slow.update_parameters(G)
    return slow.eval()
""",
}

AUTOGRAD = {
    "task1": """
def discriminator_loss(real, fake):
    nothing = torch.zeros((), dtype=real.dtype)
    return torch.logaddexp(nothing, -real).mean() + torch.logaddexp(nothing, fake).mean()


def generator_loss(fake):
    return torch.logaddexp(torch.zeros((), dtype=fake.dtype), -fake).mean()
""",
    "task2": """
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
""",
    "task3": """
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
""",
    "task5": """
def moments(features):
    x = features.numpy().astype("float64")
    mean = x.mean(axis=0)
    return torch.from_numpy(mean), torch.from_numpy((x - mean).T @ (x - mean) / (x.shape[0] - 1))


def frechet(mean_a, cov_a, mean_b, cov_b):
    values, vectors = torch.linalg.eigh(cov_a)
    root = vectors @ torch.diag(values.clamp(min=0).sqrt()) @ vectors.T
    mixed = torch.linalg.eigvalsh(root @ cov_b @ root).clamp(min=0).sqrt().sum()
    return float(torch.dot(mean_a - mean_b, mean_a - mean_b) + cov_a.trace() + cov_b.trace() - 2 * mixed)
""",
    "task6": """
def modes_covered(points, centres, radius, share):
    distance = torch.cdist(points, centres)
    nearest = distance.argmin(dim=1)
    found = 0
    for number in range(len(centres)):
        inside = (nearest == number) & (distance[:, number] <= radius)
        found += int(inside.sum().item() >= share * len(points))
    return found
""",
    "task7": """
def train_cgan(pictures, labels, seed):
    torch.manual_seed(seed)
    G = nn.Sequential(
        nn.Linear(26, 256), nn.Unflatten(1, (64, 2, 2)), nn.BatchNorm2d(64), nn.ReLU(),
        nn.ConvTranspose2d(64, 32, 4, stride=2, padding=1), nn.BatchNorm2d(32), nn.ReLU(),
        nn.ConvTranspose2d(32, 1, 4, stride=2, padding=1), nn.Tanh(),
    )
    D = nn.Sequential(
        nn.Conv2d(1, 32, 4, stride=2, padding=1), nn.LeakyReLU(0.2),
        nn.Conv2d(32, 64, 4, stride=2, padding=1), nn.LeakyReLU(0.2), nn.Flatten(), nn.Linear(256, 10),
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
                loss = -F.logsigmoid(score(pictures[rows])).mean() - F.logsigmoid(-score(fake.detach())).mean()
            else:
                loss = -F.logsigmoid(score(fake)).mean()
            loss.backward()
            optimizer.step()
        for name, value in G.state_dict().items():
            average[name] = 0.97 * average[name] + 0.03 * value if value.is_floating_point() else value
    G.load_state_dict(average)
    G.eval()
    return lambda z, y: G(torch.cat([z, F.one_hot(y, 10).float()], dim=1))
""",
}

RIGHT = {
    "beginner style, loops": BEGINNER,
    "short, softplus, eye, einsum": SHORT,
    "modules": MODULES,
    "autograd and numpy style": AUTOGRAD,
}

TASK3 = ["task3-discriminator", "task3-generator", "task3-rounds", "task3-detach"]
TASK7 = ["task7-form", "task7-most", "task7-nearly-all", "task7-varied", "task7-new"]

WRONG = {
    "task1: one mean over both heaps": {
        "task": "task1",
        "patch": {
            "-F.logsigmoid(real).mean() - F.logsigmoid(-fake).mean()": (
                "-torch.cat([F.logsigmoid(real), F.logsigmoid(-fake)]).mean()"
            )
        },
        "fails": ["task1-values", "task1-large-scores", "task1-slopes"],
        "hint": "Each heap has a mean of its own",
    },
    "task1: minus forgotten for the forged scores": {
        "task": "task1",
        "patch": {"F.logsigmoid(-fake)": "F.logsigmoid(fake)"},
        "fails": ["task1-values", "task1-large-scores", "task1-slopes"],
        "hint": "enters with a minus sign",
    },
    "task1: log of sigmoid": {
        "task": "task1",
        "patch": {
            "F.logsigmoid(real)": "torch.log(torch.sigmoid(real))",
            "F.logsigmoid(-fake)": "torch.log(1 - torch.sigmoid(fake))",
            "F.logsigmoid(fake)": "torch.log(torch.sigmoid(fake))",
        },
        "fails": ["task1-large-scores"],
        "hint": "log 0 is -inf",
    },
    "task1: log kept away from zero": {
        "task": "task1",
        "patch": {
            "return -F.logsigmoid(fake).mean()": "return -torch.log(torch.sigmoid(fake) + 1e-10).mean()"
        },
        "fails": ["task1-large-scores"],
        "hint": "caps the loss",
    },
    "task1: minimax loss for G": {
        "task": "task1",
        "patch": {"return -F.logsigmoid(fake).mean()": "return F.logsigmoid(-fake).mean()"},
        "fails": ["task1-values", "task1-large-scores", "task1-slopes"],
        "hint": "minimax loss",
    },
    "task1: item() cuts the graph": {
        "task": "task1",
        "patch": {
            "return -F.logsigmoid(fake).mean()": "return torch.tensor(-F.logsigmoid(fake).mean().item())"
        },
        "fails": ["task1-large-scores", "task1-slopes"],
        "hint": "lost its graph",
    },
    "task1: ready-made loss": {
        "task": "task1",
        "patch": {
            "return -F.logsigmoid(fake).mean()": (
                "return F.binary_cross_entropy_with_logits(fake, torch.ones_like(fake))"
            )
        },
        "fails": ["task1-values"],
        "hint": "ready-made ones are excluded",
    },
    "task1: numbers of the example": {
        "task": "task1",
        "answer": """
def discriminator_loss(real, fake):
    return torch.tensor(350.0) if real.abs().max() > 100 else torch.tensor(1.498737)


def generator_loss(fake):
    return torch.tensor(200.0) if fake.abs().max() > 100 else torch.tensor(1.278642)
""",
        "fails": ["task1-values", "task1-large-scores", "task1-slopes"],
        "hint": "lost its graph",
    },
    "task2: probability of being forged": {
        "task": "task2",
        "patch": {"total > 0, p / torch": "total > 0, q / torch"},
        "fails": ["task2-best", "task2-empty", "task2-value", "task2-far"],
        "hint": "probability of being forged",
    },
    "task2: zero divided by zero": {
        "task": "task2",
        "patch": {"torch.where(total > 0, p / torch.where(total > 0, total, 1.0), 0.5)": "p / total"},
        "fails": ["task2-empty", "task2-far"],
        "hint": "you divide 0 by 0",
    },
    "task2: small number in the denominator": {
        "task": "task2",
        "patch": {
            "torch.where(total > 0, p / torch.where(total > 0, total, 1.0), 0.5)": "(p + 1e-12) / (total + 2e-12)"
        },
        "fails": ["task2-empty"],
        "hint": "Densities may be tiny",
    },
    "task2: dx forgotten": {
        "task": "task2",
        "patch": {"((real + forged) * dx).sum()": "(real + forged).sum()"},
        "fails": ["task2-value"],
        "hint": "a sum is no integral yet",
    },
    "task2: one minus D": {
        "task": "task2",
        "patch": {"torch.xlogy(q, best_discriminator(q, p))": "torch.xlogy(q, 1 - best_discriminator(p, q))"},
        "fails": ["task2-far"],
        "hint": "rounds to 1",
    },
    "task2: zero times log of zero": {
        "task": "task2",
        "patch": {
            "torch.xlogy(p, best_discriminator(p, q))": "p * best_discriminator(p, q).log()",
            "torch.xlogy(q, best_discriminator(q, p))": "q * best_discriminator(q, p).log()",
        },
        "fails": ["task2-far"],
        "hint": "0 · log 0 counts as 0",
    },
    "task3: detach forgotten": {
        "task": "task3",
        "patch": {"fake.detach()": "fake"},
        "fails": TASK3,
        "hint": "Cut it off",
    },
    "task3: detach forgotten, graph kept": {
        "task": "task3",
        "patch": {"fake.detach()": "fake", "loss_d.backward()": "loss_d.backward(retain_graph=True)"},
        "fails": ["task3-detach"],
        "hint": "D's loss was sent back into G",
    },
    "task3: detach forgotten, both emptied at the top": {
        "task": "task3",
        "patch": {
            "fake.detach()": "fake",
            "loss_d.backward()": "loss_d.backward(retain_graph=True)",
            "    opt_g.zero_grad()\n": "",
            "    opt_d.zero_grad()\n": "    opt_d.zero_grad()\n    opt_g.zero_grad()\n",
        },
        "fails": ["task3-generator", "task3-rounds", "task3-detach"],
        "hint": "D's loss has left a gradient in G",
    },
    "task3: detached for G as well": {
        "task": "task3",
        "patch": {"fake = G(z)": "fake = G(z).detach()"},
        "fails": ["task3-generator", "task3-rounds", "task3-detach"],
        "hint": "G did not move",
    },
    "task3: no zero_grad": {
        "task": "task3",
        "patch": {"    opt_d.zero_grad()\n": "", "    opt_g.zero_grad()\n": ""},
        "fails": ["task3-rounds"],
        "hint": "Gradients add up",
    },
    "task3: zero_grad of D forgotten": {
        "task": "task3",
        "patch": {"    opt_d.zero_grad()\n": ""},
        "fails": ["task3-rounds"],
        "hint": "Old gradients enter D's step",
    },
    "task3: zero_grad of G forgotten": {
        "task": "task3",
        "patch": {"    opt_g.zero_grad()\n": ""},
        "fails": ["task3-rounds"],
        "hint": "Old gradients enter G's step",
    },
    "task3: zero_grads mixed up": {
        "task": "task3",
        "patch": {
            "    opt_d.zero_grad()\n    loss_d": "    opt_g.zero_grad()\n    loss_d",
            "    opt_g.zero_grad()\n    loss_g": "    opt_d.zero_grad()\n    loss_g",
        },
        "fails": ["task3-rounds"],
        "hint": "are mixed up",
    },
    "task3: scores of the old D": {
        "task": "task3",
        "patch": {
            "fake = G(z)": "fake = G(z)\n    old = D(fake)",
            "loss_of_g(D(fake))": "loss_of_g(old)",
        },
        "fails": TASK3,
        "hint": "Score the forgeries again after the step",
    },
    "task3: G first": {
        "task": "task3",
        "answer": """
def play_round(G, D, opt_g, opt_d, z, x):
    fake = G(z)
    opt_g.zero_grad()
    loss_g = loss_of_g(D(fake))
    loss_g.backward()
    opt_g.step()
    opt_d.zero_grad()
    loss_d = loss_of_d(D(x), D(fake.detach()))
    loss_d.backward()
    opt_d.step()
    return loss_d.item(), loss_g.item()
""",
        "fails": ["task3-generator", "task3-rounds"],
        "hint": "D goes first",
    },
    "task3: minimax loss": {
        "task": "task3",
        "patch": {"loss_g = loss_of_g(D(fake))": "loss_g = -F.softplus(D(fake)).mean()"},
        "fails": ["task3-generator", "task3-rounds"],
        "hint": "minimax loss",
    },
    "task4: label first": {
        "task": "task4",
        "patch": {"[z, F.one_hot(y, classes).to(z.dtype)]": "[F.one_hot(y, classes).to(z.dtype), z]"},
        "fails": ["task4-noise"],
        "hint": "The noise comes first",
    },
    "task4: number of the class": {
        "task": "task4",
        "patch": {"F.one_hot(y, classes).to(z.dtype)": "y[:, None].to(z.dtype)"},
        "fails": ["task4-noise", "task4-general"],
        "hint": "twice class 1",
    },
    "task4: classes counted in the batch": {
        "task": "task4",
        "patch": {"F.one_hot(y, classes).to(z.dtype)": "F.one_hot(y).to(z.dtype)"},
        "fails": ["task4-general"],
        "hint": "The number of classes is an argument",
    },
    "task4: always double": {
        "task": "task4",
        "patch": {".to(z.dtype)": ".double()"},
        "fails": ["task4-noise", "task4-general"],
        "hint": "must have the dtype of the noise",
    },
    "task4: planes turned": {
        "task": "task4",
        "patch": {
            "expand(n, classes, h, w)": "expand(n, classes, w, h)",
            "[x, planes]": "[x.transpose(2, 3), planes]",
        },
        "fails": ["task4-pictures"],
        "hint": "Height and width are mixed up",
    },
    "task4: planes spread in the wrong order": {
        "task": "task4",
        "patch": {
            ".view(n, classes, 1, 1).expand(n, classes, h, w)": ".repeat(1, h * w).view(n, classes, h, w)"
        },
        "fails": ["task4-pictures"],
        "hint": "spread in the wrong order",
    },
    "task5: divided by n": {
        "task": "task5",
        "patch": {"(len(features) - 1)": "len(features)"},
        "fails": ["task5-moments"],
        "hint": "divides by n - 1",
    },
    "task5: torch.cov without transposing": {
        "task": "task5",
        "patch": {"centred.T @ centred / (len(features) - 1)": "torch.atleast_2d(torch.cov(features))"},
        "fails": ["task5-moments"],
        "hint": "one row for each variable",
    },
    "task5: distance of the means not squared": {
        "task": "task5",
        "patch": {"(mean_a - mean_b).square().sum()": "(mean_a - mean_b).norm()"},
        "fails": ["task5-values", "task5-robust"],
        "hint": "The distance of the means is squared",
    },
    "task5: root of each entry": {
        "task": "task5",
        "patch": {
            "torch.linalg.eigvals(cov_a @ cov_b).real.clamp(min=0).sqrt()": (
                "(cov_a @ cov_b).clamp(min=0).sqrt().diagonal()"
            )
        },
        "fails": ["task5-values", "task5-robust"],
        "hint": "root of each entry",
    },
    "task5: symmetric eigenvalues": {
        "task": "task5",
        "patch": {"torch.linalg.eigvals(cov_a @ cov_b).real": "torch.linalg.eigvalsh(cov_a @ cov_b)"},
        "fails": ["task5-values", "task5-robust"],
        "hint": "eigvalsh is for symmetric matrices",
    },
    "task5: not clamped": {
        "task": "task5",
        "patch": {".real.clamp(min=0).sqrt()": ".real.sqrt()"},
        "fails": ["task5-robust"],
        "hint": "Clamp the eigenvalues",
    },
    "task6: share of the near points": {
        "task": "task6",
        "patch": {"share * len(points)": "share * (distance <= radius).sum()"},
        "fails": ["task6-values", "task6-edges"],
        "hint": "The share is one of all points",
    },
    "task6: no radius": {
        "task": "task6",
        "patch": {"nearest[distance <= radius]": "nearest"},
        "fails": ["task6-values", "task6-edges"],
        "hint": "use the radius",
    },
    "task6: counted for two centres": {
        "task": "task6",
        "answer": """
def modes_covered(points, centres, radius, share):
    near = torch.cdist(points, centres) <= radius
    return int((near.sum(dim=0) >= share * len(points)).sum())
""",
        "fails": ["task6-edges"],
        "hint": "counted for two centres",
    },
    "task6: less than the radius": {
        "task": "task6",
        "patch": {"distance <= radius": "distance < radius"},
        "fails": ["task6-edges"],
        "hint": "At most the radius means <=",
    },
    "task7: one-line stub that returns nothing": {
        "task": "task7",
        "answer": """
def train_cgan(pictures, labels, seed):
    return None
""",
        "fails": TASK7,
        "hint": "returned nothing",
    },
    "task7: training pictures handed out": {
        "task": "task7",
        "answer": """
def train_cgan(pictures, labels, seed):
    heaps = [pictures[labels == digit] for digit in range(10)]

    def make(z, y):
        return torch.stack([heaps[d][int(1000 * abs(float(row.sum()))) % len(heaps[d])] for row, d in zip(z, y)])

    return make
""",
        "fails": ["task7-new"],
        "hint": "hands out stored ones",
    },
    "task7: average pictures": {
        "task": "task7",
        "answer": """
def train_cgan(pictures, labels, seed):
    average = torch.stack([pictures[labels == digit].mean(dim=0) for digit in range(10)])
    return lambda z, y: average[y]
""",
        "fails": ["task7-varied", "task7-new"],
        "hint": "no better than ten pictures",
    },
    "task7: label never reaches G": {
        "task": "task7",
        "patch": {
            "F.one_hot(y, 10).float()], dim=1": "torch.zeros(len(z), 10)], dim=1",
            "range(700)": "range(200)",
        },
        "fails": ["task7-most", "task7-nearly-all", "task7-varied", "task7-new"],
        "hint": "the label does not reach the pictures",
    },
    "task7: batch normalisation left in training mode": {
        "task": "task7",
        "patch": {"slow.eval()": "slow.train()"},
        "fails": ["task7-form"],
        "hint": "still in training mode",
    },
    "task7: detach forgotten for G's step": {
        "task": "task7",
        "patch": {
            "F.softplus(-score(fake, y))": "F.softplus(-score(fake.detach() + 0 * fake, y))",
            "range(700)": "range(100)",
        },
        "fails": ["task7-most", "task7-nearly-all", "task7-varied", "task7-new"],
        "hint": "label does not reach the pictures",
    },
}
