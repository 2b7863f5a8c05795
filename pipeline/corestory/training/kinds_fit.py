"""The fit of the head that predicts kinds and roles, on the rows of a labelled table that have a kind or a role."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from corestory.errors import DataError
from corestory.features.batch import batch_of_frame, has_markup
from corestory.features.batch_features import BatchFeatures
from corestory.features.layout import Layout
from corestory.features.shapes import form_tokens, unmarked
from corestory.features.tokens import Tokens, tokenise
from corestory.labelling.kinds import without_telling_words
from corestory.labelling.labelled import KINDS, OWN_VIEWS, ROLES
from corestory.labelling.table import site_or_page
from corestory.model.kinds import (
    CLASSES,
    WORDS_READ,
    KindContext,
    KindHead,
    KindNgrams,
    class_features,
    softmax,
    story_features,
)
from corestory.model.ngrams import Lookup, fitted_idf, known_ngrams, ngram_entries, tfidf_matrix
from corestory.training.fitting import chunks
from corestory.training.plug_templates import with_planted_lines
from corestory.types import Bool, Float, Float32, Int, UInt64

if TYPE_CHECKING:
    import pandas as pd
    import scipy.sparse

Read = Callable[[Sequence[str]], Tokens]
IdfOf = Callable[[UInt64], Float]

VIEWS = (*OWN_VIEWS, "container")
"""The views from which kinds are learned: the whole page, and the element that holds the story."""

NGRAMS_CAP, CONTEXT_CAP = 15, 15
"""The most rows of one class from one site, in the first and in the second step."""
MOST_WORDS, MOST_FORMS, MOST_MARKUP = 30_000, 8_000, 10_000
"""The most n-grams of each sort; if there are more, the rarest are left out."""
MIN_SITES = 3
BALANCE = 0.25
"""The total weight of a class is its number of rows to the power of 1 - `BALANCE`: rare classes have more weight."""

PLANTED_WEIGHT = 0.3
"""The weight of a row of an article with planted lines, relative to other rows."""

FREQUENCY = 0.75
"""How far the predictions of the second step follow the true frequency of classes, from 0 (the weights of the fit) to 1
(the frequency). With 0 it predicts rare kinds too often, with 1 hardly ever."""

MEMBERS, BATCH, STEP, PENALTY = 3, 512, 2e-3, 1e-3
"""The number of perceptrons of the second step, and the batch size, step and penalty of their fit by Adam."""
TEXT_SIZE, HTML_SIZE = (32, 25), (16, 15)
"""Their hidden units, and the epochs of their fit. With markup both are smaller: most kinds show in the markup alone,
and a larger fit learns single sites."""

# The intercept of a class that a fit has not seen.
_UNSEEN = -12.0
_TEXTS_AT_ONCE = 20_000


def fit_kinds(frame: pd.DataFrame, core: Bool, fold: Int, *, idf_of: IdfOf, seed: int) -> KindHead | None:
    """Fit the head.

    Parameters
    ----------
    frame
        Columns as in `corestory.features.batch.batch_of_frame`, and where known `kind`, `role`, `site` and `view`.
    core
        Whether each row is core.
    fold
        Each row's fold, by site. The second step learns from scores of a first step that saw only the other half of
        the folds.
    idf_of
        Returns the inverse document frequencies of words by their hashes.
    seed
        The seed of the choice of rows of sites that have many rows of one class.

    Returns
    -------
    KindHead or None
        None if the frame has fewer than two kinds, too few of them in one half of the folds, or no n-gram on several
        sites, for example because all articles are of one site.

    Raises
    ------
    DataError
        If a kind or a role has an unknown name.
    """
    classes = _classes(frame)
    if len(np.unique(classes[(classes >= 0) & (classes < len(KINDS))])) < 2:
        return None
    inside = frame["view"].isin(VIEWS).to_numpy() if "view" in frame else np.ones(len(frame), bool)
    generator = np.random.default_rng(seed)
    frame, core, fold = with_planted_lines(frame[inside], core[inside], fold[inside], generator)
    rows = _rows(frame, _classes(frame), core, fold % 2, idf_of, found=int(inside.sum()))
    everything = np.ones(len(rows.classes), bool)
    chosen = rows.chosen(everything, NGRAMS_CAP, generator)
    if not rows.enough(chosen):
        return None
    words = _Vocabulary.of(rows, chosen, _first_words, MOST_WORDS)
    forms = _Vocabulary.of(rows, chosen, _first_forms, MOST_FORMS)
    if not (len(words.hashes) and len(forms.hashes)):
        return None
    by_text, both = _fit_ngrams([words, forms], [rows.texts, rows.texts], rows, chosen)
    text = _fit_context(by_text, rows, everything, TEXT_SIZE, generator)
    with_markup = chosen[rows.marked[chosen]]
    if not rows.enough(with_markup):
        return KindHead(both[0], both[1], text)
    seen = rows.seen_markup()
    markup = _Vocabulary.of(rows, with_markup, tokenise, MOST_MARKUP, seen)
    if not len(markup.hashes):
        return KindHead(both[0], both[1], text)
    by_markup, (on_page,) = _fit_ngrams([markup], [seen], rows, with_markup)
    html = _fit_context(by_text + by_markup, rows, rows.marked, HTML_SIZE, generator)
    return KindHead(both[0], both[1], text, on_page, html)


def _classes(frame: pd.DataFrame) -> Int:
    found = np.full(len(frame), -1)
    for column, names in (("role", ROLES), ("kind", KINDS)):
        if column not in frame:
            continue
        values = frame[column].fillna("").to_numpy(object)
        unknown = sorted({str(value) for value in np.unique(values.astype(str))} - {*names, ""})
        if unknown:
            raise DataError(f"unknown {column} {unknown[0][:40]!r}", expected=f"{', '.join(names)} or nothing")
        for name in names:
            found[values == name] = CLASSES.index(name)
    return found


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows, article by article.

    `classes` is -1 for unknown classes, `half` is the half of the folds, `found` is False in articles with planted
    lines, `marked` shows whether the article has markup, and `story` holds `corestory.model.kinds.story_features`.
    """

    texts: Sequence[str]
    layout: Layout
    classes: Int
    site: Int
    half: Int
    found: Bool
    marked: Bool
    markup: npt.NDArray[np.object_]
    story: Float32

    def chosen(self, inside: Bool, cap: int, generator: np.random.Generator) -> Int:
        """Choose rows with a known class: distinct texts of each site and class, at most `cap` of them."""
        import pandas as pd

        rows = generator.permutation(np.flatnonzero(inside & (self.classes >= 0)))
        table = pd.DataFrame(
            {"site": self.site[rows], "class": self.classes[rows], "marked": self.marked[rows],
             "text": [self.texts[row] for row in rows]}, index=rows
        ).drop_duplicates()  # fmt: skip
        number = table.groupby(["site", "class", "marked"]).cumcount()
        return np.sort(number.index[number < cap].to_numpy(np.int64))

    def enough(self, rows: Int) -> bool:
        """Return whether each half of the folds has at least two classes."""
        return all(len(np.unique(self.classes[rows[self.half[rows] == half]])) > 1 for half in (0, 1))

    def weights(self, rows: Int) -> Float:
        """Weight rows: less if their site has many rows of their class, more if their class is rare."""
        pair = self.site[rows] * len(CLASSES) + self.classes[rows]
        _, group, count = np.unique(pair, return_inverse=True, return_counts=True)
        weight = np.where(self.found[rows], 1.0, PLANTED_WEIGHT) / np.sqrt(count[group])
        of_class = np.bincount(self.classes[rows], weight, len(CLASSES))
        weight *= of_class[self.classes[rows]] ** -BALANCE
        return np.asarray(weight / weight.mean())

    def seen_markup(self) -> list[str]:
        """Return markup words; half of the sites lose those that gave the labels, so that others are learned."""
        hidden: dict[str, str] = {}
        seen = []
        for markup, marked, site in zip(self.markup.tolist(), self.marked.tolist(), self.site.tolist(), strict=True):
            if not marked:
                seen.append("")
            elif site % 2:
                if markup not in hidden:
                    hidden[markup] = without_telling_words(markup)
                seen.append(hidden[markup])
            else:
                seen.append(markup)
        return seen


def _rows(frame: pd.DataFrame, classes: Int, core: Bool, half: Int, idf_of: IdfOf, *, found: int) -> _Rows:
    import pandas as pd

    batch, order = batch_of_frame(frame, markup=False)
    texts, _ = unmarked(batch.texts)
    numbers, _ = pd.factorize(site_or_page(frame), sort=True)
    core = core[order]
    story = [
        story_features(BatchFeatures(chunk, idf_of), core[inside]).astype(np.float32) for chunk, inside in chunks(batch)
    ]
    markup = frame["markup"].to_numpy(object) if "markup" in frame else np.full(len(frame), None, object)
    return _Rows(
        texts, batch.layout, classes[order], numbers.astype(np.int64)[order], half[order],
        order < found, has_markup(frame)[order], markup[order], np.concatenate(story),
    )  # fmt: skip


def _first_words(texts: Sequence[str]) -> Tokens:
    return tokenise(texts).leading(WORDS_READ)


def _first_forms(texts: Sequence[str]) -> Tokens:
    return form_tokens(texts).leading(WORDS_READ)


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """The known n-grams of one sort, with their inverse document frequencies."""

    read: Read
    hashes: UInt64
    idf: Float32

    @classmethod
    def of(cls, rows: _Rows, chosen: Int, read: Read, most: int, texts: Sequence[str] | None = None) -> _Vocabulary:
        found = [(texts or rows.texts)[row] for row in chosen]
        tokens = read(found)
        least = MIN_SITES
        while len(hashes := known_ngrams(tokens, rows.site[chosen], min_groups=least)) > most:
            least += 1
        _, term, _ = ngram_entries(Lookup(hashes), tokens)
        return cls(read, hashes, fitted_idf(term, ngrams=len(hashes), texts=len(found)))

    def matrix(self, texts: Sequence[str]) -> scipy.sparse.csr_matrix:
        """Return the TF-IDF of the texts, each row of length 1."""
        import scipy.sparse

        lookup = Lookup(self.hashes)
        parts = (texts[begin : begin + _TEXTS_AT_ONCE] for begin in range(0, len(texts), _TEXTS_AT_ONCE))
        found = [tfidf_matrix(ngram_entries(lookup, self.read(part)), self.idf, len(part)) for part in parts]
        return scipy.sparse.vstack(found).tocsr()


def _fit_ngrams(
    vocabularies: Sequence[_Vocabulary], texts: Sequence[Sequence[str]], rows: _Rows, chosen: Int
) -> tuple[Float, list[KindNgrams]]:
    """Fit the first step; return each row's logits by a model of the other half of the folds, and the final model."""
    import scipy.sparse

    matrix = scipy.sparse.hstack(
        [vocabulary.matrix(tokens) for vocabulary, tokens in zip(vocabularies, texts, strict=True)]
    ).tocsr()
    logits = np.zeros((len(rows.classes), len(CLASSES)))
    for half in (0, 1):
        weights, intercept = _fit(matrix, rows, chosen[rows.half[chosen] != half], max_iter=25)
        inside = rows.half == half
        logits[inside] = matrix[inside] @ weights + intercept
    weights, intercept = _fit(matrix, rows, chosen, max_iter=30)
    found, begin = [], 0
    for vocabulary in vocabularies:
        end = begin + len(vocabulary.hashes)
        of_first = intercept if begin == 0 else np.zeros(len(CLASSES))
        found.append(
            KindNgrams(
                vocabulary.hashes, vocabulary.idf, weights[begin:end].astype(np.float16), of_first.astype(np.float32)
            )
        )
        begin = end
    return logits, found


def _fit_context(
    logits: Float, rows: _Rows, inside: Bool, size: tuple[int, int], generator: np.random.Generator
) -> KindContext:
    """Fit the second step on the rows `inside`, which are whole articles."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    chosen = rows.chosen(inside, CONTEXT_CAP, generator)
    of_classes = class_features(softmax(logits[inside]), rows.layout.of_rows(inside))
    learned = np.hstack([rows.story[chosen], of_classes[(np.cumsum(inside) - 1)[chosen]]])
    del of_classes
    mean = learned.mean(axis=0).astype(np.float32)
    scale = np.maximum(learned.std(axis=0), 1e-3).astype(np.float32)
    learned = ((learned - mean) / scale).astype(np.float32)
    classes, weights = rows.classes[chosen], rows.weights(chosen)
    units, epochs = size
    members = []
    for member in range(MEMBERS):
        model = MLPClassifier(
            (units,), alpha=PENALTY, batch_size=min(BATCH, len(chosen)), learning_rate_init=STEP, max_iter=epochs,
            n_iter_no_change=epochs, random_state=int(generator.integers(1 << 31)) + member,
        )  # fmt: skip
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            members.append(model.fit(learned, classes, sample_weight=weights))
    # The mean of the perceptrons is one perceptron with the hidden units of all.
    outputs = [_of_all_classes(member.coefs_[1], member.intercepts_[1], member.classes_) for member in members]
    intercept = np.mean([own for _, own in outputs], axis=0)
    # Planted lines are left out, because their kinds are not as frequent as on pages.
    every = np.bincount(rows.classes[inside & rows.found & (rows.classes >= 0)], minlength=len(CLASSES))
    fitted = np.bincount(classes, weights * rows.found[chosen], len(CLASSES))
    seen = fitted > 0
    intercept[seen] += FREQUENCY * np.log(every[seen] / every.sum() * fitted.sum() / fitted[seen])
    return KindContext(
        mean, scale, np.hstack([member.coefs_[0] for member in members]).astype(np.float32),
        np.concatenate([member.intercepts_[0] for member in members]).astype(np.float32),
        np.vstack([own / MEMBERS for own, _ in outputs]).astype(np.float32), intercept.astype(np.float32),
    )  # fmt: skip


def _fit(matrix: scipy.sparse.csr_matrix, rows: _Rows, chosen: Int, *, max_iter: int) -> tuple[Float, Float]:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=3.0, max_iter=max_iter, tol=1e-3)
    with warnings.catch_warnings():
        # The fit need not converge: it is good long before.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(matrix[chosen], rows.classes[chosen], sample_weight=rows.weights(chosen))
    return _of_all_classes(model.coef_.T, model.intercept_, model.classes_)


def _of_all_classes(weights: Float, intercept: Float, known: Int) -> tuple[Float, Float]:
    """Expand scikit-learn's output to all classes; for two classes, scikit-learn has only the second's log-odds."""
    outputs = known[-len(intercept) :]
    of_all, biases = np.zeros((len(weights), len(CLASSES))), np.full(len(CLASSES), _UNSEEN)
    of_all[:, outputs] = weights
    biases[known] = 0.0
    biases[outputs] = intercept
    return of_all, biases
