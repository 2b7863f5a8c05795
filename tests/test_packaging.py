"""The wheel and the editable install hold the whole package and work in an empty environment."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "pipeline"


@pytest.fixture(scope="module")
def setuptools() -> dict[str, object]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return dict(project["tool"]["setuptools"])


def test_every_package_of_the_tree_is_in_the_wheel(setuptools: dict[str, list[str]]) -> None:
    folders = {path.parent.relative_to(SOURCE) for path in (SOURCE / "corestory").rglob("*") if path.suffix != ".pyc"}
    tree = {".".join(folder.parts) for folder in folders if folder.name != "__pycache__"}
    assert set(setuptools["packages"]) == tree | {"corestory.default_model"}


def test_every_other_file_of_the_tree_is_in_the_wheel(setuptools: dict[str, dict[str, list[str]]]) -> None:
    patterns = setuptools["package-data"]
    for file in (SOURCE / "corestory").rglob("*"):
        if file.is_file() and file.suffix not in (".py", ".pyc"):
            package = ".".join(file.parent.relative_to(SOURCE).parts)
            assert any(file.match(pattern) for pattern in patterns.get(package, [])), file


def test_the_default_model_goes_into_the_package_whole(setuptools: dict[str, dict[str, list[str]]]) -> None:
    assert setuptools["package-dir"] == {"": "pipeline", "corestory.default_model": "models/default"}
    files = ["README.md", "manifest.json", "weights.safetensors"]
    assert setuptools["package-data"]["corestory.default_model"] == files


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the build reads; the build writes into its folder."""
    copy = tmp_path_factory.mktemp("checkout")
    for name in ("pipeline", "models/default"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    return copy


@pytest.fixture(scope="module")
def wheel(checkout: Path) -> Path:
    run("-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", checkout / "dist", checkout)
    (built,) = (checkout / "dist").glob("*.whl")
    return built


def run(*arguments: object, python: Path | None = None, folder: Path | None = None) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [str(python or sys.executable), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def installed(what: Path, *options: str, folder: Path) -> Path:
    """Install into an environment that has corestory's dependencies, but not corestory; return its interpreter."""
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    (packages,) = folder.glob("lib/python*/site-packages")
    # Python reads no .pth files in folders that a .pth file adds, so the tests' editable corestory stays out.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    run(
        "-m", "pip", "--python", python, "install", "--no-deps", "--no-build-isolation", "--ignore-installed", *options,
        what,
    )  # fmt: skip
    return python


def check_it_works(python: Path, folder: Path) -> None:
    """The default model, the version and the templates are found from any folder."""
    code = "import corestory; print(corestory.__version__, corestory.load_model().core('The quay opened.\\nShare'))"
    assert run("-c", code, python=python, folder=folder) == f"{version()} The quay opened.\n"
    (folder / "article.txt").write_text("The quay opened.\n")
    run("-m", "corestory", "predict", "article.txt", "--output", "page.html", "--format", "html",
        python=python, folder=folder)  # fmt: skip
    assert "The quay opened." in (folder / "page.html").read_text()


@pytest.mark.slow
def test_the_wheel_works_in_another_folder_and_holds_no_other_top_level_package(wheel: Path, tmp_path: Path) -> None:
    check_it_works(installed(wheel, folder=tmp_path / "venv"), tmp_path)
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {"corestory", f"corestory-{version()}.dist-info"}


@pytest.mark.slow
def test_an_editable_install_works_in_another_folder(checkout: Path, tmp_path: Path) -> None:
    check_it_works(installed(checkout, "--editable", folder=tmp_path / "venv"), tmp_path)


def version() -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])
