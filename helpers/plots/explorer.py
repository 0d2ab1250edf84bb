"""Sliders that redraw a figure, in a form that still reads well when no kernel runs."""

import inspect
from collections.abc import Callable
from typing import Any

from matplotlib.figure import Figure

from helpers.plots.figures import CourseFigure, automatic_alt, in_words, mime_bundle


def explore(draw: Callable[..., Figure], /, **controls: tuple | list | bool) -> None:
    """Shows sliders, and below them the figure that ``draw`` makes of their values; a moved slider redraws
    it.

    Args:
        draw: takes one keyword argument for each control and returns a figure. It should depend on nothing
            else, so that the same values always give the same picture.
        controls: argument name → ``(min, max, step)`` or ``(min, max, step, start)`` for a slider, a list of
            choices for a menu, or ``True`` or ``False`` for a tick box. A slider starts at ``min`` unless
            told otherwise.

    Raises:
        TypeError: the controls do not fit the arguments of ``draw``, or ``draw`` returns no figure.
        ValueError: a control is none of the above.

    Example:
        ``explore(draw_line, slope=(-2.0, 2.0, 0.1, 1.0), colour=["blue", "red"], grid=True)``
    """
    from IPython.display import display

    widgets = make_controls(controls)
    values = {name: widget.value for name, widget in widgets.items()}
    _check_arguments(draw, values)
    data, metadata, words = _draw(draw, values)
    display(_sliders_bundle(widgets), raw=True)
    picture = display(data, metadata=metadata, raw=True, display_id=True)
    below = display(words, raw=True, display_id=True)

    def redraw(change: Any) -> None:
        values = {name: widget.value for name, widget in widgets.items()}
        try:
            data, metadata, words = _draw(draw, values)
        except Exception as error:  # whatever the student's function raises belongs below the sliders
            data, metadata, words = _error_bundle(error, values), {}, {"text/plain": ""}
        picture.update(data, metadata=metadata, raw=True)
        below.update(words, raw=True)

    for widget in widgets.values():
        widget.observe(redraw, names="value")


def make_controls(controls: dict[str, tuple | list | bool]) -> dict[str, Any]:
    """Makes one labelled ipywidget for each control; ``explore`` says what a control may be."""
    if not controls:
        raise ValueError("explore needs a control, for example explore(draw, slope=(-2.0, 2.0, 0.1))")
    return {name: _make_control(name, control) for name, control in controls.items()}


def readable(name: str) -> str:
    """``learning_rate`` → ``learning rate``."""
    return name.replace("_", " ").strip()


def _make_control(name: str, control: tuple | list | bool) -> Any:
    import ipywidgets

    look = {
        "description": readable(name),
        "style": {"description_width": "9em"},
        "layout": ipywidgets.Layout(width="32em"),
    }
    if isinstance(control, bool):
        return ipywidgets.Checkbox(value=control, **look)
    if isinstance(control, list) and control:
        return ipywidgets.Dropdown(options=control, value=control[0], **look)
    if not (isinstance(control, tuple) and len(control) in (3, 4) and all(map(_is_number, control))):
        raise ValueError(
            f"{name} must be (min, max, step), (min, max, step, start), a list of choices, True or False; "
            f"got {control!r}"
        )
    low, high, step, start = control if len(control) == 4 else (*control, control[0])
    if not (low < high and step > 0 and low <= start <= high):
        raise ValueError(f"{name} needs min < max, step > 0 and a start between them, got {control!r}")
    # A slow machine keeps up when it draws once, after the slider is let go.
    look |= {"min": low, "max": high, "step": step, "value": start, "continuous_update": False}
    if all(isinstance(number, int) for number in control):
        return ipywidgets.IntSlider(**look)
    return ipywidgets.FloatSlider(readout_format=f".{_decimals(step)}f", **look)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _decimals(step: float) -> int:
    """How many digits after the point a slider with this step needs."""
    return next((digits for digits in range(1, 6) if abs(step * 10**digits % 1) < 1e-9), 6)


def _check_arguments(draw: Callable[..., Figure], values: dict[str, Any]) -> None:
    try:
        inspect.signature(draw).bind(**values)
    except TypeError as error:
        raise TypeError(
            f"the controls ({', '.join(values)}) must be the arguments of {_name_of(draw)}: {error}"
        ) from None


def _draw(draw: Callable[..., Figure], values: dict[str, Any]) -> tuple[dict, dict, dict]:
    """The picture, its metadata, and what stands below it in words."""
    figure = draw(**values)
    if not isinstance(figure, Figure):
        raise TypeError(f"{_name_of(draw)} must return a figure, it returned {type(figure).__name__}")
    alt = figure.alt if isinstance(figure, CourseFigure) else automatic_alt(figure)
    data, metadata = mime_bundle(figure, alt)
    if not isinstance(figure, CourseFigure):
        import matplotlib.pyplot as plt

        plt.close(figure)  # a pyplot figure would show itself a second time at the end of the cell
    return data, metadata, in_words(alt)


def _name_of(draw: Callable[..., Figure]) -> str:
    return getattr(draw, "__name__", type(draw).__name__)


def _sliders_bundle(widgets: dict[str, Any]) -> dict[str, Any]:
    """The sliders in a column for a running kernel, and a line of text for a page without one."""
    import ipywidgets

    names = ", ".join(readable(name) for name in widgets)
    bundle = ipywidgets.VBox(list(widgets.values()))._repr_mimebundle_()
    return {**bundle, "text/plain": f"Run this cell to get sliders for: {names}."}


def _error_bundle(error: Exception, values: dict[str, Any]) -> dict[str, str]:
    setting = ", ".join(f"{readable(name)} = {value!r}" for name, value in values.items())
    return {
        "text/plain": f"No figure for {setting}:\n{type(error).__name__}: {error}\nMove a slider to go on."
    }
