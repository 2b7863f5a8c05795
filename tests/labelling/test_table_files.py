import csv
import gzip
import io
import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.errors import InputError
from corestory.labelling.labelled import Markup
from corestory.labelling.table_files import LabelNames, is_table, read_table, rows_of_table

CSV = "article_id,position,site,text,label\na,1,herald.example,Read more,filler\na,0,,The ferry sailed.,core\n"


def table(path, **names):
    refused = []
    return list(read_table(path, source="own", names=LabelNames(**names), refuse=refused.append)), refused


def rows(article):
    return [(paragraph.text, paragraph.label) for paragraph in article.paragraphs]


def test_rows_become_articles_in_order_of_their_positions(write):
    articles, refused = table(write({"t.csv": CSV}) / "t.csv")
    assert not refused
    assert [(article.article_id, article.view, article.site) for article in articles] == [
        ("own/a", "text", "herald.example")
    ]
    assert rows(articles[0]) == [("The ferry sailed.", "core"), ("Read more", "filler")]


def test_rows_of_an_article_need_not_be_adjacent(write):
    text = "article_id,text,label\nb,One,core\na,Two,core\nb,Three,filler\n"
    articles, _ = table(write({"t.csv": text}) / "t.csv")
    assert [(article.page, rows(article)) for article in articles] == [
        ("own/b", [("One", "core"), ("Three", "filler")]),
        ("own/a", [("Two", "core")]),
    ]


FORMATS = {
    "t.csv": CSV.encode(),
    "t.csv.gz": gzip.compress(CSV.encode()),
    "bom.csv": CSV.encode("utf-8-sig"),
    "wide.csv": CSV.encode("utf-16"),
    "windows.csv": CSV.replace("\n", "\r\n").encode(),
    "semicolon.csv": CSV.replace(",", ";").encode(),
    "capital.csv": CSV.replace("text,label", "Text, LABEL").encode(),
    "t.tsv": CSV.replace(",", "\t").encode(),
    "t.TSV.gz": gzip.compress(CSV.replace(",", "\t").encode()),
    "t.jsonl": "\n".join(json.dumps(row) for row in csv.DictReader(io.StringIO(CSV))).encode(),
    "t.ndjson.gz": gzip.compress("\n".join(json.dumps(row) for row in csv.DictReader(io.StringIO(CSV))).encode()),
    "t.parquet": pd.read_csv(io.StringIO(CSV)).to_parquet(),
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_holds_the_same(write, name):
    assert table(write({name: FORMATS[name]}) / name) == table(write({"plain.csv": CSV}) / "plain.csv")


@pytest.mark.parametrize(
    ("core", "filler"),
    [("core", "filler"), ("1", "0"), ("true", "false"), ("TRUE", "False"), (" Core ", "FILLER"), ("1.0", "0.0")],
)
def test_the_usual_names_of_the_labels_are_known(write, core, filler):
    articles, _ = table(write({"t.csv": f"article_id,text,label\na,One,{core}\na,Two,{filler}\na,Three,\n"}) / "t.csv")
    assert rows(articles[0]) == [("One", "core"), ("Two", "filler"), ("Three", None)]


@pytest.mark.parametrize("values", [[True, False], [1, 0], [1.0, 0.0], ["core", "filler"]])
def test_labels_of_any_type_are_known_in_parquet(write, values):
    data = pd.DataFrame({"article_id": 7, "text": ["One", "Two"], "label": values}).to_parquet()
    articles, _ = table(write({"t.parquet": data}) / "t.parquet")
    assert [(article.page, rows(article)) for article in articles] == [("own/7", [("One", "core"), ("Two", "filler")])]


def test_a_missing_label_in_parquet_is_an_unlabelled_paragraph(write):
    data = pd.DataFrame({"url": "https://h.example/a", "text": ["One", "Two"], "label": [1.0, None]}).to_parquet()
    articles, _ = table(write({"t.parquet": data}) / "t.parquet")
    assert [(article.site, rows(article)) for article in articles] == [("h.example", [("One", "core"), ("Two", None)])]


def test_own_names_of_labels_take_the_place_of_the_usual_ones(write):
    path = write({"t.csv": "article_id,text,label\na,One,news\na,Two,AD\n"}) / "t.csv"
    assert rows(table(path, core="News", filler="ad")[0][0]) == [("One", "core"), ("Two", "filler")]
    swapped = LabelNames(core="0", filler="1")
    assert [swapped.label("0"), swapped.label("1")] == ["core", "filler"]
    with pytest.raises(KeyError):
        LabelNames(core="0").label("1")
    with pytest.raises(InputError, match="both labels are named 'x'"):
        LabelNames(core="x", filler="X ")


def test_an_unknown_label_is_named_with_its_row_and_the_way_out(write):
    path = write({"t.csv": "text,label\nOne,core\nTwo,maybe\n"}) / "t.csv"
    with pytest.raises(InputError) as caught:
        table(path)
    assert str(caught.value) == (
        f"{path}, line 3: unknown label 'maybe'; expected core, 1, true or filler, 0, false. "
        "Name the labels with --core-label and --filler-label."
    )


@pytest.mark.parametrize(
    ("name", "content", "missing", "found"),
    [
        ("t.csv", "body,label\nOne,core\n", "no column text", "'body', 'label'"),
        ("t.csv", "text\tclass\nOne\tcore\n", "no column label", "'text', 'class'"),
        ("t.jsonl", '{"text": "One"}\n', "no column label", "'text'"),
        ("t.jsonl", '{"body": "One"}\n', "no column text and no column label", "'body'"),
        ("t.parquet", pd.DataFrame({"text": ["One"]}).to_parquet(), "no column label", "'text'"),
    ],
)
def test_a_missing_column_is_named_with_those_that_are_there(write, name, content, missing, found):
    with pytest.raises(InputError) as caught:
        table(write({name: content}) / name)
    assert missing in str(caught.value)
    assert found in str(caught.value)


def test_an_article_cannot_have_a_position_twice(write):
    path = write({"t.csv": "article_id,position,text,label\na,0,One,core\nb,0,Two,core\na,0.0,Three,core\n"}) / "t.csv"
    with pytest.raises(InputError, match=r"line 4: article 'a' has position 0 twice, first in line 2"):
        table(path)


def test_without_article_the_address_tells_articles_apart_else_each_row_is_one(write):
    with_url = "url,text,label\nh.example/a,One,core\nh.example/b,Two,core\nh.example/a,Three,core\n"
    assert [len(article.paragraphs) for article in table(write({"u.csv": with_url}) / "u.csv")[0]] == [2, 1]
    alone = table(write({"t.csv": "text,label\nOne,core\nTwo,filler\n"}) / "t.csv")[0]
    assert [(article.page, rows(article)) for article in alone] == [
        ("own/2", [("One", "core")]),
        ("own/3", [("Two", "filler")]),
    ]


def test_positions_without_articles_make_the_table_one_article(write):
    articles, _ = table(write({"t.csv": "text,label,position\nTwo,core,5\nOne,core,2\n"}) / "t.csv")
    assert [rows(article) for article in articles] == [[("One", "core"), ("Two", "core")]]


BAD_ROWS = {
    "text missing": ("a,1,,core", "row without text"),
    "text blank": ("a,1,  ,core", "row without text"),
    "article missing": (",1,Two,core", "row without article_id"),
    "position no number": ("a,second,Two,core", "position 'second'"),
    "position broken": ("a,1.5,Two,core", "position '1.5'"),
    "position endless": ("a,1e999,Two,core", "position '1e999'"),
    "cell too many": ("a,1,Two,core,more", "a row of 5 fields"),
    "cell missing": ("a,1,Two", "a row of 3 fields"),
}


@pytest.mark.parametrize("case", BAD_ROWS)
def test_a_row_that_cannot_be_used_is_refused_by_number_and_the_rest_read(write, case):
    row, message = BAD_ROWS[case]
    path = write({"t.csv": f"article_id,position,text,label\na,0,One,core\n{row}\n\na,2,Three,filler\n"}) / "t.csv"
    articles, refused = table(path)
    assert [rows(article) for article in articles] == [[("One", "core"), ("Three", "filler")]]
    assert [(error.where, message in str(error)) for error in refused] == [(f"{path}, line 3", True)]


def test_a_bad_row_alone_leaves_no_empty_article(write):
    path = write({"t.csv": "article_id,position,text,label\na,0,One,core\nb,x,Two,core\n"}) / "t.csv"
    assert [article.page for article in table(path)[0]] == ["own/a"]


@pytest.mark.parametrize("line", ["{", '"text"', "[1]", "nothing", "[" * 100_000, '{"text": ["One"], "label": 1}'])
def test_a_malformed_line_is_refused_by_number_and_the_rest_read(write, line):
    good = '{"text": "One", "label": true}'
    path = write({"t.jsonl": f"{good}\n{line}\n\n{good}"}) / "t.jsonl"
    articles, refused = table(path)
    assert len(articles) == 2
    assert [error.where for error in refused] == [f"{path}, line 2"]


UNREADABLE = {
    "empty": ("t.csv", b""),
    "blank": ("t.jsonl", b"\n \n"),
    "header only": ("t.csv", b"text,label\n"),
    "no usable row": ("t.csv", b"text,label\n,core\n"),
    "column twice": ("t.csv", b"text,label,text\nOne,core,Two\n"),
    "quote left open": ("t.csv", b'text,label\n"One,core\n'),
    "binary": ("t.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"),
    "truncated gzip": ("t.csv.gz", gzip.compress(CSV.encode() * 30)[:-10]),
    "no gzip": ("t.csv.gz", b"\x1f\x8b\x08nothing"),
    "truncated parquet": ("t.parquet", pd.DataFrame({"text": ["One"], "label": ["core"]}).to_parquet()[:-20]),
    "text as parquet": ("t.parquet", CSV.encode()),
    "empty parquet": ("t.parquet", b""),
    "gzipped parquet": ("t.parquet.gz", gzip.compress(pd.DataFrame({"text": ["One"], "label": ["core"]}).to_parquet())),
    "missing": ("t.csv", None),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_is_no_table_is_refused_with_its_name(write, case):
    name, content = UNREADABLE[case]
    path = write({} if content is None else {name: content}) / name
    with pytest.raises(InputError) as caught:
        table(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


@given(
    st.lists(
        st.tuples(st.text(min_size=1).filter(str.strip), st.sampled_from(["core", "filler", ""])),
        min_size=1,
        max_size=20,
    )
)
def test_any_text_survives_json_lines(tmp_path_factory, paragraphs):
    path = tmp_path_factory.mktemp("tables") / "t.jsonl"
    path.write_text("\n".join(json.dumps({"url": "h.example/a", "text": t, "label": name}) for t, name in paragraphs))
    (article,), refused = table(path)
    assert not refused
    assert rows(article) == [(text.strip(), name or None) for text, name in paragraphs]


# A file that is mostly control characters is not taken for text at all.
typed = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('\n\t",;'), min_size=1)


@given(st.lists(typed.filter(str.strip), min_size=1, max_size=9))
def test_any_text_survives_csv(tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("tables") / "t.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("article_id", "text", "label"), *(("a", text, "core") for text in texts)])
    (article,), refused = table(path)
    assert not refused
    assert [paragraph.text for paragraph in article.paragraphs] == [text.strip() for text in texts]


def test_a_lone_surrogate_which_no_output_can_hold_is_replaced(write):
    path = write({"t.jsonl": '{"text": "One \\ud800 two", "label": 1}'}) / "t.jsonl"
    assert rows(table(path)[0][0]) == [("One \ufffd two", "core")]


def test_a_cell_of_many_megabytes_is_read(write):
    path = write({"t.csv": f"text,label\n{'word ' * 1_000_000},core\n"}) / "t.csv"
    assert len(table(path)[0][0].paragraphs[0].text) == 4_999_999


def read_rows(path):
    refused = []
    read = [
        (row.where.removeprefix(f"{path}, "), dict(row.values)) for row in rows_of_table(path, refuse=refused.append)
    ]
    return read, [error.where.removeprefix(f"{path}, ") for error in refused]


def test_rows_are_numbered_by_the_line_that_they_begin_on(write):
    path = write({"t.csv": 'text,label\n"One\nstill one",core\nTwo,filler\n'}) / "t.csv"
    assert read_rows(path)[0] == [
        ("line 2", {"text": "One\nstill one", "label": "core"}),
        ("line 4", {"text": "Two", "label": "filler"}),
    ]


def test_objects_are_numbered_by_their_lines(write):
    path = write({"t.jsonl": '\n{"text": "One", "label": 1}\n\nnot JSON\n{"text": "Two"}\n'}) / "t.jsonl"
    assert read_rows(path) == ([("line 2", {"text": "One", "label": 1}), ("line 5", {"text": "Two"})], ["line 4"])


def test_empty_rows_are_nothing_and_torn_rows_are_refused(write):
    path = write({"t.tsv": "text\tlabel\n\nOne\nTwo\tcore\textra\nThree\tcore\n"}) / "t.tsv"
    assert read_rows(path) == ([("line 5", {"text": "Three", "label": "core"})], ["line 3", "line 4"])


def test_a_tab_in_a_csv_and_a_comma_in_a_tsv_are_text(write):
    folder = write({"t.csv": "text,label\nOne\ttwo,core\n", "t.tsv": "text\tlabel\nOne, two\tcore\n"})
    assert read_rows(folder / "t.csv")[0][0][1]["text"] == "One\ttwo"
    assert read_rows(folder / "t.tsv")[0][0][1]["text"] == "One, two"


@pytest.mark.parametrize("name", ["t.txt", "csv", "t.csv.zip", "t.json.bak", "t.gz"])
def test_other_files_are_no_tables(name):
    assert not is_table(name)


def test_kind_column_gives_kinds_and_roles(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text(
        "position,text,label,kind\n0,Ferry sold,,title\n1,It sailed.,core,body\n2,READ MORE: Quay,filler,Related\n"
        "3,Ferry sold,filler,title\n4,Share,filler,\n"
    )
    (article,) = read_table(path, source="own", names=LabelNames(), refuse=pytest.fail)
    found = [(paragraph.kind, paragraph.role) for paragraph in article.paragraphs]
    assert found == [(None, "title"), (None, "body"), ("related", None), (None, "title"), (None, None)]


@pytest.mark.parametrize(("label", "kind"), [("filler", "plug"), ("core", "related"), ("filler", "body")])
def test_kind_that_does_not_suit_is_refused(tmp_path, label, kind):
    path = tmp_path / "own.csv"
    path.write_text(f"text,label,kind\nIt sailed.,{label},{kind}\n")
    with pytest.raises(
        InputError, match=f"line 2: kind '{kind}' of a paragraph with label {label}; expected of filler"
    ):
        list(read_table(path, source="own", names=LabelNames(), refuse=pytest.fail))


def decision(position, text, label, **more):
    return {"article_id": "a", "position": position, "text": text, "label": label, **more}


def lines(*rows):
    return "".join(f"{json.dumps(row)}\n" for row in rows)


def test_a_later_decision_replaces_an_earlier_one_of_the_same_paragraph(write):
    decided = {"decided": "2026-11-26T06:00:00+00:00"}
    first, second = decision(0, "It rained.", None, **decided), decision(1, "Share", "core", **decided)
    text = lines(first, second, {**second, "label": "filler"}, {**first, "label": "core"})
    (article,), refused = table(write({"t.jsonl": text}) / "t.jsonl")
    assert (rows(article), refused) == ([("It rained.", "core"), ("Share", "filler")], [])


@pytest.mark.parametrize("decided", [("", "2026"), ("2026", ""), ("", "")])
def test_rows_of_which_not_both_are_decisions_are_not_guessed(write, decided):
    text = lines(*(decision(0, "It rained.", "core", decided=when) for when in decided))
    with pytest.raises(InputError, match=r"line 2: article 'a' has position 0 twice, first in line 1"):
        table(write({"t.jsonl": text}) / "t.jsonl")


MARKUP = {"markup": "p article", "elements": [1, 4], "repeats": [1, 3], "link_density": 0.25, "declared": 0.5}


def test_markup_comes_back_from_a_table_that_has_it(write):
    (article,), refused = table(write({"t.jsonl": lines(decision(0, "It rained.", "core", **MARKUP))}) / "t.jsonl")
    assert not refused
    assert article.view == "page"
    assert article.paragraphs[0].markup == Markup("p article", (1, 4), 0.25, (1, 3), 0.5)


@pytest.mark.parametrize(
    "change",
    [
        {"repeats": [1]},
        {"elements": ["1", 4]},
        {"elements": [-1, 2]},
        {"link_density": None},
        {"link_density": 2},
        {"repeats": 7},
    ],
)
def test_a_row_with_malformed_markup_is_refused(write, change):
    text = lines(decision(0, "It rained.", "core", **MARKUP), decision(1, "Share", "filler", **(MARKUP | change)))
    (article,), (refused,) = table(write({"t.jsonl": text}) / "t.jsonl")
    assert "line 2: markup that cannot be read" in str(refused)
    assert rows(article) == [("It rained.", "core")]
