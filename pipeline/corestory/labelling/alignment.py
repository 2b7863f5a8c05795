"""Labels for a page's paragraphs, from the alignment of the page's words, in order, with those of the gold text."""

import re
from collections.abc import Sequence
from hashlib import blake2b

import numpy as np

# Scripts without spaces have no words to align, so each of their characters counts as a word.
_WORD = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]|[^\W\u2e80-\u9fff\uf900-\ufaff]+")


def alignment_words(text: str) -> list[str]:
    """Return the lower-cased words of a text; in scripts without spaces, its characters.

    Examples
    --------
    >>> alignment_words("“It’s Done,” she said 3×.")
    ['it', 's', 'done', 'she', 'said', '3']
    """
    return _WORD.findall(text.lower())


def aligned_share(paragraphs: Sequence[str], gold: str) -> np.ndarray:
    """Return the share of each paragraph's words that the gold text also has, in the same order.

    The longest common subsequence of the words of both decides. So white space, quotes and dashes, in which a gold text
    differs from its page, do not matter, and each word counts once.

    Parameters
    ----------
    paragraphs
        The page's paragraphs, in order.
    gold
        The story's text as a person extracted it.

    Returns
    -------
    numpy.ndarray
        The share of each paragraph, from 0 to 1; NaN for a paragraph without words.

    Examples
    --------
    >>> aligned_share(["Home | News", "The quay opened.", "Read more"], "The quay — opened").tolist()
    [0.0, 1.0, 0.0]
    """
    from rapidfuzz.distance import LCSseq  # counting words needs no alignment

    words = [alignment_words(paragraph) for paragraph in paragraphs]
    page = [word for paragraph in words for word in paragraph]
    matched = np.zeros(len(page) + 1, dtype=np.int64)
    for block in LCSseq.opcodes(page, alignment_words(gold)):
        if block.tag == "equal":
            matched[block.src_start : block.src_end] = 1
    counts = np.array([len(paragraph) for paragraph in words], dtype=np.int64)
    ends = np.cumsum(counts)
    running = np.concatenate([[0], np.cumsum(matched[:-1])])
    hits = running[ends] - running[ends - counts]
    with np.errstate(invalid="ignore"):
        return np.where(counts > 0, hits / counts, np.nan)


# Separators between a title and the site's name; without spaces around it, a separator is part of a word.
_SEPARATORS = (" | ", " - ", " – ", " — ")


def titled(title: str) -> frozenset[tuple[str, ...]]:
    """Return the word sequences that are only the title: all of it, and all but the site's name at its end.

    Parameters
    ----------
    title
        The page's title, with or without the site's name.

    Returns
    -------
    frozenset of tuple of str
        Sequences as in `alignment_words`; empty if the title has no word.

    Examples
    --------
    >>> sorted(titled("Quay opens | Harbour Herald"))
    [('quay', 'opens'), ('quay', 'opens', 'harbour', 'herald')]
    """
    heads = [head for separator in _SEPARATORS for head, found, _ in [title.rpartition(separator)] if found]
    return frozenset(tuple(words) for part in (title, *heads) if (words := alignment_words(part)))


_ADDRESS = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)?(?://)?(?:www\.)?([^/?#]+)([^?#]*)(\?[^#]*)?", re.IGNORECASE)


class Duplicates:
    """Remembers the articles seen so far, by their address and by their text.

    Examples
    --------
    >>> seen = Duplicates()
    >>> seen.reason(url="https://www.herald.example/ferry", text="The ferry sailed.")
    ''
    >>> seen.reason(url="http://herald.example/ferry/#top", text="The ferry has sailed.")
    'same URL as an earlier article'
    >>> seen.reason(url="", text="the ferry — sailed")
    'same text as an earlier article'
    """

    def __init__(self) -> None:
        self._addresses: set[str] = set()
        self._texts: set[bytes] = set()

    def reason(self, *, url: str, text: str) -> str:
        """Return why an article is a duplicate; if it is not one, remember it and return an empty string.

        Parameters
        ----------
        url
            The article's address. Differences in scheme, ``www.``, fragment and a final slash do not count. An address
            without a path is the site's, not the article's, and is ignored.
        text
            The story; only its words count.
        """
        address = page_address(url)
        if address and address in self._addresses:
            return "same URL as an earlier article"
        words = alignment_words(text)
        digest = blake2b("\0".join(words).encode("utf-8", "surrogatepass"), digest_size=16).digest()
        if words and digest in self._texts:
            return "same text as an earlier article"
        if address:
            self._addresses.add(address)
        if words:
            self._texts.add(digest)
        return ""


def page_address(url: str) -> str:
    """Return the part of an address in which pages differ, or an empty string if it names no page.

    Examples
    --------
    >>> page_address("https://www.Herald.example/ferry/?id=7#top")
    'herald.example/ferry?id=7'
    >>> page_address("https://herald.example/")
    ''
    """
    match = _ADDRESS.match(url.strip())
    if match is None:
        return ""
    host, path, query = match[1].lower(), match[2].rstrip("/"), match[3] or ""
    return f"{host}{path}{query}" if path or len(query) > 1 else ""
