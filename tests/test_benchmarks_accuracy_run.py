import importlib.util
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from benchmarks.accuracy import extraction, material, run
from benchmarks.accuracy.ablations import FULL, GROUPS, grouped, stage1_stories, without_markup, without_topic
from benchmarks.accuracy.comparison import ALL
from benchmarks.accuracy.document import result_markdown
from benchmarks.accuracy.extraction import Output, extract, extract_all, extractor_versions
from benchmarks.accuracy.material import checked_table, find_sources, held_out_pages, load_table, seen_rows
from benchmarks.accuracy.models import checked_manifest
from benchmarks.accuracy.result import result_json
from benchmarks.accuracy.run import Options, page_frame
from benchmarks.accuracy.tagging import AFTER_KNOWN, INPUTS, html_article, stories, tag_all, text_article
from corestory.errors import DataError, InputError, ModelError
from corestory.features.topic import TopicVectors
from corestory.labelling.table import split_of
from corestory.model.manifest import Manifest
from corestory.training.estimator import ParagraphClassifier
from held_out import EXTRACTOR_KEYS, page_of


def test_an_extractor_that_fails_leaves_nothing(monkeypatch):
    def fail(_):
        raise RecursionError

    monkeypatch.setitem(extraction._SPECIAL, "newspaper", fail)
    assert extract(page_of(1), "newspaper") == []


def test_outputs_are_kept_between_runs_and_made_anew_for_other_pages(tmp_path, monkeypatch):
    ran = []

    def fake(page, extractor):
        ran.append((extractor, page.page))
        return [f"{extractor} on {page.page}", "\ud800"]

    monkeypatch.setattr(extraction, "extract", fake)
    monkeypatch.setattr(extraction.Extractor, "version", "1.0")
    pages = [page_of(1), page_of(2)]
    first = extract_all(pages, work=tmp_path, jobs=1, say=lambda _: None)
    assert set(first) == set(EXTRACTOR_KEYS)
    ran.clear()
    assert extract_all(pages[::-1], work=tmp_path, jobs=1, say=print) == {k: v[::-1] for k, v in first.items()}
    assert not ran
    third = extract_all([*pages, page_of(3)], work=tmp_path, jobs=1, say=lambda _: None)
    assert {page for _, page in ran} == {"made/3"}
    assert third["newspaper"][2].text == "newspaper on made/3\n\ud800"
    monkeypatch.setattr(extraction.Extractor, "version", "2.0")
    ran.clear()
    extract_all(pages, work=tmp_path, jobs=1, say=lambda _: None)
    assert {page for _, page in ran} == {"made/1", "made/2"}


def test_a_competitor_that_is_not_installed_stops_the_run(monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "newspaper" else find(name))
    with pytest.raises(DataError, match=r"newspaper4k.*\[bench\]"):
        extractor_versions()


@pytest.mark.parametrize("splits", [(), ("train", "test"), ("test",), ("",)])
def test_a_model_that_may_have_seen_the_held_out_sites_is_refused(splits):
    with pytest.raises(ModelError, match="expected train and validation"):
        checked_manifest(Manifest(splits=splits), where="models/x")


def test_a_model_that_does_not_say_what_it_has_seen_is_refused():
    with pytest.raises(ModelError, match="unknown"):
        checked_manifest(None, where="models/x")


@pytest.mark.parametrize("splits", [("train",), ("train", "validation")])
def test_a_model_of_train_and_validation_sites_is_measured(splits):
    assert checked_manifest(Manifest(splits=splits), where="models/x").splits == splits


STORY = "The ferry number {} left the quay on Monday and the crew said that the crossing to the island was calm."
NOISE = ("Home | News | Sport", "Read more: {} ways to save", "Subscribe to our newsletter", "Copyright")


def write_corpus(folder, *, sites=30):
    folder.mkdir(parents=True)
    for number in range(sites):
        story = [STORY.format(number * 3 + line) for line in range(4)]
        head, *tail = [line.format(number) for line in NOISE]
        html = f"<html lang=en><title>Ferry {number}</title><nav>{head}</nav><article>"
        html += "".join(f"<p>{line}</p>" for line in story) + "</article><footer>"
        html += "".join(f"<div>{line}</div>" for line in tail) + "</footer></html>"
        (folder / f"{number}.html").write_text(html, encoding="utf-8")
        (folder / f"{number}.txt").write_text("\n".join(story), encoding="utf-8")
        (folder / f"{number}.url").write_text(f"https://site{number}.example/a{number}", encoding="utf-8")
    return folder


@pytest.fixture
def few_views(monkeypatch):
    monkeypatch.setattr(material, "chosen_views", lambda _: ("page", "lines"))


@pytest.fixture
def corpora(tmp_path):
    write_corpus(tmp_path / "corpora" / "ferries")
    (tmp_path / "corpora" / "README.md").write_text("Not a source.", encoding="utf-8")
    return tmp_path / "corpora"


def test_a_folder_of_corpora_gives_its_corpora_and_a_corpus_itself(corpora):
    assert find_sources([corpora]) == find_sources([corpora / "ferries"]) == [corpora / "ferries"]


def test_a_folder_without_corpora_is_refused(tmp_path):
    with pytest.raises(InputError, match="nothing to read"):
        find_sources([tmp_path])


def test_the_table_is_made_once_and_again_when_a_source_changes(corpora, tmp_path, few_views):  # noqa: ARG001
    said = []
    options = {"versions": {"x": "1"}, "work": tmp_path / "work", "jobs": 1, "say": said.append}
    first = load_table([corpora / "ferries"], **options)
    assert len(said) == 1
    pd.testing.assert_frame_equal(load_table([corpora / "ferries"], **options), first)
    assert len(said) == 1
    (corpora / "ferries" / "0.txt").write_text("Another story.", encoding="utf-8")
    load_table([corpora / "ferries"], **options)
    assert len(said) == 2


def test_no_site_is_both_learned_from_and_held_out_and_gold_data_does_not_leak(corpora, tmp_path, few_views):  # noqa: ARG001
    frame = load_table([corpora / "ferries"], versions={}, work=tmp_path, jobs=1, say=lambda _: None)
    pages, rows = held_out_pages(frame, [corpora / "ferries"]), seen_rows(frame)
    assert pages
    assert all(split_of(page.site, seed=0) == "test" for page in pages)
    assert not {page.site for page in pages} & set(rows["site"])
    assert len(seen_rows(frame, limit=3)["page"].unique()) == 3
    assert len(held_out_pages(frame, [corpora / "ferries"], limit=2)) == 2
    page = pages[0]
    assert page.text.splitlines()[0] == "Home | News | Sport"
    assert page.gold.splitlines()[0] in page.lines.splitlines()


def test_a_table_with_another_split_is_refused():
    frame = pd.DataFrame({"page": ["p"], "site": ["a.example"], "split": ["train"]})
    right = split_of("a.example", seed=0)
    checked_table(frame.assign(split=right))
    wrong = next(split for split in ("train", "test") if split != right)
    with pytest.raises(DataError, match="seed 0"):
        checked_table(frame.assign(split=wrong))


def test_text_that_only_machines_are_told_is_no_visible_text(tmp_path, few_views):  # noqa: ARG001
    folder = write_corpus(tmp_path / "ferries")
    body = " ".join(f"Declared sentence {number} is in the data alone." for number in range(30))
    for path in folder.glob("*.html"):
        data = json.dumps({"articleBody": body})
        html = path.read_text(encoding="utf-8").replace(
            "</html>", f'<script type="application/ld+json">{data}</script>'
        )
        path.write_text(html, encoding="utf-8")
    frame = load_table([folder], versions={}, work=tmp_path, jobs=1, say=lambda _: None)
    page = held_out_pages(frame, [folder])[0]
    assert any("Declared sentence" in text for text in page.article.texts)
    assert "Declared sentence" not in page.text
    assert "Declared sentence" not in page.lines


@pytest.mark.slow
@pytest.mark.parametrize("brief_fits", [150], indirect=True)
@pytest.mark.usefixtures("brief_fits")
def test_a_run_measures_every_contestant_on_every_held_out_page(corpora, tmp_path, few_views, monkeypatch):  # noqa: ARG001
    def everything(pages, **_):
        return {key: tuple(Output(page.text, 0.01) for page in pages) for key in EXTRACTOR_KEYS}

    monkeypatch.setattr(run, "extract_all", everything)
    monkeypatch.setattr(run, "extractor_versions", lambda: {"trafilatura": "2.0"})
    options = Options(corpora=(corpora,), work=tmp_path / "work", ablations=True)
    measured = run.run(options, say=lambda _: None)
    (total, ferries) = measured.result.sets
    assert (total.name, ferries.name) == (ALL, "ferries")
    assert total.pages == len(measured.pages) > 2
    # The corpus is easy: a model of its other sites finds the filler, and an extractor that keeps everything does not.
    assert total.row("html").word_f1.value > 0.98
    assert total.row("after justext").gain.value > 0.05
    assert total.row("justext").word_f1.value < 0.95
    assert measured.result.ablations[0].name == FULL
    assert len(measured.result.ablations) == 7
    frame = page_frame(measured)
    assert len(frame) == total.pages * (len(EXTRACTOR_KEYS) + len(INPUTS))
    assert "What each part is worth" in result_markdown(measured.result)
    json.loads(result_json(measured.result))


@pytest.fixture(scope="module")
def tagger():
    lines = [STORY.format(number) for number in range(3)] + list(NOISE[:2])
    frame = pd.DataFrame(
        {
            "article_id": np.repeat([f"a{number}" for number in range(12)], 5),
            "site": np.repeat([f"s{number % 4}" for number in range(12)], 5),
            "position": list(range(5)) * 12,
            "label": (["core"] * 3 + ["filler"] * 2) * 12,
            "text": lines * 12,
        }
    )
    return ParagraphClassifier(members=1, folds=2, steps=100).fit(frame).tagger_


def test_tagging_gives_an_output_for_every_form_of_every_page_and_adds_the_extractors_time(tagger):
    text = "\n".join([STORY.format(1), NOISE[0]])
    page = replace(page_of(1), text=text, lines=text, html=f"<p>{STORY.format(1)}</p><p>{NOISE[0]}</p>")
    extractions = {key: (Output(text, 5.0),) for key in EXTRACTOR_KEYS} | {"justext": (Output("", 5.0),)}
    found = tag_all(tagger, [page], extractions)
    assert set(found) == set(INPUTS)
    assert found["text"][0].text == STORY.format(1)
    assert found["after justext"][0].text == ""
    assert found["after trafilatura"][0].seconds > 5
    assert 0 <= found["text"][0].confidence <= 1


def test_an_article_without_paragraphs_gives_no_story(tagger):
    outputs = stories(tagger, [text_article(""), text_article(STORY.format(1))])
    assert [output.text for output in outputs] == ["", STORY.format(1)]


def test_stage_1_alone_decides_a_paragraph_at_a_time(tagger):
    found = stage1_stories(tagger, [text_article(""), text_article(f"{NOISE[0]}\n{STORY.format(2)}")])
    assert found == ["", STORY.format(2)]
    assert stage1_stories(tagger, []) == []


def test_without_markup_an_article_is_its_text_alone():
    article = html_article("<title>T</title><p>The ferry sailed.</p>")
    bare = without_markup(article)
    assert (bare.markup, bare.texts) == (None, ["The ferry sailed."])


def test_topic_features_are_0_only_inside_the_block(tagger):
    before = TopicVectors.features
    with without_topic():
        assert TopicVectors.features is not before
        stories(tagger, [text_article(STORY.format(1))])
    assert TopicVectors.features is before


def test_scores_after_the_extractors_are_averaged_page_by_page():
    scores = {key: np.array([0.5, 1.0]) for key in ("html", "text", "lines")}
    scores |= {key: np.array([number / 10, 1.0]) for number, key in enumerate(AFTER_KNOWN)}
    assert grouped(scores)["after"].tolist() == pytest.approx([0.2, 1.0])
    assert tuple(grouped(scores)) == GROUPS
