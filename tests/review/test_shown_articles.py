import csv

import pytest

from corestory.evaluation.audit import Neighbour, Suspect
from corestory.labelling.corrections import read_corrections, text_check
from corestory.review.shown_articles import (
    COLUMNS,
    NEIGHBOUR_CHARACTERS,
    TEXT_CHARACTERS,
    read_suspects,
    write_suspects,
)


def suspect(article="a", text="Share", **changes):
    values = {
        "position": 1, "source": "own", "label": "core", "suggested": "filler", "score": 0.1234,
        "issue": True, "before": (Neighbour("It rained.", "core"), Neighbour("=1+1", None)), "after": (),
    } | changes  # fmt: skip
    return Suspect(article_id=article, text=text, **values)


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_suspect_stands_with_the_article_around_it_and_an_empty_correction(tmp_path):
    path = tmp_path / "s.csv"
    write_suspects([suspect(), suspect("b", issue=False)], path)
    first, second = rows_of(path)
    assert tuple(first) == COLUMNS
    assert first["correction"] == ""
    assert (first["rank"], first["label"], first["suggested"], first["score"], first["issue"]) == (
        "1", "core", "filler", "0.123", "yes",
    )  # fmt: skip
    assert first["before"] == "core: It rained.\nunlabelled: =1+1"
    assert first["check"] == text_check("Share")
    assert (second["rank"], second["article_id"], second["issue"]) == ("2", "b", "")


def test_suspects_side_by_side_are_asked_for_both(tmp_path):
    first = suspect(text="Share", before=(), after=(Neighbour("Print", "core"),))
    second = suspect(text="Print", position=2, before=(Neighbour("Share", "core"),))
    write_suspects([first, second], tmp_path / "s.csv")
    (article,) = read_suspects(tmp_path / "s.csv")
    assert [(one.position, one.text, one.asked) for one in article.paragraphs] == [
        (1, "Share", True),
        (2, "Print", True),
    ]


def test_no_cell_is_a_formula(tmp_path):
    path = tmp_path / "s.csv"
    write_suspects([suspect("=cmd|' /C calc'!A0", "@SUM(A1)", source="+1"), suspect("-1", "\t=1")], path)
    for row in rows_of(path):
        for name, cell in row.items():
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")), name


def test_long_texts_are_cut_and_the_check_is_of_the_whole(tmp_path):
    path = tmp_path / "s.csv"
    text = "word " * 10_000
    write_suspects([suspect(text=text, after=(Neighbour(text, "filler"),))], path)
    (row,) = rows_of(path)
    assert len(row["text"]) == TEXT_CHARACTERS
    assert len(row["after"]) == len("filler: ") + NEIGHBOUR_CHARACTERS
    assert row["check"] == text_check(text)


@pytest.mark.parametrize("text", ['"quoted", with comma', "two\nlines", "日本 \x00 \u202e", "\ud800"])
def test_any_text_and_article_come_through_and_the_corrected_file_is_read_back(tmp_path, text):
    path = tmp_path / "s.csv"
    write_suspects([suspect('=a,"b"', text)], path)
    rows = rows_of(path)
    rows[0]["correction"] = "filler"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS)
        writer.writeheader()
        writer.writerows(row | {"text": "", "before": ""} for row in rows)
    (found,) = read_corrections(path)
    assert (found.article_id, found.position, found.label) == ('=a,"b"', 1, "filler")
    assert found.check == text_check(text)
