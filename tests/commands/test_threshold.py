import re

import msgspec
import pytest

from corestory.labelling.table import write_frame
from corestory.model.storage import load_model

pytestmark = pytest.mark.slow


@pytest.fixture
def threshold(run, model, tmp_path, labelled_frame):
    write_frame(labelled_frame, tmp_path / "p.parquet")
    return lambda *arguments: run("threshold", "p.parquet", "--model", model, *arguments)


@pytest.mark.parametrize(
    ("goal", "named"),
    [
        (["--min-core-recall", "0.99"], "core recall of at least 0.99"),
        (["--min-filler-precision", "0.9"], "filler precision of at least 0.9"),
        (["--max-words-lost", "2"], "words lost of 100 words of story, at most 2"),
        (["--best-f1"], "best F1 of core"),
    ],
)
def test_the_threshold_for_a_goal_is_printed_with_what_it_costs(threshold, labelled_frame, goal, named):
    done = threshold(*goal)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.match(r"Core from a score of 0\.\d+, chosen on the split validation for: ", done.stdout)
    assert named in done.stdout
    rows = labelled_frame[labelled_frame["split"] == "validation"]
    assert f"{len(rows)} labelled paragraphs of {rows['page'].nunique()} articles" in done.stdout
    assert "of 100 words of filler removed" in done.stdout


def test_the_test_split_has_no_say(threshold, labelled_frame, tmp_path):
    before = threshold("--min-core-recall", "0.9").stdout
    is_test = labelled_frame["split"] == "test"
    upside = labelled_frame["label"].map({"core": "filler", "filler": "core"})
    write_frame(labelled_frame.assign(label=labelled_frame["label"].where(~is_test, upside)), tmp_path / "p.parquet")
    assert threshold("--min-core-recall", "0.9").stdout == before
    write_frame(labelled_frame[labelled_frame["split"] != "validation"], tmp_path / "p.parquet")
    done = threshold("--min-core-recall", "0.9")
    assert done.returncode == 2
    assert "no rows of the split 'validation'" in done.stderr


def test_the_saved_model_decides_by_its_threshold_and_its_card_says_so(threshold, run, model, tmp_path):
    done = threshold("--min-core-recall", "0", "--save", "bold")
    assert done.returncode == 0
    assert "models/bold" in done.stderr
    folder = tmp_path / "models" / "bold"
    found = load_model(folder)
    chosen = float(re.search(r"score of ([\d.]+),", done.stdout)[1])
    assert found.settings.threshold == chosen
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert card.startswith((model / "README.md").read_text(encoding="utf-8").rstrip())
    assert "chosen on the split validation for: core recall of at least 0." in card
    text = "READ MORE: ferry sold"
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    # By article a model always keeps something; by a threshold it need not.
    assert run("predict", "a.txt", "--only", "core", "--model", model).stdout == f"{text}\n"
    assert run("predict", "a.txt", "--only", "core", "--model", "bold").stdout == ""
    assert run("predict", "a.txt", "--only", "core", "--model", "bold", "--threshold", 0).stdout == f"{text}\n"


def test_a_model_is_saved_by_path_too_and_not_over_another_without_force(threshold, tmp_path):
    arguments = ("--best-f1", "--save", "elsewhere/careful")
    assert threshold(*arguments).returncode == 0
    assert (tmp_path / "elsewhere" / "careful" / "manifest.json").is_file()
    again = threshold(*arguments)
    assert again.returncode == 2
    assert "exists already" in again.stderr
    assert threshold(*arguments, "--force").returncode == 0


@pytest.mark.parametrize(
    ("goals", "said"),
    [
        ([], "0 goals"),
        (["--best-f1", "--min-core-recall", "0.9"], "2 goals"),
        (["--min-core-recall", "nan"], "Error"),
        (["--min-core-recall", "1.5"], "--min-core-recall"),
        (["--max-words-lost", "-1"], "--max-words-lost"),
    ],
)
def test_one_goal_that_can_be_meant_must_be_given(threshold, goals, said):
    done = threshold(*goals)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_who_was_trained_on_the_split_is_told_so(run, tagger, tmp_path, labelled_frame):
    from dataclasses import replace

    from corestory.model.manifest import data_sha256
    from corestory.model.storage import save_model

    seen = msgspec.structs.replace(
        tagger.manifest, splits=("train", "validation"), data_sha256=data_sha256(labelled_frame)
    )
    save_model(replace(tagger, manifest=seen), tmp_path / "seen", card="# Seen")
    write_frame(labelled_frame, tmp_path / "p.parquet")
    done = run("threshold", "p.parquet", "--model", "seen", "--best-f1")
    assert done.returncode == 0
    assert "trained on these rows (validation)" in done.stderr


def test_the_second_look_can_be_chosen_for_the_story_lines_that_it_loses(run, tmp_path, labelled_frame):
    texts = [
        "The ferry left the quay at noon with nine passengers, two of them late, and a goat that nobody had paid for.",
        '"It was a quiet goat," he said.',
        "The harbour master said that he had never seen a goat aboard, and that he would ask the company about it.",
        "READ MORE: Ferry company sold",
        "The company said on Monday that goats travel free of charge if they are held on a rope all the way.",
    ]
    rows = labelled_frame.head(5).assign(
        article_id="a", page="a", position=range(5), text=texts, split="validation",
        label=["core", "core", "core", "filler", "core"],
    )  # fmt: skip
    write_frame(rows, tmp_path / "p.parquet")
    done = run("threshold", "p.parquet", "--max-story-lines-lost", "100", "--save", "sharp")
    assert (done.returncode, done.stderr) == (0, "The model with this second look is in models/sharp\n")
    goal = "it loses at most 100.0 % of the short story lines beyond those that the first decision loses."
    assert goal in done.stdout
    form = re.search(r"^(text|HTML), second look +1\.00", done.stdout, re.MULTILINE)[1]
    settings = load_model(tmp_path / "models" / "sharp").settings
    assert getattr(settings, f"second_look_{form.lower()}_cutoff") == 1.0
    assert settings.threshold is None


def test_two_goals_are_one_too_many(threshold):
    done = threshold("--max-story-lines-lost", "3", "--best-f1")
    assert done.returncode == 2
    assert "2 goals given" in done.stderr
