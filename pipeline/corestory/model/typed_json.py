"""Frozen dataclasses as JSON and back, read without trust: the dataclass is the schema, and nothing is coerced.

Supported are `str`, `bool`, `int`, `float`, ``X | None``, ``tuple[X, ...]``, ``dict[str, X]`` and dataclasses of these.
"""

import dataclasses
import json
import math
import types
import typing
from typing import TypeVar

from corestory.errors import ModelError

Made = TypeVar("Made")

_NAMES: dict[object, str] = {str: "a text", bool: "true or false", int: "a whole number", float: "a number"}


def to_json(document: dict[str, object], *, where: str, compact: bool = False) -> bytes:
    """Write a document whose numbers all come back as they are.

    Parameters
    ----------
    document
        What to write.
    where
        What an error names as its place.
    compact
        Whether to leave out white space and sort the keys, so that equal documents give equal bytes.

    Raises
    ------
    ModelError
        The document holds what JSON does not have, as NaN.

    Examples
    --------
    >>> to_json({"b": 0.1, "a": [1, None]}, where="example", compact=True)
    b'{"a":[1,null],"b":0.1}'
    """
    layout: tuple[int | None, tuple[str, str]] = (None, (",", ":")) if compact else (2, (",", ": "))
    try:
        text = json.dumps(
            document, indent=layout[0], separators=layout[1], sort_keys=compact, allow_nan=False, ensure_ascii=False
        )
    except (TypeError, ValueError, RecursionError) as error:
        raise ModelError(f"cannot be written as JSON ({error})", where=where, expected="texts and numbers") from error
    # A lone surrogate, as in a file name that is no UTF-8, has no bytes; as an escape it is JSON and comes back.
    return text.encode("utf-8", "backslashreplace") + (b"" if compact else b"\n")


def from_json(data: bytes, *, where: str) -> dict[str, object]:
    """Read a document that is a JSON object: strict UTF-8, no key twice, no NaN, nested no deeper than Python's stack.

    Raises
    ------
    ModelError
        It is none of that.

    Examples
    --------
    >>> from_json(b'{"a": 1, "a": 2}', where="example")
    Traceback (most recent call last):
    corestory.errors.ModelError: example: is no JSON that can be trusted (key 'a' stands twice in one object)
    """
    try:
        document = json.loads(data.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ModelError("is no JSON that can be trusted (nested too deeply)", where=where) from error
    except ValueError as error:  # of UTF-8, of JSON, of the two hooks, and of numbers with thousands of digits
        raise ModelError(f"is no JSON that can be trusted ({error})", where=where) from error
    if not isinstance(document, dict):
        raise ModelError("is JSON but no object", where=where, expected="{…}")
    return document


def build(kind: type[Made], value: object, *, where: str, path: str = "") -> Made:
    """Make a dataclass of a read document, every field of the declared type and no field beside them.

    Parameters
    ----------
    kind
        The dataclass. What its ``__post_init__`` refuses by `ValueError` is refused here too.
    value
        What was read.
    where
        What an error names as its place.
    path
        Name of the value within its document.

    Raises
    ------
    ModelError
        A field is missing, unknown, of another type or refused by the dataclass.

    Examples
    --------
    >>> @dataclasses.dataclass(frozen=True)
    ... class Point:
    ...     x: float
    ...     tags: tuple[str, ...]
    >>> build(Point, {"x": 1, "tags": ["a"]}, where="example")
    Point(x=1.0, tags=('a',))
    >>> build(Point, {"x": True, "tags": []}, where="example")
    Traceback (most recent call last):
    corestory.errors.ModelError: example: 'x' is true; expected a number
    """
    return typing.cast(Made, _Builder(where).value(kind, value, path))


class _Builder:
    """Reads one document; keeps what its errors name as their place."""

    def __init__(self, where: str) -> None:
        self.where = where

    def value(self, kind: object, value: object, path: str) -> object:
        if dataclasses.is_dataclass(kind) and isinstance(kind, type):
            return self._dataclass(kind, value, path)
        origin, arguments = typing.get_origin(kind), typing.get_args(kind)
        if origin in (types.UnionType, typing.Union):
            kinds = [choice for choice in arguments if choice is not type(None)]
            if len(kinds) != 1 or len(arguments) != 2:
                raise TypeError(f"{path}: no rule for {kind}")
            return None if value is None else self.value(kinds[0], value, path)
        if origin is tuple and arguments[1:] == (...,):
            items = value if isinstance(value, list) else self._refuse(path, value, "a list")
            return tuple(self.value(arguments[0], item, f"{path}[{number}]") for number, item in enumerate(items))
        if origin is dict and arguments[0] is str:
            entries = value if isinstance(value, dict) else self._refuse(path, value, "an object")
            return {key: self.value(arguments[1], item, f"{path}.{key}") for key, item in entries.items()}
        if kind not in _NAMES:
            raise TypeError(f"{path}: no rule for {kind}")
        if kind is float and type(value) is int and abs(value) < 2**53:
            return float(value)
        # An exact comparison: to Python, True is a whole number.
        if type(value) is not kind or (isinstance(value, float) and not math.isfinite(value)):
            self._refuse(path, value, _NAMES[kind])
        return value

    def _dataclass(self, kind: type, value: object, path: str) -> object:
        known = [field.name for field in dataclasses.fields(kind)]
        entries = value if isinstance(value, dict) else self._refuse(path, value, "an object")
        about = f"{path!r} " if path else ""
        missing = [name for name in known if name not in entries]
        unknown = [name for name in entries if name not in known]
        if missing or unknown:
            what = f"lacks {', '.join(missing)}" if missing else f"has the unknown {_shown(unknown)}"
            raise ModelError(about + what, where=self.where, expected=f"exactly {', '.join(known)}")
        kinds = typing.get_type_hints(kind)
        before = f"{path}." if path else ""
        fields = {name: self.value(kinds[name], entries[name], before + name) for name in known}
        try:
            return kind(**fields)
        except ValueError as error:
            raise ModelError(f"{about}is refused: {error}", where=self.where) from error

    def _refuse(self, path: str, value: object, expected: str) -> typing.NoReturn:
        raise ModelError(f"{path or 'the document'!r} is {_shown(value)}", where=self.where, expected=expected)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    entries: dict[str, object] = {}
    for key, value in pairs:
        if key in entries:
            raise ValueError(f"key {key[:40]!r} stands twice in one object")
        entries[key] = value
    return entries


def _refuse_constant(name: str) -> typing.NoReturn:
    raise ValueError(f"{name} is no number")


def _shown(value: object) -> str:
    """Show a value as JSON, cut short: who tampers with a file also chooses what its error would print."""
    if isinstance(value, dict | list) and len(value) > 8:
        return f"{type(value).__name__} of {len(value):,}"
    try:
        text = json.dumps(value)
    except ValueError:  # a whole number with thousands of digits
        return "a number of many digits"
    return text if len(text) <= 60 else text[:59] + "…"
