"""What the README promises is there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
LESSONS = sorted((ROOT / "notebooks").glob("[0-9][0-9]*.ipynb"))
LINKS = sorted(set(re.findall(r"\]\(([^)#\s]+)\)", README)))


@pytest.mark.parametrize("link", [link for link in LINKS if "://" not in link])
def test_a_link_leads_to_a_file(link):
    assert (ROOT / link).is_file()


@pytest.mark.parametrize("path", LESSONS, ids=lambda p: p.stem)
def test_every_notebook_is_on_the_map_under_its_title(path):
    number, title = re.search(r'"# (\d\d[a-z]?) · (.+?) \(', path.read_text("utf-8")).groups()
    assert f"| {number} | [{title}](notebooks/{path.name}) |" in README


@pytest.mark.parametrize("path", LESSONS, ids=lambda p: p.stem)
def test_the_map_states_the_times_that_the_notebook_states(path):
    text = path.read_text("utf-8")
    yours = re.search(r"Plan about (\d+) minutes for yourself\.", text).group(1)
    runs = re.search(r"itself runs in under (\d+) seconds", text).group(1)
    rows = [
        line for line in README.splitlines() if line.startswith("| ") and f"(notebooks/{path.name})" in line
    ]
    assert [row.split("|")[-3:-1] for row in rows] == [[f" {yours} min ", f" {runs} s "]]


@pytest.mark.parametrize("command", sorted(set(re.findall(r"course\.py ([a-z]+)", README))))
def test_a_command_exists(command):
    asked = subprocess.run(
        [sys.executable, ROOT / "course.py", command, "--help"], capture_output=True, text=True, check=False
    )
    assert asked.returncode == 0, asked.stderr
    for option in set(re.findall(rf"course\.py {command} (--[a-z-]+)", README)):
        assert option in asked.stdout


TEXTS = [
    *ROOT.glob("*.md"),
    *ROOT.glob("*/*.md"),
    *ROOT.glob("notebooks/**/*.ipynb"),
    *ROOT.glob("homework/hw*/source.ipynb"),
]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_no_mark_of_an_unfinished_text_is_left(path):
    lines = [
        line for line in path.read_text("utf-8").splitlines() if not re.search('"image/(png|jpeg)"', line)
    ]
    assert not re.search(r"@@|TODO|TBD|FIXME", "\n".join(lines))
