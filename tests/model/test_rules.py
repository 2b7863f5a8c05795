import pickle
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.errors import InputError
from corestory.features.batch import batch_of_articles
from corestory.features.context import LIMIT
from corestory.model import rules as module
from corestory.model.rules import Rules, check_rule, read_rules
from corestory.model.scoring import score_batch
from corestory.reading.article import Article
from corestory.reading.html.page import read_page


def matches(line, *texts):
    return [value == -1 for value in Rules(filler=(line,)).forced(texts).tolist()]


@pytest.mark.parametrize(
    "text",
    ["Join our club", "JOIN OUR CLUB today", "Now, join\u00a0our\n  club!", "“join our club”", "(join our club)"],
)
def test_a_phrase_matches_whatever_the_case_and_the_white_space(text):
    assert matches("Join  our club", text) == [True]


def test_a_phrase_matches_whole_words_only():
    assert matches("ad", "The ad said", "She had said", "ads", "AD", "add", "An ad.") == [
        True, False, False, True, False, True,
    ]  # fmt: skip


def test_a_mark_at_the_end_of_a_phrase_needs_no_end_of_a_word():
    assert matches("photo:", "Photo:Ng", "photo: Ng", "A telephoto: Ng") == [True, True, False]


def test_a_later_occurrence_counts_where_the_first_is_part_of_a_word():
    assert matches("ad", "The lad saw an ad") == [True]


def test_in_scripts_without_spaces_a_phrase_matches_wherever_it_stands():
    assert matches("责任编辑", "来源：晚报责任编辑闻小棠", "责任") == [True, False]


def test_quotes_and_composed_letters_match_however_they_are_written():
    assert matches("Don't miss", "Don’t miss it") == [True]
    assert matches("caf\u00e9", "Cafe\u0301 Orla") == [True]
    assert matches("Straße", "DIE STRASSE") == [True]


def test_an_expression_is_searched_for_without_regard_to_case():
    assert matches(r"re:^(watch|listen):", "WATCH: the quay", "We watch: the quay", "listen: now") == [
        True,
        False,
        True,
    ]


def test_to_an_expression_each_run_of_white_space_is_one_space():
    assert matches("re:^read more$", "Read \n\t more\u00a0") == [True]


def test_a_plain_phrase_is_no_expression():
    assert matches("more...", "Read more...", "Read moreish") == [True, False]


def test_core_wins_where_both_match():
    rules = Rules(core=("harbour",), filler=("read more",))
    texts = ["Read more: the harbour", "Read more", "The harbour", "Rain"]
    assert rules.forced(texts).tolist() == [1, -1, 1, 0]


def test_without_rules_nothing_is_forced():
    assert not Rules()
    assert Rules().forced(["Read more", ""]).tolist() == [0, 0]
    assert Rules(core=("x",)).forced([]).tolist() == []


def test_rules_travel_to_other_processes():
    rules = Rules(core=("harbour",), filler=("re:^read",))
    assert pickle.loads(pickle.dumps(rules)) == rules


@given(st.lists(st.text(max_size=30), max_size=8), st.text(min_size=1, max_size=6))
def test_any_phrase_and_any_paragraphs_are_taken_and_a_paragraph_matches_alone_as_among_others(texts, phrase):
    try:
        rules = Rules(filler=(f" {phrase}",))
    except InputError:
        assert not "".join(phrase.split())
        return
    together = rules.forced(texts).tolist()
    assert together == [int(rules.forced([text])[0]) for text in texts]


@given(st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=5), min_size=1, max_size=6))
def test_a_paragraph_matches_itself_and_what_stands_around_it_by_spaces(words):
    text = " ".join(words)
    assert matches(f"{text}", text, f"x {text} x", text.upper() if text.upper().casefold() == text.casefold() else text)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("re:(read more", "is not a regular expression"),
        ("re:[z-a]", "is not a regular expression"),
        ("re:*", "is not a regular expression"),
        ("re:a{99999999999}", "is not a regular expression"),
        ("re:", "matches every paragraph"),
        ("re:x?", "matches every paragraph"),
        ("x" * 1001, "1,001 characters"),
        ("re:" + "(" * 500 + ")" * 500, "characters"),
    ],
)
def test_what_is_no_rule_is_refused_in_words(line, reason):
    with pytest.raises(InputError, match=reason) as caught:
        check_rule(line)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("line", [r"re:(a+)+$", r"re:^(a|aa)+$", r"re:(a+a+)+y"])
def test_an_expression_that_backtracks_without_end_is_refused_on_a_paragraph_that_shows_it(line, monkeypatch):
    monkeypatch.setattr(module, "SECONDS", 0.05)
    rules = Rules(filler=(line,))
    with pytest.raises(InputError, match=r"takes more than 0\.05 s on one paragraph") as caught:
        rules.forced(["Rain", "a" * 900 + "!"])
    assert repr(line) in str(caught.value)


@pytest.mark.parametrize(
    "line", [r"re:^(READ|WATCH) (MORE|NOW)\b", r"re:\b(newsletter|app)\b.{0,40}sign", r"re:(\w++ )+$", r"re:.*a.*b"]
)
def test_ordinary_expressions_are_taken(line):
    check_rule(line)


def test_an_expression_sees_only_the_beginning_of_a_very_long_paragraph():
    far, near = " " + "x" * module.SEARCHED_CHARACTERS + " end", "end " + "x" * 10_000_000
    assert matches("re:end", far, near) == [False, True]
    assert matches("end", far, near) == [True, True]


def test_an_expression_of_a_square_of_steps_is_taken_on_a_long_paragraph():
    assert matches("re:a.*b$", "a" * 1_000_000) == [False]


def test_an_empty_file_is_refused_but_not_one_whose_rules_are_comments(tmp_path):
    (tmp_path / "filler.txt").write_text(" \n\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"filler\.txt: is empty; expected one phrase"):
        read_rules(filler=tmp_path / "filler.txt")
    (tmp_path / "filler.txt").write_text("# Join our club\n", encoding="utf-8")
    assert read_rules(filler=tmp_path / "filler.txt") == Rules()


def test_a_file_has_a_rule_a_line_with_comments_and_blank_lines_between(tmp_path):
    file = tmp_path / "filler.txt"
    file.write_bytes(b"\xef\xbb\xbf# our own\r\n\r\n  Join our club \r\nre:^photo:\r\n")
    assert read_rules(filler=file) == Rules(filler=("Join our club", "re:^photo:"))
    assert read_rules(core=file, filler=None).core == ("Join our club", "re:^photo:")
    assert read_rules() == Rules()


def test_a_bad_line_of_a_file_is_named(tmp_path):
    file = tmp_path / "filler.txt"
    file.write_text("Join\n\nre:(\n", encoding="utf-8")
    with pytest.raises(InputError, match=re.escape(f"{file}, line 3: 're:('")):
        read_rules(filler=file)


def test_a_file_that_is_missing_or_no_text_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"none\.txt"):
        read_rules(core=tmp_path / "none.txt")
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7")
    with pytest.raises(InputError, match="a PDF"):
        read_rules(core=tmp_path / "a.pdf")


STORY = (
    "The ferry was sold on Monday, the harbour master said.",
    "Nine crew members will stay on until the end of May.",
    "The buyer, a firm from the north of the county, did not say what it paid.",
    "It had carried passengers and goats for forty years.",
)
PAGE = "<h1>Ferry sold</h1>" + "".join(f"<p>{text}</p>" for text in STORY)


def article(*texts):
    return Article("a", texts)


def page():
    read = read_page(PAGE)
    return Article("p", read.texts, markup=read.markup)


@pytest.mark.parametrize("make", [lambda: article(*STORY), page])
def test_what_a_rule_names_gets_that_label_and_a_score_of_one_or_zero(default_tagger, make):
    rules = Rules(core=("goats",), filler=("nine crew",))
    (found,) = default_tagger.tag_articles([make()], rules=rules)

    by_text = {text: (score, core) for text, score, core in zip(found.texts, found.scores, found.core, strict=True)}
    assert by_text[STORY[1]] == (0, False)
    assert by_text[STORY[3]] == (1, True)


def test_a_rule_goes_before_a_threshold(default_tagger):
    (found,) = default_tagger.tag_articles([article(*STORY)], threshold=0, rules=Rules(filler=("ferry",)))
    assert found.core.tolist() == [False, True, True, True]
    (found,) = default_tagger.tag_articles([article(*STORY)], threshold=1, rules=Rules(core=("ferry",)))
    assert found.core.tolist() == [True, False, False, False]


def test_where_rules_call_all_filler_no_paragraph_is_kept(default_tagger):
    (found,) = default_tagger.tag_articles([article(*STORY)], rules=Rules(filler=("re:.",)))
    assert found.core.tolist() == [False] * 4
    assert 0 <= found.confidence <= 1


def test_neighbours_are_judged_by_what_the_rules_say(default_tagger):
    # A line that could be either, among lines of which a person knows better.
    texts = (*STORY, "Harbour cafe reopens after flood", "Council backs new bus lane", "Lido roof vote delayed", "Rain")
    known = ("harbour cafe", "lido roof", "rain")
    among_core, among_filler = (
        default_tagger.tag_articles([article(*texts)], rules=rules)[0].scores
        for rules in (Rules(core=known), Rules(filler=known))
    )

    assert among_filler[5] < among_core[5]


def test_without_a_match_nothing_changes(default_tagger):
    tagger, articles = default_tagger, [article(*STORY), page()]
    for plain, ruled in zip(
        tagger.tag_articles(articles), tagger.tag_articles(articles, rules=Rules(core=("zeppelin",))), strict=True
    ):
        assert ruled.scores.tolist() == plain.scores.tolist()
        assert (ruled.core.tolist(), ruled.confidence) == (plain.core.tolist(), plain.confidence)


@pytest.mark.parametrize("html", [False, True])
def test_what_is_forced_is_as_sure_as_can_be_in_each_stage(make_weights, html):
    batch = batch_of_articles([page() if html else article(*STORY)])
    forced = np.zeros(len(batch.texts), np.int8)
    forced[:2] = 1, -1
    ruled = score_batch(batch, make_weights(), forced=forced)
    plain = score_batch(batch, make_weights())
    words, plain_words = ruled.stage1[-1].values, plain.stage1[-1].values

    assert ruled.log_odds[:2].tolist() == words[:2].tolist() == [LIMIT, -LIMIT]
    assert words[2:].tolist() == plain_words[2:].tolist()
    assert (ruled.log_odds[2:] != plain.log_odds[2:]).any()
