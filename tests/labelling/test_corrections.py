import csv
import json
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.errors import InputError
from corestory.labelling.corrections import (
    LabelCorrection,
    apply_corrections,
    as_written,
    read_corrections,
    spreadsheet_safe,
    text_check,
)

HEADER = "article_id,position,check,correction\n"


def table():
    """A page in two views, and an article of its own."""
    rows = [
        ("p", "p", 0, "The ferry was sold.", "core"),
        ("p", "p", 1, "Share", "core"),
        ("p", "p", 2, "More", "filler"),
        ("p", "p", 3, "More", None),
        ("p@lines", "p", 0, "The ferry was sold.", "core"),
        ("p@lines", "p", 1, "Share", "core"),
        ("p@lines", "p", 2, "More", "filler"),
        ("p@lines", "p", 3, "More", "filler"),
        ("a", "a", 0, "Share", "core"),
    ]
    return pd.DataFrame(rows, columns=["article_id", "page", "position", "text", "label"])


def correction(article, position, label, text):
    return LabelCorrection(article, position, text_check(text), label, "suspects.csv, line 2")


def labels(frame):
    return [label if isinstance(label, str) else None for label in frame["label"]]


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_a_correction_holds_in_all_views_of_its_page_and_in_no_other_page():
    found, changed = apply_corrections(table(), [correction("p", 1, "filler", "Share")])
    assert labels(found) == ["core", "filler", "filler", None, "core", "filler", "filler", "filler", "core"]
    assert changed == 2


def test_a_text_that_comes_twice_in_another_view_is_left_alone_there():
    found, changed = apply_corrections(table(), [correction("p", 2, "core", "More")])
    assert labels(found)[2:4] == ["core", None]
    assert labels(found)[6:8] == ["filler", "filler"]
    assert changed == 1


def test_a_label_can_be_taken_away_and_given_where_there_was_none():
    corrections = [correction("a", 0, None, "Share"), correction("p", 3, "filler", "More")]
    found, changed = apply_corrections(table(), corrections)
    assert labels(found)[8] is None
    assert labels(found)[3] == "filler"
    assert changed == 2


def test_a_correction_to_the_label_that_is_there_changes_nothing():
    found, changed = apply_corrections(table(), [correction("a", 0, "core", "Share")])
    assert (labels(found), changed) == (labels(table()), 0)


def test_without_corrections_the_table_stays_the_same():
    frame = table()
    found, changed = apply_corrections(frame, [])
    assert found is frame
    assert changed == 0


def test_the_table_that_was_given_is_not_changed():
    frame = table()
    apply_corrections(frame, [correction("p", 1, "filler", "Share")])
    assert labels(frame) == labels(table())


@pytest.mark.parametrize(
    ("article", "position", "text", "expected"),
    [("p", 9, "Share", "is not in this table"), ("q", 0, "Share", "not in this"), ("p", 1, "Other", "another text")],
)
def test_one_edited_or_missing_paragraph_is_refused_with_its_line_and_the_others_are_corrected(
    article, position, text, expected
):
    refused = []
    corrections = [correction(article, position, "core", text), correction("a", 0, "filler", "Share")]
    found, changed = apply_corrections(table(), corrections, refuse=refused.append)
    assert (labels(found)[8], changed) == ("filler", 1)
    assert expected in str(refused[0])
    assert str(refused[0]).startswith("suspects.csv, line 2: ")


def test_only_rows_with_a_correction_are_read(tmp_path):
    check = text_check("Share")
    path = write(tmp_path / "s.csv", f"{HEADER}p,0,{check},\np,1,{check}, Filler \np,2,{check},UNLABELLED\n")
    found = read_corrections(path)
    assert [(one.article_id, one.position, one.label) for one in found] == [("p", 1, "filler"), ("p", 2, None)]
    assert found[0].where == f"{path}, line 3"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_what_a_spreadsheet_makes_of_the_file_is_read(tmp_path, encoding):
    path = tmp_path / "s.csv"
    path.write_bytes('Article_ID;Position;Check;Correction\r\n"café;1";0;text-0;core\r\n'.encode(encoding))
    (found,) = read_corrections(path)
    assert (found.article_id, found.position, found.label) == ("café;1", 0, "core")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "is empty"),
        ("article_id,position\np,0\n", "no column check, correction"),
        (f"{HEADER}p,0,text-0,perhaps\n", "correction 'perhaps'; expected core, filler, unlabelled, or nothing"),
        (f"{HEADER}p,1.5,text-0,core\n", "position '1.5'; expected a whole number"),
        (f"{HEADER}p,-1,text-0,core\n", "position '-1'"),
        (f"{HEADER}p,0,text-0\n", "a row of 3 fields; expected 4"),
        (f"{HEADER}p,0,text-0,core\np,0,text-0,filler\n", "line 3: correction filler, but core at .*line 2"),
    ],
)
def test_a_file_that_cannot_be_wholly_used_is_not_used(tmp_path, text, expected):
    with pytest.raises(InputError, match=expected):
        read_corrections(write(tmp_path / "s.csv", text))


def test_the_same_correction_twice_is_one(tmp_path):
    assert len(read_corrections(write(tmp_path / "s.csv", f"{HEADER}p,0,text-0,core\np,0,text-0,core\n"))) == 1


@given(st.text() | st.text(alphabet="=+-@;\t\r\n ,|'\"a1\uff1d\x00"))
def test_what_was_made_safe_for_a_spreadsheet_comes_back(text):
    safe = spreadsheet_safe(text)
    assert as_written(safe) == text
    # A spreadsheet that separates cells by semicolons or tabs reads each of these as a cell.
    for cell in re.split(r"[;\t\r\n]", safe):
        assert not cell.strip().strip("\x00").strip().startswith(("=", "+", "-", "@", "\uff1d"))


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x00"), min_size=1).filter(str.strip))
def test_any_article_id_comes_back_from_the_file(tmp_path_factory, name):
    path = tmp_path_factory.mktemp("c") / "s.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([HEADER.strip().split(","), [spreadsheet_safe(name), 0, "text-0", "core"]])
    (found,) = read_corrections(path)
    assert found.article_id == name


def reviewed(tmp_path, *rows):
    path = tmp_path / "labels.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def test_the_last_label_of_a_review_is_the_correction(tmp_path):
    row = {"article_id": "a", "position": 1, "text": "Share", "label": "core", "decided": "2026-11-26"}
    taken_back = [{**row, "position": 2}, {**row, "position": 2, "label": None}]
    cut = {**row, "position": 3, "check": text_check("Share this")}
    found = read_corrections(reviewed(tmp_path, row, *taken_back, cut, {**row, "label": "filler"}))
    assert [(one.position, one.check, one.label) for one in found] == [
        (1, text_check("Share"), "filler"),
        (3, text_check("Share this"), "core"),
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"label": "maybe"}, "line 1: not a label of `corestory review`"),
        ({"text": None}, "line 1: not a label"),
        ({"position": "x"}, "line 1"),
    ],
)
def test_what_is_no_label_of_a_review_is_refused(tmp_path, change, said):
    row = {"article_id": "a", "position": 1, "text": "Share", "label": "core"}
    with pytest.raises(InputError, match=said):
        read_corrections(reviewed(tmp_path, row | change))
