"""What was refused, as a line of JSON."""

import json

from corestory.errors import CorestoryError, InputError
from corestory.reading.text import storable


def refusal_line(error: CorestoryError) -> str:
    """Write an error as ``where`` and ``reason``.

    Examples
    --------
    >>> refusal_line(InputError("is empty", where="a.csv", expected="rows"))
    '{"where": "a.csv", "reason": "is empty; expected rows"}'
    """
    reason = str(type(error)(error.found, expected=error.expected, mend=error.mend))
    return json.dumps({"where": storable(error.where), "reason": storable(reason)}, ensure_ascii=False)


def refusal_of_line(line: str) -> InputError:
    """Read what `refusal_line` wrote.

    Examples
    --------
    >>> print(refusal_of_line(refusal_line(InputError("is empty", where="a.csv", expected="rows"))))
    a.csv: is empty; expected rows
    """
    row = json.loads(line)
    return InputError(row["reason"], where=row["where"])
