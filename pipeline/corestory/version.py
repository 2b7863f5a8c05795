"""The version that is installed."""


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
