import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import corestory
from corestory.errors import ModelError, OutputError
from corestory.model import storage
from corestory.model.manifest import FORMAT_VERSION, Manifest
from corestory.model.packing import pack
from corestory.model.scoring import Parts
from corestory.model.storage import load_model, save_model
from corestory.model.tagger import Tagger

TEXT = "The quay opened on Monday.\nIt cost a million, she said.\nREAD MORE: Ferry sold"
PAGE = f"<body><div><p>{'</p><p>'.join(TEXT.splitlines())}</p></div><ul><li><a href='/x'>Ferry</a></li></ul></body>"


def refused(folder: Path | str) -> str:
    with pytest.raises(ModelError) as caught:
        load_model(folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def forge(folder: Path, *, arrays: bytes | None = None, **changes: Any) -> None:
    """Change a model as somebody does who knows the format: with every hash as it should be."""
    document = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    if arrays is not None:
        (folder / "arrays.npz").write_bytes(arrays)
        document["arrays"] = {"bytes": len(arrays), "sha256": hashlib.sha256(arrays).hexdigest()}
    document["settings"] |= changes
    del document["sha256"]
    compact = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    document["sha256"] = hashlib.sha256(compact.encode("utf-8", "backslashreplace")).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(document), encoding="utf-8")


def run(code: str) -> str:
    root = str(Path(corestory.__file__).parents[1])
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": root}, check=True)
    return done.stdout.strip()


def is_same(loaded: Tagger, tagger: Tagger) -> bool:
    before, after = pack(tagger.parts), pack(loaded.parts)
    return (loaded.settings, loaded.manifest, list(after)) == (tagger.settings, tagger.manifest, list(before)) and all(
        after[name].tobytes() == array.tobytes() and after[name].shape == array.shape for name, array in before.items()
    )


def test_a_loaded_model_is_the_saved_one_and_tags_the_same(saved: Path, seeded_tagger: Tagger) -> None:
    loaded = load_model(saved)
    assert is_same(loaded, seeded_tagger)
    for text, html in ((TEXT, False), (PAGE, True)):
        assert loaded.tag(text, html=html).equals(seeded_tagger.tag(text, html=html))
    assert sorted(path.name for path in saved.iterdir()) == ["README.md", "arrays.npz", "manifest.json"]
    assert (saved / "README.md").read_text() == "# A card"


def test_a_model_without_markup_and_without_a_manifest_comes_back(
    make_parts: Callable[..., Parts], tmp_path: Path
) -> None:
    tagger = Tagger(make_parts(markup=False, rounds=1), storage.Settings(), None)
    save_model(tagger, str(tmp_path / "new" / "model"), card="From the folder \udce9")
    assert is_same(load_model(str(tmp_path / "new" / "model")), replace(tagger, manifest=Manifest()))


def test_the_same_model_has_the_same_bytes(saved: Path, tmp_path: Path) -> None:
    save_model(load_model(saved), tmp_path / "again", card="# A card")
    for name in ("arrays.npz", "manifest.json"):
        assert (tmp_path / "again" / name).read_bytes() == (saved / name).read_bytes()


def test_no_pickle_is_in_a_model(saved: Path) -> None:
    with np.load(saved / "arrays.npz", allow_pickle=False) as arrays:
        assert {arrays[name].dtype.str for name in arrays.files} == {"<f4", "<u8"}


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
            seeded_tagger, parts=replace(seeded_tagger.parts, words=replace(seeded_tagger.parts.words, **changes))
        )

    idf = seeded_tagger.parts.words.idf
    spoilt = {
        "not finite": with_words(idf=np.full_like(idf, np.nan)),
        "type '<f8'": with_words(idf=idf.astype(np.float64)),
        "has shape": with_words(idf=idf[1:]),
        "written as JSON": replace(seeded_tagger, settings=replace(seeded_tagger.settings, text_slope=np.nan)),
        "'settings.cut' is 7": replace(seeded_tagger, settings=replace(seeded_tagger.settings, cut=7.0)),
        "come back": replace(seeded_tagger, manifest=Manifest(splits=["train"])),  # type: ignore[arg-type]
    }
    for reason, tagger in spoilt.items():
        with pytest.raises(ModelError, match=reason) as caught:
            save_model(tagger, saved, card="new", force=True)
        assert str(caught.value).startswith(str(saved))
    assert is_same(load_model(saved), seeded_tagger)
    assert [path.name for path in saved.parent.iterdir()] == ["model"]


def test_what_is_no_model_folder_is_refused(tmp_path: Path, saved: Path) -> None:
    assert "there is no such folder; expected a model's. Train one with:" in refused(tmp_path / "none")
    assert "is no folder" in refused(saved / "manifest.json")
    assert "cannot be read" in refused(saved / "manifest.json" / "more")
    assert "cannot be read" in refused("nul\0")
    assert "cannot be read" in refused("x" * 5_000)
    (tmp_path / "empty").mkdir()
    assert "manifest.json: is missing" in refused(tmp_path / "empty")


@pytest.mark.parametrize("name", ["manifest.json", "arrays.npz"])
class TestAFileOfAModel:
    def test_must_be_there(self, saved: Path, name: str) -> None:
        (saved / name).unlink()
        assert f"{name}: is missing; expected manifest.json and arrays.npz" in refused(saved)

    def test_must_not_be_a_folder(self, saved: Path, name: str) -> None:
        (saved / name).unlink()
        (saved / name).mkdir()
        assert f"{name}: is no regular file" in refused(saved)

    def test_must_not_be_a_pipe_which_would_be_waited_for(self, saved: Path, name: str) -> None:
        (saved / name).unlink()
        os.mkfifo(saved / name)
        assert f"{name}: is no regular file" in refused(saved)

    def test_may_be_a_link_to_the_file_but_to_nothing_else(self, saved: Path, name: str, seeded_tagger: Tagger) -> None:
        real = saved.parent / "elsewhere"
        (saved / name).rename(real)
        for target, reason in (("/dev/zero", "no regular file"), (saved / name, "cannot be read"), ("gone", "missing")):
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

    def test_must_not_be_garbage(self, saved: Path, name: str) -> None:
        (saved / name).write_bytes(bytes(range(256)) * 40)
        assert f"{name}: " in refused(saved)

    def test_must_not_be_longer_than_any_model(self, saved: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(storage, "MAX_MANIFEST_BYTES" if name == "manifest.json" else "MAX_BYTES", 100)
        assert f"{name}: has more than 100 bytes" in refused(saved)

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(data=st.data())
    def test_loads_as_it_was_saved_or_not_at_all(
        self, saved: Path, name: str, seeded_tagger: Tagger, data: st.DataObject
    ) -> None:
        whole = (saved / name).read_bytes()
        spoilt = bytearray(whole)
        for _ in range(data.draw(st.integers(1, 3))):
            spoilt[data.draw(st.integers(0, len(spoilt) - 1))] = data.draw(st.integers(0, 255))
        (saved / name).write_bytes(spoilt)
        try:
            assert is_same(load_model(saved), seeded_tagger)
        except ModelError as error:
            assert f"{name}: " in str(error)  # noqa: PT017 -- both endings are right
        finally:
            (saved / name).write_bytes(whole)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_arrays_that_were_forged_with_their_hashes_tag_or_are_refused(saved: Path, data: st.DataObject) -> None:
    whole = (saved / "arrays.npz").read_bytes()
    spoilt = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 3))):
        spoilt[data.draw(st.integers(0, len(spoilt) - 1))] = data.draw(st.integers(0, 255))
    forge(saved, arrays=bytes(spoilt))
    try:
        assert load_model(saved).tag(TEXT)["score"].between(0, 1).all()
    except ModelError as error:
        assert "arrays.npz: " in str(error)  # noqa: PT017 -- both endings are right
    finally:
        forge(saved, arrays=whole)


def test_arrays_of_another_model_are_refused(saved: Path, seeded_tagger: Tagger, tmp_path: Path) -> None:
    words = replace(seeded_tagger.parts.words, intercept=np.array(-9, np.float32))
    save_model(replace(seeded_tagger, parts=replace(seeded_tagger.parts, words=words)), tmp_path / "other", card="")
    (saved / "arrays.npz").write_bytes((tmp_path / "other" / "arrays.npz").read_bytes())
    assert "arrays.npz: is not the file that its manifest was written for" in refused(saved)
    (saved / "arrays.npz").write_bytes(b"short")
    assert "arrays.npz: has 5 bytes; expected" in refused(saved)


def test_a_model_of_a_newer_format_is_refused_with_the_version_it_needs(saved: Path) -> None:
    newer = {"format_version": FORMAT_VERSION + 1, "corestory": "9.8.7"}
    (saved / "manifest.json").write_text(json.dumps(newer))
    message = refused(saved)
    assert f"has format version {FORMAT_VERSION + 1}; expected {FORMAT_VERSION}. Install corestory 9.8.7" in message


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"cut": 1.5}, "'settings.cut' is 1.5; expected 0 to 1"),
        ({"threshold": -0.1}, "'settings.threshold' is -0.1; expected 0 to 1"),
        ({"text_slope": "1"}, "'settings.text_slope' is \"1\"; expected a number"),
        ({"html_slope": -1.0}, "'settings.html_slope' is -1; expected 1e-06 to 1,000"),
        ({"text_offset": 1e300}, "'settings.text_offset' is 1e+300"),
        ({"sure_expected": []}, "have 0 and 2 values; expected the same number"),
        ({"sure_expected": [], "sure_measured": []}, "have 0 and 0 values; expected the same number, and at least one"),
        ({"sure_expected": [0.5, 0.4]}, "'settings.sure_expected' is not ascending"),
        ({"sure_measured": [0.5, 2.0]}, "'settings.sure_measured' is 2; expected 0 to 1"),
        ({"unheard": 1}, "'settings' has the unknown"),
    ],
)
def test_settings_that_cannot_be_are_refused(saved: Path, changes: dict[str, object], reason: str) -> None:
    forge(saved, **changes)
    assert reason in refused(saved)


def test_every_setting_has_a_range() -> None:
    assert set(storage.SETTING_RANGES) == {field.name for field in fields(storage.Settings)}


def test_loading_and_tagging_need_no_heavy_library(saved: Path) -> None:
    code = (
        "import sys; from corestory import load_model; from corestory.reading.article import Article, Paragraph;"
        f"load_model({str(saved)!r}).tag_articles([Article('a', (Paragraph('The quay opened.'),))]);"
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
    with pytest.raises(ModelError, match="came without its default model"):
        storage.default_of(package)
    beside, inside = tmp_path / "site" / "models" / "default", package / "default_model"
    for place in (beside, inside):
        place.parent.mkdir(exist_ok=True)
        place.symlink_to(saved)
        assert storage.default_of(package) == place
