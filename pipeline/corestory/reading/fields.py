"""Fields of records: which of them holds the text, the page, the id, the address and the title."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from corestory.errors import InputError, Note, no_note
from corestory.reading.tables import SourceRow, SourceTable, folded
from corestory.reading.values import IDENTITIES, is_missing

# The fields that hold an article's content; of several, the first that has anything is read.
CONTENTS = ("paragraphs", "text", "html")
# The option that names the field of each.
OPTIONS = {
    "text": "--text-column",
    "html": "--html-column",
    "article_id": "--id-column",
    "url": "--url-column",
    "title": "--title-column",
}
SHOWN_FIELDS = 20

# The names that scrapers and data sets use, without case and punctuation.
_NAMES = {
    "text": "body content contents maintext maincontent articlebody articletext articlecontent article fulltext "
    "fullcontent cleanedtext cleantext textcontent contenttext rawtext plaintext bodytext storytext story newstext "
    "newscontent pagetext extractedtext document",
    "html": "rawhtml htmlcontent contenthtml bodyhtml htmlbody pagehtml htmlpage fullhtml articlehtml htmltext "
    "texthtml pagesource sourcehtml htmlsource",
    "article_id": "uuid guid articleid docid documentid storyid storiesid newsid",
    "url": "link pageurl articleurl sourceurl weburl originalurl canonicalurl canonicallink permalink uri "
    "targeturi warctargeturi loadedurl source",
    "title": "headline articletitle pagetitle newstitle storytitle metadatatitle",
}
_ROLES = {name: role for role, names in _NAMES.items() for name in names.split()}
_PUNCTUATION = re.compile(r"[\W_]+")
# What parts the names of a field in an object, in JSON and in tables that were made of it.
_NESTING = re.compile(r"[./]")
# Lists of strings that are not paragraphs.
_OTHER_LISTS = re.compile(
    r"author|byline|writer|tag|keyword|topic|categor|section|image|photo|picture|video|movie|link|url|href|label|"
    r"entit|person|people|place|location|organi[sz]ation|compan|countr|lang|date|token|word|highlight|source|site|id$"
)


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """What a user says of the inputs.

    Attributes
    ----------
    text, html, article_id, url, title
        The field of each record that holds it; empty to find it by the names that scrapers use.
    kind
        What the standard input is, and each file whose name does not tell: a value of
        `corestory.reading.file_kinds.KINDS`; empty to tell it by its beginning.
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
        """The fields that the user names, by what they hold."""
        return {what: name for what in OPTIONS if (name := getattr(self, what))}


class FieldFinder:
    """Gives the fields of records the names that are read: ``text``, ``html``, ``article_id``, ``url``, ``title``.

    A field that the user names is read, and no other for the same. Otherwise a record is read by these names and, where
    it has nothing under them, by the names that scrapers use. Between two of those nothing is guessed.

    Parameters
    ----------
    options
        The fields that the user names.
    note
        Called once for each field that is read by another name.

    Examples
    --------
    >>> finder = FieldFinder(note=print)
    >>> finder.values(SourceRow({"maintext": "One.", "desk": "ports"}, "a.jsonl, line 1", "a.jsonl:1"))["text"]
    reads the text from the field 'maintext'
    'One.'
    """

    def __init__(self, options: ReadingOptions | None = None, note: Note = no_note) -> None:
        self.options = options or ReadingOptions()
        self._named = {what: folded(name) for what, name in self.options.named.items()}
        self._note = note
        self._noted: set[tuple[str, str]] = set()

    def columns(self, table: SourceTable, *, where: str) -> set[str]:
        """Return the names that are read of a table.

        Raises
        ------
        InputError
            A column that the user names is missing, or two may hold the text.
        """
        columns = {folded(column) for column in table.columns}
        for what, name in self._named.items():
            if name not in columns:
                raise InputError(
                    f"no column {self.options.named[what]!r} ({OPTIONS[what]}); "
                    f"{listed(table.columns, word='columns')}",
                    where=where,
                )
        read = set(self._without_others(columns))
        if not self._names_content and not read.intersection(CONTENTS):
            for what in ("text", "html"):
                found = [column for column in table.columns if _role(column) == what]
                if len(found) > 1:
                    raise _ambiguous(what, found, where)
                read.update([what] * len(found))
                if found:
                    break
            else:
                read.update(["paragraphs"] * (_paragraph_column(table.lists, where) is not None))
        if not read.intersection(IDENTITIES) and len([name for name in columns if _role(name) == "article_id"]) == 1:
            read.add("article_id")
        return read.union(self._named)

    def wanted(self, columns: Iterable[str], *, what: Collection[str] = tuple(OPTIONS)) -> set[str]:
        """Return those of a table's columns that may hold one of `what` by another name, in lower case."""
        named = {name for holds, name in self._named.items() if holds in what}
        return {name for name in map(folded, columns) if name in named or _role(name) in what}

    def identity(self, values: Mapping[str, object]) -> Mapping[str, object]:
        """Return the fields of a record that may hold the article's id, under the names that are read."""
        if name := self._named.get("article_id"):
            return {"article_id": values.get(name)}
        if not all(is_missing(values.get(name)) for name in IDENTITIES):
            return values
        found = [value for name, value in values.items() if _role(name) == "article_id" and _is_identity(value)]
        return {"article_id": found[0]} if len(found) == 1 else values

    def values(self, row: SourceRow, *, lists: Collection[str] = ()) -> Mapping[str, object]:
        """Return a record's values under the names that are read.

        Parameters
        ----------
        row
            The record.
        lists
            The columns of its table that hold lists of strings.

        Raises
        ------
        AmbiguousFieldsError
            Two fields may hold the text.
        InputError
            The record lacks the fields that the user names.
        """
        values, roles = row.values, _roles(tuple(row.values))
        read = {name: values[name] for name in self._without_others(values)} if self._named else dict(values)
        for what, name in self._named.items():
            if name in values:
                read[what] = values[name]
            else:
                read.pop(what, None)
        if "article_id" in self._named:
            read.pop("id", None)
        if self._names_content:
            if all(is_missing(read.get(name)) for name in CONTENTS):
                raise self._missing("text" if "text" in self._named else "html", values, row.where)
        elif is_missing(values.get("text")) and all(is_missing(values.get(name)) for name in CONTENTS):
            self._find_content(row, read, lists)
        for what, names in (("article_id", IDENTITIES), ("url", ("url",)), ("title", ("title",))):
            if what in roles and what not in self._named and all(is_missing(read.get(name)) for name in names):
                self._find(what, values, read)
        if _is_list_of_strings(read.get("text")) and is_missing(read.get("paragraphs")):
            read["paragraphs"] = read.pop("text")
        return read

    @property
    def _names_content(self) -> bool:
        return "text" in self._named or "html" in self._named

    def _without_others(self, names: Iterable[str]) -> list[str]:
        """Return names without those that are read in vain: the contents, where the user names another field."""
        return [name for name in names if not (self._names_content and name in CONTENTS)]

    def _find_content(self, row: SourceRow, read: dict[str, object], lists: Collection[str]) -> None:
        for what in ("text", "html"):
            found = _outer({name: value for name, value in _with_role(what, row.values) if _is_content(value)})
            if found and all(value == next(iter(found.values())) for value in found.values()):
                self._take(what, next(iter(found)), row.values, read)
                return
            if found:
                if any(name in row.values for name in CONTENTS):
                    return  # the record says where its text is, and that there is none
                raise _ambiguous(what, list(found), row.where)
        if lists and (column := _paragraph_column(lists, row.where)) is not None:
            self._take("paragraphs", column, row.values, read)

    def _find(self, what: str, values: Mapping[str, object], read: dict[str, object]) -> None:
        fits = {"article_id": _is_identity, "url": _is_address, "title": _is_title}[what]
        found = list(_outer({name: value for name, value in _with_role(what, values) if fits(value)}))
        if len(found) == 1:
            self._take(what, found[0], values, read)

    def _take(self, what: str, name: str, values: Mapping[str, object], read: dict[str, object]) -> None:
        read[what] = values[name]
        if (what, name) not in self._noted:
            self._noted.add((what, name))
            self._note(f"reads the {'id' if what == 'article_id' else what} from the field {name!r}")

    def _missing(self, what: str, names: Iterable[str], where: str) -> InputError:
        return InputError(
            f"nothing in the field {self.options.named[what]!r} ({OPTIONS[what]}); {listed(names)}", where=where
        )


class AmbiguousFieldsError(InputError):
    """Two fields of a record may hold the text, as they may in each record of the file."""


def listed(names: Iterable[str], *, word: str = "fields") -> str:
    """Return the fields of a record, or the columns of a table, in words.

    Examples
    --------
    >>> listed(["id", "body", ""])
    'the fields are: id, body, (no name)'
    """
    names = list(names)
    more = ", …" * (len(names) > SHOWN_FIELDS)
    return f"the {word} are: {', '.join(name or '(no name)' for name in names[:SHOWN_FIELDS])}{more}"


def _ambiguous(what: str, names: list[str], where: str) -> AmbiguousFieldsError:
    """Return the error for fields that may hold the same."""
    of_them = " or ".join(f"{OPTIONS[what]} {name}" for name in names[:2])
    return AmbiguousFieldsError(
        f"two fields may hold the {what}: {names[0]!r} and {names[1]!r}", where=where, hint=f"Give {of_them}."
    )


def _paragraph_column(lists: Collection[str], where: str) -> str | None:
    """Return the column of lists of strings that holds paragraphs."""
    found = [name for name in lists if not _OTHER_LISTS.search(name)]
    if len(found) > 1:
        raise _ambiguous("text", found, where)
    return found[0] if found else None


@lru_cache(maxsize=4096)
def _role(name: str) -> str:
    """Return what a field holds by a name that scrapers use, or an empty string."""
    return _ROLES.get(_PUNCTUATION.sub("", name.lower()), "article_id" if name.strip().lower() == "_id" else "")


def _with_role(what: str, values: Mapping[str, object]) -> Iterable[tuple[str, object]]:
    return ((name, value) for name, value in values.items() if _role(name) == what)


def _outer(found: dict[str, object]) -> dict[str, object]:
    """Return the fields that are in no object of the record; all of them, if each is in one."""
    return {name: value for name, value in found.items() if not _NESTING.search(name)} or found


@lru_cache(maxsize=4096)
def _roles(names: tuple[str, ...]) -> frozenset[str]:
    """Return what the fields of a record may hold, by their names; the records of a table have the same."""
    return frozenset(map(_role, names))


def _is_content(value: object) -> bool:
    return _is_title(value) or _is_list_of_strings(value) or (isinstance(value, bytes) and value != b"")


def _is_title(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_address(value: object) -> bool:
    return isinstance(value, str) and value.strip().lower().startswith(("http://", "https://"))


def _is_identity(value: object) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and value != ""


def _is_list_of_strings(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, str) for item in value)
