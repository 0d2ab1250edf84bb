"""Pictures of people who do not exist, several of each: what an embedding is trained on in lesson 13."""

import numpy as np
import torch
from torch import Tensor

from helpers.vision.drawn_faces import EXPRESSIONS, Identity, draw_face

__all__ = ["drawn_people"]


def drawn_people(people: int, each: int, seed: int, size: int = 32) -> tuple[Tensor, Tensor]:
    """Grey pictures of people drawn by code, in any expression, pose and light, always the same.

    Args:
        people: how many; another seed draws other people.
        each: pictures of one person.
        seed: of the random numbers.
        size: side of a picture in pixels, 16 or more.

    Returns:
        pictures ``(people * each, 1, size, size)`` float32, each with mean 0 and standard deviation 1, those
        of one person side by side; and the number of the person, ``(people * each,)`` int64.

    Raises:
        ValueError: no people, no pictures, or a size below 16.
    """
    import cv2

    if people < 1 or each < 1:
        raise ValueError(f"at least one person and one picture of each, got {people} and {each}")
    rng = np.random.default_rng(seed)
    pictures = np.empty((people * each, 1, size, size), np.uint8)
    for person in range(people):
        who = Identity.random(rng)
        for row in range(person * each, (person + 1) * each):
            expression = EXPRESSIONS[rng.integers(len(EXPRESSIONS))]
            picture = draw_face(expression, rng, size, identity=who)
            pictures[row, 0] = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    x = torch.from_numpy(pictures).float()
    mean, std = x.mean(dim=(1, 2, 3), keepdim=True), x.std(dim=(1, 2, 3), keepdim=True)
    return (x - mean) / std.clamp(min=1e-6), torch.arange(people).repeat_interleave(each)
