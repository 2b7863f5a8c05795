import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from corestory.evaluation.agreement import cohens_kappa, compare_labels
from corestory.evaluation.audit import Neighbour
from corestory.labelling.labelled import LabelledArticle, LabelledParagraph

LABELS = st.sampled_from(["core", "filler"])
TEXTS = ("The ferry sailed.", "Share", "It sank.", "Read more", "Nobody drowned.")


def article(source, name, labels, *, site="herald.example", texts=TEXTS):
    paragraphs = tuple(LabelledParagraph(text, label) for text, label in zip(texts, labels, strict=False))
    return LabelledArticle(f"{source}/{name}", "text", source, paragraphs, site=site)


@given(st.lists(st.tuples(LABELS, LABELS), min_size=1, max_size=40))
def test_kappa_is_that_of_scikit_learn(pairs):
    first, second = zip(*pairs, strict=True)
    if len(set(first + second)) == 1:
        assert math.isnan(cohens_kappa(pairs))
    else:
        assert cohens_kappa(pairs) == pytest.approx(cohen_kappa_score(first, second))
        assert cohens_kappa(pairs) == pytest.approx(cohens_kappa([(two, one) for one, two in pairs]))


def test_labels_are_compared_by_site_and_the_least_agreement_comes_first():
    mine = [
        article("ada", "1", ["core", "filler", "core", "filler"]),
        article("ada", "2", ["core", "filler", "core"], site="other.example"),
        article("ada", "3", ["core"] * 2, site="third.example"),
    ]
    theirs = [
        article("ben", "2", ["core", "core", "filler"], site="other.example"),
        article("ben", "1", ["core", "filler", "core", "filler"]),
        article("ben", "3", ["core"] * 2, site="third.example"),
    ]
    found = compare_labels(mine, theirs)
    assert [(one.site, one.paragraphs, one.equal) for one in found.sites] == [
        ("other.example", 3, 1), ("herald.example", 4, 4), ("third.example", 2, 2)
    ]  # fmt: skip
    assert np.array([one.kappa for one in found.sites]) == pytest.approx([-0.5, 1, math.nan], nan_ok=True)
    assert (found.overall.paragraphs, found.overall.equal) == (9, 7)
    assert [(one.article_id, one.position, one.label, one.suggested) for one in found.disputes] == [
        ("ada/2", 1, "filler", "core"), ("ada/2", 2, "core", "filler")
    ]  # fmt: skip
    assert found.disputes[0].before == (Neighbour("The ferry sailed.", "core"),)


def test_what_only_one_has_labelled_or_read_so_does_not_count():
    mine = [article("ada", "1", ["core", None, "core", "core"]), article("ada", "2", ["core"])]
    theirs = [
        article("ben", "1", ["core", "core", None, "core", "core"], texts=(*TEXTS[:3], "Changed", "New")),
        article("ben", "9", ["core"]),
    ]
    found = compare_labels(mine, theirs)
    assert (found.overall.paragraphs, found.articles, found.other_articles, found.other_texts) == (1, 1, 2, 2)
