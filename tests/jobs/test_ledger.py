import json
import os

import pytest

from corestory.errors import OutputError
from corestory.jobs.items import Item, fingerprint
from corestory.jobs.ledger import Ledger
from corestory.model.tagged_article import Counts


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path / "out")


@pytest.fixture
def item(tmp_path):
    (tmp_path / "a.txt").write_text("The quay opened.", encoding="utf-8")
    return Item(tmp_path / "a.txt", "x/a.txt.jsonl")


def commit(ledger, item, content="{}", *, made_by="0", refused=None):
    with ledger.opened():
        source = fingerprint(item.source)
        partial = None
        if content is not None:
            partial = ledger.partial(item)
            partial.write_text(content, encoding="utf-8")
        ledger.commit(item, partial, made_by=made_by, source=source, counts=Counts(1, 2, 3, 4), refused=refused)


def test_what_is_committed_is_done(ledger, item):
    assert ledger.done(item, made_by="0") is None
    commit(ledger, item)
    assert ledger.output(item).read_text(encoding="utf-8") == "{}"
    record = ledger.done(item, made_by="0")
    assert record is not None
    assert record == ledger.record(item)
    assert record.counts == Counts(1, 2, 3, 4)
    assert ledger.done(item, made_by="1") is None


def test_a_copied_folder_needs_no_work(ledger, item):
    commit(ledger, item)
    os.utime(ledger.output(item), (0, 0))
    os.utime(item.source, (0, 0))
    assert ledger.done(item, made_by="0") is not None


def test_what_was_replaced_by_as_many_bytes_is_noticed(ledger, item):
    commit(ledger, item)
    ledger.output(item).write_text("[]", encoding="utf-8")
    os.utime(ledger.output(item), (0, 0))
    assert ledger.done(item, made_by="0") is None


def test_nothing_in_a_file_is_an_outcome_too_and_takes_an_older_output_away(ledger, item):
    commit(ledger, item)
    commit(ledger, item, None)
    assert not ledger.output(item).exists()
    assert ledger.done(item, made_by="0") is not None
    commit(ledger, item)
    assert ledger.output(item).exists()


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b"{}", b'{"made_by": "0", "source": {"bytes": 1}}', b"\0", b'{"made_by": "\xff']
)
def test_a_damaged_record_means_that_it_is_to_be_done_and_not_that_it_is_foreign(ledger, item, damage):
    commit(ledger, item)
    (path,) = (ledger.folder / ".corestory" / "records").rglob("*.json")
    path.write_bytes(damage)
    assert ledger.done(item, made_by="0") is None
    assert not ledger.is_foreign(item)


def test_between_the_record_and_the_output_a_kill_leaves_work_to_do_but_nothing_foreign(ledger, item, monkeypatch):
    commit(ledger, item, "old")
    item.source.write_text("The quay closed.", encoding="utf-8")
    replace = type(item.source).replace

    def killed(path, target):
        if path.suffix == ".jsonl":
            raise KeyboardInterrupt
        return replace(path, target)

    monkeypatch.setattr(type(item.source), "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        commit(ledger, item, "new")
    assert ledger.output(item).read_text(encoding="utf-8") == "old"
    assert ledger.done(item, made_by="0") is None
    assert not ledger.is_foreign(item)


def test_a_file_of_somebody_else_is_foreign(ledger, item):
    assert not ledger.is_foreign(item)
    ledger.output(item).parent.mkdir(parents=True)
    ledger.output(item).write_text("mine", encoding="utf-8")
    assert ledger.is_foreign(item)


def test_refusals_are_kept_until_there_are_none(ledger, item, tmp_path):
    lines = tmp_path / "lines"
    lines.write_text('{"where": "a\u2028"}\n{"where": "b"}\n', encoding="utf-8")
    commit(ledger, item, refused=lines)
    assert [json.loads(line)["where"] for line in ledger.refused(item)] == ["a\u2028", "b"]
    commit(ledger, item)
    assert list(ledger.refused(item)) == []


def test_one_run_at_a_time_and_what_a_killed_one_left_is_cleared_away(ledger, item):
    with ledger.opened():
        partial = ledger.partial(item)
        partial.write_text("half", encoding="utf-8")
        with pytest.raises(OutputError, match="another run"), Ledger(ledger.folder).opened():
            pass
        assert partial.exists()
    assert not partial.parent.exists()
    with pytest.raises(FileNotFoundError):  # who was left behind and goes on has nothing to commit
        ledger.commit(item, partial, made_by="0", source=fingerprint(item.source), counts=Counts())
    assert ledger.record(item) is None


def test_two_at_work_on_one_item_do_not_write_to_one_place(ledger, item):
    assert ledger.partial(item) != ledger.partial(item)


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match="cannot be written"), Ledger(tmp_path / "file" / "out").opened():
        pass
