import hashlib
import json
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

import corestory
from corestory.errors import ModelError, OutputError
from corestory.model import storage
from corestory.model.calibration import Settings
from corestory.model.manifest import Manifest
from corestory.model.network import Network
from corestory.model.pages import article_feature_count
from corestory.model.scoring import Weights
from corestory.model.storage import load_model, save_model
from corestory.model.stored_weights import weights_bytes
from corestory.model.tagger import Tagger
from corestory.reading.article import Article
from corestory.training.network_fit import Shape, first_weights

TEXT = "The quay opened on Monday.\nIt cost a million, she said.\nREAD MORE: Ferry sold"
PAGE = f"<body><div><p>{'</p><p>'.join(TEXT.splitlines())}</p></div><ul><li><a href='/x'>Ferry</a></li></ul></body>"


def refused(folder: Path | str) -> str:
    with pytest.raises(ModelError) as caught:
        load_model(folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def forge(folder: Path, *, weights: bytes | None = None, **changes: Any) -> None:
    """Change a model as a person does who knows the format: with the right hash."""
    document = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    if weights is not None:
        (folder / "weights.safetensors").write_bytes(weights)
        document["weights"] = {"bytes": len(weights), "sha256": hashlib.sha256(weights).hexdigest()}
    document["settings"] |= changes
    (folder / "manifest.json").write_text(json.dumps(document), encoding="utf-8")


def run(code: str) -> str:
    root = str(Path(corestory.__file__).parents[1])
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": root}, check=True)
    return done.stdout.strip()


def is_same(loaded: Tagger, tagger: Tagger) -> bool:
    same = weights_bytes(loaded.weights) == weights_bytes(tagger.weights)
    return same and (loaded.settings, loaded.manifest) == (tagger.settings, tagger.manifest)


def test_a_loaded_model_is_the_saved_one_and_tags_the_same(saved: Path, seeded_tagger: Tagger) -> None:
    loaded = load_model(saved)
    assert is_same(loaded, seeded_tagger)
    for text, html in ((TEXT, False), (PAGE, True)):
        assert loaded.tag(text, html=html).equals(seeded_tagger.tag(text, html=html))
    assert sorted(path.name for path in saved.iterdir()) == ["README.md", "manifest.json", "weights.safetensors"]
    assert (saved / "README.md").read_text() == "# A card"


def test_a_model_without_markup_and_without_a_manifest_comes_back(
    make_weights: Callable[..., Weights], tmp_path: Path
) -> None:
    tagger = Tagger(make_weights(markup=False), Settings(), None)
    save_model(tagger, str(tmp_path / "new" / "model"), card="From the folder \udce9")
    assert is_same(load_model(str(tmp_path / "new" / "model")), replace(tagger, manifest=Manifest()))


def test_the_same_model_has_the_same_bytes(saved: Path, tmp_path: Path) -> None:
    save_model(load_model(saved), tmp_path / "again", card="# A card")
    for name in ("weights.safetensors", "manifest.json"):
        assert (tmp_path / "again" / name).read_bytes() == (saved / name).read_bytes()


def test_a_model_is_replaced_only_with_force_and_another_folder_never(
    saved: Path, seeded_tagger: Tagger, tmp_path: Path
) -> None:
    with pytest.raises(OutputError, match="exists already"):
        save_model(seeded_tagger, saved, card="new")
    assert (saved / "README.md").read_text() == "# A card"
    save_model(seeded_tagger, saved, card="new", force=True)
    assert (saved / "README.md").read_text() == "new"
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "quay.jpg").touch()
    with pytest.raises(OutputError, match=r"no manifest\.json"):
        save_model(seeded_tagger, tmp_path / "photos", card="", force=True)


def test_a_tagger_that_could_not_be_loaded_again_is_not_saved(saved: Path, seeded_tagger: Tagger) -> None:
    def with_words(**changes: Any) -> Tagger:
        return replace(
            seeded_tagger, weights=replace(seeded_tagger.weights, words=replace(seeded_tagger.weights.words, **changes))
        )

    def with_settings(**changes: Any) -> Tagger:
        return replace(seeded_tagger, settings=msgspec.structs.replace(seeded_tagger.settings, **changes))

    idf = seeded_tagger.weights.words.idf
    spoilt = {
        "not finite": with_words(idf=np.full_like(idf, np.nan)),
        "is of type float64; expected float32": with_words(idf=idf.astype(np.float64)),
        "has shape": with_words(idf=idf[1:]),
        r"\$\.settings\.text_slope": with_settings(text_slope=np.nan),
        r"\$\.settings\.cutoff_share": with_settings(cutoff_share=7.0),
        "JSON cannot represent": replace(seeded_tagger, manifest=Manifest(splits=["train"])),  # type: ignore[arg-type]
    }
    for reason, tagger in spoilt.items():
        with pytest.raises(ModelError, match=reason) as caught:
            save_model(tagger, saved, card="new", force=True)
        assert str(caught.value).startswith(str(saved))
    assert is_same(load_model(saved), seeded_tagger)
    assert [path.name for path in saved.parent.iterdir()] == ["model"]


def test_what_is_no_model_folder_is_refused(tmp_path: Path, saved: Path) -> None:
    assert "no such folder; expected a model's folder. Train one with:" in refused(tmp_path / "none")
    assert "is not a folder" in refused(saved / "manifest.json")
    assert "cannot be read" in refused(saved / "manifest.json" / "more")
    assert "cannot be read" in refused("nul\0")
    assert "cannot be read" in refused("x" * 5_000)
    (tmp_path / "empty").mkdir()
    assert "manifest.json: is missing" in refused(tmp_path / "empty")


@pytest.mark.parametrize("name", ["manifest.json", "weights.safetensors"])
class TestAFileOfAModel:
    def test_must_be_there(self, saved: Path, name: str) -> None:
        (saved / name).unlink()
        assert f"{name}: is missing; expected manifest.json and weights.safetensors" in refused(saved)

    def test_must_not_be_a_folder(self, saved: Path, name: str) -> None:
        (saved / name).unlink()
        (saved / name).mkdir()
        assert f"{name}: is not a regular file" in refused(saved)

    def test_must_not_be_a_pipe_which_would_be_waited_for(self, saved: Path, name: str) -> None:
        (saved / name).unlink()
        os.mkfifo(saved / name)
        assert f"{name}: is not a regular file" in refused(saved)

    def test_may_be_a_link_to_the_file_but_to_nothing_else(self, saved: Path, name: str, seeded_tagger: Tagger) -> None:
        real = saved.parent / "elsewhere"
        (saved / name).rename(real)
        for target, reason in (
            ("/dev/zero", "not a regular file"),
            (saved / name, "cannot be read"),
            ("gone", "missing"),
        ):
            (saved / name).symlink_to(target)
            assert reason in refused(saved)
            (saved / name).unlink()
        (saved / name).symlink_to(real)
        assert is_same(load_model(saved), seeded_tagger)

    def test_must_be_whole(self, saved: Path, name: str) -> None:
        whole = (saved / name).read_bytes()
        for length in (0, 1, len(whole) // 2, len(whole) - 2):
            (saved / name).write_bytes(whole[:length])
            assert f"{name}: " in refused(saved)

    def test_must_not_be_longer_than_any_model(self, saved: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(storage, "MAX_MANIFEST_BYTES" if name == "manifest.json" else "MAX_BYTES", 100)
        message = refused(saved)
        assert f"{name}: has " in message
        assert "expected at most 100 in any model" in message


def test_a_changed_byte_or_length_of_the_weights_is_found(saved: Path) -> None:
    whole = (saved / "weights.safetensors").read_bytes()
    for at in (0, 20, len(whole) // 2, len(whole) - 1):
        spoilt = bytearray(whole)
        spoilt[at] ^= 1
        (saved / "weights.safetensors").write_bytes(spoilt)
        assert "weights.safetensors: is damaged, or does not belong to its manifest" in refused(saved)
    (saved / "weights.safetensors").write_bytes(b"short")
    assert "weights.safetensors: has 5 bytes; expected" in refused(saved)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"cutoff_share": 1.5}, "`$.settings.cutoff_share`"),
        ({"threshold": -0.1}, "`$.settings.threshold`"),
        ({"text_slope": "1"}, "Expected `float`, got `str` - at `$.settings.text_slope`"),
        ({"html_slope": -1.0}, "`$.settings.html_slope`"),
        ({"text_offset": 1e300}, "`$.settings.text_offset`"),
        ({"confidence_expected": []}, "`$.settings.confidence_expected`"),
        ({"confidence_expected": [0.5]}, "more values of one kind"),
        ({"confidence_expected": [0.5, 0.4]}, "confidence_expected is not ascending"),
        ({"confidence_measured": [0.5, 2.0]}, "`$.settings.confidence_measured[1]`"),
        ({"unheard": 1}, "unknown field `unheard`"),
    ],
)
def test_settings_that_cannot_be_are_refused(saved: Path, changes: dict[str, object], reason: str) -> None:
    forge(saved, **changes)
    assert reason in refused(saved)


TAMPERED = 200


def tampered(whole: bytes, rng: np.random.Generator) -> bytes:
    """Change a safetensors file: single bytes, its header's JSON, its length, or all of it."""
    size = int.from_bytes(whole[:8], "little")
    kind = rng.integers(5)
    if kind == 0:
        spoilt = bytearray(whole)
        for at in rng.integers(0, len(whole), rng.integers(1, 9)):
            spoilt[at] = rng.integers(256)
        return bytes(spoilt)
    if kind == 1:  # the first bytes hold the header, where a change matters most
        spoilt = bytearray(whole)
        for at in rng.integers(0, size + 8, rng.integers(1, 4)):
            spoilt[at] = rng.integers(256)
        return bytes(spoilt)
    if kind == 2:
        return whole[: rng.integers(len(whole))]
    if kind == 3:
        header = json.loads(whole[8 : size + 8])
        name = str(rng.choice(list(header)))
        change = (
            ("dtype", ["F64", "U64", "BF16", "I8", "evil"]),
            ("shape", [[2**62], [2**40, 2**40], [-1], [0], [1] * 1_000, []]),
            ("data_offsets", [[0, 2**63], [5, 1], [0, 0], [-1, 4]]),
        )[rng.integers(3)]
        header[name][change[0]] = change[1][rng.integers(len(change[1]))]
        data = json.dumps(header).encode()
        return len(data).to_bytes(8, "little") + data + whole[size + 8 :]
    return int(rng.integers(2**62)).to_bytes(8, "little") + whole[8:]


@pytest.mark.slow
def test_tampered_weights_with_the_right_hash_tag_or_are_refused_and_take_little_memory(saved: Path) -> None:
    whole = (saved / "weights.safetensors").read_bytes()
    rng = np.random.default_rng(2026)
    refusals = 0
    tracemalloc.start()
    for _ in range(TAMPERED):
        forge(saved, weights=tampered(whole, rng))
        try:
            assert load_model(saved).tag(TEXT)["score"].between(0, 1).all()
        except ModelError as error:
            refusals += 1
            assert "weights.safetensors: " in str(error)  # noqa: PT017 -- both endings are right
    assert refusals > TAMPERED / 2
    assert tracemalloc.get_traced_memory()[1] < 50 * 2**20
    tracemalloc.stop()


def test_loading_and_tagging_need_no_heavy_library(saved: Path) -> None:
    code = (
        "import sys; from corestory import load_model; from corestory.reading.article import Article;"
        f"load_model({str(saved)!r}).tag_articles([Article('a', ['The quay opened.'])]);"
        "heavy = {'pandas', 'sklearn', 'scipy', 'pyarrow', 'numpy.ma'};"
        "print(sorted({part for name in sys.modules for part in (name, name.split('.')[0])} & heavy))"
    )
    assert run(code) == "[]"


def test_the_package_is_imported_without_any_of_its_parts() -> None:
    assert (
        run("import sys, corestory; print('numpy' in sys.modules, 'corestory.model' in sys.modules)") == "False False"
    )
    assert corestory.load_model is load_model
    assert corestory.__version__[0].isdigit()
    with pytest.raises(AttributeError, match="no attribute 'unheard'"):
        corestory.unheard  # type: ignore[attr-defined]  # noqa: B018


def test_the_default_model_is_in_the_package_or_beside_it_or_nowhere(saved: Path, tmp_path: Path) -> None:
    package = tmp_path / "site" / "pipeline" / "corestory"
    package.mkdir(parents=True)
    with pytest.raises(ModelError, match="has no default model"):
        storage.default_of(package)
    beside, inside = tmp_path / "site" / "models" / "default", package / "default_model"
    for place in (beside, inside):
        place.parent.mkdir(exist_ok=True)
        place.symlink_to(saved)
        assert storage.default_of(package) == place


def with_article_part(tagger: Tagger, *, words: bool = False) -> Tagger:
    count = article_feature_count(words=words)
    member = first_weights(count, Shape(4, 0, 3), np.random.default_rng(3))
    network = Network(np.zeros(count, np.float32), np.ones(count, np.float32), (member,))
    settings = msgspec.structs.replace(tagger.settings, text_article_cutoff=0.25)
    scorer = tagger.weights.words if words else None
    return replace(tagger, weights=replace(tagger.weights, article=network, article_words=scorer), settings=settings)


def test_the_article_part_comes_back_and_is_checked_like_the_rest(seeded_tagger: Tagger, tmp_path: Path) -> None:
    tagger, folder = with_article_part(seeded_tagger), tmp_path / "model"
    save_model(tagger, folder, card="# A card")
    assert is_same(load_model(folder), tagger)
    assert load_model(folder).tag_articles([Article("a", [TEXT])])[0].is_article is not None

    network = tagger.weights.article
    assert network is not None
    short = replace(network, mean=network.mean[1:])
    forge(folder, weights=weights_bytes(replace(tagger.weights, article=short)))
    assert "'article.0.mean' has shape" in refused(folder)
    infinite = replace(network, mean=np.full_like(network.mean, np.inf))
    forge(folder, weights=weights_bytes(replace(tagger.weights, article=infinite)))
    assert "'article.0.mean' has values that are not finite" in refused(folder)
    forge(folder, weights=weights_bytes(tagger.weights), html_article_cutoff=0.7)
    assert "html_article_cutoff" in refused(folder)


def test_the_words_of_the_article_part_come_back_and_belong_to_its_network(
    seeded_tagger: Tagger, tmp_path: Path
) -> None:
    tagger, folder = with_article_part(seeded_tagger, words=True), tmp_path / "model"
    save_model(tagger, folder, card="# A card")
    assert is_same(load_model(folder), tagger)

    forge(folder, weights=weights_bytes(replace(tagger.weights, article_words=None)))
    assert "'article.0.mean' has shape" in refused(folder)
    scorer = tagger.weights.words
    swapped = replace(scorer, hashes=scorer.hashes[::-1])
    forge(folder, weights=weights_bytes(replace(tagger.weights, article_words=swapped)))
    assert "'article.words.hashes' is not strictly ascending" in refused(folder)
