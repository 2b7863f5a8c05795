import io
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.jobs.writing import join_rows
from corestory.model.tagged_article import TaggedArticle
from corestory.output.formats import RowChoice
from corestory.output.rows import open_rows
from corestory.reading.article import Article

TEXT = st.text("ab\n\"',\r\u2028é", min_size=1, max_size=5)
ARTICLES = st.lists(st.lists(TEXT, min_size=1, max_size=3), max_size=4)


def article(texts, columns):
    scores = np.linspace(0, 1, len(texts))
    return TaggedArticle(Article("a", texts, kept=[(text,) * columns for text in texts]), scores, scores > 0.5, 0.5)


def written(articles, form, keep, only=None, unit="paragraph"):
    stream = io.BytesIO()
    writer = open_rows(stream, form=form, choice=RowChoice(only, keep, unit=unit))
    for texts in articles:
        writer.write(article(texts, len(keep)))
    writer.close()
    return stream.getvalue()


@pytest.mark.parametrize("form", ["jsonl", "csv", "text"])
@pytest.mark.parametrize("only", [None, "core"])
@given(parts=st.lists(ARTICLES, max_size=4))
def test_the_joined_parts_are_the_bytes_of_the_whole(tmp_path_factory, form, only, parts):
    target = tmp_path_factory.mktemp("joined") / "whole"
    keep = () if form == "text" else ("desk,\n", "é")
    opened = [partial(io.BytesIO, written(part, form, keep, only)) for part in parts]
    join_rows(opened, target, form=form, choice=RowChoice(keep=keep))
    if parts:
        assert target.read_bytes() == written([texts for part in parts for texts in part], form, keep, only)


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_joined_rows_of_articles_are_those_of_the_whole(tmp_path, form):
    parts = [[["One.", "Two."]], [["Three."], ["Four."]]]
    opened = [partial(io.BytesIO, written(part, form, ("desk",), unit="article")) for part in parts]
    join_rows(opened, tmp_path / "whole", form=form, choice=RowChoice(keep=("desk",), unit="article"))
    whole = written([texts for part in parts for texts in part], form, ("desk",), unit="article")
    if form == "parquet":
        assert pq.read_table(tmp_path / "whole") == pq.read_table(io.BytesIO(whole))
    else:
        assert (tmp_path / "whole").read_bytes() == whole


def test_joined_tables_keep_their_rows_their_types_and_their_row_groups(tmp_path):
    parts = [[["One.", "Two."]], [], [["Three."], ["Four."]]]
    tables = [written(part, "parquet", ("desk",)) for part in parts]
    opened = [partial(io.BytesIO, table) for table in tables]
    join_rows(opened, tmp_path / "t.parquet", form="parquet", choice=RowChoice(keep=("desk",)))
    whole = pq.read_table(tmp_path / "t.parquet")
    assert whole == pa.concat_tables([pq.read_table(io.BytesIO(table)) for table in tables])
    assert pq.ParquetFile(tmp_path / "t.parquet").metadata.num_row_groups == 2
    assert whole.schema == pq.read_schema(io.BytesIO(tables[0]))
