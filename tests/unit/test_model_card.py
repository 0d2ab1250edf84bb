"""The card that a reader fills in."""

import pytest

from helpers.vision.model_card import FIELDS, card_text, open_fields

FULL = {name: f"something about {name}" for name in FIELDS}


def test_a_field_is_open_until_it_says_something():
    assert open_fields({}) == list(FIELDS)
    assert open_fields(FULL) == []
    assert open_fields(FULL | {"numbers": ..., "people": "  no one           "}) == ["numbers", "people"]
    assert open_fields({"groups": "x" * 14}) == list(FIELDS)
    assert "groups" not in open_fields({"groups": "x" * 15})


def test_a_field_that_there_is_not_is_named():
    with pytest.raises(ValueError, match=r"has the fields what it is, .* not purpose"):
        open_fields({"purpose": "to be looked at by everybody"})


def test_the_text_has_one_line_a_field_and_asks_for_what_is_missing():
    lines = card_text(FULL | {"numbers": ""}).splitlines()
    assert len(lines) == len(FIELDS)
    assert lines[0] == "what it is      something about what it is"
    assert lines[5] == "numbers         [errors with their spread, not a mean alone]"
