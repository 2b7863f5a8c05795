"""Topic: how close a paragraph's words are to the rest of its own article, by TF-IDF cosine."""

import numpy as np
import numpy.typing as npt

from pipeline.features.layout import Float, Int, Layout, sums
from pipeline.features.tokens import Tokens

NAMES = ("topic of likely core", "topic of likely filler", "topic of neighbours", "words found in likely core",
         "same text in article", "topic before", "topic after")  # fmt: skip

# Neighbours are the paragraphs at most so many rows away.
NEAR = 3
# A paragraph as likely and as long as this counts as core where words are looked up in the core before and after.
SURE = 0.5
SURE_WORDS = 8


class TopicVectors:
    """TF-IDF vectors of a batch's paragraphs over all their words, known to the model or not.

    Parameters
    ----------
    tokens
        Unigrams of the paragraphs.
    idf
        Inverse document frequency of each token.
    layout
        Which paragraphs make an article.
    """

    def __init__(self, tokens: Tokens, idf: Float, layout: Layout) -> None:
        self.layout = layout
        # One entry for each distinct word of a paragraph.
        order = np.lexsort((tokens.hashes, tokens.row))
        row, hashes, idf = tokens.row[order], tokens.hashes[order], idf[order]
        new = np.ones(len(row), bool)
        new[1:] = (row[1:] != row[:-1]) | (hashes[1:] != hashes[:-1])
        starts = np.flatnonzero(new)
        counts = np.diff(np.concatenate([starts, [len(row)]]))
        self.row: Int = row[starts]
        weight = (1.0 + np.log(np.maximum(counts, 1))) * idf[starts]
        size = sums(self.row, weight**2, tokens.count)
        self.weight: Float = weight / np.sqrt(size[self.row])
        # Number the distinct words of each article.
        hashed = hashes[starts]
        article = layout.article[self.row]
        order = np.lexsort((hashed, article))
        new = np.ones(len(order), bool)
        new[1:] = (article[order][1:] != article[order][:-1]) | (hashed[order][1:] != hashed[order][:-1])
        self.word = np.empty(len(order), np.int64)
        self.word[order] = np.cumsum(new) - 1
        self.words = int(new.sum())

    def features(self, core: Float, words: Float) -> Float:
        """Say how close each paragraph is to its article's likely core, its likely filler and its neighbours.

        Parameters
        ----------
        core
            Probability of core so far, one a paragraph.
        words
            Paragraph lengths in words.

        Returns
        -------
        numpy.ndarray
            One column for each of `NAMES`.
        """
        count = len(self.layout.article)
        mass = np.sqrt(words)
        likely = self._cosine(core * mass, count)
        unlikely = self._cosine((1 - core) * mass, count)
        # Entries of one word stand in the order of the page, so a word's next use is the entry that follows.
        order = np.lexsort((self.row, self.word))
        near = self._near(order, count)
        found, before, after = self._found((core > SURE) & (words >= SURE_WORDS), order, count)
        return np.column_stack([likely, unlikely, near, found, self._repeats(count), before, after])

    def _near(self, order: Int, count: int) -> Float:
        word, row, weight = self.word[order], self.row[order], self.weight[order]
        position = self.layout.position
        near = np.zeros(count)
        for step in range(1, NEAR + 1):
            same = word[step:] == word[:-step]
            gap = position[row[step:]] - position[row[:-step]]
            product = np.where(same & (gap <= NEAR), weight[step:] * weight[:-step], 0.0)
            near += sums(row[step:], product, count) + sums(row[:-step], product, count)
        return near

    def _found(self, core: npt.NDArray[np.bool_], order: Int, count: int) -> tuple[Float, Float, Float]:
        # Share of a paragraph's word weight that core elsewhere, core before it and core after it has too.
        sure = core[self.row]
        held = sums(self.word, sure, self.words)[self.word] - sure
        found = sums(self.row, self.weight**2 * (held > 0), count)
        word, row, squared, chosen = self.word[order], self.row[order], self.weight[order] ** 2, sure[order]
        running = np.cumsum(chosen)
        base = np.concatenate([[0], running])[np.searchsorted(word, word)]
        earlier = running - chosen - base
        later = sums(word, chosen, self.words)[word] - earlier - chosen
        return found, sums(row, squared * (earlier > 0), count), sums(row, squared * (later > 0), count)

    def _cosine(self, mass: Float, count: int) -> Float:
        pulled = self.weight * mass[self.row]
        centre = sums(self.word, pulled, self.words)
        rest = centre[self.word] - pulled
        dot = sums(self.row, self.weight * rest, count)
        # The rest's length: the centre's without the paragraph's own part.
        article = np.zeros(self.words, np.int64)
        article[self.word] = self.layout.article[self.row]
        whole = sums(article, centre**2, len(self.layout.sizes))[self.layout.article]
        own = sums(self.row, rest**2 - centre[self.word] ** 2, count)
        return np.asarray(dot / np.sqrt(np.maximum(whole + own, 1e-12)))

    def _repeats(self, count: int) -> Float:
        signature = sums(self.row, self.weight * (self.word + 1.0), count)
        order = np.lexsort((signature, self.layout.article))
        same = (np.abs(np.diff(signature[order])) < 1e-9) & (np.diff(self.layout.article[order]) == 0)
        repeated = np.zeros(count)
        repeated[order[1:]] += same
        repeated[order[:-1]] += same
        return np.minimum(repeated, 1.0)
