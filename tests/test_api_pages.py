"""`make docs` builds a page for the public API and for every module."""

import subprocess
import sys
from pathlib import Path

import pytest

import corestory

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_every_public_name_and_every_module_has_its_documentation(tmp_path: Path) -> None:
    pytest.importorskip("pdoc", reason="pdoc is not installed: pip install -e '.[check]'")
    command = [sys.executable, ROOT / "docs" / "make_api.py", tmp_path, "--no-source"]
    subprocess.run(command, check=True, capture_output=True)

    public = (tmp_path / "corestory.html").read_text(encoding="utf-8")
    for name in corestory.__all__:
        assert f'id="{name}"' in public
    assert "returns the story" in public
    source = ROOT / "pipeline"
    modules = {path.relative_to(source).with_suffix(".html") for path in (source / "corestory").rglob("[a-z]*.py")}
    assert {page for page in modules if not (tmp_path / page).is_file()} == set()
