"""The scorer of projects/face_recognition.md: what it counts, what it refuses, and the leaderboard."""

import csv
import shutil

import numpy as np
import pytest
from PIL import Image

from benchmarks import __main__ as command
from benchmarks import face_clips as clips
from benchmarks import face_entries as entries
from benchmarks import faces as section
from benchmarks.face_clips import PARTLY, Truth
from benchmarks.face_entries import Score, score_frame
from helpers.vision.clip_frame import ClipFrame
from helpers.vision.frames import write_frames
from helpers.vision.gallery import UNKNOWN
from launcher.errors import CourseError

LEFT, RIGHT = [10, 10, 30, 30], [60, 10, 80, 30]


@pytest.fixture
def folder(tmp_path):
    """Two enrolled people, one clip of three frames with a person on the left and a stranger on the right."""
    place = tmp_path / "clips"
    (place / "people" / "Bo").mkdir(parents=True)
    for path in ("Ada.png", "Bo/one.png", "Bo/two.jpg"):
        Image.new("RGB", (20, 20), (200, 100, 0)).save(place / "people" / path)
    write_frames(place / "one.webm", [np.full((48, 96, 3), 40 * n, np.uint8) for n in range(3)])
    lines = [[0, *LEFT, "Ada"], [0, *RIGHT, UNKNOWN], [1, *LEFT, "Bo"], [2, *RIGHT, PARTLY]]
    text = "\n".join(",".join(map(str, line)) for line in [clips.HEADER, *lines])
    (place / "one.csv").write_text(text + "\n")
    return place


def entry(tmp_path, answer, name="mine"):
    path = tmp_path / f"{name}.py"
    path.write_text(
        f'"""Always the same."""\n\n\ndef start(people):\n    assert sorted(people) == ["Ada", "Bo"]\n'
        f"    return lambda picture: {answer!r}\n"
    )
    return path


# ---------------------------------------------------------------- the folder


def test_people_clips_and_their_truth_are_read(folder):
    people, found = clips.read_folder(folder)
    assert {name: len(pictures) for name, pictures in people.items()} == {"Ada": 1, "Bo": 2}
    assert [clip.path.name for clip in found] == ["one.webm"] and sorted(found[0].truth) == [0, 1, 2]
    assert found[0].truth[0].names == ("Ada", UNKNOWN)
    np.testing.assert_array_equal(found[0].truth[0].boxes, [LEFT, RIGHT])


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("1,10,10,30,30,Bo", "1,10,10,30,30,Cy", "line 4: there is no picture of 'Cy' in people/"),
        ("1,10,10,30,30,Bo", "1,30,10,10,30,Bo", "line 4: a box is left < right"),
        ("1,10,10,30,30,Bo", "1,10,10,30,Bo", "line 4: expected a frame, four numbers and a name"),
        ("1,10,10,30,30,Bo", "one", "line 4: expected a frame, four numbers and a name, got 'one'"),
        (
            "1,10,10,30,30,Bo",
            ",,,,,\n\n1,x,,,,",
            "line 6: expected a frame, four numbers and a name, got '1,x,",
        ),
        ("1,10,10,30,30,Bo", "1,10,30,30,10,Bo", "line 4: a box is left < right and top < bottom"),
        ("1,10,10,30,30,Bo", "1,10,10,30,30,Bo,Ada", "line 4: expected a frame, four"),
        ("1,10,10,30,30,Bo", "-1,10,10,30,30,Bo", "line 4: a box is left"),
        ("frame,left", "left,frame", "must be 'frame,left,top,right,bottom,name'; it is 'left,frame"),
    ],
)
def test_a_wrong_list_is_refused_in_words(folder, old, new, words):
    path = folder / "one.csv"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(CourseError, match=words):
        clips.read_folder(folder)


def test_lists_are_read_as_other_programs_write_them(folder):
    for suffix in (".webm", ".csv"):
        (folder / f"one{suffix}").rename(folder / f"two{suffix.upper() if suffix == '.webm' else suffix}")
    (folder / "people" / "Ada.png").rename(folder / "people" / "Ada.PNG")
    text = (folder / "two.csv").read_text().replace(",", " , ").replace("\n", "\r\n\r\n")
    (folder / "two.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    people, (clip,) = clips.read_folder(folder)
    assert sorted(people) == ["Ada", "Bo"] and clip.path.name == "two.WEBM"
    assert clip.truth[0].names == ("Ada", UNKNOWN) and sorted(clip.truth) == [0, 1, 2]


def test_clips_come_by_name(folder, monkeypatch):
    for name in ("two", "c", "a", "b"):
        for suffix in (".webm", ".csv"):
            shutil.copy(folder / f"one{suffix}", folder / f"{name}{suffix}")
    listed = type(folder).iterdir
    monkeypatch.setattr(type(folder), "iterdir", lambda path: sorted(listed(path), reverse=True))
    assert [clip.path.stem for clip in clips.read_folder(folder)[1]] == ["a", "b", "c", "one", "two"]


def test_what_no_program_can_read_is_told(folder):
    (folder / "one.csv").write_bytes("frame,left,top,right,bottom,name\n0,1,1,2,2,李雷\n".encode("gbk"))
    with pytest.raises(CourseError, match=r"one\.csv is no CSV file in UTF-8"):
        clips.read_folder(folder)
    (folder / "one.csv").write_bytes(b"frame\n" + b"x" * 200_000)
    with pytest.raises(CourseError, match=r"one\.csv is no CSV file in UTF-8"):
        clips.read_folder(folder)
    (folder / "people" / "Bo" / "two.jpg").write_bytes(b"no picture")
    with pytest.raises(CourseError, match=r"two\.jpg"):
        clips.read_folder(folder)


def test_the_list_of_a_made_clip_is_that_of_its_frames(folder):
    frame = ClipFrame(
        0.0, None, np.float32([LEFT, RIGHT]), ("astronaut", "hopper"), np.float32([[1, 2, 3, 4]])
    )
    clips.write_truth(folder / "one.csv", [frame, frame], {"hopper": "Ada"})
    truth = clips.read_folder(folder)[1][0].truth
    assert sorted(truth) == [0, 1] and truth[1].names == (UNKNOWN, "Ada", PARTLY)
    np.testing.assert_array_equal(truth[1].boxes, [LEFT, RIGHT, [1, 2, 3, 4]])


def test_without_the_portraits_it_is_said_what_is_missing(tmp_path, monkeypatch):
    def none(name):
        raise FileNotFoundError(f"{name} are not here")

    monkeypatch.setattr(clips, "model_files", none)
    with pytest.raises(CourseError, match="portraits are not here"):
        clips.write_made_clips(tmp_path, 1)


def test_what_is_missing_is_told(folder, tmp_path):
    with pytest.raises(CourseError, match="There is no folder"):
        clips.read_folder(tmp_path / "none")
    (folder / "one.csv").rename(folder / "two.csv")
    with pytest.raises(CourseError, match=r"There is no one\.csv beside its clip"):
        clips.read_folder(folder)
    (folder / "one.webm").unlink()
    with pytest.raises(CourseError, match="holds no clips"):
        clips.read_folder(folder)
    Image.new("RGB", (20, 20)).save(folder / "people" / "unknown.png")
    with pytest.raises(CourseError, match="nobody can be called 'unknown'"):
        clips.read_folder(folder)
    (folder / "people" / "unknown.png").rename(folder / "people" / "partly.png")
    with pytest.raises(CourseError, match="nobody can be called 'partly'"):
        clips.read_folder(folder)
    with pytest.raises(CourseError, match="holds no pictures"):
        clips.read_folder(tmp_path)


# ---------------------------------------------------------------- the score


TRUTH = Truth(np.float32([LEFT, RIGHT]), ("Ada", UNKNOWN))


@pytest.mark.parametrize(
    ("boxes", "names", "wanted"),
    [
        ([LEFT, RIGHT], ["Ada", UNKNOWN], Score(1, 1, 1, 0, 0)),
        ([RIGHT, LEFT], ["Ada", "Bo"], Score(1, 0, 1, 1, 1)),
        ([], [], Score(1, 0, 1, 0, 0)),
        ([LEFT, LEFT], ["Ada", "Bo"], Score(1, 1, 1, 0, 1)),
        ([[0, 30, 20, 48]], ["Bo"], Score(1, 0, 1, 0, 1)),
        ([[0, 30, 20, 48]], [UNKNOWN], Score(1, 0, 1, 0, 0)),
        ([[12, 10, 32, 30]], ["Ada"], Score(1, 1, 1, 0, 0)),
        ([[24, 10, 44, 30]], ["Ada"], Score(1, 0, 1, 0, 1)),
        # IoU 0.3 exactly, 0.32, and 0.28: a shift by d of 20 has (20 - d) / (20 + d)
        ([[10, 10, 30, 16]], ["Ada"], Score(1, 1, 1, 0, 0)),
        ([[20.3, 10, 40.3, 30]], ["Ada"], Score(1, 1, 1, 0, 0)),
        ([[21.3, 10, 41.3, 30]], ["Ada"], Score(1, 0, 1, 0, 1)),
        # the nearer of two boxes counts, and one box serves one face
        ([[14, 10, 34, 30], LEFT], ["Bo", "Ada"], Score(1, 1, 1, 0, 1)),
    ],
)
def test_names_are_right_wrong_or_given_to_strangers(boxes, names, wanted):
    assert score_frame(TRUTH, np.float32(boxes).reshape(-1, 4), names) == wanted


def test_a_face_of_which_little_is_seen_counts_neither_way():
    truth = Truth(np.float32([LEFT]), (PARTLY,))
    assert score_frame(truth, np.float32([LEFT]), ["Ada"]) == Score()
    assert score_frame(truth, np.float32([RIGHT]), ["Ada"]) == Score(wrong=1)


def test_one_box_is_of_one_face():
    truth = Truth(np.float32([LEFT, [14, 10, 34, 30]]), ("Ada", "Bo"))
    assert score_frame(truth, np.float32([[11, 10, 31, 30]]), ["Ada"]) == Score(2, 1, 0, 0, 0)


def test_scores_add_up():
    both = Score(4, 3, 2, 1, 0, 10, 2.0).plus(Score(4, 1, 0, 0, 2, 10, 3.0))
    assert both == Score(8, 4, 2, 1, 2, 20, 5.0)
    assert (both.accuracy, both.false_accepts, both.fps) == (0.5, 0.5, 4.0)
    assert Score(frames=5).fps == float("inf")
    assert (Score().accuracy, Score().false_accepts) == (1.0, 0.0), "where nobody is, nothing is wrong"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ([(LEFT, "Cy")], "one.webm, frame 0: 'Cy' is not enrolled; names are Ada, Bo, unknown"),
        ([([1, 2, 3], "Ada")], "frame 0: an answer is a list of"),
        ([LEFT], "frame 0: an answer is a list of"),
        (None, "frame 0: an answer is a list of"),
        ([([0, 0, float("inf"), 9], "Ada")], "frame 0: a box holds NaN or infinity"),
    ],
)
def test_other_answers_are_told(folder, answer, words):
    people, found = clips.read_folder(folder)
    with pytest.raises(CourseError, match=words):
        entries.watch(lambda people: lambda picture: answer, people, found[0])


def test_only_the_entry_is_timed_and_it_starts_anew_for_each_clip(folder, monkeypatch):
    people, found = clips.read_folder(folder)
    now = [0.0]
    monkeypatch.setattr(entries.time, "perf_counter", lambda: now[0])

    def start(people):
        now[0] += 100
        for pictures in people.values():
            pictures[0][:] = 0  # an entry may change what it is given

        def recognise(picture):
            now[0] += 2
            return [(LEFT, None)]

        return recognise

    real = entries.score_frame

    def score_frame(*arguments):
        now[0] += 1000
        return real(*arguments)

    monkeypatch.setattr(entries, "score_frame", score_frame)
    assert entries.watch(start, people, found[0]) == Score(2, 0, 1, 0, 0, 3, 6.0)
    assert all(picture.max() > 0 for pictures in people.values() for picture in pictures)


def test_a_clip_without_faces_and_a_list_that_ends_with_its_clip_are_taken(folder):
    people, found = clips.read_folder(folder)
    assert entries.watch(lambda people: lambda picture: [], people, found[0]._replace(truth={})).frames == 3
    late = found[0]._replace(truth={3: found[0].truth[0]})
    with pytest.raises(CourseError, match="has 3 frames, but its list speaks of 3"):
        entries.watch(lambda people: lambda picture: [], people, late)


def test_a_list_that_is_longer_than_its_clip_is_told(folder):
    with (folder / "one.csv").open("a") as file:
        file.write("7,10,10,30,30,Ada\n")
    people, found = clips.read_folder(folder)
    with pytest.raises(CourseError, match="has 3 frames, but its list speaks of 7"):
        entries.watch(lambda people: lambda picture: [], people, found[0])


# ---------------------------------------------------------------- the command


def test_an_entry_is_scored_beside_the_baseline_and_gets_its_line(folder, tmp_path, capsys, monkeypatch):
    results = tmp_path / "RESULTS.md"
    nobody = entry(tmp_path, [], name="nobody")
    monkeypatch.setattr(section, "BASELINE", nobody)
    turns = []
    real = section.watch

    def watch(start, people, clip):  # the baseline's frames take two seconds each, those of the entry one
        turns.append(clip.path.stem)
        score = real(start, people, clip)
        return score._replace(seconds=score.frames * (1.0 if score.right else 2.0))

    monkeypatch.setattr(section, "watch", watch)
    mine = entry(tmp_path, [(LEFT, "Ada"), (RIGHT, "Bo")])
    for suffix in (".webm", ".csv"):
        shutil.copy(folder / f"one{suffix}", folder / f"two{suffix}")
    assert command.main(["faces", "--entry", str(mine), "--clips", str(folder)], results) == 0
    said = capsys.readouterr().out
    assert "enrolled: Ada, Bo; 6 frames, 4 sights of enrolled people, 2 of strangers" in said
    assert "| `mine`: Always the same | 50.0% | 100.0% | 6 | 1.0 | 2.00 |" in said
    assert "| the baseline | 0.0% | 0.0% | 0 | 0.5 | 1.00 |" in said
    assert "| the baseline, two | 0.0% | 0.0% | 0 | 0.5 |" in said
    assert 'clips,mine,50.0,100.0,6,1.0,2.00,"Always the same"' in said and ",nobody," not in said
    assert turns == ["one", "one", "two", "two"], "by turns"
    assert not results.exists() and "Not written into" in said


def test_an_entry_remembers_nothing_of_the_clip_before(folder, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(section, "BASELINE", entry(tmp_path, [], name="nobody"))
    for suffix in (".webm", ".csv"):
        shutil.copy(folder / f"one{suffix}", folder / f"two{suffix}")
    mine = tmp_path / "mine.py"
    mine.write_text(
        "clips = []\n\n\ndef start(people):\n    clips.append(1)\n"
        f"    return lambda picture: [({LEFT}, 'Ada')] if len(clips) == 1 else []\n"
    )
    assert command.main(["faces", "--entry", str(mine), "--clips", str(folder)], tmp_path / "R.md") == 0
    said = capsys.readouterr().out
    assert "| `mine`, one | 50.0% " in said and "| `mine`, two | 50.0% " in said


@pytest.mark.parametrize(("more", "seed"), [([], 2), (["--validate"], 1)])
def test_choosing_and_scoring_use_other_clips_and_only_the_score_gives_a_line(
    more, seed, folder, tmp_path, capsys, monkeypatch
):
    asked = []
    monkeypatch.setattr(section, "write_made_clips", lambda place, seed: asked.append(seed) or folder)
    monkeypatch.setattr(section, "BASELINE", entry(tmp_path, [], name="nobody"))
    mine = entry(tmp_path, [(LEFT, "Ada")])
    assert command.main(["faces", "--entry", str(mine), *more], tmp_path / "R.md") == 0
    said = capsys.readouterr().out
    assert asked == [seed] and (f"Clips: {'validation' if more else 'test'};" in said)
    assert ("leaderboard.csv" in said) != bool(more) and ("    test,mine,50.0," in said) != bool(more)


def test_our_own_entries_are_measured_by_the_first_of_them(folder, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(section, "OURS", (entry(tmp_path, [], "a"), entry(tmp_path, [(LEFT, "Ada")], "b")))
    assert command.main(["faces", "--clips", str(folder)], tmp_path / "RESULTS.md") == 0
    said = capsys.readouterr().out
    (first,) = [line for line in said.splitlines() if line.startswith("| `a`: ")]
    assert first.endswith("| 1.00 |") and "| `b`: Always the same | 50.0% |" in said
    assert "the baseline" not in said.replace("the baseline's", "") and "leaderboard" not in said


def test_what_is_no_entry_ends_with_words(folder, tmp_path, capsys):
    (tmp_path / "empty.py").write_text("")
    (tmp_path / "number.py").write_text("start = 5")
    none = "defines no function start(people)"
    for name, words in (("empty.py", none), ("number.py", none), ("none.py", "a function `start`")):
        asked = ["faces", "--entry", str(tmp_path / name), "--clips", str(folder)]
        assert command.main(asked, tmp_path / "RESULTS.md") == 1
        assert words in capsys.readouterr().err


def test_the_leaderboard_has_the_columns_that_are_printed_and_lines_of_our_entries():
    with (section.ENTRIES / "leaderboard.csv").open(encoding="utf-8", newline="") as file:
        head, *lines = csv.reader(file)
    assert tuple(head) == section.COLUMNS
    assert {line[1] for line in lines} >= {path.stem for path in section.OURS}
    assert all(len(line) == len(head) for line in lines)
    line = section.leaderboard_line("test", '`mine`: A "good" one', Score(2, 1, 4, 1, 0, 10, 0.5), 16.0)
    assert next(csv.reader([line])) == ["test", "mine", "50.0", "25.0", "0", "20.0", "1.25", "A 'good' one"]


def test_our_clips_are_made_in_the_form_that_is_read(tmp_path, monkeypatch):
    from helpers.vision.weights import has_model

    if not has_model("portraits"):
        pytest.skip("the portraits are not on this machine")
    monkeypatch.setattr(clips, "FRAMES", 4)
    people, found = clips.read_folder(clips.write_made_clips(tmp_path / "made", seed=1))
    assert sorted(people) == ["Hopper", "Obama"]
    assert [clip.path.stem for clip in found] == ["heads", "wall-far", "wall-plain", "wall-spoiled"]
    names = {name for clip in found for truth in clip.truth.values() for name in truth.names}
    assert names <= {"Obama", "Hopper", UNKNOWN, PARTLY} and {"Hopper", UNKNOWN} <= names
    assert max(found[0].truth) == 3


@pytest.mark.parametrize("path", section.OURS, ids=lambda path: path.stem)
def test_our_entries_answer(path):
    from helpers.data.pictures import sample_image
    from helpers.vision.weights import has_model

    if not (has_model("centerface") and has_model("face_recognition")):
        pytest.skip("the networks are not on this machine")
    said, start = entries.load_entry(path)
    picture = sample_image("astronaut")[:256, :400]
    recognise = start({"Collins": [sample_image("astronaut")]})
    for _ in range(2):
        ((box, name),) = recognise(picture)
        assert name == "Collins" and box.shape == (4,)
    assert recognise(sample_image("brick")[:128, :128]) == []
    assert said.startswith(f"`{path.stem}`: ")
