"""The functions behind the sliders, and the facts that each lesson must compute and assert."""

import itertools
import math
from itertools import zip_longest
from pathlib import Path

import nbformat
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"

# Notebook → tag of the cell that computes and asserts a fact of the syllabus → what its code must mention.
FACTS = {
    "00_getting_started": {
        "fact:rule": ["age=50", "weight=70", "fat=40", "40.0, 80.0, 40.0"],
        "fact:timeline": [
            "15.3",
            "26.1",
            "11.7",
            "6.6",
            "3.57",
            "5.1",
            "110e6",
            "330e6",
            "1.5e9",
            "11e9",
            "175e9",
        ],
    },
    "01_tensors": {"fact:a-times-b": ["randn(3, 4", "randn(4, 3", "broadcast_shape"]},
    "02_perceptron": {
        "fact:converges": ["AND", "OR", "mistakes[-1] == 0"],
        "fact:xor-never": ["XOR", "min(mistakes) > 0"],
        "fact:xor-proof": ["XOR", "torch.equal"],
        "fact:xor-two-layers": ["two_layers(corners)", 'gates["XOR"]'],
        "fact:layer-shape": ["256", "2570"],
        "fact:gradient": ["worst < 1e-8", "eps"],
        "fact:softmax": ["torch.softmax"],
        "fact:cross-entropy": ["F.cross_entropy", "log"],
        "fact:digits-85": ["held_out >= 0.85"],
    },
    "03_backpropagation": {
        "fact:activations": ["torch.sigmoid", "torch.tanh", "torch.relu", "2 * eps", "assert_close"],
        "fact:by-hand": ["2 * eps", "backward()", "automatic < 1e-12"],
        "fact:numerical-gradient": ["backward(p, moons, sides)", "worst < 1e-8", "2 * eps"],
        "fact:autograd-1e-6": ["double()", "torch.autograd.grad", "< 1e-6"],
        "fact:moons": ["train_by_hand", "errors[2000] <= 4"],
        "fact:digits-by-hand": ["backward(p, x_train[rows], y_train[rows])", "right >= 0.92"],
        "fact:autodiff-under-100-lines": ["inspect.getsource", "lines < 100"],
        "fact:autodiff-trains": ["back_propagate", "train_by_hand", "assert_close"],
        "fact:module-equals-by-hand": ["torch.optim.SGD", "weight.grad", "assert_close"],
        "fact:fit-is-the-loop": ["fit(other", "torch.equal", 'history["train_loss"] == losses'],
        "fact:nan-stops": ["FloatingPointError", "first_weights"],
        "fact:resume": ["checkpoint=checkpoint", "torch.equal"],
        "fact:vanishing": ['default["sigmoid"][-1] < 1e-12', 'min(scaled["ReLU"]) > 0.05'],
        "fact:deep-sigmoid-fails": ["nn.Sigmoid", "nn.ReLU", "depth=10"],
        "fact:optimisers": ["torch.optim.SGD", "torch.optim.Adam", "assert_close"],
        "fact:learning-rates": ["final[0.001] < 0.8", "final[0.1] > 0.9", "final[10.0] < 0.2"],
        "fact:input-scale": ["255.0", "standardised", "0.1] < 0.3 < 0.6 <"],
        "fact:under-and-over-fitting": ['too_small["train_accuracy"]', 'too_large["valid_loss"]'],
        "fact:decay-and-dropout": ["weight_decay=0.3", "F.dropout", "assert_close"],
        "fact:remedies": ["decay=0.02", "drop=0.8", "patience=5"],
        "fact:recipe": ["BatchNorm1d", "Dropout", "scheduler=schedule", ">= 0.94"],
    },
    "04_cnn_layers": {
        "fact:stretch-3072": ["32 * 32 * 3 == 3072"],
        "fact:conv-28": ["slide(small", "feature_map.shape == (28, 28)"],
        "fact:six-filters": ["stack.shape == (6, 28, 28)", "F.relu"],
        "fact:conv-equal": ["slide(cat", "conv_unfold(cat", "nn.Conv2d", "assert_close"],
        "fact:stride-5-3-233": ["[5, 3, 2.33]", "nn.Conv2d(1, 1, 3, stride=stride)"],
        "fact:padding-7": ["kernel_size=3, padding=1", "kept.shape[-1] == 7"],
        "fact:quiz-32-32-10": ["stride=1, padding=2", "(1, 10, 32, 32)"],
        "fact:quiz-760": ["5 * 5 * 3 + 1", "760"],
        "fact:receptive-3-5": ["measured_field(stack) == field", "[0] == 3", "* 2)[0] == 5"],
        "fact:max-pool": ["[5, 6, 7, 8]", "[[6, 8], [3, 4]]", "nn.MaxPool2d(2)"],
        "fact:average-pool": ["[0, 6, 7, 3]", "[[2, 4], [2, 2]]", "nn.AvgPool2d(2)"],
        "fact:conv-1d": ["F.conv1d", "assert_close"],
        "fact:conv-3d": ["F.conv3d", "assert_close"],
        "fact:batch-norm": ["nn.BatchNorm2d", "running_var", ".grad", ".eval()"],
        "fact:sequence": ['["conv", "ReLU"] * N + ["pool"]', '["fc", "ReLU"] * K', "softmax"],
        "fact:outputs": ["(5, 10), (5, 4), (5, 11, 28, 28)"],
        "fact:low-to-high": ["guessable(layers)", "shares.diff()"],
        "fact:equivariance": ["True, True, False, True, False, False, False, True"],
    },
    "05_classic_cnns": {
        "fact:lenet": [
            "61_706",
            "(6, 28, 28), (6, 14, 14), (16, 10, 10), (16, 5, 5)",
            "(120,), (84,), (10,)",
        ],
        "fact:alexnet": ["60_965_224", "61_100_840", "(3, 227, 227)", "AS_PUBLISHED", "ONE_CARD"],
        "fact:tricks": ['gap["+ shifts"] < 0.5 * gap["ReLU, no trick"]'],
        "fact:vgg": ["138_357_544", "== 16", "torchvision.models.vgg16"],
        "fact:googlenet": ["6_624_904", "torchvision.models.googlenet", "assert_close(ours(x), theirs(x))"],
        "fact:degradation": [
            "right[False, 8] > 0.90 > right[False, 20] > 0.70 > right[False, 32]",
            "(8, 20, 32)",
        ],
        "fact:resnet": ["11_689_512, 25_557_032, 60_192_808"],
        "fact:five": ["min(right.values()) > 0.80", 'right["ResNet"] > max('],
        "fact:fashion-93": ["0.93 if FULL", "reached >= aim"],
    },
    "06_rnn_lstm": {
        "fact:rnn-shapes": ["outputs.shape == (N, T, H)", "torch.randn(H, H + D"],
        "fact:rnn-equal": ["nn.RNN(D, H", "assert_same("],
        "fact:one-to-one": ["nn.Linear(4, 6)", "torch.tanh", "assert_close"],
        "fact:bptt": ["torch.autograd.grad", "assert_close", "rtol=1e-10"],
        "fact:clipping": ["clip_grad_norm_", "assert_close"],
        "fact:lstm-equal": ["nn.LSTM(D, H", "assert_same(", "264"],
        "fact:gru-equal": ["nn.GRU(D, H", "assert_same("],
        "fact:packing-equal": ["pack_padded_sequence", "nn.RNN", "nn.LSTM", "nn.GRU", "torch.autograd.grad"],
        "fact:gradient-decay": ["nn.RNN", "nn.GRU", "nn.LSTM", "assert decay"],
        "fact:answers-each-step": ["numbers_and_flags", "assert error < 0.1"],
        "fact:mnist1d": ["0.32", "LSTM, 32 units, maximum", "> max(0.85"],
        "fact:digits-as-asked": ["as_asked > 0.8"],
        "fact:characters": ["text_loss < pair_loss - 0.6"],
        "fact:attention": ["F.scaled_dot_product_attention", "assert_close"],
        "fact:attention-helps": ['exact["with attention"] > 0.85', 'exact["without attention"] + 0.4'],
        "fact:sunspots": ["lstm < 0.75 * naive", "abs(lstm - line) < 4"],
    },
    "07_gan": {
        "fact:losses": ["F.binary_cross_entropy_with_logits", "assert_close", "math.log(4)"],
        "fact:best-discriminator": ["p / (p + q)", "argmax"],
        "fact:game-value": ["jsd", "math.log(4)"],
        "fact:trained-discriminator": ["best_discriminator(p, q)", "gap < 0.05"],
        "fact:detach": [".detach()", "detached[0].norm() == 0", "attached[0].norm() > 0"],
        "fact:wrong-way": ["assert_close(attached[0], -wanted)"],
        "fact:saturation": ['paths["minimax"][-1] > 3', 'paths["non-saturating"][-1] < 1'],
        "fact:frechet": ["torch.linalg.eigvals", "assert_close"],
        "fact:dcgan-shapes": ["ConvTranspose2d", "(4 - 1) * 2 - 2 * 1 + 4 == 8"],
        "fact:dcgan-better": ['results["GAN (MLP)"]["Fréchet"]'],
        "fact:cgan-90": ["predict(judge, made)", "as_asked >= 0.90"],
        "fact:same-hand": ["torch.corrcoef(ink)", "correlation > 0.3"],
        "fact:mode-collapse": ["modes_covered(collapsed[600]) <= 4", "modes_covered(cured[600]) == 8"],
        "fact:cycle": ["min(shares[10]) > 0.75", "shares[0][1] < shares[10][1] - 0.1"],
        "fact:adain": ["F.instance_norm", "assert_close"],
        "fact:style-mixing": ["digit_from_a > 0.8", "colour_from_b > 0.8"],
        "fact:cbn": ["nn.BatchNorm2d", "assert_close"],
        "fact:truncation": ["truncated_noise", 'curve["variety"] == sorted'],
        "fact:eleven-classes": ["logsumexp", "assert_close", "len(labelled) == 100"],
        "fact:semi-supervised": ["helped > alone + 0.02"],
    },
    "15_training_fast": {
        "fact:same-batches": ["DataLoader(Digits()", "batches(", "assert_close"],
        "fact:channels-last": ["channels_last", "assert_close", "(2048, 1, 256, 32)"],
        "fact:orthogonal": ["svdvals", "orthogonal(gradient", "assert_close"],
        "fact:schedule": ["AdamW", "Muon", "> 0.02"],
        "fact:multiplications": ["1_333_200", "products(lecture_network)"],
        "fact:fewer-products": ["> 2.8", "lost > 0.99"],
        "fact:fast-network": ["fast_right > max("],
        "fact:tricks": ["1 epoch + 10 tenths", "plan(recipe"],
        "fact:nine-times": ["ask_nine_times", "sum(nine)"],
        "fact:bfloat16": ["2**-7", "1e38"],
        "fact:ladder": ["all(climbed", "smaller first layer"],
        "fact:halves": ["slice(64, 128)", "assert_close"],
        "fact:two-processes": ["by_two", "assert_close"],
        "fact:linear-scaling": ["with_rule[3]", "old_rate[2]"],
    },
}


def cells_tagged(notebook: str, tag: str) -> list[str]:
    cells = nbformat.read(NOTEBOOKS / f"{notebook}.ipynb", as_version=4).cells
    return [cell.source for cell in cells if tag in cell.metadata.get("tags", [])]


def logic(notebook: str, **names) -> dict:
    """Run the cells behind the sliders, and nothing else of the notebook; return what they define."""
    sources = cells_tagged(notebook, "explorer-logic")
    assert sources, f"{notebook} has no cell tagged explorer-logic"
    for source in sources:
        exec(compile(source, notebook, "exec"), names)
    return names


@pytest.mark.parametrize(("notebook", "tag"), [(n, t) for n, facts in FACTS.items() for t in facts])
def test_a_fact_is_computed_and_asserted_in_one_cell(notebook, tag):
    (source,) = cells_tagged(notebook, tag)
    assert "assert" in source, f"{tag} asserts nothing"
    assert [text for text in FACTS[notebook][tag] if text not in source] == []


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")), ids=lambda path: path.stem)
def test_every_marked_fact_is_on_the_list(path):
    cells = nbformat.read(path, as_version=4).cells
    marked = {tag for cell in cells for tag in cell.metadata.get("tags", []) if tag.startswith("fact:")}
    assert marked == set(FACTS.get(path.stem, {}))


def test_the_rule_wants_all_three_conditions():
    functions = logic("00_getting_started")
    people = torch.tensor([[51.0, 71.0, 41.0], [50.0, 71.0, 41.0], [51.0, 70.0, 41.0], [51.0, 71.0, 40.0]])
    answers = functions["rule"](people, 50, 70, 40)
    assert answers.tolist() == [True, False, False, False]
    assert functions["agreement"](answers, torch.tensor([True, True, False, False])) == 0.75


def test_broadcasting_follows_torch():
    broadcast_shape = logic("01_tensors", zip_longest=zip_longest)["broadcast_shape"]
    lengths = [(), *itertools.chain(*(itertools.product([0, 1, 2, 3], repeat=n) for n in (1, 2, 3)))]
    compared = {True: 0, False: 0}
    for first, second in itertools.product(lengths, repeat=2):
        try:
            expected = tuple(torch.broadcast_shapes(first, second))
        except RuntimeError:
            expected = None
        assert broadcast_shape(first, second) == expected, f"{first} + {second}"
        compared[expected is None] += 1
    assert min(compared.values()) > 1000


def test_the_errors_of_a_line_are_counted():
    count_errors = logic("02_perceptron")["count_errors"]
    corners = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    logical_and, exclusive_or = torch.tensor([0.0, 0.0, 0.0, 1.0]), torch.tensor([0.0, 1.0, 1.0, 0.0])
    assert count_errors(torch.tensor([1.0, 1.0, -1.5]), corners, logical_and) == 0
    assert count_errors(torch.tensor([1.0, 1.0, -0.5]), corners, exclusive_or) == 1
    assert count_errors(torch.tensor([-1.0, -1.0, 1.5]), corners, logical_and) == 4
    # On the line itself the neuron is silent.
    assert count_errors(torch.tensor([1.0, 0.0, -1.0]), corners, logical_and) == 1


def test_output_size_is_that_of_torch():
    output_size = logic("04_cnn_layers")["output_size"]
    settings = itertools.product(range(1, 12), (1, 2, 3, 5), (1, 2, 3), (0, 1, 2), (1, 2, 3))
    fitted = refused = 0
    for size, kernel, stride, padding, dilation in settings:
        if size + 2 * padding < dilation * (kernel - 1) + 1:
            with pytest.raises(ValueError, match="does not fit"):
                output_size(size, kernel, stride, padding, dilation)
            refused += 1
            continue
        layer = torch.nn.Conv1d(1, 1, kernel, stride, padding, dilation, device="meta")
        shape = layer(torch.empty(1, 1, size, device="meta")).shape
        assert output_size(size, kernel, stride, padding, dilation) == shape[-1]
        fitted += 1
    assert min(fitted, refused) > 100


def test_receptive_field_is_what_the_gradient_reaches():
    receptive_field = logic("04_cnn_layers")["receptive_field"]
    assert receptive_field([]) == (1, 1)
    assert receptive_field([(3, 1, 1)]) == (3, 1)
    assert receptive_field([(3, 1, 1)] * 2) == (5, 1)
    kinds = list(itertools.product((1, 3, 5), (1, 2), (1, 2)))
    for layers in itertools.product(kinds, repeat=2):
        x = torch.ones(1, 1, 61, requires_grad=True)
        out = x
        for kernel, stride, dilation in layers:
            out = torch.nn.functional.conv1d(out, torch.ones(1, 1, kernel), stride=stride, dilation=dilation)
        middle = out.shape[-1] // 2
        out[0, 0, middle].backward(retain_graph=True)
        reached = x.grad[0, 0].nonzero().flatten()
        x.grad = None
        out[0, 0, middle + 1].backward()
        field, jump = receptive_field(layers)
        assert reached.max() - reached.min() + 1 == field, layers
        assert x.grad[0, 0].nonzero().min() - reached.min() == jump, layers


def test_the_tiny_network_has_the_gradients_of_autograd():
    functions = logic("03_backpropagation", math=math, torch=torch)
    draw = torch.Generator().manual_seed(1)
    for _ in range(20):
        weights = {name: torch.randn((), generator=draw).double() for name in functions["weights"]}
        x1, x2, target = torch.randn(3, generator=draw).double().tolist()
        plain = {name: weight.item() for name, weight in weights.items()}
        values = functions["forward_by_hand"](plain, x1, x2, target)
        gradients = functions["backward_by_hand"](values)

        leaves = {
            name: w.requires_grad_() for name, w in (weights | {"x1": _leaf(x1), "x2": _leaf(x2)}).items()
        }
        W = torch.stack([leaves[name] for name in ("w11", "w12", "w21", "w22")]).view(2, 2)
        z = W @ torch.stack([leaves["x1"], leaves["x2"]]) + torch.stack([leaves["b1"], leaves["b2"]])
        s = torch.stack([leaves["v1"], leaves["v2"]]) @ z.tanh() + leaves["c"]
        loss = (s - target).square() / 2
        loss.backward()
        assert values["loss"] == pytest.approx(loss.item())
        assert {name: gradients[name] for name in leaves} == pytest.approx(
            {n: w.grad.item() for n, w in leaves.items()}
        )


def _leaf(number):
    return torch.tensor(number, dtype=torch.float64)


@pytest.mark.parametrize(("inputs", "hidden", "classes"), [(2, 1, 2), (2, 8, 2), (5, 3, 4)])
def test_the_two_layers_have_the_gradients_of_autograd(inputs, hidden, classes):
    functions = logic("03_backpropagation", math=math, torch=torch)
    draw = torch.Generator().manual_seed(0)
    p = functions["start"](inputs, hidden, classes, draw)
    x = torch.randn(7, inputs, generator=draw, dtype=torch.float64)
    targets = torch.randint(classes, (7,), generator=draw)
    gradients = functions["backward"](p, x, targets)
    leaves = {name: weight.clone().requires_grad_() for name, weight in p.items()}
    torch.nn.functional.cross_entropy(functions["forward"](leaves, x)[1], targets).backward()
    for name, leaf in leaves.items():
        torch.testing.assert_close(gradients[name], leaf.grad)

    trained, losses = functions["train_by_hand"](p, x, targets, 0.1, 50)
    assert len(losses) == 50 and losses[-1] < losses[0]
    _, more = functions["train_by_hand"](trained, x, targets, 0.1, 1)
    assert more[0] < losses[-1], "training goes on from the weights that it returned"
    assert functions["train_by_hand"](p, x, targets, 0.1, 0) == (p, [])


def test_the_optimisers_walk_as_those_of_torch_and_stop_outside():
    functions = logic("03_backpropagation", math=math, torch=torch)
    theirs = {
        "sgd": lambda w: torch.optim.SGD([w], lr=0.3),
        "momentum": lambda w: torch.optim.SGD([w], lr=0.3, momentum=0.9),
        "adam": lambda w: torch.optim.Adam([w], lr=0.3),
    }
    for name, make in theirs.items():
        path = functions["descend"](functions[name], 0.3, 40, (-4.0, 1.5))
        w = torch.tensor([-4.0, 1.5], dtype=torch.float64, requires_grad=True)
        optimizer = make(w)
        for point in path:
            torch.testing.assert_close(point, w.detach())
            optimizer.zero_grad()
            functions["height"](w).backward()
            optimizer.step()
        assert path.shape == (41, 2)
    far = functions["descend"](functions["sgd"], 1.4, 200)
    assert 2 < len(far) < 40 and far[-1].abs().max() >= 1e3 and far.isfinite().all()


def test_the_belt_forgets_by_the_gate_and_adds_what_is_let_in():
    belt = logic("06_rnn_lstm", torch=torch)["belt"]
    candidates = torch.tensor([1.0, 0.0, -0.5, 2.0])
    torch.testing.assert_close(belt(candidates, 0.5, 1.0), torch.tensor([1.0, 0.5, -0.25, 1.875]))
    torch.testing.assert_close(belt(candidates, 1.0, 1.0), candidates.cumsum(0))
    torch.testing.assert_close(belt(candidates, 0.0, 0.3), 0.3 * candidates)
    assert not belt(candidates, 0.9, 0.0).any()


def test_the_temperature_sharpens_and_flattens():
    with_temperature = logic("06_rnn_lstm", torch=torch)["with_temperature"]
    scores = torch.tensor([[2.0, 1.0, -1.0], [0.0, 3.0, 0.5]])
    torch.testing.assert_close(with_temperature(scores, 1.0), torch.softmax(scores, dim=-1))
    chances = torch.stack([with_temperature(scores, t) for t in (0.05, 0.5, 1.0, 2.0, 500.0)])
    torch.testing.assert_close(chances.sum(-1), torch.ones(5, 2))
    assert (chances.argmax(-1) == scores.argmax(-1)).all()
    assert (chances.amax(-1).diff(dim=0) < 0).all(), (
        "a higher temperature must make the first choice less likely"
    )
    assert (chances[0].amax(-1) > 0.999).all() and (chances[-1] - 1 / 3).abs().max() < 0.01


def test_a_stack_of_convolutions_costs_what_torch_counts():
    stack_cost = logic("05_classic_cnns")["stack_cost"]
    assert stack_cost(7, 1, 64, 56)[0] == stack_cost(3, 3, 64, 56)[0] == 7
    for kernel, layers, channels, side in itertools.product((1, 3, 5), (1, 2, 3), (2, 5), (7, 12)):
        convolutions = [
            torch.nn.Conv2d(channels, channels, kernel, padding=kernel // 2, bias=False)
            for _ in range(layers)
        ]
        stack = torch.nn.Sequential(*convolutions).to("meta")
        with FlopCounterMode(display=False) as counter:
            stack(torch.empty(1, channels, side, side, device="meta"))
        field, weights, macs = stack_cost(kernel, layers, channels, side)
        assert field == 1 + sum(conv.kernel_size[0] - 1 for conv in stack)
        assert weights == sum(conv.weight.numel() for conv in stack)
        assert 2 * macs == counter.get_total_flops()


def test_the_best_discriminator_is_the_share_of_real_data():
    functions = logic("07_gan", torch=torch)
    p, q = torch.tensor([0.3, 0.2, 0.0]), torch.tensor([0.1, 0.2, 0.5])
    torch.testing.assert_close(functions["best_discriminator"](p, q), torch.tensor([0.75, 0.5, 0.0]))
    x = torch.linspace(-9, 9, 4001, dtype=torch.float64)
    densities = [functions["bell"](x, mean, 0.7) for mean in (0.0, 0.5, 1.0, 4.0)]
    expected = torch.distributions.Normal(1.0, 0.7).log_prob(x).exp()
    torch.testing.assert_close(densities[2], expected)
    values = [functions["game_value"](densities[0], q, 18 / 4000) for q in densities]
    # Equal densities give -log 4, the lowest value; the further apart they are, the closer it comes to 0.
    assert abs(values[0] + torch.log(torch.tensor(4.0)).item()) < 1e-6
    assert values == sorted(values)
    assert -0.02 < values[-1] < 0


def test_truncated_noise_stays_inside_its_limit():
    truncated_noise = logic("07_gan", torch=torch)["truncated_noise"]
    for limit in (0.1, 1.0, 2.0):
        z = truncated_noise(500, 8, limit, torch.Generator().manual_seed(0))
        assert z.shape == (500, 8)
        assert z.abs().max() <= limit
        assert z.abs().max() > 0.9 * limit  # drawn again, not shrunk or cut to the limit
        assert len(z.unique()) == z.numel()
    free = truncated_noise(500, 8, 100.0, torch.Generator().manual_seed(0))
    torch.testing.assert_close(free, torch.randn(500, 8, generator=torch.Generator().manual_seed(0)))


def test_a_faster_part_gains_what_amdahl_says():
    amdahl = logic("15_training_fast", torch=torch)["amdahl"]
    for share, factor in itertools.product((0.0, 0.25, 0.9, 1.0), (1, 2, 20)):
        before = 60.0
        after = before * (1 - share) + before * share / factor
        assert amdahl(share, factor) == pytest.approx(before / after)


def test_the_multiplications_of_a_convolution_are_those_that_torch_counts():
    conv_products = logic("15_training_fast", torch=torch)["conv_products"]
    for size, kernel, stride, channels_in, channels_out in (
        (28, 5, 1, 1, 32),
        (24, 6, 3, 1, 16),
        (7, 3, 2, 8, 4),
    ):
        conv = torch.nn.Conv2d(channels_in, channels_out, kernel, stride)
        with FlopCounterMode(display=False) as counter:
            out = conv(torch.zeros(1, channels_in, size, size))
        found = conv_products(size, kernel, stride, channels_in, channels_out)
        assert found == (counter.get_total_flops() // 2, out.shape[-1])
