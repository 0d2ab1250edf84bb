"""Detectors of faces: how weights are read, how answers are decoded, and what the real networks find."""

import json
from functools import cache

import cv2
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from helpers.data.pictures import sample_image
from helpers.vision.centerface import CenterFace, decode_maps
from helpers.vision.faces import Faces, keep_best, overlaps, rgb_picture, shrunk, within
from helpers.vision.manifest import load_named, pad_same, read_manifest
from helpers.vision.mtcnn import MTCNN, corrected, crops, decode_map, pyramid_scales, squares
from helpers.vision.mtcnn_networks import ONet, PNet, RNet
from helpers.vision.tiny_face_detector import (
    ANCHORS,
    TinyFaceDetector,
    TinyFaceNetwork,
    decode_cells,
    network_input,
)
from helpers.vision.transformed_faces import BOXES, Change, changed, portrait, transformed_faces
from helpers.vision.weights import has_model, model_files

# Detector -> its folder of weights, the faces that it finds among the 37, the LFW crops among 100, its score
# of the astronaut and of Hopper. CenterFace and MTCNN find all crops; the tiny one was not trained for so
# coarse a picture.
KINDS = {
    TinyFaceDetector: ("tiny_face_detector", 28, 15, (0.955, 0.989)),
    MTCNN: ("mtcnn", 35, 100, (1.0, 1.0)),
    CenterFace: ("centerface", 37, 100, (0.93, 0.87)),
}


@cache
def real(kind):
    name = KINDS[kind][0]
    if not has_model(name):
        pytest.skip(f"the weights of {name} are not on this machine: neither in data/ nor in COURSE_DATA")
    return kind.load()


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__)
def detector(request):
    return real(request.param)


# The manifest


def write_manifest(folder, flat=None, **changes):
    """A network of two weights: a depth-wise filter as bytes, a matrix as float32."""
    weights = [
        {
            "name": "a/depthwise_filter",
            "shape": [1, 2, 3, 1],
            "dtype": "float32",
            "quantization": {"dtype": "uint8", "scale": 0.5, "min": -1.0},
        },
        {"name": "fc/weights", "shape": [2, 3], "dtype": "float32"},
    ]
    weights[0].update(changes)
    manifest = folder / "m-weights_manifest.json"
    manifest.write_text(json.dumps([{"paths": ["m.bin"], "weights": weights}]))
    if flat is None:
        flat = bytes(range(6)) + np.arange(6, dtype="<f4").tobytes()
    (folder / "m.bin").write_bytes(flat)
    return manifest


def test_bytes_become_values_and_axes_those_of_torch(tmp_path):
    weights = read_manifest(write_manifest(tmp_path))
    assert list(weights) == ["a/depthwise_filter", "fc/weights"]
    # TensorFlow's (row, column, channel): channel 1 has bytes 1 and 4, and value = byte / 2 - 1
    assert weights["a/depthwise_filter"].shape == (3, 1, 1, 2)
    assert weights["a/depthwise_filter"][1, 0, 0].tolist() == [-0.5, 1.0]
    assert weights["fc/weights"].tolist() == [[0, 3], [1, 4], [2, 5]]


def test_an_ordinary_filter_is_out_in_rows_columns(tmp_path):
    manifest = write_manifest(tmp_path, name="conv/filters", shape=[1, 1, 2, 3])
    filters = read_manifest(manifest)["conv/filters"]
    assert filters.shape == (3, 2, 1, 1)
    assert filters[:, 1, 0, 0].tolist() == [0.5, 1.0, 1.5]  # bytes 3, 4, 5 are of the second channel in


def test_a_file_cut_short_or_too_long_is_named(tmp_path):
    whole = bytes(30)
    with pytest.raises(ValueError, match=r"m\.bin is cut short: 29 bytes, but 'fc/weights' ends at 30"):
        read_manifest(write_manifest(tmp_path, whole[:-1]))
    with pytest.raises(ValueError, match=r"m\.bin has 31 bytes.*speaks of 30"):
        read_manifest(write_manifest(tmp_path, whole + b"0"))


@pytest.mark.parametrize(
    "damage",
    [
        {"dtype": "int32"},
        {"shape": [1, -2, 3, 1]},
        {"shape": None},
        {"quantization": {"dtype": "uint16", "scale": 1, "min": 0}},
        {"quantization": {"dtype": "uint8"}},
    ],
    ids=str,
)
def test_a_damaged_manifest_is_named(tmp_path, damage):
    with pytest.raises(ValueError, match=r"manifest\.json is not a whole manifest of weights"):
        read_manifest(write_manifest(tmp_path, **damage))


@pytest.mark.parametrize(
    "text", ["", "{}x", "[1]", '[{"paths": ["../m.bin"], "weights": []}]', "\udcff"], ids=repr
)
def test_what_is_no_manifest_is_refused(tmp_path, text):
    manifest = write_manifest(tmp_path)
    manifest.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ValueError, match="not a whole manifest"):
        read_manifest(manifest)


def test_a_missing_file_is_named(tmp_path):
    manifest = write_manifest(tmp_path)
    (tmp_path / "m.bin").unlink()
    with pytest.raises(FileNotFoundError, match=r"m\.bin"):
        read_manifest(manifest)


def test_weights_of_another_network_are_refused():
    with pytest.raises(ValueError, match="another network than Linear"):
        load_named(nn.Linear(2, 3), {"weight": torch.zeros(3, 2), "other/bias": torch.zeros(3)})


# TensorFlow's padding


def test_an_odd_pixel_of_padding_goes_right_and_below():
    x = torch.ones(1, 1, 4, 6)
    padded = pad_same(x, kernel=3, stride=2)
    assert padded.shape == (1, 1, 5, 7)
    assert padded[0, 0, 0].tolist() == [1, 1, 1, 1, 1, 1, 0]
    assert padded[0, 0, -1].eq(0).all()


@pytest.mark.parametrize("length", range(1, 9))
@pytest.mark.parametrize("kernel", [1, 2, 3, 7])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_same_gives_as_many_places_as_tensorflow(length, kernel, stride):
    x = torch.rand(1, 1, length, length + 1)
    places = F.max_pool2d(pad_same(x, kernel, stride), kernel, stride).shape[2:]
    assert places == (-(-length // stride), -(-(length + 1) // stride))


def test_at_stride_one_it_is_torchs_padding():
    x, filters = torch.rand(2, 3, 5, 6), torch.rand(4, 3, 3, 3)
    torch.testing.assert_close(F.conv2d(pad_same(x, 3), filters), F.conv2d(x, filters, padding="same"))


# The tiny detector without its weights


def test_a_cell_is_decoded_by_hand():
    output = torch.full((25, 13, 13), -9.0)
    output[5:10, 4, 7] = torch.tensor([0.0, 2.0, 0.1, -0.2, 3.0])  # the second anchor in row 4, column 7
    boxes, scores = decode_cells(output, 0.5)
    x, y = (7 + 0.5) / 13, (4 + 1 / (1 + np.exp(-2))) / 13
    width, height = np.exp(0.1) * ANCHORS[1][0] / 13, np.exp(-0.2) * ANCHORS[1][1] / 13
    expected = [[x - width / 2, y - height / 2, x + width / 2, y + height / 2]]
    np.testing.assert_allclose(boxes.numpy(), expected, rtol=1e-5)
    assert scores.item() == pytest.approx(1 / (1 + np.exp(-3)))


def test_the_picture_stands_left_above_and_the_rest_is_black():
    x = network_input(np.full((100, 200, 3), 255, np.uint8))[0]
    assert x.shape == (3, 416, 416)
    assert x[0, 207].allclose(torch.tensor((255 - 117.001) / 255))
    assert x[0, 208].allclose(torch.tensor(-117.001 / 255))
    assert x[2, 0, 0] > x[0, 0, 0]  # blue has the least mean


def test_the_layers_are_those_of_the_manifest():
    network = TinyFaceNetwork()
    assert sum(p.numel() for p in network.parameters()) == 193_321  # the bytes of the flat file
    assert network(torch.zeros(1, 3, 416, 416)).shape == (1, 25, 13, 13)


# MTCNN without its weights


def test_the_pyramid_starts_where_the_smallest_face_fills_the_window():
    scales = pyramid_scales(100, 200, smallest=20)
    assert scales[0] == pytest.approx(0.6)
    assert scales[-1] * 100 >= 12 > scales[-1] * 0.709 * 100
    assert pyramid_scales(19, 500, smallest=20) == []


def test_places_of_the_map_become_windows():
    face = np.zeros((5, 6), np.float32)
    face[2, 3] = 0.9
    moves = np.arange(4 * 30, dtype=np.float32).reshape(4, 5, 6)
    faces, moved = decode_map(face, moves, scale=0.5, threshold=0.6)
    assert faces.boxes.tolist() == [[12, 8, 36, 32]]  # (2 · 3, 2 · 2) and 12 pixels on, over 0.5
    assert moved.tolist() == [[15, 45, 75, 105]]


def test_edges_move_by_shares_of_their_side():
    box = np.float32([[10, 20, 30, 60]])
    assert corrected(box, np.float32([[0.1, 0.1, -0.5, 0]])).tolist() == [[12, 24, 20, 60]]
    assert squares(box).tolist() == [[0, 20, 40, 60]]


def test_a_crop_beyond_the_edge_is_black_there():
    picture = np.full((10, 10, 3), 200, np.uint8)
    (crop,) = crops(picture, np.float32([[-5, 5, 5, 15]]), 10)
    assert (crop[:5, 5:] == 200).all()
    assert crop[:, :5].max() == 0 and crop[5:].max() == 0
    assert crops(picture, np.float32([[20, 20, 30, 30]]), 4).max() == 0


def test_random_networks_run_on_any_size():
    torch.manual_seed(0)
    detector = MTCNN(PNet(), RNet(), ONet(), thresholds=(0.0, 0.0, 0.0), smallest=40)
    faces = detector(np.random.default_rng(0).integers(0, 255, (60, 85, 3), np.uint8))
    assert len(faces.boxes) and faces.points.shape == (len(faces.boxes), 5, 2)


# CenterFace without its weights


def test_maps_are_decoded_by_hand():
    heat, size, offset, points = (np.zeros((n, 4, 5), np.float32) for n in (1, 2, 2, 10))
    heat[0, 2, 3] = 0.8
    size[:, 2, 3] = np.log(2), np.log(4)  # height 8 and width 16 pixels
    offset[:, 2, 3] = 0.25, -0.5  # y, x
    points[:, 2, 3] = [0.25, 0.5] * 5
    faces = decode_maps(heat[0], size, offset, points, 0.5)
    np.testing.assert_allclose(faces.boxes, [[4, 7, 20, 15]], rtol=1e-6)
    np.testing.assert_allclose(faces.points, [[[12, 9]] * 5], rtol=1e-6)
    assert faces.scores.tolist() == [np.float32(0.8)]


# What is shared


def test_overlap_and_suppression():
    boxes = np.float32([[0, 0, 10, 10], [0, 0, 10, 5], [20, 0, 30, 10]])
    assert overlaps(boxes[0], boxes).tolist() == [[1, 0.5, 0]]
    assert overlaps(boxes, np.zeros((0, 4))).shape == (3, 0)
    faces = Faces(boxes, np.float32([0.8, 0.9, 0.7]), boxes[:, None].repeat(5, 1)[..., :2])
    kept = keep_best(faces, 0.4)
    assert kept.boxes.tolist() == boxes[1:].tolist()
    assert kept.points.shape == (2, 5, 2)
    assert len(keep_best(faces, 0.6).boxes) == 3


def test_boxes_end_at_the_edge():
    faces = Faces(np.float32([[-5, -5, 4, 8], [12, 0, 20, 5]]), np.float32([0.9, 0.8]), None)
    assert within(faces, 6, 10).boxes.tolist() == [[0, 0, 4, 6]]


def test_every_usual_picture_becomes_rgb():
    grey = np.uint8([[0, 255]])
    rgb = [[[0, 0, 0], [255, 255, 255]]]
    assert rgb_picture(grey).tolist() == rgb
    assert rgb_picture(grey[..., None]).tolist() == rgb
    assert rgb_picture(np.uint16([[128, 65535]])).tolist() == rgb
    assert rgb_picture(np.uint16([[129, 65406]])).tolist() == [[[1] * 3, [254] * 3]]
    clear = np.uint8([[[9, 9, 9, 0], [10, 20, 30, 255]]])
    assert rgb_picture(clear).tolist() == [[[255, 255, 255], [10, 20, 30]]]
    half = np.uint16([[[0, 0, 0, 32896]]])
    assert rgb_picture(half).tolist() == [[[127, 127, 127]]]
    assert rgb_picture(np.zeros((4, 6, 3), np.uint8)[:, ::-1]).flags.c_contiguous


def test_a_large_picture_is_shrunk_by_its_longer_side():
    picture = np.zeros((100, 400, 3), np.uint8)
    small, scale = shrunk(picture, 200)
    assert small.shape == (50, 200, 3) and scale == 0.5
    assert shrunk(picture, 400)[0] is picture
    assert shrunk(picture[:1], 100)[0].shape == (1, 100, 3)


@pytest.mark.parametrize(
    ("picture", "error", "words"),
    [
        (np.zeros((4, 4, 3)), TypeError, "not an array of float64; from numbers in 0…1"),
        ([[1, 2]], TypeError, "not list"),
        (None, TypeError, "not NoneType"),
        (np.zeros((0, 5, 3), np.uint8), ValueError, "no pixels"),
        (np.zeros((3, 5, 2), np.uint8), ValueError, r"not \(3, 5, 2\)"),
        (np.zeros((2, 3, 5, 3), np.uint8), ValueError, r"not \(2, 3, 5, 3\)"),
    ],
    ids=lambda case: getattr(case, "__name__", None),
)
def test_what_is_no_picture_is_refused(picture, error, words):
    with pytest.raises(error, match=words):
        rgb_picture(picture)


# The thirty-seven


def test_the_set_is_whole_and_always_the_same():
    faces = transformed_faces()
    assert len(faces) == 37 and len({face.name for face in faces}) == 37
    again = changed(portrait("hopper"), BOXES["hopper"], Change("noise", noise=25), seed=18 + 12)
    assert (again.picture == faces[30].picture).all() and "noise" in faces[30].name
    for face in faces:
        height, width = face.picture.shape[:2]
        assert (face.box[:2] >= 0).all() and (face.box[2:] <= [width, height]).all()


@pytest.mark.parametrize(
    "change",
    [
        Change("moved", scale=0.5, shift=(0.1, -0.05)),
        Change("mirrored", scale=0.8, mirror=True),
        Change("turned", angle=30, mirror=True),
    ],
    ids=lambda change: change.name,
)
def test_the_box_goes_where_the_face_goes(change):
    picture, box = np.zeros((200, 300, 3), np.uint8), (100, 60, 160, 140)
    cv2.ellipse(picture, (130, 100), (30, 40), 0, 0, 360, (255,) * 3, thickness=-1)
    face = changed(picture, box, change)
    rows, columns = np.nonzero(face.picture[..., 0] > 128)
    np.testing.assert_allclose(face.box, [columns.min(), rows.min(), columns.max(), rows.max()], atol=2)


def test_an_unknown_portrait_is_refused():
    with pytest.raises(ValueError, match="astronaut and hopper, not 'x'"):
        portrait("x")


# With the real weights


def test_two_portraits_are_found_and_two_pictures_without_a_face_are_not(detector):
    for person, score in zip(BOXES, KINDS[type(detector)][3], strict=True):
        faces = detector(portrait(person))
        assert overlaps(BOXES[person], faces.boxes[:1]) > 0.6
        assert faces.scores[0] == pytest.approx(score, abs=0.01)
        assert faces.boxes.dtype == faces.scores.dtype == np.float32
    for name in ("cat", "coffee"):
        assert len(detector(sample_image(name)).boxes) == 0


def test_the_tiny_detector_gives_the_expected_box():
    faces = real(TinyFaceDetector)(portrait("astronaut"))
    np.testing.assert_allclose(faces.boxes, [[163, 75, 280, 189]], atol=1.5)
    assert faces.points is None


@pytest.mark.parametrize("kind", [MTCNN, CenterFace], ids=lambda kind: kind.__name__)
def test_the_points_are_where_they_were_read_off(kind):
    (points, *_) = real(kind)(portrait("astronaut")).points
    by_hand = [(203, 101), (246, 103), (224, 127), (204, 140), (244, 140)]
    np.testing.assert_allclose(points, by_hand, atol=6)


def test_each_stage_of_mtcnn_leaves_fewer():
    detector, picture = real(MTCNN), portrait("astronaut")
    proposed = detector.propose(picture)
    refined = detector.refine(picture, proposed)
    faces = detector.output(picture, refined)
    assert len(proposed.boxes) > 2 * len(refined.boxes) > 2 * len(faces.boxes) > 0
    for stage in (proposed, refined, faces):
        assert overlaps(BOXES["astronaut"], stage.boxes).max() > 0.5


def test_it_finds_as_many_transformed_faces_as_were_measured(detector):
    found = sum(
        overlaps(face.box, detector(face.picture).boxes).max(initial=0) > 0.3 for face in transformed_faces()
    )
    assert abs(found - KINDS[type(detector)][1]) <= 1


def test_it_finds_crops_of_faces_and_none_in_other_crops(detector):
    from skimage.data import lfw_subset

    found = []
    for crop in lfw_subset()[::10]:  # 25 × 25 pixels in 0…1; the first half are faces
        large = cv2.resize((255 * crop).round().astype(np.uint8), (100, 100), interpolation=cv2.INTER_CUBIC)
        framed = np.pad(large, 50, constant_values=round(large.mean()))
        found.append(len(detector(framed).boxes) > 0)
    assert sum(found[:10]) >= KINDS[type(detector)][2] // 10
    assert sum(found[10:]) == 0


def test_grey_rgba_and_16_bits_give_the_same_face(detector):
    picture = portrait("astronaut")
    (box, *_) = detector(picture).boxes
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    assert overlaps(box, detector(grey).boxes[:1]) > 0.7
    for same in (np.dstack([picture, np.full_like(grey, 255)]), picture.astype(np.uint16) * 257):
        np.testing.assert_array_equal(detector(same).boxes[0], box)


def test_small_and_narrow_pictures_have_no_face(detector):
    for shape in ((1, 1, 3), (1, 500, 3), (40, 1), (13, 17, 4)):
        faces = detector(np.full(shape, 90, np.uint8))
        assert faces.boxes.shape == (0, 4) and faces.scores.shape == (0,)
        assert faces.points is None or faces.points.shape == (0, 5, 2)
    with pytest.raises(ValueError, match="no pixels"):
        detector(np.zeros((0, 0, 3), np.uint8))


def test_a_picture_of_48_megapixels(detector):
    large = cv2.resize(portrait("astronaut"), (8000, 6000))
    expected = np.float32(BOXES["astronaut"]) * np.float32([8000, 6000] * 2) / 512
    assert overlaps(expected, detector(large).boxes[:1]) > 0.5


def test_calls_do_not_disturb_each_other_and_say_nothing(detector, capfd):
    first = detector(portrait("astronaut"))
    detector(portrait("hopper")[:333, 50:])
    again = detector(portrait("astronaut"))
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, other)
    type(detector).load()
    assert capfd.readouterr() == ("", "")


def test_damaged_weights_are_named(detector, tmp_path, capfd):
    for name, file in model_files(KINDS[type(detector)][0]).items():
        content = file.read_bytes()
        (tmp_path / name).write_bytes(content if file.suffix == ".json" else content[: len(content) // 2])
    with pytest.raises(ValueError, match="again"):
        type(detector).load(tmp_path)
    with pytest.raises(FileNotFoundError):
        type(detector).load(tmp_path / "nothing")
    assert capfd.readouterr() == ("", "")
