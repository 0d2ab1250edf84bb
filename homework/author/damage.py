"""Makes damaged hand-ins: notebooks of any shape, flipped bytes, zips and manifests that lie, odd names."""

from __future__ import annotations

import copy
import io
import json
import random
import zipfile
from pathlib import Path
from typing import Any

from homework.cells import ANSWER, QUESTION
from homework.teacher.original import Original

TEXTS = (
    *("", " ", "0", "-1", "x" * 5000, "\ud83d", "\udcff", "a\x00b", "\u202eabc", "..", "../../etc/passwd"),
    *(
        "=1+1",
        "<script>",
        "[x](javascript:1)",
        "\r\n",
        "\x1b[31m",
        "é\u0301",
        "１２３",
        "学号",
        "hw1",
        "None",
    ),
    *("1001", "1e999", "NaN", "task1", "{{ 7 * 7 }}", "{0}", "%s", "*Your answer here.*", "# YOUR CODE HERE"),
    *("raise NotImplementedError", "def f(:\n", "(" * 300, "'" * 3, "\\", "```", "$$", "\t\x0b\x0c"),
)
STUDENTS = ("1001", "1002", "0007", "张伟", "Ann Lee", "\u202e1001", "a" * 200, "1001 1002", "con", ".", "é")
NAMES = (
    *("hw1_{}_20261101T100000Z.zip", "hw1_{}.ipynb", "{}.ipynb", "{}/hw1.ipynb", "hw1 (1).ipynb", "{}.txt"),
    *(
        "{}_12345_assignsubmission_file_/hw1.ipynb",
        "{}_LATE_12_345_hw1.ipynb",
        "{}_12_345_hw1-1.ipynb",
        "x{}",
    ),
    *("hw1_{}_99999999T999999Z.zip", "{}.IPYNB", "{}.json", "\n{}.ipynb", "hw1_{}_20261101T100000Z-2.zip"),
)


def odd_value(dice: random.Random, depth: int = 0) -> Any:
    """A value that JSON can hold, and that is seldom what was expected."""
    kind = dice.randrange(10)
    if kind < 4:
        return dice.choice(TEXTS)
    if kind < 6:
        return dice.choice([None, True, False, 0, -1, 2**63, 1.5, float("nan"), float("inf"), -0.0])
    if kind == 6:
        return 10 ** dice.choice([20, 400, 4000])
    if kind == 7 and depth < 3:
        return [odd_value(dice, depth + 1) for _ in range(dice.randrange(5))]
    if kind == 8 and depth < 3:
        return {dice.choice(TEXTS): odd_value(dice, depth + 1) for _ in range(dice.randrange(5))}
    return dice.choice([[], {}, "ok", "error"])


def with_answers(notebook: dict, original: Original, dice: random.Random) -> dict:
    """The student's copy, with some answers in it."""
    sources = {cell.name: cell.source for cell in original.source.of_kind(ANSWER, QUESTION)}
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in sources and dice.random() < 0.7:
            cell["source"] = sources[name] if dice.random() < 0.8 else dice.choice(TEXTS)
    return notebook


def places(value: Any, most: int = 4) -> list[tuple[Any, Any]]:
    """(list or dict, index or key) of every value inside."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    found = [(value, key) for key in keys]
    return found + [place for key in keys if most for place in places(value[key], most - 1)]


def damaged(notebook: dict, dice: random.Random) -> dict:
    """The notebook with some fields replaced, taken away, copied or moved."""
    for _ in range(dice.choice([0, 1, 1, 2, 5, 20])):
        if not (found := places(notebook)):
            break
        holder, key = dice.choice(found)
        change = dice.randrange(4)
        if change == 0 and isinstance(holder, list):
            holder.insert(dice.randrange(len(holder) + 1), copy.deepcopy(holder[key]))
        elif change == 1 and isinstance(holder, list):
            dice.shuffle(holder)
        elif change == 2:
            del holder[key]
        else:
            holder[key] = odd_value(dice)
    return notebook


def as_bytes(notebook: dict, dice: random.Random) -> bytes:
    """The file of a notebook, in odd encodings, with keys that are there twice, cut off, nested deeply."""
    text = json.dumps(notebook, ensure_ascii=dice.random() < 0.5, indent=dice.choice([None, 1]))
    way = dice.randrange(12)
    if way == 0:
        text = text.replace('"cells"', f'"cells": {json.dumps(odd_value(dice))}, "cells"', 1)
    elif way == 1:
        text = text.replace('"metadata": {', '"metadata": ' + "[" * dice.choice([50, 900, 90_000]), 1)
    elif way == 2:
        text = text.replace('"nbformat": 4', '"nbformat": ' + "9" * dice.choice([1, 30, 5000]), 1)
    elif way == 3:
        text = text.replace('"cells"', '"worksheets"', 1)
    encoding = dice.choice(["utf-8"] * 6 + ["utf-8-sig", "utf-16", "utf-16-le", "gb18030", "latin-1"])
    data = text.encode(
        encoding, errors=dice.choice(["surrogatepass" if "utf" in encoding else "replace", "replace"])
    )
    return flipped(data, dice) if dice.random() < 0.25 else data


def flipped(data: bytes, dice: random.Random) -> bytes:
    """With some bytes changed, and perhaps cut off."""
    changed = bytearray(data)
    for _ in range(dice.choice([1, 3, 200])):
        if changed:
            changed[dice.randrange(len(changed))] = dice.randrange(256)
    return bytes(changed[: dice.randrange(len(changed) + 1)]) if dice.random() < 0.3 else bytes(changed)


def odd_bytes(dice: random.Random) -> bytes:
    """Any bytes, or any JSON."""
    if dice.random() < 0.5:
        return dice.randbytes(dice.choice([0, 1, 10, 3000]))
    return json.dumps(odd_value(dice)).encode()


def manifest_of(dice: random.Random) -> bytes:
    """What a hand-in says of itself."""
    fields = {"homework": "hw1", "student": dice.choice(STUDENTS), "submitted": "2026-11-01T10:00:00Z"}
    fields |= {"notebook": "hw1.ipynb", "sha256": "0" * 64, "python": "3.11.7", "torch": "2.14.1"}
    for name in list(fields):
        if dice.random() < 0.15:
            fields[name] = odd_value(dice)
    return json.dumps(fields).encode() if dice.random() < 0.9 else odd_bytes(dice)


def zip_of(data: bytes, dice: random.Random, depth: int = 0) -> bytes:
    """A zip with the notebook, perhaps a manifest, and what else may lie in one."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", dice.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])) as archive:
        for _ in range(dice.choice([0, 1, 1, 1, 2, 3])):
            archive.writestr(entry_name(dice), data)
        if dice.random() < 0.7:
            archive.writestr("manifest.json", manifest_of(dice))
        if dice.random() < 0.1:
            archive.writestr(entry_name(dice), odd_bytes(dice))
        if dice.random() < 0.2 and depth < 3:
            archive.writestr(f"{dice.choice(STUDENTS)}.zip", zip_of(data, dice, depth + 1))
    whole = packed.getvalue()
    return flipped(whole, dice) if dice.random() < 0.3 else whole


def entry_name(dice: random.Random) -> str:
    """The name of a file in a zip."""
    name = dice.choice(NAMES).format(dice.choice(STUDENTS))
    return (
        dice.choice([name, name, "hw1.ipynb", dice.choice(TEXTS) + ".ipynb", "../" + name])
        .encode(errors="replace")
        .decode()
        or "x"
    )


def roster_text(dice: random.Random) -> bytes:
    """A list of students, as any program might write it."""
    sign = dice.choice([",", ";", "\t", "|"])
    lines = [
        sign.join(dice.choice((*STUDENTS, *TEXTS)) for _ in range(dice.randrange(1, 5))) for _ in range(6)
    ]
    heads = dice.choice(
        ["id,name", "Student,ID,SIS Login ID", "学号;姓名", "", '"', "first_name,last_name,id"]
    )
    text = dice.choice(["\n", "\r\n", "\r"]).join([heads, *lines])
    data = text.encode(dice.choice(["utf-8", "utf-16", "gb18030"]), errors="replace")
    return flipped(data, dice) if dice.random() < 0.3 else data


def write_case(number: int, folder: Path, original: Original, notebook: dict) -> None:
    """Write the hand-in of a number into a folder.

    Args:
        notebook: the student's copy; it is changed.
    """
    dice = random.Random(number)
    data = as_bytes(damaged(with_answers(notebook, original, dice), dice), dice)
    if dice.random() < 0.05:
        data = odd_bytes(dice)
    name = dice.choice(NAMES).format(dice.choice(STUDENTS)).replace("\x00", "")
    path = folder.joinpath(*(on_disk(part) for part in name.split("/")))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(zip_of(data, dice) if name.endswith(".zip") or dice.random() < 0.2 else data)


def on_disk(name: str) -> str:
    """A name that file systems take."""
    return name.encode(errors="replace")[:180].decode(errors="replace")
