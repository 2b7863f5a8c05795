"""The choice of the lines from which the second look learns plugs, and which are planted into stories."""

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
"""The most long story paragraphs from which the scorers of lines learn."""
ROWS_A_TEMPLATE_LINE = 10
"""The smallest number of training rows for each line made from a template."""
LEAST_HEADLINE, MOST_HEADLINE = 15, 110
SURELY_CORE = 2.0
"""The limit of stage-1 log-odds of planted filler: with more, it may be prose that only this gold text leaves out."""
LEAST_WRITTEN = 200
"""The smallest number of lines labelled by a person from which the scorers can learn to generalise."""
PLUG = -2.0
"""Short story lines with smaller log-odds by the scorers of lines count as plugs that the gold text keeps."""

LEAST_OPENING, MOST_OPENING = 40, 220
OPENING_ROWS = 3
"""The number of first paragraphs of a story from which a teaser may take its opening."""
JOINTS = ": ", ". ", " "
"""The strings that join a headline and an opening to one paragraph."""

_SENTENCE_END = re.compile(r"[.!?]+[\"'»”’)]*(?=\s)|[。！？।؟]+[”」』]*")
_SIGNS = re.compile(r"[\W\d_]+")


@dataclass(frozen=True, slots=True)
class PlugLines:
    """The training rows to plant and to learn plugs from; of rows with equal words, one per fold.

    Attributes
    ----------
    written
        Filler that a person identified: by labelling its kind, or by writing a template.
    found
        Other filler that may occur in a story; it includes menus and prose.
    story
        Short story lines.
    prose
        Longer story paragraphs.
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
        """The filler from which the scorers of lines learn: `written`, and `found` too if `written` is too little."""
        return self.written if len(self.written) >= LEAST_WRITTEN else np.concatenate([self.written, self.found])

    def trusted(self, scores: Float) -> PlugLines:
        """Leave out found filler that does not look like a plug, and story lines that do.

        Parameters
        ----------
        scores
            Out-of-fold log-odds of core of every row, by the scorers of lines.
        """
        found, story = self.found[scores[self.found] < 0], self.story[scores[self.story] > PLUG]
        return replace(self, found=found, story=story)


@dataclass(frozen=True, slots=True)
class ExtendedRows:
    """The training rows, followed by lines made from templates and by headlines and teasers of pages.

    Attributes
    ----------
    rows
        All rows.
    stage1
        The stage-1 log-odds of each row, by words.
    language
        The language of each row.
    headings
        The rows of headings of lists of headlines.
    teasers
        For each page with a title the rows of its headline, of the opening of its story, and of both in one paragraph,
        shape (pages, 3); -1 if the story has no short opening. These rows have the page and the fold of their story.
    template
        The number of each line's template in its language; -1 for rows without a template.
    """

    rows: TrainingRows
    stage1: Float
    language: list[str]
    headings: Int
    teasers: Int
    template: Int

    def dealt(self, deal: int) -> TrainingRows:
        """Return the rows with each template in one fold; the fold depends on `deal`."""
        folds = int(self.rows.fold.max()) + 1
        return replace(
            self.rows, fold=np.where(self.template < 0, self.rows.fold, self.template // folds**deal % folds)
        )


def with_template_lines(
    rows: TrainingRows, stage1: Float, languages: Sequence[object], weights: Weights, *, seed: int
) -> ExtendedRows:
    """Add lines made from templates, headlines and teasers to the training rows, each as an article of its own.

    Parameters
    ----------
    rows
        The training rows.
    stage1
        Their out-of-fold stage-1 log-odds by words.
    languages
        Their languages where known; otherwise the script of the article is used.
    weights
        The weights of stage 1, which has not learned from templates.
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
    # The model may have learned from the story of an opening, so openings have the out-of-fold log-odds of their row.
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
    """Make rows of lines from templates and of parts of teasers, which keep the page and the fold of their source."""
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
    """Return the headlines of each language, and for each headline a row of its page and the parts of its teaser."""
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
        The result of `with_template_lines`.
    kinds
        The kind of filler of each training row where known.
    marked
        Whether each training row has markup. The kind of a row without markup was labelled by a person.
    seed
        The seed of the choice among story paragraphs.

    Returns
    -------
    PlugLines
        The filler to plant has a known kind other than navigation, or an unknown kind and appears on several pages of a
        fold.
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
    """Return the first sentences of a paragraph, as a teaser shows them; empty if their length does not fit.

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
    """Return the first two letters of each row's language, or the script of its article if the language is unknown."""
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
