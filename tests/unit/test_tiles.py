"""Pictures in a row: their sides, their colours, and what is said about wrong ones."""

import numpy as np
import pytest
import torch

from helpers.plots.figures import png_bytes
from helpers.vision.style_pictures import style_picture
from helpers.vision.tiles import COLOURS, tiles


def shown(fig):
    return [ax.images[0].get_array() for ax in fig.axes if ax.images]


def test_pictures_are_shrunk_and_keep_their_shape_and_titles():
    wide, small = torch.rand(3, 60, 120), torch.rand(3, 20, 10)
    fig = tiles([wide, small, 2 * small - 0.5], ["wide", "small", 7], "Noise.", cols=2, side=40)
    assert [a.shape for a in shown(fig)] == [(20, 40, 3), (20, 10, 3), (20, 10, 3)]
    assert [ax.get_title() for ax in fig.axes] == ["wide", "small", "7"]
    assert fig.alt == "Noise."


def test_few_colours_for_all_together_and_close_to_the_true_ones():
    pictures = [style_picture("cat", 64)[0], style_picture("mosaic", 64)[0]]
    arrays = shown(tiles(pictures, ["cat", "mosaic"], "A cat and a mosaic.", side=64))
    colours = np.unique(np.concatenate([a.reshape(-1, 3) for a in arrays]), axis=0)
    assert 30 < len(colours) <= COLOURS
    for array, picture in zip(arrays, pictures, strict=True):
        assert np.abs(array / 255 - picture.permute(1, 2, 0).numpy()).mean() < 0.03


def test_a_row_of_photographs_is_small():
    photos = [style_picture(name, 96)[0] for name in ("cat", "coffee", "astronaut", "rocket")]
    assert len(png_bytes(tiles(photos, "abcd", "Four photographs."))) < 16_000


def test_wrong_pictures_are_answered():
    with pytest.raises(ValueError, match="got 1 pictures and 2 titles"):
        tiles([torch.rand(3, 8, 8)], "ab", "x")
    with pytest.raises(ValueError, match="got 0 pictures"):
        tiles([], [], "x")
    with pytest.raises(ValueError, match=r"\(3, H, W\), got \(1, 3, 8, 8\)"):
        tiles([torch.rand(1, 3, 8, 8)], "a", "x")
