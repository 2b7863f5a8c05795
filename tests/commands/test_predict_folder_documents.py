"""Folders of Markdown and TEI: a document for each article, resumable as other folder runs are."""

import json
import subprocess
import sys

import pytest

from commands.killing import outputs
from corestory.remote import RemotePath, path_of

TEXT = "The lugger left the quay at 7 on Monday.\nREAD MORE: lugger sold\nIt will come back on Friday, she added.\n"
KILLS = 3

# In a process of its own, for it forks.
KILLER = """
import sys
from commands.killing import kill_until
from corestory.jobs import tasks
from corestory.reading import parts
parts.PART_BYTES = tasks.PART_BYTES = 1
kills, model = int(sys.argv[1]), sys.argv[2]
named = ["predict", "in", "--format", "markdown", "--model", model, "--output"]
print(*kill_until(kills, lambda name: [*named, f"{name}/"]))
"""


def write_feed(folder, titles):
    folder.mkdir(exist_ok=True)
    records = [{"text": TEXT, "title": title} for title in titles]
    (folder / "feed.jsonl").write_text("".join(f"{json.dumps(record)}\n" for record in records), encoding="utf-8")


def documents(folder):
    if isinstance(folder, RemotePath):
        return [path.name for path, _ in folder.entries()]
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.slow
def test_killed_at_random_moments_and_run_again_it_ends_with_the_same_documents(model, tmp_path, environment):
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    write_feed(tmp_path / "in", [f"Lugger {number}" for number in range(60)])
    for number in range(20):
        (tmp_path / "in" / f"{number}.html").write_text(f"<h1>Lugger {number}</h1><p>{TEXT}</p>", encoding="utf-8")
    table = pa.table({"title": [f"Lugger {number}" for number in range(60)], "text": [TEXT] * 60})
    pq.write_table(table, tmp_path / "in" / "shard.parquet", row_group_size=20)
    options = {"cwd": tmp_path, "env": environment | {"OMP_NUM_THREADS": "1"}, "capture_output": True, "text": True}
    killer = [sys.executable, "-c", KILLER, str(KILLS), str(model)]
    runs, killed = map(int, subprocess.run(killer, check=True, timeout=120, **options).stdout.split())
    assert killed >= KILLS
    expected = outputs(tmp_path / "whole")
    assert len(expected) == 60 + 20 + 60
    for number in range(1, runs + 1):
        assert outputs(tmp_path / f"out{number}") == expected


def test_a_later_run_writes_only_what_has_changed_and_deletes_only_its_own_documents(predict, output, tmp_path):
    write_feed(tmp_path / "in", ["One", "Two", "Three"])
    (tmp_path / "in" / "page.html").write_text(f"<h1>Page</h1><p>{TEXT}</p>", encoding="utf-8")
    run = lambda: predict("in", "--format", "markdown", "-o", f"{output}/").stderr  # noqa: E731
    assert "tagged: 2 files" in run()
    feed = path_of(output) / "feed.jsonl.markdown"
    assert documents(feed) == ["000001-one.md", "000002-two.md", "000003-three.md"]
    whole = (feed / "000002-two.md").read_bytes()
    assert whole.startswith(b"# Two\n\nThe lugger left")
    assert (path_of(output) / "page.html.md").read_bytes().startswith(b"# Page\n")
    assert "skipped: 2 files" in run()
    (feed / "000002-two.md").write_bytes(b"spoilt")
    assert "skipped: 1 file done" in run()
    assert (feed / "000002-two.md").read_bytes() == whole
    (feed / "notes.md").write_bytes(b"The reader's own.")
    write_feed(tmp_path / "in", ["One"])
    run()
    assert documents(feed) == ["000001-one.md", "notes.md"]
    assert "skipped: 2 files" in run()
    (tmp_path / "in" / "feed.jsonl").write_text("")
    run()
    assert documents(feed) == ["notes.md"]


def test_the_documents_are_those_of_one_file_and_of_the_standard_input(predict, tmp_path, monkeypatch):
    write_feed(tmp_path / "in", ["One", "Two"])
    assert predict("in", "--format", "markdown", "-o", "out/").returncode == 0
    found = [path.read_text() for path in sorted((tmp_path / "out" / "feed.jsonl.markdown").iterdir())]
    assert "\n---\n\n".join(found) == predict("in/feed.jsonl", "--format", "markdown").stdout
    with (tmp_path / "in" / "feed.jsonl").open() as piped:
        monkeypatch.setattr(sys, "stdin", piped)
        assert predict("-", "--format", "markdown", "-o", "piped/").returncode == 0
    assert [path.read_text() for path in sorted((tmp_path / "piped").iterdir())] == found


def test_a_folder_that_no_run_has_written_is_left_alone(predict, tmp_path):
    write_feed(tmp_path / "in", ["One"])
    mine = tmp_path / "out" / "feed.jsonl.markdown" / "000001-mine.md"
    mine.parent.mkdir(parents=True)
    mine.write_text("Mine.")
    done = predict("in", "--format", "markdown", "-o", "out/")
    assert done.returncode == 1
    assert "no such run has written it" in done.stderr
    assert [path.name for path in mine.parent.iterdir()] == ["000001-mine.md"]
