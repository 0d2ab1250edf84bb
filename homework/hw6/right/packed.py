"""A GRU with packing, draws by the inverse of the distribution, torch._foreach_, logaddexp."""


# %% task1
def rnn_step(x, h, W_x, W_h, b):
    return torch.addmm(torch.addmm(b, x, W_x.mT), h, W_h.mT).tanh()


def run_rnn(x, h, W_x, W_h, b):
    from itertools import accumulate

    _, *states = accumulate(x.unbind(1), lambda old, now: rnn_step(now, old, W_x, W_h, b), initial=h)
    return torch.stack(states, 1), states[-1]


# %% task2
def lstm_step(x, h, c, W_x, W_h, b):
    size = h.shape[1]
    both = torch.hstack([x, h]) @ torch.hstack([W_x, W_h]).mT + b
    i, f, g, o = both.unflatten(1, (4, size)).unbind(1)
    i, f, o = torch._foreach_sigmoid([i, f, o])
    c = torch.addcmul(f * c, i, g.tanh())
    return o * c.tanh(), c


# %% task4
def clip_by_norm(grads, limit):
    length = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(grads)))
    if length <= limit:
        return [grad.clone() for grad in grads], length
    return list(torch._foreach_mul(grads, (limit / length).item())), length


# %% task5
def pad_batch(sequences):
    nested = torch.nested.nested_tensor(sequences)
    return nested.to_padded_tensor(0), torch.tensor([*map(len, sequences)])


def last_valid(states, lengths):
    at = (lengths - 1)[:, None, None].expand(-1, 1, states.shape[2])
    return states.gather(1, at)[:, 0]


def masked_mean(losses, lengths):
    return torch.cat([row[:length] for row, length in zip(losses, lengths, strict=True)]).mean()


# %% task6
def next_examples(text, letters, steps):
    codes = torch.tensor([*map({letter: k for k, letter in enumerate(letters)}.get, text)])
    both = codes.unfold(0, steps + 1, steps)
    return both[:, :-1], both[:, 1:]


# %% task7
from functools import reduce


def temper(scores, temperature):
    match temperature:
        case 0:
            return F.one_hot(scores.argmax(1), scores.shape[1]).to(scores.dtype)
        case _:
            cool = scores / temperature
            return (cool - reduce(torch.logaddexp, cool.unbind(1))[:, None]).exp()


def draw(scores, temperature, generator):
    # Inverse of the distribution: where does the running sum pass a number from 0 to 1?
    reached = temper(scores, temperature).double().cumsum(dim=1)
    chance = torch.rand(len(scores), 1, generator=generator, dtype=torch.float64)
    return torch.searchsorted(reached, chance * reached[:, -1:], right=True).clamp(max=scores.shape[1] - 1)[
        :, 0
    ]


# %% task8
from torch.nn.utils.rnn import pack_padded_sequence


class Reader(nn.Module):
    """A GRU that is shown the real steps only."""

    def __init__(self, size=32):
        super().__init__()
        self.memory = nn.GRU(2, size, batch_first=True)
        self.output = nn.Linear(size, 1)

    def forward(self, x, lengths):
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        _, last = self.memory(packed)
        return self.output(last[-1]).flatten()


def train_reader(x, lengths, y):
    model, epochs, size = Reader(), 10, 64
    optimizer = torch.optim.Adam(model.parameters(), 0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.02, total_steps=epochs * -(-len(x) // size))
    for _ in range(epochs):
        for rows in torch.randperm(len(x)).split(size):
            optimizer.zero_grad()
            F.mse_loss(model(x[rows], lengths[rows]), y[rows]).backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    return model
