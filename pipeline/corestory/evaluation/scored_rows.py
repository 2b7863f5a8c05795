"""The rows of a split, scored by a model that may have learned from some of them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from corestory.errors import DataError
from corestory.evaluation.metrics import TOLD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from corestory.model.manifest import Manifest
    from corestory.model.tagger import Tagger

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
        Names in its column ``split``, separated by commas, or `ALL_SPLITS`.
    where
        The table's name in error messages.

    Raises
    ------
    DataError
        If a split has no row; the message lists the splits that have some.

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


def seen_splits(frame: pd.DataFrame, manifest: Manifest) -> list[str]:
    """Return the splits of a frame that a model has learned from, given that the frame is of the model's own table."""
    return sorted(set(frame["split"].dropna()) & set(manifest.splits))


def cautions(
    frame: pd.DataFrame, manifests: Mapping[str, Manifest], *, digest: str, by_article: bool
) -> tuple[str, ...]:
    """Say in sentences why measures on some rows are too optimistic.

    Parameters
    ----------
    frame
        The measured rows.
    manifests
        The manifests of the measured models, by the models' names.
    digest
        The hash of the rows' table, of `corestory.model.manifest.data_sha256`.
    by_article
        Whether the table is split by article (`corestory.labelling.table.is_split_by_article`).

    Examples
    --------
    >>> import pandas as pd
    >>> cautions(pd.DataFrame({"split": ["test"]}), {}, digest="", by_article=False)
    ()
    """
    from corestory.model.overlap import find_overlap

    found = []
    for name, manifest in manifests.items():
        seen = seen_splits(frame, manifest) if digest == manifest.data_sha256 else []
        overlap = find_overlap(frame, manifest.training)
        trained_on = f"these rows ({', '.join(seen)})" if seen else ""
        if overlap and not seen:
            trained_on = (
                f"{overlap.seen_articles:,} of these {overlap.articles:,} articles and on {overlap.seen_sites:,} of "
                f"their {overlap.sites:,} sites"
            )
        if trained_on:
            model = "The model" if len(manifests) == 1 else f"The model {name}"
            found.append(f"{model} was trained on {trained_on}, so its measures are too optimistic for other articles.")
    if by_article:
        found.append(
            "The table has fewer than three sites and is split by article: a model trained on its other splits has "
            "seen the measured sites, so the measures are too optimistic for other sites."
        )
    return tuple(found)


def training_cautions(*, folds_by: str, by_article: bool) -> tuple[str, ...]:
    """Say in sentences why out-of-fold measures are too optimistic.

    Parameters
    ----------
    folds_by
        ``"site"`` or ``"article"``, of `corestory.model.estimator.ParagraphClassifier.folds_`.
    by_article
        Whether the training table is split by article.
    """
    found = []
    if folds_by != "site":
        found.append(
            "All rows are of one site: each paragraph was scored by a model that saw other articles of its site, so "
            "the measures are too optimistic for other sites. Label articles of more sites."
        )
    if by_article:
        found.append(
            "The table has fewer than three sites and is split by article: the model has seen the sites of its "
            "validation and test rows, so measures on these are too optimistic for other sites."
        )
    return tuple(found)


def score_in_pieces(
    tagger: Tagger, frame: pd.DataFrame, *, threshold: float | None, advance: Callable[[int], None]
) -> pd.DataFrame:
    """Score a frame some thousand rows at a time, so that intermediate results never fill the memory.

    Parameters
    ----------
    tagger
        The model; its `score_frame` does the work.
    frame
        Rows numbered from 0, in any order. All rows of an article are scored together.
    threshold
        The least score of core; None is the model's own decision.
    advance
        Called after each piece with its number of rows.

    Returns
    -------
    pandas.DataFrame
        The frame with the columns `SCORED`, rows in the order given; and `TOLD` where a piece has kinds.
    """
    import numpy as np
    import pandas as pd

    pieces = []
    for rows in _pieces(frame):
        scored = tagger.score_frame(frame.iloc[rows], threshold=threshold)
        pieces.append(scored[[name for name in (*SCORED, TOLD) if name in scored]].set_axis(rows))
        advance(len(rows))
    found = pd.concat(pieces).loc[np.arange(len(frame))]
    return frame.assign(**{name: found[name].to_numpy() for name in found.columns})


def _pieces(frame: pd.DataFrame) -> Iterator[npt.NDArray[np.int64]]:
    import numpy as np
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
