import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "pipeline"


@pytest.fixture(scope="module")
def setuptools() -> dict[str, object]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return dict(project["tool"]["setuptools"])


def test_every_package_of_the_tree_is_in_the_wheel(setuptools: dict[str, list[str]]) -> None:
    folders = {path.parent.relative_to(SOURCE) for path in SOURCE.rglob("*.py")}
    tree = {".".join(folder.parts) for folder in folders}
    assert set(setuptools["packages"]) == tree | {"corestory.default_model"}


def test_every_other_file_of_the_tree_is_in_the_wheel(setuptools: dict[str, dict[str, list[str]]]) -> None:
    named = setuptools["package-data"]
    for file in (SOURCE / "corestory").rglob("*"):
        if file.is_file() and file.suffix not in (".py", ".pyc"):
            # A folder without code, such as one of templates, goes with the package above it.
            folder = next(parent for parent in file.parents if (parent / "__init__.py").is_file())
            package = ".".join(folder.relative_to(SOURCE).parts)
            assert any(file.relative_to(folder).match(pattern) for pattern in named.get(package, [])), file


def test_the_default_model_goes_into_the_package_whole(setuptools: dict[str, dict[str, list[str]]]) -> None:
    assert setuptools["package-dir"] == {"": "pipeline", "corestory.default_model": "models/default"}
    assert setuptools["package-data"]["corestory.default_model"] == ["README.md", "arrays.npz", "manifest.json"]
