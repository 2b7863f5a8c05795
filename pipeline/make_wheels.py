"""Build the wheels of corestory and of corestory-lite, which has the same code and fewer dependencies."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
# All that a build reads.
FILES = ("pyproject.toml", "README.md", "LICENSE")
FOLDERS = ("pipeline/corestory", "models/default")


def build(folder: Path, *, light: bool) -> Path:
    """Build one wheel in a copy of the tree, because a build writes into its folder; return its path.

    Parameters
    ----------
    folder
        Where the wheel goes.
    light
        Whether it is that of corestory-lite.
    """
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(temporary, "checkout")
        for name in FOLDERS:
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
        for name in FILES:
            shutil.copy(ROOT / name, copy)
        if light:
            project = copy / "pyproject.toml"
            project.write_text(light_project(project.read_text(encoding="utf-8")), encoding="utf-8")
        wheels = Path(temporary, "wheels")
        command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
        subprocess.run([*command, "--wheel-dir", wheels, copy], check=True)  # noqa: S603 -- no input from outside
        (built,) = wheels.iterdir()
        folder.mkdir(parents=True, exist_ok=True)
        return Path(shutil.copy(built, folder))


def light_project(full: str) -> str:
    """Return the pyproject.toml of corestory-lite, made of that of corestory by its table ``tool.corestory.lite``."""
    parsed = tomllib.loads(full)
    lite, project = parsed["tool"]["corestory"]["lite"], parsed["project"]
    by_name = {re.split(r"[<>=\[; ]", one, maxsplit=1)[0]: one for one in project["dependencies"]}
    wanted = [by_name[name] for name in lite["needs"]]
    extras = [
        f"{name} = {json.dumps([one.replace('corestory[', 'corestory-lite[') for one in parts])}\n"
        for name, parts in project["optional-dependencies"].items()
        if name in lite["extras"]
    ]
    extra_table = "[project.optional-dependencies]\n" + "".join(extras) + "\n"
    changed = full
    for pattern, new in (
        (r'^name = "corestory"$', 'name = "corestory-lite"'),
        (r"^dependencies = \[$.*?^\]$", f"dependencies = {json.dumps(wanted)}"),
        (r"^\[project\.optional-dependencies\]$.*?(?=^\[)", extra_table),
        (r'^"corestory\.training" = .*?\n', ""),  # data of training alone
    ):
        changed, count = re.subn(pattern, lambda _, new=new: new, changed, flags=re.MULTILINE | re.DOTALL)
        if count != 1:
            raise ValueError(f"pyproject.toml: found {pattern!r} {count} times; expected it once")
    return changed


if __name__ == "__main__":
    for light in (False, True):
        print(build(Path(sys.argv[1]), light=light))  # noqa: T201 -- the result of the command
