"""The story of an article as Markdown and as TEI-XML.

Markdown is CommonMark with GitHub's tables. Every character of the story that Markdown would read as markup is escaped,
so that the rendered text equals the story's text. TEI has the elements that trafilatura writes: p, list, quote, table,
ref, hi.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby
from string import punctuation
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from corestory.installation import version
from corestory.output.story import Story
from corestory.reading.blocks import Block, Container, Frame, Run, Style, parts_of, shared_containers, table_rows

# The line between documents. No document contains it, because a dash at the beginning of a paragraph is escaped.
DOCUMENT_RULE = "---"

# The characters that a line cannot contain: NUL, and every line end of Python or Unicode.
_NO_LINE = str.maketrans({"\0": "\ufffd", **dict.fromkeys("\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029", " ")})
_MARKUP = re.compile(r"[\\`*_\[\]<~|]|&(?=[#\w])")
_BLOCK_MARK = re.compile(r"[-+#=>]")
_NUMBER_MARK = re.compile(r"\d{1,9}(?=[.)])")
# The characters that would end an address or be read as markup in it.
_UNSAFE = re.compile(r"[\x00-\x20\x7f<>\\()\[\]|`\"]|\s|&(?=#?\w+;)")


def markdown(story: Story) -> str:
    r"""Return a story as a Markdown document; empty if it has neither a title nor a paragraph.

    Examples
    --------
    >>> import numpy as np
    >>> from corestory.model.tagged_article import TaggedArticle
    >>> from corestory.output.story import story_of
    >>> from corestory.reading.article import Article
    >>> article = Article("a", ["It rained 5*5 hours.", "- Boats", "- Ferries"], title="Rain")
    >>> print(markdown(story_of(TaggedArticle(article, np.ones(3), np.ones(3, bool), 0.8), None)), end="")
    # Rain
    <BLANKLINE>
    It rained 5\*5 hours.
    <BLANKLINE>
    - Boats
    - Ferries
    """
    title = [f"# {_heading([Run(story.title)])}\n"] if story.title.strip() else []
    body = "".join(_markdown_body(story.blocks))
    return "\n".join([*title, *[body] * bool(body)])


def _markdown_body(blocks: Sequence[Block]) -> Iterator[str]:
    before: tuple[Container, ...] | None = None
    for part in parts_of(blocks):
        inside = part[0].inside
        if before is not None:
            yield _between(before, inside)
        lines = [_markdown_paragraph(part[0])] if part[0].cell is None else list(_markdown_table(part))
        begin, rest = _prefixes(before or (), inside)
        yield "".join(f"{rest if number else begin}{line}".rstrip() + "\n" for number, line in enumerate(lines))
        before = inside


def _between(before: Sequence[Container], inside: Sequence[Container]) -> str:
    """Return the line between two paragraphs: none between items of a list, otherwise a blank line in shared quotes."""
    shared = shared_containers(before, inside)
    frames = [container.frame for container in inside[max(shared - 1, 0) : shared + 1]]
    # The second paragraph begins the next item of a list, or a list in an item.
    if shared and frames in ([Frame.LIST, Frame.ITEM], [Frame.NUMBERED_LIST, Frame.ITEM], [Frame.ITEM, Frame.LIST]):
        return ""
    return _prefixes(inside[:shared], inside[:shared])[1].rstrip() + "\n"


def _prefixes(before: Sequence[Container], inside: Sequence[Container]) -> tuple[str, str]:
    """Return the marks before the first line of a paragraph, and before its other lines."""
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


def _markdown_paragraph(block: Block) -> str:
    if block.heading:
        # Only the title has the first level.
        return f"{'#' * max(block.heading, 2)} {_heading(block.runs)}"
    text = _markdown_inline(block.runs)
    if _BLOCK_MARK.match(text):
        return f"\\{text}"
    number = _NUMBER_MARK.match(text)
    return text if number is None else f"{number[0]}\\{text[number.end() :]}"


def _heading(runs: Sequence[Run]) -> str:
    return _markdown_inline([Run(run.text, Style(run.style.link)) for run in runs]).replace("#", "\\#")


def _markdown_table(cells: Sequence[Block]) -> Iterator[str]:
    """Yield the lines of a table; its first row is the head, because Markdown requires a head."""
    for number, row in enumerate(table_rows(cells)):
        texts = (" ".join(_markdown_inline(block.runs) for block in cell) for cell in row)
        yield f"| {' | '.join(texts)} |"
        if number == 0:
            yield f"|{' --- |' * len(row)}"


def _markdown_inline(runs: Sequence[Run]) -> str:
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
                written = f"{written[:-1]}\\!"  # an exclamation mark would turn the link into a picture
            text = f"{before}[{inner}]({_encoded(_UNSAFE, link)}){after}"
        written += text
    return written.strip()


def _emphasised(runs: Sequence[Run], before: str, after: str) -> str:
    """Return text with marks of emphasis only between spaces or punctuation, where Markdown always recognises them."""
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


# The characters that no XML document may contain, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# The parts of an address by RFC 3986, and the characters that none of them may contain.
_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]*:)?(//[^/?#]*)?([^#]*)(#.*)?", re.IGNORECASE | re.DOTALL)
_AUTHORITY = re.compile(r"(?://(?:(?:[^@:\[\]]*@)?(?:\[[0-9a-f:.]+\]|[^@:\[\]]+)(?::\d{0,5})?)?)?", re.IGNORECASE)
_NOT_OF_ADDRESSES = re.compile(r"[\s\x00-\x20\x7f\"<>\\^`{|}]|%(?![0-9A-Fa-f]{2})")
_MISPLACED, _BRACKETS = re.compile(r"[@:\[\]]"), re.compile(r"[#\[\]]")
_FIRST_SEGMENT = re.compile(r"[^/?]*")
# The element and the attribute of each frame.
_ELEMENTS = {
    Frame.QUOTE: ("quote", ""),
    Frame.LIST: ("list", ' rend="ul"'),
    Frame.NUMBERED_LIST: ("list", ' rend="ol"'),
    Frame.ITEM: ("item", ""),
}


def tei(story: Story) -> str:
    """Return a story as a TEI document.

    A heading begins a division, as TEI requires; in a list or a quote it is an anonymous block.

    Examples
    --------
    >>> import numpy as np
    >>> from corestory.model.tagged_article import TaggedArticle
    >>> from corestory.output.story import story_of
    >>> from corestory.reading.article import Article
    >>> article = Article("a", ["It rained & poured."], title="Rain")
    >>> story = story_of(TaggedArticle(article, np.ones(1), np.ones(1, bool), 0.8), None)
    >>> print(tei(story).partition("<text>")[2])
    <body>
    <div type="entry">
    <p>It rained &amp; poured.</p>
    </div>
    </body></text>
    </TEI>
    <BLANKLINE>
    """
    language = f" xml:lang={_attribute(story.language)}" if story.language else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<TEI xmlns="http://www.tei-c.org/ns/1.0">\n'
        f"{_header(story)}<text{language}><body>\n{''.join(_tei_body(story.blocks))}</body></text>\n</TEI>\n"
    )


def _header(story: Story) -> str:
    title = f'<title type="main">{_text(story.title)}</title>'
    note = f'<notesStmt><note type="id">{_text(story.article_id)}</note></notesStmt>\n' if story.article_id else ""
    url = f'<ptr type="URL" target={_address(story.url)}/>' if story.url else ""
    used = f"<langUsage><language ident={_attribute(story.language)}/></langUsage>" if story.language else ""
    return (
        f"<teiHeader>\n<fileDesc>\n<titleStmt>{title}</titleStmt>\n<publicationStmt><p/></publicationStmt>\n{note}"
        f"<sourceDesc><bibl>{title}{url}</bibl></sourceDesc>\n</fileDesc>\n"
        f'<encodingDesc><appInfo><application ident="corestory" version={_attribute(version())}>'
        "<label>corestory</label></application></appInfo></encodingDesc>\n"
        + (f"<profileDesc>{used}</profileDesc>\n" if used else "")
        + "</teiHeader>\n"
    )


def _tei_body(blocks: Sequence[Block]) -> Iterator[str]:
    yield '<div type="entry">\n'
    open_now: tuple[Container, ...] = ()
    is_empty = True  # a division must contain something besides its head
    for number, part in enumerate(parts_of(blocks)):
        first = part[0]
        yield from _moved(open_now, first.inside)
        open_now = first.inside
        begins = bool(first.heading) and not first.inside and first.cell is None
        if begins and number:
            yield ("<p/>\n" if is_empty else "") + '</div>\n<div type="entry">\n'
        is_empty = begins
        yield _tei_paragraph(first) if first.cell is None else _tei_table(part)
    yield from _moved(open_now, ())
    yield ("<p/>\n" if is_empty else "") + "</div>\n"


def _moved(before: Sequence[Container], inside: Sequence[Container]) -> Iterator[str]:
    """Yield the tags that close and open elements between two paragraphs."""
    shared = shared_containers(before, inside)
    yield from (f"</{_ELEMENTS[container.frame][0]}>\n" for container in reversed(before[shared:]))
    yield from ("<{}{}>".format(*_ELEMENTS[container.frame]) for container in inside[shared:])


def _tei_paragraph(block: Block) -> str:
    text = _tei_inline(block.runs)
    if not block.heading:
        return f"<p>{text}</p>\n"
    rank = f'rend="h{block.heading}"'
    return f'<ab type="header" {rank}>{text}</ab>\n' if block.inside else f"<head {rank}>{text}</head>\n"


def _tei_table(blocks: Sequence[Block]) -> str:
    rows = "".join(f"<row>{''.join(map(_cell, row))}</row>\n" for row in table_rows(blocks))
    return f"<table>\n{rows}</table>\n"


def _cell(blocks: Sequence[Block]) -> str:
    head = ' role="head"' if any(block.cell and block.cell.heads for block in blocks) else ""
    return f"<cell{head}>{' '.join(_tei_inline(block.runs) for block in blocks)}</cell>"


def _tei_inline(runs: Sequence[Run]) -> str:
    written = ""
    for link, group in groupby(runs, key=lambda run: run.style.link):
        text = "".join(map(_run, group))
        written += f"<ref target={_address(link)}>{text}</ref>" if link else text
    return written


def _run(run: Run) -> str:
    text = _text(run.text)
    if run.style.emphasis:
        text = f'<hi rend="#i">{text}</hi>'
    return f'<hi rend="#b">{text}</hi>' if run.style.strong else text


def _text(text: str) -> str:
    return escape(_FORBIDDEN.sub("\ufffd", text))


def _attribute(text: str) -> str:
    return quoteattr(_FORBIDDEN.sub("\ufffd", text))


def _address(address: str) -> str:
    """Return an address as an attribute, with misplaced characters percent-encoded."""
    clean = _encoded(_NOT_OF_ADDRESSES, _FORBIDDEN.sub("\ufffd", address))
    found = _ADDRESS.fullmatch(clean)
    assert found is not None  # noqa: S101 -- each part may be empty
    scheme, authority, path, fragment = found.groups("")
    if not _AUTHORITY.fullmatch(authority):
        authority = _encoded(_MISPLACED, authority)
    path, fragment = _encoded(_BRACKETS, path), fragment[:1] + _encoded(_BRACKETS, fragment[1:])
    if not scheme and not authority:  # a colon in the first segment would be read as the end of a scheme
        path = _FIRST_SEGMENT.sub(lambda segment: segment[0].replace(":", "%3A"), path, count=1)
    return _attribute(scheme + authority + path + fragment)


def _encoded(characters: re.Pattern[str], text: str) -> str:
    return characters.sub(lambda found: quote(found[0], safe=""), text)
