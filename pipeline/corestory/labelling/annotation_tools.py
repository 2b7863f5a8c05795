"""Exports of labelling tools as rows of a labelled table: Label Studio, doccano, Prodigy and Argilla.

The fields of the first record identify the tool. Offsets count characters from the beginning of a paragraph in Label
Studio, and from the beginning of the text in doccano. A paragraph gets the label that covers most of it, because a
region that a person draws may begin or end in the middle of a word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import cast

from corestory.errors import InputError, Note, Refuse, no_note
from corestory.labelling.labelled import MARKUP_COLUMNS
from corestory.reading.file_kinds import kind_by_name
from corestory.reading.json_rows import json_rows
from corestory.reading.streams import open_bytes
from corestory.reading.tables import SourceRow

_FACTS = ("article_id", "url", "site", "title", "language")
_ANSWERS = ("accept", "reject", "ignore")
_COUNTED = (None, "submitted")
"""The states of Argilla's answers that count; nested records have none. Drafts and discarded answers do not count."""
_OTHER = {"core": "filler", "filler": "core"}

Row = dict[str, object]


def tool_of(path: Path) -> str:
    """Return the name of the tool that exported a file, by its first record; empty if it is none of them.

    Raises
    ------
    InputError
        The file cannot be read, or is one that `corestory export` wrote and nobody has labelled.
    """
    kind = kind_by_name(path)
    if kind not in ("json", "lines"):
        return ""
    with open_bytes(path) as stream:
        first = next(json_rows(stream, name=str(path), refuse=lambda _: None, lines=kind == "lines"), None)
    record: Mapping[str, object] = {} if first is None else first.values
    meta = record.get("meta")
    for tool, (exported, added) in _EXPORTED.items():
        if isinstance(meta, Mapping) and meta.keys() >= exported and added not in record:
            raise InputError(
                f"was written by `corestory export` for {tool}, and contains only the labels of the model",
                where=str(path),
                expected=f"the export of {tool}, whose records have {added!r}",
            )
    return next((name for name, (is_its, _) in _TOOLS.items() if is_its(record)), "")


def tool_rows(path: Path, tool: str, *, refuse: Refuse, note: Note = no_note) -> Iterator[SourceRow]:
    """Read an export as rows of a labelled table, one per paragraph.

    Parameters
    ----------
    path
        The file.
    tool
        The tool's name, as in `tool_of`.
    refuse
        Called with the reason for each record that cannot be read; reading goes on after it.
    note
        Called with the number of doccano documents whose labels are those of the model, because doccano does not show
        whether a person has agreed with them.

    Yields
    ------
    SourceRow
        With the columns ``text``, ``label`` (None if the person gave none), ``article_id``, ``position`` and other
        known ones. Of two rows of one paragraph, the later one counts.
    """
    rows_of = _TOOLS[tool][1]
    documents = unchanged = 0
    updated: dict[object, str] = {}
    with open_bytes(path) as stream:
        for record in json_rows(stream, name=str(path), refuse=refuse, lines=kind_by_name(path) == "lines"):
            try:
                rows = rows_of(record.values)
            except (KeyError, TypeError, ValueError, IndexError):
                refuse(InputError(f"not a record that {tool} exports", where=record.where, expected=_EXPECTED[tool]))
                continue
            # The short form of Label Studio has one record for each annotation of a task, the latest first.
            when = str(record.values.get("updated_at", ""))
            if "annotation_id" in record.values and rows:
                if when < updated.get(rows[0]["article_id"], ""):
                    continue
                updated[rows[0]["article_id"]] = when
            documents += 1
            unchanged += [row["label"] for row in rows] == _predicted(record.values)
            for row in rows:
                yield SourceRow({"decided": tool, **row}, record.where, record.name)
    if unchanged:
        note(
            f"{path}: {unchanged:,} of {documents:,} documents have the labels that the model gave them. Leave out "
            "those that nobody has checked: doccano can export the approved documents only."
        )


# --- Label Studio


def _is_label_studio(record: Mapping[str, object]) -> bool:
    data = record.get("data", record)
    paragraphs = data.get("paragraphs") if isinstance(data, Mapping) else None
    return isinstance(paragraphs, list) and all(isinstance(item, Mapping) for item in paragraphs)


def _label_studio_rows(task: Mapping[str, object]) -> list[Row]:
    data = _object(task.get("data", task))
    paragraphs = [_object(item) for item in _list(data["paragraphs"])]
    texts = [str(item["text"]) for item in paragraphs]
    facts = _facts(data)
    facts.setdefault("article_id", f"task-{task['id']}" if "id" in task else "")
    if not facts["article_id"]:
        raise ValueError
    covered: list[Counter[str]] = [Counter() for _ in texts]
    for region in _regions(task):
        # The tool writes the numbers of paragraphs as strings; its documentation shows numbers.
        start, end = int(str(region["start"])), int(str(region["end"]))
        labels = tuple(map(str, _list(region["paragraphlabels"])))
        if not 0 <= start <= end < len(texts):
            raise IndexError
        for number in range(start, end + 1):
            first = int(str(region["startOffset"])) if number == start else 0
            last = int(str(region["endOffset"])) if number == end else _length(texts[number])
            for label in labels:
                covered[number][label] += max(min(last, _length(texts[number])) - max(first, 0), 0)
    return [
        {**facts, **_markup(fields), "position": position, "text": text, "label": _most(covered[position])}
        for position, (fields, text) in enumerate(zip(paragraphs, texts, strict=True))
    ]


def _regions(task: Mapping[str, object]) -> list[Mapping[str, object]]:
    """Return the regions of the annotation that counts: one marked as ground truth, else the latest."""
    annotations = [
        _object(annotation) for annotation in _list(task.get("annotations") or task.get("completions") or [])
    ]
    annotations = [
        annotation
        for annotation in annotations
        if not annotation.get("was_cancelled") and not annotation.get("skipped")
    ]
    if annotations:
        latest = max(
            annotations,
            key=lambda annotation: (bool(annotation.get("ground_truth")), str(annotation.get("updated_at") or "")),
        )
        results = map(_object, _list(latest["result"] or []))
        values = (_object(result["value"]) for result in results if result.get("type") != "relation")
    else:
        # The short form (JSON-MIN) has the regions themselves, under the name of the control.
        lists = (value for name, value in task.items() if name != "paragraphs" and isinstance(value, list))
        values = (item for value in lists for item in value if isinstance(item, Mapping))
    return [item for item in values if "paragraphlabels" in item]


# --- doccano


def _is_doccano(record: Mapping[str, object]) -> bool:
    spans = next((record[name] for name in ("label", "labels", "entities") if name in record), None)
    return isinstance(record.get("text", record.get("data")), str) and isinstance(spans, list)


def _doccano_rows(record: Mapping[str, object]) -> list[Row]:
    text = str(record.get("text", record.get("data")))
    meta = record.get("meta")
    about = {**meta, **record} if isinstance(meta, Mapping) else record
    facts = _facts(about)
    facts.setdefault("article_id", f"document-{record['id']}" if "id" in record else "")
    if not facts["article_id"]:
        raise ValueError
    spans = [_span(span) for span in _list(next(record[n] for n in ("label", "labels", "entities") if n in record))]
    lines = text.split("\n")
    markup = about.get("markup")
    known = markup if isinstance(markup, list) and len(markup) == len(lines) else [{}] * len(lines)
    rows: list[Row] = []
    begin = 0
    for line, columns in zip(lines, known, strict=True):
        end = begin + len(line)
        covered: Counter[str] = Counter()
        for first, last, label in spans:
            covered[label] += max(min(last, end) - max(first, begin), 0)
        if line.strip():
            about_line = {**facts, **_markup(_object(columns)), "position": len(rows), "text": line}
            rows.append({**about_line, "label": _most(covered)})
        begin = end + 1
    return rows


def _predicted(record: Mapping[str, object]) -> object:
    """Return the model's labels, which `corestory export` writes into a doccano document."""
    meta = record.get("meta")
    return (meta if isinstance(meta, Mapping) else record).get("predicted")


def _span(span: object) -> tuple[int, int, str]:
    if isinstance(span, Mapping):  # in a project with relations
        first, last, label = span["start_offset"], span["end_offset"], span["label"]
    else:
        first, last, label = _list(span)
    if not isinstance(label, str):
        raise TypeError
    return int(first), int(last), label


# --- Prodigy


def _is_prodigy(record: Mapping[str, object]) -> bool:
    return isinstance(record.get("text"), str) and record.get("answer") in _ANSWERS


def _prodigy_rows(task: Mapping[str, object]) -> list[Row]:
    meta = _object(task["meta"])
    answer = task["answer"]
    if answer not in _ANSWERS:
        raise ValueError
    label: str | None = None
    if answer != "ignore":
        chosen = task.get("accept")  # from the interface with options; otherwise one label is accepted or rejected
        label = str(task["label"]) if chosen is None else next(iter(map(str, _list(chosen))), None)
        if answer == "reject":
            label = None if chosen is not None or label is None else _OTHER[label.casefold()]
    return [{**_facts(meta), **_markup(task), "position": meta["position"], "text": task["text"], "label": label}]


# --- Argilla


def _is_argilla(record: Mapping[str, object]) -> bool:
    nested = isinstance(record.get("fields"), Mapping) and "responses" in record
    return nested or (
        isinstance(record.get("text"), str) and ("label.responses" in record or "label.suggestion" in record)
    )


def _argilla_rows(record: Mapping[str, object]) -> list[Row]:
    if "fields" in record:
        text, about = _object(record["fields"])["text"], _object(record["metadata"])
        given = [_object(response) for response in _list(_object(record["responses"] or {}).get("label") or [])]
        answers = [(response["value"], response.get("status")) for response in given]
    else:  # flattened
        text, about = record["text"], record
        values, states = (_list(record.get(f"label.responses{ending}") or []) for ending in ("", ".status"))
        answers = list(zip_longest(values, states[: len(values)]))
    label = _most(Counter(str(answer) for answer, status in answers if answer is not None and status in _COUNTED))
    return [{**_facts(about), "position": about["position"], "text": text, "label": label}]


def _facts(about: Mapping[str, object]) -> Row:
    return {name: about[name] for name in _FACTS if about.get(name) not in (None, "")}


def _markup(about: Mapping[str, object]) -> Row:
    return {name: about[name] for name in MARKUP_COLUMNS if name in about}


def _most(covered: Counter[str]) -> str | None:
    """Return the label with the greatest count; None if there is none, or if two have the same count."""
    first, second = (*covered.most_common(2), ("", 0), ("", 0))[:2]
    return first[0] if first[1] > second[1] else None


def _length(text: str) -> int:
    """Count the characters of a text as JavaScript does, in which the tool runs."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _object(value: object) -> Mapping[str, object]:
    if isinstance(value, Mapping):
        return cast("Mapping[str, object]", value)
    raise TypeError


def _list(value: object) -> Sequence[object]:
    if isinstance(value, list):
        return value
    raise TypeError


_TOOLS: dict[str, tuple[Callable[[Mapping[str, object]], bool], Callable[[Mapping[str, object]], list[Row]]]] = {
    "Label Studio": (_is_label_studio, _label_studio_rows),
    "Argilla": (_is_argilla, _argilla_rows),
    "Prodigy": (_is_prodigy, _prodigy_rows),
    "doccano": (_is_doccano, _doccano_rows),
}
# The keys that `corestory export` writes into the field meta, and the field that the tool adds to each record.
_EXPORTED = {"Prodigy": ({"position", "score"}, "answer"), "doccano": ({"scores"}, "id")}
_EXPECTED = {
    "Label Studio": "data with article_id and paragraphs, and annotations with paragraphlabels",
    "Argilla": "fields with text, metadata with article_id and position, and responses with label",
    "Prodigy": "text, label, meta with article_id and position, and answer accept, reject or ignore",
    "doccano": "text, article_id, and label: a list of [start, end, label]",
}
