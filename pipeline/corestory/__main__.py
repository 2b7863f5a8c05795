"""``python -m corestory``: the same as ``corestory``."""

from corestory.commands.app import main

if __name__ == "__main__":
    try:
        main()
    finally:
        # With -m, Python ends itself by SIGINT if a Ctrl-C once interrupted code given as a string, such as that of
        # named tuples, even if it was caught. Running such code again clears this state.
        exec("")  # noqa: S102 - it does nothing else
