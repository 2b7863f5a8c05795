"""The rows of a labelled table from which kinds and roles are learned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from corestory.errors import DataError
from corestory.features.batch import batch_of_frame
from corestory.features.layout import Layout
from corestory.features.line_marks import unmarked
from corestory.features.paragraph_shape import shape_features
from corestory.labelling.kinds import without_telling_words
from corestory.labelling.labelled import KINDS, ROLES
from corestory.model.kinds import CLASSES
from corestory.model.training_rows import has_markup
from corestory.types import Bool, Float, Int

if TYPE_CHECKING:
    import pandas as pd

BALANCE = 0.25
"""Each class weighs as its rows to the power of one minus this: rare classes count for more than their number."""

PLANTED_WEIGHT = 0.3
"""What a row of an article with planted lines weighs against others."""


def classes_of(frame: pd.DataFrame) -> Int:
    """Give the number of each row's class, by its role or its kind; -1 if it has none."""
    found = np.full(len(frame), -1)
    for column, names in (("role", ROLES), ("kind", KINDS)):
        if column not in frame:
            continue
        values = frame[column].fillna("").to_numpy(object)
        unknown = sorted({str(value) for value in np.unique(values.astype(str))} - {*names, ""})
        if unknown:
            raise DataError(f"{column} {unknown[0][:40]!r}", expected=f"{', '.join(names)} or nothing")
        for name in names:
            found[values == name] = CLASSES.index(name)
    return found


@dataclass(frozen=True, slots=True)
class KindRows:
    """Rows article by article; `half` of the folds, `marked` where an article has markup, `classes` -1 if unknown.

    `found` is not set in articles with planted lines.
    """

    texts: Sequence[str]
    layout: Layout
    classes: Int
    core: Bool
    site: Int
    half: Int
    found: Bool
    marked: Bool
    markup: npt.NDArray[np.object_]
    words: Float
    shape: Float

    def chosen(self, inside: Bool, cap: int, generator: np.random.Generator) -> Int:
        """Choose rows with a class, each text once a site and class, at most so many a site and class."""
        import pandas as pd

        rows = generator.permutation(np.flatnonzero(inside & (self.classes >= 0)))
        table = pd.DataFrame(
            {"site": self.site[rows], "class": self.classes[rows], "marked": self.marked[rows],
             "text": [self.texts[row] for row in rows]}, index=rows
        ).drop_duplicates()  # fmt: skip
        number = table.groupby(["site", "class", "marked"]).cumcount()
        return np.sort(number.index[number < cap].to_numpy(np.int64))

    def enough(self, rows: Int) -> bool:
        """Whether each half of the folds has two classes at least."""
        return all(len(np.unique(self.classes[rows[self.half[rows] == half]])) > 1 for half in (0, 1))

    def weights(self, rows: Int) -> Float:
        """Give the rows of a class that one site has less weight the more they are, and those of rare classes more."""
        pair = self.site[rows] * len(CLASSES) + self.classes[rows]
        _, place, count = np.unique(pair, return_inverse=True, return_counts=True)
        weight = np.where(self.found[rows], 1.0, PLANTED_WEIGHT) / np.sqrt(count[place])
        of_class = np.bincount(self.classes[rows], weight, len(CLASSES))
        weight *= of_class[self.classes[rows]] ** -BALANCE
        return np.asarray(weight / weight.mean())

    def seen_markup(self) -> list[str]:
        """Give markup words; half of the sites without those that told the kinds, or nothing else would be learned."""
        hidden: dict[str, str] = {}
        seen = []
        for markup, marked, site in zip(self.markup.tolist(), self.marked.tolist(), self.site.tolist(), strict=True):
            if not marked:
                seen.append("")
            elif site % 2:
                if markup not in hidden:
                    hidden[markup] = without_telling_words(markup)
                seen.append(hidden[markup])
            else:
                seen.append(markup)
        return seen


def kind_rows(frame: pd.DataFrame, classes: Int, core: Bool, half: Int, *, found: int) -> KindRows:
    """Lay out a table whose first `found` rows are not of articles with planted lines."""
    import pandas as pd

    batch, order = batch_of_frame(frame, markup=False)
    texts, _ = unmarked(batch.texts)
    page = frame["page"] if "page" in frame else frame["article_id"]
    site = frame["site"].fillna("") if "site" in frame else page
    numbers, _ = pd.factorize(site.where(site != "", page), sort=True)
    words, shape = shape_features(texts)
    markup = frame["markup"].to_numpy(object) if "markup" in frame else np.full(len(frame), None, object)
    return KindRows(
        texts, batch.layout, classes[order], core[order], numbers.astype(np.int64)[order], half[order],
        order < found, has_markup(frame)[order], markup[order], words, shape,
    )  # fmt: skip
