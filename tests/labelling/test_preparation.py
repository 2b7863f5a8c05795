import pandas as pd
import pytest

from corestory.errors import DataError, InputError
from corestory.labelling.preparation import prepare_table
from corestory.labelling.table import table_schema
from corestory.labelling.table_files import LabelNames

STORY = "The ferry sailed at {}, two hours late."


def pair(number, site="herald.example", words=""):
    story = STORY.format(number) + words
    return {
        f"pairs/{number}.html": f"<title>Ferry {number}</title><nav>News</nav><p>{story}</p><p>Read more</p>",
        f"pairs/{number}.txt": story,
        f"pairs/{number}.url": f"https://{site}/{number}",
    }


def labelled(name, *lines, site="quay.example"):
    return {f"sample/{site}/{name}.labelled.txt": f"site: {site}\n\n" + "\n".join(lines)}


@pytest.fixture
def sources(write):
    files = pair(1) | pair(2, "tribune.example") | pair(3) | labelled("a", "core: One", "filler: Two", "skip: Three")
    files |= {"own.csv": "article_id,text,label\nx,Four,core\ny,Five,filler\n"}
    root = write(files)
    return [root / "pairs", root / "sample", root / "own.csv"]


def test_any_mix_of_sources_becomes_one_table(sources):
    prepared = prepare_table(sources, views=["page", "lines"])
    frame = prepared.frame
    assert frame.columns.tolist() == table_schema().names
    assert frame["source"].unique().tolist() == ["pairs", "sample", "own"]
    assert frame.groupby("article_id", sort=False).size().to_dict() == {
        "pairs/1": 3,
        "pairs/1@lines": 3,
        "pairs/2": 3,
        "pairs/2@lines": 3,
        "pairs/3": 3,
        "pairs/3@lines": 3,
        "sample/quay.example/a": 3,
        "own/x": 1,
        "own/y": 1,
    }
    assert not frame.duplicated(["article_id", "position"]).any()


def test_the_report_counts_what_was_read_and_what_came_of_it(sources):
    report = prepare_table(sources, views=["page"]).report
    assert [(count.source, count.kind, count.read, count.kept, count.refused) for count in report.sources] == [
        ("pairs", "pairs", 3, 3, 0),
        ("sample", "sample", 1, 1, 0),
        ("own", "table", 2, 2, 0),
    ]
    assert dict(report.views) == {"page": 3, "text": 3}
    totals = pd.DataFrame(
        [{"source": row.source, "n": row.core + row.filler + row.unlabelled} for row in report.balance]
    )
    assert totals.groupby("source", sort=False)["n"].sum().to_dict() == {"pairs": 9, "sample": 3, "own": 2}
    assert sum(row.pages for row in report.balance) == 6


def test_the_table_is_the_same_whatever_the_number_of_processes(sources):
    alone = prepare_table(sources, jobs=1).frame
    pd.testing.assert_frame_equal(prepare_table(sources, jobs=2).frame, alone)


def test_duplicates_over_all_sources_are_dropped_and_counted_by_reason(write):
    root = write(
        {
            **pair(1),
            **pair(2),
            "pairs/0.html": "<p>Other</p>",
            "pairs/0.txt": "Other",
            "pairs/0.url": "herald.example/1",
        }
        | labelled("a", f"core: {STORY.format(2)}")
        | labelled("b", f"core: {STORY.format(2).upper()}")
    )
    prepared = prepare_table([root / "pairs", root / "sample"], views=["page"])
    assert prepared.frame["page"].unique().tolist() == ["pairs/0", "pairs/2"]
    pairs, sample = prepared.report.sources
    assert pairs.dropped == (("same URL as an earlier article", 1),)
    assert (sample.read, sample.kept, sample.dropped) == (2, 0, (("same text as an earlier article", 2),))


def test_what_cannot_be_read_is_told_and_counted_and_the_rest_kept(write):
    files = pair(1) | pair(2) | {"pairs/2.txt": "", "pairs/4.html": "<i></i>", "pairs/4.txt": "Text"}
    root = write(files | labelled("a", "cor: One") | labelled("b", "core: Two"))
    refused = []
    prepared = prepare_table([root / "pairs", root / "sample"], refuse=refused.append)
    assert prepared.frame["page"].unique().tolist() == ["pairs/1", "sample/quay.example/b"]
    assert [(count.read, count.kept, count.refused) for count in prepared.report.sources] == [(1, 1, 2), (1, 1, 1)]
    assert len(refused) == 3
    assert all(isinstance(error, InputError) for error in refused)


def test_nothing_readable_at_all_is_an_error(write):
    root = write(labelled("a", "cor: One"))
    with pytest.raises(DataError, match="no article could be read"):
        prepare_table([root / "sample"])


def test_a_missing_source_stops_before_any_work(sources, tmp_path):
    told = []
    with pytest.raises(InputError, match="no such file or folder"):
        prepare_table([*sources, tmp_path / "nowhere"], progress=lambda *_: told.append(1))
    assert not told


def test_progress_reaches_its_end_for_each_source(sources):
    told = []
    prepare_table(sources, progress=lambda source, done, total: told.append((source, done, total)))
    assert {source: (done, total) for source, done, total in told} == {"pairs": (3, 3), "sample": (1, 1), "own": (1, 1)}
    assert all(done <= total for _, done, total in told)


def test_own_names_of_labels_reach_the_tables(write):
    root = write({"own.csv": "text,label\nOne,news\nTwo,ad\n"})
    frame = prepare_table([root / "own.csv"], names=LabelNames(core="news", filler="ad")).frame
    assert frame["label"].tolist() == ["core", "filler"]


def test_a_table_of_one_class_is_still_a_table(write):
    root = write({"own.csv": "text,label\nOne,core\n"})
    balance = prepare_table([root / "own.csv"]).report.balance
    assert sum(row.core for row in balance) == 1
    assert sum(row.filler for row in balance) == 0
