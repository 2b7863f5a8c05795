"""Files of a corpus, tagged: the same bytes whoever does it, whenever, and after whatever interruption."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from itertools import chain

from corestory.errors import InputError, reason_of
from corestory.jobs.fingerprint import Fingerprint, fingerprint
from corestory.jobs.items import Item
from corestory.jobs.job import Job
from corestory.jobs.outcome import Outcome, outcome_of
from corestory.jobs.taggers import one_thread, tagger_of
from corestory.jobs.writing import Writing
from corestory.model.batches import BATCH_CHARACTERS, BATCH_PARAGRAPHS, characters_of
from corestory.reading.sources import read_file
from corestory.reading.text import storable


def tag_file(item: Item, job: Job, *, count: Callable[[int], None] | None = None) -> Outcome:
    """Tag one file and commit its output.

    Parameters
    ----------
    item
        The file.
    job
        How.
    count
        Is told of the articles of each batch.

    Raises
    ------
    OutputError
        There is no room, which would be so for every file.
    ModelError
        The model cannot be used, or is another by now.
    """
    tagger = tagger_of(job.model, job.model_sha256)
    try:
        with one_thread(), Writing(item, job) as writing:
            source = source_of(item)
            articles = read_file(item.source, refuse=writing.refuse, keep=job.keep)
            for tagged in tagger.tag_stream(articles, threshold=job.threshold, rules=job.rules):
                writing.write([tagged])
                if count is not None:
                    count(1)
            return writing.commit(source)
    except Exception as error:
        return outcome_of(error, item, job)


def tag_files(items: Sequence[Item], job: Job, *, count: Callable[[int], None] | None = None) -> list[Outcome]:
    """Tag small files, as many together as make a batch: the same outputs as of each alone, sooner.

    Parameters
    ----------
    items
        The files. What is read of them is held in memory until a batch is full; how much a file holds, neither its
        size tells, if it is compressed, nor anything else before it is read.
    job, count
        As of `tag_file`.

    Raises
    ------
    OutputError, ModelError
        As of `tag_file`.
    """
    if len(items) == 1:
        return [tag_file(items[0], job, count=count)]
    outcomes: list[Outcome] = []
    left = deque(items)
    while left:
        outcomes += _tag_some(left, job, count)
    return outcomes


def _tag_some(left: deque[Item], job: Job, count: Callable[[int], None] | None) -> list[Outcome]:
    tagger = tagger_of(job.model, job.model_sha256)
    outcomes = []
    with one_thread(), ExitStack() as stack:
        read = []
        paragraphs = characters = 0
        while left and paragraphs < BATCH_PARAGRAPHS and characters < BATCH_CHARACTERS:
            item = left.popleft()
            writing = stack.enter_context(Writing(item, job))
            try:
                source = source_of(item)
                found = list(read_file(item.source, refuse=writing.refuse, keep=job.keep))
            except Exception as error:
                outcomes.append(outcome_of(error, item, job))
                continue
            read.append((writing, source, found))
            paragraphs += sum(len(article.paragraphs) for article in found)
            characters += sum(map(characters_of, found))
        articles = chain.from_iterable(found for _, _, found in read)
        try:
            tagged = tagger.tag_articles(articles, threshold=job.threshold, rules=job.rules)
        except Exception:  # whichever of them it is that cannot be scored, alone it fails alone
            return outcomes + [tag_file(writing.item, job, count=count) for writing, _, _ in read]
        place = 0
        for writing, source, found in read:
            try:
                writing.write(tagged[place : place + len(found)])
                outcomes.append(writing.commit(source))
            except Exception as error:
                outcomes.append(outcome_of(error, writing.item, job))
            place += len(found)
        if count is not None:
            count(len(tagged))
    return outcomes


def source_of(item: Item) -> Fingerprint:
    """Return the fingerprint of a file that is to be read.

    Raises
    ------
    InputError
        It is missing or cannot be read.
    """
    try:
        return fingerprint(item.source)
    except (OSError, ValueError) as error:
        reason = "no such file" if isinstance(error, FileNotFoundError) else f"cannot be read ({reason_of(error)})"
        raise InputError(reason, where=storable(item.source.as_posix())) from None
