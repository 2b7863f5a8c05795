"""What a piece of code loads, in a process of its own."""

import subprocess
import sys


def modules_after(code: str) -> set[str]:
    """Return the names of the modules that are loaded after some code."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint(*sys.modules)"], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())
