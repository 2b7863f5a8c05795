"""The family of errors: each is one line with the place, the fault, the expected value, and a hint."""

from collections.abc import Callable
from typing import Self


class CorestoryError(Exception):
    """An error that the user can fix. The command line prints it in one line, without a traceback.

    Parameters
    ----------
    found
        The fault.
    where
        The file, and the row or line if there is one.
    expected
        The value that was expected in its place.
    hint
        How to fix it.

    Examples
    --------
    >>> error = CorestoryError("label 'maybe'", where="a.csv, row 3", expected="core or filler", hint="Change it.")
    >>> print(error)
    a.csv, row 3: label 'maybe'; expected core or filler. Change it.
    """

    def __init__(self, found: str, *, where: str = "", expected: str = "", hint: str = "") -> None:
        self.found, self.where, self.expected, self.hint = found, where, expected, hint
        super().__init__(found)

    def __str__(self) -> str:
        line = f"{self.where}: {self.found}" if self.where else self.found
        if self.expected:
            line += f"; expected {self.expected}"
        if self.hint:
            line = f"{line}. {self.hint}"
        return " ".join(line.split())

    def at(self, where: str) -> Self:
        """Return the same error at another place, or at none."""
        return type(self)(self.found, where=where, expected=self.expected, hint=self.hint)

    def __reduce__(self) -> tuple[object, ...]:
        # Keyword-only arguments do not survive the default pickling, by which joblib brings errors back.
        return _rebuilt, (type(self), self.found, self.where, self.expected, self.hint)


def _rebuilt(kind: type[CorestoryError], found: str, where: str, expected: str, hint: str) -> CorestoryError:
    return kind(found, where=where, expected=expected, hint=hint)


def reason_of(error: BaseException) -> str:
    r"""Return the reason that the system or a library gives: its first line, without the number and name before it.

    Examples
    --------
    >>> reason_of(FileNotFoundError(2, "No such file or directory")), reason_of(PermissionError("Access Denied"))
    ('No such file or directory', 'Access Denied')
    >>> reason_of(OSError("cannot load libjvm\nlibjvm.so: no such file"))
    'cannot load libjvm'
    """
    message = (getattr(error, "strerror", None) or str(error)).strip()
    return message.partition("\n")[0] or type(error).__name__


class InputError(CorestoryError):
    """A file, a row or an article that cannot be read."""


class OutputError(CorestoryError):
    """An output that exists, cannot be written, or has no folder."""


class ModelError(CorestoryError):
    """A model folder that is missing, damaged, tampered with or of another version."""


class DataError(CorestoryError):
    """Labelled data from which nothing can be learned or measured."""


Refuse = Callable[[InputError], None]
"""A function that is called with the error for each file, row or article that cannot be read; reading goes on."""


def raise_refusal(error: InputError) -> None:
    """Raise the error: the handler of refusals if a caller gives none."""
    raise error


Note = Callable[[str], None]
"""A function that is called with a note for the user about an input that was read."""


def no_note(text: str) -> None:
    """Ignore a note."""
