r"""The story of an article as Markdown: CommonMark, with tables as GitHub has them.

Every character of the story that Markdown would take for markup is escaped, so that the page shows the story's text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby
from string import punctuation
from urllib.parse import quote

from corestory.model.tagged_article import TaggedArticle
from corestory.output.story import KindChoice, Story, story_of
from corestory.reading.blocks import Block, Container, Frame, Run, Style, parts_of, shared_containers, table_rows

# Stands between documents. No line of a document is this: a dash at the beginning of a paragraph is escaped.
DOCUMENT_RULE = "---"

# Characters that no line can hold: NUL, and every line end of Python or Unicode.
_NO_LINE = str.maketrans({"\0": "\ufffd", **dict.fromkeys("\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029", " ")})
_MARKUP = re.compile(r"[\\`*_\[\]<~|]|&(?=[#\w])")
_BLOCK_MARK = re.compile(r"[-+#=>]")
_NUMBER_MARK = re.compile(r"\d{1,9}(?=[.)])")
# In an address, these would end it or be markup.
_UNSAFE = re.compile(r"[\x00-\x20\x7f<>\\()\[\]|`\"]|\s|&(?=#?\w+;)")


def markdown_of(article: TaggedArticle, kinds: KindChoice | None = None) -> str:
    r"""Return the story of an article as a Markdown document; empty if it has neither a title nor a story.

    Parameters
    ----------
    article, kinds
        As of `corestory.output.story.story_of`.

    Examples
    --------
    >>> import numpy as np
    >>> from corestory.reading.article import Article
    >>> article = Article("a", ["It rained 5*5 hours.", "- Boats", "- Ferries"], title="Rain")
    >>> print(markdown_of(TaggedArticle(article, np.ones(3), np.ones(3, bool), 0.8)), end="")
    # Rain
    <BLANKLINE>
    It rained 5\*5 hours.
    <BLANKLINE>
    - Boats
    - Ferries
    """
    return markdown(story_of(article, kinds))


def markdown(story: Story) -> str:
    """Return a story as a Markdown document."""
    title = [f"# {_heading([Run(story.title)])}\n"] if story.title.strip() else []
    body = "".join(_body(story.blocks))
    return "\n".join([*title, *[body] * bool(body)])


def _body(blocks: Sequence[Block]) -> Iterator[str]:
    before: tuple[Container, ...] | None = None
    for part in parts_of(blocks):
        inside = part[0].inside
        if before is not None:
            yield _between(before, inside)
        lines = [_paragraph(part[0])] if part[0].cell is None else list(_table(part))
        begin, rest = _prefixes(before or (), inside)
        yield "".join(f"{rest if number else begin}{line}".rstrip() + "\n" for number, line in enumerate(lines))
        before = inside


def _between(before: Sequence[Container], inside: Sequence[Container]) -> str:
    """Return the line between two paragraphs: none between items of a list, else a blank one in the shared quotes."""
    shared = shared_containers(before, inside)
    frames = [container.frame for container in inside[max(shared - 1, 0) : shared + 1]]
    # The next item of a list, or a list in an item.
    if shared and frames in ([Frame.LIST, Frame.ITEM], [Frame.NUMBERED_LIST, Frame.ITEM], [Frame.ITEM, Frame.LIST]):
        return ""
    return _prefixes(inside[:shared], inside[:shared])[1].rstrip() + "\n"


def _prefixes(before: Sequence[Container], inside: Sequence[Container]) -> tuple[str, str]:
    """Return what stands before the first line of a paragraph, and before its other lines."""
    shared = shared_containers(before, inside)
    begin = rest = ""
    for depth, container in enumerate(inside):
        if container.frame is Frame.QUOTE:
            begin, rest = begin + "> ", rest + "> "
        elif container.frame is Frame.ITEM:
            numbered = depth > 0 and inside[depth - 1].frame is Frame.NUMBERED_LIST
            mark = f"{container.number}. " if numbered else "- "
            begin += mark if depth >= shared else " " * len(mark)
            rest += " " * len(mark)
    return begin, rest


def _paragraph(block: Block) -> str:
    if block.heading:
        # The title alone is of the first level.
        return f"{'#' * max(block.heading, 2)} {_heading(block.runs)}"
    text = _inline(block.runs)
    if _BLOCK_MARK.match(text):
        return f"\\{text}"
    number = _NUMBER_MARK.match(text)
    return text if number is None else f"{number[0]}\\{text[number.end() :]}"


def _heading(runs: Sequence[Run]) -> str:
    return _inline([Run(run.text, Style(run.style.link)) for run in runs]).replace("#", "\\#")


def _table(cells: Sequence[Block]) -> Iterator[str]:
    """Return the lines of a table; its first row is its head, for Markdown has no table without one."""
    for number, row in enumerate(table_rows(cells)):
        texts = (" ".join(_inline(block.runs) for block in cell) for cell in row)
        yield f"| {' | '.join(texts)} |"
        if number == 0:
            yield f"|{' --- |' * len(row)}"


def _inline(runs: Sequence[Run]) -> str:
    """Return text with its links and emphasis, in one line."""
    written = ""
    groups = [(link, list(group)) for link, group in groupby(runs, key=lambda run: run.style.link)]
    for number, (link, group) in enumerate(groups):
        following = groups[number + 1][1][0].text[:1] if number + 1 < len(groups) else ""
        text = _emphasised(group, "[" if link else written, "]" if link else following)
        inner = text.strip()
        if link and inner:
            before, _, after = text.partition(inner)
            if written.endswith("!") and not before:
                written = f"{written[:-1]}\\!"  # it would be a picture
            text = f"{before}[{inner}]({_UNSAFE.sub(_percent, link)}){after}"
        written += text
    return written.strip()


def _percent(match: re.Match[str]) -> str:
    return quote(match[0], safe="")


def _emphasised(runs: Sequence[Run], before: str, after: str) -> str:
    """Return text with marks of emphasis where Markdown surely reads them as such: between spaces or punctuation."""
    written = ""
    for number, run in enumerate(runs):
        text = run.text.translate(_NO_LINE)
        core = text.strip()
        lead, _, tail = text.partition(core) if core else ("", "", text)
        following = tail or (runs[number + 1].text if number + 1 < len(runs) else after)
        marks = "*" * (2 * run.style.strong + run.style.emphasis)
        preceding = before + written + lead
        is_free = _parts_words(preceding[-1:]) and _parts_words(following[:1]) and not preceding.endswith("*")
        escaped = _MARKUP.sub(r"\\\g<0>", core)
        written += f"{lead}{marks}{escaped}{marks}{tail}" if core and is_free else f"{lead}{escaped}{tail}"
    return written


def _parts_words(char: str) -> bool:
    return char in ("", "\t", " ") or char in punctuation or unicodedata.category(char)[0] == "P"
