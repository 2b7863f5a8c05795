"""Explain one article from Python, and show it in a notebook."""

from __future__ import annotations

from pathlib import Path

from corestory.errors import InputError
from corestory.model.explaining import ArticleExplanation, explain_articles
from corestory.model.site_memory import SiteMemory
from corestory.model.storage import load_model
from corestory.model.tagger import Tagger
from corestory.reading.one_article import article_of_text


class ExplainedArticle(ArticleExplanation):
    """An explained article that a notebook shows as the page of ``corestory predict --format html``."""

    __slots__ = ()

    def __repr__(self) -> str:
        core = int(self.tagged.core.sum())
        return f"<ExplainedArticle: {core} of {len(self.paragraphs)} paragraphs core, cutoff {self.cutoff:.2f}>"

    def _repr_html_(self) -> str:
        from html import escape

        from corestory.output.article_page import article_page

        # A frame keeps the page's styles and script out of the notebook.
        return (
            f'<iframe srcdoc="{escape(article_page(self))}" sandbox="allow-scripts" '
            'style="width: 100%; height: 40em; border: 0"></iframe>'
        )


def explain(
    text: str,
    model: Tagger | str | Path | None = None,
    *,
    html: bool = False,
    url: str = "",
    threshold: float | None = None,
    memory: SiteMemory | None = None,
) -> ExplainedArticle:
    r"""Tag one article's text, or its page's HTML, and explain the label of each paragraph.

    Parameters
    ----------
    text
        The text, a paragraph a line, or the HTML.
    model
        A tagger, or a model's folder; None is the default model.
    html
        Whether `text` is HTML.
    threshold
        The least score of core; None leaves the cutoff to the model.
    url, memory
        The address, and a memory of its site, as `load_memory` gives it.

    Raises
    ------
    InputError
        `text` is not a string, or has no paragraph.

    Examples
    --------
    >>> explained = explain("The quay opened again on Monday, she said.\nREAD MORE: Ferry company sold")
    >>> explained
    <ExplainedArticle: 1 of 2 paragraphs core, cutoff ...>
    >>> strongest = max(explained.paragraphs[1].context.effects, key=lambda effect: abs(effect.log_odds))
    """
    tagger = model if isinstance(model, Tagger) else load_model(model)
    article = article_of_text(text, html=html, url=url)
    if not article.texts:
        raise InputError("no text", expected="at least one paragraph")
    (found,) = explain_articles(tagger, [article], threshold=threshold, memory=memory)
    return ExplainedArticle(found.tagged, found.cutoff, found.cutoff_is_fixed, found.paragraphs)
