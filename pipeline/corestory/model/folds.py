"""Folds by site, so that no out-of-fold score is of a site that its model has seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from corestory.errors import DataError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Folds:
    """Each row's fold, and by what the rows were kept together.

    Attributes
    ----------
    of_row
        Fold of each row, from 0.
    count
        Number of folds.
    by
        ``"site"``, or ``"article"`` where all rows are of one site.
    """

    of_row: npt.NDArray[np.int64]
    count: int
    by: str


def make_folds(frame: pd.DataFrame, *, folds: int, seed: int) -> Folds:
    """Deal the sites out to folds of about as many pages each.

    Parameters
    ----------
    frame
        Columns `article_id`, and `site` and `page` where known; a page without a site is a site of its own.
    folds
        How many are wanted; fewer where there are fewer sites.
    seed
        Of the order in which sites are dealt.

    Raises
    ------
    DataError
        If there is one article only.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"article_id": ["1", "1", "2", "3"], "site": ["a.example", "a.example", "b.example", ""]})
    >>> made = make_folds(frame, folds=5, seed=0)
    >>> made.count, made.by, len(set(made.of_row.tolist()))
    (3, 'site', 3)
    """
    page = frame["page"] if "page" in frame else frame["article_id"]
    site = frame["site"].fillna("").where(frame["site"].fillna("") != "", page) if "site" in frame else page
    by, group = "site", site
    if site.nunique() < 2:
        by, group = "article", page
    if group.nunique() < 2:
        raise DataError(
            "all rows are of one article", expected="at least two, to learn on one and measure on the other",
            mend="Add labelled articles, of several sites if you can.",
        )  # fmt: skip
    count = min(folds, int(group.nunique()))
    pages = page.groupby(group).nunique()
    names = np.array(sorted(pages.index), dtype=object)
    order = np.random.default_rng(seed).permutation(len(names))
    loads = np.zeros(count)
    fold_of = {}
    # Largest sites first, each to the emptiest fold; ties in seeded order.
    for name in sorted(names[order], key=lambda name: -int(pages[name])):
        fold = int(np.argmin(loads))
        fold_of[name] = fold
        loads[fold] += pages[name]
    return Folds(group.map(fold_of).to_numpy(np.int64), count, by)
