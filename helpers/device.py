"""Which processor computes, what this machine is, and how to make chance repeatable."""

import os
import platform
import random
import sys
from functools import cache

import numpy as np
import torch

_ORDER = ("cuda", "mps", "xpu", "cpu")


def _available() -> list[str]:
    """The kinds of device that torch sees here, fastest first; ``cpu`` always stands last."""
    seen = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "xpu": torch.xpu.is_available(),
        "cpu": True,
    }
    return [kind for kind in _ORDER if seen[kind]]


def _count(kind: str) -> int:
    """How many devices of one kind there are."""
    return {"cuda": torch.cuda.device_count, "xpu": torch.xpu.device_count}.get(kind, lambda: 1)()


def pick_device(name: str | None = None) -> torch.device:
    """Return the device to compute on.

    Without a name, the first that works of: CUDA (an NVIDIA or AMD card), MPS (Apple silicon), XPU (Intel),
    CPU. A name such as ``"cpu"`` or ``"cuda:1"`` forces one; so does the variable ``COURSE_DEVICE``. A device
    works when it has computed something: torch may see a card that is too old for it, or full.

    Raises:
        ValueError: the named device is unknown, not here, or does not work; the message lists those that do.
    """
    asked = name or os.environ.get("COURSE_DEVICE")
    if not asked:
        return torch.device(_fastest())
    return _named(asked, "" if name else " (named by the environment variable COURSE_DEVICE)")


def _fastest() -> str:
    """The first kind that works; of those before it, it is said once why they do not."""
    fastest = _working()[0]
    seen = _available()
    for kind in seen[: seen.index(fastest)]:
        _say_once(kind, _trouble(torch.device(kind)), fastest)
    return fastest


def _named(asked: str, source: str) -> torch.device:
    try:
        device = torch.device(asked)
    except RuntimeError:
        raise ValueError(f"There is no device called {asked!r}{source}. {_advice()}") from None
    if device.type not in _available():
        raise ValueError(f"The device {asked!r}{source} does not work here. {_advice()}")
    if device.index is not None and device.index >= _count(device.type):
        raise ValueError(
            f"{asked!r}{source} is number {device.index} counted from 0, "
            f"but there are {_count(device.type)}. {_advice()}"
        )
    if trouble := _trouble(device):
        raise ValueError(f"The device {asked!r}{source} is there and does not work: {trouble}. {_advice()}")
    return device


def _advice() -> str:
    return (
        f"This machine has: {', '.join(_working())}. Use one of these, or give no name to take the fastest."
    )


def _working() -> list[str]:
    """The kinds of device that have computed something here, fastest first."""
    return [kind for kind in _available() if not _trouble(torch.device(kind))]


@cache
def _say_once(kind: str, trouble: str, instead: str) -> None:
    print(
        f"torch sees a device {kind!r}, and it does not work ({trouble}), so {instead} is used. "
        f"To try it again: restart the kernel and run pick_device({kind!r}), or set COURSE_DEVICE={kind}."
    )


@cache
def _trouble(device: torch.device) -> str:
    """What torch says when the device is to compute, in short; empty where it can. The CPU is not asked."""
    if device.type == "cpu":
        return ""
    try:
        _compute(device)
    except (
        RuntimeError,
        AssertionError,
    ) as error:  # AssertionError: a torch that was built without the device
        return (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
    return ""


def _compute(device: torch.device) -> None:
    """Use the device's memory, a kernel of torch's own, one of its library for matrices, and the way back."""
    x = torch.ones(2, 2, device=device)
    answer = (x @ x + x).sum().item()
    if answer != 12:
        raise RuntimeError(f"it computes {answer} where 12 is right")


def _system() -> str:
    """Name and version of the operating system, as its users know it."""
    if sys.platform == "linux":
        try:
            return platform.freedesktop_os_release()["PRETTY_NAME"]
        except OSError:  # a Linux without the file /etc/os-release
            return f"Linux {platform.release()}"
    if sys.platform == "darwin":
        return f"macOS {platform.mac_ver()[0]}"
    return f"{platform.system()} {platform.release()}"


def _device_name(kind: str) -> str:
    if kind == "cuda":
        return torch.cuda.get_device_name(0)
    if kind == "xpu":
        return torch.xpu.get_device_name(0)
    return {"mps": "Apple GPU", "cpu": platform.processor() or platform.machine()}[kind]


def device_report() -> str:
    """Return a table of this machine, one fact a line, to print or to paste when you ask for help.

    Lines: operating system, Python, torch, device, memory (GiB, 1 GiB = 2**30 bytes), cores and threads.
    """
    import psutil

    gib = 2**30
    memory = psutil.virtual_memory()
    kind = pick_device().type
    rows = {
        "system": f"{_system()} ({platform.machine()})",
        "Python": f"{platform.python_version()} ({sys.implementation.name})",
        "torch": torch.__version__,
        "device": f"{kind} ({_device_name(kind)})",
        "available": ", ".join(_working()),
        "memory": f"{memory.total / gib:.1f} GiB, {memory.available / gib:.1f} GiB of it free",
        "cores": str(os.cpu_count()),
        "threads": str(torch.get_num_threads()),
    }
    if kind == "cuda":
        rows["GPU memory"] = f"{torch.cuda.get_device_properties(0).total_memory / gib:.1f} GiB"
    width = max(map(len, rows))
    return "\n".join(f"{key:<{width}}  {value}" for key, value in rows.items())


def seed_everything(seed: int = 0) -> torch.Generator:
    """Seed Python, NumPy and torch on every device, and return a CPU generator seeded the same way.

    Hand the generator on to whatever draws in your code (``torch.rand(3, generator=g)``), so that one part's
    draws do not shift another's.

    Raises:
        ValueError: the seed is not a whole number from 0 to 2**32 - 1, the range that NumPy takes.
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**32:
        raise ValueError(f"A seed is a whole number from 0 to 4294967295, not {seed!r}.")
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)  # seeds CUDA, MPS and XPU as well
    return torch.Generator().manual_seed(seed)
