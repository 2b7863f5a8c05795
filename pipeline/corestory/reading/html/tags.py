"""What each tag of a page's normal form means for the cut, read once for all the places where it stands."""

import re
from collections.abc import Iterable

import numpy as np

from corestory.reading.html.serialised import decoded

# Formulas in MathML, whose elements all flow inside a line.
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
# Elements whose line ends are those of their text.
PREFORMATTED = frozenset(("pre", "listing", "xmp", "plaintext"))
# Elements that are written without an end tag.
VOID = frozenset(
    (
        *("area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img", "input", "keygen", "link"),
        *("meta", "param", "source", "track", "wbr"),
    )
)
# Tokens read every digit as 0, so letters number the heading levels.
HEADINGS = {"h1": "h_one", "h2": "h_two", "h3": "h_three", "h4": "h_four", "h5": "h_five", "h6": "h_six"}

# The effects of a tag. From `BREAK` on, a page has lines; from `BLOCK` on, the tag ends the paragraph before it.
NOTHING, CLOSE, LINK, INLINE_OPEN, INLINE_VOID, BREAK, HIDDEN_INLINE, BLOCK, BLOCK_VOID, HIDDEN, HIDDEN_VOID = range(11)
# The roles of an element among those around it. From `PHRASE` on, it holds a sentence or a part of one.
OTHER, TRANSPARENT, TABLE, ROW, CELL, DEFINITIONS, DEFINITION, BUTTON, CAPTION, PHRASE, TERM = range(11)
_ROLES = {
    "table": TABLE,
    "tr": ROW,
    "td": CELL,
    "th": CELL,
    "dl": DEFINITIONS,
    "dd": DEFINITION,
    **dict.fromkeys(("p", "h1", "h2", "h3", "h4", "h5", "h6", "figcaption", "summary", "caption"), PHRASE),
    "button": BUTTON,
    "dt": TERM,
    **dict.fromkeys(("thead", "tbody", "tfoot", "div"), TRANSPARENT),
}
OPENS = np.isin(np.arange(11), (LINK, INLINE_OPEN, HIDDEN_INLINE, BLOCK, HIDDEN))
"""Whether each kind of tag opens an element."""

# The code of a tag holds what it does, what its element is, some properties of it, and the number of its name.
KIND = 15
ROLE_BITS = 4
ROLE = 15 << ROLE_BITS
FLEXIBLE, SPOKEN, PREFORMATTED_TEXT = (1 << bit for bit in range(8, 11))
NAME_BITS = 11

# An element, its class, and its `id`, `role` and `itemprop` where it has any.
Name = tuple[str, str, tuple[str, ...]]

_KINDS = {
    **dict.fromkeys(VOID, BLOCK_VOID),
    **dict.fromkeys(INLINE, INLINE_OPEN),
    **dict.fromkeys(VOID & INLINE, INLINE_VOID),
    "a": LINK,
    "br": BREAK,
}
# Hidden and without content, as a tracking pixel, an inline element is nothing.
_HIDDEN_KINDS = {
    BLOCK: HIDDEN,
    BLOCK_VOID: HIDDEN_VOID,
    LINK: HIDDEN_INLINE,
    INLINE_OPEN: HIDDEN_INLINE,
    INLINE_VOID: NOTHING,
}
_OTHERS = ("id", "role", "itemprop")
# Tags and names of so many characters are remembered from page to page, and this for each beside its characters.
_MOST, _EACH = 2**21, 128
_LONGEST = 1_000  # longer tags are not: pictures written into their tag, which come once
_READ = 300  # of a value no more is read
# The last three keep a text for search engines or screen readers.
_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|"
    r"(?<![\w-])(?:(?:left|top|text-indent)\s*:\s*-\d{4}|clip\s*:\s*rect\([01\s,px]+\))|"
    r"^(?=.*overflow\s*:\s*hidden)(?:.*[^\w-])?(?:max-)?height\s*:\s*0(?:px)?\s*(?:;|$)",
    re.IGNORECASE,
)
# Within a line such a text guards it against being copied.
_GUARD = r"(?<![\w-])(?:font-size\s*:\s*0(?:px|em|%)?|opacity\s*:\s*0(?:\.0+)?)\s*(?:!|;|$)"
_UNSEEN_STYLE = re.compile(f"{_HIDDEN_STYLE.pattern}|{_GUARD}", re.IGNORECASE)
_WIDE_STYLE = r"^(?=.*(?:inline-block|float\s*:)).*(?<![\w-])width\s*:\s*100%"
_BLOCK_STYLE = re.compile(rf"display\s*:\s*(?:block|flex|grid|table|list-item|flow-root)\b|{_WIDE_STYLE}", re.I)
_INLINE_STYLE = re.compile(r"(?<![\w-])display\s*:\s*inline\s*(?:!|;|$)", re.IGNORECASE)
_LINES_STYLE = re.compile(r"white-space\s*:\s*(?:pre-wrap|pre-line|break-spaces)", re.I)
_LINES_CLASS = re.compile(r"(?<![\w-])white-?space-pre-(?:wrap|line)|(?<![\w:-])pre-?(?:wrap|line)(?![\w-])", re.I)
# Classes of text for screen readers.
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
# Parts of one letter tell nothing.
_NAME_PART = re.compile(r"[a-z]{2,}|[A-Z](?:[a-z]+|[A-Z]+(?![a-z]))")
# The parser writes every attribute as ` name="value"`. A name may begin with "=", and hold quotes.
_ATTRIBUTE = re.compile(r' (=?[^ =]*)="([^"]*)"')


class Names:
    """The names that were seen, by their numbers; number 0 is that of tags without a name.

    Attributes
    ----------
    shapes
        For each name the number of its element and class alone.
    held
        About how much memory the names take, in characters.

    Examples
    --------
    >>> names = Names()
    >>> one, other = (names.number(("li", "item", others)) for others in [(), ("top",)])
    >>> names[other], names.block_words(other), names.shapes[one] == names.shapes[other]
    (('li', 'item', ('top',)), 'li item top', True)
    """

    def __init__(self) -> None:
        self.shapes: list[int] = []
        self.held = 0
        self._names: list[Name] = []
        self._numbers: dict[Name, int] = {}
        self._block_words: dict[int, str] = {}
        self._inline_words: dict[int, tuple[str, ...]] = {}
        self._shape_numbers: dict[tuple[str, str], int] = {}
        self.number(("", "", ()))

    def __len__(self) -> int:
        return len(self._names)

    def __getitem__(self, number: int) -> Name:
        return self._names[number]

    def number(self, name: Name) -> int:
        """Return a name's number, a new one where it has none."""
        number = self._numbers.get(name)
        if number is None:
            self._numbers[name] = number = len(self._names)
            self._names.append(name)
            self.shapes.append(self._shape_numbers.setdefault(name[:2], len(self._shape_numbers)))
            self.held += len(name[1]) + sum(map(len, name[2])) + _EACH
        return number

    def block_words(self, number: int) -> str:
        """Return `block_words` of a name."""
        words = self._block_words.get(number)
        if words is None:
            self._block_words[number] = words = block_words(self._names[number])
        return words

    def words_within(self, numbers: Iterable[int]) -> str:
        """Return `inline_words` of some names, once each, a space between."""
        known = self._inline_words
        found: dict[str, None] = {}
        for number in dict.fromkeys(numbers):
            words = known.get(number)
            if words is None:
                known[number] = words = inline_words(self._names[number])
            found.update(dict.fromkeys(words))
        return " ".join(found)


class Tags(dict[str, int]):
    """The code of each tag that was seen: of what is between ``<`` and ``>``.

    Attributes
    ----------
    names
        The names by the numbers in the codes.

    Examples
    --------
    >>> tags = Tags()
    >>> code = tags['a href="/news" class="storyLink"']
    >>> code & KIND == LINK, tags.names[code >> NAME_BITS], tags['a class="storyLink" target="_blank"'] == code
    (True, ('a', 'storyLink', ()), True)
    """

    def __init__(self) -> None:
        self.names = Names()
        self._held = 0
        self._elements: dict[str, int] = {}

    @property
    def is_full(self) -> bool:
        """Whether it holds so many tags of earlier pages that an empty one should replace it."""
        return self._held + self.names.held > _MOST

    def __missing__(self, tag: str) -> int:
        # Most links differ in nothing but their address.
        if tag[:2] == "a ":
            address = tag.find(' href="')
            if address > 0 and _is_attribute(tag, address):
                bare = tag[:address] + tag[tag.find('"', address + 7) + 1 :]
                known = self.get(bare)
                return self._remembered(bare) if known is None else known
        return self._remembered(tag)

    def _remembered(self, tag: str) -> int:
        code = self._read(tag)
        if len(tag) <= _LONGEST:
            self[tag] = code
            self._held += len(tag) + _EACH
        return code

    def _read(self, tag: str) -> int:
        element = tag.partition(" ")[0]
        code = self._elements.get(element)
        if code is None:
            self._elements[element] = code = _code_of(element)
        if code <= CLOSE:
            return code
        name_of_class = ""
        others: tuple[str, ...] = ()
        # No more is read than has to be, for this is done of every third tag.
        if len(tag) > len(element):
            if (
                ' style="' in tag or ' role="' in tag or ' itemprop="' in tag
                or ' hidden="' in tag or ' popover="' in tag
            ):  # fmt: skip
                attributes = dict(_ATTRIBUTE.findall(tag))
                name_of_class = attributes.get("class", "")
                others = tuple([attributes[name] for name in _OTHERS if name in attributes])
                code = _styled(code, attributes)
            else:
                name_of_class = _value(tag, ' class="') or ""
                identity = _value(tag, ' id="')
                if identity is not None:
                    others = (identity,)
            if code & KIND == INLINE_OPEN and name_of_class:
                if _SPOKEN.search(name_of_class):
                    code |= SPOKEN
                elif _WAITING.search(name_of_class):
                    code = code & ~KIND | HIDDEN_INLINE
                elif _CAPTION.search(name_of_class):
                    code = code & ~ROLE | CAPTION << ROLE_BITS | FLEXIBLE
                elif _PARAGRAPH.search(name_of_class):
                    code = code & ~KIND | BLOCK | FLEXIBLE
            elif code & KIND == BLOCK and "pre" in name_of_class and _LINES_CLASS.search(name_of_class):
                code |= PREFORMATTED_TEXT
        return self.names.number((element, name_of_class, others)) << NAME_BITS | code


def _code_of(element: str) -> int:
    """Return the code of an element without attributes and number, or of an end tag."""
    if element[0] == "/":
        # Within a formula, elements of such names are written with an end tag.
        return NOTHING if element[1:] in VOID else CLOSE
    if element[0] == "?":
        return NOTHING
    code = _ROLES.get(element, OTHER) << ROLE_BITS | _KINDS.get(element, BLOCK)
    if element not in BLOCKS and element not in INLINE and element not in VOID:
        code |= FLEXIBLE
    return code | PREFORMATTED_TEXT if element in PREFORMATTED else code


def _styled(code: int, attributes: dict[str, str]) -> int:
    kind, style = code & KIND, attributes.get("style")
    waits = "popover" in attributes or attributes.get("role") == "tooltip"  # for a click, or for the pointer
    hiding = _UNSEEN_STYLE if kind == INLINE_OPEN else _HIDDEN_STYLE
    if "hidden" in attributes or waits or (style is not None and hiding.search(decoded(style))):
        return code & ~(KIND | FLEXIBLE) | _HIDDEN_KINDS.get(kind, kind)
    if kind == INLINE_OPEN and (attributes.get("role") == "paragraph" or _BLOCK_STYLE.search(style or "")):
        return code & ~KIND | BLOCK
    if style is not None and kind == BLOCK and _INLINE_STYLE.search(style):
        return code & ~(KIND | FLEXIBLE) | INLINE_OPEN
    if attributes.get("role") == "button" and kind in (LINK, INLINE_OPEN):
        return code & ~ROLE | BUTTON << ROLE_BITS | FLEXIBLE
    if style is not None and kind == BLOCK and _LINES_STYLE.search(style):
        return code | PREFORMATTED_TEXT
    return code


def _value(tag: str, opening: str) -> str | None:
    """Return the value of an attribute, None where the tag has none; `opening` is as in ``' id="'``."""
    begin = tag.find(opening)
    if begin < 0:
        return None
    if not _is_attribute(tag, begin):
        return dict(_ATTRIBUTE.findall(tag)).get(opening[1:-2])
    return tag[begin + len(opening) : tag.find('"', begin + len(opening))]


def _is_attribute(tag: str, begin: int) -> bool:
    """Return whether a space surely begins an attribute, and is not within the value of another one.

    Behind the element's name, or the quotation mark that ends a value; one behind "=" may begin a value.
    """
    return " " not in tag[:begin] or (tag[begin - 1] == '"' and tag[begin - 2] != "=")


def block_words(name: Name) -> str:
    """Return an element's name and the parts of its `class`, `id`, `role` and `itemprop`, once each.

    Examples
    --------
    >>> block_words(("h2", "storyTitle wide", ("main-title",)))
    'h_two story title wide main'
    """
    element = name[0]
    return " ".join(dict.fromkeys([HEADINGS.get(element, element), *_parts_of(name)]))


def inline_words(name: Name) -> tuple[str, ...]:
    """Return the same of an element within a line, each marked as such.

    Examples
    --------
    >>> inline_words(("a", "btn", ()))
    ('ina', 'inbtn')
    """
    return tuple(["in" + word for word in (name[0], *_parts_of(name))])


def _parts_of(name: Name) -> list[str]:
    _, values, others = name
    if others:
        values = " ".join((values, *others))
    if len(values) > _READ or "&" in values:
        values = " ".join([decoded(value)[:_READ] for value in (name[1], *others)])
    parts: list[str] = _NAME_PART.findall(values)
    return parts if values.islower() else [part.lower() for part in parts]
