"""Sources of labelled data, each kind recognised by its files."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from corestory.errors import InputError, Note, Refuse, no_note
from corestory.labelling.annotation_tools import tool_of, tool_rows
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
from corestory.labelling.labelled import KIND_NAMED, ROLE_NAMED, LabelledArticle, LabelledParagraph
from corestory.labelling.table_files import LabelNames, articles_of_labelled_rows, is_table, read_table
from corestory.reading.article import registered_domain
from corestory.reading.decoding import decode
from corestory.reading.one_article import LABELLED_ENDING
from corestory.reading.streams import read_bytes
from corestory.reading.text import storable
from corestory.types import Label

_HEADERS = ("site", "url", "title", "language", "beat")
_LABELS: dict[str, Label | None] = {"core": "core", "filler": "filler", "skip": None}


def find_samples(folder: Path) -> list[Path]:
    """Find a folder's files ``SITE/NAME.labelled.txt``, in the order of their paths, or the file itself."""
    return [folder] if folder.is_file() else sorted(folder.rglob(f"*{LABELLED_ENDING}"))


def read_samples(folder: Path, *, source: str, refuse: Refuse) -> Iterator[LabelledArticle]:
    """Read a folder of articles in the sample format.

    Parameters
    ----------
    folder
        The folder, which is searched with its subfolders; or one file.
    source
        The folder's name in the table.
    refuse
        Called with the reason for each file that cannot be read; the rest is read.

    Yields
    ------
    LabelledArticle
        Articles in the order of the files' paths.
    """
    for path in find_samples(folder):
        try:
            name = path.relative_to(folder if folder.is_dir() else folder.parent).as_posix()
            text = decode(read_bytes(path), where=str(path))
            yield read_sample(
                text, where=str(path), page=f"{source}/{name.removesuffix(LABELLED_ENDING)}", source=source
            )
        except InputError as error:
            refuse(error)


def read_sample(text: str, *, where: str, page: str, source: str) -> LabelledArticle:
    r"""Read one article in the sample format.

    Parameters
    ----------
    text
        Header lines ``key: value`` (site, url, title, language, beat; each may be missing), a blank line, and then one
        paragraph per line with ``core:``, ``filler:`` or ``skip:`` (unlabelled) in front. A label may be followed by a
        slash and a kind of `KINDS` (``filler/related:``) or a role of `ROLES` (``core/subhead:``, ``skip/title:``); a
        plain ``core:`` is body text.
    where
        The file, for errors.
    page, source
        As in `LabelledArticle`.

    Raises
    ------
    InputError
        A line is wrong; the error names it.

    Examples
    --------
    >>> text = "site: herald.example\n\ncore: The ferry sailed.\nfiller/related: READ MORE: Quay opens\n"
    >>> article = read_sample(text, where="ferry.labelled.txt", page="own/ferry", source="own")
    >>> [(paragraph.label, paragraph.kind, paragraph.text) for paragraph in article.paragraphs]
    [('core', None, 'The ferry sailed.'), ('filler', 'related', 'READ MORE: Quay opens')]
    """
    # Not str.splitlines, which would also cut at rarer separators within a paragraph.
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    header: dict[str, str] = {}
    paragraphs: list[LabelledParagraph] = []
    in_header = True
    for number, line in enumerate(lines, start=1):
        line_name = f"{where}, line {number}"
        if not line.strip():
            in_header = in_header and not header
        # A file without any header begins with its first paragraph.
        elif in_header and (header or line.partition(":")[0].strip().partition("/")[0] not in _LABELS):
            key, value = _header_field(line, line_name)
            if key in header:
                raise InputError(f"second {key!r} in the header", where=line_name, expected="each key once")
            header[key] = value
        else:
            in_header = False
            paragraphs.append(_sample_paragraph(line, line_name))
    if not paragraphs:
        raise InputError("no paragraph", where=where, expected="lines that begin with core:, filler: or skip:")
    url = header.get("url", "")
    return LabelledArticle(
        page=page,
        view="text",
        source=source,
        paragraphs=tuple(paragraphs),
        site=registered_domain(header.get("site", "")) or header.get("site", "").lower() or registered_domain(url),
        url=url,
        title=header.get("title", ""),
        language=header.get("language", ""),
    )


def _header_field(line: str, where: str) -> tuple[str, str]:
    key, colon, value = line.partition(":")
    key = key.strip()
    if not colon or key not in _HEADERS:
        raise InputError(
            f"header line begins with {key[:40]!r}",
            where=where,
            expected=" ".join(f"{name}:" for name in _HEADERS),
            hint="A blank line ends the header.",
        )
    return key, storable(value).strip()


def _sample_paragraph(line: str, where: str) -> LabelledParagraph:
    key, colon, value = line.partition(":")
    key, text = key.strip(), storable(value).strip()
    label, slash, detail = key.partition("/")
    if not colon or label not in _LABELS:
        raise InputError(f"line begins with {key[:40]!r}", where=where, expected="core:, filler: or skip:")
    if not text:
        raise InputError(f"no text after {key}:", where=where, expected="a paragraph")
    known: Mapping[str, str] = KIND_NAMED if label == "filler" else ROLE_NAMED
    if slash and detail not in known:
        column = "kind" if label == "filler" else "role"
        raise InputError(f"unknown {column} {detail[:40]!r}", where=where, expected=" ".join(known))
    if label == "filler":
        return LabelledParagraph(text, "filler", kind=KIND_NAMED.get(detail))
    role = ROLE_NAMED.get("body" if label == "core" and not slash else detail)
    return LabelledParagraph(text, _LABELS[label], role=role)


_EXPECTED = (
    "a corpus in the layout of WCXB or of newspaper4k's dataset, pairs NAME.html + NAME.txt, "
    f"NAME{LABELLED_ENDING} files, a labelled table (.csv .tsv .jsonl .parquet, also .gz), or an export of "
    "Label Studio, doccano, Prodigy or Argilla (.json .jsonl)"
)


@dataclass(frozen=True, slots=True)
class Origin:
    """One source of labelled data, recognised and named.

    Attributes
    ----------
    kind
        ``"wcxb"``, ``"newspaper4k"``, ``"pairs"``, ``"sample"``, ``"table"``, or the name of a labelling tool.
    name
        The source's name in the table: that of the folder, or of the file without its suffixes.
    size
        The number of files to read, for a progress bar.
    """

    path: Path
    kind: str
    name: str
    size: int

    @property
    def has_pages(self) -> bool:
        """Whether it gives HTML pages with gold text instead of labelled paragraphs."""
        return self.kind in ("wcxb", "newspaper4k", "pairs")

    def pages(self, *, refuse: Refuse, drop: Drop) -> Iterator[GoldPage]:
        """Read the pages with gold text; report pages that cannot be read to `refuse`, unwanted ones to `drop`."""
        if self.kind == "wcxb":
            return read_wcxb(self.path, source=self.name, refuse=refuse, drop=drop)
        if self.kind == "newspaper4k":
            return read_newspaper4k(self.path, source=self.name, refuse=refuse)
        return read_pairs(self.path, source=self.name, refuse=refuse)

    def articles(self, *, names: LabelNames, refuse: Refuse, note: Note = no_note) -> Iterator[LabelledArticle]:
        """Read the labelled articles; report errors to `refuse`, and signs of a model's labels to `note`."""
        if self.kind == "sample":
            return read_samples(self.path, source=self.name, refuse=refuse)
        if self.kind == "table":
            return read_table(self.path, source=self.name, names=names, refuse=refuse, note=note)
        rows = tool_rows(self.path, self.kind, refuse=refuse, note=note)
        return articles_of_labelled_rows(rows, source=self.name, names=names, refuse=refuse, where=str(self.path))


def find_origins(paths: Sequence[Path]) -> list[Origin]:
    """Recognise sources by their files.

    Parameters
    ----------
    paths
        Folders and tables. If two have the same name, the later one gets a number.

    Raises
    ------
    InputError
        A path does not exist, or is nothing that can be read. All are checked before any work, because a table of half
        the sources would look complete.
    """
    origins: list[Origin] = []
    for path in paths:
        kind, size = _recognised(path)
        taken = {origin.name for origin in origins}
        name = _name(path)
        candidates = (name if number == 1 else f"{name}-{number}" for number in range(1, len(origins) + 2))
        origins.append(Origin(path, kind, next(candidate for candidate in candidates if candidate not in taken), size))
    return origins


def _recognised(path: Path) -> tuple[str, int]:
    if path.is_file():
        if path.name.endswith(LABELLED_ENDING):
            return "sample", 1
        if tool := tool_of(path):
            return tool, 1
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
    if pages := find_pages(path):
        raise InputError(
            f"{len(pages):,} page{'s' * (len(pages) > 1)}, but none has its gold text NAME.txt",
            where=str(path),
            expected=_EXPECTED,
            hint="To label pages by hand: corestory review",
        )
    raise InputError("folder with nothing to read", where=str(path), expected=_EXPECTED)


def _name(path: Path) -> str:
    name = path.resolve().name
    if path.is_dir():
        return name
    return name.removesuffix(LABELLED_ENDING).partition(".")[0] or name
