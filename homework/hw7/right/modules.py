"""Modules."""


# %% task1
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


# %% task3
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


# %% task4
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


# %% task7
class Player(nn.Module):
    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, inputs, y):
        return self.net(torch.cat([inputs.flatten(1), F.one_hot(y, 10).to(inputs.dtype)], dim=1))


def train_cgan(pictures, labels, seed):
    torch.manual_seed(seed)
    G = Player(
        nn.Sequential(
            nn.Linear(26, 128),
            nn.BatchNorm1d(128),
            nn.ReLU(),
            nn.Linear(128, 128),
            nn.BatchNorm1d(128),
            nn.ReLU(),
            nn.Linear(128, 64),
            nn.Tanh(),
            nn.Unflatten(1, (1, 8, 8)),
        )
    )
    D = Player(
        nn.Sequential(
            nn.Linear(74, 128),
            nn.LeakyReLU(0.2),
            nn.Linear(128, 128),
            nn.LeakyReLU(0.2),
            nn.Linear(128, 1),
        )
    )
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
