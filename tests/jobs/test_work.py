import errno
import gzip
import json

import pytest

from corestory.errors import ModelError, OutputError
from corestory.jobs import work
from corestory.jobs.items import Item
from corestory.jobs.ledger import Ledger
from corestory.jobs.tasks import run_here
from corestory.jobs.work import tag_file, tag_files, tagger_of
from corestory.model.tagged_article import Counts
from corestory.model.tagger import Tagger
from corestory.remote import RemotePath

TEXT = "The lugger left the quay at 7 on Monday.\nREAD MORE: lugger sold\nIt will come back on Friday.\n"


@pytest.fixture
def item(tmp_path):
    lines = [json.dumps({"id": str(number), "text": TEXT}) for number in range(700)]
    (tmp_path / "a.jsonl").write_text("\n".join([*lines, "{", "[]"]), encoding="utf-8")
    return Item(tmp_path / "a.jsonl", "a.jsonl")


def test_a_file_is_tagged_recorded_and_counted(item, job):
    heard = []
    outcome = tag_file(item, job, count=heard.append)
    assert (outcome.counts.articles, outcome.counts.paragraphs, outcome.counts.refused) == (700, 2100, 2)
    assert sum(heard) == 700
    assert len(heard) > 1, "told as it goes on"
    assert len(outcome.refusals) == 2
    ledger = Ledger(job.folder)
    record = ledger.done(item, made_by=job.made_by(item))
    assert record is not None
    assert record.counts == outcome.counts
    assert list(ledger.refused(item)) == list(outcome.refusals)


def test_bytes_do_not_depend_on_what_was_tagged_before(item, job, tmp_path):
    (tmp_path / "b.txt").write_text(TEXT * 5, encoding="utf-8")
    tag_file(item, job)
    before = Ledger(job.folder).output(item).read_bytes()
    tag_file(Item(tmp_path / "b.txt", "b.txt.jsonl"), job)
    tag_file(item, job)
    assert Ledger(job.folder).output(item).read_bytes() == before


def test_a_missing_file_is_a_failure_that_is_not_recorded(job, tmp_path):
    item = Item(tmp_path / "none.txt", "none.txt.jsonl")
    outcome = tag_file(item, job)
    assert outcome.counts == Counts(refused=1)
    assert "no such file" in outcome.failure
    assert Ledger(job.folder).record(item) is None


@pytest.mark.parametrize("error", [PermissionError("Access Denied"), ValueError("Access Denied")])
def test_what_a_file_system_denies_is_a_failure_with_its_reason(job, monkeypatch, error):
    memory = pytest.importorskip("fsspec.implementations.memory", reason="fsspec is not installed")

    def deny(*_, **__):
        raise error

    monkeypatch.setattr(memory.MemoryFileSystem, "info", deny)
    item = Item(RemotePath("memory://denied/a.txt"), "a.txt.jsonl")
    assert "cannot be read (Access Denied)" in tag_file(item, job).failure


@pytest.mark.parametrize(
    ("number", "ends"), [(errno.ENOSPC, True), (errno.EDQUOT, True), (errno.ENAMETOOLONG, False), (errno.EACCES, False)]
)
def test_a_full_disk_ends_the_run_and_other_failures_cost_one_file(item, job, monkeypatch, number, ends):
    def fail(*_, **__):
        raise OSError(number, "as the system says")

    monkeypatch.setattr(Ledger, "commit", fail)
    if ends:
        with pytest.raises(OutputError, match="the disk is full"):
            tag_file(item, job)
    else:
        assert "as the system says" in tag_file(item, job).failure
    assert not list((job.folder / ".corestory" / "partial").iterdir())


def test_want_of_memory_costs_one_file(item, job, monkeypatch):
    def fail(*_, **__):
        raise MemoryError

    monkeypatch.setattr(Tagger, "tag_stream", fail)
    assert "not enough memory" in tag_file(item, job).failure


def test_a_model_that_was_replaced_meanwhile_is_not_used(seeded_model):
    with pytest.raises(ModelError, match="has changed since the run began"):
        tagger_of(seeded_model, "0" * 64)


def test_it_is_scored_on_one_thread_whatever_the_process_has(item, job, monkeypatch):
    threads = []
    whole = Tagger.tag_stream

    def tag_stream(*arguments, **options):
        threads.extend(library["num_threads"] for library in work._controller().info())
        return whole(*arguments, **options)

    monkeypatch.setattr(Tagger, "tag_stream", tag_stream)
    with work._controller().limit(limits=2):
        tag_file(item, job)
    assert set(threads) == {1}


class Watched(list):
    """Files of which each is asked for only when the one before has been read; it notes how many are done by then."""

    def __init__(self, items, job):
        super().__init__(items)
        self.job, self.done = job, []

    def __iter__(self):
        for item in super().__iter__():
            self.done.append(sum(Ledger(self.job.folder).output(other).exists() for other in self[:]))
            yield item


def test_small_files_that_hold_much_are_not_all_in_memory_at_once(job, tmp_path, monkeypatch):
    monkeypatch.setattr("corestory.features.batch.BATCH_PARAGRAPHS", 3 * 300)
    items = []
    for number in range(8):
        (tmp_path / f"{number}.txt.gz").write_bytes(gzip.compress((TEXT * 100).encode()))
        items.append(Item(tmp_path / f"{number}.txt.gz", f"{number}.txt.gz.jsonl"))
    expected = []
    for item in items:
        tag_file(item, job)
        output = Ledger(job.folder).output(item)
        expected.append(output.read_bytes())
        output.unlink()
    heard: list[int] = []
    watched = Watched(items, job)
    outcomes = tag_files(watched, job, count=heard.append)
    assert [outcome.item for outcome in outcomes] == items
    assert watched.done == [0, 0, 0, 0, 3, 3, 3, 6]
    assert sum(heard) == 8
    assert [Ledger(job.folder).output(item).read_bytes() for item in items] == expected


def test_a_small_file_that_holds_nothing_does_not_disturb_those_beside_it(job, tmp_path):
    items = []
    for number, text in enumerate([TEXT, " \n", TEXT]):
        (tmp_path / f"{number}.txt").write_text(text, encoding="utf-8")
        items.append(Item(tmp_path / f"{number}.txt", f"{number}.txt.jsonl"))
    outcomes = {outcome.item: outcome.counts for outcome in tag_files(items, job)}
    assert [outcomes[item].articles for item in items] == [1, 0, 1]
    assert outcomes[items[1]].refused == 1


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [1, 2])
def test_every_file_is_done_once_by_one_process_or_two(job, tmp_path, jobs):
    items = []
    for number in range(9):
        (tmp_path / f"{number}.txt").write_text(TEXT * (number + 1), encoding="utf-8")
        items.append(Item(tmp_path / f"{number}.txt", f"{number}.txt.jsonl"))
    outcomes = list(run_here(iter(items), job, jobs=jobs))
    assert sorted(outcome.item.name for outcome in outcomes) == [item.name for item in items]
    assert {outcome.counts.articles for outcome in outcomes} == {1}
