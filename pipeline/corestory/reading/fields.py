"""The fields of records that contain the text, the page, the id, the address and the title."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeGuard, TypeVar

from corestory.errors import InputError, Note, no_note
from corestory.reading.field_names import may_be_articles, may_be_paragraphs, outer_names, role_of, roles_of
from corestory.reading.json_rows import IDENTITIES, is_missing, record_of
from corestory.reading.tables import SourceRow, SourceTable, folded

# The fields with an article's content; the first one that is not empty is read.
CONTENTS = ("paragraphs", "text", "html")
# The option that names each field.
OPTIONS = {
    "text": "--text-column",
    "html": "--html-column",
    "article_id": "--id-column",
    "url": "--url-column",
    "title": "--title-column",
}
SHOWN_FIELDS = 20
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """The user's options for reading.

    Attributes
    ----------
    text, html, article_id, url, title
        The field of each record that contains it; empty to find it by the names that scrapers use.
    kind
        The kind of the standard input, and of files whose names do not show it: a value of
        `corestory.reading.file_kinds.KINDS`; empty to detect it from the first bytes.
    source
        Whether articles keep the text or the HTML from which they are read.
    """

    text: str = ""
    html: str = ""
    article_id: str = ""
    url: str = ""
    title: str = ""
    kind: str = ""
    source: bool = False

    @property
    def named(self) -> dict[str, str]:
        """The fields that the user names, by their contents."""
        return {role: name for role in OPTIONS if (name := getattr(self, role))}


class FieldFinder:
    """Gives the fields of records the names that are read: ``text``, ``html``, ``article_id``, ``url``, ``title``.

    If the user names a field, no other field is read for the same content. Otherwise a record is read by these names,
    or, if it has nothing under them, by the names that scrapers use. If two such fields are possible, none is chosen.

    Parameters
    ----------
    options
        The fields that the user names.
    note
        Called once for each field that is read under another name.

    Examples
    --------
    >>> finder = FieldFinder(note=print)
    >>> finder.values(SourceRow({"maintext": "One.", "desk": "ports"}, "a.jsonl, line 1", "a.jsonl:1"))["text"]
    reads the text from the field 'maintext'
    'One.'
    """

    def __init__(self, options: ReadingOptions | None = None, note: Note = no_note) -> None:
        self.options = options or ReadingOptions()
        self._named = {role: folded(name) for role, name in self.options.named.items()}
        self._note = note
        self._noted: set[tuple[str, str]] = set()

    def columns(self, table: SourceTable, *, where: str) -> set[str]:
        """Return the names under which the columns of a table are read.

        Raises
        ------
        InputError
            A column that the user names is missing, or two columns may hold the text.
        """
        columns = {folded(column) for column in table.columns}
        for role, name in self._named.items():
            if name not in columns:
                raise InputError(
                    f"no column {self.options.named[role]!r} ({OPTIONS[role]}); "
                    f"{listed(table.columns, word='columns')}",
                    where=where,
                )
        counts = Counter(map(folded, table.columns))
        for name in CONTENTS if not self._names_content else self._named.values():
            if counts[name] > 1:
                raise InputError(
                    f"{counts[name]} columns are named {name!r}", where=where, expected="one", hint="Rename the others."
                )
        read = set(self._without_others(columns))
        if not self._names_content and not read.intersection(CONTENTS):
            for role in ("text", "html"):
                found = outer_names(column for column in table.columns if role_of(column) == role)
                if len(found) > 1:
                    raise _ambiguous(role, found, where)
                read.update([role] * len(found))
                if found:
                    break
            else:
                read.update(["paragraphs"] * (_paragraph_column(table.lists, where) is not None))
        if not read.intersection(IDENTITIES) and len([name for name in columns if role_of(name) == "article_id"]) == 1:
            read.add("article_id")
        return read.union(self._named)

    def wanted(self, columns: Iterable[str], *, roles: Collection[str] = tuple(OPTIONS)) -> set[str]:
        """Return the columns of a table, in lower case, that may contain one of `roles` under another name."""
        named = {name for holds, name in self._named.items() if holds in roles}
        return {name for name in map(folded, columns) if name in named or role_of(name) in roles}

    def identity(self, values: Mapping[str, object]) -> Mapping[str, object]:
        """Return the fields of a record that may hold the article's id, under the names that are read."""
        if name := self._named.get("article_id"):
            return {"article_id": values.get(name)}
        if not all(_is_absent(values.get(name)) for name in IDENTITIES):
            return values
        found = [value for name, value in values.items() if role_of(name) == "article_id" and _is_identity(value)]
        return {"article_id": found[0]} if len(found) == 1 else values

    def values(self, row: SourceRow, *, lists: Collection[str] = ()) -> Mapping[str, object]:
        """Return a record's values under the names that are read.

        Parameters
        ----------
        row
            The record.
        lists
            The columns of its table with lists of strings.

        Raises
        ------
        AmbiguousFieldsError
            Two fields may hold the text.
        InputError
            The record lacks the fields that the user names.
        """
        values, roles = row.values, roles_of(tuple(row.values))
        read = {name: values[name] for name in self._without_others(values)} if self._named else dict(values)
        for role, name in self._named.items():
            if name in values:
                read[role] = values[name]
            else:
                read.pop(role, None)
        if "article_id" in self._named:
            read.pop("id", None)
        if self._names_content:
            if all(is_missing(read.get(name)) for name in CONTENTS):
                role = "text" if "text" in self._named else "html"
                found = (
                    f"the field {self.options.named[role]!r} ({OPTIONS[role]}) is empty or missing; {listed(values)}"
                )
                raise InputError(found, where=row.where)
        elif is_missing(values.get("text")) and all(is_missing(values.get(name)) for name in CONTENTS):
            self._find_content(row, read, lists)
        for role, names in (("article_id", IDENTITIES), ("url", ("url",)), ("title", ("title",))):
            if role in roles and role not in self._named and all(_is_absent(read.get(name)) for name in names):
                self._find(role, values, read)
        if _is_list_of(read.get("paragraphs"), dict):
            read["paragraphs"] = texts_in(read["paragraphs"])
        elif is_missing(read.get("paragraphs")):
            texts = texts_in(read.get("text"))
            if len(texts) == 1:  # a field that may have several values
                read["text"] = texts[0]
            elif texts:
                read["paragraphs"] = texts
                del read["text"]
        return read

    def records(self, row: SourceRow) -> Iterator[SourceRow]:
        """Yield the records in a row of JSON: those in the list that an interface returned, or else the row itself.

        A row that may have content of its own is an article.

        Examples
        --------
        >>> row = SourceRow({"status": "ok", "articles": [{"content": "One."}]}, "a.json, line 1", "a.json:1")
        >>> [record.name for record in FieldFinder(note=print).records(row)]
        reads the records from the field 'articles'
        ['a.json:1:1']
        """
        names = {"text", "html", *(name for role, name in self._named.items() if role in ("text", "html"))}
        if not names.isdisjoint({*row.values, *roles_of(tuple(row.values))}) or "paragraphs" in row.values:
            yield row
            return
        lists = {
            name: items for name, items in row.values.items() if may_be_articles(name) and _is_list_of(items, dict)
        }
        if len(lists) != 1:
            yield row
            return
        ((name, items),) = lists.items()
        self._note_once("records", name)
        for number, item in enumerate(items, start=1):
            where = f"{row.where}, {name} {number}"
            yield SourceRow(record_of(item, where), where, f"{row.name}:{number}")

    @property
    def _names_content(self) -> bool:
        return "text" in self._named or "html" in self._named

    def _without_others(self, names: Iterable[str]) -> list[str]:
        """Return the names without those of contents that are not read because the user names another field."""
        return [name for name in names if not (self._names_content and name in CONTENTS)]

    def _find_content(self, row: SourceRow, read: dict[str, object], lists: Collection[str]) -> None:
        for role in ("text", "html"):
            found = outer_names(
                name for name, value in row.values.items() if role_of(name) == role and _is_content(value)
            )
            if found and all(row.values[name] == row.values[found[0]] for name in found):
                self._take(role, found[0], row.values, read)
                return
            if found:
                if any(name in row.values for name in CONTENTS):
                    return  # the record has a field for its text, which is empty
                raise _ambiguous(role, found, row.where)
        if lists and (column := _paragraph_column(lists, row.where)) is not None:
            self._take("paragraphs", column, row.values, read)

    def _find(self, role: str, values: Mapping[str, object], read: dict[str, object]) -> None:
        fits = {"article_id": _is_identity, "url": _is_address, "title": _is_title}[role]
        found = outer_names(name for name, value in values.items() if role_of(name) == role and fits(value))
        if len(found) == 1:
            self._take(role, found[0], values, read)

    def _take(self, role: str, name: str, values: Mapping[str, object], read: dict[str, object]) -> None:
        read[role] = values[name]
        self._note_once("id" if role == "article_id" else role, name)

    def _note_once(self, role: str, name: str) -> None:
        if (role, name) not in self._noted:
            self._noted.add((role, name))
            self._note(f"reads the {role} from the field {name!r}")


class AmbiguousFieldsError(InputError):
    """Two fields of a record may hold the text; probably each record of the file has both."""


def listed(names: Iterable[str], *, word: str = "fields") -> str:
    """Return the fields of a record, or the columns of a table, as a phrase for a message.

    Examples
    --------
    >>> listed(["id", "body", ""])
    'the fields are: id, body, (no name)'
    """
    names = list(names)
    if not names:
        return f"there are no {word}"
    more = ", …" * (len(names) > SHOWN_FIELDS)
    return f"the {word} are: {', '.join(name or '(no name)' for name in names[:SHOWN_FIELDS])}{more}"


def _ambiguous(role: str, names: list[str], where: str) -> AmbiguousFieldsError:
    """Return the error for two fields that may hold the same content."""
    of_them = " or ".join(f"{OPTIONS[role]} {name}" for name in names[:2])
    return AmbiguousFieldsError(
        f"two fields may contain the {role}: {names[0]!r} and {names[1]!r}", where=where, hint=f"Give {of_them}."
    )


def _paragraph_column(lists: Collection[str], where: str) -> str | None:
    """Return the column whose lists of strings are paragraphs, or None."""
    found = [name for name in lists if may_be_paragraphs(name)]
    if len(found) > 1:
        raise _ambiguous("text", found, where)
    return found[0] if found else None


def _is_content(value: object) -> bool:
    return _is_title(value) or bool(texts_in(value)) or (isinstance(value, bytes) and value != b"")


def _is_absent(value: object) -> bool:
    """Return whether a field has no value of its own; the value of an object is in one of its fields."""
    return is_missing(value) or isinstance(value, Mapping)


def _is_title(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_address(value: object) -> bool:
    return isinstance(value, str) and value.strip().lower().startswith(("http://", "https://"))


def _is_identity(value: object) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and value != ""


def texts_in(value: object) -> list[str]:
    """Return the strings in a list of strings or of objects with a text; an empty list for any other value.

    Examples
    --------
    >>> texts_in(["One.", "Two."]), texts_in([{"type": "p", "text": "One."}, {"type": "image"}]), texts_in("One.")
    (['One.', 'Two.'], ['One.'], [])
    """
    if _is_list_of(value, str):
        return list(value)
    if not _is_list_of(value, dict):
        return []
    found = (next((item[name] for name in ("text", "value", "content") if name in item), None) for item in value)
    return [text for text in found if isinstance(text, str)]


def _is_list_of(value: object, kind: type[_Item]) -> TypeGuard[list[_Item]]:
    return isinstance(value, list) and all(isinstance(item, kind) for item in value)
