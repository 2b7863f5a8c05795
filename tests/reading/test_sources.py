import gzip
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from corestory.errors import InputError
from corestory.reading.article import Article
from corestory.reading.contents import MAX_PARAGRAPHS
from corestory.reading.file_kinds import KINDS
from corestory.reading.sources import files_of, read_articles

STORY = "The quay opened.\nShips came.\n"
PAGE = "<!doctype html><title>Quay</title><p>The quay opened.<p>Ships came."
RECORD = json.dumps({"id": "r", "text": STORY})


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(*sources: str) -> tuple[list[Article], list[str]]:
    refused: list[InputError] = []
    return list(read_articles(sources, refuse=refused.append)), [str(error) for error in refused]


def names(articles: list[Article]) -> list[str]:
    return [article.article_id for article in articles]


def texts(article: Article) -> list[str]:
    return list(article.texts)


def write(path: str, content: str | bytes) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(content.encode() if isinstance(content, str) else content)


def rows() -> pd.DataFrame:
    return pd.DataFrame({"article_id": ["r", "r"], "position": [0, 1], "text": STORY.split("\n")[:2]})


def content(kind: str) -> str:
    if kind == "text":
        return STORY
    if kind == "html":
        return PAGE
    if kind in ("csv", "tsv"):
        return str(rows().to_csv(index=False, sep="," if kind == "csv" else "\t"))
    return RECORD


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("suffix", [suffix for suffix, kind in KINDS.items() if kind not in ("parquet", "warc", "zip")])
@pytest.mark.usefixtures("here")
def test_a_file_is_read_as_its_name_says_gzipped_or_not(suffix: str, packed: bool) -> None:
    kind = KINDS[suffix]
    name = f"in/a{suffix}{'.gz' * packed}"
    write(name, gzip.compress(content(kind).encode()) if packed else content(kind))
    articles, refused = read(name)
    assert refused == []
    assert names(articles) == [name if kind in ("text", "html") else "r"]
    assert texts(articles[0]) == ["The quay opened.", "Ships came."]
    assert (articles[0].markup is not None) == (kind == "html")


@pytest.mark.usefixtures("here")
def test_parquet_is_read_with_a_paragraph_or_an_article_a_row() -> None:
    rows().to_parquet("rows.parquet")
    pd.DataFrame({"id": ["a", "b"], "paragraphs": [["One.", "Two."], ["Three."]], "url": ["u", None]}).to_parquet(
        "a.PARQUET"
    )
    articles, refused = read("rows.parquet", "a.PARQUET")
    assert refused == []
    assert [(article.article_id, texts(article)) for article in articles] == [
        ("r", ["The quay opened.", "Ships came."]),
        ("a", ["One.", "Two."]),
        ("b", ["Three."]),
    ]
    assert [article.url for article in articles] == ["", "u", ""]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (STORY, "text"), (PAGE, "html"), (f"\ufeff  \n{PAGE}", "html"), ("<p>One<p>Two", "html"), (RECORD, "lines"),
        (f"{RECORD}\n{RECORD}\n", "lines"), (json.dumps([{"id": "r", "text": STORY}], indent=1), "lines"),
        (json.dumps({"id": "r", "text": STORY}, indent=1), "lines"), (f'{{"id":\n{RECORD}\n{RECORD}', "lines"),
        (f"oops\n{RECORD}\n", "lines"), ("[Photo] The quay.\nShips.", "text"), ("{Update} The quay.\nShips.", "text"),
        ("<3 the quay\nShips.", "text"), (PAGE.encode("utf-16"), "html"), (RECORD.encode("utf-16"), "lines"),
        (STORY.encode("utf-16"), "text"), (gzip.compress(PAGE.encode(), mtime=0), "html"),
        (gzip.compress(RECORD.encode(), mtime=0), "lines"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("here")
def test_what_an_unnamed_file_is_its_beginning_tells(data: str | bytes, kind: str) -> None:
    write("unnamed", data)
    articles, _ = read("unnamed")
    assert articles
    assert (articles[0].markup is not None) == (kind == "html")
    assert names(articles)[0] == ("r" if kind == "lines" else "unnamed")


@pytest.mark.parametrize(("data", "name"), [(STORY, "-"), (PAGE, "-"), (RECORD, "r"), ('{"text": "One."}', "-:1")])
def test_the_standard_input_is_read_like_an_unnamed_file(data: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data.encode())))
    articles, refused = read("-")
    assert names(articles) == [name]
    assert refused == []
    assert not sys.stdin.buffer.closed


def test_a_malformed_line_on_the_standard_input_is_named_by_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(f'{RECORD}\n{{"id": 2\n{RECORD}'.encode())))
    articles, refused = read("-")
    assert names(articles) == ["r", "r#2"]
    assert [line[:38] for line in refused] == ["standard input, line 2: malformed JSON"]


def test_a_pipe_is_read(here: Path) -> None:
    code = (
        "import sys; from corestory.reading.sources import read_articles as r;"
        "print([article.article_id for article in r(sys.argv[1:], refuse=print)])"
    )
    os.mkfifo(here / "pipe")
    with subprocess.Popen(
        [sys.executable, "-c", code, "pipe"],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "pipeline")},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        (here / "pipe").write_text(RECORD)
        out, _ = process.communicate(timeout=60)
    assert out == "['r']\n"


def test_plain_text_is_read_without_the_heavy_libraries(here: Path) -> None:
    (here / "a.txt").write_text(STORY)
    code = (
        "import sys; from corestory.reading.sources import read_articles as r; list(r(['a.txt'], refuse=print));"
        "print({'pandas', 'pyarrow', 'sklearn', 'numpy', 'selectolax', 'publicsuffixlist'} & set(sys.modules))"
    )
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "pipeline")}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "set()\n"


@pytest.mark.usefixtures("here")
def test_a_folder_is_read_whole_by_name_without_what_is_hidden_or_of_another_kind() -> None:
    for name in (
        "in/b.txt",
        "in/a/z.html",
        "in/c/d.txt",
        "in/B.TXT",
        "in/.hidden.txt",
        "in/.git/a.txt",
        "in/x.png",
        "in/x.py",
    ):
        write(name, PAGE if name.endswith("html") else STORY)
    write("in/e.jsonl.gz", gzip.compress(RECORD.encode()))
    Path("in/c/loop").symlink_to(Path("in").absolute())
    articles, refused = read("in/")
    assert names(articles) == ["in/B.TXT", "in/a/z.html", "in/b.txt", "in/c/d.txt", "r"]
    assert refused == []


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("target", ["broken.txt", "nowhere.txt"])
def test_a_link_that_leads_nowhere_is_refused_and_the_rest_of_its_folder_is_read(target: str) -> None:
    write("in/a.txt", STORY)
    Path("in/broken.txt").symlink_to(target)
    articles, refused = read("in/")
    assert names(articles) == ["in/a.txt"]
    assert [str(error).partition(":")[0] for error in refused] == ["in/broken.txt"]


@pytest.mark.usefixtures("here")
def test_sources_are_read_as_named_and_a_pattern_by_name_unless_it_is_the_name_of_a_file() -> None:
    for name in ("b.txt", "a.txt", "c.md", "d/e.txt", "[x].txt"):
        write(name, STORY)
    assert names(read("?.txt")[0]) == ["a.txt", "b.txt"]
    assert names(read("**/*.txt")[0]) == ["[x].txt", "a.txt", "b.txt", "d/e.txt"]
    assert names(read("[x].txt")[0]) == ["[x].txt"]
    assert names(read("d*")[0]) == ["d/e.txt"]
    assert names(read("b.txt", "a.txt", "b.txt")[0]) == ["b.txt", "a.txt", "b.txt"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("none.txt", "none.txt: no such file or folder"),
        ("none/*.txt", "none/*.txt: no file matches"),
        ("none.parquet", "none.parquet: no such file or folder"),
        ("empty.txt", "empty.txt: an article without paragraphs"),
        ("blank.txt", "blank.txt: an article without paragraphs"),
        ("empty.html", "empty.html: a page without paragraphs"),
        ("empty.csv", "empty.csv: is empty"),
        ("empty.json", "empty.json: is empty"),
        ("empty.parquet", "empty.parquet: not a Parquet file"),
        ("nothing", "nothing: a folder with nothing to read"),
        ("image.txt", "image.txt: looks like a PNG image"),
        ("image", "image: looks like a PNG image"),
        ("table", "table: looks like a Parquet file"),
        ("page.html.gz", "page.html.gz: the gzip data ends too early"),
        ("a.parquet.gz", "a.parquet.gz: compressed Parquet"),
        ("columns.csv", "columns.csv: no column 'text'; the columns are: id, teaser"),
        ("cyrillic.txt", "cyrillic.txt: text in an unknown encoding"),
        ("", "an empty name"),
        ("a\x00b", "a\x00b: no such file or folder"),
        ("x" * 5000, "x" * 5000 + ": cannot be read"),
    ],
)
@pytest.mark.usefixtures("here")
def test_a_source_that_cannot_be_read_is_refused_in_words_and_the_next_is_read(source: str, message: str) -> None:
    for name in ("empty.txt", "empty.html", "empty.csv", "empty.json", "empty.parquet", "a.parquet.gz"):
        write(name, b"")
    write("blank.txt", " \n\u200b\n\n")
    write("nothing/x.png", b"")
    write("image.txt", b"\x89PNG\r\n\x1a\n\x00")
    write("image", b"\x89PNG\r\n\x1a\n\x00")
    write("table", b"PAR1\x00\x00")
    write("page.html.gz", gzip.compress(PAGE.encode())[:-10])
    write("columns.csv", "id,teaser\n1,a\n")
    write("cyrillic.txt", "Мост открыт во вторник.".encode("cp1251"))
    write("good.txt", STORY)
    articles, refused = read(source, "good.txt")
    assert names(articles) == ["good.txt"]
    assert len(refused) == 1
    assert refused[0].startswith(message)


@pytest.mark.usefixtures("here")
def test_truncated_gzip_gives_the_articles_before_the_cut_and_says_where_it_ends() -> None:
    lines = "".join(f'{{"id": {number}, "text": "One {number}."}}\n' for number in range(6_000))
    write("a.jsonl.gz", gzip.compress(lines.encode())[:-5000])
    articles, refused = read("a.jsonl.gz")
    assert names(articles) == [str(number) for number in range(len(articles))]
    assert 0 < len(articles) < 6_000
    assert refused == ["a.jsonl.gz: the gzip data ends too early. Fetch or compress the file again."]


@pytest.mark.usefixtures("here")
def test_an_article_whose_rows_break_off_is_not_given_in_part() -> None:
    lines = "article_id,position,text\n" + "".join(
        f"{number // 6_000},{number},One {number}.\n" for number in range(12_000)
    )
    write("a.csv.gz", gzip.compress(lines.encode())[:-5000])
    articles, refused = read("a.csv.gz")
    assert [(article.article_id, len(article.texts)) for article in articles] == [("0", 6_000)]
    assert len(refused) == 1


@pytest.mark.usefixtures("here")
def test_a_folder_that_may_not_be_listed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    write("in/a.txt", STORY)

    def denied(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", denied)
    refused: list[InputError] = []
    assert list(files_of("in", refuse=refused.append)) == []
    assert list(map(str, refused)) == ["in: cannot be listed (Permission denied)"]


@pytest.mark.usefixtures("here")
def test_a_terminal_is_no_article(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal())
    assert read("-")[1] == ["standard input: is a terminal; expected text. Pipe an article into it."]


@pytest.mark.usefixtures("here")
def test_articles_are_read_one_at_a_time() -> None:
    write("a.jsonl", f"{RECORD}\nbad\n")
    refused: list[InputError] = []
    articles = read_articles(["a.jsonl", "none.txt"], refuse=refused.append)
    assert next(articles).article_id == "r"
    assert refused == []
    assert list(articles) == []
    assert len(refused) == 2


@pytest.mark.usefixtures("here")
def test_a_file_name_that_is_no_utf_8_still_names_its_article() -> None:
    name = os.fsdecode(b"caf\xe9.txt")
    try:
        write(name, STORY)
    except OSError:
        pytest.skip("this file system takes only UTF-8 names")
    assert names(read(name)[0]) == ["caf\ufffd.txt"]


@pytest.mark.usefixtures("here")
def test_a_text_with_emoji_controls_and_both_directions_comes_out_as_it_went_in() -> None:
    lines = ["👩‍👩‍👧 The quay\x00 opened\x07.", "פתחו את הגשר 12:30, אמר James.", "e\u0301 \u200f\u202e x"]
    write("a.txt", "\n".join(lines))
    write("a.jsonl", json.dumps({"id": "r", "paragraphs": [*lines, "\ud800 x"]}))
    articles, _ = read("a.txt", "a.jsonl")
    assert [texts(article) for article in articles] == [lines, [*lines, "\ufffd x"]]


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("---\nauthor: Ann Lee\ntitle: The drivers' choir\n---\n", "The drivers' choir"),
        ("---\r\ntitle: 'Ferry: sold'\r\n---\r\n", "Ferry: sold"),
        ('+++\ntitle = "Fähre verkauft"\n[params]\nx = 1\n+++\n', "Fähre verkauft"),
        ("---\nThe ferry was sold.\n", ""),
        ("The ferry was sold.\n---\ntitle: Ferry sold\n---\n", ""),
    ],
)
@pytest.mark.usefixtures("here")
def test_front_matter_gives_a_title_and_stays_in_the_text(head: str, title: str) -> None:
    write("a.md", f"{head}\nIt sailed for the last time on Monday.\n".encode())
    (article,), _ = read("a.md")
    assert article.title == title
    assert article.texts[-1] == "It sailed for the last time on Monday."
    assert article.texts[0].startswith(head[:3])


memory = pytest.importorskip("fsspec.implementations.memory", reason="fsspec is not installed")


@pytest.mark.parametrize(
    "error", [PermissionError("Access Denied"), OSError(13, "Access Denied"), ValueError("Access Denied")]
)
@pytest.mark.parametrize(("asked", "said"), [("ls", "listed"), ("info", "read"), ("_open", "opened")])
def test_what_a_file_system_denies_is_refused_with_its_reason(monkeypatch, error, asked, said):
    memory.MemoryFileSystem().pipe_file("/denied/in/a.txt", b"The quay opened.")

    def deny(*_, **__):
        raise error

    monkeypatch.setattr(memory.MemoryFileSystem, asked, deny)
    refused = []
    source = "memory://denied/in" if asked == "ls" else "memory://denied/in/a.txt"
    assert list(read_articles([source], refuse=refused.append)) == []
    assert f"cannot be {said} (Access Denied)" in str(refused[0])


@pytest.mark.usefixtures("here")
def test_an_article_of_too_many_paragraphs_is_refused_and_the_others_are_read() -> None:
    write("a.txt", "It rained.\n\n" * (MAX_PARAGRAPHS + 1))
    write("b.txt", STORY)
    articles, refused = read("a.txt", "b.txt")
    assert names(articles) == ["b.txt"]
    found = "a.txt: 200,001 paragraphs in one article; expected at most 200,000"
    assert refused == [f"{found}. Split it into several articles, or leave it out."]
