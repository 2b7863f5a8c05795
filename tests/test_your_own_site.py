"""The tutorial is true: its commands, run one after another in a copy of the repository, print what it shows."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import corestory

ROOT = Path(__file__).parents[1]
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
