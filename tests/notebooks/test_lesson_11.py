"""Age and gender: the lesson's facts, and the function behind its sliders."""

from lesson_cells import logic

LESSON = "11_age_gender"

# Lesson → the tags of the cells that compute and assert a fact.
FACTS = {
    LESSON: {
        "fact:floor",
        "fact:sharing",
        "fact:units",
        "fact:tie",
        "fact:groups",
        "fact:weights",
        "fact:answers",
        "fact:crop-figure",
        "fact:cap",
        "fact:spread",
        "fact:honest",
        "fact:conformal",
        "fact:clip",
    },
}


def test_the_answer_for_a_crop_in_words():
    in_words = logic(LESSON)["in_words"]
    assert in_words(34.6, 0.125) == "35 years, female 0.88"
    assert in_words(83.2, 0.9) == "83 years, male 0.90"
    assert in_words(50, 0.5).endswith("male 0.50") and "female" not in in_words(50, 0.5)
