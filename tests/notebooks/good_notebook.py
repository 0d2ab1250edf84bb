"""A lesson in miniature that keeps every rule. The tests execute it, then break copies of it."""

from pathlib import Path

import nbformat.v4 as v4
from nbformat import NotebookNode
from notebook_tools import execute, save

GLOSSARY = """# Glossary

| English | 中文 | In one sentence | First met |
|---|---|---|---|
| line | 直线 | All points for which one weighted sum is constant. | 99 |
| slope | 斜率 | How much a line rises for one step to the right. | 99 |
"""

# What a lesson of an hour has between its parts: text to read.
PAGES = [
    f"### 1.{number} Page {number}\n\n"
    + "One word follows another here. " * 18
    + "\n\n> **Try it.** Read on." * (number % 2)
    for number in range(2, 18)
]


def turn(name: str, wanted: int) -> list[str | tuple[str, list[str]]]:
    """A *Your turn*: the box, the stub and the check."""
    code = f"```python\n{name.lower()} = {wanted}\n```"
    fold = f"\n<details><summary>Answer</summary>\n\n{code}\n\n</details>".replace("\n", "\n> ")
    return [
        f"> **Your turn.** {name} a number.\n> {fold}",
        (f"{name.lower()} = ...", ["your-turn"]),
        (f"your_turn({name.lower()}, {wanted})", ["your-turn-check"]),
    ]


# (text) is markdown; (code, tags) is code.
CELLS: list[str | tuple[str, list[str]]] = [
    "# 99 · Straight lines (直线)\n\nWhat the two numbers of a line do.",
    "## What you will be able to do\n\n- draw a line\n- name its slope\n- move it with a slider",
    "## Before you start\n\nNothing. Plan about 60 minutes for yourself. "
    "The notebook itself runs in under 5 seconds on a two-core laptop.",
    ("from helpers import explore, new_figure, your_turn", ["setup"]),
    "## 1. The slope\n\nA **line** (直线) has a **slope** (斜率).\n\n> **Predict.** What is 2 · 3?\n>\n"
    "> *My prediction:* …",
    ("print(2 * 3)", []),
    (
        "def draw(slope):\n"
        '    """A line through the origin."""\n'
        '    alt = f"A straight line with the slope {slope} < 3, through the origin"\n'
        "    fig, ax = new_figure(size=(2, 1.5), alt=alt)\n"
        "    ax.plot([0, 1], [0, slope])\n"
        "    ax.set_title('x + y, 2 lines')\n"
        "    ax.set(title=f'{slope} is the slope')\n"
        "    ax.set_title('slope')\n"
        "    return fig",
        [],
    ),
    "> **Predict.** Does a slope of 1 rise?\n>\n> *My prediction:* …\n>\n"
    "> <details><summary>Answer</summary>It does.</details>",
    "### 1.1 Look\n\n> **Predict.** Which line is steeper?\n>\n> *My prediction:* …",
    ("draw(1)", []),
    ("draw(2)", []),
    "> **Try it.** Call `draw(3)`.",
    *PAGES,
    *turn("Name", 2),
    *turn("Count", 3),
    *turn("Double", 4),
    "## 2. Move it\n\n> **Check yourself.** Which slope is flat?",
    ("explore(draw, slope=(-2, 2, 1, 0))", ["explorer", "nbval-ignore-output"]),
    "## Quiz\n\n"
    + "\n\n".join(
        f"{i}. What is {i} + 1?\n\n<details><summary>Answer</summary>\n\nIt is {i + 1}.\n\n</details>"
        for i in range(1, 5)
    ),
    "## Summary\n\nA line has a slope.",
    "## Exercises\n\n[Worked answers](answers/99_answers.ipynb)\n\n"
    + "\n".join(
        f"{i}. **{title}** (★, 5 min). How?\n\n   <details><summary>Hint</summary>{hint}.</details>\n"
        for i, (title, hint) in enumerate(
            [("Draw", "Look"), ("Draw again", "Look twice"), ("Name it", "It is short"), ("Move it", "Pull")],
            1,
        )
    ),
    "## Homework\n\nNone.",
    "## References\n\n- Euclid, *Elements*, about 300 BC.\n- R. Descartes, *La Géométrie*, 1637.",
]


def unexecuted() -> NotebookNode:
    """The lesson as its author wrote it, before it ran."""
    cells = []
    for i, content in enumerate(CELLS):
        if isinstance(content, str):
            cells.append(v4.new_markdown_cell(content, id=f"good-{i:04d}"))
        else:
            cells.append(v4.new_code_cell(content[0], id=f"good-{i:04d}", metadata={"tags": content[1]}))
    return v4.new_notebook(cells=cells)


def write_good_notebook(folder: Path) -> tuple[NotebookNode, Path]:
    """Writes the glossary and the executed lesson into ``folder``; returns the lesson and its path."""
    (folder / "glossary.md").write_text(GLOSSARY, encoding="utf-8")
    path = folder / "99_lines.ipynb"
    save(unexecuted(), path)
    notebook = execute(path)
    save(notebook, path)
    return notebook, path
