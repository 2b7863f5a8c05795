import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from contextlib import suppress

import pytest

from commands.articles import MORE, PLUG, STORY, TEXT, command, endless_jsonl, jsonl, rows


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
