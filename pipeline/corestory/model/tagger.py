"""The tagger: a trained model as people use it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corestory.errors import InputError
from corestory.features.batch import Batch, batch_of_articles, batch_of_frame
from corestory.features.layout import Float
from corestory.model.batches import batches
from corestory.model.decision import decide
from corestory.model.doubt import doubts
from corestory.model.scoring import Calibration, Parts, score_batch
from corestory.model.settings import Settings
from corestory.model.tagged_article import Doubt, TaggedArticle
from corestory.reading.article import Article, Paragraph
from corestory.reading.text import split_text

if TYPE_CHECKING:
    import pandas as pd

    from corestory.model.explaining import ArticleExplanation
    from corestory.model.manifest import Manifest
    from corestory.model.rules import Rules


@dataclass(frozen=True)
class Tagger:
    r"""A trained model, ready to tag.

    Attributes
    ----------
    parts
        Its arrays.
    settings
        What was chosen at training.
    manifest
        What it was trained on, with what, and how well it did; None before it was saved.

    Examples
    --------
    >>> from corestory import load_model  # doctest: +SKIP
    >>> load_model().core("The quay opened.\nREAD MORE: Ferry sold")  # doctest: +SKIP
    'The quay opened.'
    """

    parts: Parts
    settings: Settings
    manifest: Manifest | None = None

    def tag_stream(
        self, articles: Iterable[Article], *, threshold: float | None = None, rules: Rules | None = None
    ) -> Iterator[TaggedArticle]:
        """Tag articles as they come, a batch at a time; memory does not grow with their number.

        Parameters
        ----------
        articles
            Articles with at least one paragraph each; read only as far as the next batch needs.
        threshold
            Each paragraph with at least this score is core. None: the model's own threshold; a model without one
            chooses a cutoff for each article.
        rules
            Paragraphs that are core or filler whatever the model says. The scores of their neighbours follow from that.

        Yields
        ------
        TaggedArticle
            In the order given.
        """
        for batch in batches(articles):
            yield from self._tagged(batch, threshold, rules)

    def tag_articles(
        self, articles: Iterable[Article], *, threshold: float | None = None, rules: Rules | None = None
    ) -> list[TaggedArticle]:
        """Tag articles and return them all; parameters as of `tag_stream`."""
        return list(self.tag_stream(articles, threshold=threshold, rules=rules))

    def tag(self, text: str, *, html: bool = False) -> pd.DataFrame:
        """Tag one article's text, or its page's HTML.

        Returns
        -------
        pandas.DataFrame
            Columns `position`, `text`, `label` and `score`, a row a paragraph.
        """
        import pandas as pd

        article = _article(text, html=html)
        if not article.paragraphs:
            return pd.DataFrame({"position": [], "text": [], "label": [], "score": []})
        (tagged,) = self.tag_articles([article])
        return pd.DataFrame(
            {
                "position": np.arange(len(tagged.texts)),
                "text": list(tagged.texts),
                "label": list(tagged.labels),
                "score": tagged.scores,
            }
        )

    def core(self, text: str, *, html: bool = False) -> str:
        """Give one article's story alone, a paragraph a line."""
        article = _article(text, html=html)
        if not article.paragraphs:
            return ""
        (tagged,) = self.tag_articles([article])
        return "\n".join(text for text, core in zip(tagged.texts, tagged.core.tolist(), strict=True) if core)

    def explain(self, text: str, *, html: bool = False, threshold: float | None = None) -> ArticleExplanation:
        """Tag one article's text, or its page's HTML, and say why each paragraph was tagged so.

        Parameters
        ----------
        text, html
            As of `tag`.
        threshold
            As of `tag_stream`.

        Raises
        ------
        InputError
            If there is no paragraph.
        """
        from corestory.model.explaining import explain_articles

        article = _article(text, html=html)
        if not article.paragraphs:
            raise InputError("no text", expected="at least one paragraph")
        (explanation,) = explain_articles(self, [article], threshold=threshold)
        return explanation

    def score_frame(self, frame: pd.DataFrame, *, threshold: float | None = None) -> pd.DataFrame:
        """Tag a frame of paragraphs.

        Parameters
        ----------
        frame
            Columns `article_id`, `position` and `text`; the markup columns where known. Rows in any order.
        threshold
            As of `tag_stream`.

        Returns
        -------
        pandas.DataFrame
            The frame with `score`, `tagged`, `stage1` and `confidence` added, rows in the order given.
        """
        score, stage1, confidence = (np.zeros(len(frame)) for _ in range(3))
        core = np.zeros(len(frame), bool)
        with_markup = np.zeros(len(frame), bool)
        if "markup" in frame and self.parts.html:
            known = frame["markup"].notna()
            with_markup = known.groupby(frame["article_id"]).transform("all").to_numpy(bool)
        for html in (False, True):
            chosen = np.flatnonzero(with_markup == html)
            if not len(chosen):
                continue
            batch, rows = batch_of_frame(frame.iloc[chosen], markup=html)
            scored = self._scored(batch, threshold)
            places = chosen[rows]
            score[places], core[places], stage1[places] = scored.scores, scored.core, scored.stage1
            confidence[places] = scored.confidence[batch.layout.article]
        return frame.assign(score=score, tagged=np.where(core, "core", "filler"), stage1=stage1, confidence=confidence)

    def reads_markup(self, article: Article) -> bool:
        """Whether an article is tagged by its markup too: it has it everywhere, and the model has learned from some."""
        return bool(self.parts.html) and article.has_markup

    def _tagged(self, articles: Sequence[Article], threshold: float | None, rules: Rules | None) -> list[TaggedArticle]:
        tagged: dict[int, TaggedArticle] = {}
        for html in (False, True):
            chosen = [number for number, article in enumerate(articles) if self.reads_markup(article) is html]
            if not chosen:
                continue
            scored = self._scored(batch_of_articles([articles[number] for number in chosen]), threshold, rules)
            for index, number in enumerate(chosen):
                article = articles[number]
                rows = slice(scored.first[index], scored.first[index] + len(article.paragraphs))
                tagged[number] = TaggedArticle(
                    article,
                    scored.scores[rows],
                    scored.core[rows],
                    float(scored.confidence[index]),
                    scored.doubts[index],
                )
        return [tagged[number] for number in range(len(articles))]

    def _scored(self, batch: Batch, threshold: float | None, rules: Rules | None = None) -> _Scored:
        forced = rules.forced(batch.texts) if rules else None
        stage2, stage1, evidence = score_batch(batch, self.parts, forced=forced)
        # Where markup is there but no model for it, words alone have scored.
        calibration = self.settings.calibration(html=batch.markup is not None and bool(self.parts.html))
        scores = calibration.apply(stage2)
        if forced is not None:
            scores = np.where(forced != 0, forced > 0, scores)
        core, expected = decide(
            scores, evidence.words, batch.layout, cut=self.settings.cut, clean_cut=self.settings.clean_cut
        )
        threshold = self.settings.threshold if threshold is None else threshold
        if threshold is not None:
            core = scores >= threshold
        if forced is not None:
            core = np.where(forced != 0, forced > 0, core)
        confidence = np.interp(expected, self.settings.sure_expected, self.settings.sure_measured)
        reasons = doubts(scores, confidence, evidence, self.parts.words)
        return _Scored(scores, core, Calibration().apply(stage1), confidence, batch.layout.first, reasons)


@dataclass(frozen=True, slots=True)
class _Scored:
    scores: Float
    core: np.ndarray
    stage1: Float
    confidence: Float
    first: np.ndarray
    doubts: list[Doubt | None]


def _article(text: str, *, html: bool) -> Article:
    if html:
        from corestory.reading.html.page import read_page

        page = read_page(text)
        return Article("", page.paragraphs, title=page.title)
    return Article("", tuple(Paragraph(line) for line in split_text(text)))
