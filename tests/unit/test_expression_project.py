"""The scorer of projects/expressions.md: what it counts, what it refuses, and the leaderboard."""

import csv
import re

import pytest
import torch

from benchmarks import __main__ as command
from benchmarks import expression_entries as entries
from benchmarks import expressions as section
from benchmarks.sections import Options
from benchmarks.speedrun import load_entry
from helpers.data import expressions
from helpers.data.expressions import write_predictions
from helpers.vision.drawn_faces import draw_faces
from launcher.arguments import BENCHMARKS, EXPRESSION_SETS
from launcher.errors import CourseError
from launcher.places import ROOT


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """Few faces, a memory in which nothing is kept, and one thread: on a busy machine two are slower."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    monkeypatch.setattr(expressions, "DRAWN", {"train": (35, 1), "test": (14, 2)})
    for cached in (expressions._read, expressions._statistics):
        cached.cache_clear()
    yield
    torch.set_num_threads(threads)
    for cached in (expressions._read, expressions._statistics):
        cached.cache_clear()


ANSWERS = torch.arange(14) % 7


@pytest.fixture
def right(tmp_path):
    """A file of predictions that are all right."""
    path = tmp_path / "mine.csv"
    write_predictions(path, ANSWERS)
    return path


# ---------------------------------------------------------------- files of predictions


def test_what_is_written_is_read(right, tmp_path):
    assert torch.equal(entries.read_predictions(right, 14), ANSWERS)
    assert right.read_text().splitlines()[:3] == ["row,expression", "0,surprise", "1,fear"]
    write_predictions(tmp_path / "scores.csv", torch.nn.functional.one_hot(ANSWERS, 7).float())
    assert (tmp_path / "scores.csv").read_bytes() == right.read_bytes()
    right.write_bytes(right.read_text().replace("\n", "\r\n").encode("utf-8-sig"))
    assert torch.equal(entries.read_predictions(right, 14), ANSWERS), "as a spreadsheet saves it"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("0,surprise\n", "", "has 13 predictions; the test set has 14 pictures"),
        ("0,surprise\n", "0,surprise\n0,surprise\n", "has 15 predictions; the test set has 14"),
        (
            "3,happiness",
            "3,joy",
            r"the line of row 3: there is no expression 'joy'\. The expressions are surprise",
        ),
        ("3,happiness", "3,nan", r"row 3: there is no prediction \(nan\)"),
        ("3,happiness", "3,NaN", r"row 3: there is no prediction \(NaN\)"),
        ("3,happiness", "3,", r"row 3: there is no prediction \(empty\)"),
        ("3,happiness", "3,4", r"row 3: 4 is a number\. Labels count from 0 here, from 1 in RAF-DB"),
        ("3,happiness", "3,4.0", r"row 3: 4.0 is a number"),
        (
            "3,happiness",
            "4,happiness",
            "the line of row 3: expected '3,' and an expression, got '4,happiness'",
        ),
        ("3,happiness", "happiness", "the line of row 3: expected '3,' and an expression, got 'happiness'"),
        ("3,happiness", "3,happiness,0.9", "expected '3,' and an expression, got '3,happiness,0.9'"),
        ("row,expression\n", "", r"must be 'row,expression'; it is '0,surprise'"),
    ],
)
def test_a_wrong_file_is_refused_in_words(right, old, new, words):
    text = right.read_text()
    assert old in text
    right.write_text(text.replace(old, new, 1))
    with pytest.raises(CourseError, match=words):
        entries.read_predictions(right, 14)


def test_what_is_no_file_of_predictions_is_told(tmp_path):
    with pytest.raises(CourseError, match=r"There is no file .*none\.csv"):
        entries.read_predictions(tmp_path / "none.csv", 14)
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(CourseError, match="must be 'row,expression'; it is 'nothing'"):
        entries.read_predictions(tmp_path / "empty.csv", 14)
    (tmp_path / "gbk.csv").write_bytes("row,表情\n".encode("gbk"))
    with pytest.raises(CourseError, match="is no CSV file in UTF-8"):
        entries.read_predictions(tmp_path / "gbk.csv", 14)


@pytest.mark.parametrize(
    ("predicted", "words"),
    [
        (torch.tensor([0, 7]), "got the label 7"),
        (torch.tensor([-1]), "got the label -1"),
        (torch.tensor([0.0, 1.0]), r"got \(2,\) of torch.float32"),
        (torch.zeros(3, 10), r"got \(3, 10\)"),
        (torch.tensor([[0.0] * 7, [float("nan")] * 7]), "the scores of row 1 hold NaN"),
    ],
)
def test_wrong_predictions_are_not_written(predicted, words, tmp_path):
    with pytest.raises(ValueError, match=words):
        write_predictions(tmp_path / "mine.csv", predicted)
    assert not (tmp_path / "mine.csv").exists()


# ---------------------------------------------------------------- the score


def test_rare_expressions_count_as_much_in_the_mean_of_classes():
    answers = torch.tensor([0] * 8 + [1, 1])
    found = entries.score(torch.zeros(10, dtype=torch.int64), answers)
    assert found.right == pytest.approx(0.8) and found.each[:2] == (1.0, 0.0)
    assert found.class_mean == pytest.approx(6 / 7)


def test_a_program_is_trained_and_asked(monkeypatch):
    faces = entries.load_faces("drawn")
    assert (len(faces.images), len(faces.asked)) == (35, 14) and faces.images.dtype == torch.uint8

    def train(images, labels, seed):
        assert seed == 3
        images.zero_()
        lookup = {
            picture.numpy().tobytes(): int(a) for picture, a in zip(faces.asked, faces.answers, strict=True)
        }
        known = [torch.nn.functional.one_hot(torch.tensor(label), 7) for label in lookup.values()]
        return lambda asked: torch.stack(
            [known[list(lookup).index(p.numpy().tobytes())] for p in asked]
        ).float()

    found = entries.run(train, faces, 3)
    assert found.right == 1 and found.class_mean == 1 and found.seconds >= 0
    assert faces.images.max() > 0, "an entry may change what it is given, and only that"


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (lambda x: torch.zeros(len(x), 10), r"scores \(14, 7\); these are \(14, 10\)"),
        (lambda x: torch.zeros(len(x)), r"these are \(14,\)"),
        (lambda x: torch.full((len(x), 7), float("nan")), r"The scores of 14 of 14 pictures are not finite"),
    ],
)
def test_a_model_that_answers_otherwise_is_told(model, words):
    with pytest.raises(CourseError, match=words):
        entries.run(lambda *_: model, entries.load_faces("drawn"), 0)


def test_validation_keeps_training_pictures_apart():
    faces, train = entries.load_faces("drawn", validate=True), expressions.load_expressions(dtype=torch.uint8)
    assert (len(faces.images), len(faces.asked)) == (28, 7)
    rows = sorted(picture.numpy().tobytes() for picture in torch.cat([faces.images, faces.asked]))
    assert rows == sorted(picture.numpy().tobytes() for picture in train.images)


def test_a_set_that_is_not_here_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr("helpers.data.expressions.search_folders", lambda: [tmp_path])
    with pytest.raises(CourseError, match="RAF-DB is not here"):
        entries.load_faces("raf_db")


# ---------------------------------------------------------------- our entries


@pytest.mark.parametrize("path", section.OURS, ids=lambda path: path.stem)
def test_our_entries_learn(path, monkeypatch):
    said, train = load_entry(path)
    monkeypatch.setitem(train.__globals__, "STEPS", 20)
    monkeypatch.setitem(train.__globals__, "BATCH", 8)
    images, labels = draw_faces(14, 1)
    pixels = (images * 255).round().to(torch.uint8)
    model = train(pixels, labels, 0)
    again = train(pixels, labels, 0)
    with torch.no_grad():
        scores = model(pixels)
        assert (scores.argmax(1) == labels).float().mean() > 0.4
        assert torch.allclose(scores[:2], model(pixels[:2]), atol=1e-4), "a picture is answered alone"
        assert torch.equal(scores, again(pixels)), "a seed decides everything"
    assert said.startswith(f"`{path.stem}`: ")


def test_the_pretrained_entry_reads_the_weights_as_torchvision_keeps_them(monkeypatch, tmp_path):
    """A network of the same architecture with random weights, saved where the real ones would be."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    train = load_entry(section.ENTRIES / "pretrained.py")[1]
    name = train.__globals__["WEIGHTS"].url.rsplit("/", 1)[1]
    (tmp_path / "hub" / "checkpoints").mkdir(parents=True)
    torch.manual_seed(0)
    torch.save(train.__globals__["vit_b_16"](weights=None).state_dict(), tmp_path / "hub/checkpoints" / name)
    monkeypatch.setitem(train.__globals__, "STEPS", 60)
    images, labels = draw_faces(2, 1)
    pixels = (images * 255).round().to(torch.uint8)
    model = train(pixels, labels, 0)
    with torch.no_grad():
        assert (model(pixels).argmax(1) == labels).all(), "the features of two faces differ"


# ---------------------------------------------------------------- the command


def entry(tmp_path, label):
    path = tmp_path / "mine.py"
    path.write_text(
        f'"""Always says {label}."""\nimport torch\n\n\ndef train(images, labels, seed):\n'
        f"    return lambda asked: torch.eye(7)[{label}].repeat(len(asked), 1)\n"
    )
    return path


def test_an_entry_is_scored_beside_nothing_else_and_gets_its_line(tmp_path, capsys):
    results = tmp_path / "RESULTS.md"
    assert command.main(["expressions", "--entry", str(entry(tmp_path, 2)), "--rounds", "2"], results) == 0
    said = capsys.readouterr().out
    assert "| `mine`: Always says 2 | 2 | 14.29 ± 0.00 % | 14.29 ± 0.00 % | 0 |" in said
    assert 'drawn,mine,2,14.29,0.00,14.29,0,"Always says 2"' in said
    assert "| `mine`: Always says 2 | 0 % | 0 % | 100 % |" in said
    assert not results.exists() and "Not written into" in said


def test_predictions_are_scored_and_a_wrong_file_ends_with_words(right, tmp_path, capsys):
    answers = expressions.load_expressions("drawn", "test").labels
    write_predictions(right, answers)
    assert command.main(["expressions", "--entry", str(right)], tmp_path / "RESULTS.md") == 0
    assert "| `mine`: predictions | 1 | 100.00 % | 100.00 % |  |" in capsys.readouterr().out
    right.write_text(right.read_text().replace("13,", "14,"))
    assert command.main(["expressions", "--entry", str(right)], tmp_path / "RESULTS.md") == 1
    assert "expected '13,' and an expression" in capsys.readouterr().err
    assert command.main(["expressions", "--validate", "--entry", str(right)], tmp_path / "RESULTS.md") == 1
    assert "leave --validate out" in capsys.readouterr().err


def test_our_entries_are_the_report_and_other_sets_are_not(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(section, "OURS", (entry(tmp_path, 1),))
    results = tmp_path / "RESULTS.md"
    assert command.main(["expressions"], results) == 0
    assert f"## expressions: {BENCHMARKS['expressions']}" in results.read_text("utf-8")
    monkeypatch.setattr("helpers.data.expressions.search_folders", lambda: [tmp_path])
    assert command.main(["expressions", "--set", "raf_db"], results) == 1
    assert "RAF-DB is not here" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        command.main(["expressions", "--set", "ck"], results)


def test_the_sets_of_the_command_are_those_of_the_loader():
    assert EXPRESSION_SETS == expressions.SETS == tuple(section.SET_NAMES) and Options().data is None


# ---------------------------------------------------------------- the leaderboard and the page


def test_the_leaderboard_is_in_order_and_every_entry_has_its_file():
    with (section.ENTRIES / "leaderboard.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    assert tuple(lines[0]) == section.COLUMNS and len(lines) > 2
    order = []
    for line in lines[1:]:
        row = dict(zip(section.COLUMNS, line, strict=True))
        assert row["set"] in expressions.SETS and row["what"]
        right, mean = float(row["right"]), float(row["class_mean"])
        assert 0 <= right <= 100 and 0 <= mean <= 100
        if row["what"] != "predictions":
            assert (section.ENTRIES / f"{row['entry']}.py").is_file(), row["entry"]
            assert int(row["seeds"]) >= 3 and float(row["scatter"]) >= 0 and float(row["cpu_seconds"]) > 0
            said = load_entry(section.ENTRIES / f"{row['entry']}.py")[0]
            assert said == f"`{row['entry']}`: {row['what']}"
        order.append((expressions.SETS.index(row["set"]), -right))
    assert order == sorted(order)


def test_the_page_says_what_the_leaderboard_says():
    page = (ROOT / "projects" / "expressions.md").read_text("utf-8")
    with (section.ENTRIES / "leaderboard.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["entry"] in ("vit", "cnn"):
                assert f"{row['right']} ± {row['scatter']} %" in page, row
    for command_line in re.findall(r"course\.py bench (.*)", page):
        words = command_line.split("#")[0].split()
        command.make_parser().parse_args(["bench", *words])
