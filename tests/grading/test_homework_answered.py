"""What counts as not answered yet: the stub as it was handed out, and nothing else that raises."""

from __future__ import annotations

import pytest
from homework_course import HALF, answered
from test_homework import run

from homework.answered import Answered, is_begun, is_unanswered
from homework.cells import ANSWER, Assignment, Cell
from homework.excerpts import dumps_of, needed, same_code
from homework.outcomes import FAILED, PASSED, UNANSWERED

RAISE = "raise NotImplementedError()"
STUB = f'def double(x):\n    """Twice x."""\n    # YOUR CODE HERE\n    {RAISE}  # replace this line'
CLASS = f"class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        {RAISE}\n\n"
CLASS += f"    def forward(self, x):\n        {RAISE}"
OTHER = "\n\n\ndef other(x):\n    return x"
UNTOUCHED, BEGUN, DONE = "untouched", "begun", "done"
SOURCES = [
    (STUB, UNTOUCHED),
    (f"import math\n\n{STUB}", UNTOUCHED),
    (f"%matplotlib inline\n{STUB}", UNTOUCHED),
    (CLASS, UNTOUCHED),
    (f"# YOUR CODE HERE\n{RAISE}  # replace this line", UNTOUCHED),
    ("def double(x):\n    raise NotImplementedError", UNTOUCHED),
    ("", UNTOUCHED),
    ("# only a remark", UNTOUCHED),
    (f"def double(x:\n    {RAISE}", UNTOUCHED),  # the stub, and a slip of a finger
    (STUB + OTHER, BEGUN),
    (CLASS.replace(RAISE, "self.layer = nn.Linear(2, 2)", 1), BEGUN),
    ("def double(x):\n    return x + x", DONE),
    (f"def double(x):\n    return x + x\n    {RAISE}", DONE),
    (f"def double(x):\n    x = x + x\n    {RAISE}", DONE),  # wrong, and written
    (f"def double(x):\n    if x is None:\n        {RAISE}\n    return x + x", DONE),
    (f"def double(x):\n    return x + x\n\nif False:\n    {RAISE}", DONE),
    (f"%%time\ndef double(x):\n    return x + x\n    {RAISE}", DONE),
    (f"class Shape:\n    def area(self):\n        {RAISE}\n\nclass Box(Shape):\n    pass", DONE),
    (f"class Shape(ABC):\n    @abstractmethod\n    def area(self):\n        {RAISE}", DONE),
    (f"class Shape:\n    @told({'x + ' * 600}x)\n    def area(self):\n        {RAISE}", UNTOUCHED),
    (f"class Shape:\n    @abc.abstractmethod\n    def area(self):\n        {RAISE}", DONE),
    (f"def double(x):\n    return (x\n    {RAISE}", DONE),  # an error of syntax, which is told
    (f"def double(x):\n    x{' + x' * 600}\n    {RAISE}", DONE),  # too deep to be written out again
    (f"def double(x):\n    x + 0x{'f' * 5000}\n    {RAISE}", DONE),  # too many digits for it
]


@pytest.mark.parametrize(("source", "state"), SOURCES)
def test_a_stub_is_known_by_its_source(source, state):
    assert (is_unanswered(source), is_begun(source)) == (state == UNTOUCHED, state == BEGUN)
    course = Assignment("hw99", "x.ipynb", "", [Cell("task1", ANSWER, "code", source)])
    answered = Answered.of(course)
    assert answered.is_unanswered("task1", "NotImplementedError: ") == (state != DONE)
    assert answered.is_unanswered("task1", "the type is int") == (state == UNTOUCHED)


def test_a_huge_number_hinders_no_comparison():
    huge = f"x = 0x{'f' * 5000}"
    assert not same_code(huge, f"{huge}f")
    assert needed(huge, {"x"}, dumps_of(OTHER)) == needed(huge, {"x"}, dumps_of(huge)) == huge


def test_of_two_cells_of_a_task_one_may_be_a_stub():
    cells = [Cell("task1", ANSWER, "code", STUB), Cell("task1-more", ANSWER, "code", OTHER)]
    state = Answered.of(Assignment("hw99", "x.ipynb", "", cells))
    assert state.is_unanswered("task1", "NotImplementedError: ")
    assert not state.is_unanswered("task1", "the type is int")


WRONG = [
    (f"def double(x):\n    return x**2\n    {RAISE}", FAILED, "That is the square."),
    (f"def double(x):\n    return 2 * x\n    {RAISE}", PASSED, None),
    (f"class Shape:\n    def area(self):\n        {RAISE}\n\ndef double(x):\n    return 2 * x", PASSED, None),
    (f"def double(x):\n    x = 2 * x\n    {RAISE}", FAILED, None),
    (STUB, UNANSWERED, None),
    (STUB + OTHER, UNANSWERED, None),
]


@pytest.mark.parametrize(("source", "status", "hint"), WRONG)
def test_only_what_is_not_written_is_not_answered(course, source, status, hint):
    result = run(course, answered(course, task1=source, task2=HALF)).results[0]
    assert (result.status, result.hint) == (status, hint)
