"""The format of ``data/sample``: one article a file that a person edits, each line with its label in front."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from corestory.errors import InputError, Refuse
from corestory.labelling.labelled import KINDS, ROLES, Kind, LabelledArticle, LabelledParagraph, Role
from corestory.reading.decoding import decode, read_bytes
from corestory.reading.sites import registered_domain
from corestory.reading.text import storable
from corestory.types import Label

SAMPLE_SUFFIX = ".labelled.txt"

_HEADERS = ("site", "url", "title", "language", "beat")
_LABELS: dict[str, Label | None] = {"core": "core", "filler": "filler", "skip": None}
_KINDS: dict[str, Kind] = {kind: kind for kind in KINDS}
_ROLES: dict[str, Role] = {role: role for role in ROLES}


def find_samples(folder: Path) -> list[Path]:
    """Find a folder's files ``SITE/NAME.labelled.txt``, in order of their paths; a file is its own only one."""
    return [folder] if folder.is_file() else sorted(folder.rglob(f"*{SAMPLE_SUFFIX}"))


def read_samples(folder: Path, *, source: str, refuse: Refuse) -> Iterator[LabelledArticle]:
    """Read a folder of articles in the sample format.

    Parameters
    ----------
    folder
        Searched with all that is in it; or one file.
    source
        The folder's name in the table.
    refuse
        Called with the reason for each file that cannot be read; the rest is read.

    Yields
    ------
    LabelledArticle
        In order of the files' paths.
    """
    for path in find_samples(folder):
        try:
            name = path.relative_to(folder if folder.is_dir() else folder.parent).as_posix()
            text = decode(read_bytes(path), where=str(path))
            yield read_sample(text, where=str(path), page=f"{source}/{name.removesuffix(SAMPLE_SUFFIX)}", source=source)
        except InputError as error:
            refuse(error)


def read_sample(text: str, *, where: str, page: str, source: str) -> LabelledArticle:
    r"""Read one article in the sample format.

    Parameters
    ----------
    text
        Header lines ``key: value`` (site, url, title, language, beat; each may be missing), a blank line, and then a
        paragraph a line with ``core:``, ``filler:`` or ``skip:`` (unlabelled) in front. A label may be followed by a
        slash and a kind of `KINDS` (``filler/related:``) or a role of `ROLES` (``core/subhead:``, ``skip/title:``);
        a plain ``core:`` is body text.
    where
        The file, for errors.
    page, source
        As of `LabelledArticle`.

    Raises
    ------
    InputError
        Naming the line that is wrong.

    Examples
    --------
    >>> text = "site: herald.example\n\ncore: The ferry sailed.\nfiller/related: READ MORE: Quay opens\n"
    >>> article = read_sample(text, where="ferry.labelled.txt", page="own/ferry", source="own")
    >>> [(paragraph.label, paragraph.kind, paragraph.text) for paragraph in article.paragraphs]
    [('core', None, 'The ferry sailed.'), ('filler', 'related', 'READ MORE: Quay opens')]
    """
    # Not str.splitlines, which would cut a paragraph at the rarer separators that may stand inside it.
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    header: dict[str, str] = {}
    paragraphs: list[LabelledParagraph] = []
    in_header = True
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            in_header = in_header and not header
            continue
        key, colon, value = line.partition(":")
        key = key.strip()
        label, slash, detail = key.partition("/")
        # A file without any header begins with its first paragraph.
        if in_header and (header or label not in _LABELS):
            if not colon or key not in _HEADERS:
                raise InputError(
                    f"header line begins with {key[:40]!r}",
                    where=f"{where}, line {number}",
                    expected=" ".join(f"{name}:" for name in _HEADERS),
                    hint="A blank line ends the header.",
                )
            if key in header:
                raise InputError(
                    f"second {key!r} in the header", where=f"{where}, line {number}", expected="each key once"
                )
            header[key] = storable(value).strip()
            continue
        in_header = False
        if not colon or label not in _LABELS:
            raise InputError(
                f"line begins with {key[:40]!r}", where=f"{where}, line {number}", expected="core:, filler: or skip:"
            )
        if not storable(value).strip():
            raise InputError(f"no text after {key}:", where=f"{where}, line {number}", expected="a paragraph")
        known: Mapping[str, str] = _KINDS if label == "filler" else _ROLES
        if slash and detail not in known:
            raise InputError(
                f"{'kind' if label == 'filler' else 'role'} {detail[:40]!r}",
                where=f"{where}, line {number}",
                expected=" ".join(known),
            )
        kind = _KINDS.get(detail) if label == "filler" else None
        role = _ROLES.get("body" if label == "core" and not slash else detail) if label != "filler" else None
        paragraphs.append(LabelledParagraph(storable(value).strip(), _LABELS[label], kind=kind, role=role))
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
