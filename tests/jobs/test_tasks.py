from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corestory.jobs.items import Fingerprint, Item
from corestory.jobs.job import Outcome, PartPlan, Task, failed
from corestory.jobs.tasks import TOGETHER_BYTES, PartTracker, tasks_of
from corestory.model.tagged_article import Counts
from corestory.reading import parts
from corestory.remote import RemotePath


def items(*names):
    return [Item(Path(name), f"{name}.jsonl") for name in names]


def test_small_files_are_taken_together_more_and_more_and_each_once():
    found = list(tasks_of(items(*(f"{number}.txt" for number in range(400)))))
    assert [len(task.items) for task in found] == [1, 2, 4, 8, 16, 32, 64, 128, 128, 17]
    assert [item for task in found for item in task.items] == items(*(f"{number}.txt" for number in range(400)))


def test_so_many_bytes_are_taken_together_and_no_more(tmp_path):
    for number in range(9):
        with (tmp_path / f"{number}.html").open("wb") as file:
            file.truncate(int(TOGETHER_BYTES * (4 if number == 4 else 0.4)))
    found = list(tasks_of(items(*(str(tmp_path / f"{number}.html") for number in range(9)))))
    assert [len(task.items) for task in found] == [1, 2, 1, 1, 2, 2]


def test_a_table_is_a_task_by_itself_whatever_its_size():
    found = list(tasks_of(items("a.txt", "b.jsonl", "c.csv.gz", "d.txt", "e.parquet")))
    assert [[item.name for item in task.items] for task in found] == [
        ["b.jsonl.jsonl"], ["c.csv.gz.jsonl"], ["a.txt.jsonl"], ["e.parquet.jsonl"], ["d.txt.jsonl"]
    ]  # fmt: skip


def test_a_large_table_is_a_task_for_each_part(tmp_path, monkeypatch):
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"text": ["One."] * 10}), path, row_group_size=4)
    assert [task.plan for task in tasks_of(items(str(path)))] == [None]
    monkeypatch.setattr(parts, "PART_BYTES", 1)
    found = list(tasks_of(items(str(path))))
    assert [(task.plan.cuts, task.part) for task in found] == [((0, 1, 2, 3), part) for part in range(3)]


def test_a_large_table_is_not_cut_where_its_file_system_does_not_tell_one_content_from_another(tmp_path, monkeypatch):
    pytest.importorskip("fsspec", reason="fsspec is not installed")
    pq.write_table(pa.table({"text": ["One."] * 10}), tmp_path / "t.parquet", row_group_size=4)
    path = RemotePath("memory://tasks/t.parquet")
    path.write_bytes((tmp_path / "t.parquet").read_bytes())
    monkeypatch.setattr(parts, "PART_BYTES", 1)
    item = Item(path, "t.parquet.jsonl")
    assert len(list(tasks_of([item]))) == 3
    size = path.state()[0]
    monkeypatch.setattr(RemotePath, "state", lambda _: (size, ""))
    assert list(tasks_of([item])) == [Task((item,))]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1)])
def test_when_all_parts_are_done_they_are_joined(order):
    (item,) = items("t.parquet")
    plan, tracker = PartPlan((0, 1, 2, 3), Fingerprint(1, 1, "")), PartTracker()
    found = [tracker.add(Task((item,), plan, part), [Outcome(item, Counts(1))]) for part in order]
    assert found == [([], []), ([], []), ([], [Task((item,), plan)])]
    done = [Outcome(item, Counts(3))]
    assert tracker.add(Task((item,), plan), done) == (done, [])


def test_a_part_that_fails_is_told_once_when_the_others_are_done_and_nothing_is_joined():
    (item,) = items("t.parquet")
    plan, tracker = PartPlan((0, 1, 2), Fingerprint(1, 1, "")), PartTracker()
    bad = failed(item, "not enough memory")
    assert tracker.add(Task((item,), plan, 0), [bad]) == ([], [])
    assert tracker.add(Task((item,), plan, 1), [Outcome(item, Counts(1))]) == ([bad], [])


def test_a_task_of_several_files_can_be_done_file_by_file():
    task = Task(tuple(items("a.txt", "b.txt")))
    assert [one.items for one in task.split()] == [(item,) for item in task.items]
    part = Task(tuple(items("t.parquet")), PartPlan((0, 1, 2), Fingerprint(1, 1, "")), 1)
    assert part.split() == [part]
