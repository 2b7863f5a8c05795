"""What an evaluation's report says, in its order, as text in tables: the terminal and Markdown only lay it out."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.evaluation.metrics import METRIC_NAMES, Rates
from pipeline.evaluation.results import Band, Evaluation, Group, TaggerResult

NOTHING = "–"
"""What stands where there was nothing to measure."""

_MEASURES = {
    "core_precision": "core precision",
    "core_recall": "core recall",
    "core_f1": "core F1",
    "filler_precision": "filler precision",
    "filler_recall": "filler recall",
    "filler_f1": "filler F1",
    "macro_f1": "macro F1",
    "balanced_accuracy": "balanced accuracy",
    "core_average_precision": "core average precision",
    "filler_average_precision": "filler average precision",
    "brier": "Brier score (0 is best)",
}
_SUMMARY = ("of 100 words of story kept", "of 100 words of filler removed", "core F1, words", "macro F1, paragraphs")


@dataclass(frozen=True, slots=True)
class Table:
    """One table; its first column names the rows, the others hold numbers.

    Attributes
    ----------
    spare
        The column that a narrow screen may leave out, if any.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    spare: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """A report from top to bottom: the answer in one sentence, what it rests on, the tables."""

    headline: str
    basis: str
    tables: tuple[Table, ...]


def evaluation_content(evaluation: Evaluation, *, sites: int) -> Content:
    """Put an evaluation into sentences and tables.

    Parameters
    ----------
    evaluation
        What was measured.
    sites
        How many sites are shown, the worst; how many more there are is said.

    Examples
    --------
    >>> import pandas as pd
    >>> from pipeline.evaluation.evaluation import evaluate_frame
    >>> frame = pd.DataFrame({
    ...     "article_id": ["a", "a", "b", "b"], "text": ["It rained.", "Share", "It snowed.", "Next"],
    ...     "label": ["core", "filler"] * 2, "score": [0.9, 0.2, 0.8, 0.6]})
    >>> evaluation_content(evaluate_frame(frame, resamples=0), sites=5).headline
    'Of 100 words of story, 100.0 survive; of 100 words of filler, 50.0 are removed.'
    """
    taggers = (evaluation.tagger, *evaluation.baselines)
    tables = [
        _against_baselines(taggers),
        _leads(evaluation),
        _all_measures("All measures, each paragraph counting once", taggers, words=False),
        _all_measures("All measures, each word counting once", taggers, words=True),
    ]
    for title, groups in (("By source", evaluation.sources), ("By view", evaluation.views)):
        if groups:
            tables.append(_by_group(f"{title}, worst first", groups))
    if evaluation.sites:
        more = len(evaluation.sites) - sites
        note = "No intervals: most sites have too few articles."
        note += f" {_count(more)} more sites, all better in core F1, are in metrics.json." if more > 0 else ""
        tables.append(_by_group("By site, worst first (core F1 in words)", evaluation.sites[:sites], note=note))
    tables += [_confusions(evaluation), _calibration(evaluation)]
    return Content(_headline(evaluation), _basis(evaluation), tuple(tables))


def _headline(evaluation: Evaluation) -> str:
    words = evaluation.tagger.words
    story, filler = _per_hundred(words, "core_recall"), _per_hundred(words, "filler_recall")
    kept = f"Of 100 words of story, {story} survive" if story != NOTHING else "There is no story to keep"
    removed = f"of 100 words of filler, {filler} are removed" if filler != NOTHING else "there is no filler to remove"
    return f"{kept}; {removed}."


def _basis(evaluation: Evaluation) -> str:
    counts, settings = evaluation.counts, evaluation.settings
    line = f"Measured on {_count(counts.paragraphs)} paragraphs ({_count(counts.words)} words) of "
    line += f"{_count(counts.articles)} articles"
    if counts.inputs != counts.articles:
        line += f" in {_count(counts.inputs)} views"
    if counts.sites:
        line += f" from {_count(counts.sites)} sites"
    line += f"; {_count(counts.unlabelled)} paragraphs without a label are left out."
    if settings.threshold is not None:
        line += f" Core from a score of {settings.threshold:g}."
    if settings.resamples:
        line += f" In brackets: {100 * settings.level:g}% intervals by bootstrap over articles "
        line += f"({_count(settings.resamples)} resamples, seed {settings.seed})."
    return line


def _against_baselines(taggers: Sequence[TaggerResult]) -> Table:
    rows = []
    for result in taggers:
        story, filler = _per_hundred(result.words, "core_recall"), _per_hundred(result.words, "filler_recall")
        core_f1, macro_f1 = _number(result.words, "core_f1"), _number(result.paragraphs, "macro_f1")
        rows.append((result.name, story, filler, core_f1, macro_f1))
    described = "; ".join(f"{result.name}: {result.description}" for result in taggers[1:])
    return Table("Against the baselines", ("", *_SUMMARY), tuple(rows), f"{described[:1].upper()}{described[1:]}.")


def _leads(evaluation: Evaluation) -> Table:
    rows = []
    for result in evaluation.baselines:
        paragraphs, words = result.lead_paragraphs, result.lead_words
        if paragraphs is not None and words is not None:
            story, filler = _lead(words, "core_recall", scale=100), _lead(words, "filler_recall", scale=100)
            rows.append((result.name, story, filler, _lead(words, "core_f1"), _lead(paragraphs, "macro_f1")))
    note = "Differences on the same articles, paired: an interval without 0 is a difference."
    return Table(f"Lead of {evaluation.tagger.name} over each", ("", *_SUMMARY), tuple(rows), note)


def _all_measures(title: str, taggers: Sequence[TaggerResult], *, words: bool) -> Table:
    bands = [result.words if words else result.paragraphs for result in taggers]
    rows = tuple((_MEASURES[name], *(_number(band, name) for band in bands)) for name in METRIC_NAMES)
    return Table(title, ("", *(result.name for result in taggers)), rows)


def _by_group(title: str, groups: Sequence[Group], *, note: str = "") -> Table:
    rows = []
    for group in groups:
        sizes = (group.articles, group.paragraphs.confusion.total, group.words.confusion.total)
        story, filler = group.words.value.core_recall, group.words.value.filler_recall
        rows.append(
            (
                group.name,
                *(_count(size) for size in sizes),
                _rounded(100 * story, digits=1),
                _rounded(100 * filler, digits=1),
                _rounded(group.paragraphs.value.macro_f1),
                _number(group.words, "core_f1"),
            )
        )
    columns = (
        "",
        "articles",
        "paragraphs",
        "words",
        "story kept, %",
        "filler removed, %",
        "macro F1",
        "core F1, words",
    )
    return Table(title, columns, tuple(rows), note, spare="words")


def _confusions(evaluation: Evaluation) -> Table:
    columns = ("", "paragraphs tagged core", "tagged filler", "words tagged core", "tagged filler")
    found = (evaluation.tagger.paragraphs.confusion, evaluation.tagger.words.confusion)
    core = [cell for cells in found for cell in _row(cells.core_kept, cells.core_lost)]
    filler = [cell for cells in found for cell in _row(cells.filler_kept, cells.filler_removed)]
    return Table("What became of core and filler", columns, (("labelled core", *core), ("labelled filler", *filler)))


def _row(*cells: float) -> list[str]:
    total = sum(cells)
    return [f"{_count(cell)} ({100 * cell / total:.1f}%)" if total else _count(cell) for cell in cells]


def _calibration(evaluation: Evaluation) -> Table:
    found = evaluation.calibration
    rows = tuple(
        (f"{step.low:.1f} to {step.high:.1f}", _count(step.count), _rounded(step.mean_score), _rounded(step.share_core))
        for step in found.bins
    )
    note = f"Expected calibration error: {_rounded(found.expected_error)}."
    return Table("Can the scores be trusted", ("score", "paragraphs", "mean score", "share core"), rows, note)


def _number(band: Band[Rates], name: str) -> str:
    value, low, high = (getattr(rates, name) for rates in (band.value, band.low, band.high))
    return _with_ends(_rounded(value), _rounded(low), _rounded(high))


def _per_hundred(band: Band[Rates], name: str) -> str:
    ends = (_rounded(100 * getattr(rates, name), digits=1) for rates in (band.value, band.low, band.high))
    return _with_ends(*ends)


def _lead(band: Band[Rates], name: str, *, scale: int = 1) -> str:
    numbers = [scale * getattr(rates, name) for rates in (band.value, band.low, band.high)]
    digits = 1 if scale == 100 else 3
    # A sign before zero would claim a difference.
    value, low, high = (_rounded(number, digits=digits, signed=round(number, digits) != 0) for number in numbers)
    return _with_ends(value, low, high, dash="…")  # a dash between signs reads like one


def _with_ends(value: str, low: str, high: str, *, dash: str = "–") -> str:
    # An interval that is one point tells nothing: it is what it must be, such as the recall of who keeps everything.
    return value if NOTHING in (value, low, high) or low == high else f"{value} ({low}{dash}{high})"


def _rounded(number: float, *, digits: int = 3, signed: bool = False) -> str:
    if math.isnan(number):
        return NOTHING
    number = round(number, digits) or 0.0  # not "-0.000"
    return f"{number:+.{digits}f}" if signed else f"{number:.{digits}f}"


def _count(number: float) -> str:
    return f"{round(number):,}"
