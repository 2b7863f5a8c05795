import pytest

from corestory.labelling.table_rows import is_table, read_rows


def rows(path):
    refused = []
    read = [(where.removeprefix(f"{path}, "), dict(row)) for where, row in read_rows(path, refuse=refused.append)]
    return read, [error.where.removeprefix(f"{path}, ") for error in refused]


def test_rows_are_numbered_as_a_spreadsheet_does_with_the_header_first(write):
    path = write({"t.csv": 'text,label\n"One\nstill one",core\nTwo,filler\n'}) / "t.csv"
    assert rows(path)[0] == [
        ("row 2", {"text": "One\nstill one", "label": "core"}),
        ("row 3", {"text": "Two", "label": "filler"}),
    ]


def test_objects_are_numbered_by_their_lines(write):
    path = write({"t.jsonl": '\n{"text": "One", "label": 1}\n\nnot JSON\n{"text": "Two"}\n'}) / "t.jsonl"
    assert rows(path) == ([("line 2", {"text": "One", "label": 1}), ("line 5", {"text": "Two"})], ["line 4"])


def test_empty_rows_are_nothing_and_torn_rows_are_refused(write):
    path = write({"t.tsv": "text\tlabel\n\nOne\nTwo\tcore\textra\nThree\tcore\n"}) / "t.tsv"
    assert rows(path) == ([("row 5", {"text": "Three", "label": "core"})], ["row 3", "row 4"])


def test_a_tab_in_a_csv_and_a_comma_in_a_tsv_are_text(write):
    folder = write({"t.csv": "text,label\nOne\ttwo,core\n", "t.tsv": "text\tlabel\nOne, two\tcore\n"})
    assert rows(folder / "t.csv")[0][0][1]["text"] == "One\ttwo"
    assert rows(folder / "t.tsv")[0][0][1]["text"] == "One, two"


@pytest.mark.parametrize("name", ["t.csv", "T.CSV", "t.tsv.gz", "t.jsonl", "t.ndjson", "t.parquet.gz"])
def test_tables_are_told_by_their_suffix(name):
    assert is_table(name)


@pytest.mark.parametrize("name", ["t.txt", "csv", "t.csv.zip", "t.json.bak", "t.gz"])
def test_other_files_are_no_tables(name):
    assert not is_table(name)
