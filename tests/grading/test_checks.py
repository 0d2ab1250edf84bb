"""What `homework.checks` tells a student, word by word."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from homework.checks import CheckFailed, difference, expect, matching_hint, require, show


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
    assert difference(got, wanted, 1e-4, 1e-5) == problem


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
    assert difference(got, wanted, 1e-4, 1e-5) is None


@pytest.mark.parametrize("make", [float, torch.tensor], ids=["number", "tensor"])
def test_numbers_may_be_off_by_a_part_of_their_size_and_by_a_little(make):
    """|got - wanted| <= atol + rtol * |wanted|, with the bound itself inside."""
    for wanted in (make(-100.0), make(100.0)):
        assert difference(wanted + 1.25, wanted, 0.01, 0.25) is None
        assert difference(wanted - 1.25, wanted, 0.01, 0.25) is None
        assert difference(wanted + 1.3, wanted, 0.01, 0.25) == "the number is wrong"
    assert difference(make(0.25), make(0.0), 0.5, 0.25) is None


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
    assert difference(1_000_001, 1_000_000, 0.1, 5) == "the number is wrong"


def test_a_test_that_compares_with_what_has_no_comparison_is_the_authors_error():
    with pytest.raises(TypeError, match=r"^expect cannot compare with a set$"):
        expect({1}, {1}, "f(x)")


# ---------------------------------------------------------------- hints


def test_the_first_mistake_that_gives_the_same_value_is_named():
    hints = {"too large": 9.0, "squared": lambda: 16.0, "also squared": 16.0}
    assert matching_hint(16.0, hints, 1e-4, 1e-5) == "squared"
    assert matching_hint(5.0, hints, 1e-4, 1e-5) is None


def test_a_hint_is_held_to_the_tolerance_of_its_test():
    for rtol, hint in ((0.1, "squared"), (0.001, None)):
        with pytest.raises(CheckFailed) as failure:
            expect(16.5, 8.0, "f(4)", hints={"squared": 16.0}, rtol=rtol)
        assert failure.value.hint == hint


def test_a_mistake_is_computed_only_when_an_answer_is_wrong():
    expect(8.0, 8.0, "f(4)", hints={"squared": lambda: pytest.fail("computed")})


def test_require_gives_its_words_and_its_hint():
    with pytest.raises(CheckFailed, match=r"^the loss must fall$") as failure:
        require(False, "the loss must fall", "the rate is too large")
    assert failure.value.hint == "the rate is too large"
    for truth in (True, np.bool_(True), torch.tensor([True])):
        assert require(truth, "not told") is None
    for condition in (np.bool_(False), torch.tensor(False), torch.ones(2) > 0):
        with pytest.raises(CheckFailed, match=r"^told$") as failure:
            require(condition, "told")
        assert failure.value.hint is None
    assert CheckFailed("told").hint is None


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
