"""The command line: what is refused before anything is installed, and what `course.py test` runs."""

import json
import re
import subprocess
import sys
import time

import pytest
from course_project import ROOT, posix, write_notebook

from launcher import children, cli


def test_unknown_argument_of_lab_is_refused(project):
    done = project.run("lab", "--chekc")
    assert done.returncode == 2 and "--chekc" in done.stderr


def test_every_stage_runs_and_one_failure_fails_the_whole(installed):
    done = installed.run("test")
    assert done.returncode == 1  # the stand-in's browser tests fail
    summary = done.stdout.partition("=== Summary")[2].splitlines()
    results = [(line.split()[0], line.split("s  ", 1)[1]) for line in summary if line]
    assert [result for result, _ in results] == ["passed", "passed", "passed", "FAILED", "passed"]
    assert "1 notebooks" in results[-1][1]
    assert "--nbval-current-env" in done.stdout and "not browser and not thorough" in done.stdout
    assert "--cov" not in done.stdout


def test_a_thorough_test_leaves_nothing_out_and_counts_lines(installed):
    done = installed.run("test", "--thorough")
    assert "--cov-fail-under=95" in done.stdout and "not thorough" not in done.stdout


def test_notebook_is_compared_with_its_saved_outputs(project):
    notebook = project.root / "notebooks" / "00_getting_started.ipynb"
    write_notebook(notebook, "print(6 * 7)")
    content = json.loads(notebook.read_text())
    cell = content["cells"][0]
    cell["execution_count"] = 1
    for saved, code in (("42\n", 0), ("41\n", 1)):
        cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": saved}]
        notebook.write_text(json.dumps(content))
        done = project.run("test", "--current-env", "notebooks/00_getting_started.ipynb")
        assert done.returncode == code, done.stdout


def test_what_running_leaves_behind_is_ignored_by_git():
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert {".venv/", ".venv.*/", ".jupyter/"} <= set(ignored)


@pytest.mark.parametrize(
    "arguments, words",
    [
        ("check hw98", "no notebook of a homework called 'hw98'; those that are here: hw1, hw2"),
        ("check hw1 --task 77", "--task: there is no task77; those with tests: task1, "),
        ("check hw1 --task two", "--task: there is no tasktwo"),
        ("check hw1 --task 7", "--task: task7 is marked by your teacher"),
        ("check", "the following arguments are required: homework"),
        (
            "check notebooks/homework/hw1_tensors.ipynb",
            "is a file: type hw1 in its place; it is read in note",
        ),
        ("check notebooks/zh/homework/hw1_tensors.ipynb", "is a file: type hw1 in its place"),
        ("check hw1_perceptron", "there is no notebook of a homework called 'hw1_perceptron'"),
        ("submit hw98 --student 7", "there is no notebook of a homework called 'hw98'"),
        ("submit hw1", "--student"),
        ("submit hw1 --student a/b", "'a/b' cannot be a student's id"),
        ("grade hw3", "required: --inbox, --out"),
        ("grade hw98 --inbox . --out b", "there is no notebook of a homework called 'hw98'"),
        ("grade hw3 --inbox nowhere --out b", "--inbox: there is no folder nowhere"),
        ("grade hw3 --inbox . --out b --roster nowhere", "--roster: there is no file nowhere"),
        ("grade hw3 --inbox . --out b --jobs 0", "'0' is not a count"),
        ("grade hw3 --inbox . --out b --due tomorrow", "'tomorrow' is no time such as 2026-12-01T23:59"),
        ("grade hw3 --inbox . --out b --cell-seconds 0", "'0' is no time limit"),
        ("grade hw3 --inbox . --out b --format excel", "invalid choice: 'excel'"),
        ("grade hw3 --inbox . --out b --format canvas", "canvas needs --roster with Canvas's own gradebook"),
        (
            "grade hw3 --inbox . --out b --format moodle",
            "moodle needs --roster with the participants of your",
        ),
        ("grade hw3 --inbox . --out README.md", "--out: README.md is a file. Name a folder"),
        ("grade hw3 --inbox . --out README.md/b", "--out: README.md is a file. Name a folder"),
        ("export marks README.md --to README.md", "--to: README.md is a file. Name a folder"),
        ("export marks --roster README.md --to README.md", "--to: README.md is a file. Name a folder"),
        ("grade hw3 --inbox . --out b --column hw3", "--column: it goes with --format"),
        ("export marks", "name a sheet, or --roster FILE for an empty one"),
        ("export marks nowhere.csv", "there is no file nowhere.csv"),
        ("export marks nowhere.csv", "usage: course.py export marks "),
        ("export quiz --zap", "usage: course.py export quiz "),
        ("export marks README.md --roster README.md", "the sheet has the students already"),
        ("export marks README.md --grades nowhere.csv", "there is no file nowhere.csv"),
        ("export marks --roster README.md --grades README.md", "goes with a sheet that is filled in"),
        ("mark --out nowhere", "--out: there is no folder nowhere"),
        ("export quiz hw8", "there is no quiz 'hw8'; there are hw1 to hw7, and those of lessons 00, 01, "),
        ("export quiz 03c", "there is no quiz '03c'"),
        ("export quiz 16", "there is no quiz '16'"),
        ("release hw1 --all", "unrecognized arguments: --all"),
        ("bench nonsense", "there is no section 'nonsense'; the sections are: mnist, "),
        ("site --zap", "unrecognized arguments: --zap"),
        ("lab --chekc", "unrecognized arguments: --chekc"),
        ("lab --port 0", "'0' is not a port"),
        ("lab --port 65536", "'65536' is not a port"),
        ("lab --port lots", "'lots' is not a port"),
        ("nonsense", "invalid choice: 'nonsense'"),
    ],
)
def test_bad_arguments_are_told_before_anything_is_installed(arguments, words, capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(children, "choose_environment", lambda *asked: pytest.fail("it begins to install"))
    with pytest.raises(SystemExit) as stopped:
        cli.main(arguments.split())
    assert stopped.value.code == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("name", ["hw3", "HW03", "3"])
def test_a_homework_has_a_short_name_too(name):
    options, rest = cli.read_arguments(["check", name, "--task", "2"])
    assert (options.homework, options.task, rest) == (name, "2", [])


@pytest.mark.parametrize("name", ["hw3.ipynb", "hw3_backpropagation", "hw3_backpropagation.ipynb"])
@pytest.mark.parametrize("command", ["check NAME", "submit NAME --student 7", "export gradescope NAME"])
def test_a_homework_is_known_by_its_file_name_too(command, name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.read_arguments(command.replace("NAME", name).split())[0].homework == "hw3"


def test_a_file_that_is_there_is_not_taken_for_the_copy_of_the_course(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hw3_backpropagation.ipynb").write_text("mine")
    with pytest.raises(SystemExit):
        cli.read_arguments(["check", "hw3_backpropagation.ipynb"])
    assert "'hw3_backpropagation.ipynb' is a file: type hw3 in its place" in capsys.readouterr().err


def test_a_quiz_is_named_by_homework_or_lesson():
    options, _ = cli.read_arguments(["export", "quiz", "hw3", "HW03", "8", "03b", "0"])
    assert options.quizzes == ["03", "03", "08", "03b", "00"]
    assert cli.read_arguments(["export", "quiz"])[0].quizzes == []


def test_what_pytest_is_asked_goes_to_pytest():
    options, rest = cli.read_arguments(
        ["test", "tests/unit/test_device.py", "-k", "cuda", "-x", "--current-env"]
    )
    assert rest == ["tests/unit/test_device.py", "-k", "cuda", "-x"] and options.current_env


def test_the_command_alone_names_every_command(project):
    done = project.run()
    assert done.returncode == 0
    for name in ("lab", "test", "check", "submit", "release", "grade", "mark", "bench", "site"):
        assert re.search(rf"^    {name} +\w", done.stdout, re.MULTILINE), name
    assert not project.venv.exists()


def test_the_launcher_needs_python_and_nothing_else():
    """Without site-packages, and with nothing but the course's folder on the path."""
    names = sorted(f"launcher.{path.stem}" for path in (ROOT / "launcher").glob("[a-z]*.py"))
    code = f"import sys; sys.path.append({str(ROOT)!r}); import {', '.join(names)}; print(*sys.modules)"
    loaded = subprocess.check_output([sys.executable, "-I", "-S", "-c", code], text=True).split()
    ours = {name.partition(".")[0] for name in loaded} & {"helpers", "homework", "benchmarks", "tests"}
    assert len(names) > 10 and not ours


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("2026-12-01T23:59+08:00", "2026-12-01T15:59:00+00:00"),
        ("2026-12-01T09:30", "2026-12-01T09:30:00+00:00"),
        ("2026-12-01", "2026-12-01T23:59:59+00:00"),  # nobody means the day's first second
        ("2026-12-01T00:00", "2026-12-01T00:00:00+00:00"),
    ],
)
@posix
def test_when_homework_is_due(typed, means, monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    options = cli.make_parser().parse_args(["grade", "hw3", "--inbox", "a", "--out", "b", "--due", typed])
    assert options.due.isoformat() == means


@pytest.mark.parametrize("words", ["export --current-env quiz hw3", "export quiz hw3 --current-env"])
def test_the_environment_is_chosen_before_or_after_the_kind(words):
    options, _ = cli.read_arguments(words.split())
    assert options.current_env and options.kind == "quiz"
    assert not cli.read_arguments(["export", "quiz"])[0].current_env
