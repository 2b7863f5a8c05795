"""The documents are true: each name and number that they give, and what each command prints."""

import ast
import contextlib
import io
import json
import os
import pkgutil
import re
import runpy
import shlex
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from rich.console import Console

import corestory
from corestory import load_model
from corestory.commands.app import COMMANDS
from corestory.labelling.labelled import KINDS, ROLES
from corestory.labelling.origins import find_samples, read_samples
from corestory.labelling.table import articles_frame
from corestory.output.documents import AnnotatedWriter
from corestory.reading.article import Article
from corestory.reading.text import split_text

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


def test_every_dotted_name_of_a_docstring_exists() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    names = set(re.findall(r"(?<!`)`(corestory(?:\.\w+)+)`(?!`)", sources))
    assert len(names) > 50
    for name in names:
        if not name.endswith("_"):  # what an estimator has learned
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


README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_python_of_the_readme_runs() -> None:
    (block,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    done = subprocess.run([sys.executable, "-c", block], capture_output=True, text=True, cwd=ROOT)

    assert done.returncode == 0, done.stderr
    assert "The quay opened again on Monday" in done.stdout


def test_the_sample_output_is_what_the_default_model_prints() -> None:
    (block,) = re.findall(r"```text\n\$ corestory predict (\S+)\n(.*?)```", README, re.DOTALL)
    name, shown = block
    texts = split_text((ROOT / name).read_text(encoding="utf-8"))
    (tagged,) = load_model().tag_articles([Article(name, texts)])
    printed = io.StringIO()
    AnnotatedWriter(console=Console(file=printed, width=100, color_system=None)).write(tagged)

    # An ellipsis stands for lines that are left out.
    pattern = ".*\n".join(re.escape(piece) for piece in shown.split("…\n"))
    assert re.match(pattern, printed.getvalue(), re.DOTALL), printed.getvalue()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command: str) -> None:
    assert f"`corestory {command} " in README


@pytest.mark.slow
def test_every_public_name_has_its_documentation_and_every_module_a_page(tmp_path: Path) -> None:
    pdoc = pytest.importorskip("pdoc", reason="pdoc is not installed: pip install -e '.[check]'")
    script = ROOT / "docs" / "make_api.py"
    subprocess.run([sys.executable, script, tmp_path, "corestory"], check=True, capture_output=True)
    public = (tmp_path / "corestory.html").read_text(encoding="utf-8")
    for name in corestory.__all__:
        assert f'id="{name}"' in public
    assert "returns the story" in public

    source = ROOT / "pipeline"
    files = [file.relative_to(source).with_suffix("") for file in (source / "corestory").rglob("[a-z]*.py")]
    pages = pdoc.extract.walk_specs(runpy.run_path(str(script))["module_names"]())
    assert {".".join(file.parts) for file in files} <= set(pages)


TUTORIAL = (ROOT / "docs" / "your-own-site.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_commands_of_the_tutorial_print_what_it_shows(tmp_path: Path) -> None:
    (tmp_path / "data").symlink_to(ROOT / "data")
    environment = os.environ | {"PYTHONPATH": str(Path(corestory.__file__).parents[1])}
    blocks = re.findall(r"```console\n\$ corestory ([^\n]+)\n(.*?)```", TUTORIAL, re.DOTALL)
    assert [shlex.split(command)[0] for command, _ in blocks] == ["predict", "adapt", "predict"]
    for command, shown in blocks:
        done = subprocess.run(
            [sys.executable, "-m", "corestory", *shlex.split(command)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=tmp_path, env=environment, check=True,
        )  # fmt: skip
        assert sorted(done.stdout.splitlines()) == sorted(shown.splitlines())


NOTEBOOK = Path(__file__).parents[1] / "docs" / "example.ipynb"
VARIES = "varies"
"""The tag of a cell that trains: the last digits of its output depend on the processor."""


def run_cell(source: str, names: dict[str, Any]) -> list[dict[str, Any]]:
    """Run a cell as a notebook does, and return its outputs."""
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    printed = io.StringIO()
    value = None
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, str(NOTEBOOK), "exec"), names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), str(NOTEBOOK), "eval"), names)
    outputs: list[dict[str, Any]] = []
    if printed.getvalue():
        outputs.append({"name": "stdout", "output_type": "stream", "text": lines(printed.getvalue())})
    if value is not None:
        data = {"text/plain": lines(repr(value))}
        if hasattr(value, "_repr_html_"):
            data["text/html"] = lines(value._repr_html_())
        outputs.append({"data": data, "execution_count": None, "metadata": {}, "output_type": "execute_result"})
    return outputs


def lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def shown(outputs: list[dict[str, Any]]) -> list[str]:
    return ["".join(output.get("text") or output["data"]["text/plain"]) for output in outputs]


@pytest.mark.slow
def test_the_notebook_runs_and_shows_what_its_cells_give(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    if not os.environ.get("CORESTORY_RENEW_GOLDEN"):
        request.getfixturevalue("brief_fits")
    monkeypatch.chdir(NOTEBOOK.parent)
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    names: dict[str, Any] = {"__name__": "__main__"}
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    found = [run_cell("".join(cell["source"]), names) for cell in cells]
    if os.environ.get("CORESTORY_RENEW_GOLDEN"):
        for cell, outputs in zip(cells, found, strict=True):
            cell["outputs"] = outputs
        NOTEBOOK.write_text(json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    for cell, outputs in zip(cells, found, strict=True):
        if VARIES in cell["metadata"].get("tags", []):
            assert len(shown(outputs)) == len(shown(cell["outputs"]))
        else:
            assert shown(outputs) == shown(cell["outputs"])


DATA = Path(__file__).parents[1] / "data"
DATA_README = (DATA / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def sample() -> pd.DataFrame:
    return articles_frame(read_samples(DATA / "sample", source="sample", refuse=pytest.fail))


def counted(name: str) -> tuple[int, ...]:
    """Numbers in a row of the DATA_README's tables."""
    (row,) = re.findall(rf"^\| `{name}` \|(.*)\|$", DATA_README, re.MULTILINE)
    return tuple(int(cell.replace(",", "")) for cell in row.split("|") if re.fullmatch(r" [\d,]+ ", cell))


def test_the_readme_counts_articles_sites_languages_and_pages_without_a_story(sample: pd.DataFrame) -> None:
    languages = sample.drop_duplicates("page")["language"].value_counts()
    stories = sample[sample["label"] == "core"]["page"].nunique()
    numbers = [int(number.replace(",", "")) for number in re.findall(r"[\d,]+\b", DATA_README.split("\n\n")[1])]

    assert numbers == [
        len(find_samples(DATA / "sample")),
        sample["site"].nunique(),
        len(sample),
        languages["en"],
        languages.sum() - languages["en"],
        len(languages) - 1,
        sample["page"].nunique() - stories,
    ]


def test_the_readme_counts_labels_kinds_and_roles(sample: pd.DataFrame) -> None:
    labels = Counter(sample["label"].fillna("skip"))
    sites = sample.groupby("kind")["site"].nunique()

    assert {name: counted(name) for name in labels} == {name: (count,) for name, count in labels.items()}
    assert {kind: counted(kind) for kind in KINDS} == {
        kind: (int((sample["kind"] == kind).sum()), sites[kind]) for kind in KINDS
    }
    assert {role: counted(role) for role in ROLES} == {role: (int((sample["role"] == role).sum()),) for role in ROLES}


def test_every_filler_line_has_a_kind_and_every_other_line_a_role(sample: pd.DataFrame) -> None:
    filler = sample["label"] == "filler"

    assert sample.loc[filler, "kind"].notna().all()
    assert sample.loc[~filler, "role"].notna().all()
    assert sample.loc[filler, "role"].isna().all()
    assert sample.loc[~filler, "kind"].isna().all()


def test_a_skipped_line_repeats_the_title(sample: pd.DataFrame) -> None:
    skipped = sample[sample["label"].isna()]

    assert (skipped["text"] == skipped["title"]).all()
