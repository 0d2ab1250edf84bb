"""Ways to break a good notebook, sorted by the rule that must notice."""

from collections.abc import Callable

import nbformat.v4 as v4
from nbformat import NotebookNode

Break = Callable[[NotebookNode], object]


def cell(notebook: NotebookNode, start: str) -> NotebookNode:
    """The first cell whose source begins with ``start``."""
    return next(c for c in notebook.cells if c.source.startswith(start))


def write(start: str, old: str, new: str) -> Break:
    """Replaces text in the cell that begins with ``start``; the cell must hold it."""

    def apply(notebook: NotebookNode) -> None:
        target = cell(notebook, start)
        assert old in target.source
        target.source = target.source.replace(old, new)

    return apply


def everywhere(old: str, new: str) -> Break:
    def apply(notebook: NotebookNode) -> None:
        for target in notebook.cells:
            target.source = target.source.replace(old, new)

    return apply


def drop(start: str) -> Break:
    return lambda n: n.cells.remove(cell(n, start))


def put(start: str, **values: object) -> Break:
    return lambda n: cell(n, start).update(values)


def say(text: str, name: str = "stdout") -> Break:
    """Gives the cell that prints another output."""
    return put("print(2", outputs=[v4.new_output("stream", name=name, text=text)])


def add(text: str) -> Break:
    return lambda n: n.cells.insert(7, v4.new_markdown_cell(text, id="added-cell"))


def swap(first: str, second: str) -> Break:
    def apply(notebook: NotebookNode) -> None:
        i, j = (notebook.cells.index(cell(notebook, start)) for start in (first, second))
        notebook.cells[i], notebook.cells[j] = notebook.cells[j], notebook.cells[i]

    return apply


def metadata(start: str, **values: object) -> Break:
    return lambda n: cell(n, start).metadata.update(values)


def hide(start: str, source: str) -> Break:
    """Gives a cell another source, folded away."""
    return put(start, source=source, metadata={"jupyter": {"source_hidden": True}})


def alt(text: str | None) -> Break:
    def apply(notebook: NotebookNode) -> None:
        output = cell(notebook, "draw(1)").outputs[0]
        output.metadata = {} if text is None else {"image/png": {"alt": text}}

    return apply


def add_widget(notebook: NotebookNode) -> None:
    cell(notebook, "explore").outputs[0].data["application/vnd.jupyter.widget-view+json"] = {"model_id": "1"}


# Each rule → faults, with a word that its message must hold.
BREAKS: dict[str, list[tuple[Break, str]]] = {
    "ran_in_order": [
        (put("print(2", execution_count=None), "None"),
        (put("print(2", execution_count=7), "execution count 7, not 2"),
        (swap("print(2", "draw(1)"), "run all cells in order"),
    ],
    "outputs_are_there": [
        (put("print(2", outputs=[]), "print(2 * 3)"),
        (put("draw(1)", outputs=[]), "draw(1)"),
        (put("explore", outputs=[]), "explore"),
        (put("print(2", outputs=[], source="for i in range(3):\n    print(i)"), "missing"),
        (put("print(2", outputs=[], source="%matplotlib inline\n2 * 3"), "missing"),
    ],
    "no_errors": [
        (
            put("print(2", outputs=[v4.new_output("error", ename="ValueError", evalue="bad", traceback=[])]),
            "ValueError: bad",
        )
    ],
    "no_stderr": [(say("UserWarning: beware\n", "stderr"), "UserWarning: beware")],
    "small": [(say("x" * 400_000), "at most 400")],
    "ids": [
        (put("print(2", id="good-0000"), "same id"),
        (put("print(2", id="short"), "8 to 64"),
        (put("print(2", id="With.Capitals"), "8 to 64"),
    ],
    "kernelspec": [
        (lambda n: n.metadata.kernelspec.update(name="conda-env"), "conda-env"),
        (lambda n: n.metadata.pop("kernelspec"), "None"),
    ],
    "saved_by_the_tool": [
        (lambda n: n.metadata.update(widgets={"state": {}}), "metadata.widgets"),
        (lambda n: n.metadata.language_info.update(version="3.11.4"), "version"),
        (lambda n: n.update(nbformat_minor=4), "4.4"),
        (metadata("print(2", execution={"iopub.status.busy": "2024"}), "execution times"),
        (add_widget, "widget"),
    ],
    "no_absolute_paths": [
        (write("print(2", "2 * 3", "open('/home/ann/cat.jpg')"), "/home/"),
        (write("print(2", "2 * 3", "open('/data1/cat.jpg')"), "'/data1/"),
        (write("print(2", "2 * 3", r"open(r'C:\Users\ann\cat.jpg')"), "C:"),
        (write("print(2", "2 * 3", "open('D:/cat.jpg')"), "D:/"),
        (write("## Summary", "A line", "See file:///cat.jpg. A line"), "file://"),
        (say("read /tmp/cat.jpg\n"), "in its output"),
    ],
    "no_installs": [
        (write("print(2", "print", "%pip install torch\nprint"), "pip install"),
        (write("print(2", "print", "import sys; sys.path.append('..')\nprint"), "sys.path"),
        (write("## Summary", "A line", "Run `conda install torch`. A line"), "conda install"),
    ],
    "nothing_remote": [
        (write("## Summary", "A line", "![cat](https://example.org/cat.jpg) A line"), "remote"),
        (write("## Summary", "A line", '<img width="3" src="//example.org/cat.jpg"> A line'), "remote"),
        (write("print(2", "2 * 3", "Image(url='cat')"), "Image(url="),
        (
            put(
                "print(2",
                outputs=[
                    v4.new_output(
                        "display_data", data={"text/html": "<script src='https://example.org/a.js'></script>"}
                    )
                ],
            ),
            "in its output",
        ),
    ],
    "no_missing_glyphs": [
        (say("UserWarning: Glyph 30452 (CJK) missing from font(s) DejaVu Sans.\n", "stderr"), "Glyph 30452")
    ],
    "figures_are_there": [(drop("draw(1)"), "shows 2 figures")],
    "figures_have_alt": [
        (alt(None), "draw(1)"),
        (alt("A line."), "'A line.'"),
        (alt("Automatic description: a figure of 1 panels without titles"), "Automatic"),
    ],
    "short_cells": [
        (put("print(2", source="x = 1\n" * 21), "21 lines"),
        (hide("print(2", "x = 1\n" * 46), "46 lines"),
    ],
    "minutes_are_honest": [
        (write("## Before", "Plan about 60 minutes for yourself.", ""), "must say"),
        (write("## Before", "about 60", "about 59"), "a lesson takes 60 to 75"),
        (write("## Summary", "A line", "word " * 3000 + "A line"), "states 60 minutes"),
        (put("print(2", source="x = 1\n" * 200), "lines and"),
        (add("> **Try it.** Again.\n\n" * 12), "boxes take"),
    ],
    "one_hour": [
        (lambda n: n.cells.__delitem__(slice(12, 30)), "a lesson has 40 to 80"),
        (lambda n: n.cells.extend(v4.new_markdown_cell("x") for _ in range(40)), "a lesson has 40 to 80"),
        (write("## Summary", "A line", "word " * 3200 + "A line"), "at most 3200"),
        (lambda n: n.cells.extend(v4.new_code_cell("x = 1\n" * 8) for _ in range(15)), "a median of 8"),
    ],
    "predictions_can_be_written": [
        (write("### 1.1", "\n>\n> *My prediction:* …", ""), "My prediction"),
        (write("> **Predict.** Does", "*My prediction:* …", "*My prediction:* 3"), "My prediction"),
    ],
    "turns_are_checked": [
        (drop("> **Your turn.** Name"), "2 boxes"),
        (write("> **Your turn.** Name", "```python", "```"), "in a fold"),
        (write("name = ", "...", "2"), "with a '...'"),
        (metadata("name = ", tags=[]), "must be the stub"),
        (metadata("your_turn(name", tags=[]), "must be tagged"),
        (write("> **Your turn.** Name", "> **Your turn.**", "> **My turn.**"), "3 stubs"),
        (put("your_turn(name", outputs=[v4.new_output("stream", text="right\n")]), "it says ['right']"),
        (put("your_turn(name", outputs=[]), "it says []"),
    ],
    "exercises_are_graded": [
        (write("## Exercises", "1. **Draw** (★, 5 min).", "1. Draw."), "must begin like"),
        (write("## Exercises", "<details><summary>Hint</summary>Look.</details>", ""), "3 folded hints"),
        (write("## Exercises", "answers/99_answers.ipynb", "answers/98_answers.ipynb"), "99_answers.ipynb"),
    ],
    "numbers_not_truth": [
        (say("equal: True\n"), "truth values"),
        (say("equal: True\nand: False\n"), "truth values"),
        (say("[True, False]\n"), "truth values"),
        (say("at least 85 %: True\n"), "truth values"),
        (say("all equal = True\n"), "truth values"),
    ],
    "no_assert_on_a_clock": [
        (
            put("print(2", source="t = perf_counter()\nassert perf_counter() < t + 1"),
            "asserts a time: assert",
        ),
        (put("print(2", source="took = {}\ntook['a'] = time.time_ns()\nassert took['a'] > 0"), "took"),
        (put("print(2", source="t = []\nt.append(time.monotonic())\nbest = min(t)\nassert best"), "best"),
        (put("print(2", source="%cd ..\na, b = 1, time.process_time()\nassert 2 * b > a"), "2 * b > a"),
    ],
    "titles_begin_alike": [
        (write("draw(1)", "draw(1)", 'draw(1)\nax.set_title("here a line rises fast")'), "'here a line"),
        (write("draw(1)", "draw(1)", "draw(1)\nax.set(title=f'a line of just {1 + 1} units')"), "a line of"),
    ],
    "figures_reach_everybody": [
        (lambda n: cell(n, "draw(1)").outputs.pop(1), "in words"),
        (lambda n: cell(n, "draw(1)").outputs[0].metadata["image/png"].pop("width"), "its width"),
        (lambda n: cell(n, "draw(1)").outputs[1].data.update({"text/html": "<p>?</p>"}), "in words"),
    ],
    "enough_text": [
        (lambda n: n.cells.extend(v4.new_code_cell("x = 1") for _ in range(40)), "are markdown"),
    ],
    "headings_nest": [
        (write("### 1.1", "###", "####"), "'1.1 Look' skips level 3"),
        (write("## Summary", "##", "#"), "2 headings of level 1"),
    ],
    "title_first": [
        (write("# 99", " (直线)", ""), "(中文)"),
        (write("# 99", "99", "98"), "98"),
        (write("# 99", "\n\nWhat the two numbers of a line do.", ""), "one sentence"),
        (drop("# 99"), "must be the title"),
    ],
    "parts_in_order": [
        (drop("## What you"), "'## What you will be able to do' is missing"),
        (drop("## Before"), "'## Before you start' is missing"),
        (drop("## Quiz"), "'## Quiz' is missing"),
        (drop("## Summary"), "'## Summary' is missing"),
        (drop("## Exercises"), "'## Exercises' is missing"),
        (drop("## Homework"), "'## Homework' is missing"),
        (drop("## References"), "'## References' is missing"),
        (write("## 2.", "2.", "3."), "[1, 3]"),
        (swap("## Quiz", "## Summary"), "'## Summary' is not where it belongs"),
        (add("## An aside\n\nText."), "'## An aside' is not where it belongs"),
    ],
    "abilities_listed": [(write("## What you", "\n- draw a line", ""), "lists 2 lines")],
    "time_stated": [
        (write("## Before", "on a two-core laptop", "quickly"), "two-core"),
        (write("## Before", "5 seconds", "a while"), "NN seconds"),
    ],
    "setup_cell": [
        (metadata("from helpers", tags=[]), "has 0 code cells tagged 'setup'"),
        (metadata("print(2", tags=["setup"]), "has 2 code cells tagged 'setup'"),
        (swap("from helpers", "print(2"), "first code cell"),
        (swap("from helpers", "## Before"), "belongs between"),
    ],
    "boxes_are_there": [
        (write("### 1.1", "> **Predict.**", "Predict"), "2 boxes '> **Predict.**'"),
        (everywhere("> **Try it.**", "Try it."), "0 boxes '> **Try it.**'"),
        (drop("> **Your turn.** Name"), "2 boxes '> **Your turn.**'"),
        (write("## 2.", "**Check yourself.**", "Check"), "0 boxes '> **Check yourself.**'"),
    ],
    "predictions_resolve": [
        (add("> **Predict.** And now?"), "And now?"),
        (
            write("> **Predict.** Does", "<details><summary>Answer</summary>It does.</details>", ""),
            "Does a slope",
        ),
    ],
    "quiz_answers_folded": [
        (write("## Quiz", "4. What", "What"), "3 numbered questions"),
        (
            write("## Quiz", "<details><summary>Answer</summary>\n\nIt is 3.\n\n</details>", "It is 3."),
            "but 3 answers",
        ),
    ],
    "folds_are_closed": [(write("## Quiz", "It is 5.\n\n</details>", "It is 5."), "do not match")],
    "endings_are_full": [
        (write("## Exercises", "4. **Move it**", "**Move it**"), "3 numbered exercises"),
        (write("## References", "- Euclid", "Euclid"), "1 references"),
        (write("## Summary", "A line has a slope.", ""), "'## Summary' is empty"),
        (write("## Homework", "None.", ""), "'## Homework' is empty"),
    ],
    "explorer_cell": [
        (drop("explore"), "no cell that calls explore"),
        (metadata("explore", tags=["explorer"]), "'nbval-ignore-output'"),
        (metadata("explore", tags=["nbval-ignore-output"]), "'explorer'"),
        (lambda n: cell(n, "explore").outputs.pop(0), "get sliders for"),
        (lambda n: cell(n, "explore").outputs.pop(1), "first figure is missing"),
    ],
    "terms_in_glossary": [
        (write("## 1.", "**slope** (斜率)", "**gradient** (梯度)"), "'gradient' (梯度) is not in"),
        (write("## 1.", "斜率", "坡度"), "'slope' is (坡度) here, but 斜率"),
    ],
}
