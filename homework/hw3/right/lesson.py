"""As the lessons write it."""


# %% task1
def numerical_gradient(f, x, eps=1e-6):
    """The slope of f by each number of x, from values of f alone.

    f: takes a tensor of x's shape, gives one number: a float, or a tensor with one number in it.
    x: floating point, any shape; not changed.
    Returns: a tensor with the shape and the dtype of x.
    """
    gradient = torch.zeros_like(x)
    for place in range(x.numel()):
        kept = x.view(-1)[place].item()
        x.view(-1)[place] = kept + eps
        up = f(x)
        x.view(-1)[place] = kept - eps
        down = f(x)
        x.view(-1)[place] = kept
        gradient.view(-1)[place] = (up - down) / (2 * eps)
    return gradient


# %% task2
def linear(x, W, b):
    """x (N, D), W (K, D), b (K,) -> (N, K)"""
    return x @ W.T + b


def linear_backward(d_out, x, W):
    """d_out (N, K), x (N, D), W (K, D) -> d_x (N, D), d_W (K, D), d_b (K,)"""
    return d_out @ W, d_out.T @ x, d_out.sum(dim=0)


# %% task3
def tanh_backward(d_out, a):
    """d_out and a = tanh(z), same shape -> d_z"""
    return d_out * (1 - a**2)


def leaky_relu(z, slope=0.1):
    """z where it is positive, slope * z elsewhere"""
    return z.clamp(min=0) + slope * z.clamp(max=0)


def leaky_relu_backward(d_out, z, slope=0.1):
    """d_out and z, same shape -> d_z; at z = 0 the slope is that of the negative side"""
    return d_out * (z > 0) + slope * d_out * (z <= 0)


# %% task4
def cross_entropy(scores, y):
    """scores (N, K), y (N,) int64 -> mean loss, shape (), and its gradient by the scores, (N, K)"""
    logs = torch.log_softmax(scores, dim=1)
    truth = torch.eye(scores.shape[1], dtype=scores.dtype)[y]
    loss = -(logs * truth).sum() / len(y)
    return loss, (logs.exp() - truth) / len(y)


# %% task5
def network_gradients(p, x, y):
    """p: dict of W1 (U, D), b1 (U,), W2 (K, U), b2 (K,), V (K, D); x (N, D); y (N,) int64

    Returns: mean cross-entropy, shape (); dict of its gradients by W1, b1, W2, b2, V and x.
    """
    h = torch.tanh(linear(x, p["W1"], p["b1"]))
    scores = linear(h, p["W2"], p["b2"]) + x @ p["V"].T
    loss, d_scores = cross_entropy(scores, y)
    d_h, d_W2, d_b2 = linear_backward(d_scores, h, p["W2"])
    d_z = tanh_backward(d_h, h)
    d_x, d_W1, d_b1 = linear_backward(d_z, x, p["W1"])
    d_V = d_scores.T @ x
    d_x = d_x + d_scores @ p["V"]  # rule 2: x goes into two places
    return loss, {"W1": d_W1, "b1": d_b1, "W2": d_W2, "b2": d_b2, "V": d_V, "x": d_x}


# %% task6
class Momentum:
    """SGD with momentum for the parameters of a model."""

    def __init__(self, parameters, lr, beta=0.9):
        self.parameters = list(parameters)
        self.lr = lr
        self.beta = beta
        self.velocities = [torch.zeros_like(w) for w in self.parameters]

    def zero_grad(self):
        """Forget the gradients of all parameters."""
        for w in self.parameters:
            w.grad = None

    def step(self):
        """Move every parameter that has a gradient."""
        with torch.no_grad():
            for w, v in zip(self.parameters, self.velocities):
                if w.grad is not None:
                    v *= self.beta
                    v += w.grad
                    w -= self.lr * v


# %% task7
def train(model, optimizer, x, y, epochs, batch_size, generator):
    """Train with mini-batches. x (N, …), y (N,) int64 -> list of floats, the mean loss of each epoch"""
    losses = []
    for _ in range(epochs):
        model.train()
        total = 0.0
        for rows in torch.randperm(len(x), generator=generator).split(batch_size):
            loss = F.cross_entropy(model(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(x))
    return losses


@torch.no_grad()
def accuracy(model, x, y):
    """Share of rows whose highest score is the target, as a float. x (N, …), y (N,) int64"""
    before = model.training
    model.eval()
    share = (model(x).argmax(dim=1) == y).float().mean().item()
    if before:
        model.train()
    return share


# %% task8
def learn_spirals(batches):
    """batches: generator of 100 pairs x (64, 2), y (64,) -> a model: points (N, 2) to scores (N, 3)"""
    model = nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 3))
    for layer in (model[0], model[2]):
        nn.init.kaiming_normal_(layer.weight)
    nn.init.normal_(model[0].bias)
    nn.init.zeros_(model[2].bias)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    model.train()
    for x, y in batches:
        loss = F.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    return model
