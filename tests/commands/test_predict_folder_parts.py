"""Large tables whose run was interrupted, here and elsewhere."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corestory.jobs import work
from corestory.jobs.items import Item
from corestory.jobs.ledger import ledger_of
from corestory.reading import parts
from corestory.remote import path_of

TEXT = "The lugger left the quay at 7 on Monday.\nREAD MORE: lugger sold\nIt will come back on Friday.\n"


pytestmark = pytest.mark.usefixtures("small_parts")


@pytest.fixture
def predict(run, model, tmp_path, output):
    pq.write_table(pa.table({"id": list("abcd"), "text": [TEXT] * 4}), tmp_path / "t.parquet", row_group_size=1)
    return lambda *arguments: run("predict", "--model", model, "t.parquet", "--output", f"{output}/", *arguments)


def left(output):
    folder = path_of(f"{output}/.corestory/parts")
    found = folder.matches("**") if "://" in output else folder.rglob("*")
    return [path for path in found if path.is_file()]


def test_force_makes_the_parts_of_an_interrupted_run_again(predict, output, monkeypatch):
    def read_part(path, first, last, **options):
        if first == 3:
            raise MemoryError
        return parts.read_part(path, first, last, **options)

    with monkeypatch.context() as patch:
        patch.setattr(work, "read_part", read_part)
        assert "not enough memory" in predict().stderr
    rows = next(path for path in left(output) if path.suffix == ".rows")
    rows.write_bytes(rows.read_bytes().replace(b"Monday", b"Sunday"))
    assert predict("--force").returncode == 0
    tagged = path_of(f"{output}/t.parquet.jsonl").read_bytes()
    assert (tagged.count(b"Monday"), tagged.count(b"Sunday"), left(output)) == (4, 0, [])


def test_parts_that_a_kill_has_left_are_deleted_when_the_file_is_found_done(predict, output, tmp_path):
    assert predict().returncode == 0
    ledger = ledger_of(path_of(output))
    item = Item(tmp_path / "t.parquet", "t.parquet.jsonl")
    with ledger.opened():
        ledger.write(b"half", ledger.hidden_path("parts", item, "/000000.rows"))
    assert left(output)
    assert "skipped: 1 file" in predict().stderr
    assert left(output) == []
