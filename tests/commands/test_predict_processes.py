import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from commands.articles import COLUMNS, PAGE, STORY, TEXT, command, endless_jsonl, rows
from commands.killing import killed_and_run_again, outputs

pytestmark = pytest.mark.slow


@pytest.fixture
def process(model, tmp_path, environment):
    def process(*arguments, **options):
        options = {"capture_output": True, "timeout": 60, "cwd": tmp_path, "env": environment} | options
        return subprocess.run(command("--model", model, *arguments), check=False, **options)

    return process


@pytest.mark.parametrize(
    ("data", "name", "position"),
    [
        (TEXT, "-", [0, 1, 2]),
        (PAGE, "-", [0, 1, 2]),
        (
            json.dumps({"id": "one", "text": TEXT}) + "\n" + json.dumps({"id": "one", "html": PAGE}),
            "one",
            [0, 1, 2] * 2,
        ),
    ],
    ids=["text", "html", "jsonl"],
)
def test_the_standard_input_is_text_html_or_json_lines(process, data, name, position):
    done = process("-", input=data.encode())
    assert (done.returncode, done.stderr) == (0, b"")
    found = rows(done.stdout.decode())
    assert {row["article_id"] for row in found} <= {name, f"{name}#2"}
    assert [row["position"] for row in found] == position


def test_an_empty_standard_input_is_refused(process):
    done = process("-", input=b"")
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.startswith(b"refused: standard input: ")


def test_parquet_goes_through_a_pipe(process):
    done = process("-", "--format", "parquet", input=TEXT.encode())
    assert pq.read_table(io.BytesIO(done.stdout)).column_names == COLUMNS


def test_the_output_is_utf_8_whatever_the_locale(process, environment):
    text = f"{STORY} Café 🚢\n"
    done = process("-", "--only", "core", input=text.encode(), env=environment | {"LC_ALL": "C", "PYTHONUTF8": "0"})
    assert done.stdout == text.encode()


@pytest.mark.parametrize("output", ["a.jsonl", "a.html"])
def test_one_plain_text_file_needs_no_heavy_library(model, tmp_path, environment, output):
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    code = (
        f"import sys\nsys.argv = ['corestory', 'predict', 'a.txt', '--output', {output!r}, '--model', {str(model)!r}]\n"
        "from corestory.commands.app import main\ntry:\n    main()\nexcept SystemExit as end:\n    code = end.code\n"
        "heavy = {'pandas', 'sklearn', 'scipy', 'pyarrow', 'joblib', 'rapidfuzz', 'publicsuffixlist', 'selectolax'}\n"
        "print(code, sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path, env=environment
    )
    assert done.stderr == "0 []\n"
    assert (tmp_path / output).is_file()


def test_memory_does_not_grow_with_the_number_of_articles(model, tmp_path, environment):
    code = (
        "import sys\nfrom pathlib import Path\nfrom corestory.commands.app import main\n"
        f"sys.argv = ['corestory', 'predict', '-', '--model', {str(model)!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0], file=sys.stderr)"
    )
    peaks = []
    for count in (500, 5_000):
        data = endless_jsonl(tmp_path, count).read_bytes()
        done = subprocess.run(
            [sys.executable, "-c", code], input=data, capture_output=True, check=True, env=environment
        )
        assert done.stdout.count(b"\n") == 3 * count
        peaks.append(int(done.stderr))
    # The larger input has 1 MB of text more, and a result of 4 MB. The allocator's pools grow, ever more slowly.
    assert peaks[1] - peaks[0] < 4_000


def test_a_closed_pipe_ends_it_without_a_word(model, tmp_path, environment):
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "cwd": tmp_path, "env": environment}
    feed = endless_jsonl(tmp_path)
    for extra in ([], ["--only", "core"]):
        with subprocess.Popen(command("--model", model, feed, *extra), **options) as process:
            assert process.stdout.readline()
            process.stdout.close()
            assert process.stderr.read() == b""
            assert process.wait(timeout=60) == 0


@pytest.mark.parametrize(
    ("extra", "count"),
    [([], 1), (["--format", "csv"], 600), (["--format", "parquet"], 1)],
)
def test_a_full_disk_is_said_in_one_line(process, tmp_path, extra, count):
    with Path("/dev/full").open("wb") as full:
        options = {"stdout": full, "stderr": subprocess.PIPE, "capture_output": False}
        done = process(endless_jsonl(tmp_path, count), *extra, **options)
    assert done.returncode == 2
    assert done.stderr.startswith(b"corestory: standard output: cannot be written (")
    assert b"No space left" in done.stderr
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interruption_or_a_kill_leaves_nothing_under_the_outputs_name(model, tmp_path, environment, kind):
    endless_jsonl(tmp_path)
    arguments = command("--model", model, "endless.jsonl", "--output", "out/o.jsonl", "--rejects", "out/r.jsonl")
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "cwd": tmp_path, "env": environment}
    with subprocess.Popen(arguments, **options) as process:
        until = time.monotonic() + 30
        while not any(path.stat().st_size for path in tmp_path.glob("out/.*o.jsonl")) and time.monotonic() < until:
            time.sleep(0.01)
        process.send_signal(kind)
        _, error = process.communicate(timeout=30)
    assert process.returncode == (-signal.SIGKILL if kind == signal.SIGKILL else 130)
    assert error == b""
    left = [path.name for path in (tmp_path / "out").iterdir()]
    assert not {"o.jsonl", "r.jsonl"} & set(left) if kind == signal.SIGKILL else left == []


LUGGER = "The lugger left the quay at 7 on Monday.\nREAD MORE: lugger sold\nIt will come back on Friday, she added.\n"


@pytest.fixture
def corpus(tmp_path):
    """Files small and large, and one with something wrong."""
    (tmp_path / "in" / "deep").mkdir(parents=True)
    for number in range(12):
        (tmp_path / "in" / f"{number}.txt").write_text(LUGGER * (number + 1), encoding="utf-8")
        lines = [json.dumps({"id": f"{number}-{article}", "text": LUGGER}) for article in range(50 * number)]
        (tmp_path / "in" / "deep" / f"{number}.jsonl").write_text("\n".join([*lines, "{"]), encoding="utf-8")
    return tmp_path / "in"


def ends(process):
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def folder_command(model, folder, *arguments):
    named = ["predict", "in", "--output", f"{folder}/", "--model", model, *arguments]
    return [sys.executable, "-m", "corestory", *map(str, named)]


@pytest.mark.usefixtures("corpus")
def test_killed_at_random_moments_and_run_again_it_ends_with_the_same_bytes(model, tmp_path, environment):
    runs = killed_and_run_again(5, ["in", "--model", str(model)], tmp_path, environment)
    expected = outputs(tmp_path / "whole")
    assert len(expected) == 12 + 11 + 12, "a text and a table each, but for the table that has no article; refusals"
    for number in range(1, runs + 1):
        assert outputs(tmp_path / f"out{number}") == expected


@pytest.mark.usefixtures("corpus")
def test_killed_with_its_workers_at_work_it_goes_on_and_they_end(model, tmp_path, environment):
    options = {"cwd": tmp_path, "env": environment, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(folder_command(model, "out", "--jobs", "2"), **options) as process:
        records = tmp_path / "out" / ".corestory" / "records"
        until = time.monotonic() + 30
        while not any(records.rglob("*.json")) and time.monotonic() < until:
            time.sleep(0.005)
        partial = list((tmp_path / "out" / ".corestory" / "partial").iterdir())
        process.kill()
    # Outputs and records under way are named after the process that writes them.
    for worker in {int(path.name.split(".")[1]) for path in partial}:
        assert ends(worker)
    done = subprocess.run(folder_command(model, "out", "--jobs", "2"), check=False, **options)
    assert done.returncode == 1
    assert re.search(rb"^skipped: \d+ files?, ", done.stderr, re.MULTILINE)
    subprocess.run(folder_command(model, "whole"), check=False, **options)
    assert outputs(tmp_path / "out") == outputs(tmp_path / "whole")


@pytest.mark.usefixtures("corpus")
def test_a_killed_worker_ends_the_run_in_one_line_and_the_next_run_goes_on(model, corpus, tmp_path, environment):
    options = {"cwd": tmp_path, "env": environment, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    (corpus / "large.jsonl").write_text(f"{json.dumps({'text': LUGGER})}\n" * 4_000, encoding="utf-8")
    with subprocess.Popen(folder_command(model, "out", "--jobs", "2"), **options) as process:
        worker = None
        until = time.monotonic() + 30
        while worker is None and time.monotonic() < until:
            time.sleep(0.01)
            for partial in tmp_path.glob("out/.corestory/partial/*.jsonl"):
                worker = int(partial.name.split(".")[1])
        os.kill(worker, signal.SIGKILL)
        _, error = process.communicate(timeout=60)
    assert process.returncode == 2
    said = error.decode().splitlines()
    assert "a process was killed, perhaps because memory was short" in said[-1]
    assert not any("Traceback" in line for line in said)
    done = subprocess.run(folder_command(model, "out"), check=False, **options)
    assert done.returncode == 1
    assert (tmp_path / "out" / "large.jsonl").exists()


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize("jobs", [1, 2])
def test_an_interruption_ends_it_with_a_word_and_leaves_nothing_half_written(
    model, corpus, tmp_path, environment, jobs
):
    (corpus / "large.jsonl").write_text(f"{json.dumps({'text': LUGGER})}\n" * 20_000, encoding="utf-8")
    options = {"cwd": tmp_path, "env": environment, "stderr": subprocess.PIPE, "start_new_session": True}
    with subprocess.Popen(folder_command(model, "out", "--jobs", jobs, "--rejects", "r.jsonl"), **options) as process:
        until = time.monotonic() + 30
        while not any(tmp_path.glob("out/.corestory/partial/*.jsonl")) and time.monotonic() < until:
            time.sleep(0.005)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers too
        _, error = process.communicate(timeout=60)
    assert (process.returncode, error) == (130, b"interrupted; to continue, run the same command again\n")
    assert not (tmp_path / "out" / "large.jsonl").exists()
    assert not (tmp_path / "out" / ".corestory" / "partial").exists()
