import json

import pytest

from corestory.commands.rejects import LISTED, open_rejects
from corestory.errors import InputError, OutputError


def test_without_a_file_the_first_are_listed_and_the_others_counted(capsys):
    with open_rejects(None, force=False) as rejects:
        for number in range(LISTED + 3):
            rejects.refuse(InputError("is empty", where=f"{number}.txt"))
    assert rejects.count == LISTED + 3
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "refused: 0.txt: is empty"
    assert len(lines) == LISTED + 1
    assert lines[-1].startswith("refused: 3 more")


def test_a_file_gets_every_one_with_its_place_and_reason(tmp_path, capsys):
    path = tmp_path / "new" / "rejects.jsonl"
    with open_rejects(path, force=False) as rejects:
        rejects.refuse(InputError("'x'\x00", where="a\udce9.csv, row 3", expected="a number", mend="Mend it."))
        rejects.refuse(InputError("is empty"))
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert rows == [
        {"where": "a\ufffd.csv, row 3", "reason": "'x'\x00; expected a number. Mend it."},
        {"where": "", "reason": "is empty"},
    ]
    assert capsys.readouterr().err == f"refused: 2; the reasons are in {path}\n"


def test_a_file_is_there_even_if_nothing_was_refused(tmp_path, capsys):
    with open_rejects(tmp_path / "r.jsonl", force=False):
        pass
    assert (tmp_path / "r.jsonl").read_bytes() == b""
    assert capsys.readouterr().err == ""


def test_an_existing_file_is_kept_unless_forced(tmp_path):
    path = tmp_path / "r.jsonl"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(OutputError, match="exists"), open_rejects(path, force=False):
        pass
    assert path.read_text(encoding="utf-8") == "old"
    with open_rejects(path, force=True):
        pass
    assert path.read_text(encoding="utf-8") == ""


def test_after_an_interruption_there_is_no_file(tmp_path):
    def interrupted():
        with open_rejects(tmp_path / "r.jsonl", force=False) as rejects:
            rejects.refuse(InputError("is empty"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []
