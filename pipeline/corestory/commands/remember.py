"""``corestory remember``: make a site memory, which tells what stands on many pages of a site."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from corestory.commands.options import Force, Jobs

if TYPE_CHECKING:
    from corestory.errors import Note, Refuse
    from corestory.reading.fields import ReadingOptions


def remember(
    pages: Annotated[
        list[str],
        typer.Argument(
            metavar="PAGE...",
            help="Files, folders, patterns, also as s3://..., or - for the standard input, as `corestory predict` "
            "reads them; with --merge, site memories.",
            show_default=False,
        ),
    ],
    output: Annotated[
        str, typer.Option("--output", "-o", help="The site memory to write, whole or not at all.", show_default=False)
    ],
    merge: Annotated[bool, typer.Option("--merge", help="Merge site memories into one.")] = False,
    rejects: Annotated[
        str | None, typer.Option("--rejects", help="A file for all refusals, as JSON Lines with where and reason.")
    ] = None,
    *,
    reading: ReadingOptions,
    jobs: Jobs = 1,
    force: Force = False,
) -> None:
    """Remember the paragraphs of many pages of a site, so that `predict --memory` finds its boilerplate.

    The site of a page is told by its site or url column, by the address in its HTML, or by a folder named as the site.
    A memory holds hashes, no text, and at most 60 pages of a site.
    The order of the pages does not matter, and near duplicates count once.

    Example: corestory remember pages/ --output site.memory
    """
    from corestory.atomic import atomic_path
    from corestory.commands.messages import open_refusals, say
    from corestory.errors import InputError
    from corestory.jobs.local import remember_files
    from corestory.model.memory_file import load_memory, memory_bytes
    from corestory.model.site_memory import SiteMemory
    from corestory.reading.sources import STANDARD_INPUT
    from corestory.remote import path_of

    memory = SiteMemory()
    said: set[str] = set()
    with (
        atomic_path(path_of(output), force=force) as temporary,
        open_refusals(None if rejects is None else path_of(rejects), force=force) as refusals,
    ):
        if merge:
            for name in pages:
                memory.merge(load_memory(name))
        else:
            read = unknown = 0
            files = _files(pages, refusals.refuse, say)
            for found in remember_files(files, jobs=1 if STANDARD_INPUT in pages else jobs, options=reading):
                for note in found.notes:
                    if note not in said:  # of many files it may be the same
                        say(note)
                        said.add(note)
                for refusal in found.refusals:
                    refusals.refuse(refusal)
                memory.merge(found.memory)
                read, unknown = read + found.articles, unknown + found.unknown
            if unknown:
                say(f"of an unknown site, so not remembered: {unknown:,} of {read:,} pages")
            say(f"read: {read:,} pages")
        kept = memory.pages
        if not kept:
            hint = "Give pages with a url or site column, or in a folder named as the site."
            raise InputError("no page of a known site", where=", ".join(pages[:3]), hint="" if merge else hint)
        data = memory_bytes(memory, where=output)
        temporary.write_bytes(data)
        count = sum(map(len, kept.values()))
        say(f"kept: {count:,} pages of {len(kept):,} site{'s' * (len(kept) > 1)}, {len(data):,} bytes in {output}")
    if refusals.count:
        raise typer.Exit(1)


def _files(sources: Sequence[str], refuse: Refuse, note: Note) -> Iterator[str]:
    from corestory.reading.sources import STANDARD_INPUT, files_of

    for source in sources:
        if source == STANDARD_INPUT:
            yield source
        else:
            yield from map(str, files_of(source, refuse=refuse, note=note))
