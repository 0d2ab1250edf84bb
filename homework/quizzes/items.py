"""A question as an assessmentItem of QTI 2.1."""

from __future__ import annotations

import string
import xml.etree.ElementTree as ET

from homework.quizzes import markup
from homework.quizzes.bank import Choice, Form, Question
from homework.quizzes.gift import decimal

ANSWER, SCORE, TOLD = "RESPONSE", "SCORE", "FEEDBACK"
ALWAYS = "general_feedback"  # what everybody is told at the end; Canvas looks for names with `general_`


def item(key: str, question: Question, namespace: str) -> ET.Element:
    """The element, its parts in the order that QTI wants."""
    about = {"identifier": key, "title": question.title, "adaptive": "false", "timeDependent": "false"}
    root = ET.Element("assessmentItem", {"xmlns": namespace, **about})
    named = dict(zip(string.ascii_uppercase, question.choices, strict=False))
    declare_answer(root, question, named)
    add(root, "outcomeDeclaration", identifier=SCORE, cardinality="single", baseType="float")
    add(root, "outcomeDeclaration", identifier=TOLD, cardinality="multiple", baseType="identifier")
    write_body(root, question, named)
    rules = add(root, "responseProcessing")
    (number_rules if question.form == Form.NUMBER else choice_rules)(rules, question, named)
    tell(rules, ALWAYS)
    for name, choice in named.items():
        if choice.why:
            feedback(root, feedback_name(name), f"<p>{markup.inline(choice.why)}</p>")
    feedback(root, ALWAYS, markup.answer(question.explanation))
    return root


def add(parent: ET.Element, tag: str, text: str | None = None, **attributes: str) -> ET.Element:
    made = ET.SubElement(parent, tag, attributes)
    made.text = text
    return made


def add_html(parent: ET.Element, html: str) -> None:
    """Put XHTML at the end of an element that has no text after its children."""
    made = ET.fromstring(f"<x>{html}</x>")
    parent.text = made.text
    parent.extend(made)


def declare_answer(root: ET.Element, question: Question, named: dict[str, Choice]) -> None:
    """What is right and, of choices, what each is worth."""
    kind = "float" if question.form == Form.NUMBER else "identifier"
    cardinality = "multiple" if question.form == Form.SEVERAL else "single"
    declared = add(root, "responseDeclaration", identifier=ANSWER, cardinality=cardinality, baseType=kind)
    correct = add(declared, "correctResponse")
    for name, choice in named.items():
        if choice.is_right:
            add(correct, "value", choice.text if question.form == Form.NUMBER else name)
    if question.form != Form.NUMBER:
        mapping = add(declared, "mapping", lowerBound="0", upperBound="1", defaultValue="0")
        for name, choice in named.items():
            add(mapping, "mapEntry", mapKey=name, mappedValue=repr(question.share(choice)))


def write_body(root: ET.Element, question: Question, named: dict[str, Choice]) -> None:
    body = add(root, "itemBody")
    add_html(body, "".join(markup.body(question)))
    if question.form == Form.NUMBER:
        add(add(body, "p"), "textEntryInteraction", responseIdentifier=ANSWER, expectedLength="12")
        return
    most = "0" if question.form == Form.SEVERAL else "1"  # 0: as many as one likes
    choices = add(body, "choiceInteraction", responseIdentifier=ANSWER, shuffle="true", maxChoices=most)
    for name, choice in named.items():
        add_html(add(choices, "simpleChoice", identifier=name), markup.inline(choice.text))


def choice_rules(rules: ET.Element, question: Question, named: dict[str, Choice]) -> None:
    """The points of what was chosen are added up; each choice that was taken has its word."""
    add(add(rules, "setOutcomeValue", identifier=SCORE), "mapResponse", identifier=ANSWER)
    for name, choice in named.items():
        if choice.why:
            case = add(add(rules, "responseCondition"), "responseIf")
            if question.form == Form.SEVERAL:
                test = add(case, "member")
                add(test, "baseValue", name, baseType="identifier")
                add(test, "variable", identifier=ANSWER)
            else:
                test = add(case, "match")
                add(test, "variable", identifier=ANSWER)
                add(test, "baseValue", name, baseType="identifier")
            tell(case, feedback_name(name))


def number_rules(rules: ET.Element, question: Question, named: dict[str, Choice]) -> None:
    """The first number that the answer is near to decides: the right one has the point, others their word."""
    condition = add(rules, "responseCondition")
    off = decimal(question.tolerance)
    how = {"toleranceMode": "absolute", "tolerance": f"{off} {off}"}
    for name, choice in named.items():
        case = add(condition, "responseElseIf" if len(condition) else "responseIf")
        test = add(case, "equal", **(how if question.tolerance else {"toleranceMode": "exact"}))
        add(test, "variable", identifier=ANSWER)
        add(test, "baseValue", choice.text, baseType="float")
        points = add(case, "setOutcomeValue", identifier=SCORE)
        add(points, "baseValue", repr(question.share(choice)), baseType="float")
        if choice.why:
            tell(case, feedback_name(name))


def tell(parent: ET.Element, name: str) -> None:
    """Add a feedback to those that are shown."""
    several = add(add(parent, "setOutcomeValue", identifier=TOLD), "multiple")
    add(several, "variable", identifier=TOLD)
    add(several, "baseValue", name, baseType="identifier")


def feedback_name(choice: str) -> str:
    return f"{choice}_feedback"


def feedback(root: ET.Element, name: str, html: str) -> None:
    add_html(add(root, "modalFeedback", outcomeIdentifier=TOLD, identifier=name, showHide="show"), html)
