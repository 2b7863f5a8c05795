import json

import numpy as np
import pytest

from commands.articles import STORY

WORDS = (
    "quay", "ferry", "harbour", "council", "mayor", "lugger", "island", "storm", "bridge", "market", "goat", "rope",
    "sail", "mast", "tide",
)  # fmt: skip
AGAIN = "The steamer left the quay at 9 on Monday with 9 passengers, the harbour master said."


def story(number):
    rng = np.random.default_rng(number)
    return "\n".join(f"The {' '.join(rng.choice(WORDS, 12))} on Monday." for _ in range(4))


@pytest.fixture
def pages(tmp_path):
    """A folder named as a site, whose pages have one line in common."""
    folder = tmp_path / "pages" / "herald.example"
    folder.mkdir(parents=True)
    for number in range(8):
        (folder / f"{number}.txt").write_text(f"{story(number)}\n{AGAIN}\n", encoding="utf-8")
    return folder


def tagged(done):
    return {row["text"]: row for row in map(json.loads, done.stdout.splitlines())}


@pytest.mark.usefixtures("pages")
def test_pages_are_remembered_and_what_they_share_is_filler(run, predict, tmp_path):
    done = run("remember", "pages", "--output", "site.memory")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.splitlines()[:1] == ["read: 8 pages"]
    assert done.stderr.splitlines()[1].startswith("kept: 8 pages of 1 site, ")

    record = {"url": "https://www.herald.example/new", "paragraphs": [STORY, AGAIN]}
    (tmp_path / "new.jsonl").write_text(json.dumps(record), encoding="utf-8")
    plain, found = (
        predict("new.jsonl"),
        predict("new.jsonl", "--memory", "site.memory"),
    )
    assert tagged(plain)[AGAIN]["label"] == "core"
    assert (tagged(found)[AGAIN]["label"], tagged(found)[STORY]["label"]) == ("filler", "core")
    record["site"] = record.pop("url").replace("herald", "other")
    (tmp_path / "new.jsonl").write_text(json.dumps(record), encoding="utf-8")
    found = predict("new.jsonl", "--memory", "site.memory")
    assert tagged(found)[AGAIN]["score"] == tagged(plain)[AGAIN]["score"]
    assert "no other page of the site in the memory, or no site known: 1 of 1 articles" in found.stderr


@pytest.mark.slow
def test_a_memory_is_the_same_by_jobs_by_order_and_merged_of_parts(run, pages, tmp_path):
    names = sorted(map(str, pages.iterdir()))
    run("remember", pages, "--output", "whole.memory")
    run("remember", *reversed(names), "--output", "reversed.memory", "--jobs", 2)
    run("remember", *names[:5], "--output", "a.memory")
    run("remember", *names[3:], "--output", "b.memory")
    done = run("remember", "--merge", "b.memory", "a.memory", "--output", "merged.memory")
    assert done.returncode == 0
    whole = (tmp_path / "whole.memory").read_bytes()
    assert (tmp_path / "reversed.memory").read_bytes() == (tmp_path / "merged.memory").read_bytes() == whole


@pytest.mark.slow
@pytest.mark.usefixtures("pages")
def test_a_folder_run_uses_the_memory_and_tags_again_with_another(run, predict, tmp_path):
    run("remember", "pages", "--output", "site.memory")
    predict("pages", "--output", "plain/")
    done = predict("pages", "--output", "out/", "--memory", "site.memory", "--jobs", 2)
    assert (done.returncode, "no other page" in done.stderr) == (0, False)
    one = predict("pages/herald.example/3.txt", "--memory", "site.memory")
    written = next((tmp_path / "out").rglob("3.txt.jsonl")).read_text(encoding="utf-8")
    assert written.splitlines() == one.stdout.splitlines()
    assert written != next((tmp_path / "plain").rglob("3.txt.jsonl")).read_text(encoding="utf-8")

    assert "skipped: 8 files" in predict("pages", "--output", "out/", "--memory", "site.memory").stderr
    run("remember", "pages/herald.example/[0-5].txt", "--output", "less.memory")
    assert "tagged: 8 files" in predict("pages", "--output", "out/", "--memory", "less.memory").stderr
    assert "tagged: 8 files" in predict("pages", "--output", "out/").stderr


@pytest.mark.usefixtures("pages")
def test_explain_says_on_how_many_pages_a_paragraph_stands(run, model):
    run("remember", "pages", "--output", "site.memory")
    options = ("--model", model, "--memory", "site.memory", "--paragraph", 4)
    done = run("explain", "pages/herald.example/3.txt", *options)
    assert "that it stands on 7 of 7 other pages of this site" in " ".join(done.stdout.split())
    done = run("explain", "pages/herald.example/3.txt", *options, "--format", "json")
    assert json.loads(done.stdout)["paragraphs"][0]["sighting"] == [7, 7]
    page = run("explain", "pages/herald.example/3.txt", *options[:4], "--format", "html")
    assert "that it stands on 7 of 7 other pages of this site" in page.stdout


def test_pages_of_an_unknown_site_are_counted_and_refusals_exit_with_1(run, pages, tmp_path):
    (tmp_path / "a.txt").write_text(STORY, encoding="utf-8")
    done = run("remember", pages, "a.txt", "none.txt", "--output", "site.memory")
    assert done.returncode == 1
    assert "of an unknown site, so not remembered: 1 of 9 pages" in done.stderr
    assert "refused: none.txt: no such file or folder" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("remember", "a.txt", "--output", "m"), "corestory: a.txt: no page of a known site. "),
        (("remember", "--merge", "a.txt", "--output", "m"), "corestory: a.txt: is no site memory "),
        (("predict", "a.txt", "--memory", "a.txt"), "corestory: a.txt: is no site memory "),
        (("predict", "a.txt", "--memory", "none", "--output", "out/"), "corestory: none: cannot be read "),
        (("explain", "a.txt", "--memory", "."), "corestory: .: cannot be read "),
        (("remember", "pages", "--output", "a.txt"), "corestory: a.txt: exists already. "),
    ],
)
@pytest.mark.usefixtures("pages")
def test_bad_input_ends_in_one_clear_line_and_writes_nothing(run, tmp_path, arguments, message):
    (tmp_path / "a.txt").write_text(STORY, encoding="utf-8")
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1].startswith(message)
    assert "Traceback" not in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "pages"]
