"""Odd surroundings and odd files: closed streams, a folder that is gone, values out of range."""

import datetime
import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from commands.articles import STORY, rows
from corestory.output.rows import COLUMNS
from corestory.reading.sources import read_articles


def run_process(arguments, folder, environment, *, shell=""):
    """Run predict as a real process, in a shell where a redirection closes a stream."""
    command = [sys.executable, "-m", "corestory", *map(str, arguments)]
    if shell:
        command = ["sh", "-c", f'exec "$@" {shell}', "sh", *command]
    return subprocess.run(command, capture_output=True, cwd=folder, env=environment, check=False, timeout=120)


def test_an_output_file_is_written_when_all_streams_are_closed(model, tmp_path, environment):
    (tmp_path / "a.txt").write_text(STORY, encoding="utf-8")
    arguments = ["predict", "a.txt", "--model", model, "--output", "o.jsonl"]
    done = run_process(arguments, tmp_path, environment, shell="<&- >&- 2>&-")
    assert done.returncode == 0, done.stderr
    assert [row["text"] for row in rows((tmp_path / "o.jsonl").read_text(encoding="utf-8"))] == [STORY]


@pytest.mark.parametrize("extra", [[], ["--format", "html"]])
def test_a_closed_standard_output_that_is_needed_is_reported(model, tmp_path, environment, extra):
    (tmp_path / "a.txt").write_text(STORY, encoding="utf-8")
    done = run_process(["predict", "a.txt", "--model", model, *extra], tmp_path, environment, shell=">&-")
    assert done.returncode == 2
    assert done.stderr == b"corestory: standard output: is closed. Give --output FILE.\n"


def test_a_closed_standard_input_that_is_to_be_read_is_reported(model, tmp_path, environment):
    done = run_process(["predict", "-", "--model", model], tmp_path, environment, shell="<&-")
    assert done.returncode == 1
    assert done.stderr == b"refused: standard input: is closed; expected text. Pipe an article into it.\n"


def test_with_a_closed_standard_error_the_data_still_come(model, tmp_path, environment):
    (tmp_path / "a.txt").write_text(STORY, encoding="utf-8")
    done = run_process(["predict", "a.txt", "none.txt", "--model", model], tmp_path, environment, shell="2>&-")
    assert done.returncode == 1
    assert [row["text"] for row in rows(done.stdout.decode())] == [STORY]


def test_a_deleted_current_folder_is_reported_in_one_line(model, tmp_path, environment):
    (tmp_path / "a.txt").write_text(STORY, encoding="utf-8")
    gone = tmp_path / "gone"
    # Python itself does not start in such a folder with -m or with a relative path in PYTHONPATH.
    paths = [path for path in environment["PYTHONPATH"].split(os.pathsep) if os.path.isabs(path)]  # noqa: PTH117
    environment = environment | {"PYTHONPATH": os.pathsep.join(paths)}
    outputs = [f"{tmp_path}/o.jsonl", "o.jsonl", "out/"]
    (tmp_path / "main.py").write_text(
        f"import sys\nfrom corestory.commands.app import main\ncommand = sys.argv\nfor output in {outputs}:\n"
        "    sys.argv = [*command, output]\n    try:\n        main()\n    except SystemExit as end:\n"
        "        print(end.code or 0)\n",
        encoding="utf-8",
    )
    gone.mkdir()
    command = [sys.executable, f"{tmp_path}/main.py", "predict", f"{tmp_path}/a.txt", "--model", str(model), "--output"]
    done = subprocess.run(
        ["sh", "-c", 'cd "$0" && rmdir "$0" && exec "$@"', str(gone), *command],
        capture_output=True, cwd=tmp_path, env=environment, check=True, timeout=120,
    )  # fmt: skip
    assert done.stdout == b"0\n2\n2\n", done.stderr
    assert b"Traceback" not in done.stderr
    assert done.stderr.count(b"\n") == 2


@pytest.mark.parametrize("option", ["--model", "--memory"])
def test_an_empty_name_is_a_usage_error(run, tmp_path, option):
    (tmp_path / "a.txt").write_text(STORY, encoding="utf-8")
    done = run("predict", "a.txt", option, "")
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{option}: the name is empty" in " ".join(done.stderr.split()).replace("'", "")


@pytest.mark.parametrize("jobs", ["0", "-2"])
def test_a_number_of_processes_that_is_none_is_a_usage_error(run, model, tmp_path, jobs):
    (tmp_path / "a.txt").write_text(STORY, encoding="utf-8")
    done = run("predict", "a.txt", "--model", model, "--output", "out/", "--jobs", jobs)
    assert done.returncode == 2
    assert "number of processes" in " ".join(done.stderr.split())


@pytest.mark.parametrize("command", [["predict", "a.txt", "--output", "out/", "--jobs"], ["serve", "--workers"]])
def test_far_more_processes_than_cores_are_a_usage_error(run, command):
    done = run(*command, "3000")
    assert done.returncode == 2
    assert "3,000 processes for" in " ".join(done.stderr.split())


ONE_PROCESS = [
    ["--jobs", "2"],
    ["--dask", "nonsense"],
    ["--output", "a.jsonl", "--jobs", "2"],
    ["--output", "pages/", "--format", "html", "--jobs", "2"],
    ["--output", "labelled/", "--format", "labelled", "--dask", "local"],
]


@pytest.mark.parametrize("options", ONE_PROCESS)
def test_processes_are_refused_for_an_output_that_one_process_writes(run, model, tmp_path, options):
    (tmp_path / "a.txt").write_text(STORY, encoding="utf-8")
    done = run("predict", "a.txt", "--model", model, *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"for {options[-2]}: only one process can write this output" in " ".join(done.stderr.split()).replace(
        "'", ""
    )
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="cores cannot be taken away on this system")
def test_one_process_per_core_works_on_one_core(model, tmp_path, environment):
    (tmp_path / "a.txt").write_text(STORY, encoding="utf-8")
    core = min(os.sched_getaffinity(0))
    done = subprocess.run(
        [sys.executable, "-m", "corestory", "predict", "a.txt", "--model", model, "--output", "out/", "--jobs", "-1"],
        capture_output=True, cwd=tmp_path, env=environment, check=False, timeout=120,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "a.txt.jsonl").is_file()


@pytest.mark.parametrize("name", ["m" * 5000, "m/" * 2500, "m\0"])
def test_a_model_whose_name_cannot_be_one_is_refused_in_one_line(run, tmp_path, name):
    (tmp_path / "a.txt").write_text(STORY, encoding="utf-8")
    done = run("predict", "a.txt", "--model", name)
    assert done.returncode == 2
    assert "no such model" in done.stderr
    assert len(done.stderr) < 600


def test_a_header_of_any_length_is_read(predict, tmp_path):
    (tmp_path / "a.csv").write_text(f"id;text;{'x' * 200_000}\n1;{STORY};\n", encoding="utf-8")
    done = predict("a.csv")
    assert (done.returncode, done.stderr) == (0, "")
    assert [row["text"] for row in rows(done.stdout)] == [STORY]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (pa.timestamp("ms"), 2**60),
        (pa.timestamp("us"), -(2**62)),
        (pa.duration("s"), 2**62),
        (pa.date64(), 2**61),
        (pa.date32(), 2**31 - 1),
        (pa.timestamp("us", "Nowhere/Town"), 0),
    ],
)
def test_a_time_that_python_cannot_hold_costs_nothing_else(predict, tmp_path, kind, value):
    column = pa.array([value, 0], pa.int32() if kind == pa.date32() else pa.int64()).view(kind)
    pq.write_table(pa.table({"id": ["a", "b"], "text": [STORY] * 2, "at": column}), tmp_path / "t.parquet")
    done = predict("t.parquet", "--keep", "at")
    assert done.returncode == 0, done.stderr
    assert [row["article_id"] for row in rows(done.stdout)] == ["a", "b"]


def test_a_date_that_python_can_hold_is_kept_as_such(predict, tmp_path):
    table = pa.table({"id": ["a"], "text": [STORY], "at": [datetime.date(2024, 5, 1)]})
    pq.write_table(table, tmp_path / "t.parquet")
    assert rows(predict("t.parquet", "--keep", "at").stdout)[0]["at"] == "2024-05-01"


@pytest.mark.parametrize(("name", "content"), [("t.jsonl", "\n"), ("t.csv", "id,text\n")])
def test_a_file_without_rows_is_reported(predict, tmp_path, name, content):
    (tmp_path / name).write_text(content, encoding="utf-8")
    done = predict(name)
    assert (done.returncode, done.stderr) == (1, f"refused: {name}: no articles; expected at least one\n")


def refuse_constant(name):
    raise ValueError(name)


@pytest.mark.parametrize("value", ["Infinity", "-Infinity", "NaN", '{"a": [NaN, {"b": Infinity}], "c": 1.5}'])
def test_kept_numbers_that_json_cannot_hold_become_null(predict, tmp_path, value):
    (tmp_path / "a.jsonl").write_text(f'{{"id": "a", "text": "{STORY}", "x": {value}}}\n', encoding="utf-8")
    done = predict("a.jsonl", "--keep", "x")
    (row,) = [json.loads(line, parse_constant=refuse_constant) for line in done.stdout.splitlines()]
    assert row["x"] == ({"a": [None, {"b": None}], "c": 1.5} if value.startswith("{") else None)


@pytest.mark.parametrize("arguments", [["loop"], ["loop/a.txt"], ["."], ["a.txt", "--output", "loop/"], ["*"]])
def test_a_loop_of_links_ends_in_words(predict, tmp_path, arguments):
    (tmp_path / "a.txt").write_text(STORY, encoding="utf-8")
    (tmp_path / "loop").symlink_to(tmp_path / "pool")
    (tmp_path / "pool").symlink_to(tmp_path / "loop")
    done = predict(*arguments)
    assert done.returncode in (0, 1, 2)
    assert "Traceback" not in done.stderr
    if "loop" in arguments[0]:
        assert done.returncode == 1
        assert "loop" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("extra", [[], ["--format", "html"]])
def test_of_two_runs_into_one_folder_at_once_the_folder_is_whole(run, model, tmp_path, environment, extra):
    (tmp_path / "in").mkdir()
    count = 10 if extra else 30  # pages take longer
    for number in range(count):
        (tmp_path / "in" / f"{number}.txt").write_text(f"{STORY}\n" * 20, encoding="utf-8")
    command = [sys.executable, "-m", "corestory", "predict", "in", "--model", str(model), "--output", "out/", *extra]
    options = {"cwd": tmp_path, "env": environment, "stderr": subprocess.PIPE, "stdout": subprocess.PIPE}
    both = [subprocess.Popen(command, **options) for _ in range(2)]
    ends = [process.communicate(timeout=120)[1] for process in both]
    codes = sorted(process.returncode for process in both)
    assert codes in ([0, 0], [0, 2]), ends
    assert not any(b"Traceback" in end for end in ends)
    names = {path.name for path in (tmp_path / "out").iterdir() if not path.name.startswith(".")}
    assert len(names) == count + bool(extra)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
    assert run(*command[3:]).returncode == (2 if extra else 0)


ESCAPE = "\x1b]0;owned\x07\x1b[31m\u202egp.exe"


@pytest.mark.parametrize(
    "arguments",
    [
        ["predict", f"no{ESCAPE}.txt"],
        ["predict", "a.txt", "--output", f"{ESCAPE}/o.xyz"],
        ["predict", "a.txt", "--model", ESCAPE],
        ["evaluate", f"{ESCAPE}.parquet"],
        ["train", f"{ESCAPE}.parquet", "--output", "m"],
        ["prepare", f"{ESCAPE}", "--output", "p.parquet"],
        ["audit", f"{ESCAPE}.parquet"],
        ["threshold", f"{ESCAPE}.parquet", "--best-f1"],
        ["explain", f"{ESCAPE}.txt"],
    ],
)
def test_no_name_steers_the_terminal(run, tmp_path, arguments):
    (tmp_path / "a.txt").write_text(STORY, encoding="utf-8")
    done = run(*arguments)
    assert done.returncode in (1, 2)
    assert not {"\x1b", "\x07", "\u202e"} & set(done.stderr + done.stdout)


@pytest.mark.parametrize("form", ["--version", "-h", "--help"])
def test_version_and_help_are_there(run, form):
    done = run(form)
    assert done.returncode == 0
    assert "corestory" in done.stdout


def test_shell_completion_can_be_installed(run):
    assert "--install-completion" in run("--help").stdout


@pytest.mark.parametrize(
    "command",
    [
        "prepare {} --output p.parquet",
        "train a.parquet --output {}",
        "adapt {} --output m",
        "adapt labels.jsonl --output {}",
        "evaluate {}",
        "audit a.parquet --output {}",
        "threshold a.parquet --min-core-recall 0.9 --save {}",
        "agreement labels.jsonl {}",
        "review --suspects {}",
        "predict a.txt --always-core {}",
    ],
)
@pytest.mark.parametrize("address", ["https://herald.example/ferry", "s3://herald/ferry"])
def test_a_web_address_is_refused_where_only_files_of_this_machine_are_read_and_written(
    run, tmp_path, command, address
):
    done = run(*command.format(address).split())
    assert done.returncode == 2
    expected = "is a URL; expected a file or a folder on this machine"
    assert done.stderr.splitlines()[-1] == f"corestory: {address}: {expected}"
    assert list(tmp_path.iterdir()) == []


def test_a_column_to_keep_that_no_row_of_json_lines_has_is_refused(predict, tmp_path):
    records = [{"id": "a", "text": STORY, "desk": "ports"}, {"id": "b", "text": STORY}]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    done = predict("a.jsonl", "--keep", "dsek")
    assert (done.returncode, done.stdout) == (1, "")
    assert "refused: a.jsonl: no column 'dsek' to keep in any row; the columns are: id, text, desk" in done.stderr
    assert predict("a.jsonl", "--keep", "Desk").returncode == 0


def test_a_column_to_keep_may_come_late_but_not_after_a_thousand_rows(tmp_path):
    for late, expected in (
        (998, []),
        (1000, ["no column 'desk' to keep in the first 1,000 rows; the columns are: id"]),
    ):
        lines = [json.dumps({"id": str(number), "text": "One."}) for number in range(late)]
        lines.append(json.dumps({"id": "late", "text": "One.", "desk": "ports"}))
        (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
        refused = []
        articles = list(read_articles([str(tmp_path / "a.jsonl")], refuse=refused.append, keep=["desk"]))
        assert [error.found.partition(", ")[0] for error in refused] == expected
        assert len(articles) == (0 if expected else late + 1)


def test_the_labels_of_a_labelled_file_are_no_text(predict, tmp_path):
    text = (
        f"site: herald.example\nurl: https://herald.example/1\n\nskip/title: Quay\ncore: {STORY}\nfiller/share: Share\n"
    )
    (tmp_path / "x.labelled.txt").write_text(text, encoding="utf-8")
    found = rows(predict("x.labelled.txt").stdout)
    assert [row["text"] for row in found] == ["Quay", STORY, "Share"]
    assert {row["url"] for row in found} == {"https://herald.example/1"}


def test_a_labelled_file_without_labels_is_refused(predict, tmp_path):
    (tmp_path / "x.labelled.txt").write_text(STORY, encoding="utf-8")
    done = predict("x.labelled.txt")
    assert done.returncode == 1
    assert "x.labelled.txt: no labelled paragraph; expected lines that begin with core:" in done.stderr


def test_the_help_of_predict_and_the_readme_name_every_column(run):
    shown = run("predict", "--help").stdout
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    for column in COLUMNS:
        assert f"{column}:" in shown
        assert f"`{column}`" in readme
