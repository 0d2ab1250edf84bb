"""Sliders: made from their description, redrawing through a real kernel, and readable when no kernel runs."""

from pathlib import Path
from typing import Any

import ipywidgets
import matplotlib.pyplot as plt
import nbformat.v4 as v4
import pytest
from matplotlib.figure import Figure
from nbformat import NotebookNode
from notebook_tools import WIDGET_VIEW, execute, save

from helpers import explore, new_figure
from helpers.plots.explorer import make_controls

NOTEBOOK = """
import matplotlib.pyplot as plt
from helpers import explore, new_figure

calls = []

def draw(learning_rate, steps, kind, grid):
    calls.append((learning_rate, steps, kind, grid))
    if steps == 4:
        raise ArithmeticError("four is too many")
    fig, ax = new_figure(size=(2, 1.5), alt=f"{steps} steps of kind {kind}, grid {grid}")
    ax.plot([0, steps])
    return fig

explore(draw, learning_rate=(0.1, 0.5, 0.05), steps=(1, 5, 1, 2), kind=["a", "b"], grid=True)
"""
MOVE = """
import ipywidgets
from ipywidgets.widgets import widget
found = {w.description: w for w in widget._instances.values() if hasattr(w, "description") and w.description}
"""


def run(tmp_path: Path, *moves: tuple[str, Any], source: str = NOTEBOOK) -> list[NotebookNode]:
    """Executes the notebook, moves its controls one after the other, and returns the cells."""
    path = tmp_path / "explorer.ipynb"
    save(v4.new_notebook(cells=[v4.new_code_cell(source, id="explorer-cell")]), path)
    sources = [MOVE + f"found[{name!r}].value = {value!r}\nprint(calls[-1])" for name, value in moves]
    cells = [v4.new_code_cell(source, id=f"move-{i:04d}") for i, source in enumerate(sources)]
    return execute(path, extra_cells=cells).cells


def test_saved_notebook_reads_well_without_a_kernel(tmp_path: Path) -> None:
    sliders, figure, words = run(tmp_path)[0].outputs
    assert sliders.data == {
        "text/plain": "Run this cell to get sliders for: learning rate, steps, kind, grid."
    }
    assert figure.data["image/png"]
    assert figure.metadata == {"image/png": {"alt": "2 steps of kind a, grid True", "width": 160}}
    assert "2 steps of kind a, grid True" in words.data["text/html"]


def test_moved_slider_draws_anew_in_place(tmp_path: Path) -> None:
    explorer, moved, chosen, ticked = run(tmp_path, ("steps", 3), ("kind", "b"), ("grid", False))
    assert moved.outputs[0].text == "(0.1, 3, 'a', True)\n"
    assert chosen.outputs[0].text == "(0.1, 3, 'b', True)\n"
    assert ticked.outputs[0].text == "(0.1, 3, 'b', False)\n"
    assert len(explorer.outputs) == 3
    assert explorer.outputs[1].metadata["image/png"]["alt"] == "3 steps of kind b, grid False"
    assert "3 steps of kind b, grid False" in explorer.outputs[2].data["text/html"]


def test_failing_draw_is_reported_below_the_sliders(tmp_path: Path) -> None:
    explorer, moved = run(tmp_path, ("steps", 4))
    assert moved.outputs[0].text == "(0.1, 4, 'a', True)\n"
    assert [output.output_type for output in explorer.outputs] == ["display_data"] * 3
    text = explorer.outputs[1].data["text/plain"]
    assert "ArithmeticError: four is too many" in text
    assert "steps = 4" in text
    assert "image/png" not in explorer.outputs[1].data
    assert explorer.outputs[2].data == {"text/plain": ""}, "no words about a figure that is not there"


def test_sliders_survive_a_failing_draw(tmp_path: Path) -> None:
    explorer, _, after = run(tmp_path, ("steps", 4), ("steps", 5))
    assert after.outputs[0].text == "(0.1, 5, 'a', True)\n"
    assert explorer.outputs[1].metadata["image/png"]["alt"] == "5 steps of kind a, grid True"


def test_pyplot_figures_work_too_and_show_once(tmp_path: Path) -> None:
    ours, plain = "new_figure(size=(2, 1.5), alt=", "plt.subplots(); ax.set_title("
    assert ours in NOTEBOOK
    source = NOTEBOOK.replace(ours, plain)
    explorer, moved = run(tmp_path, ("steps", 3), source=source)
    assert len(explorer.outputs) == 3
    assert "3 steps of kind a" in explorer.outputs[1].metadata["image/png"]["alt"]
    assert [output.output_type for output in moved.outputs] == ["stream"]


class Screen:
    """Stands in for IPython's display: remembers what was shown, and what replaced it."""

    def __init__(self) -> None:
        self.shown: list[dict] = []
        self.updates: list[dict] = []

    def display(self, data: dict, **options: Any) -> "Screen":
        self.shown.append(data)
        return self

    def update(self, data: dict, **options: Any) -> None:
        self.updates.append(data)


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    screen = Screen()
    monkeypatch.setattr("IPython.display.display", screen.display)
    return screen


def line(slope: float) -> Figure:
    fig, ax = new_figure(size=(2, 1.5), alt=f"slope {slope}")
    if slope == 2:
        raise ArithmeticError("two is bad")
    ax.plot([0, slope])
    return fig


def slider_of(data: dict) -> Any:
    widget = ipywidgets.widgets.widget._instances[data[WIDGET_VIEW]["model_id"]]
    return widget.children[0]


def test_live_page_gets_the_sliders_first(screen: Screen) -> None:
    explore(line, slope=(-1, 3, 1))
    assert WIDGET_VIEW in screen.shown[0]
    assert screen.shown[1]["text/plain"] == "Figure: slope -1"
    assert screen.shown[2]["text/plain"] == "The figure in words: slope -1"
    assert len(screen.shown) == 3


def test_update_follows_the_slider(screen: Screen) -> None:
    explore(line, slope=(-1, 3, 1))
    slider = slider_of(screen.shown[0])
    for value in (1, 2, 3):
        slider.value = value
    texts = [data["text/plain"] for data in screen.updates[::2]]  # below each figure: its words
    assert texts[0] == "Figure: slope 1"
    assert "slope = 2" in texts[1] and "two is bad" in texts[1]
    assert texts[2] == "Figure: slope 3"


def test_pyplot_figure_is_closed(screen: Screen) -> None:
    def draw(slope: int) -> Figure:
        figure, ax = plt.subplots()
        ax.set_title("A pyplot title")
        return figure

    explore(draw, slope=(0, 2, 1))
    assert plt.get_fignums() == []
    assert "A pyplot title" in screen.shown[1]["text/plain"]


def test_kinds_of_controls() -> None:
    made = make_controls(
        {
            "hidden_units": (1, 9, 2),
            "rate": (0.0, 1.0, 0.05, 0.5),
            "kind": ["x", "y"],
            "grid": False,
            "tiny": (0, 1, 1e-3),
        }
    )
    assert [type(widget).__name__ for widget in made.values()] == [
        "IntSlider",
        "FloatSlider",
        "Dropdown",
        "Checkbox",
        "FloatSlider",
    ]
    assert [widget.value for widget in made.values()] == [1, 0.5, "x", False, 0]
    assert made["hidden_units"].description == "hidden units"
    assert (made["hidden_units"].min, made["hidden_units"].max, made["hidden_units"].step) == (1, 9, 2)
    assert made["rate"].readout_format == ".2f"
    assert made["tiny"].readout_format == ".3f"
    assert not made["rate"].continuous_update
    finest = make_controls({"a": (0.0, 1.0, 0.1), "b": (0.0, 1.0, 1e-5), "c": (0.0, 1.0, 1e-7)})
    assert [widget.readout_format for widget in finest.values()] == [".1f", ".5f", ".6f"]
    assert make_controls({"a": (1, 3, 1, 1), "b": (1, 3, 1, 3)})["b"].value == 3, "an end is a start too"


@pytest.mark.parametrize(
    "control",
    [
        (1, 2),
        (1, 2, 0),
        (2, 1, 1),
        (1, 3, 1, 9),
        "text",
        [],
        None,
        (1, "2", 1),
        (0, 1, True),
        3,
        (1, 2, 3, 4, 5),
    ],
)
def test_bad_control_is_named(control: Any) -> None:
    with pytest.raises(ValueError, match="slope"):
        make_controls({"slope": control})


def test_no_control_is_an_error() -> None:
    with pytest.raises(ValueError, match="needs a control"):
        explore(line)


def test_controls_must_be_the_arguments(screen: Screen) -> None:
    with pytest.raises(TypeError, match=r"\(slop\) must be the arguments of line"):
        explore(line, slop=(0, 1, 1))
    assert screen.shown == []


def test_draw_must_return_a_figure(screen: Screen) -> None:
    with pytest.raises(TypeError, match="must return a figure, it returned NoneType"):
        explore(lambda slope: None, slope=(0, 1, 1))
    assert screen.shown == []


def test_error_at_the_start_is_the_cells_own(screen: Screen) -> None:
    with pytest.raises(ArithmeticError, match="two is bad"):
        explore(line, slope=(0, 3, 1, 2))
    assert screen.shown == []
