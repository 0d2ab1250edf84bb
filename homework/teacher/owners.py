"""Decides whose a hand-in is. One student that nothing speaks against, or a doubt, never a guess."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homework.teacher.naming import LONGEST, WRAPPERS, Claim, Said, name_words, numbers_in, words_in
from homework.teacher.people import NOBODY, People
from homework.teacher.texts import clean_id, shown, words_of

if TYPE_CHECKING:
    from homework.teacher.identity import Handin

LEAST_ID = 4  # letters and digits of an id in an account's name
NOTHING_SAID = "nothing says whose it is: put the student's id into the file's name"


def on_roster(handin: Handin, said: Said, claims: list[Claim], people: People) -> None:
    """Find the one student of the roster that everything points to."""
    stated: dict[str, str] = {}  # {id: where it stands}
    strangers: list[Claim] = []
    person = said.person
    for claim in claims:
        found, note = people.by_id(clean_id(claim.student))
        if claim is said.owner and not found and people.of_name(words_of(claim.student)):
            person = claim.student  # an account that is called by its owner's name
            continue
        for student in found:
            stated.setdefault(student, told(claim))
        if not found:
            strangers.append(claim)
            stated |= {student: told(claim) for student in people.ids_in(str(claim.student)[:LONGEST])[0]}
        handin.notes += [note] if note and note not in handin.notes else []
    unsure: list[str] = []
    for text in said.texts:
        found, notes, dates = people.ids_in(text)
        unsure += dates
        for student in found:
            stated.setdefault(student, f"its path says {student}")
        handin.notes += [note for note in notes if note not in handin.notes]
    if person and not people.of_name(words_of(person)):
        person = without_ids(person, stated, people)
    if not stated:
        of_nobodys_id(handin, said, strangers, person, unsure, people)
    elif len(stated) > 1:
        told_by = ", ".join(dict.fromkeys(stated.values()))
        in_doubt(handin, list(stated), f"it names two students, {' and '.join(stated)}: {told_by}")
    else:
        others = strangers_to(*stated, said, people)
        of_one_id(handin, *stated.items(), strangers, others or person, people)


def without_ids(person: str, stated: dict[str, str], people: People) -> str:
    """The name alone, where an account is called by id and name as in "20220001张三"; the ids are stated."""
    for word in words_in(person):
        found, _ = people.by_id(word) if len(word) >= LEAST_ID else ([], "")
        for student in found:
            stated.setdefault(student, f"its platform says {shown(person)}")
            person = person.replace(word, " ")
    return person.strip()


def strangers_to(student: str, said: Said, people: People) -> str:
    """The name of somebody else on the roster that stands among the words of a path; "" for none."""
    found = [one for text in said.texts for one in people.names_in(name_words(text))]
    return people.roster[found[0]] if found and student not in found else ""


def of_one_id(
    handin: Handin, stated: tuple[str, str], strangers: list[Claim], person: str, people: People
) -> None:
    """A hand-in that states one id of the roster: nothing else in it must speak against that."""
    student, where = stated
    named = people.by_name(person) if person else None
    if strangers:
        in_doubt(
            handin, [student], f"{', '.join(dict.fromkeys([where, told(strangers[0])]))}; is it {student}'s?"
        )
    elif named and student not in named.same + named.near and (named.same or named.near or named.is_sure):
        in_doubt(handin, [student, *named.same], f"it lies under the name {shown(person)[:60]}, {where}")
    else:
        handin.student = student


def of_nobodys_id(
    handin: Handin, said: Said, strangers: list[Claim], person: str, unsure: list[str], people: People
) -> None:
    """A hand-in that states no id of the roster: the platform's name counts, or names among other words."""
    named = people.by_name(person) if person else None
    name = shown(person)[:60]
    if strangers and named and (named.same or named.near):
        in_doubt(handin, named.same or named.near, f"it lies under the name {name}, {told(strangers[0])}")
    elif strangers:
        stranger(handin, strangers[0])
    elif named and len(named.same) == 1:
        handin.student = named.same[0]
        handin.notes += [named.note] if named.note else []
    elif named and (named.same or named.near):
        several = "are called" if named.same else "may be meant by"
        ids = named.same or named.near
        in_doubt(handin, ids, f"{len(ids)} on the roster {several} {name}: {', '.join(ids[:5])}")
    elif named and named.is_sure:
        handin.student = name
        handin.problem = handin.problem or f"the student {name!r} is not on the roster"
    elif named:
        in_doubt(handin, [], f"the name {name} cannot be found on the roster")
    else:
        of_loose_words(handin, said, unsure, people)


def of_loose_words(handin: Handin, said: Said, unsure: list[str], people: People) -> None:
    """A hand-in of which only the words in the names of files and folders can say whose it is."""
    found = list(dict.fromkeys(who for text in said.texts for who in people.names_in(name_words(text))))
    numbers = [number for text in reversed(said.texts) for number in numbers_in(text)]
    if len(found) == 1 and not unsure:
        handin.student = found[0]
        handin.notes.append(f"found by the name {people.roster[found[0]]}")
    elif found:
        in_doubt(handin, found + unsure, f"its path names more than one student: {', '.join(found + unsure)}")
    elif unsure:
        in_doubt(handin, unsure, f"{unsure[0]} in its name may be a student's id or a date")
    elif numbers:
        stranger(handin, Claim(numbers[0], "the file's name"))
    else:
        in_doubt(handin, [], NOTHING_SAID)


def without_roster(handin: Handin, said: Said, claims: list[Claim], _: People) -> None:
    """Take what a hand-in itself says, where nothing else is known."""
    ids = list(dict.fromkeys(clean_id(claim.student) for claim in claims))
    numbers = next(filter(None, (numbers_in(text) for text in reversed(said.texts))), [])
    person = "" if NOBODY & set(words_of(said.person)) else said.person
    ids = ids or ([] if person else list(dict.fromkeys(map(clean_id, numbers))))
    folders = (shown(text).removesuffix(".zip") for text in reversed(said.texts[:-1]) if is_owners(text))
    if len(ids) > 1 and claims:
        in_doubt(handin, ids, ", ".join(map(told, claims)))
    elif len(ids) > 1:
        in_doubt(handin, ids, f"it names two students: {' and '.join(ids)}")
    elif ids == [""]:
        in_doubt(handin, [], f"{told(claims[0]) if claims else 'its name'}, which cannot be a student's id")
    else:
        handin.student = ids[0] if ids else person[:60] or next(folders, "")[:60]
    if not handin.student and not handin.doubt:
        in_doubt(handin, [], NOTHING_SAID)


def is_owners(folder: str) -> bool:
    """Whether a folder's name may be a student's."""
    words = words_in(folder.lower())
    return bool(words) and not WRAPPERS & set(words) and any(len(word) > 1 for word in words)


def in_doubt(handin: Handin, candidates: list[str], doubt: str) -> None:
    handin.student = candidates[0] if candidates else ""
    handin.candidates, handin.doubt = list(dict.fromkeys(candidates)), doubt


def stranger(handin: Handin, claim: Claim) -> None:
    """Turn away an id that is not on the roster."""
    name = clean_id(claim.student)
    if not name:
        in_doubt(handin, [], f"{told(claim)}, which cannot be a student's id")
        return
    handin.student, handin.problem = name, handin.problem or f"the student {name!r} is not on the roster"


def told(claim: Claim) -> str:
    return f"{claim.source} says {shown(str(claim.student))[:60]}"
