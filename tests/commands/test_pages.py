import json
import subprocess
import sys

import pytest
from selectolax.lexbor import LexborHTMLParser

STORY = "The ferry left the quay at 9 on Monday with 9 passengers, the harbour master said."


@pytest.fixture
def predict(run, model, tmp_path):
    (tmp_path / "a.txt").write_text(f"{STORY}\nREAD MORE: ferry sold\n", encoding="utf-8")
    rows = [{"id": f"{number}/<b>", "text": STORY} for number in range(3)]
    (tmp_path / "three.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return lambda *arguments: run("predict", *arguments, "--model", model)


def test_one_article_becomes_one_page(predict, tmp_path):
    done = predict("a.txt", "--output", "a.html")
    assert (done.returncode, done.stdout) == (0, "")
    tree = LexborHTMLParser((tmp_path / "a.html").read_text(encoding="utf-8"))
    assert [node.text() for node in tree.css("main > ol .text")] == [STORY]
    assert [node.text() for node in tree.css("details .text")] == ["READ MORE: ferry sold"]


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
    assert "a.html: more than one article, but one page" in done.stderr
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


def test_only_one_label_is_shown_when_asked(predict):
    tree = LexborHTMLParser(predict("a.txt", "--format", "html", "--only", "filler").stdout)
    assert [node.text() for node in tree.css(".text")] == ["READ MORE: ferry sold"]


def test_what_is_refused_is_told_and_the_rest_is_done(predict, tmp_path):
    done = predict("none.txt", "a.txt", "--format", "html", "--output", "pages", "--rejects", "r.jsonl")
    assert done.returncode == 1
    assert (tmp_path / "pages" / "000001.html").is_file()
    assert "none.txt" in (tmp_path / "r.jsonl").read_text(encoding="utf-8")


@pytest.mark.parametrize("output", ["a.html", "pages"])
def test_where_all_is_refused_nothing_is_written(predict, tmp_path, output):
    assert predict("none.txt", "--format", "html", "--output", output).returncode == 1
    assert not (tmp_path / output).exists()


def test_columns_have_no_place_in_a_page(predict):
    done = predict("a.txt", "--format", "html", "--keep", "desk")
    assert done.returncode == 2
    assert "--keep" in done.stderr


def test_pages_need_neither_pandas_nor_scikit_learn(predict, model, tmp_path, environment):
    code = (
        "import sys\nsys.argv = ['corestory', 'predict', 'a.txt', '--output', 'b.html', '--model', sys.argv[1]]\n"
        "from corestory.commands.app import main\ntry:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(sorted({'pandas', 'sklearn', 'scipy', 'pyarrow', 'matplotlib'} & set(sys.modules)))"
    )
    assert predict("a.txt").returncode == 0  # the article is there
    done = subprocess.run(
        [sys.executable, "-c", code, str(model)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment,
        check=True,
    )
    assert done.stdout == "[]\n", done.stdout
    assert (tmp_path / "b.html").is_file()
