"""A large file in parts: each tagged and recorded by itself, then joined to the output of the file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import BinaryIO

from corestory.errors import InputError
from corestory.jobs.items import Item
from corestory.jobs.job import Job
from corestory.jobs.outcome import Outcome, outcome_of
from corestory.jobs.records import Counts, Records
from corestory.jobs.taggers import one_thread, tagger_of
from corestory.jobs.tagging import source_of
from corestory.jobs.tasks import Cut, state_of
from corestory.jobs.writing import Writing
from corestory.reading.row_groups import read_part
from corestory.reading.text import storable
from corestory.remote import AnyPath, RemotePath, open_to_read


def tag_part(item: Item, cut: Cut, part: int, job: Job, *, count: Callable[[int], None] | None = None) -> Outcome:
    """Tag a part of a file, unless an earlier run has.

    Parameters
    ----------
    item, cut
        The file, and how it is cut.
    part
        Which part, from 0.
    job, count
        As of `corestory.jobs.tagging.tag_file`.
    """
    tagger = tagger_of(job.model, job.model_sha256)
    try:
        with one_thread(), Writing(item, job) as writing:
            _check_state(item, cut)
            if _done(writing.ledger, item, cut, part, job) is not None:
                return Outcome(item, Counts())
            first, last = cut.groups[part : part + 2]
            articles = read_part(item.source, first, last, refuse=writing.refuse, keep=job.keep)
            for tagged in tagger.tag_stream(articles, threshold=job.threshold, rules=job.rules):
                writing.write([tagged])
                if count is not None:
                    count(1)
            rows, refused = writing.made()
            size = None if rows is None else rows.stat().st_size
            record = {"made_by": _made_by(item, cut, part, job), "bytes": size, "counts": asdict(writing.counts)}
            for file, ending in ((rows, ".rows"), (refused, ".refused")):
                if file is not None:
                    writing.ledger.put(file, _place(writing.ledger, item, part, ending))
            # Last: what is not recorded is not there.
            writing.ledger.write(json.dumps(record).encode(), _place(writing.ledger, item, part, ".json"))
            return writing.outcome()
    except Exception as error:
        return outcome_of(error, item, job)


def join_parts(item: Item, cut: Cut, job: Job) -> Outcome:
    """Join the outputs of all parts of a file, and commit that, which deletes them."""
    from corestory.output.joining import join_rows

    try:
        with Writing(item, job) as writing:
            ledger = writing.ledger
            source = source_of(item)
            _check_state(item, cut)
            opened: list[Callable[[], BinaryIO]] = []
            total = Counts()
            for part in range(cut.parts):
                counts = _done(ledger, item, cut, part, job)
                if counts is None:
                    raise InputError(f"part {part + 1} of {cut.parts} is gone", where=_name(item), mend="Run it again.")
                if counts.articles:
                    opened.append(partial(open_to_read, _place(ledger, item, part, ".rows")))
                if counts.refused:
                    with open_to_read(_place(ledger, item, part, ".refused")) as file:
                        writing.take_refused([line.decode().rstrip("\n") for line in file])
                total += counts
            if opened:
                join_rows(opened, writing.partial, form=job.form, keep=job.keep, types=writing.types())
            writing.counts = total
            return writing.commit(source)
    except Exception as error:
        return outcome_of(error, item, job)


def _done(ledger: Records, item: Item, cut: Cut, part: int, job: Job) -> Counts | None:
    """Return what is in a part that needs no work; None if it does."""
    try:
        place = _place(ledger, item, part, ".json")
        record = json.loads(place.read_bytes())
        if record["made_by"] != _made_by(item, cut, part, job):
            return None
        size = record["bytes"]
        if size is not None and _size(_place(ledger, item, part, ".rows")) != size:
            return None
        return Counts(**record["counts"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _made_by(item: Item, cut: Cut, part: int, job: Job) -> str:
    parts = (job.made_by(item), asdict(cut), part)
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _check_state(item: Item, cut: Cut) -> None:
    if isinstance(item.source, RemotePath):
        item.source.forget()
    if state_of(item.source) != cut.state:
        raise InputError("has changed since the run began", where=_name(item), mend="Run it again.")


def _place(ledger: Records, item: Item, part: int, ending: str) -> AnyPath:
    return ledger.place("parts", item, f"/{part:06}{ending}")


def _size(path: AnyPath) -> int:
    if isinstance(path, RemotePath):
        path.forget()
    return state_of(path).bytes


def _name(item: Item) -> str:
    return storable(item.source.as_posix())
