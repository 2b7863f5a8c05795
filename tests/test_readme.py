"""The README says what is there: its Python runs, its files exist, and every command is in it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from corestory.commands.app import app

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_python_of_the_readme_runs() -> None:
    (block,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    done = subprocess.run([sys.executable, "-c", block], capture_output=True, text=True, cwd=ROOT)

    assert done.returncode == 0, done.stderr
    assert "The quay opened again on Monday" in done.stdout


@pytest.mark.parametrize("command", [command.callback.__name__ for command in app.registered_commands])
def test_every_command_is_in_the_readme(command: str) -> None:
    assert f"`corestory {command} " in README


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#:]+)\)", README))
def test_every_file_that_the_readme_links_to_is_there(link: str) -> None:
    assert (ROOT / link).exists()
