"""The features of training rows, computed some articles at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from corestory.features.batch import Batch
from corestory.features.batch_features import BatchFeatures
from corestory.features.context import LogOdds
from corestory.features.layout import Layout
from corestory.model.ngrams import NgramScorer
from corestory.model.scoring import stage2_features
from corestory.types import Float, Float32

CHUNK = 400
"""Articles whose features are computed at once: what bounds the memory."""


def training_features(
    batch: Batch,
    stage1: Sequence[LogOdds],
    earlier: Float | None,
    words: NgramScorer,
    *,
    html: bool,
    kinds: Float32 | None,
) -> Float32:
    """Compute the features of a round of stage 2 as `corestory.model.fitting.fit_stage2` fits it.

    Parameters
    ----------
    batch
        The training rows.
    stage1, earlier
        Their log-odds by stage 1 and by the round before.
    words
        The scorer of words, whose inverse document frequencies weight the topic features.
    html
        Whether with markup.
    kinds
        Their scores of kinds, if the networks read them.
    """
    found = []
    for chunk, inside in chunks(batch):
        scores = [LogOdds(group, values[inside]) for group, values in stage1]
        before = None if earlier is None else earlier[inside]
        features = known_features(chunk, words, None if kinds is None else kinds[inside])
        found.append(stage2_features(features, scores, before, html=html).matrix())
    return np.concatenate(found)


def known_features(batch: Batch, words: NgramScorer, kinds: Float32 | None) -> BatchFeatures:
    """Give the features of a batch whose scores of kinds are known, or read by no network."""
    return BatchFeatures(batch, words.idf_of, None if kinds is None else lambda _: kinds.astype(float))


def chunks(batch: Batch) -> Iterator[tuple[Batch, slice]]:
    """Cut a batch into batches of `CHUNK` articles, each with its rows."""
    sizes = batch.layout.sizes
    for begin in range(0, len(sizes), CHUNK):
        end = min(begin + CHUNK, len(sizes))
        inside = slice(int(batch.layout.first[begin]), int(batch.layout.first[begin] + sizes[begin:end].sum()))
        markup = batch.markup.rows(inside) if batch.markup is not None else None
        yield Batch(batch.texts[inside], Layout.of(sizes[begin:end]), batch.titles[begin:end], markup), inside
