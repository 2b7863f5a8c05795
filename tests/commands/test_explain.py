import json

import pytest
from selectolax.lexbor import LexborHTMLParser

from commands.articles import PLUG, STORY, TEXT


@pytest.fixture
def explain(run, model, tmp_path):
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    return lambda *arguments: run("explain", *arguments, "--model", model)


def test_an_article_is_explained_in_words_and_numbers(explain):
    done = explain("a.txt")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("a.txt: ")
    assert done.stdout.count("its score of") == 3
    assert f"\n1 {PLUG}\n   Filler: its score of" in done.stdout


def test_a_paragraph_that_is_not_there_is_refused(explain):
    done = explain("a.txt", "--paragraph", 3)
    assert (done.returncode, done.stdout) == (1, "")
    assert "a.txt: has no paragraph 3; expected 0 to 2" in done.stderr


def test_json_has_an_article_a_line_as_predict_scores_it(explain, run, model, tmp_path):
    rows = [{"id": name, "text": TEXT} for name in ("a", "b")]
    (tmp_path / "two.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    lines = explain("two.jsonl", "--format", "json").stdout.splitlines()
    explained = [
        (found["article_id"], one["label"], round(one["score"], 6))
        for found in map(json.loads, lines)
        for one in found["paragraphs"]
    ]
    predicted = run("predict", "two.jsonl", "--format", "jsonl", "--model", model).stdout.splitlines()
    assert explained == [(row["article_id"], row["label"], row["score"]) for row in map(json.loads, predicted)]


def test_a_threshold_is_the_cutoff(explain):
    found = json.loads(explain("a.txt", "--format", "json", "--threshold", 0).stdout)
    assert (found["cutoff"], found["cutoff_is_fixed"]) == (0, True)
    assert {paragraph["label"] for paragraph in found["paragraphs"]} == {"core"}


@pytest.mark.parametrize("name", ["e.txt", "e.json", "e.html"])
def test_the_name_of_the_output_tells_its_form_and_it_is_not_replaced_by_chance(explain, tmp_path, name):
    assert explain("a.txt", "--output", name).returncode == 0
    text = (tmp_path / name).read_text(encoding="utf-8")
    assert text.startswith({"e.txt": "a.txt: ", "e.json": "{", "e.html": "<!doctype html>"}[name])
    again = explain("a.txt", "--output", name)
    assert again.returncode == 2
    assert "exists already" in again.stderr
    assert explain("a.txt", "--output", name, "--force").returncode == 0


def test_a_page_goes_to_the_standard_output(explain):
    done = explain("a.txt", "--format", "html")
    assert len(LexborHTMLParser(done.stdout).css(".paragraph")) == 3


def test_a_folder_of_pages_explains_the_articles_of_a_file(explain, tmp_path):
    assert explain("a.txt", "--format", "html", "--output", "pages").returncode == 0
    assert (tmp_path / "pages" / "index.html").is_file()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["none.txt"], 1, "no such file"),
        (["a.txt", "--output", "a.pdf"], 2, "no format has the ending '.pdf'"),
        (
            ["a.txt", "--output", "a.json", "--format", "html"],
            2,
            "the ending of this name means json, but --format is html",
        ),
        (["a.txt", "--format", "html", "--paragraph", "1"], 2, "an HTML page shows all paragraphs"),
        (["a.txt", "--threshold", "nan"], 2, "nan is not a number"),
        (["a.txt", "--paragraph", "-1"], 2, "--paragraph"),
        (["empty.txt"], 1, "refused: empty.txt"),
    ],
)
def test_what_cannot_be_done_is_told_in_words(explain, tmp_path, arguments, code, said):
    (tmp_path / "empty.txt").write_text("\n", encoding="utf-8")
    done = explain(*arguments)
    assert done.returncode == code
    assert said in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_where_nothing_can_be_explained_no_file_is_left(explain, tmp_path):
    assert explain("none.txt", "--output", "e.txt").returncode == 2
    assert not (tmp_path / "e.txt").exists()


@pytest.fixture
def predict(run, model, tmp_path):
    (tmp_path / "a.txt").write_text(f"{STORY}\n{PLUG}\n", encoding="utf-8")
    rows = [{"id": f"{number}/<b>", "text": STORY} for number in range(3)]
    (tmp_path / "three.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return lambda *arguments: run("predict", *arguments, "--model", model)


def test_one_article_becomes_one_page(predict, tmp_path):
    done = predict("a.txt", "--output", "a.html")
    assert (done.returncode, done.stdout) == (0, "")
    tree = LexborHTMLParser((tmp_path / "a.html").read_text(encoding="utf-8"))
    assert [node.text() for node in tree.css("main > ol .text")] == [STORY]
    assert [node.text() for node in tree.css("details .text")] == [PLUG]


@pytest.mark.parametrize("folder", ["pages", "pages/"])
def test_many_articles_become_an_index_and_a_page_each(predict, tmp_path, folder):
    assert predict("three.jsonl", "a.txt", "--format", "html", "--output", folder).returncode == 0
    names = sorted(path.name for path in (tmp_path / "pages").iterdir())
    assert names == ["000001.html", "000002.html", "000003.html", "000004.html", "index.html"]
    index = LexborHTMLParser((tmp_path / "pages" / "index.html").read_text(encoding="utf-8"))
    assert [link.text() for link in index.css("tbody a")] == ["0/<b>", "1/<b>", "2/<b>", "a.txt"]


def test_many_articles_do_not_go_into_one_page_and_nothing_is_left(predict, tmp_path):
    done = predict("three.jsonl", "--output", "a.html")
    assert done.returncode == 2
    assert "a.html: more than one article for one html file" in done.stderr
    assert not (tmp_path / "a.html").exists()
    assert predict("three.jsonl", "--format", "html").stdout == ""


def test_a_folder_of_pages_is_replaced_only_when_asked_and_no_other_folder_ever(predict, tmp_path):
    arguments = ("a.txt", "--format", "html", "--output", "pages")
    assert predict(*arguments).returncode == 0
    assert "exists already" in predict(*arguments).stderr
    assert predict(*arguments, "--force").returncode == 0
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letters.txt").write_text("dear", encoding="utf-8")
    done = predict("a.txt", "--format", "html", "--output", "mine", "--force")
    assert "has no index.html" in done.stderr
    assert (tmp_path / "mine" / "letters.txt").exists()


@pytest.mark.parametrize("output", ["a.html", "pages"])
def test_where_all_is_refused_nothing_is_written(predict, tmp_path, output):
    assert predict("none.txt", "--format", "html", "--output", output).returncode == 1
    assert not (tmp_path / output).exists()
