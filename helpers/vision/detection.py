"""Boxes, their overlap, and how good a detector is: what notebook 14a builds step by step."""

from collections.abc import Sequence

import torch
from torch import Tensor

__all__ = ["average_precision", "box_iou", "match_detections", "mean_average_precision", "nms"]


def _checked(boxes: Tensor, name: str = "boxes") -> Tensor:
    if boxes.ndim != 2 or boxes.shape[1] != 4:
        raise ValueError(f"{name} must be (N, 4), corners x1, y1, x2, y2; got {tuple(boxes.shape)}")
    return boxes


def _scored(boxes: Tensor, scores: Tensor) -> None:
    if len(boxes) != len(scores):
        raise ValueError(f"each box needs a score: got {len(boxes)} boxes and {len(scores)} scores")
    _checked(boxes)


def box_iou(a: Tensor, b: Tensor) -> Tensor:
    """Intersection over union of each box of ``a`` with each of ``b``; equal to ``torchvision.ops.box_iou``.

    Args:
        a, b: (N, 4) and (M, 4), corners x1, y1, x2, y2 in pixels.

    Returns:
        (N, M) in [0, 1]; 0 where both boxes are empty.
    """
    _checked(a, "a"), _checked(b, "b")
    corner = torch.maximum(a[:, None, :2], b[None, :, :2])
    other = torch.minimum(a[:, None, 2:], b[None, :, 2:])
    inner = (other - corner).clamp(min=0).prod(dim=-1)
    area_a, area_b = ((box[:, 2:] - box[:, :2]).clamp(min=0).prod(dim=-1) for box in (a, b))
    union = area_a[:, None] + area_b[None, :] - inner
    return torch.where(union > 0, inner / union, 0.0)


def nms(boxes: Tensor, scores: Tensor, threshold: float = 0.5) -> Tensor:
    """Non-maximum suppression; equal to ``torchvision.ops.nms``.

    Args:
        boxes: (N, 4) corners.
        scores: (N,).
        threshold: a box that overlaps a better one by more (intersection over union) is dropped.

    Returns:
        Indices of the boxes that stay, the best first.
    """
    _scored(boxes, scores)
    order, keep = scores.argsort(descending=True, stable=True), []
    while len(order):
        best, order = order[0], order[1:]
        keep.append(best)
        order = order[box_iou(boxes[best][None], boxes[order])[0] <= threshold]
    return torch.stack(keep) if keep else order


def match_detections(boxes: Tensor, scores: Tensor, truth: Tensor, threshold: float = 0.5) -> Tensor:
    """Which detections of one picture and class are right.

    The best detection chooses first: the true box that it overlaps most, if by at least ``threshold`` and not
    taken yet; a detection whose true box is taken counts as false (Everingham et al., *PASCAL VOC*, 2010).

    Args:
        boxes: (N, 4) detections. scores: (N,). truth: (M, 4).

    Returns:
        (N,) index of the true box that each detection found, or −1.
    """
    _scored(boxes, scores)
    found = torch.full((len(boxes),), -1)
    if len(boxes) == 0 or len(truth) == 0:
        return found
    overlap, nearest = box_iou(boxes, truth).max(dim=1)
    order = scores.argsort(descending=True, stable=True)
    order = order[overlap[order] >= threshold]
    taken = set()
    for number, best in zip(order.tolist(), nearest[order].tolist(), strict=True):
        if best not in taken:
            taken.add(best)
            found[number] = best
    return found


def average_precision(right: Tensor, scores: Tensor, positives: int) -> float:
    """Area under precision against recall, with precision made non-increasing from the right.

    Args:
        right: (N,) whether each detection is right, over all pictures.
        scores: (N,).
        positives: how many true boxes there are.

    Returns:
        In [0, 1]; not a number where there is no true box.

    Raises:
        ValueError: a detection without a score, or more right detections than true boxes.
    """
    if right.shape != scores.shape or right.sum() > positives:
        raise ValueError(
            f"got {len(right)} detections with {len(scores)} scores; {int(right.sum())} are right, "
            f"and there are {positives} true boxes"
        )
    if positives == 0:
        return float("nan")
    hits = right[scores.argsort(descending=True, stable=True)].double()
    precision = hits.cumsum(0) / torch.arange(1, len(hits) + 1)
    best_later = precision.flip(0).cummax(0).values.flip(0)  # the best at this recall or a higher one
    return float((best_later * hits).sum() / positives)


def mean_average_precision(
    detections: Sequence[tuple[Tensor, Tensor, Tensor]],
    truths: Sequence[tuple[Tensor, Tensor]],
    classes: int,
    threshold: float = 0.5,
) -> Tensor:
    """Average precision of each class, (classes,); their mean is mAP (AP50 where the threshold is 0.5).

    A class without a true box is not a number: ``nanmean`` leaves it out.

    Args:
        detections: for each picture boxes (N, 4), scores (N,), labels (N,).
        truths: for each picture boxes (M, 4), labels (M,), from 0 to ``classes`` − 1.
        classes: how many classes there are.
        threshold: the overlap from which on a detection is right.

    Raises:
        ValueError: detections of more or fewer pictures than truths, or a label that is no class.
    """
    if len(detections) != len(truths):
        raise ValueError(f"got detections of {len(detections)} pictures and truths of {len(truths)}")
    for labels in (row[-1] for row in (*detections, *truths)):
        if len(labels) and not 0 <= labels.min() <= labels.max() < classes:
            raise ValueError(
                f"labels go from 0 to {classes - 1}, got {labels.min().item():g} to {labels.max().item():g}"
            )
    result = []
    for label in range(classes):
        rights, all_scores, positives = [torch.zeros(0, dtype=torch.bool)], [torch.zeros(0)], 0
        for (boxes, scores, labels), (true_boxes, true_labels) in zip(detections, truths, strict=True):
            mine, true = labels == label, true_boxes[true_labels == label]
            rights.append(match_detections(boxes[mine], scores[mine], true, threshold) >= 0)
            all_scores.append(scores[mine])
            positives += len(true)
        result.append(average_precision(torch.cat(rights), torch.cat(all_scores), positives))
    return torch.tensor(result)
