"""``python -m corestory``: the same as ``corestory``."""

from corestory.commands.app import main

if __name__ == "__main__":
    main()
