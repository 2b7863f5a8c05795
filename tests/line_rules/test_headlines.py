"""Headlines are filler; what follows the headline of another story is no core, and what only looks so stays."""

import re

import numpy as np
import pandas as pd
import pytest

from corestory.features.batch import batch_of_articles
from corestory.features.batch_features import BatchFeatures
from corestory.features.shapes import shape_features
from corestory.line_rules.headlines import (
    ABOVE,
    ABOVE_WORDS,
    MOST_BETWEEN,
    SCORE,
    ends_as_sentence,
    in_other_stories,
    own_headlines,
)
from corestory.model.explaining import explain_articles
from corestory.model.tagger import Tagger
from corestory.output.explanation import reasons
from corestory.reading.article import Article
from corestory.reading.html.page import read_page
from corestory.training.adaptation import adapt
from corestory.training.estimator import ParagraphClassifier

OWN = (
    "The ferry left the quay at nine on Monday, the harbour master said, for the first time since the storm in May.",
    "It will sail twice a day until the autumn, and the council pays for half of the fuel that it needs to do so.",
    "Fishers had asked for it for years, because the road around the bay takes two hours when the bridge is closed.",
)
OTHER = (
    "Bakers in the old town have raised the price of bread for the third time this year, and blame the mills for it.",
    "The mills say that they pay more for electricity than for grain since the contract with the city has ended.",
)
FILLER = "<aside><p>Share this</p><p>More from the region</p><p>Sign up</p></aside>"


def _page(
    *, headline: str = "Bakers raise prices again", between: str = FILLER, level: str = "h1", own: bool = True
) -> str:
    first = "<div><h1>Ferry sails again</h1></div>" if own else ""
    return (
        f"<title>Ferry sails again | The Bay Post</title><body><main>{first}"
        f"<article><div>{''.join(f'<p>{text}</p>' for text in OWN)}</div></article>{between}"
        f"<article><{level}>{headline}</{level}><time>3 May</time>"
        f"<div>{''.join(f'<p>{text}</p>' for text in OTHER)}</div></article></main>"
    )


def _found(html: str, *, title: str | None = None) -> list[str]:
    """Give the paragraphs that are found if all longer ones are kept."""
    page = read_page(html)
    article = Article("page", page.texts, title=page.title if title is None else title, markup=page.markup)
    batch = batch_of_articles([article])
    features = BatchFeatures(batch, lambda hashes: np.ones(len(hashes)))
    kept = features.words >= 10
    return [batch.texts[row] for row in np.flatnonzero(in_other_stories(features, kept)).tolist()]


def test_paragraphs_of_other_stories_may_stand_above_the_headline():
    lines = [OTHER[0], "Ferry sails again", *OWN]
    batch, words = batch_of_articles([Article("a", lines)]), shape_features(lines)[0]
    kept, other = np.array([False, True, True, True, True]), np.array([True, False, False, False, False])
    assert own_headlines(batch, words, kept).tolist() == [False] * 5
    assert own_headlines(batch, words, kept, other=other).tolist() == [False, True, False, False, False]


def test_paragraphs_behind_the_headline_of_another_story_are_found():
    assert _found(_page()) == list(OTHER)


@pytest.mark.parametrize(
    "html",
    [
        pytest.param(_page(headline="Ferry sails again"), id="the headline is the page's own, once more"),
        pytest.param(_page(between=""), id="nothing stands between the stories"),
        pytest.param(_page(level="h2"), id="the headline is a subhead"),
        pytest.param(_page(own=False), id="the page's own headline is missing"),
        pytest.param(
            _page().replace("</article>" + FILLER + "<article>", FILLER), id="the headline stands in the same container"
        ),
        pytest.param(
            "<title>Ferry sails again</title><main><h1>Ferry sails again</h1>"
            + "".join(f"<h1>Chapter {number}</h1><p>{text}</p>" for number, text in enumerate((*OWN, *OTHER)))
            + "</main>",
            id="a story of chapters",
        ),
        pytest.param(
            f"<title>Ferry sails again</title><main><section><div><div><p>{OTHER[0]}</p><p>{OTHER[1]}</p></div></div>"
            f"</section><h1>Ferry sails again</h1>{FILLER}<article><header><h1>Ann Mole</h1></header>"
            f"<div><div><p>{OWN[0]}</p><p>{OWN[1]}</p></div></div></article></main>",
            id="teasers stand before the story, and its author's name is a headline",
        ),
        pytest.param(
            "<title>Ferry sails again</title><main>"
            f"<section><h1>Ferry sails again</h1><p>{OWN[0]}</p><p>{OWN[1]}</p><p>{OWN[2]}</p></section>{FILLER}"
            f"<section><h1>Bread</h1><p>{OTHER[0]}</p></section></main>",
            id="sections of one story, with filler between",
        ),
    ],
)
def test_a_story_goes_on_where_no_other_begins(html: str):
    assert _found(html) == []


def test_a_page_without_a_title_has_no_other_stories():
    assert _found(_page(), title="") == []


def test_nothing_is_found_in_text():
    texts = read_page(_page()).texts
    batch = batch_of_articles([Article("text", texts, title="Ferry sails again")])
    features = BatchFeatures(batch, lambda hashes: np.ones(len(hashes)))
    assert not in_other_stories(features, np.ones(len(batch.texts), bool)).any()


@pytest.mark.parametrize(("level", "headline"), [("h1", ["The ship that came back"]), ("h2", [])])
def test_the_only_kept_heading_of_the_first_level_is_the_headline_whatever_the_title(level: str, headline: list[str]):
    page = read_page(
        f"<title>The Bay Post</title><h2>News</h2><{level}>The ship that came back</{level}>"
        f"<p>{OWN[0]}</p><p>{OWN[1]}</p>"
    )
    batch = batch_of_articles([Article("page", page.texts, title=page.title, markup=page.markup)])
    features = BatchFeatures(batch, lambda hashes: np.ones(len(hashes)))
    kept = np.array([False, True, True, True])

    found = own_headlines(batch, features.words, kept, features.main_headings)

    assert [batch.texts[row] for row in np.flatnonzero(found)] == headline


def test_the_default_model_drops_them_and_says_why(default_tagger: Tagger):
    page = read_page(_page())
    (explained,) = explain_articles(default_tagger, [Article("page", page.texts, title=page.title, markup=page.markup)])
    by_text = {paragraph.text: paragraph for paragraph in explained.paragraphs}
    assert {by_text[text].label for text in OWN} == {"core"}
    for text in OTHER:
        assert by_text[text].label == "filler"
        assert by_text[text].score <= SCORE
        verdict = reasons(by_text[text], explained).verdict
        assert re.search(r"lowered from 0\.\d\d because it belongs to another story\.$", verdict)


SENTENCE = "The ferry left the quay at nine on Monday, the harbour master said."


def _headline(*lines: str, title: str = "") -> list[str]:
    """Give the lines that are headlines if all are kept."""
    batch = batch_of_articles([Article("article", lines, title=title)])
    words = np.array([len(line.split()) for line in lines], float)
    return [lines[row] for row in np.flatnonzero(own_headlines(batch, words, np.ones(len(lines), bool))).tolist()]


@pytest.mark.parametrize(
    ("lines", "title", "found"),
    [
        pytest.param(
            ("Ferry sails again", SENTENCE), "Ferry sails again | The Bay Post", "Ferry sails again", id="title"
        ),
        pytest.param(
            ("12 May", "Ferry sails again", SENTENCE), "Ferry sails again", "Ferry sails again", id="second line"
        ),
        pytest.param(("Ferry sails again", SENTENCE), "", "Ferry sails again", id="no title"),
        pytest.param(("Will the ferry sail again?", SENTENCE), "", "Will the ferry sail again?", id="question"),
        pytest.param(
            ("渡船恢复通航", f"渡船于周一{'上午九点离开码头，' * 3}港务长说。"),
            "渡船恢复通航",
            "渡船恢复通航",
            id="unspaced",
        ),
        pytest.param(("A quiet morning", SENTENCE), "Ferry sails again", None, id="the title is another"),
        pytest.param(
            (SENTENCE, "ΤΟ ΠΛΟΙΟ ΣΑΛΠΑΡΕΙ ΞΑΝΑ"),
            "Το πλοίο σαλπάρει ξανά",
            "ΤΟ ΠΛΟΙΟ ΣΑΛΠΑΡΕΙ ΞΑΝΑ",
            id="Greek capitals",
        ),
        pytest.param(
            (SENTENCE, "SU TAŞINDI, İSKELE AÇILDI"),
            "Su taşındı, iskele açıldı",
            "SU TAŞINDI, İSKELE AÇILDI",
            id="Turkish capitals",
        ),
        pytest.param((SENTENCE, "À BORD"), "Le bac repart", None, id="other capitals"),
        pytest.param(("Ferry sails again", SENTENCE), "Ferry", "Ferry sails again", id="a short title"),
        pytest.param(("Ferry", SENTENCE), "Ferry sails again after the storm", None, id="one word of the title"),
        pytest.param(("Ferry sails again", "12 May 2025", SENTENCE), "", "Ferry sails again", id="a date below"),
        pytest.param(
            ("Has anyone else seen that the ferry now sails again, since the storm?", SENTENCE), "", None, id="post"
        ),
        pytest.param((SENTENCE, SENTENCE), "", None, id="a sentence"),
        pytest.param(("MOLE: The ferry sails. How?", SENTENCE), "", None, id="a speaker of two sentences"),
        pytest.param(("MOLE:", SENTENCE), "", None, id="a speaker"),
        pytest.param(("Dear Ann,", SENTENCE), "", None, id="a letter"),
        pytest.param(("Ferry sails again", "Bread is dearer"), "", None, id="a list"),
        pytest.param(("Ferry sails again",), "Ferry sails again", None, id="nothing else"),
    ],
)
def test_the_headline_of_an_article_is_found(lines: tuple[str, ...], title: str, found: str | None):
    assert _headline(*lines, title=title) == ([] if found is None else [found])


@pytest.mark.parametrize("markup", [True, False], ids=["page", "text"])
def test_the_default_model_takes_the_headline_for_filler(default_tagger: Tagger, markup: bool):
    story = "".join(f"<p>{text}</p>" for text in OWN)
    page = read_page(f"<title>Ferry sails again</title><article><h1>Ferry sails again</h1>{story}")
    texts = ["Ferry sails again", *OWN]
    article = Article("page", page.texts, title=page.title, markup=page.markup) if markup else Article("text", texts)
    (tagged,) = default_tagger.tag_articles([article])
    assert list(tagged.labels) == ["filler", "core", "core", "core"]


def _labelled(headline: str | None) -> pd.DataFrame:
    rows = [
        (f"article {number}", position, text, label)
        for number, story in enumerate((OWN, OTHER, OWN[::-1], OTHER[::-1]))
        for position, (text, label) in enumerate(
            [(f"Ferry {number} sails again", headline), *((text, "core") for text in story), ("Share this", "filler")]
        )
    ]
    return pd.DataFrame(rows, columns=["article_id", "position", "text", "label"])


@pytest.mark.parametrize("lines_between", [0, 3, 4])
def test_filler_may_stand_between_a_headline_and_its_story(lines_between: int):
    lines = ["Ferry sails again", *["By Tom Hale"] * lines_between, SENTENCE]
    kept = np.array([True, *[False] * lines_between, True])
    words = np.array([len(line.split()) for line in lines], float)
    found = own_headlines(batch_of_articles([Article("article", lines)]), words, kept)
    assert found.any() == found[0] == (lines_between <= MOST_BETWEEN)


@pytest.mark.parametrize(
    ("above", "found"),
    [
        (["For release", "12 May"], True),
        (["One"] * ABOVE, True),
        (["One"] * (ABOVE + 1), False),
        (["A " * (ABOVE_WORDS + 1)], False),
    ],
)
def test_short_lines_may_stand_above_a_headline(above: list[str], found: bool):
    lines = [*above, "Ferry sails again", SENTENCE]
    kept = np.arange(len(lines)) >= len(above)
    words = np.array([len(line.split()) for line in lines], float)
    assert own_headlines(batch_of_articles([Article("article", lines)]), words, kept).any() == found


@pytest.mark.slow
@pytest.mark.usefixtures("brief_fits")
@pytest.mark.parametrize(("headline", "drop"), [("core", False), ("filler", True), (None, True)])
def test_labels_decide_whether_a_model_drops_headlines(default_tagger: Tagger, headline: str | None, drop: bool):
    frame = _labelled(headline).assign(site=lambda rows: rows["article_id"])
    fitted = ParagraphClassifier(members=1, folds=2).fit(frame, frame["label"])
    assert fitted.tagger_.settings.drop_headlines is drop
    assert adapt(default_tagger, frame, force=True).tagger.settings.drop_headlines is drop


@pytest.mark.parametrize(
    ("lines", "headline"),
    [
        (["Ferry sails again", "12 May 2024", OWN[0]], True),
        (["One fresh egg", "Two spoons of white flour", OWN[0]], False),
    ],
)
def test_a_kept_date_may_stand_between_headline_and_story_and_no_other_line(lines, headline):
    words, _ = shape_features(lines)
    found = own_headlines(batch_of_articles([Article("a", lines)]), words, np.ones(len(lines), bool))
    assert found.tolist() == [headline, False, False]


def test_a_line_with_the_end_of_a_chinese_sentence_within_is_no_headline():
    lines = ["灯塔本周起成为学校的海上课堂。第一批四十名学", "生乘渔船登岛，上的第一课是辨认风向和潮水。"]
    words, _ = shape_features(lines)
    assert not own_headlines(batch_of_articles([Article("a", lines)]), words, np.ones(2, bool)).any()


@pytest.mark.parametrize(
    "text",
    [
        *("It rained.", "„Es regnet.“", "»Es regnet.«", "« Il pleut. »", "‚Es regnet.‘"),
        *("بارش ہوئی۔", "Անձրևում է։", "ዘነበ።", "မိုးရွာတယ်။"),
    ],
)
def test_sentences_end_in_the_marks_and_quotes_of_their_language(text):
    assert ends_as_sentence(text)
    assert not ends_as_sentence(text[:-3])


def test_a_byline_that_is_kept_may_stand_between_the_headline_and_the_story():
    lines = [
        "FERRY SAILS AGAIN",
        "BY ANN LEE, REPORTER",
        "THE FERRY LEFT THE QUAY OF SKARNE ON MONDAY AT NINE, IN RAIN.",
    ]
    words = np.array([3.0, 4, 12])
    found = own_headlines(batch_of_articles([Article("a", lines)]), words, np.ones(3, bool))
    assert found.tolist() == [True, False, False]
    lines[1] = "By the harbour"
    assert not own_headlines(batch_of_articles([Article("a", lines)]), words, np.ones(3, bool)).any()


def test_a_headline_in_thai_stands_above_a_longer_line_that_no_mark_ends():
    lines = ["เรือข้ามฟากกลับมาให้บริการ", "เรือข้ามฟากของเมืองกลับมาให้บริการอีกครั้งในวันจันทร์หลังจากพายุพัดท่าเรือเสียหายเมื่อเดือนพฤษภาคม"]
    words = shape_features(lines)[0]
    assert own_headlines(batch_of_articles([Article("a", lines)]), words, np.ones(2, bool)).tolist() == [True, False]
    alike = [lines[0], lines[1][:30]]
    assert not own_headlines(batch_of_articles([Article("a", alike)]), words, np.ones(2, bool)).any()


def test_the_first_item_of_a_list_is_no_headline():
    lines = [
        "1. FC Skarne wins",
        "The town won by a goal from the first minute.",
        "2. Ostvik loses",
        "It rained there.",
    ]
    words = shape_features(lines)[0]
    assert not own_headlines(batch_of_articles([Article("a", lines)]), words, np.ones(4, bool)).any()
    alone = batch_of_articles([Article("a", lines[:2])])
    assert own_headlines(alone, words[:2], np.ones(2, bool)).tolist() == [True, False]


def test_the_first_turn_of_a_dialogue_is_no_headline():
    lines = [
        "**Ann Lee:** Why was the quay shut?",
        "**Bo:** It rained for a week and then a month.",
        "**Ann Lee:** And?",
    ]
    words = shape_features(lines)[0]
    assert not own_headlines(batch_of_articles([Article("a", lines)]), words, np.ones(3, bool)).any()
    lines[2] = "Nobody came."
    assert own_headlines(batch_of_articles([Article("a", lines)]), words, np.ones(3, bool)).tolist() == [
        True,
        False,
        False,
    ]
