import gzip

import pytest
from tests.benchmarks.warc.__main__ import main
from tests.benchmarks.warc.crawl import page_files, write_crawl

from corestory.errors import DataError
from corestory.reading.sources import read_articles

pytest.importorskip("fastwarc", reason="fastwarc is not installed")


@pytest.mark.slow
def test_a_crawl_has_its_pages_and_damaged_records_whatever_the_pages_are(tmp_path):
    (tmp_path / "corpus").mkdir()
    for number in range(3):
        page = f"<title>Page {number}</title><p>The lock opened.</p><p>Barges waited.</p>".encode()
        (tmp_path / "corpus" / f"{number}.html.gz").write_bytes(gzip.compress(page))
    files = page_files([tmp_path / "corpus"])
    crawl = write_crawl(tmp_path / "crawl.warc.gz", files, 520)
    refused = []
    articles = list(read_articles([str(crawl.path)], refuse=refused.append))
    assert (len(articles), len(refused)) == (crawl.pages, crawl.damaged) == (520, 1)
    assert {article.title for article in articles} == {"Page 0", "Page 1", "Page 2"}
    assert crawl.records > 3 * crawl.pages
    assert write_crawl(tmp_path / "again.warc.gz", files, 520).path.read_bytes() == crawl.path.read_bytes()
    with pytest.raises(DataError, match="no pages"):
        page_files([tmp_path / "none"])


@pytest.mark.slow
def test_the_benchmark_reports_and_compares_the_bytes_of_a_killed_run(tmp_path):
    main(None, pages=40, compared=8, kills=1, jobs=1, work=tmp_path, output=tmp_path / "warc.md")
    report = (tmp_path / "warc.md").read_text(encoding="utf-8")
    assert "40 pages in " in report
    assert "the same bytes" in report
    assert "40 articles written" in report
    assert report.count("| one process |") == 2
