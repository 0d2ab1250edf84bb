"""Clips as tensors: read and written, the motion between two frames, and a frame moved along with it."""

from itertools import islice
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from helpers.vision.frames import frames_of, write_frames

__all__ = ["motion", "moved", "read_clip", "write_clip"]


def read_clip(path: str | Path, frames: int = 75, every: int = 1) -> Tensor:
    """The first ``frames`` of a video, each ``every``-th, as (T, 3, H, W) in [0, 1], RGB.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: no frame can be read from the file.
    """
    pictures = [frame.picture for frame in islice(frames_of(path, every), frames)]
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float().div(255).contiguous()


def write_clip(path: str | Path, frames: Tensor, fps: int = 25) -> Path:
    """Write frames (T, 3, H, W) in [0, 1] as VP8 in WebM, which every browser plays; returns the path.

    Raises:
        ValueError: the frames have another shape, or the file's name does not end in ``.webm``.
        OSError: this OpenCV cannot write VP8.
    """
    if frames.ndim != 4 or frames.shape[1] != 3 or len(frames) == 0:
        raise ValueError(f"frames have the shape (T, 3, H, W), got {tuple(frames.shape)}")
    pictures = (255 * frames.clamp(0, 1)).round().byte().permute(0, 2, 3, 1).numpy()
    return write_frames(path, pictures, fps)


def motion(before: Tensor, after: Tensor) -> Tensor:
    """Optical flow (2, H, W) in pixels, right and down: what is at x in ``after`` was at x + flow before.

    Computed by OpenCV's DIS, which looks for small patches of one frame in the other.

    Args:
        before, after: frames (3, H, W) in [0, 1].
    """
    import cv2

    grey = [
        cv2.cvtColor((255 * frame.clamp(0, 1)).byte().permute(1, 2, 0).numpy(), cv2.COLOR_RGB2GRAY)
        for frame in (after, before)
    ]
    finder = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    return torch.from_numpy(finder.calc(*grey, None)).permute(2, 0, 1).contiguous()


def moved(frame: Tensor, flow: Tensor) -> Tensor:
    """``frame`` (3, H, W) carried along: its pixel at x + flow(x) comes to x; the edge is repeated."""
    height, width = frame.shape[-2:]
    rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    x = 2 * (columns + flow[0]) / (width - 1) - 1  # grid_sample counts from -1 to 1
    y = 2 * (rows + flow[1]) / (height - 1) - 1
    grid = torch.stack([x, y], dim=-1)[None]
    return F.grid_sample(frame[None], grid, padding_mode="border", align_corners=True)[0]
