"""The labelled rows of a tagged frame, checked once and laid out as arrays for every measure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from corestory.errors import DataError
from corestory.evaluation.metrics import word_counts
from corestory.types import Bool, Float, Int

if TYPE_CHECKING:
    import pandas as pd

REQUIRED = ("article_id", "text", "label", "score")


@dataclass(frozen=True, slots=True, eq=False)
class LabelledRows:
    """The rows that have a label; arrays of shape (rows,).

    Attributes
    ----------
    frame
        Their columns.
    core
        Whether each is labelled core.
    decided
        Whether the tagger calls it core.
    score
        Probability of core.
    words
        Length in words.
    articles
        Number of its article; the views of one page are one article.
    unlabelled
        How many rows were left out for want of a label.
    threshold
        The least score of core, where one was given or had to be taken.
    """

    frame: pd.DataFrame
    core: Bool
    decided: Bool
    score: Float
    words: Float
    articles: Int
    unlabelled: int
    threshold: float | None

    def part(self, index: Int) -> LabelledRows:
        """Return some of the rows, by their numbers from 0."""
        arrays = {name: getattr(self, name)[index] for name in ("core", "decided", "score", "words", "articles")}
        return replace(self, frame=self.frame.iloc[index], **arrays)

    @property
    def wrong(self) -> Bool:
        """Whether the tagger contradicts the label."""
        return np.asarray(self.decided != self.core)


def labelled_rows(frame: pd.DataFrame, *, threshold: float | None = None, where: str = "") -> LabelledRows:
    """Check a tagged frame and take its labelled rows.

    Parameters
    ----------
    frame
        A paragraph a row: ``article_id``, ``text``, ``label`` (``core``, ``filler`` or missing) and ``score``
        (probability of core); where present also ``tagged`` (the tagger's ``core`` or ``filler``), ``stage1``
        (probability by words alone), ``page``, ``site``, ``source`` and ``view``.
    threshold
        The least score of core. Decides where there is no column ``tagged`` (then 0.5 by default), else it is only
        reported.
    where
        The data's name in error messages.

    Raises
    ------
    DataError
        If a column is missing, holds what it should not, or no row has a label.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"article_id": ["a", "a"], "text": ["It rained.", "Share"], "label": ["core", None],
    ...                       "score": [0.9, 0.2]})
    >>> rows = labelled_rows(frame)
    >>> rows.core.tolist(), rows.words.tolist(), rows.unlabelled, rows.threshold
    ([True], [2.0], 1, 0.5)
    """
    missing = [column for column in REQUIRED if column not in frame.columns]
    if missing:
        raise DataError(
            f"no column {', '.join(missing)}",
            where=where,
            expected=f"{', '.join(REQUIRED)} among {list(frame.columns)}",
        )
    labelled = frame[frame["label"].notna().to_numpy()]
    if not len(labelled):
        raise DataError(
            f"{len(frame)} paragraphs, none of them labelled",
            where=where,
            expected="paragraphs labelled core or filler",
        )
    core = decisions(labelled, "label", where=where)
    score = probabilities(labelled, "score", where=where)
    if "tagged" in labelled.columns:
        decided = decisions(labelled, "tagged", where=where)
    else:
        threshold = 0.5 if threshold is None else threshold
        decided = score >= threshold
    words = word_counts(labelled["text"].tolist())
    return LabelledRows(
        labelled, core, decided, score, words, _articles(labelled), len(frame) - len(labelled), threshold
    )


def decisions(frame: pd.DataFrame, column: str, *, where: str = "") -> Bool:
    """Read a column of ``core`` and ``filler``: whether each row is core.

    Raises
    ------
    DataError
        If a row holds neither, naming the first.

    Examples
    --------
    >>> import pandas as pd
    >>> decisions(pd.DataFrame({"tagged": ["core", "filler"]}), "tagged").tolist()
    [True, False]
    """
    values = frame[column].astype(object).to_numpy()
    core, filler = values == "core", values == "filler"
    unknown = np.flatnonzero(~(core | filler))
    if len(unknown):
        row = int(unknown[0])
        raise DataError(
            f"{column} {values[row]!r} in article {frame['article_id'].iloc[row]!r}",
            where=where,
            expected="core or filler",
        )
    return np.asarray(core, dtype=bool)


def probabilities(frame: pd.DataFrame, column: str, *, where: str = "") -> Float:
    """Read a column of probabilities.

    Raises
    ------
    DataError
        If a row holds none, naming the first.

    Examples
    --------
    >>> import pandas as pd
    >>> probabilities(pd.DataFrame({"score": [0.25, 1]}), "score").tolist()
    [0.25, 1.0]
    """
    values = frame[column].to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = np.flatnonzero(~((values >= 0) & (values <= 1)))
    if len(wrong):
        row = int(wrong[0])
        raise DataError(
            f"{column} {values[row]} in article {frame['article_id'].iloc[row]!r}",
            where=where,
            expected="a probability from 0 to 1 for every paragraph",
        )
    return values


def _articles(frame: pd.DataFrame) -> Int:
    import pandas as pd

    if "page" in frame.columns:
        names = frame["page"].fillna(frame["article_id"])
    elif "view" in frame.columns:
        pairs = zip(frame["article_id"].astype(str), frame["view"].fillna("").astype(str), strict=True)
        names = pd.Series([article.removesuffix(f"@{view}") for article, view in pairs])
    else:
        names = frame["article_id"]
    return pd.factorize(names, sort=True)[0].astype(np.int64)  # sorted: no order of the rows changes the draws
