import io
import json
import tracemalloc
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.errors import InputError
from corestory.reading import json_rows as rows_module
from corestory.reading import tables as tables_module
from corestory.reading.json_rows import is_too_nested, json_rows, kind_of
from corestory.reading.tables import SourceRow, csv_table, parquet_table, source_name


class Refused(list[InputError]):
    def messages(self) -> list[str]:
        return [str(error) for error in self]


@pytest.fixture
def refused() -> Refused:
    return Refused()


def values(rows: list[SourceRow]) -> list[object]:
    return [dict(row.values) for row in rows]


def json_of(data: bytes, refused: Refused, *, lines: bool = False) -> list[SourceRow]:
    return list(json_rows(io.BytesIO(data), name="a.json", refuse=refused.append, lines=lines))


def csv_of(data: bytes, refused: Refused, *, delimiter: str = ",") -> list[SourceRow]:
    return list(csv_table(io.BytesIO(data), name="a.csv", refuse=refused.append, delimiter=delimiter).rows)


def test_a_malformed_line_is_refused_by_its_number_and_the_others_are_read(refused: Refused) -> None:
    data = b'{"id": 1}\n{"id": 2\n\n[4]\n"five"\n{"id": 6}'
    rows = json_of(data, refused, lines=True)
    assert [(row.name, row.where) for row in rows] == [("a.json:1", "a.json, line 1"), ("a.json:6", "a.json, line 6")]
    assert refused.messages() == [
        "a.json, line 2: malformed JSON (Expecting ',' delimiter at column 9); expected one JSON object per line",
        "a.json, line 4: a list; expected a JSON object with text, paragraphs or html",
        "a.json, line 5: a string; expected a JSON object with text, paragraphs or html",
    ]


@pytest.mark.parametrize(
    "line", [b'{"id": ' + b"9" * 5000 + b"}", b"[" * 100_000, b'{"id": \xe9\xff\x81}', b"{'id': 1}"]
)
def test_a_line_that_breaks_the_parser_is_refused_like_any_other(line: bytes, refused: Refused) -> None:
    assert values(json_of(line + b'\n{"id": 2}\n', refused, lines=True)) == [{"id": 2}]
    assert [error.where for error in refused] == ["a.json, line 1"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_json_lines_are_read_in_every_marked_encoding(encoding: str, refused: Refused) -> None:
    data = '{"text": "é 👋"}\n{"text": "2"}\n'.encode(encoding)
    assert values(json_of(data, refused, lines=True)) == [{"text": "é 👋"}, {"text": "2"}]
    assert not refused


def test_a_line_in_windows_1252_is_read_where_it_can_be_told(refused: Refused) -> None:
    data = '{"text": "Le café ferme à midi."}\n'.encode("cp1252") + '{"text": "Мост"}'.encode("cp1251")
    assert values(json_of(data, refused, lines=True)) == [{"text": "Le café ferme à midi."}]
    assert [error.where for error in refused] == ["a.json, line 2"]


def test_a_json_document_is_an_object_a_list_of_them_or_lines(refused: Refused) -> None:
    record = {"id": 1, "text": "One"}
    for data in (
        json.dumps(record),
        json.dumps(record, indent=2),
        json.dumps([record]),
        json.dumps([record], indent=2),
    ):
        assert values(json_of(data.encode(), refused)) == [record]
    assert values(json_of(f"{json.dumps(record)}\n{json.dumps(record)}\n".encode(), refused)) == [record, record]
    assert values(json_of(b'{"id": 1\n{"id": 2}\n', refused)) == [{"id": 2}]
    assert refused.messages()[0].startswith("a.json, line 1: malformed JSON")


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b'[{"id": 1}, {"id": 2}]', True),  # a list under the name of JSON Lines
        (b'{\n  "id": 1\n}\n{\n  "id": 2\n}\n', True),  # as jq prints objects
        (b'{\n  "id": 1\n}\n{\n  "id": 2\n}\n', False),
        (b'[\n{"id": 1}\n][\n{"id": 2}\n]', False),  # as Scrapy appends to a feed
        (b'[{"id": 1}]\n[{"id": 2}]\n', True),
    ],
)
def test_documents_may_follow_each_other_whatever_the_name(data: bytes, lines: bool, refused: Refused) -> None:
    rows = json_of(data, refused, lines=lines)
    assert [(row.values["id"], row.name) for row in rows] == [(1, "a.json:1"), (2, "a.json:2")]
    assert not refused


def test_items_of_a_list_that_are_no_records_are_refused_by_their_number(refused: Refused) -> None:
    assert [row.name for row in json_of(b'[{"id": 1}, 2, {"id": 3}]', refused)] == ["a.json:1", "a.json:3"]
    assert refused.messages() == ["a.json, record 2: a number; expected a JSON object with text, paragraphs or html"]


@pytest.mark.parametrize("data", [b"[1, 2", b"3", b'{"a": 1,\n"b": }', b'{\n "a": 1', b"null"])
def test_a_document_that_is_no_record_is_refused_whole(data: bytes, refused: Refused) -> None:
    with pytest.raises(InputError, match=r"a\.json: "):
        json_of(data, refused)


def test_binary_data_under_a_tables_name_is_refused_once(refused: Refused) -> None:
    for data in (b"\x89PNG\r\n\x1a\n\n\n\n", bytes(100) + b"\n{}\n" * 50):
        with pytest.raises(InputError, match=r"looks like a PNG image|binary data"):
            json_of(data, refused, lines=True)
        with pytest.raises(InputError, match=r"looks like a PNG image|binary data"):
            csv_of(data, refused)
    assert not refused


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_told_by_the_header(delimiter: str, refused: Refused) -> None:
    data = 'id,Text \n7,"a, b; ""c""\td"\n'.replace("id,", f"id{delimiter}").replace("7,", f"7{delimiter}")
    assert values(csv_of(data.encode(), refused)) == [{"id": "7", "text": 'a, b; "c"\td'}]


def test_a_quoted_field_keeps_its_lines_and_the_next_row_its_number(refused: Refused) -> None:
    rows = csv_of(b'\nid,text\r\n1,"a\r\nb\nc"\r\n\r\n2,d\n', refused)
    assert values(rows) == [{"id": "1", "text": "a\r\nb\nc"}, {"id": "2", "text": "d"}]
    assert [row.where for row in rows] == ["a.csv, line 3", "a.csv, line 7"]


def test_a_row_of_the_wrong_length_is_refused_by_its_line(refused: Refused) -> None:
    assert values(csv_of(b"id,text\n1\n2,a,b\n3,c\n", refused)) == [{"id": "3", "text": "c"}]
    assert [error.where for error in refused] == ["a.csv, line 2", "a.csv, line 3"]
    assert "a row of 1 field; expected 2, as in the header" in refused.messages()[0]


def test_a_quote_that_never_closes_is_refused_where_it_opens(refused: Refused) -> None:
    assert values(csv_of(b'id,text\n1,a\n2,"b\n3,c\n', refused)) == [{"id": "1", "text": "a"}]
    assert refused.messages()[0].startswith("a.csv, line 3: malformed CSV")


def test_a_quote_in_the_wrong_place_costs_its_row_only(refused: Refused) -> None:
    assert values(csv_of(b'id,text\n1,"a"b\n2,c\n', refused)) == [{"id": "2", "text": "c"}]
    assert [error.where for error in refused] == ["a.csv, line 2"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_csv_is_read_in_the_encodings_that_spreadsheets_write(encoding: str, refused: Refused) -> None:
    data = "id\tprénom\ttext\r\n1\tRené\tLe café ferme à midi.\r\n".encode(encoding)
    assert values(csv_of(data, refused)) == [{"id": "1", "prénom": "René", "text": "Le café ferme à midi."}]


def test_a_field_in_an_encoding_that_cannot_be_told_costs_its_row_only(refused: Refused) -> None:
    data = b"id,text\n1," + "Мост открыт".encode("cp1251") + "\n2,Мост\n".encode()
    assert values(csv_of(data, refused)) == [{"id": "2", "text": "Мост"}]
    assert [error.where for error in refused] == ["a.csv, line 2"]


@pytest.mark.parametrize("data", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_an_empty_table_is_told(data: bytes, refused: Refused) -> None:
    with pytest.raises(InputError, match="is empty; expected a header and rows"):
        csv_of(data, refused)


def test_a_field_and_a_line_of_ten_megabytes_are_read(refused: Refused) -> None:
    long = b"word " * 2_000_000
    (row,) = csv_of(b"id,text\n1," + long + b"\n", refused)
    assert len(str(row.values["text"])) == 10_000_000
    (row,) = json_of(b'{"text": "' + long + b'"}\n', refused, lines=True)
    assert len(str(row.values["text"])) == 10_000_000


def test_a_line_without_end_is_refused_before_it_fills_memory(
    refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables_module, "MAX_DOCUMENT_BYTES", 1000)
    with pytest.raises(InputError, match=r"a line of more than 1,000 characters"):
        json_of(b'{"a": 1}\n{"text": "' + b"x" * 2000, refused, lines=True)


def test_a_stream_that_breaks_off_ends_the_reading_with_an_error(refused: Refused) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            data = super().read(100_000 if size is None else min(size, 100_000))
            if not data:
                raise EOFError
            return data

    table = csv_table(Broken(b"id,text\n" + b"1,a\n" * 50_000), name="a.csv", refuse=refused.append)
    read = []
    with pytest.raises(InputError, match="the compressed data ends too early"):
        read.extend(table.rows)
    assert not refused


def test_parquet_is_read_in_order_a_few_rows_at_a_time_and_only_the_columns_wanted(tmp_path: Path) -> None:
    table = pa.table(
        {
            "ID": range(1000),
            "text": [f"t{n}" for n in range(1000)],
            "paragraphs": [["a", None]] * 1000,
            "x": [b"\xff"] * 1000,
        }
    )
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=300)
    read = parquet_table(tmp_path / "a.parquet", wanted=lambda *_: {"id", "text", "paragraphs"})
    assert read.columns == ("ID", "text", "paragraphs", "x")
    rows = list(read.rows)
    assert dict(rows[999].values) == {"id": 999, "text": "t999", "paragraphs": ["a", None]}
    assert [row.values["id"] for row in rows] == list(range(1000))
    assert (rows[0].where, rows[0].name) == (f"{tmp_path}/a.parquet, row 1", f"{tmp_path}/a.parquet:1")


@pytest.mark.parametrize("keep", [0, 2, 100, -1])
def test_truncated_parquet_is_told(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"id": range(1000)}), path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(InputError, match=r"a\.parquet: not a Parquet file, or a damaged or truncated one"):
        parquet_table(path, wanted=lambda *_: {"id"})


def test_damaged_parquet_pages_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": [f"{n} " * 50 for n in range(1000)]}), path, compression="gzip")
    data = bytearray(path.read_bytes())
    data[100:400] = bytes(300)
    path.write_bytes(data)
    table = parquet_table(path, wanted=lambda *_: {"text"})
    with pytest.raises(InputError, match="damaged Parquet data"):
        list(table.rows)


def test_parquet_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        parquet_table(tmp_path / "none.parquet", wanted=lambda *_: {"id"})


def test_kinds_have_the_names_of_json_and_the_standard_input_its_own() -> None:
    assert [kind_of(value) for value in (True, 1, "a", [], {}, None, b"")] == [
        "true or false", "a number", "a string", "a list", "an object", "nothing", "a value",
    ]  # fmt: skip
    assert (source_name("-"), source_name("a.csv")) == ("standard input", "a.csv")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('ab"\\\\[]{},é\u2028\n ', max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('k"],\\\\', max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(JSON, max_size=6), st.sampled_from([None, 0, 2]), st.booleans(), st.integers(1, 40))
def test_a_long_list_is_read_one_item_at_a_time_with_the_same_rows(
    items: list[object], indent: int | None, ascii_only: bool, piece: int
) -> None:
    data = json.dumps(items, indent=indent, ensure_ascii=ascii_only).encode()
    whole: Refused = Refused()
    expected = json_of(data, whole)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows_module, "LIST_BYTES", 0)
        patch.setattr(rows_module, "_PIECE_CHARACTERS", piece)
        found: Refused = Refused()
        assert json_of(data, found) == expected
    assert found.messages() == whole.messages()


@pytest.mark.parametrize(
    ("data", "texts", "messages"),
    [
        (b'[{"text": "a"}, {"text": }, {"text": "c"}]', ["a", "c"],
         ["a.json, record 2: malformed JSON (Expecting value at column 10); expected one JSON object per line"]),
        (b'[{"text": "a"}, {"text": "b"', ["a"], ["a.json, after record 1: a list that does not end; expected ]"]),
        (b'[{"text": "a"}] x', ["a"],
         ["a.json, after record 1: text after the end of the list; expected the end of the file or another list"]),
        (b'[{"text": "a"}] x [{"text": "b"}]', ["a"],
         ["a.json, after record 1: text after the end of the list; expected the end of the file or another list"]),
        (b'[{"text": "a"}\n][\n{"text": "b"}]\n', ["a", "b"], []),
        ('[{"text": "\u201equay\u201c, the harbour master says today"}]'.encode("cp1252"),
         ["\u201equay\u201c, the harbour master says today"], []),
        (b'\xef\xbb\xbf \n[{"text": "a\\\\"}, {"text": "\\""}]', ["a\\", '"'], []),
    ],
)  # fmt: skip
def test_of_a_long_list_with_a_fault_the_other_records_are_read(
    data: bytes, texts: list[str], messages: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows_module, "LIST_BYTES", 0)
    refused = Refused()
    found = []
    try:
        for row in json_rows(io.BytesIO(data), name="a.json", refuse=refused.append):
            found.append(row.values["text"])
    except InputError as error:
        refused.append(error)
    assert (found, refused.messages()) == (texts, messages)


def test_a_long_list_takes_little_memory() -> None:
    data = b"[" + b",\n".join(b'{"id": %d, "text": "%s"}' % (n, b"quay " * 2000) for n in range(2000)) + b"]"
    tracemalloc.start()
    assert sum(1 for _ in json_rows(io.BytesIO(data), name="a.json", refuse=pytest.fail)) == 2000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(data) > 20_000_000
    assert peak < 16_000_000


def test_rows_of_two_encodings_are_each_read_in_their_own() -> None:
    rows = [
        f"{name};Die Schleuse öffnete am Montag wieder, sagte der Bürgermeister.\n".encode(encoding)
        for name, encoding in (("a", "cp1252"), ("b", "utf-8"), ("c", "cp1252"))
    ]
    table = csv_table(io.BytesIO(b"id;text\n" + b"".join(rows)), name="a.csv", refuse=pytest.fail)
    assert {row.values["text"] for row in table.rows} == {
        "Die Schleuse öffnete am Montag wieder, sagte der Bürgermeister."
    }


def test_a_field_that_is_too_short_to_tell_its_encoding_has_that_of_the_table() -> None:
    text = "id;Größe;text\n7;Öl;Die Schleuse öffnete am Montag wieder, sagte der Bürgermeister.\n"
    table = csv_table(io.BytesIO(text.encode("cp1252")), name="a.csv", refuse=pytest.fail)
    assert table.columns == ("id", "Größe", "text")
    assert [row.values["größe"] for row in table.rows] == ["Öl"]


def test_nested_json_is_told_by_its_brackets_outside_strings():
    assert is_too_nested('{"a":' * 501)
    assert not is_too_nested('{"a": "' + "[{" * 501 + '\\" ["}')
    assert not is_too_nested('[{"a": [1]}, ' + "[[]], " * 1_000 + "1]")
