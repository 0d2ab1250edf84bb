"""Pictures for style transfer: photographs as tensors, two styles drawn by code, and a photo of one's own."""

import warnings
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor

from helpers.data.pictures import sample_image

__all__ = ["read_photo", "style_picture"]

SHORTEST = 32  # pixels: below that a network of three scales has nothing to look at
MULTIPLE = 4  # a network that halves the sides twice and doubles them twice gives these sides back
STROKES = [(30, 70, 170), (240, 200, 60), (90, 150, 220), (15, 20, 70), (250, 240, 180)]  # RGB
TILES = [(200, 60, 40), (240, 180, 60), (30, 110, 120), (240, 235, 220), (70, 40, 90)]


def style_picture(name: str, side: int = 128) -> Tensor:
    """A square picture (1, 3, side, side) in [0, 1].

    Args:
        name: ``strokes`` (short brush strokes along a curl, blue and yellow) or ``mosaic`` (five colours of
            tiles with dark joints), both drawn here and the same each time; or a name that ``sample_image``
            knows, of which the square in the middle is taken.
        side: in pixels, at least 32.

    Raises:
        ValueError: an unknown name, or a side below 32.
    """
    if side < SHORTEST:
        raise ValueError(f"side is in pixels and at least {SHORTEST}, got {side}")
    drawn = {"strokes": _strokes, "mosaic": _mosaic}
    try:
        picture = drawn[name](2 * side) if name in drawn else sample_image(name)
    except ValueError as error:
        raise ValueError(f"a style is {' or '.join(drawn)}, or a photograph; {error}") from None
    height, width, _ = picture.shape
    cut = min(height, width)
    top, left = (height - cut) // 2, (width - cut) // 2
    return _tensor(Image.fromarray(picture[top : top + cut, left : left + cut]), (side, side))


def read_photo(path: str | Path, longest: int = 320) -> Tensor:
    """A photo from a file as (1, 3, H, W) in [0, 1], turned as the camera was held, sides multiples of 4.

    Grey pictures get three equal channels; what is transparent becomes white; the picture keeps its shape,
    and is shrunk so that its longer side has at most ``longest`` pixels.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is no picture, is cut short, or one of its sides would be below 32 pixels.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f"there is no file {path.name} in {path.parent.resolve().name or 'that folder'}"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # 100-megapixel phones exist
            with Image.open(path) as opened:
                picture = _on_white(ImageOps.exif_transpose(opened))
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise ValueError(
            f"{path.name} cannot be read as a picture ({error}); try a JPEG or PNG file"
        ) from error
    scale = min(1.0, longest / max(picture.size))
    size = [max(1, round(length * scale / MULTIPLE)) * MULTIPLE for length in picture.size]
    if min(size) < SHORTEST:
        raise ValueError(
            f"{path.name} has {picture.width} × {picture.height} pixels and would be {size[0]} × {size[1]}: "
            f"both sides need {SHORTEST}; take a larger or a less elongated picture, or a larger longest"
        )
    return _tensor(picture, size)


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I;16"):  # 16 bits a pixel: the upper eight
        picture = Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))
    if "A" in picture.getbands() or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    return picture.convert("RGB")


def _tensor(picture: Image.Image, size: tuple[int, int] | list[int]) -> Tensor:
    small = picture.resize(tuple(size), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return torch.from_numpy(np.array(small)).permute(2, 0, 1)[None].float().div(255).contiguous()


def _strokes(side: int) -> np.ndarray:
    import cv2

    rng, length = np.random.default_rng(0), side / 14
    picture = np.full((side, side, 3), (20, 40, 120), np.uint8)
    for _ in range(900):
        x, y = rng.integers(0, side, 2)
        angle = np.sin(12 * x / side) + np.cos(10 * y / side)
        end = round(x + length * np.cos(angle)), round(y + length * np.sin(angle))
        colour = STROKES[rng.integers(len(STROKES))]
        cv2.line(picture, (int(x), int(y)), end, colour, max(1, side // 64), cv2.LINE_AA)
    return picture


def _mosaic(side: int) -> np.ndarray:
    rng = np.random.default_rng(0)
    middles, colours = rng.uniform(0, side, (140, 2)), rng.integers(0, len(TILES), 140)
    rows, columns = np.mgrid[:side, :side]
    distance = np.hypot(rows[..., None] - middles[:, 0], columns[..., None] - middles[:, 1])
    nearest, second = np.sort(distance, axis=-1)[..., :2].transpose(2, 0, 1)
    picture = np.array(TILES, np.uint8)[colours[distance.argmin(axis=-1)]]
    picture[second - nearest < side / 64] = 20
    return picture
