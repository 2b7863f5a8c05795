"""Bounds on articles, and on pages and JSON before they are parsed, whose time or memory grows with their square.

No page or record that people read comes near these bounds.
"""

import re

MAX_NESTING = 5_000
"""Elements of a page that are open at a time."""

MAX_ATTRIBUTES = 5_000
"""Attributes of an element."""

MAX_JSON_NESTING = 500
"""Lists and objects in one another."""

MAX_PARAGRAPHS = 200_000
"""Paragraphs of an article, all of which are in memory at a time: some 7 kB each."""

_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/<>]*)")
# Elements that hold nothing, or that the next of their kind ends.
_SHALLOW = frozenset(
    (
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta"),
        *("param", "source", "track", "wbr", "p", "li", "dt", "dd", "option", "optgroup"),
        *("tr", "td", "th", "thead", "tbody", "tfoot", "rp", "rt"),
    )
)
# Nothing in it is tried twice, and most attributes have no space beside "=": half of the time of a search is here.
_VALUE = r"""(?:"[^"]*+"|'[^']*+'|[^\s"'<>]++)"""
_MANY_ATTRIBUTES = re.compile(
    r"""<[a-zA-Z][^\s<>"'/]*+(?:[\s/]++[^\s"'<>=/]++"""
    rf"(?:={_VALUE}|\s*+=\s*+{_VALUE})?+){{{MAX_ATTRIBUTES}}}+"
)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")


def excess_of_page(html: str) -> str:
    """Return the bound that a page exceeds, so that it is too large to be parsed, or an empty string.

    Examples
    --------
    >>> excess_of_page("<div>" * 100_000)
    'a page of more than 5,000 elements in one another'
    >>> excess_of_page("<p>The quay opened.</p>" * 100_000)
    ''
    """
    tags = html.count("<")
    # No more elements are in one another than are opened at all.
    if tags > MAX_NESTING and tags - html.count("</") > MAX_NESTING and _nesting_of_page(html) > MAX_NESTING:
        return f"a page of more than {MAX_NESTING:,} elements in one another"
    if len(html) > 2 * MAX_ATTRIBUTES and _MANY_ATTRIBUTES.search(html):
        return f"a page that has an element of more than {MAX_ATTRIBUTES:,} attributes"
    return ""


def is_too_nested(json: str) -> bool:
    """Return whether a JSON text has more than `MAX_JSON_NESTING` lists and objects in one another.

    Examples
    --------
    >>> is_too_nested("[" * 501), is_too_nested("[]" * 501), is_too_nested('"' + "[" * 501 + '"')
    (True, False, False)
    """
    if json.count("[") + json.count("{") <= MAX_JSON_NESTING:
        return False
    depth = 0
    for match in _BRACKET.finditer(_STRING.sub("", json)):
        depth += 1 if match[0] in "[{" else -1
        if depth > MAX_JSON_NESTING:
            return True
    return False


def _nesting_of_page(html: str) -> int:
    depth = deepest = 0
    for slash, name in _TAG.findall(html):
        if name.lower() in _SHALLOW:
            continue
        depth = max(0, depth - 1) if slash else depth + 1
        deepest = max(deepest, depth)
    return deepest
