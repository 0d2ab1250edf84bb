"""Recurrent networks, and sequences: the lessons' facts, and the functions behind their sliders."""

import torch
from lesson_cells import logic

# Lesson → the tags of the cells that compute and assert a fact of the syllabus.
FACTS = {
    "06a_rnn_lstm": {
        "fact:rnn-shapes",
        "fact:rnn-equal",
        "fact:one-to-one",
        "fact:bptt",
        "fact:clipping",
        "fact:lstm-equal",
        "fact:gru-equal",
        "fact:packing-equal",
        "fact:gradient-decay",
        "fact:answers-each-step",
        "fact:mnist1d",
        "fact:digits-as-asked",
        "fact:characters",
        "fact:attention",
        "fact:attention-helps",
        "fact:sunspots",
    },
    "06b_sequences": {},
}


def test_the_belt_forgets_by_the_gate_and_adds_what_is_let_in():
    belt = logic("06a_rnn_lstm", torch=torch)["belt"]
    candidates = torch.tensor([1.0, 0.0, -0.5, 2.0])
    torch.testing.assert_close(belt(candidates, 0.5, 1.0), torch.tensor([1.0, 0.5, -0.25, 1.875]))
    torch.testing.assert_close(belt(candidates, 1.0, 1.0), candidates.cumsum(0))
    torch.testing.assert_close(belt(candidates, 0.0, 0.3), 0.3 * candidates)
    assert not belt(candidates, 0.9, 0.0).any()


def test_the_temperature_sharpens_and_flattens():
    with_temperature = logic("06a_rnn_lstm", torch=torch)["with_temperature"]
    scores = torch.tensor([[2.0, 1.0, -1.0], [0.0, 3.0, 0.5]])
    torch.testing.assert_close(with_temperature(scores, 1.0), torch.softmax(scores, dim=-1))
    chances = torch.stack([with_temperature(scores, t) for t in (0.05, 0.5, 1.0, 2.0, 500.0)])
    torch.testing.assert_close(chances.sum(-1), torch.ones(5, 2))
    assert (chances.argmax(-1) == scores.argmax(-1)).all()
    assert (chances.amax(-1).diff(dim=0) < 0).all(), (
        "a higher temperature must make the first choice less likely"
    )
    assert (chances[0].amax(-1) > 0.999).all() and (chances[-1] - 1 / 3).abs().max() < 0.01
