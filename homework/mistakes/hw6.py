"""Right and wrong answers to homework 6: RNN and LSTM."""

LOOPS = {
    "task1": """
def rnn_step(x, h, W_x, W_h, b):
    rows = []
    for n in range(x.shape[0]):
        units = []
        for k in range(h.shape[1]):
            total = b[k]
            for d in range(x.shape[1]):
                total = total + W_x[k, d] * x[n, d]
            for j in range(h.shape[1]):
                total = total + W_h[k, j] * h[n, j]
            units.append(torch.tanh(total))
        rows.append(torch.stack(units))
    return torch.stack(rows)


def run_rnn(x, h, W_x, W_h, b):
    outputs = []
    state = h
    for t in range(x.shape[1]):
        state = torch.tanh(x[:, t, :].matmul(W_x.t()) + state.matmul(W_h.t()) + b)
        outputs.append(state.unsqueeze(1))
    all_states = torch.cat(outputs, dim=1)
    return all_states, all_states[:, -1, :]
""",
    "task2": """
def lstm_step(x, h, c, W_x, W_h, b):
    H = h.shape[1]
    new_h, new_c = [], []
    for n in range(len(x)):
        z = W_x @ x[n] + W_h @ h[n] + b
        i = torch.sigmoid(z[:H])
        f = torch.sigmoid(z[H : 2 * H])
        g = torch.tanh(z[2 * H : 3 * H])
        o = torch.sigmoid(z[3 * H :])
        cell = f * c[n] + i * g
        new_c.append(cell)
        new_h.append(o * torch.tanh(cell))
    return torch.stack(new_h), torch.stack(new_c)
""",
    "task3": """
def rnn_backward(x, h0, states, own, W_h):
    N, T, D = x.shape
    H = h0.shape[1]
    by_x = torch.zeros(H, D, dtype=x.dtype)
    by_h = torch.zeros(H, H, dtype=x.dtype)
    by_b = torch.zeros(H, dtype=x.dtype)
    by_h0 = torch.zeros(N, H, dtype=x.dtype)
    for n in range(N):
        future = torch.zeros(H, dtype=x.dtype)
        for t in range(T - 1, -1, -1):
            total = own[n, t] + future
            delta = total * (1 - states[n, t] * states[n, t])
            if t == 0:
                previous = h0[n]
            else:
                previous = states[n, t - 1]
            by_x = by_x + torch.outer(delta, x[n, t])
            by_h = by_h + torch.outer(delta, previous)
            by_b = by_b + delta
            future = W_h.T @ delta
        by_h0[n] = future
    return by_x, by_h, by_b, by_h0
""",
    "task4": """
def clip_by_norm(grads, limit):
    total = 0.0
    for grad in grads:
        for number in grad.flatten().tolist():
            total = total + number * number
    length = total**0.5
    result = []
    for grad in grads:
        if length > limit:
            result.append(grad / length * limit)
        else:
            result.append(grad.clone())
    return result, length
""",
    "task5": """
def pad_batch(sequences):
    longest = max(s.shape[0] for s in sequences)
    rows = []
    for s in sequences:
        missing = longest - s.shape[0]
        zeros = torch.zeros(missing, s.shape[1], dtype=s.dtype)
        rows.append(torch.cat([s, zeros], dim=0))
    return torch.stack(rows), torch.tensor([s.shape[0] for s in sequences])


def last_valid(states, lengths):
    return torch.stack([states[n, int(lengths[n]) - 1] for n in range(states.shape[0])])


def masked_mean(losses, lengths):
    total, count = 0.0, 0
    for n in range(losses.shape[0]):
        for t in range(int(lengths[n])):
            total = total + losses[n, t]
            count = count + 1
    return total / count
""",
    "task6": """
def next_examples(text, letters, steps):
    place = {letter: k for k, letter in enumerate(letters)}
    inputs, targets = [], []
    begin = 0
    while begin + steps < len(text):
        inputs.append([place[one] for one in text[begin : begin + steps]])
        targets.append([place[one] for one in text[begin + 1 : begin + steps + 1]])
        begin = begin + steps
    return torch.tensor(inputs), torch.tensor(targets)
""",
    "task7": """
def temper(scores, temperature):
    result = torch.zeros_like(scores)
    for n in range(len(scores)):
        row = scores[n] - scores[n].max()
        if temperature == 0:
            result[n, scores[n].argmax()] = 1.0
        else:
            powers = torch.exp(row / temperature)
            result[n] = powers / powers.sum()
    return result


def draw(scores, temperature, generator):
    edges = torch.softmax(scores / temperature, 1).cumsum(dim=1) if temperature > 0 else None
    if edges is None:
        return scores.argmax(dim=1)
    where = torch.rand(len(scores), 1, generator=generator)
    return (where > edges).sum(dim=1).clamp(max=scores.shape[1] - 1)
""",
    "task8": """
class ReaderGRU(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(2, 16, batch_first=True)
        self.head = nn.Linear(16, 1)

    def forward(self, x, lengths):
        answers = self.head(self.gru(x)[0])  # one for each step, of which one counts
        is_last = torch.arange(x.shape[1]) == lengths[:, None] - 1
        return (answers[:, :, 0] * is_last).sum(dim=1)


def train_reader(x, lengths, y):
    model = ReaderGRU()
    epochs, size = 10, 64
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    total = epochs * ((len(x) + size - 1) // size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.02, total_steps=total)
    for epoch in range(epochs):
        order = torch.randperm(len(x))
        for start in range(0, len(x), size):
            part = order[start : start + size]
            optimizer.zero_grad()
            loss = ((model(x[part], lengths[part]) - y[part]) ** 2).mean()
            loss.backward()
            optimizer.step()
            schedule.step()
    return model
""",
}

EINSUM = {
    "task1": """
def rnn_step(x, h, W_x, W_h, b):
    joint, W = torch.cat([h, x], dim=1), torch.cat([W_h, W_x], dim=1)
    return torch.tanh(torch.einsum("nk,hk->nh", joint, W) + b)


def run_rnn(x, h, W_x, W_h, b):
    from_x = torch.einsum("ntd,hd->tnh", x, W_x) + b  # the inputs of all steps at once
    states = [h]
    for part in from_x:
        states.append(torch.tanh(part + torch.einsum("nj,hj->nh", states[-1], W_h)))
    return torch.stack(states[1:]).transpose(0, 1), states[-1]
""",
    "task2": """
def lstm_step(x, h, c, W_x, W_h, b):
    z = torch.einsum("nd,gd->ng", x, W_x) + torch.einsum("nh,gh->ng", h, W_h) + b
    z = z.view(len(x), 4, -1)
    gates = z.sigmoid()
    c = gates[:, 1] * c + gates[:, 0] * z[:, 2].tanh()
    return gates[:, 3] * c.tanh(), c
""",
    "task3": """
def rnn_backward(x, h0, states, own, W_h):
    slope = 1 - states.square()
    errors = [own[:, -1] * slope[:, -1]]
    for t in range(states.shape[1] - 2, -1, -1):
        errors.insert(0, (own[:, t] + torch.einsum("nh,hj->nj", errors[0], W_h)) * slope[:, t])
    errors = torch.stack(errors, dim=1)
    before = torch.cat([h0[:, None], states[:, :-1]], dim=1)
    by_x = torch.einsum("nth,ntd->hd", errors, x)
    by_h = torch.einsum("nth,ntj->hj", errors, before)
    return by_x, by_h, errors.sum(dim=(0, 1)), errors[:, 0] @ W_h
""",
    "task4": """
def clip_by_norm(grads, limit):
    length = torch.cat([grad.reshape(-1) for grad in grads]).norm()
    factor = torch.clamp(limit / (length + 1e-12), max=1.0)
    return [factor * grad for grad in grads], length.item()
""",
    "task5": """
def pad_batch(sequences):
    lengths = torch.as_tensor([one.size(0) for one in sequences], dtype=torch.long)
    T = lengths.max()
    return torch.stack([torch.nn.functional.pad(one, (0, 0, 0, T - len(one))) for one in sequences]), lengths


def last_valid(states, lengths):
    where = (lengths - 1).view(-1, 1, 1).expand(-1, 1, states.shape[2])
    return states.gather(1, where).squeeze(1)


def masked_mean(losses, lengths):
    mask = (torch.arange(losses.size(1)).unsqueeze(0) < lengths.unsqueeze(1)).to(losses.dtype)
    return (losses * mask).sum() / mask.sum()
""",
    "task6": """
def next_examples(text, letters, steps):
    code = torch.tensor([letters.index(one) for one in text])
    windows = code.unfold(0, steps + 1, steps)
    return windows[:, :-1], windows[:, 1:]
""",
    "task7": """
def temper(scores, temperature):
    if temperature > 0:
        z = scores / temperature
        return torch.exp(z - z.logsumexp(dim=1, keepdim=True))
    return torch.nn.functional.one_hot(scores.argmax(1), scores.shape[1]).to(scores.dtype)


def draw(scores, temperature, generator):
    uniform = torch.rand(scores.shape, generator=generator, dtype=torch.float64)
    gumbel = -torch.log(-torch.log(uniform.clamp(1e-15, 1 - 1e-15)))  # the Gumbel-max trick
    return (scores + temperature * gumbel).argmax(dim=1)
""",
    "task8": """
class OwnCell(nn.Module):
    def __init__(self, size=20):
        super().__init__()
        self.size = size
        self.gates = nn.Linear(2 + size, 4 * size)
        with torch.no_grad():
            self.gates.bias[size : 2 * size] = 2.0
        self.output = nn.Linear(size, 1)

    def forward(self, x, lengths):
        h = c = x.new_zeros(len(x), self.size)
        for t in range(x.shape[1]):
            i, f, g, o = self.gates(torch.cat([x[:, t], h], dim=1)).chunk(4, dim=1)
            new_c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            new_h = torch.sigmoid(o) * torch.tanh(new_c)
            alive = (t < lengths)[:, None]
            h, c = torch.where(alive, new_h, h), torch.where(alive, new_c, c)
        return self.output(h).flatten()


def train_reader(x, lengths, y):
    model = OwnCell()
    batch = 100
    steps = 12 * ((len(x) + batch - 1) // batch)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.03, total_steps=steps)
    for step in range(steps):
        rows = torch.randint(len(x), (batch,))
        loss = (model(x[rows], lengths[rows]) - y[rows]).square().mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    return model.eval()
""",
}

CLASSES = {
    "task1": '''
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
''',
    "task2": """
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
""",
    "task3": '''
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
''',
    "task4": """
import math


def clip_by_norm(grads, limit):
    length = math.hypot(*(float(grad.norm()) for grad in grads))
    return [grad * min(1.0, limit / max(length, limit)) for grad in grads], torch.tensor(length)
""",
    "task5": """
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
""",
    "task6": """
import numpy as np


def next_examples(text, letters, steps):
    code = np.array([letters.find(one) for one in text], dtype=np.int64)
    count = (len(code) - 1) // steps
    place = np.arange(count)[:, None] * steps + np.arange(steps)
    return torch.from_numpy(code[place]), torch.from_numpy(code[place + 1])
""",
    "task7": """
def temper(scores, temperature):
    best = scores.max(dim=1, keepdim=True)
    if not temperature:
        return (torch.arange(scores.shape[1]) == best.indices).to(scores)
    powers = ((scores - best.values) / temperature).exp()
    return powers.div(powers.sum(1, True))


def draw(scores, temperature, generator):
    return torch.cat([row.multinomial(1, generator=generator) for row in temper(scores, temperature)])
""",
}

FITTED = {
    "task3": """
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
""",
    "task8": '''
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
''',
}

RIGHT = {
    "with loops": LOOPS,
    "with einsum and joined matrices": EINSUM,
    "with classes": CLASSES,
    "with numpy, and with fit": FITTED,
}

TASK1 = ["task1-step", "task1-unroll", "task1-torch"]
TASK2 = ["task2-cell", "task2-output", "task2-torch"]
TASK3 = ["task3-onestep", "task3-time", "task3-numeric"]
TASK8 = ["task8-reads", "task8-well", "task8-padding"]

WRONG = {
    # task 1
    "the state's matrix the wrong way round": {
        "task": "task1",
        "patch": {"h @ W_h.T": "h @ W_h"},
        "fails": TASK1,
        "hint": "W_h is the wrong way round",
    },
    "no bias": {"task": "task1", "patch": {" + b)": ")"}, "fails": TASK1, "hint": "bias b is missing"},
    "no tanh": {
        "task": "task1",
        "patch": {"torch.tanh(x @ W_x.T + h @ W_h.T + b)": "x @ W_x.T + h @ W_h.T + b"},
        "fails": TASK1,
        "hint": "The tanh is missing",
    },
    "begins with zeros": {
        "task": "task1",
        "patch": {"    states = []\n": "    states, h = [], torch.zeros_like(h)\n"},
        "fails": ["task1-unroll", "task1-torch"],
        "hint": "begin with the h that is handed in",
    },
    "the state is not handed on": {
        "task": "task1",
        "patch": {
            "h = rnn_step(x[:, t], h, W_x, W_h, b)": "new = rnn_step(x[:, t], h, W_x, W_h, b)",
            "states.append(h)": "states.append(new)",
            "dim=1), h": "dim=1), new",
        },
        "fails": ["task1-unroll", "task1-torch"],
        "hint": "hand the new state on",
    },
    "time in front": {
        "task": "task1",
        "patch": {"torch.stack(states, dim=1)": "torch.stack(states)"},
        "fails": ["task1-unroll", "task1-torch"],
        "hint": "stack along dim=1",
    },
    "the state is detached between the steps": {
        "task": "task1",
        "patch": {"rnn_step(x[:, t], h, W_x, W_h, b)": "rnn_step(x[:, t], h.detach(), W_x, W_h, b)"},
        "fails": ["task1-torch"],
        "hint": "do not detach the state",
    },
    "float32 states in advance": {
        "task": "task1",
        "patch": {
            "    states = []\n": "    states = torch.zeros(x.shape[0], x.shape[1], h.shape[1])\n",
            "states.append(h)": "states[:, t] = h",
            "torch.stack(states, dim=1)": "states",
        },
        "fails": ["task1-unroll", "task1-torch"],
        "hint": "give no fixed dtype",
    },
    # task 2
    "the gates in the lecture's order": {
        "task": "task2",
        "patch": {"i, f, g, o =": "f, i, g, o ="},
        "fails": TASK2,
        "hint": "you used the first ones as the forget gate",
    },
    "output gate third": {
        "task": "task2",
        "patch": {"i, f, g, o =": "i, f, o, g ="},
        "fails": TASK2,
        "hint": "you took the last ones for the candidate",
    },
    "the gates interleaved": {
        "task": "task2",
        "patch": {".chunk(4, dim=1)": ".view(len(x), -1, 4).unbind(dim=2)"},
        "fails": TASK2,
        "hint": "The rows of one gate lie together",
    },
    "sigmoid for the candidate": {
        "task": "task2",
        "patch": {"torch.tanh(g)": "torch.sigmoid(g)"},
        "fails": TASK2,
        "hint": "not through the sigmoid",
    },
    "no tanh at the output": {
        "task": "task2",
        "patch": {"* torch.tanh(c)": "* c"},
        "fails": ["task2-output", "task2-torch"],
        "hint": "the tanh is missing",
    },
    "the old cell state shown": {
        "task": "task2",
        "patch": {
            "    c = torch.sigmoid(f)": "    old = c\n    c = torch.sigmoid(f)",
            "torch.tanh(c)": "torch.tanh(old)",
        },
        "fails": ["task2-output", "task2-torch"],
        "hint": "not the one that came in",
    },
    "the cell state changed in place": {
        "task": "task2",
        "patch": {
            "    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)": (
                "    c *= torch.sigmoid(f)\n    c += torch.sigmoid(i) * torch.tanh(g)"
            )
        },
        "fails": ["task2-torch"],
        "hint": "You changed c in place",
    },
    "c before h": {
        "task": "task2",
        "patch": {"return h, c": "return c, h"},
        "fails": TASK2,
        "hint": "the pair is (h, c)",
    },
    # task 3
    "nothing carried back": {
        "task": "task3",
        "patch": {"(own[:, t] + carried)": "own[:, t]"},
        "fails": ["task3-time", "task3-numeric"],
        "hint": "Nothing was carried back",
    },
    "only the last share is kept": {
        "task": "task3",
        "patch": {"by_x += ": "by_x = ", "by_h += ": "by_h = ", "by_b += ": "by_b = "},
        "fails": ["task3-time", "task3-numeric"],
        "hint": "add the shares of all steps",
    },
    "carried through the matrix the wrong way round": {
        "task": "task3",
        "patch": {"error @ W_h": "error @ W_h.T"},
        "fails": TASK3,
        "hint": "goes through W_h transposed",
    },
    "the state after the step": {
        "task": "task3",
        "patch": {"states[:, t - 1] if t > 0 else h0": "states[:, t]"},
        "fails": TASK3,
        "hint": "the state before the step, not the one after it",
    },
    "the first state forgotten": {
        "task": "task3",
        "patch": {"else h0": "else torch.zeros_like(h0)"},
        "fails": TASK3,
        "hint": "the state is h0, not zero",
    },
    "the derivative of the sigmoid": {
        "task": "task3",
        "patch": {"(1 - states[:, t] ** 2)": "states[:, t] * (1 - states[:, t])"},
        "fails": TASK3,
        "hint": "is the derivative of the sigmoid",
    },
    "the mean over the batch": {
        "task": "task3",
        "patch": {
            "return by_x, by_h, by_b, carried": "return by_x / len(x), by_h / len(x), by_b / len(x), carried"
        },
        "fails": TASK3,
        "hint": "mean over the batch",
    },
    "own gradient changed in place": {
        "task": "task3",
        "patch": {"error = (own[:, t] + carried)": "own[:, t] += carried\n        error = own[:, t]"},
        "fails": ["task3-numeric"],
        "hint": "in place",
    },
    # task 4
    "each tensor clipped on its own": {
        "task": "task4",
        "patch": {
            "return [grad * factor for grad in grads], length": (
                "return [grad * min(1.0, limit / max(grad.norm().item(), 1e-9)) for grad in grads], length"
            )
        },
        "fails": ["task4-long", "task4-untouched"],
        "hint": "clipped on its own",
    },
    "each number cut": {
        "task": "task4",
        "patch": {"grad * factor": "grad.clamp(-limit, limit)"},
        "fails": ["task4-long", "task4-untouched"],
        "hint": "that changes the direction",
    },
    "short gradients made longer": {
        "task": "task4",
        "patch": {"limit / length if length > limit else 1.0": "limit / length"},
        "fails": ["task4-short"],
        "hint": "was made longer",
    },
    "divided by nothing": {
        "task": "task4",
        "patch": {"limit / length if length > limit else 1.0": "min(limit, length) / length"},
        "fails": ["task4-short"],
        "hint": "0 divided by 0",
    },
    "gradients changed in place": {
        "task": "task4",
        "patch": {"grad * factor": "grad.mul_(factor)"},
        "fails": ["task4-untouched"],
        "hint": "in place",
    },
    # task 5
    "padding in front": {
        "task": "task5",
        "patch": {"batch[k, : len(sequence)]": "batch[k, batch.shape[1] - len(sequence) :]"},
        "fails": ["task5-pad"],
        "hint": "fill up at the end",
    },
    "a batch of float32": {
        "task": "task5",
        "patch": {"first.new_zeros(": "torch.zeros("},
        "fails": ["task5-pad"],
        "hint": "keep their dtype",
    },
    "sorted by length": {
        "task": "task5",
        "patch": {
            "    lengths = torch.tensor(": (
                "    sequences = sorted(sequences, key=len, reverse=True)\n    lengths = torch.tensor("
            )
        },
        "fails": ["task5-pad"],
        "hint": "keep their order",
    },
    "the last step of the batch": {
        "task": "task5",
        "patch": {"states[torch.arange(len(states)), lengths - 1]": "states[:, -1]"},
        "fails": ["task5-last"],
        "hint": "padding for the short ones",
    },
    "one step too far": {
        "task": "task5",
        "patch": {"lengths - 1]": "lengths]"},
        "fails": ["task5-last"],
        "hint": "the steps count from 0",
    },
    "every row for all lengths": {
        "task": "task5",
        "patch": {"states[torch.arange(len(states)), lengths - 1]": "states[:, lengths - 1]"},
        "fails": ["task5-last"],
        "hint": "index the rows too",
    },
    "the mean with the padding": {
        "task": "task5",
        "patch": {"losses[real].mean()": "losses.mean()"},
        "fails": ["task5-mean"],
        "hint": "The padding counts too",
    },
    "masked, but divided by all steps": {
        "task": "task5",
        "patch": {"losses[real].mean()": "(losses * real).mean()"},
        "fails": ["task5-mean"],
        "hint": "by the number of real ones",
    },
    "the mean of means": {
        "task": "task5",
        "patch": {"losses[real].mean()": "((losses * real).sum(dim=1) / lengths).mean()"},
        "fails": ["task5-mean"],
        "hint": "mean of the sequences' means",
    },
    # task 6
    "targets rolled within the row": {
        "task": "task6",
        "patch": {"code[1 : rows * steps + 1].view(rows, steps)": "inputs.roll(-1, dims=1)"},
        "fails": ["task6-values", "task6-edges"],
        "hint": "shift the text, then cut it",
    },
    "targets are the inputs": {
        "task": "task6",
        "patch": {"code[1 : rows * steps + 1]": "code[: rows * steps]"},
        "fails": ["task6-values", "task6-edges"],
        "hint": "The targets are the inputs",
    },
    "a whole row dropped": {
        "task": "task6",
        "patch": {"(len(code) - 1) // steps": "(len(code) - 2) // steps"},
        "fails": ["task6-values", "task6-edges"],
        "hint": "You dropped a row",
    },
    "a row that ends with the beginning": {
        "task": "task6",
        "patch": {
            "(len(code) - 1) // steps": "len(code) // steps",
            "code[1 : rows * steps + 1]": "code.roll(-1)[: rows * steps]",
        },
        "fails": ["task6-values", "task6-edges"],
        "hint": "has no last target",
    },
    "an alphabet of its own": {
        "task": "task6",
        "patch": {"letters.index(letter)": "sorted(set(text)).index(letter)"},
        "fails": ["task6-values"],
        "hint": "not in a sorted alphabet",
    },
    # task 7
    "multiplied by the temperature": {
        "task": "task7",
        "patch": {"scores / temperature": "scores * temperature"},
        "fails": ["task7-probabilities", "task7-limits", "task7-draw"],
        "hint": "divided by the temperature",
    },
    "the softmax over the batch": {
        "task": "task7",
        "patch": {"torch.softmax(scores / temperature, dim=1)": "torch.softmax(scores / temperature, dim=0)"},
        "fails": ["task7-probabilities", "task7-limits", "task7-draw"],
        "hint": "over the batch (dim=0)",
    },
    "exp overflows": {
        "task": "task7",
        "patch": {
            "return torch.softmax(scores / temperature, dim=1)": (
                "powers = torch.exp(scores / temperature)\n    return powers / powers.sum(1, keepdim=True)"
            )
        },
        "fails": ["task7-limits"],
        "hint": "exp overflowed",
    },
    "the global generator": {
        "task": "task7",
        "patch": {", 1, generator=generator)": ", 1)"},
        "fails": ["task7-draw"],
        "hint": "Hand the generator on",
    },
    "always the largest score": {
        "task": "task7",
        "patch": {
            "torch.multinomial(temper(scores, temperature), 1, generator=generator).squeeze(1)": (
                "temper(scores, temperature).argmax(dim=1)"
            )
        },
        "fails": ["task7-draw"],
        "hint": "Nothing was drawn",
    },
    "drawn without the temperature": {
        "task": "task7",
        "patch": {"temper(scores, temperature), 1": "temper(scores, 1 if temperature else 0), 1"},
        "fails": ["task7-draw"],
        "hint": "the temperature was lost",
    },
    # task 8
    "one axis too many": {
        "task": "task8",
        "patch": {".squeeze(1)": ""},
        "fails": TASK8,
        "hint": "Take the last axis away",
    },
    "gradients not set to zero": {
        "task": "task8",
        "patch": {
            "            optimizer.zero_grad()\n": "",
            "epochs, batch_size = Reader(), 15": "epochs, batch_size = Reader(), 4",
        },
        "fails": TASK8,
        "hint": "zero_grad",
    },
    "the last step of the padded batch": {
        "task": "task8",
        "patch": {"states[torch.arange(len(x)), lengths - 1]": "states[:, -1]"},
        "fails": ["task8-padding"],
        "hint": "The padding is being read",
    },
    "a formula instead of a network": {
        "task": "task8",
        "patch": {
            "return self.output(states[torch.arange(len(x)), lengths - 1]).squeeze(1)": (
                "return x.prod(2).sum(1) + 0 * states.sum()"
            )
        },
        "fails": TASK8,
        "hint": "learn from the y",
    },
    "too little training": {
        "task": "task8",
        "patch": {"Reader(), 15, 64": "Reader(), 2, 64"},
        "fails": TASK8,
        "hint": "enough epochs",
    },
}
