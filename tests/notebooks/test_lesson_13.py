"""Dynamic face recognition: the lesson's facts, and the functions behind its slider."""

import pytest
import torch
from lesson_cells import logic

# Lesson → the tags of the cells that compute and assert a fact of the syllabus.
FACTS = {
    "13_face_recognition": {
        "fact:block",
        "fact:portraits",
        "fact:alignment",
        "fact:roc",
        "fact:resolution",
        "fact:gallery-size",
        "fact:triplets",
        "fact:metric-losses",
        "fact:identities",
        "fact:product",
        "fact:quantised",
        "fact:million",
        "fact:tracks",
        "fact:threshold-clip",
    },
}


def test_both_rates_count_what_lies_on_each_side_of_a_threshold():
    both_rates = logic("13_face_recognition", torch=torch)["both_rates"]
    same, other = torch.tensor([0.7, 0.3, 0.5, 0.4]), torch.tensor([0.9, 0.6, 0.7])
    far, frr = both_rates(same, other, torch.tensor([0.35, 0.6, 0.7, 2.0]))
    torch.testing.assert_close(far, torch.tensor([0, 1 / 3, 2 / 3, 1]))
    torch.testing.assert_close(frr, torch.tensor([0.75, 0.25, 0.0, 0.0]))


@pytest.mark.parametrize(
    ("same", "other", "rate", "threshold"),
    [
        ([0.1, 0.2, 0.3], [0.5, 0.6], 0.0, 0.3),
        ([0.1, 0.6], [0.2, 0.7], 0.5, 0.2),
        ([0.1, 0.2, 0.3, 0.6], [0.5, 0.7, 0.8, 0.9], 0.25, 0.5),
    ],
)
def test_the_equal_error_rate_of_lists_that_are_known(same, other, rate, threshold):
    equal_error = logic("13_face_recognition", torch=torch)["equal_error"]
    found, where = equal_error(torch.tensor(same), torch.tensor(other))
    assert found == pytest.approx(rate) and where == pytest.approx(threshold)
