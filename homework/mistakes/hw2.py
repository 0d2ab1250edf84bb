"""Right and wrong answers to homework 2. See homework/trial.py."""

from helpers import load_images

load_images("mnist", "train"), load_images("mnist", "test")  # read once, for all forks of trial

LOOPS = {
    "task1": """
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
""",
    "task2": """
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
""",
    "task3": """
def train_perceptron(x, targets, rate=1.0, epochs=100):
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
            if answer != targets[i].item():
                count += 1
                for j in range(n):
                    w[j] += rate * (targets[i].item() - answer) * x[i, j].item()
                b += rate * (targets[i].item() - answer)
        mistakes.append(count)
        if count == 0:
            return torch.tensor(w + [b], dtype=x.dtype), mistakes
    return torch.tensor(w + [b], dtype=x.dtype), mistakes
""",
    "task4": """
def correction_bound(x, targets, weights):
    length = math.sqrt(sum(w.item() ** 2 for w in weights))
    margin, radius = math.inf, 0.0
    for row, target in zip(x.tolist(), targets.tolist()):
        row = row + [1.0]
        total = sum(a * w.item() for a, w in zip(row, weights))
        if target == 0:
            total = -total
        margin = min(margin, total / length)
        radius = max(radius, math.sqrt(sum(a * a for a in row)))
    if margin <= 0:
        return math.inf
    return (radius / margin) ** 2
""",
    "task5": """
def cross_entropy(scores, targets):
    losses = []
    for row, target in zip(scores, targets):
        largest = max(row.tolist())
        total = sum(math.exp(score - largest) for score in row.tolist())
        losses.append(largest + math.log(total) - row[target].item())
    return torch.tensor(sum(losses) / len(losses), dtype=scores.dtype)
""",
    "task6": """
def numerical_gradient(f, w, eps=1e-5):
    result = []
    for i in range(w.numel()):
        up = w.clone().flatten()
        up[i] += eps
        down = w.clone().flatten()
        down[i] -= eps
        result.append((float(f(up.view(w.shape))) - float(f(down.view(w.shape)))) / 2 / eps)
    return torch.tensor(result, dtype=w.dtype).view(w.shape)


def layer_gradients(x, targets, W, b):
    N, D, K = len(x), x.shape[1], len(b)
    grad_W, grad_b = torch.zeros_like(W), torch.zeros_like(b)
    for i in range(N):
        scores = [float((W[k] * x[i]).sum() + b[k]) for k in range(K)]
        powers = [math.exp(s - max(scores)) for s in scores]
        for k in range(K):
            error = powers[k] / sum(powers) - (1 if k == targets[i] else 0)
            grad_b[k] += error / N
            for j in range(D):
                grad_W[k, j] += error * x[i, j] / N
    return grad_W, grad_b
""",
}

VECTORISED = {
    "task1": """
def neuron(x, weights):
    total = torch.einsum("...i,i->...", x, weights[:-1]) + weights[-1]
    return torch.heaviside(total, torch.zeros((), dtype=x.dtype))


def signed_distance(x, weights):
    *_, b = weights
    w = weights[:-1]
    return ((x * w).sum(-1) + b) / torch.linalg.vector_norm(w)
""",
    "task2": """
def at_least(k, n):
    return torch.cat([torch.full((n,), 1 / 3), torch.tensor([(0.5 - k) / 3])])


def matches(pattern):
    p = torch.tensor(pattern, dtype=torch.float32)
    return torch.cat([2 * p - 1, (0.5 - p.sum()).view(1)])


def exactly(k, n):
    hidden = torch.ones(2, n + 1)
    hidden[0, -1], hidden[1] = 0.5 - k, -1
    hidden[1, -1] = k + 0.5
    return hidden, torch.tensor([1.0, 1.0, -1.5])
""",
    "task3": """
def train_perceptron(x, targets, rate=1.0, epochs=100):
    x = torch.cat([x, x.new_ones(len(x), 1)], dim=1)
    weights, mistakes = x.new_zeros(x.shape[1]), []
    while len(mistakes) < epochs and (not mistakes or mistakes[-1]):
        mistakes.append(0)
        for row, target in zip(x, targets):
            error = target - (row @ weights > 0).to(x.dtype)
            weights = weights + rate * error * row
            mistakes[-1] += int(error != 0)
    return weights, mistakes
""",
    "task4": """
def correction_bound(x, targets, weights):
    signs = torch.where(targets == 1, 1.0, -1.0).to(x.dtype)
    margin = (signs * (x @ weights[:-1] + weights[-1])).amin() / torch.linalg.vector_norm(weights)
    squares = (x**2).sum(dim=1) + 1
    return math.inf if margin <= 0 else (squares.max() / margin**2).item()
""",
    "task5": """
def cross_entropy(scores, targets):
    right = torch.gather(scores, 1, targets[:, None])
    largest = scores.amax(dim=1, keepdim=True)
    return ((scores - largest).exp().sum(dim=1, keepdim=True).log() + largest - right).mean()
""",
    "task6": """
def numerical_gradient(f, w, eps=1e-5):
    shifts = eps * torch.eye(w.numel(), dtype=w.dtype).view(-1, *w.shape)
    slopes = [(f(w + shift) - f(w - shift)) / (2 * eps) for shift in shifts]
    return torch.stack([torch.as_tensor(slope, dtype=w.dtype) for slope in slopes]).view(w.shape)


def layer_gradients(x, targets, W, b):
    scores = torch.einsum("nd,kd->nk", x, W) + b
    p = torch.exp(scores - scores.amax(1, keepdim=True))
    p = p / p.sum(1, keepdim=True)
    truth = (targets[:, None] == torch.arange(len(b))).to(x.dtype)
    return torch.einsum("nk,nd->kd", p - truth, x) / len(x), (p - truth).mean(0)
""",
}

NUMPY = {
    "task1": """
import numpy as np


def neuron(x, weights):
    total = np.dot(x.numpy(), weights.numpy()[:-1]) + weights.numpy()[-1]
    return torch.from_numpy(np.asarray(np.where(total > 0, 1.0, 0.0))).to(x.dtype)


def signed_distance(x, weights):
    w = weights.numpy()
    return torch.as_tensor((x.numpy() @ w[:-1] + w[-1]) / np.linalg.norm(w[:-1]), dtype=x.dtype)
""",
    "task3": """
import numpy as np


def train_perceptron(x, targets, rate=1.0, epochs=100):
    data, t = x.numpy(), targets.numpy()
    data = np.hstack([data, np.ones((len(data), 1), dtype=data.dtype)])
    w, mistakes = np.zeros(data.shape[1], dtype=data.dtype), []
    for _ in range(epochs):
        wrong = 0
        for i in range(len(data)):
            answer = float(data[i] @ w > 0)
            if answer != t[i]:
                w += rate * (t[i] - answer) * data[i]
                wrong += 1
        mistakes.append(wrong)
        if not wrong:
            break
    return torch.from_numpy(w), mistakes
""",
    "task4": """
import numpy as np


def correction_bound(x, targets, weights):
    data = np.column_stack([x.numpy(), np.ones(len(x))])
    unit = weights.numpy() / np.linalg.norm(weights.numpy())
    gamma = np.min(np.where(targets.numpy() > 0.5, 1, -1) * (data @ unit))
    return np.max(np.linalg.norm(data, axis=1)) ** 2 / gamma**2 if gamma > 0 else math.inf
""",
    "task5": """
import numpy as np


def cross_entropy(scores, targets):
    s = scores.numpy()
    s = s - s.max(axis=1, keepdims=True)
    log_p = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    return torch.tensor(-log_p[np.arange(len(s)), targets.numpy()].mean(), dtype=scores.dtype)
""",
    "task6": """
import numpy as np


def numerical_gradient(f, w, eps=1e-5):
    result, moved = torch.zeros_like(w), w.clone()
    for index in np.ndindex(*w.shape):
        old = moved[index].item()
        moved[index] = old + eps
        up = float(f(moved))
        moved[index] = old - eps
        down = float(f(moved))
        moved[index] = old
        result[index] = (up - down) / (2 * eps)
    return result


def layer_gradients(x, targets, W, b):
    s = x.numpy() @ W.numpy().T + b.numpy()
    p = np.exp(s - s.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    error = (p - np.eye(len(b))[targets.numpy()]) / len(x)
    return torch.from_numpy(error.T @ x.numpy()).to(W.dtype), torch.from_numpy(error.sum(axis=0)).to(b.dtype)
""",
}

STROKES = {
    "task7": '''
def features(images):
    """Sobel and diagonal edges, light to dark and dark to light, pooled over 4 x 4 pixels."""
    across = torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
    slant = torch.tensor([[0.0, 1.0, 2.0], [-1.0, 0.0, 1.0], [-2.0, -1.0, 0.0]])
    kernels = torch.stack([across, across.T, slant, slant.flip(1)]).unsqueeze(1) / 4
    edges = F.conv2d(images, kernels, padding=1)
    edges = torch.cat([edges.clamp(min=0), (-edges).clamp(min=0)], dim=1)
    return 4 * F.avg_pool2d(edges, 4).flatten(1)


def train_reader(images, labels):
    x = features(images)
    W, b = torch.zeros(10, x.shape[1]), torch.zeros(10)
    for epoch in range(25):
        for batch in torch.randperm(len(x)).split(100):
            scores = x[batch] @ W.T + b
            p = scores.exp() / scores.exp().sum(1, keepdim=True)
            p[torch.arange(len(batch)), labels[batch]] -= 1
            W -= 0.3 * p.T @ x[batch] / len(batch)
            b -= 0.3 * p.mean(0)
    return W, b
''',
}

AUTOGRAD_READER = {
    "task7": '''
def features(images):
    """Pixels, and in four directions how much ink has no ink next to it; both pooled with overlap."""
    padded = F.pad(images, (1, 1, 1, 1))
    ends = [padded[..., 1 + i : 29 + i, 1 + j : 29 + j] for i, j in ((0, 1), (1, 0), (1, 1), (1, -1))]
    ends = torch.cat([torch.relu(sign * (images - end)) for end in ends for sign in (1, -1)], dim=1)
    return torch.cat([F.avg_pool2d(images, 2).flatten(1), 6 * F.avg_pool2d(ends, 6, 4, 1).flatten(1)], dim=1)


def train_reader(images, labels):
    x = features(images)
    layer = torch.nn.Linear(x.shape[1], 10)
    parameters = list(layer.parameters())
    speeds = [torch.zeros_like(p) for p in parameters]
    for _ in range(200):
        layer.zero_grad()
        F.cross_entropy(layer(x), labels).backward()
        with torch.no_grad():
            for p, speed in zip(parameters, speeds):
                speed.mul_(0.9).add_(p.grad)
                p.sub_(0.15 * speed)
    return layer.weight, layer.bias
''',
}

LEAST_SQUARES = {
    "task2": """
def at_least(k, n):
    w, b = [1.0 for _ in range(n)], -float(k) + 0.25
    return torch.tensor([*w, b])


def matches(pattern):
    signs = [2.0 * on - 1.0 for on in pattern]
    return torch.tensor([*signs, 0.75 - pattern.count(1)])


def exactly(k, n):
    too_few = -at_least(k, n)
    too_many = at_least(k + 1, n)
    return torch.stack([too_few, too_many]), torch.tensor([-1.0, -1.0, 0.5])
""",
    "task7": '''
def features(images):
    """Random small kernels, cut at zero and pooled: nothing is learned."""
    kernels = torch.randn(32, 1, 7, 7, generator=torch.Generator().manual_seed(3))
    kernels = kernels - kernels.mean(dim=(2, 3), keepdim=True)
    maps = torch.relu(F.conv2d(images, kernels / 7, padding=3) - 0.1)
    return F.avg_pool2d(maps, 6, stride=5, padding=1).flatten(1)


def train_reader(images, labels):
    """Least squares with a small penalty, in closed form."""
    x = features(images)
    x = torch.cat([x, torch.ones(len(x), 1)], dim=1).double()
    truth = 2.0 * F.one_hot(labels, 10).double() - 1
    solution = torch.linalg.solve(x.T @ x + 3.0 * torch.eye(x.shape[1]).double(), x.T @ truth).float()
    return solution[:-1].T.contiguous(), solution[-1]
''',
}

RIGHT = {
    "with loops and plain numbers": LOOPS,
    "vectorised and einsum": VECTORISED,
    "numpy": NUMPY,
    "strokes, mini-batches, own gradient": STROKES,
    "nn.Linear and autograd": AUTOGRAD_READER,
    "random kernels and least squares": LEAST_SQUARES,
}

WRONG = {
    "bias forgotten in the neuron": {
        "task": "task1",
        "patch": {"total = x @ weights[:-1] + weights[-1]": "total = x @ weights[:-1]"},
        "fails": ["task1-fires", "task1-edge"],
        "hint": "The bias is missing",
    },
    "fires at zero": {
        "task": "task1",
        "patch": {"total > 0": "total >= 0"},
        "fails": ["task1-edge"],
        "hint": "exactly 0 is not above zero",
    },
    "float() whatever x is": {
        "task": "task1",
        "patch": {".to(x.dtype)": ".float()"},
        "fails": ["task1-fires"],
        "hint": "dtype is lost",
    },
    "distance divided by the length with the bias": {
        "task": "task1",
        "patch": {"(w**2).sum().sqrt()": "weights.norm()"},
        "fails": ["task1-distance"],
        "hint": "only shifts the boundary",
    },
    "distance not divided": {
        "task": "task1",
        "patch": {" / (w**2).sum().sqrt()": ""},
        "fails": ["task1-distance"],
        "hint": "This is the weighted sum",
    },
    "threshold at k itself": {
        "task": "task2",
        "patch": {"[0.5 - k]": "[float(-k)]"},
        "fails": ["task2-at-least", "task2-exactly"],
        "hint": "At exactly k switches",
    },
    "switches that must be off are ignored": {
        "task": "task2",
        "patch": {"1.0 if on else -1.0": "1.0 if on else 0.0"},
        "fails": ["task2-matches"],
        "hint": "hold the neuron back",
    },
    "exactly written for two switches": {
        "task": "task2",
        "patch": {"at_least(k + 1, n)": "at_least(n, n)"},
        "fails": ["task2-exactly"],
        "hint": "begin at k + 1",
    },
    "XOR with one layer": {
        "task": "task2",
        "patch": {"torch.tensor([1.0, -1.0, -0.5])": "torch.tensor([1.0, 0.0, -0.5])"},
        "fails": ["task2-exactly"],
        "hint": "second hidden neuron",
    },
    "one correction for each epoch": {
        "task": "task3",
        "patch": {
            "wrong = 0\n": "wrong, start = 0, weights.clone()\n",
            "row @ weights[:-1] + weights[-1] > 0": "row @ start[:-1] + start[-1] > 0",
        },
        "fails": ["task3-weights", "task3-mistakes", "task3-xor", "task3-untouched"],
        "hint": "once for each epoch",
    },
    "bias never corrected": {
        "task": "task3",
        "patch": {"                weights[-1] += rate * error\n": ""},
        "fails": ["task3-weights", "task3-mistakes", "task3-xor"],
        "hint": "bias is not corrected",
    },
    "learning rate unused": {
        "task": "task3",
        "patch": {"rate * error": "error"},
        "fails": ["task3-weights"],
        "hint": "rate is not used",
    },
    "answer minus target": {
        "task": "task3",
        "patch": {"target - fires.to(x.dtype)": "fires.to(x.dtype) - target"},
        "fails": ["task3-weights", "task3-mistakes", "task3-xor", "task3-untouched"],
        "hint": "target minus answer",
    },
    "runs all epochs": {
        "task": "task3",
        "patch": {"        if wrong == 0:\n            break\n": ""},
        "fails": ["task3-mistakes"],
        "hint": "Yours runs on",
    },
    "last epoch left out": {
        "task": "task3",
        "patch": {
            "        mistakes.append(wrong)\n        if wrong == 0:\n            break\n": (
                "        if wrong == 0:\n            break\n        mistakes.append(wrong)\n"
            )
        },
        "fails": ["task3-mistakes"],
        "hint": "append before you stop",
    },
    "stops after the first epoch": {
        "task": "task3",
        "patch": {"        if wrong == 0:\n            break\n    return": "        break\n    return"},
        "fails": ["task3-weights", "task3-mistakes", "task3-xor", "task3-untouched"],
        "hint": "It stopped early",
    },
    "targets turned into -1 and 1 in place": {
        "task": "task3",
        "patch": {
            "    mistakes = []\n": "    mistakes = []\n    targets[targets == 0] = -1\n",
            "error = target - fires.to(x.dtype)": "error = (target - (2 * fires.to(x.dtype) - 1)) / 2",
        },
        "fails": ["task3-untouched"],
        "hint": "changed targets in place",
    },
    "weights kept between the calls": {
        "task": "task3",
        "patch": {
            "rate=1.0, epochs=100):": "rate=1.0, epochs=100, kept={}):",
            "torch.zeros(x.shape[1] + 1, dtype=x.dtype)": (
                "kept.setdefault((len(x), x.shape[1], x.dtype, rate), torch.zeros(x.shape[1] + 1, dtype=x.dtype))"
            ),
        },
        "fails": ["task3-xor", "task3-untouched"],
        "hint": "second run starts where",
    },
    "constant 1 forgotten in R": {
        "task": "task4",
        "patch": {"examples.norm(dim=1)": "x.norm(dim=1)"},
        "fails": ["task4-value"],
        "hint": "together with its constant 1",
    },
    "bound not squared": {
        "task": "task4",
        "patch": {"(examples.norm(dim=1).max() / margin) ** 2": "examples.norm(dim=1).max() / margin"},
        "fails": ["task4-value"],
        "hint": "must be squared",
    },
    "margin from the size of the sums": {
        "task": "task4",
        "patch": {"((2 * targets - 1) * (examples @ unit)).min()": "(examples @ unit).abs().min()"},
        "fails": ["task4-no-line"],
        "hint": "the sign of its target",
    },
    "sum for mean in the loss": {
        "task": "task5",
        "patch": {"(log_sums - chosen).mean()": "(log_sums - chosen).sum()"},
        "fails": ["task5-values", "task5-large", "task5-certain"],
        "hint": "The loss is the mean",
    },
    "softmax over the batch": {
        "task": "task5",
        "answer": """
def cross_entropy(scores, targets):
    powers = (scores - scores.max()).exp()
    return -(powers / powers.sum(dim=0))[torch.arange(len(targets)), targets].log().mean()
""",
        "fails": ["task5-values", "task5-large", "task5-certain"],
        "hint": "wrong axis",
    },
    "exp of the raw scores": {
        "task": "task5",
        "answer": """
def cross_entropy(scores, targets):
    powers = scores.exp()
    p = powers / powers.sum(dim=1, keepdim=True)
    return -p[torch.arange(len(targets)), targets].log().mean()
""",
        "fails": ["task5-large", "task5-certain"],
        "hint": "Subtract each row's largest",
    },
    "logarithm of a rounded probability": {
        "task": "task5",
        "answer": """
def cross_entropy(scores, targets):
    powers = (scores - scores.max(dim=1, keepdim=True).values).exp()
    p = powers / powers.sum(dim=1, keepdim=True)
    return -p[torch.arange(len(targets)), targets].log().mean()
""",
        "fails": ["task5-certain"],
        "hint": "rounded to 0 before the logarithm",
    },
    "scores changed in place": {
        "task": "task5",
        "patch": {
            "shifted = scores - scores.max(dim=1, keepdim=True).values": (
                "scores -= scores.max(dim=1, keepdim=True).values.clone()\n    shifted = scores"
            )
        },
        "fails": ["task5-untouched"],
        "hint": "changed scores in place",
    },
    "torch's own loss": {
        "task": "task5",
        "answer": "def cross_entropy(scores, targets):\n    return F.cross_entropy(scores, targets)\n",
        "fails": ["task5-by-hand"],
        "hint": "ready-made function",
    },
    "the example's loss, hard-coded": {
        "task": "task5",
        "answer": "def cross_entropy(scores, targets):\n    return torch.tensor(0.723812, dtype=scores.dtype)\n",
        "fails": ["task5-values", "task5-large", "task5-certain", "task5-by-hand", "task5-untouched"],
        "hint": "whatever comes in",
    },
    "one-sided difference": {
        "task": "task6",
        "patch": {"(f(w + shift) - f(w - shift)) / (2 * eps)": "(f(w + shift) - f(w)) / eps"},
        "fails": ["task6-numerical"],
        "hint": "one-sided",
    },
    "divided by eps instead of 2 eps": {
        "task": "task6",
        "patch": {"(2 * eps)": "eps"},
        "fails": ["task6-numerical", "task6-matrix"],
        "hint": "2 * eps apart",
    },
    "entry not put back": {
        "task": "task6",
        "patch": {
            "        shift = torch.zeros_like(w)\n        shift[tuple(index)] = eps\n": (
                "        w[tuple(index)] += eps\n        up = f(w)\n        w[tuple(index)] -= 2 * eps\n"
            ),
            "(f(w + shift) - f(w - shift))": "(up - f(w))",
        },
        "fails": ["task6-numerical", "task6-matrix"],
        "hint": "still moved when",
    },
    "gradient of the sum": {
        "task": "task6",
        "patch": {"error.T @ x / len(x), error.mean(dim=0)": "error.T @ x, error.sum(dim=0)"},
        "fails": ["task6-weights", "task6-bias"],
        "hint": "divide by N",
    },
    "gradient transposed": {
        "task": "task6",
        "patch": {"error.T @ x / len(x)": "x.T @ error / len(x)"},
        "fails": ["task6-weights"],
        "hint": "transposed",
    },
    "bias left out of the scores": {
        "task": "task6",
        "patch": {"x @ W.T + b": "x @ W.T"},
        "fails": ["task6-weights", "task6-bias"],
        "hint": "its part in the scores",
    },
    "gradient by autograd": {
        "task": "task6",
        "patch": {
            "    scores = x @ W.T + b\n": (
                "    W, b = W.clone().requires_grad_(), b.clone().requires_grad_()\n"
                "    F.cross_entropy(x @ W.T + b, targets).backward()\n    return W.grad, b.grad\n    scores = x @ W.T + b\n"
            )
        },
        "fails": ["task6-by-hand"],
        "hint": "no autograd",
    },
    "pixels as features": {
        "task": "task7",
        "patch": {
            "return 10 * F.avg_pool2d(strength * likeness, 4).flatten(start_dim=1)": "return images.flatten(1)"
        },
        "fails": ["task7-reads-93", "task7-reads-95"],
        "hint": "Pixels alone",
    },
    "features standardised over the batch": {
        "task": "task7",
        "patch": {
            "return 10 * F.avg_pool2d(strength * likeness, 4).flatten(start_dim=1)": (
                "v = F.avg_pool2d(strength * likeness, 4).flatten(1)\n"
                "    return (v - v.mean(0)) / (v.std(0) + 0.1) * 5"
            )
        },
        "fails": ["task7-features"],
        "hint": "depend on the other",
    },
    "random kernels drawn in each call": {
        "task": "task7",
        "patch": {
            "directions = torch.arange(8).view(1, 8, 1, 1) * 2 * math.pi / 8": (
                "directions = torch.rand(8).view(1, 8, 1, 1) * 2 * math.pi"
            ),
            "range(200)": "range(40)",
        },
        "fails": ["task7-features", "task7-reads-93", "task7-reads-95"],
        "hint": "drawn anew in each call",
    },
    "trained for three steps": {
        "task": "task7",
        "patch": {"range(200)": "range(3)"},
        "fails": ["task7-reads-93", "task7-reads-95"],
        "hint": "more steps",
    },
    "up the hill": {
        "task": "task7",
        "patch": {
            "W - rate * speed_W, b - rate * speed_b": "W + rate * speed_W, b + rate * speed_b",
            "range(200)": "range(20)",
        },
        "fails": ["task7-reads-93", "task7-reads-95"],
        "hint": "No better than chance",
    },
    "W the wrong way round": {
        "task": "task7",
        "patch": {"    return W, b\n": "    return W.T, b\n"},
        "fails": ["task7-reads-93", "task7-reads-95"],
        "hint": "one row for each digit",
    },
    "trains on the notebook's digits, not on what is given": {
        "task": "task7",
        "patch": {
            "x, rate = features(images), 0.1": "x, rate, labels = features(digits.images), 0.1, digits.labels"
        },
        "fails": ["task7-reads-93", "task7-reads-95"],
        "hint": "other names here",
    },
}
