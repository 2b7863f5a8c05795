"""One article as the tools that turn pages into plain text write it."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Callable, Sequence
from itertools import groupby

from corestory.labelling.labelled import LabelledParagraph

MAX_ITEM = 90
"""Longer paragraphs, in columns, are no list items."""
MIN_ITEMS = 3
"""Fewer short paragraphs in a row are no list."""
WIDTH = 78
"""Columns in a dump's lines; characters of scripts without spaces take two."""

_SENTENCE_END = re.compile(r"[.!?…:。！？।؟][\"'”’»」』)]*$")
_LINK_NUMBER = re.compile(r"\[\d+\]")


def list_items(paragraphs: Sequence[LabelledParagraph]) -> list[bool]:
    """Whether each paragraph is an item of a list: several short ones in a row, none of which ends a sentence.

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
    """Write a paragraph a line."""
    return "\n".join(part.text for part in paragraphs)


def blank_lines(paragraphs: Sequence[LabelledParagraph]) -> str:
    """Write a paragraph a line, with a blank line between."""
    return "\n\n".join(part.text for part in paragraphs)


def bullets(paragraphs: Sequence[LabelledParagraph]) -> str:
    """Write a paragraph a line, list items behind a bullet, as Resiliparse does."""
    return "\n".join(
        f"• {part.text}" if item else part.text for part, item in zip(paragraphs, list_items(paragraphs), strict=True)
    )


def markdown(paragraphs: Sequence[LabelledParagraph]) -> str:
    """Write Markdown with its marks, as html2text does: ``#`` before the title and ``*`` before list items."""
    return _blocks(paragraphs, title="# {}", item="  * {}", text="{}")


def dump(paragraphs: Sequence[LabelledParagraph]) -> str:
    """Write indented text, wrapped at `WIDTH`, links behind their numbers, as ``lynx -dump`` does.

    Items of lists that are no story are links.
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
"""All renderings by name."""


def letters(text: str) -> str:
    """Letters and digits of a text without link numbers: what every rendering leaves as it is.

    Examples
    --------
    >>> letters("     * [12]Sport, 7 May")
    'Sport7May'
    """
    return "".join(char for char in _LINK_NUMBER.sub("", text) if char.isalnum())


def decided_paragraphs(texts: Sequence[str], found: Sequence[str], core: Sequence[bool]) -> list[bool]:
    """Carry the decisions on a rendering's paragraphs back to the paragraphs that were rendered.

    Parameters
    ----------
    texts
        What was rendered.
    found, core
        The paragraphs that were read from the rendering, cut and joined however, and whether each is core.

    Returns
    -------
    list of bool
        Whether most letters of each of `texts` are in core.

    Raises
    ------
    ValueError
        If the letters of both are not the same.

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
    """Write blocks with a blank line between, the items of one list below each other."""
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
