"""Stage 2: a mean of small multi-layer perceptrons, as a few arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corestory.features.layout import on_grid
from corestory.types import Float, Float32

# Standardised features are clipped here: on a page like none seen in training, one feature must not decide alone.
CLIP = 5.0
# Until which share of the passes the steps are of which part of their first size.
PHASES = ((0.6, 1.0), (0.8, 0.25), (1.0, 0.05))
# A matrix product takes its sums in an order that depends on how many rows there are, and on the processor. Of numbers
# on a grid, in double precision, they are exact: 2 ** 53 such steps hold a thousand products of up to 64 each.
_VALUE_BITS, _WEIGHT_BITS = 17, 20

# Rows that are scored at once.
BLOCK = 1024


@dataclass(frozen=True, slots=True)
class Network:
    """Several perceptrons with ReLU layers and one logistic output each, whose probabilities are averaged.

    Attributes
    ----------
    mean, scale
        What standardises the features; shape (features,).
    layers
        For each perceptron, its layers' weights and biases: ((weights, biases), …), weights of shape (inputs, outputs).
    """

    mean: Float32
    scale: Float32
    layers: tuple[tuple[tuple[Float32, Float32], ...], ...]

    def log_odds(self, features: Float32) -> Float:
        """Score paragraphs.

        Parameters
        ----------
        features
            Shape (paragraphs, features).

        Returns
        -------
        numpy.ndarray
            Log-odds of core, shape (paragraphs,).
        """
        layers = [
            [
                (on_grid(weights, bits=_WEIGHT_BITS), on_grid(biases, bits=_WEIGHT_BITS))
                for weights, biases in perceptron
            ]
            for perceptron in self.layers
        ]
        # Some rows at a time, so that they are still close to the processor when the next layer asks for them.
        found = [self._share(features[begin : begin + BLOCK], layers) for begin in range(0, len(features), BLOCK)]
        share = np.clip(np.concatenate([np.zeros(0), *found]), 1e-6, 1 - 1e-6)
        return np.asarray(np.log(share / (1 - share)))

    def _share(self, features: Float32, layers: Sequence[Sequence[tuple[Float, Float]]]) -> Float:
        inputs = on_grid(_standardised(features, self.mean, self.scale), bits=_VALUE_BITS)
        total = np.zeros(len(features))
        for perceptron in layers:
            values = inputs
            for number, (weights, biases) in enumerate(perceptron):
                values = values @ weights
                values += biases
                if number + 1 < len(perceptron):
                    values = on_grid(np.maximum(values, 0, out=values), bits=_VALUE_BITS)
            total += 1 / (1 + np.exp(-np.clip(values[:, 0], -30, 30)))
        return np.asarray(total / len(self.layers))


def _standardised(features: Float32, mean: Float32, scale: Float32) -> Float32:
    inputs = features - mean
    inputs /= scale
    return np.clip(inputs, -CLIP, CLIP, out=inputs)


def fit_network(
    features: Float32,
    core: npt.NDArray[np.bool_],
    *,
    weights: Float,
    hidden: tuple[int, ...],
    epochs: int,
    penalty: float,
    seed: int,
    steps: int = 1,
    batch: int = 2048,
    learning_rate: float = 2e-3,
) -> Network:
    """Fit a perceptron of stage 2 with scikit-learn's `MLPClassifier`, which warns unless within `chosen_passes`.

    Steps are largest in the first passes and smallest in the last (`PHASES`): on sites not seen that was worth as much
    as a second perceptron beside it.

    Parameters
    ----------
    features
        Shape (paragraphs, features).
    core
        Whether each paragraph is core.
    weights
        Each paragraph's weight in the fit.
    hidden
        Sizes of the hidden layers.
    epochs
        Passes over the data.
    penalty
        ``alpha`` of `MLPClassifier`.
    seed
        Seed of its first weights and of the order of the rows.
    steps
        Steps a pass at least; few rows are learned from in smaller batches.
    batch, learning_rate
        Rows a step at most, and the first steps' size.

    Returns
    -------
    Network
    """
    from sklearn.neural_network import MLPClassifier

    mean = features.mean(axis=0, dtype=np.float64).astype(np.float32)
    scale = features.std(axis=0, dtype=np.float64).astype(np.float32)
    scale[scale < 1e-6] = 1.0
    inputs = _standardised(features, mean, scale)
    model = MLPClassifier(
        hidden,
        alpha=penalty,
        batch_size=min(max(len(inputs) // steps, 1), batch),
        n_iter_no_change=epochs + 1,
        random_state=seed,
        warm_start=True,
    )
    done = 0
    for until, factor in PHASES:
        passes = max(round(until * epochs), done + 1) - done
        done += passes
        model.set_params(max_iter=passes, learning_rate_init=factor * learning_rate)
        model.fit(inputs, core, sample_weight=weights)
    perceptron = tuple(
        (layer.astype(np.float32), biases.astype(np.float32))
        for layer, biases in zip(model.coefs_, model.intercepts_, strict=True)
    )
    return Network(mean, scale, (perceptron,))


def joined(networks: Sequence[Network]) -> Network:
    """Make one network of several that were fitted on the same rows: its perceptrons are all theirs."""
    return Network(networks[0].mean, networks[0].scale, tuple(one for network in networks for one in network.layers))


@contextmanager
def chosen_passes() -> Iterator[None]:
    """Keep scikit-learn from calling it a failure to converge that the number of passes was chosen.

    Enter it once around fits that run in threads, not within them: all threads share the filters of warnings, and the
    first to leave would put them back for the others.
    """
    import warnings

    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield
