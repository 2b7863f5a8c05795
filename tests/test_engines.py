"""The examples of docs/engines.md run as they stand there, where the framework is installed."""

import gzip
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import corestory
from corestory.model.storage import default_model

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
DOCUMENT = (ROOT / "docs" / "engines.md").read_text(encoding="utf-8")
STORY = "The quay opened again on Monday after a long winter, the council of the harbour town said."
PAGE = (
    "<html><head><title>Quay</title></head><body><nav><a href='/'>Home</a> <a href='/s'>Sport</a></nav><article>"
    f"<h1>Quay opens</h1><p>{STORY}</p><p>Ships will call there twice a week from now on, she added.</p></article>"
    "<p>Share this on social media</p></body></html>"
)


def example(heading: str, language: str = "python") -> str:
    """The first block of code below a heading."""
    section = DOCUMENT.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)[0]


def run(code: str, folder: Path, *, shell: bool = False) -> str:
    """Run an example, with what a test adds to it, in a folder that has the model it names; return what it prints."""
    (folder / "models").mkdir()
    (folder / "models" / "newsroom").symlink_to(default_model())
    bin_folder = folder / "bin"
    bin_folder.mkdir()
    (bin_folder / "corestory").write_text(f'#!/bin/sh\nexec {sys.executable} -m corestory "$@"\n')
    (bin_folder / "corestory").chmod(0o755)
    environment = os.environ | {
        "PYTHONPATH": str(Path(corestory.__file__).parents[1]),
        "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
        "HF_HOME": str(folder / "cache"),
        "HF_HUB_OFFLINE": "1",
    }
    command = ["bash", "-c", code] if shell else [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_scrapy(tmp_path: Path) -> None:
    pytest.importorskip("scrapy", reason="Scrapy is not installed")
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "pipelines.py").write_text(example("Scrapy"), encoding="utf-8")
    spider = """
import pathlib, sys, warnings
import scrapy.crawler

sys.path.insert(0, "")
warnings.simplefilter("error", scrapy.exceptions.ScrapyDeprecationWarning)


class Spider(scrapy.Spider):
    name = "news"
    start_urls = [pathlib.Path("page.html").resolve().as_uri()]

    def parse(self, response):
        yield {"url": response.url, "html": response.text}


process = scrapy.crawler.CrawlerProcess({
    "ITEM_PIPELINES": {"pipelines.StoryPipeline": 300}, "FEEDS": {"feed.jsonl": {"format": "jsonlines"}},
    "TELNETCONSOLE_ENABLED": False,
})
process.crawl(Spider)
process.start()
"""
    run(spider, tmp_path)
    (item,) = map(json.loads, (tmp_path / "feed.jsonl").read_text(encoding="utf-8").splitlines())
    assert item["story"] == corestory.load_model().core(PAGE, html=True)
    assert STORY in item["story"]


def test_fastapi(tmp_path: Path) -> None:
    pytest.importorskip("fastapi", reason="FastAPI is not installed")
    ask = f"""
import asyncio

page = {PAGE!r}.encode()
scope = {{
    "type": "http", "method": "POST", "path": "/story", "query_string": b"", "http_version": "1.1",
    "headers": [(b"content-type", b"text/html"), (b"content-length", str(len(page)).encode())],
}}


async def receive():
    return {{"type": "http.request", "body": page}}


async def send(message):
    print(message.get("status", ""), message.get("body", b"").decode())


asyncio.run(app(scope, receive, send))
"""
    status, story = run(example("FastAPI") + ask, tmp_path).splitlines()
    assert status.strip() == "200"
    assert json.loads(story) == corestory.load_model().core(PAGE, html=True)


def test_hugging_face_datasets(tmp_path: Path) -> None:
    pytest.importorskip("datasets", reason="datasets is not installed")
    (tmp_path / "articles").mkdir()
    articles = pd.DataFrame({"id": ["a", "b", "c"], "text": [STORY, f"{STORY}\nShare this", ""], "desk": "ports"})
    for number in (0, 1):
        articles[number::2].to_parquet(tmp_path / "articles" / f"{number}.parquet")
    code = example("Hugging Face datasets") + "tagged.to_json('tagged.jsonl')\n"
    run(f"if __name__ == '__main__':\n    exec({code!r})", tmp_path)
    tagged = pd.read_json(tmp_path / "tagged.jsonl", lines=True)
    expected = corestory.tag_frame(articles[articles["id"] != "c"], keep=["desk"])
    pd.testing.assert_frame_equal(
        tagged.sort_values(["article_id", "position"], ignore_index=True), expected, check_dtype=False
    )


def test_shell(tmp_path: Path) -> None:
    pytest.importorskip("fastwarc", reason="fastwarc is not installed")
    (tmp_path / "crawl").mkdir()
    (tmp_path / "stories").mkdir()
    for name in ("one", "two"):
        response = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{PAGE}".encode()
        head = (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{name}>\r\n"
            f"WARC-Target-URI: https://{name}.example/quay\r\nWARC-Date: 2026-01-02T03:04:05Z\r\n"
            f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(response)}\r\n\r\n"
        )
        record = head.encode() + response + b"\r\n\r\n"
        (tmp_path / "crawl" / f"{name}.warc.gz").write_bytes(gzip.compress(record))
    (tmp_path / "stories" / "two.jsonl").write_text("done before")
    run(example("Shell", "sh"), tmp_path, shell=True)
    (story,) = map(json.loads, (tmp_path / "stories" / "one.jsonl").read_text(encoding="utf-8").splitlines())
    assert story["url"] == "https://one.example/quay"
    assert STORY in story["text"]
    assert (tmp_path / "stories" / "two.jsonl").read_text() == "done before"
