"""With loops and plain numbers."""


# %% task1
def neuron(x, weights):
    if x.dim() > 1:
        return torch.stack([neuron(row, weights) for row in x])
    total = weights[-1]
    for i in range(len(x)):
        total = total + x[i] * weights[i]
    return torch.tensor(1.0 if total > 0 else 0.0, dtype=x.dtype)


def signed_distance(x, weights):
    if x.dim() > 1:
        return torch.stack([signed_distance(row, weights) for row in x])
    total, square = weights[-1].item(), 0.0
    for i in range(len(x)):
        total += x[i].item() * weights[i].item()
        square += weights[i].item() ** 2
    return torch.tensor(total / math.sqrt(square), dtype=x.dtype)


# %% task2
def at_least(k, n):
    weights = torch.zeros(n + 1)
    for i in range(n):
        weights[i] = 2.0
    weights[n] = -2.0 * k + 1.0
    return weights


def matches(pattern):
    weights = []
    bias = 0.5
    for on in pattern:
        if on == 1:
            weights.append(1.0)
            bias = bias - 1.0
        else:
            weights.append(-1.0)
    weights.append(bias)
    return torch.tensor(weights)


def exactly(k, n):
    # one hidden neuron for each input with k switches on; the output is an OR
    rows = []
    for row in switches(n):
        if row.sum() == k:
            rows.append(matches(row.int().tolist()))
    return torch.stack(rows), torch.tensor([1.0] * len(rows) + [-0.5])


# %% task3
def train_perceptron(x, y, lr=1.0, epochs=100):
    n = x.shape[1]
    w = [0.0] * n
    b = 0.0
    mistakes = []
    for epoch in range(epochs):
        count = 0
        for i in range(len(x)):
            total = b
            for j in range(n):
                total += w[j] * x[i, j].item()
            answer = 1 if total > 0 else 0
            if answer != y[i].item():
                count += 1
                for j in range(n):
                    w[j] += lr * (y[i].item() - answer) * x[i, j].item()
                b += lr * (y[i].item() - answer)
        mistakes.append(count)
        if count == 0:
            return torch.tensor(w + [b], dtype=x.dtype), mistakes
    return torch.tensor(w + [b], dtype=x.dtype), mistakes


# %% task4
def correction_bound(x, y, weights):
    length = math.sqrt(sum(w.item() ** 2 for w in weights))
    margin, radius = math.inf, 0.0
    for row, target in zip(x.tolist(), y.tolist()):
        row = row + [1.0]
        total = sum(a * w.item() for a, w in zip(row, weights))
        if target == 0:
            total = -total
        margin = min(margin, total / length)
        radius = max(radius, math.sqrt(sum(a * a for a in row)))
    if margin <= 0:
        return math.inf
    return (radius / margin) ** 2


# %% task5
def cross_entropy(scores, y):
    losses = []
    for row, target in zip(scores, y):
        largest = max(row.tolist())
        total = sum(math.exp(score - largest) for score in row.tolist())
        losses.append(largest + math.log(total) - row[target].item())
    return torch.tensor(sum(losses) / len(losses), dtype=scores.dtype)


# %% task6
def numerical_gradient(f, w, eps=1e-5):
    result = []
    for i in range(w.numel()):
        up = w.clone().flatten()
        up[i] += eps
        down = w.clone().flatten()
        down[i] -= eps
        result.append((float(f(up.view(w.shape))) - float(f(down.view(w.shape)))) / 2 / eps)
    return torch.tensor(result, dtype=w.dtype).view(w.shape)


def layer_gradients(x, y, W, b):
    N, D, K = len(x), x.shape[1], len(b)
    grad_W, grad_b = torch.zeros_like(W), torch.zeros_like(b)
    for i in range(N):
        scores = [float((W[k] * x[i]).sum() + b[k]) for k in range(K)]
        powers = [math.exp(s - max(scores)) for s in scores]
        for k in range(K):
            error = powers[k] / sum(powers) - (1 if k == y[i] else 0)
            grad_b[k] += error / N
            for j in range(D):
                grad_W[k, j] += error * x[i, j] / N
    return grad_W, grad_b
