"""The rows that are measured: chosen by split, scored by a model, checked and turned into arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from corestory.errors import DataError
from corestory.evaluation.metrics import PREDICTED, word_counts
from corestory.types import Bool, Float, Int

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy.typing as npt
    import pandas as pd

    from corestory.model.manifest import Manifest
    from corestory.model.tagger import Tagger


@dataclass(frozen=True, slots=True, eq=False)
class LabelledRows:
    """The rows that have a label; arrays of shape (rows,).

    Attributes
    ----------
    frame
        The columns of the rows.
    core
        Whether each row is labelled core.
    decided
        Whether the tagger makes each row core.
    score
        The probability of core.
    words
        The length in words.
    articles
        The number of the article; the views of one page are one article.
    unlabelled
        The number of rows that were left out because they have no label.
    threshold
        The least score of core; None if no threshold was given or needed.
    where
        The data's name in error messages.
    """

    frame: pd.DataFrame
    core: Bool
    decided: Bool
    score: Float
    words: Float
    articles: Int
    unlabelled: int
    threshold: float | None
    where: str = ""

    def part(self, index: Int) -> LabelledRows:
        """Return some of the rows, given by their numbers from 0."""
        arrays = {name: getattr(self, name)[index] for name in ("core", "decided", "score", "words", "articles")}
        return replace(self, frame=self.frame.iloc[index], **arrays)

    @property
    def positions(self) -> Int:
        """The position of each row in its article, or the order of the rows if there is no such column."""
        frame = self.frame
        return frame["position"].to_numpy(np.int64) if "position" in frame else np.arange(len(frame))

    @property
    def stage1(self) -> Float | None:
        """The probability of core by the words alone; None if it is unknown."""
        return self.frame["stage1"].to_numpy(np.float64) if "stage1" in self.frame else None

    @property
    def wrong(self) -> Bool:
        """Whether the tagger contradicts the label."""
        return np.asarray(self.decided != self.core)


def labelled_rows(frame: pd.DataFrame, *, threshold: float | None = None, where: str = "") -> LabelledRows:
    """Check a tagged frame and take its labelled rows.

    Parameters
    ----------
    frame
        One row per paragraph: ``article_id``, ``text``, ``label`` (``core``, ``filler`` or missing) and ``score``
        (probability of core). Optional columns are ``tagged`` (the tagger's ``core`` or ``filler``), ``stage1``
        (probability by words alone), ``page``, ``site``, ``source`` and ``view``.
    threshold
        The least score of core. Without a column ``tagged`` it decides, and is 0.5 by default; with this column it is
        only reported.
    where
        The data's name in error messages.

    Raises
    ------
    DataError
        A label is neither core nor filler, or no row has a label.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"article_id": ["a", "a"], "text": ["It rained.", "Share"], "label": ["core", None],
    ...                       "score": [0.9, 0.2]})
    >>> rows = labelled_rows(frame)
    >>> rows.core.tolist(), rows.words.tolist(), rows.unlabelled, rows.threshold
    ([True], [2.0], 1, 0.5)
    """
    labelled = frame[frame["label"].notna().to_numpy()]
    if not len(labelled):
        raise DataError(
            f"{len(frame)} paragraphs, none of them labelled",
            where=where,
            expected="paragraphs labelled core or filler",
        )
    core = (labelled["label"] == "core").to_numpy(bool)
    for row in labelled[(labelled["label"] != "filler") & ~core].head(1).itertuples():
        found = f"unknown label {row.label!r} in article {row.article_id!r}"
        raise DataError(found, where=where, expected="core or filler")
    score = labelled["score"].to_numpy(np.float64)
    if "tagged" in labelled.columns:
        decided = (labelled["tagged"] == "core").to_numpy(bool)
    else:
        threshold = 0.5 if threshold is None else threshold
        decided = score >= threshold
    words, articles, unlabelled = (
        word_counts(labelled["text"].tolist()),
        _articles(labelled),
        len(frame) - len(labelled),
    )
    return LabelledRows(labelled, core, decided, score, words, articles, unlabelled, threshold, where)


def _articles(frame: pd.DataFrame) -> Int:
    import pandas as pd

    names = frame["page"] if "page" in frame else frame["article_id"]
    return pd.factorize(names, sort=True)[0].astype(np.int64)  # sorted, so that draws do not depend on the row order


ALL_SPLITS = "all"
ROWS_AT_ONCE = 20_000
SCORED = ("score", "tagged", "stage1", "confidence", "second_look")
"""The columns that scoring adds to a labelled table."""


def chosen_rows(frame: pd.DataFrame, split: str, *, where: str) -> pd.DataFrame:
    """Return the rows of one or several splits, with a new index.

    Parameters
    ----------
    frame
        The labelled table.
    split
        Values of its column ``split``, separated by commas, or `ALL_SPLITS`.
    where
        The table's name in error messages.

    Raises
    ------
    DataError
        A split has no rows; the message lists the splits that have some.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"text": ["It rained.", "Share"], "split": ["test", "train"]})
    >>> chosen_rows(frame, "train", where="frame")["text"].tolist()
    ['Share']
    """
    if not len(frame):
        raise DataError("no rows", where=where, expected="labelled paragraphs")
    names = [name.strip() for name in split.split(",")]
    if names == [ALL_SPLITS]:
        return frame.reset_index(drop=True)
    counts = {str(name): int(count) for name, count in frame["split"].value_counts().items()}
    for name in names:
        if name not in counts:
            there = ", ".join(f"{known} ({count:,} rows)" for known, count in counts.items())
            raise DataError(
                f"no rows of the split {name!r}",
                where=where,
                expected=f"one of {there}" if there else "a split in some row",
                hint=f"Or use all rows: --split {ALL_SPLITS}",
            )
    return frame[frame["split"].isin(names).to_numpy()].reset_index(drop=True)


def seen_splits(frame: pd.DataFrame, manifest: Manifest, *, digest: str) -> list[str]:
    """Return the splits of a frame from which a model has learned; `digest` is the hash of the frame's table."""
    return sorted(set(frame["split"].dropna()) & set(manifest.splits)) if digest == manifest.data_sha256 else []


def score_in_pieces(
    tagger: Tagger, frame: pd.DataFrame, *, threshold: float | None, progress: Callable[[int], None]
) -> pd.DataFrame:
    """Score a frame some thousand rows at a time, so that intermediate results never fill the memory.

    Parameters
    ----------
    tagger
        The model; its `score_frame` does the work.
    frame
        Rows numbered from 0, in any order. All rows of an article are scored together.
    threshold
        The least score of core; None for the model's own decision.
    progress
        Called after each piece with the number of scored rows.

    Returns
    -------
    pandas.DataFrame
        The frame, in the order given, with the columns `SCORED`, and with `PREDICTED` if a piece has kinds.
    """
    import pandas as pd

    pieces = []
    for rows in _pieces(frame):
        scored = tagger.score_frame(frame.iloc[rows], threshold=threshold)
        pieces.append(scored[[name for name in (*SCORED, PREDICTED) if name in scored]].set_axis(rows))
        progress(sum(map(len, pieces)))
    found = pd.concat(pieces).loc[np.arange(len(frame))]
    return frame.assign(**{name: found[name].to_numpy() for name in found.columns})


def _pieces(frame: pd.DataFrame) -> Iterator[npt.NDArray[np.int64]]:
    import pandas as pd

    article = pd.factorize(frame["article_id"])[0]
    order = np.argsort(article, kind="stable")
    starts = np.flatnonzero(np.diff(article[order], prepend=-1))
    begin = 0
    for start, end in pairwise([*starts.tolist(), len(order)]):
        if end - begin > ROWS_AT_ONCE and start > begin:
            yield order[begin:start]
            begin = start
    yield order[begin:]
