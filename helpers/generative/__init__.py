"""What the lessons on generative models share: networks, the game of two, rulers, sheets of pictures."""

from helpers.generative.denoiser import Denoiser, waves
from helpers.generative.digits import Judge, small_digits
from helpers.generative.game import follow, loss_of_d, loss_of_g, optimizers, play, play_round
from helpers.generative.networks import (
    LabelledDiscriminator,
    LabelledGenerator,
    Reader,
    conv_discriminator,
    conv_generator,
    mlp,
    translator,
)
from helpers.generative.points import CENTRES, eight_points, heap_shares
from helpers.generative.rulers import frechet
from helpers.generative.sheets import draw_rounds, draw_sheet
from helpers.generative.styles import StyleGenerator, digit_and_colour, paint

__all__ = [
    "CENTRES",
    "Denoiser",
    "Judge",
    "LabelledDiscriminator",
    "LabelledGenerator",
    "Reader",
    "StyleGenerator",
    "conv_discriminator",
    "conv_generator",
    "digit_and_colour",
    "draw_rounds",
    "draw_sheet",
    "eight_points",
    "follow",
    "frechet",
    "heap_shares",
    "loss_of_d",
    "loss_of_g",
    "mlp",
    "optimizers",
    "paint",
    "play",
    "play_round",
    "small_digits",
    "translator",
    "waves",
]
