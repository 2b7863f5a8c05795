import json

import pytest

from commands.articles import PLUG, STORY


def labels(done):
    return [json.loads(line)["label"] for line in done.stdout.splitlines()]


def scores(done):
    return [json.loads(line)["score"] for line in done.stdout.splitlines()]


@pytest.fixture
def rules(tmp_path):
    """Files of rules that say the opposite of what the model says."""
    (tmp_path / "core.txt").write_text("# ours\nlugger SOLD\n", encoding="utf-8")
    (tmp_path / "filler.txt").write_text("re:^the lugger left\\b\n\nread more\n", encoding="utf-8")


@pytest.mark.usefixtures("rules")
def test_a_persons_rules_go_before_the_model_and_core_before_filler(predict):
    assert labels(predict("a.txt")) == ["core", "filler", "core"]

    done = predict("a.txt", "--always-core", "core.txt", "--always-filler", "filler.txt")
    assert (done.returncode, labels(done)[:2], scores(done)[:2]) == (0, ["filler", "core"], [0, 1])
    assert labels(predict("a.txt", "--always-filler", "filler.txt"))[:2] == ["filler", "filler"]
    assert labels(predict("a.txt", "--always-core", "core.txt"))[:2] == ["core", "core"]


@pytest.mark.usefixtures("rules")
def test_the_story_is_printed_by_the_rules(predict):
    done = predict("a.txt", "--only", "core", "--threshold", "0", "--always-filler", "filler.txt")
    assert STORY not in done.stdout
    assert PLUG not in done.stdout


def test_an_expression_that_is_none_ends_it_with_file_and_line(predict, tmp_path):
    (tmp_path / "filler.txt").write_text("fine\nre:(\n", encoding="utf-8")
    done = predict("a.txt", "--always-filler", "filler.txt")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("corestory: filler.txt, line 2: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("content", [None, b"%PDF-1.7 ..."])
def test_a_file_of_rules_that_cannot_be_read_ends_it_in_words(predict, tmp_path, content):
    if content is not None:
        (tmp_path / "core.txt").write_bytes(content)
    done = predict("a.txt", "--always-core", "core.txt", "--output", "o.jsonl")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("corestory: core.txt: ")
    assert not (tmp_path / "o.jsonl").exists()


@pytest.mark.usefixtures("rules")
def test_a_page_that_explains_the_model_takes_no_rules(predict, tmp_path):
    done = predict("a.txt", "--output", "a.html", "--always-filler", "filler.txt")

    assert done.returncode == 2
    assert "--always-filler" in done.stderr
    assert not (tmp_path / "a.html").exists()


@pytest.mark.usefixtures("rules")
def test_a_corpus_is_tagged_by_the_rules_and_again_when_they_change(predict, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(f"{STORY}\n{PLUG}\n", encoding="utf-8")

    def found(*options):
        done = predict("in", "--output", "out/", *options)
        assert done.returncode == 0
        (path,) = (tmp_path / "out").glob("*.jsonl")
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        return [row["label"] for row in rows], "skipped: 1 file" in done.stderr

    assert found() == (["core", "filler"], False)
    assert found("--always-filler", "filler.txt") == (["filler", "filler"], False)
    assert found("--always-filler", "filler.txt") == (["filler", "filler"], True)
    (tmp_path / "filler.txt").write_text("# nothing any more\n", encoding="utf-8")
    assert found("--always-filler", "filler.txt") == (["core", "filler"], False)


def test_an_article_in_another_language_is_named_with_the_reason(predict, tmp_path):
    text = "Паром ушёл в понедельник с семью пассажирами, сказал капитан порта, а вернётся он в пятницу утром. " * 3
    (tmp_path / "ru.txt").write_text(text, encoding="utf-8")
    done = predict("ru.txt", "a.txt")

    (said,) = done.stderr.splitlines()
    assert said.startswith("ru.txt: ")
    assert "language" in said
    assert done.returncode == 0
