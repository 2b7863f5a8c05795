"""The story of an article as TEI-XML, with the elements that trafilatura writes: p, list, quote, table, ref, hi."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from corestory.installation import version
from corestory.model.tagged_article import TaggedArticle
from corestory.output.story import KindChoice, Story, story_of
from corestory.reading.blocks import Block, Container, Frame, Run, parts_of, shared_containers, table_rows

# Characters that no XML document may hold, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# The parts of an address as RFC 3986 has them, and what none of them may hold.
_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]*:)?(//[^/?#]*)?([^#]*)(#.*)?", re.IGNORECASE | re.DOTALL)
_AUTHORITY = re.compile(r"(?://(?:(?:[^@:\[\]]*@)?(?:\[[0-9a-f:.]+\]|[^@:\[\]]+)(?::\d{0,5})?)?)?", re.IGNORECASE)
_NOT_OF_ADDRESSES = re.compile(r"[\s\x00-\x20\x7f\"<>\\^`{|}]|%(?![0-9A-Fa-f]{2})")
_MISPLACED, _BRACKETS = re.compile(r"[@:\[\]]"), re.compile(r"[#\[\]]")
_FIRST_SEGMENT = re.compile(r"[^/?]*")
_OPENED = {
    Frame.QUOTE: "<quote>",
    Frame.LIST: '<list rend="ul">',
    Frame.NUMBERED_LIST: '<list rend="ol">',
    Frame.ITEM: "<item>",
}
_CLOSED = {
    Frame.QUOTE: "</quote>",
    Frame.LIST: "</list>",
    Frame.NUMBERED_LIST: "</list>",
    Frame.ITEM: "</item>",
}


def tei_of(article: TaggedArticle, kinds: KindChoice | None = None) -> str:
    """Return the story of an article as a TEI document.

    Parameters
    ----------
    article, kinds
        As of `corestory.output.story.story_of`.

    Examples
    --------
    >>> import numpy as np
    >>> from corestory.reading.article import Article
    >>> article = Article("a", ["It rained & poured."], title="Rain")
    >>> print(tei_of(TaggedArticle(article, np.ones(1), np.ones(1, bool), 0.8)).partition("<text>")[2])
    <body>
    <div type="entry">
    <p>It rained &amp; poured.</p>
    </div>
    </body></text>
    </TEI>
    <BLANKLINE>
    """
    return tei(story_of(article, kinds))


def tei(story: Story) -> str:
    """Return a story as a TEI document.

    A heading begins a division, as TEI has it; in a list or a quote it is an anonymous block.
    """
    language = f" xml:lang={_attribute(story.language)}" if story.language else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<TEI xmlns="http://www.tei-c.org/ns/1.0">\n'
        f"{_header(story)}<text{language}><body>\n{''.join(_body(story.blocks))}</body></text>\n</TEI>\n"
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


def _body(blocks: Sequence[Block]) -> Iterator[str]:
    yield '<div type="entry">\n'
    open_now: tuple[Container, ...] = ()
    is_empty = True  # a division must hold something besides its head
    for number, part in enumerate(parts_of(blocks)):
        first = part[0]
        yield from _moved(open_now, first.inside)
        open_now = first.inside
        begins = bool(first.heading) and not first.inside and first.cell is None
        if begins and number:
            yield ("<p/>\n" if is_empty else "") + '</div>\n<div type="entry">\n'
        is_empty = begins
        yield _paragraph(first) if first.cell is None else _table(part)
    yield from _moved(open_now, ())
    yield ("<p/>\n" if is_empty else "") + "</div>\n"


def _moved(before: Sequence[Container], inside: Sequence[Container]) -> Iterator[str]:
    """Close and open elements between two paragraphs."""
    shared = shared_containers(before, inside)
    yield from (_CLOSED[container.frame] + "\n" for container in reversed(before[shared:]))
    yield from (_OPENED[container.frame] for container in inside[shared:])


def _paragraph(block: Block) -> str:
    text = _inline(block.runs)
    if not block.heading:
        return f"<p>{text}</p>\n"
    rank = f'rend="h{block.heading}"'
    return f'<ab type="header" {rank}>{text}</ab>\n' if block.inside else f"<head {rank}>{text}</head>\n"


def _table(blocks: Sequence[Block]) -> str:
    rows = "".join(f"<row>{''.join(map(_cell, row))}</row>\n" for row in table_rows(blocks))
    return f"<table>\n{rows}</table>\n"


def _cell(blocks: Sequence[Block]) -> str:
    head = ' role="head"' if any(block.cell and block.cell.heads for block in blocks) else ""
    return f"<cell{head}>{' '.join(_inline(block.runs) for block in blocks)}</cell>"


def _inline(runs: Sequence[Run]) -> str:
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
    """Return an address as an attribute; what is not allowed where it stands is percent-encoded."""
    clean = _encoded(_NOT_OF_ADDRESSES, _FORBIDDEN.sub("\ufffd", address))
    found = _ADDRESS.fullmatch(clean)
    assert found is not None  # noqa: S101 -- each part may be empty
    scheme, authority, path, fragment = found.groups("")
    if not _AUTHORITY.fullmatch(authority):
        authority = _encoded(_MISPLACED, authority)
    path, fragment = _encoded(_BRACKETS, path), fragment[:1] + _encoded(_BRACKETS, fragment[1:])
    if not scheme and not authority:  # a colon would end a scheme
        path = _FIRST_SEGMENT.sub(lambda segment: segment[0].replace(":", "%3A"), path, count=1)
    return _attribute(scheme + authority + path + fragment)


def _encoded(characters: re.Pattern[str], text: str) -> str:
    return characters.sub(lambda found: quote(found[0], safe=""), text)
