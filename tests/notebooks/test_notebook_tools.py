"""Executing a notebook: the same bytes each time, this interpreter, and nothing lost when a cell fails."""

import sys
from pathlib import Path

import nbformat.v4 as v4
import pytest
from good_notebook import write_good_notebook
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from notebook_tools import execute, main, save, tidy, to_text


@pytest.fixture(scope="session")
def good(tmp_path_factory: pytest.TempPathFactory) -> tuple[NotebookNode, Path]:
    return write_good_notebook(tmp_path_factory.mktemp("lesson"))


def one_cell(path: Path, source: str, tags: list[str] | None = None) -> Path:
    made = v4.new_code_cell(source, id="only-cell", metadata={"tags": tags or []})
    save(v4.new_notebook(cells=[made]), path)
    return path


def test_good_notebook_gives_the_same_bytes_twice(good: tuple[NotebookNode, Path]) -> None:
    assert to_text(execute(good[1])) == good[1].read_text(encoding="utf-8")


def test_runs_in_its_own_folder_with_this_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MPLBACKEND", "agg")  # a test runner's setting must not reach the notebook
    source = (
        "import sys, os, helpers\nprint(sys.executable, os.getcwd(), os.environ['PYTHONHASHSEED'], sep='\\n')"
    )
    folder = tmp_path / "with a space 数据"
    folder.mkdir()
    notebook = execute(one_cell(folder / "a.ipynb", source + "\nprint(os.environ['MPLBACKEND'])"))
    python, cwd, seed, backend = notebook.cells[0].outputs[0].text.split("\n")[:4]
    assert Path(python).resolve() == Path(sys.executable).resolve()
    assert Path(cwd) == folder.resolve()
    assert seed == "0"
    assert "inline" in backend


def test_pieces_of_a_stream_are_joined() -> None:
    def stream(name: str, text: str) -> NotebookNode:
        return v4.new_output("stream", name=name, text=text)

    picture = v4.new_output("display_data", data={"text/plain": "Figure: x"})
    pieces = [
        stream("stdout", "a"),
        stream("stdout", "b"),
        picture,
        stream("stdout", "c"),
        stream("stderr", "d"),
    ]
    notebook = tidy(v4.new_notebook(cells=[v4.new_code_cell("x", outputs=pieces)]))
    found = [output.get("text") for output in notebook.cells[0].outputs]
    assert found == ["ab", None, "c", "d"]


def test_command_saves_and_reports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    well = one_cell(tmp_path / "well.ipynb", "print('七')")
    ill = one_cell(tmp_path / "ill.ipynb", "1 / 0")
    before = ill.read_bytes()
    assert main([str(ill), str(well)]) == 1
    said = capsys.readouterr()
    assert "ZeroDivisionError" in said.err
    assert "saved" in said.out
    assert ill.read_bytes() == before
    text = well.read_text(encoding="utf-8")
    assert "七" in text
    assert text.startswith('{\n "cells"')
    assert text.endswith("}\n")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["ill.ipynb", "well.ipynb"]


def test_failing_cell_raises(tmp_path: Path) -> None:
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        execute(one_cell(tmp_path / "a.ipynb", "1 / 0"))
