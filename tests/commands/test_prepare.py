import os
import signal
import subprocess
import sys
import time

import pyarrow.parquet as pq
import pytest

from corestory.commands.app import main


@pytest.fixture
def corpus(tmp_path):
    folder = tmp_path / "corpus"
    folder.mkdir()
    for number in range(6):
        story = f"The ferry sailed at {number}, two hours late."
        (folder / f"{number}.html").write_text(f"<nav>News</nav><p>{story}</p><p>Read more</p>", encoding="utf-8")
        (folder / f"{number}.txt").write_text(story, encoding="utf-8")
        (folder / f"{number}.url").write_text(f"https://site-{number}.example/a", encoding="utf-8")
    return folder


def run(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["corestory", "prepare", *map(str, arguments)])
    with pytest.raises(SystemExit) as caught:
        main()
    return caught.value.code


def test_prepare_writes_the_table_and_says_on_stderr_what_it_did(monkeypatch, capsys, corpus, tmp_path):
    output = tmp_path / "new" / "p.parquet"
    assert run(monkeypatch, corpus, "--output", output, "--views", "page,lines") == 0
    assert pq.read_table(output).num_rows == 36
    said = capsys.readouterr()
    assert said.out == ""
    for words in (
        "corpus",
        "What was read",
        "Paragraphs of each class",
        "train",
        "page 6, lines 6",
        "36 paragraphs in",
    ):
        assert words in said.err


def test_a_table_of_one_site_is_split_by_article_and_prepare_says_so(monkeypatch, capsys, corpus, tmp_path):
    output = tmp_path / "p.parquet"
    assert run(monkeypatch, corpus, "--output", output) == 0
    assert "Split by article" not in capsys.readouterr().err
    for number in range(6):
        (corpus / f"{number}.url").write_text(f"https://herald.example/{number}", encoding="utf-8")
    assert run(monkeypatch, corpus, "--output", output, "--force") == 0
    assert "Split by article, not by site: there are fewer than three sites" in capsys.readouterr().err
    assert set(pq.read_table(output)["split"].to_pylist()) == {"train", "validation", "test"}


def test_what_was_refused_is_listed_and_the_exit_code_is_1(monkeypatch, capsys, corpus, tmp_path):
    (corpus / "0.txt").write_text("", encoding="utf-8")
    output = tmp_path / "p.parquet"
    assert run(monkeypatch, corpus, "--output", output) == 1
    assert output.is_file()
    error = capsys.readouterr().err
    assert f"refused: {corpus / '0.txt'}: " in error
    assert "Traceback" not in error


def test_a_long_list_of_refused_is_cut_and_counted(monkeypatch, capsys, corpus, tmp_path):
    for number in range(23):
        (corpus / f"lost-{number:02}.txt").write_text("A story without its page.", encoding="utf-8")
    assert run(monkeypatch, corpus, "--output", tmp_path / "p.parquet") == 1
    error = capsys.readouterr().err
    assert error.count("lost-") == 20
    assert "refused: 3 more" in error


CANNOT_RUN = {
    "source missing": (["nowhere"], "no such file or folder"),
    "source empty": (["."], "folder with nothing to read"),
    "view unknown": (["corpus", "--views", "pages"], "view 'pages'"),
    "table without label": (["t.csv"], "no column label"),
    "labels of one name": (["corpus", "--core-label", "x", "--filler-label", "x"], "both labels"),
    "output is there": (["corpus", "--output", "t.csv"], "t.csv"),
    "output is a folder": (["corpus", "--output", "corpus", "--force"], "corpus"),
}


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize("case", CANNOT_RUN)
def test_what_cannot_run_says_why_in_one_line_and_exits_with_2(monkeypatch, capsys, tmp_path, case):
    arguments, message = CANNOT_RUN[case]
    (tmp_path / "t.csv").write_text("text\nOne\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    if "--output" not in arguments:
        arguments = [*arguments, "--output", "p.parquet"]
    assert run(monkeypatch, *arguments) == 2
    error = capsys.readouterr().err
    assert error.startswith("corestory: ")
    assert message in error
    assert error.count("\n") == 1
    assert sorted(tmp_path.rglob("*")) == before


def test_force_replaces_the_output(monkeypatch, corpus, tmp_path):
    output = tmp_path / "p.parquet"
    output.write_text("old", encoding="utf-8")
    assert run(monkeypatch, corpus, "--output", output, "--force") == 0
    assert pq.read_table(output).num_rows > 0


def test_the_same_sources_and_seed_give_the_same_bytes(monkeypatch, corpus, tmp_path):
    for name, jobs in (("a", 1), ("b", 2)):
        assert run(monkeypatch, corpus, "--output", tmp_path / f"{name}.parquet", "--jobs", jobs) == 0
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


def test_a_wrong_option_is_a_usage_error(monkeypatch, capsys):
    assert run(monkeypatch, "x", "--colour", "red") == 2
    assert "No such option" in capsys.readouterr().err


def environment():
    return os.environ | {"COLUMNS": "200", "TERM": "dumb", "NO_COLOR": "1"}


@pytest.mark.slow
def test_an_interruption_leaves_no_output_and_no_traceback(corpus, tmp_path):
    # Enough pages that the command is still at work when the signal comes.
    page = (corpus / "0.html").read_text(encoding="utf-8")
    for number in range(3000):
        (corpus / f"more-{number}.html").write_text(page, encoding="utf-8")
        (corpus / f"more-{number}.txt").write_text(f"The ferry sailed at 0, {number} hours late.", encoding="utf-8")
    output = tmp_path / "out" / "p.parquet"
    command = [sys.executable, "-m", "corestory", "prepare", str(corpus), "--output", str(output)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment())
    until = time.monotonic() + 30
    while not list(tmp_path.glob("out/*")) and not list(tmp_path.glob("out/.*")) and time.monotonic() < until:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in error
    assert list((tmp_path / "out").iterdir()) == []


def test_an_interruption_within_code_given_as_a_string_ends_with_the_same_exit_code(tmp_path):
    (tmp_path / "interrupted.py").write_text(
        "import runpy\nfrom corestory.commands import app\n"
        "app.command_line = lambda _: lambda **_: exec('raise KeyboardInterrupt')\n"
        "runpy.run_module('corestory', run_name='__main__')\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "interrupted"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, env=environment())
    assert (done.returncode, done.stderr) == (130, "")


def test_a_table_is_parquet_and_not_named_otherwise(monkeypatch, capsys, corpus, tmp_path):
    assert run(monkeypatch, corpus, "--output", tmp_path / "my.csv") == 2
    assert "my.csv: a name that ends in .csv; expected one that ends in .parquet" in capsys.readouterr().err
    assert not (tmp_path / "my.csv").exists()
