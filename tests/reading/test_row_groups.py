from itertools import pairwise

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.reading.fields import FieldFinder
from corestory.reading.parts import own_rows, part_cuts, read_part
from corestory.reading.sources import read_file
from corestory.reading.tables import SourceRow

# No id, and one that is none, go with the row before.
IDS = st.lists(st.tuples(st.sampled_from(["a", "b", "c", None, ""]), st.integers(1, 3)), max_size=12)


def in_parts(path, cuts, **options):
    for first, last in pairwise(cuts):
        yield from read_part(path, first, last, **options)


@given(IDS, st.lists(st.integers(1, 5), min_size=1, max_size=6))
def test_each_row_is_in_one_part_and_each_article_in_the_part_where_it_begins(runs, sizes):
    rows = [
        SourceRow({"id": name}, "t", str(number))
        for number, name in enumerate(n for n, count in runs for _ in range(count))
    ]
    found, begin, before = [], 0, None
    for size in [*sizes, len(rows)]:
        part = list(
            own_rows(rows[begin:], count=max(0, min(size, len(rows) - begin)), before=before, finder=FieldFinder())
        )
        if found and part:
            assert part[0].values["id"] not in (None, "", before)
        found += part
        seen = [row.values["id"] for row in rows[: begin + size] if row.values["id"]]
        begin, before = min(begin + size, len(rows)), seen[-1] if seen else "" if begin + size else None
    assert [row.name for row in found] == [row.name for row in rows]


@pytest.mark.parametrize("group", [1, 2, 3, 7, 100])
@pytest.mark.parametrize("kind", ["paragraphs", "articles"])
def test_the_parts_have_the_articles_of_the_file_and_refuse_what_it_refuses(tmp_path, group, kind):
    sizes = [3, 1, 9, 2, 1, 4]
    if kind == "paragraphs":
        names = [f"a{number}" for number, size in enumerate(sizes) for _ in range(size)]
        positions = [place for size in sizes for place in range(size)]
        names[5], positions[7] = None, -1
        table = {"article_id": names, "position": positions, "text": [f"Ship {number}." for number in range(20)]}
    else:
        table = {"text": [f"Ship {number}." if number % 7 else "" for number in range(20)], "desk": list("ab" * 10)}
    pq.write_table(pa.table(table), tmp_path / "t.parquet", row_group_size=group)
    cuts = part_cuts(tmp_path / "t.parquet", part_bytes=1)
    assert len(cuts) == (-(-20 // group) + 1 if group < 20 else 0)
    expected, refused = [], []
    keep = ["desk"] if kind == "articles" else []
    articles = list(read_file(tmp_path / "t.parquet", refuse=expected.append, keep=keep))
    found = list(in_parts(tmp_path / "t.parquet", cuts or (0, 1), refuse=refused.append, keep=keep))
    assert found == articles
    assert list(map(str, refused)) == list(map(str, expected))
    assert len(refused) >= 2


def test_an_article_over_many_row_groups_is_one(tmp_path):
    table = {"article_id": ["a", *"b" * 10, "c"], "position": range(12), "text": ["One."] * 12}
    pq.write_table(
        pa.table({name: list(values) for name, values in table.items()}), tmp_path / "t.parquet", row_group_size=2
    )
    cuts = part_cuts(tmp_path / "t.parquet", part_bytes=1)
    parts = [list(read_part(tmp_path / "t.parquet", *ends, refuse=pytest.fail)) for ends in pairwise(cuts)]
    assert [[(article.article_id, len(article.texts)) for article in part] for part in parts] == [
        [("a", 1), ("b", 10)], [], [], [], [], [("c", 1)]
    ]  # fmt: skip


def test_row_groups_are_taken_together_until_they_are_worth_a_part(tmp_path):
    pq.write_table(
        pa.table({"text": [str(number) for number in range(1000)]}), tmp_path / "t.parquet", row_group_size=10
    )
    assert part_cuts(tmp_path / "t.parquet") == ()
    cuts = part_cuts(tmp_path / "t.parquet", part_bytes=1000)
    assert cuts[0] == 0
    assert cuts[-1] == 100
    assert min(last - first for first, last in pairwise(cuts[:-1])) > 1


@pytest.mark.parametrize("name", ["a.txt", "a.parquet", "none.parquet", "a.parquet.gz"])
def test_what_is_no_parquet_file_is_not_cut(tmp_path, name):
    (tmp_path / "a.txt").write_text("One.", encoding="utf-8")
    (tmp_path / "a.parquet").write_text("One.", encoding="utf-8")
    assert part_cuts(tmp_path / name, part_bytes=1) == ()


def test_a_damaged_file_is_refused_by_each_part(tmp_path):
    (tmp_path / "a.parquet").write_text("One.", encoding="utf-8")
    refused = []
    assert list(read_part(tmp_path / "a.parquet", 0, 1, refuse=refused.append)) == []
    assert "not a Parquet file" in str(refused[0])
