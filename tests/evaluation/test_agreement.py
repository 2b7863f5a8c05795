import math

import numpy as np
import pytest

from corestory.evaluation.audit import Neighbour, compare_labels
from corestory.labelling.labelled import LabelledArticle, LabelledParagraph

TEXTS = ("The ferry sailed.", "Share", "It sank.", "Read more", "Nobody drowned.")


def article(source, name, labels, *, site="herald.example", texts=TEXTS):
    paragraphs = tuple(LabelledParagraph(text, label) for text, label in zip(texts, labels, strict=False))
    return LabelledArticle(f"{source}/{name}", "text", source, paragraphs, site=site)


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
    assert (found.overall.paragraphs, found.other_articles, found.other_texts) == (1, 2, 2)
