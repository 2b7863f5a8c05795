import csv
import fcntl
import gzip
import io
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from commands.articles import COLUMNS, MORE, PAGE, PLUG, STORY, TEXT, command, endless_jsonl, jsonl, rows
from corestory.model.storage import save_model
from corestory.output.formats import ENDINGS


def test_in_a_pipe_the_paragraphs_come_as_json_lines(predict):
    done = predict("a.txt")
    assert (done.returncode, done.stderr) == (0, "")
    found = rows(done.stdout)
    assert [list(row) for row in found] == [COLUMNS] * 3
    assert [(row["article_id"], row["position"], row["text"], row["label"]) for row in found] == [
        ("a.txt", 0, STORY, "core"),
        ("a.txt", 1, PLUG, "filler"),
        ("a.txt", 2, MORE, "core"),
    ]
    assert all(0 <= row["score"] <= 1 for row in found)


def test_only_core_prints_the_story_and_nothing_else(predict, tmp_path):
    (tmp_path / "b.txt").write_text(TEXT, encoding="utf-8")
    assert predict("a.txt", "--only", "core").stdout == f"{STORY}\n{MORE}\n"
    assert predict("a.txt", "b.txt", "--only", "core").stdout == f"{STORY}\n{MORE}\n\n{STORY}\n{MORE}\n"


def test_every_format_holds_the_same_rows(predict, tmp_path):
    expected = rows(predict("a.txt").stdout)
    found = list(csv.DictReader(io.StringIO(predict("a.txt", "--format", "csv").stdout, newline="")))
    assert [row["text"] for row in found] == [row["text"] for row in expected]
    assert [float(row["score"]) for row in found] == [row["score"] for row in expected]
    assert predict("a.txt", "--output", "a.parquet").stdout == ""
    assert pq.read_table(tmp_path / "a.parquet").to_pylist() == expected
    text = predict("a.txt", "--format", "text").stdout
    assert text.splitlines()[0] == "# a.txt"
    assert [line.split("\t")[0] for line in text.splitlines()[1:]] == ["core", "filler", "core"]


@pytest.mark.parametrize("name", ["o.txt", "o.jsonl", "o.ndjson", "o.csv", "O.JSONL"])
def test_the_name_of_the_output_tells_its_format(predict, tmp_path, name):
    form = ENDINGS[Path(name).suffix.lower()]
    assert predict("a.txt", "--output", name).returncode == 0
    assert (tmp_path / name).read_text(encoding="utf-8") == predict("a.txt", "--format", form).stdout


def test_the_story_alone_may_go_to_a_file_without_an_ending_and_as_text_to_any(predict, tmp_path):
    assert predict("a.txt", "--only", "core", "--output", "new/story").returncode == 0
    assert predict("a.txt", "--only", "core", "--format", "text", "--output", "new/story.core").returncode == 0
    for name in ("story", "story.core"):
        assert (tmp_path / "new" / name).read_text(encoding="utf-8") == f"{STORY}\n{MORE}\n"


def test_a_dash_as_output_is_the_standard_output(predict, tmp_path):
    assert predict("a.txt", "--output", "-").stdout == predict("a.txt").stdout
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_articles_come_in_the_order_given_with_their_address(predict, tmp_path):
    (tmp_path / "p.html.gz").write_bytes(gzip.compress(PAGE.encode()))
    many = [{"id": f"n{number}", "text": TEXT, "url": f"https://x.example/{number}"} for number in range(300)]
    jsonl(tmp_path / "n.jsonl", *many)
    found = rows(predict("p.html.gz", "n.jsonl", "a.txt").stdout)
    expected = ["p.html.gz", *(record["id"] for record in many), "a.txt"]
    assert list(dict.fromkeys(row["article_id"] for row in found)) == expected
    assert [row["position"] for row in found] == [0, 1, 2] * 302
    assert [row["text"] for row in found] == [STORY, PLUG, MORE] * 302
    assert found[3]["url"] == "https://x.example/0"


def test_a_threshold_of_0_keeps_everything_and_higher_ones_keep_less(predict):
    assert [row["label"] for row in rows(predict("a.txt", "--threshold", "0").stdout)] == ["core"] * 3
    least = min(row["score"] for row in rows(predict("a.txt").stdout))
    labels = [row["label"] for row in rows(predict("a.txt", "--threshold", least + 0.001).stdout)]
    assert "filler" in labels


@pytest.mark.parametrize("threshold", ["nan", "1.5", "-0.1", "high"])
def test_a_threshold_that_is_no_probability_is_a_usage_error(predict, threshold):
    done = predict("a.txt", f"--threshold={threshold}")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--threshold" in done.stderr


CANNOT_RUN = {
    "output is there": (["--output", "there.jsonl"], "there.jsonl: exists already"),
    "output is a folder that is read": ([".", "--output", "./", "--format", "csv"], "is also a folder of the input"),
    "output of unknown format": (["--output", "o.docx"], "'.docx'"),
    "output of no format": (["--output", "story"], "or write to a folder: story/"),
    "output of another format": (
        ["--output", "o.jsonl", "--format", "csv"],
        "the ending of this name means jsonl, but --format is",
    ),
    "output named as a page": (
        ["--output", "o.html", "--format", "jsonl"],
        "the ending of this name means html, but --format is",
    ),
    "output compressed": (
        ["--output", "o.txt.gz", "--only", "core"],
        "o.txt.gz: corestory does not write compressed files",
    ),
    "rejects are there": (["--rejects", "there.jsonl"], "there.jsonl: exists already"),
    "rejects are the output": (["--output", "o.jsonl", "--rejects", "./o.jsonl"], "the same file"),
    "model missing": (["--model", "nowhere"], "nowhere: no such model"),
    "model is a folder of something else": (["--model", "folder"], "folder"),
}


@pytest.mark.parametrize("case", CANNOT_RUN)
def test_what_cannot_run_says_why_in_one_line_and_leaves_all_as_it_was(predict, tmp_path, case):
    arguments, message = CANNOT_RUN[case]
    (tmp_path / "there.jsonl").write_text("old", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    before = sorted(tmp_path.rglob("*"))
    done = predict("a.txt", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("corestory: ")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "there.jsonl").read_text(encoding="utf-8") == "old"


def test_force_replaces_output_and_rejects(predict, tmp_path):
    for name in ("o.jsonl", "r.jsonl"):
        (tmp_path / name).write_text("old", encoding="utf-8")
    assert predict("a.txt", "--output", "o.jsonl", "--rejects", "r.jsonl", "--force").returncode == 0
    assert len(rows((tmp_path / "o.jsonl").read_text(encoding="utf-8"))) == 3
    assert (tmp_path / "r.jsonl").read_bytes() == b""


def test_where_nothing_could_be_tagged_the_old_output_stays(predict, tmp_path):
    (tmp_path / "o.jsonl").write_text("old", encoding="utf-8")
    done = predict("missing.txt", "--output", "o.jsonl", "--rejects", "r.jsonl", "--force")
    assert done.returncode == 1
    assert (tmp_path / "o.jsonl").read_text(encoding="utf-8") == "old"
    assert len(rows((tmp_path / "r.jsonl").read_text(encoding="utf-8"))) == 1


@pytest.mark.parametrize(("count", "lines"), [(1, 1), (5, 5), (6, 6), (600, 6)])
def test_articles_of_low_confidence_are_named_up_to_five_and_then_counted(run, tagger, tmp_path, count, lines):
    settings = msgspec.structs.replace(tagger.settings, confidence_measured=(0.25, 0.25))
    save_model(replace(tagger, settings=settings), tmp_path / "doubtful", card="# Of low confidence")
    jsonl(tmp_path / "n.jsonl", *({"id": f"n{number}", "text": "x"} for number in range(count)))
    done = run("predict", "n.jsonl", "--model", "doubtful")
    assert done.returncode == 0
    said = done.stderr.splitlines()
    assert len(said) == lines
    assert said[0].startswith("n0: low confidence (0.25), ")
    if count > 5:
        assert said[-1].startswith("low confidence")
        assert f" {count - 5} more of {count} articles" in said[-1]


def in_turn(model, *many):
    """Give the command that runs one process for several commands, with each exit code on a line of its own."""
    code = (
        f"import sys\nfrom corestory.commands.app import main\nfor arguments in {[list(one) for one in many]}:\n"
        f"    sys.argv = ['corestory', 'predict', '--model', {str(model)!r}, *arguments]\n    try:\n        main()\n"
        "    except SystemExit as end:\n        print(f'exit code {end.code or 0}', flush=True)\n"
    )
    return [sys.executable, "-c", code]


def at_a_terminal(arguments, tmp_path, environment, *, columns=72, term="dumb"):
    """Run with a terminal for standard input, output and error, and give the exit code and what it shows."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, columns, 0, 0))
    environment = {name: value for name, value in environment.items() if name != "COLUMNS"} | {"TERM": term}
    ends = {"stdin": theirs, "stdout": theirs, "stderr": theirs}
    with subprocess.Popen(arguments, cwd=tmp_path, env=environment, **ends) as process:
        os.close(theirs)
        shown = b""
        with suppress(OSError), os.fdopen(ours, "rb", buffering=0) as terminal:  # Linux ends a terminal with an error
            while piece := terminal.read(4096):
                shown += piece
    return process.returncode, shown.decode().replace("\r\n", "\n")


def test_a_terminal_shows_the_article_annotated_in_its_width(model, tmp_path, environment):
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    code, shown = at_a_terminal(command("--model", model, "a.txt"), tmp_path, environment, term="xterm")
    assert code == 0
    assert f"\x1b[2m{PLUG}" in shown, "filler is dimmed"
    lines = re.sub(r"\x1b\[\d*m", "", shown).splitlines()
    assert lines[0].startswith("a.txt: 2 of 3 core, ✗ filler, confidence ")
    assert re.fullmatch(r"  [01]\.\d\d ┃ The lugger left .*", lines[1])
    assert lines[2].startswith("       ┃ ")
    assert any(line.startswith("✗") and line.endswith(f"┊ {PLUG}") for line in lines)
    assert max(map(len, lines)) <= 72


def test_no_control_character_of_an_article_reaches_a_terminal(model, tmp_path, environment):
    jsonl(tmp_path / "h.jsonl", {"id": "h\x1b[31m", "paragraphs": [f"{STORY}\x1b[2J\x9b1m\x07"]})
    ways = [[], ["--only", "core"], ["--format", "text"], ["--format", "csv"]]
    arguments = in_turn(model, *(["h.jsonl", *way] for way in ways))
    code, shown = at_a_terminal(arguments, tmp_path, environment)
    assert (code, shown.count("exit code 0\n")) == (0, 4)
    assert all("lugger" in one for one in shown.split("exit code 0\n")[:-1])
    assert not {"\x1b", "\x9b", "\x07"} & set(shown)


def test_only_the_story_is_shown_and_parquet_and_a_terminal_as_input_are_refused(model, tmp_path, environment):
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    arguments = in_turn(model, ["a.txt", "--only", "core"], ["a.txt", "--format", "parquet"], ["-"])
    _, shown = at_a_terminal(arguments, tmp_path, environment)
    story, parquet, standard_input, rest = re.split(r"exit code \d\n", shown)
    assert re.findall(r"exit code (\d)\n", shown) == ["0", "2", "1"]
    assert (story, rest) == (f"{STORY}\n{MORE}\n", "")
    assert parquet.startswith("corestory: Parquet cannot be shown on a terminal. Give --output FILE.parquet")
    assert standard_input == "refused: standard input: is a terminal; expected text. Pipe an article into it.\n"


@pytest.mark.slow
@pytest.mark.parametrize(("count", "moves"), [(20, False), (2000, True)])
def test_many_articles_are_counted_at_a_terminal_while_they_go_to_a_file(model, tmp_path, environment, count, moves):
    endless_jsonl(tmp_path, count)
    arguments = command("--model", model, "endless.jsonl", "--output", "o.jsonl")
    code, shown = at_a_terminal(arguments, tmp_path, environment, term="xterm")
    assert code == 0
    assert (" articles" in shown) == moves
    assert len(rows((tmp_path / "o.jsonl").read_text(encoding="utf-8"))) == 3 * count


THREE = f"{STORY}\nREAD MORE: lugger sold\n{MORE}\n"


def kept_rows(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_columns_are_kept_by_article_and_by_paragraph(predict, tmp_path):
    jsonl(tmp_path / "a.jsonl", {"id": "a", "text": THREE, "Desk": {"name": "ports"}}, {"id": "b", "text": MORE})
    predict("a.jsonl", "--output", "out/", "--keep", "desk")
    assert [row["desk"] for row in kept_rows(tmp_path / "out" / "a.jsonl")] == [{"name": "ports"}] * 3 + [None]
    (tmp_path / "t.csv").write_text("id,position,text,mark\nx,1,Two.,2\nx,0,One.,1\nx,2,,3\n", encoding="utf-8")
    predict("t.csv", "--output", "t.out.csv", "--keep", "Mark")
    with (tmp_path / "t.out.csv").open(newline="", encoding="utf-8") as file:
        assert [(row["text"], row["Mark"]) for row in csv.DictReader(file)] == [("One.", "1"), ("Two.", "2")]


def test_kept_columns_of_parquet_keep_their_types(predict, tmp_path):
    table = pa.table(
        {
            "id": ["a", "b"],
            "text": [MORE, STORY],
            "views": pa.array([7, None], pa.int64()),
            "tags": pa.array([["x"], []], pa.list_(pa.string())),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    keep = ["--keep", "views", "--keep", "tags"]
    assert predict("a.parquet", "--output", "out/", "--format", "parquet", *keep).returncode == 0
    found = pq.read_table(tmp_path / "out" / "a.parquet")
    assert found.select(["views", "tags"]).equals(table.select(["views", "tags"]))
    predict("a.parquet", "--output", "json/", *keep)
    assert [(row["views"], row["tags"]) for row in kept_rows(tmp_path / "json" / "a.parquet.jsonl")] == [
        (7, ["x"]),
        (None, []),
    ]


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_what_has_no_columns_has_nothing_to_keep(predict, tmp_path, form):
    (tmp_path / "a.txt").write_text(THREE, encoding="utf-8")
    assert predict("a.txt", "--output", "out/", "--format", form, "--keep", "desk").returncode == 0


UNSUITED = [
    (["--keep", "score"], "the output already has a column 'score'"),
    (["--keep", "words_core", "--rows", "article"], "the output already has a column 'words_core'"),
    (["--keep", "a", "--keep", " A"], "' A' is given twice"),
    (["--keep", ""], "the name of the column is empty"),
    *((["--keep", "a", "--format", form], f"{form} has no columns") for form in ("text", "html", "markdown")),
    *((["--rows", "article", "--format", form], f"{form} has no rows") for form in ("text", "html", "labelled")),
    (["--rows", "span", "--format", "markdown"], "markdown has no rows"),
    (["--rows", "article", "--only", "filler"], "leave out --only filler"),
    (["--rows", "article", "--kinds"], "rows of articles have no kinds"),
    (["--format", "labelled", "--only", "core"], "leave out --only"),
    (["--format", "labelled", "--drop-kinds", "legal"], "leave out --only"),
    (["--format", "labelled", "-o", "memory://x/labels/"], "labelled files cannot be written to a URL"),
    (["--format", "markdown", "--only", "filler"], "the format markdown contains only the story"),
]


@pytest.mark.parametrize(("arguments", "message"), UNSUITED)
def test_options_that_do_not_suit_each_other_are_a_usage_error(predict, arguments, message):
    done = predict("a.txt", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in " ".join(done.stderr.replace("│", "").split())
