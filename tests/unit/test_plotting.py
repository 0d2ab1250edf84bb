"""The plots: what stands on them, what they refuse, and how a notebook stores them."""

import base64
import io
import itertools
import re
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import nbformat.v4 as v4
import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgb
from matplotlib.font_manager import fontManager
from matplotlib.legend import Legend
from matplotlib.text import Text
from nbconvert import HTMLExporter
from notebook_tools import execute, save
from PIL import Image

from helpers import (
    new_figure,
    plot_activations,
    plot_confusion_matrix,
    plot_decision_boundary,
    plot_feature_maps,
    plot_history,
    plot_images,
    plot_kernels,
    show,
)
from helpers.plots.figures import CourseFigure, in_words, mime_bundle, png_bytes, with_palette
from helpers.plots.style import COLOURS, RIGHT, WRONG, families
from helpers.plots.text import wrap_title

CORNERS = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
DIGITS = torch.linspace(0, 1, 4 * 28 * 28).reshape(4, 1, 28, 28)
HISTORY = {
    "train_loss": [2.3, 1.1, 0.7],
    "valid_loss": [2.2, 1.2, 0.9],
    "train_accuracy": [0.2, 0.6, 0.8],
    "valid_accuracy": [0.2, 0.5, 0.75],
}


@pytest.fixture(autouse=True)
def _nothing_stays_open() -> Any:
    yield
    assert plt.get_fignums() == []


def every_figure() -> dict[str, CourseFigure]:
    """One figure of each kind, all with the same alt text."""
    alt = "a sentence that says what the figure shows"
    return {
        "images": plot_images(DIGITS, [0, 1, 2, 3], [0, 1, 2, 9], alt=alt),
        "history": plot_history(HISTORY, alt=alt),
        "boundary": plot_decision_boundary(lambda x: x.sum(1) - 1.5, CORNERS, [0, 0, 0, 1], alt=alt),
        "confusion": plot_confusion_matrix([[5, 1], [2, 4]], alt=alt),
        "maps": plot_feature_maps(DIGITS[:, 0], alt=alt),
        "kernels": plot_kernels(DIGITS - 0.3, alt=alt),
        "activations": plot_activations({"ReLU": torch.relu}, alt=alt),
        "empty": new_figure(alt=alt)[0],
    }


def texts(figure: CourseFigure) -> list[str]:
    return [ax.get_title() for ax in figure.axes if ax.get_title()]


def inside(figure: CourseFigure) -> bool:
    """Whether all that is drawn lies inside the picture (to a pixel)."""
    figure.draw_without_rendering()
    box = figure.get_tightbbox()  # in inches
    width, height = figure.get_size_inches()
    slack = 1.01 / figure.dpi
    return box.x0 > -slack and box.y0 > -slack and box.x1 < width + slack and box.y1 < height + slack


# Every figure


def test_every_figure_keeps_its_alt_and_stays_inside_the_page() -> None:
    for name, figure in every_figure().items():
        assert isinstance(figure, CourseFigure), name
        assert figure.alt == "a sentence that says what the figure shows", name
        assert inside(figure), name
        assert figure.get_figwidth() <= 12, name


def test_type_is_large_enough_and_legends_have_no_frame() -> None:
    for name, figure in every_figure().items():
        figure.draw_without_rendering()
        sizes = {text.get_text(): text.get_fontsize() for text in figure.findobj(Text) if text.get_text()}
        in_cells = {text.get_text() for text in figure.axes[0].texts} if name == "confusion" else set()
        assert all(size >= 10 for text, size in sizes.items() if text not in in_cells), name
        assert not any(legend.get_frame_on() for legend in figure.findobj(Legend)), name


def test_figure_shows_itself_with_alt(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, **options: shown.append((data, options)))
    plot_history(HISTORY, alt="the loss\n falls < 1")._ipython_display_()
    (picture, options), (words, _) = shown
    assert picture["text/plain"] == "Figure: the loss falls < 1"
    assert options["metadata"] == {"image/png": {"alt": "the loss falls < 1", "width": 832}}
    assert words["text/plain"] == "The figure in words: the loss falls < 1"
    assert words["text/html"] == (
        "<details><summary>The figure in words</summary>the loss falls &lt; 1</details>"
    )


def test_same_figure_gives_the_same_small_png() -> None:
    first, second = (png_bytes(plot_history(HISTORY)) for _ in range(2))
    assert first == second
    picture = Image.open(io.BytesIO(first))
    assert "Software" not in picture.info
    assert picture.width == round(2 * 80 * plot_history(HISTORY).get_figwidth())
    assert len(picture.getcolors()) <= 64


def test_a_palette_is_as_small_as_nobody_can_tell() -> None:
    grey = np.repeat(np.random.default_rng(0).integers(256, size=(200, 200, 1), dtype=np.uint8), 3, axis=2)
    many = np.random.default_rng(0).integers(256, size=(200, 200, 3), dtype=np.uint8)
    colours = {
        name: len(with_palette(Image.fromarray(a)).getcolors())
        for name, a in (("grey", grey), ("many", many))
    }
    assert colours["grey"] == 64
    assert colours["many"] > 64
    assert len(with_palette(Image.new("RGB", (200, 200), "#0072B2")).getcolors()) == 1


def test_automatic_alt_is_made_of_titles_and_labels() -> None:
    figure = plot_history(HISTORY, title="The gap opens")
    assert figure.alt == (
        "Automatic description: The gap opens; loss (nats) against epoch; accuracy (%) against epoch"
    )
    assert "2 panels" in new_figure(1, 2)[0].alt


def test_automatic_alt_names_six_things_at_most() -> None:
    figure, axes = new_figure(2, 4)
    for i, ax in enumerate(axes.flat):
        ax.set_title(f"panel  {i}")
    assert figure.alt.endswith("description: " + "; ".join(f"panel {i}" for i in range(6)))


def test_alt_must_be_text() -> None:
    with pytest.raises(TypeError, match="alt must be a string"):
        new_figure(alt=3)


def test_new_figure_is_like_subplots() -> None:
    figure, ax = new_figure()
    assert ax.figure is figure
    figure, axes = new_figure(2, 3, size=(6, 4), sharey=True)
    assert axes.shape == (2, 3)
    assert tuple(figure.get_size_inches()) == (6, 4)
    sizes = [tuple(new_figure(*panels)[0].get_size_inches()) for panels in ((), (1, 2), (2, 1), (2, 3))]
    assert np.allclose(sizes, [(6.4, 4), (8, 3.2), (4, 6.4), (10, 6.4)])
    with pytest.raises(ValueError, match="rows=0"):
        new_figure(0)
    with pytest.raises(ValueError, match="cols=0"):
        new_figure(1, 0)


def brightness(colour: str) -> float:
    return float(np.dot([0.2126, 0.7152, 0.0722], np.array(to_rgb(colour)) ** 2.2))


# What a reader with no working L cones (protanopia), no M cones (deuteranopia) sees, in linear RGB:
# F. Viénot, H. Brettel, J. D. Mollon, "Digital video colourmaps for checking the legibility of displays by
# dichromats", Color Research & Application 24(4), 1999.
DICHROMATS = {
    "all cones": np.eye(3),
    "protanopia": [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
    "deuteranopia": [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]],
}


@pytest.mark.parametrize("sight", DICHROMATS)
def test_colours_stay_apart(sight: str) -> None:
    def seen(colour: str) -> np.ndarray:
        return np.clip(DICHROMATS[sight] @ np.array(to_rgb(colour)) ** 2.2, 0, 1) ** (1 / 2.2)

    for one, two in itertools.combinations(COLOURS, 2):
        assert np.linalg.norm(seen(one) - seen(two)) > 0.14, (one, two)
    assert np.linalg.norm(seen(RIGHT) - seen(WRONG)) > 0.3


def test_small_type_reads_on_white() -> None:
    for colour in (RIGHT, WRONG):
        assert 1.05 / (brightness(colour) + 0.05) > 4.5, colour  # WCAG 2 AA


# show


def test_show_takes_the_current_pyplot_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, **options: shown.append((data, options)))
    plt.plot([1, 2])
    plt.title("A line")
    show(alt="a line\nthat rises")
    data, options = shown[0]
    assert data["text/plain"] == "Figure: a line that rises"
    assert options["metadata"] == {"image/png": {"alt": "a line that rises", "width": 512}}
    assert shown[1][0]["text/plain"] == "The figure in words: a line that rises"
    figure, _ = plt.subplots()
    show(figure)
    assert shown[2][0]["text/plain"].startswith("Figure: Automatic description")
    show(new_figure(alt="our own")[0])
    assert shown[4][0]["text/plain"] == "Figure: our own"


def test_photographs_are_kept_as_jpeg_and_drawings_as_png() -> None:
    for photographs, kind, pixels in ((True, "image/jpeg", 200), (False, "image/png", 320)):
        figure, _ = new_figure(size=(2, 1), alt="a picture", photographs=photographs)
        data, metadata = mime_bundle(figure, figure.alt)
        assert set(data) == {kind, "text/plain"} and metadata == {kind: {"alt": "a picture", "width": 160}}
        picture = Image.open(io.BytesIO(base64.b64decode(data[kind])))
        assert picture.get_format_mimetype() == kind and picture.width == pixels
        assert mime_bundle(figure, figure.alt)[0] == data


def test_show_without_a_figure() -> None:
    with pytest.raises(ValueError, match="no open figure"):
        show()


def test_notebook_stores_each_figure_once_with_alt(tmp_path: Path) -> None:
    sources = [
        "from helpers import new_figure, show\nfig, ax = new_figure(alt='before pyplot')\nfig",
        "import matplotlib.pyplot as plt\n%matplotlib inline\nfig",
        "fig, ax = new_figure(alt='after pyplot')\nax.plot([1, 2])\nfig",
        "plt.plot([1, 2])\nshow(alt='by pyplot itself')",
        "from IPython.display import display\ndisplay(fig)",
        "fig, ax = new_figure(alt='drawn but not shown')",
    ]
    cells = [v4.new_code_cell(source, id=f"cell-{i:04d}") for i, source in enumerate(sources)]
    save(v4.new_notebook(cells=cells), tmp_path / "a.ipynb")
    alts = ["before pyplot", "before pyplot", "after pyplot", "by pyplot itself", "after pyplot"]
    *shown, quiet = execute(tmp_path / "a.ipynb").cells
    assert quiet.outputs == []
    for cell, alt in zip(shown, alts, strict=True):
        output, words = cell.outputs
        assert output.metadata == {"image/png": {"alt": alt, "width": 512}}
        assert output.data["text/plain"] == f"Figure: {alt}"
        assert set(output.data) == {"image/png", "text/plain"}
        assert f"</summary>{alt}</details>" in words.data["text/html"]


def test_a_page_made_of_a_notebook_gives_the_words_too() -> None:
    """nbconvert's classic page has the metadata's alt text; its page in JupyterLab's look has the fold."""
    data, metadata = mime_bundle(new_figure(size=(1, 1))[0], "a line that rises")
    shown = [v4.new_output("display_data", data=data, metadata=metadata)]
    shown.append(v4.new_output("display_data", data=in_words("a line that rises")))
    notebook = v4.new_notebook(cells=[v4.new_code_cell("fig", id="only-cell", outputs=shown)])
    classic, _ = HTMLExporter(template_name="classic").from_notebook_node(notebook)
    assert re.search(r'<img[^>]*alt="a line that rises"', classic)
    lab, _ = HTMLExporter().from_notebook_node(notebook)
    assert "</summary>a line that rises</details>" in lab


# Images


def test_images_stand_in_a_grid_with_labels() -> None:
    figure = plot_images(torch.rand(10, 3, 8, 8), range(10), cols=4, title="Ten", classes="abcdefghij")
    assert texts(figure) == list("abcdefghij")
    assert figure.get_suptitle() == "Ten"
    assert len({round(ax.get_position().y0, 3) for ax in figure.axes[:10]}) == 3
    assert len(plot_images(torch.rand(3, 8, 8)).axes) == 3


def test_wrong_predictions_differ_in_colour_and_sign() -> None:
    figure = plot_images(DIGITS, [0, 1, 2, 3], torch.tensor([0, 1, 2, 9]))
    assert texts(figure) == ["0", "1", "2", "9 ✗ 3"]
    assert [ax.title.get_color() for ax in figure.axes] == [RIGHT, RIGHT, RIGHT, WRONG]
    assert "prediction ✗ true label" in figure.get_supxlabel()
    assert plot_images(DIGITS, [0, 1, 2, 3], [0, 1, 2, 3]).get_supxlabel() == ""


def test_names_break_between_words_only() -> None:
    figure = plot_images(DIGITS, [0, 1, 0, 1], classes=["T-shirt or top-coat", "Ankle boot"])
    assert texts(figure)[:2] == ["T-shirt or\ntop-coat", "Ankle boot"]


def test_predictions_without_labels_are_shown() -> None:
    assert texts(plot_images(DIGITS, predictions=[4, 5, 6, 7])) == ["4", "5", "6", "7"]


def test_pictures_are_drawn_as_they_are() -> None:
    grey = plot_images((DIGITS * 255).to(torch.uint8)).axes[0].images[0]
    assert grey.get_clim() == (0, 1)
    assert grey.get_cmap().name == "gray"
    assert np.allclose(grey.get_array(), DIGITS[0, 0], atol=1 / 255)
    colour = torch.rand(1, 3, 5, 7)
    drawn = plot_images(colour).axes[0].images[0].get_array()
    assert np.allclose(drawn, colour[0].permute(1, 2, 0))


def panel_size(figure: CourseFigure) -> list[float]:
    """Width and height of the first panel, in inches."""
    return [round(float(side), 3) for side in figure.axes[0].get_position().size * figure.get_size_inches()]


def test_photographs_are_larger_than_digits_and_tall_ones_are_bounded() -> None:
    assert panel_size(plot_images(DIGITS)) == [1.2, 1.2]
    assert panel_size(plot_images(torch.rand(1, 3, 120, 160))) == [2, 1.5]
    assert panel_size(plot_images(torch.rand(2, 3, 300, 400))) == [3.2, 2.4]
    assert panel_size(plot_images(torch.rand(20, 8, 8), cols=20))[0] == 0.52, "ten inches hold a row"
    assert panel_size(plot_images(torch.rand(1, 90, 10)))[1] == 4
    assert panel_size(plot_feature_maps(torch.rand(2, 6, 12))) == [1.25, 0.625]
    assert len(plot_images(DIGITS, cols=0).axes) == 4


def test_panels_stand_close_and_no_lonely_row_is_wide() -> None:
    figure = plot_images(DIGITS, cols=2)
    first, second, below = (ax.get_position() for ax in figure.axes[:3])
    width, height = figure.get_size_inches()
    assert (second.x0 - first.x1) * width == pytest.approx(0.08)
    assert (first.y0 - below.y1) * height == pytest.approx(0.08), "one gap between all tiles of a sheet"
    assert width == 3.2 and first.x0 + second.x1 == pytest.approx(1), "in the middle of a page of 3.2 inches"
    assert height == pytest.approx(2 * 1.2 + 0.08 + 2 * 0.06)


@pytest.mark.parametrize(
    ("count", "shape", "names", "cols"),
    [
        (1, (1, 28, 28), ["a"], 8),
        (100, (3, 32, 32), ["Ankle boot", "T-shirt/top"], 10),
        (3, (1, 8, 8), ["an extraordinarily long name of a class", "supercalifragilisticexpialidocious"], 8),
        (2, (3, 300, 500), ["cat", "dog"], 8),
        (24, (1, 16, 16), ["7", "3"], 24),
        (4, (1, 60, 10), ["a", "b"], 8),
    ],
)
def test_extreme_grids_fit_and_do_not_overlap(count: int, shape: tuple, names: list[str], cols: int) -> None:
    labels = np.arange(count) % len(names)
    title = "A title that is rather long for a figure of a single image"
    figure = plot_images(torch.rand(count, *shape), labels, 0 * labels, names, cols, title)
    assert inside(figure)
    boxes = [ax.get_tightbbox() for ax in figure.axes]
    for one, two in itertools.combinations(boxes, 2):
        overlap_x = min(one.x1, two.x1) - max(one.x0, two.x0)
        overlap_y = min(one.y1, two.y1) - max(one.y0, two.y0)
        assert overlap_x < 1 or overlap_y < 1
    heading = figure._suptitle.get_window_extent()
    assert all(box.y1 < heading.y0 + 1 for box in boxes)


@pytest.mark.parametrize(
    ("images", "options", "message"),
    [
        (torch.rand(28, 28), {}, r"got \(28, 28\).*image\[None\]"),
        (torch.rand(2, 8, 8, 3), {}, r"got \(2, 8, 8, 3\).*channels come before"),
        (torch.rand(0, 1, 8, 8), {}, "no image"),
        (torch.rand(1, 4, 8, 8), {}, r'RGBA: .*alpha.*images\[:, :3\].*convert\("RGB"\)'),
        (torch.rand(1, 2, 8, 8), {}, r'grey and alpha.*images\[:, :1\].*convert\("L"\)'),
        (torch.rand(2, 1, 8, 8), {"labels": [0.2, 1.0]}, r"labels must be class numbers.*got \[0.2, 1.0\]"),
        (torch.rand(2, 1, 8, 8), {"labels": ["cat", "dog"]}, r"got \['cat', 'dog'\]: names go into classes"),
        (torch.randn(2, 1, 8, 8) * 5, {}, r"float in \[0, 1\]; these reach from"),
        (torch.full((1, 1, 2, 2), float("nan")), {}, r"float in \[0, 1\]"),
        (torch.rand(2, 1, 8, 8), {"labels": [1]}, r"labels must have shape \(2,\).*got \(1,\)"),
        (
            torch.rand(2, 1, 8, 8),
            {"predictions": torch.rand(2, 10)},
            r"predictions must have shape.*\(2, 10\)",
        ),
        (torch.rand(2, 1, 8, 8), {"labels": [0, 5], "classes": ["a", "b"]}, r"class 5 has no name.*from 0"),
    ],
)
def test_bad_images_are_refused(images: Any, options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plot_images(images, **options)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float8_e4m3fn, torch.float64])
def test_every_kind_of_float_is_drawn(dtype: torch.dtype) -> None:
    pictures = DIGITS.to(dtype)
    drawn = plot_images(pictures).axes[0].images[0].get_array()
    assert np.allclose(drawn, pictures[0, 0].float())
    assert np.allclose(
        plot_feature_maps(pictures[:, 0]).axes[1].images[0].get_array(), pictures[1, 0].float()
    )
    assert len(plot_history({"loss": torch.ones(3, dtype=dtype)}).axes[0].lines[0].get_ydata()) == 3


def test_doubles_keep_their_digits() -> None:
    (line,) = plot_history({"loss": torch.tensor([1 / 3], dtype=torch.float64)}).axes[0].lines
    assert line.get_ydata()[0] == 1 / 3


def test_labels_may_be_whole_floats_and_truths() -> None:
    assert texts(plot_images(DIGITS, torch.tensor([0.0, 1.0, 2.0, 3.0]))) == ["0", "1", "2", "3"]
    assert texts(plot_images(DIGITS, torch.tensor([True, False, True, True]))) == ["1", "0", "1", "1"]


def test_complex_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match=r"complex numbers cannot be drawn: take their .abs\(\)"):
        plot_feature_maps(torch.fft.fft2(DIGITS[:, 0]))


# Chinese


@pytest.fixture
def chinese_font(tmp_path: Path) -> Any:
    """A font with a few Chinese characters, each a black block, under a usual name; known to matplotlib."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    pen = TTGlyphPen(None)
    for i, place in enumerate([(50, 0), (50, 800), (950, 800), (950, 0)]):
        (pen.lineTo if i else pen.moveTo)(place)
    pen.closePath()
    block, letters = pen.glyph(), "测试集猫狗"
    names = [".notdef", *(f"g{ord(letter):x}" for letter in letters)]
    font = FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder(names)
    font.setupCharacterMap({ord(letter): f"g{ord(letter):x}" for letter in letters})
    font.setupGlyf(dict.fromkeys(names, block))
    font.setupHorizontalMetrics(dict.fromkeys(names, (1000, 50)))
    font.setupHorizontalHeader(ascent=800, descent=-200)
    font.setupNameTable({"familyName": "SimHei", "styleName": "Regular"})
    font.setupOS2(sTypoAscender=800)
    font.setupPost()
    font.save(tmp_path / "simhei.ttf")
    before = list(fontManager.ttflist)
    fontManager.addfont(tmp_path / "simhei.ttf")
    yield "SimHei"
    fontManager.ttflist[:] = before
    fontManager._findfont_cached.cache_clear()


def test_only_installed_families_follow() -> None:
    assert families([]) == families(["DejaVu Sans"]) == ["sans-serif"]
    assert families({"SimHei", "Noto Sans CJK SC", "DejaVu Sans"}) == [
        "sans-serif",
        "SimHei",
        "Noto Sans CJK SC",
    ]
    assert plt.rcParams["font.family"] == families({font.name for font in fontManager.ttflist})


def test_chinese_labels_are_drawn_and_latin_ones_stay_as_they_were(chinese_font: str) -> None:
    def drawn(title: str) -> bytes:
        return png_bytes(plot_images(DIGITS, [0, 1, 0, 1], classes=["3 ✗", "a−b"], title=title))

    with plt.rc_context({"font.family": ["sans-serif"]}):
        latin = drawn("A title")
        with pytest.warns(UserWarning, match="Glyph .* missing"):
            boxes = drawn("测试集")
    with plt.rc_context({"font.family": families([chinese_font])}):  # a warning would be an error
        assert drawn("A title") == latin
        assert drawn("测试集") != boxes


def test_chinese_titles_break_into_lines_that_fit() -> None:
    assert wrap_title("a" * 30, 3.2) == "a" * 30
    assert wrap_title("测" * 30, 3.2).split("\n") == ["测" * 15] * 2
    assert wrap_title(None, 3.2) == ""


# Curves


def test_history_pairs_losses_and_accuracies() -> None:
    left, right = plot_history(HISTORY).axes
    assert (left.get_xlabel(), left.get_ylabel(), right.get_ylabel()) == (
        "epoch",
        "loss (nats)",
        "accuracy (%)",
    )
    assert [line.get_label() for line in left.lines] == ["train loss", "valid loss"]
    assert left.lines[0].get_color() != left.lines[1].get_color()
    assert left.lines[0].get_linestyle() != left.lines[1].get_linestyle()
    assert list(left.lines[0].get_xdata()) == [1, 2, 3]
    assert np.allclose(right.lines[1].get_ydata(), [20, 50, 75])
    assert len(left.get_legend().get_texts()) == 2
    assert left.get_xgridlines()[0].get_visible() and left.get_axisbelow()  # values can be read off


def test_history_takes_other_quantities_and_tensors() -> None:
    figure = plot_history({"loss": torch.tensor([1.0]), "test_acc": [0.5], "learning_rate": [0.1]})
    assert [ax.get_ylabel() for ax in figure.axes] == ["loss (nats)", "accuracy (%)", "learning rate"]
    assert [tick for tick in figure.axes[0].get_xticks() if 0.5 < tick < 1.5] == [1]


def test_a_long_history_has_no_markers() -> None:
    markers = [plot_history({"loss": [1.0] * n}).axes[0].lines[0].get_marker() for n in (30, 31)]
    assert markers == ["o", "None"]


def test_each_panel_of_a_history_adds_to_its_width() -> None:
    widths = [
        plot_history({name: [0.5] for name in names}).get_figwidth()
        for names in (("loss",), ("loss", "accuracy"), ("loss", "accuracy", "rate"))
    ]
    assert widths == [5.2, 10.4, 11]


@pytest.mark.parametrize(
    ("history", "message"),
    [
        ({}, "the history is empty"),
        ({"loss": [1.0], "accuracy": []}, "accuracy is empty"),
        ({"accuracy": [0.5, -0.1]}, "accuracy must hold fractions"),
        ({"accuracy": [50, 87.5]}, r"accuracy must hold fractions in \[0, 1\], got values up to 87.5"),
    ],
)
def test_bad_history_is_refused(history: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plot_history(history)


def test_activations_and_their_slopes() -> None:
    left, right = plot_activations({"ReLU": torch.relu, "tanh": torch.tanh}, span=(-2, 3)).axes
    x = left.lines[1].get_xdata()
    assert (x[0], x[-1]) == (-2, 3)
    assert np.allclose(left.lines[1].get_ydata(), np.tanh(x), atol=1e-6)
    assert np.allclose(right.lines[1].get_ydata(), 1 - np.tanh(x) ** 2, atol=1e-5)
    assert right.lines[0].get_ydata()[0] == 0 and right.lines[0].get_ydata()[-1] == 1
    assert [text.get_text() for text in right.get_legend().get_texts()] == ["ReLU", "tanh"]


def test_many_activations_stay_apart() -> None:
    left, _ = plot_activations({f"f{i}": torch.tanh for i in range(12)}).axes
    assert len({(line.get_color(), line.get_linestyle()) for line in left.lines}) == 12


@pytest.mark.parametrize(
    ("functions", "message"), [({}, "empty"), ({"sum": torch.sum}, "sum must keep the shape")]
)
def test_bad_activations_are_refused(functions: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plot_activations(functions)


# Classes


def regions(figure: CourseFigure) -> np.ndarray:
    return np.asarray(figure.axes[0].images[0].get_array())


@pytest.mark.parametrize(
    "predict",
    [
        lambda x: x.sum(1) - 1.5,
        lambda x: (x.sum(1) - 1.5)[:, None],
        lambda x: x.sum(1) > 1.5,
        lambda x: (x.sum(1) > 1.5).long(),
        lambda x: (x.sum(1) > 1.5).float(),
        lambda x: 2 * (x.sum(1) > 1.5).long() - 1,
        lambda x: torch.stack([1.5 - x.sum(1), x.sum(1) - 1.5], dim=1),
        lambda x: (x.sum(1) - 1.5).numpy(),
    ],
)
def test_every_kind_of_answer_gives_the_same_regions(predict: Any) -> None:
    drawn = regions(plot_decision_boundary(predict, CORNERS, [0, 0, 0, 1]))
    assert (drawn[0, 0], drawn[-1, -1], drawn[0, -1]) == (0, 1, 0)
    assert drawn[250, 250] == 1  # (1.17, 1.17)
    assert drawn[140, 140] == 0  # (0.44, 0.44)


def test_regions_have_the_colours_of_their_classes_made_light() -> None:
    figure = plot_decision_boundary(lambda x: x.sum(1) - 1.5, CORNERS, [0, 0, 0, 1])
    for k in (0, 1):
        light = 0.72 + 0.28 * np.array(to_rgb(COLOURS[k]))
        assert np.allclose(figure.axes[0].images[0].cmap(k)[:3], light)


def test_probabilities_need_their_threshold() -> None:
    figure = plot_decision_boundary(
        lambda x: torch.sigmoid(x.sum(1) - 1.5), CORNERS, [0, 0, 0, 1], threshold=0.5
    )
    assert set(np.unique(regions(figure))) == {0, 1}


def test_points_carry_colour_shape_and_name() -> None:
    figure = plot_decision_boundary(
        lambda x: x.sum(1), CORNERS, [-1, 1, 1, -1], classes=["off", "on"], title="XOR"
    )
    (ax,) = figure.axes
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["off", "on"]
    off, on = ax.collections[-2:]
    assert off.get_offsets().tolist() == [[0, 0], [1, 1]]
    assert on.get_offsets().tolist() == [[0, 1], [1, 0]]
    assert not np.array_equal(off.get_facecolor(), on.get_facecolor())
    assert len(off.get_paths()[0].vertices) != len(on.get_paths()[0].vertices)
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_title()) == ("$x_1$", "$x_2$", "XOR")


def test_the_plane_reaches_beyond_the_points() -> None:
    for options, extent in (({}, (-0.5, 1.5, -0.5, 1.5)), ({"margin": 0.1}, (-0.1, 1.1, -0.1, 1.1))):
        figure = plot_decision_boundary(lambda x: x.sum(1), CORNERS, [0, 0, 0, 1], **options)
        assert np.allclose(figure.axes[0].images[0].get_extent(), extent)
    names = ("height [cm]", "weight [kg]")
    (ax,) = plot_decision_boundary(lambda x: x.sum(1), CORNERS, [0, 0, 0, 1], names=names).axes
    assert (ax.get_xlabel(), ax.get_ylabel()) == names
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["class 0", "class 1"]


def test_each_boundary_between_three_classes_is_drawn() -> None:
    def thirds(x: torch.Tensor) -> torch.Tensor:
        return (x[:, 0] > 0.33).long() + (x[:, 0] > 0.67).long()

    (ax,) = plot_decision_boundary(thirds, CORNERS, [0, 0, 2, 2]).axes
    lines = [part for part in ax.collections if hasattr(part, "levels")]
    places = [line.get_paths()[0].vertices[:, 0].mean() for line in lines]
    assert np.allclose(places, [0.33, 0.67], atol=0.01)
    assert len(ax.get_legend().get_texts()) == 3, "a class that no point has, but that is predicted, is named"


def test_boundary_draws_on_a_given_panel() -> None:
    figure, axes = new_figure(1, 2)
    assert plot_decision_boundary(lambda x: x.sum(1), CORNERS, [0, 0, 0, 1], ax=axes[1]) is figure
    assert not axes[0].has_data() and axes[1].has_data()
    assert axes[1].get_legend() is None


def test_model_that_says_one_class_has_no_boundary() -> None:
    figure = plot_decision_boundary(lambda x: torch.zeros(len(x)), CORNERS, [0, 0, 0, 1])
    assert set(np.unique(regions(figure))) == {0}
    assert plot_decision_boundary(lambda x: x.sum(1), CORNERS[:1], [0])  # a single point has no extent


@pytest.mark.parametrize(
    ("predict", "points", "labels", "message"),
    [
        (torch.sum, torch.rand(4, 3), [0] * 4, r"points must have shape \(N, 2\).*got \(4, 3\)"),
        (torch.sum, CORNERS, [0, 1], r"labels must have shape \(4,\)"),
        (torch.sum, CORNERS, [0, -2, 1, 1], r"labels must be classes 0, 1, … or −1 and 1, got \[-2, 0, 1\]"),
        (torch.sum, CORNERS, [0, 0, 0, 1], r"predict must give \(M,\).*got \(\)"),
        (lambda x: x[:5, 0], CORNERS, [0, 0, 0, 1], r"got \(5,\)"),
    ],
)
def test_bad_boundary_is_refused(predict: Any, points: Any, labels: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plot_decision_boundary(predict, points, labels)


def test_confusion_matrix_counts() -> None:
    figure = plot_confusion_matrix((torch.tensor([0, 0, 0, 1, 2]), [0, 0, 1, 1, 0]), title="Confused")
    ax, bar = figure.axes
    assert [text.get_text() for text in ax.texts] == ["2", "1", "0", "0", "1", "0", "1", "0", "0"]
    assert np.allclose(ax.images[0].get_array()[0], [200 / 3, 100 / 3, 0])
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_title()) == ("predicted class", "true class", "Confused")
    assert "%" in bar.get_ylabel()


def test_numbers_read_on_light_and_dark_cells() -> None:
    figure = plot_confusion_matrix(np.diag([50] * 6) + np.arange(36).reshape(6, 6))
    ax = figure.axes[0]
    for (row, col), text in zip(np.ndindex(6, 6), ax.texts, strict=True):
        share = ax.images[0].get_array()[row, col]
        cell, ink = (brightness(colour) for colour in (ax.images[0].cmap(share / 100)[:3], text.get_color()))
        assert (max(cell, ink) + 0.05) / (min(cell, ink) + 0.05) > 4, (row, col)


def test_confusion_matrix_takes_an_absent_class_and_many_classes() -> None:
    figure = plot_confusion_matrix([[0, 0], [1, 2]], classes=["never", "always"])
    assert np.asarray(figure.axes[0].images[0].get_array())[0].tolist() == [0, 0]
    assert [tick.get_text() for tick in figure.axes[0].get_xticklabels()] == ["never", "always"]
    assert [tick.get_rotation() for tick in figure.axes[0].get_xticklabels()] == [45, 45]
    assert [len(plot_confusion_matrix(np.eye(n, dtype=int)).axes[0].texts) for n in (20, 21)] == [400, 0]
    short = plot_confusion_matrix([[1, 0], [1, 2]], classes=["cat", "dog"]).axes[0]
    assert [tick.get_rotation() for tick in short.get_xticklabels()] == [0, 0]
    assert short.images[0].get_clim() == (0, 100)
    given = plot_confusion_matrix(([0, 1], [0, 0]), classes=["a", "b", "c"]).axes[0]
    assert len(given.texts) == 9, "a class that nobody was is there too"


@pytest.mark.parametrize(
    ("matrix", "classes", "message"),
    [
        (np.ones((2, 3)), None, r"\(K, K\) matrix.*got shape \(2, 3\)"),
        (np.ones((0, 0)), None, r"got shape \(0, 0\)"),
        ([[0.5, 0.5], [0, 1]], None, "holds counts"),
        ([[1, -1], [0, 1]], None, "holds counts"),
        (([0, 1], [0]), None, r"got \(2,\) and \(1,\)"),
        (([0, 3], [0, 1]), ["a", "b"], "expected classes from 0 to 1, got some from 0 to 3; .* from 0"),
        (([0.5, 1], [0, 1]), None, r"must be class numbers, .*got \[0.5, 1.0\]"),
        (np.eye(3), ["a", "b"], "classes must hold 3 names"),
    ],
)
def test_bad_confusion_matrix_is_refused(matrix: Any, classes: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plot_confusion_matrix(matrix, classes)


# Maps and kernels


def test_feature_maps_share_one_scale() -> None:
    maps = torch.stack([torch.zeros(4, 4), torch.full((4, 4), 9.0), torch.full((4, 4), -1.0)])
    figure = plot_feature_maps(maps, cols=2)
    assert texts(figure) == ["channel 0", "channel 1", "channel 2"]
    assert {ax.images[0].get_clim() for ax in figure.axes if ax.get_title()} == {(-1.0, 9.0)}
    assert figure.axes[-1].get_ylabel() == "activation"


def test_kernels_are_centred_on_zero() -> None:
    weight = torch.tensor([-0.5, 0.0, 2.0, 1.0]).reshape(1, 1, 2, 2).repeat(3, 1, 1, 1)
    weight.requires_grad_()
    figure = plot_kernels(weight)
    assert texts(figure) == ["out 0", "out 1", "out 2"]
    assert {ax.images[0].get_clim() for ax in figure.axes if ax.get_title()} == {(-2.0, 2.0)}
    assert min(figure.axes[0].images[0].cmap(0.5)[:3]) > 0.9  # zero is nearly white
    assert figure.axes[-1].get_ylabel() == "weight"


def test_kernels_of_several_inputs_stand_in_rows_of_outputs() -> None:
    figure = plot_kernels(torch.randn(2, 3, 3, 3))
    assert texts(figure)[:4] == ["out 0, in 0", "out 0, in 1", "out 0, in 2", "out 1, in 0"]
    rows = [round(ax.get_position().y0, 3) for ax in figure.axes[:6]]
    assert len(set(rows[:3])) == len(set(rows[3:])) == 1 and rows[0] > rows[3]


def test_256_kernels_are_not_too_many() -> None:
    assert len(plot_kernels(torch.rand(256, 1, 2, 2), cols=16).axes) == 257


def test_zero_kernels_can_be_drawn() -> None:
    assert inside(
        plot_kernels(torch.zeros(1, 1, 3, 3), title="A rather long title above a single kernel of zeros")
    )


@pytest.mark.parametrize(
    ("plot", "array", "message"),
    [
        (plot_feature_maps, torch.rand(1, 3, 8, 8), r"maps must have shape \(C, H, W\).*maps\[0\]"),
        (plot_kernels, torch.rand(3, 3), r"weight must have shape \(O, I, kh, kw\), got \(3, 3\)"),
        (plot_kernels, torch.rand(257, 1, 1, 1), r"257 × 1 kernels are too many"),
        (plot_kernels, torch.rand(0, 1, 3, 3), r"got \(0, 1, 3, 3\)"),
        (plot_feature_maps, torch.rand(0, 3, 3), r"got \(0, 3, 3\)"),
        (plot_kernels, torch.rand(64, 32, 3, 3), r"64 × 32 kernels are too many.*weight\[:8, :8\]"),
    ],
)
def test_bad_maps_and_kernels_are_refused(plot: Any, array: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plot(array)


def test_kernels_and_maps_take_names_and_refuse_the_wrong_number():
    from helpers import plot_feature_maps, plot_kernels

    figure = plot_kernels(torch.randn(2, 1, 3, 3), names=["edge", "blur"])
    assert [ax.get_title() for ax in figure.axes[:2]] == ["edge", "blur"]
    figure = plot_feature_maps(torch.randn(2, 3, 3), names=["left", "right"])
    assert [ax.get_title() for ax in figure.axes[:2]] == ["left", "right"]
    with pytest.raises(ValueError, match="one name for each of the 2 pictures, got 3"):
        plot_kernels(torch.randn(2, 1, 3, 3), names=["a", "b", "c"])


def test_the_axis_of_a_history_can_count_steps():
    from helpers import plot_history

    assert plot_history({"train_loss": [2.0, 1.0]}, unit="step").axes[0].get_xlabel() == "step"
