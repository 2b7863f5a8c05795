import csv
import io
import json
import os
from contextlib import closing

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from corestory.model.tagged_article import TaggedArticle
from corestory.output.formats import RowChoice
from corestory.output.rows import COLUMNS, open_rows, rows_of
from corestory.reading.article import Article
from loaded import modules_after

FORMS = ("text", "jsonl", "csv", "parquet")
HARD = (
    "He said: “Yes.”",
    'a "b", c',
    "two\nlines\r\nand\rmore",
    "NUL\0 and \x1b[31m",
    "שלום עולם",
    "🚢👩‍👩‍👧",
    "\u2028\x85",
    "=1+1",
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


def tagged(texts, *, article_id="a", url="", core=None, scores=None):
    core = np.ones(len(texts), dtype=bool) if core is None else np.array(core, dtype=bool)
    scores = np.where(core, 0.9, 0.1) if scores is None else np.array(scores)
    return TaggedArticle(Article(article_id, texts, url=url), scores, core, 0.75)


def written(articles, form, **options):
    stream = io.BytesIO()
    with closing(open_rows(stream, form=form, choice=RowChoice(**options))) as writer:
        for article in articles:
            writer.write(article)
    return stream.getvalue()


def read_jsonl(data):
    return [json.loads(line) for line in data.decode().splitlines()]


def read_csv(data):
    found = csv.DictReader(io.StringIO(data.decode(), newline=""))
    return [
        row | {"position": int(row["position"]), "score": float(row["score"]), "confidence": float(row["confidence"])}
        for row in found
    ]


def read_parquet(data):
    return pq.ParquetFile(io.BytesIO(data)).read().to_pylist()


READERS = {"jsonl": read_jsonl, "csv": read_csv, "parquet": read_parquet}


@pytest.mark.parametrize("form", READERS)
def test_a_paragraph_is_a_row_with_all_columns_in_order(form):
    article = tagged(["It rained.", "Share"], url="https://x.example/1", core=[True, False], scores=[0.97, 0.04])

    found = READERS[form](written([article], form))

    assert [tuple(row) for row in found] == [COLUMNS] * 2
    assert [tuple(row.values()) for row in found] == [
        ("a", 0, "It rained.", "core", 0.97, "https://x.example/1", 0.75),
        ("a", 1, "Share", "filler", 0.04, "https://x.example/1", 0.75),
    ]


@given(st.lists(st.tuples(TEXT, TEXT, st.lists(TEXT, max_size=5)), max_size=4))
@example([])
@example([("a", "", [])])
@example([("a", "", HARD)])
@pytest.mark.parametrize("form", READERS)
def test_every_text_comes_back_unchanged_and_in_order(form, articles):
    batch = [tagged(texts, article_id=name, url=url) for name, url, texts in articles]

    found = READERS[form](written(batch, form))

    expected = [(name, place, text, url) for name, url, texts in articles for place, text in enumerate(texts)]
    assert [(row["article_id"], row["position"], row["text"], row["url"]) for row in found] == expected


@pytest.mark.parametrize("form", FORMS)
def test_lone_surrogates_become_the_replacement_character(form):
    found = written([tagged(["a\ud800b"], article_id="\udfff", url="\ud800")], form)

    assert "a\ufffdb".encode() in found


@pytest.mark.parametrize("form", READERS)
def test_scores_have_six_digits_so_that_batches_of_other_sizes_give_the_same_rows(form):
    found = READERS[form](written([tagged(["One."], scores=[0.123456789])], form))

    assert found[0]["score"] == 0.123457


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_scores_of_any_width_are_written_alike(kind):
    article = tagged(["One."], scores=np.array([0.3], dtype=kind))

    assert b'"score": 0.3,' in written([article], "jsonl")


@pytest.mark.parametrize("form", READERS)
@pytest.mark.parametrize("only", ["core", "filler"])
def test_one_label_only_keeps_the_positions_in_the_article(form, only):
    article = tagged(["One.", "Share", "Two.", "More"], core=[True, False, True, False])

    found = READERS[form](written([article], form, only=only))

    assert [row["position"] for row in found] == ([0, 2] if only == "core" else [1, 3])
    assert {row["label"] for row in found} == {only}


def test_the_story_alone_is_its_paragraphs_and_nothing_else():
    articles = [
        tagged(["One.", "Share", "Two."], core=[True, False, True]),
        tagged(["Buy"], article_id="b", core=[False]),
        tagged(["Three."], article_id="c"),
    ]

    assert written(articles, "text", only="core").decode() == "One.\nTwo.\n\nThree.\n"


def test_text_for_people_has_label_and_score_in_front_and_is_one_line_a_paragraph():
    articles = [tagged(["One\nand more.", "Share"], core=[True, False]), tagged(["Two."], article_id="b\nc")]

    assert written(articles, "text").decode() == (
        "# a\ncore\t0.900\tOne and more.\nfiller\t0.100\tShare\n\n# b c\ncore\t0.900\tTwo.\n"
    )


@pytest.mark.parametrize("form", FORMS)
def test_a_path_and_a_stream_get_the_same_bytes(form, tmp_path):
    articles = [tagged(HARD), tagged(["One."], article_id="b")]

    with closing(open_rows(tmp_path / "rows", form=form)) as writer:
        for article in articles:
            writer.write(article)

    assert (tmp_path / "rows").read_bytes() == written(articles, form)


@pytest.mark.parametrize("form", FORMS)
def test_a_stream_that_was_given_stays_open_and_need_not_seek(form):
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as source:
        with os.fdopen(writing, "wb") as stream:
            with closing(open_rows(stream, form=form)) as writer:
                writer.write(tagged(["One."]))
            assert not stream.closed
        assert source.read() == written([tagged(["One."])], form)


@pytest.mark.parametrize("form", ["text", "jsonl", "csv"])
def test_an_article_is_in_the_stream_as_soon_as_it_is_written(form):
    stream = io.BytesIO()
    writer = open_rows(stream, form=form)

    writer.write(tagged(["One."]))

    assert b"One." in stream.getvalue()


@pytest.mark.parametrize(
    ("texts", "groups"),
    [(["One."] * 70_000, [65_536, 65_536, 8_928]), (["x" * 6_000_000] * 3, [3, 3])],
    ids=["rows", "characters"],
)
def test_parquet_holds_no_more_than_a_row_group_of_so_many_rows_and_characters(texts, groups):
    stream = io.BytesIO()
    writer = open_rows(stream, form="parquet")
    sizes = []
    for _ in range(2):
        writer.write(tagged(texts))
        sizes.append(len(stream.getvalue()))
    writer.close()
    assert sizes[0] < sizes[1] < len(stream.getvalue())
    found = pq.ParquetFile(stream).metadata
    assert [found.row_group(group).num_rows for group in range(found.num_row_groups)] == groups


@pytest.mark.parametrize("form", FORMS)
def test_a_paragraph_of_ten_million_characters_and_ten_thousand_paragraphs_come_out(form, tmp_path):
    with closing(open_rows(tmp_path / "rows", form=form)) as writer:
        writer.write(tagged(["x" * 10_000_000]))
        writer.write(tagged(["One."] * 10_000))

    data = (tmp_path / "rows").read_bytes() if form != "parquet" else b""
    if form == "parquet":
        assert pq.read_metadata(tmp_path / "rows").num_rows == 10_001
    else:
        assert len(data) > 10_000_000
        assert data.count(b"One.") == 10_000


def test_all_but_parquet_needs_neither_pandas_nor_pyarrow_nor_scikit_learn_and_only_a_terminal_needs_rich():
    write = """if True:
        import io
        import numpy as np
        from corestory.model.tagged_article import TaggedArticle
        from corestory.output.documents import AnnotatedWriter
        from corestory.output.rows import open_output
        from corestory.reading.article import Article
        article = TaggedArticle(Article("a", ["One."]), np.array([0.9]), np.array([True]), 0.5)
        for form in ("text", "jsonl", "csv", "labelled", "markdown", "tei"):
            open_output(io.BytesIO(), form=form).write(article)
    """
    heavy = {"pandas", "pyarrow", "sklearn", "scipy", "rich"}
    assert heavy & modules_after(write) == set()
    assert heavy & modules_after(f"{write}    AnnotatedWriter().write(article)") == {"rich"}


@given(
    name=st.text(st.characters()),
    url=st.text(),
    texts=st.lists(st.text(st.characters()), min_size=1, max_size=3),
    kept=st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
)
def test_a_json_line_is_what_a_json_library_writes_of_the_row(name, url, texts, kept):
    scores = np.linspace(0, 1, len(texts))
    read = Article(name, texts, url, kept=[(kept,)] * len(texts))
    article = TaggedArticle(read, scores, scores > 0.5, 0.25)
    stream = io.BytesIO()
    writer = open_rows(stream, form="jsonl", choice=RowChoice(keep=("desk é",)))
    writer.write(article)
    writer.close()
    lines = stream.getvalue().decode().split("\n")[:-1]
    columns = (*COLUMNS, "desk é")
    assert [json.loads(line) for line in lines] == [dict(zip(columns, row, strict=True)) for row in rows_of(article)]
    assert all(list(json.loads(line)) == list(columns) for line in lines)
    assert not any(end in line for line in lines for end in "\x85\u2028\u2029")
