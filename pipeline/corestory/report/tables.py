"""The tables of a report, with all cells as text; page, Markdown and terminal only lay them out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

from corestory.evaluation.learned import Importance, Ngram
from corestory.evaluation.metrics import METRIC_NAMES, KindResult, Rates
from corestory.evaluation.results import Band, Evaluation, Group, RowCounts, TaggerResult
from corestory.evaluation.rivals import ChangedParagraph, Comparison
from corestory.evaluation.thresholds import ThresholdRow
from corestory.rendering import NOTHING, counted, percent, rounded


@dataclass(frozen=True, slots=True)
class ReportTable:
    """One table; its first column names the rows, the other columns hold numbers.

    Attributes
    ----------
    spare
        The column that a narrow screen may leave out; empty if there is none.
    prose
        The other columns that hold text, not numbers.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    spare: str = ""
    prose: tuple[str, ...] = ()


def with_interval(band: Band[Rates], name: str) -> str:
    """Return a measure and its interval as text."""
    return _ends(*(rounded(getattr(rates, name)) for rates in (band.value, band.low, band.high)))


def per_hundred(band: Band[Rates], name: str) -> str:
    """Return a measure per hundred and its interval as text."""
    return _ends(*(percent(getattr(rates, name)) for rates in (band.value, band.low, band.high)))


def difference(band: Band[Rates], name: str, *, scale: int = 1, reverse: bool = False) -> str:
    """Return a difference and its interval as text, with signs.

    Parameters
    ----------
    band
        The differences.
    name
        The name of the measure.
    scale
        100 to write the difference in percent.
    reverse
        Whether to change the sign.
    """
    factor = -scale if reverse else scale
    value, low, high = (factor * getattr(rates, name) for rates in (band.value, band.low, band.high))
    digits = 1 if scale == 100 else 3
    numbers = (value, high, low) if reverse else (value, low, high)
    # A sign before zero would suggest a difference.
    texts = (rounded(number, digits=digits, signed=round(number, digits) != 0) for number in numbers)
    return _ends(*texts, dash="…")  # a dash between signs looks like a minus sign


def _ends(value: str, low: str, high: str, *, dash: str = "–") -> str:
    # An interval of one point is no information, for example that of a recall of 1 if everything is kept.
    return value if NOTHING in (value, low, high) or low == high else f"{value} ({low}{dash}{high})"


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
SUMMARY = ("story kept, of 100 words", "filler removed, of 100 words", "core F1, words", "macro F1, paragraphs")


_SIGNIFICANT = "A difference is statistically significant if its interval does not contain 0."


def with_baselines(taggers: Sequence[TaggerResult]) -> ReportTable:
    """Make the table that compares the first of `taggers`, the evaluated one, with the others."""
    rows = tuple((result.name, *_summary(result.words, result.paragraphs)) for result in taggers)
    described = "; ".join(f"{result.name}: {result.description}" for result in taggers[1:])
    return ReportTable(
        "Comparison with the baselines", ("", *SUMMARY), rows, f"{described[:1].upper()}{described[1:]}."
    )


def _summary(words: Band[Rates], paragraphs: Band[Rates]) -> tuple[str, str, str, str]:
    story, filler = per_hundred(words, "core_recall"), per_hundred(words, "filler_recall")
    return story, filler, with_interval(words, "core_f1"), with_interval(paragraphs, "macro_f1")


def leads(evaluation: Evaluation) -> ReportTable:
    """Make the table of the tagger's leads over the others."""
    rows = []
    for result in (*evaluation.rivals, *evaluation.baselines):
        paragraphs, words = result.lead_paragraphs, result.lead_words
        if paragraphs is not None and words is not None:
            story, filler = difference(words, "core_recall", scale=100), difference(words, "filler_recall", scale=100)
            rows.append((result.name, story, filler, difference(words, "core_f1"), difference(paragraphs, "macro_f1")))
    note = f"Paired differences on the same articles. {_SIGNIFICANT}"
    return ReportTable(f"Lead of {evaluation.tagger.name} over the others", ("", *SUMMARY), tuple(rows), note)


def all_measures(title: str, taggers: Sequence[TaggerResult], *, words: bool) -> ReportTable:
    """Make the table of all measures of all taggers, in paragraphs or in words."""
    bands = [result.words if words else result.paragraphs for result in taggers]
    rows = tuple((MEASURES[name], *(with_interval(band, name) for band in bands)) for name in METRIC_NAMES)
    return ReportTable(title, ("", *(result.name for result in taggers)), rows)


def by_group(title: str, groups: Sequence[Group], *, note: str = "") -> ReportTable:
    """Make the table of the measures of each group, in the order given."""
    rows = []
    for group in groups:
        counts = (group.articles, group.paragraphs.confusion.total, group.words.confusion.total)
        recalls = (group.words.value.core_recall, group.words.value.filler_recall)
        f1 = (rounded(group.paragraphs.value.macro_f1), with_interval(group.words, "core_f1"))
        rows.append((group.name, *map(counted, counts), *map(percent, recalls), *f1))
    sizes = ("articles", "paragraphs", "words")
    columns = ("", *sizes, "story kept, %", "filler removed, %", "macro F1", "core F1, words")
    return ReportTable(title, columns, tuple(rows), note, spare="words")


def groups_tables(evaluation: Evaluation, *, sites: int) -> list[ReportTable]:
    """Make the tables of sources, views, languages and the worst sites; a single group, which is all rows, has none."""
    tables = []
    by = {"By source": evaluation.sources, "By view": evaluation.views, "By language": evaluation.languages}
    for title, groups in by.items():
        if len(groups) > 1:
            note = _languages_note(evaluation) if title == "By language" else ""
            tables.append(by_group(f"{title}, worst first", groups, note=note))
    if len(evaluation.sites) > 1:
        more = len(evaluation.sites) - sites
        note = "No intervals: most sites have too few articles."
        note += f" {counted(more)} more sites, all better in core F1, are in metrics.json." if more > 0 else ""
        tables.append(by_group("By site, worst first (core F1 in words)", evaluation.sites[:sites], note=note))
    return tables


def _languages_note(evaluation: Evaluation) -> str:
    detected, articles = evaluation.detected_languages, evaluation.counts.articles
    if not detected:
        return "The articles declare their language."
    return f"{counted(detected)} of {counted(articles)} articles declare no language; it was detected in their text."


def confusions(evaluation: Evaluation) -> ReportTable:
    """Make the table of the confusions in paragraphs and in words."""
    columns = ("", "paragraphs tagged core", "tagged filler", "words tagged core", "tagged filler")
    found = (evaluation.tagger.paragraphs.confusion, evaluation.tagger.words.confusion)
    core = [cell for cells in found for cell in _row(cells.core_kept, cells.core_lost)]
    filler = [cell for cells in found for cell in _row(cells.filler_kept, cells.filler_removed)]
    return ReportTable("Labels and decisions", columns, (("labelled core", *core), ("labelled filler", *filler)))


def kinds_table(found: KindResult) -> ReportTable:
    """Make the table of the rates of each kind of filler and each role of core."""
    rows = [
        (rates.name, counted(rates.paragraphs), rounded(rates.precision), rounded(rates.recall), rounded(rates.f1))
        for rates in (*found.kinds, *found.roles)
    ]
    note = f"Macro F1 over the kinds of filler: {rounded(found.macro_f1)}. The model knew which paragraphs are core."
    columns = ("", "paragraphs", "precision", "recall", "F1")
    return ReportTable("Kinds of filler, then roles of core", columns, tuple(rows), note=note)


def kind_confusions(found: KindResult) -> ReportTable:
    """Make the confusion matrix of kinds and roles."""
    names = tuple(rates.name for rates in (*found.kinds, *found.roles))
    rows = tuple((name, *map(counted, row)) for name, row in zip(names, found.matrix, strict=True))
    return ReportTable(
        "Which kind was taken for which", ("", *names), rows, note="Rows are labels, columns are predictions."
    )


def _row(*cells: float) -> list[str]:
    total = sum(cells)
    return [f"{counted(cell)} ({100 * cell / total:.1f}%)" if total else counted(cell) for cell in cells]


def calibration_table(evaluation: Evaluation, *, title: str = "Can the scores be trusted") -> ReportTable:
    """Make the table of the mean score and the share of core in each bin."""
    found = evaluation.calibration
    rows = tuple(
        (f"{step.low:.1f} to {step.high:.1f}", counted(step.count), rounded(step.mean_score), rounded(step.share_core))
        for step in found.bins
    )
    note = f"Expected calibration error: {rounded(found.expected_error)}."
    return ReportTable(title, ("score", "paragraphs", "mean score", "share of core"), rows, note)


def threshold_table(rows: Sequence[ThresholdRow]) -> ReportTable:
    """Make the table of the measures at each threshold."""
    found = tuple((f"{row.threshold:.2f}", *_summary(row.words, row.paragraphs)) for row in rows)
    note = "Choose a threshold on the validation split: one that is chosen on this table is measured too well."
    return ReportTable("Thresholds and their effect", ("threshold", *SUMMARY), found, note)


def in_story_table(groups: Sequence[Group]) -> ReportTable:
    """Make the table of the measures of filler inside stories, counted in paragraphs."""
    rows = []
    for group in groups:
        cells, measures = group.paragraphs.confusion, group.paragraphs
        filler = (counted(cells.filler_kept + cells.filler_removed), per_hundred(measures, "filler_recall"))
        story = (counted(cells.core_kept + cells.core_lost), per_hundred(measures, "core_recall"))
        rows.append((group.name, counted(group.articles), *filler, *story))
    columns = ("", "articles", "filler lines", "removed, of 100", "story lines", "kept, of 100")
    note = "To choose a point on the curve: corestory threshold --max-story-lines-lost."
    return ReportTable("Filler and short story lines inside stories", columns, tuple(rows), note)


def strata_table(title: str, groups: Sequence[Group], *, note: str = "") -> ReportTable:
    """Make the table of the measures of each length or region, without F1, because some have only one class."""
    rows = []
    for group in groups:
        cells = group.paragraphs.confusion
        sizes = map(counted, (group.articles, cells.total, group.words.confusion.total))
        recalls = (per_hundred(group.words, name) for name in ("core_recall", "filler_recall"))
        rows.append((group.name, *sizes, *recalls, percent((cells.core_kept + cells.filler_removed) / cells.total)))
    columns = ("", "articles", "paragraphs", "words", "story kept, %", "filler removed, %", "paragraphs right, %")
    return ReportTable(title, columns, tuple(rows), note)


def ngram_table(title: str, ngrams: Sequence[Ngram]) -> ReportTable:
    """Make the table of the n-grams with the strongest effects for a class."""
    rows = tuple(
        (found.name, rounded(found.pull, digits=1, signed=True), counted(found.articles), counted(found.paragraphs))
        for found in ngrams
    )
    return ReportTable(title, ("word or pair of words", "pull", "articles", "paragraphs"), rows)


def importance_table(found: Sequence[Importance]) -> ReportTable:
    """Make the table of the losses by shuffling each feature group, without markup and with it."""
    columns = ["evidence", *(f"macro F1 lost, {importance_name(importance)}" for importance in found), "meaning"]
    names = list(dict.fromkeys(effect.group for importance in reversed(found) for effect in importance.effects))
    meanings = {effect.group: effect.meaning for importance in found for effect in importance.effects}
    losses = [{effect.group: effect for effect in importance.effects} for importance in found]
    rows = tuple(
        (name, *(rounded(lost[name].loss) if name in lost else "–" for lost in losses), meanings[name])
        for name in names
    )
    basis = "; ".join(
        f"{importance_name(importance)}: {counted(importance.articles)} articles, "
        f"{counted(importance.paragraphs)} labelled paragraphs, macro F1 {rounded(importance.macro_f1)} before"
        for importance in found
    )
    note = (
        "Permutation importance by group (Breiman, 2001): one kind of evidence is shuffled among paragraphs, and the "
        f"others stay as they are. {basis[:1].upper()}{basis[1:]}."
    )
    return ReportTable("How much each kind of evidence matters", tuple(columns), rows, note, prose=(columns[-1],))


def importance_name(found: Importance) -> str:
    """Return the name of the articles on which an importance was measured."""
    return "pages with markup" if found.html else "text alone"


def measures_table(first: TaggerResult, second: TaggerResult, *, words: bool) -> ReportTable:
    """Make the table of all measures of two models and their differences."""
    of_first, of_second = (result.words if words else result.paragraphs for result in (first, second))
    lead = second.lead_words if words else second.lead_paragraphs
    rows = tuple(
        (
            MEASURES[name],
            rounded(getattr(of_first.value, name)),
            rounded(getattr(of_second.value, name)),
            "" if lead is None else difference(lead, name, reverse=True),
        )
        for name in METRIC_NAMES
    )
    unit = "word" if words else "paragraph"
    columns = ("", first.name, second.name, f"{second.name} minus {first.name}")
    note = f"Paired bootstrap over articles. {_SIGNIFICANT}"
    return ReportTable(f"From {first.name} to {second.name}, each {unit} counting once", columns, rows, note)


def changes_table(comparison: Comparison) -> ReportTable:
    """Make the table of the changes from one model to another, for better and for worse."""
    rows = tuple(
        (name, "better" if good else "worse", *map(counted, astuple(changed)))
        for name, good, changed in (
            ("story: lost before, now kept", True, comparison.core_gained),
            ("filler: kept before, now removed", True, comparison.filler_gained),
            ("story: kept before, now lost", False, comparison.core_lost),
            ("filler: removed before, now kept", False, comparison.filler_lost),
        )
    )
    title = f"What changes from {comparison.first} to {comparison.second}"
    return ReportTable(
        title, ("", "for better or worse", "paragraphs", "words", "articles"), rows, prose=("for better or worse",)
    )


def examples_table(comparison: Comparison, paragraphs: Sequence[ChangedParagraph], *, better: bool) -> ReportTable:
    """Make the table of paragraphs that changed; those whose scores differ most come first."""
    title = f"Paragraphs that only {comparison.second if better else comparison.first} tags right"
    columns = ("paragraph", "label", f"score by {comparison.first}", f"by {comparison.second}", "article", "position")
    rows = []
    for found in paragraphs:
        scores = (rounded(score, digits=2) for score in (found.first_score, found.second_score))
        rows.append((found.text, found.label, *scores, found.article_id, counted(found.position + 1)))
    return ReportTable(title, columns, tuple(rows), prose=("label", "article"))


def counts_table(counts: RowCounts) -> ReportTable:
    """Make the table of the size of the measured data."""
    rows = (
        ("articles", counted(counts.articles)),
        ("articles, counted in each view", counted(counts.inputs)),
        ("sites", counted(counts.sites)),
        ("labelled paragraphs", counted(counts.paragraphs)),
        ("of them core", counted(counts.core)),
        ("of them filler", counted(counts.filler)),
        ("paragraphs without a label, left out", counted(counts.unlabelled)),
        ("words", counted(counts.words)),
        ("of them core", counted(counts.core_words)),
        ("of them filler", counted(counts.filler_words)),
    )
    return ReportTable("The measured data", ("", "number"), rows)


def about_table(about: Sequence[tuple[str, str]]) -> ReportTable:
    """Make the table of the origin of data and model, with the command that repeats the report."""
    return ReportTable("Data, model, versions", ("", "value"), tuple(about), prose=("value",))
