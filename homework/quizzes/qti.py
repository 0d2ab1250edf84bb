"""A quiz as a content package of QTI 2.1: a manifest, a test, and a file for each question.

Elements get the namespace of their root as an attribute, so that every element below it has it by default.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET

from homework.quizzes.bank import Question
from homework.quizzes.items import item

QTI = "http://www.imsglobal.org/xsd/imsqti_v2p1"
PACKAGE = "http://www.imsglobal.org/xsd/imscp_v1p1"
MANIFEST, TEST = "imsmanifest.xml", "test.xml"


def package(name: str, questions: list[Question]) -> dict[str, bytes]:
    """{path in the package: its content}, the manifest first.

    Args:
        name: that of the quiz: "03".
    """
    items = {identifier(question): question for question in questions}
    files = {f"items/{key}.xml": as_bytes(item(key, question, QTI)) for key, question in items.items()}
    return {
        MANIFEST: as_bytes(manifest(name, list(items)), indent=True),
        TEST: as_bytes(test(name, items), indent=True),
        **files,
    }


def identifier(question: Question) -> str:
    """A name that XML takes for an id: "lesson-03a-1"."""
    return f"lesson-{question.name.replace('.', '-')}"


def as_bytes(root: ET.Element, indent: bool = False) -> bytes:
    if indent:
        ET.indent(root)
    return (
        b'<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode").encode() + b"\n"
    )


def manifest(name: str, items: list[str]) -> ET.Element:
    """What is in the package: the test, and the items that it depends on."""
    root = ET.Element("manifest", {"xmlns": PACKAGE, "identifier": f"quiz-{name}-package"})
    metadata = ET.SubElement(root, "metadata")
    ET.SubElement(metadata, "schema").text = "QTIv2.1 Package"
    ET.SubElement(metadata, "schemaversion").text = "1.0.0"
    ET.SubElement(root, "organizations")
    resources = ET.SubElement(root, "resources")
    whole = resource(resources, f"quiz-{name}", "imsqti_test_xmlv2p1", TEST)
    for key in items:
        ET.SubElement(whole, "dependency", {"identifierref": key})
        resource(resources, key, "imsqti_item_xmlv2p1", f"items/{key}.xml")
    return root


def resource(parent: ET.Element, key: str, kind: str, path: str) -> ET.Element:
    made = ET.SubElement(parent, "resource", {"identifier": key, "type": kind, "href": path})
    ET.SubElement(made, "file", {"href": path})
    return made


def test(name: str, items: dict[str, Question]) -> ET.Element:
    """The quiz itself: a section for each lesson, one point for each question."""
    root = ET.Element("assessmentTest", {"xmlns": QTI, "identifier": f"quiz-{name}", "title": f"Quiz {name}"})
    ET.SubElement(
        root, "outcomeDeclaration", {"identifier": "SCORE", "cardinality": "single", "baseType": "float"}
    )
    modes = {"navigationMode": "nonlinear", "submissionMode": "simultaneous"}
    part = ET.SubElement(root, "testPart", {"identifier": "part", **modes})
    sections: dict[str, ET.Element] = {}
    for key, question in items.items():
        if question.place not in sections:
            number = f"section-{len(sections) + 1}"
            about = {"identifier": number, "title": question.place, "visible": "true"}
            sections[question.place] = ET.SubElement(part, "assessmentSection", about)
        place = {"identifier": key, "href": f"items/{key}.xml"}
        ET.SubElement(sections[question.place], "assessmentItemRef", place)
    summed = ET.SubElement(
        ET.SubElement(root, "outcomeProcessing"), "setOutcomeValue", {"identifier": "SCORE"}
    )
    ET.SubElement(ET.SubElement(summed, "sum"), "testVariables", {"variableIdentifier": "SCORE"})
    return root
