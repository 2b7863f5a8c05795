from collections.abc import Callable
from pathlib import Path

import pytest

FILES = dict[str, str | bytes]


@pytest.fixture
def write(tmp_path: Path) -> Callable[[FILES], Path]:
    """Write files, given by their paths below a fresh folder, and give the folder."""

    def write_files(files: FILES) -> Path:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return tmp_path

    return write_files
