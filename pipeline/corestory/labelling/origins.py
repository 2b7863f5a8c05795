"""What a user may point `prepare` at: each kind of labelled data is recognised by its files."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from corestory.errors import InputError, Refuse
from corestory.labelling.gold_pages import (
    Drop,
    GoldPage,
    find_pages,
    is_newspaper4k,
    is_pairs,
    is_wcxb,
    read_newspaper4k,
    read_pairs,
    read_wcxb,
)
from corestory.labelling.labelled import LabelledArticle
from corestory.labelling.sample import SAMPLE_SUFFIX, find_samples, read_samples
from corestory.labelling.tables import LabelNames, is_table, read_table

_EXPECTED = (
    "a corpus in the layout of WCXB or of newspaper4k's dataset, pairs NAME.html + NAME.txt, "
    f"NAME{SAMPLE_SUFFIX} files, or a labelled table (.csv .tsv .jsonl .parquet, also .gz)"
)


@dataclass(frozen=True, slots=True)
class Origin:
    """One source of labelled data, recognised and named.

    Attributes
    ----------
    kind
        ``"wcxb"``, ``"newspaper4k"``, ``"pairs"``, ``"sample"`` or ``"table"``.
    name
        The source's name in the table: of the folder, or of the file without its suffixes.
    size
        How many files there are to read, for a progress bar.
    """

    path: Path
    kind: str
    name: str
    size: int

    @property
    def has_pages(self) -> bool:
        """Whether it gives HTML pages with gold text, rather than labelled paragraphs."""
        return self.kind in ("wcxb", "newspaper4k", "pairs")

    def pages(self, *, refuse: Refuse, drop: Drop) -> Iterator[GoldPage]:
        """Read the pages with gold text; those that cannot be read go to `refuse`, those not wanted to `drop`."""
        if self.kind == "wcxb":
            return read_wcxb(self.path, source=self.name, refuse=refuse, drop=drop)
        if self.kind == "newspaper4k":
            return read_newspaper4k(self.path, source=self.name, refuse=refuse)
        return read_pairs(self.path, source=self.name, refuse=refuse)

    def articles(self, *, names: LabelNames, refuse: Refuse) -> Iterator[LabelledArticle]:
        """Read the labelled articles; what cannot be read goes to `refuse`."""
        if self.kind == "sample":
            return read_samples(self.path, source=self.name, refuse=refuse)
        return read_table(self.path, source=self.name, names=names, refuse=refuse)


def find_origins(paths: Sequence[Path]) -> list[Origin]:
    """Recognise sources by their files.

    Parameters
    ----------
    paths
        Folders and tables. Two of the same name get a number.

    Raises
    ------
    InputError
        If one does not exist, or is nothing that can be read. That comes before any work, since a table of half the
        sources would look like the whole.
    """
    origins: list[Origin] = []
    for path in paths:
        kind, size = _recognised(path)
        taken = {origin.name for origin in origins}
        name = _name(path)
        candidates = (name if number == 1 else f"{name}-{number}" for number in range(1, len(origins) + 2))
        origins.append(Origin(path, kind, next(one for one in candidates if one not in taken), size))
    return origins


def _recognised(path: Path) -> tuple[str, int]:
    if path.is_file():
        if path.name.endswith(SAMPLE_SUFFIX):
            return "sample", 1
        if is_table(path.name):
            return "table", 1
        raise InputError("neither a folder nor a table", where=str(path), expected=_EXPECTED)
    if not path.is_dir():
        raise InputError("no such file or folder", where=str(path), expected=_EXPECTED)
    kinds: tuple[tuple[str, Callable[[Path], bool], Callable[[Path], int]], ...] = (
        ("wcxb", is_wcxb, lambda folder: sum(len(find_pages(folder / part / "html")) for part in ("dev", "test"))),
        ("newspaper4k", is_newspaper4k, lambda folder: len(find_pages(folder / "html"))),
        ("sample", lambda folder: bool(find_samples(folder)), lambda folder: len(find_samples(folder))),
        ("pairs", is_pairs, lambda folder: len(find_pages(folder))),
    )
    for kind, matches, size in kinds:
        if matches(path):
            return kind, size(path)
    raise InputError("folder with nothing to read", where=str(path), expected=_EXPECTED)


def _name(path: Path) -> str:
    name = path.resolve().name
    if path.is_dir():
        return name
    return name.removesuffix(SAMPLE_SUFFIX).removesuffix(".gz").partition(".")[0] or name
