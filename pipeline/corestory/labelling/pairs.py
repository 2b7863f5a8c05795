"""The plainest corpus of one's own: a page's HTML and its story as text, side by side in a folder."""

from collections.abc import Iterator
from pathlib import Path

from corestory.errors import InputError
from corestory.labelling.gold_pages import GoldPage, Refuse, checked_gold, find_pages, read_html
from corestory.reading.decoding import decode, read_bytes

_GOLD_SUFFIXES = (".txt", ".txt.gz")


def is_pairs(folder: Path) -> bool:
    """Tell a folder of pairs: at least one page with a text of the same name beside it."""
    return any(_gold_path(folder, name) is not None for name in find_pages(folder))


def read_pairs(folder: Path, *, source: str, refuse: Refuse) -> Iterator[GoldPage]:
    """Read a folder of pairs ``NAME.html`` (or ``.html.gz``) and ``NAME.txt``, with the address in ``NAME.url``.

    Parameters
    ----------
    folder
        The folder itself; folders in it are not read.
    source
        The corpus's name in the table.
    refuse
        Gets the reason for each page that cannot be read, or has no text beside it; the rest is read.

    Yields
    ------
    GoldPage
        In the order of the names.

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
            yield GoldPage(
                page=f"{source}/{name}",
                source=source,
                url=_first_line(address) if address.is_file() else "",
                title="",
                html=read_html(html),
                gold=checked_gold(decode(read_bytes(gold), where=str(gold)), where=str(gold), expected="the story"),
            )
        except InputError as error:
            refuse(error)
    for path in sorted(folder.iterdir()):
        suffix = next((suffix for suffix in _GOLD_SUFFIXES if path.name.endswith(suffix)), "")
        if suffix and path.name.removesuffix(suffix) not in pages:
            refuse(
                InputError(
                    "gold text without its page", where=str(path), expected="NAME.html or NAME.html.gz beside it"
                )
            )


def _gold_path(folder: Path, name: str) -> Path | None:
    paths = (folder / f"{name}{suffix}" for suffix in _GOLD_SUFFIXES)
    return next((path for path in paths if path.is_file()), None)


def _first_line(path: Path) -> str:
    lines = decode(read_bytes(path), where=str(path)).split()
    return lines[0] if lines else ""
