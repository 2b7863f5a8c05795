import pytest

from corestory.reading.sources import read_articles

memory = pytest.importorskip("fsspec.implementations.memory", reason="fsspec is not installed")


@pytest.mark.parametrize(
    "error", [PermissionError("Access Denied"), OSError(13, "Access Denied"), ValueError("Access Denied")]
)
@pytest.mark.parametrize(("asked", "said"), [("ls", "listed"), ("info", "read"), ("_open", "opened")])
def test_what_a_file_system_denies_is_refused_with_its_reason(monkeypatch, error, asked, said):
    memory.MemoryFileSystem().pipe_file("/denied/in/a.txt", b"The quay opened.")

    def deny(*_, **__):
        raise error

    monkeypatch.setattr(memory.MemoryFileSystem, asked, deny)
    refused = []
    source = "memory://denied/in" if asked == "ls" else "memory://denied/in/a.txt"
    assert list(read_articles([source], refuse=refused.append)) == []
    assert f"cannot be {said} (Access Denied)" in str(refused[0])
