"""Build API pages from the docstrings, in the folder that is named: ``make docs``.

With ``--no-source``, it takes a third of the time.
"""

import pkgutil
import sys
from pathlib import Path

import pdoc

import corestory


def main(folder: Path, *, source: bool) -> None:
    """Write a page for the public API and one for each internal module, with source code or without."""
    # pdoc looks for names where the module stores them, and `corestory` imports its names at first use only.
    for name in corestory.__all__:
        setattr(corestory, name, getattr(corestory, name))
    inside = [module.name for module in pkgutil.iter_modules(corestory.__path__) if not module.name.startswith("_")]
    pdoc.render.configure(docformat="numpy", show_source=source)
    pdoc.pdoc("corestory", *(f"corestory.{name}" for name in inside), output_directory=folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]), source="--no-source" not in sys.argv[2:])
