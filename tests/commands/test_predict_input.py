"""Records as scrapers write them, one row an article, and damaged inputs."""

import csv
import io
import json

import pyarrow.parquet as pq
import pytest

from commands.articles import ARTICLE, PLUG, STORY, TEXT, jsonl, rows

WHOLE = "\n\n".join(ARTICLE)
COLUMNS = ["id", "url", "title", "text", "confidence", "is_article", "language", "words_core", "words_all"]


@pytest.fixture
def feed(tmp_path):
    records = [{"headline": f"Boat {n}", "link": f"https://c.example/{n}", "body": WHOLE, "desk": n} for n in range(3)]
    (tmp_path / "feed.json").write_text(json.dumps(records))
    return "feed.json"


def story(predict, name, *options):
    done = predict(name, "--only", "core", "--format", "jsonl", "--rows", "paragraph", *options)
    return "\n\n".join(json.loads(line)["text"] for line in done.stdout.splitlines())


def test_a_row_holds_the_story_that_only_core_prints(predict, feed, tmp_path):
    done = predict(feed, "--rows", "article", "--keep", "desk")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [list(row) for row in rows] == [[*COLUMNS, "desk"]] * 3
    assert [(row["url"], row["title"], row["desk"]) for row in rows] == [
        (f"https://c.example/{n}", f"Boat {n}", n) for n in range(3)
    ]
    assert "\n\n".join(row["text"] for row in rows) == story(predict, feed)
    assert all(0 < row["words_core"] < row["words_all"] for row in rows)
    assert done.stderr.count("reads the text from the field 'body'") == 1
    assert predict(feed, "--rows", "article", "--only", "core", "--keep", "desk").stdout == done.stdout
    assert predict(feed, "--only", "core", "--format", "jsonl", "--keep", "desk").stdout == done.stdout
    for form in ("csv", "parquet"):
        assert predict(feed, "--only", "core", "-o", f"o.{form}").returncode == 0
    with (tmp_path / "o.csv").open(newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file)]
    assert texts == pq.read_table(tmp_path / "o.parquet")["text"].to_pylist() == [row["text"] for row in rows]


def test_a_folder_run_gives_the_same_rows_and_rows_of_another_unit_are_done_again(predict, feed, tmp_path):
    expected = predict(feed, "--rows", "article").stdout
    assert predict(feed, "-o", "out/", "--rows", "article").returncode == 0
    written = (tmp_path / "out" / "feed.json.jsonl").read_text()
    assert written == expected
    assert "skipped: 1 file" in predict(feed, "-o", "out/", "--rows", "article").stderr
    assert "tagged: 1 file" in predict(feed, "-o", "out/").stderr
    assert (tmp_path / "out" / "feed.json.jsonl").read_text() == predict(feed).stdout
    assert "tagged: 1 file" in predict(feed, "-o", "out/", "--text-column", "headline").stderr
    again = predict(feed, "-o", "out/", "--text-column", "headline")
    assert "skipped: 1 file" in again.stderr


def test_fields_are_named_by_options_in_every_command_that_reads_articles(predict, run, model, tmp_path):
    row = {"nr": "n7", "adresse": "https://d.example/7", "titel": "Boot", "inhalt": WHOLE, "text": "Teaser."}
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, list(row), delimiter=";")
    writer.writeheader()
    writer.writerow(row)
    (tmp_path / "e.csv").write_bytes(stream.getvalue().encode("utf-8-sig"))
    options = ["--text-column", "Inhalt", "--id-column", "nr", "--url-column", "adresse", "--title-column", "titel"]
    rows = [json.loads(line) for line in predict("e.csv", *options).stdout.splitlines()]
    assert [row["text"] for row in rows] == list(ARTICLE)
    assert {(row["article_id"], row["url"]) for row in rows} == {("n7", "https://d.example/7")}
    done = run("explain", "e.csv", "--model", model, "--format", "json", *options)
    assert json.loads(done.stdout)["article_id"] == "n7"
    done = run("remember", "e.csv", "-o", "m.memory", *options)
    assert (done.returncode, "kept: 1 page of 1 site" in done.stderr) == (0, True)
    assert predict("e.csv", "--text-column", "body").returncode == 1


def test_a_row_of_a_span_leads_to_its_paragraph_in_the_input(predict, tmp_path):
    text = "\ufeffBoats\r\n\r\n" + "\r\n".join(ARTICLE) + "\r\n"
    (tmp_path / "a.txt").write_bytes(text.encode())
    (tmp_path / "b.html").write_text(f"<p>{ARTICLE[0]}</p><p>{ARTICLE[1]}</p>")
    (tmp_path / "c.jsonl").write_text(json.dumps({"body": WHOLE}) + "\n" + json.dumps({"paragraphs": ARTICLE}) + "\n")
    done = predict("a.txt", "b.html", "c.jsonl", "--rows", "span")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert list(rows[0])[-2:] == ["start", "end"]
    plain = [json.loads(line) for line in predict("a.txt", "b.html", "c.jsonl").stdout.splitlines()]
    assert [{name: row[name] for name in plain[0]} for row in rows] == plain
    for name, source in (("a.txt", text[1:]), ("c.jsonl:1", WHOLE)):
        of_file = [row for row in rows if row["article_id"] == name]
        assert len(of_file) >= 3
        assert all(source[row["start"] : row["end"]] == row["text"] for row in of_file)
    assert {row["start"] for row in rows if row["article_id"] in ("b.html", "c.jsonl:2")} == {None}

    assert predict("a.txt", "c.jsonl", "-o", "out/", "--rows", "span", "--format", "csv").returncode == 0
    with (tmp_path / "out" / "a.txt.csv").open(newline="") as file:
        assert [row["start"] for row in csv.DictReader(file)] == [str(row["start"]) for row in rows[:4]]
    assert predict("a.txt", "b.html", "--rows", "span", "-o", "o.parquet").returncode == 0
    table = pq.read_table(tmp_path / "o.parquet")
    assert table["end"].to_pylist() == [row["end"] for row in rows[:6]]
    refused = predict("a.txt", "--rows", "span", "--format", "text")
    assert refused.returncode == 2
    assert "--rows span" in refused.stderr


def test_the_rest_is_done_when_some_articles_are_refused(predict, tmp_path):
    jsonl(tmp_path / "b.jsonl", {"id": "b0", "text": TEXT})
    with (tmp_path / "b.jsonl").open("a", encoding="utf-8") as file:
        file.write(
            '{"id": "b1", "text": \n[]\n{"id": "b3", "text": ""}\n' + json.dumps({"id": "b4", "text": TEXT}) + "\n"
        )
    done = predict("missing.txt", "b.jsonl", "a.txt")
    assert done.returncode == 1
    assert list(dict.fromkeys(row["article_id"] for row in rows(done.stdout))) == ["b0", "b4", "a.txt"]
    said = done.stderr.splitlines()
    assert [line.split(":")[1].strip() for line in said] == [
        "missing.txt",
        "b.jsonl, line 2",
        "b.jsonl, line 3",
        "b.jsonl, line 4",
    ]


def test_an_article_of_many_paragraphs_stays_whole(predict, tmp_path):
    jsonl(tmp_path / "many.jsonl", {"id": "m", "paragraphs": [STORY, PLUG] * 15_000})
    found = rows(predict("many.jsonl", "a.txt").stdout)
    assert [row["position"] for row in found] == [*range(30_000), 0, 1, 2]
