"""The public functions `tag_frame` and `explain`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from corestory.errors import InputError, Refuse, raise_refusal
from corestory.model.explaining import ArticleExplanation, explain_articles
from corestory.model.site_memory import SiteMemory
from corestory.model.storage import load_model
from corestory.model.tagger import Tagger
from corestory.output.rows import COLUMNS, TaggedRow, rows_of
from corestory.reading.article_rows import articles_of_table
from corestory.reading.one_article import article_of_text
from corestory.reading.tables import SourceRow, SourceTable, folded

if TYPE_CHECKING:
    import pandas as pd


# The type of each column, also in a frame without rows: engines need a schema.
KINDS = dict(zip(COLUMNS, ("str", "int32", "str", "str", "float64", "str", "float64"), strict=True))


def tag_frame(
    frame: pd.DataFrame,
    model: Tagger | str | Path | None = None,
    *,
    threshold: float | None = None,
    memory: SiteMemory | None = None,
    keep: Sequence[str] = (),
    refuse: Refuse | None = None,
) -> pd.DataFrame:
    r"""Tag the articles of a frame.

    The frame must hold whole articles. In a frame of paragraphs, the rows of an article must follow each other.

    Parameters
    ----------
    frame
        One article per row (``paragraphs``, ``text`` or ``html``; if known ``article_id`` or ``id``, ``url``,
        ``title``, ``language``, ``site``), or one paragraph per row (``article_id`` or ``id``, ``position``, ``text``).
    model
        A tagger, or a model's folder, which each process loads once. None for the default model.
    threshold
        The least score of core, 0 to 1. None: the model chooses a cutoff for each article.
    memory
        A memory of the articles' sites, from `load_memory`.
    keep
        Names of further columns of the frame to copy to the result.
    refuse
        Called with the error of each article that cannot be read; the result lacks these articles. None raises the
        first error.

    Returns
    -------
    pandas.DataFrame
        One paragraph per row, in order: ``article_id``, ``position`` (int32, from 0), ``text``, ``label``, ``score``,
        ``url``, ``confidence``, and the kept columns. An article without an id is named by its row: ``row:N``.

    Raises
    ------
    InputError
        The value is not a frame, a column is missing, or an article cannot be read and there is no `refuse`.

    Examples
    --------
    >>> def tag(frames, model="models/newsroom"):  # as Spark's DataFrame.mapInPandas takes it
    ...     for frame in frames:
    ...         yield tag_frame(frame, model, refuse=print)
    """
    import pandas as pd

    if not isinstance(frame, pd.DataFrame):
        raise InputError(f"a value of type {type(frame).__name__}", expected="a pandas.DataFrame")
    tagger = model if isinstance(model, Tagger) else _loaded(None if model is None else str(model))
    table = SourceTable(tuple(map(str, frame.columns)), _rows(frame))
    articles = articles_of_table(table, where="the frame", refuse=refuse or raise_refusal, keep=keep)
    found: list[TaggedRow] = []
    for article in tagger.tag_stream(articles, threshold=threshold, memory=memory):
        found += rows_of(article)
    names = (*COLUMNS, *keep)
    columns = zip(*found, strict=True) if found else [()] * len(names)
    values = {name: list(column) for name, column in zip(names, columns, strict=True)}
    return pd.DataFrame({name: pd.Series(column, dtype=KINDS.get(name)) for name, column in values.items()})


def _rows(frame: pd.DataFrame) -> Iterator[SourceRow]:
    import pandas as pd

    names = [folded(str(column)) for column in frame.columns]
    for number, values in enumerate(frame.itertuples(index=False, name=None)):
        # pandas.NA raises an error when it is compared with itself.
        known = (None if value is pd.NA else value for value in values)
        plain = (value.tolist() if isinstance(value, np.ndarray | np.generic) else value for value in known)
        yield SourceRow(dict(zip(names, plain, strict=True)), f"the frame, row {number}", f"row:{number}")


_loaded = lru_cache(maxsize=2)(load_model)


class ExplainedArticle(ArticleExplanation):
    """An explained article that a notebook shows as the page of ``corestory predict --format html``."""

    __slots__ = ()

    def __repr__(self) -> str:
        core = int(self.tagged.core.sum())
        return f"<ExplainedArticle: {core} of {len(self.paragraphs)} paragraphs core, cutoff {self.cutoff:.2f}>"

    def _repr_html_(self) -> str:
        from corestory.output.article_page import article_page
        from corestory.rendering import notebook_frame

        return notebook_frame(article_page(self))


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
        The text, one paragraph per line, or the HTML.
    model
        A tagger, or a model's folder; None for the default model.
    html
        Whether `text` is HTML.
    threshold
        The least score of core; None leaves the cutoff to the model.
    url, memory
        The address, and a memory of its site, from `load_memory`.

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
