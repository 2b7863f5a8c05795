import json
import multiprocessing
import os
import resource
import signal
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.errors import CorestoryError, InputError, OutputError
from corestory.review.labels_file import UNDOABLE, Decision, LabelsFile, decision_line

WHEN = "2026-11-26T06:00:00.000+00:00"
LABELS = ("core", "filler", None)


def decision(position=0, label="core", article_id="a", text="It rained.", when=WHEN):
    return Decision(article_id, position, text, label, when, "core", 0.75)


def written(*decisions):
    return [(one, decision_line(one)) for one in decisions]


def labels_of(path):
    with LabelsFile(path) as labels:
        return {key: one.label for key, one in labels.decisions.items()}


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 3), st.sampled_from(LABELS))), st.data())
def test_wherever_the_file_is_cut_off_each_whole_line_holds_and_the_file_can_be_written_on(
    tmp_path_factory, made, data
):
    path = tmp_path_factory.mktemp("labels") / "labels.jsonl"
    with LabelsFile(path) as labels:
        for article_id, position, label in made:
            labels.append(written(decision(position, label, article_id)))
            on_disk = path.read_bytes()
    cut = data.draw(st.integers(0, len(on_disk))) if made else 0
    path.write_bytes(on_disk[:cut] if made else b"")
    expected = {}
    for article_id, position, label in made[: (on_disk[:cut].count(b"\n") if made else 0)]:
        expected[article_id, position] = label
    assert labels_of(path) == expected
    with LabelsFile(path) as labels:
        labels.append(written(decision(9, "filler", "c")))
    assert labels_of(path) == expected | {("c", 9): "filler"}


def test_what_is_appended_is_on_the_disk_at_once_and_compaction_keeps_the_last_lines(path):
    def in_file():
        return [(row["position"], row["label"]) for row in map(json.loads, path.read_text().splitlines())]

    with LabelsFile(path) as labels:
        labels.append(written(decision(0), decision(1)))
        labels.append(written(decision(0, "filler")))
        for number in range(UNDOABLE):
            labels.append(written(decision(2, LABELS[number % 2], when=f"{number:03}")))
        assert len(in_file()) == 3 + UNDOABLE
    recent = [(2, LABELS[number % 2]) for number in range(UNDOABLE)]
    assert in_file() == [(0, "filler"), (1, "core"), *recent]
    with LabelsFile(path) as labels:
        assert len(labels.changes) == UNDOABLE
        labels.append(written(decision(2, "core", when="last")))
    assert in_file() == [(0, "filler"), (1, "core"), *recent, (2, "core")]
    with LabelsFile(path) as labels:
        labels.append(written(decision(2, "filler", when="more")))
    assert in_file() == [(0, "filler"), (1, "core"), *recent[1:], (2, "core"), (2, "filler")]


def test_a_second_writer_is_refused_until_the_first_has_ended_even_after_a_compaction(path):
    with LabelsFile(path) as labels:
        labels.append(written(decision(0)))
        labels.append(written(decision(0, "filler")))
    with LabelsFile(path) as labels:
        labels.append(written(decision(0)))
        labels._write_again()
        with pytest.raises(OutputError, match="another review writes to this file"):
            LabelsFile(path)
    assert labels_of(path) == {("a", 0): "core"}


def append_until_killed(path, started):
    with LabelsFile(path) as labels:
        for number in range(10**9):
            labels.append(written(decision(number)))
            started.set()


def test_a_killed_writer_leaves_whole_decisions_and_no_lock(path):
    context = multiprocessing.get_context("fork")
    started = context.Event()
    process = context.Process(target=append_until_killed, args=(path, started))
    process.start()
    assert started.wait(60)
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    found = labels_of(path)
    assert list(found) == [("a", number) for number in range(len(found))]
    assert found


@contextmanager
def room_for(size):
    """Let no file grow beyond a size, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)


def test_a_full_disk_keeps_nobody_from_reading_and_closing_a_file_whose_lines_were_replaced(path):
    labels = LabelsFile(path)
    for number in range(UNDOABLE + 5):
        labels.append(written(decision(0, LABELS[number % 2], when=f"{number:03}")))
    lines = path.read_bytes()
    with room_for(20):
        labels.close()
    with room_for(20), LabelsFile(path) as labels:
        assert labels.decisions["a", 0].label == LABELS[(UNDOABLE + 4) % 2]
    assert path.read_bytes() == lines


def test_what_cannot_be_written_holds_nowhere(path):
    with LabelsFile(path) as labels:
        labels.append(written(decision(0)))
        size = path.stat().st_size
        with room_for(size + 20), pytest.raises(OutputError, match="cannot be written"):
            labels.append(written(decision(1), decision(2)))
        assert path.stat().st_size == size
        labels.append(written(decision(3)))
    assert list(labels_of(path)) == [("a", 0), ("a", 3)]


def test_a_file_that_another_program_has_replaced_is_not_written_to(path):
    with LabelsFile(path) as labels:
        labels.append(written(decision(0)))
        other = path.with_suffix(".other")
        other.write_bytes(b"mine\n")
        other.replace(path)
        with pytest.raises(OutputError, match="replaced by another program"):
            labels.append(written(decision(1)))
        assert path.read_bytes() == b"mine\n"


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (b"The ferry sailed.", ""),
        (b"The ferry sailed.\n", ", line 1"),
        (b'{"article_id": "a", "position": 0, "text": "It rained.", "label": "core"}\n', ", line 1"),
        (decision_line(decision()) + b"{}\n", ", line 2"),
        (decision_line(decision()) + b"\xff\n" + decision_line(decision(1)), ", line 2"),
        (decision_line(decision()).replace(b"It", b"I\xff"), ", line 1"),
        (decision_line(decision()).replace(b'"core", "t', b'"maybe", "t'), ", line 1"),
    ],
)
def test_another_kind_of_file_is_refused_and_left_as_it_is(path, content, where):
    path.write_bytes(content)
    with pytest.raises(InputError, match=rf"labels\.jsonl{where}: not a decision of `corestory review`"):
        LabelsFile(path)
    assert path.read_bytes() == content


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CorestoryError, match="cannot be written"):
        LabelsFile(tmp_path / "file" / "labels.jsonl")


def test_a_review_without_a_decision_leaves_no_file_but_one_that_was_there(path):
    with LabelsFile(path):
        assert path.exists()
    assert not path.exists()
    path.touch()
    with LabelsFile(path):
        pass
    assert path.exists()
