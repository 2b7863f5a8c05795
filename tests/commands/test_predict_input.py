"""Records as scrapers write them, one row an article, and damaged inputs."""

import csv
import gzip
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from commands.articles import PLUG, STORY, TEXT, jsonl, rows

ARTICLE = (
    "The lugger left the quay at 7 on Monday with 7 passengers, the harbour master said.",
    "READ MORE: lugger sold",
    "It will come back to the quay on Friday, she added, if the lugger is mended by then.",
)
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


DAMAGED = {
    "text": (["--format", "text"], "text has no rows"),
    "html": (["--format", "html"], "html has no rows"),
    "filler": (["--only", "filler"], "leave out --only filler"),
    "kinds": (["--kinds"], "leave out --kinds"),
    "own column": (["--keep", "words_core"], "its own column"),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_what_does_not_suit_a_row_of_an_article_is_a_usage_error(predict, feed, case):
    arguments, message = DAMAGED[case]
    done = predict(feed, "--rows", "article", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in " ".join(done.stderr.replace("│", "").split())


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


def test_what_was_refused_goes_to_a_file_with_the_reasons(predict, tmp_path):
    (tmp_path / "b.jsonl").write_text('{"id": "b0"\n' + json.dumps({"id": "b1", "text": TEXT}) + "\n", encoding="utf-8")
    done = predict("missing.txt", "b.jsonl", "--rejects", "r.jsonl")
    assert done.returncode == 1
    assert len(rows(done.stdout)) == 3
    assert done.stderr == "refused: 2; the reasons are in r.jsonl\n"
    refused = rows((tmp_path / "r.jsonl").read_text(encoding="utf-8"))
    assert [row["where"] for row in refused] == ["missing.txt", "b.jsonl, line 1"]
    assert refused[0]["reason"] == "no such file or folder"


def png():
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 8


def parquet(tmp_path):
    pq.write_table(pa.table({"id": ["y"] * 50, "text": [TEXT] * 50}), tmp_path / "whole.parquet")
    return (tmp_path / "whole.parquet").read_bytes()


REFUSED = {
    "empty": ("e.txt", b"", "without paragraphs"),
    "blank": ("e.txt", b" \n\n\t", "without paragraphs"),
    "page without text": ("e.html", b"<html><script>x()</script>", "without paragraphs"),
    "no records": ("e.jsonl", b"", "no articles"),
    "heading alone": ("e.csv", b"article_id,text\n", "no articles"),
    "binary": ("e.txt", png(), "e.txt"),
    "gzip cut": ("e.txt.gz", gzip.compress(TEXT.encode())[:-20], "gzip"),
    "encoding that cannot be told": ("e.txt", bytes([0xD0, 0xA1, 0x20, 0xFE, 0xED, 0xC0] * 9), "encoding"),
    "column missing": ("e.csv", b"name,teaser\na,b\n", "no column"),
    "two at one position": ("e.csv", b"article_id,position,text\na,0,One\na,0,Two\n", "position"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_is_refused_in_one_line_and_the_rest_is_done(predict, tmp_path, case):
    name, content, reason = REFUSED[case]
    (tmp_path / name).write_bytes(content)
    done = predict(name, "a.txt")
    assert done.returncode == 1
    assert {row["article_id"] for row in rows(done.stdout)} == {"a.txt"}
    assert done.stderr.startswith(f"refused: {name}")
    assert reason in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_parquet_file_that_is_cut_is_refused(predict, tmp_path):
    (tmp_path / "e.parquet").write_bytes(parquet(tmp_path)[:-100])
    done = predict("e.parquet", "a.txt")
    assert done.returncode == 1
    assert done.stderr.startswith("refused: e.parquet: ")
    assert len(rows(done.stdout)) == 3


def test_a_folder_with_nothing_to_read_is_refused(predict, tmp_path):
    (tmp_path / "in").mkdir()
    done = predict("in")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("refused: in: a folder with nothing to read")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_text_in_another_encoding_is_read_right(predict, tmp_path, encoding):
    text = "Le café de la rue d'Arras a brûlé.\nLe maire a été réélu dimanche.\n"
    (tmp_path / "e.txt").write_bytes(text.encode(encoding))
    assert [row["text"] for row in rows(predict("e.txt").stdout)] == text.splitlines()


HARD = [
    "NUL\x00 and \x1b[31m, BEL\x07",
    "שלום עולם",
    "مرحبا بالعالم",
    "🚢👩\u200d👩\u200d👧",
    "\u0301x",
    "___",
    "ﬁ ß İ",
    "।",
]


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_every_paragraph_comes_out_as_it_went_in(predict, tmp_path, form):
    jsonl(tmp_path / "h.jsonl", {"id": "h", "paragraphs": HARD})
    output = predict("h.jsonl", "--format", form).stdout
    found = rows(output) if form == "jsonl" else csv.DictReader(io.StringIO(output, newline=""))
    assert [row["text"] for row in found] == HARD


def test_a_lone_surrogate_is_replaced_and_refuses_nothing(predict, tmp_path):
    (tmp_path / "s.jsonl").write_text('{"id": "s\\ud800", "paragraphs": ["a\\udfffb"]}', encoding="utf-8")
    done = predict("s.jsonl")
    assert done.returncode == 0
    assert [(row["article_id"], row["text"]) for row in rows(done.stdout)] == [("s\ufffd", "a\ufffdb")]


def test_an_endless_line_is_one_paragraph(predict, tmp_path):
    line = ("The ferry left the quay, and " * 60_000).strip()
    (tmp_path / "long.txt").write_text(line, encoding="utf-8")
    (row,) = rows(predict("long.txt").stdout)
    assert row["text"] == line


def test_an_article_of_many_paragraphs_stays_whole(predict, tmp_path):
    jsonl(tmp_path / "many.jsonl", {"id": "m", "paragraphs": [STORY, PLUG] * 15_000})
    found = rows(predict("many.jsonl", "a.txt").stdout)
    assert [row["position"] for row in found] == [*range(30_000), 0, 1, 2]


def test_an_output_whose_name_tells_no_format_is_refused_with_the_ways_to_tell_it(predict):
    done = predict("a.txt", "--output", "story")
    assert done.returncode == 2
    assert "story: a name without an ending" in done.stderr
    assert "Or give --format, or story/ for a folder." in done.stderr
