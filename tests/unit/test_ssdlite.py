"""torchvision's SSDLite: read from torch's cache, never fetched unasked."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torchvision.models.detection import ssdlite320_mobilenet_v3_large

from helpers.vision.ssdlite import WEIGHTS, cached_weights, load_ssdlite, named_boxes


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    return tmp_path


@pytest.fixture
def network() -> torch.nn.Module:
    torch.manual_seed(0)
    return ssdlite320_mobilenet_v3_large(weights=None, weights_backbone=None, num_classes=91).eval()


def test_without_weights_it_says_so(cache: Path, capsys: pytest.CaptureFixture):
    assert load_ssdlite() is None
    said = capsys.readouterr().out
    assert Path(WEIGHTS.url).name in said and "downloads are off" in said and len(said.splitlines()) == 1


def test_weights_of_the_same_shape_are_read_from_the_cache(cache: Path, network: torch.nn.Module):
    cached_weights().parent.mkdir()
    torch.save(network.state_dict(), cached_weights())
    loaded = load_ssdlite()
    assert not loaded.training
    picture = np.random.default_rng(0).integers(0, 256, (90, 120, 3), dtype=np.uint8)
    assert named_boxes(loaded, picture, 0.0) == named_boxes(network, picture, 0.0)


def test_boxes_have_names_and_scores(network: torch.nn.Module):
    class Fixed(torch.nn.Module):
        def forward(self, pictures: list[torch.Tensor]) -> list[dict[str, torch.Tensor]]:
            assert pictures[0].shape == (3, 20, 30) and pictures[0].max() == 1
            boxes = torch.tensor([[1.0, 2, 3, 4], [5, 6, 7, 8]])
            return [{"labels": torch.tensor([17, 1]), "scores": torch.tensor([0.75, 0.4]), "boxes": boxes}]

    picture = np.full((20, 30, 3), 255, np.uint8)
    assert named_boxes(Fixed(), picture) == [("cat", 0.75, [1, 2, 3, 4])]
    assert [row[0] for row in named_boxes(Fixed(), picture, 0.3)] == ["cat", "person"]


def test_other_weights_and_other_pictures_are_told(cache: Path, network: torch.nn.Module):
    cached_weights().parent.mkdir()
    torch.save({"nothing": torch.zeros(1)}, cached_weights())
    with pytest.raises(RuntimeError, match="another network; delete it"):
        load_ssdlite()
    with pytest.raises(ValueError, match=r"\(H, W, 3\) uint8, got \(20, 30\)"):
        named_boxes(network, np.zeros((20, 30), np.uint8))


@pytest.mark.parametrize(
    "content", [b"", b"<html>not found</html>", b"PK\x03\x04 cut short", b"\x80\x02K\x01."]
)
def test_a_damaged_file_is_told(cache: Path, content: bytes):
    cached_weights().parent.mkdir()
    cached_weights().write_bytes(content)
    with pytest.raises(RuntimeError, match="is damaged"):
        load_ssdlite()
