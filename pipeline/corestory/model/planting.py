"""Articles to learn the second look from: kept stories, and stories with filler and short story lines planted in them.

Pages hold few plugs between the paragraphs of their story, and their gold texts differ about them. So lines of filler
are planted into the stories of other pages, and beside them short story lines, lest every short line pass for a plug.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from corestory.features.batch import Batch
from corestory.features.batch_features import BatchFeatures
from corestory.features.layout import Layout
from corestory.model.plug_templates import heading_lines, template_lines
from corestory.model.scoring import Weights, stage1_log_odds
from corestory.model.training_rows import Rows
from corestory.types import Bool, Float, Int

SHORT_CHARACTERS = 70
LEAST_CHARACTERS, MOST_CHARACTERS = 8, 260
LEAST_WORDS = 3
MOST_PROSE = 20_000
"""The scorers of lines learn from at most so many paragraphs of story that are not short."""
ROWS_A_TEMPLATE_LINE = 10
"""There are at most a tenth as many lines made from templates as training rows."""
LEAST_HEADLINE, MOST_HEADLINE = 15, 110
SURELY_CORE = 2.0
"""Filler with greater log-odds of stage 1 may be prose that only this gold text leaves out."""
LEAST_WRITTEN = 200
"""From fewer lines that a person wrote down nothing general can be learned."""
PLUG = -2.0
"""Short story lines with smaller log-odds by the scorers of lines are taken for plugs that the gold text keeps."""

_SIGNS = re.compile(r"[\W\d_]+")


@dataclass(frozen=True, slots=True)
class PlugLines:
    """Training rows to plant and to learn plugs from; rows of equal words once a fold.

    Attributes
    ----------
    written
        Filler that a person wrote down as such: with its kind, or as a template.
    found
        Other filler that may stand in a story; menus and prose among it.
    story
        Short story lines.
    prose
        Longer paragraphs of story.
    headings, headlines
        As of `ExtendedRows`.
    language
        The language of every training row, by which lines and stories are matched.
    """

    written: Int
    found: Int
    story: Int
    prose: Int
    headings: Int
    headlines: Int
    language: Sequence[str]

    @property
    def to_learn(self) -> Int:
        """Filler that the scorers of lines learn from: what a person wrote down, or where that is little, all."""
        return self.written if len(self.written) >= LEAST_WRITTEN else np.concatenate([self.written, self.found])

    def trusted(self, scores: Float) -> PlugLines:
        """Leave out found filler that does not look like a plug, and story that does.

        Parameters
        ----------
        scores
            Out-of-fold log-odds of core of every row, by the scorers of lines.
        """
        found, story = self.found[scores[self.found] < 0], self.story[scores[self.story] > PLUG]
        return replace(self, found=found, story=story)


@dataclass(frozen=True, slots=True)
class ExtendedRows:
    """The training rows, and behind them lines made from templates and the headlines of pages.

    Attributes
    ----------
    rows
        All rows.
    stage1
        Their log-odds by words.
    language
        Their languages.
    headings
        Headings of lists of headlines.
    headlines
        Headlines, each of the page and the fold that it is from.
    template
        The number of each line's template in its language; -1 for rows that are of none.
    """

    rows: Rows
    stage1: Float
    language: list[str]
    headings: Int
    headlines: Int
    template: Int

    def dealt(self, deal: int) -> Rows:
        """Give the rows with the templates dealt to the folds, otherwise in each deal; lines of one are in one fold."""
        folds = int(self.rows.fold.max()) + 1
        return replace(
            self.rows, fold=np.where(self.template < 0, self.rows.fold, self.template // folds**deal % folds)
        )


def with_template_lines(
    rows: Rows, stage1: Float, languages: Sequence[object], weights: Weights, *, seed: int
) -> ExtendedRows:
    """Add lines made from templates to the training rows, each a separate article and page, and headlines.

    Parameters
    ----------
    rows
        The training rows.
    stage1
        Their out-of-fold log-odds by words.
    languages
        Their languages where known; else the script of the article stands in.
    weights
        The model, which has learned nothing from templates.
    seed
        Of the values of slots.
    """
    language, layout = _languages(rows, languages), rows.batch.layout
    headlines: dict[str, list[str]] = {}
    titled: list[tuple[int, str]] = []
    for first, whole in zip(layout.first.tolist(), rows.batch.titles, strict=True):
        if not rows.first_view[first]:
            continue
        title = whole.partition(" | ")[0]
        own = headlines.setdefault(language[first], [])
        if LEAST_HEADLINE <= len(title) <= MOST_HEADLINE:
            own.append(title)
            titled.append((first, title))
    generator = np.random.default_rng(seed)
    made = template_lines(headlines, generator)
    made = [made[at] for at in generator.permutation(len(made))[: len(rows.core) // ROWS_A_TEMPLATE_LINE]]
    headings = heading_lines(headlines, generator) if titled else []
    plain, made = len(made), made + headings
    sources = [first for first, _ in titled]
    texts = [line.text for line in made] + [title for _, title in titled]
    count = len(texts)
    sizes, once = np.ones(count, np.int64), np.ones(count, bool)
    batch = Batch(
        [*rows.batch.texts, *texts], Layout.of(np.concatenate([layout.sizes, sizes])),
        [*rows.batch.titles, *[""] * count], None,
    )  # fmt: skip
    extended = Rows(
        batch,
        np.concatenate([rows.core, np.array([line.core for line in made], bool), np.zeros(len(titled), bool)]),
        np.concatenate([rows.labelled, once]),
        np.concatenate([rows.fold, np.zeros(len(made), np.int64), rows.fold[sources]]),
        np.concatenate([rows.page, rows.page.max() + 1 + np.arange(len(made)), rows.page[sources]]),
        np.concatenate([rows.weight, sizes.astype(float)]),
        np.concatenate([rows.first_view, ~once]),
    )
    features = BatchFeatures(Batch(texts, Layout.of(sizes), [""] * count, None), weights.words.idf_of)
    by_words = stage1_log_odds(features, weights)[-1].values if count else np.zeros(0)
    begin = len(rows.core)
    return ExtendedRows(
        extended,
        np.concatenate([stage1, by_words]),
        language + [line.language for line in made] + [language[first] for first in sources],
        begin + np.arange(plain, len(made)),
        begin + len(made) + np.arange(len(titled)),
        np.concatenate(
            [np.full(begin, -1), np.array([line.template for line in made], np.int64), np.full(len(titled), -1)]
        ),
    )


def plug_lines(extended: ExtendedRows, kinds: Sequence[object], marked: Bool, *, seed: int) -> PlugLines:
    """Choose the lines.

    Parameters
    ----------
    extended
        As of `with_template_lines`.
    kinds
        Of the training rows their kinds of filler where known.
    marked
        Whether each training row has markup. If not, its kind was written down by a person.
    seed
        Of the choice among paragraphs of story.

    Returns
    -------
    PlugLines
        Filler to be planted is of a known kind, but no navigation, or it recurs on several pages of a fold.
    """
    rows, stage1 = extended.rows, extended.stage1
    texts, count = rows.batch.texts[: len(kinds)], len(kinds)
    length = np.array([len(text) for text in texts])
    usable = (rows.first_view & rows.labelled)[:count] & (length >= LEAST_CHARACTERS)
    core = rows.core[:count]
    keys = {row: (int(rows.fold[row]), _plain(texts[row])) for row in np.flatnonzero(usable).tolist()}
    story = _once(np.flatnonzero(usable & core & (length <= SHORT_CHARACTERS)), keys)
    lines = np.flatnonzero(usable & ~core & (length <= MOST_CHARACTERS) & (stage1[:count] < SURELY_CORE))
    pages: dict[tuple[int, str], set[int]] = {}
    for row in lines.tolist():
        pages.setdefault(keys[row], set()).add(int(rows.page[row]))
    wordy = np.array([len(texts[row].split()) >= LEAST_WORDS for row in lines.tolist()], bool)
    recurs = np.array([len(pages[keys[row]]) > 1 for row in lines.tolist()], bool)
    known = np.array([isinstance(kinds[row], str) for row in lines.tolist()], bool)
    in_story = known & np.array([kinds[row] != "navigation" for row in lines.tolist()], bool)
    written = in_story & ~marked[lines]
    prose = _once(np.flatnonzero(usable & core & (length > SHORT_CHARACTERS)), keys)
    made = np.arange(count, len(rows.core) - len(extended.headings) - len(extended.headlines))
    return PlugLines(
        np.concatenate([_once(lines[written], keys), made[~rows.core[made]]]),
        _once(lines[~written & (in_story | (~known & recurs & wordy))], keys),
        np.concatenate([story, made[rows.core[made]]]),
        np.sort(np.random.default_rng(seed).permutation(prose)[:MOST_PROSE]),
        extended.headings,
        extended.headlines,
        extended.language,
    )


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


WRITTEN_LINES, FOUND_LINES, STORY_LINES = 3, 1, 6
"""So many lines of each sort are planted into a story, on average."""
SHORTENED, MOST_SHORTENED = 0.15, 4
"""So many stories are cut to a few paragraphs, one to this number, and get one line: some pages hold no more."""
LISTS, LEAST_LISTED, MOST_LISTED = 0.12, 2, 7
"""So many stories get a list of headlines under a heading, most of them behind the last paragraph; so long a list."""
LISTS_BEHIND = 0.8
MOST_TURNS, FEW_STORIES = 2, 30
"""So often at most lines are planted into a story of a language that has few, and in each of so few of them more."""
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


def planted_stories(rows: Rows, lines: PlugLines, generator: np.random.Generator) -> Stories:
    """Plant lines into the stories of the training rows: the core paragraphs of the first view of each page.

    A story of a language with few stories comes up to `MOST_TURNS` times, with other lines.

    Every line comes from another page of the same fold and the same language, so that what is out of fold stays so.
    """
    group = [(int(fold), language) for fold, language in zip(rows.fold.tolist(), lines.language, strict=True)]
    pools = [
        (_grouped(chosen, group), mean)
        for chosen, mean in ((lines.written, WRITTEN_LINES), (lines.found, FOUND_LINES), (lines.story, STORY_LINES))
    ]
    headings, headlines = _grouped(lines.headings, group), _grouped(lines.headlines, group)
    nothing = np.zeros(0, np.int64)
    found: list[Int] = []
    cores: list[Bool] = []
    planted: list[Bool] = []
    chosen = rows.core & rows.labelled & rows.first_view
    stories = [rows_of[chosen[rows_of]] for rows_of in np.split(np.arange(len(chosen)), rows.batch.layout.first[1:])]
    stories = [own for own in stories if len(own) >= LEAST_CORE]
    count = Counter(lines.language[own[0]] for own in stories)
    turns = [min(max(FEW_STORIES // count[lines.language[own[0]]], 1), MOST_TURNS) for own in stories]
    for whole in (own for own, times in zip(stories, turns, strict=True) for _ in range(times)):
        own, first = whole, whole[0]
        added = [_some(pool.get(group[first], nothing), mean, generator) for pool, mean in pools]
        new = np.concatenate([_other_pages(one, rows, first) for one in added])
        short = generator.random() < SHORTENED
        if short:
            own, new = own[: generator.integers(1, MOST_SHORTENED, endpoint=True)], generator.permutation(new)[:1]
        # A plug may stand behind the last paragraph, and hardly ever before the first.
        position = np.concatenate([np.arange(len(own)), generator.uniform(0.01, len(own), len(new))])
        if not short and group[first] in headings and generator.random() < LISTS:
            length = int(generator.integers(LEAST_LISTED, MOST_LISTED, endpoint=True))
            listed = _other_pages(headlines.get(group[first], nothing), rows, first)
            listed = generator.permutation(listed)[:length]
            new = np.concatenate([new, generator.choice(headings[group[first]], 1), listed])
            at = len(own) if generator.random() < LISTS_BEHIND else generator.integers(1, len(own)) - 0.5
            position = np.concatenate([position, np.full(1 + len(listed), at)])
        order = np.argsort(position, kind="stable")
        found.append(np.concatenate([own, new])[order])
        cores.append(np.concatenate([np.ones(len(own), bool), rows.core[new]])[order])
        planted.append(np.concatenate([np.zeros(len(own), bool), np.ones(len(new), bool)])[order])
    every, no = np.concatenate([nothing, *found]), np.zeros(0, bool)
    return Stories(
        every, Layout.of([len(one) for one in found]), np.concatenate([no, *cores]), np.concatenate([no, *planted]),
        np.ones(len(every)),
    )  # fmt: skip


def _other_pages(lines: Int, rows: Rows, row: int) -> Int:
    return np.asarray(lines[rows.page[lines] != rows.page[row]])


def _grouped(chosen: Int, group: Sequence[tuple[int, str]]) -> dict[tuple[int, str], Int]:
    found: dict[tuple[int, str], list[int]] = {}
    for row in chosen.tolist():
        found.setdefault(group[row], []).append(row)
    return {key: np.array(value, np.int64) for key, value in found.items()}


def _some(lines: Int, mean: float, generator: np.random.Generator) -> Int:
    if not len(lines):
        return lines
    return generator.choice(lines, min(int(generator.poisson(mean)), len(lines)), replace=False)
