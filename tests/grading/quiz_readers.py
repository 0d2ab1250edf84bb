"""Readers of quiz files that know nothing of what wrote them: GIFT as Moodle reads it, and QTI 2.1."""

from __future__ import annotations

import dataclasses
import html
import re
import xml.etree.ElementTree as ET

QTI = "{http://www.imsglobal.org/xsd/imsqti_v2p1}"
HIDDEN = 0xE000  # where a sign with a backslash before it is kept while the others are read
WEIGHT = re.compile(r"%(-?\d+(?:\.\d+)?)%")


def plain(markdown: str) -> str:
    """What of a line of markdown is read, formulas between `\\(` and `\\)`."""
    text = re.sub(r"\$(.+?)\$", r"\\(\1\\)", markdown)
    return " ".join(re.sub(r"[`*]", "", text).split())


def words(xhtml: str) -> str:
    """What of XHTML is read."""
    text = "".join(ET.fromstring(f"<x>{xhtml.replace('</p>', '</p> ')}</x>").itertext())
    return " ".join(text.split())


# ------------------------------------------------------------ GIFT


@dataclasses.dataclass
class Asked:
    """A question as Moodle would import it; choices: {text, or (number, tolerance): (percent, feedback)}."""

    name: str
    text: str
    kind: str
    choices: dict
    feedback: str


def hide(text: str) -> str:
    def hidden(found: re.Match) -> str:
        assert found[1] in ":#={}~n\\", f"Moodle knows no sign {found[0]!r}"
        return chr(HIDDEN + ord("\n" if found[1] == "n" else found[1]))

    return re.sub(r"\\(.)", hidden, text)


def show(text: str) -> str:
    return re.sub("[\ue000-\ue0ff]", lambda found: chr(ord(found[0]) - HIDDEN), text).strip()


def read_gift(text: str) -> tuple[str, list[Asked]]:
    """The category, and the questions."""
    first, *others = re.split(r"\n[ \t]*\n", text.strip())
    assert first.startswith("$CATEGORY: ") and "\n" not in first
    return first.removeprefix("$CATEGORY: "), [read_gift_question(other) for other in others]


def read_gift_question(text: str) -> Asked:
    start, name, rest = hide(text).split("::", 2)
    assert not start
    question, answers = re.fullmatch(r"\[html\]([^{}]*)\{([^{}]*)\}", rest, re.DOTALL).groups()
    answers, _, feedback = answers.strip().rpartition("####")
    if answers.startswith("#"):
        found = [choice.strip() for choice in answers[1:].split("=")][1:]
        return Asked(show(name), show(question), "number", dict(map(read_number, found)), show(feedback))
    kind = "one" if "=" in answers else "several"
    found = [choice.strip() for choice in answers.replace("=", "~=").split("~")][1:]
    return Asked(show(name), show(question), kind, dict(map(read_choice, found)), show(feedback))


def read_choice(text: str) -> tuple[str, tuple[float, str]]:
    percent = 0.0
    if text.startswith("="):
        text, percent = text[1:], 100.0
    elif found := WEIGHT.match(text):
        text, percent = text[found.end() :], float(found[1])
    choice, _, why = text.partition("#")
    return show(choice), (percent, show(why))


def read_number(text: str) -> tuple[tuple[float, float], tuple[float, str]]:
    found = WEIGHT.match(text)
    answer, _, why = text[found.end() :].partition("#")
    value, tolerance = answer.split(":")
    return (float(value), float(tolerance)), (float(found[1]), show(why))


# ------------------------------------------------------------ QTI 2.1


def inner(element: ET.Element) -> str:
    """The XHTML within an element, without namespaces."""
    text = ET.tostring(element, encoding="unicode")
    text = re.sub(r"(</?)ns\d+:", r"\1", re.sub(r' xmlns(:\w+)?="[^"]*"', "", text))
    return re.sub(r"^<[^>]*>|</[^>]*>$", "", text.strip())


def answered(item: ET.Element, response: list) -> tuple[float, str]:
    """What an item gives for an answer: its points, and all that is told, by its rules."""
    outcome = {"SCORE": 0.0, "FEEDBACK": []}
    for rule in item.find(f"{QTI}responseProcessing"):
        run(rule, item, response, outcome)
    told = [
        inner(feedback)
        for feedback in item.iter(f"{QTI}modalFeedback")
        if feedback.get("identifier") in outcome[feedback.get("outcomeIdentifier")]
    ]
    return outcome["SCORE"], " ".join(map(words, told))


def run(rule: ET.Element, item: ET.Element, response: list, outcome: dict) -> None:
    if rule.tag == f"{QTI}setOutcomeValue":
        outcome[rule.get("identifier")] = value(rule[0], item, response, outcome)
        return
    assert rule.tag == f"{QTI}responseCondition"
    for branch in rule:
        if holds(branch[0], item, response, outcome):
            for inside in branch[1:]:
                run(inside, item, response, outcome)
            return


def value(part: ET.Element, item: ET.Element, response: list, outcome: dict):
    tag = part.tag.removeprefix(QTI)
    if tag == "baseValue":
        return float(part.text) if part.get("baseType") == "float" else part.text
    if tag == "variable":
        return response if part.get("identifier") == "RESPONSE" else outcome[part.get("identifier")]
    if tag == "multiple":
        values = [value(inside, item, response, outcome) for inside in part]
        return [one for many in values for one in (many if isinstance(many, list) else [many])]
    assert tag == "mapResponse"
    mapping = item.find(f"{QTI}responseDeclaration/{QTI}mapping")
    worth = {entry.get("mapKey"): float(entry.get("mappedValue")) for entry in mapping}
    total = sum(worth.get(chosen, float(mapping.get("defaultValue"))) for chosen in response)
    return min(max(total, float(mapping.get("lowerBound"))), float(mapping.get("upperBound")))


def holds(test: ET.Element, item: ET.Element, response: list, outcome: dict) -> bool:
    first, second = (value(part, item, response, outcome) for part in test)
    tag = test.tag.removeprefix(QTI)
    if tag == "member":
        return first in second
    if tag == "match":
        return first == [second]
    assert tag == "equal"
    below, above = map(float, test.get("tolerance", "0 0").split())
    assert test.get("toleranceMode") == ("absolute" if below else "exact")
    return second - below <= first[0] <= second + above


def unescaped(text: str) -> str:
    return html.unescape(re.sub("<[^>]*>", "", text))
