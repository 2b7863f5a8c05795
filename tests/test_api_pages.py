"""`make docs` builds a page for the public API and for every module."""

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

import corestory

ROOT = Path(__file__).parents[1]


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
