"""With classes."""


# %% task1
class Cell:
    """A cell that keeps its weights."""

    def __init__(self, W_x, W_h, b):
        self.W_x, self.W_h, self.b = W_x, W_h, b

    def __call__(self, x, h):
        total = torch.addmm(self.b, x, self.W_x.mT)
        return total.addmm(h, self.W_h.mT).tanh()


def rnn_step(x, h, W_x, W_h, b):
    return Cell(W_x, W_h, b)(x, h)


def run_rnn(x, h, W_x, W_h, b):
    cell, states = Cell(W_x, W_h, b), x.new_empty(x.shape[0], x.shape[1], h.shape[1])
    for t, x_t in enumerate(x.unbind(dim=1)):
        h = cell(x_t, h)
        states[:, t] = h
    return states, h


# %% task2
class Gate:
    def __init__(self, W_x, W_h, b, number, size):
        part = slice(number * size, (number + 1) * size)
        self.W_x, self.W_h, self.b = W_x[part], W_h[part], b[part]

    def total(self, x, h):
        return x @ self.W_x.T + h @ self.W_h.T + self.b


def lstm_step(x, h, c, W_x, W_h, b):
    write, keep, what, show = (Gate(W_x, W_h, b, k, h.size(1)).total(x, h) for k in range(4))
    new = keep.sigmoid().mul(c).addcmul(write.sigmoid(), what.tanh())
    return [show.sigmoid() * new.tanh(), new]


# %% task3
def rnn_backward(x, h0, states, own, W_h):
    """Recursive: the last step first, then everything before it."""
    if states.shape[1] == 0:
        raise ValueError("no steps")
    before = states[:, -2] if states.shape[1] > 1 else h0
    delta = own[:, -1] * (1 - states[:, -1].pow(2))
    shares = delta.mT @ x[:, -1], delta.mT @ before, delta.sum(dim=0)
    if states.shape[1] == 1:
        return (*shares, delta @ W_h)
    earlier = own[:, :-1].clone()
    earlier[:, -1] += delta @ W_h
    rest = rnn_backward(x[:, :-1], h0, states[:, :-1], earlier, W_h)
    return (*(one + other for one, other in zip(shares, rest[:3], strict=True)), rest[3])


# %% task4
import math


def clip_by_norm(grads, limit):
    length = math.hypot(*(float(grad.norm()) for grad in grads))
    return [grad * min(1.0, limit / max(length, limit)) for grad in grads], torch.tensor(length)


# %% task5
def real_steps(lengths, steps):
    return torch.ones(len(lengths), steps).cumsum(dim=1) <= lengths.reshape(-1, 1)


def pad_batch(sequences):
    batch = torch.zeros(
        (len(sequences), max(map(len, sequences)), sequences[0].shape[-1]), dtype=sequences[0].dtype
    )
    lengths = torch.tensor(list(map(len, sequences)), dtype=torch.int64)
    batch[real_steps(lengths, batch.shape[1])] = torch.cat(sequences)
    return batch, lengths


def last_valid(states, lengths):
    is_last = torch.nn.functional.one_hot(lengths - 1, states.shape[1]).bool()
    return states[is_last]


def masked_mean(losses, lengths):
    return losses.masked_fill(~real_steps(lengths, losses.shape[1]), 0).sum().div(lengths.sum())


# %% task6
import numpy as np


def next_examples(text, letters, steps):
    code = np.array([letters.find(one) for one in text], dtype=np.int64)
    count = (len(code) - 1) // steps
    place = np.arange(count)[:, None] * steps + np.arange(steps)
    return torch.from_numpy(code[place]), torch.from_numpy(code[place + 1])


# %% task7
def temper(scores, temperature):
    best = scores.max(dim=1, keepdim=True)
    if not temperature:
        return (torch.arange(scores.shape[1]) == best.indices).to(scores)
    powers = ((scores - best.values) / temperature).exp()
    return powers.div(powers.sum(1, True))


def draw(scores, temperature, generator):
    return torch.cat([row.multinomial(1, generator=generator) for row in temper(scores, temperature)])
