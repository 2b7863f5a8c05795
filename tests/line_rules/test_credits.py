"""Texts that hold the captions and the labels of a video or pictures, and no story."""

import numpy as np
import pytest

from corestory.features.batch import batch_of_articles
from corestory.line_rules.credits import only_pictures
from corestory.reading.article import Article
from corestory.reading.text import word_count

CAPTION, SENTENCE = "Boats off Skarne. Photo: Ida Thorne", "The boats left the quay at nine in the morning."


def _found(*articles):
    batch = batch_of_articles([Article(str(number), lines) for number, lines in enumerate(articles)])
    return only_pictures(batch, np.array([float(word_count(text)) for text in batch.texts])).tolist()


@pytest.mark.parametrize(
    "lines",
    [
        ["Boats off Skarne", CAPTION, CAPTION, "Share"],
        ["Video: Boats off Skarne", "1:24", SENTENCE, "Share"],
        ["Watch boats leave Skarne", "Duration: 0:45", SENTENCE, "Up next"],
        ["Die Regatta in Bildern", "Bild 1 von 2", SENTENCE, "Bild 2 von 2", SENTENCE],
        ["EN IMAGES. La régate", "Les bateaux. © Ida Thorne", "Partager"],
        ["Видео: лодки", "0:58", "Поделиться"],
        ["【動画】船が出港", "再生時間 1:20", "動画一覧へ"],
    ],
)
def test_captions_and_labels_are_no_story(lines):
    assert _found(lines) == [True]


@pytest.mark.parametrize(
    "lines",
    [
        ["Boats off Skarne", SENTENCE, "Share", CAPTION, CAPTION],
        ["Video: Boats off Skarne", SENTENCE, "It rained all day long.", "Nobody was hurt.", "1:24"],
        ["Video: Boats off Skarne", SENTENCE, "Share"],
        ["Film festival opens", CAPTION, "Share", SENTENCE, SENTENCE],
        ["Video's last shop", "Share", "12:30"],
        [CAPTION, SENTENCE],
        ["Boats off Skarne", "By Ida Thorne", SENTENCE, "Photo: Per Vold"],
        ["Boats off Skarne", "3 May, 10:30", SENTENCE, "It rained all day long.", "Photo: Per Vold"],
        ["Bateaux", "Publié à 10:30", "Les bateaux sont partis lundi à neuf heures.", "Photo : Per Vold / AFP"],
        ["Film festival opens", "By Ida Thorne", SENTENCE, "Photo: Per Vold"],
        ["Boats off Skarne", SENTENCE, "Photo: Per Vold", SENTENCE, "Reporting by Ida Thorne"],
        ["Photos show boats", "1:24", *[SENTENCE] * 20],
    ],
)
def test_a_text_with_sentences_besides_is_one(lines):
    assert _found(lines) == [False]


def test_each_text_is_judged_by_itself():
    assert _found([SENTENCE], ["Video: boats", "1:24"], [CAPTION], [CAPTION, CAPTION]) == [False, True, False, True]
