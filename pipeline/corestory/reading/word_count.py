"""The number of words in a text, estimated from its characters in scripts that put few spaces or none between words."""

import re
from functools import cache

_HAN_AND_KANA = "\u3005-\u3007\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
_SOUTHEAST_ASIAN = "\u0e01-\u0e4e\u0e81-\u0edf\u1000-\u109f\u1780-\u17d3"
# How many characters of each script stand, in news, for a word of a European language.
_CHARACTERS_PER_WORD = ((f"[{_HAN_AND_KANA}]", 1.7), ("[\uac00-\ud7a3]", 2.0), (f"[{_SOUTHEAST_ASIAN}]", 4.5))
_WORDS = rf"[{_HAN_AND_KANA}{_SOUTHEAST_ASIAN}]|[^\s{_HAN_AND_KANA}{_SOUTHEAST_ASIAN}]+"
# To compile such patterns takes longer than to tag an article, and most texts need none.
_compiled = cache(re.compile)


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
