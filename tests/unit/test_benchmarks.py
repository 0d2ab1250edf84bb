"""What `course.py bench` reports: its arithmetic, its report, and that nobody wins a race by not training."""

import json
import math
import os
import subprocess
import sys
from types import SimpleNamespace

import nbformat
import pytest
import torch
from course_project import ROOT, write_notebook

from benchmarks import __main__ as command
from benchmarks import (
    checking,
    grading,
    ladder,
    lenet,
    lenet_peers,
    mnist_seconds,
    notebooks,
    peers_env,
    speedrun,
    startup,
)
from benchmarks.lenet_race import Racer, race, usable
from benchmarks.lenet_task import BARE, COURSE, FLOOR, OWN, SMALL, Task, TorchvisionSet
from benchmarks.lenet_task import lenet as lenet_5
from benchmarks.report import replace_section, split, table, verdict, write_section
from benchmarks.rounds import interleave, medians, ratios, uncertainty
from benchmarks.sections import SECTIONS, Options, Section
from helpers import load_images
from launcher import beside
from launcher.errors import CourseError

ORDER = ["first", "second", "third"]

# ---------------------------------------------------------------- the report


def test_a_section_is_replaced_and_the_others_stay(tmp_path):
    path = tmp_path / "RESULTS.md"
    for name in ("third", "first", "own"):
        write_section(path, name, f"Title of {name}", f"old {name}\n\n### part\n\nmore", ORDER)
    write_section(path, "first", "Title of first", "new words", ORDER)
    parts = split(path.read_text("utf-8"))
    assert list(parts) == [
        "first",
        "third",
        "own",
    ]  # the order of the registry; what it does not know comes last
    assert parts["first"] == "## first: Title of first\n\nnew words"
    assert parts["third"].endswith("old third\n\n### part\n\nmore")
    assert [file.name for file in tmp_path.iterdir()] == ["RESULTS.md"]


def test_writing_the_same_section_twice_changes_nothing():
    once = replace_section("", "first", "Title", "words", ORDER)
    assert replace_section(once, "first", "Title", "words", ORDER) == once


def test_a_body_that_would_start_a_section_is_refused():
    with pytest.raises(ValueError, match="use '### '"):
        replace_section("", "first", "Title", "words\n## more", ORDER)


def test_a_table_is_markdown():
    assert table(("name", "value"), [("a", 1)]).splitlines() == [
        "| name | value |",
        "| --- | ---: |",
        "| a | 1 |",
    ]


def test_a_target_is_met_up_to_its_limit():
    assert [verdict(value, 2.0) for value in (1.9, 2.0, 2.1)] == ["met", "met", "**missed**"]
    assert [verdict(value, 2.0, at_least=True) for value in (1.9, 2.0)] == ["**missed**", "met"]


# ---------------------------------------------------------------- repeated runs


def test_contenders_take_turns_and_the_first_round_is_thrown_away():
    calls, times = [], iter([9.0, 9.0, 1.0, 2.0, 3.0, 4.0])

    def contender(name):
        return lambda: calls.append(name) or next(times)

    found = interleave({"a": contender("a"), "b": contender("b")}, rounds=2)
    assert calls == ["a", "b"] * 3
    assert found == {"a": [1.0, 3.0], "b": [2.0, 4.0]}


def test_more_rounds_are_run_while_one_scatters():
    def rounds_of(times, **limits):
        seconds = iter([9.0, *times])
        return len(interleave({"a": lambda: next(seconds)}, rounds=2, **limits)["a"])

    calm, wild = [1.0] * 9, [1.0, 2.0] * 5
    assert rounds_of(calm, most=8) == 2 and rounds_of(wild, most=8) == 8 and rounds_of(wild) == 2
    assert rounds_of([1.0, 2.0, *calm], most=9) == 5, "the quartiles meet: two of five rounds are no scatter"
    assert rounds_of(wild, most=8, wanted=0.5) == 2
    assert uncertainty([1.0]) == math.inf and uncertainty([1.0, 2.0, 3.0, 4.0]) == pytest.approx(0.279)


def test_ratios_are_those_of_the_medians():
    found = {"course": [2.0, 1.0, 30.0], "other": [5.0, 50.0, 4.0]}
    assert medians(found) == {"course": 2.0, "other": 5.0}
    assert ratios(found, "course") == {"course": 1.0, "other": 2.5}


# ---------------------------------------------------------------- the command line


@pytest.mark.parametrize("name", SECTIONS)
def test_every_section_can_be_loaded_alone(name):
    assert callable(SECTIONS[name].load())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nonsense"], "no section 'nonsense'; the sections are: "),
        (["--rounds", "0"], "'0' is not a count"),
        (["--hand-ins", "many"], "'many' is not a count"),
        (["--round=3"], "unrecognized arguments: --round=3"),
    ],
)
def test_bad_arguments_are_told(arguments, words, capsys):
    with pytest.raises(SystemExit) as stopped:
        command.main(arguments)
    assert stopped.value.code == 2
    assert words in capsys.readouterr().err


def test_course_py_lists_the_sections_before_anything_is_installed():
    asked = subprocess.run(
        [sys.executable, "-S", ROOT / "course.py", "bench", "--list"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert [line.split()[0] for line in asked.stdout.splitlines()] == list(SECTIONS)


def test_only_the_named_sections_run_and_one_that_fails_keeps_its_numbers(monkeypatch, tmp_path, capsys):
    def measure(name):
        def run(options):
            if name == "second":
                raise CourseError("It could not be measured.")
            return f"{name} in {options.rounds} rounds"

        return run

    monkeypatch.setattr("launcher.arguments.BENCHMARKS", dict.fromkeys(ORDER))
    monkeypatch.setattr(command, "SECTIONS", {name: Section(name, name) for name in ORDER})
    monkeypatch.setattr(Section, "load", lambda section: measure(section.module))
    results = tmp_path / "RESULTS.md"
    write_section(results, "second", "second", "old numbers", ORDER)
    assert command.main(["second", "third", "--rounds", "2"], results) == 1
    parts = split(results.read_text("utf-8"))
    assert list(parts) == ["second", "third"]
    assert "old numbers" in parts["second"] and "third in 2 rounds" in parts["third"]
    assert "It could not be measured." in capsys.readouterr().err


# ---------------------------------------------------------------- the programs of notebook 15


def test_a_rung_of_the_lesson_is_climbed_as_the_lesson_shows_it():
    rung, (passes, seconds) = ladder.climb("Muon", target=0.5, seeds=1, full=False)
    assert rung == "Muon" and 0.95 < passes <= 1 and seconds > 0
    assert ladder.climb("Muon", target=1.1, seeds=1, full=False) == ("Muon", None)


def test_the_ladder_compares_with_the_rung_above_and_with_the_first():
    text = ladder.write({"first": (8, 40.0), "second": (4, 20.0), "none": None, "third": (1, 5.0)}, 3)
    assert "| first | 8.0 | 5.0 | 40.0 | 1.00 | 1.0 |" in text
    assert "| second | 4.0 | 5.0 | 20.0 | 2.00 | 2.0 |" in text
    assert "| none | not reached |" in text
    assert "| third | 1.0 | 5.0 | 5.0 | 4.00 | 8.0 |" in text


@pytest.fixture
def digits():
    """The sample: 4,000 digits to train on and 1,000 to ask."""
    train, test = (load_images("mnist", split, dtype=torch.uint8) for split in ("train", "test"))
    return speedrun.Digits(train.images, train.labels, test.images, test.labels)


def test_our_entries_and_the_published_recipe_learn(digits):
    entries = dict(speedrun.load_entry(path) for path in (mnist_seconds.QUICK, mnist_seconds.BEST))
    for train_it in (mnist_seconds.published, *entries.values()):
        run = speedrun.timed(train_it, digits, seed=0)
        assert run.seconds > 0 and run.answering > 0
        assert run.right > 0.5


ENTRY = """\"\"\"Always says {digit}.\"\"\"
import torch
def train(images, labels, seed):
    images.zero_()
    return lambda asked: torch.nn.functional.one_hot(torch.full((len(asked),), {digit}), 10)
"""


def test_an_entry_is_a_file_with_a_function(tmp_path, digits):
    path = tmp_path / "mine.py"
    path.write_text(ENTRY.format(digit=3), encoding="utf-8")
    name, train = speedrun.load_entry(path)
    assert name == "`mine`: Always says 3"
    before = digits.images.clone()
    run = speedrun.timed(train, digits, seed=0)
    assert run.right == pytest.approx((digits.answers == 3).float().mean().item())
    assert digits.images.equal(before), "an entry that spoils its pictures spoils those of nobody else"


def test_what_is_no_entry_is_told(tmp_path, digits):
    with pytest.raises(CourseError, match="There is no file"):
        speedrun.load_entry(tmp_path / "missing.py")
    path = tmp_path / "empty.py"
    path.write_text("train = 3", encoding="utf-8")
    with pytest.raises(CourseError, match="defines no function train"):
        speedrun.load_entry(path)
    with pytest.raises(CourseError, match="scores \\(N, 10\\)"):
        speedrun.timed(lambda images, labels, seed: lambda asked: asked[:, 0, 0, :5], digits, seed=0)


def test_validation_keeps_training_digits_apart_and_never_sees_a_test_digit(monkeypatch):
    asked = []

    def fake(name, split, **options):
        asked.append(split)
        images = torch.arange(60_000).view(-1, 1, 1, 1)
        return SimpleNamespace(images=images, labels=torch.arange(60_000) % 10)

    monkeypatch.setattr(speedrun, "load_images", fake)
    split = speedrun.load_digits(validate=True)
    assert asked == ["train"]
    assert (len(split.images), len(split.asked)) == (50_000, 10_000)
    assert set(split.images.flatten().tolist()).isdisjoint(split.asked.flatten().tolist())
    assert split.answers.equal(split.asked.flatten() % 10)


def test_the_targets_say_how_near_they_came():
    def runs(seconds, right):
        return [speedrun.Run(seconds, 0.25, right)] * 2

    found = {mnist_seconds.RECIPE: runs(10.0, 0.99), "q": runs(1.0, 0.9895), "b": runs(11.0, 0.9961)}
    text = mnist_seconds.write(found)
    assert "| q | 1.00 | 0.100 | 98.95 ± 0.00 % | 0.25 |" in text
    assert "60,000 digits, tested on 10,000; 2 seeds" in text
    assert "validation" not in text and "validation" in mnist_seconds.write(found, validate=True)
    text = mnist_seconds.targets(found, "q", "b")
    assert "| 99.0 % right | 98.95 % | **missed** |" in text
    assert "| … in ≤ 0.1 of the recipe's time | 0.100 | met |" in text
    assert "| 99.6 % right | 99.61 % | met |" in text
    assert "| … in ≤ 10 s | 11.00 s | **missed** |" in text
    assert "| … the same where the recipe takes 7.7 s, by the ratio | 8.47 s | met |" in text


# ---------------------------------------------------------------- LeNet


@pytest.fixture(scope="module")
def task():
    """300 pictures: an epoch has two steps, and the last one is smaller."""
    generator = torch.Generator().manual_seed(0)
    pixels = torch.randint(0, 256, (300, 1, 28, 28), generator=generator, dtype=torch.uint8)
    labels = torch.randint(0, 10, (300,), generator=generator)
    images = pixels / 255
    weights = lenet_5().state_dict()
    return Task(
        images, labels, TorchvisionSet(pixels, labels), (images, labels), weights, "300 pictures of noise"
    )


@pytest.fixture(autouse=True)
def no_bars(monkeypatch):
    monkeypatch.setenv("TQDM_DISABLE", "1")


def test_the_data_set_of_torchvision_holds_the_same_pictures(task):
    for index in (0, 299):
        image, label = task.dataset[index]
        torch.testing.assert_close(image, task.images[index])
        assert label == task.labels[index]


@pytest.mark.parametrize("name", [name for name in {**OWN, **SMALL} if "workers" not in name])
def test_a_contender_takes_all_steps_and_moves_the_weights(name, task):
    racer = Racer({**OWN, **SMALL}[name], task)
    assert racer() > 0
    assert racer.steps == task.steps == 2
    moved = [not value.equal(task.weights[key]) for key, value in racer.model.state_dict().items()]
    assert all(moved)


def test_the_course_and_the_loop_by_hand_end_with_the_same_weights(task):
    course, by_hand = Racer(SMALL[COURSE], task), Racer(SMALL[BARE], task)
    course(), by_hand()
    torch.testing.assert_close(course.model.state_dict(), by_hand.model.state_dict(), rtol=0, atol=0)


def test_nobody_wins_by_leaving_steps_out(task):
    def lazy(model, task):
        return lambda: model(task.images[:1])

    with pytest.raises(RuntimeError, match="lazy took 1 steps; an epoch has 2"):
        race({"lazy": lazy}, task, rounds=1)


def test_a_race_gives_what_the_table_needs(task):
    found = race({FLOOR: SMALL[FLOOR]}, task, rounds=2)[FLOOR]
    assert len(found["seconds"]) == 2 and found["steps"] == 2 and 0 <= found["accuracy"] <= 1
    assert json.loads(json.dumps(found)) == found


def results(missing):
    """What a race would have found: the course 1 s, a peer 3 s, the floor 0.9 s."""
    one = {COURSE: 1.0, "some peer": 3.0, FLOOR: 0.9}
    small = {COURSE: 1.02, BARE: 1.0, FLOOR: 0.9}
    rows = {name: {"seconds": [value], "steps": 2, "accuracy": 0.8} for name, value in one.items()}
    return {
        "source": "300 pictures",
        "processor": "some chip",
        "missing": missing,
        "epoch": rows,
        "small": {name: {"seconds": [value]} for name, value in small.items()},
    }


def test_the_table_says_who_is_faster_and_which_targets_are_met():
    text = lenet.write(results({}), "origin")
    assert "| some peer | 3.00 | 3.00 | 80.0 % |" in text
    assert "On this processor, some chip, the median of the other 1 takes 3.00 times as long" in text
    assert "(target ≥ 2: met)" in text
    assert "| `helpers.fit` / computation only | 1.133 | ≤ 1.05 | **missed** |" in text
    assert "| 1.111 | ≤ 1.05 | **missed** |" in text and "| 1.020 | ≤ 1.03 | met |" in text
    assert "Left out" not in text


def test_the_table_says_which_peer_is_missing_and_why():
    text = lenet.write(results({"the peers": "the index does not answer"}), "origin")
    assert "Left out: the peers (the index does not answer)." in text


def test_a_peer_that_is_not_installed_is_named(monkeypatch):
    peers = {"absent": ("no_such_module", None), "present": ("json", "contender")}
    monkeypatch.setattr(lenet_peers, "PEERS", peers)
    found, missing = lenet_peers.importable()
    assert found == {"present": "contender"}
    assert missing == {"absent": "ModuleNotFoundError: No module named 'no_such_module'"}


def test_a_peer_that_does_not_train_is_named(task):
    def broken(model, task):
        raise TypeError("an old package")

    found, missing = usable({"broken": broken, "floor": SMALL[FLOOR]}, task)
    assert list(found) == ["floor"] and missing == {"broken": "TypeError: an old package"}


def test_without_a_network_the_course_runs_alone(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(peers_env, "FOLDER", tmp_path / "environment")
    monkeypatch.setattr(beside, "run", lambda command: "the index does not answer")
    python, problem = peers_env.prepare()
    assert (str(python), problem) == (sys.executable, "the index does not answer")
    assert "left out: the index does not answer" in capsys.readouterr().out


def test_why_pip_failed_is_told_in_one_line():
    failing = [sys.executable, "-c", "import sys; print('long'); sys.exit('an odd failure')"]
    assert beside.run(failing) == "an odd failure"
    refused = "WARNING: connection broken by 'NewConnectionError(...)'\nERROR: No matching distribution"
    assert beside.reason(refused).startswith("The package index does not answer")
    assert beside.run([sys.executable, "-c", "print('fine')"]) == ""


# ---------------------------------------------------------------- notebooks


def test_a_notebook_is_measured_and_its_file_stays(tmp_path):
    path = tmp_path / "one.ipynb"
    write_notebook(path, "data = bytearray(80_000_000)", "import time; time.sleep(0.5)", "print(len(data))")
    before = path.read_bytes()
    run = notebooks.execute(path)
    assert (run.cells, run.cell) == (3, 2)
    assert run.family_mb >= run.kernel_mb > 80
    assert run.seconds > run.slowest > 0.5
    assert path.read_bytes() == before


def test_the_memory_of_a_kernel_is_told_from_that_of_its_processes():
    child = "data = bytearray(80_000_000); print(len(data), flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", child], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    ) as process:
        assert process.stdout.readline() == "80000000\n"
        watch = notebooks.MemoryWatch()
        watch.look(os.getpid())
        process.communicate("\n")
    both, before = watch.together, watch.alone
    assert both - before > 80e6
    watch.look(os.getpid())
    assert watch.together == both and watch.alone < both


def test_a_notebook_that_fails_is_named(tmp_path):
    path = tmp_path / "broken.ipynb"
    write_notebook(path, "1 / 0")
    with pytest.raises(CourseError, match=r"broken\.ipynb does not run to its end: .*division by zero"):
        notebooks.execute(path)


def test_part_one_is_added_up_without_the_later_notebooks():
    runs = {
        "00_a": notebooks.Run(seconds=100, cells=5, slowest=30, cell=2, kernel_mb=400, family_mb=400),
        "07_b": notebooks.Run(seconds=300, cells=9, slowest=61, cell=9, kernel_mb=900, family_mb=910),
        "08_c": notebooks.Run(seconds=200, cells=9, slowest=10, cell=1, kernel_mb=1500, family_mb=2500),
    }
    text = notebooks.write(runs)
    assert "| 07_b | 300 | 61.0 | 9 of 9 | 900 | 910 |" in text
    assert "| 400 | ≤ 600 | met |" in text
    assert "| slowest notebook, seconds | 300 | ≤ 90 | **missed** |" in text
    assert "| 61 | ≤ 60 | **missed** |" in text and "| 2500 | ≤ 2000 | **missed** |" in text
    assert "| largest kernel, MB | 1500 | ≤ 2000 | met |" in text


# ---------------------------------------------------------------- start-up


def say(text):
    command = [sys.executable, "-c", f"print({text!r})"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8")


def test_the_address_is_read_from_what_the_command_prints():
    with say("Starting.\n    http://127.0.0.1:8899/lab/tree/a.ipynb?token=abc1\n\nKeep") as process:
        assert startup.printed_address(process) == "http://127.0.0.1:8899/lab/tree/a.ipynb?token=abc1"
        process.stdout.read()


def test_a_command_that_prints_no_address_is_told():
    with say("The disk is full.") as process, pytest.raises(CourseError, match=r"The disk is full\."):
        startup.printed_address(process)


def test_start_up_is_compared_with_torch():
    text = startup.write(2.0, 0.002, 0.5, [7.0, 5.0, 6.0])
    assert "| then `import helpers` | 2.0 | 0.0010 |" in text
    assert "| 6.0 | ≤ 6 | met |" in text


# ---------------------------------------------------------------- checking

teachers = pytest.mark.skipif(not grading.is_teachers(), reason="the student edition has no solutions")


def test_the_ratio_of_check_is_that_of_each_round():
    text = checking.write({"hw1": [(4.0, 2.0), (3.0, 2.5), (9.0, 8.0)], "hw3": [(2.8, 2.0)]})
    assert "| hw1 | 4.0 | 2.5 | 1.20 | met |" in text
    assert "| hw3 | 2.8 | 2.0 | 1.40 | **missed** |" in text


@teachers
def test_what_check_is_measured_against_is_the_answered_notebook_and_passes(tmp_path):
    program = checking.answered("hw3", tmp_path)
    assert "NotImplementedError" not in program and "HIDDEN" not in program and "expect(" in program
    assert checking.seconds_of("-c", checking.CHECK, "hw3", str(tmp_path)) > 0
    with pytest.raises(CourseError, match="Those that exist"):
        checking.seconds_of("-c", checking.CHECK, "hw8", str(tmp_path))


# ---------------------------------------------------------------- grading


@teachers
def test_hand_ins_are_valid_different_and_the_same_every_time(tmp_path):
    for name in ("one", "two"):
        grading.build_hand_ins(tmp_path / name, 6)
    ours, again = (sorted((tmp_path / name).iterdir()) for name in ("one", "two"))
    texts = [path.read_text("utf-8") for path in ours]
    assert [path.name for path in ours] == [f"hw3_{80_000 + number}.ipynb" for number in range(6)]
    assert texts == [path.read_text("utf-8") for path in again]
    answers = {
        tuple(cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code")
        for path in ours
    }
    assert len(answers) > 3  # with mistakes and in other styles, not the solution six times
    assert not any("### BEGIN" in text or "YOUR CODE HERE" in text for text in texts)


@pytest.mark.parametrize("statuses", [["graded", "rejected"], ["graded"]])
def test_hand_ins_that_were_not_graded_do_not_count_as_quick(statuses, tmp_path):
    grades = tmp_path / "grades.csv"
    grades.write_text("student,status\n" + "".join(f"1,{status}\n" for status in statuses))
    with pytest.raises(CourseError, match="Of 2 hand-ins not every one was graded"):
        grading.check_all_graded(grades, 2)


def test_the_student_edition_says_what_it_lacks(monkeypatch, tmp_path):
    monkeypatch.setattr(grading, "ROOT", tmp_path)
    assert "needs the teacher's edition" in grading.measure(Options())


def test_throughput_is_counted_for_a_minute_and_in_starts_of_torch():
    text = grading.write(count=20, seconds=40.0, unit=1.0)
    assert "| hand-ins a minute | 30.0 |" in text and "| a hand-in / such a start | 2.00 |" in text
