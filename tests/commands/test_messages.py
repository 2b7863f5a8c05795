import io
import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.commands.messages import REFUSALS_LISTED, PrintableStream, open_refusals, progress_bar, say
from corestory.errors import InputError, OutputError
from corestory.rendering import printable

OVERRIDES = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_text_for_a_terminal_keeps_its_length_and_all_but_control_characters(text):
    shown = printable(text)
    assert len(shown) == len(text)
    for before, after in zip(text, shown, strict=True):
        steers = (ord(before) < 32 and before not in "\n\t") or 127 <= ord(before) < 160 or before in OVERRIDES
        assert after == ("\ufffd" if steers else before)


def test_a_stream_to_a_terminal_sends_no_control_characters():
    terminal = io.BytesIO()
    stream = PrintableStream(terminal)
    data = "été\x1b[2J\x9b1m\n".encode()
    assert stream.write(data) == len(data)
    stream.flush()
    assert terminal.getvalue().decode() == "été\ufffd[2J\ufffd1m\n"


def test_what_is_said_goes_to_the_standard_error_in_one_harmless_line(capsys):
    say("caf\udce9\x1b[31m.txt")
    assert capsys.readouterr() == ("", "caf\ufffd\ufffd[31m.txt\n")


def test_without_a_file_the_first_are_listed_and_the_others_counted(capsys):
    with open_refusals(None, force=False) as refusals:
        for number in range(REFUSALS_LISTED + 3):
            refusals.refuse(InputError("is empty", where=f"{number}.txt"))
    assert refusals.count == REFUSALS_LISTED + 3
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "refused: 0.txt: is empty"
    assert len(lines) == REFUSALS_LISTED + 1
    assert lines[-1].startswith("refused: 3 more")


def test_a_file_gets_every_one_with_its_place_and_reason(tmp_path, capsys):
    path = tmp_path / "new" / "rejects.jsonl"
    with open_refusals(path, force=False) as refusals:
        refusals.refuse(InputError("'x'\x00", where="a\udce9.csv, row 3", expected="a number", hint="Mend it."))
        refusals.refuse(InputError("is empty"))
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert rows == [
        {"where": "a\ufffd.csv, row 3", "reason": "'x'\x00; expected a number. Mend it."},
        {"where": "", "reason": "is empty"},
    ]
    assert capsys.readouterr().err == f"refused: 2; the reasons are in {path}\n"


def test_a_file_is_there_even_if_nothing_was_refused(tmp_path, capsys):
    with open_refusals(tmp_path / "r.jsonl", force=False):
        pass
    assert (tmp_path / "r.jsonl").read_bytes() == b""
    assert capsys.readouterr().err == ""


def test_an_existing_file_is_kept_unless_forced(tmp_path):
    path = tmp_path / "r.jsonl"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(OutputError, match="exists"), open_refusals(path, force=False):
        pass
    assert path.read_text(encoding="utf-8") == "old"
    with open_refusals(path, force=True):
        pass
    assert path.read_text(encoding="utf-8") == ""


def test_after_an_interruption_there_is_no_file(tmp_path):
    def interrupted():
        with open_refusals(tmp_path / "r.jsonl", force=False) as refusals:
            refusals.refuse(InputError("is empty"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def terminal_settings(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")


def shown(monkeypatch, *update):
    """Run a bar on a terminal with one update; return what the terminal shows before it and after it."""
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    with progress_bar() as bar:
        assert bar.shown
        before = terminal.getvalue()
        bar.update(*update)
    return before, terminal.getvalue()


def test_a_terminal_is_shown_the_share_that_is_done(monkeypatch):
    before, after = shown(monkeypatch, "2,000 articles, 5 a second", 100, 400)
    assert before == ""
    assert "25%" in after
    assert "2,000 articles, 5 a second" in after


def test_without_a_total_the_text_is_shown(monkeypatch):
    assert "300 articles" in shown(monkeypatch, "300 articles", 300)[1]


def test_a_name_on_the_bar_cannot_steer_the_terminal(monkeypatch):
    _, after = shown(monkeypatch, "[red]\x1b]0;title\x07", 1, 2)
    assert "[red]" in after
    assert "\x1b]0;" not in after


def test_a_standard_error_that_is_no_terminal_shows_nothing(capsys):
    with progress_bar() as bar:
        assert not bar.shown
        bar.update("300 articles", 300)
    assert capsys.readouterr().err == ""
