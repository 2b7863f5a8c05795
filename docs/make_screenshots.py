"""Make the screenshots of the README from the sample corpus: ``make screenshots``.

Needs playwright, and a chromium that ``CORESTORY_CHROMIUM`` names or that is on the path.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from corestory import load_model
from corestory.evaluation.findings import report_findings
from corestory.labelling.origins import read_samples
from corestory.labelling.table import articles_frame
from corestory.model.tagger import Tagger
from corestory.output.article_page import article_page
from corestory.reading.sources import read_file
from corestory.report.page import report_page
from corestory.review.labels_file import LabelsFile
from corestory.review.server import ReviewServer, review_app
from corestory.review.session import Session
from corestory.review.shown_articles import ShownArticle
from corestory.training.estimator import ParagraphClassifier
from corestory.web.guard import listen

ROOT = Path(__file__).resolve().parents[1]
WIDE = {"width": 1200, "height": 1000}
PHONE = {"width": 390, "height": 1000}


def main() -> None:
    """Train on the sample corpus, write both pages, and take their pictures."""
    from playwright.sync_api import sync_playwright

    chromium = os.environ.get("CORESTORY_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        sys.exit("no chromium on the path; install one, or name it with CORESTORY_CHROMIUM")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        report, article = write_pages(Path(name))
        # In a container chromium's own sandbox cannot start; the pages are ours.
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for picture, file, view, scheme, place in (
            ("report", report, WIDE, "light", ""),
            ("report-dark", report, WIDE, "dark", "mistakes"),
            ("report-phone", report, PHONE, "light", ""),
            ("article", article, WIDE, "light", ""),
        ):
            page = browser.new_page(viewport=view, color_scheme=scheme, reduced_motion="reduce")
            page.goto(file.as_uri() + (f"#{place}" if place else ""))
            page.screenshot(path=ROOT / "docs" / f"{picture}.png")
            page.close()
        with reviewed(Path(name)) as address:
            page = browser.new_page(viewport=WIDE, reduced_motion="reduce")
            page.goto(address)
            page.locator(".paragraph").first.wait_for()
            page.keyboard.press("d")
            page.evaluate("scrollTo(0, 0)")
            page.screenshot(path=ROOT / "docs" / "review.png")
        browser.close()


@contextmanager
def reviewed(folder: Path) -> Iterator[str]:
    """Serve a review of an article of the sample corpus, and give its address."""
    sample = ROOT / "data" / "sample" / "brackenford-times.example" / "every-plug.labelled.txt"
    articles = read_file(sample, refuse=sys.exit)
    with listen() as listening, LabelsFile(folder / "labels.jsonl") as labels:
        session = Session(list(map(ShownArticle.of, load_model().tag_stream(articles))), labels)
        server = ReviewServer(review_app(session), listening)
        Thread(target=server.run, daemon=True).start()
        yield server.address


def write_pages(folder: Path) -> tuple[Path, Path]:
    """Write the report and an explained article, and give their files."""
    frame = articles_frame(read_samples(ROOT / "data" / "sample", source="sample", refuse=sys.exit))
    classifier = ParagraphClassifier().fit(frame)
    # Out of fold: no paragraph was scored by a model that had seen its site.
    found = classifier.out_of_fold_
    scored = frame.assign(**{column: found[column].to_numpy() for column in ("score", "tagged", "stage1")})
    report = folder / "report.html"
    findings = report_findings(scored, tagger=classifier.tagger_, name="demo")
    about = (("data", "data/sample"), ("scores", "out of fold, by site"))
    report.write_text(report_page(findings, title="The sample corpus", about=about), encoding="utf-8")
    return report, write_article(classifier.tagger_, folder)


def write_article(tagger: Tagger, folder: Path) -> Path:
    """Write the demonstration article as an explained page."""
    text = (ROOT / "data" / "demo" / "article.txt").read_text(encoding="utf-8")
    file = folder / "article.html"
    file.write_text(article_page(tagger.explain(text)), encoding="utf-8")
    return file


if __name__ == "__main__":
    main()
