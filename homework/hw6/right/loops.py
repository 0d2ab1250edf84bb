"""With loops."""


# %% task1
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


# %% task2
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


# %% task3
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


# %% task4
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


# %% task5
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


# %% task6
def next_examples(text, letters, steps):
    place = {letter: k for k, letter in enumerate(letters)}
    inputs, targets = [], []
    begin = 0
    while begin + steps < len(text):
        inputs.append([place[one] for one in text[begin : begin + steps]])
        targets.append([place[one] for one in text[begin + 1 : begin + steps + 1]])
        begin = begin + steps
    return torch.tensor(inputs), torch.tensor(targets)


# %% task7
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


# %% task8
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
