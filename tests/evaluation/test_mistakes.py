import pandas as pd

from corestory.evaluation.labelled_rows import labelled_rows
from corestory.evaluation.mistakes import AROUND, LONGEST, MOST_OF_A_SITE, confident_mistakes


def article(name, paragraphs, site="s"):
    return pd.DataFrame(
        [
            (name, f"{site}.example", position, text, label, score, "core" if score >= 0.5 else "filler")
            for position, (text, label, score) in enumerate(paragraphs)
        ],
        columns=["article_id", "site", "position", "text", "label", "score", "tagged"],
    )


def mistakes(*articles, **options):
    frame = pd.concat(articles, ignore_index=True)
    return confident_mistakes(frame, labelled_rows(frame), **options)


def test_the_surest_come_first_and_lost_story_before_kept_filler():
    found = mistakes(
        article("a", [("unsure", "core", 0.4), ("x", "filler", 0.1)], "one"),
        article("b", [("sure", "core", 0.01)], "two"),
        article("c", [("kept", "filler", 0.7)], "three"),
        article("d", [("kept surely", "filler", 0.99)], "four"),
    )

    assert [one.paragraph.text for one in found] == ["sure", "unsure", "kept surely", "kept"]
    assert [one.label for one in found] == ["core", "core", "filler", "filler"]


def test_lone_words_come_last_however_sure():
    found = mistakes(
        article("a", [("Gesundheit", "core", 0.001)], "one"),
        article("b", [("It has rained here all day long.", "core", 0.3)], "two"),
    )

    assert [one.article_id for one in found] == ["b", "a"]


def test_a_mistake_stands_in_its_article_with_unlabelled_paragraphs_too():
    paragraphs = [(f"text {number}", "core" if number % 2 else None, 0.9) for number in range(30)]
    paragraphs[15] = ("wrong", "core", 0.2)
    shuffled = article("a", paragraphs).sample(frac=1, random_state=0)
    (found,) = mistakes(shuffled)

    assert [one.position for one in found.paragraphs] == list(range(15 - AROUND, 16 + AROUND))
    assert (found.above, found.below) == (15 - AROUND, 30 - 16 - AROUND)
    assert found.paragraphs[1].label is None
    assert [one.wrong for one in found.paragraphs].count(True) == 1
    assert found.paragraph.text == "wrong"


def test_neighbours_of_another_article_are_never_shown():
    found = mistakes(article("a", [("wrong", "core", 0.1)]), article("b", [("right", "core", 0.9)] * 3))

    assert [one.text for one in found[0].paragraphs] == ["wrong"]
    assert (found[0].above, found[0].below) == (0, 0)


def test_an_article_and_a_text_come_once_and_a_site_twice():
    articles = [article(f"a{number}", [(f"text {number}", "core", 0.1)] * 2) for number in range(5)]
    again = article("other", [("text 0", "core", 0.3)], "other")
    found = mistakes(*articles, again)

    assert [one.article_id for one in found] == ["a0", "a1"]
    assert len(found) == MOST_OF_A_SITE


def test_unknown_sites_are_not_one_site():
    articles = [article(f"a{number}", [(f"text {number}", "core", 0.1)]).assign(site="") for number in range(5)]

    assert len(mistakes(*articles)) == 5


def test_no_more_are_shown_than_asked_for_and_none_where_there_are_none():
    articles = [article(f"a{number}", [(f"t{number}", "filler", 0.9)], f"s{number}") for number in range(9)]

    assert len(mistakes(*articles, each=4)) == 4
    assert mistakes(article("a", [("right", "core", 0.9)])) == ()


def test_long_texts_are_cut():
    (found,) = mistakes(article("a", [("word " * 5000, "core", 0.1), ("word " * 5000, "core", 0.9)]))

    assert max(len(one.text) for one in found.paragraphs) <= LONGEST
    assert found.paragraph.text.endswith("…")
