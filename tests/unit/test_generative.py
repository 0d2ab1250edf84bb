"""What the lessons on generative models share: the game, the rulers, the networks, the sheets."""

import copy
import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from helpers import new_figure
from helpers.generative import (
    CENTRES,
    Denoiser,
    Judge,
    LabelledDiscriminator,
    LabelledGenerator,
    Reader,
    StyleGenerator,
    conv_discriminator,
    conv_generator,
    digit_and_colour,
    draw_rounds,
    draw_sheet,
    eight_points,
    follow,
    frechet,
    heap_shares,
    loss_of_d,
    loss_of_g,
    mlp,
    optimizers,
    paint,
    play,
    play_round,
    small_digits,
    translator,
    waves,
)
from helpers.generative.styles import PALETTE


@pytest.fixture
def rng() -> torch.Generator:
    torch.manual_seed(0)
    return torch.Generator().manual_seed(0)


# The game.


def test_the_losses_are_binary_cross_entropy(rng: torch.Generator) -> None:
    real, fake = torch.randn(5, 1, generator=rng), torch.randn(9, 1, generator=rng)
    bce = F.binary_cross_entropy_with_logits
    expected = bce(real, torch.ones(5, 1)) + bce(fake, torch.zeros(9, 1))
    torch.testing.assert_close(loss_of_d(real, fake), expected)
    torch.testing.assert_close(loss_of_g(fake), bce(fake, torch.ones(9, 1)))
    assert loss_of_g(torch.tensor([-200.0])) == 200


def test_a_round_moves_d_by_its_loss_and_then_g_by_the_new_d(rng: torch.Generator) -> None:
    G, D = mlp(2, 8, 2), mlp(2, 8, 1)
    z, x = torch.randn(16, 2, generator=rng), eight_points(16, rng)
    by_hand_g, by_hand_d = copy.deepcopy(G), copy.deepcopy(D)
    opt_g, opt_d = (torch.optim.SGD(net.parameters(), 0.1) for net in (G, D))
    for weight in [*G.parameters(), *D.parameters()]:
        weight.grad = torch.ones_like(weight)  # what an earlier round left
    play_round(G, D, opt_g, opt_d, z, x)

    fake = by_hand_g(z)
    gradients = torch.autograd.grad(
        loss_of_d(by_hand_d(x), by_hand_d(fake.detach())), [*by_hand_d.parameters()]
    )
    with torch.no_grad():
        for weight, gradient in zip(by_hand_d.parameters(), gradients, strict=True):
            weight -= 0.1 * gradient
    gradients = torch.autograd.grad(loss_of_g(by_hand_d(fake)), [*by_hand_g.parameters()])
    with torch.no_grad():
        for weight, gradient in zip(by_hand_g.parameters(), gradients, strict=True):
            weight -= 0.1 * gradient
    for net, other in ((G, by_hand_g), (D, by_hand_d)):
        torch.testing.assert_close(net.state_dict(), other.state_dict())


def test_the_optimizers_have_their_own_rates_and_no_momentum() -> None:
    for optimizer, lr in zip(optimizers(mlp(1, 2, 1), mlp(1, 2, 1), 0.1, 0.2), (0.1, 0.2), strict=True):
        assert (optimizer.defaults["lr"], optimizer.defaults["betas"][0]) == (lr, 0.0)


def test_the_slow_copy_follows_and_copies_running_means() -> None:
    slow, model = nn.BatchNorm1d(2), nn.BatchNorm1d(2)
    with torch.no_grad():
        model.weight.fill_(2.0)
        model.running_mean.fill_(5.0)
    follow(slow, model, 1000)
    torch.testing.assert_close(slow.weight.detach(), torch.full((2,), 1.02))
    torch.testing.assert_close(slow.running_mean, model.running_mean)
    follow(slow, model, 1)  # keeps a tenth only
    torch.testing.assert_close(slow.weight.detach(), torch.full((2,), 1.902))


def test_play_watches_the_slow_copy_and_passes_labels_on(rng: torch.Generator) -> None:
    x, y = torch.rand(64, 1, 16, 16, generator=rng) * 2 - 1, torch.arange(64) % 10
    fixed = torch.zeros(3, 32), torch.tensor([1, 2, 3])
    G, D = LabelledGenerator(), LabelledDiscriminator()
    before = copy.deepcopy(G.state_dict())
    slow, seen = play(G, D, lambda n: (x[:n], y[:n]), 3, rng, watch=(1, 3), fixed=fixed)
    assert list(seen) == [1, 3] and not slow.training
    torch.testing.assert_close(seen[3], slow(*fixed).detach())
    assert any(not torch.equal(before[name], weight) for name, weight in G.state_dict().items())
    assert not torch.equal(G.state_dict()["net.0.weight"], slow.state_dict()["net.0.weight"])


# The rulers.


def test_the_frechet_distance_is_right_where_it_is_known(rng: torch.Generator) -> None:
    a = torch.randn(300, 1, generator=rng)
    b = 3 * torch.randn(200, 1, generator=rng) + 2
    assert frechet(a, b) == pytest.approx(
        ((a.mean() - b.mean()) ** 2 + (a.std() - b.std()) ** 2).item(), rel=1e-5
    )
    a = torch.randn(300, 5, generator=rng).double()
    stretched = (a.mean(dim=0) - 3 * a.mean(dim=0)).square().sum() + 4 * torch.cov(a.T).trace()
    assert frechet(a, 3 * a) == pytest.approx(stretched.item())
    assert abs(frechet(a, a)) < 1e-9
    flat = torch.cat([a, a[:, :1]], dim=1)  # a covariance without full rank has roots that round below 0
    assert math.isfinite(frechet(flat, flat[:100]))


@pytest.mark.parametrize(("first", "second"), [((5,), (5,)), ((5, 2), (5, 3)), ((1, 2), (5, 2))])
def test_the_frechet_distance_refuses_other_shapes(first: tuple, second: tuple) -> None:
    with pytest.raises(ValueError, match="expected features"):
        frechet(torch.zeros(first), torch.zeros(second))


def test_eight_points_lie_near_their_centres(rng: torch.Generator) -> None:
    points = eight_points(4000, rng)
    near, fullest, covered = heap_shares(points)
    assert near > 0.99 and 0.12 < fullest < 0.16 and covered == 8
    assert heap_shares(CENTRES[:1].repeat(10, 1)) == (1.0, 1.0, 1)
    assert heap_shares(torch.zeros(10, 2))[0] == 0
    half = torch.cat([CENTRES[:1].repeat(99, 1), 1.3 * CENTRES[4:5]])  # one of 100 is outside the radius
    assert heap_shares(half) == (pytest.approx(0.99), pytest.approx(0.99), 1)
    assert heap_shares(half, radius=0.7)[2] == 2


def test_the_judge_reads_small_digits_and_tells_a_heap_of_sevens(rng: torch.Generator) -> None:
    x, y = small_digits("test")
    assert x.shape == (1000, 1, 16, 16) and x.min() >= -1.01 and x.max() <= 1.01 and x.max() > 0.8
    judge = Judge(x[:800], y[:800], epochs=12, rng=rng)
    assert judge.accuracy(x[800:], y[800:]) > 0.75
    assert judge.share(x[800:], y[800:]) == pytest.approx(judge.accuracy(x[800:], y[800:]))
    assert judge.features(x[:7]).shape == (7, 32)
    torch.testing.assert_close(judge.probabilities(x[:7]).sum(dim=1), torch.ones(7))
    known = judge.measure(x[:800])
    assert abs(known["Fréchet"]) < 1e-3 and known["rarest digit"] > 0.05
    sevens = judge.measure(x[y == 7])
    assert sevens["rarest digit"] == 0 and sevens["Fréchet"] > 1


# The networks.


@pytest.mark.parametrize("classes", [None, 10])
def test_the_generators_make_pictures_and_the_discriminators_score_them(classes: int | None) -> None:
    z, y = torch.randn(4, 32), torch.tensor([0, 3, 3, 9])
    made = conv_generator()(z) if classes is None else LabelledGenerator()(z, y)
    assert made.shape == (4, 1, 16, 16) and made.abs().max() <= 1
    scores = conv_discriminator()(made) if classes is None else LabelledDiscriminator()(made, y)
    assert scores.shape == (4, 1)
    assert Reader()(made).shape == (4, 10) and translator()(made).shape == made.shape


def test_the_labelled_discriminator_takes_the_score_of_its_digit() -> None:
    D, x = LabelledDiscriminator().eval(), torch.randn(3, 1, 16, 16)
    y = torch.tensor([2, 0, 9])
    torch.testing.assert_close(D(x, y)[:, 0], D.net(x)[torch.arange(3), y])


def _adain(x: torch.Tensor, gamma: torch.Tensor, beta: torch.Tensor) -> torch.Tensor:
    return F.instance_norm(x) * (1 + gamma[:, :, None, None]) + beta[:, :, None, None]


def test_the_style_generator_takes_its_fine_style_from_elsewhere(rng: torch.Generator) -> None:
    G = StyleGenerator(_adain, mixing=1.0)
    z, y = torch.randn(6, 32, generator=rng), torch.arange(6)
    assert G(z, y).shape == (6, 3, 16, 16)
    w = G.style(z, y)
    plain, mixed = G.draw(w, w), G.draw(w, w.flip(0))
    assert not torch.allclose(plain, mixed)
    # The means of the last maps before tanh are set by the fine style alone.
    means = torch.atanh(mixed.clamp(-0.999999, 0.999999)).mean(dim=(2, 3))
    torch.testing.assert_close(means, G.paint(w.flip(0))[:, 3:], atol=2e-2, rtol=0)
    still = StyleGenerator(_adain, mixing=0.0)
    torch.testing.assert_close(still(z, y), still.draw(still.style(z, y), still.style(z, y)))


def test_paint_keeps_black_black_and_gives_two_colours(rng: torch.Generator) -> None:
    x = torch.full((40, 1, 4, 4), -1.0)
    x[:, :, 1, 1] = 1.0
    painted = paint(x, rng)
    assert painted.shape == (40, 3, 4, 4) and (painted[:, :, 0, 0] == -1).all()
    colours = (painted[:, :, 1, 1] + 1) / 2
    torch.testing.assert_close(colours.unique(dim=0), PALETTE.unique(dim=0))


class _FixedJudge:
    def read(self, images: torch.Tensor) -> torch.Tensor:
        assert images.shape[1] == 1 and images.max() <= 1
        return torch.zeros(len(images), dtype=torch.long)


def test_the_colour_is_that_of_the_ink(rng: torch.Generator) -> None:
    x = torch.full((2, 3, 4, 4), -1.0)
    x[0, 0, 1, 1], x[1, 2, 2, 2] = 1.0, 0.0
    read, colour = digit_and_colour(_FixedJudge(), x)
    torch.testing.assert_close(colour, torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]))
    assert read.tolist() == [0, 0]


def test_waves_tell_levels_apart() -> None:
    levels = torch.linspace(0, 1, 51)
    told = waves(levels)
    assert told.shape == (51, 8) and told.abs().max() <= 1
    assert torch.pdist(told).min() > 0.1
    torch.testing.assert_close(told[0], torch.tensor([1.0] * 4 + [0.0] * 4))


def test_the_denoiser_guesses_pictures_and_heeds_level_and_digit(rng: torch.Generator) -> None:
    model = Denoiser(maps=8)
    x, level, y = torch.randn(4, 1, 16, 16, generator=rng), torch.rand(4, generator=rng), torch.arange(4)
    optimizer = torch.optim.Adam(model.parameters(), 1e-2)
    for _ in range(3):  # at first every block changes nothing
        optimizer.zero_grad()
        F.mse_loss(model(x, level, y), -x).backward()
        optimizer.step()
    guess = model(x, level, y)
    assert guess.shape == x.shape
    assert not torch.allclose(guess, model(x, level, y + 1))
    assert not torch.allclose(guess, model(x, level.flip(0), y))


# The sheets.


def test_a_sheet_puts_pictures_in_rows_with_names() -> None:
    images = torch.stack([torch.full((1, 2, 3), value) for value in (-1.0, 1.0, 1.0, -1.0)])
    _, ax = new_figure(alt="four plain pictures in two rows of two")
    draw_sheet(ax, images, 2, "title", ["up", "down"], ["left", "right"])
    shown = ax.images[0].get_array()
    assert shown.shape == (4, 6)
    assert shown[0, 0] == 0 and shown[0, 5] == 1 and shown[3, 0] == 1 and shown[3, 5] == 0
    assert [label.get_text() for label in ax.get_yticklabels()] == ["up", "down"]
    assert list(ax.get_yticks()) == [0.5, 2.5] and list(ax.get_xticks()) == [1.0, 4.0]
    with pytest.raises(ValueError, match="do not fill"):
        draw_sheet(ax, images, 3, "title")


def test_coloured_sheets_and_rounds() -> None:
    figure = draw_rounds(
        {10: torch.zeros(2, 3, 4, 4), 2000: torch.zeros(2, 3, 4, 4)}, 2, "title", "two rows of grey"
    )
    (ax,) = figure.axes
    assert figure.alt == "two rows of grey" and ax.images[0].get_array().shape == (8, 8, 3)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["round 10", "round 2,000"]
