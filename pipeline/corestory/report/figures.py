"""The figures of a report as SVG, in the colours of the page and without a fixed size.

The number of points does not grow with the data. Lines and marks differ in form as well as in colour.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from corestory.evaluation.findings import Findings, PrecisionRecall
from corestory.evaluation.results import Group, TaggerResult
from corestory.evaluation.thresholds import Tradeoff
from corestory.report.sections import Figure as FigurePart
from corestory.report.tables import importance_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


# Each of these colours represents one CSS variable of the page, and no figure uses it for anything else.
INK, MUTED, LINE, CORE, FILLER, PAPER = "#010101", "#020202", "#030303", "#040404", "#050505", "#060606"
_VARIABLES = {INK: "ink", MUTED: "muted", LINE: "line", CORE: "core", FILLER: "filler", PAPER: "paper"}

_PROLOGUE = re.compile(r"\A.*?(?=<svg)", re.DOTALL)
_METADATA = re.compile(r"<metadata>.*?</metadata>\s*", re.DOTALL)
_ID = re.compile(r'(\bid="|href="#|url\(#)')
_SIZE = re.compile(r' (?:width|height)="[^"]*"')
# Some versions of matplotlib write the font family alone, others together with the size.
_FAMILY = re.compile(r"(font: [^;\"]*?px |font-family: )[^;\"]*")


@contextmanager
def themed() -> Iterator[None]:
    """Draw in the page's colours inside a ``with`` block."""
    from matplotlib import style

    settings = {
        "svg.fonttype": "none",  # text stays text, so files are small and screen readers can read it
        "svg.hashsalt": "corestory",  # equal figures give equal files
        "text.parse_math": False,  # a dollar sign in a name is not mathematics
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
    """Make a figure as wide as a phone, without matplotlib's global state, with axes of the relative heights `rows`."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.6, height), layout="constrained")
    axes = figure.subplots(len(rows), 1, sharex=True, squeeze=False, height_ratios=rows)
    return figure, list(axes[:, 0])


def inline_svg(figure: Figure, *, key: str, alt: str) -> str:
    """Return a figure as inline SVG.

    Parameters
    ----------
    figure
        A figure that was drawn under `themed`.
    key
        The prefix of all its ids, which must differ from the ids of the page's other figures.
    alt
        A description for readers who do not see the figure.

    Returns
    -------
    str
        An ``svg`` element without a fixed size; it loads nothing.
    """
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None})
    svg = _METADATA.sub("", _PROLOGUE.sub("", buffer.getvalue()))
    svg = _ID.sub(rf"\g<1>{key}-", svg)
    svg = _SIZE.sub("", svg, count=2)  # width and height of the root, which comes first
    svg = _FAMILY.sub(r"\1var(--type)", svg)
    for colour, name in _VARIABLES.items():
        svg = svg.replace(colour, f"var(--{name})")
    return svg.replace("<svg ", f'<svg role="img" aria-label="{escape(alt)}" ', 1)


NAMED = (0.1, 0.3, 0.5, 0.7, 0.9)
"""The thresholds that are marked on the curve."""
LONGEST_NAME = 36


def draw(part: FigurePart, findings: Findings) -> str:
    """Draw a figure of the report.

    Parameters
    ----------
    part
        The figure; its `key` is one of `DRAWERS`.
    findings
        The findings.

    Returns
    -------
    str
        An ``svg`` element; empty if there is nothing to draw.
    """
    with themed():
        figure = DRAWERS[part.key](findings)
        return "" if figure is None else inline_svg(figure, key=part.key, alt=f"{part.title}. {part.caption}")


def _tradeoff(findings: Findings) -> Figure | None:
    evaluation = findings.evaluation
    cells = evaluation.tagger.words.confusion
    if not (cells.core_kept + cells.core_lost) or not (cells.filler_kept + cells.filler_removed):
        return None
    figure, (axes,) = drawing(height=3.6)
    if findings.stage1_tradeoff is not None:
        _curve(axes, findings.stage1_tradeoff, color=MUTED, linestyle="--", label="words alone")
    _curve(axes, findings.tradeoff, color=CORE, label=_elided(evaluation.tagger.name))
    here = [_point(evaluation.tagger)]
    axes.plot(*here[0], "*", color=FILLER, markersize=13, markeredgecolor=INK, label="present decisions", zorder=5)
    for rival in evaluation.rivals:
        here.append(_point(rival))
        axes.plot(*here[-1], "D", color=INK, markersize=6, markerfacecolor="none", label=_elided(rival.name))
    for baseline in evaluation.baselines:
        if baseline.key == "length_rule":
            here.append(_point(baseline))
            axes.plot(*here[-1], "s", color=MUTED, markersize=6, label=baseline.name)
    # Models differ only near the corner. The baseline "everything core" is not drawn, because it would need the whole
    # width.
    left, bottom = _floor(x for x, _ in here), _floor(y for _, y in here)
    shown = [here[0]]
    for threshold in NAMED:
        index = int(np.searchsorted(findings.tradeoff.thresholds, threshold))
        point = (100 * findings.tradeoff.filler_removed[index], 100 * findings.tradeoff.core_kept[index])
        axes.plot(*point, "o", color=CORE, markersize=4)
        # Leave out names that would be outside of the axes or cover another name.
        inside = point[0] > left + 0.1 * (100 - left) and point[1] > bottom + 0.05 * (100 - bottom)
        if inside and all(abs(point[0] - other[0]) + abs(point[1] - other[1]) > 3 for other in shown):
            axes.annotate(f"{threshold:g}", point, xytext=(-4, -10), textcoords="offset points", ha="right", fontsize=9)
            shown.append(point)
    axes.set(xlabel="filler removed, of 100 words", ylabel="story kept, of 100 words")
    axes.set(xlim=(left, 101.5), ylim=(bottom, 101.5))
    axes.legend(loc="lower left", fontsize=9)
    return figure


def _second_look(findings: Findings) -> Figure | None:
    found = findings.in_story
    if found is None or not found.curves:
        return None
    figure, (axes,) = drawing(height=3.6)
    measured = {group.name: group.paragraphs.value for group in found.groups}
    for curve, color, mark in zip(found.curves, (FILLER, CORE), ("o", "s"), strict=False):
        lost, removed = 100 * np.array(curve.story_lost), 100 * np.array(curve.filler_removed)
        axes.plot(lost, removed, color=color, linewidth=1.6, label=f"{curve.form}, by the second look's cutoff")
        now = measured[curve.form]
        point = (100 * (1 - now.core_recall), 100 * now.filler_recall)
        axes.plot(*point, mark, color=color, markeredgecolor=INK, markersize=8, label=f"{curve.form}, now")
    axes.set(xlabel="short story lines lost, of 100", ylabel="filler lines removed, of 100")
    axes.set(xlim=(-0.5, 30), ylim=(-1.5, 101.5))
    axes.legend(loc="lower right", fontsize=9)
    return figure


def _curve(axes: Axes, found: Tradeoff, *, color: str, label: str, linestyle: str = "-") -> None:
    removed, kept = 100 * np.array(found.filler_removed), 100 * np.array(found.core_kept)
    axes.plot(removed, kept, color=color, label=label, linestyle=linestyle, linewidth=1.6)


def _elided(name: str) -> str:
    # A long path in the legend would leave no space for the axes.
    half = LONGEST_NAME // 2
    return name if len(name) <= LONGEST_NAME else f"{name[: half - 1]}…{name[-half:]}"


def _floor(values: Iterable[float]) -> float:
    return max(-1.5, 10 * (min(80.0, *values) // 10 - 1))


def _point(result: TaggerResult) -> tuple[float, float]:
    return 100 * result.words.value.filler_recall, 100 * result.words.value.core_recall


def _dots(groups: Sequence[Group]) -> Figure:
    figure, (axes,) = drawing(height=0.9 + 0.42 * len(groups))
    heights = np.arange(len(groups))
    drawn = (("core_recall", "story kept", CORE, "o", -0.12), ("filler_recall", "filler removed", FILLER, "^", 0.12))
    for name, label, color, mark, shift in drawn:
        bands = [(group.words.value, group.words.low, group.words.high) for group in groups]
        value, low, high = 100 * np.array([[getattr(rates, name) for rates in band] for band in bands]).T
        axes.hlines(heights + shift, low, high, color=color, linewidth=1.6, alpha=0.6)
        axes.plot(value, heights + shift, mark, color=color, markersize=6, label=label, linestyle="none")
    axes.set_yticks(heights, [group.name for group in groups])
    axes.set(xlim=(-2, 102), xlabel="of 100 words")
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    figure.legend(loc="outside upper center", ncols=2, fontsize=9)
    return figure


def _histogram(findings: Findings) -> Figure:
    found = findings.histogram
    figure, (axes,) = drawing(height=2.9)
    axes.stairs(found.core, found.edges, fill=True, color=CORE, alpha=0.35)
    axes.stairs(found.core, found.edges, color=CORE, linewidth=1.6, label="labelled core")
    axes.stairs(
        found.filler, found.edges, color=FILLER, linewidth=1.4, hatch="////", fill=False, label="labelled filler"
    )
    axes.set(xlim=(0, 1), xlabel="score", ylabel="paragraphs")
    _logarithmic(axes)
    figure.legend(loc="outside upper center", ncols=2, fontsize=9)
    return figure


def _logarithmic(axes: Axes) -> None:
    from matplotlib.ticker import NullLocator

    axes.set_yscale("log")
    axes.set_ylim(bottom=0.7)  # so that a single paragraph is visible
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.yaxis.set_minor_locator(NullLocator())


def _calibration(findings: Findings) -> Figure:
    bins = [step for step in findings.evaluation.calibration.bins if step.count]
    figure, (above, below) = drawing(height=4.0, rows=(3, 1))
    means, shares = np.array([step.mean_score for step in bins]), np.array([step.share_core for step in bins])
    above.plot(means, shares, "o-", color=CORE, label="this model")
    above.plot([0, 1], [0, 1], color=MUTED, linestyle=":", label="ideal")
    above.set(xlabel="", ylabel="share of core", xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    above.legend(loc="upper left", fontsize=9)
    lefts, counts = [step.low for step in bins], [step.count for step in bins]
    below.bar(lefts, counts, width=0.1, align="edge", color=CORE, alpha=0.5, edgecolor=PAPER)
    below.set(xlabel="score", ylabel="paragraphs")
    _logarithmic(below)
    return figure


def _precision_recall(findings: Findings) -> Figure:
    figure, (axes,) = drawing()
    value = findings.evaluation.tagger.paragraphs.value
    drawn: tuple[tuple[str, PrecisionRecall | None, float, str, str], ...] = (
        ("core", findings.core_curve, value.core_average_precision, CORE, "-"),
        ("filler", findings.filler_curve, value.filler_average_precision, FILLER, "--"),
    )
    for name, curve, average, color, line in drawn:
        if curve is not None:
            axes.plot(curve.recall, curve.precision, line, drawstyle="steps-post", color=color, linewidth=1.6,
                      label=f"{name}, average {average:.3f}")  # fmt: skip
    axes.set(xlabel="recall", ylabel="precision", xlim=(-0.02, 1.02), ylim=(-0.01, 1.02))
    axes.legend(loc="lower left", fontsize=9)
    return figure


def _confusion(findings: Findings) -> Figure:
    from matplotlib.patches import Rectangle

    tagger = findings.evaluation.tagger
    figure, (axes,) = drawing(height=2.6)
    axes.remove()
    for number, (unit, cells) in enumerate(
        (("paragraphs", tagger.paragraphs.confusion), ("words", tagger.words.confusion))
    ):
        part = figure.add_subplot(1, 2, number + 1)
        grid = ((cells.core_kept, cells.core_lost, CORE), (cells.filler_removed, cells.filler_kept, FILLER))
        for row, (right, wrong, color) in enumerate(grid):
            for column, count in enumerate((right, wrong) if row == 0 else (wrong, right)):
                share = count / (right + wrong) if right + wrong else 0.0
                part.add_patch(Rectangle((column, row), 1, 1, facecolor=color, alpha=0.08 + 0.4 * share))
                part.text(column + 0.5, row + 0.45, f"{round(count):,}", ha="center", va="center", weight="bold")
                part.text(column + 0.5, row + 0.72, f"{share:.1%}", ha="center", va="center", fontsize=9)
        part.set(xlim=(0, 2), ylim=(2, 0), title=unit)
        part.set_xticks([0.5, 1.5], ["tagged core", "tagged filler"], fontsize=7)
        part.set_yticks([0.5, 1.5], ["core", "filler"] if number == 0 else ["", ""], rotation=90, va="center")
        part.tick_params(length=0)
        part.grid(visible=False)
        part.spines[:].set_visible(False)
    return figure


def _importance(findings: Findings) -> Figure | None:
    learned = findings.learned
    if learned is None or not learned.importance:
        return None
    names = list(
        dict.fromkeys(effect.group for importance in reversed(learned.importance) for effect in importance.effects)
    )
    figure, (axes,) = drawing(height=0.9 + 0.4 * len(names))
    size = 0.7 / len(learned.importance)
    for number, importance in enumerate(learned.importance):
        heights = [
            names.index(effect.group) + (number - (len(learned.importance) - 1) / 2) * size
            for effect in importance.effects
        ]
        # The hatch has the colour of the bar, so it is visible only on an empty bar.
        color, face, hatch = (FILLER, "none", "////") if importance.html else (CORE, (CORE, 0.35), "")
        losses = [effect.loss for effect in importance.effects]
        axes.barh(heights, losses, size * 0.9, facecolor=face, hatch=hatch, edgecolor=color,
                  label=importance_name(importance))  # fmt: skip
        axes.hlines(
            heights,
            [effect.low for effect in importance.effects],
            [effect.high for effect in importance.effects],
            color=INK,
        )
    axes.axvline(0, color=MUTED, linewidth=0.8)
    axes.set_yticks(range(len(names)), names)
    axes.set_xlabel("loss of macro F1 by shuffling")
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    figure.legend(loc="outside upper center", ncols=2, fontsize=9)
    return figure


DRAWERS: dict[str, Callable[[Findings], Figure | None]] = {
    "tradeoff": _tradeoff,
    "second_look": _second_look,
    "lengths": lambda findings: _dots(findings.lengths),
    "regions": lambda findings: _dots(findings.regions),
    "histogram": _histogram,
    "calibration": _calibration,
    "precision_recall": _precision_recall,
    "confusion": _confusion,
    "importance": _importance,
}
"""The function that draws each figure of the report."""
