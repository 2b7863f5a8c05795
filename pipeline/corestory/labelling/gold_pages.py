"""Published corpora of pages with gold text, read in the layouts in which their authors publish them."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from corestory.errors import InputError, Refuse
from corestory.reading.decoding import decode
from corestory.reading.streams import read_bytes

PAGE_SUFFIXES = (".html", ".html.gz", ".htm", ".htm.gz")
_GOLD_SUFFIXES = (".txt", ".txt.gz")
_WCXB_PARTS = ("dev", "test")
_WCXB_GOLD = ("ground_truth", "main_content")

Drop = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class GoldPage:
    """One page's HTML, and its story as a person extracted it."""

    page: str
    source: str
    url: str
    title: str
    html: str
    gold: str


def is_wcxb(folder: Path) -> bool:
    """Return whether a folder has WCXB's layout: ``metadata.json``, and ``dev`` or ``test`` with pages and gold."""
    return (folder / "metadata.json").is_file() and any(
        (folder / part / "html").is_dir() and (folder / part / "ground-truth").is_dir() for part in _WCXB_PARTS
    )


def is_newspaper4k(folder: Path) -> bool:
    """Return whether a folder has the layout of the newspaper4k dataset: ``articles.json`` and the folder ``html``."""
    return (folder / "articles.json").is_file() and (folder / "html").is_dir()


def read_wcxb(folder: Path, *, source: str, refuse: Refuse, drop: Drop) -> Iterator[GoldPage]:
    """Read the articles of a corpus in WCXB's layout.

    Parameters
    ----------
    folder
        The folder with ``metadata.json``, and ``dev`` or ``test`` or both.
    source
        The corpus's name in the table.
    refuse
        Called with the reason for each page that cannot be read; the rest is read.
    drop
        Called with the reason for each page left out by design: pages of another type than ``article``.

    Yields
    ------
    GoldPage
        Pages in the order of the parts and of the file names.

    Raises
    ------
    InputError
        ``metadata.json`` cannot be read.

    References
    ----------
    M. Foley: WCXB, Web Content eXtraction Benchmark, 2026.
    """
    types = {name: _string(entry, "page_type") for name, entry in _entries(folder / "metadata.json", "files")}
    for part in _WCXB_PARTS:
        gold_folder = folder / part / "ground-truth"
        pages = find_pages(folder / part / "html")
        for name, html in pages.items():
            if types.get(name, "article") != "article":
                drop("a page that is not an article")
                continue
            gold_path = gold_folder / f"{name}.json"
            try:
                record = _json(gold_path)
                url, title = _string(record, "url"), _string(record, "ground_truth", "title")
                page = GoldPage(
                    f"{source}/{part}/{name}", source, url, title, _html(html), _string(record, *_WCXB_GOLD)
                )
                yield _checked(page, where=str(gold_path), expected=f"text in {'.'.join(_WCXB_GOLD)}")
            except InputError as error:
                refuse(error)
        for gold_path in sorted(gold_folder.glob("*.json")):
            if gold_path.stem not in pages and types.get(gold_path.stem, "article") == "article":
                refuse(
                    InputError(
                        "gold text without its page", where=str(gold_path), expected=f"html/{gold_path.stem}.html"
                    )
                )


def read_newspaper4k(folder: Path, *, source: str, refuse: Refuse) -> Iterator[GoldPage]:
    """Read a corpus in the layout of the newspaper4k project's article extraction dataset.

    Parameters
    ----------
    folder
        The folder with ``articles.json`` and ``html``.
    source, refuse
        As in `read_wcxb`.

    Yields
    ------
    GoldPage
        Pages in the order of ``articles.json``.

    Raises
    ------
    InputError
        ``articles.json`` cannot be read.

    References
    ----------
    A. Paraschiv: Article extraction dataset, 2023.
    """
    pages = find_pages(folder / "html")
    for name, entry in _entries(folder / "articles.json"):
        where = f"{folder / 'articles.json'}, article {name!r}"
        try:
            if name not in pages:
                raise InputError("gold text without its page", where=where, expected=f"html/{name}.html or .html.gz")
            url, title, gold = (_string(entry, key) for key in ("url", "title", "articleBody"))
            page = GoldPage(f"{source}/{name}", source, url, title, _html(pages[name]), gold)
            yield _checked(page, where=where, expected="text in articleBody")
        except InputError as error:
            refuse(error)


def find_pages(folder: Path) -> dict[str, Path]:
    """Find a folder's HTML files by their names without suffix, in the order of the names.

    If the folder contains a page both plain and gzipped, the plain file counts.
    """
    pages: dict[str, Path] = {}
    if folder.is_dir():
        for path in sorted(folder.iterdir()):
            suffix = _suffix(path, PAGE_SUFFIXES)
            if suffix and path.is_file():
                pages.setdefault(path.name.removesuffix(suffix), path)
    return pages


def _suffix(path: Path, suffixes: Sequence[str]) -> str:
    return next((suffix for suffix in suffixes if path.name.endswith(suffix)), "")


def _checked(page: GoldPage, *, where: str, expected: str) -> GoldPage:
    """Return a page if it has a gold text: without one, every word would be labelled filler."""
    if not page.gold.strip():
        raise InputError("empty gold text", where=where, expected=expected)
    return page


def _html(path: Path) -> str:
    html = _text(path, html=True)
    if not html.strip():
        raise InputError("empty page", where=str(path), expected="HTML")
    return html


def _text(path: Path, *, html: bool = False) -> str:
    return decode(read_bytes(path), where=str(path), html=html)


def _json(path: Path) -> object:
    text = _text(path)
    try:
        value: object = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        raise InputError(f"malformed JSON ({error})", where=str(path)) from error
    return value


def _entries(path: Path, key: str | None = None) -> list[tuple[str, object]]:
    value = _json(path)
    if key is not None:
        value = value.get(key, {}) if isinstance(value, dict) else None
    if not isinstance(value, dict):
        raise InputError("no JSON object", where=str(path), expected="one entry per page, under the name of the page")
    return list(value.items())


def _string(value: object, *keys: str) -> str:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value.strip() if isinstance(value, str) else ""


def is_pairs(folder: Path) -> bool:
    """Return whether a folder contains pairs: at least one page with a text of the same name beside it."""
    return any(_gold_path(folder, name) is not None for name in find_pages(folder))


def read_pairs(folder: Path, *, source: str, refuse: Refuse) -> Iterator[GoldPage]:
    """Read a folder of pairs ``NAME.html`` (or ``.html.gz``) and ``NAME.txt``, with the address in ``NAME.url``.

    Parameters
    ----------
    folder
        The folder; its subfolders are not read.
    source
        The corpus's name in the table.
    refuse
        Called with the reason for each page that cannot be read, or has no text beside it; the rest is read.

    Yields
    ------
    GoldPage
        Pages in the order of the names.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "ferry.html").write_text("<nav>News</nav><p>The ferry sailed.", encoding="utf-8")
    >>> _ = (folder / "ferry.txt").write_text("The ferry sailed.", encoding="utf-8")
    >>> [page.gold for page in read_pairs(folder, source="own", refuse=print)]
    ['The ferry sailed.']
    """
    pages = find_pages(folder)
    for name, html in pages.items():
        try:
            gold = _gold_path(folder, name)
            if gold is None:
                raise InputError("page without its gold text", where=str(html), expected=f"{name}.txt beside it")
            address = folder / f"{name}.url"
            url = next(iter(_text(address).split()), "") if address.is_file() else ""
            page = GoldPage(f"{source}/{name}", source, url, "", _html(html), _text(gold))
            yield _checked(page, where=str(gold), expected="the story")
        except InputError as error:
            refuse(error)
    for path in sorted(folder.iterdir()):
        suffix = _suffix(path, _GOLD_SUFFIXES)
        if suffix and path.name.removesuffix(suffix) not in pages:
            refuse(
                InputError(
                    "gold text without its page", where=str(path), expected="NAME.html or NAME.html.gz beside it"
                )
            )


def _gold_path(folder: Path, name: str) -> Path | None:
    paths = (folder / f"{name}{suffix}" for suffix in _GOLD_SUFFIXES)
    return next((path for path in paths if path.is_file()), None)
