from hypothesis import given
from hypothesis import strategies as st

from corestory.features.paragraph_shape import shape_features
from corestory.features.paragraphs import read_paragraphs
from corestory.features.tokens import tokenise
from corestory.features.word_shapes import form_tokens

TEXTS = st.lists(st.text("aB1 .,?_東ก\x00ΣİＡ", max_size=12), max_size=6)


@given(TEXTS)
def test_to_read_paragraphs_at_once_is_to_read_their_words_their_form_and_their_shape(texts):
    read = read_paragraphs(texts)
    words, shape = shape_features(texts)

    for found, expected in ((read.tokens, tokenise(texts)), (read.forms, form_tokens(texts))):
        assert (found.row.tolist(), found.hashes.tolist()) == (expected.row.tolist(), expected.hashes.tolist())
        assert (found.count, found.longest) == (expected.count, expected.longest)
    assert (read.words.tolist(), read.shape.tolist()) == (words.tolist(), shape.tolist())
