"""The line that stands below a *Your turn*: what became of the reader's answer."""

import ast
import inspect
import textwrap
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

LONG = 60  # letters of a value that a message shows


def your_turn(answer: Any, wanted: Any, *arguments: Any, tolerance: float = 1e-4) -> None:
    """Prints ``not answered yet``, ``right``, or what was expected and what came.

    Args:
        answer: what the reader wrote: a value, or a function, which is then called with ``arguments``.
        wanted: the right value: a number, a string, a tensor or an array of any shape, or lists and tuples
            of these.
        arguments: what to call the function with; tensors among them are handed over as copies.
        tolerance: how far numbers may lie apart, as a part of the largest right one (of 1 where all are 0).

    Raises:
        TypeError: there are arguments, but the answer is no function.

    Example:
        ``your_turn(output_side, 32, 32, 5, 2, 1)`` calls ``output_side(32, 5, 2, 1)`` and wants 32.
    """
    print(verdict(answer, wanted, arguments, tolerance))


def verdict(answer: Any, wanted: Any, arguments: tuple = (), tolerance: float = 1e-4) -> str:
    """The line that ``your_turn`` prints."""
    if is_blank(answer):
        return "not answered yet"
    if not isinstance(answer, Callable) or (isinstance(answer, torch.nn.Module) and not arguments):
        if arguments:
            raise TypeError(
                f"your_turn has arguments for a function, but the answer is a {type(answer).__name__}"
            )
        call, came = "", answer
    else:
        call = f"{getattr(answer, '__name__', 'the answer')}({', '.join(map(shown, arguments))}): "
        try:
            came = answer(*(copied(argument) for argument in arguments))
        except Exception as error:  # whatever the reader's lines raise is the answer to the reader
            return f"not yet. {call}{type(error).__name__}: {error}"
        if came is None and wanted is not None:
            return f"not yet. {call}nothing came back: is the word return missing?"
    problem = difference(came, wanted, tolerance)
    return f"not yet. {call}{problem}" if problem else "right"


def is_blank(answer: Any) -> bool:
    """Whether the stub is as it was: ``...`` itself, or a function in which a ``...`` stands for a value."""
    if answer is Ellipsis:
        return True
    if isinstance(answer, torch.nn.Module):
        answer = type(answer)
    if inspect.isclass(answer) and answer.__module__ == "__main__":  # its text as a whole is not kept there
        return any(is_blank(part) for part in vars(answer).values() if inspect.isfunction(part))
    if not (inspect.isfunction(answer) or inspect.isclass(answer)):
        return False
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(answer)))
    except (OSError, TypeError, SyntaxError):
        return False  # its text cannot be had: judge what it returns
    indices = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript)
        for part in ast.walk(node.slice)
    }
    return any(
        isinstance(node, ast.Constant) and node.value is Ellipsis and id(node) not in indices
        for node in ast.walk(tree)
    )


def copied(value: Any) -> Any:
    """A copy of a tensor, so that an answer that writes into it changes nothing; other values as they are."""
    return (
        value.detach().clone().requires_grad_(value.requires_grad)
        if isinstance(value, torch.Tensor)
        else value
    )


def shown(value: Any) -> str:
    """A value in a message: small ones in full, large ones by their shape."""
    if isinstance(value, torch.Tensor | np.ndarray) and value.ndim:
        numbers = as_array(value)
        if numbers.dtype.kind == "f":
            numbers = np.round(numbers.astype(float), 4)  # float32 would be listed with digits it has not
        listed = repr(numbers.tolist())
        return listed if len(listed) <= LONG else f"{type(value).__name__} of shape {tuple(value.shape)}"
    if isinstance(value, torch.Tensor | np.generic | np.ndarray):
        value = value.item()
    text = f"{value:.6g}" if isinstance(value, float) else repr(value)
    return text if len(text) <= LONG else text[: LONG - 1] + "…"


def as_array(value: Any) -> np.ndarray:
    """Numbers as an array; of a tensor its values alone."""
    return value.detach().cpu().numpy() if isinstance(value, torch.Tensor) else np.asarray(value)


def difference(came: Any, wanted: Any, tolerance: float) -> str:
    """What tells ``came`` from ``wanted``; empty where nothing does."""
    if is_blank(came):
        return "a ... came back"
    listed = f"expected {shown(wanted)}, got {shown(came)}"
    if isinstance(wanted, str | bool | dict | set | type(None)):
        return "" if type(came) is type(wanted) and came == wanted else listed
    if isinstance(wanted, list | tuple) and any(not is_number(part) for part in wanted):
        return difference_of_parts(came, wanted, tolerance)
    try:
        got, right = as_array(came), as_array(wanted)
        got, right = got.astype(np.complex128), right.astype(np.complex128)
    except (TypeError, ValueError):
        return f"expected {shown(wanted)}, got {type(came).__name__} {shown(came)}"
    if as_array(wanted).dtype == bool and as_array(came).dtype != bool:
        return f"expected truth values, got {getattr(came, 'dtype', type(came).__name__)}"
    if got.shape != right.shape:
        return f"expected the shape {right.shape}, got {got.shape}"
    finite = np.abs(right[np.isfinite(right)])
    room = tolerance * (finite.max(initial=0.0) or 1.0)
    off = ~np.isclose(got, right, rtol=0.0, atol=room, equal_nan=True)
    if not off.any():
        return ""
    if got.size > 1 and "of shape" in listed:
        where = tuple(int(i) for i in np.argwhere(off)[0])
        return (
            f"{off.sum()} of {off.size} numbers are off; at {where} expected {as_array(wanted)[where]:.4g}, "
            f"got {as_array(came)[where]:.4g}"
        )
    return listed


def difference_of_parts(came: Any, wanted: list | tuple, tolerance: float) -> str:
    """Compares lists and tuples part by part."""
    if not isinstance(came, list | tuple) or len(came) != len(wanted):
        count = f"{len(came)} of them" if isinstance(came, list | tuple) else f"a {type(came).__name__}"
        return f"expected {len(wanted)} values, got {count}"
    for position, (one, other) in enumerate(zip(came, wanted, strict=True)):
        if problem := difference(one, other, tolerance):
            return f"value {position}: {problem}"
    return ""


def is_number(value: Any) -> bool:
    return isinstance(value, int | float | complex | np.generic) and not isinstance(value, bool)
