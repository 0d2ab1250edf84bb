"""Clips: written and read again, and a motion that is known."""

import pytest
import torch
import torch.nn.functional as F

from helpers.vision.clips import motion, moved, read_clip, write_clip


def texture(height=96, width=128):
    noise = torch.rand(1, 3, height // 8, width // 8, generator=torch.Generator().manual_seed(0))
    return F.interpolate(noise, size=(height, width), mode="bicubic", align_corners=False)[0].clamp(0, 1)


def test_a_clip_comes_back_as_it_was_written(tmp_path):
    frames = torch.stack([texture().roll(2 * n, dims=2) for n in range(6)])
    frames[:, 0] *= 0.5  # red is not blue: the order of the colours shows
    path = write_clip(tmp_path / "new folder" / "clip.webm", frames)
    again = read_clip(path)
    assert again.shape == frames.shape
    assert (again - frames).abs().mean() < 0.03, "VP8 loses little"
    torch.testing.assert_close(again.mean(dim=(2, 3)), frames.mean(dim=(2, 3)), atol=0.02, rtol=0)
    assert read_clip(path, frames=2, every=2).shape[0] == 2
    torch.testing.assert_close(read_clip(path, frames=2, every=2)[1], again[2])


def test_bad_clips_are_named(tmp_path):
    (tmp_path / "no.webm").write_text("no video")
    with pytest.raises(ValueError, match=r"no\.webm: no frame"):
        read_clip(tmp_path / "no.webm")
    with pytest.raises(ValueError, match=r"\(T, 3, H, W\), got \(3, 8, 8\)"):
        write_clip(tmp_path / "a.webm", torch.zeros(3, 8, 8))
    with pytest.raises(ValueError, match=r"ends in \.webm, got a\.mp4"):
        write_clip(tmp_path / "a.mp4", torch.zeros(1, 3, 8, 8))


def test_a_known_motion_is_found_and_undone():
    before = texture()
    after = before.roll((3, 5), dims=(1, 2))  # down by 3, right by 5
    flow = motion(before, after)
    assert flow.shape == (2, 96, 128)
    inside = flow[:, 16:-16, 16:-16]
    assert (inside[0].median() + 5).abs() < 0.5 and (inside[1].median() + 3).abs() < 0.5
    left = (moved(before, flow) - after)[:, 16:-16, 16:-16].abs().mean()
    assert left < 0.02 < (before - after)[:, 16:-16, 16:-16].abs().mean() / 2


def test_no_motion_moves_nothing_and_a_whole_pixel_moves_exactly():
    frame, still = texture(), torch.zeros(2, 96, 128)
    torch.testing.assert_close(moved(frame, still), frame, atol=1e-5, rtol=0)
    right = still.clone()
    right[0] = 1  # each place takes what is one pixel to its right
    torch.testing.assert_close(moved(frame, right)[..., :-1], frame[..., 1:], atol=1e-4, rtol=0)
    torch.testing.assert_close(moved(frame, right)[..., -1], frame[..., -1], atol=1e-4, rtol=0)
