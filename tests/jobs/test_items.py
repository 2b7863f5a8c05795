from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.errors import OutputError
from corestory.jobs.items import Item, check_sources, items_of

pytestmark = pytest.mark.usefixtures("here")


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(*names):
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("The quay opened.", encoding="utf-8")


def names(*sources, form="jsonl", refuse=lambda error: pytest.fail(str(error))):
    return {item.source.as_posix(): item.name for item in items_of(sources, Path("out"), form=form, refuse=refuse)}


def test_a_folders_files_stand_in_the_output_as_they_do_there(here):
    write("in/a.txt", "in/x/b.html.gz", "in/x/c.jsonl", "in/x/D.JSONL")
    assert names("in") == {
        "in/a.txt": "a.txt.jsonl",
        "in/x/D.JSONL": "x/D.JSONL",
        "in/x/b.html.gz": "x/b.html.gz.jsonl",
        "in/x/c.jsonl": "x/c.jsonl",
    }
    assert names(str(here / "in")) == {
        str(here / "in" / name.partition("/")[2]): out for name, out in names("in").items()
    }


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.txt", "a.txt"),
        ("in/*/b.txt", "x/b.txt"),
        ("in/x/*.txt", "b.txt"),
        ("./**/b.txt", "in/x/b.txt"),
        ("in/x/b.txt", "b.txt"),
    ],
)
def test_what_a_pattern_finds_stands_where_its_fixed_part_ends(pattern, expected):
    write("a.txt", "in/x/b.txt")
    assert list(names(pattern, form="text").values()) == [expected]


def test_a_file_whose_output_is_that_of_the_one_beside_it_is_refused():
    write("in/b.csv", "in/b.csv.jsonl", "in/c.jsonl")
    refused = []
    assert names("in", refuse=refused.append) == {"in/b.csv": "b.csv.jsonl", "in/c.jsonl": "c.jsonl"}
    assert [str(error) for error in refused] == [
        "in/b.csv.jsonl: its output would have the same name as the output of in/b.csv. "
        "Rename the file, or give another --output."
    ]


def test_files_of_a_folder_that_are_not_read_are_noted():
    write("in/a.txt", "in/b.pdf", "in/x/c.docx")
    notes = []
    assert [item.name for item in items_of(["in"], Path("out"), form="jsonl", refuse=pytest.fail, note=notes.append)]
    assert notes == ["in: ignored 2 files of another kind: b.pdf, c.docx"]


def test_a_file_that_two_sources_name_is_done_once():
    write("in/a.txt")
    assert names("in/a.txt", "in") == {"in/a.txt": "a.txt.jsonl"}


def test_no_file_is_replaced_by_its_own_output():
    write("out/a.jsonl", "out/b.txt")
    refused = []
    assert names("out/*", refuse=refused.append) == {"out/b.txt": "b.txt.jsonl"}
    assert "its output would replace the input file" in str(refused[0])


def test_a_name_with_no_room_for_the_ending_is_refused():
    write(f"in/{'n' * 250}.txt")
    refused = []
    assert names("in", refuse=refused.append) == {}
    assert "too long" in str(refused[0])


def test_what_is_missing_is_refused_and_a_missing_file_is_left_to_its_reader():
    refused = []
    assert names("none/*.txt", "", refuse=refused.append) == {}
    assert len(refused) == 2
    assert names("none.txt") == {"none.txt": "none.txt.jsonl"}


@pytest.mark.parametrize(("source", "folder"), [("-", "out"), ("in", "in"), ("in", "./in/x/.."), ("in", "in/a.txt")])
def test_what_is_wrong_with_every_file_is_raised_before_the_work(source, folder):
    write("in/a.txt", "in/x/b.txt")
    with pytest.raises(OutputError):
        check_sources([source], Path(folder))


def test_a_page_whose_name_ends_in_a_slash_has_an_output_of_its_name(monkeypatch):
    memory = pytest.importorskip("fsspec.implementations.memory", reason="fsspec is not installed")
    monkeypatch.setattr("corestory.remote._PAGES", ("memory",))
    memory.MemoryFileSystem().pipe_file("/items/quay", b"The quay opened.")
    assert names("memory://items/quay/") == {"memory://items/quay/": "quay.jsonl"}


@given(
    st.lists(st.sampled_from(["a", "b", "a.txt", "b.txt", "a.csv", "a.txt.csv", "x/a.txt", "a.txt.gz"]), unique=True)
)
def test_no_two_files_have_the_same_output(tmp_path_factory, chosen):
    folder = tmp_path_factory.mktemp("items")
    for name in chosen:
        (folder / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "in" / name).write_bytes(b"x")
    sources = [str(folder / "in"), *(str(folder / "in" / name) for name in chosen)]
    found: list[Item] = list(items_of(sources, folder / "out", form="csv", refuse=lambda _: None))
    assert len({item.name for item in found}) == len(found)
