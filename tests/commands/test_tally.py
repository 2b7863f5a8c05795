from pathlib import Path

from corestory.commands.rejects import LISTED, Rejects
from corestory.commands.tally import Tally
from corestory.errors import InputError
from corestory.jobs.fingerprint import Fingerprint
from corestory.jobs.items import Item
from corestory.jobs.ledger import Ledger
from corestory.jobs.outcome import Outcome
from corestory.jobs.records import Counts, Record
from corestory.jobs.refusals import refusal_line

ITEM = Item(Path("in/a.txt"), "a.txt.jsonl")
LINE = refusal_line(InputError("is empty", where="a.txt"))


def test_what_was_done_what_was_skipped_and_the_doubts_are_told(tmp_path, capsys):
    tally = Tally(Rejects(None), Ledger(tmp_path))
    tally.hear(Outcome(ITEM, Counts(1_000, 20_000, 3, 0)))
    tally.skip(ITEM, Record("", Fingerprint(0, 0, ""), None, Counts(10, 20, 1, 0)))
    tally.tell()
    said = capsys.readouterr().err.splitlines()
    assert said[0].startswith("tagged: 1 file, 1,000 articles, 20,000 paragraphs in ")
    assert said[1] == "skipped: 1 file done already, 10 articles"
    assert said[2].startswith("low confidence, ")
    assert said[2].endswith(": 4 of 1,010 articles")


def test_refusals_are_listed_up_to_a_number_and_all_counted(tmp_path, capsys):
    tally = Tally(Rejects(None), Ledger(tmp_path))
    for _ in range(3):
        tally.hear(Outcome(ITEM, Counts(refused=1_000), (LINE,) * LISTED))
    tally.tell()
    said = capsys.readouterr().err
    assert said.count("refused: a.txt: is empty\n") == LISTED
    assert f"refused: {3_000 - LISTED:,} more" in said


def test_where_they_go_to_a_file_nothing_is_listed(tmp_path, capsys):
    tally = Tally(None, Ledger(tmp_path))
    tally.refuse(InputError("is empty"))
    tally.hear(Outcome(ITEM, Counts(refused=1), (LINE,), "is empty"))
    tally.tell()
    assert "refused" not in capsys.readouterr().err
    assert tally.failed == {ITEM.name: (LINE,)}
