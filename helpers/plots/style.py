"""How figures of the course look: colours, type, and the signs that stand beside colours.

Importing this module sets matplotlib's defaults, so that a figure made with plain pyplot looks like every
other one: the eight colours of Okabe and Ito (https://jfly.uni-koeln.de/color/), which stay apart for
colour-blind readers, and type that can be read at 80 dots per inch.
"""

from collections.abc import Collection

import matplotlib as mpl
from cycler import cycler
from matplotlib.font_manager import fontManager

DPI = 80

# Okabe–Ito, ordered so that the first few lines of a plot differ in lightness as well as in hue.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442")
RIGHT, WRONG = "#005A8C", "#B84700"  # the blue and the vermilion, darkened until small type reads on white

MARKERS = "osD^vP*X"  # with LINES, the second sign beside colour
LINES = ("-", "--", "-.", ":")

STYLE = {
    "axes.axisbelow": True,
    "axes.grid": False,
    "axes.labelsize": 11,
    "axes.prop_cycle": cycler(color=COLOURS),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 12,
    "figure.constrained_layout.use": True,
    "figure.dpi": DPI,
    "figure.figsize": (6.4, 4.0),
    "figure.titlesize": 13,
    "font.size": 11,
    "grid.alpha": 0.3,
    "image.cmap": "viridis",
    "legend.fontsize": 10,
    "legend.frameon": False,
    "lines.linewidth": 2.0,
    "savefig.dpi": DPI,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
}

# Families with Chinese characters, as systems bring them: Windows, macOS, then Linux. Of a collection such as
# Noto's, matplotlib may know the first language only; all of them hold the common characters.
CHINESE = (
    *("Microsoft YaHei", "SimHei", "SimSun", "Microsoft JhengHei"),
    *("PingFang SC", "Hiragino Sans GB", "Heiti SC", "Heiti TC", "STHeiti", "Songti SC", "Arial Unicode MS"),
    *("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "Noto Sans CJK JP"),
    *("WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Droid Sans Fallback", "AR PL UMing CN"),
)


def families(installed: Collection[str]) -> list[str]:
    """Where matplotlib looks for a character: first as always, then in the Chinese families that are there.

    A family that is not there is left out, for each would be warned of in every figure.
    """
    return ["sans-serif", *(name for name in CHINESE if name in installed)]


mpl.rcParams.update(STYLE)
mpl.rcParams["font.family"] = families({font.name for font in fontManager.ttflist})
