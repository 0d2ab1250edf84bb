"""The Vision Transformer: the lesson's facts, its rollout, and its cell for pre-trained weights."""

import torch
import torch.nn.functional as F
import torchvision.models
from lesson_cells import cells_tagged, logic
from torch import nn

from helpers import predict

# Lesson → the tags of the cells that compute and assert a fact of the syllabus.
FACTS = {
    "08b_vision_transformer": {
        "fact:patches",
        "fact:vit-equal",
        "fact:bag-of-patches",
        "fact:expressions",
        "fact:positions",
        "fact:rollout",
        "fact:moved",
        "fact:inductive-bias",
    },
}
LESSON = "08b_vision_transformer"


def attention(blocks: int, heads: int = 3, tokens: int = 5) -> list[torch.Tensor]:
    rng = torch.Generator().manual_seed(0)
    return [torch.rand(2, heads, tokens, tokens, generator=rng).softmax(dim=-1) for _ in range(blocks)]


def test_one_block_of_rollout_is_half_skip_and_half_attention():
    rollout = logic(LESSON, torch=torch)["rollout"]
    (weights,) = attention(1)
    torch.testing.assert_close(rollout([weights]), 0.5 * weights.mean(dim=1) + 0.5 * torch.eye(5))


def test_rollout_goes_from_the_first_block_to_the_last():
    rollout = logic(LESSON, torch=torch)["rollout"]
    first, last = attention(2)
    steps = [(weights.mean(dim=1) + torch.eye(5)) / 2 for weights in (first, last)]
    torch.testing.assert_close(rollout([first, last]), steps[1] @ steps[0])
    torch.testing.assert_close(rollout(attention(4)).sum(dim=-1), torch.ones(2, 5))


def test_rollout_follows_a_token_back_through_the_blocks():
    """The last block lets 0 look at 1, the first lets 1 look at 2: 0 holds some of 2, and nothing of 3."""
    rollout = logic(LESSON, torch=torch)["rollout"]
    first, last = torch.eye(4).repeat(2, 1, 1, 1), torch.eye(4).repeat(2, 1, 1, 1)
    first[:, :, 1] = F.one_hot(torch.tensor(2), 4).float()
    last[:, :, 0] = F.one_hot(torch.tensor(1), 4).float()
    torch.testing.assert_close(rollout([first, last])[0, 0], torch.tensor([0.5, 0.25, 0.25, 0.0]))


def pretrained_cell() -> dict:
    names = {"torch": torch, "nn": nn, "F": F, "predict": predict}
    (source,) = cells_tagged(LESSON, "pre-trained")
    exec(compile(source, LESSON, "exec"), names)
    return names


def small_one() -> nn.Module:
    """A network of the architecture of ``vit_b_16``, small, with weights drawn at random."""
    torch.manual_seed(0)
    model = torchvision.models.VisionTransformer(32, 16, 2, 2, 16, 32, num_classes=1000)
    nn.init.normal_(model.heads.head.weight)
    return model


def test_nothing_is_fetched_unless_asked_for():
    assert pretrained_cell()["WITH_DOWNLOADS"] is False


def test_features_are_what_the_head_reads(tmp_path):
    torch.save(small_one().state_dict(), tmp_path / "saved.pth")
    model = torchvision.models.VisionTransformer(32, 16, 2, 2, 16, 32, num_classes=1000)
    model.load_state_dict(torch.load(tmp_path / "saved.pth", weights_only=True))
    faces = torch.rand(5, 1, 32, 32, generator=torch.Generator().manual_seed(1))
    mean, std = torch.tensor([[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]]).view(2, 3, 1, 1)
    with torch.no_grad():
        scores = small_one().eval()((faces.expand(-1, 3, -1, -1) - mean) / std)
    head = model.heads
    features = pretrained_cell()["features_of"](model, faces)
    assert features.shape == (5, 16)
    torch.testing.assert_close(head(features), scores)
