"""The model card in the folder of a model: its training data, its accuracy and its limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corestory.evaluation.in_story import FORMS, MAX_RUN, MAX_WORDS
from corestory.rendering import counted, markdown_table, percent

if TYPE_CHECKING:
    from corestory.evaluation.in_story import InStory
    from corestory.evaluation.metrics import Rates
    from corestory.evaluation.results import Band, Evaluation
    from corestory.model.manifest import Manifest
    from corestory.model.tagger import Tagger
    from corestory.training.adaptation import Adaptation

# The licences of the labels from which a model learned; they bind everyone who publishes the model.
LICENCES = {
    "wcxb": "WCXB, Web Content eXtraction Benchmark 1.0 by Murrough Foley, CC-BY-4.0: attribution is required",
    "newspaper4k": "newspaper4k article extraction dataset by Andrei Paraschiv, Apache-2.0",
    "news-languages": "test pages of fundus (flairNLP), MIT",
    "verified": "evaluation pages of trafilatura (Adrien Barbaresi), Apache-2.0",
    "cleaneval": "half of CleanEval (Baroni and others, 2008) from the repository web2text, MIT; CleanEval states none",
    "magic-html": "benchmark pages of magic-html (OpenDataLab), Apache-2.0",
    "readability": "test pages of Readability.js (Mozilla), Apache-2.0",
    "newspaper3k": "test pages of newspaper (Lucas Ou-Yang), MIT",
    "postlight": "fixtures of Postlight Parser, MIT or Apache-2.0",
    "sample": "written for corestory, MIT",
    "no-story": "written for corestory, MIT",
    "short-texts": "written for corestory, MIT",
}


FEW_ARTICLES = 30
"""Scores on fewer articles get a warning."""


def few_articles(articles: int) -> str:
    """Return a warning about scores that were measured on few articles; empty for at least `FEW_ARTICLES`.

    It states the exact binomial bound for n trials without a failure (Clopper and Pearson, 1934).

    Examples
    --------
    >>> few_articles(2)
    'Measured on 2 articles only: even if both were tagged right, up to 78 of 100 others may be wrong (95 % bound).'
    >>> few_articles(500)
    ''
    """
    if articles >= FEW_ARTICLES:
        return ""
    bound = 100 * (1 - 0.05 ** (1 / max(articles, 1)))
    each = {1: "it was", 2: "both were"}.get(articles, "all were")
    count = f"{articles} article" + ("" if articles == 1 else "s")
    return (
        f"Measured on {count} only: even if {each} tagged right, up to {bound:.0f} of 100 others may be wrong "
        "(95 % bound)."
    )


def model_card(
    name: str,
    tagger: Tagger,
    manifest: Manifest,
    evaluation: Evaluation,
    *,
    in_story: InStory | None = None,
    by: str = "site",
    extra: str = "",
) -> str:
    """Write the card of a model that was just trained.

    Parameters
    ----------
    name
        The model's name.
    tagger
        The model.
    manifest
        The manifest of the model, with its training data.
    evaluation
        The out-of-fold evaluation of the model.
    in_story
        The out-of-fold measures of filler inside stories; None if there is none.
    by
        The unit that was kept in one fold: ``"site"``, or ``"article"`` if all articles are of one site.
    extra
        Markdown to append, such as a table of scores on held-out sites.

    Returns
    -------
    str
        Markdown with a heading.
    """
    lines = [
        f"# {name}",
        "",
        "A corestory model: it tags every paragraph of a news article as core (the story) or filler (everything else "
        "on the page).",
        *_trained_on(manifest),
        *_scores(evaluation, by),
    ]
    if in_story is not None:
        lines += _inside_stories(in_story)
    if extra:
        lines += ["", extra.strip()]
    return "\n".join([*lines, "", "## What it is", "", *_description(tagger), LIMITS])


LIMITS = """
## Limits

- It learned from news and blog articles. Its accuracy on shops, forums, listings and documentation is unknown.
- In languages with few or no training pages, the form of a paragraph and its neighbours count more than its words.
- The gold texts define the story: in most of them, titles, bylines, dates, captions and credits are filler.
- `confidence` is the word F1 that similar articles reached out of fold. Check articles with a low confidence.
"""


def _trained_on(manifest: Manifest) -> list[str]:
    columns = ("source", "sites", "inputs", "paragraphs", "core", "licence")
    sources = [
        (
            *(_cell(part.source), *map(counted, (part.sites, part.articles, part.paragraphs, part.core))),
            LICENCES.get(part.source, "set by its owner"),
        )
        for part in manifest.trained_on
    ]
    libraries = ", ".join(f"{library} {version}" for library, version in manifest.libraries.items())
    return [
        "",
        "## Trained on",
        "",
        markdown_table(columns, sources, texts=(0, 5)),
        "",
        f"Splits: {', '.join(manifest.splits)}. Seed {manifest.seed}. SHA-256 of the rows: `{manifest.data_sha256}`.",
        f"Trained by corestory {manifest.corestory} on {manifest.created}, with {libraries}.",
    ]


def _scores(evaluation: Evaluation, by: str) -> list[str]:
    value, low, high = (getattr(evaluation.tagger.paragraphs, end).macro_f1 for end in ("value", "low", "high"))
    macro_f1 = f"{value:.3f} ({low:.3f} to {high:.3f})"
    columns = ("articles", "paragraphs: macro F1", "words: F1 of core", "words: core kept", "words: filler removed")
    rows = [_row("all", evaluation.counts.articles, macro_f1, evaluation.tagger.words)]
    rows += [
        _row(f"{kind} {group.name}", group.articles, f"{group.paragraphs.value.macro_f1:.3f}", group.words)
        for kind, of_kind in (("source", evaluation.sources), ("view", evaluation.views))
        for group in of_kind
    ]
    return [
        "",
        "## Scores",
        "",
        *(f"> **Caution: {caution}**\n" for caution in evaluation.cautions),
        *_measured(by, evaluation.counts.articles),
        "",
        markdown_table(("", *columns), rows),
    ]


def _inside_stories(found: InStory) -> list[str]:
    rows = []
    for group in found.groups:
        if group.name in FORMS:
            cells, rates = group.paragraphs.confusion, group.paragraphs.value
            filler = (counted(cells.filler_kept + cells.filler_removed), percent(rates.filler_recall))
            story = (counted(cells.core_kept + cells.core_lost), percent(1 - rates.core_recall))
            rows.append((group.name, counted(group.articles), *filler, *story))
    return [
        "",
        f"Filler inside the story, in runs of at most {MAX_RUN} paragraphs between two paragraphs of the story, and "
        f"story lines of at most {MAX_WORDS} words there, counted in paragraphs. The second look was chosen on these "
        "scores.",
        "",
        markdown_table(("input", "articles", "filler lines", "removed, %", "short story lines", "lost, %"), rows),
    ]


def adapted_card(name: str, adaptation: Adaptation) -> str:
    """Write the card of a model that was just adapted, with all its adaptations and the gain of the last one.

    Parameters
    ----------
    name
        The model's name.
    adaptation
        The last adaptation, which kept a correction.

    Returns
    -------
    str
        Markdown with a heading.
    """
    manifest = adaptation.tagger.manifest
    chain = manifest.adapted if manifest is not None else ()
    trained = sum(part.articles for part in manifest.trained_on) if manifest is not None else 0
    rows = []
    for number, step in enumerate(chain, start=1):
        known = {form: f"{gain:+.3f}" for form, gain in step.gains.items()}
        gains = [f"{form}: {known.get(form, 'not measured')} ({how})" for form, how in sorted(step.methods.items())]
        counts = map(counted, (step.articles, step.sites, step.paragraphs, step.core))
        made_by = f"corestory {step.corestory}, {step.created}"
        rows.append((number, f"`{step.base_sha256[:16]}…`", *counts, "; ".join(gains), made_by))
    columns = ("", "model before (SHA-256 of its weights)", "articles", "sites", "paragraphs", "core")
    return "\n".join(
        [
            f"# {name}",
            "",
            "A corestory model that was adapted to labelled articles of its owner. On pages that look like these "
            "articles, it uses what it learned from them. On all other pages, it is the model before the adaptation.",
            "",
            "## Adapted to",
            "",
            markdown_table((*columns, "gain in word F1", "by"), rows, texts=(1, 6, 7)),
            "",
            "Gains are measured on articles that were left out of the fit: one article, or a tenth of them, at a time.",
            "",
            *(form.message for form in adaptation.forms),
            *filter(None, [adaptation.caution]),
            "",
            f"The model before the first adaptation was trained on {trained:,} inputs; its own card has its accuracy "
            "on other pages.",
            "",
        ]
    )


def _measured(by: str, articles: int) -> list[str]:
    if by == "site":
        how = "Out of fold: each paragraph is scored by a model that saw no page of its site."
    else:
        how = (
            "Out of fold by article: all articles are of one site, so each paragraph is scored by a model that saw "
            "other articles of that site. Expect lower scores on other sites."
        )
    found = few_articles(articles)
    return [f"{how} The 95 % intervals are from a bootstrap over articles.", *(["", found] if found else [])]


def _description(tagger: Tagger) -> list[str]:
    weights, settings = tagger.weights, tagger.settings
    text = weights.text
    markup = f", and of {len(weights.markup.hashes):,} n-grams of markup if the input is HTML" if weights.markup else ""
    with_markup = f" ({len(weights.html.mean)} with markup)" if weights.html else ""
    if settings.threshold is None:
        decision = (
            f"its score is at least {settings.cutoff_share:g} times the best expected word F1 of its article, or "
            f"{settings.clean_cutoff_share:g} times if most of the article is expected to be core"
        )
    else:
        decision = f"its score is at least {settings.threshold:g}"
    return [
        f"Stage 1: logistic regression over the TF-IDF of {len(weights.words.hashes):,} hashed n-grams of "
        f"words{markup}. Stage 2: the mean of {len(text.members)} network(s) with "
        f"{len(text.members[0].taps)} dilated convolutions over the paragraphs of an article, "
        f"from {len(text.mean)} features of the paragraph, its neighbours and its article{with_markup}.",
        f"A paragraph is core if {decision}.",
    ]


def _row(name: str, articles: int, macro_f1: str, words: Band[Rates]) -> tuple[str, ...]:
    value = words.value
    f1 = f"{value.core_f1:.3f} ({words.low.core_f1:.3f} to {words.high.core_f1:.3f})"
    return _cell(name), counted(articles), macro_f1, f1, f"{value.core_recall:.3f}", f"{value.filler_recall:.3f}"


def _cell(name: str) -> str:
    # A bar would end the cell, and a line end would end the table.
    return " ".join(name.split()).replace("|", r"\|")
