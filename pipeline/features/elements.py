"""Enclosing elements: with HTML known, whole subtrees are core or not."""

from collections.abc import Sequence

import numpy as np

from pipeline.features.layout import Float, Int, Layout

LEVELS = 5


class Elements:
    """The enclosing block elements of a batch's paragraphs.

    Parameters
    ----------
    elements, repeats
        For each paragraph, the numbers of its enclosing elements, outermost first, and how many like siblings each has.
    layout
        Which paragraphs make an article.
    """

    def __init__(self, elements: Sequence[Sequence[int]], repeats: Sequence[Sequence[int]], layout: Layout) -> None:
        self.layout = layout
        depth = np.array([len(chain) for chain in elements], np.int64)
        self.depth = depth
        flat = np.concatenate([np.asarray(chain, np.int64) for chain in elements]) if depth.sum() else np.zeros(0, np.int64)
        self.like = np.concatenate([np.asarray(chain, np.int64) for chain in repeats]) if depth.sum() else np.zeros(0, np.int64)
        self.row: Int = np.repeat(np.arange(len(depth)), depth)
        offset = np.concatenate([[0], np.cumsum(depth)[:-1]])
        self.offset = offset
        self.height = depth[self.row] - 1 - (np.arange(len(flat)) - offset[self.row])
        widest = int(flat.max(initial=0)) + 1
        keys = layout.article[self.row] * widest + flat
        unique, self.key = np.unique(keys, return_inverse=True)
        self.count = len(unique)
        self.of_article = unique // widest
        # Siblings of one shape: the same parent and the same number of likes.
        inner = np.ones(len(flat), bool)
        inner[offset[depth > 0]] = False
        self.parent = np.full(self.count, -1, np.int64)
        self.parent[self.key[inner]] = self.key[np.flatnonzero(inner) - 1]
        likes = np.zeros(self.count, np.int64)
        likes[self.key] = self.like
        self.likes = likes
        order = np.lexsort((np.arange(self.count), likes, self.parent))
        self.sibling_order = order
        new = np.ones(self.count, bool)
        new[1:] = (np.diff(self.parent[order]) != 0) | (np.diff(likes[order]) != 0)
        self.family_start = np.maximum.accumulate(np.where(new, np.arange(self.count), 0))

    def features(self, core: Float, words: Float, link: Float) -> Float:
        """Describe each paragraph by its nearest enclosing elements and the one that separates core best."""
        rows = len(self.depth)
        mass = words + 1.0
        total = np.bincount(self.key, mass[self.row], self.count)
        hits = np.bincount(self.key, (core * mass)[self.row], self.count)
        simple = np.bincount(self.key, core[self.row], self.count)
        number = np.bincount(self.key, minlength=self.count)
        links = np.bincount(self.key, (link * mass)[self.row], self.count)
        all_mass, all_core = self.layout.total(mass), self.layout.total(core * mass)
        columns: list[Float] = []
        last = self.offset + self.depth - 1
        for level in range(LEVELS):
            at = np.maximum(last - level, self.offset)
            key = self.key[at]
            own = mass
            rest = np.maximum(total[key] - own, 0)
            columns += [
                hits[key] / total[key], np.where(rest > 0, (hits[key] - core * own) / np.maximum(rest, 1e-9), -0.2),
                total[key] / all_mass, hits[key] / np.maximum(all_core, 1e-9), np.log1p(number[key]),
                simple[key] / number[key], links[key] / total[key], np.log1p(self.like[at]),
            ]  # fmt: skip
        # The element whose core, less its filler, is largest: where the story is.
        for level in (0.3, 0.5):
            gain = hits - level * total
            order = np.lexsort((-np.arange(self.count), gain, self.of_article))
            final = np.concatenate([np.flatnonzero(np.diff(self.of_article[order])), [self.count - 1]])
            best = np.full(len(self.layout.sizes), -1, np.int64)
            best[self.of_article[order[final]]] = order[final]
            inside = self.key == best[self.layout.article[self.row]]
            within = np.bincount(self.row, inside, rows)
            height = np.bincount(self.row, np.where(inside, self.height, 0), rows)
            chosen = best[self.layout.article]
            columns += [
                within, np.where(within > 0, np.log1p(height), -1.0), hits[chosen] / total[chosen], total[chosen] / all_mass,
                hits[chosen] / np.maximum(all_core, 1e-9),
            ]  # fmt: skip
            # How far up the paragraph's chain meets the best element's chain: a neighbour, or another corner of the page.
            chain = np.zeros(self.count, bool)
            first_row = np.full(self.count, -1, np.int64)
            first_row[self.key[::-1]] = self.row[::-1]
            for_rows = first_row[best]
            flat = np.concatenate([self.key[self.offset[r] : self.offset[r] + self.depth[r]] for r in for_rows if r >= 0])
            chain[flat] = True
            shared = np.bincount(self.row, chain[self.key], rows)
            columns.append((self.depth - shared) / np.maximum(self.depth, 1))
            columns.append(np.minimum(self.depth - shared, 8) / 4)
        columns += [np.log1p(self.depth), link, *self._siblings(hits, total, all_core)]
        return np.column_stack(columns)

    def _siblings(self, hits: Float, total: Float, all_core: Float) -> list[Float]:
        # Pages that load one story behind the other repeat its element: what stands in the first is the story, what
        # stands in the later ones is not. In a list of like parts of one story, each part is small.
        ordered = hits[self.sibling_order]
        running = np.concatenate([[0.0], np.cumsum(ordered)])
        earlier = np.empty(self.count)
        earlier[self.sibling_order] = running[:-1] - running[self.family_start]
        rows = len(self.depth)
        share = hits[self.key] / np.maximum(all_core[self.row], 1e-9)
        relevant = (self.likes[self.key] > 1) & (self.parent[self.key] >= 0)
        found = np.zeros(rows)
        np.maximum.at(found, self.row, np.where(relevant, earlier[self.key] / np.maximum(all_core[self.row], 1e-9), 0.0))
        own = np.zeros(rows)
        np.maximum.at(own, self.row, np.where(relevant & (earlier[self.key] > 0), share, 0.0))
        first = np.zeros(rows)
        np.maximum.at(first, self.row, np.where(relevant & (earlier[self.key] <= 0), share, 0.0))
        return [found, own, first]
