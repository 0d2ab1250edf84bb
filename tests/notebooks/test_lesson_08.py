"""Attention and the Transformer: the lesson's facts, and the function behind its sliders."""

import math

import torch
from lesson_cells import cells_tagged, logic

# Lesson → the tags of the cells that compute and assert a fact of the syllabus.
FACTS = {
    "08a_transformer": {
        "fact:direct-path",
        "fact:sdpa-equal",
        "fact:root-of-the-width",
        "fact:multi-head-equal",
        "fact:block-equal",
        "fact:no-order",
        "fact:positions",
        "fact:causal",
        "fact:transformer-against-lstm",
        "fact:key-value-cache",
        "fact:naming-texts",
    },
}


def test_a_query_weighs_the_keys_that_it_points_at():
    weights_of = logic("08a_transformer", torch=torch, math=math)["weights_of"]
    torch.testing.assert_close(weights_of(77, 0.0, True), torch.full((3,), 1 / 3))
    # The numbers by hand of notebook 06b, section 4.1: q = (2, 0) and q = (0, 3).
    near = {"atol": 1e-3, "rtol": 0.0}
    torch.testing.assert_close(weights_of(0, 2.0, True), torch.tensor([0.446, 0.108, 0.446]), **near)
    torch.testing.assert_close(weights_of(90, 3.0, True), torch.tensor([0.057, 0.472, 0.472]), **near)
    plain = torch.tensor([math.exp(2), 1.0, math.exp(2)])
    torch.testing.assert_close(weights_of(0, 2.0, False), plain / plain.sum())
    assert weights_of(225, 5.0, True).argmin() == 2 and weights_of(45, 5.0, True).argmax() == 2


def test_the_hand_made_parts_are_proved_and_then_trained():
    for tag, proof in [
        ("fact:sdpa-equal", "F.scaled_dot_product_attention("),
        ("fact:multi-head-equal", "nn.MultiheadAttention("),
        ("fact:block-equal", "nn.TransformerEncoderLayer("),
    ]:
        (source,) = cells_tagged("08a_transformer", tag)
        assert proof in source and "assert_close" in source
    (race,) = cells_tagged("08a_transformer", "fact:transformer-against-lstm")
    assert "race(Transformer" in race and race.count("race(CharacterLSTM") == 2
