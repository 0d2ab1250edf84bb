"""The gallery of enrolled people: nearest rows, three ways to keep them, and who stays unknown."""

import numpy as np
import pytest
import torch

from helpers.vision import gallery as module
from helpers.vision.gallery import KINDS, UNKNOWN, Gallery, coded, decoded, nearest


@pytest.fixture
def rows():
    return torch.randn(300, 16, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("kind", KINDS)
def test_distances_are_those_of_torch(kind, rows):
    queries = rows[:7] + 0.3
    kept = coded(rows, kind)
    wanted = torch.cdist(queries, decoded(kept)).min(dim=1).values
    torch.testing.assert_close(nearest(queries, kept)[1], wanted, atol=1e-3, rtol=0)
    assert not nearest(decoded(kept), kept)[1].isnan().any(), "no square root of a negative number"


@pytest.mark.parametrize(("kind", "bytes_each", "error"), [("float32", 4, 0), ("float16", 2, 2e-3)])
def test_floats_take_what_they_should(kind, bytes_each, error, rows):
    kept = coded(rows, kind)
    assert kept.megabytes == pytest.approx((300 * 16 * bytes_each + 300 * 4) / 1e6)
    assert (decoded(kept) - rows).abs().max() <= error


def test_bytes_take_a_quarter_and_are_half_a_step_off_at_most(rows):
    rows[3] = 0
    kept = coded(rows, "int8")
    assert kept.values.dtype == torch.int8 and kept.values.abs().max() == 127
    assert kept.megabytes == pytest.approx((300 * 16 + 300 * 8) / 1e6)
    assert (kept.scale > 0).all(), "a row of zeros is divided by no zero"
    step = rows.abs().amax(dim=1, keepdim=True) / 127
    assert ((decoded(kept) - rows).abs() <= step / 2 + 1e-6).all()
    torch.testing.assert_close(decoded(kept, slice(100, 110)), decoded(kept)[100:110])


@pytest.mark.parametrize("kind", KINDS)
def test_the_nearest_row_is_found_across_chunks(kind, rows, monkeypatch):
    monkeypatch.setattr(module, "CHUNK", 70)
    queries = rows[[5, 69, 70, 299]] + 0.05
    which, distance = nearest(queries, coded(rows, kind))
    assert which.tolist() == [5, 69, 70, 299]
    torch.testing.assert_close(distance, torch.full((4,), 0.2), atol=0.04, rtol=0)


def test_a_face_on_the_other_side_is_far_away():
    face = torch.tensor([[3.0, 4.0]])
    torch.testing.assert_close(nearest(-face, coded(face))[1], torch.tensor([10.0]))


def test_at_the_threshold_itself_a_face_still_gets_its_name():
    gallery = Gallery(threshold=5)
    gallery.enrol("Ada", torch.zeros(2))
    assert [who.name for who in gallery.search(torch.tensor([[3.0, 4.0], [3.0, 4.1]]))] == ["Ada", UNKNOWN]


@pytest.mark.parametrize("kind", KINDS)
def test_people_are_kept_as_it_was_asked(kind, rows):
    gallery = Gallery(threshold=0.1, kind=kind)
    gallery.enrol("Ada", rows[0])
    wanted = torch.dist(decoded(coded(rows[:1], kind))[0], rows[0]).item()
    assert gallery.search(rows[0])[0].distance == pytest.approx(wanted, abs=2e-3)
    assert (gallery.search(rows[0])[0].distance > 1e-2) == (kind == "int8")


def test_a_near_face_gets_its_name_and_a_far_one_none(rows):
    gallery = Gallery(threshold=0.5)
    gallery.enrol("Ada", rows[0].numpy())
    gallery.enrol("Bo", rows[1:3])
    assert len(gallery) == 3 and gallery.names == ["Ada", "Bo", "Bo"]
    found = gallery.search(np.stack([rows[2].numpy() + 0.1, rows[0].numpy(), rows[9].numpy()]))
    assert [who.name for who in found] == ["Bo", "Ada", UNKNOWN]
    assert found[0].distance == pytest.approx(0.4, abs=1e-3) and found[2].distance > 0.5
    gallery.threshold = 0.39
    assert gallery.search(rows[2] + 0.1)[0].name == UNKNOWN, "the threshold decides"


def test_an_array_that_is_used_again_changes_nobody(rows):
    gallery, face = Gallery(), rows[0].numpy().copy()
    gallery.enrol("Ada", face)
    face[:] = 9
    assert gallery.search(rows[0])[0] == ("Ada", pytest.approx(0, abs=2e-3))


def test_nobody_enrolled_means_everybody_is_unknown(rows):
    assert Gallery().search(rows[:2]) == [(UNKNOWN, float("inf"))] * 2
    assert Gallery().search(np.zeros((0, 16), np.float32)) == []


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda: Gallery(threshold=0), "threshold is a distance above 0, got 0"),
        (lambda: Gallery(threshold=float("nan")), "threshold is a distance above 0, got nan"),
        (lambda: Gallery(kind="int4"), "kept as float32, float16, int8, not as 'int4'"),
        (lambda: Gallery().enrol("unknown", torch.zeros(4)), "nobody is enrolled under it"),
        (lambda: Gallery().enrol("Ada", torch.zeros(0, 4)), "there is no face of Ada to enrol"),
        (lambda: Gallery().enrol("Ada", torch.zeros(1, 1, 4)), r"not \(1, 1, 4\)"),
        (lambda: Gallery().enrol("Ada", torch.tensor([torch.nan])), "hold NaN or infinity"),
    ],
)
def test_what_cannot_be_is_refused_in_words(act, words):
    with pytest.raises(ValueError, match=words):
        act()


def test_faces_of_two_networks_do_not_mix(rows):
    gallery = Gallery(kind="int8")
    gallery.enrol("Ada", rows[0])
    with pytest.raises(ValueError, match="have 16 numbers, this one of Bo has 8"):
        gallery.enrol("Bo", rows[1, :8])
