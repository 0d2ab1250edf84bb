"""NumPy."""

# %% task1
import numpy as np


def neuron(x, weights):
    total = np.dot(x.numpy(), weights.numpy()[:-1]) + weights.numpy()[-1]
    return torch.from_numpy(np.asarray(np.where(total > 0, 1.0, 0.0))).to(x.dtype)


def signed_distance(x, weights):
    w = weights.numpy()
    return torch.as_tensor((x.numpy() @ w[:-1] + w[-1]) / np.linalg.norm(w[:-1]), dtype=x.dtype)


# %% task3
import numpy as np


def train_perceptron(x, y, lr=1.0, epochs=100):
    data, t = x.numpy(), y.numpy()
    data = np.hstack([data, np.ones((len(data), 1), dtype=data.dtype)])
    w, mistakes = np.zeros(data.shape[1], dtype=data.dtype), []
    for _ in range(epochs):
        wrong = 0
        for i in range(len(data)):
            answer = float(data[i] @ w > 0)
            if answer != t[i]:
                w += lr * (t[i] - answer) * data[i]
                wrong += 1
        mistakes.append(wrong)
        if not wrong:
            break
    return torch.from_numpy(w), mistakes


# %% task4
import numpy as np


def correction_bound(x, y, weights):
    data = np.column_stack([x.numpy(), np.ones(len(x))])
    unit = weights.numpy() / np.linalg.norm(weights.numpy())
    gamma = np.min(np.where(y.numpy() > 0.5, 1, -1) * (data @ unit))
    return np.max(np.linalg.norm(data, axis=1)) ** 2 / gamma**2 if gamma > 0 else math.inf


# %% task5
import numpy as np


def cross_entropy(scores, y):
    s = scores.numpy()
    s = s - s.max(axis=1, keepdims=True)
    log_p = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    return torch.tensor(-log_p[np.arange(len(s)), y.numpy()].mean(), dtype=scores.dtype)


# %% task6
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


def layer_gradients(x, y, W, b):
    s = x.numpy() @ W.numpy().T + b.numpy()
    p = np.exp(s - s.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    error = (p - np.eye(len(b))[y.numpy()]) / len(x)
    return torch.from_numpy(error.T @ x.numpy()).to(W.dtype), torch.from_numpy(error.sum(axis=0)).to(b.dtype)
