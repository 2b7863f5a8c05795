"""Topic: how close a paragraph's words are to the rest of its own article, by TF-IDF cosine."""

import numpy as np

from pipeline.features.layout import Float, Int, Layout
from pipeline.features.tokens import Tokens

NAMES = ("topic of likely core", "topic of likely filler", "topic of neighbours", "words found in likely core",
         "same text in article", "topic before", "topic after")  # fmt: skip

NEAR = 3


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
        size = np.bincount(self.row, weight**2, tokens.count)
        self.weight: Float = weight / np.sqrt(size[self.row])
        self.idf = idf[starts]
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
        """Closeness of each paragraph to its article's likely core, its likely filler and its neighbours.

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
        near = np.zeros(count)
        position = self.layout.position
        order = np.lexsort((self.row, self.word))
        word, row, weight = self.word[order], self.row[order], self.weight[order]
        before, after = np.zeros(count), np.zeros(count)
        # Entries of one word stand in the order of the page, so a word's next use is the entry that follows.
        for step in (1, 2, 3):
            same = word[step:] == word[:-step]
            gap = position[row[step:]] - position[row[:-step]]
            product = np.where(same & (gap <= NEAR), weight[step:] * weight[:-step], 0.0)
            near += np.bincount(row[step:], product, count) + np.bincount(row[:-step], product, count)
        # Share of a paragraph's word weight that likely core elsewhere, before it or after it, has too.
        sure = (core > 0.5)[self.row] & (words >= 8)[self.row]
        held = np.bincount(self.word, sure, self.words)[self.word] - sure
        squared = self.weight**2
        found = np.bincount(self.row, squared * (held > 0), count)
        chosen = sure[order]
        running = np.cumsum(chosen)
        base = np.concatenate([[0], running])[np.searchsorted(word, word)]
        earlier = running - chosen - base
        later = np.bincount(word, chosen, self.words)[word] - earlier - chosen
        before = np.bincount(row, weight**2 * (earlier > 0), count)
        after = np.bincount(row, weight**2 * (later > 0), count)
        return np.column_stack([likely, unlikely, near, found, self._repeats(count), before, after])

    def _cosine(self, mass: Float, count: int) -> Float:
        pulled = self.weight * mass[self.row]
        centre = np.bincount(self.word, pulled, self.words)
        rest = centre[self.word] - pulled
        dot = np.bincount(self.row, self.weight * rest, count)
        # The rest's length: the centre's without the paragraph's own part.
        article = np.zeros(self.words, np.int64)
        article[self.word] = self.layout.article[self.row]
        whole = np.bincount(article, centre**2, len(self.layout.sizes))[self.layout.article]
        own = np.bincount(self.row, rest**2 - centre[self.word] ** 2, count)
        return dot / np.sqrt(np.maximum(whole + own, 1e-12))

    def _repeats(self, count: int) -> Float:
        signature = np.bincount(self.row, self.weight * (self.word + 1.0), count)
        order = np.lexsort((signature, self.layout.article))
        same = (np.abs(np.diff(signature[order])) < 1e-9) & (np.diff(self.layout.article[order]) == 0)
        repeated = np.zeros(count)
        repeated[order[1:]] += same
        repeated[order[:-1]] += same
        return np.minimum(repeated, 1.0)
