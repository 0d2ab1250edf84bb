"""The network that makes 128 numbers of a face, and how far apart they lie."""

from functools import cache
from itertools import combinations

import cv2
import numpy as np
import pytest
import torch

from helpers.vision.alignment import FaceLandmarks, five_points
from helpers.vision.photo_files import read_photo
from helpers.vision.recognition import (
    TEMPLATE,
    DownBlock,
    RecognitionNetwork,
    ResidualBlock,
    ScaledConvolution,
    distances,
    embed,
    load_recognition,
    recognition_input,
)
from helpers.vision.tiny_face_detector import TinyFaceDetector
from helpers.vision.transformed_faces import BOXES, Change, changed, portrait
from helpers.vision.weights import has_model, model_files

NEEDED = ("face_recognition", "tiny_face_detector", "face_landmark_68", "portraits")


@cache
def real():
    """The network, and what finds five points on a picture."""
    missing = [name for name in NEEDED if not has_model(name)]
    if missing:
        pytest.skip(f"not on this machine, neither in data/ nor in COURSE_DATA: {', '.join(missing)}")
    detector, landmarks = TinyFaceDetector.load(), FaceLandmarks.load()
    return load_recognition(), lambda picture: five_points(landmarks(picture, detector(picture).boxes[:1]))


@cache
def portraits():
    """Of each of the eight pictures: who it is, whether the whole face shows, and its embedding."""
    network, points = real()
    pictures = {name: portrait(name) for name in BOXES}
    pictures |= {name: read_photo(path) for name, path in model_files("portraits").items()}
    who = {name: name.partition(".")[0].partition("_")[0].rstrip("23") for name in pictures}
    return [
        (who[name], "partial" not in name, embed(network, picture, points(picture))[0])
        for name, picture in pictures.items()
    ]


# The blocks


def test_a_scaled_convolution_keeps_the_side_or_halves_it_without_padding():
    x = torch.ones(1, 1, 6, 6)
    for stride, corner, side in ((1, 4.0, 6), (2, 9.0, 2)):
        layer = ScaledConvolution(1, 1, stride=stride)
        torch.nn.init.ones_(layer.conv.filters)
        layer.conv.bias.data.fill_(0.5)
        layer.scale.weights.data.fill_(2)
        layer.scale.biases.data.fill_(-1)
        y = layer(x)
        assert y.shape == (1, 1, side, side)
        assert y[0, 0, 0, 0] == 2 * (corner + 0.5) - 1
    assert ScaledConvolution(3, 4, kernel=7, stride=2)(torch.zeros(1, 3, 150, 150)).shape == (1, 4, 72, 72)


def test_a_residual_block_adds_what_came_in_and_then_cuts_below_zero():
    block = ResidualBlock(2)
    block.conv2.scale.weights.data.zero_()
    block.conv2.scale.biases.data.fill_(-1)
    x = torch.randn(1, 2, 5, 5, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(block(x), (x - 1).relu())


def test_a_down_block_fills_right_and_below_and_behind_with_zeros():
    block = DownBlock(1, 2)
    block.conv2.scale.weights.data.zero_()
    block.conv2.scale.biases.data.fill_(5)
    x = torch.arange(64.0).reshape(1, 1, 8, 8)
    y = block(x)
    assert y.shape == (1, 2, 4, 4)
    mean = x.reshape(4, 2, 4, 2).mean(dim=(1, 3))
    fives = torch.zeros(4, 4)
    fives[:3, :3] = 5  # the convolution without padding gives 3 × 3
    torch.testing.assert_close(y[0, 0], mean + fives)
    torch.testing.assert_close(y[0, 1], fives)


def test_both_convolutions_of_a_block_count():
    for block, x in ((ResidualBlock(2), torch.rand(1, 2, 7, 7)), (DownBlock(2, 4), torch.rand(1, 2, 7, 7))):
        y = block(x)
        for layer in (block.conv1, block.conv2):
            kept = layer.conv.filters.data.clone()
            layer.conv.filters.data.mul_(-1)
            assert not torch.allclose(block(x), y)
            layer.conv.filters.data.copy_(kept)


def test_the_network_has_its_shapes_and_its_29_layers():
    network = RecognitionNetwork().eval()
    assert sum(p.numel() for p in network.parameters()) == 5_614_592
    layers = [module for module in network.modules() if isinstance(module, ScaledConvolution)]
    assert len(layers) + 1 == 30, "29 convolutions and the matrix at the end"
    with torch.no_grad():
        assert network.features(torch.zeros(2, 3, 150, 150)).shape == (2, 256)
        assert network(torch.zeros(2, 3, 150, 150)).shape == (2, 128)


# What goes in and what comes out


def test_a_face_comes_upright_to_where_the_network_expects_it():
    picture = np.zeros((400, 500, 3), np.uint8)
    turn = cv2.getRotationMatrix2D((250, 200), 30, 1.2)
    points = np.float32((TEMPLATE * 150 + [150, 100]) @ turn[:, :2].T + turn[:, 2])
    for x, y in points.round().astype(int).tolist():
        cv2.circle(picture, (x, y), 4, (255, 255, 255), thickness=-1)
    for given in (points, points[None]):
        x = recognition_input(picture, given)
        assert x.shape == (1, 3, 150, 150)
    for column, row in (TEMPLATE * 150).round().astype(int).tolist():
        assert x[0, 0, row, column] == pytest.approx((255 - 122.782) / 255, abs=0.2)
    assert x[0, 0].min() == pytest.approx(-122.782 / 255)
    assert TEMPLATE[0, 0] < 0.5 < TEMPLATE[1, 0] and TEMPLATE[0, 1] < TEMPLATE[2, 1] < TEMPLATE[3, 1]


def test_no_face_one_face_and_many_faces():
    network, picture = RecognitionNetwork().eval(), np.zeros((80, 80, 3), np.uint8)
    picture[20:60, 20:60] = np.random.default_rng(0).integers(0, 255, (40, 40, 3))
    assert embed(network, picture, np.zeros((0, 5, 2))).shape == (0, 128)
    points = TEMPLATE * 40 + 20
    one = embed(network, picture, points)
    assert one.shape == (1, 128) and one.dtype == np.float32
    many = embed(network, picture, np.stack([points] * 33 + [points + 3]))
    assert many.shape == (34, 128)
    np.testing.assert_allclose(many[:33], one.repeat(33, axis=0), rtol=1e-3, atol=1e-4)
    assert np.abs(many[33] - one[0]).max() > 1e-3
    with pytest.raises(ValueError, match=r"\(N, 5, 2\).*not \(1, 68, 2\)"):
        embed(network, picture, np.zeros((1, 68, 2)))


def test_distances_by_hand():
    table = distances(np.float32([[0, 0], [3, 4], [1, 1]]), np.float32([[0, 0], [0, 4]]))
    np.testing.assert_allclose(table, [[0, 4], [5, 3], [2**0.5, 10**0.5]], rtol=1e-6)


# With the real weights


def test_the_same_person_is_near_and_another_one_far():
    same, whole, different = [], [], []
    for (first, shows, a), (second, shows_too, b) in combinations(portraits(), 2):
        distance = np.linalg.norm(a - b)
        (same if first == second else different).append(distance)
        if first == second and shows and shows_too:
            whole.append(distance)
    assert (len(same), len(whole), len(different)) == (10, 3, 18)
    assert max(same) <= 0.62 and max(whole) <= 0.55, "the figures of the published trial, or better"
    assert max(same) == pytest.approx(0.44, abs=0.06)
    assert min(different) >= 0.66 and np.median(different) > 0.75


def test_with_random_weights_the_same_person_is_no_nearer():
    """The control: without training the network sees backgrounds and light rather than people."""
    torch.manual_seed(0)
    network, points = RecognitionNetwork().eval(), real()[1]
    pictures = [read_photo(path) for path in list(model_files("portraits").values())[:4]]  # Biden, Obama × 3
    found = np.concatenate([embed(network, picture, points(picture)) for picture in pictures])
    table = distances(found, found)
    assert table[1:, 1:].max() > table[0, 1:].min()


@pytest.mark.parametrize(
    "change", [Change("turned", angle=25), Change("dark", light=0.4), Change("small", 0.6)]
)
def test_a_changed_picture_stays_near_its_person(change):
    network, points = real()
    face = changed(portrait("hopper"), BOXES["hopper"], change)
    found = embed(network, face.picture, points(face.picture))
    for who, _, embedding in portraits():
        distance = distances(found, embedding[None]).item()
        assert distance < 0.45 if who == "hopper" else distance > 0.6


def test_a_file_cut_short_is_named(tmp_path):
    real()
    for file, path in model_files("face_recognition").items():
        content = path.read_bytes()
        (tmp_path / file).write_bytes(content[:-1] if file.endswith(".bin") else content)
    with pytest.raises(ValueError, match=r"face_recognition_model\.bin is cut short"):
        load_recognition(tmp_path)
