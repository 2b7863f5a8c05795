"""Train, validation and test by site, so that no score is of a site whose habits the model has seen."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

SHARES = (0.7, 0.1, 0.2)
"""Expected shares of sites in train, validation and test."""

_NAMES = ("train", "validation", "test")


def split_of(site: str, *, seed: int, shares: tuple[float, float, float] = SHARES) -> str:
    """Tell a site's split from nothing but its name and the seed.

    A site stays in its split whatever else is in the data: a model trained on more sites can still be measured on the
    test sites of the smaller table.

    Parameters
    ----------
    site
        Registered domain, or whatever else names the group of articles that must stay together.
    seed
        Another seed, another split.
    shares
        Expected shares of sites; they add up to 1.

    Returns
    -------
    str
        ``"train"``, ``"validation"`` or ``"test"``.

    Raises
    ------
    ValueError
        If the shares are negative or do not add up to 1.

    Examples
    --------
    >>> split_of("harbour-herald.example", seed=0) == split_of("harbour-herald.example", seed=0)
    True
    """
    if min(shares) < 0 or abs(sum(shares) - 1) > 1e-9:
        raise ValueError(f"shares {shares}; expected three that are not negative and add up to 1")
    digest = blake2b(f"{seed}:{site}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    drawn = int.from_bytes(digest, "big") / 2**64
    if drawn < shares[0]:
        return _NAMES[0]
    return _NAMES[1] if drawn < shares[0] + shares[1] else _NAMES[2]


def split_by_site(sites: pd.Series, *, seed: int, shares: tuple[float, float, float] = SHARES) -> pd.Series:
    """Split rows by site.

    Parameters
    ----------
    sites
        Each row's site; none may be empty (let an article without a site be its own).
    seed, shares
        As of `split_of`.

    Returns
    -------
    pandas.Series
        Each row's split, with the index of `sites`.

    Examples
    --------
    >>> import pandas as pd
    >>> split_by_site(pd.Series(["a.example", "b.example", "a.example"]), seed=0).nunique() <= 2
    True
    """
    return sites.map({site: split_of(site, seed=seed, shares=shares) for site in sites.unique()}).astype("str")
