"""What `homework.checks` tells a student, word by word."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from homework.checks import CheckFailed, at_least, at_most, expect, matching_hint, require
from homework.comparing import difference, show
from homework.error_hints import HINTS, hint_for


def problem_of(got, wanted, rtol=1e-4, atol=1e-5) -> str | None:
    found = difference(got, wanted, rtol, atol)
    return found and found.problem


def hint_of(got, wanted, **options) -> str | None:
    """The hint that a student gets about a wrong answer."""
    with pytest.raises(CheckFailed) as failure:
        expect(got, wanted, "f(x)", **options)
    return failure.value.hint


def told(got, wanted, **options) -> str:
    """What a student reads about a wrong answer."""
    with pytest.raises(CheckFailed) as failure:
        expect(got, wanted, "f(x)", **options)
    return str(failure.value)


@pytest.mark.parametrize(
    ("got", "wanted", "message"),
    [
        (
            torch.tensor([[1.0, 2.5], [3.0, 4.0]]),
            torch.tensor([[1.0, 2.0], [3.0, 5.0]]),
            "f(x): 2 of 4 numbers are wrong, the first at [0, 1]\n"
            "  expected: [[1, 2], [3, 5]]  (2×2, float32)\n"
            "  got:      [[1, 2.5], [3, 4]]  (2×2, float32)",
        ),
        (
            torch.tensor([1, 2]),
            torch.tensor([1.0, 2.0]),
            "f(x): the dtype is torch.int64, not torch.float32\n"
            "  expected: [1, 2]  (2, float32)\n"
            "  got:      [1, 2]  (2, int64)",
        ),
        (
            None,
            torch.tensor(2.0),
            "f(x): nothing came back (None). Does your function end with `return`?\n"
            "  expected: 2  (one number, float32)\n"
            "  got:      None",
        ),
        ([3], 4.5, "f(x): the type is list, not float\n  expected: 4.5\n  got:      [3]"),
        ("no", "yes", "f(x): the value is wrong\n  expected: 'yes'\n  got:      'no'"),
        (2.5, 3, "f(x): a whole number (int) is wanted, not a float\n  expected: 3\n  got:      2.5"),
        (
            [1.0, 2.0, 3.0],
            (1.0, 2.0),
            "f(x): it has 3 entries, not 2\n  expected: (1.0, 2.0)\n  got:      [1.0, 2.0, 3.0]",
        ),
        (
            {"b": 1, 2: 1},
            {"a": 1},
            "f(x): the keys are ['2', 'b'], not ['a']\n  expected: {'a': 1}\n  got:      {'b': 1, 2: 1}",
        ),
    ],
)
def test_a_student_reads_what_was_expected_and_what_came(got, wanted, message):
    assert told(got, wanted) == message


@pytest.mark.parametrize(
    ("got", "wanted", "problem"),
    [
        (torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0]), "every number is wrong"),
        (torch.tensor([1.0]), torch.tensor([3.0]), "the number is wrong"),
        (torch.ones(2, device="meta"), torch.ones(2), "the tensor lies on meta, not on cpu"),
        (torch.ones(2, 1), torch.ones(2), "the shape is (2, 1), not (2,)"),
        (np.ones(2), torch.ones(2), "the type is ndarray, not Tensor"),
        (torch.tensor([1 + 2j]), torch.tensor([1 + 3j]), "the number is wrong"),
        (torch.tensor(True), 1.0, "the type is Tensor, not float"),
        (torch.ones(2), 1.0, "the type is Tensor, not float"),
        ("1", 1.0, "the type is str, not float"),
        (1.1, 1.0, "the number is wrong"),
        (4, 3, "the number is wrong"),
        (None, "yes", "nothing came back (None). Does your function end with `return`?"),
        (False, None, "the type is bool, not NoneType"),
        (False, True, "the value is wrong"),
        ({1, 2}, [1, 2], "the type is set, not list"),
        ([1.0, [2.0, 3.5]], (1.0, (2.0, 3.0)), "entry 1: entry 1: the number is wrong"),
        ([("a", 1)], {"a": 1}, "the type is list, not dict"),
        ({"a": 1, "b": [1, 2]}, {"a": 1, "b": [1, 3]}, "['b']: entry 1: the number is wrong"),
    ],
)
def test_a_difference_is_named_by_its_kind_and_place(got, wanted, problem):
    assert problem_of(got, wanted) == problem


@pytest.mark.parametrize(
    ("got", "wanted"),
    [
        (np.float32(2.0), 2.0),
        (torch.tensor(2.0, requires_grad=True), torch.tensor(2.0)),
        (torch.tensor([1 + 2j]), torch.tensor([1 + 2j])),
        (torch.tensor([2**60]), torch.tensor([2**60])),
        (None, None),
        (10**20, 10**20),
    ],
)
def test_what_is_right_differs_in_nothing(got, wanted):
    assert problem_of(got, wanted) is None


@pytest.mark.parametrize("make", [float, torch.tensor], ids=["number", "tensor"])
def test_numbers_may_be_off_by_a_part_of_their_size_and_by_a_little(make):
    """|got - wanted| <= atol + rtol * |wanted|, with the bound itself inside."""
    for wanted in (make(-100.0), make(100.0)):
        assert difference(wanted + 1.25, wanted, 0.01, 0.25) is None
        assert difference(wanted - 1.25, wanted, 0.01, 0.25) is None
        assert problem_of(wanted + 1.3, wanted, 0.01, 0.25) == "the number is wrong"
    assert difference(make(0.25), make(0.0), 0.5, 0.25) is None


def test_nothing_is_near_infinity_but_itself():
    inf, nan = float("inf"), float("nan")
    for got, wanted in ((5.0, inf), (-inf, inf), (inf, 5.0), (nan, inf), (inf, nan), (1.0, nan), (nan, 1.0)):
        assert problem_of(got, wanted) == "the number is wrong"
        assert problem_of(torch.tensor([got]), torch.tensor([wanted])) == "the number is wrong"
    for same in (inf, -inf, nan):
        assert problem_of(same, same) is problem_of(torch.tensor([same]), torch.tensor([same])) is None


def test_a_test_may_be_stricter_or_more_generous():
    """Without a word, 1e-4 of the size and 1e-5."""
    assert expect(1000.09, 1000.0, "f(x)") is None
    assert "the number is wrong" in told(1000.2, 1000.0)
    assert expect(0.000009, 0.0, "f(x)") is None
    assert "the number is wrong" in told(0.00002, 0.0)
    assert expect(1.05, 1.0, "f(x)", rtol=0.1) is None
    assert expect(1.05, 1.0, "f(x)", atol=0.1) is None
    assert "the number is wrong" in told(1.00001, 1.0, rtol=0, atol=1e-6)


def test_a_whole_number_is_exact():
    assert problem_of(1_000_001, 1_000_000, 0.1, 5) == "the number is wrong"


def test_a_test_that_compares_with_what_has_no_comparison_is_the_authors_error():
    with pytest.raises(TypeError, match=r"^expect cannot compare with a set$"):
        expect({1}, {1}, "f(x)")


# ---------------------------------------------------------------- hints


def test_the_mistake_that_gives_the_same_value_is_named():
    hints = {"too large": 9.0, "squared": lambda: 16.0}
    assert matching_hint(16.0, 4.0, hints, 1e-4, 1e-5) == "squared"
    assert matching_hint(5.0, 4.0, hints, 1e-4, 1e-5) is None


def test_where_two_mistakes_give_the_same_value_both_are_named():
    hints = {"squared": 16.0, "four times": lambda: 16.0, "half": 2.0}
    assert matching_hint(16.0, 4.0, hints, 1e-4, 1e-5) == "squared Or: four times"


@pytest.mark.parametrize("kind", [tuple, list, dict])
def test_each_entry_may_have_a_mistake_of_its_own(kind):
    def make(*numbers):
        values = [torch.tensor([number, 0.0]) for number in numbers]
        return dict(zip("abc", values, strict=True)) if kind is dict else kind(values)

    wanted = make(1.0, 2.0, 3.0)
    hints = {"a is turned": make(-1.0, 2.0, 3.0), "b is turned": make(1.0, -2.0, 3.0), "else": 5.0}
    assert matching_hint(make(-1.0, -2.0, 3.0), wanted, hints, 1e-4, 1e-5) == "a is turned And: b is turned"
    assert matching_hint(make(-1.0, 9.0, 3.0), wanted, hints, 1e-4, 1e-5) == "a is turned"
    assert matching_hint(make(1.0, 9.0, 3.0), wanted, hints, 1e-4, 1e-5) is None


def test_an_entry_that_says_little_has_no_hint_of_its_own():
    """A truth value or a length agrees by accident."""
    assert matching_hint((False, 3, 1.0), (True, 2, 1.0), {"x": (False, 5, 1.0)}, 1e-4, 1e-5) is None


@pytest.mark.parametrize(
    ("got", "words"),
    [
        (lambda x: -x, "opposite sign"),
        (lambda x: 4 * x, "All numbers are 4 times the right ones"),
        (lambda x: x / 6, "All numbers are 1/6 times the right ones"),
        (lambda x: x + 0.5, "too large by 0.5"),
        (lambda x: x - 0.5, "too small by 0.5"),
        (lambda x: x.flip(1), "backwards along axis 1"),
        (lambda x: x.T, "rows and columns exchanged"),
        (lambda x: x[None], "only the shape is another than (2, 3)"),
        (lambda x: x.T.reshape(2, 3), "in another order"),
        (lambda x: x.T.reshape(6), "in another order"),
        (lambda x: x.double(), "the dtype is not: torch.float64 came, torch.float32 is wanted"),
        (lambda x: x / torch.tensor([1.0, 0.0, 1.0]), "infinite numbers or NaN"),
        (lambda x: x * torch.tensor([1.0, 2.0, 1.0]), None),
        (lambda x: x.double() + 1, None),
        (lambda x: x[:, :2], None),
    ],
)
def test_a_wrong_tensor_is_held_against_the_right_one(got, words):
    wanted = torch.tensor([[1.0, -2.0, 4.0], [0.5, 3.0, 7.0]])
    hint = hint_of(got(wanted), wanted)
    assert words in hint if words else hint is None
    hint = hint_of([wanted, got(wanted)], (wanted, wanted))
    assert words in hint if words else hint is None


def test_a_square_table_that_is_turned_is_named():
    wanted = torch.tensor([[1.0, 2.0], [3.0, 5.0]])
    assert hint_of(wanted.T, wanted) == "Rows and columns are exchanged."


@pytest.mark.parametrize(
    ("got", "wanted"),
    [
        (torch.tensor([-1.0, -1.0]), torch.tensor([1.0, 1.0])),
        (torch.tensor([[0.0, 2.0]]), torch.tensor([[0.0, 1.0]])),
        (torch.tensor([True, False, True]), torch.tensor([False, True, False])),
    ],
)
def test_of_few_numbers_nothing_is_said(got, wanted):
    assert hint_of(got, wanted) is None


def test_the_hint_of_the_test_comes_before_what_any_tensor_is_asked():
    wanted = torch.tensor([1.0, 2.0, 3.0])
    assert hint_of(-wanted, wanted, hints={"mine": -wanted}) == "mine"


def test_a_float_in_the_place_of_a_whole_number_is_named():
    assert "The value is right, but a whole number is wanted" in hint_of(3.0, 3)
    assert hint_of(3.5, 3) is None


def test_a_number_in_the_place_of_a_tensor_is_named():
    assert "leave out .item()" in hint_of(2.0, torch.tensor(2.0))


@pytest.mark.parametrize("make", [float, torch.tensor], ids=["number", "tensor"])
def test_one_number_is_held_against_the_right_one(make):
    for got, wanted, words in (
        (-2.5, 2.5, "The sign is the opposite one."),
        (7.5, 2.5, "It is 3 times the right number."),
        (2.5, 30.0, "It is the right number divided by 12."),
        (3.7, 2.7, "It is too large by 1."),
        (1.7, 2.7, "It is too small by 1."),
        (0.3, 0.7, "It is 1 minus the right number."),
        (2.6, 2.5, None),
        (2.6 * 13, 2.6, None),
        (-0.3, 1.3, None),
        (5.0, 0.0, None),
        (float("inf"), 2.0, None),
    ):
        hint = hint_of(make(got), make(wanted))
        assert hint == words or (make is torch.tensor and got == float("inf") and "infinite" in hint)


def test_of_whole_numbers_too():
    assert hint_of(18, 9) == "It is 2 times the right number."
    assert hint_of(10, 9) == "It is too large by 1."
    assert hint_of(100_001, 200_001) is None


def test_too_many_numbers_none_and_always_the_same_are_named():
    wanted = torch.tensor([1.0, 2.0, 4.0])
    assert "One number is wanted, and 3 came" in hint_of(wanted, torch.tensor(7.0))
    assert "One number is wanted, and 3 came" in hint_of(wanted, 7.0)
    assert "It is empty" in hint_of(wanted[:0], wanted)
    assert "Every number is a zero" in hint_of(torch.zeros(3), wanted)
    assert "Every number is the same" in hint_of(torch.full((3,), 2.0), wanted)


def test_a_hint_is_held_to_the_tolerance_of_its_test():
    for rtol, hint in ((0.1, "squared"), (0.001, None)):
        with pytest.raises(CheckFailed) as failure:
            expect(16.5, 8.0, "f(4)", hints={"squared": 16.0}, rtol=rtol)
        assert failure.value.hint == hint


def test_a_mistake_is_computed_only_when_an_answer_is_wrong():
    expect(8.0, 8.0, "f(4)", hints={"squared": lambda: pytest.fail("computed")})


def test_require_gives_its_words_and_its_hint():
    with pytest.raises(CheckFailed, match=r"^the loss must fall\nHint: the rate is too large$") as failure:
        require(False, "the loss must fall", "the rate is too large")
    assert failure.value.hint == "the rate is too large"
    for truth in (True, np.bool_(True), torch.tensor([True])):
        assert require(truth, "not told") is None
    for condition in (np.bool_(False), torch.tensor(False), torch.ones(2) > 0):
        with pytest.raises(CheckFailed, match=r"^told$") as failure:
            require(condition, "told")
        assert failure.value.hint is None
    assert CheckFailed("told").hint is None


# ---------------------------------------------------------------- thresholds


def test_what_was_reached_is_printed(capsys):
    at_least(0.958, 0.95, "of 1,000 digits are right")
    at_most(0.004, 0.005, "mean squared error")
    assert capsys.readouterr().out.splitlines() == [
        "of 1,000 digits are right: 95.8 %, at least 95.0 % needed",
        "mean squared error: 0.004, at most 0.005 needed",
    ]


def test_near_the_edge_there_is_a_warning(capsys):
    at_least(0.958, 0.95, "right", safe=0.96)
    at_most(4.4, 5, "error", safe=4)
    edge = ". That is near the edge, and grading measures anew: aim at "
    assert capsys.readouterr().out.splitlines() == [
        f"right: 95.8 %, at least 95.0 % needed{edge}96.0 %",
        f"error: 4.4, at most 5 needed{edge}4",
    ]
    at_least(0.96, 0.95, "right", safe=0.96)
    at_most(4, 5, "error", safe=4)
    assert "near" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("check", "value", "words"),
    [
        (at_least, 0.9499, "right: 95.0 %, at least 95.0 % needed"),
        (at_least, float("nan"), "right: nan %, at least 95.0 % needed"),
        (at_most, 0.96, "right: 0.96, at most 0.95 needed"),
        (at_most, torch.tensor(float("nan")), "right: nan, at most 0.95 needed"),
    ],
)
def test_too_little_is_told_with_its_hint(check, value, words, capsys):
    with pytest.raises(CheckFailed) as failure:
        check(value, 0.95, "right", hint="more epochs")
    assert (str(failure.value), failure.value.hint) == (words, "more epochs")
    assert capsys.readouterr().out == ""
    assert check(0.95, 0.95, "right") is None


# ---------------------------------------------------------------- what torch says


def raised(act) -> str:
    """What a student reads of an error."""
    try:
        act()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    raise AssertionError("nothing was raised")


def leaf():
    weights = torch.ones(3, requires_grad=True)
    weights += 1


def overwritten():
    x = torch.ones(3, requires_grad=True)
    y = x.exp()
    y *= 2
    y.sum().backward()


def twice():
    loss = torch.ones(1, requires_grad=True).exp().sum()
    loss.backward()
    loss.backward()


def no_super():
    class Net(torch.nn.Module):
        def __init__(self):
            self.layer = torch.nn.Linear(1, 1)

    Net()


ONE = torch.ones(2, 3)
RAISED = [
    (lambda: ONE + torch.ones(2), "Two tensors were combined number by number"),
    (lambda: ONE @ ONE, "matrix product"),
    (lambda: torch.ones(2, 2, 3).bmm(torch.ones(2, 2, 3)), "matrix product"),
    (lambda: ONE @ torch.ones(2), "matrix product"),
    (lambda: ONE.reshape(4), "keep the number of numbers"),
    (lambda: ONE.T.view(6), "Use reshape"),
    (lambda: torch.ones(1).expand(3).add_(1), "Make a copy"),
    (lambda: ONE[:, ::-1], "flip"),
    (lambda: range(3)[::0], "A step of 0"),
    (lambda: list(range(0, 3, 0)), "A step of 0"),
    (lambda: 1 if ONE > 0 else 0, "torch.where"),
    (lambda: 1 if np.ones(2) > 0 else 0, "torch.where"),
    (leaf, "changed in place"),
    (overwritten, "was overwritten"),
    (lambda: ONE.sum().backward(), "The graph is cut"),
    (twice, "Compute the loss anew"),
    (lambda: torch.ones(2, requires_grad=True).exp().backward(), "mean or the sum"),
    (
        lambda: torch.autograd.grad(
            torch.ones(1, requires_grad=True).sum(), torch.ones(1, requires_grad=True)
        ),
        "does not depend",
    ),
    (lambda: ONE @ torch.ones(3, 1).double(), "dtype of"),
    (lambda: torch.nn.functional.conv2d(torch.ones(1, 1, 3, 3), torch.ones(1, 1, 2, 2).double()), "dtype of"),
    (lambda: torch.ones(2).long().mul_(0.5), "in-place"),
    (lambda: torch.arange(3).mean(), "Convert with .float()"),
    (lambda: torch.arange(3).softmax(0), "Convert with .float()"),
    (lambda: torch.tensor([1, 2], requires_grad=True), "Convert with .float()"),
    (lambda: (ONE > 0) - (ONE > 1), "~mask"),
    (lambda: ONE.sum(2), "no axis of that number"),
    (lambda: torch.ones(3).expand(2), "Print both shapes"),
    (lambda: ONE.clone().index_put_((torch.tensor([0, 1]),), torch.ones(4)), "Print both shapes"),
    (lambda: ONE.sum((0, 0)), "named twice"),
    (lambda: ONE.permute(0, 0), "named twice"),
    (lambda: torch.where(ONE, ONE, ONE), "Truth values"),
    (lambda: torch.ones(2).dot(torch.ones(2).double()), "dtype of"),
    (lambda: torch.clamp(ONE), "min= or max="),
    (lambda: torch.tensordot(ONE, ONE, 1), "matrix product"),
    (lambda: ONE.bmm(ONE), "another number of axes"),
    (lambda: ONE.as_strided((9, 9), (9, 9)), "past the end"),
    (lambda: ~ONE, "Truth values"),
    (lambda: ONE[: 3 / 2], "whole numbers"),
    (lambda: range(len(ONE) / 1), "whole numbers"),
    (lambda: raised[0], "another kind"),
    (lambda: len(len), "another kind"),
    (lambda: [] - len(ONE), "another kind"),
    (lambda: ONE.softmaxx(1), "no part or method"),
    (lambda: ONE[0, 0, 0], "more indices"),
    (lambda: ONE[2], "An index is too large"),
    (lambda: ONE[torch.tensor([5])], "An index is too large"),
    (lambda: [1][1], "An index is too large"),
    (lambda: ONE[torch.tensor([0.0])], ".long()"),
    (lambda: ONE.gather(1, torch.tensor([[0.0]])), ".long()"),
    (lambda: float(ONE), "One number is wanted"),
    (lambda: ONE.item(), "One number is wanted"),
    (lambda: torch.stack([ONE, torch.ones(3)]), "differ in shape"),
    (lambda: torch.cat([ONE, torch.ones(2, 4)]), "differ in shape"),
    (lambda: torch.cat([torch.tensor(1.0)]), "differ in shape"),
    (lambda: torch.stack([]), "The list is empty"),
    (lambda: torch.ones(1, requires_grad=True).numpy(), "detach()"),
    (lambda: torch.nn.functional.conv2d(ONE[None], torch.ones(1, 2, 1, 1)), "channels"),
    (lambda: torch.nn.MaxPool2d(2)(torch.ones(4)), "another number of axes"),
    (lambda: torch.einsum("ij,jk->ik", ONE, ONE), "letters of einsum"),
    (lambda: torch.nn.functional.cross_entropy(ONE, torch.tensor([5, 0])), "labels must be"),
    (lambda: torch.nn.functional.one_hot(torch.tensor([5]), 3), "labels must be"),
    (no_super, "super().__init__()"),
    (lambda: undefined_name, "no value yet"),  # noqa: F821
    (lambda: None + 1, "nothing came back"),
    (lambda: None.shape, "nothing came back"),
    (lambda: (lambda a: a)(), "other arguments than it has"),
    (lambda: (lambda a: a)(1, 2), "other arguments than it has"),
    (lambda: (1.0).shape, "A plain number"),
    (lambda: torch.exp(1.0), "A plain number"),
    (lambda: ONE(), "no function"),
    (lambda: (lambda a, b: a)(*[1, 2, 3][:0], **{}), "other arguments than it has"),
    (lambda: [a for a, b in [(1, 2, 3)]], "more or fewer names"),
    (lambda: 1 / 0, "divided by 0"),
    (lambda: 1 % 0, "divided by 0"),
    (lambda: {}["x"], "Print the keys"),
    (lambda: compile("def f(:", "x", "exec"), "Python cannot read the cell"),
]


@pytest.mark.parametrize(("act", "words"), RAISED, ids=range(len(RAISED)))
def test_an_error_of_torch_or_python_is_explained(act, words):
    told = raised(act)
    assert words in (hint_for(told) or ""), told


def test_every_explanation_is_met_by_an_error():
    told = [raised(act) for act, _ in RAISED] + ["RecursionError: maximum recursion depth exceeded"]
    met = {hint_for(text) for text in told}
    assert [hint for _, hint in HINTS if hint not in met] == []


def test_an_error_that_nobody_knows_has_no_hint():
    assert hint_for("ValueError: my own words") is None


# ---------------------------------------------------------------- values in a message


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (torch.arange(12), "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]  (12, int64)"),
        (torch.arange(13), "[0, 1, 2, 3, 4, 5, …]  (13, int64)"),
        (torch.ones(4, 5, 2), "[1, 1, 1, 1, 1, 1, …]  (4×5×2, float32)"),
        (torch.tensor([1 / 3, 123456.7, float("nan")]), "[0.33333, 1.2346e+05, nan]  (3, float32)"),
        (torch.tensor([True, False]), "[True, False]  (2, bool)"),
        (torch.ones(1, requires_grad=True), "[1]  (1, float32)"),
        ("a" * 198, "'" + "a" * 198 + "'"),
        ("a" * 199, "'" + "a" * 196 + "…"),
    ],
)
def test_a_value_is_shown_short(value, text):
    assert show(value) == text


def test_a_large_tensor_is_shown_from_its_first_wrong_number_on():
    wanted = torch.arange(20.0).view(4, 5)
    got = wanted.clone()
    got[2, 1] = 0
    assert told(got, wanted) == (
        "f(x): 1 of 20 numbers are wrong, the first at [2, 1]\n"
        "  expected: [… 11, 12, 13, 14, 15, 16, …]  (4×5, float32)\n"
        "  got:      [… 0, 12, 13, 14, 15, 16, …]  (4×5, float32)"
    )
    got[:] = wanted
    got[3, 4] = 0
    assert "expected: [… 19]  (4×5, float32)" in told(got, wanted)


def test_of_several_things_the_first_wrong_one_is_shown():
    wanted = {"w": torch.ones(3), "b": torch.tensor([2.0])}
    got = {"w": torch.ones(3), "b": torch.tensor([5.0])}
    assert told(got, wanted) == (
        "f(x): ['b']: the number is wrong\n  expected: [2]  (1, float32)\n  got:      [5]  (1, float32)"
    )
