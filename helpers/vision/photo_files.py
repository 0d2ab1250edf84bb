"""A photo from a file of any usual kind, as the array that everything in ``helpers.vision`` takes."""

import struct
import warnings
from pathlib import Path

import numpy as np
from PIL import Image

from helpers.vision.faces import rgb_picture

__all__ = ["MOST_DECODED", "decode_photo", "read_photo"]

MOST_DECODED = 100_000_000  # pixels that are held at once while a file is decoded: about 0.4 GB
GAP = 2  # a JPEG is decoded at twice the sides that are wanted, or more: then averaging makes it sharp
ORIENTATION = 0x0112  # where EXIF notes how the camera was held
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SIDEWAYS = (5, 6, 7, 8)  # width and height change places
APPLE = (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftyphevc")  # bytes 4 to 11 of a phone's HEIC photo
# What PIL raises for damaged files; which of them depends on the format and on the byte that is wrong.
BROKEN = (
    *(OSError, SyntaxError, ValueError, EOFError, struct.error, MemoryError, RuntimeError),
    *(IndexError, KeyError, TypeError, OverflowError, ZeroDivisionError, AttributeError),
)


def read_photo(path: str | Path, longest: int | None = 1600) -> np.ndarray:
    """The photo in a file, RGB ``(H, W, 3)`` uint8, turned as the camera was held.

    Grey pictures get three equal channels; palettes and CMYK become RGB; what is transparent becomes white;
    16 bits become 8; of an animation the first picture is taken. A JPEG that is much too large is shrunk
    while it is decoded, so that 8,000 × 6,000 pixels cost little time and memory.

    Args:
        path: of the file; its name may hold any characters.
        longest: a picture whose longer side has more pixels is shrunk to it. None: as large as it is.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is empty, no picture, damaged or cut short; or it has more pixels than are
            decoded here: 100 million, or as a JPEG that is shrunk meanwhile about 179 million.
    """
    picture, (width, height) = decode_photo(path, longest)
    scale = 1.0 if longest is None else min(1.0, longest / max(width, height))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    if picture.size != size:
        picture = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    return np.array(picture)


def decode_photo(path: str | Path, longest: int | None = None) -> tuple[Image.Image, tuple[int, int]]:
    """The photo in a file as RGB, upright, and the width and height that it has there.

    Args:
        path: of the file.
        longest: so many pixels of the longer side will do; a JPEG may then come smaller than it is.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: as in ``read_photo``, or ``longest`` is below 1.
    """
    path = Path(path)
    if longest is not None and longest < 1:
        raise ValueError(f"longest is in pixels and at least 1, got {longest}")
    if not path.is_file():
        what = "a folder, not a file," if path.is_dir() else "no file"
        where = path.parent.resolve().name or "that folder"
        raise FileNotFoundError(f"there is {what} {path.name} in {where}")
    with path.open("rb") as file:
        start = file.read(12)
        if not start:
            raise ValueError(f"{path.name} is empty: it has 0 bytes; copy or save the picture again")
        file.seek(0)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of damaged EXIF, and of more than 89 million pixels
                with Image.open(file) as opened:
                    return _decoded(opened, longest)
        except Image.DecompressionBombError as error:
            raise ValueError(f"{path.name} is too large ({error}); save it with fewer pixels") from error
        except BROKEN as error:
            advice = "export it as JPEG first" if start[4:] in APPLE else "try a JPEG or PNG file"
            raise ValueError(f"{path.name} cannot be read as a picture ({error}); {advice}") from error


def _decoded(opened: Image.Image, longest: int | None) -> tuple[Image.Image, tuple[int, int]]:
    width, height = opened.size
    if longest is not None:  # only JPEG can; the others ignore it
        scale = min(1.0, GAP * longest / max(width, height))
        opened.draft(None, (max(1, round(width * scale)), max(1, round(height * scale))))
    if opened.width * opened.height > MOST_DECODED:
        raise Image.DecompressionBombError(
            f"{width:,} × {height:,} pixels, at most {MOST_DECODED // 10**6} million are decoded"
        )
    opened.load()
    held = _held(opened)
    picture = _in_colour(opened)
    if held in UPRIGHT:
        picture = picture.transpose(UPRIGHT[held])
    return picture, (height, width) if held in SIDEWAYS else (width, height)


def _held(picture: Image.Image) -> int:
    """How the camera was held, 1 to 8 as EXIF counts; 1, upright, where the note is damaged or missing."""
    try:
        return picture.getexif().get(ORIENTATION, 1)
    except BROKEN:
        return 1


def _in_colour(picture: Image.Image) -> Image.Image:
    """A picture of any mode as RGB, as large as it is."""
    if picture.mode == "F":
        raise ValueError("its pixels are floating-point numbers, and nothing says which of them is white")
    if picture.mode.startswith("I"):  # 16 bits a pixel; as I some versions of PIL read them
        values = np.asarray(picture)
        if values.min() < 0 or values.max() > 65535:
            raise ValueError("its pixels have 32 bits, and nothing says which number is white")
        return Image.fromarray(rgb_picture(values.astype(np.uint16)))
    if "A" in picture.getbands() or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")
    return picture.convert("RGB")
