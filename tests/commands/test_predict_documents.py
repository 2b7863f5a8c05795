"""Documents: labelled files, Markdown and TEI, on the standard output, in a file, and in resumable folders."""

import json
import sys

import pandas as pd
import pytest
from lxml import etree

from commands.articles import ARTICLE, MORE, STORY, TEXT
from commands.killing import killed_and_run_again, outputs
from corestory.remote import RemotePath, path_of


def write_feed(folder, titles):
    folder.mkdir(exist_ok=True)
    records = [{"text": TEXT, "title": title} for title in titles]
    (folder / "feed.jsonl").write_text("".join(f"{json.dumps(record)}\n" for record in records), encoding="utf-8")


def documents(folder):
    if isinstance(folder, RemotePath):
        return [path.name for path, *_ in folder.entries()]
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.slow
def test_killed_at_random_moments_and_run_again_it_ends_with_the_same_documents(model, tmp_path, environment):
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    write_feed(tmp_path / "in", [f"Lugger {number}" for number in range(60)])
    for number in range(20):
        (tmp_path / "in" / f"{number}.html").write_text(f"<h1>Lugger {number}</h1><p>{TEXT}</p>", encoding="utf-8")
    table = pa.table({"title": [f"Lugger {number}" for number in range(60)], "text": [TEXT] * 60})
    pq.write_table(table, tmp_path / "in" / "shard.parquet", row_group_size=20)
    arguments = ["in", "--format", "markdown", "--model", str(model)]
    runs = killed_and_run_again(3, arguments, tmp_path, environment, before="parts.PART_BYTES = 1")
    expected = outputs(tmp_path / "whole")
    assert len(expected) == 60 + 20 + 60
    for number in range(1, runs + 1):
        assert outputs(tmp_path / f"out{number}") == expected


def test_a_later_run_writes_only_what_has_changed_and_deletes_only_its_own_documents(predict, output, tmp_path):
    write_feed(tmp_path / "in", ["One", "Two", "Three"])
    (tmp_path / "in" / "page.html").write_text(f"<h1>Page</h1><p>{TEXT}</p>", encoding="utf-8")
    run = lambda: predict("in", "--format", "markdown", "-o", f"{output}/").stderr  # noqa: E731
    assert "tagged: 2 files" in run()
    feed = path_of(output) / "feed.jsonl.markdown"
    assert documents(feed) == ["000001-one.md", "000002-two.md", "000003-three.md"]
    whole = (feed / "000002-two.md").read_bytes()
    assert whole.startswith(b"# Two\n\nThe lugger left")
    assert (path_of(output) / "page.html.md").read_bytes().startswith(b"# Page\n")
    assert "skipped: 2 files" in run()
    (feed / "000002-two.md").write_bytes(b"spoilt")
    assert "skipped: 1 file, " in run()
    assert (feed / "000002-two.md").read_bytes() == whole
    (feed / "notes.md").write_bytes(b"The reader's own.")
    write_feed(tmp_path / "in", ["One"])
    run()
    assert documents(feed) == ["000001-one.md", "notes.md"]
    assert "skipped: 2 files" in run()
    (tmp_path / "in" / "feed.jsonl").write_text("")
    run()
    assert documents(feed) == ["notes.md"]


def test_the_documents_are_those_of_one_file_and_of_the_standard_input(predict, tmp_path, monkeypatch):
    write_feed(tmp_path / "in", ["One", "Two"])
    assert predict("in", "--format", "markdown", "-o", "out/").returncode == 0
    found = [path.read_text() for path in sorted((tmp_path / "out" / "feed.jsonl.markdown").iterdir())]
    assert "\n---\n\n".join(found) == predict("in/feed.jsonl", "--format", "markdown").stdout
    with (tmp_path / "in" / "feed.jsonl").open() as piped:
        monkeypatch.setattr(sys, "stdin", piped)
        assert predict("-", "--format", "markdown", "-o", "piped/").returncode == 0
    assert [path.read_text() for path in sorted((tmp_path / "piped").iterdir())] == found


@pytest.fixture
def feed(tmp_path):
    record = {"headline": "Lugger leaves", "body": list(ARTICLE), "link": "https://c.example/1"}
    (tmp_path / "feed.jsonl").write_text("".join(json.dumps(record | {"id": n}) + "\n" for n in range(3)))
    return "feed.jsonl"


def test_prepare_gives_the_labels_of_predict(predict, run, feed, tmp_path):
    tagged = [json.loads(line) for line in predict(feed).stdout.splitlines()]
    assert predict(feed, "--format", "labelled", "-o", "labels/").returncode == 0
    files = sorted((tmp_path / "labels").iterdir())
    assert [file.name for file in files] == [f"{n:06d}-lugger-leaves.labelled.txt" for n in (1, 2, 3)]
    done = run("prepare", "labels", "-o", "table.parquet")
    table = pd.read_parquet(tmp_path / "table.parquet").sort_values(["page", "position"])
    expected = [(row["text"], row["label"]) for row in tagged[:3]]
    first = table[table["page"] == table["page"].iloc[0]]
    assert list(zip(first["text"], first["label"], strict=True)) == expected, done.stderr
    assert set(table["site"]) == {"c.example"}


def test_one_article_goes_to_the_standard_output_or_to_a_file(predict, tmp_path):
    done = predict("a.txt", "--format", "labelled")
    assert done.stdout.splitlines()[0].startswith("core: The lugger left")
    assert predict("a.txt", "-o", "a.labelled.txt").returncode == 0
    assert (tmp_path / "a.labelled.txt").read_text() == done.stdout
    again = predict("a.labelled.txt", "--format", "labelled")
    assert again.stdout == done.stdout


def test_what_people_have_corrected_is_not_replaced(predict, feed, tmp_path):
    done = predict(feed, "--format", "labelled")
    assert (done.returncode, done.stdout) == (2, "")
    assert "more than one article" in done.stderr
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "mine.labelled.txt").write_text("core: Mine.\n")
    for options in ([], ["--force"]):
        done = predict(feed, "--format", "labelled", "-o", "labels/", *options)
        assert done.returncode == 2
        assert "a person may have corrected" in done.stderr
    assert (tmp_path / "labels" / "mine.labelled.txt").read_text() == "core: Mine.\n"


PAGE = f"""<title>Lugger leaves - The Courier</title><h1>Lugger leaves</h1>
<p>{STORY.replace("harbour master", "<a href='/master'>harbour <b>master</b></a>")}</p><p>READ MORE: lugger sold</p>
<blockquote><p>{MORE}</p></blockquote><p>Share this</p>"""
LINKED = STORY.replace("harbour master", "[harbour **master**](https://c.example/master)")


@pytest.fixture
def pages(tmp_path):
    record = {"html": PAGE, "url": "https://c.example/lugger"}
    lines = [json.dumps(record), json.dumps({"text": f"{STORY}\n- READ MORE\n{MORE}", "title": "Plain"})]
    (tmp_path / "pages.jsonl").write_text("\n".join(lines))
    return "pages.jsonl"


def test_a_page_comes_with_its_structure_and_a_text_with_its_paragraphs(predict, pages, tmp_path):
    done = predict(pages, "--format", "markdown", "--threshold", "0")
    assert done.returncode == 0
    page, text = done.stdout.split("\n---\n\n")
    assert page.startswith(f"# Lugger leaves\n\n{LINKED}\n\n")
    assert f"\n\n> {MORE}\n" in page
    assert text == f"# Plain\n\n{STORY}\n\n\\- READ MORE\n\n{MORE}\n"
    assert predict(pages, "-o", "all.md", "--threshold", "0").returncode == 0
    assert (tmp_path / "all.md").read_text() == done.stdout
    assert predict(pages, "--format", "markdown", "-o", "stories/", "--threshold", "0").returncode == 0
    files = sorted((tmp_path / "stories" / "pages.jsonl.markdown").iterdir())
    assert [file.name for file in files] == ["000001-lugger-leaves-the-courier.md", "000002-plain.md"]
    assert [file.read_text() for file in files] == [page, text]


def test_only_the_story_is_written(predict, pages):
    story = "".join(json.loads(line)["text"] for line in predict(pages, "--rows", "article").stdout.splitlines())
    assert "Share this" not in story
    written = predict(pages, "--format", "markdown").stdout
    assert "Share this" not in written
    assert LINKED in written


def test_tei_has_the_same_story_a_document_in_a_file(predict, pages, tmp_path):
    assert predict(pages, "--format", "tei", "-o", "tei/").returncode == 0
    files = sorted((tmp_path / "tei" / "pages.jsonl.tei").iterdir())
    assert [file.name for file in files] == ["000001-lugger-leaves-the-courier.tei.xml", "000002-plain.tei.xml"]
    (target,) = etree.parse(files[0]).getroot().iter("{http://www.tei-c.org/ns/1.0}ref")
    assert target.get("target") == "https://c.example/master"
    assert "".join(target.itertext()) == "harbour master"
    refused = predict(pages, "-o", "all.xml")
    assert refused.returncode == 2
    assert "more than one article for one tei file" in refused.stderr
