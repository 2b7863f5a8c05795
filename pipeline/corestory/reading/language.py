"""The language of an article, and the number of words of a text, which scripts without spaces do not show.

The text tells its language where py3langid is installed; else the source declares it.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec

# This many characters of a story tell its language nearly as well as all of it, and take 10 ms.
TOLD_CHARACTERS = 500
# Fewer letters are too little evidence.
LEAST_LETTERS = 20

_CODE = re.compile(r"[a-z]{2}(?![a-z])")
# Two written forms of one language, which the detector takes for one.
_SAME = {"nb": "no", "nn": "no"}

_HAN_AND_KANA = "\u3005-\u3007\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
_SOUTHEAST_ASIAN = "\u0e01-\u0e4e\u0e81-\u0edf\u1000-\u109f\u1780-\u17d3"
# How many characters of each script stand, in news, for a word of a European language.
_CHARACTERS_PER_WORD = ((f"[{_HAN_AND_KANA}]", 1.7), ("[\uac00-\ud7a3]", 2.0), (f"[{_SOUTHEAST_ASIAN}]", 4.5))
_WORDS = rf"[{_HAN_AND_KANA}{_SOUTHEAST_ASIAN}]|[^\s{_HAN_AND_KANA}{_SOUTHEAST_ASIAN}]+"
# To compile such patterns takes longer than to tag an article, and most texts need none.
_compiled = cache(re.compile)


def language_of(text: str, *, declared: str = "") -> str:
    """Return the language of a text, as a code of two letters (ISO 639-1); empty where nothing tells it.

    Where the text of a page is in another language than the page declares, the text was right each time
    (docs/outputs.md).

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


def may_be_unspaced(text: str) -> bool:
    """Return whether most of a text may be in a script without spaces, judged by its length in bytes.

    Examples
    --------
    >>> may_be_unspaced("ferry"), may_be_unspaced("паром"), may_be_unspaced("船は欠航した。")
    (False, False, True)
    """
    # Characters of these scripts take three bytes; Latin, Greek, Cyrillic and Arabic letters take at most two.
    return not text.isascii() and len(text.encode(errors="surrogatepass")) > 2 * len(text)


def word_count(text: str) -> int:
    """Count the words of a paragraph between its spaces, or estimate their number.

    Examples
    --------
    >>> word_count("The ferry sailed."), word_count("船は木曜日に欠航した。")
    (3, 5)
    """
    words = text.count(" ") + 1
    if not may_be_unspaced(text):
        return words
    return max(words, int(sum(len(_compiled(script).findall(text)) / size for script, size in _CHARACTERS_PER_WORD)))


def words_of(text: str) -> list[str]:
    """Return the words of a text; in scripts without spaces each character counts as one.

    Examples
    --------
    >>> words_of("The ferry sailed."), words_of("船は欠航 JR")
    (['The', 'ferry', 'sailed.'], ['船', 'は', '欠', '航', 'JR'])
    """
    return _compiled(_WORDS).findall(text) if may_be_unspaced(text) else text.split()
