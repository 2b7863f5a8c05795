import io
import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.commands.folders import RunSummary
from corestory.commands.messages import (
    NOTES_LISTED,
    REFUSALS_LISTED,
    ProgressBar,
    Refusals,
    open_refusals,
    progress_bar,
    say,
)
from corestory.errors import InputError, OutputError
from corestory.jobs.items import Fingerprint, Item
from corestory.jobs.job import Outcome, refusal_line
from corestory.jobs.ledger import Ledger, Record
from corestory.model.tagged_article import Counts
from corestory.rendering import printable

OVERRIDES = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_text_for_a_terminal_keeps_its_length_and_all_but_control_characters(text):
    shown = printable(text)
    assert len(shown) == len(text)
    for before, after in zip(text, shown, strict=True):
        steers = (ord(before) < 32 and before not in "\n\t") or 127 <= ord(before) < 160 or before in OVERRIDES
        assert after == ("\ufffd" if steers else before)


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


ITEM = Item(Path("in/a.txt"), "a.txt.jsonl")
LINE = refusal_line(InputError("is empty", where="a.txt"))


def test_what_was_done_what_was_skipped_and_the_doubts_are_told(tmp_path, capsys):
    summary = RunSummary(Refusals(None), Ledger(tmp_path), ProgressBar())
    summary.add(Outcome(ITEM, Counts(1_000, 20_000, 3, 0)))
    summary.skip(ITEM, Record("", Fingerprint(0, 0, ""), None, Counts(10, 20, 1, 0)))
    summary.say()
    said = capsys.readouterr().err.splitlines()
    assert said[0].startswith("tagged: 1 file, 1,000 articles, 20,000 paragraphs in ")
    assert said[1] == "skipped: 1 file, 10 articles, which an earlier run has tagged"
    assert said[2].startswith("low confidence, ")
    assert said[2].endswith(": 4 of 1,010 articles")


def test_refusals_are_listed_up_to_a_number_and_all_counted(tmp_path, capsys):
    summary = RunSummary(Refusals(None), Ledger(tmp_path), ProgressBar())
    for _ in range(3):
        summary.add(Outcome(ITEM, Counts(refused=1_000), (LINE,) * REFUSALS_LISTED))
    summary.say()
    said = capsys.readouterr().err
    assert said.count("refused: a.txt: is empty\n") == REFUSALS_LISTED
    assert f"refused: {3_000 - REFUSALS_LISTED:,} more" in said


def test_where_they_go_to_a_file_nothing_is_listed(tmp_path, capsys):
    summary = RunSummary(None, Ledger(tmp_path), ProgressBar())
    summary.refuse(InputError("is empty"))
    summary.add(Outcome(ITEM, Counts(refused=1), (LINE,), "is empty"))
    summary.say()
    assert "refused" not in capsys.readouterr().err
    assert summary.failed == {ITEM.name: (LINE,)}


def test_notes_of_the_reader_are_said_up_to_a_number_and_the_others_counted(tmp_path, capsys):
    summary = RunSummary(Refusals(None), Ledger(tmp_path), ProgressBar())
    for number in range(NOTES_LISTED):
        notes = (f"a{number}.txt: 1 character could not be decoded", f"b{number}.txt: is repaired")
        summary.add(Outcome(ITEM, Counts(1), notes=notes))
    summary.say()
    said = capsys.readouterr().err
    assert said.count("could not be decoded\n") == said.count("is repaired\n") == NOTES_LISTED / 2
    assert f"{NOTES_LISTED:,} more notes on single files" in said
