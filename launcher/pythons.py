"""Which Pythons the course runs on. An old one reads this file: no annotations, no f-strings."""

import os

WORDS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "zh_CN.json")  # noqa: PTH100, PTH118, PTH120
OLDEST_PYTHON, NEWEST_PYTHON = (3, 11), (3, 14)  # the lock has packages for these and for none beyond
GOOD_PYTHON = "Python 3.13 (64-bit) from https://www.python.org/downloads/"

WRONG_PYTHON = """This is Python {name}; {reason}
Install {good}, then run the same command with it: on Windows
`py -3.13 course.py lab`, elsewhere `python3.13 course.py lab`. {stays}"""
TOO_OLD = "the course needs {oldest} to {newest}."
TOO_NEW = "PyTorch has no package for it yet.\nThe course needs Python {oldest} to {newest}."
OLD_STAYS = "Your old Python may stay."
NEW_STAYS = "Your new Python may stay."
UNCHANGED = "{0}\nNothing has been changed."


def numbers(version):
    """A version's first two numbers as text."""
    return ".".join(str(part) for part in version[:2])


def version_problem(version, words=None):
    """Why the packages cannot be installed for a Python of this version; None when they can.

    `words` are {English: Chinese} for who reads Chinese.
    """
    if tuple(version[:2]) < OLDEST_PYTHON:
        reason, stays = TOO_OLD, OLD_STAYS
    elif tuple(version[:2]) > NEWEST_PYTHON:
        reason, stays = TOO_NEW, NEW_STAYS
    else:
        return None
    told = words or {}
    reason, stays, good, whole = (told.get(text, text) for text in (reason, stays, GOOD_PYTHON, WRONG_PYTHON))
    reason = reason.format(oldest=numbers(OLDEST_PYTHON), newest=numbers(NEWEST_PYTHON))
    return whole.format(name=numbers(version), reason=reason, good=good, stays=stays)


def refusal(version, arguments):
    """What an old Python is told before it ends; in Chinese where the command line asks for it."""
    asked = " ".join(arguments).replace("=", " ")
    words = chinese_words() if "--language zh" in asked else {}
    return words.get(UNCHANGED, UNCHANGED).format(version_problem(version, words))


def chinese_words():
    """{English: Chinese} of what the launcher says; {} where the file is missing or damaged."""
    import json  # not sooner: while course.py finds this file, a student's json.py would come first

    try:
        with open(WORDS, encoding="utf-8") as file:  # noqa: PTH123
            words = json.load(file)
    except (OSError, ValueError):
        return {}
    whole = isinstance(words, dict) and all(isinstance(text, str) for text in words.values())
    return words if whole else {}
