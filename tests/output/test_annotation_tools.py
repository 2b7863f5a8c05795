"""Label, export, import: what a tool sends back unchanged has the labels that it was sent."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.labelling.labelled import markup_rows
from corestory.labelling.origins import find_origins
from corestory.labelling.table_files import LabelNames
from corestory.model.tagged_article import TaggedArticle
from corestory.output.annotation_tools import exported
from corestory.reading.article import Article
from corestory.reading.html.page import read_page

TOOLS = ("label-studio", "doccano", "prodigy", "argilla")
USER = "3fa85f64-5717-4562-b3fc-2c963f66afa6"


def tagged(article_id, texts, scores, markup=None):
    article = Article(article_id, texts, "https://herald.example/1", "The ferry", "en", markup=markup)
    return TaggedArticle(article, np.array(scores), np.array(scores) >= 0.5, 0.8)


def as_the_tool_exports(tool, records):
    """What a person's tool makes of the records who accepts each prediction."""
    for number, record in enumerate(records, start=1):
        if tool == "label-studio":
            (prediction,) = record["predictions"]
            done = {"id": number, "result": prediction["result"], "was_cancelled": False, "completed_by": 1}
            yield {"id": number, "data": record["data"], "annotations": [done], "predictions": []}
        elif tool == "doccano":
            yield {"id": number, "text": record["text"], "label": record["label"], **record["meta"], "Comments": []}
        elif tool == "prodigy":
            yield record | {"answer": "accept", "_input_hash": number, "_task_hash": number}
        else:
            answer = {"value": record["suggestions"]["label"]["value"], "user_id": USER}
            yield record | {"responses": {"label": [answer]}, "_server_id": USER}


def come_back(folder, tool, articles):
    """Export articles, answer as a person does who agrees, and read the answers; by article id."""
    text = "".join(exported(articles, tool))
    in_lines = tool in ("doccano", "prodigy")
    sent = list(map(json.loads, text.splitlines())) if in_lines else json.loads(text)
    path = folder / ("back.jsonl" if in_lines else "back.json")
    answers = list(as_the_tool_exports(tool, sent))
    path.write_text("\n".join(map(json.dumps, answers)) if in_lines else json.dumps(answers), encoding="utf-8")
    refused = []
    (origin,) = find_origins([path])
    found = {one.article_id: one for one in origin.articles(names=LabelNames(), refuse=refused.append)}
    assert not refused
    return sent, found


def is_line(text):
    return text == text.strip() and len(text.splitlines()) == 1 and "\x00" not in text


LINES = st.text(min_size=1, max_size=30).filter(is_line)


@pytest.mark.parametrize("tool", TOOLS)
@given(articles=st.lists(st.lists(st.tuples(LINES, st.floats(0, 1)), min_size=1, max_size=6), min_size=1, max_size=3))
def test_the_same_labels_come_back(tmp_path_factory, tool, articles):
    made = [
        tagged(f"a{number}", [text for text, _ in lines], [score for _, score in lines])
        for number, lines in enumerate(articles)
    ]
    _, found = come_back(tmp_path_factory.mktemp("tool"), tool, made)
    assert {name: [(line.text, line.label) for line in one.paragraphs] for name, one in found.items()} == {
        f"back/{one.article_id}": list(zip(one.texts, one.labels, strict=True)) for one in made
    }
    assert {(one.site, one.url, one.title, one.language) for one in found.values()} == {
        ("herald.example", "https://herald.example/1", "The ferry", "en")
    }


@pytest.mark.parametrize("tool", ["label-studio", "doccano", "prodigy"])
def test_the_markup_of_a_page_comes_back(tmp_path, tool):
    read = read_page("<ul><li><p>It rained.</p><li><a class=plug href=x>Share</a><li></ul>")
    _, found = come_back(tmp_path, tool, [tagged("a", read.texts, [0.9, 0.1], read.markup)])
    assert [line.markup for line in found["back/a"].paragraphs] == markup_rows(read)
    assert found["back/a"].view == "page"


@pytest.mark.parametrize("tool", TOOLS)
def test_the_scores_travel_as_the_certainty_of_the_labels(tmp_path, tool):
    one = tagged("a", ["It rained.", "Share", "It sank."], [0.9, 0.3, 0.6])
    sent, _ = come_back(tmp_path, tool, [one])
    if tool == "label-studio":
        assert sent[0]["predictions"][0]["score"] == 0.8
        scores = [region["score"] for region in sent[0]["predictions"][0]["result"]]
    elif tool == "doccano":
        scores = sent[0]["meta"]["scores"]
    elif tool == "prodigy":
        assert [task["score"] for task in sent] == [0.6, 0.7, 0.9]  # its order: the least certain first
        scores = [task["score"] for task in sorted(sent, key=lambda task: task["meta"]["position"])]
    else:
        scores = [record["suggestions"]["label"]["score"] for record in sent]
    assert scores == [0.9, 0.7, 0.6]


def test_a_paragraph_of_several_lines_stays_one(tmp_path):
    one = tagged("a", ["First line,\nsecond line.", "Share"], [0.9, 0.1])
    _, found = come_back(tmp_path, "doccano", [one])
    assert [line.text for line in found["back/a"].paragraphs] == ["First line, second line.", "Share"]
