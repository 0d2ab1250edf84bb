"""What reaches the judge: values that are read with suspicion, inputs that it sends, time that it takes."""

from __future__ import annotations

import time

import pytest
import torch
from test_split import DOUBLE, tried

from homework import judge
from homework.outside import Outside
from homework.replies import NoReply, Reply
from homework.values import MOST_BYTES, Opaque, Reader, Unreadable, Writer


@pytest.mark.parametrize(
    "value",
    [
        *(
            None,
            True,
            7,
            -(10**500),
            0.1,
            float("inf"),
            2 - 3j,
            "é\n",
            b"".decode(),
            [1, (2, {3})],
            {"a": [None]},
        ),
        *(torch.arange(6).view(2, 3).T, torch.zeros(0, 3), torch.tensor(1.5, dtype=torch.float16)),
        *(
            torch.Size([1, 2]),
            torch.int64,
            slice(1, None),
            range(3),
            ...,
            torch.nn.Linear,
            torch.device("cpu"),
        ),
    ],
)
def test_a_value_comes_out_as_it_is(value):
    got = Reader().read(Writer().write(value))
    if isinstance(value, torch.Tensor):
        assert got.dtype is value.dtype and got.shape == value.shape and torch.equal(got, value)
    else:
        assert type(got) is type(value) and got == value


def test_what_a_tensor_knows_of_gradients_comes_with_it():
    weight = torch.nn.Parameter(torch.ones(2))
    (3 * weight).sum().backward()
    leaf, made = (Reader().read(Writer().write(value)) for value in (weight, 2 * weight))
    assert type(leaf) is torch.nn.Parameter and leaf.is_leaf and leaf.grad.tolist() == [3, 3]
    assert made.requires_grad and not made.is_leaf


class Lying(torch.Tensor):
    """A tensor that agrees with everything."""

    def __eq__(self, other):
        return True


@pytest.mark.parametrize(
    "value", [object(), lambda: 0, Lying(), type("N", (int,), {})(3), torch.empty(2, device="meta")]
)
def test_what_is_no_plain_value_stays(value):
    kept = []
    got = Reader().read(Writer(kept.append).write(value))
    assert type(got) is Opaque and kept == [value]
    for use in (bool, float, len, iter, lambda got: got == got, lambda got: got + 1, lambda got: got[0]):
        with pytest.raises(TypeError, match="came where a value is wanted"):
            use(got)


@pytest.mark.parametrize(
    "sent",
    [
        *("text", {}, [], ["?"], [1], ["i", 5], ["i", "z"], ["f", "1e999"], ["s", 3], ["l", 3], ["d", [[1]]]),
        *(
            ["x", {"d": "float32"}, [2**39], ""],
            ["x", {"d": "float32"}, [2], "AAAA"],
            ["x", {"d": "no"}, [0], ""],
        ),
        *(["a", {"d": "float32"}, [2], "9", 0, [1]], ["n", "O8", [1], ""], ["x", {"d": "float32"}, [-1], ""]),
    ],
)
def test_what_is_no_value_is_refused(sent):
    with pytest.raises(Unreadable):
        Reader({"0": torch.zeros(2)}).read(sent)


@pytest.mark.parametrize("sign", ["e", "z", "d"])
def test_members_made_to_share_a_hash_are_refused_for_they_would_take_hours(sign):
    def members(step: int) -> list:
        keys = [["i", hex(k * step)] for k in range(1000)]
        return [sign, [[key, None] for key in keys] if sign == "d" else keys]

    assert len(Reader().read(members(7))) == 1000
    with pytest.raises(Unreadable):
        Reader().read(members(2**61 - 1))


def test_a_claim_to_share_memory_is_held_to_what_is_there():
    base = {"0": torch.arange(4.0)}
    assert Reader(base).read(["a", {"d": "float32"}, [2], "0", 1, [2]]).tolist() == [1, 3]
    for shape, stride in (([3], [2]), ([MOST_BYTES], [0])):
        with pytest.raises(Unreadable):
            Reader(base).read(["a", {"d": "float32"}, shape, "0", 0, stride])


def test_half_an_emoji_is_replaced():
    assert Reader().read(["s", "\ud83d"]) == "?"
    assert Reply.read({"status": "ok", "output": "a\ud83d"}).output == "a?"


@pytest.mark.parametrize(
    "sent", [{}, {"status": "passed"}, {"status": "stopped"}, {"status": "ok", "output": 5}, [], 3]
)
def test_what_is_no_reply_is_refused(sent):
    with pytest.raises(NoReply):
        Reply.read(sent)


@pytest.mark.parametrize(
    "notes", [None, 3, [3], [["1.1", 0, "value", None]], [["1.1", "0", "value", None, []]]]
)
def test_what_are_no_notes_is_refused(notes):
    with pytest.raises(Unreadable):
        Outside(notes)


def test_wanted_values_come_from_the_inputs_as_they_were():
    zero = "def double(x):\n    x.zero_()\n    return x"
    assert not tried(zero, "x = torch.ones(2)\nexpect(double(x), 2 * x, '')").passed
    assert not tried(zero, "x = torch.ones(2)\ngot = double(x)\nright = 2 * x\nexpect(got, right, '')").passed


def test_a_view_of_a_changed_input_is_changed_too():
    fill = "def double(x):\n    x.fill_(7)"
    assert tried(
        fill, "x = torch.zeros(3)\nrow = x[1:]\ndouble(row)\nexpect(x, torch.tensor([0.0, 7, 7]), '')"
    ).passed


def test_what_an_answer_does_not_have_is_told():
    found = tried("pass", "expect(double(1), 2, 'double(1)')")
    assert "NameError: name 'double' is not defined" in found.said[0].message


def test_the_judge_makes_inputs_and_keeps_what_is_not_needed_inside():
    test = "@judged\ndef rows(seed):\n    return torch.full((2,), float(seed)), 4711 * torch.ones(2)\n\n"
    found = tried(DOUBLE, test + "x, right = rows(3)\nexpect(double(x) + 4705, right, '')")
    assert found.passed
    assert "4711" not in found.inner[0] and "right" not in found.inner[0] and "full" not in found.inner[0]


def test_judging_has_an_end(monkeypatch):
    monkeypatch.setattr(judge, "MOST_SECONDS", 0.2)
    start = time.monotonic()
    found = tried(
        DOUBLE, "require(double(1) == 2, '')\nwhile double(1) == 2:\n    pass".replace("double(1) ==", "2 ==")
    )
    assert "judging took too long" in found.said[0].message
    assert time.monotonic() - start < 60


def test_a_group_of_errors_is_an_error_like_others():
    group = "def double(x):\n    raise ExceptionGroup('two', [ValueError('one')])"
    assert "ExceptionGroup: two" in tried(group, "expect(double(1), 2, '')").said[0].message
