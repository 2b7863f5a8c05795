"""Which field of a record holds the text: the one that the user names, else one that is known, never one of two."""

import io
import json
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.errors import InputError
from corestory.reading.article import Article
from corestory.reading.fields import AmbiguousFieldsError, FieldFinder, ReadingOptions
from corestory.reading.parts import read_part
from corestory.reading.sources import read_articles
from corestory.reading.tables import SourceRow


def read(path: Path | str, **options: str) -> tuple[list[Article], list[str]]:
    refused: list[str] = []
    found = read_articles(
        [str(path)], refuse=lambda error: refused.append(str(error)), options=ReadingOptions(**options)
    )
    return list(found), refused


def values(record: dict[str, object], **options: str) -> dict[str, object]:
    return dict(FieldFinder(ReadingOptions(**options)).values(SourceRow(record, "a.jsonl, line 1", "a.jsonl:1")))


@pytest.mark.parametrize(
    "name",
    ["body", "content", "maintext", "articlebody", "article_text", "full_text", "cleaned_text", "text_content",
     "raw_text", "text-content", "fulltext"],
)  # fmt: skip
def test_names_of_scrapers_hold_the_text_unless_a_name_of_ours_does(name: str) -> None:
    assert values({name: "One.", "summary": "S."})["text"] == "One."
    assert values({name: "One.", "text": "Two."})["text"] == "Two."
    assert values({name: "One.", "text": None})["text"] == "One."
    assert "text" not in values({name: "One.", "html": "<p>Two."})


@pytest.mark.parametrize("value", ["", "  ", None, 5, {"a": 1}, [], [{"type": "text"}], float("nan")])
def test_what_is_no_text_is_not_read_as_text(value: object) -> None:
    assert "text" not in values({"content": value, "id": 1})
    assert values({"content": value, "body": "One."})["text"] == "One."


def test_between_two_fields_nothing_is_guessed_and_one_line_names_them(tmp_path: Path) -> None:
    lines = [json.dumps({"id": n, "content": f"One {n}.", "body": f"Two {n}."}) for n in range(30)]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    articles, refused = read(tmp_path / "a.jsonl")
    assert articles == []
    assert refused == [
        f"{tmp_path / 'a.jsonl'}, line 1: two fields may contain the text: 'content' and 'body'. "
        "Give --text-column content or --text-column body."
    ]
    articles, refused = read(tmp_path / "a.jsonl", text="body")
    assert ([article.texts[0] for article in articles[:2]], refused) == (["Two 0.", "Two 1."], [])


@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
def test_a_table_with_two_columns_is_refused_by_its_header(tmp_path: Path, name: str) -> None:
    if name == "a.csv":
        (tmp_path / name).write_text("id,Content,body\n1,,One.\n2,Two.,\n")
    else:
        pq.write_table(pa.table({"id": [1, 2], "Content": [None, "Two."], "body": ["One.", None]}), tmp_path / name)
    articles, refused = read(tmp_path / name)
    assert articles == []
    assert refused == [
        f"{tmp_path / name}: two fields may contain the text: 'Content' and 'body'. "
        "Give --text-column Content or --text-column body."
    ]
    articles, refused = read(tmp_path / name, text="BODY")
    assert [list(article.texts) for article in articles] == [["One."]]
    assert len(refused) == 1


def test_equal_fields_are_one() -> None:
    assert values({"content": "One.", "body": "One."})["text"] == "One."
    with pytest.raises(AmbiguousFieldsError, match="'content' and 'body'"):
        values({"content": "One.", "body": "Two."})


def test_the_field_that_is_named_is_read_and_no_other() -> None:
    record = {
        "text": "Teaser.",
        "paragraphs": ["P"],
        "html": "<p>H",
        "story": "S.",
        "nr": 7,
        "id": 1,
        "l": "x",
        "h": "T",
    }
    found = values(record, text="Story ", article_id="nr", url="l", title="h")
    assert (found["text"], found["article_id"], found["url"], found["title"]) == ("S.", 7, "x", "T")
    assert "paragraphs" not in found
    assert "html" not in found
    assert "text" not in values(record, html="html")
    assert values(record, text="html")["text"] == "<p>H"


def test_a_record_without_the_named_field_lists_its_fields(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": 1, "body": "One."}\n{"id": 2, "text": "Two."}\n')
    articles, refused = read(tmp_path / "a.jsonl", text="body")
    assert [article.article_id for article in articles] == ["1"]
    assert refused == [
        f"{tmp_path / 'a.jsonl'}, line 2: the field 'body' (--text-column) is empty or missing; "
        "the fields are: id, text"
    ]


def test_a_record_without_text_lists_its_fields(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": 1, "teaser": "One."}\n')
    _, (refused,) = read(tmp_path / "a.jsonl")
    assert "no text; the fields are: id, teaser;" in refused
    assert "--text-column" in refused


@pytest.mark.parametrize("what", ["article_id", "url", "title"])
@pytest.mark.parametrize("name", ["a.jsonl", "a.csv"])
def test_a_named_column_that_is_nowhere_is_refused(tmp_path: Path, what: str, name: str) -> None:
    (tmp_path / name).write_text('{"nr": 1, "text": "One."}\n' if name == "a.jsonl" else "nr,text\n1,One.\n")
    _, refused = read(tmp_path / name, **{what: "nummer"})
    assert len(refused) == 1
    option = {"article_id": "--id-column", "url": "--url-column", "title": "--title-column"}[what]
    assert f"no column 'nummer' ({option})" in refused[0]
    assert "the columns are: nr, text" in refused[0]


def test_a_list_of_strings_is_paragraphs_under_any_name(tmp_path: Path) -> None:
    pq.write_table(pa.table({"id": ["a"], "text": [["One.\nOne.", "Two."]]}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"id": ["a"], "saetze": [["One.\nOne.", "Two."]], "n": [1]}), tmp_path / "b.parquet")
    for name in ("a", "b"):
        ((article,), refused) = read(tmp_path / f"{name}.parquet")
        assert (list(article.texts), refused) == (["One.\nOne.", "Two."], [])
    pq.write_table(pa.table({"id": ["a"], "eins": [["One."]], "zwei": [["Two."]]}), tmp_path / "c.parquet")
    _, (refused,) = read(tmp_path / "c.parquet")
    assert "'eins' and 'zwei'. Give --text-column eins or --text-column zwei." in refused
    pq.write_table(pa.table({"id": ["a"], "authors": [["Mara"]], "image_urls": [["x"]]}), tmp_path / "d.parquet")
    _, (refused,) = read(tmp_path / "d.parquet")
    assert "no column 'text'" in refused


def test_paragraphs_of_a_table_may_have_other_names(tmp_path: Path) -> None:
    table = pa.table({"doc_id": ["a", "a", "b"], "position": [0, 1, 0], "content": ["One.", "Two.", "Three."]})
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=1)
    articles, refused = read(tmp_path / "a.parquet")
    assert [(article.article_id, list(article.texts)) for article in articles] == [
        ("a", ["One.", "Two."]), ("b", ["Three."])
    ]  # fmt: skip
    assert refused == []
    options = ReadingOptions(article_id="doc_id", text="content")
    for said in (None, options):
        parts = [
            [article.article_id for article in
             read_part(tmp_path / "a.parquet", first, first + 1, refuse=pytest.fail, options=said)]
            for first in range(3)
        ]  # fmt: skip
        assert parts == [["a"], [], ["b"]]


@pytest.mark.parametrize(
    ("kind", "data", "texts"),
    [
        ("text", '{"text": "One."}', [['{"text": "One."}']]),
        ("lines", '{"text": "One."}\n{"text": "Two."}\n', [["One."], ["Two."]]),
        ("csv", "text\nOne.\n", [["One."]]),
        ("html", "One.<br><br>Two.", [["One.", "Two."]]),
    ],
)
def test_the_standard_input_is_what_the_user_says(
    kind: str, data: str, texts: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data.encode())))
    articles, refused = read("-", kind=kind)
    assert ([list(article.texts) for article in articles], refused) == (texts, [])


@given(
    st.dictionaries(
        st.sampled_from(["text", "html", "body", "Content", "url", "link", "id", "uuid", "title", "x", "position"]),
        st.none() | st.text(max_size=5) | st.integers() | st.lists(st.text(max_size=3), max_size=2),
    )
)
def test_of_any_record_the_fields_that_have_our_names_stay_or_an_error_says_why(record: dict[str, object]) -> None:
    row = SourceRow({name.lower(): value for name, value in record.items()}, "a", "a:1")
    try:
        found = FieldFinder().values(row)
    except InputError as error:
        assert "two fields may contain" in str(error)  # noqa: PT017
        return
    for name, value in row.values.items():
        kept = (found.get(name), [found.get(name)], found.get("paragraphs"))  # of a list of one text, the text
        assert value in kept or value in (None, "")
