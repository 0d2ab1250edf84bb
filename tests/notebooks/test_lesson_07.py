"""GAN, its family, and diffusion: the lessons' facts, and the functions behind their sliders."""

import torch
from lesson_cells import logic

from helpers.generative import CENTRES, eight_points, heap_shares

# Lesson → the tags of the cells that compute and assert a fact of the syllabus.
FACTS = {
    "07a_gan": {
        "fact:kl",
        "fact:covariance",
        "fact:losses",
        "fact:best-discriminator",
        "fact:game-value",
        "fact:trained-discriminator",
        "fact:detach",
        "fact:wrong-way",
        "fact:saturation",
        "fact:frechet",
        "fact:dcgan-shapes",
        "fact:dcgan-better",
        "fact:cgan-90",
        "fact:same-hand",
        "fact:mode-ruler",
        "fact:mode-collapse",
    },
    "07b_gan_family": {
        "fact:cycle",
        "fact:adain",
        "fact:style-mixing",
        "fact:cbn",
        "fact:truncation",
        "fact:eleven-classes",
        "fact:semi-supervised",
        "fact:diffusion-points",
        "fact:diffusion-digits",
    },
}


def test_the_best_discriminator_is_the_share_of_real_data():
    functions = logic("07a_gan", torch=torch)
    p, q = torch.tensor([0.3, 0.2, 0.0]), torch.tensor([0.1, 0.2, 0.5])
    torch.testing.assert_close(functions["best_discriminator"](p, q), torch.tensor([0.75, 0.5, 0.0]))
    x = torch.linspace(-9, 9, 4001, dtype=torch.float64)
    densities = [functions["normal_density"](x, mean, 0.7) for mean in (0.0, 0.5, 1.0, 4.0)]
    expected = torch.distributions.Normal(1.0, 0.7).log_prob(x).exp()
    torch.testing.assert_close(densities[2], expected)
    values = [functions["game_value"](densities[0], q, 18 / 4000) for q in densities]
    # Equal densities give -log 4, the lowest value; the further apart they are, the closer it comes to 0.
    assert abs(values[0] + torch.log(torch.tensor(4.0)).item()) < 1e-6
    assert values == sorted(values)
    assert -0.02 < values[-1] < 0
    # 0 log 0 counts as 0: densities that never overlap have the value 0.
    apart = torch.tensor([0.5, 0.5, 0.0, 0.0])
    assert functions["game_value"](apart, apart.flip(0), 1.0) == 0


def test_the_ruler_of_the_lesson_is_that_of_the_helpers():
    ruler = logic("07a_gan", torch=torch)["heap_shares"]
    rng = torch.Generator().manual_seed(0)
    for points in (eight_points(900, rng), torch.randn(900, 2, generator=rng), CENTRES[:3].repeat(50, 1)):
        assert ruler(points, CENTRES) == heap_shares(points)
        assert ruler(points, CENTRES, 0.1) == heap_shares(points, radius=0.1)


def test_truncated_noise_stays_inside_its_limit():
    truncated_noise = logic("07b_gan_family", torch=torch)["truncated_noise"]
    for limit in (0.1, 1.0, 2.0):
        z = truncated_noise(500, 8, limit, torch.Generator().manual_seed(0))
        assert z.shape == (500, 8)
        assert z.abs().max() <= limit
        assert z.abs().max() > 0.9 * limit  # drawn again, not shrunk or cut to the limit
        assert len(z.unique()) == z.numel()
    free = truncated_noise(500, 8, 100.0, torch.Generator().manual_seed(0))
    torch.testing.assert_close(free, torch.randn(500, 8, generator=torch.Generator().manual_seed(0)))
