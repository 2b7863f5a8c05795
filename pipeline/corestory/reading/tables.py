"""Rows of JSON and CSV, one at a time, each with the place it came from."""

import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import TextIOWrapper
from typing import BinaryIO

from corestory.errors import InputError
from corestory.reading.bounds import MAX_JSON_NESTING, is_too_nested
from corestory.reading.decoding import decode, legacy_encoding, marked_encoding, refuse_binary
from corestory.reading.streams import MAX_DOCUMENT_BYTES, peek_bytes, read_document
from corestory.reading.text import storable

Refuse = Callable[[InputError], None]

# A longer list of JSON objects is read one object at a time.
LIST_BYTES = 2**22
# How much more of such a list is read at a time.
_PIECE_CHARACTERS = 2**20
_MARKS = re.compile(r'["\[\]{},]|\\.', re.DOTALL)
_DELIMITERS = (",", "\t", ";", "|")
# Objects in objects of a record whose fields can be named.
_NESTED_LEVELS = 3
# What Excel reads, and tools write for it, in front of the header.
_SEPARATOR = re.compile(r"\ufeff?\"?sep=(.)\"?\r?\n?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One record of a file.

    Attributes
    ----------
    values
        By column, names in lower case.
    where
        The file and the line, for errors.
    name
        ``FILE:LINE``, for an article that names itself nowhere.
    """

    values: Mapping[str, object]
    where: str
    name: str


@dataclass(frozen=True, slots=True)
class SourceTable:
    """A file's columns, as they are written there, and its rows, to be read once.

    Attributes
    ----------
    lists
        The columns that hold lists of strings, in lower case, where the file has types.
    """

    columns: tuple[str, ...]
    rows: Iterator[SourceRow]
    lists: tuple[str, ...] = ()


def folded(name: str) -> str:
    """Return a column's name as `SourceRow` has it.

    Examples
    --------
    >>> folded(" Desk ")
    'desk'
    """
    return name.strip().lower()


def source_name(name: str) -> str:
    """Return what to call a file in an error; its name, but for the standard input's ``-``."""
    return "standard input" if name == "-" else name


def json_rows(stream: BinaryIO, *, name: str, refuse: Refuse, lines: bool = False) -> Iterator[SourceRow]:
    r"""Read the objects of JSON Lines, or of a JSON document: one object, or a list of them.

    Parameters
    ----------
    stream
        The file, not compressed.
    name
        Its name, ``-`` for the standard input.
    refuse
        Called with the reason for each line that is not a JSON object; the other lines are read.
    lines
        Whether it surely is JSON Lines; otherwise its beginning tells.

    Examples
    --------
    >>> import io
    >>> rows = json_rows(io.BytesIO(b'{"text": "One"}\n{"text": \n'), name="a.jsonl", refuse=print)
    >>> [(row.name, row.values) for row in rows]
    a.jsonl, line 2: malformed JSON (Expecting value at column 9); expected one JSON object in a line
    [('a.jsonl:1', {'text': 'One'})]
    """
    head, stream = peek_bytes(stream, where=source_name(name))
    refuse_binary(head, where=source_name(name))
    if not lines and not _looks_like_lines(head):
        beginning, stream = peek_bytes(stream, where=source_name(name), size=LIST_BYTES + 1)
        long = len(beginning) > LIST_BYTES and beginning.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")
        yield from (_list_rows if long else _document_rows)(stream, name, refuse)
        return
    for number, line in enumerate(_text_lines(stream, head, name, newline="\n"), start=1):
        where = f"{source_name(name)}, line {number}"
        try:
            if not line.isspace():
                yield SourceRow(_object(_parsed(_repaired(line, where), where), where), where, f"{name}:{number}")
        except InputError as error:
            refuse(error)


def csv_table(stream: BinaryIO, *, name: str, refuse: Refuse, delimiter: str = ",") -> SourceTable:
    r"""Read a CSV file, with the delimiter that its header uses (comma, tab, semicolon or bar; else `delimiter`).

    Raises
    ------
    InputError
        The file is empty or binary.

    Examples
    --------
    >>> import io
    >>> table = csv_table(io.BytesIO(b'id;Text\n7;"One; two"\n8\n'), name="a.csv", refuse=print)
    >>> table.columns, [row.values for row in table.rows]
    a.csv, line 3: a row of 1 field; expected 2, as the header has. Quote fields that hold ';' or line ends.
    (('id', 'Text'), [{'id': '7', 'text': 'One; two'}])
    """
    where = source_name(name)
    head, stream = peek_bytes(stream, where=where)
    refuse_binary(head, where=where)
    lines = _text_lines(stream, head, name, newline="")
    numbered = ((line, number) for number, line in enumerate(lines, 1) if not line.isspace())
    first, header = next(numbered, ("", 0))
    if separator := _SEPARATOR.fullmatch(first):
        delimiter = separator[1]
        first, header = next(numbered, ("", 0))
    if not first:
        raise InputError("is empty", where=where, expected="a header and rows")
    if not separator:
        delimiter = max((delimiter, *_DELIMITERS), key=first.count)
    # The limit is the module's; its default, 128 KiB, is shorter than many a page.
    csv.field_size_limit(max(csv.field_size_limit(), MAX_DOCUMENT_BYTES))
    columns = tuple(next(csv.reader([_repaired(first, where)], delimiter=delimiter)))
    return SourceTable(columns, _csv_rows(lines, columns, delimiter, name, refuse, header))


def _csv_rows(
    lines: Iterator[str], columns: tuple[str, ...], delimiter: str, name: str, refuse: Refuse, header: int
) -> Iterator[SourceRow]:
    lower = [folded(column) for column in columns]
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        number = header + reader.line_num + 1
        where = f"{source_name(name)}, line {number}"
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            refuse(
                InputError(f"malformed CSV ({error})", where=where, hint="Close the row's quotes, double inner ones.")
            )
            continue
        try:
            if fields and len(fields) != len(columns):
                raise InputError(
                    f"a row of {len(fields)} field{'s' * (len(fields) != 1)}",
                    where=where,
                    expected=f"{len(columns)}, as the header has",
                    hint=f"Quote fields that hold {delimiter!r} or line ends.",
                )
            if any(fields):  # Excel ends many a table with rows of nothing but delimiters
                values = (_repaired(field, where) for field in fields)
                yield SourceRow(dict(zip(lower, values, strict=True)), where, f"{name}:{number}")
        except InputError as error:
            refuse(error)


def _document_rows(stream: BinaryIO, name: str, refuse: Refuse) -> Iterator[SourceRow]:
    where = source_name(name)
    value = _parsed(decode(read_document(stream, where=where), where=where), where)
    if isinstance(value, dict):
        yield SourceRow(_object(value, where), where, f"{name}:1")
        return
    if not isinstance(value, list):
        raise InputError(f"{kind_of(value)}", where=where, expected="a JSON object or a list of them")
    for number, item in enumerate(value, start=1):
        record = f"{where}, record {number}"
        try:
            yield SourceRow(_object(item, record), record, f"{name}:{number}")
        except InputError as error:
            refuse(error)


def _list_rows(stream: BinaryIO, name: str, refuse: Refuse) -> Iterator[SourceRow]:
    """Read the items of a long list one at a time; of a malformed list, those before the fault."""
    where = source_name(name)
    number = 0
    try:
        for number, item in enumerate(_list_items(stream, where), start=1):
            record = f"{where}, record {number}"
            try:
                yield SourceRow(_object(_parsed(_repaired(item, record), record), record), record, f"{name}:{number}")
            except InputError as error:
                refuse(error)
    except InputError as error:
        after = f"{where}, after record {number}"
        raise InputError(error.found, where=after, expected=error.expected, hint=error.hint) from None


def _list_items(stream: BinaryIO, where: str) -> Iterator[str]:
    """Yield the text of each object, or other item, of a list in UTF-8, found by its brackets and commas."""
    item: list[str] = []
    depth = length = 0
    in_string = False
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
                    depth += 1
                    start = mark.end() if depth == 1 else start
                elif found in "]}":
                    depth -= 1
                if (found == "," and depth == 1) or (found == "]" and depth == 0 and not in_string):
                    item.append(piece[start : mark.start()])
                    whole, item, length = "".join(item), [], 0
                    start = mark.end()
                    if whole.strip() or found == ",":
                        yield whole
                    if depth == 0:
                        if piece[start:].strip() or text.read(_PIECE_CHARACTERS).strip():
                            raise InputError("text after the end of the list", where=where, expected="one list")
                        return
            item.append(piece[start:])
            length += len(piece) - start
            if length > MAX_DOCUMENT_BYTES:
                raise InputError(f"a record of more than {MAX_DOCUMENT_BYTES:,} characters", where=where)
    raise InputError("a list that does not end", where=where, expected="]")


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


def _text_lines(stream: BinaryIO, head: bytes, name: str, *, newline: str) -> Iterator[str]:
    """Decode line by line; bytes that are not UTF-8 are kept as lone surrogates, for `_repaired`.

    The beginning of a file may tell its encoding where a single field is too short to.
    """
    encoding = marked_encoding(head) or legacy_encoding(head) or "utf-8"
    errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
    with TextIOWrapper(stream, encoding=encoding, errors=errors, newline=newline) as text:
        while line := text.readline(MAX_DOCUMENT_BYTES):
            if len(line) == MAX_DOCUMENT_BYTES:
                raise InputError(f"a line of more than {MAX_DOCUMENT_BYTES:,} characters", where=source_name(name))
            yield line


def _repaired(text: str, where: str) -> str:
    return (
        text if text.isascii() or storable(text) == text else decode(text.encode(errors="surrogateescape"), where=where)
    )


def _parsed(text: str, where: str) -> object:
    if is_too_nested(text):
        raise InputError(
            f"JSON of more than {MAX_JSON_NESTING} lists and objects in one another",
            where=where,
            expected="an article a record",
        )
    try:
        value: object = json.loads(text.strip())
    except json.JSONDecodeError as error:
        at = f"line {error.lineno}, column {error.colno}" if error.lineno > 1 else f"column {error.colno}"
        fault = error.msg.removesuffix(" starting at")
        raise InputError(
            f"malformed JSON ({fault} at {at})", where=where, expected="one JSON object in a line"
        ) from None
    except (ValueError, RecursionError) as error:  # a number of thousands of digits; brackets within brackets
        raise InputError(f"JSON that cannot be read ({error})", where=where) from None
    return value


def _object(value: object, where: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise InputError(kind_of(value), where=where, expected="a JSON object with text, paragraphs or html")
    return _with_nested({folded(str(key)): item for key, item in value.items()}, _NESTED_LEVELS)


def _with_nested(values: dict[str, object], levels: int) -> dict[str, object]:
    """Return a record with the fields of its objects as fields of its own, such as ``article.text``."""
    nested: dict[str, object] = {}
    for key, item in values.items():
        if levels and isinstance(item, dict):
            inner = _with_nested({folded(str(name)): of_it for name, of_it in item.items()}, levels - 1)
            nested |= {f"{key}.{name}": of_it for name, of_it in inner.items()}
    return values | {name: item for name, item in nested.items() if name not in values}


def kind_of(value: object) -> str:
    """Name the kind of a value in JSON's words.

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
