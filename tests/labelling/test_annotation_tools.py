"""Files in the very form in which labelling tools export them, in several versions."""

import json

import pytest

from corestory.errors import InputError
from corestory.labelling.origins import find_origins
from corestory.labelling.table_files import LabelNames

TEXTS = ["The ferry sailed on Monday.", "READ MORE: Ferry sold 🚢 now", "It came back on Friday."]
PARAGRAPHS = [{"author": str(number), "text": text} for number, text in enumerate(TEXTS, start=1)]
DATA = {"article_id": "a", "url": "https://herald.example/1", "paragraphs": PARAGRAPHS}


def read(tmp_path, content, *, name="export.json", lines=False):
    """Write a file, read it as prepare does, and return its kind, its articles' rows, and what was refused."""
    path = tmp_path / name
    path.write_text("\n".join(map(json.dumps, content)) if lines else json.dumps(content, indent=2), encoding="utf-8")
    (origin,) = find_origins([path])
    refused = []
    articles = origin.articles(names=LabelNames(), refuse=refused.append)
    found = {one.article_id: [(line.text, line.label) for line in one.paragraphs] for one in articles}
    return origin.kind, found, [str(error) for error in refused]


def expected(*labels):
    return {"export/a": list(zip(TEXTS, labels, strict=True))}


def region(start, end, first, last, label, *, number=str):
    value = {"start": number(start), "end": number(end), "startOffset": first, "endOffset": last, "text": "…"}
    value["paragraphlabels"] = [label]
    return {
        "value": value,
        "id": "RcHv5CdYBt",
        "from_name": "label",
        "to_name": "text",
        "type": "paragraphlabels",
        "origin": "manual",
    }


def annotation(*regions, **more):
    return {
        "id": 101,
        "completed_by": 1,
        "result": list(regions),
        "was_cancelled": False,
        "ground_truth": False,
        "created_at": "2026-03-09T22:16:08.728353Z",
        "updated_at": "2026-03-09T22:16:08.728378Z",
        "draft_created_at": None,
        "lead_time": 4.288,
        "prediction": {},
        "result_count": len(regions),
        "task": 1,
        "parent_prediction": None,
    } | more


def task(*annotations, **more):
    return {
        "id": 1,
        "annotations": list(annotations),
        "file_upload": "8f7a-tasks.json",
        "drafts": [],
        "predictions": [],
        "data": DATA,
        "meta": {},
        "created_at": "2026-03-09T21:52:49.513742Z",
        "updated_at": "2026-03-09T22:16:08.746926Z",
        "project": 83,
    } | more


WHOLE = (region(0, 0, 0, 27, "core"), region(1, 1, 0, 28, "filler"), region(2, 2, 0, 23, "core"))


@pytest.mark.parametrize("number", [str, int])
def test_label_studio_regions_may_be_of_a_paragraph_or_span_several(tmp_path, number):
    spanning = [region(0, 1, 0, 2, "core", number=number), region(1, 2, 3, 23, "filler", number=number)]
    kind, found, refused = read(tmp_path, [task(annotation(*spanning))])
    assert (kind, found, refused) == ("Label Studio", expected("core", "filler", "filler"), [])


def test_label_studio_paragraphs_without_a_region_have_no_label(tmp_path):
    assert read(tmp_path, [task(annotation(WHOLE[1]))])[1] == expected(None, "filler", None)
    assert read(tmp_path, [task()])[1] == expected(None, None, None)


def test_of_label_studio_annotations_the_ground_truth_counts_then_the_latest_and_no_cancelled_one(tmp_path):
    old = annotation(*WHOLE)
    new = annotation(region(0, 2, 0, 23, "filler"), updated_at="2026-04-01T00:00:00Z")
    cancelled = annotation(region(0, 2, 0, 23, "core"), updated_at="2026-05-01T00:00:00Z", was_cancelled=True)
    assert read(tmp_path, [task(new, old, cancelled)])[1] == expected("filler", "filler", "filler")
    assert read(tmp_path, [task(new, {**old, "ground_truth": True})])[1] == expected("core", "filler", "core")


def test_label_studio_exports_of_old_versions_and_of_the_short_form_are_read(tmp_path):
    old = task()
    del old["annotations"]
    assert read(tmp_path, [old | {"completions": [{"id": 1, "result": list(WHOLE)}]}])[1] == expected(
        "core", "filler", "core"
    )
    short = {"id": 1, **DATA, "label": [one["value"] for one in WHOLE], "annotator": 1, "annotation_id": 101}
    assert read(tmp_path, [short])[1] == expected("core", "filler", "core")


def test_of_label_studio_annotations_in_the_short_form_the_latest_counts_in_any_order(tmp_path):
    new, old = (
        {"id": 1, **DATA, "label": [one["value"] for one in regions], "annotator": number, "annotation_id": number,
         "updated_at": f"2026-0{number}-09T22:16:08.728378Z"}
        for number, regions in ((4, WHOLE), (3, [region(0, 2, 0, 23, "filler")]))
    )  # fmt: skip
    oldest = {**old, "updated_at": "2026-01-09T22:16:08.728378Z"}
    for records in ([new, old], [old, new], [oldest, new, old]):
        assert read(tmp_path, records)[1] == expected("core", "filler", "core")


def test_label_studio_relations_and_regions_of_two_labels_are_passed_over(tmp_path):
    relation = {"from_id": "a", "to_id": "b", "type": "relation", "direction": "right"}
    both = region(1, 1, 0, 28, "filler")
    both["value"]["paragraphlabels"] = ["filler", "core"]
    _, found, refused = read(tmp_path, [task(annotation(WHOLE[0], relation, both, WHOLE[2]))])
    assert (found, refused) == (expected("core", None, "core"), [])


@pytest.mark.parametrize(
    "wrong",
    [region(0, 3, 0, 1, "core"), region(1, 0, 0, 1, "core"), region("x", 0, 0, 1, "core"), {"type": "paragraphlabels"}],
)
def test_a_label_studio_task_that_cannot_be_read_is_refused_alone(tmp_path, wrong):
    good = task(annotation(*WHOLE), id=2, data=DATA | {"article_id": "b"})
    _, found, refused = read(tmp_path, [task(annotation(wrong)), good])
    assert list(found) == ["export/b"]
    assert len(refused) == 1
    assert "export.json, record 1: not a record that Label Studio exports" in refused[0]


def test_a_task_of_another_kind_is_no_table_and_refused_in_words(tmp_path):
    with pytest.raises(InputError, match=r"neither a folder nor a table; expected .* Label Studio"):
        read(tmp_path, [{"id": 1, "data": {"image": "a.jpg"}, "annotations": []}])


DOCUMENT = "\n".join(TEXTS)
SPANS = [[0, 27, "core"], [28, 55, "filler"], [56, 79, "core"]]
ENTITIES = [{"id": n, "label": label, "start_offset": a, "end_offset": b} for n, (a, b, label) in enumerate(SPANS)]


@pytest.mark.parametrize(
    "record",
    [
        {"id": 7, "text": DOCUMENT, "label": SPANS, "article_id": "a", "Comments": []},
        {"id": 7, "text": DOCUMENT, "labels": SPANS, "meta": {"article_id": "a"}, "annotation_approver": None},
        {"id": 7, "data": DOCUMENT, "label": SPANS, "meta": {"article_id": "a"}},
        {"id": 7, "text": DOCUMENT, "entities": ENTITIES, "relations": [], "meta": {"article_id": "a"}},
    ],
)
def test_doccano_lines_of_all_versions_are_read(tmp_path, record):
    kind, found, refused = read(tmp_path, [record], name="export.jsonl", lines=True)
    assert (kind, found, refused) == ("doccano", expected("core", "filler", "core"), [])


def test_a_doccano_span_that_begins_or_ends_beside_a_paragraph_counts_for_what_it_covers(tmp_path):
    record = {"id": 7, "text": DOCUMENT, "label": [[3, 31, "core"], [31, 56, "filler"]], "article_id": "a"}
    assert read(tmp_path, [record], name="export.jsonl", lines=True)[1] == expected("core", "filler", None)


def test_a_doccano_document_without_an_id_of_ours_has_the_tools(tmp_path):
    _, found, _ = read(tmp_path, [{"id": 7, "text": "It rained.", "label": []}], name="export.jsonl", lines=True)
    assert found == {"export/document-7": [("It rained.", None)]}


def test_a_doccano_export_with_numbers_for_labels_is_refused(tmp_path):
    record = {"id": 7, "text": DOCUMENT, "article_id": "a", "label": [[0, 27, 3]]}
    with pytest.raises(InputError, match="no labelled paragraph"):
        read(tmp_path, [record], name="export.jsonl", lines=True)


def answered(position, label, answer, **more):
    return {
        "text": TEXTS[position],
        "label": label,
        "score": 0.6,
        "meta": {"article_id": "a", "position": position, "score": 0.6},
        "_input_hash": -1530009927,
        "_task_hash": -340967702,
        "_session_id": None,
        "_view_id": "classification",
        "answer": answer,
        "_timestamp": 1772000000 + position,
    } | more


def test_prodigy_answers_accept_or_reject_a_label_and_what_is_ignored_has_none(tmp_path):
    tasks = [answered(2, "filler", "reject"), answered(0, "core", "accept"), answered(1, "core", "ignore")]
    kind, found, refused = read(tmp_path, tasks, name="export.jsonl", lines=True)
    assert (kind, found, refused) == ("Prodigy", expected("core", None, "core"), [])


def test_prodigy_answers_with_options_are_read_and_the_last_answer_counts(tmp_path):
    options = {"options": [{"id": "core", "text": "core"}, {"id": "filler", "text": "filler"}]}
    tasks = [
        answered(0, None, "accept", accept=["filler"], **options),
        answered(1, None, "accept", accept=["filler"], **options),
        answered(2, None, "accept", accept=[], **options),
        answered(0, None, "accept", accept=["core"], **options),
    ]
    assert read(tmp_path, tasks, name="export.jsonl", lines=True)[1] == expected("core", "filler", None)


@pytest.mark.parametrize(
    "change", [{"answer": "maybe"}, {"meta": {}}, {"meta": None}, {"label": "sport", "answer": "reject"}]
)
def test_a_prodigy_task_that_cannot_be_read_is_refused_alone(tmp_path, change):
    tasks = [answered(0, "core", "accept"), answered(1, "core", "reject") | change]
    _, found, refused = read(tmp_path, tasks, name="export.jsonl", lines=True)
    assert found == {"export/a": [(TEXTS[0], "core")]}
    assert "export.jsonl, line 2: not a record that Prodigy exports" in refused[0]


USER = "3fa85f64-5717-4562-b3fc-2c963f66afa6"


def record(position, *answers):
    return {
        "id": f"a#{position}",
        "fields": {"text": TEXTS[position]},
        "metadata": {"article_id": "a", "position": position},
        "suggestions": {"label": {"value": "core", "score": 0.6, "agent": "corestory"}},
        "responses": {"label": [{"value": answer, "user_id": USER} for answer in answers]} if answers else {},
        "vectors": {},
        "_server_id": USER,
    }


def test_argilla_records_count_the_answers_of_people_and_no_suggestion(tmp_path):
    records = [record(0, "core", "core", "filler"), record(1), record(2, "filler", "core")]
    kind, found, refused = read(tmp_path, records)
    assert (kind, found, refused) == ("Argilla", expected("core", None, None), [])


def test_argilla_drafts_and_discarded_answers_are_no_labels(tmp_path):
    flat = {
        "text": TEXTS[0], "article_id": "a", "position": 0, "label.suggestion": "core",
        "label.responses": ["core", "core", "filler"], "label.responses.status": ["draft", "discarded", "submitted"],
    }  # fmt: skip
    assert read(tmp_path, [flat])[1] == {"export/a": [(TEXTS[0], "filler")]}
    nested = record(1, "core", "filler")
    nested["responses"]["label"][0]["status"] = "discarded"
    assert read(tmp_path, [nested])[1] == {"export/a": [(TEXTS[1], "filler")]}


def test_flattened_argilla_records_are_read(tmp_path):
    flat = [
        {
            "id": f"a#{position}",
            "_server_id": USER,
            "text": TEXTS[position],
            "article_id": "a",
            "position": position,
            "label.responses": answers,
            "label.responses.users": answers and [USER],
            "label.responses.status": answers and ["submitted"],
            "label.suggestion": "core",
            "label.suggestion.score": 0.6,
            "label.suggestion.agent": "corestory",
        }
        for position, answers in enumerate([["core"], ["filler"], None])
    ]
    assert read(tmp_path, flat)[1] == expected("core", "filler", None)


def test_labels_of_unknown_names_are_refused_with_the_options_that_name_them(tmp_path):
    with pytest.raises(InputError, match=r"unknown label 'Story'.*--core-label"):
        read(tmp_path, [task(annotation(region(0, 2, 0, 23, "Story")))])


def test_a_table_with_a_column_named_answer_is_a_table(tmp_path):
    rows = [{"article_id": "a", "text": text, "label": "core", "answer": "yes"} for text in TEXTS]
    assert read(tmp_path, rows, name="export.jsonl", lines=True)[:2] == ("table", expected("core", "core", "core"))
