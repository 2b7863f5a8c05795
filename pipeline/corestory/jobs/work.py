"""The work on tasks: read, tag, write and commit. An output depends only on its file and its job.

A large file is tagged in parts. Each part has its own record, and the joining of the parts commits the output.
"""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import asdict, dataclass
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from corestory.errors import InputError, ModelError, OutputError, reason_of
from corestory.jobs.items import Fingerprint, Item, fingerprint, state_of
from corestory.jobs.job import Job, Outcome, PartPlan, Task, model_sha256, outcome_of
from corestory.jobs.ledger import Ledger
from corestory.jobs.writing import OutputInProgress, join_rows
from corestory.model.tagged_article import Counts, TaggedArticle
from corestory.reading.parts import read_part
from corestory.reading.sources import read_file
from corestory.remote import AnyPath, RemotePath, open_to_read

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

    from corestory.model.site_memory import SiteMemory
    from corestory.model.tagger import Tagger
    from corestory.reading.article import Article

Count = Callable[[int], None]


def work_on(task: Task, job: Job, *, count: Count | None = None) -> list[Outcome]:
    """Do a task.

    Parameters
    ----------
    task, job
        The task and its settings.
    count
        Called with the number of articles after each step.

    Raises
    ------
    OutputError, ModelError
        An error that would fail every file.
    """
    if task.plan is None:
        return tag_files(task.items, job, count=count)
    (item,) = task.items
    if task.part is None:
        return [join_parts(item, task.plan, job)]
    return [tag_part(item, task.plan, task.part, job, count=count)]


def tag_file(item: Item, job: Job, *, count: Count | None = None) -> Outcome:
    """Tag one file and commit its output.

    Parameters
    ----------
    item, job
        The file and the settings.
    count
        Called with the number of articles after each step.

    Raises
    ------
    OutputError
        The disk is full, which would fail every file.
    ModelError
        The model cannot be used or has been replaced.
    """
    tagger = tagger_of(job.model, job.model_sha256)
    try:
        with one_thread(), OutputInProgress(item, job) as output:
            source = _fingerprint(item)
            articles = _read(item, job, output)
            _tag(articles, tagger, output, count)
            return output.commit(source)
    except Exception as error:
        return outcome_of(error, item, job)


def tag_files(items: Sequence[Item], job: Job, *, count: Count | None = None) -> list[Outcome]:
    """Tag small files in common batches: the same outputs as in `tag_file`, in less time.

    Parameters
    ----------
    items
        Files of one article each; a file with none or several is tagged by itself.
    job, count
        As in `tag_file`.

    Raises
    ------
    OutputError, ModelError
        As in `tag_file`.
    """
    if len(items) == 1:
        return [tag_file(items[0], job, count=count)]
    tagger = tagger_of(job.model, job.model_sha256)
    outcomes: list[Outcome] = []
    waiting: deque[tuple[OutputInProgress, Fingerprint]] = deque()
    with one_thread(), ExitStack() as stack:

        def articles() -> Iterator[Article]:
            for item in items:
                output = stack.enter_context(OutputInProgress(item, job))
                try:
                    source = _fingerprint(item)
                    found = list(_read(item, job, output))
                except Exception as error:
                    outcomes.append(outcome_of(error, item, job))
                    continue
                if len(found) == 1:
                    waiting.append((output, source))
                    yield from found
                else:
                    outcomes.append(tag_file(item, job, count=count))

        try:
            for tagged in _tagged(articles(), tagger, job):
                output, source = waiting.popleft()
                try:
                    output.write(tagged)
                    outcomes.append(output.commit(source))
                except Exception as error:
                    outcomes.append(outcome_of(error, output.item, job))
                if count is not None:
                    count(1)
        except (OutputError, ModelError):
            raise
        except Exception:  # some article cannot be scored; tagged by itself, only its own file fails
            done = {outcome.item for outcome in outcomes}
            outcomes += [tag_file(item, job, count=count) for item in items if item not in done]
    return outcomes


def _read(item: Item, job: Job, output: OutputInProgress) -> Iterator[Article]:
    return read_file(item.source, refuse=output.refuse, keep=job.rows.keep, note=output.note, options=job.reading)


def _tag(articles: Iterator[Article], tagger: Tagger, output: OutputInProgress, count: Count | None) -> None:
    for tagged in _tagged(articles, tagger, output.job):
        output.write(tagged)
        if count is not None:
            count(1)


def _tagged(articles: Iterator[Article], tagger: Tagger, job: Job) -> Iterator[TaggedArticle]:
    return tagger.tag_stream(
        articles, threshold=job.threshold, rules=job.rules, memory=memory_of(job), kinds=job.with_kinds
    )


def _fingerprint(item: Item) -> Fingerprint:
    try:
        return fingerprint(item.source)
    except (OSError, ValueError) as error:
        reason = "no such file" if isinstance(error, FileNotFoundError) else f"cannot be read ({reason_of(error)})"
        raise InputError(reason, where=item.where) from None


def tag_part(item: Item, plan: PartPlan, part: int, job: Job, *, count: Count | None = None) -> Outcome:
    """Tag a part of a file, unless an earlier run has done so.

    Parameters
    ----------
    item, plan
        The file and its parts.
    part
        The part to tag, from 0.
    job, count
        As in `tag_file`.
    """
    tagger = tagger_of(job.model, job.model_sha256)
    try:
        with one_thread(), OutputInProgress(item, job) as output:
            _check_state(item, plan)
            ledger = output.ledger
            if _done(ledger, item, plan, part, job) is not None:
                return Outcome(item, Counts())
            first, last = plan.cuts[part : part + 2]
            articles = read_part(
                item.source,
                first,
                last,
                refuse=output.refuse,
                keep=job.rows.keep,
                note=output.note,
                options=job.reading,
            )
            _tag(articles, tagger, output, count)
            rows, refused = output.close()
            size = None if rows is None else rows.stat().st_size
            record = _PartRecord(_made_by(item, plan, part, job), size, output.counts)
            for file, ending in ((rows, ".rows"), (refused, ".refused")):
                if file is not None:
                    ledger.put(file, _part_path(ledger, item, part, ending))
            # The record is written last, because a part without a record does not count.
            ledger.write(msgspec.json.encode(record), _part_path(ledger, item, part, ".json"))
            return output.outcome()
    except Exception as error:
        return outcome_of(error, item, job)


def join_parts(item: Item, plan: PartPlan, job: Job) -> Outcome:
    """Join the outputs of all parts of a file and commit the result, which deletes the parts."""
    try:
        with OutputInProgress(item, job) as output:
            ledger = output.ledger
            source = _fingerprint(item)
            _check_state(item, plan)
            opened: list[Callable[[], BinaryIO]] = []
            total = Counts()
            for part in range(plan.parts):
                counts = _done(ledger, item, plan, part, job)
                if counts is None:
                    raise InputError(
                        f"part {part + 1} of {plan.parts} is missing", where=item.where, hint="Run the command again."
                    )
                if counts.articles:
                    opened.append(partial(open_to_read, _part_path(ledger, item, part, ".rows")))
                if counts.refused:
                    with open_to_read(_part_path(ledger, item, part, ".refused")) as file:
                        output.add_refused([line.decode().rstrip("\n") for line in file])
                total += counts
            if opened:
                join_rows(opened, output.partial, form=job.form, choice=job.rows, types=output.types())
            output.counts = total
            if total == Counts():
                output.refuse(InputError("no articles", where=item.where, expected="at least one"))
            return output.commit(source)
    except Exception as error:
        return outcome_of(error, item, job)


@dataclass(frozen=True, slots=True)
class _PartRecord:
    """The record of a finished part; `bytes` is the size of its rows, None if there are none."""

    made_by: str
    bytes: int | None
    counts: Counts


def _done(ledger: Ledger, item: Item, plan: PartPlan, part: int, job: Job) -> Counts | None:
    """Return the counts of a part that needs no work; None for any other part."""
    try:
        record = msgspec.json.decode(_part_path(ledger, item, part, ".json").read_bytes(), type=_PartRecord)
        whole = record.bytes is None or _state(_part_path(ledger, item, part, ".rows")).bytes == record.bytes
    except (OSError, ValueError):  # a ValueError also for bytes that are not UTF-8
        return None
    return record.counts if whole and record.made_by == _made_by(item, plan, part, job) else None


def _made_by(item: Item, plan: PartPlan, part: int, job: Job) -> str:
    settings = (job.made_by(item), asdict(plan), part)
    return hashlib.sha256(json.dumps(settings).encode()).hexdigest()


def _check_state(item: Item, plan: PartPlan) -> None:
    if _state(item.source) != plan.state:
        raise InputError("has changed since the run began", where=item.where, hint="Run the command again.")


def _part_path(ledger: Ledger, item: Item, part: int, ending: str) -> AnyPath:
    return ledger.hidden_path("parts", item, f"/{part:06}{ending}")


def _state(path: AnyPath) -> Fingerprint:
    if isinstance(path, RemotePath):
        path.forget()
    return state_of(path)


@lru_cache(maxsize=2)
def tagger_of(model: Path, sha256: str) -> Tagger:
    """Load a model once in each process. The parent sends the name of the model's folder, not the model.

    Raises
    ------
    ModelError
        The model cannot be used, or its `corestory.jobs.job.model_sha256` differs.
    """
    from corestory.model.storage import load_model

    tagger = load_model(model)
    if model_sha256(model) != sha256:
        raise ModelError("has changed since the run began", where=str(model), hint="Run the command again.")
    return tagger


def memory_of(job: Job) -> SiteMemory | None:
    """Load the site memory of a job once in each process.

    Raises
    ------
    ModelError
        The memory cannot be read, or it has changed since the run began.
    """
    return None if job.memory is None else _memory(job.memory, job.memory_sha256)


@lru_cache(maxsize=1)
def _memory(path: AnyPath, sha256: str) -> SiteMemory:
    from corestory.model.storage import read_memory, stored_memory

    try:
        data = stored_memory(path)
        if hashlib.sha256(data).hexdigest() != sha256:
            raise InputError("has changed since the run began", where=str(path), hint="Run the command again.")
        return read_memory(data, where=str(path))
    except InputError as error:  # an error that would fail every file
        raise ModelError(error.found, where=error.where, expected=error.expected, hint=error.hint) from error


def one_thread() -> AbstractContextManager[object]:
    """Limit matrix products to one thread, because with more threads the processes would compete for the cores.

    The limit holds until the end of a ``with`` block, or permanently without one.
    """
    limiter: AbstractContextManager[object] = _controller().limit(limits=1)
    return limiter


@cache
def _controller() -> ThreadpoolController:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
