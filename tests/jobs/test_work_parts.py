import os
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corestory.jobs.items import Item
from corestory.jobs.ledger import Ledger
from corestory.jobs.tasks import run_here, tasks_of
from corestory.jobs.work import tag_file, work_on
from corestory.output.formats import RowChoice
from corestory.reading import parts

TEXT = ["The lugger left the quay at 7 on Monday.", "READ MORE: lugger sold", "It will come back on Friday."]
PARTS = 4


pytestmark = pytest.mark.usefixtures("small_parts")


@pytest.fixture
def item(tmp_path):
    """Sixty articles and two rows of none, in row groups that cut articles in two."""
    names = [f"a{number}" for number in range(60) for _ in TEXT]
    names[50], names[-1] = None, ""
    table = {"article_id": names, "position": [0, 1, 2] * 60, "text": TEXT * 60, "desk": list("xyz") * 60}
    pq.write_table(pa.table(table), tmp_path / "t.parquet", row_group_size=50)
    return Item(tmp_path / "t.parquet", "t.parquet.jsonl")


def left(job):
    return [path for path in (job.folder / ".corestory" / "parts").rglob("*") if path.is_file()]


@pytest.mark.parametrize("form", ["jsonl", "csv", "text"])
def test_a_file_in_parts_has_the_output_and_the_record_of_the_whole(item, job, form):
    job = replace(job, form=form, rows=RowChoice(keep=() if form == "text" else ("desk",)))
    whole = tag_file(item, job)
    ledger = Ledger(job.folder)
    expected = ledger.output(item).read_bytes()
    record, refused = ledger.record(item), list(ledger.refused(item))
    assert whole.counts.refused == 2
    ledger.output(item).unlink()
    assert len(list(tasks_of([item]))) == PARTS
    assert list(run_here([item], job)) == [whole]
    assert ledger.output(item).read_bytes() == expected
    again = ledger.done(item, made_by=job.made_by(item))
    assert (again.source, again.counts) == (record.source, record.counts)
    assert list(ledger.refused(item)) == refused
    assert left(job) == []


def test_a_table_of_parts_has_the_rows_and_types_of_the_whole(item, job):
    job = replace(job, form="parquet", rows=RowChoice(keep=("desk",)))
    tag_file(item, job)
    whole = pq.read_table(Ledger(job.folder).output(item))
    list(run_here([item], job))
    assert pq.read_table(Ledger(job.folder).output(item)) == whole


@pytest.mark.parametrize("damaged", ["rows", "json"])
def test_a_part_that_is_done_is_not_done_again(item, job, damaged):
    first, second, third = (work_on(task, job)[0].counts.articles for task in list(tasks_of([item]))[:3])
    (Ledger(job.folder).hidden_path("parts", item, f"/000001.{damaged}")).write_bytes(b'{"made_by": "\xff')
    heard = []
    (outcome,) = run_here([item], job, count=heard.append)
    assert (outcome.failure, outcome.counts.articles) == ("", 60)
    assert sum(heard) == 60 - first - third
    assert second


@pytest.mark.parametrize("change", [{"threshold": 0.9}, {"version": "1"}])
def test_parts_of_another_job_are_done_again(item, job, change):
    for task in tasks_of([item]):
        work_on(task, job)
    list(run_here([item], replace(job, **change)))
    changed = Ledger(job.folder).output(item).read_bytes()
    tag_file(item, replace(job, **change))
    assert Ledger(job.folder).output(item).read_bytes() == changed


def test_a_file_that_changes_meanwhile_fails_and_is_done_by_the_next_run(item, job):
    *first, last = tasks_of([item])
    for task in first:
        work_on(task, job)
    os.utime(item.source, (0, 0))
    (outcome,) = work_on(last, job)
    assert "has changed since the run began" in outcome.failure
    (outcome,) = work_on(replace(last, part=None), job)
    assert "has changed since the run began" in outcome.failure
    (outcome,) = run_here([item], job)
    assert (outcome.failure, outcome.counts.articles) == ("", 60)


@pytest.mark.parametrize("part_bytes", [1, 2**30])
def test_when_a_file_is_smaller_than_when_its_run_was_interrupted_nothing_stays_of_its_parts(
    item, job, monkeypatch, part_bytes
):
    for task in tasks_of([item]):
        work_on(task, job)
    pq.write_table(pq.read_table(item.source).slice(0, 60), item.source, row_group_size=30)
    monkeypatch.setattr(parts, "PART_BYTES", part_bytes)
    assert left(job)
    (outcome,) = run_here([item], job)
    assert (outcome.failure, left(job)) == ("", [])


def test_a_part_that_is_gone_is_told(item, job):
    (outcome,) = work_on(replace(next(tasks_of([item])), part=None), job)
    assert "part 1 of 4 is missing" in outcome.failure


def test_a_file_in_parts_without_an_article_has_no_output_but_a_record(tmp_path, job):
    pq.write_table(pa.table({"text": [""] * 5}), tmp_path / "e.parquet", row_group_size=2)
    item = Item(tmp_path / "e.parquet", "e.parquet.jsonl")
    (outcome,) = run_here([item], job)
    assert (outcome.counts.articles, outcome.counts.refused) == (0, 5)
    assert not Ledger(job.folder).output(item).exists()
    assert Ledger(job.folder).done(item, made_by=job.made_by(item)) is not None
