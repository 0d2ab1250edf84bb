"""Row by row, raw tensors."""


# %% task5
def network_gradients(p, x, targets):
    W1, b1, W2, b2, V = (p[name] for name in ("W1", "b1", "W2", "b2", "V"))
    N, K = len(x), len(b2)
    H = torch.tanh(x @ W1.T + b1)
    S = H @ W2.T + b2 + x @ V.T
    S = S - S.max(dim=1, keepdim=True)[0]
    P = torch.exp(S)
    P = P / P.sum(dim=1, keepdim=True)
    loss = torch.zeros((), dtype=x.dtype)
    g = {name: torch.zeros_like(weight) for name, weight in p.items()}
    g["x"] = torch.zeros_like(x)
    for n in range(N):
        loss = loss - torch.log(P[n, targets[n]]) / N
        dS = P[n].clone()
        dS[targets[n]] -= 1
        dS = dS / N
        dZ = (W2.T @ dS) * (1 - H[n] ** 2)
        g["b2"] += dS
        g["W2"] += torch.outer(dS, H[n])
        g["V"] += torch.outer(dS, x[n])
        g["b1"] += dZ
        g["W1"] += torch.outer(dZ, x[n])
        g["x"][n] = W1.T @ dZ + V.T @ dS
    return loss, g


# %% task8
def learn_spirals(batches):
    """A function instead of a module, with raw tensors and a rate that falls."""
    W1 = 3 * torch.randn(100, 2)
    b1 = torch.randn(100)
    W2 = torch.randn(64, 100) * 0.14
    b2 = 0.3 * torch.randn(64)
    W3 = torch.randn(3, 64) * 0.1
    b3 = torch.zeros(3)
    weights = [W1, b1, W2, b2, W3, b3]
    speeds = [torch.zeros_like(w) for w in weights]
    for w in weights:
        w.requires_grad_()

    def model(x):
        h = F.leaky_relu(x @ W1.T + b1)
        return F.leaky_relu(h @ W2.T + b2) @ W3.T + b3

    for number, (x, y) in enumerate(batches):
        for w in weights:
            w.grad = None
        F.cross_entropy(model(x), y).backward()
        rate = 0.1 if number < 70 else 0.03
        with torch.no_grad():
            for w, v in zip(weights, speeds):
                v *= 0.9
                v += w.grad
                w -= rate * v
    return model
