import os
import subprocess
import sys
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pandas as pd
import pytest

import corestory
from corestory.commands.app import main
from corestory.labelling.labelled import LabelledArticle, LabelledParagraph
from corestory.labelling.table import articles_frame
from corestory.model.manifest import TrainedOn, data_sha256, new_manifest
from corestory.model.storage import save_model
from corestory.model.tagger import Tagger
from corestory.training.estimator import ParagraphClassifier

STORY = "The {boat} left the quay at {hour} on Monday with {hour} passengers, the harbour master said."
MORE = "It will come back to the quay on Friday, she added, if the {boat} is mended by then."
PLUG = "READ MORE: {boat} sold"
ARTICLE = (STORY.format(boat="lugger", hour=7), PLUG.format(boat="lugger"), MORE.format(boat="lugger"))
SPLITS = ("train", "train", "validation", "test")

Run = Callable[..., subprocess.CompletedProcess[str]]


def labelled_articles() -> list[LabelledArticle]:
    """Forty short articles of eight sites, as unlike each other as these words allow."""
    boats = ("ferry", "steamer", "lugger", "barge", "tug")
    articles = []
    for number in range(40):
        words = {"boat": boats[number % 5], "hour": str(number)}
        lines = [(STORY, "core"), (PLUG, "filler"), (MORE, "core"), (STORY, "core"), ("Share this", "filler")]
        paragraphs = tuple(LabelledParagraph(text.format(**words), label) for text, label in lines)
        site = f"site-{number % 8}.example"
        articles.append(LabelledArticle(page=f"a{number}", view="text", source="own", paragraphs=paragraphs, site=site))
    return articles


def shortened_articles() -> list[LabelledArticle]:
    """The same articles, each up to each of its first four lines: a fit learns short stories, and core at the end."""
    return [
        LabelledArticle(
            page=f"{article.page}-{size}",
            view="text",
            source="own",
            paragraphs=article.paragraphs[:size],
            site=article.site,
        )
        for article in labelled_articles()
        for size in range(1, 5)
    ]


@pytest.fixture(scope="session")
def labelled_frame() -> pd.DataFrame:
    """The labelled table of `labelled_articles`, split by site."""
    frame = articles_frame(labelled_articles())
    number = frame["site"].str.extract(r"(\d)", expand=False).astype(int)
    return frame.assign(split=[SPLITS[site % 4] for site in number])


@pytest.fixture(scope="session")
def tagger(
    labelled_frame: pd.DataFrame, once: Callable[[str, Callable[[], ParagraphClassifier]], ParagraphClassifier]
) -> Tagger:
    """A small tagger that knows the articles' split `train`, whole and shortened."""
    seen = pd.concat([labelled_frame, articles_frame(shortened_articles())], ignore_index=True)
    seen = seen[seen["site"].isin(labelled_frame["site"][labelled_frame["split"] == "train"])]
    small = ParagraphClassifier(text_hidden=(8, 4), html_hidden=(8, 4), text_blocks=2, members=1, folds=2, steps=500)
    classifier = once("small classifier", lambda: small.fit(seen))
    manifest = new_manifest(
        (TrainedOn("own", 4, 20, 100, 60),), splits=("train",), data_sha256=data_sha256(labelled_frame)
    )
    # Of articles so much alike it is sure of all; the confidence is here what the scores let expect.
    settings = msgspec.structs.replace(
        classifier.tagger_.settings, confidence_expected=(0.0, 1.0), confidence_measured=(0.0, 1.0)
    )
    return replace(classifier.tagger_, settings=settings, manifest=manifest)


@pytest.fixture(scope="session")
def model(tagger: Tagger, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its folder; nobody writes there."""
    folder = tmp_path_factory.mktemp("models") / "small"
    save_model(tagger, folder, force=False, card="# A small model")
    return folder


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command in the folder of the test, in this process, and give its exit code and what it wrote."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        monkeypatch.setattr(sys, "argv", ["corestory", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            main()
        sys.stdout.flush()
        said = capfd.readouterr()
        return subprocess.CompletedProcess(sys.argv, int(caught.value.code or 0), said.out, said.err)

    return run


@pytest.fixture
def predict(run: Run, model: Path, tmp_path: Path) -> Run:
    """Run predict with the small tagger in the folder of the test, where there is an article a.txt."""
    (tmp_path / "a.txt").write_text("\n".join(ARTICLE), encoding="utf-8")
    return lambda *arguments: run("predict", "--model", model, *arguments)


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    """For real processes, in whatever folder they run."""
    root = str(Path(corestory.__file__).parents[1])
    tests = str(Path(__file__).parents[1])
    path = os.pathsep.join([root, tests, *filter(None, [os.environ.get("PYTHONPATH")])])
    # Python that buffers, as people run it: what a buffer still holds at the end is where closed pipes hurt.
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return inherited | {"PYTHONPATH": path, "COLUMNS": "100", "TERM": "xterm", "NO_COLOR": "1"}


@pytest.fixture(params=["here", "elsewhere"])
def output(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An output folder, here and behind a URL."""
    if request.param == "here":
        return f"{tmp_path}/out"
    pytest.importorskip("fsspec", reason="fsspec is not installed")
    return f"memory://{uuid.uuid4()}/out"
