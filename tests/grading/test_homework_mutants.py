"""Mutants of right answers: how they are made, what the tests make of them, and what is told."""

from __future__ import annotations

import ast
import sys
import textwrap

import pytest

pytest.importorskip("homework.author", reason="the student edition has no solutions")

from series import series

from homework.author import mutants as command
from homework.author import mutating
from homework.author.equivalent import Equivalent, read_equivalent
from homework.author.mutated import Mutated, left_out, mutated, sample
from homework.author.mutating import Outcome, Verdict, tasks_that_use, tried
from homework.author.mutation import Mutant, mutants
from homework.author.mutation_report import make_report
from homework.cells import ANSWER, GIVEN, TEST, Assignment, Cell
from homework.folders import COURSE, load_source
from launcher.errors import CourseError

SAMPLE = 20  # mutants of each homework
MOST_HIDDEN, LEAST_NAMED = 0.1, 0.6


# ---------------------------------------------------------------- how they are made


def changes(line: str, before: str = "") -> set[str]:
    """What a line can become, within a function of x and y."""
    source = "def f(x, y):\n" + textwrap.indent(before + line, "    ")
    return {each.new for each in mutants(source) if each.line == source.count("\n") + 1}


@pytest.mark.parametrize(
    ("line", "new"),
    [
        ("a + b", {"a - b", "a", "b"}),
        ("a - b * c", {"a - b / c", "a - b", "a - c", "b * c", "b * c - a"}),
        ("(a + b) / c", {"(a + b) * c", "a + b", "c / (a + b)", "(a) / c", "(a - b) / c"}),
        ("a // b", {"a / b", "a"}),
        ("a ** 2", {"a * 2", "a", "a ** 3", "a ** 1"}),
        ("a @ b", {"a * b", "b @ a", "a", "b"}),
        ("a * b + c", {"a * b - c", "a + c", "b + c"}),
        ("a < b", {"a <= b", "a > b"}),
        ("a >= b", {"a > b", "a <= b"}),
        ("a == b", {"a != b"}),
        ("a not in b", {"a in b"}),
        ("a and not b", {"a or not b", "a and b", "a", "not b"}),
        ("-a", {"a"}),
        ("7", set()),  # a statement that explains
        ("return 7", {"return 8", "return 6"}),
        ("return -7", {"return 7", "return -6", "return -8"}),
        ("return 0.5", {"return 1.0", "return 0.25"}),
        ("return True", {"return False"}),
        ("return a, b", {"return b, a"}),
        ("return 'text'", set()),
        ("g(a.sum(0))", {"g(a.sum(1))", "g(a.sum(-1))", "g(a.mean(0))", "g(a)"}),
        ("g(a.sum(dim=1))", {"g(a.sum(dim=0))", "g(a.sum(dim=2))", "g(a.sum())"}),
        ("g(torch.sum(a, 1, keepdim=True))", {"g(torch.sum(a, 1))", "g(torch.sum(1, a, keepdim=True))"}),
        ("g(a.sum((1, 2)))", {"g(a.sum((2,)))", "g(a.sum((1,)))"}),
        ("g(a.permute(0, 2, 1))", {"g(a.permute(2, 0, 1))", "g(a.permute(0, 1, 2))"}),
        ("g(a.view(b, -1))", {"g(a.view(-1, b))", "g(a.view(b, -2))"}),
        ("g(a.view((b, -1)))", {"g(a.view((-1, b)))"}),
        ("g(a.shape[-1])", {"g(a.shape[-2])"}),
        ("g(a.shape[0])", {"g(a.shape[1])"}),
        ("g(a.T)", {"g(a)"}),
        ("g(a.detach())", {"g(a)"}),
        ("g(a.long())", {"g(a)"}),
        ("g(a.float())", {"g(a)", "g(a.double())"}),
        ("g(torch.zeros(2, dtype=torch.float32))", {"g(torch.zeros(2, dtype=torch.float64))",
                                                    "g(torch.zeros(2))",
                                                    "g(torch.ones(2, dtype=torch.float32))"}),
        ("g(F.relu(a))", {"g(a)", "g(F.tanh(a))"}),
        ("g(max(a, b))", {"g(min(a, b))", "g(a)"}),
        ("g(a, b)", {"g(b, a)"}),
        ("g(a[1:b:2])", {"g(a[:b:2])", "g(a[1::2])", "g(a[1:b])", "g(a[1:b - 1:2])", "g(a[2:b:2])"}),
        ("g(range(n))", {"g(range(1, n))", "g(range(n - 1))"}),
        ("g(range(2, n))", {"g(range(2 + 1, n))", "g(range(2, n - 1))", "g(range(3, n))"}),
        ("g(x)", {"g(y)", "pass"}),
        ("g([a for a in b if a])", {"g([a for a in b if True])"}),
        ("return a if b else c", {"return a if True else c", "return a if False else c"}),
        ("if a: b()", {"if True: b()", "if False: b()", "if a: pass"}),
        ("x += y", {"x -= y", "x = y", "pass", "x += x"}),
        ("x[0] = y", {"pass", "x[1] = y"}),
        ("x = y", {"pass", "x = x"}),
    ],
)  # fmt: skip
def test_each_kind_of_mistake_is_made(line, new):
    assert new <= changes(line)
    if not new:
        assert changes(line) == {"pass"} - {"pass"}


@pytest.mark.parametrize(
    ("line", "never"),
    [
        ("return float(a.item())", "return a.item()"),
        ("return float(a.item())", "return float(a)"),
        ("return torch.max(a, b)", "return torch.max(b, a)"),
        ("return len(x)", "return len(y)"),
        ("return a.shape[0]", "return a.shape[-1]"),
        ("return nn.Linear(2, 3)", "return 2"),
        ("super().__init__()", "super()"),
    ],
)
def test_what_is_seldom_a_mistake_is_not_tried(line, never):
    assert never not in changes(line)


def test_nothing_is_left_out_that_every_later_line_needs():
    assert "pass" not in changes("a = x")
    assert "pass" in changes("a = y", "a = x\n")


def test_what_explains_is_left_alone():
    source = '''
        def f(x: int = None) -> Tuple[1, 2]:
            """At most 3 + 4."""
            total: Annotated[int, 5] = x
            print(6 + 7)
            assert x > 8, "9"
            raise ValueError(f"{x + 10}", 11)
        '''
    assert mutants(textwrap.dedent(source)) == []


ANSWER_TEXT = '''def f(x, y):
    """Über 1."""
    größe = x + (  # ä + ö
        y
        * 2
    )  # 3
    for i in range(4):
        if i > y:
            größe -= g(
                "é", i,
            )

    return größe'''


def test_all_else_of_the_text_stays_byte_for_byte_and_every_line_in_its_place():
    old = ANSWER_TEXT.split("\n")
    for each in mutants(ANSWER_TEXT):
        new = each.source.split("\n")
        changed = [number for number, pair in enumerate(zip(old, new, strict=True), 1) if pair[0] != pair[1]]
        assert changed[0] == each.line
        assert changed[-1] - changed[0] <= 3
    told = {(each.line, each.old, each.new) for each in mutants(ANSWER_TEXT)}
    assert (5, "* 2", "* 3") in told
    assert (3, "größe = x + (  # ä + ö", "größe = x - (  # ä + ö") in told
    assert (3, "größe = x + (  # ä + ö y * 2 )  # 3", "größe = x # 3") in told
    assert (8, "if i > y:", "if i >= y:") in told
    assert (9, 'größe -= g( "é", i, )', "pass") in told


@pytest.mark.parametrize("source", [ANSWER_TEXT, "def f(x, y):\n    return g(x, x) + x + x"])
def test_each_syntax_tree_comes_once(source):
    trees = [ast.dump(ast.parse(each.source)) for each in mutants(source)]
    assert len({*trees, ast.dump(ast.parse(source))}) == len(trees) + 1 > 8


def test_only_the_lines_that_are_named_change():
    assert {each.line for each in mutants(ANSWER_TEXT, {5, 7})} == {5, 7}


def test_lines_that_students_are_given_change_only_when_asked(folder):
    lines = {each.line for each in mutated(HOMEWORK, folder=folder) if each.task == "task1"}
    assert lines == {3}
    given = mutated(HOMEWORK, all_lines=True, folder=folder)
    assert {each.line for each in given if each.task == "task1" and each.style == "solution"} == {1, 3}


def test_a_change_of_a_style_is_told_by_the_line_of_its_file_and_tried_once(folder):
    (folder / "hw99" / "right" / "then.py").write_text(STYLE.replace("Sums", "Then"), encoding="utf-8")
    found = [each for each in mutated(HOMEWORK, folder=folder) if each.style != "solution"]
    assert {(each.task, each.style, each.line) for each in found} == {("task2", "sums", 6)}
    assert "return x + x / 2" in {each.mutant.new for each in found}
    assert "return x / 2" not in {each.mutant.new for each in found}  # it is the solution


def test_a_sample_does_not_move_when_others_come():
    found = [Mutated("task1", "solution", n, Mutant(f"source {n}", n, "old", f"new {n}")) for n in range(50)]
    chosen = sample(found, 10)
    assert len(chosen) == 10
    assert sample(found[::-1], 10) == chosen[::-1]
    assert sample(found, 10, seed=1) != chosen
    assert len(set(sample(found[1:], 10)) & set(chosen)) >= 9
    assert sample([*found, *(Mutated("task1", "loops", 1, each.mutant) for each in found)], 10) == chosen


# ---------------------------------------------------------------- what the tests make of them

STYLE = '"""Sums."""\n\n\n# %% task2\ndef half(x):\n    return x - x / 2\n'
HOMEWORK = Assignment(
    "hw99",
    "hw99_doubling.ipynb",
    "Doubling",
    [
        Cell("setup", GIVEN, "code", "import torch"),
        Cell(
            "task1",
            ANSWER,
            "code",
            "def double(x, sign=1):\n    ### BEGIN SOLUTION\n    return sign * (x + x.abs()) / 1\n"
            "    ### END SOLUTION",
        ),
        Cell(
            "task1-values",
            TEST,
            "code",
            "from homework.checks import expect\n"
            "expect(double(torch.tensor(2)), 4.0, 'double(2)', hints={'Twice.': 2.0})\n"
            "### BEGIN HIDDEN TESTS\n"
            "expect(double(torch.tensor(-2)), 0.0, 'double(-2)', hints={'Negative ones.': -4.0})\n"
            "### END HIDDEN TESTS",
            1,
        ),
        Cell(
            "task2",
            ANSWER,
            "code",
            "def half(x):\n    ### BEGIN SOLUTION\n    return x / 2\n    ### END SOLUTION",
        ),
        Cell("task3", ANSWER, "code", "def quarter(x):\n    return half(half(x))"),
        Cell(
            "task3-values",
            TEST,
            "code",
            "from homework.checks import expect\n"
            "expect(str(quarter(4.0)), '1.0', 'quarter(4.0)', hints={'No.': '16.0'})",
            1,
        ),
    ],
)  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    """A folder with another right answer to hw99."""
    (tmp_path / "hw99" / "right").mkdir(parents=True)
    (tmp_path / "hw99" / "right" / "sums.py").write_text(STYLE, encoding="utf-8")
    return tmp_path


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """What became of all mutants of hw99: {(task, new): outcome}."""
    empty = tmp_path_factory.mktemp("empty")
    found = tried(HOMEWORK, mutated(HOMEWORK, folder=empty))
    return {(outcome.mutated.task, outcome.mutated.mutant.new): outcome for outcome in found}


@pytest.mark.parametrize(
    ("task", "new", "verdict", "named", "test", "words"),
    [
        ("task1", "return sign * (x + x.abs()) * 1", Verdict.SURVIVED, False, "", ""),
        ("task1", "return sign * (x + x) / 1", Verdict.HIDDEN, True, "task1-values", "a hidden test did not"),
        ("task1", "return sign * (x) / 1", Verdict.VISIBLE, True, "task1-values", "double(2): the number is"),
        ("task1", "return sign * (x - x.abs()) / 1", Verdict.VISIBLE, False, "task1-values", "double(2): "),
        ("task2", "return x", Verdict.VISIBLE, False, "task3-values", "quarter(4.0): "),
        ("task2", "return x * 2", Verdict.VISIBLE, True, "task3-values", "quarter(4.0): "),
    ],
)  # fmt: skip
def test_each_verdict_is_given(outcomes, task, new, verdict, named, test, words):
    outcome = outcomes[task, new]
    assert (outcome.verdict, outcome.named, outcome.test) == (verdict, named, test)
    assert outcome.message.startswith(words)
    assert bool(outcome.message) == bool(words)


def test_a_mutant_that_loops_for_ever_is_caught(monkeypatch):
    monkeypatch.setattr(mutating, "MOST_SECONDS", 1.0)
    endless = "def double(x, sign=1):\n    while True:\n        pass"
    (outcome,) = tried(HOMEWORK, [Mutated("task1", "solution", 2, Mutant(endless, 2, "a", "b"))])
    assert (outcome.verdict, outcome.named) == (Verdict.VISIBLE, False)
    assert "too long" in outcome.message


def test_answers_and_tests_get_little_time_unless_they_train():
    kinds = [(GIVEN, 20.0), (ANSWER, 20.0), (TEST, 20.0), (TEST, 60.0), (TEST, 5.0)]
    cells = [Cell(f"cell{n}", kind, "code", "", seconds=s) for n, (kind, s) in enumerate(kinds)]
    short = mutating.in_short_time(Assignment("hw99", "", "", cells))
    assert [cell.seconds for cell in short.cells] == [20.0, 10.0, 10.0, 60.0, 5.0]


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux alone")
def test_a_mutant_that_takes_all_memory_is_caught_before_it_has_it():
    huge = "def double(x, sign=1):\n    return torch.ones(10**9, dtype=torch.float32)"
    (outcome,) = tried(HOMEWORK, [Mutated("task1", "solution", 2, Mutant(huge, 2, "a", "b"))])
    assert outcome.verdict == Verdict.VISIBLE
    assert "allocate memory" in outcome.message


def test_two_at_a_time_give_the_same(outcomes):
    wanted = [outcome.mutated for outcome in outcomes.values()]
    found = list(tried(HOMEWORK, wanted, jobs=2))
    assert {outcome.mutated: outcome for outcome in found} == {
        each.mutated: each for each in outcomes.values()
    }


def test_a_solution_that_fails_itself_stops_the_trial():
    broken = HOMEWORK.with_sources({"task1": "def double(x):\n    return 1 * x"})
    with pytest.raises(RuntimeError, match="the solution of task1 itself fails task1-values"):
        list(tried(broken, mutated(broken, all_lines=True)))


def test_later_tasks_that_use_an_answer_are_found():
    half, quarter = (cell for cell in HOMEWORK.cells if cell.name in ("task2", "task3"))
    assert tasks_that_use(HOMEWORK, half, slow=False) == {"task3"}
    assert tasks_that_use(HOMEWORK, quarter, slow=False) == set()


def test_tasks_that_train_are_left_out():
    assert left_out(HOMEWORK) == []
    assert left_out(load_source("hw1")) == ["task8"]


# ---------------------------------------------------------------- what is told


def outcome(new: str, verdict: Verdict, named: bool = False, style: str = "solution", message: str = ""):
    return Outcome(
        Mutated("task1", style, 3, Mutant(new, 2, "old", new)), verdict, named, "task1-values", message
    )


FOUND = [
    outcome("passes", Verdict.SURVIVED),
    outcome("slower", Verdict.SURVIVED),
    outcome("hides", Verdict.HIDDEN, True),
    outcome("crashes", Verdict.VISIBLE, message="TypeError: no\n  in your code, line 3: new"),
    outcome("is named", Verdict.VISIBLE, True),
    outcome("crashes", Verdict.VISIBLE, style="loops", message="TypeError: no\n  in your code, line 3: new"),
]
SLOWER = Equivalent("task1", "old", "slower", "it is only slower")


def told(*listed: Equivalent):
    return make_report([each.mutated for each in FOUND], FOUND, list(listed))


def test_the_three_rates_leave_out_what_is_equivalent():
    assert list(told().rates.values()) == [4 / 6, 3 / 6, 2 / 6]
    assert list(told(SLOWER).rates.values()) == [4 / 5, 3 / 5, 2 / 5]
    assert told(SLOWER).summary() == (
        "5 mutants, 1 equivalent ones besides: caught 80.0% (of 100%); "
        "caught by a visible test 60.0% (of 95%); named by a hint 40.0% (of 70%)"
    )


def test_survivors_come_first_and_the_same_change_is_told_once():
    text = told(SLOWER).text()
    survivors, hidden, unnamed = text.split("== ")[1:]
    assert survivors.splitlines()[1:5] == ["-- task1", "solution:3", "    old", "  → passes"]
    assert "→ hides" in hidden and "→ crashes" not in hidden
    assert unnamed.splitlines()[2:6] == [
        "solution:3, loops:3", "    old", "  → crashes", "    task1-values: TypeError: no",
    ]  # fmt: skip
    assert "unnamed: 2 an error of Python's" in unnamed


def test_what_several_jobs_found_is_told_in_order():
    report = make_report([each.mutated for each in FOUND], FOUND[::-1], [])
    assert report.outcomes == FOUND


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (Equivalent("task1", "old", "gone", "why"), "no mutant is like this entry: task1: old → gone"),
        (Equivalent("task2", "old", "slower", "why"), "no mutant is like this entry: task2"),
        (Equivalent("task1", "old", "slower", "why", "loops"), "no mutant is like this entry: task1, loops"),
        (Equivalent("task1", "old", "hides", "why"), 'noticed in the style "solution"'),
        (Equivalent("task1", "old", "crashes", "why", "loops"), 'noticed in the style "loops"'),
    ],
)
def test_an_entry_that_excuses_nothing_is_stale(entry, words):
    report = told(SLOWER, entry)
    (problem,) = report.stale
    assert problem.startswith(words)
    assert not report.good
    assert f"equivalent.toml: {words}" in report.text()


def test_an_entry_that_was_not_tried_is_not_stale():
    report = make_report([each.mutated for each in FOUND], FOUND[4:5], [SLOWER])
    assert (report.stale, report.good) == ([], True)
    gone = Equivalent("task1", "old", "gone", "why")
    assert not make_report([each.mutated for each in FOUND], FOUND[4:5], [gone]).good


ENTRY = '[[mutant]]\ntask = "task1"\nold = "a + b"\nnew = "b"\nwhy = "a is 0"\n'


def test_the_list_is_read(folder):
    assert read_equivalent(HOMEWORK, folder) == []
    path = folder / "hw99" / "equivalent.toml"
    path.write_text(ENTRY + ENTRY.replace("why", 'of = "sums"\nwhy'), encoding="utf-8")
    first, second = read_equivalent(HOMEWORK, folder)
    assert first == Equivalent("task1", "a + b", "b", "a is 0")
    assert second.of == "sums"


def test_every_mutant_that_passes_an_open_task_is_right(folder):
    path = folder / "hw99" / "equivalent.toml"
    path.write_text('[[open]]\ntask = "task1"\nwhy = "many are"\n', encoding="utf-8")
    report = told(*read_equivalent(HOMEWORK, folder))
    assert [outcome.mutated.mutant.new for outcome in report.equivalent] == ["passes", "slower"]
    assert (report.stale, len(report.outcomes)) == ([], 4)
    report = make_report([], [], read_equivalent(HOMEWORK, folder))
    assert report.stale == ["no mutant is like this entry: task1 (open)"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[", "it cannot be read as TOML"),
        ("mutant = 1", "it must hold tables [[mutant]] and [[open]], and nothing else"),
        (ENTRY + "[other]", "it must hold tables [[mutant]] and [[open]], and nothing else"),
        (ENTRY.replace("task1", "task9"), "hw99 has no task 'task9' to answer"),
        (ENTRY + ENTRY, "the entry task1: a + b → b stands there twice"),
        (ENTRY.replace('why = "a is 0"', ""), '[[mutant]] 1: "why" is missing'),
        (ENTRY.replace('"a is 0"', '""'), "[[mutant]] 1: the fields are task, old, new, why"),
        (ENTRY + '[[open]]\ntask = "task1"\nold = "a"', "[[open]] 1: the fields are task, why"),
        (ENTRY + "line = 3", "[[mutant]] 1: the fields are task, old, new, why"),
    ],
)
def test_a_list_that_cannot_be_understood_is_refused(folder, text, words):
    path = folder / "hw99" / "equivalent.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CourseError) as refusal:
        read_equivalent(HOMEWORK, folder)
    assert str(refusal.value).startswith(f"{path}: {words}")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["hw99", "task7"], "nothing to try; the tasks are task1, task2, task3, the styles are solution"),
        (["hw99", "--of", "nobody"], "nothing to try; the tasks are task1, task2, task3"),
    ],
)
def test_a_command_that_can_try_nothing_says_so(arguments, words, monkeypatch):
    monkeypatch.setattr(command, "load_source", lambda name: HOMEWORK)
    with pytest.raises(SystemExit, match=words):
        command.main(arguments)


def test_a_homework_that_does_not_exist_is_told():
    with pytest.raises(SystemExit, match="There is no homework called 'hw77'"):
        command.main(["hw77"])


def test_the_command_tells_what_it_found(monkeypatch, capsys):
    monkeypatch.setattr(command, "load_source", lambda name: HOMEWORK)
    assert command.main(["hw99", "task2"]) == 1
    told = capsys.readouterr().out
    assert "→ return x * 2" not in told  # it is caught, and named
    assert "→ return 2 / x" in told.split("== unnamed")[1]
    assert told.splitlines()[-1].startswith("5 mutants, 0 equivalent ones besides: caught 100.0% (of 100%); ")


# ---------------------------------------------------------------- the homework


@pytest.mark.parametrize("name", series(COURSE.all_sources(), 3))
def test_a_sample_of_mutants_is_caught_and_named(name, record_property):
    assignment = load_source(name)
    everything, slow = mutated(assignment), left_out(assignment)
    wanted = sample([each for each in everything if each.task not in slow], SAMPLE)
    report = make_report(everything, list(tried(assignment, wanted)), read_equivalent(assignment))
    record_property("told", f"{name}: {report.summary()}")
    assert len(report.outcomes) + len(report.equivalent) == SAMPLE
    assert not report.survivors, report.text()
    assert not report.stale, report.text()
    assert len(report.hidden_only) <= MOST_HIDDEN * len(report.outcomes), report.text()
    assert report.rates["named by a hint"] >= LEAST_NAMED, report.text()
