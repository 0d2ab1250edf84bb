"""match, ranks, one-hot products, gathered pixels."""


# %% task2
def vgg_block(channels, filters, count):
    from collections import OrderedDict
    from itertools import chain, pairwise, repeat

    sizes = pairwise(chain([channels], repeat(filters, count)))
    layers = OrderedDict()
    for number, (come, go) in enumerate(sizes):
        layers[f"conv{number}"] = nn.Conv2d(come, go, 3, padding="same")
        layers[f"relu{number}"] = nn.ReLU(inplace=True)
    layers["pool"] = nn.MaxPool2d(kernel_size=2, stride=2)
    return nn.Sequential(layers)


def vgg_cost(config, channels, side):
    match config:
        case []:
            return 0, 0
        case ["M", *rest]:
            return vgg_cost(rest, channels, side // 2)
        case [int(filters), *rest]:
            parameters, macs = vgg_cost(rest, filters, side)
            return parameters + (9 * channels + 1) * filters, macs + 9 * channels * filters * side**2


# %% task5
def residual_gradient(x, w1, w2, upstream):
    before = x @ w1
    gate = torch.heaviside(before, torch.zeros_like(before))
    inner = gate * (upstream @ w2.mT)
    return torch.addmm(upstream, inner, w1.mT), torch.mm(x.mT, inner), torch.mm((gate * before).mT, upstream)


# %% task7
def confusion_matrix(predicted, targets, classes):
    one_hot = torch.eye(classes, dtype=torch.int64)
    return one_hot[targets].mT @ one_hot[predicted]


def topk_error(scores, targets, k):
    own = scores.gather(1, targets.unsqueeze(1))
    better = (scores > own).sum(dim=1)
    return float((better >= k).double().mean())
