"""Build API pages from the docstrings: ``make docs``.

The first argument names the folder; names of modules after it choose some pages.
"""

import pkgutil
import sys
from pathlib import Path

import pdoc

import corestory


def module_names() -> list[str]:
    """Return the public package and the packages and modules in it."""
    inside = [module.name for module in pkgutil.iter_modules(corestory.__path__) if not module.name.startswith("_")]
    return ["corestory", *(f"corestory.{name}" for name in inside)]


def main(folder: Path, names: list[str]) -> None:
    """Write a page for each module of these names, and for the modules in it."""
    # pdoc looks for names where the module stores them, and `corestory` imports its names at first use only.
    for name in corestory.__all__:
        setattr(corestory, name, getattr(corestory, name))
    pdoc.render.configure(docformat="numpy")
    pdoc.pdoc(*names, output_directory=folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:] or module_names())
