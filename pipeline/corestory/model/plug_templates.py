"""Plugs and short story lines made from templates, to be planted into stories of their language.

Labelled pages hold few plugs between the paragraphs of their story. ``plug_templates.tsv`` holds templates of such
lines in many languages, all written for corestory, and as their counterpart short story lines. Their slots take the
headlines of labelled pages, and invented names, outlets, topics and places of the same file; ``[Read|See] more`` stands
for several wordings.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

FILLS, COPIES = 4, 2
"""So many lines are made from a template, and of each of its wordings; n-grams of a single line are not known."""
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
        What each slot may hold.
    """

    lines: tuple[tuple[str, str], ...]
    headings: tuple[str, ...]
    values: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class TemplateLine:
    """A line made from a template; `template` is its number among those of its language, in random order."""

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
        Headlines by language; languages without templates are passed over. Where there are none, templates that need
        one are.
    generator
        Of wordings, of the values of slots and of the order of templates.
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
    """Make a heading of lists of headlines from each such template of some languages.

    Parameters
    ----------
    languages
        Languages without templates are passed over.
    generator
        As of `template_lines`.
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
        # `generator.choice` would make an array of all values each time.
        return _NUMBERS[slot[1]](generator) if known is None else known[int(generator.integers(len(known)))]

    parts = _WORDINGS.split(template)
    lists = [part.split("|") for part in parts[1::2]]
    if len(parts) == 1 and not _SLOT.search(template):
        return [template] * COPIES
    count = max([FILLS, *(COPIES * len(wordings) for wordings in lists)])
    # Each wording is taken equally often, and beside others each time.
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
