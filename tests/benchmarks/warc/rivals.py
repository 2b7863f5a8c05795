"""What users would run on the same pages instead: fastwarc with trafilatura, its command line too, or newspaper4k."""

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

# Each HTML page of a WARC file to a file of its own, as a script of a user would write it.
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
    """Return the pages a second of processor time of corestory in this process, the model loaded, by step."""
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
    """Return the pages a second of processor time of the extractors that are installed."""
    works: dict[str, Callable[[], object]] = {}
    if importlib.util.find_spec("trafilatura") is not None:
        from trafilatura import extract

        works["fastwarc and trafilatura in one process"] = lambda: extract_each(extract, html_pages(path))
    if importlib.util.find_spec("newspaper") is not None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that nltk is not installed, which it does not need here
            from newspaper import article

        def parse(html: bytes) -> object:
            # Pictures are not fetched: that would measure the network.
            return article("http://page.example/", input_html=html.decode(errors="replace"), fetch_images=False).text

        works["fastwarc and newspaper4k in one process"] = lambda: extract_each(parse, html_pages(path))
    found = _measured(works, pages)
    if importlib.util.find_spec("trafilatura") is not None:
        (work / "unpacked").mkdir()
        unpacking = run(["-c", UNPACK, str(path), str(work / "unpacked")])
        # It takes relative names of folders only.
        source, texts = (os.path.relpath(work / name) for name in ("unpacked", "texts"))
        command = ["-m", "trafilatura.cli", "--parallel", "1", "--input-dir", source, "--output-dir", texts]
        extracting = run(command)
        found["fastwarc to files, then trafilatura --input-dir"] = pages / (unpacking.processor + extracting.processor)
    return found


def html_pages(path: Path) -> Sequence[bytes]:
    """Return the HTML responses of a WARC file as far as fastwarc reads it."""
    from fastwarc import ArchiveIterator
    from fastwarc.warc import WarcRecordType

    found = []
    with path.open("rb") as stream, suppress(OSError):  # it reads no further than to the first damaged record
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
