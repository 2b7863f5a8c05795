"""Remembering the pages of files, one after the other or in processes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from corestory.errors import InputError
from corestory.jobs.local import in_processes
from corestory.model.site_memory import SiteMemory
from corestory.reading.sources import STANDARD_INPUT, read_articles, read_file
from corestory.remote import path_of


@dataclass(slots=True)
class RememberedFile:
    """What one file gave.

    Attributes
    ----------
    memory
        Its pages.
    articles, unknown
        How many it holds, and how many of them are of an unknown site, which are not remembered.
    refusals, notes
        What could not be read, and what a person should know.
    """

    memory: SiteMemory = field(default_factory=SiteMemory)
    articles: int = 0
    unknown: int = 0
    refusals: list[InputError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def remember_files(names: Iterable[str], *, jobs: int) -> Iterator[RememberedFile]:
    """Remember the pages of files in their order.

    Parameters
    ----------
    names
        The files, or ``-`` for the standard input, which only one process can read.
    jobs
        Number of processes; -1 means one per core, 1 means this process.
    """
    if jobs == 1:
        return map(remember_file, names)
    return in_processes(remember_file, names, jobs=jobs, where="remember", in_order=True)


def remember_file(name: str) -> RememberedFile:
    """Remember the pages of one file."""
    found = RememberedFile()
    refuse, note = found.refusals.append, found.notes.append
    if name == STANDARD_INPUT:
        articles = read_articles([name], refuse=refuse, note=note)
    else:
        articles = read_file(path_of(name), refuse=refuse, note=note)
    for article in articles:
        found.articles += 1
        found.unknown += not found.memory.add(article)
    return found
