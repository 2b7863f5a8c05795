"""The names that `import corestory` offers, and how little that import loads."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import corestory

HEAVY = {"numpy", "pandas", "pyarrow", "scipy", "sklearn", "typer"}


def modules_after(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint(*sys.modules)"], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_importing_corestory_loads_no_heavy_package() -> None:
    assert not HEAVY & modules_after("import corestory; dir(corestory); corestory.__version__")


def test_the_error_class_needs_no_heavy_package() -> None:
    assert not HEAVY & modules_after("from corestory import CorestoryError")


@pytest.mark.parametrize("name", corestory.__all__)
def test_every_public_name_can_be_imported_is_listed_and_documented(name: str) -> None:
    assert getattr(corestory, name) is not None
    assert name in dir(corestory)
    assert f"`{name}`" in str(corestory.__doc__)


def test_type_checkers_see_every_public_name() -> None:
    tree = ast.parse(Path(corestory.__file__).read_text(encoding="utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    seen = {alias.name for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    seen |= {
        node.target.id for node in block.body if isinstance(node, ast.AnnAssign) if isinstance(node.target, ast.Name)
    }
    assert seen == set(corestory.__all__)


def test_a_name_that_is_not_public_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'corestory' has no attribute 'load_modle'"):
        corestory.load_modle  # noqa: B018
