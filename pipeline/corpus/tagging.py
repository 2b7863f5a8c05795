"""One file of a corpus, tagged: the same bytes whoever does it, whenever, and after whatever interruption."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.corpus.batches import batches, tag_batch
from pipeline.corpus.fingerprint import fingerprint
from pipeline.corpus.items import Item
from pipeline.corpus.job import Job, model_sha256
from pipeline.corpus.records import Counts
from pipeline.corpus.refusals import refusal_line
from pipeline.corpus.remote_ledger import ledger_of
from pipeline.errors import InputError, ModelError, OutputError
from pipeline.reading.sources import kind_by_name, read_file
from pipeline.reading.text import storable
from pipeline.remote import AnyPath

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow
    from threadpoolctl import ThreadpoolController

    from pipeline.model.tagged import TaggedArticle
    from pipeline.model.tagger import Tagger

# Of what a file's refusals say, so many go back to the person; the ledger has them all.
REFUSALS_TOLD = 20

_FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file.

    Attributes
    ----------
    item
        Which.
    counts
        What was in it.
    refusals
        The first lines of what was refused, as `refusal_line` writes them.
    failure
        Why nothing was recorded, so that the next run tries again; empty where all went well.
    """

    item: Item
    counts: Counts
    refusals: tuple[str, ...] = ()
    failure: str = ""


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
        with one_thread():
            return _tag(item, job, tagger, count)
    except InputError as error:
        return Outcome(item, Counts(refused=1), (refusal_line(error),), str(error))
    except (OSError, OutputError) as error:
        reason = error.__cause__ if isinstance(error, OutputError) else error
        if isinstance(reason, OSError) and reason.errno in _FULL:
            raise OutputError(
                "there is no room on the disk", where=str(job.folder), mend="Make room and run it again to go on."
            ) from error
        said = isinstance(reason, OSError) and reason.strerror
        return failed(item, f"its output cannot be written ({said or error})")
    except MemoryError:
        return failed(item, "not enough memory")
    except Exception as error:  # one odd file must not end a night's work
        return failed(item, f"failed with {type(error).__name__}: {error}")


def failed(item: Item, reason: str) -> Outcome:
    """Make the outcome of a file of which nothing came, for a reason that may not hold the next time."""
    error = InputError(reason, where=storable(item.source.as_posix()))
    return Outcome(item, Counts(refused=1), (refusal_line(error),), str(error))


def _tag(item: Item, job: Job, tagger: Tagger, count: Callable[[int], None] | None) -> Outcome:
    from pipeline.report.rows import open_rows

    ledger = ledger_of(job.folder)
    try:
        source = fingerprint(item.source)
    except OSError as error:
        reason = "no such file" if isinstance(error, FileNotFoundError) else f"cannot be read ({error.strerror})"
        raise InputError(reason, where=storable(item.source.as_posix())) from None
    partial = ledger.partial(item)
    types = _types(item.source, job.keep) if job.form == "parquet" else {}
    refused = _Refusals(partial.with_suffix(".refused"))
    total = Counts()
    try:
        with closing(open_rows(partial, form=job.form, only=job.only, keep=job.keep, types=types)) as writer:
            for batch in batches(read_file(item.source, refuse=refused.refuse, keep=job.keep)):
                tagged = tag_batch(batch, tagger, threshold=job.threshold, rules=job.rules)
                for article in tagged:
                    writer.write(article)
                total += _counts(tagged)
                if count is not None:
                    count(len(batch))
        total = replace(total, refused=refused.count)
        # As with a single output, nothing stands for nothing.
        made = partial if total.articles else None
        ledger.commit(item, made, made_by=job.made_by(item), source=source, counts=total, refused=refused.file)
    finally:
        for path in (partial, refused.path):
            with suppress(OSError):
                path.unlink(missing_ok=True)
    return Outcome(item, total, tuple(refused.first))


def _counts(tagged: Sequence[TaggedArticle]) -> Counts:
    doubtful = sum(article.doubt is not None for article in tagged)
    return Counts(len(tagged), sum(len(article.texts) for article in tagged), doubtful)


class _Refusals:
    """Writes down what is refused of one file; there is no file while nothing is."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file: Path | None = None
        self.first: list[str] = []
        self.count = 0

    def refuse(self, error: InputError) -> None:
        line = refusal_line(error)
        self.count += 1
        if len(self.first) < REFUSALS_TOLD:
            self.first.append(line)
        self.file = self.path
        with self.path.open("a", encoding="utf-8") as file:  # refusals are rare; what is written is written
            file.write(f"{line}\n")


def _types(source: AnyPath, keep: tuple[str, ...]) -> Mapping[str, pyarrow.DataType]:
    """Return the types that columns to keep have in a Parquet file."""
    if not keep or kind_by_name(source) != "parquet":
        return {}
    import pyarrow

    from pipeline.reading.keeping import folded
    from pipeline.reading.rows import open_parquet

    try:
        with open_parquet(source) as file:
            schema = file.schema_arrow
    except (pyarrow.ArrowException, OSError, ValueError):
        return {}  # reading it says what is wrong
    types = {folded(field.name): field.type for field in schema}
    return {name: types[folded(name)] for name in keep if folded(name) in types}


@lru_cache(maxsize=2)
def tagger_of(model: Path, sha256: str) -> Tagger:
    """Load a model, once a process: it is sent nowhere, its folder is named.

    Raises
    ------
    ModelError
        It cannot be used, or is not the one with this `model_sha256`.
    """
    from pipeline.model.storage import load_model

    tagger = load_model(model)
    if model_sha256(model) != sha256:
        raise ModelError("has changed since the run began", where=str(model), mend="Run it again.")
    return tagger


@contextmanager
def one_thread() -> Iterator[None]:
    """Let matrix products run on one thread: several for each process would be in each other's way."""
    with _controller().limit(limits=1):
        yield


def stay_on_one_thread() -> None:
    """Let this process's matrix products run on one thread from now on, whatever else runs beside them."""
    _controller().limit(limits=1)


@cache
def _controller() -> ThreadpoolController:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
