"""A notebook as a page, and as a file to download."""

from __future__ import annotations

import json

from website.words import WORDS

COLAB_CELL = """# Outside of the course's folder, as in Colab: fetches the course, so that `helpers` is found.
import importlib.util, os, subprocess, sys

if importlib.util.find_spec("helpers") is None:
    subprocess.run(["git", "clone", "--depth", "1", "{repository}", "course"], check=True)
    packages = ["lazy-loader", "mlxtend", "mnist1d"]  # what Colab has not
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", *packages], check=True)
    sys.path.insert(0, os.path.abspath("course"))"""


def colab_cell(repository: str) -> str:
    """The code that makes the course's helpers importable in Colab; "" without a public address."""
    return COLAB_CELL.format(repository=repository) if repository else ""


def as_page(text: str, language: str, is_homework: bool) -> str:
    """A notebook as Sphinx is to read it: of a homework the statement and what is given, no tests."""
    notebook = json.loads(text)
    if is_homework:
        notebook["cells"] = [cell for cell in notebook["cells"] if not is_test(cell)]
        title = next(cell for cell in notebook["cells"] if cell["cell_type"] == "markdown")
        note = {
            "cell_type": "markdown",
            "id": "site-note",
            "metadata": {},
            "source": WORDS[language]["statement"],
        }
        notebook["cells"].insert(notebook["cells"].index(title) + 1, note)
    for cell in notebook["cells"]:
        if cell["metadata"].get("jupyter", {}).get("source_hidden"):
            cell["metadata"]["tags"] = [*cell["metadata"].get("tags", ()), "hide-input"]
        for output in cell.get("outputs", ()):
            without_kernel(output.get("data", {}), language)
    return json.dumps(notebook, ensure_ascii=False)


def without_kernel(data: dict, language: str) -> None:
    """Take out what only a run gives: sliders, whose picture stays, and clips, which are files."""
    data.pop("application/vnd.jupyter.widget-view+json", None)
    if "<video" in "".join(data.get("text/html", "")):
        data["text/html"] = f"<p><em>{WORDS[language]['clip']}</em></p>"


def is_test(cell: dict) -> bool:
    """Whether a cell of a homework holds tests: it gives points and is not the student's."""
    entry = cell["metadata"].get("nbgrader", {})
    return bool(entry.get("grade")) and not entry.get("solution")


def to_download(text: str, repository: str) -> str:
    """A notebook as a file of its own: with a public address, a first cell fetches the helpers."""
    notebook = json.loads(text)
    if repository:
        cell = {"cell_type": "code", "id": "fetch-the-course", "metadata": {"tags": ["colab"]}}
        cell |= {"source": colab_cell(repository), "outputs": [], "execution_count": None}
        notebook["cells"].insert(0, cell)
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"
