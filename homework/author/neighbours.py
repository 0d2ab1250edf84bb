"""What is easily taken for something else: operators, and names of functions and types."""

from __future__ import annotations

import ast

OPERATORS = {
    ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*", ast.FloorDiv: "/", ast.Mod: "//",
    ast.Pow: "*", ast.MatMult: "*", ast.BitAnd: "|", ast.BitOr: "&", ast.BitXor: "&",
    ast.LShift: ">>", ast.RShift: "<<",
}  # fmt: skip
SYMBOLS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%",
    ast.Pow: "**", ast.MatMult: "@", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^",
    ast.LShift: "<<", ast.RShift: ">>",
}  # fmt: skip
COMPARISONS = {
    ast.Lt: ("<", "<=", ">"), ast.LtE: ("<=", "<", ">="), ast.Gt: (">", ">=", "<"),
    ast.GtE: (">=", ">", "<="), ast.Eq: ("==", "!="), ast.NotEq: ("!=", "=="),
    ast.In: ("in", "not in"), ast.NotIn: ("not in", "in"), ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
}  # fmt: skip
BOTH_TERMS = (ast.Add, ast.Sub, ast.Mult, ast.MatMult, ast.BitAnd, ast.BitOr)  # a or b may be left out
NOT_SYMMETRIC = (ast.Sub, ast.Div, ast.MatMult)  # a and b may be exchanged

PAIRS = """
    max min, amax amin, argmax argmin, maximum minimum, cummax cummin, fmax fmin, clamp_min clamp_max,
    sum mean, nansum nanmean, cumsum cumprod, std var, any all, median mean, logsumexp sum,
    floor ceil, floor_ ceil_, round floor, trunc floor,
    zeros ones, zeros_like ones_like, new_zeros new_ones, zeros_ ones_, rand randn, rand_like randn_like,
    sin cos, sinh cosh, exp expm1, log log1p, log2 log, log10 log, sqrt square, rsqrt sqrt, square sqrt,
    relu tanh, sigmoid tanh, tanh sigmoid, softmax log_softmax, ReLU Tanh, Sigmoid Tanh, Tanh Sigmoid,
    Softmax LogSoftmax, MaxPool2d AvgPool2d, max_pool2d avg_pool2d, BatchNorm2d InstanceNorm2d,
    triu tril, triu_indices tril_indices, stack cat, vstack hstack, rows columns, append extend,
    fft ifft, rfft irfft, fft2 ifft2, rfft2 irfft2, real imag, logical_and logical_or, bitwise_and bitwise_or,
    eq ne, lt le, gt ge, ge gt, le lt, ne eq, add sub, sub add, mul div, div mul, true_divide mul,
    no_grad enable_grad, train eval, eval train, L1Loss MSELoss, SGD Adam, Adam SGD, GRU RNN, LSTM GRU,
    cross_entropy nll_loss, nll_loss cross_entropy, l1_loss mse_loss, mse_loss l1_loss,
    repeat repeat_interleave, repeat_interleave repeat, unsqueeze squeeze, roll flip, flipud fliplr,
    argsort sort, bincount unique, height width, row column, first last, left right, top bottom,
    float double, double float, int round
"""
TYPES = {
    "float32": "float64", "float64": "float32", "float": "double", "double": "float", "float16": "float32",
    "int64": "int32", "long": "int", "int32": "int64", "int": "long", "uint8": "int64", "bool": "uint8",
}  # fmt: skip
BUILT_IN = {"max": "min", "min": "max", "any": "all", "all": "any"}  # as bare names
WITH_AXES = """
    sum mean max min amax amin argmax argmin softmax log_softmax logsumexp cumsum cumprod squeeze unsqueeze
    flip all any std var prod sort argsort size stride unbind flatten median mode transpose swapaxes movedim
    diff select narrow index_select gather
"""
AXES = dict.fromkeys(WITH_AXES.split(), 0) | {"chunk": 1, "split": 1, "norm": 1}  # {method: which argument}
MODULES = {"torch", "np", "numpy", "math", "F", "nn", "functional", "linalg", "fft", "init", "random"}
SYMMETRIC = "maximum minimum max min add mul equal allclose isclose logaddexp hypot gcd transpose swapaxes"
COMMUTES = frozenset(SYMMETRIC.split())  # functions whose first two arguments may be exchanged


def both_ways(pairs: str) -> dict[str, str]:
    """{name: its neighbour}; a name's first neighbour counts."""
    known: dict[str, str] = {}
    for pair in pairs.split(","):
        first, second = pair.split()
        known.setdefault(first, second)
        known.setdefault(second, first)
    return known


NAMES = both_ways(PAIRS)
