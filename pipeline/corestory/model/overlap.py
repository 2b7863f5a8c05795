"""Hashes of the articles and sites that a model was trained on, to find labelled rows that it has seen.

Each model has its own key, so the same site has different hashes in different models, and a precomputed table cannot
reverse them. Anybody who has an article can still check whether a model was trained on it.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

import msgspec
import numpy as np

if TYPE_CHECKING:
    import pandas as pd

KEY_BYTES = 16
LEAST_WORDS = 8
"""An article is recognised by its longest paragraph, or by its whole text if that paragraph has fewer words."""


class TrainingHashes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The articles and sites of a training table, as keyed 64-bit hashes (BLAKE2b).

    Attributes
    ----------
    key
        The key, `KEY_BYTES` random bytes.
    articles, sites
        The hashes, ascending, 8 bytes each.
    """

    key: bytes = b""
    articles: bytes = b""
    sites: bytes = b""

    def __post_init__(self) -> None:
        if len(self.key) > KEY_BYTES or len(self.articles) % 8 or len(self.sites) % 8:
            raise ValueError("hashes that are not 8 bytes each, or a key that is too long")


class Overlap(msgspec.Struct, frozen=True):
    """The part of a table that a model was trained on.

    Attributes
    ----------
    articles, sites
        The numbers of articles and sites of the table.
    seen_articles, seen_sites
        The numbers of those that the model was trained on.
    """

    articles: int
    sites: int
    seen_articles: int
    seen_sites: int

    def __bool__(self) -> bool:
        """Whether the model was trained on any of the articles or sites."""
        return self.seen_articles > 0 or self.seen_sites > 0


def training_hashes(frame: pd.DataFrame, *, key: bytes | None = None) -> TrainingHashes:
    """Hash the articles and sites of a training table.

    Parameters
    ----------
    frame
        Columns `article_id` and `text`, and `site` where known.
    key
        The key; by default a new random one.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("a", "x.example", "The quay opened."), ("b", "y.example", "It rained.")]
    >>> frame = pd.DataFrame(rows, columns=["article_id", "site", "text"])
    >>> hashes = training_hashes(frame.head(1))
    >>> find_overlap(frame, hashes)
    Overlap(articles=2, sites=2, seen_articles=1, seen_sites=1)
    """
    key = secrets.token_bytes(KEY_BYTES) if key is None else key
    found = _article_hashes(frame, key).values(), _site_hashes(frame, key)
    return TrainingHashes(key, *(np.unique(np.array(list(hashes), "<u8")).tobytes() for hashes in found))


def joined_hashes(hashes: TrainingHashes, frame: pd.DataFrame) -> TrainingHashes:
    """Add the hashes of the articles and sites of another table, from which the model learned later.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"article_id": ["a", "b"], "text": ["The quay opened.", "It rained."]})
    >>> find_overlap(frame, joined_hashes(training_hashes(frame.head(1)), frame.tail(1))).seen_articles
    2
    """
    new = training_hashes(frame, key=hashes.key or None)

    def both(first: bytes, second: bytes) -> bytes:
        return np.unique(np.frombuffer(first + second, "<u8")).astype("<u8").tobytes()

    return TrainingHashes(new.key, both(hashes.articles, new.articles), both(hashes.sites, new.sites))


def find_overlap(frame: pd.DataFrame, hashes: TrainingHashes) -> Overlap:
    """Count the articles and sites of a table on which a model was trained.

    Parameters
    ----------
    frame
        Columns `article_id` and `text`, and `site` where known. An article counts as seen if its longest paragraph is
        the longest paragraph of a training article. Its id and its other paragraphs do not matter, so all views of a
        page are found.
    hashes
        The hashes of the training table (`corestory.model.manifest.Manifest.training`).
    """
    sites, known_sites = _site_hashes(frame, hashes.key), _known(hashes.sites)
    seen_sites = sum(site in known_sites for site in sites)
    return Overlap(frame["article_id"].nunique(), len(sites), len(seen_articles(frame, hashes)), seen_sites)


def seen_articles(frame: pd.DataFrame, hashes: TrainingHashes) -> set[str]:
    """Return the ids of the articles on which a model was trained, as `find_overlap` recognises them.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"article_id": ["a", "b", "a"], "text": ["The quay opened.", "It rained.", "Share"]})
    >>> seen_articles(frame, training_hashes(frame[frame["article_id"] == "a"]))
    {'a'}
    """
    known = _known(hashes.articles)
    return {article_id for article_id, found in _article_hashes(frame, hashes.key).items() if found in known}


def _known(hashes: bytes) -> set[int]:
    return set(np.frombuffer(hashes, "<u8").tolist())


def _article_hashes(frame: pd.DataFrame, key: bytes) -> dict[str, int]:
    groups = frame.groupby("article_id")["text"]
    return {str(article_id): _hash(_recognised_by(texts.tolist()), key) for article_id, texts in groups}


def _site_hashes(frame: pd.DataFrame, key: bytes) -> list[int]:
    names = frame["site"].dropna().astype(str).str.casefold().unique().tolist() if "site" in frame else []
    return [_hash(f"site {name}", key) for name in names if name]


def _recognised_by(texts: list[str]) -> str:
    words = max((text.casefold().split() for text in texts), key=lambda found: (len(found), found))
    return " ".join(words) if len(words) >= LEAST_WORDS else "\n".join(text.casefold() for text in texts)


def _hash(text: str, key: bytes) -> int:
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8, key=key).digest()
    return int.from_bytes(digest, "little")
