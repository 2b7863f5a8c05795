import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.corpus.fingerprint import fingerprint


@given(before=st.binary(max_size=20), after=st.binary(max_size=20))
def test_a_file_with_another_time_matches_if_and_only_if_it_holds_the_same_bytes(tmp_path_factory, before, after):
    path = tmp_path_factory.mktemp("files") / "a"
    path.write_bytes(before)
    os.utime(path, (1, 1))
    taken = fingerprint(path)
    path.write_bytes(after)
    assert taken.matches(path) == (before == after)


def test_a_file_that_has_not_changed_is_not_read(tmp_path, monkeypatch):
    path = tmp_path / "a"
    path.write_bytes(b"x")
    taken = fingerprint(path)
    monkeypatch.setattr(Path, "open", lambda *_: pytest.fail("read"))
    assert taken.matches(path)


def test_what_is_missing_matches_nothing(tmp_path):
    (tmp_path / "a").write_bytes(b"x")
    assert not fingerprint(tmp_path / "a").matches(tmp_path / "b")
    with pytest.raises(FileNotFoundError):
        fingerprint(tmp_path / "b")
