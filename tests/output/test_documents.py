"""Documents, one a file: alone, one after another, and as a folder."""

import io
from contextlib import closing

import numpy as np
import pytest

from corestory.errors import OutputError
from corestory.model.tagged_article import TaggedArticle
from corestory.output.documents import DocumentFile, DocumentFolder
from corestory.reading.article import Article


def tagged(text, *, title="", core=True):
    return TaggedArticle(Article("a", [text], title=title), np.ones(1), np.array([core]), 0.75)


def written(form, *articles):
    stream = io.BytesIO()
    with closing(DocumentFile(stream, form)) as writer:
        for article in articles:
            writer.write(article)
    return stream.getvalue().decode()


def test_a_labelled_file_has_one_article_and_nothing_is_written_of_several():
    assert written("labelled", tagged("One.")) == "core: One.\n"
    stream = io.BytesIO()
    writer = DocumentFile(stream, "labelled")
    writer.write(tagged("One."))
    with pytest.raises(OutputError, match="more than one article"):
        writer.write(tagged("Two."))
    assert stream.getvalue() == b""


def test_markdown_documents_are_parted_by_a_line_that_no_story_has():
    articles = [tagged("---"), tagged("Share", core=False), tagged("Two.", title="Second")]
    assert written("markdown", *articles) == "\\---\n\n---\n\n# Second\n\nTwo.\n"


@pytest.mark.parametrize(("form", "ending"), [("labelled", ".labelled.txt"), ("markdown", ".md")])
def test_a_folder_has_a_file_for_each_article_with_a_name_that_sorts(tmp_path, form, ending):
    folder = DocumentFolder(tmp_path, form)
    for title in ("Lock opens / again: “11” barges", "", "x" * 300, "船" * 300):
        folder.write(tagged("One.", title=title))
    folder.close()
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names[:2] == [f"000001-lock-opens-again-11-barges{ending}", f"000002{ending}"]
    assert len(names) == 4
