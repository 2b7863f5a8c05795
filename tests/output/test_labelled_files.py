import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.labelling.origins import read_sample
from corestory.model.kinds import CLASSES, Kinds
from corestory.model.tagged_article import TaggedArticle
from corestory.output.documents import labelled_text
from corestory.reading.article import Article
from corestory.reading.one_article import labelled_article
from corestory.reading.text import is_blank

# No surrogates and no controls: readers have replaced the former, and refuse files with the latter as binary.
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(lambda text: not is_blank(text))
LABELS = st.lists(st.tuples(TEXT, st.booleans()), min_size=1, max_size=5)


def tagged(lines, *, title="", url="", site="", language="", kinds=None):
    core = np.array([label for _, label in lines])
    article = Article("a", [text for text, _ in lines], url, title, language, site)
    return TaggedArticle(article, np.where(core, 0.9, 0.1), core, 0.75, kinds=kinds)


def labels(sample):
    return [(paragraph.label, " ".join(paragraph.text.split())) for paragraph in sample.paragraphs]


@given(LABELS, st.text(), st.text())
def test_prepare_reads_the_labels_that_the_model_gave(lines, title, site):
    article = tagged(lines, title=title, url="https://www.herald.example/7", site=site)
    sample = read_sample(labelled_text(article), where="a", page="own/a", source="own")
    assert labels(sample) == [("core" if core else "filler", " ".join(text.split())) for text, core in lines]
    assert sample.url == "https://www.herald.example/7"
    assert " ".join(sample.title.split()) == " ".join(title.split())


def test_line_ends_within_a_paragraph_and_missing_facts_do_no_harm():
    article = tagged([("core: one\r\nfiller: two", True), ("site: x", False)])
    text = labelled_text(article)
    assert text == "core: core: one filler: two\nfiller: site: x\n"
    sample = read_sample(text, where="a", page="own/a", source="own")
    assert [paragraph.label for paragraph in sample.paragraphs] == ["core", "filler"]
    assert labelled_article(text, article_id="a", where="a").texts == ["core: one filler: two", "site: x"]


@pytest.mark.parametrize("kind", CLASSES)
@pytest.mark.parametrize("core", [True, False])
def test_kinds_are_written_where_the_format_has_them(kind, core):
    article = tagged([("One.", core)], kinds=Kinds((kind,), np.ones(1)))
    (found,) = read_sample(labelled_text(article), where="a", page="own/a", source="own").paragraphs
    assert found.label == ("core" if core else "filler")
    assert (found.role if core else found.kind) in (kind, "body" if core else None)
