"""Tagging as a plain function of a frame, for Spark, Ray, Dask and the like."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from corestory.errors import CorestoryError, Refuse
from corestory.model.storage import load_model
from corestory.model.tagger import Tagger
from corestory.output.rows import COLUMNS, rows_of
from corestory.output.rows import Row as TaggedRow
from corestory.reading.article_rows import articles_of_table
from corestory.reading.tables import SourceRow, SourceTable, folded

if TYPE_CHECKING:
    import pandas as pd

# Of each column, in a frame with no rows as in every other: engines ask for a schema.
KINDS = dict(zip(COLUMNS, ("str", "int32", "str", "str", "float64", "str", "float64"), strict=True))


def tag_frame(
    frame: pd.DataFrame,
    model: Tagger | str | Path | None = None,
    *,
    threshold: float | None = None,
    keep: Sequence[str] = (),
    refuse: Refuse | None = None,
) -> pd.DataFrame:
    r"""Tag the articles of a frame.

    The frame must hold whole articles: of a table of paragraphs, all rows of an article, one after the other.

    Parameters
    ----------
    frame
        An article a row (``paragraphs``, ``text`` or ``html``; where known ``article_id`` or ``id``, ``url``,
        ``title``, ``language``), or a paragraph a row (``article_id`` or ``id``, ``position``, ``text``).
    model
        A tagger; or a model's folder, which each process loads once; None is the model that came with corestory.
    threshold
        Least score of core; None leaves it to the model, which decides by article.
    keep
        Further columns of the frame that the result shall have.
    refuse
        Is given each article that cannot be read, which the result then lacks. None raises the first of them.

    Returns
    -------
    pandas.DataFrame
        A paragraph a row, in order: ``article_id``, ``position`` (int32, from 0), ``text``, ``label``, ``score``,
        ``url``, ``confidence``, and those to keep. An article without an id is called by its row: ``row:N``.

    Raises
    ------
    InputError
        A column is missing, or an article cannot be read and there is no `refuse`.

    Examples
    --------
    >>> def tag(frames, model="models/newsroom"):  # as Spark's DataFrame.mapInPandas takes it
    ...     for frame in frames:
    ...         yield tag_frame(frame, model, refuse=print)
    """
    import pandas as pd

    tagger = model if isinstance(model, Tagger) else _loaded(None if model is None else str(model))
    table = SourceTable(tuple(map(str, frame.columns)), _rows(frame))
    articles = articles_of_table(table, where="the frame", refuse=refuse or _raise, keep=keep)
    found: list[TaggedRow] = []
    for article in tagger.tag_stream(articles, threshold=threshold):
        found += rows_of(article)
    names = (*COLUMNS, *keep)
    columns = zip(*found, strict=True) if found else [()] * len(names)
    values = {name: list(column) for name, column in zip(names, columns, strict=True)}
    return pd.DataFrame({name: pd.Series(column, dtype=KINDS.get(name)) for name, column in values.items()})


def _rows(frame: pd.DataFrame) -> Iterator[SourceRow]:
    import pandas as pd

    names = [folded(str(column)) for column in frame.columns]
    for number, values in enumerate(frame.itertuples(index=False, name=None)):
        # Not available, in pandas, cannot even be asked whether it is equal to itself.
        known = (None if value is pd.NA else value for value in values)
        plain = (value.tolist() if isinstance(value, np.ndarray | np.generic) else value for value in known)
        yield SourceRow(dict(zip(names, plain, strict=True)), f"the frame, row {number}", f"row:{number}")


def _raise(error: CorestoryError) -> None:
    raise error


@lru_cache(maxsize=2)
def _loaded(folder: str | None) -> Tagger:
    return load_model(folder)
