"""Wheels hold the whole package and work in an empty environment; the tests themselves run in an editable install."""

import email
import json
import os
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

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
def wheels(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The wheels of corestory and corestory-lite."""
    folder = tmp_path_factory.mktemp("wheels")
    return [Path(line) for line in run(SOURCE / "make_wheels.py", folder).splitlines()]


def started(*arguments: object, python: Path | None, folder: Path | None) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [str(python or sys.executable), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment)


def run(*arguments: object, python: Path | None = None, folder: Path | None = None) -> str:
    done = started(*arguments, python=python, folder=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def installed(wheel: Path, folder: Path) -> Path:
    """Install into an environment that has corestory's dependencies, but not corestory; return its interpreter."""
    venv.create(folder, with_pip=False, symlinks=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    # Python reads no .pth files in folders that a .pth file adds, so the tests' editable corestory stays out.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    zipfile.ZipFile(wheel).extractall(packages)
    return folder / "bin" / "python"


def check_it_works(python: Path, folder: Path) -> None:
    """The default model, the version and the templates are found from any folder."""
    code = "import corestory; print(corestory.__version__)"
    assert run("-c", code, python=python, folder=folder) == f"{version()}\n"
    (folder / "article.txt").write_text("The quay opened.\n")
    run("-m", "corestory", "predict", "article.txt", "--output", "page.html", "--format", "html",
        python=python, folder=folder)  # fmt: skip
    assert "The quay opened." in (folder / "page.html").read_text()


@pytest.mark.slow
def test_the_wheel_works_in_another_folder_and_holds_no_other_top_level_package(
    wheels: list[Path], tmp_path: Path
) -> None:
    check_it_works(installed(wheels[0], tmp_path / "venv"), tmp_path)
    for wheel, name in zip(wheels, ("corestory", "corestory_lite"), strict=True):
        names = zipfile.ZipFile(wheel).namelist()
        assert {name.split("/")[0] for name in names} == {"corestory", f"{name}-{version()}.dist-info"}


def light_environment(wheel: Path, folder: Path) -> Path:
    """Install corestory-lite with nothing but what its wheel requires, of what these tests have installed."""
    (metadata,) = (name for name in zipfile.ZipFile(wheel).namelist() if name.endswith("dist-info/METADATA"))
    parsed = email.message_from_bytes(zipfile.ZipFile(wheel).read(metadata))
    wanted = [Requirement(line) for line in parsed.get_all("Requires-Dist", [])]
    venv.create(folder, with_pip=False, symlinks=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    seen: set[str] = set()
    while wanted:
        one = wanted.pop()
        if one.name in seen or (one.marker is not None and not one.marker.evaluate({"extra": ""})):
            continue
        seen.add(one.name)
        found = distribution(one.name)
        wanted += map(Requirement, found.requires or [])
        for name in {file.parts[0] for file in found.files or [] if file.parts[0] not in ("..", "__pycache__")}:
            if not (packages / name).exists():
                (packages / name).symlink_to(Path(str(found.locate_file(name))))
    zipfile.ZipFile(wheel).extractall(packages)
    return folder / "bin" / "python"


# Runs several commands in one process.
IN_TURN = """
import sys
from corestory.commands.app import main
for command in sys.argv[1:]:
    sys.argv = ["corestory", *command.split()]
    try:
        main()
    except SystemExit as end:
        print(f"exit code {end.code or 0}", flush=True)
"""


@pytest.mark.slow
def test_the_light_wheel_tags_alone_says_what_it_lacks_and_bears_no_other_beside_it(
    wheels: list[Path], tmp_path: Path
) -> None:
    python = light_environment(wheels[1], tmp_path / "venv")
    check_it_works(python, tmp_path)
    (tmp_path / "page.html").write_text("<p>The quay opened again on Monday, the council said.</p><p>Share</p>")
    (tmp_path / "feed.jsonl").write_text(json.dumps({"id": 1, "body": "The quay opened."}) + "\n")
    commands = ("predict page.html --only core", "predict feed.jsonl --rows article", "explain page.html", "--help")
    done = run("-c", IN_TURN, *commands, python=python, folder=tmp_path)
    story, rows, explained, usage = done.split("exit code 0\n")[:4]
    assert story == "The quay opened again on Monday, the council said.\n"
    assert json.loads(rows)["text"] == "The quay opened."
    assert explained.startswith("page.html: 1 of 2 paragraphs are core")
    assert "Usage" in usage

    assert "needs pandas, which corestory-lite does not install" in refused(python, tmp_path, "train", "x", "-o", "y")
    assert "pip install 'corestory-lite[serve]'" in refused(python, tmp_path, "serve")
    code = (
        "import corestory\nfrom corestory.errors import CorestoryError\n"
        "try: corestory.ParagraphClassifier\nexcept CorestoryError as error: print(error)"
    )
    assert "needs pandas, which corestory-lite does not install" in run("-c", code, python=python, folder=tmp_path)

    (packages,) = (tmp_path / "venv").glob("lib/python*/site-packages")
    (packages / f"corestory-{version()}.dist-info").mkdir()
    assert "both installed" in refused(python, tmp_path, "--help")
    assert "both installed" in run(
        "-c", code.replace("ParagraphClassifier", "load_model"), python=python, folder=tmp_path
    )


def refused(python: Path, folder: Path, *arguments: str) -> str:
    done = started("-m", "corestory", *arguments, python=python, folder=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    return done.stderr


def version() -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])
