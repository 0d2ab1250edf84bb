"""Drawn faces: the same for a seed, balanced, and their action units move what they are said to move."""

import hashlib
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from course_project import ROOT

from helpers.vision.drawn_faces import ACTION_UNITS, EXPRESSIONS, Identity, draw_face, draw_faces
from helpers.vision.face_parts import paint_face
from helpers.vision.face_shapes import Pen, Pose, arc, dome, ellipse, shaded

RAF_DB = ("surprise", "fear", "disgust", "happiness", "sadness", "anger", "neutral")


@pytest.fixture
def person():
    """Somebody with nothing before the face, in colours that can be told apart."""
    who = Identity.random(np.random.default_rng(0))
    colours = {"skin": (200, 150, 120), "lips": (180, 20, 20), "brow": (0, 0, 250), "iris": (0, 250, 0)}
    return replace(who, hair_style=0, glasses=0, beard=0, **colours)


def painted(who, units=None, pose=None, side=400):
    canvas = np.full((side, side, 3), 60, np.uint8)
    paint_face(canvas, who, units or {}, pose or Pose())
    return canvas


def place_of(canvas, colour, left=0.0, right=1.0, off=30):
    """Rows and columns of the pixels within ``off`` of a colour, as shares of the side; columns in a band."""
    near = (np.abs(canvas.astype(int) - colour) < off).all(axis=2)
    rows, columns = np.nonzero(near)
    keep = (columns >= left * len(canvas)) & (columns < right * len(canvas))
    return rows[keep] / len(canvas), columns[keep] / len(canvas)


PINNED_LABELS, PINNED_QUARTERS = [2, 4, 3, 6, 5, 0, 1], [0.369, 0.434, 0.494, 0.643]  # of draw_faces(7, 0)
BROW, LIPS = (0, 0, 250), (180, 20, 20)

# ---------------------------------------------------------------- what comes


def test_the_order_is_rafdbs():
    assert EXPRESSIONS == RAF_DB == tuple(ACTION_UNITS) and ACTION_UNITS["neutral"] == ()


@pytest.mark.parametrize(("aligned", "grey", "channels"), [(True, True, 1), (False, False, 3)])
def test_many_faces_come_balanced_and_in_mixed_order(aligned, grey, channels):
    images, labels = draw_faces(30, 3, size=32, aligned=aligned, grey=grey)
    assert images.shape == (30, channels, 32, 32) and images.dtype == torch.float32
    assert labels.dtype == torch.int64 and sorted(labels.bincount().tolist()) == [4, 4, 4, 4, 4, 5, 5]
    assert images.min() >= 0 and images.max() <= 1 and images.std() > 0.1
    assert labels[:7].tolist() != list(range(7))
    again, same = draw_faces(30, 3, size=32, aligned=aligned, grey=grey)
    assert torch.equal(images, again) and torch.equal(labels, same)
    assert not torch.equal(images, draw_faces(30, 4, size=32, aligned=aligned, grey=grey)[0])


def test_another_process_draws_the_same_with_other_threads():
    code = (
        "import cv2, hashlib; cv2.setNumThreads(3); from helpers.vision.drawn_faces import draw_faces\n"
        "x, y = draw_faces(14, 5, aligned=False, grey=False)\n"
        "print(hashlib.sha256(x.numpy().tobytes() + y.numpy().tobytes()).hexdigest())"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    x, y = draw_faces(14, 5, aligned=False, grey=False)
    assert run.stdout.strip() == hashlib.sha256(x.numpy().tobytes() + y.numpy().tobytes()).hexdigest()


def test_the_pictures_are_those_of_every_machine():
    """Means of quarters, to two digits: another version of a library may differ in a grey level, no more."""
    images, labels = draw_faces(7, 0)
    quarters = torch.nn.functional.adaptive_avg_pool2d(images, 2).flatten(1)
    assert labels.tolist() == PINNED_LABELS
    torch.testing.assert_close(quarters[0], torch.tensor(PINNED_QUARTERS), atol=0.004, rtol=0)


def test_one_face_is_a_picture_of_the_size_asked_for():
    for size in (16, 48, 97):
        face = draw_face("fear", np.random.default_rng(1), size)
        assert face.shape == (size, size, 3) and face.dtype == np.uint8


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda rng: draw_face("joy", rng), "no expression 'joy'; those that are drawn: surprise, fear"),
        (lambda rng: draw_face("fear", rng, 15), "at least 16 pixels a side, got size=15"),
        (lambda rng: draw_faces(0, 1), "at least one face, got count=0"),
        (lambda rng: draw_faces(1, 1, size=8), "at least 16 pixels a side, got size=8"),
    ],
)
def test_wrong_arguments_are_told(call, words):
    with pytest.raises(ValueError, match=words):
        call(np.random.default_rng(0))


# ---------------------------------------------------------------- who it is


def test_a_person_stays_who_it_is():
    rng = np.random.default_rng(2)
    ann, bob = Identity.random(rng), Identity.random(rng)
    assert ann != bob and Identity.random(np.random.default_rng(2)) == ann

    def mean(who, expression):
        """Over many lights and poses: what is left is the person."""
        rngs = [np.random.default_rng(seed) for seed in range(30)]
        return np.mean([draw_face(expression, rng, 32, True, who) for rng in rngs], axis=0)

    ann_smiles, ann_looks, bob_looks = mean(ann, "happiness"), mean(ann, "neutral"), mean(bob, "neutral")
    assert 2 * np.abs(ann_smiles - ann_looks).mean() < np.abs(ann_looks - bob_looks).mean()


def test_every_trait_is_seen(person):
    plain = painted(person).astype(int)
    other = {
        "skin": (90, 60, 40), "brow": (250, 0, 0), "iris": (250, 250, 0), "lips": (20, 20, 180),
        "head_width": 0.7, "jaw": 0.5, "eye_gap": 0.3, "eye_size": 1.4, "brow_height": 0.35,
        "brow_thickness": 0.15, "nose_length": 0.3, "nose_width": 0.25, "mouth_width": 0.45,
        "lip_thickness": 0.12, "hair_style": 1, "glasses": 1, "beard": 2,
    }  # fmt: skip
    for trait, value in other.items():
        changed = np.abs(painted(replace(person, **{trait: value})) - plain).max(axis=2) > 25
        assert changed.sum() > 60, trait
    assert set(other) | {"hair"} == set(Identity.__dataclass_fields__)
    for trait, kinds in {"hair_style": 5, "glasses": 3, "beard": 4}.items():
        seen = {painted(replace(person, **{trait: kind})).tobytes() for kind in range(kinds)}
        assert len(seen) == kinds, trait


# ---------------------------------------------------------------- what the action units do


def test_brows_go_up_and_down(person):
    """Seen on the left brow, whose inner end is at the right."""

    def ends(units):
        canvas = painted(person, units)
        rows, columns = place_of(canvas, BROW, right=0.5)
        inner, outer = columns > np.quantile(columns, 0.85), columns < np.quantile(columns, 0.15)
        return rows[inner].mean(), rows[outer].mean(), columns.max()

    inner, outer, end = ends({})
    assert ends({1: 1.0})[0] < inner - 0.03 and abs(ends({1: 1.0})[1] - outer) < 0.02
    assert ends({2: 1.0})[1] < outer - 0.03 and abs(ends({2: 1.0})[0] - inner) < 0.03
    assert ends({4: 1.0})[0] > inner + 0.02 and ends({4: 1.0})[2] > end + 0.01


def test_lids_open_and_narrow(person):
    def opening(units):
        return len(place_of(painted(person, units), (238, 236, 232), right=0.5)[0])

    plain = opening({})
    assert opening({5: 1.0}) > 1.3 * plain
    for unit in (6, 7, 9):
        assert opening({unit: 1.0}) < 0.85 * plain, unit


def test_the_mouth_follows_its_muscles(person):
    def corners(units):
        rows, columns = place_of(painted(person, units), LIPS)
        left = columns < np.quantile(columns, 0.06)
        middle = np.abs(columns - 0.5) < 0.02
        return rows[left].mean() - rows[middle].mean(), columns.max() - columns.min(), np.ptp(rows[middle])

    bend, width, height = corners({})
    assert corners({12: 1.0})[0] < bend - 0.02 and corners({15: 1.0})[0] > bend + 0.015
    assert corners({20: 1.0})[1] > 1.2 * width and corners({23: 1.0})[1] < 0.85 * width
    assert corners({23: 1.0})[2] < height
    assert corners({26: 1.0})[2] > height + 0.1 and corners({25: 1.0})[2] > height + 0.03
    assert corners({16: 1.0})[2] > height and corners({10: 1.0})[2] > height
    assert corners({17: 1.0})[0] > bend + 0.005


def test_folds_come_where_skin_is_pushed_together(person):
    plain = painted(person).astype(int)
    for units, top, bottom, left, right in (
        ({1: 1.0, 2: 1.0}, 0.15, 0.26, 0.4, 0.6),  # forehead
        ({4: 1.0}, 0.32, 0.38, 0.45, 0.55),  # between the brows
        ({9: 1.0}, 0.42, 0.52, 0.45, 0.55),  # nose
        ({6: 1.0}, 0.38, 0.5, 0.1, 0.26),  # corner of the eye
        ({17: 1.0}, 0.79, 0.86, 0.42, 0.58),  # chin
        ({12: 1.0}, 0.58, 0.66, 0.25, 0.42),  # cheek
    ):
        box = np.s_[int(400 * top) : int(400 * bottom), int(400 * left) : int(400 * right)]
        darker = plain[box].sum(axis=2) - painted(person, units)[box].sum(axis=2, dtype=int) > 40
        assert darker.sum() > 20, units


def test_a_jaw_that_drops_lengthens_the_face(person):
    def chin(units):
        canvas = painted(person, units)
        column = (np.abs(canvas[:, 200].astype(int) - person.skin) < 25).all(axis=1)
        return np.nonzero(column)[0].max()

    assert chin({26: 1.0}) > chin({}) + 10


# ---------------------------------------------------------------- pose


def test_a_head_is_turned_shifted_and_scaled(person):
    def iris(**pose):
        rows, columns = place_of(painted(person, pose=Pose(**pose)), (0, 250, 0))
        return np.array([columns.mean(), rows.mean()])

    plain = iris()
    assert np.allclose(iris(shift=(0.2, 0.1)) - plain, np.array([0.2, 0.1]) / 2.36, atol=0.01)
    assert np.allclose((iris(scale=0.5) - 0.5), (plain - 0.5) / 2, atol=0.01)
    rows, columns = place_of(painted(person, pose=Pose(roll=0.4)), (0, 250, 0))
    right, left = columns > np.median(columns), columns < np.median(columns)
    slope = (rows[right].mean() - rows[left].mean()) / (columns[right].mean() - columns[left].mean())
    assert slope == pytest.approx(np.tan(0.4), abs=0.05)
    rows, columns = place_of(painted(person, pose=Pose(yaw=0.5)), (0, 0, 250))
    assert columns.mean() < 0.5 - 0.01 or columns.mean() > 0.5 + 0.01
    bowed = painted(person, pose=Pose(pitch=0.4)), painted(person)
    heights = [place_of(canvas, LIPS)[0].mean() - place_of(canvas, BROW)[0].mean() for canvas in bowed]
    assert heights[0] < 0.96 * heights[1]


def test_the_mean_of_aligned_faces_is_a_face_and_that_of_others_is_not():
    contrast = {aligned: draw_faces(140, 1, aligned=aligned)[0].mean(0).std() for aligned in (True, False)}
    assert contrast[True] > 1.8 * contrast[False]


# ---------------------------------------------------------------- shapes


def test_shapes_are_where_they_are_said_to_be():
    assert np.allclose(ellipse(1, 2, 3, 4, 4), [(4, 2), (1, 6), (-2, 2), (1, -2)])
    assert np.allclose(arc((0, 0), 1, (2, 0), 3), [(0, 0), (1, 1), (2, 0)])
    assert np.allclose(arc((0, 0), 1, (2, 4), 3), [(0, 0), (1, 1), (2, 4)])
    assert np.allclose(dome(2, 0, -1, 3), [(-2, 0), (0, -1), (2, 0)])
    assert shaded((100, 200, 250), 1.5) == (150, 255, 255)


def test_a_pen_puts_the_middle_in_the_middle_and_fills():
    canvas = np.zeros((118, 118, 3), np.uint8)
    pen = Pen(canvas, Pose())
    assert pen.place(np.zeros((1, 2))).tolist() == [[59 * 16, 59 * 16]]
    assert pen.place(np.array([[1.18, -1.18]])).tolist() == [[118 * 16, 0]]
    pen.fill([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)], (10, 20, 30))
    assert canvas[59, 59].tolist() == [10, 20, 30] and canvas[20, 59].tolist() == [0, 0, 0]


def test_the_background_has_a_texture_where_it_is_busy() -> None:
    """By default it has one where the face is not aligned; a plain one changes slowly from pixel to pixel."""

    def rim(**how: bool) -> float:
        pictures, _ = draw_faces(14, seed=3, **how)
        return pictures[..., :3, :].diff(dim=-1).abs().mean().item()

    plain, busy = rim(busy=False), rim(busy=True)
    assert busy > 1.5 * plain
    assert rim() == plain and rim(aligned=False) == rim(aligned=False, busy=True)
    assert rim(aligned=False, busy=False) < rim(aligned=False) / 1.4
