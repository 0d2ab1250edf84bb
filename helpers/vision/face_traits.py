"""The people of the drawn faces: what of a face stays the same in other poses and expressions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.vision.face_shapes import Colour

__all__ = ["Identity"]

_SKINS = ((244, 208, 182), (229, 184, 148), (205, 152, 112), (164, 112, 78), (118, 78, 56), (86, 56, 42))
_HAIRS = ((28, 22, 20), (66, 42, 28), (110, 72, 42), (176, 134, 78), (150, 70, 36), (160, 158, 156))
_IRISES = ((72, 44, 26), (44, 30, 22), (70, 110, 140), (84, 118, 78))


@dataclass(frozen=True)
class Identity:
    """What stays with a person from picture to picture; lengths in face units, colours RGB 0 to 255.

    Attributes:
        skin, hair, brow, iris, lips: colours.
        head_width: half of it. jaw: width at the chin as a share of it.
        eye_gap: from the middle of the face to the middle of an eye. eye_size: 1 is ordinary.
        brow_height: above the middle of the eye. brow_thickness, nose_length, nose_width (half of it),
            mouth_width (half of it), lip_thickness: as they say.
        hair_style: 0 bald, 1 short, 2 fringe, 3 long, 4 parted. glasses: 0 none, 1 round, 2 square.
        beard: 0 none, 1 moustache, 2 full, 3 stubble.
    """

    skin: Colour
    hair: Colour
    brow: Colour
    iris: Colour
    lips: Colour
    head_width: float
    jaw: float
    eye_gap: float
    eye_size: float
    brow_height: float
    brow_thickness: float
    nose_length: float
    nose_width: float
    mouth_width: float
    lip_thickness: float
    hair_style: int
    glasses: int
    beard: int

    @classmethod
    def random(cls, rng: np.random.Generator) -> Identity:
        """A new person."""
        skin, hair = _near(_SKINS, rng), _near(_HAIRS, rng)
        lips = tuple(s * f for s, f in zip(skin, (0.88, rng.uniform(0.55, 0.72), 0.68), strict=True))
        return cls(
            skin=skin,
            hair=hair,
            brow=tuple(0.75 * h + 0.08 * s for h, s in zip(hair, skin, strict=True)),
            iris=_near(_IRISES, rng),
            lips=lips,
            head_width=rng.uniform(0.76, 0.9),
            jaw=rng.uniform(0.6, 0.9),
            eye_gap=rng.uniform(0.34, 0.41),
            eye_size=rng.uniform(0.88, 1.15),
            brow_height=rng.uniform(0.19, 0.26),
            brow_thickness=rng.uniform(0.05, 0.1),
            nose_length=rng.uniform(0.08, 0.18),
            nose_width=rng.uniform(0.11, 0.18),
            mouth_width=rng.uniform(0.25, 0.34),
            lip_thickness=rng.uniform(0.035, 0.075),
            hair_style=int(rng.integers(5)),
            glasses=int(rng.choice(3, p=(0.7, 0.15, 0.15))),
            beard=int(rng.choice(4, p=(0.64, 0.12, 0.12, 0.12))),
        )


def _near(palette: tuple[Colour, ...], rng: np.random.Generator) -> Colour:
    """A colour between two of the palette, a little lighter or darker."""
    first, second, between = *rng.integers(len(palette), size=2), rng.uniform(0, 0.35)
    light = rng.uniform(0.9, 1.08)
    pair = zip(palette[first], palette[second], strict=True)
    return tuple(min(255.0, light * ((1 - between) * a + between * b)) for a, b in pair)
