"""A model card: what is written beside a network before anybody else may use it.

After M. Mitchell and others, *Model Cards for Model Reporting*, FAT* 2019, shortened to nine fields.
"""

from collections.abc import Mapping

__all__ = ["FIELDS", "card_text", "open_fields"]

FIELDS = {
    "what it is": "kind of network, its inputs and outputs, version, licence",
    "meant for": "the use that it was made and tested for",
    "not meant for": "uses that you rule out, and why",
    "trained on": "which people, whose consent, and who chose the labels; or: not known",
    "tested on": "how many pictures of how many people, and how these were chosen",
    "numbers": "errors with their spread, not a mean alone",
    "groups": "for whom it is worse, and for whom nobody has looked",
    "known failures": "cases that you have seen with your own eyes",
    "people": "who can object, to whom, and what happens with their pictures then",
}
LEAST = 15  # letters of an entry that says something


def open_fields(card: Mapping[str, object]) -> list[str]:
    """The fields of a card that still say nothing, in the order of ``FIELDS``.

    A field is open while it is missing, ``...``, or shorter than fifteen letters.

    Raises:
        ValueError: a field that there is not.
    """
    if unknown := sorted(set(card) - set(FIELDS)):
        raise ValueError(f"a card has the fields {', '.join(FIELDS)}, not {', '.join(unknown)}")
    return [name for name in FIELDS if not _said(card.get(name))]


def card_text(card: Mapping[str, object]) -> str:
    """The card as lines of text; an open field shows in brackets what belongs there.

    Raises:
        ValueError: a field that there is not.
    """
    still = open_fields(card)
    width = max(map(len, FIELDS))
    entries = {name: f"[{hint}]" if name in still else str(card[name]) for name, hint in FIELDS.items()}
    return "\n".join(f"{name:<{width}}  {entry}" for name, entry in entries.items())


def _said(entry: object) -> bool:
    return isinstance(entry, str) and len(entry.strip()) >= LEAST
