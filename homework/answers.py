"""Makes one source of what a hand-in has for an answer: of a cell that was split, copied or moved."""

from __future__ import annotations

from homework.cells import Cell, with_stub
from homework.definitions import STUB, WRITTEN, Code
from homework.excerpts import same_code, without_stubs
from homework.matching import asked_for
from homework.pieces import plain


def answer_of(
    answer: Cell, solution: Cell, sources: list[str], came: int, repairs: list[str], doubts: list[str]
) -> str:
    """The source of an answer.

    Args:
        answer: the cell as it was handed out.
        solution: the teacher's.
        sources: what was found for it, in the order of the notebook.
        came: how many cells came back as this one.
        repairs: gets a sentence for what had to be done.
        doubts: gets one where a person has to look.
    """
    name = answer.name
    if not sources:
        repairs.append(f"the answer cell {name} is missing")
        return with_stub(solution.source)
    if came > 1:
        repairs.append(f"the answer cell {name} was split or copied: {came} parts, joined in their order")
    different = list({plain(source): source for source in sources}.values())
    written = [source for source in different if not is_untouched(source, answer)]
    if not written:
        return different[-1]
    wanted = asked_for(answer)
    kept = without_broken(written, wanted, name, repairs) if len(written) > 1 else written
    note_drafts(kept, wanted, name, doubts)
    kept = [source for number, source in enumerate(kept) if not is_outdone(source, kept[number + 1 :])]
    return without_overridden_stubs(kept, wanted)


def is_untouched(source: str, answer: Cell) -> bool:
    """Whether nothing is written: the stub as it was handed out, or remarks alone."""
    if plain(source) == plain(answer.source):
        return True
    code = Code.of(source)
    return code.is_empty or (code.has_stub and not code.has_answer)


def without_broken(sources: list[str], wanted: set[str], name: str, repairs: list[str]) -> list[str]:
    """The parts of an answer without a draft that is no valid Python, where the others hold the answer whole.

    The halves of a cell that was cut in two are no valid Python either; joined they are.
    """
    good = [source for source in sources if Code.of(source).parsed]
    whole = wanted <= {
        name for source in good for name, state in Code.of(source).states.items() if state == WRITTEN
    }
    if len(good) == len(sources) or not whole:
        return sources
    if Code.of("\n".join(sources)).parsed:
        return ["\n".join(sources)]
    repairs.append(f"of the answer {name} only what is valid Python was taken")
    return good


def note_drafts(sources: list[str], wanted: set[str], name: str, doubts: list[str]) -> None:
    """Say that there are two answers, and which counts."""
    later: dict[str, str] = {}
    for source in reversed(sources):
        names = {found for found, state in Code.of(source).states.items() if state > STUB} & wanted
        if any(not same_code(source, later[found]) for found in names & later.keys()):
            doubts.append(f"the answer {name} is there twice, and not in the same way: the later one counts")
            return
        later |= {found: source for found in names if found not in later}


def is_outdone(source: str, later: list[str]) -> bool:
    """Whether a later part defines all that this one defines: then this is an older draft."""
    states = Code.of(source).states
    mine = {name for name, state in states.items() if state > STUB}
    return any(mine and mine <= {n for n, s in Code.of(other).states.items() if s > STUB} for other in later)


def without_overridden_stubs(sources: list[str], wanted: set[str]) -> str:
    """The parts in one, without the stubs of names that are written in another part, or above the stub."""
    done = {name for source in sources for name, state in Code.of(source).states.items() if state == WRITTEN}
    return "\n".join(without_stubs(source, done & wanted) for source in sources)
