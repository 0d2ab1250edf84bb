"""With NumPy, and with fit."""


# %% task3
def rnn_backward(x, h0, states, own, W_h):
    x, h0, states, own, W_h = (part.numpy() for part in (x, h0, states, own, W_h))
    by_x, by_h, by_b, back = 0, 0, 0, 0 * h0
    for t in range(states.shape[1])[::-1]:
        before = states[:, t - 1] if t else h0
        error = (own[:, t] + back) * (1 - states[:, t]) * (1 + states[:, t])
        by_x = by_x + error.T @ x[:, t]
        by_h = by_h + error.T @ before
        by_b = by_b + error.sum(axis=0)
        back = error @ W_h
    return tuple(torch.from_numpy(part) for part in (by_x, by_h, by_b, back))


# %% task8
from helpers import fit


class WithLengths(nn.Module):
    """For fit, whose model takes one tensor: the length stands as a third number at every step."""

    def __init__(self, reader):
        super().__init__()
        self.reader = reader

    def forward(self, joint):
        return self.reader(joint[..., :2], joint[:, 0, 2].long())


class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(2, 32)
        self.lstm.bias_ih_l0.data[32:64].fill_(1.5)
        self.out = nn.Linear(32, 1)

    def forward(self, x, lengths):
        answers = self.out(self.lstm(x.transpose(0, 1))[0])[:, :, 0]  # one for each step
        return answers.gather(0, lengths[None] - 1)[0]


def train_reader(x, lengths, y):
    reader = Reader()
    model = WithLengths(reader)
    joint = torch.cat([x, lengths.view(-1, 1, 1).expand(-1, x.shape[1], 1).to(x.dtype)], dim=2)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    steps = 16 * -(-len(x) // 64)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.02, total_steps=steps)
    fit(model, (joint, y), epochs=16, optimizer=optimizer, loss=F.mse_loss, scheduler=schedule)
    return reader
