"""Renderings of an article in the forms of tools that turn pages into plain text."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Callable, Sequence
from itertools import groupby

from corestory.labelling.labelled import LabelledParagraph

MAX_ITEM = 90
"""The greatest width of a list item, in columns."""
MIN_ITEMS = 3
"""The fewest short paragraphs in a row that are a list."""
WIDTH = 78
"""The width of a dump's lines in columns; characters of scripts without spaces take two."""

_SENTENCE_END = re.compile(r"[.!?…:。！？।؟][\"'”’»」』)]*$")
_LINK_NUMBER = re.compile(r"\[\d+\]")


def list_items(paragraphs: Sequence[LabelledParagraph]) -> list[bool]:
    """Return whether each paragraph is an item of a list: short ones in a row that do not end as sentences.

    Examples
    --------
    >>> texts = ["News", "Sport", "Weather", "The quay opened on Monday.", "Share"]
    >>> list_items([LabelledParagraph(text, "filler") for text in texts])
    [True, True, True, False, False]
    """
    short = [
        part.label is not None and _columns(part.text) <= MAX_ITEM and not _SENTENCE_END.search(part.text)
        for part in paragraphs
    ]
    found: list[bool] = []
    for is_short, run in groupby(short):
        count = len(list(run))
        found += [is_short and count >= MIN_ITEMS] * count
    return found


def lines(paragraphs: Sequence[LabelledParagraph]) -> str:
    """Write one paragraph per line."""
    return "\n".join(part.text for part in paragraphs)


def blank_lines(paragraphs: Sequence[LabelledParagraph]) -> str:
    """Write one paragraph per line, separated by blank lines."""
    return "\n\n".join(part.text for part in paragraphs)


def bullets(paragraphs: Sequence[LabelledParagraph]) -> str:
    """Write one paragraph per line, with a bullet before list items, as Resiliparse does."""
    return "\n".join(
        f"• {part.text}" if item else part.text for part, item in zip(paragraphs, list_items(paragraphs), strict=True)
    )


def markdown(paragraphs: Sequence[LabelledParagraph]) -> str:
    """Write Markdown as html2text does, with ``#`` before the title and ``*`` before list items."""
    return _blocks(paragraphs, title="# {}", item="  * {}", text="{}")


def dump(paragraphs: Sequence[LabelledParagraph]) -> str:
    """Write indented text as ``lynx -dump`` does, wrapped at `WIDTH`, with numbers before links.

    Filler items of lists are links.
    """
    wide = sum(unicodedata.east_asian_width(char) in "WF" for part in paragraphs for char in part.text)
    width = WIDTH // 2 if 2 * wide > sum(len(part.text) for part in paragraphs) else WIDTH
    number = 0
    numbered = []
    for part, item in zip(paragraphs, list_items(paragraphs), strict=True):
        number += item and part.label == "filler"
        mark = f"[{number}]" if item and part.label == "filler" else ""
        numbered.append(LabelledParagraph(mark + part.text, part.label))
    return _blocks(
        paragraphs, title="{}", item="     * {}", text="   {}", texts=[part.text for part in numbered], width=width
    )


STYLES: dict[str, Callable[[Sequence[LabelledParagraph]], str]] = {
    "lines": lines,
    "blank lines": blank_lines,
    "bullets": bullets,
    "markdown": markdown,
    "dump": dump,
}
"""The function of each rendering, by name."""


def letters(text: str) -> str:
    """Return the letters and digits of a text without link numbers, which are the same in all renderings.

    Examples
    --------
    >>> letters("     * [12]Sport, 7 May")
    'Sport7May'
    """
    return "".join(char for char in _LINK_NUMBER.sub("", text) if char.isalnum())


def decided_paragraphs(texts: Sequence[str], found: Sequence[str], core: Sequence[bool]) -> list[bool]:
    """Map the decisions on the paragraphs of a rendering to the paragraphs that were rendered.

    Parameters
    ----------
    texts
        The paragraphs that were rendered.
    found, core
        The paragraphs that were read from the rendering, which may be cut and joined differently, and whether each is
        core.

    Returns
    -------
    list of bool
        Whether most letters of each of `texts` are in core.

    Raises
    ------
    ValueError
        The letters of both differ.

    Examples
    --------
    >>> decided_paragraphs(["One two three.", "Share"], ["One two", "three. Share"], [True, False])
    [True, False]
    """
    if letters("".join(texts)) != letters("".join(found)):
        raise ValueError("a rendering has lost or gained letters")
    decisions = [decision for text, decision in zip(found, core, strict=True) for _ in letters(text)]
    result, start = [], 0
    for text in texts:
        end = start + len(letters(text))
        result.append(2 * sum(decisions[start:end]) > end - start)
        start = end
    return result


def _blocks(
    paragraphs: Sequence[LabelledParagraph],
    *,
    title: str,
    item: str,
    text: str,
    texts: Sequence[str] | None = None,
    width: int = 0,
) -> str:
    """Write blocks separated by blank lines, without blank lines between the items of a list."""
    blocks: list[str] = []
    last_item = False
    shown = [part.text for part in paragraphs] if texts is None else texts
    for part, is_item, content in zip(paragraphs, list_items(paragraphs), shown, strict=True):
        form = item if is_item else title if part.label is None else text
        first = form.format("")
        block = form.format(content)
        if width:
            block = textwrap.fill(
                content, width, initial_indent=first, subsequent_indent=" " * len(first), break_on_hyphens=False
            )
        if is_item and last_item:
            blocks[-1] += "\n" + block
        else:
            blocks.append(block)
        last_item = is_item
    return "\n\n".join(blocks) + "\n"


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
