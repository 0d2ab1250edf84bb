"""Points of a face, turning it upright, and the networks that look at one face."""

from functools import cache

import cv2
import numpy as np
import pytest
import torch

from helpers.vision.alignment import (
    TEMPLATE,
    FaceLandmarks,
    LandmarkNetwork,
    align_face,
    face_square,
    five_points,
    similarity,
)
from helpers.vision.face_attributes import (
    EXPRESSIONS,
    AgeGenderNetwork,
    ExpressionNetwork,
    load_age_gender,
    load_expressions,
    look_at,
)
from helpers.vision.face_features import face_input
from helpers.vision.faces import cut_out
from helpers.vision.tiny_face_detector import TinyFaceDetector
from helpers.vision.transformed_faces import BOXES, Change, changed, portrait
from helpers.vision.weights import has_model, model_files

LOADERS = {
    "face_landmark_68": FaceLandmarks.load,
    "face_expression": load_expressions,
    "age_gender": load_age_gender,
    "tiny_face_detector": TinyFaceDetector.load,
}


@cache
def real(name):
    if not has_model(name):
        pytest.skip(f"the weights of {name} are not on this machine: neither in data/ nor in COURSE_DATA")
    return LOADERS[name]()


def seen(person):
    """A portrait's face as the networks see it, by the box of the detector that their weights come with."""
    picture = portrait(person)
    return look_at(picture, real("tiny_face_detector")(picture).boxes[:1])


# Geometry


def test_a_similarity_is_found_again():
    points = np.random.default_rng(0).uniform(0, 100, (5, 2))
    turn = cv2.getRotationMatrix2D((30, 40), 35, 1.7)
    found = similarity(points, points @ turn[:, :2].T + turn[:, 2])
    np.testing.assert_allclose(found, turn, atol=1e-9)


def test_the_fit_is_the_least_and_no_mirror_image():
    rng = np.random.default_rng(0)
    points, target = rng.normal(size=(2, 5, 2))
    best = similarity(points, target)
    assert np.linalg.det(best[:, :2]) > 0

    def error(matrix):
        return ((points @ matrix[:, :2].T + matrix[:, 2] - target) ** 2).sum()

    (a, c), (b, d) = best[:, 0], best[:, 2]
    for step in 1e-3 * np.concatenate([np.eye(4), -np.eye(4)]):
        p, q, x, y = np.array([a, c, b, d]) + step
        assert error(np.array([[p, -q, x], [q, p, y]])) > error(best)
    mirrored = similarity(points, points * [-1, 1])
    assert np.linalg.det(mirrored[:, :2]) > 0


@pytest.mark.parametrize(
    ("points", "target", "words"),
    [
        (np.ones((5, 2)), TEMPLATE, "one place"),
        (TEMPLATE[:4], TEMPLATE, r"not \(4, 2\) and \(5, 2\)"),
        (np.full((5, 2), np.nan), TEMPLATE, "one place"),
    ],
)
def test_what_tells_no_direction_is_refused(points, target, words):
    with pytest.raises(ValueError, match=words):
        similarity(points, target)


@pytest.mark.parametrize("zoom", [1.0, 0.7])
def test_a_turned_face_comes_upright(zoom):
    picture = np.zeros((200, 300, 3), np.uint8)
    turn = cv2.getRotationMatrix2D((150, 100), 25, 1.3)
    points = (TEMPLATE * 100 + [100, 50]) @ turn[:, :2].T + turn[:, 2]
    for x, y in points.round().astype(int).tolist():
        cv2.circle(picture, (x, y), 3, (255, 255, 255), thickness=-1)
    face = align_face(picture, points, size=128, zoom=zoom)
    assert face.shape == (128, 128, 3)
    for x, y in ((TEMPLATE - 0.5) * zoom + 0.5) * 128:
        assert face[round(y), round(x)].min() > 200


def test_a_large_face_is_averaged_not_sampled():
    stripes = np.zeros((1200, 1200, 3), np.uint8)
    stripes[:, ::2] = 200
    face = align_face(stripes, TEMPLATE * 1000 + 100, size=100)
    assert np.abs(face.astype(int) - 100).max() <= 2


def test_the_square_of_a_face_by_hand():
    points = [[40, 50], [60, 50], [50, 60], [43, 80], [57, 80]]
    side = np.hypot(10, 30) / 0.45
    left, top = 50 - 0.5 * side, 60 - 0.43 * side
    np.testing.assert_allclose(face_square(points), [left, top, left + side, top + side], rtol=1e-6)


def test_five_points_out_of_68():
    landmarks = np.zeros((2, 68, 2))
    landmarks[:, :, 0] = np.arange(68)
    assert five_points(landmarks)[1, :, 0].tolist() == [38.5, 44.5, 30, 48, 54]
    assert five_points(np.zeros((0, 68, 2))).shape == (0, 5, 2)


def test_a_box_is_cut_at_the_edge_and_refused_outside():
    picture = np.arange(20 * 30 * 3).reshape(20, 30, 3)
    crop, corner = cut_out(picture, np.float32([-4, 3.4, 6.6, 50]))
    assert (crop == picture[3:20, :7]).all() and corner.tolist() == [0, 3]
    with pytest.raises(ValueError, match="nothing of a picture of 30 × 20"):
        cut_out(picture, np.float32([40, 5, 50, 9]))


def test_a_crop_lies_in_the_middle_of_a_black_square():
    x = face_input(np.full((112, 56, 3), 255, np.uint8))[0]
    assert x.shape == (3, 112, 112)
    assert x[0, :, 28:84].allclose(torch.tensor((255 - 122.782) / 255))
    for black in (x[2, :, :28], x[2, :, 84:]):
        assert black.allclose(torch.tensor(-104.298 / 255))


# The networks without their weights


@pytest.mark.parametrize(
    ("network", "parameters"),
    [(LandmarkNetwork, 356_840), (ExpressionNetwork, 323_687), (AgeGenderNetwork, 421_731)],
    ids=lambda case: getattr(case, "__name__", None),
)
def test_the_networks_have_their_shapes(network, parameters):
    network = network()
    assert sum(p.numel() for p in network.parameters()) == parameters
    answer = network(torch.zeros(2, 3, 112, 112))
    shapes = {"LandmarkNetwork": (2, 68, 2), "ExpressionNetwork": (2, 7)}
    if isinstance(network, AgeGenderNetwork):
        assert answer.age.shape == (2,) and answer.scores.shape == (2, 2)
        assert network.features(torch.zeros(2, 3, 112, 112)).shape == (2, 512)
    else:
        assert answer.shape == shapes[type(network).__name__]


def test_no_box_is_no_face():
    picture = np.zeros((9, 9, 3), np.uint8)
    assert FaceLandmarks(LandmarkNetwork())(picture, np.zeros((0, 4))).shape == (0, 68, 2)
    assert look_at(picture, np.zeros((0, 4))).shape == (0, 3, 112, 112)


# With the real weights


def test_the_points_are_where_they_were_read_off():
    points = five_points(real("face_landmark_68")(portrait("astronaut"), [BOXES["astronaut"]]))[0]
    by_hand = [(203, 101), (246, 103), (224, 127), (204, 140), (244, 140)]
    np.testing.assert_allclose(points, by_hand, atol=5)


def test_the_points_move_with_the_face():
    face = changed(portrait("hopper"), BOXES["hopper"], Change("moved", scale=0.8, shift=(0.1, 0.05)))
    first = real("face_landmark_68")(portrait("hopper"), [BOXES["hopper"]])[0]
    moved = real("face_landmark_68")(face.picture, face.box)[0]
    left, top, right, bottom = BOXES["hopper"]
    middle = np.float32([(left + right) / 2, (top + bottom) / 2])
    expected = 0.8 * (first - middle) + middle + np.float32([51.2, 30])
    assert np.abs(moved - expected).mean() < 2


def test_expressions_are_the_expected_ones():
    for person, expression, least in (("astronaut", "happy", 0.99), ("hopper", "neutral", 0.85)):
        with torch.no_grad():
            shares = real("face_expression")(seen(person)).softmax(dim=1)[0]
        assert EXPRESSIONS[shares.argmax()] == expression and shares.max() > least


def test_ages_and_the_wrong_gender_are_the_expected_ones():
    for person, age, male in (("astronaut", 32.8, 0.12), ("hopper", 83.6, 0.87)):
        with torch.no_grad():
            answer = real("age_gender")(seen(person))
        assert answer.age.item() == pytest.approx(age, abs=1)
        assert answer.scores.softmax(dim=1)[0, 0].item() == pytest.approx(male, abs=0.06)


@pytest.mark.parametrize("name", ["face_landmark_68", "face_expression", "age_gender"])
def test_a_file_cut_short_is_named(name, tmp_path):
    real(name)
    for file, path in model_files(name).items():
        content = path.read_bytes()
        (tmp_path / file).write_bytes(content[:-1] if file.endswith(".bin") else content)
    with pytest.raises(ValueError, match=rf"{name}_model\.bin is cut short"):
        LOADERS[name](tmp_path)
