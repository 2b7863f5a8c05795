"""The public names, how little importing them loads, frames that are tagged, and errors that are pickled."""

import ast
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import corestory
from corestory.api import KINDS, explain, tag_frame
from corestory.errors import InputError, OutputError
from corestory.output.article_page import article_page
from loaded import modules_after

STORY = "The lugger left the quay at 7 on Monday."
PLUG = "READ MORE: lugger sold"
ARTICLES = pd.DataFrame({"id": ["a", "b"], "text": [f"{STORY}\n{PLUG}", STORY], "desk": ["ports", None]})


def test_an_article_a_row_gives_a_paragraph_a_row(seeded_tagger):
    found = tag_frame(ARTICLES, seeded_tagger)
    assert list(zip(found["article_id"], found["position"], found["text"], strict=True)) == [
        ("a", 0, STORY),
        ("a", 1, PLUG),
        ("b", 0, STORY),
    ]
    assert set(found["label"]) <= {"core", "filler"}
    assert found["score"].between(0, 1).all()


def test_paragraphs_a_row_are_tagged_as_the_article_that_they_make(seeded_tagger):
    table = pd.DataFrame({"article_id": ["a", "a", "b"], "position": [1, 0, 0], "text": [PLUG, STORY, STORY]})
    pd.testing.assert_frame_equal(tag_frame(table, seeded_tagger), tag_frame(ARTICLES, seeded_tagger))


def test_lists_of_paragraphs_and_pages_are_read_as_engines_give_them(seeded_tagger):
    lists = pd.DataFrame({"id": ["a"], "paragraphs": [np.array([STORY, PLUG], object)]})
    pd.testing.assert_frame_equal(tag_frame(lists, seeded_tagger), tag_frame(ARTICLES[:1], seeded_tagger))
    pages = pa.table({"html": [f"<p>{STORY}</p><p>{PLUG}</p>"], "text": pa.nulls(1)}).to_pandas()
    found = tag_frame(pages, seeded_tagger)
    assert found["text"].tolist() == [STORY, PLUG]
    assert found["article_id"].tolist() == ["row:0"] * 2


def test_it_is_what_the_tagger_says_of_the_text(seeded_tagger):
    alone = seeded_tagger.tag(f"{STORY}\n{PLUG}")
    found = tag_frame(ARTICLES[:1], seeded_tagger)
    np.testing.assert_allclose(found["score"], alone["score"], atol=1e-6)
    assert found["label"].tolist() == alone["label"].tolist()


@pytest.mark.parametrize("frame", [ARTICLES, ARTICLES[:0]], ids=["rows", "no rows"])
def test_the_columns_and_their_types_are_always_the_same(seeded_tagger, frame):
    found = tag_frame(frame, seeded_tagger, keep=["desk"])
    assert list(found.columns) == [*KINDS, "desk"]
    assert {name: str(kind) for name, kind in found.dtypes.items() if name in ("position", "score", "confidence")} == {
        "position": "int32",
        "score": "float64",
        "confidence": "float64",
    }


def test_columns_to_keep_go_with_every_paragraph(seeded_tagger):
    assert tag_frame(ARTICLES.fillna({"desk": "?"}), seeded_tagger, keep=["desk"])["desk"].tolist() == [
        "ports",
        "ports",
        "?",
    ]


@pytest.mark.parametrize("gap", [None, np.nan, pd.NA, ""])
def test_an_article_that_cannot_be_read_is_raised_or_refused(seeded_tagger, gap):
    frame = pd.DataFrame({"id": ["a", "b"], "text": pd.Series([gap, STORY], dtype=object)})
    with pytest.raises(InputError, match="without paragraphs"):
        tag_frame(frame, seeded_tagger)
    refused = []
    assert tag_frame(frame, seeded_tagger, refuse=refused.append)["article_id"].tolist() == ["b"]
    assert [str(error.where) for error in refused] == ["the frame, row 0"]


def test_a_frame_without_text_is_told_what_is_missing(seeded_tagger):
    with pytest.raises(InputError, match="no column 'text'; the columns are: id, teaser"):
        tag_frame(pd.DataFrame({"id": ["a"], "teaser": ["x"]}), seeded_tagger)


def test_what_is_no_frame_is_told_what_is_expected(seeded_tagger):
    with pytest.raises(InputError, match=r"a value of type str; expected a pandas\.DataFrame"):
        tag_frame("It rained.", seeded_tagger)


def test_a_threshold_of_0_makes_all_core(seeded_tagger):
    assert set(tag_frame(ARTICLES, seeded_tagger, threshold=0)["label"]) == {"core"}


def test_a_folder_stands_for_its_model(seeded_tagger, seeded_model):
    pd.testing.assert_frame_equal(tag_frame(ARTICLES, seeded_model), tag_frame(ARTICLES, seeded_tagger))


PAGE = "<nav>News</nav><article><p>The ferry was sold on Monday, she said.</p><p>It sank.</p></article>"


def test_a_text_and_a_page_are_explained_paragraph_by_paragraph(seeded_tagger):
    text = explain("The ferry was sold.\nShare", seeded_tagger)
    assert [paragraph.text for paragraph in text.paragraphs] == ["The ferry was sold.", "Share"]
    assert [paragraph.position for paragraph in text.paragraphs] == [0, 1]
    assert explain(PAGE, seeded_tagger, html=True).paragraphs[0].markup is not None


@pytest.mark.parametrize("text", ["", " \n\n"])
def test_a_text_without_a_paragraph_is_refused(seeded_tagger, text):
    with pytest.raises(InputError, match="no text"):
        explain(text, seeded_tagger)


def test_a_notebook_shows_the_coloured_page_in_a_frame(seeded_tagger):
    found = explain("The ferry was sold.\n<b>Share</b>", seeded_tagger)
    shown = found._repr_html_()
    assert shown.startswith("<iframe srcdoc=")
    assert "<b>" not in shown
    assert shown.count("&lt;html") == article_page(found).count("<html") == 1
    assert len(repr(found)) < 100


HEAVY = {"numpy", "pandas", "pyarrow", "scipy", "sklearn", "typer"}


@pytest.mark.parametrize("name", ["__version__", "CorestoryError"])
def test_importing_corestory_loads_no_heavy_package_before_it_is_needed(name: str) -> None:
    assert not HEAVY & modules_after(f"import corestory; dir(corestory); corestory.{name}")
    assert "numpy" in modules_after("import corestory; corestory.explain")


@pytest.mark.parametrize("name", corestory.__all__)
def test_every_public_name_can_be_imported_is_listed_and_documented(name: str) -> None:
    assert getattr(corestory, name) is not None
    assert name in dir(corestory)
    assert f"`{name}`" in str(corestory.__doc__)


def test_type_checkers_see_every_public_name() -> None:
    tree = ast.parse(Path(corestory.__file__).read_text(encoding="utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    seen = {alias.name for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    seen |= {
        node.target.id for node in block.body if isinstance(node, ast.AnnAssign) if isinstance(node.target, ast.Name)
    }
    assert seen == set(corestory.__all__)


def test_a_name_that_is_not_public_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'corestory' has no attribute 'load_modle'"):
        corestory.load_modle  # noqa: B018


def test_an_error_says_where_what_what_instead_and_how_to_mend_it_in_one_line() -> None:
    error = InputError("label\n'maybe'", where="a.csv, row 3", expected="core or filler", hint="Name it.")
    assert str(error) == "a.csv, row 3: label 'maybe'; expected core or filler. Name it."
    assert str(InputError("no text")) == "no text"


def test_an_error_comes_back_whole_from_another_process() -> None:
    error = OutputError("exists", where="a", expected="nothing", hint="Move it.")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is OutputError
    assert str(again) == str(error)
    assert (again.found, again.where, again.expected, again.hint) == ("exists", "a", "nothing", "Move it.")
