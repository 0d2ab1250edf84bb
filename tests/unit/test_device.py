"""Tests of helpers.device: mocked accelerators at torch's own boundary, and the CPU for real."""

import random
import sys

import numpy as np
import pytest
import torch

from helpers import device, device_report, pick_device, seed_everything

NO_KERNEL = "no kernel image is available for execution on the device"


def forget():
    device._trouble.cache_clear()
    device._say_once.cache_clear()


@pytest.fixture
def machine(monkeypatch):
    """Return a function that makes torch report the given accelerators, and no others.

    They compute, but for the ``broken`` ones: these fail as a card does that torch has no kernels for.
    """
    monkeypatch.delenv("COURSE_DEVICE", raising=False)
    forget()

    def pretend(*kinds: str, count: int = 1, broken: tuple[str, ...] = ()) -> None:
        def compute(chosen: torch.device) -> None:
            assert chosen.type in kinds, f"{chosen} is not there"
            if str(chosen) in broken:
                raise RuntimeError(f"CUDA error: {NO_KERNEL}\nFor debugging consider passing ...")

        monkeypatch.setattr(device, "_compute", compute)
        monkeypatch.setattr(torch.cuda, "is_available", lambda: "cuda" in kinds)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: count if "cuda" in kinds else 0)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: "mps" in kinds)
        monkeypatch.setattr(torch.xpu, "is_available", lambda: "xpu" in kinds)
        monkeypatch.setattr(torch.xpu, "device_count", lambda: count if "xpu" in kinds else 0)

    yield pretend
    forget()


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (("cuda", "mps", "xpu"), "cuda"),
        (("mps", "xpu"), "mps"),
        (("xpu",), "xpu"),
        ((), "cpu"),
    ],
)
def test_the_fastest_kind_is_taken(machine, kinds, expected):
    machine(*kinds)
    assert pick_device().type == expected


def test_a_name_forces_the_device(machine):
    machine("cuda", "mps")
    assert pick_device("cpu") == torch.device("cpu")
    assert pick_device("mps") == torch.device("mps")


def test_the_environment_variable_forces_the_device_and_a_name_beats_it(machine, monkeypatch):
    machine("cuda")
    monkeypatch.setenv("COURSE_DEVICE", "cpu")
    assert pick_device().type == "cpu"
    assert pick_device("cuda").type == "cuda"


@pytest.mark.parametrize("name", ["cuda", "mps", "meta"])
def test_a_device_that_is_not_there_is_an_error_that_lists_what_is(machine, name):
    machine("xpu")
    with pytest.raises(ValueError, match=r"does not work here.*xpu, cpu"):
        pick_device(name)


def test_a_device_that_does_not_exist_is_an_error_that_lists_what_is(machine):
    machine()
    with pytest.raises(ValueError, match=r"no device called 'gpu'.*This machine has: cpu"):
        pick_device("gpu")


def test_a_wrong_environment_variable_is_named(machine, monkeypatch):
    machine()
    monkeypatch.setenv("COURSE_DEVICE", "cuda")
    with pytest.raises(ValueError, match="COURSE_DEVICE"):
        pick_device()


def test_the_number_of_a_device_is_checked(machine):
    machine("cuda", "xpu", count=2)
    assert pick_device("cuda:1").index == 1
    assert pick_device("xpu:1").index == 1
    with pytest.raises(ValueError, match="counted from 0, but there are 2"):
        pick_device("cuda:2")
    with pytest.raises(ValueError, match="counted from 0, but there are 1"):
        pick_device("cpu:1")


def test_a_card_that_cannot_compute_is_left_for_the_cpu_with_one_sentence(machine, capsys):
    machine("cuda", broken=("cuda",))
    assert pick_device().type == "cpu"
    said = capsys.readouterr().out
    assert said.count("\n") == 1 and NO_KERNEL in said and "debugging" not in said
    assert "'cuda'" in said and "cpu is used" in said
    assert "pick_device('cuda')" in said and "COURSE_DEVICE=cuda" in said
    assert pick_device().type == "cpu"
    assert capsys.readouterr().out == ""


def test_the_next_kind_is_taken_if_it_computes(machine, capsys):
    machine("cuda", "mps", "xpu", broken=("cuda", "xpu"))
    assert pick_device().type == "mps"
    said = capsys.readouterr().out
    assert "'cuda'" in said and "mps is used" in said
    assert "xpu" not in said  # it would not have been taken anyhow


def test_a_card_that_cannot_compute_is_an_error_where_it_is_named(machine, monkeypatch, capsys):
    machine("cuda", "xpu", count=2, broken=("cuda", "cuda:1"))
    with pytest.raises(ValueError, match=rf"'cuda:1' is there.*{NO_KERNEL}.*This machine has: xpu, cpu\."):
        pick_device("cuda:1")
    monkeypatch.setenv("COURSE_DEVICE", "cuda")
    with pytest.raises(ValueError, match=rf"'cuda' \(named by .* COURSE_DEVICE\) is there.*{NO_KERNEL}"):
        pick_device()
    assert pick_device("xpu:1").index == 1
    assert capsys.readouterr().out == ""  # the error says it all


def test_the_one_card_that_was_named_is_the_one_that_is_tried(machine):
    machine("cuda", count=2, broken=("cuda", "cuda:0"))
    assert pick_device("cuda:1").index == 1


def test_the_report_names_only_what_computes(machine):
    machine("cuda", broken=("cuda",))
    report = report_as_dict()
    assert report["available"].strip() == "cpu"
    assert report["device"].strip().startswith("cpu (")


def test_without_an_accelerator_nothing_is_tried(machine, monkeypatch, capsys):
    def computed(_):
        raise AssertionError("a trial costs time")

    machine()
    monkeypatch.setattr(device, "_compute", computed)
    assert pick_device().type == pick_device("cpu").type == "cpu"
    assert capsys.readouterr().out == ""


@pytest.mark.skipif(
    torch.xpu.is_available() or torch.cuda.is_available(),
    reason="this machine has what the test takes for absent, or a card that is chosen first",
)
def test_torchs_own_answer_is_understood(monkeypatch, capsys):
    monkeypatch.delenv("COURSE_DEVICE", raising=False)
    forget()
    monkeypatch.setattr(torch.xpu, "is_available", lambda: True)
    chosen = pick_device()
    assert chosen.type != "xpu" and torch.ones(2, device=chosen).sum() == 2
    assert "'xpu', and it does not work (" in capsys.readouterr().out
    forget()


def test_the_trial_is_passed_by_what_computes_and_noticed_by_what_does_not(monkeypatch):
    device._compute(torch.device("cpu"))
    monkeypatch.setattr(torch.Tensor, "__matmul__", lambda x, y: x * 0)
    with pytest.raises(RuntimeError, match=r"computes 4\.0 where 12 is right"):
        device._compute(torch.device("cpu"))


def test_the_cpu_computes(machine):
    machine()
    x = torch.arange(3.0, device=pick_device())
    assert x.sum().item() == 3.0


def report_as_dict() -> dict[str, str]:
    return dict(line.split("  ", 1) for line in device_report().splitlines())


def test_the_report_names_what_a_helper_would_ask(machine):
    machine()
    report = {key: value.strip() for key, value in report_as_dict().items()}
    assert report["Python"].startswith(".".join(map(str, sys.version_info[:3])))
    assert report["torch"] == torch.__version__
    assert report["device"].startswith("cpu (")
    assert "GiB" in report["memory"]
    assert int(report["threads"]) == torch.get_num_threads()


@pytest.mark.parametrize(
    ("kind", "expected"), [("linux", "Linux 9.9"), ("darwin", "macOS 15.1"), ("win32", "Windows 11")]
)
def test_the_report_names_the_system_as_its_users_know_it(machine, monkeypatch, kind, expected):
    def no_such_file() -> dict[str, str]:
        raise OSError("no os-release")

    machine()
    monkeypatch.setattr(sys, "platform", kind)
    monkeypatch.setattr("platform.freedesktop_os_release", no_such_file)
    monkeypatch.setattr("platform.mac_ver", lambda: ("15.1", ("", "", ""), "arm64"))
    monkeypatch.setattr("platform.system", lambda: "Windows")
    monkeypatch.setattr("platform.release", lambda: "11" if kind == "win32" else "9.9")
    assert report_as_dict()["system"].strip().startswith(expected)


@pytest.mark.parametrize(("kind", "shown"), [("cuda", "Card X"), ("xpu", "Card Y"), ("mps", "Apple GPU")])
def test_the_report_names_the_accelerator(machine, monkeypatch, kind, shown):
    machine(kind)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda index: "Card X")
    monkeypatch.setattr(torch.xpu, "get_device_name", lambda index: "Card Y")
    properties = type("Properties", (), {"total_memory": 8 * 2**30})
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda index: properties)
    report = {key: value.strip() for key, value in report_as_dict().items()}
    assert report["device"] == f"{kind} ({shown})"
    assert report.get("GPU memory") == ("8.0 GiB" if kind == "cuda" else None)


def draw() -> tuple:
    return random.random(), np.random.rand(), torch.rand(1).item()


def test_the_same_seed_draws_the_same():
    first_generator = seed_everything(3)
    first = draw(), torch.rand(2, generator=first_generator)
    second_generator = seed_everything(3)
    second = draw(), torch.rand(2, generator=second_generator)
    assert first[0] == second[0]
    torch.testing.assert_close(first[1], second[1], rtol=0, atol=0)
    seed_everything(4)
    assert all(a != b for a, b in zip(first[0], draw(), strict=True))


def test_the_returned_generator_is_apart_from_the_global_one():
    generator = seed_everything(0)
    torch.rand(5, generator=generator)
    after = torch.rand(1)
    seed_everything(0)
    torch.testing.assert_close(after, torch.rand(1), rtol=0, atol=0)


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, "7", True, None])
def test_a_bad_seed_is_refused(seed):
    with pytest.raises(ValueError, match="whole number from 0"):
        seed_everything(seed)


@pytest.mark.parametrize("seed", [0, 2**32 - 1])
def test_the_first_and_the_last_seed_are_taken(seed):
    generator = seed_everything(seed)
    assert generator.initial_seed() == torch.initial_seed() == seed
