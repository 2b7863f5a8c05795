"""One article from a string (text, page, labelled file, or a value in Python), and the places of its paragraphs."""

import re
import warnings
from collections.abc import Iterable, Iterator, Sequence, Set
from typing import TYPE_CHECKING

from corestory.errors import InputError
from corestory.reading.article import Article
from corestory.reading.printed_pages import MOST_CHARACTERS, is_page_head, page_heads
from corestory.reading.text import is_blank, split_text, storable
from corestory.reading.text_shapes import is_markup, lump_paragraphs

if TYPE_CHECKING:
    from corestory.reading.html.page import Page

# Limits for pages, whose time or memory grows with their square; no page that people read comes near them.
MAX_NESTING = 5_000
"""The most elements of a page that are open at a time."""

MAX_ATTRIBUTES = 5_000
"""The most attributes of an element."""

MAX_OPTIONS = 10_000
"""The most options of a page's selection lists. If a page may have more, all are left out, because none is read."""

# The start and the end of a paragraph, in characters of the text.
Span = tuple[int, int]
# Facts about an article besides its paragraphs.
FACTS = ("url", "title", "language", "site")
# The ending of files that people label for training; `corestory.labelling.origins` reads their labels.
LABELLED_ENDING = ".labelled.txt"
_LABELLED = re.compile(r"(?:core|filler|skip)(?:/[a-z-]+)?:\s*(.*)")

_FRONT_CHARACTERS = 5000
_FRONT_MATTER = re.compile(r"(---|\+\+\+)[ \t]*\r?\n(.*?)\n\1[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_FRONT_LINE = re.compile(r"(\w+)[ \t]*[:=][ \t]*([\"']?)(.*?)\2[ \t]*")
_TAG = re.compile(r"<(?:!doctype|/?(?:html|body|div|p|article|section|h[1-6]|ul|li|br|span|a)\b)[^<>]*>", re.IGNORECASE)
_OPTION = re.compile(r"<option(?=[\s/>])[^<>]*+>?[^<]*+|</option\s*+>", re.IGNORECASE)
_ANY_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/<>]*)")
# Elements that contain nothing, or that the next element of their kind ends.
_SHALLOW = frozenset(
    (
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta"),
        *("param", "source", "track", "wbr", "p", "li", "dt", "dd", "option"),
        *("tr", "td", "th", "thead", "tbody", "tfoot"),
    )
)
# No part is tried twice. Attributes without a space beside "=" come first, because they are the most frequent and half
# of a search's time is here.
_VALUE = r"""(?:"[^"]*+"|'[^']*+'|[^\s"'<>]++)"""
_MANY_ATTRIBUTES = re.compile(
    r"""<[a-zA-Z][^\s<>"'/]*+(?:[\s/]++[^\s"'<>=/]++"""
    rf"(?:={_VALUE}|\s*+=\s*+{_VALUE})?+){{{MAX_ATTRIBUTES}}}+"
)
# Cutting a text removes these and invisible characters: marks of quoted mail and of lost line ends, and hyphens of
# wrapped words.
_TAKEN = frozenset(">-\u2010¶|")
_WRITTEN_BREAKS = ("\\n", "\\r")


def article_of_text(text: str, *, html: bool = False, url: str = "", where: str = "") -> Article:
    r"""Read one article's text or HTML from a string; warn if a text looks like HTML.

    Parameters
    ----------
    text
        The text or the HTML.
    html
        Whether it is HTML.
    url
        Its address; if empty, the address that the page gives itself.
    where
        The source, for errors.

    Raises
    ------
    InputError
        The value is not a string, or is too large to be parsed (`excess_of_page`).

    Examples
    --------
    >>> article_of_text("The quay opened.\nREAD MORE: Ferry sold", url="https://herald.example/7").texts
    ['The quay opened.', 'READ MORE: Ferry sold']
    """
    if not isinstance(text, str):
        hint = "Decode it first, or give the file to corestory predict." if isinstance(text, bytes) else ""
        if isinstance(text, list | tuple):
            hint = "For several articles use core_many, tag_many or corestory.tag_frame."
        found = f"a value of type {type(text).__name__}"
        raise InputError(found, where=where, expected="one article's text as a string", hint=hint)
    if html:
        page = _page(text, where)
        return Article("", page.texts, url or page.url, page.title, markup=page.markup)
    if len(_TAG.findall(text[:100_000])) > 1:
        warnings.warn("The text looks like HTML; pass html=True to read it as a page.", stacklevel=3)
    return Article("", paragraphs_of_text(text, where=where or "the text"), url=url)


def paragraphs_of_text(text: str, *, where: str) -> Sequence[str]:
    """Cut a text into its paragraphs. HTML is read as a page, and a single long line is cut at its lost line ends.

    Raises
    ------
    InputError
        The text is HTML that is too large to be parsed (`excess_of_page`), or shows no text.

    Examples
    --------
    >>> paragraphs_of_text("<p>The <b>quay</b> opened.</p><p>Ships came.</p>", where="a.txt")
    ['The quay opened.', 'Ships came.']
    """
    if is_markup(text):
        return page_article(text, article_id="", where=where).texts
    paragraphs = split_text(text)
    return lump_paragraphs(paragraphs[0]) if len(paragraphs) == 1 else paragraphs


def text_article(texts: Iterable[str], *, article_id: str, where: str, facts: Sequence[str] = ()) -> Article:
    """Make an article of its paragraphs' texts, without outer white space and without blank paragraphs.

    Parameters
    ----------
    texts
        The paragraphs.
    article_id
        The article's id.
    where
        The source, for errors.
    facts
        The value of each of `FACTS`, empty if unknown.

    Raises
    ------
    InputError
        No paragraph is left.
    """
    paragraphs = [storable(text.strip()) for text in texts if not is_blank(text)]
    if not paragraphs:
        raise InputError("an article without paragraphs", where=where, expected="text")
    return Article(article_id, paragraphs, *facts)


def front_matter(text: str) -> list[str]:
    r"""Read the facts between lines of dashes or pluses at the head of a Markdown file; empty if unknown.

    Examples
    --------
    >>> front_matter('---\ntitle: "Ferry: sold"\nlang: en\n---\n\nThe ferry was sold.')
    ['', 'Ferry: sold', 'en', '']
    >>> front_matter('+++\ntitle = "Ferry sold"\n+++\nIt was sold.'), front_matter("The ferry was sold.")
    (['', 'Ferry sold', '', ''], ['', '', '', ''])
    """
    found = _FRONT_MATTER.match(text[:_FRONT_CHARACTERS])
    lines = [] if found is None else [_FRONT_LINE.fullmatch(line) for line in found[2].splitlines()]
    values = {line[1].lower(): line[3] for line in lines if line is not None}
    values.setdefault("language", values.get("lang", ""))
    return [storable(values.get(fact, "")) for fact in FACTS]


def labelled_article(text: str, *, article_id: str, where: str) -> Article:
    r"""Make an article of a labelled file: its paragraphs without their labels, and the facts of its header.

    Raises
    ------
    InputError
        The file has no labelled paragraph.

    Examples
    --------
    >>> text = "site: herald.example\ntitle: Ferry\n\ncore: The ferry sailed.\nfiller/related: READ MORE: Quay\n"
    >>> article = labelled_article(text, article_id="a.labelled.txt", where="a.labelled.txt")
    >>> article.title, article.texts
    ('Ferry', ['The ferry sailed.', 'READ MORE: Quay'])
    """
    lines = text.splitlines()
    found = [(number, match) for number, line in enumerate(lines) if (match := _LABELLED.match(line))]
    if not found:
        raise InputError("no labelled paragraph", where=where, expected="lines that begin with core:, filler: or skip:")
    header = dict(line.split(":", 1) for line in lines[: found[0][0]] if ":" in line)
    facts = [storable(header.get(fact, "").strip()) for fact in FACTS]
    return text_article((match[1] for _, match in found), article_id=article_id, where=where, facts=facts)


def page_article(html: str, *, article_id: str, where: str) -> Article:
    """Make an article of a page's HTML.

    Raises
    ------
    InputError
        The page shows no text, or is too large to be parsed (`excess_of_page`).
    """
    page = _page(html, where)
    if not page.texts and page.frames:
        raise InputError(
            "a page of frames without text of its own",
            where=where,
            expected="the page in one of its frames",
            hint=f"Fetch {' or '.join(page.frames[:5])}.",
        )
    if not page.texts:
        raise InputError("a page without paragraphs", where=where, expected="visible text")
    return Article(article_id, page.texts, page.url, page.title, page.language, markup=page.markup)


def _page(html: str, where: str) -> "Page":
    from corestory.reading.html.page import read_page  # only pages need the parser

    excess = excess_of_page(html)
    if excess:
        raise InputError(excess, where=where, expected="an ordinary web page")
    if html.count("<") > MAX_OPTIONS:
        html = _OPTION.sub("", html)
    # The parser reads bytes, and encoding also shows whether the page has lone surrogates.
    try:
        return read_page(html.encode())
    except UnicodeEncodeError:
        return read_page(storable(html))


def excess_of_page(html: str) -> str:
    """Return the limit that a page exceeds, so that it is too large to be parsed, or an empty string.

    Examples
    --------
    >>> excess_of_page("<div>" * 100_000)
    'a page with elements nested more than 5,000 levels deep'
    >>> excess_of_page("<p>The quay opened.</p>" * 100_000)
    ''
    """
    tags = html.count("<")
    # The depth is at most the number of elements that are opened and not closed.
    if tags > MAX_NESTING and tags - html.count("</") > MAX_NESTING and _nesting_of_page(html) > MAX_NESTING:
        return f"a page with elements nested more than {MAX_NESTING:,} levels deep"
    if len(html) > 2 * MAX_ATTRIBUTES and _MANY_ATTRIBUTES.search(html):
        return f"a page with an element of more than {MAX_ATTRIBUTES:,} attributes"
    return ""


def _nesting_of_page(html: str) -> int:
    depth = deepest = 0
    for slash, name in _ANY_TAG.findall(html):
        if name.lower() in _SHALLOW:
            continue
        depth = max(0, depth - 1) if slash else depth + 1
        deepest = max(deepest, depth)
    return deepest


def spans_of(texts: Sequence[str], text: str) -> tuple[Span | None, ...]:
    r"""Find paragraphs in the text from which `corestory.reading.one_article.paragraphs_of_text` cut them.

    Parameters
    ----------
    texts
        All paragraphs of the text, in order.
    text
        The whole text.

    Returns
    -------
    tuple of tuple of int, or None
        For each paragraph the start and end at which ``text[start:end]`` is the paragraph. If wrapped lines were
        rejoined, this also contains their line ends, wrapping hyphens, marks of quotation and heads of pages. None for
        a paragraph that is not in the text, as with HTML or subtitles, and for such a head.

    Examples
    --------
    >>> text = "Quay opens\n\nThe old quay opened on Monday after a long\ndelay that storms had caused.\n"
    >>> spans_of(["Quay opens", "The old quay opened on Monday after a long delay that storms had caused."], text)
    ((0, 10), (12, 84))
    """
    return tuple(_spans(texts, storable(text)))


def _spans(texts: Sequence[str], text: str) -> Iterator[Span | None]:
    heads = page_heads(texts)
    end = 0
    for paragraph in texts:
        start = end
        while start < len(text) and not text.startswith(paragraph, start) and _is_taken(text, start):
            start += 1
        is_whole = text.startswith(paragraph, start)
        found = (start, start + len(paragraph)) if is_whole else _joined_span(paragraph, text, end, heads)
        yield found
        if found is not None:
            end = found[1]


def _joined_span(paragraph: str, text: str, begin: int, heads: Set[str]) -> Span | None:
    """Find a paragraph whose lines were joined: its characters in order, with only removed characters between."""
    position, start = begin, -1
    for char in paragraph:
        if char.isspace() and text[position : position + 1] != char:
            continue  # the cut may replace a line end with a space
        while text[position : position + 1] != char:
            if position >= len(text) or not _is_taken(text, position):
                begun = text.rfind("\n", max(0, position - MOST_CHARACTERS), position) + 1
                ended = text.find("\n", position, position + MOST_CHARACTERS)
                line = text[begun : max(ended, begun)].strip()
                if start < 0 or not is_page_head(line, heads):
                    return None
                position = ended
            position += 1
        start = position if start < 0 else start
        position += 1
    return start, position


def _is_taken(text: str, position: int) -> bool:
    char = text[position]
    return (
        char in _TAKEN
        or is_blank(char)
        or text.startswith(_WRITTEN_BREAKS, position)
        or text.startswith(_WRITTEN_BREAKS, position - 1)
    )
