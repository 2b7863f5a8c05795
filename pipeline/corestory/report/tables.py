"""The tables of a report beyond its measures: thresholds, n-grams, importance, changes, and where it all comes from."""

from __future__ import annotations

from collections.abc import Sequence

from corestory.evaluation.comparison import Changed, ChangedParagraph, Comparison
from corestory.evaluation.importance import Importance
from corestory.evaluation.metrics import METRIC_NAMES
from corestory.evaluation.results import Counts, Group, TaggerResult
from corestory.evaluation.thresholds import ThresholdRow
from corestory.evaluation.vocabulary import Ngram
from corestory.numbers import counted, percent, rounded
from corestory.report.content import MEASURES, Table
from corestory.report.intervals import difference, per_hundred, with_interval


def threshold_table(rows: Sequence[ThresholdRow]) -> Table:
    """Lay out what each threshold would do."""
    columns = ("core from a score of", "of 100 words of story kept", "of 100 words of filler removed", "core F1, words")
    found = tuple(
        (
            f"{row.threshold:.2f}",
            per_hundred(row.words, "core_recall"),
            per_hundred(row.words, "filler_recall"),
            with_interval(row.words, "core_f1"),
            with_interval(row.paragraphs, "macro_f1"),
        )
        for row in rows
    )
    note = "To choose one for your own pages, use the validation split: what is chosen here is measured too well."
    return Table("Thresholds to read off", (*columns, "macro F1, paragraphs"), found, note)


def strata_table(title: str, groups: Sequence[Group], *, note: str = "") -> Table:
    """Lay out how the tagger does at each length or place; F1 is left out, for some hold one class alone."""
    rows = []
    for group in groups:
        cells = group.paragraphs.confusion
        rows.append(
            (
                group.name,
                *(counted(size) for size in (group.articles, cells.total, group.words.confusion.total)),
                per_hundred(group.words, "core_recall"),
                per_hundred(group.words, "filler_recall"),
                percent((cells.core_kept + cells.filler_removed) / cells.total),
            )
        )
    columns = ("", "articles", "paragraphs", "words", "story kept, %", "filler removed, %", "paragraphs right, %")
    return Table(title, columns, tuple(rows), note)


def ngram_table(title: str, ngrams: Sequence[Ngram]) -> Table:
    """Lay out the n-grams that speak most for a class."""
    rows = tuple(
        (found.name, rounded(found.pull, digits=1, signed=True), counted(found.articles), counted(found.paragraphs))
        for found in ngrams
    )
    return Table(title, ("word or pair of words", "pull", "articles", "paragraphs"), rows)


def importance_table(found: Sequence[Importance]) -> Table:
    """Lay out what shuffling each kind of evidence costs, without markup and with it."""
    columns = ["evidence", *(f"macro F1 lost, {importance_name(one)}" for one in found), "what it is"]
    names = list(dict.fromkeys(effect.group for one in reversed(found) for effect in one.effects))
    meanings = {effect.group: effect.meaning for one in found for effect in one.effects}
    losses = [{effect.group: effect for effect in one.effects} for one in found]
    rows = []
    for name in names:
        cells = []
        for one in losses:
            effect = one.get(name)
            cells.append("–" if effect is None else rounded(effect.loss))
        rows.append((name, *cells, meanings[name]))
    basis = "; ".join(
        f"{importance_name(one)}: {counted(one.articles)} articles, {counted(one.paragraphs)} labelled paragraphs, "
        f"macro F1 {rounded(one.macro_f1)} before"
        for one in found
    )
    note = (
        "Permutation importance by group (Breiman, 2001): one kind of evidence is exchanged among paragraphs, and all "
        f"else is left. {basis[:1].upper()}{basis[1:]}."
    )
    return Table("How much each kind of evidence matters", tuple(columns), tuple(rows), note, prose=(columns[-1],))


def importance_name(found: Importance) -> str:
    """Name the articles that an importance was measured on."""
    return "pages with markup" if found.html else "text alone"


def measures_table(first: TaggerResult, second: TaggerResult, *, words: bool) -> Table:
    """Lay out every measure of two models, and the difference."""
    one, two = (result.words if words else result.paragraphs for result in (first, second))
    lead = second.lead_words if words else second.lead_paragraphs
    rows = tuple(
        (
            MEASURES[name],
            rounded(getattr(one.value, name)),
            rounded(getattr(two.value, name)),
            "" if lead is None else difference(lead, name, reverse=True),
        )
        for name in METRIC_NAMES
    )
    unit = "word" if words else "paragraph"
    columns = ("", first.name, second.name, f"{second.name} less {first.name}")
    note = "Paired bootstrap over articles: an interval without 0 is a difference."
    return Table(f"From {first.name} to {second.name}, each {unit} counting once", columns, rows, note)


def changes_table(comparison: Comparison) -> Table:
    """Lay out how much changed from one model to the other, for better and for worse."""
    rows = tuple(
        (name, "better" if good else "worse", *_sizes(changed))
        for name, good, changed in (
            ("story kept that was lost", True, comparison.core_gained),
            ("filler removed that was kept", True, comparison.filler_gained),
            ("story lost that was kept", False, comparison.core_lost),
            ("filler kept that was removed", False, comparison.filler_lost),
        )
    )
    title = f"What changes from {comparison.first} to {comparison.second}"
    return Table(
        title, ("", "for better or worse", "paragraphs", "words", "articles"), rows, prose=("for better or worse",)
    )


def examples_table(comparison: Comparison, paragraphs: Sequence[ChangedParagraph], *, better: bool) -> Table:
    """Lay out paragraphs that changed, those first whose scores differ most."""
    title = f"Where {comparison.second if better else comparison.first} is right and the other is not"
    columns = ("paragraph", "label", f"score by {comparison.first}", f"by {comparison.second}", "article", "place")
    rows = tuple(
        (
            found.text,
            found.label,
            rounded(found.first_score, digits=2),
            rounded(found.second_score, digits=2),
            found.article_id,
            counted(found.position + 1),
        )
        for found in paragraphs
    )
    return Table(title, columns, rows, prose=("label", "article"))


def counts_table(counts: Counts) -> Table:
    """Lay out what was measured on."""
    rows = (
        ("articles", counted(counts.articles)),
        ("articles in each of their views", counted(counts.inputs)),
        ("sites", counted(counts.sites)),
        ("labelled paragraphs", counted(counts.paragraphs)),
        ("of them core", counted(counts.core)),
        ("of them filler", counted(counts.filler)),
        ("paragraphs without a label, left out", counted(counts.unlabelled)),
        ("words", counted(counts.words)),
        ("of them core", counted(counts.core_words)),
        ("of them filler", counted(counts.filler_words)),
    )
    return Table("What was measured on", ("", "number"), rows)


def about_table(about: Sequence[tuple[str, str]]) -> Table:
    """Lay out where data and model come from, and how to repeat it."""
    return Table("Data, model, versions", ("", "value"), tuple(about), prose=("value",))


def _sizes(changed: Changed) -> tuple[str, str, str]:
    return counted(changed.paragraphs), counted(changed.words), counted(changed.articles)
