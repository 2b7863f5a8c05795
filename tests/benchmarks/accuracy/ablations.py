"""Ablations: the same scores without one part of the design, on the same pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from unittest.mock import patch

import numpy as np

from corestory.features.topic import NAMES, TopicVectors
from corestory.reading.article import Article
from corestory.training.estimator import ParagraphClassifier

from .extraction import Output
from .material import HeldOutPage, Say
from .scores import Estimate, Float, estimates, page_draws, word_f1, word_tokens
from .tagging import AFTER_KNOWN, stories, text_article

if TYPE_CHECKING:
    import pandas as pd

    from corestory.model.tagger import Tagger

GROUPS = ("html", "text", "lines", "after")
"""The inputs: the HTML, its text, its text nodes, and the outputs of five extractors (their mean)."""

CUT = 0.5
FULL = "all parts"

Inputs = Mapping[str, Sequence[Article]]
Tag = Callable[[Sequence[Article]], Sequence[str]]


@dataclass(frozen=True, slots=True)
class AblationResult:
    """Word F1 with one part left out.

    Attributes
    ----------
    name
        The part that was left out.
    word_f1, change
        For each of `GROUPS`, the mean over all counted pages, and its difference from the model with all parts.
    """

    name: str
    word_f1: dict[str, Estimate]
    change: dict[str, Estimate]


def ablate(
    rows: pd.DataFrame,
    pages: Sequence[HeldOutPage],
    extractions: Mapping[str, Sequence[Output]],
    *,
    jobs: int,
    seed: int,
    say: Say,
) -> tuple[AblationResult, ...]:
    """Measure with one part left out, for each part.

    All models here are trained more cheaply than the release's, with one network in each fit and three folds, because
    four of them are trained. Differences are from the first row, a model with all parts that is trained the same way.

    Parameters
    ----------
    rows
        The rows to learn from.
    pages
        The counted held-out pages.
    extractions
        The extractors' outputs by key, in the order of `pages`.
    jobs, seed
        The fits that run at once, and the seed of the training.
    say
        Called with a message about the part that is left out.
    """
    inputs = gathered(pages, extractions)
    gold = [word_tokens(page.gold) for page in pages]
    found: dict[str, dict[str, Float]] = {}

    def measure(name: str, tag: Tag) -> None:
        say(f"Ablations: {name}")
        found[name] = grouped({key: _scored(tag(articles), gold) for key, articles in inputs.items()})

    def fit(frame: pd.DataFrame, *, blocks: int | None = None) -> Tagger:
        model = ParagraphClassifier(members=1, folds=3, random_state=seed, n_jobs=jobs)
        if blocks is not None:
            model.set_params(text_blocks=blocks, html_blocks=blocks)
        return model.fit(frame).tagger_

    say("Ablations: training with all parts")
    full = fit(rows)
    measure(FULL, lambda articles: _texts(stories(full, articles)))
    measure("no context: words alone, a paragraph at a time", lambda articles: stage1_stories(full, articles))
    measure("no decision per article: cut at 0.5", lambda articles: _texts(stories(full, articles, threshold=CUT)))
    measure("no markup", lambda articles: _texts(stories(full, [without_markup(one) for one in articles])))
    with without_topic():
        no_topic = fit(rows)
        measure("no topic", lambda articles: _texts(stories(no_topic, articles)))
    no_views = fit(rows[rows["view"].isin(("page", "text"))].reset_index(drop=True))
    measure("no views: trained on whole pages only", lambda articles: _texts(stories(no_views, articles)))
    near = fit(rows, blocks=0)
    measure("no convolutions: features of the neighbourhood alone", lambda articles: _texts(stories(near, articles)))

    draws = page_draws(len(pages))
    return tuple(
        AblationResult(
            name,
            estimates(scores, draws),
            estimates({key: scores[key] - found[FULL][key] for key in scores}, draws) if name != FULL else {},
        )
        for name, scores in found.items()
    )


def gathered(pages: Sequence[HeldOutPage], extractions: Mapping[str, Sequence[Output]]) -> dict[str, list[Article]]:
    """Read the articles that all ablations tag."""
    known = [key.removeprefix("after ") for key in AFTER_KNOWN]
    return {
        "html": [page.article for page in pages],
        "text": [text_article(page.text) for page in pages],
        "lines": [text_article(page.lines) for page in pages],
        **{f"after {key}": [text_article(output.text) for output in extractions[key]] for key in known},
    }


def grouped(scores: Mapping[str, Float]) -> dict[str, Float]:
    """Return the scores of each page by `GROUPS`, with the mean of the scores after extractors."""
    after = np.mean([scores[key] for key in AFTER_KNOWN], axis=0)
    return {key: scores[key] for key in GROUPS if key != "after"} | {"after": after}


def stage1_stories(tagger: Tagger, articles: Sequence[Article]) -> list[str]:
    """Return the paragraphs of each article that stage 1 alone takes for core, one per line."""
    import pandas as pd

    rows = [
        (number, position, text)
        for number, article in enumerate(articles)
        for position, text in enumerate(article.texts)
    ]
    kept: list[list[str]] = [[] for _ in articles]
    if rows:
        frame = tagger.score_frame(pd.DataFrame(rows, columns=["article_id", "position", "text"]))
        for number, text in frame.loc[frame["stage1"] >= CUT, ["article_id", "text"]].itertuples(index=False):
            kept[number].append(text)
    return ["\n".join(texts) for texts in kept]


def without_markup(article: Article) -> Article:
    """Return the article as if its paragraphs had been read from text."""
    return replace(article, markup=None)


@contextmanager
def without_topic() -> Iterator[None]:
    """Set the topic features to 0 inside a ``with`` block, in training and in tagging."""

    def nothing(self: TopicVectors, core: Float, words: Float) -> Float:  # noqa: ARG001  the signature it stands for
        return np.zeros((len(core), len(NAMES)))

    with patch.object(TopicVectors, "features", nothing):
        yield


def _texts(outputs: Sequence[Output]) -> list[str]:
    return [output.text for output in outputs]


def _scored(texts: Sequence[str], gold: Sequence[Sequence[str]]) -> Float:
    return np.array([word_f1(word_tokens(text), words) for text, words in zip(texts, gold, strict=True)])
