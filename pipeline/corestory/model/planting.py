"""Articles to learn the second look from: kept stories, and stories with filler and short story lines planted in them.

Pages hold few plugs between the paragraphs of their story, and their gold texts differ about them. So lines of filler
are planted into the stories of other pages, and beside them short story lines, lest every short line pass for a plug.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from corestory.features.layout import Layout
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


FILLER_LINES, STORY_LINES = 4, 6
"""So many lines of either label are planted into a story, on average."""
LEAST_CORE = 3
"""Stories with fewer paragraphs get no planted lines."""
LEAST_TRUST = 0.1
"""Labels of kept paragraphs to which the first decision gives a smaller probability are not learned from."""


@dataclass(frozen=True, slots=True)
class Stories:
    """Articles whose paragraphs are rows of the training rows.

    Attributes
    ----------
    rows
        The training row of each paragraph, shape (paragraphs,); a row may be in several articles.
    layout
        Which paragraphs make an article.
    core
        Whether each is core.
    planted
        Whether each is a planted line.
    weight
        What each weighs in the fit; 0 for context only.
    """

    rows: Int
    layout: Layout
    core: Bool
    planted: Bool
    weight: Float

    def part(self, articles: Bool) -> Stories:
        """Give some of the articles."""
        inside = np.repeat(articles, self.layout.sizes)
        return Stories(
            self.rows[inside], Layout.of(self.layout.sizes[articles]), self.core[inside], self.planted[inside],
            self.weight[inside],
        )  # fmt: skip


def joined_stories(parts: Sequence[Stories]) -> Stories:
    """Put the articles of several one behind the other."""
    return Stories(
        np.concatenate([part.rows for part in parts]),
        Layout.of(np.concatenate([part.layout.sizes for part in parts])),
        np.concatenate([part.core for part in parts]),
        np.concatenate([part.planted for part in parts]),
        np.concatenate([part.weight for part in parts]),
    )


def kept_stories(rows: Rows, places: Int, scores: Float, kept: Bool) -> Stories:
    """Make an article of what was kept of each article.

    Parameters
    ----------
    rows
        The rows that were decided.
    places
        For each of them, its training row.
    scores
        Their out-of-fold scores.
    kept
        Whether each was kept. Labels of kept paragraphs that the scores contradict have no weight.
    """
    sizes = np.add.reduceat(kept.astype(np.int64), rows.batch.layout.first)
    chosen = np.flatnonzero(kept)
    trusted = rows.labelled & (np.where(rows.core, scores, 1 - scores) >= LEAST_TRUST)
    return Stories(
        places[chosen], Layout.of(sizes[sizes > 0]), rows.core[chosen], np.zeros(len(chosen), bool),
        trusted[chosen].astype(float),
    )  # fmt: skip


def planted_stories(rows: Rows, lines: PlugLines, generator: np.random.Generator, *, turns: int) -> Stories:
    """Plant lines into the stories of the training rows: the core paragraphs of the first view of each page.

    Each story comes so many times as there are turns, with other lines.

    Every line comes from another page of the same fold and the same language, so that what is out of fold stays so.
    """
    group = [(int(fold), language) for fold, language in zip(rows.fold.tolist(), lines.language, strict=True)]
    filler = _grouped(np.repeat(lines.filler, lines.share), group)
    short = _grouped(lines.story, group)
    found: list[Int] = []
    cores: list[Bool] = []
    planted: list[Bool] = []
    for inside in rows.batch.layout.slices() * turns:
        own = np.arange(inside.start, inside.stop)
        own = own[rows.core[own] & rows.labelled[own] & rows.first_view[own]]
        plugs = filler.get(group[inside.start], np.zeros(0, np.int64))
        if len(own) < LEAST_CORE or not len(plugs):
            continue
        other = short.get(group[inside.start], plugs[:0])
        added = [_some(plugs, FILLER_LINES, generator), _some(other, STORY_LINES, generator)]
        added = [one[rows.page[one] != rows.page[inside.start]] for one in added]
        new = np.concatenate(added)
        # A plug may stand behind the last paragraph, and hardly ever before the first.
        position = np.concatenate([np.arange(len(own)), generator.uniform(0.01, len(own), len(new))])
        order = np.argsort(position, kind="stable")
        found.append(np.concatenate([own, new])[order])
        cores.append(np.concatenate([np.ones(len(own), bool), rows.core[new]])[order])
        planted.append(np.concatenate([np.zeros(len(own), bool), np.ones(len(new), bool)])[order])
    sizes = [len(one) for one in found]
    nothing = np.zeros(0, bool)
    chosen = np.concatenate([np.zeros(0, np.int64), *found])
    return Stories(
        chosen, Layout.of(sizes), np.concatenate([nothing, *cores]), np.concatenate([nothing, *planted]),
        np.ones(len(chosen)),
    )  # fmt: skip


def _grouped(chosen: Int, group: Sequence[tuple[int, str]]) -> dict[tuple[int, str], Int]:
    found: dict[tuple[int, str], list[int]] = {}
    for row in chosen.tolist():
        found.setdefault(group[row], []).append(row)
    return {key: np.array(value, np.int64) for key, value in found.items()}


def _some(lines: Int, mean: float, generator: np.random.Generator) -> Int:
    if not len(lines):
        return lines
    return generator.choice(lines, min(int(generator.poisson(mean)), len(lines)), replace=False)
