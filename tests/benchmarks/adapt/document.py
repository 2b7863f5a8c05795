"""The learning curve as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from corestory.rendering import markdown_table

from ..accuracy.scores import Estimate, estimates, page_draws
from .curve import ELSEWHERE_LEARNED, FORMS, Point

LOST = -0.001
"""A site counts as lost if the change of its mean word F1 is below this."""


def curve_markdown(points: Sequence[Point], *, base: str, draws: int) -> str:
    """Return the tables.

    Parameters
    ----------
    points
        The result of `learning_curve`.
    base
        Sentences about the models that were adapted.
    draws
        The number of draws of pages.
    """
    sources = sorted({point.source for point in points})
    sites = len({point.site for point in points})
    often = "once" if draws == 1 else f"{draws} times"
    parts = [
        "# Adapting to a few pages of a site",
        f"{base} Each model was adapted to some pages of each of {sites} sites from which it had learned nothing, and "
        f"measured on the site's other pages; pages drawn {often} for each number. Word F1 counts the words of "
        "labelled paragraphs. Intervals of 95 % are by bootstrap over sites. A site lost if its word F1 fell by more "
        f"than {-LOST}. `make benchmark-adapt CORPORA=folder` writes this page.",
        "## All sites",
        _table(points),
    ]
    for chosen_on, title in (
        (False, "Sites outside of the split train"),
        (True, "Sites of the split train"),
    ):
        inside = [point for point in points if point.chosen_on is chosen_on]
        if 0 < len(inside) < len(points):
            parts += [f"## {title}", _table(inside)]
    for source in sources:
        parts += [f"## {source}", _table([point for point in points if point.source == source])]
    parts += ["## Pages of other sites", _elsewhere(points), "## What was kept", _methods(points)]
    return "\n\n".join(parts) + "\n"


def headline(points: Sequence[Point], *, learned: int) -> dict[str, tuple[Estimate, Estimate, Estimate]]:
    """Return the word F1 before and after, and the gain, by form, for one number of learned pages."""
    return {form: _by_site(points, form, learned)[1] for form in FORMS}


def _by_site(
    points: Sequence[Point], form: str, learned: int
) -> tuple[np.ndarray, tuple[Estimate, Estimate, Estimate]]:
    chosen = [point for point in points if (point.form, point.learned) == (form, learned)]
    sites = sorted({point.site for point in chosen})
    means = {
        name: np.array([np.mean([getattr(point, name) for point in chosen if point.site == site]) for site in sites])
        for name in ("before", "after", "gain")
    }
    found = estimates(means, page_draws(len(sites)))
    return means["gain"], (found["before"], found["after"], found["gain"])


def _table(points: Sequence[Point]) -> str:
    rows = []
    for learned in sorted({point.learned for point in points}):
        for form in FORMS:
            if not any((point.form, point.learned) == (form, learned) for point in points):
                continue
            gains, (before, after, gain) = _by_site(points, form, learned)
            change = f"{gain.value:+.3f} ({gain.low:+.3f} to {gain.high:+.3f})"
            lost = f"{np.mean(gains < LOST):.0%}"
            rows.append((learned, form, len(gains), f"{before.value:.3f}", f"{after.value:.3f}", change, lost))
    return markdown_table(("pages", "form", "sites", "before", "after", "gain", "sites that lost"), rows, texts=(0, 1))


def _elsewhere(points: Sequence[Point]) -> str:
    rows = []
    for learned in ELSEWHERE_LEARNED:
        for form in FORMS:
            changes = [point.elsewhere for point in points if (point.form, point.learned) == (form, learned)]
            known = np.array([change for change in changes if change == change])
            if len(known):
                rows.append((learned, form, f"{known.mean():+.4f}", f"{known.min():+.4f}"))
    return markdown_table(("pages", "form", "mean change", "worst adapted model"), rows, texts=(0, 1))


def _methods(points: Sequence[Point]) -> str:
    methods = sorted({point.method for point in points})
    rows = []
    for learned in sorted({point.learned for point in points}):
        for form in FORMS:
            kept = [point.method for point in points if (point.form, point.learned) == (form, learned)]
            if kept:
                rows.append((learned, form, *(f"{kept.count(method) / len(kept):.0%}" for method in methods)))
    return markdown_table(("pages", "form", *methods), rows, texts=(0, 1))
