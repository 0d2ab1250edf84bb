"""What the launcher itself says where the reader's language is Chinese, before anything is installed."""

import json
import shutil

import pytest
from course_project import ROOT

from launcher import chinese, cli, failures, jupyter, lab, machine, places, pythons, uv
from launcher.errors import CourseError
from launcher.pythons import version_problem
from translations import messages, sources
from translations.chinese import ENGLISH, has_chinese

ZH = ("--language", "zh")


@pytest.fixture
def told():
    """What says the launcher's words in Chinese."""
    return chinese.launcher_speaker("zh")


@pytest.fixture(autouse=True)
def language_of_the_tests():
    """A command that a test runs in its own process leaves no language behind."""
    before = places.TRANSLATION.get()
    yield
    places.TRANSLATION.set(before)


def remember_chinese(project):
    (project.root / ".jupyter").mkdir()
    (project.root / ".jupyter" / "language").write_text("zh\n")


def test_the_file_of_words_is_what_the_catalogue_makes(monkeypatch, tmp_path):
    assert messages.launcher_problem() is None
    monkeypatch.setattr(messages, "LAUNCHER_WORDS", tmp_path / "zh_CN.json")
    assert "python -m translations pages" in messages.launcher_problem()
    messages.write_launcher_words()
    assert messages.launcher_problem() is None
    assert len(json.loads((tmp_path / "zh_CN.json").read_text("utf-8"))) > 100


def test_a_module_of_the_launcher_that_speaks_is_in_the_catalogue():
    """Those left out say nothing, or to authors and teachers alone."""
    silent = {"__init__", "beside", "chinese", "children", "cli", "exports", "files", "image", "places"}
    silent |= {"speaking", "templates", "tests", "variables", "zips"}
    there = {path.stem for path in (ROOT / "launcher").glob("*.py")}
    assert there - silent == {path.partition("/")[2].removesuffix(".py") for path in sources.LAUNCHER}


def test_a_first_start_in_chinese_and_the_next_ones(project):
    """The small project has no Chinese notebooks: `lab` installs, and ends where it would build them."""
    done = project.run("lab", "--check", *ZH)
    assert done.returncode == 1
    for words in (
        "这是第一次启动",
        "第 1 步，共 2 步：在 .venv 里",
        "第 2 步，共 2 步：安装软件包",
        "安装用了 ",
    ):
        assert words in done.stdout
    assert not ENGLISH.search(done.stdout)
    assert "中文版没能生成" in done.stderr and "`python3 course.py lab --language en`" in done.stderr
    done = project.run("lab", "--check")
    assert "软件包都已安装（.venv 中的 Python 是 3." in done.stdout, "the choice is remembered"
    done = project.run("lab", "--check", "--language", "en")
    assert done.returncode == 0 and "The packages are installed (Python 3." in done.stdout
    assert done.stdout.count("ok      ") == 7 and not has_chinese(done.stdout.replace(str(project.root), ""))


@pytest.mark.parametrize("content", [None, "", "{", '["a"]', '{"a": 1}', "\xff"], ids=repr)
def test_without_its_words_the_launcher_speaks_english(monkeypatch, tmp_path, content):
    monkeypatch.setattr(pythons, "WORDS", tmp_path / "zh_CN.json")
    if content is not None:
        (tmp_path / "zh_CN.json").write_bytes(content.encode("latin-1"))
    say = chinese.launcher_speaker("zh")
    assert say("All of it works.") == "All of it works." and say("task1, task2: x") == "task1, task2: x"


def test_a_damaged_file_of_words_stops_no_command(project):
    (project.root / "launcher" / "zh_CN.json").write_text("{")
    done = project.run("check", "hw1", *ZH)
    assert done.returncode == 2 and "there is no notebook of a homework called 'hw1'" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("lab --language zh --port lots", "参数 --port：'lots' 不是端口：请给出 1024 到 65535 之间的数"),
        ("lab --language=zh --chekc", "不认识的参数：--chekc"),
        ("lab --language zh --cpu --gpu", "参数 --gpu：不能与参数 --cpu 同时使用"),
        ("check --language zh", "缺少下列参数：homework"),
        ("chekc hw1 --language zh", "参数 COMMAND：不能是 'chekc'（可选："),
        ("check hw98 --language zh", "没有名为 'hw98' 的作业笔记本；现有的是：hw1, hw2, "),
        ("check hw1 --task 7 --language zh", "参数 --task：任务 7 由老师评分，没有测试"),
        ("submit hw1 --student a/b --language zh", "'a/b' 不能作为学号"),
        ("check --language fr", "invalid choice: 'fr'"),
        ("check hw1 --language", "argument --language: expected one argument"),
        ("check hw98 --language en", "there is no notebook of a homework called 'hw98'"),
    ],
)
def test_wrong_arguments_are_told_in_the_language_that_is_asked_for(arguments, words, capsys):
    with pytest.raises(SystemExit):
        cli.main(arguments.split())
    assert words in capsys.readouterr().err


def test_wrong_arguments_are_told_in_the_language_that_was_chosen(project):
    remember_chinese(project)
    done = project.run("check", "hw1")
    assert "没有名为 'hw1' 的作业笔记本；现有的是：没有。" in done.stderr
    assert "notebooks/homework/.handed_out" in done.stderr and "git checkout" not in done.stderr


def test_lost_homework_is_where_the_message_says(tmp_path):
    shutil.copytree(ROOT / "notebooks" / "homework" / ".handed_out", tmp_path / "found")
    names = {path.name for path in (tmp_path / "found").iterdir()}
    assert names == {path.name for path in (ROOT / "notebooks" / "homework").glob("hw*.ipynb")}


def test_an_old_python_says_so_in_chinese(project):
    old = "import sys; sys.version_info = (3, 9, 6, 'final', 0)"
    done = project.run("lab", *ZH, before=old)
    assert done.returncode == 1 and "这是 Python 3.9；课程需要 3.11 到 3.14。" in done.stderr
    assert done.stderr.endswith("没有改动任何东西。\n") and not ENGLISH.search(done.stderr)
    (project.root / "launcher" / "zh_CN.json").unlink()
    assert "This is Python 3.9; the course needs 3.11" in project.run("lab", *ZH, before=old).stderr


LINES = [
    "OSError: [Errno 28] No space left on device: '/x (1/y'",
    "PermissionError: [Errno 13] Permission denied",
    "Long Path support",
    "BadZipFile",
    "CERTIFICATE_VERIFY_FAILED",
    "Missing dependencies for SOCKS",
    "Cannot connect to proxy",
    "Retrying (Retry(total=4, connect=None)) after 'NewConnectionError('<pip: Failed (': /simple/numpy/",
    "No matching distribution found",
    "nobody has seen this",
]


@pytest.mark.parametrize("line", LINES)
def test_what_pip_says_is_put_in_chinese_words_and_kept(told, monkeypatch, line):
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    chinese_text = told(failures.explain_failure(line, places.ROOT / "课程 with (a space" / "pip.log"))
    assert line in chinese_text and "然后再运行一次 `python3 course.py lab`" in chinese_text
    assert not ENGLISH.search(chinese_text.replace(line, ""))


def errors_of_the_machine(folder):
    """What the launcher says of a machine on which it cannot work."""
    yield version_problem((3, 15))
    for is_64_bit, system, kind in (
        (False, "Linux", "i686"),
        (True, "Darwin", "x86_64"),
        (True, "Windows", "ARM64"),
    ):
        yield f"{machine.python_problem((3, 12), is_64_bit, system, kind)}\nNothing has been changed."
    yield machine.VENV_MISSING
    for ask in (lambda: machine.check_disk(folder, 1e18), lambda: jupyter.choose_port(8888)):
        with pytest.raises(CourseError) as problem:
            ask()
        yield str(problem.value)
    yield jupyter.Server(None, 1, "", folder / "log").failure("JupyterLab ended unexpectedly.")
    back = lab.BACK["en"].format(name="a.ipynb")
    yield lab.NOTEBOOK_FAILS.format(
        name="a.ipynb", tail="    x: (", back=back, command="python3 course.py lab"
    )


def test_what_is_wrong_with_a_machine_is_told_in_chinese(told, tmp_path, monkeypatch):
    monkeypatch.setattr(jupyter, "can_listen", lambda port: False)
    folder = tmp_path / "my own folder of courses (1"
    folder.mkdir()
    for text in errors_of_the_machine(folder):
        said = told(text)
        assert has_chinese(said) and not ENGLISH.search(said.replace(str(folder), "")), said


def test_a_row_of_a_growing_line_is_as_wide_in_chinese(monkeypatch, told):
    monkeypatch.setattr(uv, "last_step", lambda log: "fetching torch")
    assert uv.progress(0.5, 2.0).endswith("0.5 of about 2.0 GB  fetching torch")
    places.TRANSLATION.set(told)
    assert uv.progress(0.5, 2.0) == f"[{'#####':20}] 0.5 GB，共约 2.0 GB  正在下载 torch"
