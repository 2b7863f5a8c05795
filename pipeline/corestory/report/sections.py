"""The sections of a report in order, with their parts; `corestory.report.page` lays them out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from corestory.evaluation.findings import Findings
from corestory.evaluation.mistakes import Mistake
from corestory.evaluation.results import Evaluation
from corestory.rendering import NOTHING, counted, rounded
from corestory.report.tables import (
    ReportTable,
    about_table,
    all_measures,
    calibration_table,
    changes_table,
    confusions,
    counts_table,
    examples_table,
    groups_tables,
    importance_table,
    in_story_table,
    kind_confusions,
    kinds_table,
    leads,
    measures_table,
    ngram_table,
    per_hundred,
    strata_table,
    threshold_table,
    with_baselines,
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the page; Markdown has only the table beside it.

    Attributes
    ----------
    key
        Its name in `corestory.report.figures`.
    title
        Its heading.
    caption
        A description, for readers who see the figure and for readers who do not.
    """

    key: str
    title: str
    caption: str


@dataclass(frozen=True, slots=True)
class MistakeList:
    """Mistakes in their articles."""

    title: str
    mistakes: tuple[Mistake, ...]


@dataclass(frozen=True, slots=True)
class Folded:
    """Tables of details, which are closed at first."""

    title: str
    tables: tuple[ReportTable, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """Parts that are shown side by side if there is space."""

    parts: tuple[ReportTable | Figure, ...]


Part = ReportTable | Figure | MistakeList | Folded | Beside


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a report.

    Attributes
    ----------
    key
        Its anchor on the page.
    title, text
        Its heading and introduction.
    """

    key: str
    title: str
    text: str
    parts: tuple[Part, ...]


FEWEST_ARTICLES = 6
"""The fewest articles for a 95 % interval: all n are on the same side of the median with probability 2 ** (1 - n)."""


def report_sections(
    findings: Findings, *, about: Sequence[tuple[str, str]] = (), sites: int = 200
) -> tuple[Section, ...]:
    """Return the sections of a report in order.

    Parameters
    ----------
    findings
        The findings.
    about
        As in `corestory.report.page.report_markdown`.
    sites
        The number of sites to show, the worst ones.

    Returns
    -------
    tuple of Section
        Seven sections are in every report. A comparison of models comes after the first. Sections about filler inside
        stories and about kinds are added if the rows have any.
    """
    return (
        _answer(findings.evaluation),
        *_comparisons(findings),
        _where(findings, sites),
        _threshold(findings),
        *_in_story(findings),
        _mistakes(findings),
        *_kinds(findings.evaluation),
        _trust(findings),
        _learned(findings),
        _provenance(findings.evaluation, about),
    )


def _answer(evaluation: Evaluation) -> Section:
    taggers = (evaluation.tagger, *evaluation.rivals, *evaluation.baselines)
    measures = (
        all_measures("Each paragraph counting once", taggers, words=False),
        all_measures("Each word counting once", taggers, words=True),
    )
    parts = (with_baselines(taggers), leads(evaluation), Folded("All measures", measures))
    return Section("answer", "The answer", "", parts)


def _comparisons(findings: Findings) -> list[Section]:
    if not findings.comparisons:
        return []
    parts: list[Part] = []
    for comparison, rival in zip(findings.comparisons, findings.evaluation.rivals, strict=True):
        tagger = findings.evaluation.tagger
        examples = tuple(
            examples_table(comparison, paragraphs, better=better)
            for better, paragraphs in ((True, comparison.better), (False, comparison.worse))
            if paragraphs
        )
        parts += [
            changes_table(comparison),
            measures_table(tagger, rival, words=True),
            measures_table(tagger, rival, words=False),
        ]
        if examples:
            parts.append(
                Folded(f"Paragraphs that {comparison.first} and {comparison.second} tag differently", examples)
            )
    names = " and ".join(rival.name for rival in findings.evaluation.rivals)
    first = findings.evaluation.tagger.name
    text = f"{first} is compared with {names} on the same paragraphs. The other sections describe {first}."
    return [Section("comparison", "The models side by side", text, tuple(parts))]


def _threshold(findings: Findings) -> Section:
    threshold = findings.evaluation.settings.threshold
    text = (
        "The model chooses a cutoff for each article: the one with the best expected word F1. A threshold for all "
        "articles is a point on the curve; a lower threshold keeps more story and more filler."
        if threshold is None
        else f"In every article, a paragraph with a score of at least {threshold:g} is core. Another threshold is "
        "another point on the curve; a lower threshold keeps more story and more filler."
    )
    caption = "Counted in words. Points further up and to the right are better. The star is the present decision."
    figure = Figure("tradeoff", "Story kept against filler removed", caption)
    return Section("threshold", "The effect of a threshold", text, (figure, threshold_table(findings.thresholds)))


def _in_story(findings: Findings) -> list[Section]:
    found = findings.in_story
    if found is None:
        return []
    text = (
        "A plug between two paragraphs of the story is short, so measures in words hardly show it. This section "
        "measures filler between two core paragraphs, in runs of at most three, and story lines of at most eight words."
    )
    caption = (
        "Filler lines removed and story lines lost at each cutoff of the second look. Points further up and left "
        "are better. The marks are the present decisions."
    )
    figure = Figure("second_look", "Filler removed inside stories against story lines lost", caption)
    parts = (figure, in_story_table(found.groups)) if found.curves else (in_story_table(found.groups),)
    return [Section("in_story", "Filler inside the story", text, parts)]


def _where(findings: Findings, sites: int) -> Section:
    ends = (
        "The lead ends with the second paragraph of the story. The tail begins with its last paragraph but one. Above "
        "and below are the paragraphs outside the story."
    )
    figures = (
        Figure("lengths", "By length of the paragraph", "Story kept and filler removed, of 100 words at each length."),
        Figure("regions", "By region of the article", "Story kept and filler removed, of 100 words in each region."),
    )
    scores = Figure(
        "histogram",
        "The distribution of the scores",
        "Paragraphs by score, on a logarithmic scale. Core should have high scores and filler low ones; at "
        "scores near 0.5 the model is unsure.",
    )
    parts: tuple[Part, ...] = (
        *groups_tables(findings.evaluation, sites=sites),
        Beside(figures),
        strata_table("By length of the paragraph", findings.lengths),
        strata_table("By region of the article", findings.regions, note=ends),
        scores,
    )
    return Section("where", "Where it fails", "The accuracy in groups of articles and of paragraphs.", parts)


def _mistakes(findings: Findings) -> Section:
    cells = findings.evaluation.tagger.paragraphs.confusion
    words = findings.evaluation.tagger.words.confusion
    text = (
        f"Of {counted(cells.total)} labelled paragraphs, {counted(cells.core_lost)} of story "
        f"({counted(words.core_lost)} words) were taken for filler, and {counted(cells.filler_kept)} of filler "
        f"({counted(words.filler_kept)} words) for story. The most confident mistakes follow, single words "
        "last, each in its article. Read them and judge whether the label or the model is wrong."
    )
    lists = tuple(
        MistakeList(title, tuple(found for found in findings.mistakes if found.label == label))
        for title, label in (("Story taken for filler", "core"), ("Filler taken for story", "filler"))
    )
    return Section("mistakes", "What it gets wrong", text, tuple(part for part in lists if part.mistakes))


def _kinds(evaluation: Evaluation) -> list[Section]:
    if evaluation.kinds is None:
        return []
    text = (
        "Many labels of kinds come from class names of the pages, so some are wrong. On HTML pages, the model reads "
        "these names, too."
    )
    matrix = Folded("Confusion of kinds", (kind_confusions(evaluation.kinds),))
    return [Section("kinds", "Kinds of filler", text, (kinds_table(evaluation.kinds), matrix))]


def _trust(findings: Findings) -> Section:
    curves = (
        Figure(
            "calibration",
            "Calibration",
            "Above: the share of core among the paragraphs of each score. If the points are on the diagonal, the "
            "scores are probabilities. Below: the number of paragraphs of each score.",
        ),
        Figure(
            "precision_recall",
            "Precision and recall of both classes",
            "The precision and the recall of each class at every threshold.",
        ),
    )
    matrices = Figure("confusion", "Labels and decisions", "Rows are labels, columns are the model's decisions.")
    tables = (calibration_table(findings.evaluation, title="Calibration"), confusions(findings.evaluation))
    parts: tuple[Part, ...] = (Beside(curves), matrices, Folded("The same in numbers", tables))
    text = "Scores are probabilities if, for example, 80 of 100 paragraphs with a score of 0.8 are core."
    return Section("trust", "Can the scores be trusted", text, parts)


def _learned(findings: Findings) -> Section:
    title = "What it learned"
    if findings.learned is None:
        return Section("learned", title, "This section needs the model, but the report was made without it.", ())
    vocabulary, importance = findings.learned.vocabulary, findings.learned.importance
    text = (
        "The pull of a word, or of a pair of words, is its own effect on the log-odds of stage 1: positive for core, "
        "negative for filler. The tables have words of at least three of these articles, because the model stores only "
        "hashes of words. Each digit is written as 0."
    )
    ngrams = (
        ngram_table("The strongest signs of core", vocabulary.core),
        ngram_table("The strongest signs of filler", vocabulary.filler),
    )
    parts: list[Part] = [Beside(ngrams)]
    if importance:
        caption = (
            "The loss of macro F1 when one kind of evidence is shuffled among paragraphs; the lines show the range."
        )
        parts += [Figure("importance", "The evidence that matters most", caption), importance_table(importance)]
    return Section("learned", title, text, tuple(parts))


def _provenance(evaluation: Evaluation, about: Sequence[tuple[str, str]]) -> Section:
    settings = evaluation.settings
    line = "by article" if settings.threshold is None else f"{settings.threshold:g}"
    lines = (
        *about,
        ("threshold", line),
        ("bootstrap", f"{counted(settings.resamples)} resamples of articles, seed {settings.seed}, {settings.level:g}"),
    )
    tables = (counts_table(evaluation.counts), about_table(lines))
    return Section("data", "The data and the model", "", (Beside(tables),))


def headline(evaluation: Evaluation) -> str:
    """Return the main result as one sentence."""
    articles = evaluation.counts.articles
    if articles < FEWEST_ARTICLES:
        return (
            f"{counted(articles)} {'article is' if articles == 1 else 'articles are'} too few to measure accuracy: on "
            f"other articles the model may keep anything from 0 to 100 of 100 words of story. Label at least "
            f"{FEWEST_ARTICLES} articles."
        )
    words = evaluation.tagger.words
    story, filler = per_hundred(words, "core_recall"), per_hundred(words, "filler_recall")
    kept = f"Of 100 words of story, {story} are kept" if story != NOTHING else "There is no story to keep"
    removed = f"of 100 words of filler, {filler} are removed" if filler != NOTHING else "there is no filler to remove"
    return f"{kept}; {removed}."


def basis(evaluation: Evaluation) -> str:
    """Return sentences about the data and the method of the evaluation."""
    counts, settings = evaluation.counts, evaluation.settings
    line = f"Measured on {counted(counts.paragraphs)} paragraphs ({counted(counts.words)} words) of "
    line += f"{counted(counts.articles)} articles"
    if counts.inputs != counts.articles:
        line += f" in {counted(counts.inputs)} views"
    if counts.sites:
        line += f" from {counted(counts.sites)} {'site' if counts.sites == 1 else 'sites'}"
    line += f"; {counted(counts.unlabelled)} paragraphs without a label are left out."
    if evaluation.story is not None:
        story = evaluation.story
        line += f" Of {counted(story.without_story)} pages without a story, {counted(story.recognised)} are recognised;"
        line += f" of {counted(story.articles)} articles, {counted(story.lost)} have no paragraph tagged core."
    if evaluation.kinds is not None:
        line += f" Macro F1 over {counted(len(evaluation.kinds.kinds))} kinds of filler: "
        line += f"{rounded(evaluation.kinds.macro_f1)}."
    if settings.threshold is not None:
        line += f" The threshold is {settings.threshold:g}."
    if settings.resamples:
        line += f" In brackets: {100 * settings.level:g}% intervals by bootstrap over articles "
        line += f"({counted(settings.resamples)} resamples, seed {settings.seed})."
    return line
