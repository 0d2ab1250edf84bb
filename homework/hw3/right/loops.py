"""Loops, a beginner's style."""


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
        self.params = [p for p in parameters]
        self.lr = lr
        self.beta = beta
        self.v = [0 for p in self.params]

    def zero_grad(self):
        for p in self.params:
            if p.grad is not None:
                p.grad.zero_()

    @torch.no_grad()
    def step(self):
        for i in range(len(self.params)):
            if self.params[i].grad is None:
                continue
            self.v[i] = self.beta * self.v[i] + self.params[i].grad
            self.params[i] -= self.lr * self.v[i]


# %% task7
def train(model, optimizer, x, y, epochs, batch_size, generator):
    history = []
    for epoch in range(epochs):
        model.train()
        order = torch.randperm(len(x), generator=generator)
        loss_sum, count = 0.0, 0
        start = 0
        while start < len(x):
            index = order[start : start + batch_size]
            xb, yb = x[index], y[index]
            optimizer.zero_grad()
            out = model(xb)
            loss = F.cross_entropy(out, yb)
            loss.backward()
            optimizer.step()
            loss_sum += loss.item() * xb.shape[0]
            count += xb.shape[0]
            start += batch_size
        history.append(loss_sum / count)
    return history


def accuracy(model, x, y):
    before = model.training
    try:
        model.eval()
        right = 0
        with torch.no_grad():
            for i in range(len(x)):
                scores = model(x[i : i + 1])
                if scores[0].argmax().item() == y[i].item():
                    right += 1
    finally:
        model.train(before)
    return right / len(x)
