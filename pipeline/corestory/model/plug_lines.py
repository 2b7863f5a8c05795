"""Lines to learn plugs from: filler that may stand in a story, and story lines that may look like filler."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from corestory.model.training_rows import Rows
from corestory.types import Bool, Float, Int

SHORT_CHARACTERS = 70
LEAST_CHARACTERS, MOST_CHARACTERS = 8, 260
LEAST_WORDS = 3
MOST_FURTHER = 30_000
"""The scorers of lines learn from at most so many further lines of either label."""
KNOWN_SHARE = 4
"""A line whose kind a person wrote down is planted so many times as often as others, and weighs so much more."""
SURELY_CORE = 2.0
"""Filler with greater log-odds of stage 1 may be prose that only this gold text leaves out."""

_SIGNS = re.compile(r"[\W\d_]+")


@dataclass(frozen=True, slots=True)
class PlugLines:
    """Rows of training rows; rows of equal words once a fold.

    Attributes
    ----------
    filler, share
        Filler to be planted, and how often each is drawn.
    story
        Short story lines to be planted.
    further
        More lines of both labels, from which the scorers of lines learn too.
    language
        The language of every training row, by which lines and stories are matched.
    """

    filler: Int
    share: Int
    story: Int
    further: Int
    language: Sequence[str]

    def without(self, scores: Float) -> PlugLines:
        """Leave out filler whose words alone, by out-of-fold log-odds of every row, look like story."""
        chosen = scores[self.filler] < (self.share > 1)
        return replace(self, filler=self.filler[chosen], share=self.share[chosen])


def plug_lines(
    rows: Rows, stage1: Float, kinds: Sequence[object], languages: Sequence[object], marked: Bool, *, seed: int
) -> PlugLines:
    """Choose the lines.

    Parameters
    ----------
    rows
        The training rows.
    stage1
        Their out-of-fold log-odds by words.
    kinds
        Their kinds of filler where known.
    languages
        Their languages where known; else the script of the article stands in.
    marked
        Whether each has markup. If not, its kind was written down by a person.
    seed
        Of the choice among further lines.

    Returns
    -------
    PlugLines
        Filler to be planted is of a known kind, but no navigation, or it recurs on several pages of a fold.
    """
    texts = rows.batch.texts
    length = np.array([len(text) for text in texts])
    usable = rows.first_view & rows.labelled & (length >= LEAST_CHARACTERS)
    keys = {row: (int(rows.fold[row]), _plain(texts[row])) for row in np.flatnonzero(usable).tolist()}
    story = _once(np.flatnonzero(usable & rows.core & (length <= SHORT_CHARACTERS)), keys)
    lines = np.flatnonzero(usable & ~rows.core & (length <= MOST_CHARACTERS) & (stage1 < SURELY_CORE))
    pages: dict[tuple[int, str], set[int]] = {}
    for row in lines.tolist():
        pages.setdefault(keys[row], set()).add(int(rows.page[row]))
    wordy = np.array([len(texts[row].split()) >= LEAST_WORDS for row in lines.tolist()], bool)
    recurs = np.array([len(pages[keys[row]]) > 1 for row in lines.tolist()], bool)
    known = np.array([isinstance(kinds[row], str) for row in lines.tolist()], bool)
    in_story = known & np.array([kinds[row] != "navigation" for row in lines.tolist()], bool)
    written = in_story & ~marked[lines]
    of_kind = _once(lines[written], keys)
    others = _once(lines[~written & (in_story | (~known & recurs & wordy))], keys)
    generator = np.random.default_rng(seed)
    prose = np.flatnonzero(usable & rows.core & (length > SHORT_CHARACTERS))
    further = [generator.permutation(one)[:MOST_FURTHER] for one in (_once(lines[wordy], keys), prose)]
    return PlugLines(
        np.concatenate([of_kind, others]), np.repeat([KNOWN_SHARE, 1], [len(of_kind), len(others)]), story,
        np.sort(np.concatenate(further)), _languages(rows, languages),
    )  # fmt: skip


def _plain(text: str) -> str:
    return _SIGNS.sub(" ", text.casefold()).strip()


def _once(rows: Int, keys: dict[int, tuple[int, str]]) -> Int:
    first: dict[tuple[int, str], int] = {}
    for row in rows.tolist():
        first.setdefault(keys[row], row)
    return np.array(sorted(first.values()), np.int64)


def _languages(rows: Rows, languages: Sequence[object]) -> list[str]:
    layout, found = rows.batch.layout, []
    for inside in layout.slices():
        known = languages[inside.start]
        name = known[:2].lower() if isinstance(known, str) else ""
        found += [name or _script(" ".join(rows.batch.texts[inside])[:500])] * (inside.stop - inside.start)
    return found


def _script(text: str) -> str:
    for character in text:
        if character.isalpha():
            return unicodedata.name(character, "").partition(" ")[0]
    return ""
