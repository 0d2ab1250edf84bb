"""How a figure of the course is made and shown, with a text for readers who cannot see it."""

import base64
import html
from io import BytesIO
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from helpers.plots.style import DPI

if TYPE_CHECKING:
    from PIL import Image

AUTOMATIC = "Automatic description: "  # begins the alt text of a figure whose author gave none
SHARPNESS = 2  # pixels drawn for each one that the page gives to the figure: screens of today show them
PHOTOGRAPH_SHARPNESS = 1.25  # the same for figures of photographs: more would only enlarge them
COLOURS = (64, 256)  # sizes of the palette to try
PALETTE_ERROR = 1.0  # how far, of 255, a palette may take a pixel from its colour, in the mean
JPEG_QUALITY = 55  # of figures made of photographs: what a palette does to them would be seen sooner


class CourseFigure(Figure):
    """A matplotlib figure that carries a text for readers who cannot see it, and shows itself in a notebook.

    It is made without pyplot: nothing is drawn twice, and nothing stays open in memory.

    Attributes:
        photographs: whether it is made of photographs, and goes into the notebook as JPEG; else as PNG.
    """

    def __init__(self, *args: Any, alt: str = "", photographs: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.alt, self.photographs = alt, photographs

    @property
    def alt(self) -> str:
        """What the figure shows, in words; made from its titles and labels when nobody wrote it."""
        return self._alt or automatic_alt(self)

    @alt.setter
    def alt(self, text: str) -> None:
        if not isinstance(text, str):
            raise TypeError(
                f"alt must be a string that says what the figure shows, got {type(text).__name__}"
            )
        self._alt = " ".join(text.split())

    def __repr__(self) -> str:
        return f"Figure: {self.alt}"

    def _ipython_display_(self) -> None:
        """What a notebook calls when the figure is the last expression of a cell."""
        display_figure(self, self.alt)


def automatic_alt(figure: Figure) -> str:
    """Describes ``figure`` by the titles and axis labels that it has: better than silence."""
    parts = [figure.get_suptitle()]
    for ax in figure.axes:
        parts.append(ax.get_title())
        labels = [label for label in (ax.get_xlabel(), ax.get_ylabel()) if label]
        parts.append(" against ".join(reversed(labels)))
    found = list(dict.fromkeys(" ".join(part.split()) for part in parts if part))
    return AUTOMATIC + (
        "; ".join(found[:6]) if found else f"a figure of {len(figure.axes)} panels without titles"
    )


def drawn(figure: Figure, sharpness: float = SHARPNESS) -> "Image.Image":
    """``figure`` as a picture (RGB), with ``sharpness`` pixels for each one of the page (80 to the inch)."""
    from PIL import Image

    file = BytesIO()
    figure.savefig(file, format="png", dpi=sharpness * DPI, metadata={"Software": None})
    return Image.open(file).convert("RGB")


def png_bytes(figure: Figure) -> bytes:
    """Draws ``figure`` as PNG at twice 80 dpi, in 64 colours or 256; the same figure gives the same bytes."""
    small = BytesIO()
    with_palette(drawn(figure)).save(small, format="PNG", optimize=True)
    return small.getvalue()


def jpeg_bytes(figure: Figure) -> bytes:
    """Draws ``figure`` as JPEG at 1.25 times 80 dpi; the same figure gives the same bytes."""
    small = BytesIO()
    drawn(figure, PHOTOGRAPH_SHARPNESS).save(small, format="JPEG", quality=JPEG_QUALITY, optimize=True)
    return small.getvalue()


def with_palette(picture: "Image.Image") -> "Image.Image":
    """``picture`` (RGB) in as few colours as nobody can tell from it: notebooks stay small."""
    import numpy as np
    from PIL import Image

    exact = np.asarray(picture, dtype=np.int16)
    for colours in COLOURS:
        few = picture.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        if np.abs(exact - np.asarray(few.convert("RGB"))).mean() <= PALETTE_ERROR:
            break
    return few


def mime_bundle(figure: Figure, alt: str) -> tuple[dict[str, str], dict[str, dict]]:
    """The data and the metadata of the notebook output that shows ``figure``, at its size in CSS pixels."""
    is_jpeg = getattr(figure, "photographs", False)
    kind, encoded = ("image/jpeg", jpeg_bytes(figure)) if is_jpeg else ("image/png", png_bytes(figure))
    picture = base64.b64encode(encoded).decode("ascii")
    width = round(figure.get_figwidth() * DPI)
    return {kind: picture, "text/plain": f"Figure: {alt}"}, {kind: {"alt": alt, "width": width}}


def in_words(alt: str) -> dict[str, str]:
    """The output below a figure that carries ``alt`` to a reader, folded away.

    JupyterLab drops the alt text of an output's metadata, and the pictures of an HTML output as long as the
    notebook is not trusted; a fold it keeps, and so do nbconvert, VS Code and GitHub.
    """
    fold = f"<details><summary>The figure in words</summary>{html.escape(alt)}</details>"
    return {"text/html": fold, "text/plain": f"The figure in words: {alt}"}


def display_figure(figure: Figure, alt: str) -> None:
    """Shows ``figure`` in the notebook, and below it what it shows in words."""
    from IPython.display import display

    data, metadata = mime_bundle(figure, alt)
    display(data, metadata=metadata, raw=True)
    display(in_words(alt), raw=True)


def new_figure(
    rows: int = 1,
    cols: int = 1,
    *,
    size: tuple[float, float] | None = None,
    alt: str = "",
    photographs: bool = False,
    **subplots: Any,
) -> tuple[CourseFigure, Any]:
    """Makes an empty figure of ``rows`` × ``cols`` panels in the course's style.

    Like ``plt.subplots``, except that the figure shows itself once, as the last expression of a cell.

    Args:
        rows, cols: number of panels.
        size: (width, height) in inches; about 4 × 3.2 a panel when left out, never wider than 10.
        alt: what the figure shows, in a sentence, for readers who cannot see it.
        photographs: True for a figure made of photographs: it is kept as JPEG.
        subplots: passed on to ``Figure.subplots``, for example ``sharey=True`` or ``width_ratios=[2, 1]``.

    Returns:
        The figure, and its axes: one ``Axes``, or an array of them as ``plt.subplots`` gives.
    """
    if rows < 1 or cols < 1:
        raise ValueError(f"a figure needs at least 1 row and 1 column, got rows={rows}, cols={cols}")
    if size is None:
        size = (6.4, 4.0) if rows == cols == 1 else (min(10.0, 4.0 * cols), 3.2 * rows)
    figure = CourseFigure(figsize=size, alt=alt, photographs=photographs)
    return figure, figure.subplots(rows, cols, **subplots)


def show(figure: Figure | None = None, alt: str = "") -> None:
    """Shows a figure with its alt text and closes it: what to call instead of ``plt.show()``.

    Args:
        figure: the figure to show; pyplot's current one when left out.
        alt: what the figure shows, in a sentence.

    Raises:
        ValueError: there is no open figure.
    """
    import matplotlib.pyplot as plt

    if figure is None:
        if not plt.get_fignums():
            raise ValueError(
                "there is no open figure to show: draw one with pyplot first, or pass it to show(figure)"
            )
        figure = plt.gcf()
    if isinstance(figure, CourseFigure):
        alt = alt or figure.alt
    plt.close(figure)  # before the inline backend shows it a second time at the end of the cell
    display_figure(figure, " ".join(alt.split()) or automatic_alt(figure))
