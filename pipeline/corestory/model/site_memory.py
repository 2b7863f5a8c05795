"""Site memory: on how many other pages of its site a paragraph stands; what stands on many is boilerplate.

A memory holds hashes, no text. It keeps `PAGES` pages of a site, those with the least hashes: so it is bounded, and the
same in whatever order pages are added and memories merged (bottom-k sampling; Cohen and Kaplan, "Summarizing data using
bottom-k sketches", PODC 2007).
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
"""Pages kept of a site: a paragraph on one page in twenty is then on another kept page 19 times in 20."""
LINES = 1_000
"""Distinct paragraphs kept of a page."""
SHORTEST = 5
"""A shorter paragraph, in bytes of UTF-8, is no evidence: text nodes of a story, such as "and", are in every story."""
LONGEST = 2**16 - 1
"""A longer paragraph counts as so many bytes."""
COUNTERS = 50
"""In a paragraph of at most so many characters, as "12 comments" or a date, every number is the same."""
NEAR_DUPLICATE = 0.8
"""Pages tell the same story if they share more than this of the text of either, rare paragraphs weighing more."""
STEP = 3.0
"""Log-odds that a paragraph loses for each time that the number of its pages, plus one, grows by a factor of *e*."""
SHARE = 3.0
"""Log-odds that a paragraph loses in addition if it stands on every page of the site."""
BEFORE_CONTEXT = 0.25
"""The part of these log-odds that a paragraph loses before the context stage already."""

_SITES_AT_HAND = 128
_DIGITS = re.compile(r"\d+")


class Lines(NamedTuple):
    """Paragraphs as a memory knows them.

    Attributes
    ----------
    hashes
        64-bit hashes (BLAKE2b) of the paragraphs in lower case, without list marks, each run of white space one space.
        Each hash of a remembered page is there once, ascending.
    lengths
        Their lengths in bytes of UTF-8, in which a character of a script without spaces counts more.
    """

    hashes: UInt64
    lengths: Int


@dataclass(frozen=True, slots=True)
class Sightings:
    """How often the paragraphs of an article stand on other pages of its site.

    Attributes
    ----------
    counts
        The number of other pages on which each paragraph stands; shape (paragraphs,).
    pages
        The number of other pages. Pages that tell the same story do not count.
    """

    counts: Int
    pages: int

    def of(self, position: int) -> tuple[int, int]:
        """On how many other pages a paragraph stands, and of how many."""
        return int(self.counts[position]), self.pages

    @property
    def shift(self) -> Float:
        """What the sightings add to the log-odds of core: 0 for a paragraph on no other page, else less."""
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
        """The kept pages of each site, both in one order whatever the order of adding."""
        return {site: self._kept(site) for site in sorted(self._pages)}

    def add(self, article: Article) -> bool:
        """Remember an article, and return whether its site is known; one of an unknown site is not remembered."""
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
        """Count the other pages on which an article's paragraphs stand; None if no other page of its site is known.

        The article itself and pages that tell the same story are left out; if there are none, the page most like it is,
        which may be the same one as text or as HTML.
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
    """The pages of one site, as a table of which paragraph stands on which page."""

    def __init__(self, pages: Sequence[Lines]) -> None:
        self._hashes, first = np.unique(np.concatenate([page.hashes for page in pages]), return_index=True)
        self._stands = np.array([np.isin(self._hashes, page.hashes) for page in pages])
        # Menus stand on every page and would make all of them alike: a paragraph weighs less the more pages have it.
        self._weights = np.concatenate([page.lengths for page in pages])[first] / self._stands.sum(axis=0)
        shared = (self._stands * self._weights) @ self._stands.T
        self._totals = np.diag(shared)
        alike = _alike(shared, np.minimum.outer(self._totals, self._totals))
        self._distinct = np.ones(len(pages), bool)
        for row in range(1, len(pages)):
            self._distinct[row] = not (alike[row, :row] & self._distinct[:row]).any()

    def sightings(self, lines: Lines) -> Sightings:
        """Count the pages that do not tell the same story, and on how many of them each paragraph stands."""
        column = np.minimum(np.searchsorted(self._hashes, lines.hashes), len(self._hashes) - 1)
        known = self._hashes[column] == lines.hashes
        columns = np.unique(column[known])
        new = np.unique(lines.hashes[~known], return_index=True)[1]
        total = self._weights[columns].sum() + lines.lengths[~known][new].sum()
        shared = self._stands[:, columns] @ self._weights[columns]
        same = _alike(shared, np.minimum(self._totals, total))
        if not same.any():  # the article itself may be there, but read in another form
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
    """Lay the shifts of articles end to end; an article without sightings has none."""
    parts = [
        np.zeros(len(article.texts)) if seen is None else seen.shift
        for seen, article in zip(sightings, articles, strict=True)
    ]
    return np.concatenate(parts)


def _alike(shared: Float, least: Float) -> np.ndarray:
    # Rounded, so that the order of a sum does not decide.
    return np.round(shared, 6) > np.round(NEAR_DUPLICATE * least, 6)
