"""Large WARC files and ZIP archives are tagged in parts, with the bytes of the whole."""

import gzip
import io
import zipfile
from dataclasses import replace

import pytest
from tests.benchmarks.warc.archives import metadata, packed, page, request, response

from corestory.jobs.items import Item
from corestory.jobs.ledger import Ledger
from corestory.jobs.tasks import run_here, tasks_of
from corestory.jobs.work import tag_file, work_on
from corestory.output.formats import RowChoice
from corestory.reading import parts

PAGES = 150


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr(parts, "PART_BYTES", 9_000)


def crawl():
    pytest.importorskip("fastwarc", reason="fastwarc is not installed")
    made = [one for n in range(PAGES) for one in (request(n), response(page(n), number=n), metadata(n))]
    members = [gzip.compress(one, mtime=0) for one in made]
    members[436] = members[436][:-40]
    return b"".join(members)


def archive():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for number in range(PAGES):
            made.writestr(f"site/{number}.html", page(number))
        made.writestr("inner.zip", b"")
    return stream.getvalue()


@pytest.fixture(params=["crawl.warc.gz", "pages.zip"])
def item(request, tmp_path):
    (tmp_path / request.param).write_bytes(crawl() if "warc" in request.param else archive())
    return Item(tmp_path / request.param, f"{request.param}.jsonl")


@pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_an_archive_in_parts_has_the_output_and_the_refusals_of_the_whole(item, job, jobs):
    keep = ("WARC-Date",) if "warc" in item.name else ()
    job = replace(job, rows=RowChoice(keep=keep, unit="article"))
    whole = tag_file(item, job)
    ledger = Ledger(job.folder)
    expected, refused = ledger.output(item).read_bytes(), list(ledger.refused(item))
    assert (whole.counts.refused, expected.count(b"\n")) == (1, whole.counts.articles)
    ledger.output(item).unlink()
    tasks = list(tasks_of([item]))
    assert len(tasks) > 2
    # An earlier run has done a part of the work.
    work_on(tasks[1], job)
    assert list(run_here([item], job, jobs=jobs)) == [whole]
    assert ledger.output(item).read_bytes() == expected
    assert list(ledger.refused(item)) == refused


def test_a_crawl_without_pages_is_refused_once(tmp_path, job):
    pytest.importorskip("fastwarc", reason="fastwarc is not installed")
    (tmp_path / "a.warc.gz").write_bytes(packed(request(number) for number in range(400)))
    item = Item(tmp_path / "a.warc.gz", "a.warc.gz.jsonl")
    assert len(list(tasks_of([item]))) > 2
    (outcome,) = run_here([item], job)
    assert outcome.refusals == (f'{{"where": "{tmp_path}/a.warc.gz", "reason": "no articles; expected at least one"}}',)
