"""Pictures in a row: what they show, how they are kept, and what is said about wrong ones."""

import base64
import io

import numpy as np
import pytest
import torch
from PIL import Image

from helpers.plots.figures import mime_bundle
from helpers.vision.style_pictures import style_picture
from helpers.vision.tiles import tiles


def shown(fig):
    return [ax.images[0].get_array() for ax in fig.axes if ax.images]


def test_pictures_keep_their_shape_and_their_titles():
    wide, small = torch.rand(3, 60, 120), torch.rand(3, 20, 10)
    fig = tiles([wide, small, 2 * small - 0.5], ["wide", "small", 7], "Noise.", cols=2)
    assert [a.shape for a in shown(fig)] == [(60, 120, 3), (20, 10, 3), (20, 10, 3)]
    assert [ax.get_title() for ax in fig.axes] == ["wide", "small", "7", ""]
    assert fig.alt == "Noise."
    assert shown(fig)[2].min() == 0 and shown(fig)[2].max() == 1
    assert not any(ax.axison for ax in fig.axes)


def test_they_are_kept_as_jpeg_small_and_close_to_the_true_colours():
    names = ("cat", "coffee", "astronaut", "rocket")
    pictures = [style_picture(name, 96)[0] for name in names]
    fig = tiles(pictures, names, "Four photographs.")
    data, metadata = mime_bundle(fig, fig.alt)
    kept = base64.b64decode(data["image/jpeg"])
    assert metadata == {"image/jpeg": {"alt": "Four photographs.", "width": 400}}
    assert len(kept) < 35_000
    page = np.asarray(Image.open(io.BytesIO(kept)).convert("RGB")) / 255
    for ax, picture in zip(fig.axes, pictures, strict=True):
        box = ax.get_position()  # counted from below
        height, width = page.shape[:2]
        rows = slice(round((1 - box.y1) * height), round((1 - box.y0) * height))
        part = page[rows, round(box.x0 * width) : round(box.x1 * width)]
        assert np.abs(part.mean((0, 1)) - picture.mean((1, 2)).numpy()).max() < 0.02


def test_a_picture_takes_the_room_that_was_asked_for():
    square = torch.rand(3, 32, 32)
    assert tiles([square] * 5, "abcde", "x", cols=3, inch=2).get_size_inches().tolist() == [6, 4.5]
    assert tiles([torch.rand(3, 64, 32)], "a", "x", inch=1).get_size_inches().tolist() == [1, 2.25]


def test_wrong_pictures_are_answered():
    with pytest.raises(ValueError, match="got 1 pictures and 2 titles"):
        tiles([torch.rand(3, 8, 8)], "ab", "x")
    with pytest.raises(ValueError, match="got 0 pictures"):
        tiles([], [], "x")
    with pytest.raises(ValueError, match=r"\(3, H, W\), got \(1, 3, 8, 8\)"):
        tiles([torch.rand(1, 3, 8, 8)], "a", "x")
