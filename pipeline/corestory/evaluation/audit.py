"""Labels to check: labels that are likely wrong, and disputes between two people.

Each label is compared with the score of models that have not seen it. The first model's out-of-fold score and the
labels of the neighbouring paragraphs are the features of a second model, because story and filler come in runs.
Confident learning separates wrong labels from uncertain scores (Northcutt, Jiang and Chuang, "Confident Learning:
Estimating Uncertainty in Dataset Labels", Journal of Artificial Intelligence Research 70, 2021), in cleanlab's
implementation.

The agreement of two people is Cohen's kappa: the share of equal labels, corrected for labels that are equal by chance
(Cohen, "A Coefficient of Agreement for Nominal Scales", Educational and Psychological Measurement 20, 1960).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from corestory.errors import DataError
from corestory.features.layout import Layout
from corestory.types import Float, Int, Label

if TYPE_CHECKING:
    import pandas as pd

    from corestory.labelling.labelled import LabelledArticle

FOLDS = 10
NEIGHBOURS = (-2, -1, 1, 2)
"""The steps to the neighbours whose labels the second model reads."""

CONTEXT = 2
"""The number of paragraphs that are shown before and after a suspect."""

# An epoch of a small table has few steps. So small tables get more epochs: about this many rows in all, within limits.
_ROWS_TO_SEE = 130_000
_EPOCHS = (8, 80)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A paragraph beside a suspect; its label is None if it has none."""

    text: str
    label: Label | None


@dataclass(frozen=True, slots=True)
class Suspect:
    """A labelled paragraph whose label may be wrong.

    Attributes
    ----------
    article_id, position, source
        The paragraph's article, its position there, and the source of its label.
    text, label
        Its text and its label.
    suggested
        The likelier label by the score; it may equal `label`.
    score
        The probability of core by models that have not seen `label`. Suspects are ranked by the probability of `label`,
        the least first.
    issue
        Whether the label is likely an error by confident learning.
    before, after
        Its neighbours, in the order of the article.
    """

    article_id: str
    position: int
    source: str
    text: str
    label: Label
    suggested: Label
    score: float
    issue: bool
    before: tuple[Neighbour, ...]
    after: tuple[Neighbour, ...]


@dataclass(frozen=True, slots=True)
class Audit:
    """The result of an audit.

    Attributes
    ----------
    labelled
        The number of labels compared.
    issues
        The number of labels that are likely errors by confident learning.
    suspects
        The likeliest errors first.
    """

    labelled: int
    issues: int
    suspects: tuple[Suspect, ...]


def audit_labels(
    frame: pd.DataFrame,
    *,
    share: float = 0.1,
    seed: int = 0,
    jobs: int = 1,
    progress: Callable[[int, int], None] = lambda *_: None,
    where: str = "",
) -> Audit:
    """Rank the labelled paragraphs by how likely their label is wrong.

    Parameters
    ----------
    frame
        The labelled table. One view of each page is used: the page itself, if the table has it.
    share
        The share of the labelled paragraphs to return.
    seed, jobs
        The same data and seed give the same ranking; `jobs` fits run at once.
    progress
        Called with the number of finished fits and the number of all fits.
    where
        The data's name in error messages.

    Raises
    ------
    DataError
        If there are too few articles or labels to learn from.
    """
    from cleanlab.filter import find_label_issues
    from cleanlab.rank import get_label_quality_scores

    rows = _one_view(frame, where)
    labelled = rows["label"].notna().to_numpy()
    score = _label_free_scores(rows, seed, jobs, progress)
    given = (rows["label"] == "filler").to_numpy()[labelled].astype(np.int64)
    probabilities = np.column_stack([score, 1 - score])[labelled]
    quality = get_label_quality_scores(given, probabilities, method="self_confidence")
    issue = find_label_issues(given, probabilities, filter_by="prune_by_noise_rate", n_jobs=1)
    order = np.argsort(quality, kind="stable")[: math.ceil(share * len(quality))]
    row = np.flatnonzero(labelled)[order]
    ranked = zip(*(column.tolist() for column in (row, score[row], issue[order])), strict=True)
    return Audit(len(quality), int(issue.sum()), tuple(_suspects(rows, ranked)))


def _label_free_scores(rows: pd.DataFrame, seed: int, jobs: int, progress: Callable[[int, int], None]) -> Float:
    """Return the probability of core of each paragraph by models that have not seen its label, shape (rows,)."""
    from corestory.training.estimator import ParagraphClassifier

    fewest, most = _EPOCHS
    epochs = min(max(fewest, math.ceil(_ROWS_TO_SEE / max(len(rows), 1))), most)
    classifier = ParagraphClassifier(
        folds=FOLDS,
        members=1,
        text_epochs=epochs,
        html_epochs=epochs,
        steps=1,
        least_trust=0.0,
        random_state=seed,
        n_jobs=jobs,
    )
    # The folds are by page, not by site, because the site's other pages are the best evidence about a label.
    pages = rows.drop(columns="site", errors="ignore")
    total, done = classifier.fits(pages), count(1)
    classifier.fit(pages, progress=lambda _: progress(next(done), total))
    progress(total, total)  # small tables get no second look, so they need fewer fits
    score = np.clip(classifier.out_of_fold_["score"].to_numpy(np.float64), 1e-6, 1 - 1e-6)
    layout = Layout.of(rows.groupby("article_id", sort=False).size().to_numpy().astype(np.int64))
    signs: Float = (rows["label"] == "core").to_numpy(np.float64) - (rows["label"] == "filler").to_numpy(np.float64)
    return _with_neighbours_labels(np.log(score / (1 - score)), signs, layout, classifier.folds_.of_row)


def _with_neighbours_labels(log_odds: Float, signs: Float, layout: Layout, folds: Int) -> Float:
    from sklearn.linear_model import LogisticRegression

    features = np.column_stack(
        [log_odds, layout.neighbours(log_odds, NEIGHBOURS), layout.neighbours(signs, NEIGHBOURS)]
    )
    score = 1 / (1 + np.exp(-log_odds))
    for fold in np.unique(folds):
        inside, learned = folds == fold, (folds != fold) & (signs != 0)
        model = LogisticRegression(max_iter=1000).fit(features[learned], signs[learned])
        score[inside] = model.predict_proba(features[inside])[:, 1]
    return score


def _one_view(frame: pd.DataFrame, where: str) -> pd.DataFrame:
    """Return one view of each page, with the rows of an article adjacent and in order."""
    if not frame["label"].notna().any():
        raise DataError("no row is labelled", where=where, expected="both core and filler")
    own = frame["article_id"] == frame["page"]
    first = frame["article_id"].where(own).groupby(frame["page"]).transform("first")
    first = first.fillna(frame.groupby("page")["article_id"].transform("first"))
    rows = frame[frame["article_id"] == first]
    order = np.lexsort((rows["position"].to_numpy(), rows["article_id"].factorize(sort=True)[0]))
    return rows.iloc[order].reset_index(drop=True)


def _suspects(rows: pd.DataFrame, ranked: Iterable[tuple[int, float, bool]]) -> Iterator[Suspect]:
    """Yield the ranked rows, given by number, score and issue, with the rows around them."""
    # Indexing a frame cell by cell is slower than indexing lists.
    articles, positions, sources, texts = (rows[name].tolist() for name in ("article_id", "position", "source", "text"))
    labels = rows["label"].astype(object).where(rows["label"].notna(), None).tolist()

    def neighbours(row: int, around: range) -> tuple[Neighbour, ...]:
        inside = (other for other in around if 0 <= other < len(texts) and articles[other] == articles[row])
        return tuple(Neighbour(texts[other], labels[other]) for other in inside)

    for row, score, issue in ranked:
        yield Suspect(
            articles[row],
            positions[row],
            sources[row],
            texts[row],
            labels[row],
            "core" if score > 0.5 else "filler",
            score,
            issue,
            neighbours(row, range(row - CONTEXT, row)),
            neighbours(row, range(row + 1, row + 1 + CONTEXT)),
        )


UNKNOWN_SITE = "unknown"


@dataclass(frozen=True, slots=True)
class Kappa:
    """The agreement about some paragraphs.

    Attributes
    ----------
    site
        The site of the paragraphs; empty for all sites.
    paragraphs, equal
        The number of paragraphs with two labels, and the number with equal labels.
    kappa
        Cohen's kappa, at most 1; NaN if both people gave only one and the same label, so that agreement by chance is
        certain.
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
        The agreement about all paragraphs with two labels.
    sites
        The agreement by site, the least first.
    disputes
        The paragraphs with different labels: `label` is the first person's, `suggested` the second's.
    other_articles
        The number of articles that only one person has.
    other_texts
        The number of paragraphs whose texts differ at the same position of the same article; they are left out.
    """

    overall: Kappa
    sites: tuple[Kappa, ...]
    disputes: tuple[Suspect, ...]
    other_articles: int
    other_texts: int


def compare_labels(first: Iterable[LabelledArticle], second: Iterable[LabelledArticle]) -> Agreement:
    """Compare the labels that two people gave to the same articles.

    Articles are the same if their names within their sources are equal.

    Parameters
    ----------
    first, second
        The labelled articles of each person.
    """
    theirs = {_name(article): article for article in second}
    pairs: dict[str, list[tuple[Label, Label]]] = defaultdict(list)
    disputes: list[Suspect] = []
    only_first = other_texts = 0
    for article in first:
        other = theirs.pop(_name(article), None)
        if other is None:
            only_first += 1
            continue
        other_texts += abs(len(article.paragraphs) - len(other.paragraphs))
        for position, (paragraph, counterpart) in enumerate(zip(article.paragraphs, other.paragraphs, strict=False)):
            if paragraph.text != counterpart.text:
                other_texts += 1
            elif paragraph.label is not None and counterpart.label is not None:
                pairs[article.site or other.site or UNKNOWN_SITE].append((paragraph.label, counterpart.label))
                if paragraph.label != counterpart.label:
                    disputes.append(_dispute(article, position, paragraph.label, counterpart.label, other.source))
    sites = [_kappa(site, of_site) for site, of_site in pairs.items()]
    sites.sort(key=lambda kappa: (math.inf if math.isnan(kappa.kappa) else kappa.kappa, kappa.site))
    overall = _kappa("", [pair for of_site in pairs.values() for pair in of_site])
    return Agreement(overall, tuple(sites), tuple(disputes), only_first + len(theirs), other_texts)


def _name(article: LabelledArticle) -> str:
    return article.article_id.removeprefix(f"{article.source}/")


def _kappa(site: str, pairs: Sequence[tuple[Label, Label]]) -> Kappa:
    from sklearn.metrics import cohen_kappa_score

    several = len({label for pair in pairs for label in pair}) > 1
    kappa = float(cohen_kappa_score(*zip(*pairs, strict=True))) if several else math.nan
    return Kappa(site, len(pairs), sum(first == second for first, second in pairs), kappa)


def _dispute(article: LabelledArticle, position: int, label: Label, other: Label, source: str) -> Suspect:
    paragraphs = article.paragraphs
    return Suspect(
        article.article_id,
        position,
        f"{article.source}, {source}",
        paragraphs[position].text,
        label,
        other,
        # One of the two people is wrong, and it is unknown which.
        score=0.5,
        issue=False,
        before=tuple(
            Neighbour(neighbour.text, neighbour.label)
            for neighbour in paragraphs[max(position - CONTEXT, 0) : position]
        ),
        after=tuple(
            Neighbour(neighbour.text, neighbour.label)
            for neighbour in paragraphs[position + 1 : position + 1 + CONTEXT]
        ),
    )
