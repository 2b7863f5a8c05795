"""What was measured, as Markdown tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .contest import Measured
from .processes import Grown, Ran
from .works import BYTES, CUT, OURS, PARSE, STAGE_1

# By the work and whom it is compared with: what it is to reach, where anything was set.
TARGETS = {"stage 1": 6.0, "text": 30.0, "trafilatura": 10.0, "justext": 8.0, "resiliparse": None}


@dataclass(frozen=True, slots=True)
class Speed:
    """All that was measured.

    Attributes
    ----------
    basis
        A line on pages, machine, date and versions.
    stage1, text, page, limits
        The contests.
    off
        The largest difference between the two stage 1, in log-odds.
    imports, article
        One article's process, and the imports alone.
    grown
        Tables of growing size.
    one, two
        A folder with one process, with two.
    """

    basis: str
    stage1: Measured
    off: float
    text: Measured
    page: Measured
    limits: Measured
    imports: Ran
    article: Ran
    grown: tuple[Grown, ...]
    one: Ran
    two: Ran


def speed_markdown(speed: Speed) -> str:
    """Write the tables."""
    return (
        "\n\n".join(
            ["# Speed", speed.basis, _ratios(speed), _limits(speed), _process(speed), _growth(speed), _shared(speed)]
        )
        + "\n"
    )


def _ratios(speed: Speed) -> str:
    rows = [_ratio("stage 1", speed.stage1, STAGE_1, TARGETS["stage 1"])]
    rows += [
        _ratio("plain text in, labels out", speed.text, name, TARGETS["text"])
        for name in speed.text.seconds
        if name != OURS
    ]
    rows += [
        _ratio("HTML in, labels out", speed.page, name, TARGETS[name]) for name in speed.page.seconds if name != OURS
    ]
    columns = ("work", "against", "corestory, pages a second", "theirs", "ratio", "at least")
    note = f"Stage 1 differs from scikit-learn's by at most {speed.off:.0e} in log-odds."
    return f"{_table(columns, rows)}\n\n{note}"


def _ratio(work: str, measured: Measured, other: str, target: float | None) -> tuple[str, ...]:
    ratio = measured.ratio(OURS, other)
    return (
        work, other, f"{measured.rate(OURS):,.0f}", f"{measured.rate(other):,.0f}", f"{ratio:,.2f} ×",
        "" if target is None else f"{target:g} ×",
    )  # fmt: skip


def _limits(speed: Speed) -> str:
    whole = speed.limits.seconds[OURS]
    rows = [
        (
            name,
            f"{1000 * speed.limits.seconds[name] / speed.limits.pages:.2f}",
            f"{speed.limits.seconds[name] / whole:.0%}",
        )
        for name in (BYTES, PARSE, CUT, OURS)
    ]
    return _table(("of HTML in, labels out", "ms a page", "share"), rows)


def _process(speed: Speed) -> str:
    rows = [
        (name, f"{ran.processor:.2f}", f"{ran.processor / speed.imports.processor:.2f} ×", f"{ran.memory:,.0f}")
        for name, ran in (
            ("python -c 'import numpy, typer'", speed.imports),
            ("corestory predict article.txt", speed.article),
        )
    ]
    return _table(("one article, the whole process", "seconds of the processor", "ratio", "peak MB"), rows)


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
    return _table(("paragraphs of JSON Lines", "seconds of the processor", "paragraphs a second", "peak MB"), rows)


def _shared(speed: Speed) -> str:
    rows = [
        (f"{jobs}", f"{ran.seconds:.1f}", f"{speed.one.seconds / ran.seconds:.2f} ×", f"{ran.processor:.1f}")
        for jobs, ran in ((1, speed.one), (2, speed.two))
    ]
    return _table(("a folder of 8 files, --jobs", "seconds by the clock", "ratio", "seconds of the processor"), rows)


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    marks = ["---", *["---:"] * (len(columns) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in (columns, marks, *rows))
