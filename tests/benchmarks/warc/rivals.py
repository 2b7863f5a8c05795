"""Programs that users could run instead: fastwarc with trafilatura, also on its command line, or with newspaper4k."""

from __future__ import annotations

import importlib.util
import os
import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from corestory.jobs.work import one_thread
from corestory.model.storage import load_model
from corestory.reading.sources import read_articles

from ..speed.processes import run
from ..speed.works import extract_each

# A user's script that writes each HTML page of a WARC file to a file of its own.
UNPACK = """
import sys
from pathlib import Path
from fastwarc import ArchiveIterator
from fastwarc.warc import WarcRecordType
with open(sys.argv[1], "rb") as stream:
    try:
        records = ArchiveIterator(stream, record_types=WarcRecordType.response, auto_decode="all")
        for number, record in enumerate(records):
            if record.http_content_type == "text/html" and record.http_headers.status_code == 200:
                Path(sys.argv[2], f"{number:06}.html").write_bytes(record.reader.read())
    except OSError:
        pass
"""


def rates(path: Path, pages: int) -> dict[str, float]:
    """Return the pages per second of processor time of corestory by step, in this process with a loaded model."""
    tagger = load_model()

    def articles() -> object:
        return read_articles([str(path)], refuse=lambda _: None)

    return _measured(
        {
            "fastwarc alone: find the HTML responses": lambda: html_pages(path),
            "corestory: read the articles": lambda: sum(1 for _ in articles()),
            "corestory: read and tag them, model loaded": lambda: sum(1 for _ in tagger.tag_stream(articles())),
        },
        pages,
    )


def extractor_rates(path: Path, pages: int, *, work: Path) -> dict[str, float]:
    """Return the pages per second of processor time of the installed extractors."""
    works: dict[str, Callable[[], object]] = {}
    if importlib.util.find_spec("trafilatura") is not None:
        from trafilatura import extract

        works["fastwarc and trafilatura in one process"] = lambda: extract_each(extract, html_pages(path))
    if importlib.util.find_spec("newspaper") is not None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns that nltk is not installed, which is not needed here
            from newspaper import article

        def parse(html: bytes) -> object:
            # Pictures are not fetched, because that would measure the network.
            return article("http://page.example/", input_html=html.decode(errors="replace"), fetch_images=False).text

        works["fastwarc and newspaper4k in one process"] = lambda: extract_each(parse, html_pages(path))
    found = _measured(works, pages)
    if importlib.util.find_spec("trafilatura") is not None:
        (work / "unpacked").mkdir()
        unpacking = run(["-c", UNPACK, str(path), str(work / "unpacked")])
        # The command line of trafilatura takes only relative names of folders.
        source, texts = (os.path.relpath(work / name) for name in ("unpacked", "texts"))
        command = ["-m", "trafilatura.cli", "--parallel", "1", "--input-dir", source, "--output-dir", texts]
        extracting = run(command)
        found["fastwarc to files, then trafilatura --input-dir"] = pages / (unpacking.processor + extracting.processor)
    return found


def html_pages(path: Path) -> Sequence[bytes]:
    """Return the HTML responses of a WARC file that fastwarc can read."""
    from fastwarc import ArchiveIterator
    from fastwarc.warc import WarcRecordType

    found = []
    with path.open("rb") as stream, suppress(OSError):  # fastwarc stops at the first damaged record
        for record in ArchiveIterator(stream, record_types=WarcRecordType.response, auto_decode="all"):
            if record.http_content_type == "text/html" and record.http_headers.status_code == 200:
                found.append(record.reader.read())
    return found


def _measured(works: dict[str, Callable[[], object]], pages: int) -> dict[str, float]:
    found = {}
    with one_thread():
        for name, work in works.items():
            before = time.process_time()
            work()
            found[name] = pages / (time.process_time() - before)
    return found
