"""Which language the course is read in: asked for, chosen last, or offered once."""

import argparse
import json

import pytest

from launcher import languages
from launcher.languages import choose_language, first_notebook, language_of, speaks_chinese


@pytest.fixture(autouse=True)
def state(monkeypatch, tmp_path):
    monkeypatch.setattr(languages, "STATE", tmp_path / ".jupyter")
    monkeypatch.setattr(languages, "CHOICE", tmp_path / ".jupyter" / "language")
    monkeypatch.setattr(languages, "MENUS", tmp_path / ".jupyter" / "settings" / "plugin.jupyterlab-settings")
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")


def asked(language=None):
    return argparse.Namespace(language=language)


def test_english_without_a_word():
    assert choose_language(asked()) == "en" and language_of(asked()) == "en"


def test_what_was_asked_for_is_remembered():
    assert choose_language(asked("zh")) == "zh"
    assert choose_language(asked()) == "zh" and language_of(asked()) == "zh"
    assert choose_language(asked("en")) == "en"
    assert choose_language(asked()) == "en"


def test_menus_follow_what_is_asked_for_and_are_left_alone_otherwise():
    choose_language(asked("zh"))
    assert json.loads(languages.MENUS.read_text()) == {"locale": "zh_CN"}
    languages.MENUS.write_text('{"locale": "fr_FR"}')  # by JupyterLab's own menu
    choose_language(asked())
    assert json.loads(languages.MENUS.read_text()) == {"locale": "fr_FR"}
    choose_language(asked("en"))
    assert json.loads(languages.MENUS.read_text()) == {"locale": "en"}


def test_check_in_another_language_changes_no_choice():
    choose_language(asked("zh"))
    assert language_of(asked("en")) == "en"
    assert language_of(asked()) == "zh"


def test_a_chinese_machine_is_offered_chinese_once(monkeypatch, capsys):
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert choose_language(asked()) == "en"
    told = capsys.readouterr().out
    assert "course.py lab --language zh" in told and "中文" in told and told.count("\n") == 1
    assert choose_language(asked()) == "en"
    assert capsys.readouterr().out == ""


def test_nobody_is_offered_what_they_chose(monkeypatch, capsys):
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    choose_language(asked("en"))
    choose_language(asked())
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("variables", "chinese"),
    [
        ({"LANG": "zh_TW.UTF-8"}, True),
        ({"LANG": "en_GB.UTF-8"}, False),
        ({"LC_ALL": "en_US.UTF-8", "LANG": "zh_CN.UTF-8"}, False),
        ({"LC_MESSAGES": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, True),
    ],
)
def test_what_the_machine_speaks(monkeypatch, variables, chinese):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert speaks_chinese() is chinese


def test_windows_says_its_language_in_words(monkeypatch):
    monkeypatch.delenv("LANG")
    monkeypatch.setattr(languages.locale, "getlocale", lambda: ("Chinese (Simplified)_China", "936"))
    assert speaks_chinese()
    monkeypatch.setattr(languages.locale, "getlocale", lambda: (None, None))
    assert not speaks_chinese()


def test_the_first_notebook_of_each_language():
    assert first_notebook("en").parent.name == "notebooks"
    assert first_notebook("zh").parent.name == "zh" and first_notebook("zh").name == first_notebook("en").name


def test_a_choice_that_is_no_language_is_none(tmp_path):
    (tmp_path / ".jupyter").mkdir()
    (tmp_path / ".jupyter" / "language").write_text("fr\n")
    assert language_of(asked()) == "en"
