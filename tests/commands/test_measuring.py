import json
import os
import re
import subprocess
import sys
from dataclasses import replace

import msgspec
import pandas as pd
import pyarrow.parquet as pq
import pytest

from corestory.commands.measuring import IDENTIFYING
from corestory.evaluation.labelled_rows import SCORED
from corestory.labelling.table import write_frame
from corestory.model.storage import load_model, save_model

pytestmark = pytest.mark.slow


@pytest.fixture
def evaluate(run, model, tmp_path, labelled_frame):
    write_frame(labelled_frame, tmp_path / "p.parquet")
    return lambda *arguments: run("evaluate", "p.parquet", "--model", model, *arguments)


def metrics(folder):
    return json.loads((folder / "metrics.json").read_text(encoding="utf-8"))


@pytest.mark.usefixtures("without_figures")
def test_the_split_test_is_measured_shown_and_written(evaluate, tmp_path, labelled_frame):
    done = evaluate()
    assert done.returncode == 0
    assert done.stderr == "report.html, report.md, metrics.json and predictions.parquet are in reports/small\n"
    for words in ("Of 100 words of story", "stage 1 alone", "length rule", "everything core"):
        assert words in " ".join(done.stdout.split())
    assert "By site" not in done.stdout
    assert done.stdout.count("\n") + done.stderr.count("\n") < 30
    again = evaluate()
    assert again.returncode == 2
    assert "reports/small: exists already. Give --output FOLDER, or --force to replace it." in again.stderr
    assert "no rows of the split 'foo'" in evaluate("--split", "foo").stderr
    assert "are in reports/small-validation\n" in evaluate("--split", "validation").stderr
    more = evaluate("--force", "--verbose").stdout
    assert "By source" not in more  # there is one, so that its row would be the headline again
    assert "By site" in more
    folder = tmp_path / "reports" / "small"
    names = ["metrics.json", "predictions.parquet", "report.html", "report.md"]
    assert sorted(path.name for path in folder.iterdir()) == names
    found = metrics(folder)
    expected = labelled_frame[labelled_frame["split"] == "test"]
    assert found["counts"]["paragraphs"] == len(expected)
    assert found["tagger"]["words"]["core"]["f1"]["value"] > 0.9
    assert set(found["baselines"]) == {"everything_core", "length_rule", "stage_1"}
    assert (found["about"]["data"], found["about"]["split"]) == ("p.parquet", "test")
    assert found["about"]["trained_on_these_rows"] == "no"
    report = (folder / "report.md").read_text(encoding="utf-8")
    assert report.startswith("# small on p.parquet, test\n")
    rows = pq.read_table(folder / "predictions.parquet").to_pandas()
    assert list(rows.columns) == [*IDENTIFYING, *SCORED]
    assert rows["text"].tolist() == expected["text"].tolist()
    assert rows["score"].between(0, 1).all()
    assert set(rows["tagged"]) <= {"core", "filler"}


@pytest.mark.usefixtures("without_figures")
def test_several_models_are_compared_with_the_first_on_the_same_rows(evaluate, tmp_path, tagger):
    lower = replace(tagger, settings=msgspec.structs.replace(tagger.settings, threshold=0.0))
    save_model(lower, tmp_path / "keeper", card="# Keeps all")
    done = evaluate("--model", "keeper", "--output", "r")
    assert done.returncode == 0, done.stderr
    found = metrics(tmp_path / "r")
    assert found["rivals"]["keeper"]["words"]["filler"]["recall"]["value"] == 0
    assert found["rivals"]["keeper"]["lead"]["words"]["filler"]["recall"]["low"] > 0
    assert found["comparisons"]["keeper"]["filler_lost"]["paragraphs"] == 20
    predicted = pq.read_table(tmp_path / "r" / "predictions.parquet").to_pandas()
    assert set(predicted["tagged@keeper"]) == {"core"}
    assert "From small to keeper" in (tmp_path / "r" / "report.md").read_text(encoding="utf-8")
    assert "keeper" in done.stdout


@pytest.mark.usefixtures("without_figures")
def test_one_model_twice_is_refused(evaluate, model):
    done = evaluate("--model", model, "--output", "r")
    assert done.returncode == 2
    assert "the same model is given twice" in done.stderr


@pytest.mark.usefixtures("without_figures")
def test_two_models_of_one_name_are_told_apart_by_their_folders(evaluate, tmp_path, tagger, model):
    save_model(tagger, tmp_path / "elsewhere" / model.name, card="# The same")
    done = evaluate("--model", tmp_path / "elsewhere" / model.name, "--output", "r")
    assert done.returncode == 0, done.stderr
    assert list(metrics(tmp_path / "r")["rivals"]) == [str(tmp_path / "elsewhere" / model.name)]


@pytest.mark.usefixtures("without_figures")
def test_all_splits_may_be_measured_and_rows_seen_in_training_are_pointed_out(evaluate, tmp_path, labelled_frame):
    done = evaluate("--split", "all", "--output", "r")
    assert done.returncode == 0
    caution = "The model was trained on these rows (train), so its measures are too optimistic for other articles."
    assert " ".join(done.stdout.split()).startswith(f"Caution: {caution} Of 100 words of story")
    page, report = ((tmp_path / "r" / name).read_text(encoding="utf-8") for name in ("report.html", "report.md"))
    assert page.index("too optimistic") < page.index("of 100 words of story,")
    assert report.index("too optimistic") < report.index("Of 100 words of story")
    assert metrics(tmp_path / "r")["cautions"] == [caution]
    assert metrics(tmp_path / "r")["counts"]["paragraphs"] == len(labelled_frame)
    assert metrics(tmp_path / "r")["about"]["trained_on_these_rows"] == "train"


@pytest.mark.usefixtures("without_figures")
def test_the_same_split_of_another_table_is_not_called_seen(evaluate, tmp_path, labelled_frame):
    other = labelled_frame.assign(text=labelled_frame["text"] + "!")
    write_frame(other, tmp_path / "p.parquet")
    assert "trained on" not in evaluate("--split", "train", "--output", "r").stderr


@pytest.mark.usefixtures("without_figures")
def test_unlabelled_rows_are_scored_and_not_measured(evaluate, tmp_path, labelled_frame):
    frame = labelled_frame.copy()
    frame.loc[frame["position"] == 0, "label"] = None
    write_frame(frame, tmp_path / "p.parquet")
    assert evaluate("--output", "r").returncode == 0
    rows = int((frame["split"] == "test").sum())
    assert metrics(tmp_path / "r")["counts"]["unlabelled"] == rows // 5
    assert pq.read_metadata(tmp_path / "r" / "predictions.parquet").num_rows == rows


@pytest.mark.usefixtures("without_figures")
def test_a_threshold_decides_for_all_articles_and_the_report_names_the_command(evaluate, tmp_path, model):
    assert evaluate("--threshold", "0", "--output", "r").returncode == 0
    found = metrics(tmp_path / "r")
    assert found["settings"]["threshold"] == 0
    assert found["tagger"]["words"]["core"]["recall"]["value"] == 1
    assert found["tagger"]["words"]["filler"]["recall"]["value"] == 0
    about = found["about"]
    command = f"corestory evaluate p.parquet --model {model} --split test --threshold 0 --output r"
    assert sorted(about["command"].split()) == sorted(command.split())
    assert about["splits"] == "test 50 rows, train 100 rows, validation 50 rows"
    assert about["model_trained_on"] == "own: 20 articles of 4 sites, 100 paragraphs"
    assert "scikit-learn" in about["libraries"]
    assert about["command"] in (tmp_path / "r" / "report.html").read_text(encoding="utf-8")


@pytest.mark.usefixtures("without_figures")
def test_an_output_whose_name_is_no_utf_8_is_written(evaluate, tmp_path):
    name = os.fsdecode(b"caf\xe9")
    assert evaluate("--output", name).returncode == 0
    with (tmp_path / name / "predictions.parquet").open("rb") as stream:
        assert pq.read_metadata(stream).num_rows > 0


@pytest.mark.usefixtures("without_figures")
def test_a_table_whose_name_is_no_utf_8_is_refused_in_one_line(run, model, tmp_path, labelled_frame):
    name = os.fsdecode(b"caf\xe9.parquet")
    write_frame(labelled_frame, tmp_path / "p.parquet")
    (tmp_path / "p.parquet").rename(tmp_path / name)
    done = run("evaluate", name, "--model", model, "--output", "r")
    assert done.returncode == 2
    assert "not a readable table" in done.stderr
    assert done.stderr.count("\n") == 1


CANNOT_RUN = {
    "no such table": (["nowhere.parquet"], "nowhere.parquet: no such file"),
    "no table": (["text.txt"], "text.txt: is not a table of labelled paragraphs"),
    "cut": (["cut.parquet"], "cut.parquet: not a readable table"),
    "column missing": (["column.parquet"], "column.parquet: no column"),
    "no such split": (["p.parquet", "--split", "dev"], "no rows of the split 'dev'; expected one of train (100 rows)"),
    "no labels": (["bare.parquet"], "none of them labelled"),
    "no such model": (["p.parquet", "--model", "nowhere"], "nowhere: no such model"),
    "output holds something else": (["p.parquet", "--output", "own", "--force"], "own: has no metrics.json"),
    "output is a file": (["p.parquet", "--output", "text.txt"], "text.txt: is a file"),
    "threshold": (["p.parquet", "--threshold", "nan"], "nan is not a number"),
}


@pytest.mark.usefixtures("without_figures")
@pytest.mark.parametrize("case", CANNOT_RUN)
def test_what_cannot_run_says_why_and_leaves_all_as_it_was(run, model, tmp_path, labelled_frame, case):
    arguments, message = CANNOT_RUN[case]
    write_frame(labelled_frame, tmp_path / "p.parquet")
    write_frame(labelled_frame.assign(label=None), tmp_path / "bare.parquet")
    (tmp_path / "cut.parquet").write_bytes((tmp_path / "p.parquet").read_bytes()[:-50])
    pd.DataFrame({"text": ["One"]}).to_parquet(tmp_path / "column.parquet")
    (tmp_path / "text.txt").write_text("One", encoding="utf-8")
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "thesis.txt").write_text("mine", encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))
    if "--model" not in arguments:
        arguments = [*arguments, "--model", model]
    done = run("evaluate", *arguments, *([] if "--output" in arguments else ["--output", "r"]))
    assert (done.returncode, done.stdout) == (2, "")
    assert message in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert sorted(tmp_path.rglob("*")) == before


WITHOUT_FIGURES = """
import corestory.report.figures
corestory.report.figures.draw = lambda *_: ""
from corestory.commands.app import main
main()
"""


@pytest.mark.usefixtures("without_figures")
def test_a_closed_pipe_ends_it_without_a_word_and_the_report_is_there(model, tmp_path, labelled_frame, environment):
    write_frame(labelled_frame, tmp_path / "p.parquet")
    command = [sys.executable, "-c", WITHOUT_FIGURES, "evaluate", "p.parquet", "--model", str(model), "--output", "r"]
    ours, theirs = os.pipe()
    os.close(ours)
    done = subprocess.run(command, stdout=theirs, stderr=subprocess.PIPE, check=False, cwd=tmp_path, env=environment)
    os.close(theirs)
    assert (done.returncode, done.stderr) == (0, b"")
    assert metrics(tmp_path / "r")["schema"] == 1


@pytest.fixture
def threshold(run, model, tmp_path, labelled_frame):
    write_frame(labelled_frame, tmp_path / "p.parquet")
    return lambda *arguments: run("threshold", "p.parquet", "--model", model, *arguments)


@pytest.mark.parametrize(
    ("goal", "named"),
    [
        (["--min-core-recall", "0.99"], "core recall of at least 0.99"),
        (["--min-filler-precision", "0.9"], "filler precision of at least 0.9"),
        (["--max-words-lost", "2"], "words lost, of 100 words of story, at most 2"),
        (["--best-f1"], "best F1 of core"),
    ],
)
def test_the_threshold_for_a_goal_is_printed_with_what_it_costs(threshold, labelled_frame, goal, named):
    done = threshold(*goal)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.match(r"Threshold 0\.\d+, chosen on the split validation for this goal: ", done.stdout)
    assert named in done.stdout
    rows = labelled_frame[labelled_frame["split"] == "validation"]
    assert f"{len(rows)} labelled paragraphs of {rows['page'].nunique()} articles" in done.stdout
    assert "filler removed, of 100 words" in done.stdout


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
    chosen = float(re.search(r"Threshold ([\d.]+),", done.stdout)[1])
    assert found.settings.threshold == chosen
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert card.startswith((model / "README.md").read_text(encoding="utf-8").rstrip())
    assert "chosen on the split validation for this goal: core recall of at least 0." in card
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
        (["--max-story-lines-lost", "3", "--best-f1"], "2 goals"),
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
    goal = "it loses at most 100.0 % of the short story lines, besides those that the first decision loses."
    assert goal in done.stdout
    form = re.search(r"^(text|HTML), second look +1\.00", done.stdout, re.MULTILINE)[1]
    settings = load_model(tmp_path / "models" / "sharp").settings
    assert getattr(settings, f"second_look_{form.lower()}_cutoff") == 1.0
    assert settings.threshold is None
