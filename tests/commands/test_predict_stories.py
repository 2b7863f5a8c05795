"""Stories as Markdown and TEI: on the standard output, in a file and in a folder."""

import json

import pytest
from lxml import etree

from commands.articles import MORE, STORY

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
    assert "more than one article, but one tei file" in refused.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--only", "filler"], "markdown has the story"),
        (["--rows", "span"], "markdown has no rows"),
        (["--keep", "id"], "markdown has no columns"),
    ],
)
def test_what_does_not_suit_a_story_says_so(predict, pages, options, message):
    done = predict(pages, "--format", "markdown", *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in " ".join(done.stderr.replace("│", "").split())
