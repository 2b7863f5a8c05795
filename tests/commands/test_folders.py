from pathlib import Path

from corestory.commands.folders import RunSummary
from corestory.commands.messages import NOTES_LISTED, REFUSALS_LISTED, ProgressBar, Refusals
from corestory.errors import InputError
from corestory.jobs.items import Fingerprint, Item
from corestory.jobs.job import Counts, Outcome, refusal_line
from corestory.jobs.ledger import Ledger, Record

ITEM = Item(Path("in/a.txt"), "a.txt.jsonl")
LINE = refusal_line(InputError("is empty", where="a.txt"))


def test_what_was_done_what_was_skipped_and_the_doubts_are_told(tmp_path, capsys):
    summary = RunSummary(Refusals(None), Ledger(tmp_path), ProgressBar())
    summary.add(Outcome(ITEM, Counts(1_000, 20_000, 3, 0)))
    summary.skip(ITEM, Record("", Fingerprint(0, 0, ""), None, Counts(10, 20, 1, 0)))
    summary.say()
    said = capsys.readouterr().err.splitlines()
    assert said[0].startswith("tagged: 1 file, 1,000 articles, 20,000 paragraphs in ")
    assert said[1] == "skipped: 1 file done already, 10 articles"
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
