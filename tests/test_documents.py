"""ARCHITECTURE.md and CONTRIBUTING.md speak of what is there: every module, function and package that they name."""

import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "pipeline" / "corestory"
DOCUMENTS = (
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "README.md",
    "docs/glossary.md",
    "docs/corpora.md",
    "docs/labelling-tools.md",
    "docs/light.md",
    "docs/outputs.md",
    "docs/python.md",
    "docs/service.md",
    "docs/review.md",
    "docs/your-own-site.md",
)
PATH = re.compile(r"[\w-]+(?:/[\w.-]+)*\.(?:py|j2|md|toml|ipynb)\b|\b(?:[\w-]+/)+(?![\w.])")
PLACEHOLDER = re.compile(r"NAME|\b(?:folder|pages|articles|tagged)\b")


def text(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def named_paths(document: str) -> list[str]:
    """Paths in backticks and in the boxes of the diagrams."""
    whole = text(document)
    diagrams = "".join(re.findall(r"```mermaid\n(.*?)```", whole, re.DOTALL))
    code = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", whole, flags=re.DOTALL))
    paths = {path for piece in (*code, diagrams) for path in PATH.findall(piece) if "://" not in piece}
    return sorted(path for path in paths if not PLACEHOLDER.search(path))


@pytest.mark.parametrize("document", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_every_path_that_a_document_names_exists(document: str) -> None:
    paths = named_paths(document)
    assert len(paths) > 20
    allowed = {"default_model/", "build/docs"}
    assert not [path for path in paths if not any((base / path).exists() for base in (PACKAGE, ROOT))
                and path not in allowed]  # fmt: skip


@pytest.mark.parametrize("document", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_every_name_of_the_code_that_a_document_names_exists(document: str) -> None:
    files = [*PACKAGE.rglob("*.py"), ROOT / "tests" / "conftest.py"]
    whole = "".join(path.read_text(encoding="utf-8") for path in files)
    names = set(re.findall(r"`(?:\w+\.)?([A-Z]\w+|[a-z]+_[a-z_]+)`", text(document))) - {"CORESTORY_RENEW_GOLDEN"}
    assert names
    assert not {name for name in names if not re.search(rf"\b{name}\b", whole)}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_dotted_name_of_a_document_can_be_imported(document: str) -> None:
    for name in re.findall(r"`(corestory(?:\.\w+)+)`", text(document)):
        assert pkgutil.resolve_name(name) is not None


def test_every_package_is_described() -> None:
    packages = {path.parent for path in PACKAGE.rglob("__init__.py")} - {PACKAGE}
    described = set(re.findall(r"^\| `([\w/]+)/` \|", text("ARCHITECTURE.md"), re.MULTILINE))
    assert described == {package.relative_to(PACKAGE).as_posix() for package in packages}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_of_a_document_leads_somewhere(document: str) -> None:
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text(document)):
        assert ((ROOT / document).parent / link).exists(), link


@pytest.mark.slow
def test_the_python_of_the_document_about_it_runs() -> None:
    code = "\n".join(re.findall(r"```python\n(.*?)```", text("docs/python.md"), re.DOTALL))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("quay ")
