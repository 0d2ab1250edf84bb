"""Getting started: the lessons' facts, and the functions behind their sliders."""

import torch
from lesson_cells import logic

# Lesson → the tags of the cells that compute and assert a fact of the syllabus.
FACTS = {
    "00_getting_started": {
        "fact:rule",
        "fact:timeline",
    },
}


def test_the_rule_wants_all_three_conditions():
    functions = logic("00_getting_started")
    people = torch.tensor([[51.0, 71.0, 41.0], [50.0, 71.0, 41.0], [51.0, 70.0, 41.0], [51.0, 71.0, 40.0]])
    answers = functions["rule"](people, 50, 70, 40)
    assert answers.tolist() == [True, False, False, False]
    assert functions["agreement"](answers, torch.tensor([True, True, False, False])) == 0.75
