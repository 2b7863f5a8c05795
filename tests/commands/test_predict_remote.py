import gzip
import json
import uuid

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from commands.articles import STORY
from commands.killing import killed_and_run_again
from corestory.jobs import work
from corestory.reading import parts
from corestory.remote import RemotePath

fsspec = pytest.importorskip("fsspec", reason="fsspec is not installed: pip install 'corestory[remote]'")

TEXT = f"{STORY}\nREAD MORE: lugger sold\nIt will come back to the quay on Friday, she added.\n"

# What is written there stands under its name while it is half written.
SLOW = """
import time
import fsspec
from fsspec.implementations.local import LocalFileSystem

class Slow(LocalFileSystem):
    protocol = "slow"

    def put_file(self, file, path, **options):
        with open(file, "rb") as whole, self.open(path, "wb") as half:
            while piece := whole.read(2000):
                half.write(piece)
                half.flush()
                time.sleep(0.0005)

    def pipe_file(self, path, data, **options):
        with self.open(path, "wb") as half:
            for place in range(0, len(data), 100):
                half.write(data[place : place + 100])
                half.flush()
                time.sleep(0.0005)

fsspec.register_implementation("slow", Slow)
"""


def fill(folder):
    for number in range(3):
        lines = "".join(json.dumps({"id": f"{number}-{article}", "text": TEXT}) + "\n" for article in range(150))
        (folder / "deep" / f"{number}.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    (folder / "a [1].txt").write_bytes(TEXT.encode())
    (folder / ".hidden.txt").write_bytes(TEXT.encode())
    (folder / "bad.jsonl").write_bytes(b"{")
    table = pa.BufferOutputStream()
    pq.write_table(pa.table({"id": ["y", "z"], "text": [TEXT, STORY]}), table, row_group_size=1)
    (folder / "t.parquet").write_bytes(table.getvalue().to_pybytes())
    return folder


@pytest.fixture
def folder():
    return fill(RemotePath(f"memory://{uuid.uuid4()}/in"))


@pytest.fixture
def here(tmp_path):
    """The same on this machine."""
    return fill(RemotePath(f"file://{tmp_path}/in"))


def found(folder):
    """What is in a folder but the ledger; article ids are the names of files, so those are taken out."""
    places = [path for path in folder.matches("**") if path.is_file() and ".corestory" not in path.url]
    root = folder.parent.url.encode()
    return {path.url[len(folder.url) + 1 :]: path.read_bytes().replace(root, b"") for path in places}


def test_a_folder_elsewhere_is_tagged_as_one_that_is_here(predict, folder, here, tmp_path):
    output = folder.with_name("out")
    done = predict(folder, "--output", f"{output}/", "--rejects", folder.with_name("rejects.jsonl"))
    assert done.returncode == 1
    assert predict(tmp_path / "in", "--output", f"{tmp_path}/out/").returncode == 1
    expected = found(here.with_name("out"))
    assert sorted(expected) == [
        "a [1].txt.jsonl",
        *(f"deep/{number}.jsonl.gz.jsonl" for number in range(3)),
        "t.parquet.jsonl",
    ]
    assert {name: data.replace(str(tmp_path).encode(), b"") for name, data in expected.items()} == found(output)
    refused = json.loads(folder.with_name("rejects.jsonl").read_bytes())
    assert refused["where"] == f"{folder}/bad.jsonl, line 1"


def test_a_second_run_does_what_is_missing_or_has_changed(predict, folder):
    output = folder.with_name("out")
    predict(folder, "--output", f"{output}/")
    before = found(output)
    assert "skipped: 6 files, " in predict(folder, "--output", f"{output}/").stderr
    (output / "t.parquet.jsonl").unlink()
    (output / "a [1].txt.jsonl").write_bytes(b"{}")
    (folder / "bad.jsonl").write_bytes(b"[]")
    assert "skipped: 3 files, " in predict(folder, "--output", f"{output}/").stderr
    assert found(output) == before


def test_a_large_table_elsewhere_is_done_in_parts_of_which_nothing_is_left(predict, folder, monkeypatch):
    whole, output = folder.with_name("whole"), folder.with_name("out")
    predict(f"{folder}/t.parquet", "--output", f"{whole}/")
    monkeypatch.setattr(parts, "PART_BYTES", 1)
    read = []
    monkeypatch.setattr(work, "read_part", lambda *a, **k: read.append(a[1:]) or parts.read_part(*a, **k))
    assert predict(f"{folder}/t.parquet", "--output", f"{output}/").returncode == 0
    assert read == [(0, 1), (1, 2)]
    assert found(output) == found(whole)
    assert not [path for path in output.matches("**") if "/parts/" in path.url and path.is_file()]


def test_what_no_run_has_written_is_left_alone_unless_forced(predict, folder):
    own = folder.with_name("out") / "t.parquet.jsonl"
    own.write_bytes(b"mine")
    done = predict(folder, "--output", f"{own.parent}/")
    assert (done.returncode, own.read_bytes()) == (1, b"mine")
    assert "exists already, and no earlier run of predict wrote it" in done.stderr
    predict(folder, "--output", f"{own.parent}/", "--force")
    assert STORY.encode() in own.read_bytes()


def test_what_lies_in_the_outputs_folder_is_not_read_again(predict, folder):
    for _ in range(2):
        predict(f"{folder}/deep", "--output", f"{folder}/deep/out/")
    assert sorted(found(folder / "deep" / "out")) == [f"{number}.jsonl.gz.jsonl" for number in range(3)]


def test_a_pattern_elsewhere_goes_to_a_folder_here(predict, folder, tmp_path):
    assert predict(f"{folder}/*/[01].jsonl.gz", "--output", "out/").returncode == 0
    assert sorted(path.name for path in (tmp_path / "out" / "deep").iterdir()) == [
        "0.jsonl.gz.jsonl",
        "1.jsonl.gz.jsonl",
    ]


def test_one_file_goes_to_the_standard_output_or_to_a_file_elsewhere(predict, folder):
    shown = predict(f"{folder}/t.parquet", f"{folder}/deep/0.jsonl.gz").stdout
    output = folder.with_name("one.jsonl")
    arguments = (f"{folder}/t.parquet", f"{folder}/deep/0.jsonl.gz", "--output", output)
    assert predict(*arguments).returncode == 0
    assert output.read_bytes().decode() == shown
    done = predict(*arguments)
    assert done.returncode == 2
    assert f"{output}: exists already" in done.stderr
    assert predict(*arguments, "--force").returncode == 0


def test_an_explanation_goes_to_a_file_elsewhere(run, model, folder):
    explain = ("explain", f"{folder}/a*.txt", "--model", model, "--format", "json")
    output = folder.with_name("why.json")
    assert run(*explain, "--output", output).returncode == 0
    assert output.read_bytes().decode() == run(*explain).stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["{in}", "--output", "{in}/"], "is also a folder of the input"),
        (["{in}", "--output", "{in}/bad.jsonl/"], "is a file"),
        (["{in}", "--output", "nowhere://a/"], "fsspec does not know this kind of URL"),
        (["nowhere://a", "--output", "out/"], "fsspec does not know this kind of URL"),
        (["{in}", "--output", "ftp:///out/"], "ftp:///out: cannot be reached (the URL has no host)"),
        (["{in}/t.parquet", "--output", "{in}/t.html"], "pages cannot be written to a URL"),
    ],
)
def test_what_cannot_run_says_why_in_one_line(predict, folder, arguments, message):
    done = predict(*(argument.replace("{in}", str(folder)) for argument in arguments))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert message in done.stderr


@pytest.mark.parametrize("what", ["--output", "--rejects"])
@pytest.mark.parametrize("name", ["new.jsonl", "new/"])
def test_an_output_that_cannot_be_asked_for_is_told_in_one_line(predict, folder, monkeypatch, tmp_path, what, name):
    def deny(*_, **__):
        raise PermissionError("Access Denied")  # without a number, as s3fs raises it

    monkeypatch.setattr(fsspec.implementations.memory.MemoryFileSystem, "info", deny)
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    done = predict("a.txt", what, f"{folder}/{name}")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "(Access Denied)" in done.stderr


@pytest.mark.parametrize("url", ["zip://h/x.html", "github://x/y.html", "ftp:///x.html", "ftp://127.0.0.1:1/x.html"])
def test_an_input_whose_file_system_cannot_be_opened_is_named_in_one_line(predict, tmp_path, url):
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    done = predict("a.txt", url, "--output", "a.jsonl")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith(f"refused: {url}: cannot be read (")
    assert STORY in (tmp_path / "a.jsonl").read_text(encoding="utf-8")
    done = predict("a.txt", url, "--output", "out/")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith(f"corestory: {url}: cannot be reached (")


def test_a_url_of_this_machine_is_what_its_path_is(predict, here, tmp_path):
    assert predict("in", "--output", "out/").returncode == 1
    for _ in range(2):  # what lies in the output's folder is not read again
        predict(f"file://{tmp_path}/in", "--output", f"FILE://{tmp_path}/in/out/")
    outputs = {name: data.replace(f"{tmp_path}/".encode(), b"") for name, data in found(here / "out").items()}
    assert outputs == found(here.with_name("out"))
    assert predict(f"local://{tmp_path}/in/a*.txt", "--output", f"file://{tmp_path}/a.html").returncode == 0
    assert STORY.encode() in (tmp_path / "a.html").read_bytes()


@pytest.mark.slow
def test_processes_write_the_same_as_one(predict, here, monkeypatch):
    monkeypatch.setattr("corestory.remote._HERE", ())  # the one file system of fsspec's that two processes share
    predict(here, "--output", f"{here.with_name('one')}/")
    assert predict(here, "--output", f"{here.with_name('two')}/", "--jobs", "2").returncode == 1
    assert found(here.with_name("two")) == found(here.with_name("one"))


@pytest.mark.slow
def test_killed_at_random_moments_where_files_are_seen_half_written_it_ends_with_the_same_bytes(
    model, here, tmp_path, environment
):
    arguments = [f"slow://{tmp_path}/in", "--model", str(model)]
    runs = killed_and_run_again(5, arguments, tmp_path, environment, before=SLOW, place=f"slow://{tmp_path}/")
    expected = found(here.with_name("whole"))
    assert len(expected) == 5
    for number in range(1, runs + 1):
        assert found(here.with_name(f"out{number}")) == expected
