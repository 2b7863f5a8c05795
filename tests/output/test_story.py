import csv
import io
import json
from contextlib import closing

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.model.kinds import Kinds
from corestory.model.tagged_article import TaggedArticle
from corestory.output.formats import RowChoice
from corestory.output.rows import open_rows
from corestory.output.story import STORY_COLUMNS, KindChoice
from corestory.reading.article import Article

TEXTS = ("The lock opened.", "Share this", "Eleven barges,\r\nor “twelve”\u2028, waited.")


def tagged(texts=TEXTS, *, core=(True, False, True), kept=(), is_article=0.9, kinds=None):
    core = np.array(core)
    article = Article("a;1", texts, "https://c.example/1", "Lock", kept=[kept] * len(texts) if kept else ())
    return TaggedArticle(article, np.where(core, 0.9, 0.1), core, 0.75, is_article=is_article, kinds=kinds)


def written(articles, form, **options):
    stream = io.BytesIO()
    with closing(open_rows(stream, form=form, choice=RowChoice(unit="article", **options))) as writer:
        for article in articles:
            writer.write(article)
    return stream.getvalue()


def read(data, form):
    if form == "jsonl":
        return [json.loads(line) for line in data.decode().splitlines()]
    if form == "parquet":
        return pq.read_table(io.BytesIO(data)).to_pylist()
    found = list(csv.DictReader(io.StringIO(data.decode(), newline=""), quoting=csv.QUOTE_NONNUMERIC))
    return [
        {name: None if value == "" and name == "is_article" else value for name, value in row.items()} for row in found
    ]


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_each_article_is_a_row_with_its_story_alone(form):
    articles = [tagged(kept=("ports",)), tagged(core=(False,) * 3, kept=(None,), is_article=None)]
    first, second = read(written(articles, form, keep=("desk",)), form)
    assert tuple(first) == (*STORY_COLUMNS, "desk")
    assert first == {
        "id": "a;1", "url": "https://c.example/1", "title": "Lock", "text": f"{TEXTS[0]}\n\n{TEXTS[2]}",
        "confidence": 0.75, "is_article": 0.9, "language": first["language"],
        "words_core": 7, "words_all": 9, "desk": "ports",
    }  # fmt: skip
    assert first["language"] in ("", "en")  # by whether py3langid is installed
    assert (second["text"], second["words_core"], second["is_article"]) == ("", 0, None)
    assert second["desk"] in (None, "")


def test_kinds_that_are_dropped_or_kept_change_the_story():
    kinds = Kinds(("body", "byline", "subhead"), np.ones(3))
    (row,) = read(
        written([tagged(kinds=kinds)], "jsonl", kinds=KindChoice(drop=("subhead",), keep=("byline",))), "jsonl"
    )
    assert row["text"] == f"{TEXTS[0]}\n\n{TEXTS[1]}"


@given(st.lists(st.text(min_size=1), min_size=1, max_size=4), st.data())
def test_the_formats_hold_the_same_rows(texts, data):
    core = data.draw(st.lists(st.booleans(), min_size=len(texts), max_size=len(texts)))
    article = tagged(texts, core=core)
    lines, columns = (read(written([article], form), form) for form in ("jsonl", "parquet"))
    assert lines == columns
    assert lines[0]["words_core"] <= lines[0]["words_all"]
    assert written([article], "jsonl").count(b"\n") == 1
