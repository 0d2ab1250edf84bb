"""Slices and NumPy."""


# %% task6
def augment(x, down, right, mirrored):
    x = x.clone()
    x[mirrored] = x[mirrored].flip(-1)
    out = torch.zeros_like(x)
    height, width = x.shape[2], x.shape[3]
    for n in range(len(x)):
        d, r = int(down[n]), int(right[n])
        part = x[n, :, max(0, -d) : height - max(0, d), max(0, -r) : width - max(0, r)]
        out[n, :, max(0, d) : height + min(0, d), max(0, r) : width + min(0, r)] = part
    return out


# %% task7
import numpy as np


def confusion_matrix(predicted, targets, classes):
    matrix = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(matrix, (targets.numpy(), predicted.numpy()), 1)
    return torch.from_numpy(matrix)


def topk_error(scores, targets, k):
    best = np.argsort(-scores.numpy(), axis=1)[:, :k]
    hit = (best == targets.numpy()[:, None]).any(axis=1)
    return float(1 - hit.mean())
