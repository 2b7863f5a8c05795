"""The values of a record, each checked for what it should be."""

import json
from collections.abc import Mapping, Sequence

from corestory.errors import InputError
from corestory.reading.json_rows import kind_of
from corestory.reading.text import storable

# The columns that name an article, the first that has anything.
IDENTITIES = ("article_id", "id")


def position_of(value: object, where: str) -> int:
    """Return a position, a whole number from 0; `InputError` otherwise."""
    if type(value) is int and 0 <= value < 2**53:  # as nearly all are
        return value
    try:
        number = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else -1.0
        position = int(number)
    except (ValueError, OverflowError):  # no number; not a number; infinite
        number, position = 0.5, 0
    if position != number or position < 0:
        raise InputError(f"position {str(value)[:40]!r}", where=where, expected="a whole number from 0")
    return position


def identity_of(values: Mapping[str, object], where: str) -> str:
    """Return the article's id, empty where it has none; `InputError` if it is neither a string nor a number."""
    value = values.get("article_id")
    if isinstance(value, str) and value:  # as nearly all are
        return storable(value)
    value = next((values[name] for name in IDENTITIES if not is_missing(values.get(name))), "")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise InputError(f"an id that is {kind_of(value)}", where=where, expected="a string or a number")
    # A column of whole numbers with a gap in it comes out of many tools as floats.
    return storable(str(int(value) if isinstance(value, float) and value.is_integer() else value))


def fact_of(values: Mapping[str, object], name: str) -> str:
    """Return what is known of the article under a name, empty where it is no string."""
    value = values.get(name)
    return storable(value.strip()) if isinstance(value, str) else ""


def is_missing(value: object) -> bool:
    """Say whether there is nothing in a field.

    Examples
    --------
    >>> is_missing(""), is_missing(float("nan")), is_missing(0)
    (True, True, False)
    """
    # Not a number is how tables of numbers and text mark a gap.
    return value is None or value == "" or value != value


def string_of(value: object, name: str, where: str) -> str:
    """Return a string; `InputError` if it is none."""
    if not isinstance(value, str):
        raise InputError(f"{name} is {kind_of(value)}", where=where, expected="a string")
    return value


def strings_of(value: object, where: str) -> Sequence[str]:
    """Return a list of strings, which tables hold as JSON; `InputError` if it is none."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            value = ""
    if not isinstance(value, list):
        raise InputError(
            f"paragraphs is {kind_of(value)}", where=where, expected="a list of strings", hint="Put one text into text."
        )
    for number, item in enumerate(value, start=1):
        if not isinstance(item, str):
            raise InputError(f"paragraph {number} is {kind_of(item)}", where=where, expected="a string")
    return value
