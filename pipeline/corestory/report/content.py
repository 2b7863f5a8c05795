"""What an evaluation's report says, in its order, as text in tables: the terminal and Markdown only lay it out."""

from collections.abc import Sequence
from dataclasses import dataclass

from corestory.evaluation.metrics import METRIC_NAMES
from corestory.evaluation.results import Evaluation, Group, TaggerResult
from corestory.numbers import NOTHING, counted, percent, rounded
from corestory.report.intervals import difference, per_hundred, with_interval

MEASURES = {
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
SUMMARY = ("of 100 words of story kept", "of 100 words of filler removed", "core F1, words", "macro F1, paragraphs")


@dataclass(frozen=True, slots=True)
class Table:
    """One table; its first column names the rows, the others hold numbers.

    Attributes
    ----------
    spare
        The column that a narrow screen may leave out, if any.
    prose
        The columns, beside the first, that hold text and no numbers.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    spare: str = ""
    prose: tuple[str, ...] = ()


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
    >>> from corestory.evaluation.evaluation import evaluate_frame
    >>> frame = pd.DataFrame({
    ...     "article_id": ["a", "a", "b", "b"], "text": ["It rained.", "Share", "It snowed.", "Next"],
    ...     "label": ["core", "filler"] * 2, "score": [0.9, 0.2, 0.8, 0.6]})
    >>> evaluation_content(evaluate_frame(frame, resamples=0), sites=5).headline
    'Of 100 words of story, 100.0 survive; of 100 words of filler, 50.0 are removed.'
    """
    taggers = (evaluation.tagger, *evaluation.rivals, *evaluation.baselines)
    tables = [
        against_baselines(taggers),
        leads(evaluation),
        all_measures("All measures, each paragraph counting once", taggers, words=False),
        all_measures("All measures, each word counting once", taggers, words=True),
    ]
    tables += groups_tables(evaluation, sites=sites)
    tables += [confusions(evaluation), calibration_table(evaluation)]
    return Content(headline(evaluation), basis(evaluation), tuple(tables))


def headline(evaluation: Evaluation) -> str:
    """Say the answer in one sentence."""
    words = evaluation.tagger.words
    story, filler = per_hundred(words, "core_recall"), per_hundred(words, "filler_recall")
    kept = f"Of 100 words of story, {story} survive" if story != NOTHING else "There is no story to keep"
    removed = f"of 100 words of filler, {filler} are removed" if filler != NOTHING else "there is no filler to remove"
    return f"{kept}; {removed}."


def basis(evaluation: Evaluation) -> str:
    """Say what the answer rests on."""
    counts, settings = evaluation.counts, evaluation.settings
    line = f"Measured on {counted(counts.paragraphs)} paragraphs ({counted(counts.words)} words) of "
    line += f"{counted(counts.articles)} articles"
    if counts.inputs != counts.articles:
        line += f" in {counted(counts.inputs)} views"
    if counts.sites:
        line += f" from {counted(counts.sites)} sites"
    line += f"; {counted(counts.unlabelled)} paragraphs without a label are left out."
    if settings.threshold is not None:
        line += f" Core from a score of {settings.threshold:g}."
    if settings.resamples:
        line += f" In brackets: {100 * settings.level:g}% intervals by bootstrap over articles "
        line += f"({counted(settings.resamples)} resamples, seed {settings.seed})."
    return line


def against_baselines(taggers: Sequence[TaggerResult]) -> Table:
    """Lay the tagger beside what it must beat; the first of `taggers` is the one evaluated."""
    rows = []
    for result in taggers:
        story, filler = per_hundred(result.words, "core_recall"), per_hundred(result.words, "filler_recall")
        core_f1, macro_f1 = with_interval(result.words, "core_f1"), with_interval(result.paragraphs, "macro_f1")
        rows.append((result.name, story, filler, core_f1, macro_f1))
    described = "; ".join(f"{result.name}: {result.description}" for result in taggers[1:])
    return Table("Against the baselines", ("", *SUMMARY), tuple(rows), f"{described[:1].upper()}{described[1:]}.")


def leads(evaluation: Evaluation) -> Table:
    """Lay out by how much the tagger leads over each other."""
    rows = []
    for result in (*evaluation.rivals, *evaluation.baselines):
        paragraphs, words = result.lead_paragraphs, result.lead_words
        if paragraphs is not None and words is not None:
            story, filler = difference(words, "core_recall", scale=100), difference(words, "filler_recall", scale=100)
            rows.append((result.name, story, filler, difference(words, "core_f1"), difference(paragraphs, "macro_f1")))
    note = "Differences on the same articles, paired: an interval without 0 is a difference."
    return Table(f"Lead of {evaluation.tagger.name} over each", ("", *SUMMARY), tuple(rows), note)


def all_measures(title: str, taggers: Sequence[TaggerResult], *, words: bool) -> Table:
    """Lay out every measure of every tagger, by paragraphs or by words."""
    bands = [result.words if words else result.paragraphs for result in taggers]
    rows = tuple((MEASURES[name], *(with_interval(band, name) for band in bands)) for name in METRIC_NAMES)
    return Table(title, ("", *(result.name for result in taggers)), rows)


def by_group(title: str, groups: Sequence[Group], *, note: str = "") -> Table:
    """Lay out how the tagger does on each group, in the order given."""
    rows = []
    for group in groups:
        sizes = (group.articles, group.paragraphs.confusion.total, group.words.confusion.total)
        story, filler = group.words.value.core_recall, group.words.value.filler_recall
        rows.append(
            (
                group.name,
                *(counted(size) for size in sizes),
                percent(story),
                percent(filler),
                rounded(group.paragraphs.value.macro_f1),
                with_interval(group.words, "core_f1"),
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


def groups_tables(evaluation: Evaluation, *, sites: int) -> list[Table]:
    """Lay out sources, views and the worst sites; no table where there are none."""
    tables = []
    for title, groups in (("By source", evaluation.sources), ("By view", evaluation.views)):
        if groups:
            tables.append(by_group(f"{title}, worst first", groups))
    if evaluation.sites:
        more = len(evaluation.sites) - sites
        note = "No intervals: most sites have too few articles."
        note += f" {counted(more)} more sites, all better in core F1, are in metrics.json." if more > 0 else ""
        tables.append(by_group("By site, worst first (core F1 in words)", evaluation.sites[:sites], note=note))
    return tables


def confusions(evaluation: Evaluation) -> Table:
    """Lay out what became of core and of filler, in paragraphs and in words."""
    columns = ("", "paragraphs tagged core", "tagged filler", "words tagged core", "tagged filler")
    found = (evaluation.tagger.paragraphs.confusion, evaluation.tagger.words.confusion)
    core = [cell for cells in found for cell in _row(cells.core_kept, cells.core_lost)]
    filler = [cell for cells in found for cell in _row(cells.filler_kept, cells.filler_removed)]
    return Table("What became of core and filler", columns, (("labelled core", *core), ("labelled filler", *filler)))


def _row(*cells: float) -> list[str]:
    total = sum(cells)
    return [f"{counted(cell)} ({100 * cell / total:.1f}%)" if total else counted(cell) for cell in cells]


def calibration_table(evaluation: Evaluation, *, title: str = "Can the scores be trusted") -> Table:
    """Lay out the mean score beside the share of core, bin by bin."""
    found = evaluation.calibration
    rows = tuple(
        (f"{step.low:.1f} to {step.high:.1f}", counted(step.count), rounded(step.mean_score), rounded(step.share_core))
        for step in found.bins
    )
    note = f"Expected calibration error: {rounded(found.expected_error)}."
    return Table(title, ("score", "paragraphs", "mean score", "share core"), rows, note)
