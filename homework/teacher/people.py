"""The students of a roster, found by an id or by a name in any of the forms that platforms give them."""

from __future__ import annotations

import collections
import dataclasses
import functools
import itertools
import re
import unicodedata

from homework.teacher.naming import DAY_ALONE, plain_text, words_in
from homework.teacher.texts import LONGEST_ID, id_key, is_han, words_of

Roster = dict[str, str]  # {student id: name}
NOBODY = {
    "participant",
    "anon",
    "anonymous",
    "group",
    "team",
    "default",
    "teilnehmer",
    "参与者",
    "小组",
    "匿名",
}
SHORTEST_NAME = 4  # letters of a name that is looked for among other words
LONGEST_NAME = 12  # words; more are no person's name


@dataclasses.dataclass
class Named:
    """Who may be meant by a name.

    Attributes:
        same: ids of the students of this name.
        near: ids of those who may be meant, such as by one of two given names.
        is_sure: whether it is plain that nobody else can be meant: where nobody is, all names of the roster
            are known, and some are written in the same script.
        note: what was done to find them.
    """

    same: list[str] = dataclasses.field(default_factory=list)
    near: list[str] = dataclasses.field(default_factory=list)
    is_sure: bool = True
    note: str = ""


class People:
    """A roster, prepared for many questions."""

    def __init__(self, roster: Roster):
        self.roster = roster
        self.by_key: dict[str, list[str]] = collections.defaultdict(list)
        self.words = {student: words_of(name) for student, name in roster.items()}
        self.plain = {
            student: [without_accents(word) for word in words] for student, words in self.words.items()
        }
        self.by_letters: dict[str, list[str]] = collections.defaultdict(list)
        for student, words in self.words.items():
            self.by_key[id_key(student)].append(student)
            if words:
                self.by_letters[letters(words)].append(student)
        self.with_signs = {student.casefold(): student for student in roster if re.search(r"[\W_]", student)}
        self.scripts = {is_han("".join(words)) for words in self.words.values()}
        self.are_known = all(self.words.values())
        dates = sum(bool(DAY_ALONE.fullmatch(student)) for student in roster)
        self.ids_are_dates = 2 * dates > len(roster)
        self.by_name = functools.cache(self.look_up)

    def by_id(self, text: str) -> tuple[list[str], str]:
        """The students whose id this is, and a note when it is not written as on the roster."""
        if text in self.roster:
            return [text], ""
        found = self.by_key.get(id_key(text), [])
        return found, f"the id {text!r} was taken for {found[0]!r} of the roster" if len(found) == 1 else ""

    def ids_in(self, text: str) -> tuple[list[str], list[str], list[str]]:
        """The ids that are words of their own in a name, notes, and ids that may be a date as well."""
        found, notes, unsure = [], [], []
        for start, end in spans(text) if self.with_signs else ():
            if student := self.with_signs.get(text[start:end].casefold()):
                found.append(student)
                text = text[:start] + " " * (end - start) + text[end:]
        for word in words_in(text):
            students, note = self.by_id(word)
            is_date = (
                DAY_ALONE.fullmatch(word) and not self.ids_are_dates and plain_text(text).strip() != word
            )
            (unsure if is_date else found).extend(students)
            notes += [note] if note and not is_date else []
        return list(dict.fromkeys(found)), notes, unsure

    def look_up(self, name: str) -> Named:
        """Who is meant by the name that a platform gives; asked as `by_name`."""
        words = words_of(name)[:LONGEST_NAME]
        if found := self.of_name(words):
            return found
        plain = [without_accents(word) for word in words]
        near = [student for student, known in self.plain.items() if is_near(plain, known)]
        is_name = bool(words) and not NOBODY & set(words)
        return Named(
            [], near, is_name and not near and self.are_known and is_han("".join(words)) in self.scripts
        )

    def of_name(self, words: list[str]) -> Named | None:
        """The students of this name; None when there are none."""
        alike = self.by_letters.get(letters(words), []) if words else []
        if same := [student for student in alike if sorted(self.words[student]) == sorted(words)]:
            return Named(same)
        if same := [student for student in alike if is_joined(words, self.words[student])]:
            return Named(same)
        if same := [student for student in alike if is_turned(words, self.words[student])]:
            return Named(same, note=f"the name {' '.join(words)} was taken for {self.roster[same[0]]}")
        return None

    def names_in(self, words: list[str]) -> list[str]:
        """The ids of the students whose whole names stand among these words."""
        words = words[:LONGEST_NAME]
        runs = (words[i:j] for i, j in itertools.combinations(range(len(words) + 1), 2))
        found = []
        for run in runs:
            plain = "".join(run)
            if len(plain) > 1 if is_han(plain) else len(run) > 1 and len(plain) >= SHORTEST_NAME:
                found += named.same if (named := self.of_name(run)) else []
        return list(dict.fromkeys(found))


def spans(text: str) -> list[tuple[int, int]]:
    """Where ids with signs in them, as a.lee@x.org, may stand: from a word's start to another's end."""
    words = [found.span() for found in re.finditer(r"[0-9A-Za-z]+", text)]
    some = [
        (words[i][0], words[j][1]) for i in range(len(words)) for j in range(i + 1, min(i + 9, len(words)))
    ]
    return sorted(
        (pair for pair in some if pair[1] - pair[0] <= LONGEST_ID), key=lambda pair: pair[0] - pair[1]
    )


def letters(words: list[str]) -> str:
    """What all orders and joinings of some words have in common."""
    return "".join(sorted("".join(words)))


def is_joined(one: list[str], other: list[str]) -> bool:
    """Whether the words of one name, joined, are those of the other in any order: "beckanna" of Anna Beck."""
    return is_made_of("".join(one), other) or is_made_of("".join(other), one)


def is_made_of(text: str, words: list[str]) -> bool:
    """Whether a text is these words in some order, each used once."""
    if not words:
        return not text
    if len(words) > LONGEST_NAME:
        return False
    return any(
        text.startswith(word) and is_made_of(text[len(word) :], words[:k] + words[k + 1 :])
        for k, word in enumerate(words)
    )


def is_turned(one: list[str], other: list[str]) -> bool:
    """Whether two Chinese names are the same but for which of surname and given name comes first."""
    first, second = "".join(one), "".join(other)
    return is_han(first) and len(first) == len(second) <= 4 and first in second + second


def is_near(one: list[str], other: list[str]) -> bool:
    """Whether two names, without their accents, may be one person's: one has more words than the other."""
    first, second = "".join(one), "".join(other)
    if not first or not second:
        return False
    if len(first) == len(second):
        return sorted(first) == sorted(second) and is_joined(one, other)
    if set(one) < set(other) or set(other) < set(one):
        return True
    least = 2 if is_han(first + second) else SHORTEST_NAME
    if min(len(first), len(second)) < least:
        return False
    turns = ("".join(other[k:] + other[:k]) for k in range(len(other)))
    return any(first.startswith(turn) or turn.startswith(first) for turn in turns)


def without_accents(word: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFD", word) if not unicodedata.combining(sign))
