"""The material of the benchmark: rows of sites to learn from, and pages of held-out sites with their gold text."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from corestory.errors import DataError, InputError
from corestory.labelling.origins import Origin, find_origins
from corestory.labelling.preparation import prepare_table
from corestory.labelling.table import read_frame, split_of, write_frame
from corestory.labelling.views import chosen_views, page_views
from corestory.reading.article import Article
from corestory.reading.html.page import read_page

if TYPE_CHECKING:
    import pandas as pd

    from corestory.labelling.gold_pages import GoldPage

SPLIT_SEED = 0
SEEN, HELD_OUT = ("train", "validation"), "test"
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class HeldOutPage:
    """One page of a held-out site.

    Attributes
    ----------
    page, source, site, url, language
        As in the labelled table.
    html
        The HTML that extractors read.
    article
        The article that corestory reads from the HTML, without title and URL of the gold data.
    text
        The visible text of the page, one line per block.
    lines
        The visible text of the page, one line per text node.
    gold
        The story.
    """

    page: str
    source: str
    site: str
    url: str
    language: str
    html: str
    article: Article
    text: str
    lines: str
    gold: str


def find_sources(paths: Sequence[Path]) -> list[Path]:
    """Find the sources in some paths, each of which is a source or a folder of sources.

    Raises
    ------
    InputError
        A path is neither.
    """
    found: list[Path] = []
    for path in paths:
        try:
            find_origins([path])
            found.append(path)
        except InputError:
            inside = [folder for folder in sorted(path.iterdir()) if _is_source(folder)] if path.is_dir() else []
            if not inside:
                raise
            found += inside
    return found


def load_table(
    sources: Sequence[Path], *, versions: Mapping[str, str], work: Path, jobs: int, say: Say
) -> pd.DataFrame:
    """Return the labelled table of the sources in all views; it is kept in `work` until code or inputs change."""
    views = chosen_views("all")
    path = work / f"table-{_state(sources, views, versions)}.parquet"
    if path.is_file():
        return read_frame(path)
    say(f"Cutting and labelling {len(sources)} sources in {len(views)} views")
    prepared = prepare_table(sources, seed=SPLIT_SEED, views=views, jobs=jobs, refuse=lambda error: say(f"{error}"))
    work.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    write_frame(prepared.frame, unfinished)
    unfinished.replace(path)
    return prepared.frame


def checked_table(frame: pd.DataFrame) -> pd.DataFrame:
    """Check that the table has the benchmark's split, and return it.

    Raises
    ------
    DataError
        The split differs, so a model trained on the table may have seen the pages on which it is measured.
    """
    rows = frame[["page", "site", "split"]].drop_duplicates()
    for page, site, split in rows.itertuples(index=False):
        if split != split_of(site or page, seed=SPLIT_SEED):
            raise DataError(
                f"{page} is in the split {split}",
                expected=f"the split of seed {SPLIT_SEED}",
                hint="Prepare the table anew, with the default seed.",
            )
    return frame


def seen_rows(frame: pd.DataFrame, *, limit: int | None = None) -> pd.DataFrame:
    """Return the rows to learn from, of at most `limit` pages of each source."""
    rows = frame[frame["split"].isin(SEEN)]
    if limit is not None:
        rows = rows[rows["page"].isin(_first_pages(rows, limit))]
    return rows.reset_index(drop=True)


def held_out_pages(
    frame: pd.DataFrame, sources: Sequence[Path], *, limit: int | None = None
) -> tuple[HeldOutPage, ...]:
    """Return the pages of the table's test sites with their gold text, in the order of the sources.

    Raises
    ------
    DataError
        There are no such pages.
    """
    rows = frame[frame["split"] == HELD_OUT]
    wanted = set(_first_pages(rows, limit)) if limit is not None else set(rows["page"].unique())
    sites: dict[str, str] = dict(rows[["page", "site"]].drop_duplicates().itertuples(index=False))
    pages = [
        _held_out(page, sites[page.page])
        for origin in find_origins(sources)
        if origin.has_pages
        for page in _pages(origin)
        if page.page in wanted
    ]
    if not pages:
        raise DataError("no page is held out", expected="a corpus of HTML pages with gold text, of many sites")
    return tuple(pages)


def code_state(files: Iterable[Path]) -> str:
    """Return a short hash of the code in some files."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.name}\0{file.stat().st_size}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def package_files(*packages: str) -> list[Path]:
    """Return the source files of some packages of corestory, such as ``"reading"``."""
    import corestory

    folder = Path(corestory.__path__[0])
    return [file for package in packages for file in sorted((folder / package).rglob("*.py"))]


def _is_source(folder: Path) -> bool:
    try:
        find_origins([folder])
    except InputError:
        return False
    return True


def _pages(origin: Origin) -> Iterable[GoldPage]:
    return origin.pages(refuse=lambda _: None, drop=lambda _: None)


def _held_out(page: GoldPage, site: str) -> HeldOutPage:
    parsed = read_page(page.html)
    # Leave out text that is only in the page's data for machines, because readers do not see it.
    shown = parsed.texts if parsed.markup is None else parsed.texts[: len(parsed.markup.elements)]
    views = page_views(page, views=("lines",))
    lines = [paragraph.text for view in views for paragraph in view.paragraphs]
    article = Article(page.page, parsed.texts, title=parsed.title, markup=parsed.markup)
    return HeldOutPage(
        page=page.page, source=page.source, site=site or page.page, url=page.url, language=parsed.language,
        html=page.html, article=article, text="\n".join(shown), lines="\n".join(lines), gold=page.gold,
    )  # fmt: skip


def _first_pages(rows: pd.DataFrame, limit: int) -> list[str]:
    pages = rows[["source", "page"]].drop_duplicates()
    return list(pages.groupby("source", sort=False)["page"].head(limit))


def _state(sources: Sequence[Path], views: Sequence[str], versions: Mapping[str, str]) -> str:
    digest = hashlib.sha256(code_state(package_files("reading", "labelling")).encode())
    digest.update(repr((views, sorted(versions.items()))).encode())
    for source in sources:
        for file in sorted(source.rglob("*")) if source.is_dir() else [source]:
            if file.is_file():
                found = file.stat()
                digest.update(f"{source.name}/{file.name}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:12]
