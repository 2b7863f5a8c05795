"""``python -m corestory``: the same as ``corestory``."""

from corestory.commands.app import main

if __name__ == "__main__":
    try:
        main()
    finally:
        # With -m, Python ends itself by SIGINT if a Ctrl-C once fell into code given as a string, as that of named
        # tuples is, even if it was caught; the next such code makes it forget that.
        exec("")  # noqa: S102 - it does nothing else
