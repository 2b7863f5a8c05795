"""The version that is installed."""


def version() -> str:
    """Return corestory's version, or ``0+unknown`` in a checkout that is not installed."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("corestory")
    except PackageNotFoundError:
        return "0+unknown"
