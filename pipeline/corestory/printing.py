"""Text from data made safe to print on a terminal."""

import re

# Escape sequences steer the terminal, bidirectional overrides and isolates reorder what it shows, and lone surrogates
# have no encoding. Tab and line feed are harmless.
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    r"""Replace each character that could steer a terminal by U+FFFD.

    Examples
    --------
    >>> printable("\x1b[31mRed\n") == "\ufffd[31mRed\n"
    True
    """
    return _UNSAFE.sub("\ufffd", text)
