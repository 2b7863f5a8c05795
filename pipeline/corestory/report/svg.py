"""Figures of matplotlib as SVG in the colours of the page, without a size of their own."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# matplotlib takes colours, the page has CSS variables. Each of these colours stands for one variable, and no figure
# uses it for anything else.
INK, MUTED, LINE, CORE, FILLER, PAPER = "#010101", "#020202", "#030303", "#040404", "#050505", "#060606"
_VARIABLES = {INK: "ink", MUTED: "muted", LINE: "line", CORE: "core", FILLER: "filler", PAPER: "paper"}

_PROLOGUE = re.compile(r"\A.*?(?=<svg)", re.DOTALL)
_METADATA = re.compile(r"<metadata>.*?</metadata>\s*", re.DOTALL)
_ID = re.compile(r'(\bid="|href="#|url\(#)')
_SIZE = re.compile(r'(<svg\b[^>]*?) width="[^"]*"', re.DOTALL)
_HEIGHT = re.compile(r'(<svg\b[^>]*?) height="[^"]*"', re.DOTALL)
# Versions of matplotlib write the type alone or with its size.
_FAMILY = re.compile(r"(font: [^;\"]*?px |font-family: )[^;\"]*")


@contextmanager
def themed() -> Iterator[None]:
    """Draw in the page's colours, inside a ``with``."""
    from matplotlib import style

    settings = {
        "svg.fonttype": "none",  # text stays text: small, and read aloud
        "svg.hashsalt": "corestory",  # equal figures give equal files
        "text.parse_math": False,  # a dollar in a name is a dollar
        "font.size": 10,
        "text.color": INK,
        "axes.labelcolor": INK,
        "axes.edgecolor": MUTED,
        "axes.facecolor": "none",
        "figure.facecolor": "none",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": LINE,
        "grid.linewidth": 0.6,
        "xtick.color": MUTED,
        "ytick.color": MUTED,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "legend.frameon": False,
        "hatch.linewidth": 0.7,
    }
    with style.context(settings):
        yield


def drawing(*, height: float = 3.1, rows: tuple[float, ...] = (1,)) -> tuple[Figure, list[Axes]]:
    """Make a figure as wide as a phone's page, without matplotlib's state; one axes for each of `rows`' heights."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.6, height), layout="constrained")
    axes = figure.subplots(len(rows), 1, sharex=True, squeeze=False, height_ratios=rows)
    return figure, list(axes[:, 0])


def inline_svg(figure: Figure, *, key: str, alt: str) -> str:
    """Write a figure as SVG for the middle of a page.

    Parameters
    ----------
    figure
        Drawn under `themed`.
    key
        Goes before all its ids, which must differ from those of the page's other figures.
    alt
        What it shows, for those who do not see it.

    Returns
    -------
    str
        An ``svg`` element, without a size of its own; it loads nothing.
    """
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None})
    svg = _METADATA.sub("", _PROLOGUE.sub("", buffer.getvalue()))
    svg = _ID.sub(rf"\g<1>{key}-", svg)
    svg = _HEIGHT.sub(r"\1", _SIZE.sub(r"\1", svg, count=1), count=1)
    svg = _FAMILY.sub(r"\1var(--type)", svg)
    for colour, name in _VARIABLES.items():
        svg = svg.replace(colour, f"var(--{name})")
    return svg.replace("<svg ", f'<svg role="img" aria-label="{escape(alt)}" ', 1)
