"""Labelled tables: one paragraph with its label per row, as CSV, TSV, JSON Lines or Parquet."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from corestory.errors import InputError, Note, Refuse, no_note
from corestory.labelling.labelled import (
    KIND_NAMED,
    KINDS,
    MARKUP_COLUMNS,
    ROLE_NAMED,
    ROLES,
    Kind,
    LabelledArticle,
    LabelledParagraph,
    RefusedRowError,
    Role,
    read_markup,
)
from corestory.reading.article import registered_domain
from corestory.reading.file_kinds import kind_by_name
from corestory.reading.json_rows import json_rows, position_of
from corestory.reading.streams import open_bytes
from corestory.reading.tables import SourceRow, csv_table, folded, parquet_table
from corestory.reading.text import storable
from corestory.types import Label

DECIDED = "decided"
"""The column with the time of a person's decision. With it, a later row of a paragraph replaces an earlier one."""

COLUMNS = frozenset(
    ("text", "label", "article_id", "site", "url", "title", "language", "position", "kind", DECIDED, *MARKUP_COLUMNS)
)
_REQUIRED = ("text", "label")
_PREDICTED = ("score", "confidence")
_KINDS = ("csv", "tsv", "lines", "parquet")

_CORE = frozenset({"core", "1", "1.0", "true"})
_FILLER = frozenset({"filler", "0", "0.0", "false"})


@dataclass(frozen=True, slots=True)
class LabelNames:
    """The names of the labels in a table.

    A given name replaces the usual ones (core, 1, true; filler, 0, false). Case does not matter.

    Examples
    --------
    >>> LabelNames(core="news", filler="ad").label("AD")
    'filler'
    >>> LabelNames().label("1")
    'core'
    """

    core: str = ""
    filler: str = ""

    def __post_init__(self) -> None:
        if self.core and self._given(self.core) == self._given(self.filler):
            raise InputError(f"both labels are named {self.core!r}", expected="two different names")

    def label(self, name: str) -> Label | None:
        """Return the label with a name; ``None`` for an empty name, which marks an unlabelled paragraph.

        Raises
        ------
        KeyError
            No label has that name.
        """
        wanted = self._given(name)
        if not wanted:
            return None
        core, filler = self._given(self.core), self._given(self.filler)
        if wanted in ({core} if core else _CORE - {filler}):
            return "core"
        if wanted in ({filler} if filler else _FILLER - {core}):
            return "filler"
        raise KeyError(name)

    def expected(self) -> str:
        """Return the known names, for an error."""
        return f"{self.core or 'core, 1, true'} or {self.filler or 'filler, 0, false'}"

    @staticmethod
    def _given(name: str) -> str:
        return name.strip().casefold()


@dataclass(frozen=True, slots=True)
class _Row:
    """A row that was read, and its position in its article."""

    position: int
    paragraph: LabelledParagraph
    decided: bool
    where: str


@dataclass(slots=True)
class _Group:
    """The rows of one article, collected in any order."""

    about: dict[str, str] = field(default_factory=dict)
    rows: dict[tuple[bool, int], _Row] = field(default_factory=dict)
    """The rows by whether the table gives their position, and by the position."""

    def add(self, row: _Row, key: str, *, is_given: bool) -> None:
        first = self.rows.setdefault((is_given, row.position), row)
        if first.decided and row.decided:
            self.rows[is_given, row.position] = row
        elif first is not row:
            raise InputError(
                f"article {key[:80]!r} has position {row.position} twice, first in {first.where.rpartition(', ')[2]}",
                where=row.where,
                expected="each position of an article once",
                hint="Give each article an article_id of its own.",
            )


def read_table(
    path: Path, *, source: str, names: LabelNames, refuse: Refuse, note: Note = no_note
) -> Iterator[LabelledArticle]:
    """Read a labelled table.

    The columns ``text`` and ``label`` are required. ``article_id``, ``site``, ``url``, ``title``, ``language``,
    ``position`` and ``kind`` are optional; a kind is one of `corestory.labelling.labelled.KINDS` for filler, and one of
    `ROLES` for core. So are the markup columns of `corestory.labelling.table.table_schema`. Other columns are ignored.

    Rows of one article need not be adjacent. They have the same ``article_id``, else the same ``url``. With neither,
    each row is an article, or the whole table is one if it has a ``position``. Without ``position``, rows keep the
    order of the table. A row with ``decided``, as ``corestory review`` writes it, replaces an earlier row of the same
    paragraph.

    Parameters
    ----------
    path
        Recognised by its suffix: ``.csv .tsv .jsonl .ndjson .parquet``, each also gzipped.
    source
        The table's name in the result.
    names
        The names of the two labels.
    refuse
        Called with the reason for each row that cannot be read; the rest is read.
    note
        Called if the columns are those of `corestory predict`, so that the labels come from a model.

    Yields
    ------
    LabelledArticle
        Articles in the order of their first rows, with positions from 0 without gaps.

    Raises
    ------
    InputError
        The table is empty or cannot be read, lacks a column, has a label with an unknown name, or has two rows with the
        same ``article_id`` and ``position``. Nothing is guessed for ambiguous rows.
    """
    rows = rows_of_table(path, refuse=refuse, note=note)
    yield from articles_of_labelled_rows(rows, source=source, names=names, refuse=refuse, where=str(path))


def articles_of_labelled_rows(
    rows: Iterable[SourceRow], *, source: str, names: LabelNames, refuse: Refuse, where: str
) -> Iterator[LabelledArticle]:
    """Make labelled articles from the rows of a table, as `read_table` does; `where` names the table in errors."""
    groups: dict[str, _Group] = {}
    for row in rows:
        try:
            _add(groups, row.values, names=names, where=row.where)
        except RefusedRowError as error:
            refuse(error)
    if not groups:
        raise InputError("no labelled paragraph", where=where, expected="rows with a text and a label")
    for key, group in groups.items():
        site, url = group.about.get("site", ""), group.about.get("url", "")
        paragraphs = tuple(row.paragraph for row in sorted(group.rows.values(), key=lambda row: row.position))
        yield LabelledArticle(
            page=f"{source}/{key}",
            view="page" if all(paragraph.markup is not None for paragraph in paragraphs) else "text",
            source=source,
            paragraphs=paragraphs,
            site=registered_domain(site) or site.lower() or registered_domain(url),
            url=url,
            title=group.about.get("title", ""),
            language=group.about.get("language", ""),
        )


def rows_of_table(path: Path, *, refuse: Refuse, note: Note = no_note) -> Iterator[SourceRow]:
    """Read a labelled table row by row.

    Parameters
    ----------
    path
        The file; its suffix shows its format.
    refuse
        Called with an error for each row that cannot be read; reading goes on after it.
    note
        As in `read_table`.

    Yields
    ------
    SourceRow
        The cells by column, and the file and line for errors.

    Raises
    ------
    InputError
        The file is empty or cannot be read, has no column ``text`` or ``label``, or has one of `COLUMNS` twice.
    """
    name, kind = str(path), kind_by_name(path)
    if kind == "parquet":
        table = parquet_table(path, wanted=lambda *_: COLUMNS)
        _check_columns(table.columns, where=name, note=note)
        yield from table.rows
        return
    with open_bytes(path) as stream:
        if kind != "lines":
            table = csv_table(stream, name=name, refuse=refuse, delimiter="\t" if kind == "tsv" else ",")
            _check_columns(table.columns, where=name, note=note)
            yield from table.rows
            return
        found: dict[str, None] = {}
        for row in json_rows(stream, name=name, refuse=refuse, lines=True):
            found |= dict.fromkeys(row.values)
            yield row
        # A JSON object may omit a field, so a column is missing only if no object has it.
        if found:
            _check_columns(list(found), where=name, note=note)


def is_table(name: str) -> bool:
    """Return whether a file name is that of a labelled table.

    Examples
    --------
    >>> is_table("labels.csv.gz"), is_table("labels.xlsx")
    (True, False)
    """
    return kind_by_name(Path(name)) in _KINDS


def _check_columns(columns: Sequence[str], *, where: str, note: Note) -> None:
    found = [folded(column) for column in columns]
    missing = [name for name in _REQUIRED if name not in found]
    if missing:
        raise InputError(
            f"no column {' and no column '.join(missing)}; found {', '.join(map(repr, found[:20])) or 'none'}",
            where=where,
            expected="columns text and label",
        )
    doubled = sorted({name for name in found if name in COLUMNS and found.count(name) > 1})
    if doubled:
        raise InputError(f"two columns are named {doubled[0]}", where=where, expected="each column once")
    if all(name in found for name in _PREDICTED):
        note(
            f"{where}: has the columns {' and '.join(_PREDICTED)} of `corestory predict`, so its labels come from a "
            "model: nothing can be learned from them. If a person has corrected all labels, delete these columns."
        )


def _add(groups: dict[str, _Group], row: Mapping[str, object], *, names: LabelNames, where: str) -> None:
    text = _cell(row, "text")
    if not text or not isinstance(row["text"], str):
        raise RefusedRowError("row without text", where=where, expected="a paragraph")
    try:
        label = names.label(_cell(row, "label"))
    except KeyError:
        raise InputError(
            f"unknown label {_cell(row, 'label')[:40]!r}",
            where=where,
            expected=names.expected(),
            hint="Name the labels with --core-label and --filler-label.",
        ) from None
    key = _key(row, where)
    is_given = "position" in row
    position = _position(row, where) if is_given else 0
    group = groups.setdefault(key, _Group())
    for name in ("site", "url", "title", "language"):
        group.about[name] = group.about.get(name) or _cell(row, name)
    kind, role = _kind(_cell(row, "kind").casefold(), label, where=where)
    paragraph = LabelledParagraph(text, label, read_markup(row, where=where), kind, role)
    position = position if is_given else len(group.rows)
    group.add(_Row(position, paragraph, bool(_cell(row, DECIDED)), where), key, is_given=is_given)


def _kind(name: str, label: Label | None, *, where: str) -> tuple[Kind | None, Role | None]:
    if not name:
        return None, None
    kind, role = KIND_NAMED.get(name), ROLE_NAMED.get(name)
    # A filler paragraph may be a second copy of the title.
    if (kind and label != "core") or (role and (label != "filler" or role == "title")):
        return kind, role
    raise InputError(
        f"kind {name[:40]!r} of a paragraph with label {label or 'empty'}",
        where=where,
        expected=f"of filler: {', '.join(KINDS)}; of core: {', '.join(ROLES)}; or an empty cell",
    )


def _key(row: Mapping[str, object], where: str) -> str:
    if "article_id" in row:
        key = _cell(row, "article_id")
        if not key:
            raise RefusedRowError("row without article_id", where=where, expected="an article_id in every row")
        return key
    return _cell(row, "url") or ("0" if "position" in row else where.rpartition(" ")[2])


def _position(row: Mapping[str, object], where: str) -> int:
    try:
        return position_of(row["position"], where)
    except InputError as error:
        raise RefusedRowError(error.found, where=where, expected=error.expected) from None


def _cell(row: Mapping[str, object], name: str) -> str:
    value = row.get(name)
    # A data frame writes an empty cell as NaN.
    if value is None or value != value:
        return ""
    return storable(str(value)).strip()
