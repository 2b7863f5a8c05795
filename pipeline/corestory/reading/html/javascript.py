"""Values in scripts: JSON, values that JavaScript assigns or reads from a string, and data from React's server."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from urllib.parse import unquote

from corestory.reading.json_rows import is_too_nested

# Older systems hide scripts from XML and from old browsers.
_WRAPPING = re.compile(
    r"^(?:<!--\s*)?(?:(?:/\*|//)\s*)?<!\[CDATA\[\s*(?:\*/)?|^<!--|(?:(?:/\*|//)\s*)?\]\]>\s*(?:\*/\s*)?$|-->$"
)
# "window.__INITIAL_STATE__ = {…}", "Fusion.globalContent={…}", "const page = JSON.parse(atob("…"))"
_ASSIGNMENT = re.compile(r"(?<![\w$.])([\w$.]{2,80})\s*=\s*((?:[\w.]{1,40}\(\s*){0,4})(?=[\[{\"'`])")
_STATE_NAME = re.compile(
    r"__?[A-Za-z][A-Za-z_]{2,40}|window\.\w{0,30}(?:[dD]ata|[sS]tate|[pP]rops|[sS]tore|[aA]rticle|[sS]tory|[pP]ost)"
)
_JSON = re.compile(r'[\[{]\s*["\[{]')
_MOST_FAILURES = 100
_DECODER = json.JSONDecoder(strict=False)
# A string in a script that is not JSON because its names have no quotation marks.
_LITERAL = re.compile(r'"(?:[^"\\\n]|\\.){60,}"')
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|`((?:[^`\\]|\\.)*)`", re.DOTALL)
# A string of any kind, and tags in the HTML that a script writes into its page.
_STRING = re.compile(r'"((?:[^"\\\n]|\\.)*+)("?)|' + r"'((?:[^'\\\n]|\\.)*+)('?)|`((?:[^`\\]|\\.)*+)(`?)", re.DOTALL)
_WRITTEN = re.compile(r"<\\?/?(?:p|br|div)\b", re.IGNORECASE)
# Words that show that a string is not a story, and the number of characters before it in which they count.
_NOTICE, _BEFORE = re.compile("consent|cookie|gdpr|privacy|terms|popup|modal|newsletter|banner", re.IGNORECASE), 60
_ESCAPE = re.compile(r"\\x([0-9a-fA-F]{2})|\\(['`$])|(\\.)|\"", re.DOTALL)
# Strings, commas and brackets, which show where JSON that is cut off can be closed.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+("?)|[\[\]{},]', re.DOTALL)
_LITERAL_SIZE = len("false")
_CLOSING = {"[": "]", "{": "}"}
_PART_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{0,3})?$")
# The state from Angular's server has these in place of the characters of HTML.
_ANGULAR = {"&q;": '"', "&l;": "<", "&g;": ">", "&s;": "'", "&a;": "&"}
# A row of the data from Next.js's server components: JSON, or a text with its number of bytes.
_ROW = re.compile(r"([0-9a-f]{1,8}):(?:T([0-9a-f]{1,6}),)?")


def json_value(raw: str) -> object:
    """Read JSON, also if older systems hide it or Angular's server has written it.

    Raises
    ------
    ValueError
        The text is not JSON.
    """
    if "&q;" in raw:
        for written, character in _ANGULAR.items():
            raw = raw.replace(written, character)
    bare = _WRAPPING.sub("", raw.strip()) if "<!" in raw or "]>" in raw or "->" in raw else raw
    try:
        return json.loads(bare, strict=False)
    except json.JSONDecodeError as error:
        return _cut_off_value(bare, 0, error)


def _cut_off_value(text: str, begin: int, error: json.JSONDecodeError) -> object:
    """Read JSON whose end is missing because the page was cut off; raise the error if it is damaged elsewhere."""
    if not (error.msg.startswith(("Unterminated", "Invalid \\")) or error.pos >= len(text.rstrip()) - _LITERAL_SIZE):
        raise error
    closing: list[str] = []
    last, in_string = begin, False
    for token in _TOKEN.finditer(text, begin):
        if token[0] in _CLOSING:
            closing.append(_CLOSING[token[0]])
            last = token.end()
        elif token[0] in _CLOSING.values():
            if not closing or closing.pop() != token[0] or not closing:
                raise error
        elif token[0] == ",":
            last = token.start()
        else:
            in_string = not token[1]
    rest, ends = text[begin:], "".join(reversed(closing))
    if in_string:
        ends = f'"{ends}'
    # The string may end in part of an escape, or be a name without a value.
    whole_escapes = rest[:-6] + _PART_ESCAPE.sub("", rest[-6:])
    for candidate in (rest + ends, whole_escapes + ends, text[begin:last] + ends.lstrip('"')):
        try:
            return json.loads(candidate, strict=False)
        except ValueError:
            continue
    raise error


def assigned_values(script: str) -> Iterator[tuple[str, object]]:
    """Yield the lists, objects and decoded strings that a script assigns, with the names of their variables.

    If an expression is not JSON, such as a state with bare names, its strings are yielded. A name that does not suggest
    a state or an article is replaced by an empty one, and its value is yielded only if it is whole.

    Examples
    --------
    >>> list(assigned_values('''App.page = {"a": 1}; window.__DATA__ = JSON.parse(atob("WzJd"))'''))
    [('', {'a': 1}), ('window.__DATA__', [2])]
    """
    end, failures = 0, 0
    for match in _ASSIGNMENT.finditer(script):
        if match.start() < end:
            continue
        name = match[1] if _STATE_NAME.search(match[1]) else ""
        calls = [call.strip().rpartition(".")[2] for call in match[2].split("(")[:-1]]
        if not name and "parse" not in calls and not _JSON.match(script, match.end()):
            continue
        try:
            value, end = _value(script, match.end())
            for call in reversed(calls):
                value = _CALLS[call](value) if call in _CALLS and isinstance(value, str) else value
            yield name, value
        except (ValueError, RecursionError):
            # An expression that is not JSON, but whose strings are.
            if name and not calls:
                yield name, [{"text": decoded(literal[0])} for literal in _LITERAL.finditer(script, match.end())]
                return
            failures += 1
            if failures > _MOST_FAILURES:  # each costs a search through the script
                return


def written_html(script: str) -> str:
    r"""Return the HTML in the strings of a script, one after another, as the script writes it into its page.

    Examples
    --------
    >>> written_html(r"var html = '<p>It\'s open.<\/p>' + " + '"<p>Ships came.</p>"; run("now")')
    "<p>It's open.</p><p>Ships came.</p>"
    """
    if _WRITTEN.search(script) is None:
        return ""
    found = []
    for match in _STRING.finditer(script):
        is_closed = match[2] or match[4] or match[6]
        begin = match.start()
        if is_closed and _WRITTEN.search(match[0]) and not _NOTICE.search(script, max(begin - _BEFORE, 0), begin):
            found.append(decoded(match[0] if match[1] else _as_string(match[3] or match[5])))
    return "".join(found)


def _value(script: str, begin: int) -> tuple[object, int]:
    quoted = _QUOTED.match(script, begin)
    if quoted is None:
        try:
            return _DECODER.raw_decode(script, begin)
        except json.JSONDecodeError as error:
            return _cut_off_value(script, begin, error), len(script)
    return decoded(_as_string(quoted[1] or quoted[2] or "")), quoted.end()


def _as_string(quoted: str) -> str:
    """Return the text between other quotation marks as a JSON string."""
    return f'"{_ESCAPE.sub(_as_json, quoted)}"'


def _as_json(escape: re.Match[str]) -> str:
    if escape[0] == '"':
        return '\\"'
    return f"\\u00{escape[1]}" if escape[1] else escape[2] or escape[3]


def _from_base64(text: str) -> str:
    read = base64.b64decode(text)
    try:
        return read.decode()
    except UnicodeDecodeError:
        return read.decode("latin-1")


_CALLS: dict[str, Callable[[str], object]] = {
    "parse": lambda text: json.loads(text, strict=False),
    "decodeURIComponent": unquote,
    "decodeURI": unquote,
    "unescape": unquote,
    "atob": _from_base64,
}


def decoded(text: str, begin: int = 0) -> str:
    """Return the text of the JSON string that begins at a position, or an empty string if there is none."""
    try:
        return str(_DECODER.raw_decode(text, begin)[0])
    except ValueError:
        return ""


def sent_values(sent: str) -> Iterator[object]:
    """Yield the values that server components sent: each on a line of its own, except texts."""
    begin = 0
    while match := _ROW.match(sent, begin):
        if match[2]:
            size = int(match[2], 16)
            text = sent[match.end() : match.end() + size].encode()[:size].decode(errors="ignore")
            begin = match.end() + len(text)
            yield text
            continue
        begin = sent.find("\n", match.end()) + 1 or len(sent)
        row = sent[match.end() : begin]
        try:
            if not is_too_nested(row):
                yield json.loads(row, strict=False)
        except ValueError:
            continue
