"""Right and wrong answers to homework 3 (back-propagation). The format is that of `homework.trial`."""

LOOPS = {
    "task1": """
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
""",
    "task2": """
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
""",
    "task3": """
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
""",
    "task4": """
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
""",
    "task5": """
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
""",
    "task6": """
class Momentum:
    def __init__(self, parameters, rate, beta=0.9):
        self.params = [p for p in parameters]
        self.rate = rate
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
            self.params[i] -= self.rate * self.v[i]
""",
    "task7": """
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
""",
}

COMPACT = {
    "task1": """
def numerical_gradient(f, x, eps=1e-6):
    steps = eps * torch.eye(x.numel(), dtype=x.dtype).reshape(-1, *x.shape)
    slopes = [(f(x + step) - f(x - step)) / (2 * eps) for step in steps]
    return torch.stack([torch.as_tensor(slope, dtype=x.dtype) for slope in slopes]).reshape(x.shape)
""",
    "task2": """
def linear(x, W, b):
    return torch.einsum("nd,kd->nk", x, W) + b[None]


def linear_backward(d_out, x, W):
    return (
        torch.einsum("nk,kd->nd", d_out, W),
        torch.einsum("nk,nd->kd", d_out, x),
        torch.einsum("nk->k", d_out),
    )
""",
    "task3": """
tanh_backward = lambda d_out, h: d_out - d_out * h.square()  # noqa: E731


def leaky_relu(z, slope=0.1):
    return z * ((z > 0).to(z.dtype) * (1 - slope) + slope)


def leaky_relu_backward(d_out, z, slope=0.1):
    return d_out * ((z > 0).to(z.dtype) * (1 - slope) + slope)
""",
    "task4": """
def cross_entropy(scores, targets):
    logs = torch.log_softmax(scores, 1)
    truth = torch.zeros_like(scores).scatter_(1, targets[:, None], 1.0)
    return -(truth * logs).sum(1).mean(), (torch.softmax(scores, 1) - truth).div(scores.size(0))
""",
    "task5": """
def network_gradients(p, x, targets):
    h = (x @ p["W1"].mT + p["b1"]).tanh()
    s = torch.cat([h, x], 1) @ torch.cat([p["W2"], p["V"]], 1).mT + p["b2"]
    n = torch.arange(len(x))
    loss = (torch.logsumexp(s, 1) - s[n, targets]).mean()
    d = s.softmax(1)
    d[n, targets] -= 1.0
    d /= len(x)
    both = d.mT @ torch.cat([h, x], 1)
    dz = (d @ p["W2"]) * (1 - h) * (1 + h)
    H = h.shape[1]
    g = {"W2": both[:, :H], "V": both[:, H:], "b2": d.sum(0), "W1": dz.mT @ x, "b1": dz.sum(0)}
    return loss, g | {"x": dz @ p["W1"] + d @ p["V"]}
""",
    "task6": """
class Momentum:
    def __init__(self, parameters, rate, beta=0.9):
        self.speed = {p: torch.zeros_like(p) for p in parameters}
        self.rate, self.beta = rate, beta

    def zero_grad(self):
        for p in self.speed:
            p.grad = None

    def step(self):
        for p, v in self.speed.items():
            if p.grad is not None:
                self.speed[p] = self.beta * v.detach() + p.grad.detach()
                p.data = p.data - self.rate * self.speed[p]
""",
    "task7": """
def one_epoch(model, optimizer, batches):
    for x, y in batches:
        model.zero_grad()
        loss = F.cross_entropy(model(x), y, reduction="sum")
        (loss / len(y)).backward()
        optimizer.step()
        yield float(loss.detach())


def train(model, optimizer, x, y, epochs, batch_size, generator):
    model.train(True)
    losses = []
    for _ in range(epochs):
        order = torch.randperm(x.shape[0], generator=generator)
        batches = zip(x[order].split(batch_size), y[order].split(batch_size))
        losses += [sum(one_epoch(model, optimizer, batches)) / x.shape[0]]
    return losses


@torch.inference_mode()
def accuracy(model, x, y):
    was_training = model.training
    model.eval()
    share = torch.mean((torch.max(model(x), dim=1).indices == y).double()).item()
    if was_training:
        model.train()
    return share
""",
    "task8": '''
class Polar(nn.Module):
    """Knows that the arms turn around the middle: radius and angle as inputs."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(5, 80), nn.Linear(80, 3)

    def forward(self, x):
        r = x.norm(dim=1, keepdim=True) + 1e-6
        a = torch.atan2(x[:, 1:], x[:, :1])
        features = torch.cat([x * 3, r * 3, torch.cos(2 * a), torch.sin(2 * a)], dim=1)
        return self.second(torch.tanh(self.first(features)))


def learn_spirals(batches):
    model = Polar()
    nn.init.normal_(model.first.weight)
    nn.init.normal_(model.first.bias)
    velocity = [torch.zeros_like(p) for p in model.parameters()]
    for x, y in batches:
        model.zero_grad()
        F.cross_entropy(model(x), y).backward()
        for i, p in enumerate(model.parameters()):
            velocity[i] = 0.9 * velocity[i] + p.grad
            p.data -= 0.2 * velocity[i]
    model.eval()
    return model
''',
}

CLASSES = {
    "task1": '''
def numerical_gradient(f, x, eps=1e-6):
    """Move in the tensor itself, and put back what was there."""
    slopes = torch.empty(x.shape, dtype=x.dtype)
    numbers, results = x.reshape(-1), slopes.reshape(-1)
    if x.dim() == 0:
        return torch.tensor((f(x + eps) - f(x - eps)) / (2 * eps), dtype=x.dtype)
    for i, number in enumerate(numbers.tolist()):
        numbers[i] = number + eps
        up = f(x)
        numbers[i] = number - eps
        down = f(x)
        numbers[i] = number
        results[i] = (up - down) / (2 * eps)
    return slopes
''',
    "task2": """
class Linear:
    def __init__(self, W, b=None):
        self.W, self.b = W, b

    def forward(self, x):
        return torch.addmm(self.b, x, self.W.t())

    def backward(self, d_out, x):
        ones = torch.ones(len(x), dtype=x.dtype)
        return d_out.matmul(self.W), d_out.t().matmul(x), ones @ d_out


def linear(x, W, b):
    return Linear(W, b).forward(x)


def linear_backward(d_out, x, W):
    return list(Linear(W).backward(d_out, x))
""",
    "task3": """
def tanh_backward(d_out, h):
    return d_out * (1 + h) * (1 - h)


def leaky_relu(z, slope=0.1):
    return torch.maximum(z, slope * z)


def leaky_relu_backward(d_out, z, slope=0.1):
    factors = torch.full_like(z, slope)
    factors[z > 0] = 1.0
    return factors * d_out
""",
    "task4": """
def softmax(scores):
    powers = torch.exp(scores - scores.amax(dim=1, keepdim=True))
    return powers / powers.sum(dim=1, keepdim=True)


def one_hot(targets, classes, dtype):
    return (targets.unsqueeze(1) == torch.arange(classes)).to(dtype)


def cross_entropy(scores, targets):
    truth = one_hot(targets, scores.shape[1], scores.dtype)
    right = (scores * truth).sum(dim=1)
    loss = (torch.logsumexp(scores, dim=1) - right).sum() / len(targets)
    return loss, (softmax(scores) - truth) / len(targets)
""",
    "task6": """
class Momentum:
    def __init__(self, parameters, rate, beta=0.9):
        self.parameters = tuple(parameters)
        self.rate, self.beta = rate, beta
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
                p.sub_(self.velocity[number], alpha=self.rate)
""",
    "task7": """
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
""",
    "task8": """
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
""",
}

FIXED_FEATURES = {
    "task5": """
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
""",
    "task8": '''
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
''',
}

RIGHT = {
    "loops, a beginner's style": LOOPS,
    "compact, einsum and concatenation": COMPACT,
    "classes and helper functions": CLASSES,
    "row by row, raw tensors": FIXED_FEATURES,
    "loops in the layers, classes in the loop": {
        **{task: LOOPS[task] for task in ("task1", "task2", "task3", "task4", "task5")},
        **{task: CLASSES[task] for task in ("task6", "task7", "task8")},
    },
}

ALL5 = ["task5-loss", "task5-output", "task5-hidden", "task5-input"]

WRONG = {
    "one-sided difference": {
        "task": "task1",
        "patch": {"(f(x + shift) - f(x - shift)) / (2 * eps)": "(f(x + shift) - f(x)) / eps"},
        "fails": ["task1-values", "task1-shapes"],
        "hint": "Look eps to both sides",
    },
    "divided by eps, not by 2 eps": {
        "task": "task1",
        "patch": {"/ (2 * eps)": "/ eps"},
        "fails": ["task1-values", "task1-shapes"],
        "hint": "the two places are 2 * eps apart",
    },
    "result always float32": {
        "task": "task1",
        "patch": {"slopes = torch.zeros(x.numel(), dtype=x.dtype)": "slopes = torch.zeros(x.numel())"},
        "fails": ["task1-values", "task1-shapes"],
        "hint": "The result is float32",
    },
    "x moved and not moved back": {
        "task": "task1",
        "answer": """
def numerical_gradient(f, x, eps=1e-6):
    slopes = torch.zeros_like(x)
    for i in range(x.numel()):
        x.view(-1)[i] += eps
        up = f(x)
        x.view(-1)[i] -= 2 * eps
        slopes.view(-1)[i] = (up - f(x)) / (2 * eps)
    return slopes
""",
        "fails": ["task1-untouched"],
        "hint": "never forward again",
    },
    "autograd for the numerical gradient": {
        "task": "task1",
        "answer": """
def numerical_gradient(f, x, eps=1e-6):
    leaf = x.clone().requires_grad_()
    return torch.autograd.grad(f(leaf), leaf)[0]
""",
        "fails": ["task1-values", "task1-shapes"],
        "hint": "Only call f",
    },
    "the worked example learned by heart": {
        "task": "task1",
        "answer": """
def numerical_gradient(f, x, eps=1e-6):
    if x.shape == (2,):
        return torch.tensor([3.01, 12.01], dtype=torch.float64)
    if x.shape == (3,):
        return 2 * x
    return x.flatten() * 2
""",
        "fails": ["task1-values", "task1-untouched", "task1-shapes"],
        "hint": "Give them the shape of x again",
    },
    "no bias in the forward pass": {
        "task": "task2",
        "patch": {"x @ W.T + b": "x @ W.T"},
        "fails": ["task2-forward"],
        "hint": "The bias b is missing",
    },
    "gradient of the bias as a mean": {
        "task": "task2",
        "patch": {"d_out.sum(dim=0)": "d_out.mean(dim=0)"},
        "fails": ["task2-bias"],
        "hint": "its gradients add up",
    },
    "gradient of the bias over the wrong axis": {
        "task": "task2",
        "patch": {"d_out.sum(dim=0)": "d_out.sum(dim=1)"},
        "fails": ["task2-bias"],
        "hint": "one number for each neuron",
    },
    "W transposed on the way back": {
        "task": "task2",
        "patch": {"d_out @ W\n": "d_out @ W.T if W.shape[0] == W.shape[1] else d_out @ W\n"},
        "fails": ["task2-input"],
        "hint": "only because this W is square",
    },
    "d_out divided in place": {
        "task": "task2",
        "patch": {"d_x = d_out @ W": "d_out /= len(d_out)\n    d_x = d_out @ W"},
        "fails": ["task2-weight", "task2-bias", "task2-input", "task2-untouched"],
        "hint": "changes the caller's tensor",
    },
    "tanh taken twice": {
        "task": "task3",
        "patch": {"1 - h**2": "1 - torch.tanh(h) ** 2"},
        "fails": ["task3-tanh"],
        "hint": "tanh a second time",
    },
    "leaky ReLU in place": {
        "task": "task3",
        "patch": {"return torch.where(z > 0, z, slope * z)": "z[z < 0] *= slope\n    return z"},
        "fails": ["task3-leaky"],
        "hint": "You wrote into z",
    },
    "the slope without what arrives": {
        "task": "task3",
        "patch": {"torch.where(z > 0, d_out, slope * d_out)": "torch.where(z > 0, 1.0, slope)"},
        "fails": ["task3-leaky-backward"],
        "hint": "Multiply it by what arrives",
    },
    "sum instead of mean": {
        "task": "task4",
        "patch": {".mean()": ".sum()", "d_scores / len(scores)": "d_scores"},
        "fails": ["task4-loss", "task4-gradient"],
        "hint": "The loss is their mean",
    },
    "gradient not divided by N": {
        "task": "task4",
        "patch": {"d_scores / len(scores)": "d_scores"},
        "fails": ["task4-gradient"],
        "hint": "N times too large",
    },
    "exp overflows": {
        "task": "task4",
        "patch": {"scores - scores.max(dim=1, keepdim=True).values": "scores"},
        "fails": ["task4-large-scores"],
        "hint": "log(0) is infinite",
    },
    "maximum subtracted in place": {
        "task": "task4",
        "patch": {
            "shifted = scores - scores.max(dim=1, keepdim=True).values": (
                "shifted = scores\n    shifted -= scores.max(dim=1, keepdim=True).values"
            )
        },
        "fails": ["task4-untouched"],
        "hint": "subtracted in place",
    },
    "softmax down the columns": {
        "task": "task4",
        "patch": {
            "shifted.exp().sum(dim=1, keepdim=True)": "shifted.exp().sum(dim=0, keepdim=True)",
            "scores.max(dim=1, keepdim=True).values": "scores.max()",
        },
        "fails": ["task4-loss", "task4-large-scores", "task4-gradient"],
        "hint": "runs down the columns",
    },
    "probabilities without the truth": {
        "task": "task4",
        "patch": {"    d_scores[rows, targets] -= 1\n": ""},
        "fails": ["task4-large-scores", "task4-gradient"],
        "hint": "subtract 1 at the right class",
    },
    "slope of tanh forgotten": {
        "task": "task5",
        "patch": {"d_hidden * (1 - hidden**2)": "d_hidden"},
        "fails": ["task5-hidden", "task5-input"],
        "hint": "The slope of tanh is missing",
    },
    "the shortcut brings nothing back": {
        "task": "task5",
        "patch": {' + d_scores @ p["V"]': ""},
        "fails": ["task5-input"],
        "hint": "The shortcut brings a gradient back too",
    },
    "W2 meets the sums before tanh": {
        "task": "task5",
        "patch": {"d_scores.T @ hidden": 'd_scores.T @ (x @ p["W1"].T + p["b1"])'},
        "fails": ["task5-output"],
        "hint": "after tanh, not before",
    },
    "autograd instead of by hand": {
        "task": "task5",
        "answer": """
def network_gradients(p, x, targets):
    leaves = {name: value.clone().requires_grad_() for name, value in {**p, "x": x}.items()}
    hidden = torch.tanh(leaves["x"] @ leaves["W1"].T + leaves["b1"])
    scores = hidden @ leaves["W2"].T + leaves["b2"] + leaves["x"] @ leaves["V"].T
    loss = F.cross_entropy(scores, targets)
    loss.backward()
    return loss.detach(), {name: leaf.grad for name, leaf in leaves.items()}
""",
        "fails": ALL5,
        "hint": "Autograd is switched off here",
    },
    "the shortcut left out of the scores": {
        "task": "task5",
        "patch": {' + x @ p["V"].T': ""},
        "fails": ALL5,
        "hint": "The shortcut x @ V.T is missing",
    },
    "plain SGD without memory": {
        "task": "task6",
        "patch": {"v.mul_(self.beta).add_(p.grad)": "v = p.grad"},
        "fails": ["task6-steps", "task6-zero-grad"],
        "hint": "The velocity must be remembered",
    },
    "p = p - rate * v": {
        "task": "task6",
        "patch": {"p -= self.rate * v": "p = p - self.rate * v"},
        "fails": ["task6-steps", "task6-in-place", "task6-zero-grad"],
        "hint": "p = p - …",
    },
    "gradient damped by 1 - beta": {
        "task": "task6",
        "patch": {"add_(p.grad)": "add_(p.grad, alpha=1 - self.beta)"},
        "fails": ["task6-steps", "task6-in-place", "task6-zero-grad"],
        "hint": "multiplied by 1 - beta",
    },
    "the generator of parameters used up": {
        "task": "task6",
        "answer": """
class Momentum:
    def __init__(self, parameters, rate, beta=0.9):
        self.parameters, self.rate, self.beta = parameters, rate, beta
        self.velocities = [torch.zeros_like(p) for p in parameters]

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

    @torch.no_grad()
    def step(self):
        for p, v in zip(self.parameters, self.velocities):
            if p.grad is not None:
                v.mul_(self.beta).add_(p.grad)
                p -= self.rate * v
""",
        "fails": ["task6-steps", "task6-in-place", "task6-zero-grad"],
        "hint": "is a generator and was used up",
    },
    "the velocity is the gradient itself": {
        "task": "task6",
        "answer": """
class Momentum:
    def __init__(self, parameters, rate, beta=0.9):
        self.parameters, self.rate, self.beta = list(parameters), rate, beta
        self.v = {}

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

    @torch.no_grad()
    def step(self):
        for p in self.parameters:
            if p.grad is not None:
                self.v[p] = self.beta * self.v[p] + p.grad if p in self.v else p.grad
                p -= self.rate * self.v[p]
""",
        "fails": ["task6-steps"],
        "hint": "Keep a copy",
    },
    "step recorded by autograd": {
        "task": "task6",
        "patch": {"with torch.no_grad():": "if True:"},
        "fails": ["task6-steps", "task6-in-place", "task6-zero-grad"],
        "hint": "Put it under torch.no_grad()",
    },
    "requires_grad switched off for the step": {
        "task": "task6",
        "patch": {
            "with torch.no_grad():": "if True:",
            "p -= self.rate * v": "p.requires_grad_(False).sub_(self.rate * v)",
        },
        "fails": ["task6-steps", "task6-in-place"],
        "hint": "Put it under torch.no_grad()",
    },
    "zero_grad forgotten": {
        "task": "task7",
        "patch": {"            optimizer.zero_grad()\n": ""},
        "fails": ["task7-losses", "task7-steps"],
        "hint": "The gradients pile up",
    },
    "mean of the batches' means": {
        "task": "task7",
        "patch": {
            "total += loss.item() * len(rows)": "total += loss.item()",
            "total / len(x)": "total / -(-len(x) // batch_size)",
        },
        "fails": ["task7-losses"],
        "hint": "weigh by rows",
    },
    "losses as tensors with their graphs": {
        "task": "task7",
        "patch": {"loss.item() * len(rows)": "loss * len(rows)"},
        "fails": ["task7-losses"],
        "hint": "hold on to the graph",
    },
    "step before backward": {
        "task": "task7",
        "answer": """
def train(model, optimizer, x, y, epochs, batch_size, generator):
    model.train()
    losses = []
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(x), generator=generator).split(batch_size):
            loss = F.cross_entropy(model(x[rows]), y[rows])
            optimizer.step()
            optimizer.zero_grad()
            loss.backward()
            total += loss.item() * len(rows)
        losses.append(total / len(x))
    return losses


def accuracy(model, x, y):
    mode = model.training
    model.eval()
    with torch.no_grad():
        right = (model(x).argmax(dim=1) == y).sum().item()
    model.train(mode)
    return right / len(y)
""",
        "fails": ["task7-losses", "task7-steps"],
        "hint": "The step comes before backward()",
    },
    "rows in their own order": {
        "task": "task7",
        "patch": {"torch.randperm(len(x), generator=generator)": "torch.arange(len(x))"},
        "fails": ["task7-losses", "task7-steps"],
        "hint": "The rows come in their own order",
    },
    "the last batch left out": {
        "task": "task7",
        "patch": {
            "loss = F.cross": "if len(rows) < batch_size:\n                break\n            loss = F.cross"
        },
        "fails": ["task7-losses", "task7-steps", "task7-training-mode"],
        "hint": "The last, smaller batch was left out",
    },
    "never in training mode": {
        "task": "task7",
        "patch": {"    model.train()\n": ""},
        "fails": ["task7-training-mode"],
        "hint": "Dropout would be off while you train",
    },
    "measured in training mode": {
        "task": "task7",
        "patch": {"    model.eval()\n": ""},
        "fails": ["task7-only-looking"],
        "hint": "Call model.eval() first",
    },
    "left in evaluation mode": {
        "task": "task7",
        "patch": {"    model.train(mode)\n": ""},
        "fails": ["task7-only-looking"],
        "hint": "back into the mode in which it came",
    },
    "measured with autograd on": {
        "task": "task7",
        "patch": {"with torch.no_grad():": "if True:"},
        "fails": ["task7-only-looking"],
        "hint": "Measure under torch.no_grad()",
    },
    "right rows counted, not their share": {
        "task": "task7",
        "patch": {"return right / len(y)": "return right"},
        "fails": ["task7-accuracy"],
        "hint": "Divide by the number of rows",
    },
    "no bend between the layers": {
        "task": "task8",
        "patch": {"nn.ReLU()": "nn.Identity()", "0.1 * speed": "0.01 * speed"},
        "fails": ["task8-good", "task8-better"],
        "hint": "Your network is a line",
    },
    "softmax twice": {
        "task": "task8",
        "patch": {"nn.Linear(64, 3))": "nn.Linear(64, 3), nn.Softmax(dim=1))", "0.1 * speed": "0.03 * speed"},
        "fails": ["task8-good", "task8-better"],
        "hint": "ends with softmax",
    },
    "dropout still on": {
        "task": "task8",
        "patch": {
            "nn.ReLU(), nn.Linear(64, 64)": "nn.ReLU(), nn.Dropout(0.02), nn.Linear(64, 64)",
            "(model[0], model[2])": "(model[0], model[3])",
            "model.eval()": "model",
        },
        "fails": ["task8-good"],
        "hint": "Return model.eval()",
    },
    "returned after the first batch": {
        "task": "task8",
        "patch": {"-= 0.1 * speed\n    return": "-= 0.1 * speed\n        return"},
        "fails": ["task8-good", "task8-better"],
        "hint": "indented too far",
    },
    "uphill": {
        "task": "task8",
        "patch": {"weight -= 0.1 * speed": "weight += 0.001 * speed"},
        "fails": ["task8-good", "task8-better"],
        "hint": "No better than guessing",
    },
    "good, not yet better": {
        "task": "task8",
        "patch": {"0.1 * speed": "0.019 * speed"},
        "fails": ["task8-better"],
        "hint": "Close. Raise the rate",
    },
}
