"""Site memory: counts on how many other pages of its site a paragraph appears; one on many pages is boilerplate.

A memory holds hashes, no text. Of each site it keeps the `PAGES` pages with the smallest hashes. So its size is
bounded, and it does not depend on the order in which pages are added and memories merged (bottom-k sampling; Cohen and
Kaplan, "Summarizing data using bottom-k sketches", PODC 2007).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from corestory.features.shapes import unmarked
from corestory.reading.article import Article, site_of
from corestory.types import Float, Int, UInt64

PAGES = 60
"""The most pages kept of a site. With 60 pages, a paragraph on one page in twenty is on another kept page in 95 % of
cases."""
LINES = 1_000
"""The most distinct paragraphs kept of a page."""
SHORTEST = 5
"""The fewest bytes of a paragraph that is counted, in UTF-8: text nodes such as "and" are in every story."""
LONGEST = 2**16 - 1
"""The greatest length that is stored, in bytes; longer paragraphs have this length."""
COUNTERS = 50
"""The most characters of a paragraph whose numbers are all replaced by 0, such as "12 comments" or a date."""
NEAR_DUPLICATE = 0.8
"""The least share of the text of the shorter page that near duplicates have in common; rare paragraphs weigh more."""
STEP = 3.0
"""Log-odds that a paragraph loses each time the number of its pages, plus one, grows by a factor of *e*."""
SHARE = 3.0
"""Log-odds that a paragraph on all other pages of the site loses in addition; on fewer pages, their share of it."""
BEFORE_CONTEXT = 0.25
"""The share of these log-odds that stage-1 log-odds lose, too."""

_SITES_AT_HAND = 128
_DIGITS = re.compile(r"\d+")


class Lines(NamedTuple):
    """Paragraphs as a memory stores them.

    Attributes
    ----------
    hashes
        64-bit hashes (BLAKE2b) of the paragraphs in lower case, without list marks, each run of white space one space.
        The hashes of a remembered page are distinct and ascending.
    lengths
        The lengths of the paragraphs in bytes of UTF-8; characters of scripts without spaces have more bytes.
    """

    hashes: UInt64
    lengths: Int


@dataclass(frozen=True, slots=True)
class Sightings:
    """The numbers of other pages of its site on which the paragraphs of an article appear.

    Attributes
    ----------
    counts
        The number of other pages on which each paragraph appears; shape (paragraphs,).
    pages
        The number of other pages. Near duplicates do not count.
    """

    counts: Int
    pages: int

    def of(self, position: int) -> tuple[int, int]:
        """Return the number of other pages on which a paragraph appears, and the number of other pages."""
        return int(self.counts[position]), self.pages

    @property
    def shift(self) -> Float:
        """The log-odds added for the sightings: 0 for a paragraph on no other page, negative for all others."""
        return -STEP * np.log1p(self.counts) - SHARE * self.counts / max(self.pages, 1)


class SiteMemory:
    """The remembered pages of sites; `corestory.load_memory` reads one from a file.

    Examples
    --------
    >>> from corestory.reading.article import Article
    >>> memory = SiteMemory()
    >>> for number, text in enumerate(["The quay opened.", "It rained.", "Boats sailed."]):
    ...     _ = memory.add(Article("", [text, "Share this"], url=f"https://herald.example/{number}"))
    >>> memory.sightings(Article("", ["Share this", "It snowed."], url="https://herald.example/9"))
    Sightings(counts=array([2, 0]), pages=2)
    """

    def __init__(self) -> None:
        self._pages: dict[str, dict[bytes, Lines]] = {}
        self._at_hand: dict[str, _Site] = {}

    @property
    def pages(self) -> dict[str, tuple[Lines, ...]]:
        """The kept pages of each site; sites and pages have the same order whatever the order in which they came."""
        return {site: self._kept(site) for site in sorted(self._pages)}

    def add(self, article: Article) -> bool:
        """Remember an article, and return whether its site is known; an article without a site is not remembered."""
        site = site_of(article)
        if site:
            hashes, first = np.unique((lines := hashed(article.texts)).hashes, return_index=True)
            self.add_page(site, Lines(hashes[:LINES], lines.lengths[first[:LINES]]))
        return bool(site)

    def add_page(self, site: str, page: Lines) -> None:
        """Remember a page of a site."""
        key = hashlib.blake2b(page.hashes.astype("<u8").tobytes(), digest_size=8).digest()
        kept = self._pages.setdefault(site, {})
        kept[key] = page
        self._at_hand.pop(site, None)
        if len(kept) > 2 * PAGES:
            self._kept(site)

    def merge(self, other: SiteMemory) -> None:
        """Add the pages of another memory."""
        for site, pages in other.pages.items():
            for page in pages:
                self.add_page(site, page)

    def sightings(self, article: Article) -> Sightings | None:
        """Count the other pages on which an article's paragraphs appear; None if no other page of its site is known.

        The article itself and its near duplicates are left out. If none are found, the most similar page is left out,
        because it may be the same article, read as text instead of HTML or the reverse.
        """
        name = site_of(article)
        if name not in self._pages:
            return None
        if name not in self._at_hand:
            while len(self._at_hand) >= _SITES_AT_HAND:
                del self._at_hand[next(iter(self._at_hand))]
            self._at_hand[name] = _Site(self._kept(name))
        found = self._at_hand[name].sightings(hashed(article.texts))
        return found if found.pages else None

    def _kept(self, site: str) -> tuple[Lines, ...]:
        """Drop the pages of a site beyond the first `PAGES`, and return the others in order."""
        pages = self._pages[site]
        for key in sorted(pages)[PAGES:]:
            del pages[key]
        return tuple(pages[key] for key in sorted(pages))


class _Site:
    """The pages of one site, as a table that shows which paragraphs appear on which pages."""

    def __init__(self, pages: Sequence[Lines]) -> None:
        self._hashes, first = np.unique(np.concatenate([page.hashes for page in pages]), return_index=True)
        self._stands = np.array([np.isin(self._hashes, page.hashes) for page in pages])
        # Menus are on every page and would make all pages alike, so a paragraph weighs less the more pages have it.
        self._weights = np.concatenate([page.lengths for page in pages])[first] / self._stands.sum(axis=0)
        shared = (self._stands * self._weights) @ self._stands.T
        self._totals = np.diag(shared)
        alike = _alike(shared, np.minimum.outer(self._totals, self._totals))
        self._distinct = np.ones(len(pages), bool)
        for row in range(1, len(pages)):
            self._distinct[row] = not (alike[row, :row] & self._distinct[:row]).any()

    def sightings(self, lines: Lines) -> Sightings:
        """Count the pages that are not near duplicates, and on how many of them each paragraph appears."""
        column = np.minimum(np.searchsorted(self._hashes, lines.hashes), len(self._hashes) - 1)
        known = self._hashes[column] == lines.hashes
        columns = np.unique(column[known])
        new = np.unique(lines.hashes[~known], return_index=True)[1]
        total = self._weights[columns].sum() + lines.lengths[~known][new].sum()
        shared = self._stands[:, columns] @ self._weights[columns]
        same = _alike(shared, np.minimum(self._totals, total))
        if not same.any():  # the most similar page may be the article itself in another form
            same[np.argmax(np.round(shared, 6))] = True
        others = self._stands[self._distinct & ~same]
        tells = known & (lines.lengths >= SHORTEST)
        return Sightings(np.where(tells, others.sum(axis=0)[column], 0), len(others))


def hashed(texts: Iterable[str]) -> Lines:
    """Hash paragraphs.

    Examples
    --------
    >>> one, other, third = hashed(["• 12 Comments", "3  comments", "No comments"]).hashes.tolist()
    >>> one == other, one == third
    (True, False)
    """
    plain = unmarked(list(texts))[0]
    normal = [" ".join(text.casefold().split()) for text in plain]
    normal = [_DIGITS.sub("0", text) if len(text) <= COUNTERS else text for text in normal]
    encoded = [text.encode("utf-8", "surrogatepass") for text in normal]
    digests = [hashlib.blake2b(line, digest_size=8).digest() for line in encoded]
    lengths = [min(len(line), LONGEST) for line in encoded]
    return Lines(np.frombuffer(b"".join(digests), "<u8").astype(np.uint64), np.array(lengths, np.int64))


def shifts(sightings: Sequence[Sightings | None], articles: Sequence[Article]) -> Float:
    """Concatenate the shifts of articles; the shifts of an article without sightings are 0."""
    parts = [
        np.zeros(len(article.texts)) if seen is None else seen.shift
        for seen, article in zip(sightings, articles, strict=True)
    ]
    return np.concatenate(parts)


def _alike(shared: Float, least: Float) -> np.ndarray:
    # Rounded, so that the result does not depend on the order of a sum.
    return np.round(shared, 6) > np.round(NEAR_DUPLICATE * least, 6)
