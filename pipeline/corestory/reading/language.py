"""The language of an article: told from its text where py3langid is installed, else as the source declares it."""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec

# So many characters of a story tell its language nearly as well as all of it, and take 10 ms.
TOLD_CHARACTERS = 500
# Fewer letters are too little evidence.
LEAST_LETTERS = 20

_CODE = re.compile(r"[a-z]{2}(?![a-z])")
# Two written forms of one language, which the detector takes for one.
_SAME = {"nb": "no", "nn": "no"}


def language_of(text: str, *, declared: str = "") -> str:
    """Return the language of a text, as a code of two letters (ISO 639-1); empty where nothing tells it.

    Of pages whose text is in another language than they declare, the text was right each time (docs/outputs.md).

    Parameters
    ----------
    text
        The text; its first `TOLD_CHARACTERS` are read.
    declared
        The language that the source declares, such as ``en`` or ``de-AT``. It counts where the text is too short or
        py3langid (the extra ``language``; Lui and Baldwin, ACL 2012) is not installed.

    Examples
    --------
    >>> language_of("", declared="de-AT"), language_of("", declared="English"), language_of("")
    ('de', '', '')
    """
    text = text[:TOLD_CHARACTERS]
    if sum(map(str.isalpha, text)) >= LEAST_LETTERS and _detects():
        from py3langid import classify

        return str(classify(text)[0])
    match = _CODE.match(declared.strip().lower())
    return _SAME.get(match[0], match[0]) if match else ""


@cache
def _detects() -> bool:
    return find_spec("py3langid") is not None
