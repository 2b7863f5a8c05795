"""Contests: several programs do the same work in turns, over the same pages of corpora or of the sample."""

from __future__ import annotations

import gzip
import html
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from corestory.errors import DataError, raise_refusal
from corestory.labelling.origins import read_samples
from corestory.reading.decoding import decode
from corestory.reading.html.page import read_page

SEED = 11


@dataclass(frozen=True, slots=True)
class Page:
    """A page as HTML and as plain text, one paragraph per line."""

    html: str
    text: str


def corpus_pages(corpora: Sequence[Path], count: int) -> list[Page]:
    """Draw at most `count` pages from some folders and their subfolders.

    Raises
    ------
    DataError
        There are no pages.
    """
    files = sorted(path for folder in corpora for path in folder.rglob("*") if _is_page(path))
    if not files:
        raise DataError("no pages", where=", ".join(map(str, corpora)), expected="files that end in .html or .html.gz")
    drawn = np.random.default_rng(SEED).permutation(len(files))[:count]
    pages = (_page(decode(_plain(files[number]), where=str(files[number]), html=True)) for number in drawn)
    return [page for page in pages if page.text]


def sample_pages(sample: Path) -> list[Page]:
    """Make a page of each article of the sample corpus, with the markup of a simple site."""
    pages = []
    for article in read_samples(sample, source="sample", refuse=raise_refusal):
        blocks = "\n".join(
            f'<div class="block {number % 7}"><p class="text">{html.escape(paragraph.text)}</p></div>'
            for number, paragraph in enumerate(article.paragraphs)
        )
        pages.append(_page(f"<!doctype html><html><body><main><article>{blocks}</article></main></body></html>"))
    return pages


def _is_page(path: Path) -> bool:
    return path.name.endswith((".html", ".html.gz"))


def _plain(path: Path) -> bytes:
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data


def _page(source: str) -> Page:
    return Page(source, "\n".join(read_page(source).texts))


Work = Callable[[Sequence[Page]], object]

# The pages of a turn: about one batch, and so few that a disturbance of the machine affects all contestants.
TURN = 256


@dataclass(frozen=True, slots=True)
class Contestant:
    """A contestant, and the work that it does with some pages."""

    name: str
    work: Work


@dataclass(frozen=True, slots=True)
class Measured:
    """The processor seconds of each contestant for all pages, by name."""

    pages: int
    seconds: dict[str, float]

    def rate(self, name: str) -> float:
        """Return the pages per second of a contestant."""
        return self.pages / self.seconds[name]

    def ratio(self, name: str, other: str) -> float:
        """Return how many times as fast one contestant is as another."""
        return self.seconds[other] / self.seconds[name]


def contest(contestants: Sequence[Contestant], pages: Sequence[Page], *, rounds: int = 1) -> Measured:
    """Let all contestants do the same work in turns.

    Parameters
    ----------
    contestants
        The contestants. Each first works on some pages without timing, to load its data.
    pages
        The pages.
    rounds
        The number of rounds. The best round of each contestant counts, because disturbances only make programs slower.
    """
    for contestant in contestants:
        contestant.work(pages[:4])
    best: dict[str, float] = {}
    for _ in range(rounds):
        spent = dict.fromkeys((contestant.name for contestant in contestants), 0.0)
        for begin in range(0, len(pages), TURN):
            turn = pages[begin : begin + TURN]
            for contestant in contestants:
                before = time.process_time()
                contestant.work(turn)
                spent[contestant.name] += time.process_time() - before
        best = {name: min(seconds, best.get(name, seconds)) for name, seconds in spent.items()}
    return Measured(len(pages), best)
