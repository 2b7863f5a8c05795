import shutil
import signal
import subprocess
import sys
import time

import pyarrow.parquet as pq
import pytest

from corestory.labelling.table import write_frame
from corestory.model.manifest import data_sha256
from corestory.model.storage import load_model
from corestory.training.estimator import ParagraphClassifier


@pytest.fixture
def corpus(tmp_path):
    folder = tmp_path / "corpus"
    folder.mkdir()
    for number in range(6):
        story = f"The ferry sailed at {number}, two hours late."
        (folder / f"{number}.html").write_text(f"<nav>News</nav><p>{story}</p><p>Read more</p>", encoding="utf-8")
        (folder / f"{number}.txt").write_text(story, encoding="utf-8")
        (folder / f"{number}.url").write_text(f"https://site-{number}.example/a", encoding="utf-8")
    return folder


@pytest.fixture
def prepare(run):
    return lambda *arguments: run("prepare", *arguments)


def test_prepare_writes_the_table_and_says_on_stderr_what_it_did(prepare, corpus, tmp_path):
    done = prepare(corpus, "--output", "new/p.parquet", "--views", "page,lines")
    assert (done.returncode, done.stdout) == (0, "")
    assert pq.read_table(tmp_path / "new" / "p.parquet").num_rows == 36
    found = ("corpus", "What was read", "Paragraphs of each class", "train", "page 6, lines 6", "36 paragraphs in")
    assert all(words in done.stderr for words in found)


def test_a_table_of_one_site_is_split_by_article_and_prepare_says_so(prepare, corpus, tmp_path):
    assert "Split by article" not in prepare(corpus, "--output", "p.parquet").stderr
    for number in range(6):
        (corpus / f"{number}.url").write_text(f"https://herald.example/{number}", encoding="utf-8")
    done = prepare(corpus, "--output", "p.parquet", "--force")
    assert "Split by article, not by site: there are fewer than three sites" in done.stderr
    assert set(pq.read_table(tmp_path / "p.parquet")["split"].to_pylist()) == {"train", "validation", "test"}


def test_what_was_refused_is_listed_up_to_a_number_and_the_exit_code_is_1(prepare, corpus, tmp_path):
    for number in range(23):
        (corpus / f"lost-{number:02}.txt").write_text("A story without its page.", encoding="utf-8")
    done = prepare(corpus, "--output", "p.parquet")
    assert (done.returncode, (tmp_path / "p.parquet").is_file()) == (1, True)
    assert f"refused: {corpus / 'lost-00.txt'}: " in done.stderr
    assert done.stderr.count("lost-") == 20
    assert "refused: 3 more" in done.stderr


CANNOT_RUN = {
    "source missing": (["nowhere"], "no such file or folder"),
    "source empty": (["."], "folder with nothing to read"),
    "view unknown": (["corpus", "--views", "pages"], "view 'pages'"),
    "table without label": (["t.csv"], "no column label"),
    "labels of one name": (["corpus", "--core-label", "x", "--filler-label", "x"], "both labels"),
    "output is there": (["corpus", "--output", "t.parquet"], "t.parquet: exists already"),
    "output is a folder": (["corpus", "--output", "corpus", "--force"], "corpus"),
    "output is no parquet": (["corpus", "--output", "my.csv"], "my.csv: this name ends in .csv; expected .parquet"),
}


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize("case", CANNOT_RUN)
def test_what_cannot_run_says_why_in_one_line_and_exits_with_2(prepare, tmp_path, case):
    arguments, message = CANNOT_RUN[case]
    (tmp_path / "t.csv").write_text("text\nOne\n", encoding="utf-8")
    (tmp_path / "t.parquet").touch()
    before = sorted(tmp_path.rglob("*"))
    if "--output" not in arguments:
        arguments = [*arguments, "--output", "p.parquet"]
    done = prepare(*arguments)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith("corestory: ")
    assert message in done.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_the_same_sources_and_seed_give_the_same_bytes_and_force_replaces_the_output(prepare, corpus, tmp_path):
    (tmp_path / "a.parquet").write_text("old", encoding="utf-8")
    for name, jobs in (("a", 1), ("b", 2)):
        assert prepare(corpus, "--output", f"{name}.parquet", "--force", "--jobs", jobs).returncode == 0
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


def test_a_wrong_option_is_a_usage_error(prepare):
    done = prepare("x", "--colour", "red")
    assert (done.returncode, "No such option" in done.stderr) == (2, True)


@pytest.mark.slow
def test_an_interruption_leaves_no_output_and_no_traceback(corpus, tmp_path, environment):
    # Enough pages that the command is still at work when the signal comes.
    page = (corpus / "0.html").read_text(encoding="utf-8")
    for number in range(3000):
        (corpus / f"more-{number}.html").write_text(page, encoding="utf-8")
        (corpus / f"more-{number}.txt").write_text(f"The ferry sailed at 0, {number} hours late.", encoding="utf-8")
    output = tmp_path / "out" / "p.parquet"
    command = [sys.executable, "-m", "corestory", "prepare", str(corpus), "--output", str(output)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    until = time.monotonic() + 30
    while not list(tmp_path.glob("out/*")) and not list(tmp_path.glob("out/.*")) and time.monotonic() < until:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in error
    assert list((tmp_path / "out").iterdir()) == []


def test_an_interruption_within_code_given_as_a_string_ends_with_the_same_exit_code(tmp_path, environment):
    (tmp_path / "interrupted.py").write_text(
        "import runpy\nfrom corestory.commands import app\n"
        "app.command_line = lambda _: lambda **_: exec('raise KeyboardInterrupt')\n"
        "runpy.run_module('corestory', run_name='__main__')\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "interrupted"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, env=environment)
    assert (done.returncode, done.stderr) == (130, "")


@pytest.fixture
def table(tmp_path, labelled_frame):
    write_frame(labelled_frame, tmp_path / "p.parquet")
    return tmp_path / "p.parquet"


@pytest.fixture
def train(run, table):
    return lambda *arguments: run("train", table.name, *arguments)


def files(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def arrays(folder):
    return {path.name: path.read_bytes() for path in folder.glob("*.safetensors")}


@pytest.mark.slow
@pytest.mark.parametrize("brief_fits", [150], indirect=True)
@pytest.mark.usefixtures("brief_fits")
def test_a_model_with_its_card_is_written_and_its_scores_are_shown(train, tmp_path, labelled_frame):
    done = train("--output", "models/mine", "--seed", "7")
    assert done.returncode == 0
    said = (
        "The training data has 4 folds, split by site.\n"
        "Measured on 20 articles only: even if all were tagged right, "
        "up to 14 of 100 others may be wrong (95 % bound).\n"
        "A new model learns little from 20 articles. On 20 articles from which neither model learned, the new "
        "model reaches a word F1 of 1.000, the default model 1.000. "
        "To start from the default model, run corestory adapt.\n"
        "The scores are out of fold, on 4 sites. The model is in models/mine; its README.md has all scores.\n"
    )
    assert done.stderr == said
    for words in ("Of 100 words of story", "stage 1 alone"):
        assert words in " ".join(done.stdout.split())
    assert done.stdout.count("\n") + done.stderr.count("\n") < 30
    card = (tmp_path / "models" / "mine" / "README.md").read_text(encoding="utf-8")
    assert card.startswith("# mine\n")
    assert "| own | 4 | 20 | 100 | 60 | set by its owner |" in card
    assert "\n| text | 20 | 20 | " in card  # a plug in each article
    rows = labelled_frame[labelled_frame["split"] == "test"]
    model = load_model(tmp_path / "models" / "mine")
    scored = model.score_frame(rows)
    assert scored["tagged"].tolist() == rows["label"].tolist()
    learned = labelled_frame[labelled_frame["split"] == "train"].reset_index(drop=True)
    expected = ParagraphClassifier(random_state=7).fit(learned).tagger_.score_frame(rows)
    assert scored["score"].tolist() == expected["score"].tolist()
    manifest = model.manifest
    (own,) = manifest.trained_on
    assert (own.source, own.sites, own.articles, own.paragraphs, own.core) == ("own", 4, 20, 100, 60)
    assert (manifest.splits, manifest.seed) == (("train",), 7)
    assert manifest.data_sha256 == data_sha256(labelled_frame)
    assert set(manifest.scores) == {"all", "own"}
    assert set(manifest.scores["own"]) == {
        "paragraphs_macro_f1", "words_core_f1", "words_core_recall", "words_filler_recall",
    }  # fmt: skip
    assert all(0.9 < value <= 1 for value in manifest.scores["all"].values())


@pytest.mark.slow
@pytest.mark.usefixtures("brief_fits")
def test_the_same_data_and_seed_give_the_same_model_and_another_seed_replaces_it_if_forced(train, tmp_path):
    found = []
    for options in ((), ("--jobs", "2", "--force"), ("--seed", "1", "--force")):
        assert train("--output", "m", *options).returncode == 0
        found.append(arrays(tmp_path / "m"))

    one, two, other = found
    assert one == two != other
    assert len(one) == 1


@pytest.mark.slow
@pytest.mark.usefixtures("brief_fits")
@pytest.mark.parametrize(
    ("split", "articles", "splits"),
    [
        ("validation, test", 20, ("test", "validation")),
        ("all", 40, ("test", "train", "validation")),
    ],
)
def test_the_chosen_splits_are_learned_from_and_a_release_adds_its_held_out_scores_to_the_card(
    train, tmp_path, split, articles, splits
):
    (tmp_path / "held-out.md").write_text("## Held out\n\nMacro F1 é\n", encoding="latin-1")
    assert train("--output", "m", "--split", split, "--card-extra", "held-out.md").returncode == 0
    manifest = load_model(tmp_path / "m").manifest

    assert sum(part.articles for part in manifest.trained_on) == articles
    assert manifest.splits == splits
    card = (tmp_path / "m" / "README.md").read_text(encoding="utf-8")
    assert "\n\n## Held out\n\nMacro F1 é\n\n## What it is\n" in card


@pytest.mark.slow
@pytest.mark.usefixtures("brief_fits")
def test_rows_of_one_site_are_learned_from_with_a_warning_and_unlabelled_rows_are_context(
    run, tmp_path, labelled_frame
):
    label = labelled_frame["label"].where(labelled_frame["text"] != "Share this")
    write_frame(labelled_frame.assign(site="one.example", label=label), tmp_path / "p.parquet")
    done = run("train", "p.parquet", "--output", "m")

    assert done.returncode == 0
    assert "5 folds, split by article." in done.stderr
    caution = "Caution: All rows are of one site: each paragraph was scored by a model that saw other articles"
    assert " ".join(done.stdout.split()).startswith(caution)
    (own,) = load_model(tmp_path / "m").manifest.trained_on
    assert (own.articles, own.paragraphs, own.core) == (20, 80, 60)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ("label == 'core'", "every label is core; expected both core and filler"),
        ("label == 'none'", "no rows; expected labelled paragraphs"),
    ],
)
def test_what_cannot_be_learned_from_is_refused_in_one_line(run, tmp_path, labelled_frame, chosen, message):
    write_frame(labelled_frame.query(chosen), tmp_path / "p.parquet")
    done = run("train", "p.parquet", "--output", "m")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith("corestory: ")
    assert message in done.stderr
    assert files(tmp_path) == {"p.parquet"}


CANNOT_TRAIN = {
    "no table": (["nowhere.parquet", "--output", "m"], "nowhere.parquet: no such file"),
    "no parquet": (["t.csv", "--output", "m"], "corestory prepare t.csv"),
    "output is a file": (["p.parquet", "--output", "t.csv", "--force"], "t.csv: is a file"),
    "output is below a file": (["p.parquet", "--output", "t.csv/m"], "t.csv/m: cannot be written (Not a directory"),
    "output is there": (["p.parquet", "--output", "full"], "full: exists already"),
    "output is no model": (["p.parquet", "--output", "full", "--force"], "was not written by corestory"),
    "no card": (["p.parquet", "--output", "m", "--card-extra", "nowhere.md"], "nowhere.md"),
    "a split that is not there": (
        ["p.parquet", "--output", "m", "--split", "train,tset"],
        "no rows of the split 'tset'",
    ),
}


@pytest.mark.slow
@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("case", CANNOT_TRAIN)
def test_what_cannot_run_says_so_before_the_work_and_leaves_all_as_it_was(run, tmp_path, case):
    arguments, message = CANNOT_TRAIN[case]
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("Mine.", encoding="utf-8")
    (tmp_path / "t.csv").write_text("text\nOne\n", encoding="utf-8")
    before = files(tmp_path)
    done = run("train", *arguments)

    assert done.returncode == 2
    assert done.stderr.startswith("corestory: ")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1, "after the work the folds are told, too"
    assert files(tmp_path) == before


@pytest.mark.slow
def test_an_interruption_leaves_the_old_model_and_nothing_else(train, model, tmp_path, monkeypatch):
    shutil.copytree(model, tmp_path / "m")
    before = arrays(tmp_path / "m"), files(tmp_path)

    def interrupt(*_, progress):
        progress("stage 1")
        raise KeyboardInterrupt

    monkeypatch.setattr(ParagraphClassifier, "fit", interrupt)
    done = train("--output", "m", "--force")

    assert (done.returncode, done.stderr) == (130, "")
    assert (arrays(tmp_path / "m"), files(tmp_path)) == before
