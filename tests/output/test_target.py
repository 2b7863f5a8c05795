import errno
import io
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from corestory.atomic import Target
from corestory.errors import OutputError
from corestory.model.tagged_article import TaggedArticle
from corestory.output.rows import open_rows
from corestory.reading.article import Article

FORMS = ("text", "jsonl", "csv", "parquet")


def pour(target, form, *, paragraphs=1):
    core = np.ones(paragraphs, dtype=bool)
    with closing(open_rows(target, form=form)) as writer:
        writer.write(TaggedArticle(Article("a", ["x" * 100_000] * paragraphs), np.where(core, 0.9, 0.1), core, 0.75))


class ClosedPipe(io.RawIOBase):
    def writable(self):
        return True

    def write(self, _):
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")


class DeadDisk(ClosedPipe):
    def write(self, _):
        raise OSError(errno.EIO, "Input/output error")


def test_a_file_is_made_anew_and_closed(tmp_path):
    (tmp_path / "rows").write_text("what was there before")
    target = Target(tmp_path / "rows")

    target.write(b"new")
    target.close()

    assert (tmp_path / "rows").read_bytes() == b"new"
    assert target.stream.closed


def test_a_stream_is_flushed_and_left_open():
    raw = io.BytesIO()
    stream = io.BufferedWriter(raw)
    target = Target(stream)

    target.write(b"row")
    target.close()

    assert raw.getvalue() == b"row"
    assert not stream.closed


@pytest.mark.parametrize("form", FORMS)
def test_a_folder_that_is_not_there_is_said(form, tmp_path):
    with pytest.raises(OutputError, match=r"no-folder/rows: cannot be written \(No such file or directory\)"):
        open_rows(tmp_path / "no-folder" / "rows", form=form)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the device that is always full is Linux's")
@pytest.mark.parametrize("paragraphs", [1, 10, 100])
@pytest.mark.parametrize("form", FORMS)
def test_a_full_disk_is_said_whether_it_fills_in_the_middle_or_at_the_end(form, paragraphs):
    with pytest.raises(OutputError, match=r"/dev/full: cannot be written \(.*No space left on device"):
        pour(Path("/dev/full"), form, paragraphs=paragraphs)


@pytest.mark.parametrize("form", FORMS)
def test_a_stream_that_fails_is_called_the_output(form):
    with pytest.raises(OutputError, match=r"output: cannot be written \(.*Input/output error"):
        pour(DeadDisk(), form)


@pytest.mark.parametrize("form", FORMS)
def test_a_closed_pipe_is_no_fault_of_the_output(form):
    with pytest.raises(BrokenPipeError):
        pour(ClosedPipe(), form)
