"""Put a cut-out person on another background, so that the true mask is known."""

import numpy as np

__all__ = ["pasted", "placed"]


def pasted(background: np.ndarray, picture: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """alpha · picture + (1 - alpha) · background, pixel by pixel (Porter and Duff, 1984).

    Args:
        background, picture: (H, W, 3) uint8, of one size.
        alpha: (H, W), bool or numbers in [0, 1]: how much of ``picture`` a pixel shows.

    Returns:
        (H, W, 3) uint8.
    """
    if background.shape != picture.shape or picture.shape[:2] != alpha.shape:
        raise ValueError(
            f"background, picture and alpha must be of one height and width, got {background.shape}, "
            f"{picture.shape} and {alpha.shape}; cv2.resize makes them so"
        )
    if not (alpha.min() >= 0 and alpha.max() <= 1):
        raise ValueError(
            f"alpha must lie in [0, 1], got {alpha.min()} to {alpha.max()}; divide a mask of 255 by 255"
        )
    share = alpha.astype(np.float32)[..., None]
    return np.rint(share * picture + (1 - share) * background).astype(np.uint8)


def placed(
    picture: np.ndarray,
    mask: np.ndarray,
    *,
    scale: float = 1.0,
    turn: float = 0.0,
    right: float = 0.0,
    down: float = 0.0,
) -> tuple[np.ndarray, np.ndarray]:
    """A picture and its mask, made smaller towards the middle of the lower edge, turned and shifted together.

    Args:
        picture: (H, W, 3) uint8.
        mask: (H, W) bool.
        scale: factor of the size, above 0.
        turn: degrees against the clock, about the middle of the picture.
        right, down: shift in pixels.

    Returns:
        The picture and the mask after it, of the same shapes; what comes in from outside is black and False.
    """
    import cv2

    if not scale > 0:
        raise ValueError(f"scale is a factor above 0, got {scale}")
    height, width = mask.shape
    about = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), turn, 1.0)
    about = np.vstack([about, [0, 0, 1]])
    smaller = [
        [scale, 0, (1 - scale) * (width - 1) / 2 + right],
        [0, scale, (1 - scale) * (height - 1) + down],
    ]
    matrix = np.array([*smaller, [0, 0, 1]]) @ about
    size = (width, height)
    there = cv2.warpAffine(picture, matrix[:2], size, flags=cv2.INTER_LINEAR)
    flat = cv2.warpAffine(mask.astype(np.uint8), matrix[:2], size, flags=cv2.INTER_NEAREST)
    return there, flat > 0
