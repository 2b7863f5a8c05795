"""Tagged articles for labelling tools: Label Studio, doccano, Prodigy and Argilla.

The model's labels are the pre-annotation, and its scores are the scores of the predictions.
`corestory.labelling.annotation_tools` reads the files that the tools export.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from corestory.labelling.labelled import markup_columns, markup_rows
from corestory.model.tagged_article import TaggedArticle
from corestory.output.formats import LabellingTool
from corestory.reading.article import site_of
from corestory.reading.text import in_one_line, storable

LABEL_STUDIO_CONFIG = """\
<View>
  <ParagraphLabels name="label" toName="text">
    <Label value="core" background="#0072b2" hotkey="c"/>
    <Label value="filler" background="#b85000" hotkey="f"/>
  </ParagraphLabels>
  <Paragraphs name="text" value="$paragraphs" layout="dialogue" nameKey="author" textKey="text"/>
</View>
"""
"""The labelling configuration to paste into a project of Label Studio."""

AGENT = "corestory"

JsonObject = dict[str, object]


@dataclass(frozen=True, slots=True)
class _Line:
    """A paragraph with the values that all tools get."""

    position: int
    text: str
    label: str
    certainty: float
    """The probability that the label is right, by the score."""
    markup: JsonObject


def _lines(article: TaggedArticle) -> list[_Line]:
    markup = markup_rows(article.article)
    rows = zip(article.texts, markup, article.labels, article.scores.tolist(), strict=True)
    return [
        _Line(
            position,
            # In doccano, a line end would start a new paragraph.
            in_one_line(storable(text)),
            label,
            round(score if label == "core" else 1 - score, 4),
            markup_columns(around),
        )
        for position, (text, around, label, score) in enumerate(rows)
    ]


def _facts(article: TaggedArticle) -> JsonObject:
    read = article.article
    facts = {"article_id": read.article_id, "url": read.url, "site": site_of(read), "title": read.title}
    facts["language"] = read.language
    return {name: storable(value) for name, value in facts.items() if value}


def label_studio_task(article: TaggedArticle) -> JsonObject:
    """Return an article as a task, with a prediction that has a region for each paragraph.

    Examples
    --------
    >>> import numpy as np
    >>> from corestory.model.tagged_article import TaggedArticle
    >>> from corestory.reading.article import Article
    >>> article = Article("a", ["It rained.", "Share"])
    >>> tagged = TaggedArticle(article, np.array([0.9, 0.1]), np.array([True, False]), 0.8)
    >>> label_studio_task(tagged)["predictions"][0]["result"][0]["value"]
    {'start': '0', 'end': '0', 'startOffset': 0, 'endOffset': 10, 'paragraphlabels': ['core']}
    """
    lines = _lines(article)
    regions = [
        {
            "id": f"paragraph-{line.position}",
            "from_name": "label",
            "to_name": "text",
            "type": "paragraphlabels",
            "origin": "prediction",
            "score": line.certainty,
            "value": {
                "start": str(line.position),
                "end": str(line.position),
                "startOffset": 0,
                # The tool runs in JavaScript, which counts UTF-16 units.
                "endOffset": len(line.text.encode("utf-16-le")) // 2,
                "paragraphlabels": [line.label],
            },
        }
        for line in lines
    ]
    paragraphs = [{"author": str(line.position + 1), "text": line.text, **line.markup} for line in lines]
    prediction = {"model_version": AGENT, "score": round(article.confidence, 4), "result": regions}
    return {"data": {**_facts(article), "paragraphs": paragraphs}, "predictions": [prediction]}


def doccano_document(article: TaggedArticle) -> JsonObject:
    r"""Return an article as a document for sequence labelling: one paragraph per line, each with a span.

    Examples
    --------
    >>> import numpy as np
    >>> from corestory.model.tagged_article import TaggedArticle
    >>> from corestory.reading.article import Article
    >>> article = Article("a", ["It rained.", "Share"])
    >>> tagged = TaggedArticle(article, np.array([0.9, 0.1]), np.array([True, False]), 0.8)
    >>> document = doccano_document(tagged)
    >>> document["text"], document["label"], document["meta"]["scores"]
    ('It rained.\nShare', [[0, 10, 'core'], [11, 16, 'filler']], [0.9, 0.9])
    """
    lines = _lines(article)
    spans: list[list[object]] = []
    begin = 0
    for line in lines:
        spans.append([begin, begin + len(line.text), line.label])
        begin += len(line.text) + 1
    meta: JsonObject = {**_facts(article), "scores": [line.certainty for line in lines]}
    meta["predicted"] = [line.label for line in lines]  # to recognise labels that nobody changed
    if article.article.markup is not None:
        meta["markup"] = [line.markup for line in lines]
    return {"text": "\n".join(line.text for line in lines), "label": spans, "meta": meta}


def prodigy_tasks(article: TaggedArticle) -> Iterator[JsonObject]:
    """Yield a task for each paragraph, in which a person accepts or rejects the label."""
    facts = _facts(article)
    for line in _lines(article):
        meta = {**facts, "position": line.position, "score": line.certainty}
        yield {"text": line.text, "label": line.label, "score": line.certainty, "meta": meta, **line.markup}


def argilla_records(article: TaggedArticle) -> Iterator[JsonObject]:
    """Yield a record for each paragraph, as a dictionary that ``argilla.Record.from_dict`` takes."""
    facts = _facts(article)
    for line in _lines(article):
        suggestion = {"value": line.label, "score": line.certainty, "agent": AGENT}
        yield {
            "id": f"{facts['article_id']}#{line.position}",
            "fields": {"text": line.text},
            "metadata": {**facts, "position": line.position},
            "suggestions": {"label": suggestion},
            "responses": {},
            "vectors": {},
        }


def exported(articles: Iterable[TaggedArticle], tool: LabellingTool) -> Iterator[str]:
    """Yield the text of the file that a tool imports, piece by piece.

    Parameters
    ----------
    articles
        The articles. For Prodigy all are in memory at once, because the least certain paragraphs come first.
    tool
        ``label-studio`` and ``argilla`` get a JSON list, ``doccano`` and ``prodigy`` JSON Lines.
    """
    if tool in ("prodigy", "argilla"):
        make_all = prodigy_tasks if tool == "prodigy" else argilla_records
        records: Iterable[JsonObject] = (record for article in articles for record in make_all(article))
    else:
        records = map(label_studio_task if tool == "label-studio" else doccano_document, articles)
    if tool == "prodigy":  # the order of its own teaching recipes
        records = sorted(records, key=lambda task: float(str(task["score"])))
    in_list = tool in ("label-studio", "argilla")
    if in_list:
        yield "["
    for number, record in enumerate(records):
        line = json.dumps(record, ensure_ascii=False)
        yield (f",\n{line}" if number else f"\n{line}") if in_list else f"{line}\n"
    if in_list:
        yield "\n]\n"
