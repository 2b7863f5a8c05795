"""The choice of the lines that teach the second look plugs, and that are planted into stories for it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from corestory.features.batch import Batch
from corestory.features.batch_features import BatchFeatures
from corestory.features.layout import Layout
from corestory.model.scoring import Weights, stage1_log_odds
from corestory.training.plug_templates import TemplateLine, heading_lines, template_lines
from corestory.training.training_rows import TrainingRows
from corestory.types import Bool, Float, Int

SHORT_CHARACTERS = 70
LEAST_CHARACTERS, MOST_CHARACTERS = 8, 260
LEAST_WORDS = 3
MOST_PROSE = 20_000
"""The most paragraphs of story that are not short and that the scorers of lines learn from."""
ROWS_A_TEMPLATE_LINE = 10
"""The training rows for each line made from a template, at least."""
LEAST_HEADLINE, MOST_HEADLINE = 15, 110
SURELY_CORE = 2.0
"""Filler with greater log-odds of stage 1 is not planted: it may be prose that only this gold text leaves out."""
LEAST_WRITTEN = 200
"""The fewest lines written down by a person from which something general can be learned."""
PLUG = -2.0
"""Short story lines with smaller log-odds by the scorers of lines count as plugs that the gold text keeps."""

LEAST_OPENING, MOST_OPENING = 40, 220
OPENING_ROWS = 3
"""The number of first paragraphs of a story of which a teaser may show the first sentences."""
JOINTS = ": ", ". ", " "
"""The strings between a headline and an opening that are one paragraph."""

_SENTENCE_END = re.compile(r"[.!?]+[\"'»”’)]*(?=\s)|[。！？।؟]+[”」』]*")
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
    language
        The language of every training row, by which lines and stories are matched.
    """

    written: Int
    found: Int
    story: Int
    prose: Int
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
    teasers
        For each page with a title the rows of its headline, of the opening of its story, and of both in one paragraph,
        shape (pages, 3); -1 where the story has no short opening. They are of the page and the fold that they are from.
    template
        The number of each line's template in its language; -1 for rows that are of none.
    """

    rows: TrainingRows
    stage1: Float
    language: list[str]
    headings: Int
    teasers: Int
    template: Int

    def dealt(self, deal: int) -> TrainingRows:
        """Return the rows, with the templates dealt to the folds anew for each `deal`; a template is in one fold."""
        folds = int(self.rows.fold.max()) + 1
        return replace(
            self.rows, fold=np.where(self.template < 0, self.rows.fold, self.template // folds**deal % folds)
        )


def with_template_lines(
    rows: TrainingRows, stage1: Float, languages: Sequence[object], weights: Weights, *, seed: int
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
        The seed of the values of slots.
    """
    language, generator = row_languages(rows, languages), np.random.default_rng(seed)
    headlines, teasers = _headlines_and_teasers(rows, language, generator)
    made = template_lines(headlines, generator)
    made = [made[at] for at in generator.permutation(len(made))[: len(rows.core) // ROWS_A_TEMPLATE_LINE]]
    headings = heading_lines(headlines, generator) if teasers else []
    plain, made = len(made), made + headings
    sources = np.array([first for first, parts in teasers for _ in parts], np.int64)
    added = _added_rows(rows, made, sources, [part for _, parts in teasers for part in parts])
    by_words = np.zeros(0)
    if len(added.core):
        features = BatchFeatures(added.batch, weights.words.idf_of)
        by_words = stage1_log_odds(features, weights)[-1].values
    # The model may have learned from the story that an opening is of.
    opened = np.flatnonzero([number > 0 for _, parts in teasers for number in range(len(parts))])
    by_words[len(made) + opened] = stage1[sources[opened]]
    begin = len(rows.core)
    numbers = iter(range(begin + len(made), begin + len(added.core)))
    of_teasers = [[next(numbers) for _ in parts] + [-1] * (3 - len(parts)) for _, parts in teasers]
    templates = np.array([line.template for line in made], np.int64)
    return ExtendedRows(
        rows.followed_by(added),
        np.concatenate([stage1, by_words]),
        language + [line.language for line in made] + [language[first] for first in sources.tolist()],
        begin + np.arange(plain, len(made)),
        np.array(of_teasers, np.int64).reshape(-1, 3),
        np.concatenate([np.full(begin, -1), templates, np.full(len(sources), -1)]),
    )


def _added_rows(rows: TrainingRows, made: Sequence[TemplateLine], sources: Int, teasers: Sequence[str]) -> TrainingRows:
    """Lay lines made from templates and parts of teasers out, each as an article; parts are of their sources' pages."""
    texts = [line.text for line in made] + list(teasers)
    sizes, once = np.ones(len(texts), np.int64), np.ones(len(texts), bool)
    return TrainingRows(
        Batch(texts, Layout.of(sizes), [""] * len(texts), None),
        np.array([line.core for line in made] + [False] * len(teasers), bool),
        once,
        np.concatenate([np.zeros(len(made), np.int64), rows.fold[sources]]),
        np.concatenate([rows.page.max() + 1 + np.arange(len(made)), rows.page[sources]]),
        sizes.astype(float),
        ~once,
    )


def _headlines_and_teasers(
    rows: TrainingRows, language: Sequence[str], generator: np.random.Generator
) -> tuple[dict[str, list[str]], list[tuple[int, tuple[str, ...]]]]:
    """Return the headlines of each language, and for each a row of its page and what a teaser of it may show."""
    layout = rows.batch.layout
    headlines: dict[str, list[str]] = {}
    teasers: list[tuple[int, tuple[str, ...]]] = []
    for first, size, whole in zip(layout.first.tolist(), layout.sizes.tolist(), rows.batch.titles, strict=True):
        if not rows.first_view[first]:
            continue
        title = whole.partition(" | ")[0]
        own = headlines.setdefault(language[first], [])
        if LEAST_HEADLINE <= len(title) <= MOST_HEADLINE:
            own.append(title)
            story = first + np.flatnonzero(rows.core[first : first + size])[:OPENING_ROWS]
            openings = [(row, shown) for row in story.tolist() if (shown := opening(rows.batch.texts[row]))]
            for row, shown in openings[:1]:
                teasers.append((row, (title, shown, title + str(generator.choice(JOINTS)) + shown)))
            if not openings:
                teasers.append((first, (title,)))
    return headlines, teasers


def plug_lines(extended: ExtendedRows, kinds: Sequence[object], marked: Bool, *, seed: int) -> PlugLines:
    """Choose the lines.

    Parameters
    ----------
    extended
        As in `with_template_lines`.
    kinds
        The kind of filler of each training row where known.
    marked
        Whether each training row has markup. If not, its kind was written down by a person.
    seed
        The seed of the choice among paragraphs of story.

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
    made = np.flatnonzero(extended.template >= 0)
    made = made[~np.isin(made, extended.headings)]
    return PlugLines(
        np.concatenate([_once(lines[written], keys), made[~rows.core[made]]]),
        _once(lines[~written & (in_story | (~known & recurs & wordy))], keys),
        np.concatenate([story, made[rows.core[made]]]),
        np.sort(np.random.default_rng(seed).permutation(prose)[:MOST_PROSE]),
        extended.language,
    )


def opening(text: str) -> str:
    """Return the first sentences of a paragraph that a teaser could show; nothing if none is of a teaser's length.

    Examples
    --------
    >>> opening("The ferry has been late each day of this month. " + "Nobody knows why. " * 20)[-17:]
    'Nobody knows why.'
    """
    if len(text) <= MOST_OPENING:
        return text if len(text) >= LEAST_OPENING else ""
    ends = [end for found in _SENTENCE_END.finditer(text) if LEAST_OPENING <= (end := found.end()) <= MOST_OPENING]
    return text[: ends[-1]] if ends else ""


def _plain(text: str) -> str:
    return _SIGNS.sub(" ", text.casefold()).strip()


def _once(rows: Int, keys: dict[int, tuple[int, str]]) -> Int:
    first: dict[tuple[int, str], int] = {}
    for row in rows.tolist():
        first.setdefault(keys[row], row)
    return np.array(sorted(first.values()), np.int64)


def row_languages(rows: TrainingRows, languages: Sequence[object]) -> list[str]:
    """Return the language of each row by its first two letters; where it is not known, the script of the article."""
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
