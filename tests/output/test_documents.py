"""Documents, one a file: alone, one after another, and as a folder."""

import io
from contextlib import closing

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.errors import OutputError
from corestory.labelling.origins import read_sample
from corestory.model.kinds import CLASSES, Kinds
from corestory.model.tagged_article import TaggedArticle
from corestory.output.documents import DocumentFile, DocumentFolder, document_form, labelled_text
from corestory.reading.article import Article
from corestory.reading.one_article import labelled_article
from corestory.reading.text import is_blank


def tagged(text, *, title="", core=True):
    return TaggedArticle(Article("a", [text], title=title), np.ones(1), np.array([core]), 0.75)


def written(form, *articles):
    stream = io.BytesIO()
    with closing(DocumentFile(stream, document_form(form))) as writer:
        for article in articles:
            writer.write(article)
    return stream.getvalue().decode()


def test_a_labelled_file_has_one_article_and_nothing_is_written_of_several():
    assert written("labelled", tagged("One.")) == "core: One.\n"
    stream = io.BytesIO()
    writer = DocumentFile(stream, document_form("labelled"))
    writer.write(tagged("One."))
    with pytest.raises(OutputError, match="more than one article"):
        writer.write(tagged("Two."))
    assert stream.getvalue() == b""


def test_markdown_documents_are_parted_by_a_line_that_no_story_has():
    articles = [tagged("---"), tagged("Share", core=False), tagged("Two.", title="Second")]
    assert written("markdown", *articles) == "\\---\n\n---\n\n# Second\n\nTwo.\n"


@pytest.mark.parametrize(("form", "ending"), [("labelled", ".labelled.txt"), ("markdown", ".md")])
def test_a_folder_has_a_file_for_each_article_with_a_name_that_sorts(tmp_path, form, ending):
    folder = DocumentFolder(tmp_path, document_form(form))
    for title in ("Lock opens / again: “11” barges", "", "x" * 300, "船" * 300):
        folder.write(tagged("One.", title=title))
    folder.close()
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names[:2] == [f"000001-lock-opens-again-11-barges{ending}", f"000002{ending}"]
    assert len(names) == 4


# No surrogates and no controls: readers have replaced the former, and refuse files with the latter as binary.
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(lambda text: not is_blank(text))
LABELS = st.lists(st.tuples(TEXT, st.booleans()), min_size=1, max_size=5)


def tagged_lines(lines, *, title="", url="", site="", language="", kinds=None):
    core = np.array([label for _, label in lines])
    article = Article("a", [text for text, _ in lines], url, title, language, site)
    return TaggedArticle(article, np.where(core, 0.9, 0.1), core, 0.75, kinds=kinds)


def labels(sample):
    return [(paragraph.label, " ".join(paragraph.text.split())) for paragraph in sample.paragraphs]


@given(LABELS, st.text(), st.text())
def test_prepare_reads_the_labels_that_the_model_gave(lines, title, site):
    article = tagged_lines(lines, title=title, url="https://www.herald.example/7", site=site)
    sample = read_sample(labelled_text(article), where="a", page="own/a", source="own")
    assert labels(sample) == [("core" if core else "filler", " ".join(text.split())) for text, core in lines]
    assert sample.url == "https://www.herald.example/7"
    assert " ".join(sample.title.split()) == " ".join(title.split())


def test_line_ends_within_a_paragraph_and_missing_facts_do_no_harm():
    article = tagged_lines([("core: one\r\nfiller: two", True), ("site: x", False)])
    text = labelled_text(article)
    assert text == "core: core: one filler: two\nfiller: site: x\n"
    sample = read_sample(text, where="a", page="own/a", source="own")
    assert [paragraph.label for paragraph in sample.paragraphs] == ["core", "filler"]
    assert labelled_article(text, article_id="a", where="a").texts == ["core: one filler: two", "site: x"]


@pytest.mark.parametrize("kind", CLASSES)
@pytest.mark.parametrize("core", [True, False])
def test_kinds_are_written_where_the_format_has_them(kind, core):
    article = tagged_lines([("One.", core)], kinds=Kinds((kind,), np.ones(1)))
    (found,) = read_sample(labelled_text(article), where="a", page="own/a", source="own").paragraphs
    assert found.label == ("core" if core else "filler")
    assert (found.role if core else found.kind) in (kind, "body" if core else None)
