"""The outputs of corestory on the held-out pages: on their HTML, on their text, and on the outputs of extractors."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from corestory.labelling.views import EXTRACTORS, RENDERERS, tool_paragraphs, tool_texts
from corestory.model.tagger import Tagger
from corestory.reading.article import Article
from corestory.reading.html.page import read_page
from corestory.reading.text import split_text

from .extraction import COMPETITORS, Output
from .material import HeldOutPage

BATCH = 64
"""The number of pages that are tagged at once."""

UNSEEN = "html-text"
"""The renderer that is used in no view, so that a model has never seen its texts."""

RENDERINGS = tuple(f"text by {renderer}" for renderer in (*RENDERERS, UNSEEN))
AFTER = tuple(f"after {extractor.key}" for extractor in COMPETITORS)
INPUTS = ("html", "text", "lines", *RENDERINGS, *AFTER)
AFTER_KNOWN = tuple(f"after {name}" for name in EXTRACTORS)


def text_article(text: str) -> Article:
    """Make an article of plain text, split as by ``corestory predict``."""
    return Article("", split_text(text))


def rendered_article(html: str, renderer: str) -> Article:
    """Make an article of the text that a renderer makes of a whole page."""
    if renderer == UNSEEN:
        lines = tool_paragraphs(lambda: str(importlib.import_module("html_text").extract_text(html)))
    else:
        lines = tool_texts(html, tool=renderer)
    return Article("", lines)


def html_article(html: str) -> Article:
    """Make an article of a page's HTML, as ``corestory predict`` does."""
    page = read_page(html)
    return Article("", page.texts, title=page.title, markup=page.markup)


def tag_all(
    tagger: Tagger, pages: Sequence[HeldOutPage], extractions: Mapping[str, Sequence[Output]]
) -> dict[str, tuple[Output, ...]]:
    """Tag every page in every form.

    Parameters
    ----------
    tagger
        The model.
    pages
        The held-out pages.
    extractions
        The extractors' outputs by key, in the order of the pages.

    Returns
    -------
    dict
        The outputs for each of `INPUTS`. Seconds include reading and the time of the renderer or extractor before.
    """
    found = {
        "html": _tag(tagger, [page.html for page in pages], html_article),
        "text": _tag(tagger, [page.text for page in pages], text_article),
        "lines": _tag(tagger, [page.lines for page in pages], text_article),
    }
    htmls = [page.html for page in pages]
    for rendering in RENDERINGS:
        renderer = rendering.removeprefix("text by ")
        found[rendering] = _tag(tagger, htmls, partial(rendered_article, renderer=renderer))
    for extractor in COMPETITORS:
        before = extractions[extractor.key]
        cleaned = _tag(tagger, [output.text for output in before], text_article)
        found[f"after {extractor.key}"] = tuple(
            Output(after.text, first.seconds + after.seconds, after.confidence)
            for first, after in zip(before, cleaned, strict=True)
        )
    return found


def stories(tagger: Tagger, articles: Sequence[Article], *, threshold: float | None = None) -> list[Output]:
    """Return the core paragraphs of each article; nothing for an article without paragraphs."""
    found = [Output("", 0.0)] * len(articles)
    chosen = [place for place, article in enumerate(articles) if article.texts]
    for start in range(0, len(chosen), BATCH):
        places = chosen[start : start + BATCH]
        tagged = tagger.tag_articles([articles[place] for place in places], threshold=threshold)
        for place, article in zip(places, tagged, strict=True):
            core = "\n".join(text for text, keep in zip(article.texts, article.core.tolist(), strict=True) if keep)
            found[place] = Output(core, 0.0, article.confidence)
    return found


def _tag(tagger: Tagger, inputs: Sequence[str], read: Callable[[str], Article]) -> tuple[Output, ...]:
    stories(tagger, [read(text) for text in inputs[:2]])  # tables made at first use are not part of a page's time
    outputs: list[Output] = []
    for start in range(0, len(inputs), BATCH):
        batch = inputs[start : start + BATCH]
        started = time.process_time()
        tagged = stories(tagger, [read(text) for text in batch])
        seconds = (time.process_time() - started) / len(batch)
        outputs += [Output(output.text, seconds, output.confidence) for output in tagged]
    return tuple(outputs)
