"""Executes notebooks the same way everywhere, and writes them so that two runs give the same bytes.

python tests/notebook_tools.py notebooks/01_tensors.ipynb     executes the notebook and saves it with its
outputs
"""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from benchmarks.this_python import ThisPython
from homework.release import KERNELSPEC, to_text
from launcher.files import whole_file

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ("image/png", "image/jpeg")  # drawings, and figures made of photographs
IGNORED = "nbval-ignore-output"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
SECONDS_PER_CELL = 300


def execute(path: Path | str, *, extra_cells: list[NotebookNode] | None = None) -> NotebookNode:
    """Runs the notebook from top to bottom in a fresh kernel, in its own folder, and returns it with its
    outputs.

    Args:
        path: the notebook; the file itself is left alone.
        extra_cells: run after the notebook's own, for tests that act as a student would.

    Raises:
        CellExecutionError: a cell raised an error.
    """
    path = Path(path).resolve()
    notebook = nbformat.read(path, as_version=4)
    notebook.cells += extra_cells or []
    client = NotebookClient(
        notebook,
        timeout=SECONDS_PER_CELL,
        kernel_name="python3",
        kernel_manager_class=ThisPython,
        record_timing=False,
        store_widget_state=False,
        extra_arguments=["--log-level=ERROR"],  # the kernel would warn about its own loopback sockets
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute(env=_environment())
    return tidy(notebook)


def _environment() -> dict[str, str]:
    environment = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    inherited = environment.get("PYTHONPATH")
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), *([inherited] if inherited else [])])
    environment["PYTHONHASHSEED"] = "0"
    environment["TQDM_DISABLE"] = "1"  # a progress bar says something else in every run
    return environment


def tidy(notebook: NotebookNode) -> NotebookNode:
    """Takes out what only a live page can use, and what changes from one machine or one run to the next."""
    notebook.metadata.pop("widgets", None)
    notebook.metadata["kernelspec"] = NotebookNode(KERNELSPEC)
    notebook.metadata.get("language_info", {}).pop("version", None)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            for output in cell.outputs:
                output.get("data", {}).pop(WIDGET_VIEW, None)
            cell.outputs = _merge_streams([output for output in cell.outputs if output.get("data") != {}])
    return notebook


def _merge_streams(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Joins neighbouring pieces of the same stream: where the kernel cuts them depends on its speed."""
    merged: list[NotebookNode] = []
    for output in outputs:
        last: Any = merged[-1] if merged else {}
        if output.output_type == "stream" == last.get("output_type") and output.name == last.name:
            last.text += output.text
        else:
            merged.append(output)
    return merged


def save(notebook: NotebookNode, path: Path | str) -> None:
    """Writes the notebook in one step: an interrupted run leaves the old file whole."""
    with whole_file(Path(path)) as part:
        part.write_text(to_text(notebook), encoding="utf-8", newline="\n")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Execute notebooks and save their outputs.")
    parser.add_argument("notebooks", nargs="+", type=Path, metavar="NOTEBOOK")
    failed = False
    for path in parser.parse_args(arguments).notebooks:
        print(f"{path}: running …", flush=True)
        try:
            save(execute(path), path)
        except CellExecutionError as error:
            print(f"{path}: not saved, a cell failed\n{error}", file=sys.stderr)
            failed = True
        else:
            print(f"{path}: saved, {path.stat().st_size / 1000:.0f} kB")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
