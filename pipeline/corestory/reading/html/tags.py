"""The meaning of each tag of a page's normal form, read once for all its occurrences; the nesting of elements."""

import re
from functools import cached_property

import numpy as np
import numpy.typing as npt

from corestory.reading.html.markup_words import Names
from corestory.reading.html.serialised import decoded
from corestory.types import Bool, Int

# Elements of formulas in MathML, which all flow inside a line.
_MATH = (
    *("math", "mi", "mn", "mo", "ms", "mtext", "mspace", "mrow", "mfrac", "msqrt", "mroot", "mstyle", "merror"),
    *("mpadded", "mphantom", "mfenced", "menclose", "msub", "msup", "msubsup", "munder", "mover", "munderover"),
    *("mmultiscripts", "mprescripts", "mtable", "mtr", "mtd", "semantics", "none"),
)
# Elements that flow inside a line.
INLINE = frozenset(
    (
        *("a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i"),
        *("img", "input", "ins", "kbd", "label", "mark", "nobr", "q", "rb", "ruby", "s", "samp", "small", "span"),
        *("strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr", "picture", "source", "amp-img"),
        *_MATH,
    )
)
# Elements that end the paragraph before them and after them.
BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "caption", "center", "col", "colgroup", "dd", "details"),
        *("dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "frameset", "h1"),
        *("h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "html", "legend", "li", "listing", "main", "menu"),
        *("nav", "noscript", "ol", "optgroup", "option", "p", "plaintext", "pre", "search", "section", "summary"),
        *("table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "xmp"),
    )
)
# Elements that show the line ends of their text.
PREFORMATTED = frozenset(("pre", "listing", "xmp", "plaintext"))
# Elements that are written without an end tag.
VOID = frozenset(
    (
        *("area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img", "input", "keygen", "link"),
        *("meta", "param", "source", "track", "wbr"),
    )
)


class TagKind:
    """The effect of a tag. From `BREAK` on, a page has lines; from `BLOCK` on, it ends the paragraph before it."""

    NOTHING, CLOSE, LINK, INLINE_OPEN, INLINE_VOID, BREAK, HIDDEN_INLINE = range(7)
    BLOCK, BLOCK_VOID, HIDDEN, HIDDEN_VOID = range(7, 11)


class ElementRole:
    """The role of an element among those around it. From `PHRASE` on, it contains a sentence or a part of one."""

    OTHER, TRANSPARENT, TABLE, ROW, CELL, DEFINITIONS, DEFINITION, BUTTON, CAPTION, PHRASE, TERM = range(11)


_ROLES = {
    "table": ElementRole.TABLE,
    "tr": ElementRole.ROW,
    "td": ElementRole.CELL,
    "th": ElementRole.CELL,
    "dl": ElementRole.DEFINITIONS,
    "dd": ElementRole.DEFINITION,
    **dict.fromkeys(("p", "h1", "h2", "h3", "h4", "h5", "h6", "figcaption", "summary", "caption"), ElementRole.PHRASE),
    "button": ElementRole.BUTTON,
    "dt": ElementRole.TERM,
    **dict.fromkeys(("thead", "tbody", "tfoot", "div"), ElementRole.TRANSPARENT),
}
_OPENING = (TagKind.LINK, TagKind.INLINE_OPEN, TagKind.HIDDEN_INLINE, TagKind.BLOCK, TagKind.HIDDEN)
OPENS = np.isin(np.arange(11), _OPENING)
"""Whether each kind of tag opens an element."""

# The code of a tag combines its kind, the role of its element, some properties, and the number of its name.
KIND = 15
ROLE_BITS = 4
ROLE = 15 << ROLE_BITS
FLEXIBLE, SPOKEN, PREFORMATTED_TEXT = (1 << bit for bit in range(8, 11))
NAME_BITS = 11

_KINDS = {
    **dict.fromkeys(VOID, TagKind.BLOCK_VOID),
    **dict.fromkeys(INLINE, TagKind.INLINE_OPEN),
    **dict.fromkeys(VOID & INLINE, TagKind.INLINE_VOID),
    "a": TagKind.LINK,
    "br": TagKind.BREAK,
}
HIDDEN_KINDS = np.arange(11)
"""The kind that each kind of tag becomes if its element is hidden."""
# A hidden inline element without content, such as a tracking pixel, has no effect.
HIDDEN_KINDS[[TagKind.BLOCK, TagKind.BLOCK_VOID]] = TagKind.HIDDEN, TagKind.HIDDEN_VOID
HIDDEN_KINDS[[TagKind.LINK, TagKind.INLINE_OPEN, TagKind.INLINE_VOID]] = (
    *(TagKind.HIDDEN_INLINE, TagKind.HIDDEN_INLINE),
    TagKind.NOTHING,
)
_OTHERS = ("id", "role", "itemprop")
# The most characters of tags that are kept from page to page, and the characters that each tag costs besides its own.
_MOST, _EACH = 2**21, 256
_LONGEST = 1_000  # the longest tag that is kept; longer ones contain a picture and occur once
# The last four keep a text for search engines or screen readers.
_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|"
    r"(?<![\w-])(?:(?:left|top|text-indent)\s*:\s*-\d{4}|clip\s*:\s*rect\([01\s,px]+\))|"
    r"clip-path\s*:\s*inset\((?:50|100)%\)|"
    r"^(?=.*overflow\s*:\s*hidden)(?:.*[^\w-])?(?:max-)?height\s*:\s*0(?:px)?\s*(?:;|$)",
    re.IGNORECASE,
)
# Within a line, text with such a style guards a story against copying.
_GUARD = r"(?<![\w-])(?:font-size\s*:\s*0(?:px|em|%)?|opacity\s*:\s*0(?:\.0+)?)\s*(?:!|;|$)"
_UNSEEN_STYLE = re.compile(f"{_HIDDEN_STYLE.pattern}|{_GUARD}", re.IGNORECASE)
_WIDE_STYLE = r"^(?=.*(?:inline-block|float\s*:)).*(?<![\w-])width\s*:\s*100%"
_BLOCK_STYLE = re.compile(rf"display\s*:\s*(?:block|flex|grid|table|list-item|flow-root)\b|{_WIDE_STYLE}", re.I)
_INLINE_STYLE = re.compile(r"(?<![\w-])display\s*:\s*inline\s*(?:!|;|$)", re.IGNORECASE)
_LINES_STYLE = re.compile(r"white-space\s*:\s*(?:pre-wrap|pre-line|break-spaces)", re.I)
_LINES_CLASS = re.compile(r"(?<![\w-])white-?space-pre-(?:wrap|line)|(?<![\w:-])pre-?(?:wrap|line)(?![\w-])", re.I)
# Classes of texts for screen readers.
_SPOKEN = re.compile(r"\b(?:sr-?only|visually-?hidden|screen-?reader)", re.IGNORECASE)
# Classes of texts that show while the pointer is on a word.
_WAITING = re.compile(r"(?<![\w-])tool-?tip[-_]{0,2}(?:text|content|inner|body|box|bubble)", re.IGNORECASE)
# Classes of captions and labels of advertisements, and of inline elements that pages show as paragraphs.
_CAPTION = re.compile(
    r"caption|(?:img|image|photo|picture)[-_]?(?:desc|credit|copyright|legend)|"
    r"(?<![a-z])(?:ad|ads|advert\w*|sponsor\w*)[-_](?:label|box|tag|text|title|notice|badge)",
    re.IGNORECASE,
)
_PARAGRAPH = re.compile(r"(?<![a-z])para(?:graph)?(?![a-z])|(?:^|\s)(?:d-)?(?:block|flex)(?:\s|$)", re.IGNORECASE)
# The parser writes every attribute as ` name="value"`. A name may begin with "=", and hold quotes.
_ATTRIBUTE = re.compile(r' (=?[^ =]*)="([^"]*)"')


class Tags(dict[str, int]):
    """The code of each tag seen so far; a tag is the text between ``<`` and ``>``.

    Attributes
    ----------
    names
        The names by the numbers in the codes.

    Examples
    --------
    >>> tags = Tags()
    >>> code = tags['a href="/news" class="storyLink"']
    >>> code & KIND == TagKind.LINK, tags.names[code >> NAME_BITS], tags['a class="storyLink" target="_blank"'] == code
    (True, ('a', 'storyLink', ()), True)
    """

    def __init__(self) -> None:
        self.names = Names()
        self._held = 0
        self._elements: dict[str, int] = {}

    @property
    def is_full(self) -> bool:
        """Whether it holds enough tags of earlier pages that an empty one should replace it."""
        return self._held > _MOST

    def __missing__(self, tag: str) -> int:
        # Most links differ only in their address.
        if tag[:2] == "a ":
            address = tag.find(' href="')
            if address > 0 and _is_attribute(tag, address, 1):
                tag = tag[:address] + tag[tag.find('"', address + 7) + 1 :]
                if (known := self.get(tag)) is not None:
                    return known
        code = self._read(tag)
        if len(tag) <= _LONGEST:
            self[tag] = code
            self._held += len(tag) + _EACH
        else:
            _, name_of_class, others = self.names[code >> NAME_BITS]
            self._held += len(name_of_class) + sum(map(len, others)) + _EACH
        return code

    def _read(self, tag: str) -> int:
        element = tag.partition(" ")[0]
        code = self._elements.get(element)
        if code is None:
            self._elements[element] = code = _code_of(element)
        if code <= TagKind.CLOSE:
            return code
        name_of_class = ""
        others: tuple[str, ...] = ()
        # No more is read than necessary, because every third tag is read here.
        size = len(element)
        if len(tag) > size:
            if (
                ' style="' in tag or ' role="' in tag or ' itemprop="' in tag
                or ' hidden="' in tag or ' popover="' in tag
            ):  # fmt: skip
                attributes = dict(_ATTRIBUTE.findall(tag))
                name_of_class = attributes.get("class", "")
                others = tuple([attributes[name] for name in _OTHERS if name in attributes])
                code = _styled(code, attributes)
            else:
                name_of_class = _value(tag, ' class="', size) or ""
                identity = _value(tag, ' id="', size)
                if identity is not None:
                    others = (identity,)
            if code & KIND == TagKind.INLINE_OPEN and name_of_class:
                if _SPOKEN.search(name_of_class):
                    code |= SPOKEN
                elif _WAITING.search(name_of_class):
                    code = code & ~KIND | TagKind.HIDDEN_INLINE
                elif _CAPTION.search(name_of_class):
                    code = code & ~ROLE | ElementRole.CAPTION << ROLE_BITS | FLEXIBLE
                elif _PARAGRAPH.search(name_of_class):
                    code = code & ~KIND | TagKind.BLOCK | FLEXIBLE
            elif code & KIND == TagKind.BLOCK and "pre" in name_of_class and _LINES_CLASS.search(name_of_class):
                code |= PREFORMATTED_TEXT
        return self.names.number((element, name_of_class, others)) << NAME_BITS | code


def _code_of(element: str) -> int:
    """Return the code of an end tag, or of an element without its attributes and name number."""
    if element[0] == "/":
        # Within a formula, elements with such names have an end tag.
        return TagKind.NOTHING if element[1:] in VOID else TagKind.CLOSE
    if element[0] == "?":
        return TagKind.NOTHING
    code = _ROLES.get(element, ElementRole.OTHER) << ROLE_BITS | _KINDS.get(element, TagKind.BLOCK)
    if element not in BLOCKS and element not in INLINE and element not in VOID:
        code |= FLEXIBLE
    return code | PREFORMATTED_TEXT if element in PREFORMATTED else code


def _styled(code: int, attributes: dict[str, str]) -> int:
    kind, style = code & KIND, attributes.get("style")
    waits = "popover" in attributes or attributes.get("role") == "tooltip"  # for a click, or for the pointer
    hiding = _UNSEEN_STYLE if kind == TagKind.INLINE_OPEN else _HIDDEN_STYLE
    if "hidden" in attributes or waits or (style is not None and hiding.search(decoded(style))):
        return code & ~(KIND | FLEXIBLE) | int(HIDDEN_KINDS[kind])
    if kind == TagKind.INLINE_OPEN and (attributes.get("role") == "paragraph" or _BLOCK_STYLE.search(style or "")):
        return code & ~KIND | TagKind.BLOCK
    if style is not None and kind == TagKind.BLOCK and _INLINE_STYLE.search(style):
        return code & ~(KIND | FLEXIBLE) | TagKind.INLINE_OPEN
    if attributes.get("role") == "button" and kind in (TagKind.LINK, TagKind.INLINE_OPEN):
        return code & ~ROLE | ElementRole.BUTTON << ROLE_BITS | FLEXIBLE
    if style is not None and kind == TagKind.BLOCK and _LINES_STYLE.search(style):
        return code | PREFORMATTED_TEXT
    return code


def _value(tag: str, opening: str, size: int) -> str | None:
    """Return the value of an attribute, or None if the tag has none.

    `opening` has the form ``' id="'``; `size` is the number of characters of the element's name.
    """
    begin = tag.find(opening)
    if begin < 0:
        return None
    if not _is_attribute(tag, begin, size):
        return dict(_ATTRIBUTE.findall(tag)).get(opening[1:-2])
    return tag[begin + len(opening) : tag.find('"', begin + len(opening))]


def _is_attribute(tag: str, begin: int, size: int) -> bool:
    """Return whether a space certainly begins an attribute, and is not within the value of another one.

    It follows the element's name, or the quotation mark that ends a value; one after "=" may begin a value.
    """
    return begin == size or (tag[begin - 1] == '"' and tag[begin - 2] != "=")


class Nesting:
    """The elements of a page by the positions of their tags.

    Parameters
    ----------
    opens, closes
        Which tags open an element, and which close the innermost open one; shape (tags,).

    Attributes
    ----------
    level
        The number of elements that are open around each tag's element, or around a tag that opens and closes none.
    closing
        The positions of the end tags.

    Examples
    --------
    >>> tags = np.array(["body", "p", "br", "/p", "p", "/p", "/body"])
    >>> nesting = Nesting(np.isin(tags, ["body", "p"]), np.char.startswith(tags, "/"))
    >>> nesting.level.tolist()
    [0, 1, 2, 1, 1, 1, 0]
    >>> nesting.closing.tolist(), nesting.opening.tolist(), nesting.around(np.array([1, 2, 3])).tolist()
    ([3, 5, 6], [1, 4, 0], [0, 1, 0])
    """

    def __init__(self, opens: Bool, closes: Bool) -> None:
        self.level: Int = np.cumsum(opens.view(np.int8) - closes.view(np.int8), dtype=np.int64)
        self.level -= opens
        self.closing: Int = np.flatnonzero(closes)
        self._bits = len(opens).bit_length()
        at = np.flatnonzero(opens)
        # Level and position as one number: the open element at a level is the last that began before.
        self._keys: Int = np.sort(self.level.take(at) << self._bits | at)

    @cached_property
    def opening(self) -> Int:
        """The position of the tag that opens the element of each end tag."""
        return self._last(self.level.take(self.closing), self.closing)

    def around(self, tags: Int) -> Int:
        """Return the tags that open the elements around some tags' elements; -1 for none."""
        level = self.level.take(tags) - 1
        return np.where(level >= 0, self._last(level, tags), -1)

    def closes(self, opened: Bool) -> Bool:
        """Return whether each tag is the end tag of one of some elements; `opened` marks their opening tags."""
        found = np.zeros(len(self.level), bool)
        found[self.closing] = opened.take(self.opening)
        return found

    def depth(self, opened: Bool) -> Int:
        """Return the number of some elements that are open after each tag; `opened` marks their opening tags."""
        found: Int = np.cumsum(opened.view(np.int8) - self.closes(opened).view(np.int8), dtype=np.int64)
        return found

    def ends(self) -> Int:
        """Return the position of the end tag for each tag that opens an element, and the number of tags for others."""
        found = np.full(len(self.level), len(self.level))
        found[self.opening] = self.closing
        return found

    def _last(self, level: Int, tags: Int) -> npt.NDArray[np.int64]:
        index = np.searchsorted(self._keys, level << self._bits | tags) - 1
        return self._keys.take(index, mode="clip") & (1 << self._bits) - 1
