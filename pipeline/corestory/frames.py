"""Tagging as a plain function of a frame, for Spark, Ray, Dask and the like."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from corestory.errors import Refuse, raise_refusal
from corestory.model.site_memory import SiteMemory
from corestory.model.storage import load_model
from corestory.model.tagger import Tagger
from corestory.output.rows import COLUMNS, TaggedRow, rows_of
from corestory.reading.article_rows import articles_of_table
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
        One article per row (``paragraphs``, ``text`` or ``html``; where known ``article_id`` or ``id``, ``url``,
        ``title``, ``language``, ``site``), or one paragraph per row (``article_id`` or ``id``, ``position``, ``text``).
    model
        A tagger, or a model's folder, which each process loads once. None is the default model.
    threshold
        Tag a paragraph as core from this score on, 0 to 1. None: the model chooses a cutoff for each article.
    memory
        Remembered pages of the articles' sites, as `load_memory` gives them.
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


@lru_cache(maxsize=2)
def _loaded(folder: str | None) -> Tagger:
    return load_model(folder)
