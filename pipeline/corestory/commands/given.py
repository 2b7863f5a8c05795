"""The articles that a command was given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from corestory.errors import InputError

if TYPE_CHECKING:
    from corestory.commands.rejects import Rejects
    from corestory.reading.article import Article


def given_articles(sources: Sequence[str], rejects: Rejects, keep: Sequence[str] = ()) -> Iterator[Article]:
    """Read the articles of all sources; a source without any is refused.

    Parameters
    ----------
    sources
        As of `corestory.reading.sources.read_articles`.
    rejects
        Takes note of what cannot be read.
    keep
        Columns to carry through.
    """
    from corestory.reading.sources import read_articles
    from corestory.reading.tables import source_name
    from corestory.reading.text import storable

    for source in sources:
        before, found = rejects.count, False
        for article in read_articles([source], refuse=rejects.refuse, keep=keep):
            found = True
            yield article
        if not found and rejects.count == before:
            rejects.refuse(InputError("no articles", where=storable(source_name(source)), expected="at least one"))
