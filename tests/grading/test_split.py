"""A test's two programs: what runs in the student's process, and what the judge alone has."""

from __future__ import annotations

import dataclasses
import json
from types import SimpleNamespace

import pytest
import torch
from homework_lint import read_tests
from series import series

from homework.cells import ANSWER, GIVEN, TEST, Assignment, Cell
from homework.folders import COURSE
from homework.inside import describe
from homework.judge import Judge, Judgement
from homework.steps import run
from homework.worker import Namespaces, Worker

SETUP = "import torch\nfrom torch import nn\nfrom homework.checks import expect, judged, observe, require\n"
DOUBLE = "def double(x):\n    return 2 * x"
HIDE, SHOW = "### BEGIN HIDDEN TESTS\n", "\n### END HIDDEN TESTS"


@dataclasses.dataclass
class Tried:
    """What came of a test: what the given cell is inside, the inner programs of the visible and hidden part,
    what the judge says of each, and the student's names."""

    given: str
    inner: list[str]
    said: list[Judgement]
    names: dict

    @property
    def passed(self) -> bool:
        return all(judgement.passed for judgement in self.said)


def tried(answer: str, test: str, given: str = "") -> Tried:
    """Run a test of a made-up homework on an answer, as the worker and the judge do."""
    cells = [
        Cell("setup", GIVEN, "code", SETUP + given),
        Cell("task1", ANSWER, "code", answer),
        Cell("task1-test", TEST, "code", test, 1.0),
    ]
    judge = Judge(Assignment("hw0", "hw0.ipynb", "", cells))
    hearing, names, spaces = judge.hearing([answer]), {}, Namespaces()
    exec(SETUP + given, names)
    spaces.course |= {name: names[name] for name in judge.split.kept["setup"]}
    run(judge.split.given["setup"].inner, spaces.course)
    exec(answer, names)
    worker = SimpleNamespace(namespaces=spaces, shell=SimpleNamespace(user_ns=names))
    found = Tried(judge.split.given["setup"].inner, [], [], names)
    for hidden, part in enumerate(judge.programs("task1-test")):
        if part.outer:
            reply: dict = {}
            request = {"forget": False, "first": not hidden, "live": judge.split.live, "source": part.inner}
            request["inputs"] = judge.inputs("task1-test", bool(hidden))
            error = Worker.test(worker, request, reply)
            told = json.loads(json.dumps([reply["notes"], error and describe(error), reply["missed"]]))
            found.said.append(hearing.judge_part("task1-test", bool(hidden), *told))
        found.inner.append(part.inner)
    return found


@pytest.mark.parametrize("homework", series(COURSE.all_sources(), 3))
def test_no_hint_asks_the_student_s_process_when_it_is_over(homework):
    late = {name: test.too_late() for name, test in read_tests(homework).items()}
    assert not {name: found for name, found in late.items() if found}


@pytest.mark.parametrize("homework", COURSE.all_sources())
def test_nothing_that_is_only_wanted_is_computed_in_the_student_s_process(homework):
    secrets = {name: test.secrets() for name, test in read_tests(homework).items()}
    assert not {name: found for name, found in secrets.items() if found}


def test_wanted_values_hints_and_words_stay_outside():
    test = "x = torch.ones(2)\nright = x * 4711\n"
    test += "expect(double(x), right / 2355.5, 'WORDS', hints={'HINT': x - 8})"
    found = tried(DOUBLE, test)
    assert found.passed and "double" in found.inner[0]
    assert not [word for word in ("4711", "2355", "WORDS", "HINT", "- 8") if word in found.inner[0]]


def test_a_wrong_answer_gets_what_was_expected_and_the_hint():
    found = tried(DOUBLE, "expect(double(3.0), 9.0, 'double(3)', hints={'That is 2x.': lambda: 6.0})")
    assert not found.passed and found.said[0].hint == "That is 2x."
    assert found.said[0].message == "double(3): the number is wrong\n  expected: 9.0\n  got:      6.0"


def test_what_require_holds_against_stays_outside():
    found = tried(DOUBLE, "got = double(3)\nrequire(5 < got < 4711, f'it is {got}', 'HINT')")
    assert found.passed and not [word for word in ("4711", "it is", "HINT") if word in found.inner[0]]


def test_a_judged_function_runs_outside_alone():
    test = "@judged\ndef by_formula(x):\n    return x + x.mean() * 0 + x\n\nx = torch.randn(3)\n"
    found = tried(DOUBLE, test + "right = by_formula(x)\nexpect(double(x), right, 'double(x)')")
    assert found.passed and "mean" not in found.inner[0] and "right" not in found.inner[0]


def test_a_judged_function_that_is_given_runs_outside_alone():
    given = "@judged\ndef by_formula(x):\n    return x + x.mean() * 0 + x\n\ndef other(x):\n    return x\n"
    found = tried(DOUBLE, "x = torch.randn(3)\nexpect(double(x), by_formula(x), 'double(x)')", given)
    assert found.passed and "other" in found.given and "by_formula" not in found.given + found.inner[0]


def test_the_names_in_a_judged_function_say_nothing_about_those_of_the_test():
    test = "@judged\ndef by_formula(x):\n    right = x.T\n    return right\n\nright = torch.ones(2).sum()\n"
    found = tried(DOUBLE, test + "expect(double(1.0), right.item(), 'double(1)')")
    assert found.passed and "right" not in found.inner[0]


def test_hidden_lines_are_in_the_second_program_alone():
    hidden = "expect(double(4711), 9422, '')\nrequire(double(12) == 24, '')"
    found = tried(DOUBLE, f"expect(double(1), 2, '')\n{HIDE}{hidden}{SHOW}")
    assert found.passed and len(found.said) == 2
    assert "4711" not in found.inner[0] and "4711" in found.inner[1]
    assert "9422" not in found.inner[1] and "24" not in found.inner[1].replace("double(12)", "")


def test_a_hidden_part_goes_on_with_the_names_of_the_visible_one():
    found = tried(
        DOUBLE,
        f"x = torch.ones(2)\nexpect(double(x), x + x, '')\n{HIDE}expect(double(x)[1], x[0] * 2, ''){SHOW}",
    )
    assert found.passed


@pytest.mark.parametrize(
    ("value", "change", "wanted"),
    [
        ("torch.zeros(2)", "x += 1", "torch.ones(2)"),
        ("[1, 2]", "x.append(3)", "[1, 2, 3]"),
        ("{'a': torch.zeros(2)}", "x['a'].fill_(1)", "{'a': torch.ones(2)}"),
    ],
)
def test_inputs_that_were_changed_in_place_come_out(value, change, wanted):
    test = f"x = {value}\nanswer(x)\nexpect(x, {wanted}, 'x')"
    assert tried(f"def answer(x):\n    {change}", test).passed
    assert not tried("def answer(x):\n    return x", test).passed


def test_a_result_that_shares_its_memory_does_so_outside():
    test = "x = torch.arange(4)\ncut = head(x)\ncut[0] = 100\nexpect(x[0], torch.tensor(100), 'x[0]')"
    assert tried("def head(x):\n    return x[:2]", test).passed
    assert not tried("def head(x):\n    return x[:2].clone()", test).passed


NET = """
class Net(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.one, self.two = nn.Linear(n, n, bias=False), nn.Linear(n, 1)
        for p in self.parameters():
            nn.init.constant_(p, SCALE)

    def forward(self, x):
        return self.two(self.one(x))
"""
MODULE = """
net = Net(2)
with torch.no_grad():
    net.two.bias.copy_(torch.tensor([3.0]))
x = torch.ones(1, 2)
out = net(x)
expect(out, torch.tensor([[7.0]]), "net(x)")
out.sum().backward()
expect(net.one.weight.grad, torch.ones(2, 2), "its gradient")
expect(sum(p.numel() for p in net.parameters()), 7, "the number of parameters")
"""


def test_a_module_stays_inside_and_its_values_come_out():
    assert tried(NET.replace("SCALE", "1"), MODULE).passed
    wrong = tried(NET.replace("SCALE", "2"), MODULE)
    assert "got:      [[19]]" in wrong.said[0].message


CHILDREN = """
kinds = [type(layer).__name__ for layer in Net(2).children()]
expect(kinds, ["Linear", "Linear"], "the layers")
for name, p in Net(2).named_parameters():
    require(p.requires_grad, name)
    expect(p.detach().min(), torch.tensor(1.0), name)
"""


def test_loops_over_children_and_parameters():
    assert tried(NET.replace("SCALE", "1"), CHILDREN).passed
    assert "one.weight" in tried(NET.replace("SCALE", "2"), CHILDREN).said[0].message
    other = NET.replace("nn.Linear(n, 1)", "nn.Bilinear(n, n, 1)").replace("SCALE", "1")
    assert "entry 1" in tried(other, CHILDREN).said[0].message


DESCENT = """
class Descent:
    def __init__(self, weights, rate):
        self.weights, self.rate = list(weights), rate

    def step(self):
        for w in self.weights:
            w.data -= self.rate * w.grad
"""
STEPS = """
w, path = nn.Parameter(torch.tensor([1.0])), []
optimizer = Descent([w], 0.5)
for _ in range(2):
    w.grad = torch.tensor([2.0])
    optimizer.step()
    path.append(w.detach().clone())
expect(torch.cat(path), torch.tensor([0.0, -1.0]), "w")
layer = nn.Linear(2, 1)
start = layer.weight.detach().clone()
optimizer = Descent(layer.parameters(), 1.0)
layer(torch.ones(1, 2)).sum().backward()
optimizer.step()
expect(layer.weight.detach(), start - 1.0, "the weight of a layer")
"""


def test_an_optimiser_changes_parameters_that_the_judge_made():
    assert tried(DESCENT, STEPS).passed
    assert "got:      [1, 1]" in tried(DESCENT.replace("w.data -=", "w.data - "), STEPS).said[0].message
    late = tried(DESCENT.replace("self.rate * w.grad", "self.rate * w.grad * (w.numel() == 1)"), STEPS)
    assert late.said[0].message.startswith("the weight of a layer")


def test_an_answer_is_called_for_each_entry_of_a_comprehension():
    test = "expect([double(k) for k in range(3)], [0, 2, 4], 'each')\n"
    test += "got = {k: double(k) for k in (1, 2)}\nexpect(got, {1: 2, 2: 4}, 'got')\n"
    assert tried(DOUBLE, test + "require(all(double(k) == 2 * k for k in range(3)), 'all')").passed
    assert "got:      [0, 3, 6]" in tried(DOUBLE.replace("2 *", "3 *"), test).said[0].message


def test_a_part_of_a_module_that_the_answer_changed():
    test = "layer = nn.Linear(1, 1)\nw = layer.weight\nstart = w.detach().clone()\nmove(layer)\n"
    test += "expect(w.detach(), start + 1, 'w')"
    assert tried("def move(net):\n    net.weight.data += 1", test).passed
    assert not tried("def move(net):\n    pass", test).passed


def test_a_function_of_the_test_is_called_by_the_answer():
    slope = "def slope(f, x):\n    return (f(x + 1) - f(x - 1)) / 2"
    test = "expect(slope(lambda x: 3 * x * x, 2.0), 12.0, 'slope')\nexpect(slope(abs, -9.0), -1.0, 'of abs')"
    assert tried(slope, test).passed
    assert "got:      24.0" in tried(slope.replace(" / 2", ""), test).said[0].message


def test_a_function_of_the_test_calls_the_answer():
    test = "def twice(x):\n    return double(double(x))\n\n"
    test += "for n in (1, 2):\n    expect(twice(n), 4 * n, f'twice({n})')"
    assert tried(DOUBLE, test).passed
    assert tried("def double(x):\n    return 2", test).said[0].message.startswith("twice(1)")


RAISES = "def root(x):\n    if x < 0:\n        raise ERROR\n    return x"
CATCHES = """
try:
    got = root(-1)
except ValueError as error:
    got = str(error)
expect(got, "below 0", "root(-1)")
"""


def test_errors_come_out_by_the_names_of_their_types():
    assert tried(RAISES.replace("ERROR", "ValueError('below 0')"), CATCHES).passed
    own = "class Own(ValueError):\n    pass\n\n" + RAISES.replace("ERROR", "Own('below 0')")
    assert tried(own, CATCHES).passed
    assert tried(RAISES.replace("ERROR", "KeyError('x')"), CATCHES).said[0].message == "KeyError: 'x'"


def test_an_error_of_a_type_that_the_judge_does_not_know():
    own = "class Own(Exception):\n    pass\n\n" + RAISES.replace("ERROR", "Own('words')")
    assert tried(own, CATCHES).said[0].message == "Own: words"


def test_what_an_answer_yields_and_what_it_takes_from_a_generator():
    count = "def count(n):\n    yield from range(n)\n\n"
    count += "def some(batches, n):\n    return [next(batches) for _ in range(n)]"
    test = """
expect(list(count(3)), [0, 1, 2], "list")
total = 0
for n in count(4):
    total += n
expect(total, 6, "total")
batches = (k * k for k in range(5))
expect(some(batches, 2), [0, 1], "two")
require(next(batches, None) == 4, "the third is left")
expect([2 * n for n in count(3)], [0, 2, 4], "twice")
"""
    assert tried(count, test).passed
    assert tried(count.replace("range(n)\n", "range(n + 1)\n"), test).said[0].message.startswith("list")
    assert (
        tried(count.replace("for _ in range(n)", "for _ in range(3)][:2"), test).said[0].message
        == "the third is left"
    )


def test_a_cached_given_function_asks_once():
    given = "import functools\n@functools.cache\ndef measured(build):\n    return build()\n"
    test = f"expect(measured(build), 7, 'built')\n{HIDE}expect(measured(build) + 1, 8, 'built'){SHOW}"
    found = tried("calls = []\ndef build():\n    calls.append(1)\n    return 7", test, given)
    assert found.passed and len(found.names["calls"]) == 1


def test_a_given_function_runs_on_both_sides():
    given = (
        "def own(f, x):\n    got = f(x)\n    require(got is not None, 'nothing', 'HINT')\n    return got\n"
    )
    assert tried(DOUBLE, "expect(own(double, 2), 4, '')", given).passed
    wrong = tried("def double(x):\n    pass", "expect(own(double, 2), 4, '')", given).said[0]
    assert (wrong.message, wrong.hint, wrong.in_a_given_function) == ("nothing", "HINT", True)


def test_random_numbers_are_in_step_whatever_the_answer_draws():
    answer = "def double(x):\n    torch.rand(3)\n    return 2 * x"
    test = """
x = torch.randn(3)
got = double(x)
right = 2 * x + 0 * torch.rand(3)
expect(got, right, "double(x)")
y = torch.randn(2)
expect(double(y), 2 * y, "double(y)")
"""
    assert tried(answer, test).passed
    assert tried(answer.replace("rand(3)", "manual_seed(0)"), test).passed


def test_a_test_seeds_what_the_answer_draws():
    test = (
        "torch.manual_seed(5)\nexpect(noise(), torch.rand(3, generator=torch.Generator().manual_seed(5)), '')"
    )
    assert tried("def noise():\n    return torch.rand(3)", test).passed


def test_two_draws_of_an_answer_differ():
    test = "one, two = noise(), noise()\nrequire(not torch.equal(one, two), 'the same again')"
    assert tried("def noise():\n    return torch.rand(3)", test).passed


def test_the_student_s_default_dtype_is_left_alone():
    try:
        answer = "torch.set_default_dtype(torch.float64)\n" + DOUBLE
        found = tried(answer, "expect(double(torch.ones(1)), torch.tensor([2.0]), '')")
        assert found.passed and torch.get_default_dtype() is torch.float64
    finally:
        torch.set_default_dtype(torch.float32)


SEEN = """
x, calls = [1], []
require(observe(same(x) is x), "it is another")
hear(calls.append)
expect(observe(len(calls)), 2, "calls")
"""


def test_observe_sees_what_is_seen_inside_alone():
    answer = "def same(x):\n    return x\n\ndef hear(f):\n    f(1), f(2)"
    assert tried(answer, SEEN).passed
    assert tried(answer.replace("return x", "return list(x)"), SEEN).said[0].message == "it is another"
    assert "got:      1" in tried(answer.replace(", f(2)", ""), SEEN).said[0].message
