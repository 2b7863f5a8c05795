"""The measurements as Markdown tables."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from corestory.rendering import markdown_table

from .contest import Measured
from .processes import Grown, Ran
from .works import OURS, STAGE_1

# The ratio that each comparison should reach.
STAGE_1_TARGET, TEXT_TARGET, SHARED_TARGET = 6.0, 20.0, 1.9
HTML_TARGETS = {"trafilatura": 5.0, "justext": 4.0, "resiliparse": 0.45}
# The greatest ratio of the time of one article to the time of the imports.
ARTICLE_TARGET = 2.0


@dataclass(frozen=True, slots=True)
class Speed:
    """All measurements.

    Attributes
    ----------
    basis
        A line about pages, machine, date and versions.
    stage1, text, page
        The contests.
    text_steps, html_steps
        Our own work on text and on HTML up to each step, and all of it.
    off
        The largest difference between our stage 1 and scikit-learn's, in log-odds.
    imports, article
        The imports alone, and the process that tags one article.
    grown
        Tables of growing size.
    one, two
        A folder with one process and with two.
    """

    basis: str
    stage1: Measured
    off: float
    text: Measured
    page: Measured
    text_steps: Measured
    html_steps: Measured
    imports: Ran
    article: Ran
    grown: tuple[Grown, ...]
    one: Ran
    two: Ran


def speed_markdown(speed: Speed) -> str:
    """Return the tables."""
    return (
        "\n\n".join(
            [
                "# Speed",
                speed.basis,
                _ratios(speed),
                _steps("HTML in, labels out, up to", speed.html_steps),
                _steps("plain text in, labels out, up to", speed.text_steps),
                _process(speed),
                _growth(speed),
                _shared(speed),
            ]
        )
        + "\n"
    )


def _ratios(speed: Speed) -> str:
    rows = [_ratio("stage 1", speed.stage1, STAGE_1, STAGE_1_TARGET)]
    rows += [
        _ratio("plain text in, labels out", speed.text, name, TEXT_TARGET)
        for name in speed.text.seconds
        if name != OURS
    ]
    rows += [
        _ratio("HTML in, labels out", speed.page, name, HTML_TARGETS[name])
        for name in speed.page.seconds
        if name != OURS
    ]
    columns = ("work", "against", "corestory, pages a second", "theirs", "ratio", "at least")
    note = f"Stage 1 differs from scikit-learn's by at most {speed.off:.0e} in log-odds."
    return f"{markdown_table(columns, rows)}\n\n{note}"


def _ratio(work: str, measured: Measured, other: str, target: float) -> tuple[str, ...]:
    ratio = measured.ratio(OURS, other)
    return (
        work, other, f"{measured.rate(OURS):,.0f}", f"{measured.rate(other):,.0f}", f"{ratio:,.2f} ×",
        f"{target:g} ×",
    )  # fmt: skip


def _steps(work: str, measured: Measured) -> str:
    whole = measured.seconds[OURS]
    before = [0.0, *measured.seconds.values()]
    rows = [
        (name, f"{1000 * up_to / measured.pages:.2f}", f"{(up_to - earlier) / whole:.0%}")
        for name, (earlier, up_to) in zip(measured.seconds, pairwise(before), strict=True)
    ]
    return markdown_table((work, "ms a page", "share of the step"), rows)


def _process(speed: Speed) -> str:
    rows = [
        (name, f"{ran.processor:.2f}", f"{ran.processor / speed.imports.processor:.2f} ×", f"{ran.memory:,.0f}")
        for name, ran in (
            ("python -c 'import numpy, typer'", speed.imports),
            ("corestory predict article.txt", speed.article),
        )
    ]
    columns = ("one article, the whole process", "seconds of the processor", "ratio", "peak MB")
    return f"{markdown_table(columns, rows)}\n\nThe ratio is to be at most {ARTICLE_TARGET:g} ×."


def _growth(speed: Speed) -> str:
    rows = [
        (
            f"{grown.paragraphs:,}",
            f"{grown.ran.processor:.1f}",
            f"{grown.paragraphs / grown.ran.processor:,.0f}",
            f"{grown.ran.memory:,.0f}",
        )
        for grown in speed.grown
    ]
    return markdown_table(
        ("paragraphs of JSON Lines", "seconds of the processor", "paragraphs a second", "peak MB"), rows
    )


def _shared(speed: Speed) -> str:
    rows = [
        (f"{jobs}", f"{ran.seconds:.1f}", f"{speed.one.seconds / ran.seconds:.2f} ×", f"{ran.processor:.1f}")
        for jobs, ran in ((1, speed.one), (2, speed.two))
    ]
    columns = ("a folder of 8 files, --jobs", "seconds by the clock", "ratio", "seconds of the processor")
    return f"{markdown_table(columns, rows)}\n\nThe ratio is to be at least {SHARED_TARGET:g} ×."
