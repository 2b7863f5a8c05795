import numpy as np
import pandas as pd
import pytest

from benchmarks.planting import WAYS, planted_lines
from benchmarks.plugs.document import plugs_markdown
from benchmarks.plugs.in_story import held_out_frame, in_story_scores
from benchmarks.plugs.planted import line_share, plug_scores, tagged_plugs
from benchmarks.plugs.shares import macro_share, pooled_share
from benchmarks.plugs.told_kinds import line_hash, told_kinds, with_kinds_by_hand


@pytest.fixture(scope="module")
def tagged(default_tagger):
    return tagged_plugs(default_tagger, planted_lines()[::40])


def test_every_line_is_tagged_in_every_way_and_form(tagged):
    assert set(tagged["way"]) == set(WAYS)
    assert (tagged.groupby("line")["way"].nunique() == len(WAYS)).all()
    assert set(tagged.loc[tagged["form"] == "text", "way"]) == {"text"}


def test_a_cutoff_that_keeps_all_or_nothing_reaches_the_ends(default_tagger):
    lines = [next(line for line in planted_lines() if line.label == label) for label in ("filler", "core")]
    for threshold, share in ((0.0, 0.0), (1.1, 1.0)):
        scores = plug_scores(tagged_plugs(default_tagger, lines, threshold=threshold))
        assert {(one.filler_removed.value, one.story_lost.value) for one in scores.values()} == {(share, share)}


def test_kinds_count_alike_however_many_lines_they_have():
    rows = [
        {"kind": kind, "language": "en", "line": f"{kind} {number}", "kept": kind == "date"}
        for kind, count in (("related", 9), ("date", 1))
        for number in range(count)
    ]
    share = line_share(pd.DataFrame(rows), kept=False)
    assert share.value == 0.5
    assert share.low <= 0.5 <= share.high


def test_the_ways_of_a_line_are_drawn_together():
    # Ten rows of one line tell no more than one row of it.
    one = macro_share(np.array([0.0, 1.0, 1.0, 0.0]), ["date"] * 4)
    rows = [
        {"kind": "date", "language": "en", "line": str(line), "kept": line in (0, 3)}
        for line in range(4)
        for _ in range(10)
    ]
    assert line_share(pd.DataFrame(rows), kept=False) == one


def test_lines_of_pages_are_pooled():
    share = pooled_share(np.array([1.0, 0.0]), np.array([1.0, 3.0]))
    assert share.value == 0.25
    assert (share.low, share.high) == (0, 1)


def test_the_tables_have_every_kind_and_language(tagged):
    document = plugs_markdown(tagged)
    for name in (*WAYS, *tagged["kind"], *tagged["language"], "html", "text"):
        assert f"| {name} |" in document
    widths = [
        {line.count("|") for line in table.splitlines()} for table in document.split("\n\n") if table.startswith("|")
    ]
    assert all(len(width) == 1 for width in widths)


def test_real_filler_is_counted_on_test_sites_as_html_and_as_text(default_tagger, tmp_path):
    story = [
        "The quay in {n} opened on Monday after a long delay, the town said.",
        "It rained {n}.",
        "Forty ships came.",
    ]
    for n in range(40):
        first, *rest = (line.format(n=n) for line in story)
        paragraphs = [first, f"READ MORE: Ferry {n} sold", *rest]
        (tmp_path / f"p{n}.html").write_text("".join(f"<p>{text}</p>" for text in paragraphs), encoding="utf-8")
        (tmp_path / f"p{n}.txt").write_text("\n".join((first, *rest)), encoding="utf-8")
    frame = held_out_frame([tmp_path], jobs=1, say=lambda _: None)
    pages = frame["page"].nunique()
    assert 0 < pages < 40
    scores = in_story_scores(default_tagger, frame)
    assert [(one.source, one.form) for one in scores] == [
        (tmp_path.name, "html"), ("all", "html"), (tmp_path.name, "text"), ("all", "text"),
    ]  # fmt: skip
    assert {(one.pages, one.filler, one.story) for one in scores} == {(pages, pages, pages)}
    removed = {one.form: one.filler_removed.value for one in scores}
    assert removed["text"] > 0.5


def test_kinds_that_a_person_read_are_measured_line_by_line(default_tagger, tmp_path):
    texts = ["Share", "© 2026 Harbour Herald", "The fish stalls opened again on Wednesday, she said.", "Share"]
    frame = pd.DataFrame({
        "article_id": "a", "page": "a", "view": "page", "position": range(4), "text": texts,
        "label": ["filler", "filler", "core", "filler"], "kind": "date", "role": "body",
    })  # fmt: skip
    table = tmp_path / "kinds.tsv"
    lines = [("Share", 1, "comment"), (texts[1], 0, "legal"), (texts[2], 0, "legal")]
    rows = [f"a\t{line_hash('a', text)}\t{copy}\t{kind}\n" for text, copy, kind in lines]
    table.write_text("page\thash\tcopy\tkind\n" + "".join(rows), encoding="utf-8")

    read = with_kinds_by_hand(pd.concat([frame, frame.assign(article_id="b", page="b")]), table)
    assert read["page"].unique().tolist() == ["a"]
    assert read["kind"].fillna("").tolist() == ["", "legal", "", "comment"]
    html, text = told_kinds(default_tagger, read)
    assert (html.form, text.form) == ("html", "text")
    assert [one.name for one in text.result.kinds] == ["comment", "legal"]
    assert text.accuracy == 0.5  # "Share" is no comment
    assert [one.f1 for one in text.result.kinds] == [0.0, 1.0]
