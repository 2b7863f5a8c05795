"""The labelled table: its columns, a frame of labelled articles, its Parquet file, and its split by site."""

from __future__ import annotations

import math
from collections import Counter
from hashlib import blake2b
from typing import TYPE_CHECKING

from corestory.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import pandas as pd
    import pyarrow as pa

    from corestory.labelling.labelled import LabelledArticle

SPLITS = ("train", "validation", "test")

TEXT_COLUMNS = ("article_id", "page", "view", "site", "url", "title", "language")


def table_schema() -> pa.Schema:
    """Return the schema of the labelled table, which has one row per paragraph.

    ``markup`` to ``declared`` are empty if the paragraph had no markup; ``kind`` and ``role`` if the source does not
    give them.
    """
    import pyarrow as pa

    names = (
        *(*TEXT_COLUMNS, "position", "text", "label", "source", "split"),
        *("markup", "elements", "repeats", "link_density", "declared", "kind", "role"),
    )
    types = {"position": pa.int32()} | dict.fromkeys(("elements", "repeats"), pa.list_(pa.int32()))
    types |= dict.fromkeys(("link_density", "declared"), pa.float32())
    return pa.schema([(name, types.get(name, pa.string())) for name in names])


def articles_frame(articles: Iterable[LabelledArticle]) -> pd.DataFrame:
    """Lay out articles as the labelled table, without its split.

    Parameters
    ----------
    articles
        The articles, which are consumed one by one.

    Returns
    -------
    pandas.DataFrame
        One row per paragraph with the columns of `table_schema`; ``split`` is empty.

    Examples
    --------
    >>> from corestory.labelling.labelled import LabelledArticle, LabelledParagraph
    >>> paragraphs = (LabelledParagraph("The ferry sailed.", "core"), LabelledParagraph("Read more", "filler"))
    >>> frame = articles_frame([LabelledArticle(page="1", view="text", source="own", paragraphs=paragraphs)])
    >>> frame[["article_id", "position", "text", "label"]].values.tolist()
    [['1', 0, 'The ferry sailed.', 'core'], ['1', 1, 'Read more', 'filler']]
    """
    import pyarrow as pa

    schema = table_schema()
    # An Arrow table for a few articles at a time: one Python object per cell would take gigabytes on a large corpus.
    tables = [schema.empty_table()]
    together: list[LabelledArticle] = []
    rows = 0
    for article in articles:
        together.append(article)
        rows += len(article.paragraphs)
        if rows >= _ROWS_AT_ONCE:
            tables.append(_table(together, schema))
            together, rows = [], 0
    tables.append(_table(together, schema))
    frame: pd.DataFrame = pa.concat_tables(tables).to_pandas()
    return frame


def write_frame(frame: pd.DataFrame, path: Path) -> None:
    """Write the labelled table as Parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(frame, schema=table_schema(), preserve_index=False)
    pq.write_table(table.replace_schema_metadata(None), path, compression="zstd")


def is_prepared(path: Path) -> bool:
    """Return whether a file has the columns of a table that `write_frame` wrote."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return path.is_file() and {*TEXT_COLUMNS, "split", "markup"} <= set(pq.read_schema(path).names)
    except (pa.ArrowException, OSError, ValueError):
        return False


def read_frame(path: Path) -> pd.DataFrame:
    """Read the labelled table that ``corestory prepare`` wrote.

    Raises
    ------
    InputError
        The file is missing, is not a Parquet file, or lacks a column.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    hint = "Make it with: corestory prepare SOURCE --output FILE.parquet"
    if not path.is_file():
        raise InputError("no such file", where=str(path), expected="a table of labelled paragraphs", hint=hint)
    schema = table_schema()
    try:
        found = pq.read_schema(path).names
        # Tables of older versions have no kinds and roles, and take hours to make again.
        later = [name for name in ("kind", "role") if name not in found]
        missing = [name for name in schema.names if name not in (*found, *later)]
        if missing:
            raise InputError(
                f"no column {', '.join(missing)}", where=str(path), expected=", ".join(schema.names), hint=hint
            )
        table = pq.read_table(path, columns=[name for name in schema.names if name not in later])
        for name in later:
            table = table.append_column(name, pa.nulls(len(table), pa.string()))
        frame: pd.DataFrame = table.select(schema.names).cast(schema).to_pandas()
    except (pa.ArrowException, OSError, ValueError) as error:
        with path.open("rb") as file:
            if file.read(4) != b"PAR1":
                raise InputError(
                    "is not a table of labelled paragraphs", where=str(path), expected="Parquet",
                    hint=f"Make one with: corestory prepare {path} --output FILE.parquet",
                ) from error  # fmt: skip
        reason = str(error).splitlines()[0]
        raise InputError(f"not a readable table ({reason})", where=str(path), expected="Parquet", hint=hint) from error
    return frame


_ROWS_AT_ONCE = 20_000


def _table(articles: Sequence[LabelledArticle], schema: pa.Schema) -> pa.Table:
    import numpy as np
    import pyarrow as pa

    lengths = [len(article.paragraphs) for article in articles]
    index = pa.array(np.repeat(np.arange(len(articles)), lengths))
    columns = {
        name: pa.array([getattr(article, name) for article in articles], pa.string()).take(index)
        for name in (*TEXT_COLUMNS, "source")
    }
    paragraphs = [paragraph for article in articles for paragraph in article.paragraphs]
    columns |= {
        name: [getattr(paragraph, name) for paragraph in paragraphs] for name in ("text", "label", "kind", "role")
    }
    markup = [paragraph.markup for paragraph in paragraphs]
    columns |= {
        "position": [position for length in lengths for position in range(length)],
        "split": pa.nulls(len(paragraphs), pa.string()),
        "markup": [None if element is None else element.words for element in markup],
        "elements": [None if element is None else element.elements for element in markup],
        "repeats": [None if element is None else element.repeats for element in markup],
        "link_density": [math.nan if element is None else element.link_density for element in markup],
        # An empty cell in the table where `Markup` has -1: the page declares nothing.
        "declared": [math.nan if element is None or element.declared < 0 else element.declared for element in markup],
    }
    return pa.table(columns, schema=schema)


SHARES = (0.7, 0.1, 0.2)
"""Expected shares of sites in train, validation and test."""


def split_of(site: str, *, seed: int) -> str:
    """Return a site's split, which depends only on its name and the seed.

    A site stays in its split whatever else is in the data, so a model trained on more sites can still be measured on
    the test sites of the smaller table.

    Parameters
    ----------
    site
        The registered domain, or another name of a group of articles that must stay together.
    seed
        The seed of the split.

    Returns
    -------
    str
        ``"train"``, ``"validation"`` or ``"test"``.

    Examples
    --------
    >>> split_of("harbour-herald.example", seed=0) == split_of("harbour-herald.example", seed=0)
    True
    """
    digest = blake2b(f"{seed}:{site}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    drawn = int.from_bytes(digest, "big") / 2**64
    if drawn < SHARES[0]:
        return SPLITS[0]
    return SPLITS[1] if drawn < SHARES[0] + SHARES[1] else SPLITS[2]


def split_by_site(sites: pd.Series, *, seed: int) -> pd.Series:
    """Split rows by site, so that no split is empty if there are at least three sites.

    Each site gets the split of `split_of`. If that leaves a split empty, as it often does with few sites, a site of
    another split moves there: the site whose share of the rows is closest to the share of the empty split. If there are
    fewer than three sites, validation stays empty, then test.

    Parameters
    ----------
    sites
        The site of each row, or another group of rows that must stay together; none may be empty.
    seed
        As in `split_of`.

    Returns
    -------
    pandas.Series
        The split of each row, with the index of `sites`.

    Examples
    --------
    >>> import pandas as pd
    >>> sorted(split_by_site(pd.Series(["a.example", "b.example", "c.example"]), seed=0))
    ['test', 'train', 'validation']
    """
    sizes = sites.value_counts().sort_index()
    splits = {site: split_of(site, seed=seed) for site in sizes.index}
    wanted = [(SPLITS[index], SHARES[index]) for index in (0, 2, 1)]
    for number, (split, share) in enumerate(wanted):
        counts = Counter(splits.values())
        # With fewer than three sites validation stays empty, then test.
        later = {name for name, _ in wanted[number + 1 :]}
        movable = [site for site, given in splits.items() if counts[given] > 1 or given in later]
        if movable and not counts[split]:
            splits[min(movable, key=lambda site: abs(sizes[site] - share * len(sites)))] = split
    return sites.map(splits).astype("str")


def split_rows(frame: pd.DataFrame, *, seed: int) -> pd.Series:
    """Split the labelled table by site, or by article if it has fewer than three sites.

    An article without a site counts as a site of its own. The views of a page always stay together.

    Parameters
    ----------
    frame
        Columns ``site`` and ``page``.
    seed
        As in `split_of`.
    """
    site = site_or_page(frame)
    return split_by_site(site if site.nunique() >= len(SPLITS) else frame["page"], seed=seed)


def site_or_page(frame: pd.DataFrame) -> pd.Series:
    """Return the site of each row of a labelled table; a page without a site is a site of its own."""
    page = frame["page"] if "page" in frame else frame["article_id"]
    return frame["site"].where(frame["site"].fillna("") != "", page) if "site" in frame else page


def is_split_by_article(frame: pd.DataFrame) -> bool:
    """Return whether some site of a labelled table has articles in more than one split.

    Examples
    --------
    >>> import pandas as pd
    >>> is_split_by_article(pd.DataFrame({"site": ["a.example"] * 2, "split": ["train", "test"]}))
    True
    """
    sited = frame[frame["site"].fillna("") != ""]
    return bool((sited.groupby("site")["split"].nunique() > 1).any())
