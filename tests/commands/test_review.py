import csv
import json
import signal
import sys
import time
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pyarrow.parquet as pq
import pytest

from corestory.labelling.corrections import text_check
from reviewing import ReviewProcess, labels_in, write_articles

pytestmark = pytest.mark.slow

TEXTS = ["The ferry left the quay at seven on Monday.", "READ MORE: Ferry sold", "It will come back on Friday."]


def ask(address, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(f"{address}{path}", data), timeout=60) as answer:
        return json.loads(answer.read())


@pytest.fixture
def start(model, tmp_path):
    started = []

    def start(*arguments):
        started.append(ReviewProcess(tmp_path, *arguments, "--model", model))
        return started[-1]

    yield start
    for one in started:
        one.end(signal.SIGKILL)


def test_the_labels_of_a_review_are_prepared_with_their_reviewer_and_ctrl_c_ends_it(start, run, tmp_path):
    write_articles(tmp_path / "a.jsonl", ("a", TEXTS), ("b", TEXTS))
    review = start("a.jsonl", "--reviewer", "Ada", "--adapt-every", "1")
    with pytest.raises(HTTPError, match="401"):
        ask(review.address.rsplit("/", 2)[0], "/api/overview")
    ask(review.address, "api/articles/1/labels", {"positions": [1], "label": "filler"})
    revision = ask(review.address, "api/articles/1")["revision"]
    ask(review.address, "api/articles/1/acceptance", {"revision": revision, "seconds": 2.5})
    deadline = time.monotonic() + 60
    while not (news := ask(review.address, "api/overview")["news"]) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert "1 article" in news
    said = review.end(signal.SIGINT)
    assert review.process.returncode == 0
    assert "2 of 2 articles left to review; labels in labels.jsonl" in said
    assert "1 of 2 articles are labelled in labels.jsonl" in said
    assert "To use the labels: corestory adapt labels.jsonl --output models/NAME" in said

    rows = [json.loads(line) for line in (tmp_path / "labels.jsonl").read_text().splitlines()]
    assert {row["reviewer"] for row in rows if row["label"]} == {"Ada"}
    assert {row["seconds"] for row in rows[-3:]} == {2.5}
    assert run("prepare", "labels.jsonl", "--output", "p.parquet").returncode == 0
    table = pq.read_table(tmp_path / "p.parquet").to_pylist()
    assert [(row["article_id"], row["site"], row["label"]) for row in table] == [
        ("labels/b", "b.example", labels_in(tmp_path / "labels.jsonl")["b", position]) for position in range(3)
    ]
    assert table[1]["label"] == "filler"


def test_suspects_open_with_their_context_and_what_is_decided_are_corrections(start, run, tmp_path):
    (tmp_path / "own.csv").write_text(
        "article_id,text,label\n" + "".join(f'a,"{text}",core\n' for text in TEXTS), encoding="utf-8"
    )
    before = f"core: {TEXTS[0]}"
    row = ["1", "own/a", "1", "core", "filler", "", TEXTS[1], before, f"core: {TEXTS[2]}", "0.100", "yes", "own"]
    with (tmp_path / "suspects.csv").open("w", encoding="utf-8", newline="") as stream:
        header = "rank,article_id,position,label,suggested,correction,text,before,after,score,issue,source,check"
        csv.writer(stream).writerows([header.split(","), [*row, text_check(TEXTS[1])]])
    review = start("--suspects", "suspects.csv")
    shown = ask(review.address, "api/articles/0")["paragraphs"]
    assert [(one["text"], one["asked"], one["label"]) for one in shown] == [
        (text, text == TEXTS[1], "core") for text in TEXTS
    ]
    assert (shown[1]["note"], shown[1]["doubtful"]) == ("Suggested: filler.", True)
    with pytest.raises(HTTPError, match="422"):
        ask(review.address, "api/articles/0/labels", {"positions": [0], "label": "filler"})
    ask(review.address, "api/articles/0/labels", {"positions": [1], "label": "filler"})
    assert ask(review.address, "api/overview")["left"] == []
    assert "To use the labels: corestory prepare SOURCE --corrections labels.jsonl" in review.end(signal.SIGINT)
    done = run("prepare", "own.csv", "--corrections", "labels.jsonl", "--output", "p.parquet")
    assert (done.returncode, "Labels corrected: 1" in done.stderr) == (0, True)
    assert pq.read_table(tmp_path / "p.parquet")["label"].to_pylist() == ["core", "filler", "core"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("api/articles/7", None, 404),
        ("api/articles/-1", None, 404),
        ("api/articles/0/labels", {"positions": [0], "label": "story"}, 422),
        ("api/articles/0/labels", {"positions": ["0"], "label": "core"}, 422),
        ("api/articles/0/acceptance", {"revision": 5, "seconds": 0}, 409),
        ("api/undo", {"change": 99}, 409),
        ("api/undo", {"change": 0, "more": 1}, 422),
        ("api/overview", {}, 405),
    ],
)
def test_a_malformed_request_is_refused_and_nothing_is_written(opened, path, body, status):
    review, labels = opened
    with pytest.raises(HTTPError, match=str(status)):
        ask(review.address, path, body)
    assert labels.read_bytes() == b""


@pytest.fixture(scope="module")
def opened(model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("opened")
    write_articles(folder / "a.jsonl", ("a", TEXTS))
    review = ReviewProcess(folder, "a.jsonl", "--model", model)
    yield review, folder / "labels.jsonl"
    review.end(signal.SIGKILL)


@pytest.fixture
def refused(run, model, tmp_path):
    """Run a review that cannot start, and return what it says."""
    write_articles(tmp_path / "a.jsonl", ("a", TEXTS))

    def refused(*arguments):
        done = run("review", *arguments, "--model", model, "--no-browser")
        assert (done.returncode, done.stdout) == (2, "")
        assert "Traceback" not in done.stderr
        return done.stderr

    return refused


def test_articles_or_suspects_are_needed_and_not_both(refused):
    assert "give either articles or --suspects FILE" in refused()
    assert "give either articles or --suspects FILE" in refused("a.jsonl", "--suspects", "s.csv")
    assert "uses no model" in refused("--suspects", "s.csv", "--adapt-every", "5")


def test_suspects_without_their_columns_are_refused(refused, tmp_path):
    (tmp_path / "s.csv").write_text("article_id,text\na,b\n", encoding="utf-8")
    assert "s.csv: no column position, label" in refused("--suspects", "s.csv")


def test_without_the_web_server_the_extra_is_named(refused, monkeypatch):
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert "corestory review: needs the package uvicorn. Run pip install 'corestory[review]'" in refused("a.jsonl")
