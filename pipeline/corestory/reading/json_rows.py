"""JSON and JSON Lines as rows, and the values of rows as strings."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from io import TextIOWrapper
from itertools import chain
from typing import BinaryIO, TypeVar

from corestory.errors import InputError, Refuse
from corestory.reading.decoding import decode, refuse_binary
from corestory.reading.streams import MAX_DOCUMENT_BYTES, peek_bytes, read_document
from corestory.reading.tables import SourceRow, folded, repaired, source_name, text_lines, with_nested
from corestory.reading.text import storable

MAX_JSON_NESTING = 500
"""The most lists and objects inside one another."""

# The most bytes of a list of JSON objects that is read at once; a longer one is read one object at a time.
LIST_BYTES = 2**22
# The number of characters of such a list that are read at a time.
_PIECE_CHARACTERS = 2**20
_MARKS = re.compile(r'["\[\]{},]|\\.', re.DOTALL)
_BEGINS_DOCUMENT = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:\[\s*\{|\[\s*\n|\{\s*\n)")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")
_Parsed = TypeVar("_Parsed")
_SPACE = re.compile(r"\s*")
_DOCUMENT = "a JSON object or a list of them"


def json_rows(stream: BinaryIO, *, name: str, refuse: Refuse, lines: bool = False) -> Iterator[SourceRow]:
    r"""Read the objects of JSON Lines, or of JSON documents: objects, or lists of them.

    Parameters
    ----------
    stream
        The file, not compressed.
    name
        Its name, ``-`` for the standard input.
    refuse
        Called with the reason for each line that is not a JSON object; the other lines are read.
    lines
        Whether the name shows JSON Lines. Even then, a file that begins as a list or as an object of several lines is
        read as a document. Otherwise the beginning decides.

    Examples
    --------
    >>> import io
    >>> rows = json_rows(io.BytesIO(b'{"text": "One"}\n{"text": \n'), name="a.jsonl", refuse=print)
    >>> [(row.name, row.values) for row in rows]
    a.jsonl, line 2: malformed JSON (Expecting value at column 9); expected one JSON object per line
    [('a.jsonl:1', {'text': 'One'})]
    """
    head, stream = peek_bytes(stream, where=source_name(name))
    refuse_binary(head, where=source_name(name))
    if _BEGINS_DOCUMENT.match(head) if lines else not _looks_like_lines(head):
        beginning, stream = peek_bytes(stream, where=source_name(name), size=LIST_BYTES + 1)
        long = len(beginning) > LIST_BYTES and beginning.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")
        yield from (_list_rows if long else _document_rows)(stream, name, refuse)
        return
    for number, line in enumerate(text_lines(stream, head, name, newline="\n"), start=1):
        where = f"{source_name(name)}, line {number}"
        try:
            if not line.isspace():
                yield SourceRow(record_of(_parsed(repaired(line, where), where), where), where, f"{name}:{number}")
        except InputError as error:
            refuse(error)


def _document_rows(stream: BinaryIO, name: str, refuse: Refuse) -> Iterator[SourceRow]:
    where = source_name(name)
    values = _parsed(decode(read_document(stream, where=where), where=where), where, parse=_values, expected=_DOCUMENT)
    if not values:
        raise InputError("is empty", where=where, expected=_DOCUMENT)
    if len(values) == 1 and isinstance(values[0], dict):
        yield SourceRow(record_of(values[0], where), where, f"{name}:1")
        return
    for value in values:
        if not isinstance(value, dict | list):
            raise InputError(kind_of(value), where=where, expected=_DOCUMENT)
    items = chain.from_iterable(value if isinstance(value, list) else [value] for value in values)
    for number, item in enumerate(items, start=1):
        record = f"{where}, record {number}"
        try:
            yield SourceRow(record_of(item, record), record, f"{name}:{number}")
        except InputError as error:
            refuse(error)


def _values(text: str) -> list[object]:
    """Parse consecutive JSON values: jq prints objects like that, and Scrapy appends a list to an earlier one."""
    decoder, values, at = json.JSONDecoder(), [], _end_of_space(text, 0)
    while at < len(text):
        value, at = decoder.raw_decode(text, at)
        values.append(value)
        at = _end_of_space(text, at)
    return values


def _end_of_space(text: str, at: int) -> int:
    return found.end() if (found := _SPACE.match(text, at)) else at


def _list_rows(stream: BinaryIO, name: str, refuse: Refuse) -> Iterator[SourceRow]:
    """Read the items of a long list one at a time; if the list is malformed, those before the fault."""
    where = source_name(name)
    number = 0
    try:
        for number, item in enumerate(_list_items(stream, where), start=1):
            record = f"{where}, record {number}"
            try:
                yield SourceRow(record_of(_parsed(repaired(item, record), record), record), record, f"{name}:{number}")
            except InputError as error:
                refuse(error)
    except InputError as error:
        after = f"{where}, after record {number}"
        raise error.at(after) from None


def _list_items(stream: BinaryIO, where: str) -> Iterator[str]:
    """Yield the text of each item of lists in UTF-8, found by brackets and commas."""
    item: list[str] = []
    depth = length = 0
    in_string = False
    after_the_list = InputError(
        "text after the end of the list", where=where, expected="the end of the file or another list"
    )
    with TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
        carried = ""
        while piece := text.read(_PIECE_CHARACTERS):
            piece = carried + piece
            # A backslash and the character that it escapes stay together.
            odd = (len(piece) - len(piece.rstrip("\\"))) % 2
            piece, carried = (piece[:-1], "\\") if odd else (piece, "")
            start = 0
            for mark in _MARKS.finditer(piece):
                found = mark[0]
                if found == '"':
                    in_string = not in_string
                elif in_string or len(found) > 1:
                    continue
                elif found in "[{":
                    if depth == 0 and (found == "{" or "".join((*item, piece[start : mark.start()])).strip()):
                        raise after_the_list
                    depth += 1
                    start, item = (mark.end(), []) if depth == 1 else (start, item)
                elif found in "]}":
                    depth -= 1
                if (found == "," and depth == 1) or (found == "]" and depth == 0 and not in_string):
                    item.append(piece[start : mark.start()])
                    whole, item, length = "".join(item), [], 0
                    start = mark.end()
                    if whole.strip() or found == ",":
                        yield whole
            item.append(piece[start:])
            length += len(piece) - start
            if length > MAX_DOCUMENT_BYTES:
                raise InputError(f"a record of more than {MAX_DOCUMENT_BYTES:,} characters", where=where)
    if depth:
        raise InputError("a list that does not end", where=where, expected="]")
    if carried or "".join(item).strip():
        raise after_the_list


def _looks_like_lines(head: bytes) -> bool:
    lines = [line for line in head.splitlines() if line.strip()][:2]
    if not lines or not lines[0].lstrip(b"\xef\xbb\xbf \t").startswith(b"{"):
        return False
    if len(lines) == 1 or lines[1].lstrip().startswith(b"{"):
        return True
    try:
        json.loads(lines[0].decode("utf-8-sig", errors="replace"))
    except (ValueError, RecursionError):
        return False
    return True


def _parsed(
    text: str, where: str, parse: Callable[[str], _Parsed] = json.loads, expected: str = "one JSON object per line"
) -> _Parsed:
    if is_too_nested(text):
        raise InputError(
            f"JSON that is nested more than {MAX_JSON_NESTING} levels deep",
            where=where,
            expected="one article per record",
        )
    try:
        return parse(text.strip())
    except json.JSONDecodeError as error:
        at = f"line {error.lineno}, column {error.colno}" if error.lineno > 1 else f"column {error.colno}"
        fault = error.msg.removesuffix(" starting at")
        raise InputError(f"malformed JSON ({fault} at {at})", where=where, expected=expected) from None
    except ValueError:  # Python limits the digits of a number
        raise InputError("JSON with a number that has thousands of digits", where=where) from None
    except RecursionError as error:
        raise InputError(f"JSON that cannot be read ({error})", where=where) from None


def is_too_nested(json: str) -> bool:
    """Return whether a JSON text has more than `MAX_JSON_NESTING` lists and objects inside one another.

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


def record_of(value: object, where: str) -> dict[str, object]:
    """Return an object as a record: names in lower case, and fields of its objects also under names with dots.

    Raises
    ------
    InputError
        The value is not an object.

    Examples
    --------
    >>> record_of({"Nr": 7, "article": {"Text": "One."}}, "a.jsonl, line 1")
    {'nr': 7, 'article': {'Text': 'One.'}, 'article.text': 'One.'}
    """
    if not isinstance(value, Mapping):
        raise InputError(kind_of(value), where=where, expected="a JSON object with text, paragraphs or html")
    return with_nested({folded(str(key)): item for key, item in value.items()})


def kind_of(value: object) -> str:
    """Return the kind of a value in JSON's terms.

    Examples
    --------
    >>> kind_of([]), kind_of(3.5)
    ('a list', 'a number')
    """
    kinds = (
        (bool, "true or false"),
        ((int, float), "a number"),
        (str, "a string"),
        (list, "a list"),
        (dict, "an object"),
    )
    return next((kind for types, kind in kinds if isinstance(value, types)), "nothing" if value is None else "a value")


# The columns with an article's id; the first one that is not empty counts.
IDENTITIES = ("article_id", "id")


def position_of(value: object, where: str) -> int:
    """Return a position, a whole number from 0; raise an `InputError` for any other value."""
    if type(value) is int and 0 <= value < 2**53:  # as nearly all are
        return value
    try:
        number = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else -1.0
        position = int(number)
    except (ValueError, OverflowError):  # not a number, NaN or infinite
        number, position = 0.5, 0
    if position != number or position < 0:
        raise InputError(f"position {str(value)[:40]!r}", where=where, expected="a whole number from 0")
    return position


def identity_of(values: Mapping[str, object], where: str) -> str:
    """Return the article's id, empty if it has none; raise an `InputError` if it is neither a string nor a number."""
    value = values.get("article_id")
    if isinstance(value, str) and value:  # as nearly all are
        return storable(value)
    value = next((values[name] for name in IDENTITIES if not is_missing(values.get(name))), "")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise InputError(f"an id that is {kind_of(value)}", where=where, expected="a string or a number")
    # Many tools write a column of whole numbers with a gap as floats.
    return storable(str(int(value) if isinstance(value, float) and value.is_integer() else value))


def fact_of(values: Mapping[str, object], name: str) -> str:
    """Return a fact about the article, or an empty string if it is not a string."""
    value = values.get(name)
    return storable(value.strip()) if isinstance(value, str) else ""


def is_missing(value: object) -> bool:
    """Return whether a field is empty.

    Examples
    --------
    >>> is_missing(""), is_missing(float("nan")), is_missing(0)
    (True, True, False)
    """
    # Tables of numbers and text mark a gap with NaN.
    return value is None or value == "" or value != value


def string_of(value: object, name: str, where: str) -> str:
    """Return a string; raise an `InputError` for any other value."""
    if not isinstance(value, str):
        raise InputError(f"{name} is {kind_of(value)}", where=where, expected="a string")
    return value


def strings_of(value: object, where: str) -> Sequence[str]:
    """Return a list of strings, which tables hold as JSON; raise an `InputError` for any other value."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            value = ""
    if not isinstance(value, list):
        raise InputError(
            f"paragraphs is {kind_of(value)}",
            where=where,
            expected="a list of strings",
            hint="Put a single text into the field text.",
        )
    for number, item in enumerate(value, start=1):
        if not isinstance(item, str):
            raise InputError(f"paragraph {number} is {kind_of(item)}", where=where, expected="a string")
    return value
