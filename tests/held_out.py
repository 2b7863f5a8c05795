"""Held-out pages and the keys of extractors, for the tests of the accuracy benchmark."""

from benchmarks.accuracy.extraction import COMPETITORS
from benchmarks.accuracy.material import HeldOutPage
from corestory.reading.article import Article

EXTRACTOR_KEYS = [extractor.key for extractor in COMPETITORS]


def page_of(number: int, *, source: str = "made", site: str | None = None) -> HeldOutPage:
    return HeldOutPage(
        page=f"{source}/{number}", source=source, site=site or f"site{number}.example", url="", language="en",
        html=f"<p>The {number}th ferry sailed on Monday.", article=Article("", ()), text="", lines="", gold="A ferry.",
    )  # fmt: skip
