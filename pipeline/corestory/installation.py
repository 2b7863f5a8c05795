"""The installed version, and whether the distribution is corestory-lite, which leaves packages out."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from corestory.errors import CorestoryError

# The packages that only training, evaluation, Parquet and --jobs need, by the names under which they are imported.
LEFT_OUT = {
    "cleanlab": "cleanlab",
    "joblib": "joblib",
    "matplotlib": "matplotlib",
    "pandas": "pandas",
    "pyarrow": "pyarrow",
    "rapidfuzz": "rapidfuzz",
    "scipy": "scipy",
    "sklearn": "scikit-learn",
}


def check_alone() -> None:
    """Check that not both distributions are installed: they share their files, so removing one breaks the other.

    Raises
    ------
    CorestoryError
        Both are installed.
    """
    if {"corestory", "corestory_lite"} <= _installed():
        raise CorestoryError(
            "corestory and corestory-lite are both installed, but they overwrite each other's files",
            expected="only one of them",
            hint="Run pip uninstall corestory corestory-lite, then pip install one of them.",
        )


def _installed() -> set[str]:
    # Reading the names in the folder takes a fraction of the time that importlib.metadata takes.
    return {path.name.partition("-")[0] for path in Path(__file__).parents[1].glob("corestory*-*.dist-info")}


def install_command(extra: str) -> str:
    """Return the command that adds an extra to the installed distribution.

    Examples
    --------
    >>> install_command("warc")
    "pip install 'corestory[warc]'"
    """
    return f"pip install '{'corestory-lite' if 'corestory_lite' in _installed() else 'corestory'}[{extra}]'"


def check_installed(*packages: str, extra: str, where: str) -> None:
    """Check that the packages of an extra are installed; `where` names what needs them.

    Raises
    ------
    CorestoryError
        One of them is missing.
    """
    for package in packages:
        if find_spec(package) is None:
            raise CorestoryError(f"needs the package {package}", where=where, hint=f"Run {install_command(extra)}")


def left_out(error: ModuleNotFoundError) -> CorestoryError | None:
    """Return the error for a package that corestory-lite leaves out; None for any other missing module.

    Examples
    --------
    >>> print(left_out(ModuleNotFoundError(name="sklearn.base")))
    this needs scikit-learn, which corestory-lite does not install. Run pip install scikit-learn; ...
    """
    package = LEFT_OUT.get((error.name or "").partition(".")[0])
    if package is None:
        return None
    return CorestoryError(
        f"this needs {package}, which corestory-lite does not install",
        hint=f"Run pip install {package}; for all of corestory, pip uninstall corestory-lite, pip install corestory.",
    )


def version() -> str:
    """Return corestory's version, or ``0+unknown`` in a checkout that is not installed."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    for name in ("corestory", "corestory-lite"):
        try:
            return installed(name)
        except PackageNotFoundError:
            continue
    return "0+unknown"
