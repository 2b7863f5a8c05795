"""The works that are timed: the steps and the whole of corestory, the parsing alone, and the extractors."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import TypeVar

import numpy as np
from selectolax.lexbor import LexborHTMLParser
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from corestory.features.batch import batches
from corestory.features.tokens import TOKEN_PATTERN, hash_token, normalise, tokenise
from corestory.labelling.views import silenced
from corestory.model.ngrams import NgramScorer
from corestory.model.scoring import score_batch
from corestory.model.tagger import Tagger
from corestory.reading.article import Article
from corestory.reading.html.page import read_page
from corestory.reading.text import split_text

from .contest import Contestant, Page

OURS = "corestory"
Source = TypeVar("Source", str, bytes)
# Each work does the work before it and one more step; the whole also decides, labels and takes the second look.
PARSE, CUT, SPLIT, SCORE = "parse the HTML", "cut into paragraphs", "split into paragraphs", "features, stages 1 and 2"
STAGE_1 = "scikit-learn's vectorizer and model"

# The distribution of each module.
COMPETITORS = {"trafilatura": "trafilatura", "justext": "jusText", "resiliparse": "Resiliparse"}


def from_text(tagger: Tagger) -> Contestant:
    """Return the contestant that turns plain text into labels."""
    return Contestant(OURS, lambda pages: _labels(tagger, _split(pages)))


def from_html(tagger: Tagger) -> Contestant:
    """Return the contestant that turns HTML into labels."""
    return Contestant(OURS, lambda pages: _labels(tagger, _cut(pages)))


def text_steps(tagger: Tagger) -> list[Contestant]:
    """Return the works from plain text to labels, up to each step."""
    return [
        Contestant(SPLIT, _split),
        Contestant(SCORE, lambda pages: _scored(tagger, _split(pages))),
        from_text(tagger),
    ]


def html_steps(tagger: Tagger) -> list[Contestant]:
    """Return the works from HTML to labels, up to each step."""
    return [
        Contestant(PARSE, lambda pages: [LexborHTMLParser(page.html).body for page in pages]),
        Contestant(CUT, _cut),
        Contestant(SCORE, lambda pages: _scored(tagger, _cut(pages))),
        from_html(tagger),
    ]


def _split(pages: Sequence[Page]) -> list[Article]:
    return [Article("", split_text(page.text)) for page in pages]


def _cut(pages: Sequence[Page]) -> list[Article]:
    read = (read_page(page.html) for page in pages)
    return [Article("", page.texts, title=page.title, markup=page.markup) for page in read if page.texts]


def _scored(tagger: Tagger, articles: Sequence[Article]) -> object:
    return [score_batch(part, tagger.weights) for batch in batches(articles) for _, part in tagger.by_markup(batch)]


def _labels(tagger: Tagger, articles: Sequence[Article]) -> object:
    return [article.labels for article in tagger.tag_articles(articles)]


def competitors() -> list[Contestant]:
    """Return the installed extractors with their default settings."""
    makers = {"trafilatura": _trafilatura, "justext": _justext, "resiliparse": _resiliparse}
    return [
        Contestant(name, _each(make())) for name, make in makers.items() if importlib.util.find_spec(name) is not None
    ]


def stage_1(pages: Sequence[Page]) -> tuple[Contestant, Contestant, float]:
    """Make our stage 1 and scikit-learn's from the words of the pages; return both and their greatest difference."""
    texts = [line for page in pages for line in page.text.split("\n")]
    settings = {"preprocessor": normalise, "lowercase": False, "token_pattern": TOKEN_PATTERN, "ngram_range": (1, 2)}
    known = TfidfVectorizer(**settings, min_df=2).fit(texts)
    order = sorted(known.vocabulary_, key=hash_token)
    vectorizer = TfidfVectorizer(
        **settings, sublinear_tf=True, vocabulary={term: number for number, term in enumerate(order)}
    )
    rng = np.random.default_rng(3)
    idf = known.idf_[[known.vocabulary_[term] for term in order]].astype(np.float32)
    weights = rng.normal(0, 2, len(order)).astype(np.float32)
    hashes = np.array([hash_token(term) for term in order], np.uint64)
    scorer = NgramScorer(hashes, idf, weights, np.array(0.1, np.float32), np.array(9.0, np.float32))
    vectorizer.idf_ = idf.astype(float)
    model = LogisticRegression()
    model.classes_ = np.array([False, True])
    model.coef_, model.intercept_ = weights[None].astype(float), np.array([float(scorer.intercept)])

    def ours(lines: Sequence[str]) -> np.ndarray:
        return scorer.log_odds(tokenise(lines))

    def theirs(lines: Sequence[str]) -> np.ndarray:
        return np.asarray(model.decision_function(vectorizer.transform(lines)))

    off = float(np.abs(ours(texts[:2_000]) - theirs(texts[:2_000])).max())
    return Contestant(OURS, _by_lines(ours)), Contestant(STAGE_1, _by_lines(theirs)), off


def versions() -> dict[str, str]:
    """Return the versions of the libraries and extractors."""
    names = ["numpy", "scikit-learn", "selectolax", *(COMPETITORS[one.name] for one in competitors())]
    return {name: importlib.metadata.version(name) for name in names}


def _by_lines(score: Callable[[Sequence[str]], object]) -> Callable[[Sequence[Page]], object]:
    def work(pages: Sequence[Page]) -> object:
        lines = [line for page in pages for line in page.text.split("\n")]
        return [score(lines[begin : begin + 1_000]) for begin in range(0, len(lines), 1_000)]

    return work


def extract_each(extract: Callable[[Source], object], sources: Iterable[Source]) -> None:
    """Extract the story of each page, without the extractor's messages; extractors fail on some pages."""
    with silenced():
        for source in sources:
            with suppress(Exception):
                extract(source)


def _each(extract: Callable[[str], object]) -> Callable[[Sequence[Page]], object]:
    return lambda pages: extract_each(extract, (page.html for page in pages))


def _trafilatura() -> Callable[[str], object]:
    return importlib.import_module("trafilatura").extract


def _justext() -> Callable[[str], object]:
    module = importlib.import_module("justext")
    words = module.get_stoplist("English")
    return lambda source: [part.text for part in module.justext(source, words) if not part.is_boilerplate]


def _resiliparse() -> Callable[[str], object]:
    module = importlib.import_module("resiliparse.extract.html2text")
    return lambda source: module.extract_plain_text(source, main_content=True)
