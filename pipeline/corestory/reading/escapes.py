"""Characters that a program has written out in a plain text: "&#8217;", "\u2019", "=E2=80=99"."""

import html
import quopri
import re
from contextlib import suppress

# Fewer may be an example of code.
ESCAPES = 3
_ENTITY = re.compile(r"&(?:#\d{2,6}|#[xX][0-9a-fA-F]{2,5}|[a-zA-Z]{2,8}\d{0,2});")
_UNICODE = re.compile(r"(?:\\u[dD][89abAB][0-9a-fA-F]{2})?\\u[0-9a-fA-F]{4}")
# Of quoted-printable, the two bytes of a character, or a line that goes on.
_PRINTABLE = re.compile(r"=[C-F][0-9A-F]=[89AB][0-9A-F]|=\r?\n(?=.*=)")


def without_escapes(text: str) -> str:
    r"""Decode the characters that a text has written out, if there are several.

    Examples
    --------
    >>> without_escapes("It&#8217;s late, &quot;she&quot; said."), without_escapes(r"It\u2019s \u201clate\u201d.")
    ('It’s late, "she" said.', 'It’s “late”.')
    >>> without_escapes("Caf=C3=A9, caf=C3=A9 and a long =\ncaf=C3=A9"), without_escapes("Write &amp; for a sign.")
    ('Café, café and a long café', 'Write &amp; for a sign.')
    """
    if "&" in text and len(_ENTITY.findall(text)) >= ESCAPES:
        text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    if "\\u" in text and len(_UNICODE.findall(text)) >= ESCAPES:
        text = _UNICODE.sub(_character, text)
    if "=" in text and len(_PRINTABLE.findall(text)) >= ESCAPES:
        with suppress(UnicodeError):
            text = quopri.decodestring(text.encode()).decode()
    return text


def _character(escape: re.Match[str]) -> str:
    units = bytes.fromhex("".join(escape[0].split("\\u")))
    try:
        return units.decode("utf-16-be")
    except UnicodeError:  # half a pair
        return escape[0]
