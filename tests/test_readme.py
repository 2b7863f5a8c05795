"""The README is true: its Python runs, its sample output is the default model's, its files and commands exist."""

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from corestory import load_model
from corestory.commands.app import COMMANDS
from corestory.output.annotated import AnnotatedArticle
from corestory.reading.article import Article
from corestory.reading.text import split_text

ROOT = Path(__file__).parents[1]
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
    Console(file=printed, width=100, color_system=None).print(AnnotatedArticle(tagged))

    # An ellipsis stands for lines that are left out.
    pattern = ".*\n".join(re.escape(piece) for piece in shown.split("…\n"))
    assert re.match(pattern, printed.getvalue(), re.DOTALL), printed.getvalue()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command: str) -> None:
    assert f"`corestory {command} " in README


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#:]+)\)", README))
def test_every_file_that_the_readme_links_to_is_there(link: str) -> None:
    assert (ROOT / link).exists()
