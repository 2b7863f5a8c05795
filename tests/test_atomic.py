import errno
import io
import os
import signal
import subprocess
import sys
import textwrap
from contextlib import AbstractContextManager, closing
from pathlib import Path

import numpy as np
import pytest

from corestory.atomic import Target, atomic_folder, atomic_path, check_folder
from corestory.errors import OutputError
from corestory.model.tagged_article import TaggedArticle
from corestory.output.rows import open_rows
from corestory.reading.article import Article


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def fail_after_half(output: AbstractContextManager[Path], failure: type[BaseException]) -> None:
    with output as temporary:
        half = temporary / "half" if temporary.is_dir() else temporary
        half.write_text("half")
        raise failure


def test_an_output_appears_only_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "new" / "deep" / "out.csv"
    with atomic_path(target) as temporary:
        temporary.write_text("a")
        assert not target.exists()
        assert temporary.parent == target.parent
        assert temporary.name.startswith(".")
        assert temporary.suffix == ".csv"
    assert target.read_text() == "a"
    assert names(target.parent) == ["out.csv"]


def test_the_temporary_name_keeps_every_suffix_and_fits_a_long_name(tmp_path: Path) -> None:
    with atomic_path(tmp_path / "out.jsonl.gz") as temporary:
        assert temporary.name.endswith(".jsonl.gz")
    with atomic_path(tmp_path / ("é" * 120 + ".csv")) as temporary:
        assert temporary.suffix == ".csv"


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_failed_output_leaves_nothing_and_the_old_one_as_it_was(tmp_path: Path, failure: type[BaseException]) -> None:
    target = tmp_path / "out.txt"
    target.write_text("old")
    with pytest.raises(failure):
        fail_after_half(atomic_path(target, force=True), failure)
    assert target.read_text() == "old"
    assert names(tmp_path) == ["out.txt"]


def test_an_output_that_exists_is_kept_without_force(tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    target.write_text("old")
    with pytest.raises(OutputError, match=r"out\.txt: exists already.*--force"), atomic_path(target):
        pytest.fail("the work began")
    with atomic_path(target, force=True) as temporary:
        temporary.write_text("new")
    assert target.read_text() == "new"


def test_an_output_that_somebody_else_wrote_meanwhile_is_kept(tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    with pytest.raises(OutputError, match="exists already"), atomic_path(target):
        target.write_text("theirs")
    assert names(tmp_path) == ["out.txt"]
    assert target.read_text() == "theirs"


def test_a_link_stays_a_link_and_what_it_points_at_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to(tmp_path / "real.txt")
    with atomic_path(tmp_path / "link.txt", force=True) as temporary:
        temporary.write_text("new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"


def test_a_folder_or_a_device_is_never_replaced_by_a_file(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="is a folder"), atomic_path(tmp_path, force=True):
        pytest.fail("the work began")
    with pytest.raises(OutputError, match="not a regular file"), atomic_path(Path(os.devnull), force=True):
        pytest.fail("the work began")


def test_a_folder_that_cannot_be_made_is_told_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"), atomic_path(tmp_path / "file" / "out.txt"):
        pytest.fail("the work began")
    with pytest.raises(OutputError, match="cannot be written"), atomic_folder(tmp_path / "file" / "model"):
        pytest.fail("the work began")


def test_the_check_before_long_work_tells_of_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"cannot be written .*A part of the path is a file"):
        check_folder(tmp_path / "file" / "model", force=True, marker="")
    check_folder(tmp_path / "new" / "model", force=True, marker="")
    assert names(tmp_path) == ["file"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_the_check_before_long_work_tells_of_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    tmp_path.chmod(0o500)
    try:
        for name in ("model", "new/model"):
            with pytest.raises(OutputError, match=r"cannot be written \(Permission denied"):
                check_folder(tmp_path / name, force=True, marker="")
    finally:
        tmp_path.chmod(0o700)


def test_an_error_does_not_name_the_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def deny(path: Path, **_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "touch", deny)
    said = r"out\.csv: cannot be written \(Permission denied\)$"
    with pytest.raises(OutputError, match=said), atomic_path(tmp_path / "out.csv"):
        pytest.fail("the work began")


def test_a_full_disk_is_told_in_words_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with (
        pytest.raises(OutputError, match=r"No space left on device.*Free some space"),
        atomic_path(tmp_path / "a") as path,
    ):
        path.write_text("a")
    with pytest.raises(OutputError, match="No space left on device"), atomic_folder(tmp_path / "b") as folder:
        (folder / "a").write_text("a")
    assert names(tmp_path) == []


def test_a_closed_pipe_within_the_work_is_not_the_outputs_fault(tmp_path: Path) -> None:
    with pytest.raises(BrokenPipeError), atomic_path(tmp_path / "a"):
        raise BrokenPipeError
    assert names(tmp_path) == []


def run(script: str, folder: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script), str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[1] / "pipeline",
    )


def test_a_disk_that_fills_while_the_file_grows_leaves_nothing(tmp_path: Path) -> None:
    script = """
        import resource, sys
        from pathlib import Path
        from corestory.atomic import atomic_path
        from corestory.errors import OutputError
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
        try:
            with atomic_path(Path(sys.argv[1], "out.txt")) as temporary:
                temporary.write_bytes(b"x" * 1_000_000)
        except OutputError as error:
            print(error)
    """
    with run(script, tmp_path) as process:
        out, err = process.communicate(timeout=60)
    assert "out.txt: cannot be written (File too large)" in out, err
    assert names(tmp_path) == []


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_kill_in_the_middle_leaves_nothing_under_the_final_name(tmp_path: Path, kind: str) -> None:
    script = f"""
        import sys, time
        from pathlib import Path
        from corestory.atomic import atomic_folder, atomic_path, check_folder
        give = atomic_path if {kind!r} == "file" else atomic_folder
        with give(Path(sys.argv[1], "out")) as temporary:
            file = temporary if {kind!r} == "file" else temporary / "arrays"
            with file.open("w") as stream:
                stream.write("half")
                stream.flush()
                print("writing", flush=True)
                time.sleep(60)
    """
    with run(script, tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "writing\n"
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
    assert not (tmp_path / "out").exists()
    assert all(name.startswith(".") for name in names(tmp_path))
    with atomic_path(tmp_path / "out") as temporary:  # and the next run is not in its way
        temporary.write_text("whole")
    assert (tmp_path / "out").read_text() == "whole"


def filled(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


def test_a_folder_appears_only_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "models" / "mine"
    with atomic_folder(target) as temporary:
        filled(temporary / "below", card="a")
        assert not target.exists()
    assert (target / "below" / "card").read_text() == "a"
    assert names(target.parent) == ["mine"]


def test_an_old_folder_is_replaced_as_a_whole_and_only_with_force(tmp_path: Path) -> None:
    target = filled(tmp_path / "model", old="a", both="a")
    with pytest.raises(OutputError, match="exists already"), atomic_folder(target):
        pytest.fail("the work began")
    with atomic_folder(target, force=True) as temporary:
        (temporary / "both").write_text("b")
        assert names(target) == ["both", "old"]
    assert names(target) == ["both"]
    assert names(tmp_path) == ["model"]


def test_an_empty_folder_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    with atomic_folder(tmp_path / "model") as temporary:
        (temporary / "card").write_text("a")
    assert names(tmp_path / "model") == ["card"]


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt])
def test_a_failed_folder_leaves_the_old_one(tmp_path: Path, failure: type[BaseException]) -> None:
    target = filled(tmp_path / "model", old="a")
    with pytest.raises(failure):
        fail_after_half(atomic_folder(target, force=True), failure)
    assert names(target) == ["old"]
    assert names(tmp_path) == ["model"]


@pytest.mark.parametrize("failure", [OSError(errno.EIO, "Input/output error"), KeyboardInterrupt()])
def test_the_old_folder_comes_back_if_the_swap_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    target = filled(tmp_path / "model", old="a")
    rename = Path.rename
    calls = []

    def second_fails(self: Path, to: Path) -> Path:
        calls.append(self)
        if len(calls) == 2:
            raise failure
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", second_fails)
    with (
        pytest.raises((OutputError, KeyboardInterrupt)),
        atomic_folder(target, force=True) as temporary,
    ):
        (temporary / "new").write_text("")
    assert len(calls) == 3
    assert names(target) == ["old"]
    assert names(tmp_path) == ["model"]


def test_a_folder_of_something_else_is_never_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    letters = filled(tmp_path / "letters", dear="sir")
    with (
        pytest.raises(OutputError, match=r"has no manifest\.json"),
        atomic_folder(letters, force=True, marker="manifest.json"),
    ):
        pytest.fail("the work began")
    monkeypatch.chdir(letters)
    for folder in (letters, tmp_path):
        with pytest.raises(OutputError, match="the current folder"), atomic_folder(folder, force=True):
            pytest.fail("the work began")
    assert names(letters) == ["dear"]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "model").write_text("")
    with pytest.raises(OutputError, match="is a file"), atomic_folder(tmp_path / "model", force=True):
        pytest.fail("the work began")


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
