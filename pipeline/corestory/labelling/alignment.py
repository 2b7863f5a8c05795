"""Labels for a page's paragraphs, by aligning the page's words with the gold text's, in order."""

import re
from collections.abc import Sequence

import numpy as np
from rapidfuzz.distance import LCSseq

# Scripts written without spaces have no words to align; each of their characters is one.
_WORD = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]|[^\W\u2e80-\u9fff\uf900-\ufaff]+")


def alignment_words(text: str) -> list[str]:
    """Lower-cased words of a text; a character each in scripts without spaces.

    Examples
    --------
    >>> alignment_words("“It’s Done,” she said 3×.")
    ['it', 's', 'done', 'she', 'said', '3']
    """
    return _WORD.findall(text.lower())


def aligned_share(paragraphs: Sequence[str], gold: str) -> np.ndarray:
    """Share of each paragraph's words that the gold text has, in the same order.

    The longest common subsequence of the page's words and the gold text's decides, so that white space, quotes and
    dashes, in which gold text differs from its page, do not matter, and a word counts once.

    Parameters
    ----------
    paragraphs
        The page's paragraphs, in order.
    gold
        The story's text as somebody extracted it by hand.

    Returns
    -------
    numpy.ndarray
        One share from 0 to 1 a paragraph; NaN where a paragraph has no word.

    Examples
    --------
    >>> aligned_share(["Home | News", "The quay opened.", "Read more"], "The quay — opened").tolist()
    [0.0, 1.0, 0.0]
    """
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
