import gzip

import pytest
from tests.benchmarks.speed import __main__ as command
from tests.benchmarks.speed.contest import Contestant, Measured, Page, contest, corpus_pages, sample_pages
from tests.benchmarks.speed.document import Speed, speed_markdown
from tests.benchmarks.speed.processes import Grown, Ran, run
from tests.benchmarks.speed.works import CUT, OURS, PARSE, SCORE, SPLIT, STAGE_1, html_steps, stage_1, text_steps

from benchmarks.renderings import STYLES, decided_paragraphs, dump, list_items, markdown
from benchmarks.shapes import shape_pages
from corestory.errors import DataError
from corestory.labelling.labelled import LabelledParagraph
from corestory.reading.text import split_text

PAGES = [Page("<p>The lugger left the quay.</p>", "The lugger left the quay."), Page("<p>Share</p>", "Share")]


def test_pages_are_drawn_from_all_folders_and_always_the_same(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name / "deep").mkdir(parents=True)
        (tmp_path / name / "deep" / "a.html").write_text(f"<p>The {name} quay</p><p>Ships</p>", encoding="utf-8")
    (tmp_path / "two" / "b.html.gz").write_bytes(gzip.compress(b"<p>Zipped</p>"))
    folders = [tmp_path / "one", tmp_path / "two"]
    assert {page.text for page in corpus_pages(folders, 9)} == {"The one quay\nShips", "The two quay\nShips", "Zipped"}
    assert corpus_pages(folders, 2) == corpus_pages(folders, 2)
    assert len(corpus_pages(folders, 2)) == 2
    with pytest.raises(DataError, match="no pages"):
        corpus_pages([tmp_path / "none"], 2)


def test_without_corpora_there_are_pages_of_the_sample():
    pages = sample_pages(command.ROOT / "data" / "sample")
    assert len(pages) >= 60
    assert all("<" not in page.text.split("\n")[0] for page in pages)


def test_everybody_does_all_the_work_and_the_best_round_counts():
    done = {"a": 0, "b": 0}

    def work(name):
        def count(pages):
            done[name] += len(pages)

        return count

    measured = contest([Contestant(name, work(name)) for name in done], PAGES * 300, rounds=2)
    assert done == {"a": 4 + 2 * 600, "b": 4 + 2 * 600}
    assert measured.pages == 600
    assert set(measured.seconds) == {"a", "b"}
    assert Measured(10, {"a": 1.0, "b": 5.0}).ratio("a", "b") == 5
    assert Measured(10, {"a": 2.0}).rate("a") == 5


def test_stage_1_gives_the_numbers_of_scikit_learn():
    ours, theirs, off = stage_1(PAGES * 3)
    assert off < 1e-6
    assert [contestant.name for contestant in (ours, theirs)] == [OURS, STAGE_1]


def test_each_step_does_what_the_one_before_it_does_and_more(seeded_tagger):
    pages = [Page("<div></div>", ""), *PAGES]
    for steps in (text_steps(seeded_tagger), html_steps(seeded_tagger)):
        assert [len(step.work(pages)) > 0 for step in steps] == [True] * len(steps)
        assert steps[-1].name == OURS


def test_a_process_is_timed_and_its_memory_is_its_own():
    ballast = bytearray(200 * 2**20)
    ran = run(["-c", "sum(range(10**6))"])
    assert 0 < ran.processor < 30
    assert ran.memory < len(ballast) / 2**20
    with pytest.raises(Exception, match="exit status 3"):
        run(["-c", "raise SystemExit(3)"])


def test_the_tables_have_each_ratio_with_its_target():
    seconds = {OURS: 1.0, "trafilatura": 12.0, "justext": 8.0}
    measured = Measured(100, seconds)
    ran = Ran(1.0, 0.5, 60.0)
    document = speed_markdown(
        Speed(
            basis="Two pages.",
            stage1=Measured(100, {OURS: 1.0, STAGE_1: 7.0}),
            off=1e-14,
            text=measured,
            page=measured,
            text_steps=Measured(100, {SPLIT: 0.1, SCORE: 0.6, OURS: 1.0}),
            html_steps=Measured(100, {PARSE: 0.1, CUT: 0.5, SCORE: 0.7, OURS: 1.0}),
            imports=ran,
            article=ran,
            grown=(Grown(1_000, ran),),
            one=ran,
            two=ran,
        )
    )
    assert "| stage 1 | scikit-learn's vectorizer and model | 100 | 14 | 7.00 × | 6 × |" in document
    assert "| HTML in, labels out | trafilatura | 100 | 8 | 12.00 × | 5 × |" in document
    assert f"| {CUT} | 5.00 | 40% |\n| {SCORE} | 7.00 | 20% |\n| {OURS} | 10.00 | 30% |" in document
    assert f"| {SCORE} | 6.00 | 50% |\n| {OURS} | 10.00 | 40% |" in document
    assert "| 1,000 | 0.5 | 2,000 | 60 |" in document


STORY = "The old quay, which had been shut since the storm of 1994, opened on Monday after a long delay, she said."
PARAGRAPHS = [
    LabelledParagraph("Quay opens", None),
    LabelledParagraph(STORY, "core"),
    *(LabelledParagraph(text, "filler") for text in ("News", "Sport", "Weather")),
]
WIDE = [LabelledParagraph("白沙嘴灯塔本周起成为附近三所小学的海上课堂，" * 3 + "上课。", "core")]


def test_a_list_is_three_short_lines_that_end_no_sentence():
    assert list_items(PARAGRAPHS) == [False, False, True, True, True]
    assert list_items(PARAGRAPHS[:4]) == [False] * 4
    assert list_items([LabelledParagraph(f"It rained {n}.", "core") for n in range(5)]) == [False] * 5


def test_markdown_marks_title_and_items():
    assert markdown(PARAGRAPHS) == f"# Quay opens\n\n{STORY}\n\n  * News\n  * Sport\n  * Weather\n"


def test_a_dump_is_indented_and_wrapped_and_numbers_its_links():
    shown = dump(PARAGRAPHS)
    assert "     * [1]News\n     * [2]Sport\n" in shown
    story = shown.split("\n\n")[1].splitlines()
    assert len(story) == 2
    assert all(line.startswith("   ") and len(line) <= 78 for line in story)
    assert max(map(len, dump(WIDE).splitlines())) <= 39


@pytest.mark.parametrize("style", STYLES)
def test_every_page_keeps_its_letters_in_every_rendering(style):
    for page in shape_pages():
        texts = [part.text for part in page.paragraphs]
        found = split_text(STYLES[style](page.paragraphs))
        assert decided_paragraphs(texts, found, [True] * len(found)) == [True] * len(texts), page.page


def test_the_majority_of_letters_decides():
    assert decided_paragraphs(["abcd efg", "hi"], ["abcd", "efg hi"], [True, False]) == [True, False]
    assert decided_paragraphs(["abcd efgh", "hi"], ["abcd", "efgh hi"], [True, False]) == [False, False]
    with pytest.raises(ValueError, match="letters"):
        decided_paragraphs(["abc"], ["abd"], [True])
