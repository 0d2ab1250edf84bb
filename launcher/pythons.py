"""Which Pythons the course runs on. An old one reads this file: no annotations, no f-strings."""

OLDEST_PYTHON, NEWEST_PYTHON = (3, 11), (3, 14)  # the lock has packages for these and for none beyond
GOOD_PYTHON = "Python 3.13 (64-bit) from https://www.python.org/downloads/"

WRONG_PYTHON = """This is Python {name}; {reason}
Install {good}, then run the same command with it: on Windows
`py -3.13 course.py lab`, elsewhere `python3.13 course.py lab`. Your {age} Python may stay."""


def numbers(version):
    """A version's first two numbers as text."""
    return ".".join(str(part) for part in version[:2])


def version_problem(version):
    """Why the packages cannot be installed for a Python of this version; None when they can."""
    bounds = f"{numbers(OLDEST_PYTHON)} to {numbers(NEWEST_PYTHON)}"
    if tuple(version[:2]) < OLDEST_PYTHON:
        reason, age = "the course needs " + bounds + ".", "old"
    elif tuple(version[:2]) > NEWEST_PYTHON:
        reason, age = "PyTorch has no package for it yet.\nThe course needs Python " + bounds + ".", "new"
    else:
        return None
    return WRONG_PYTHON.format(name=numbers(version), reason=reason, good=GOOD_PYTHON, age=age)
