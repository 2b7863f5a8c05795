"""How many wrong labels does `corestory audit` find? The sample corpus, with 5 % of its labels flipped.

Run by hand: ``python tests/benchmarks/audit.py [SEEDS]``. It prints, for each seed, which share of the flipped labels
stands in the first 10 % of the ranking, and exits with 1 if their mean is below the target.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from corestory.evaluation.audit import audit_labels
from corestory.labelling.preparation import prepare_table

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"
FLIPPED, READ, TARGET = 0.05, 0.1, 0.8


def with_flips(frame: pd.DataFrame, *, seed: int) -> tuple[pd.DataFrame, set[tuple[str, int]]]:
    """Flip a share of a table's labels; return which."""
    labelled = np.flatnonzero(frame["label"].notna())
    chosen = np.random.default_rng(seed).choice(labelled, round(FLIPPED * len(labelled)), replace=False)
    labels = frame["label"].to_numpy(object).copy()
    labels[chosen] = np.where(labels[chosen] == "core", "filler", "core")
    places = frame[["article_id", "position"]].iloc[chosen]
    return frame.assign(label=labels), set(places.itertuples(index=False, name=None))


def found_share(frame: pd.DataFrame, *, seed: int) -> float:
    """Share of flipped labels in the first part of the ranking."""
    noisy, flipped = with_flips(frame, seed=seed)
    suspects = audit_labels(noisy, share=READ).suspects
    return len(flipped & {(suspect.article_id, suspect.position) for suspect in suspects}) / len(flipped)


def main(seeds: int) -> int:
    """Measure, print and judge."""
    frame = prepare_table([SAMPLE]).frame
    shares = []
    for seed in range(seeds):
        shares.append(found_share(frame, seed=seed))
        print(f"seed {seed}: {shares[-1]:.3f} of the flipped labels in the first {READ:.0%}", flush=True)  # noqa: T201
    print(f"mean {np.mean(shares):.3f}, least {min(shares):.3f}; target {TARGET}")  # noqa: T201
    return int(np.mean(shares) < TARGET)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 5))
