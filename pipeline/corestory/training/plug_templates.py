"""Plugs and short story lines made from templates, to plant them into stories of their language.

Labelled pages have few plugs between the paragraphs of their story. ``plug_templates.tsv`` holds templates of plugs in
many languages, and templates of short story lines as their counterpart; all were written for corestory. Slots are
filled with headlines of labelled pages, and with invented names, outlets, topics and places of the same file;
``[Read|See] more`` lists alternative wordings. Kinds are also learned from articles with such lines, because markup
labels the kinds of lines around a story, but seldom of lines within it, and in few languages.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import zip_longest

import numpy as np
import pandas as pd

from corestory.features.layout import changes
from corestory.types import Bool, Int

FILLS, COPIES = 4, 2
"""The fewest lines made from a template, and from each of its wordings: n-grams of a single line are not learned."""
STORY, HEADING = "story", "heading"
_SLOT_KIND = "slot:"
_SLOT = re.compile(r"\{(\w+)\}")
_WORDINGS = re.compile(r"\[([^\[\]|]*\|[^\[\]]*)\]")
_SAME_LANGUAGE = {"no": "nb", "nn": "nb"}


@dataclass(frozen=True, slots=True)
class Templates:
    """The templates of one language.

    Attributes
    ----------
    lines
        Pairs of kind and template; the kind is one of `corestory.labelling.labelled.KINDS`, or `STORY`.
    headings
        Headings of lists of headlines.
    values
        The possible values of each slot.
    """

    lines: tuple[tuple[str, str], ...]
    headings: tuple[str, ...]
    values: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class TemplateLine:
    """A line made from a template; `template` is the number of the template in its language, in random order."""

    language: str
    kind: str
    template: int
    text: str

    @property
    def core(self) -> bool:
        """Whether it is a story line."""
        return self.kind == STORY


@cache
def templates() -> Mapping[str, Templates]:
    """Read the templates of each language."""
    lines: dict[str, list[tuple[str, str]]] = defaultdict(list)
    headings: dict[str, list[str]] = defaultdict(list)
    values: dict[str, dict[str, list[str]]] = defaultdict(dict)
    rows = files(__package__).joinpath("plug_templates.tsv").read_text(encoding="utf-8").splitlines()[1:]
    for row in rows:
        language, kind, template = row.split("\t")
        if kind.startswith(_SLOT_KIND):
            values[language][kind.removeprefix(_SLOT_KIND)] = template.split("|")
        elif kind == HEADING:
            headings[language].append(template)
        else:
            lines[language].append((kind, template))
    return {
        language: Templates(tuple(found), tuple(headings[language]), values[language])
        for language, found in lines.items()
    }


def template_lines(headlines: Mapping[str, Sequence[str]], generator: np.random.Generator) -> list[TemplateLine]:
    """Make lines from the templates of some languages.

    Parameters
    ----------
    headlines
        Headlines by language. Languages without templates are skipped. In a language without headlines, templates with
        a slot for one are skipped.
    generator
        Chooses wordings, the values of slots and the order of templates.
    """
    found = []
    for language in sorted(headlines):
        known = templates().get(_SAME_LANGUAGE.get(language, language))
        if known is None:
            continue
        values = {**known.values, "headline": headlines[language]}
        numbers = generator.permutation(len(known.lines))
        for (kind, template), number in zip(known.lines, numbers.tolist(), strict=True):
            texts = _filled(template, values, generator)
            found += [TemplateLine(language, kind, number, text) for text in texts]
    return found


def heading_lines(languages: Iterable[str], generator: np.random.Generator) -> list[TemplateLine]:
    """Make a heading of a list of headlines from each template of a heading in some languages.

    Parameters
    ----------
    languages
        The languages; those without templates are skipped.
    generator
        As in `template_lines`.
    """
    found = []
    for language in sorted(languages):
        known = templates().get(_SAME_LANGUAGE.get(language, language))
        if known is not None and known.headings:
            numbers = generator.permutation(len(known.headings))
            for template, number in zip(known.headings, numbers.tolist(), strict=True):
                (text, *_) = _filled(template, known.values, generator)
                found.append(TemplateLine(language, HEADING, number, text))
    return found


def _filled(template: str, values: Mapping[str, Sequence[str]], generator: np.random.Generator) -> list[str]:
    if "{headline}" in template and not values["headline"]:
        return []

    def value(slot: re.Match[str]) -> str:
        known = values.get(slot[1])
        # `generator.choice` makes an array of all values each time.
        return _NUMBERS[slot[1]](generator) if known is None else known[int(generator.integers(len(known)))]

    parts = _WORDINGS.split(template)
    lists = [part.split("|") for part in parts[1::2]]
    if len(parts) == 1 and not _SLOT.search(template):
        return [template] * COPIES
    count = max([FILLS, *(COPIES * len(wordings) for wordings in lists)])
    # Each wording is used equally often, in different combinations.
    chosen = [generator.permutation(np.arange(count) % len(wordings)) for wordings in lists]
    found = []
    for number in range(count):
        parts[1::2] = [wordings[order[number]] for wordings, order in zip(lists, chosen, strict=True)]
        found.append(" ".join(_SLOT.sub(value, "".join(parts)).split()))
    return found


_NUMBERS = {
    "n": lambda generator: str(generator.integers(2, 90)),
    "d": lambda generator: str(generator.integers(1, 29)),
    "year": lambda generator: str(generator.integers(2009, 2027)),
    "hh": lambda generator: str(generator.integers(1, 24)),
    "mm": lambda generator: f"{generator.integers(0, 60):02}",
    "handle": lambda generator: f"desk{generator.integers(2, 90)}",
    "email": lambda generator: f"desk{generator.integers(2, 90)}@news.example",
}


ROWS_A_LINE = 10
"""The smallest number of rows of the table for each planted line."""
LEAST_STORY, MOST_ROWS = 3, 12
"""The fewest core paragraphs of an article that gets lines, and the most rows that are taken from it."""
BEFORE, AFTER = 6, 8
"""The rows before and after the story that are taken, too, in half of the articles."""
LINES_A_STORY = 3
COLUMNS = {"article_id", "position", "text", "title", "language", "kind"}


def with_planted_lines(
    frame: pd.DataFrame, core: Bool, fold: Int, generator: np.random.Generator
) -> tuple[pd.DataFrame, Bool, Int]:
    """Add articles with planted lines of their language to the rows of a table.

    Half of these articles keep their markup, and a planted line has the markup of the paragraph before it. All lines of
    a template are in articles of even folds, or all are in articles of odd folds.

    Parameters
    ----------
    frame, core, fold
        As in `corestory.training.kinds_fit.fit_kinds`. If one of `COLUMNS` is missing, nothing is added.
    generator
        Chooses stories, lines and positions.

    Returns
    -------
    frame, core, fold
        The rows given, followed by the added rows.
    """
    if not set(frame) >= COLUMNS:
        return frame, core, fold
    planted, parts = _planted(frame, core, fold, generator)
    if not parts:
        return frame, core, fold
    row, line = (np.concatenate(column) for column in zip(*parts, strict=True))
    is_line = line >= 0
    made = frame.iloc[row].assign(position=np.concatenate([np.arange(len(rows)) for rows, _ in parts]))
    article = np.repeat(np.arange(len(parts)), [len(rows) for rows, _ in parts])
    made["article_id"] = made["page"] = [f"planted/{number}" for number in article.tolist()]
    for name in ("text", "kind"):
        made.loc[is_line, name] = [getattr(planted[number], name) for number in line[is_line].tolist()]
    for name, without in (("role", is_line), ("markup", article % 2 == 1)):
        if name in made:
            made.loc[without, name] = None
    return (
        pd.concat([frame, made], ignore_index=True),
        np.concatenate([core, core[row] & ~is_line]),
        np.concatenate([fold, fold[row]]),
    )


def _planted(
    frame: pd.DataFrame, core: Bool, fold: Int, generator: np.random.Generator
) -> tuple[list[TemplateLine], list[tuple[Int, Int]]]:
    """Plant lines into stories; return all lines, and for each story the rows and the line numbers of its paragraphs.

    The row of a planted line is that of the paragraph before it. The line number of other paragraphs is -1.
    """
    language = frame["language"].fillna("").to_numpy(object)
    sources: dict[tuple[str, int], list[Int]] = defaultdict(list)
    for story in _stories(frame, core):
        half = int(fold[story[0]] % 2)
        for name in (str(language[story[0]]), ""):
            sources[name, half].append(story)
    planted: list[TemplateLine] = []
    parts: list[tuple[Int, Int]] = []
    for number, (name, half, lines) in enumerate(dealt_lines(frame, generator)):
        known = sources.get((name, half)) or sources["", half]
        if known:
            story = known[generator.integers(len(known))]
            if number % 4 < 2:
                story = story[core[story]]
            begin = generator.integers(max(len(story) - MOST_ROWS, 0) + 1)
            story = story[begin : begin + MOST_ROWS]
            positions = np.sort(generator.integers(1, len(story) + 1, len(lines)))
            numbers = np.insert(np.full(len(story), -1), positions, len(planted) + np.arange(len(lines)))
            parts.append((np.insert(story, positions, story[positions - 1]), numbers))
            planted += lines
    return planted, parts


def _stories(frame: pd.DataFrame, core: Bool) -> list[Int]:
    """Return the rows in and around the story of each article, if the story is long enough."""
    article, _ = pd.factorize(frame["article_id"])
    order = np.lexsort((frame["position"].to_numpy(), article))
    found = []
    for rows in np.split(order, np.flatnonzero(changes(article[order]))[1:]):
        inside = np.flatnonzero(core[rows])
        if len(inside) >= LEAST_STORY:
            found.append(rows[max(inside[0] - BEFORE, 0) : inside[-1] + 1 + AFTER])
    return found


def dealt_lines(frame: pd.DataFrame, generator: np.random.Generator) -> list[tuple[str, int, Sequence[TemplateLine]]]:
    """Divide template lines among stories: for each story its language, its half of the folds, and its lines."""
    known = frame.loc[frame["language"].notna() & frame["title"].notna(), ["language", "title"]].drop_duplicates()
    titles = {str(language): of_one["title"].tolist() for language, of_one in known.groupby("language")}
    lines = [line for line in template_lines(titles, generator) if not line.core]
    of_kind: dict[str, list[TemplateLine]] = defaultdict(list)
    for number in generator.permutation(len(lines)).tolist():
        of_kind[lines[number].kind].append(lines[number])
    # If the table takes only some of the lines, it takes equally many of each kind.
    in_turn = [line for turn in zip_longest(*of_kind.values()) for line in turn if line is not None]
    chosen = in_turn[: len(frame) // ROWS_A_LINE]
    groups: dict[tuple[str, int], list[TemplateLine]] = defaultdict(list)
    for number in generator.permutation(len(chosen)).tolist():
        groups[chosen[number].language, chosen[number].template % 2].append(chosen[number])
    return [
        (language, half, group[begin : begin + LINES_A_STORY])
        for (language, half), group in groups.items()
        for begin in range(0, len(group), LINES_A_STORY)
    ]
