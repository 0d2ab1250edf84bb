"""Data that the lessons learn from: image sets as tensors, photographs, and what brings them here once."""

from helpers.data.image_sets import ImageSet, load_images

__all__ = ["ImageSet", "load_images"]
