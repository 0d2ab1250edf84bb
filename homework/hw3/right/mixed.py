"""Loops in the layers, classes in the loop."""


# %% task1
def numerical_gradient(f, x, eps=1e-6):
    result = x.clone()
    flat_result = result.view(-1)
    for i in range(x.numel()):
        up = x.clone()
        down = x.clone()
        up.view(-1)[i] = up.view(-1)[i] + eps
        down.view(-1)[i] = down.view(-1)[i] - eps
        flat_result[i] = (float(f(up)) - float(f(down))) / (eps + eps)
    return result


# %% task2
def linear(x, W, b):
    N, K = len(x), len(W)
    out = torch.zeros(N, K, dtype=x.dtype)
    for n in range(N):
        for k in range(K):
            out[n, k] = (x[n] * W[k]).sum() + b[k]
    return out


def linear_backward(d_out, x, W):
    d_x, d_W = torch.zeros_like(x), torch.zeros_like(W)
    d_b = torch.zeros(len(W), dtype=W.dtype)
    for n in range(len(x)):
        for k in range(len(W)):
            d_x[n] += d_out[n, k] * W[k]
            d_W[k] += d_out[n, k] * x[n]
            d_b[k] += d_out[n, k]
    return d_x, d_W, d_b


# %% task3
def tanh_backward(d_out, h):
    slope = torch.ones_like(h) - h * h
    return slope * d_out


def leaky_relu(z, slope=0.1):
    out = z.clone()
    out[z < 0] = slope * out[z < 0]
    return out


def leaky_relu_backward(d_out, z, slope=0.1):
    d_z = d_out.clone()
    d_z[z <= 0] *= slope
    return d_z


# %% task4
def cross_entropy(scores, targets):
    N, K = scores.shape
    loss = torch.zeros((), dtype=scores.dtype)
    d_scores = torch.zeros_like(scores)
    for n in range(N):
        row = scores[n] - scores[n].max()
        p = torch.exp(row) / torch.exp(row).sum()
        t = int(targets[n])
        loss += (torch.log(torch.exp(row).sum()) - row[t]) / N
        for k in range(K):
            d_scores[n, k] = (p[k] - (1.0 if k == t else 0.0)) / N
    return loss, d_scores


# %% task5
def network_gradients(p, x, targets):
    Z = linear(x, p["W1"], p["b1"])
    H = torch.tanh(Z)
    S = linear(H, p["W2"], p["b2"]) + linear(x, p["V"], torch.zeros(len(p["V"]), dtype=x.dtype))
    loss, d_S = cross_entropy(S, targets)
    d_H, d_W2, d_b2 = linear_backward(d_S, H, p["W2"])
    d_x, d_V, _ = linear_backward(d_S, x, p["V"])
    d_Z = tanh_backward(d_H, H)
    more, d_W1, d_b1 = linear_backward(d_Z, x, p["W1"])
    return loss, {"W1": d_W1, "b1": d_b1, "W2": d_W2, "b2": d_b2, "V": d_V, "x": d_x + more}


# %% task6
class Momentum:
    def __init__(self, parameters, lr, beta=0.9):
        self.parameters = tuple(parameters)
        self.lr, self.beta = lr, beta
        self.velocity = {}

    def zero_grad(self):
        for p in self.parameters:
            if p.grad is not None:
                p.grad = torch.zeros_like(p)

    def step(self):
        for number, p in enumerate(self.parameters):
            if p.grad is None:
                continue
            if number not in self.velocity:
                self.velocity[number] = p.grad.clone()
            else:
                self.velocity[number] *= self.beta
                self.velocity[number] += p.grad
            with torch.no_grad():
                p.sub_(self.velocity[number], alpha=self.lr)


# %% task7
from torch.utils.data import TensorDataset


def train(model, optimizer, x, y, epochs, batch_size, generator):
    data = TensorDataset(x, y)
    means = []
    model.train()
    for _ in range(epochs):
        order = torch.randperm(len(data), generator=generator).tolist()
        losses = []
        for start in range(0, len(order), batch_size):
            xs, ys = data[order[start : start + batch_size]]
            each = F.cross_entropy(model(xs), ys, reduction="none")
            optimizer.zero_grad()
            each.mean().backward()
            optimizer.step()
            losses.extend(each.detach().tolist())
        means.append(sum(losses) / len(losses))
    return means


def accuracy(model, x, y):
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    with torch.no_grad():
        scores = model(x)
    for module, mode in modes:
        module.training = mode
    return float((scores.argmax(1) == y).float().mean())


# %% task8
class Adam:
    def __init__(self, parameters, rate):
        self.parameters, self.rate, self.t = list(parameters), rate, 0
        self.m = [torch.zeros_like(p) for p in self.parameters]
        self.q = [torch.zeros_like(p) for p in self.parameters]

    @torch.no_grad()
    def step(self):
        self.t += 1
        for p, m, q in zip(self.parameters, self.m, self.q):
            m.mul_(0.9).add_(0.1 * p.grad)
            q.mul_(0.99).add_(0.01 * p.grad**2)
            p -= self.rate * (m / (1 - 0.9**self.t)) / ((q / (1 - 0.99**self.t)).sqrt() + 1e-8)
            p.grad = None


class Net(nn.Module):
    def __init__(self, hidden=64):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(2, hidden), nn.Linear(hidden, hidden), nn.Linear(hidden, 3)])

    def forward(self, x):
        x = 3 * x
        for layer in self.layers[:-1]:
            x = torch.tanh(layer(x))
        return self.layers[-1](x)


def learn_spirals(batches):
    model = Net()
    optimizer = Adam(model.parameters(), rate=0.02)
    for x, y in batches:
        F.cross_entropy(model(x), y).backward()
        optimizer.step()
    return model
