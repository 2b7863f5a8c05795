import numpy as np
import pandas as pd
import pytest

from corestory.errors import DataError
from corestory.evaluation.audit import audit_labels

pytestmark = pytest.mark.slow

STORY = "The {boat} left the quay at {hour} on Monday with {hour} passengers, the harbour master said."
MORE = "It will come back to the quay on Friday, she added, if the {boat} is mended by then."
PLUG = "READ MORE: {boat} sold"
LINES = [(STORY, "core"), (PLUG, "filler"), (MORE, "core"), (STORY, "core"), ("Share this", "filler")]
BOATS = ("ferry", "steamer", "lugger", "barge", "tug")


def table(articles=30, *, views=("page",)):
    rows = []
    for number in range(articles):
        for view in views:
            name = f"a{number}" if view == "page" else f"a{number}@{view}"
            for position, (text, label) in enumerate(LINES):
                text = text.format(boat=BOATS[number % 5], hour=number)
                rows.append((name, f"a{number}", f"s{number % 6}.example", position, text, label, "own"))
    return pd.DataFrame(rows, columns=["article_id", "page", "site", "position", "text", "label", "source"])


def flipped(frame, rows):
    labels = frame["label"].to_numpy(object).copy()
    labels[rows] = np.where(labels[rows] == "core", "filler", "core")
    return frame.assign(label=labels)


@pytest.fixture(scope="module")
def found():
    frame = flipped(table(), [1, 27, 70, 104])
    return frame, audit_labels(frame.assign(label=frame["label"].where(frame.index != 3)), share=0.1)


def test_flipped_labels_come_first(found):
    _, audit = found
    first = {(suspect.article_id, suspect.position) for suspect in audit.suspects[:4]}
    assert first == {("a0", 1), ("a5", 2), ("a14", 0), ("a20", 4)}
    for suspect in audit.suspects[:4]:
        assert suspect.issue
        assert suspect.suggested != suspect.label
    assert audit.issues >= 4


def test_suspects_are_so_many_in_order_and_only_labelled(found):
    _, audit = found
    assert audit.labelled == 149
    assert len(audit.suspects) == 15
    given = [suspect.score if suspect.label == "core" else 1 - suspect.score for suspect in audit.suspects]
    assert given == sorted(given)


def test_a_suspect_shows_the_paragraphs_around_it_of_its_own_article_alone(found):
    frame, audit = found
    suspect = audit.suspects[0]
    rows = frame[frame["article_id"] == suspect.article_id]
    own = rows["text"].tolist()
    place = suspect.position
    assert suspect.text == own[place]
    assert [one.text for one in suspect.before] == own[max(0, place - 2) : place]
    assert [one.text for one in suspect.after] == own[place + 1 : place + 3]
    near = next(suspect for suspect in audit.suspects if suspect.article_id == "a0" and suspect.position == 1)
    assert [one.label for one in near.after] == ["core", None]


@pytest.fixture
def few_epochs(monkeypatch):
    """Few passes over the data, for tests that do not say which labels come first."""
    monkeypatch.setattr("corestory.evaluation.audit._EPOCHS", (2, 2))


@pytest.mark.usefixtures("few_epochs")
def test_a_page_is_looked_at_in_one_of_its_views():
    frame = table(12, views=("lines", "page"))
    audit = audit_labels(frame, share=1.0)
    assert audit.labelled == 60
    assert {suspect.article_id for suspect in audit.suspects} == {f"a{number}" for number in range(12)}
    without = frame[frame["article_id"].str.contains("@")]
    assert audit_labels(without, share=1.0).labelled == 60


@pytest.mark.usefixtures("few_epochs")
def test_the_order_of_the_rows_does_not_matter_and_progress_ends_at_its_total():
    frame = table(12)
    steps = []
    audit = audit_labels(frame, share=0.2, progress=lambda done, total: steps.append((done, total)))
    assert audit_labels(frame.sample(frac=1, random_state=3), share=0.2) == audit
    counts = [done for done, _ in steps]
    assert counts[:-1] == list(range(1, len(steps))), "one more with each fit"
    assert {total for _, total in steps} == {counts[-1]}


@pytest.mark.parametrize("label", [None, "core"])
def test_without_both_labels_there_is_nothing_to_compare(label):
    with pytest.raises(DataError):
        audit_labels(table().assign(label=label))


def test_one_article_is_too_few():
    with pytest.raises(DataError, match="one article"):
        audit_labels(table(1))
