"""How far two people agree about the same paragraphs: Cohen's kappa, and the paragraphs on which they differ.

Kappa is the share of equal labels, corrected for those that are equal by chance (Cohen, "A Coefficient of Agreement for
Nominal Scales", Educational and Psychological Measurement 20, 1960).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corestory.evaluation.audit import CONTEXT, Neighbour, Suspect

if TYPE_CHECKING:
    from corestory.labelling.labelled import LabelledArticle
    from corestory.types import Label

UNKNOWN_SITE = "unknown"


@dataclass(frozen=True, slots=True)
class Kappa:
    """The agreement about some paragraphs.

    Attributes
    ----------
    site
        Whose paragraphs; empty for all.
    paragraphs, equal
        How many paragraphs both have labelled, and how many alike.
    kappa
        Cohen's kappa, at most 1; NaN where both gave a single label, so that chance alone would make them agree.
    """

    site: str
    paragraphs: int
    equal: int
    kappa: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """The agreement of two sets of labels.

    Attributes
    ----------
    overall
        About all paragraphs that both have labelled.
    sites
        By site, the least agreement first.
    disputes
        The paragraphs with two labels: `label` is the first person's, `suggested` the second's.
    articles
        How many articles both have.
    other_articles
        How many articles only one has.
    other_texts
        How many paragraphs of the same article and position have different texts; they are left out.
    """

    overall: Kappa
    sites: tuple[Kappa, ...]
    disputes: tuple[Suspect, ...]
    articles: int
    other_articles: int
    other_texts: int


def cohens_kappa(pairs: Sequence[tuple[Label, Label]]) -> float:
    """Cohen's kappa of pairs of labels; NaN if it is not defined.

    Examples
    --------
    >>> cohens_kappa([("core", "core"), ("core", "filler"), ("filler", "filler"), ("filler", "filler")])
    0.5
    """
    count = len(pairs)
    if not count:
        return math.nan
    equal = sum(first == second for first, second in pairs) / count
    core = [sum(pair[person] == "core" for pair in pairs) / count for person in (0, 1)]
    by_chance = core[0] * core[1] + (1 - core[0]) * (1 - core[1])
    return (equal - by_chance) / (1 - by_chance) if by_chance < 1 else math.nan


def compare_labels(first: Iterable[LabelledArticle], second: Iterable[LabelledArticle]) -> Agreement:
    """Compare what two people say of the same articles.

    Articles are the same if their names within their sources are.

    Parameters
    ----------
    first, second
        The labelled articles of each.
    """
    theirs = {_name(article): article for article in second}
    pairs: dict[str, list[tuple[Label, Label]]] = defaultdict(list)
    disputes: list[Suspect] = []
    shared = only_first = other_texts = 0
    for article in first:
        other = theirs.pop(_name(article), None)
        if other is None:
            only_first += 1
            continue
        shared += 1
        other_texts += abs(len(article.paragraphs) - len(other.paragraphs))
        for position, (one, two) in enumerate(zip(article.paragraphs, other.paragraphs, strict=False)):
            if one.text != two.text:
                other_texts += 1
            elif one.label is not None and two.label is not None:
                pairs[article.site or other.site or UNKNOWN_SITE].append((one.label, two.label))
                if one.label != two.label:
                    disputes.append(_dispute(article, position, one.label, two.label, other.source))
    sites = [_kappa(site, of_site) for site, of_site in pairs.items()]
    sites.sort(key=lambda kappa: (math.inf if math.isnan(kappa.kappa) else kappa.kappa, kappa.site))
    overall = _kappa("", [pair for of_site in pairs.values() for pair in of_site])
    return Agreement(overall, tuple(sites), tuple(disputes), shared, only_first + len(theirs), other_texts)


def _name(article: LabelledArticle) -> str:
    return article.article_id.removeprefix(f"{article.source}/")


def _kappa(site: str, pairs: Sequence[tuple[Label, Label]]) -> Kappa:
    return Kappa(site, len(pairs), sum(first == second for first, second in pairs), cohens_kappa(pairs))


def _dispute(article: LabelledArticle, position: int, label: Label, other: Label, source: str) -> Suspect:
    paragraphs = article.paragraphs
    return Suspect(
        article.article_id,
        position,
        f"{article.source}, {source}",
        paragraphs[position].text,
        label,
        other,
        # One of two people is wrong; which one is unknown.
        score=0.5,
        quality=0.5,
        issue=False,
        before=tuple(Neighbour(one.text, one.label) for one in paragraphs[max(position - CONTEXT, 0) : position]),
        after=tuple(Neighbour(one.text, one.label) for one in paragraphs[position + 1 : position + 1 + CONTEXT]),
    )
