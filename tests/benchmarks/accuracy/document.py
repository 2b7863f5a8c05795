"""A run as Markdown: the tables that README and model card show."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from corestory.rendering import markdown_table

from .ablations import GROUPS
from .comparison import ALL, Row, SetResult
from .extraction import COMPETITORS
from .result import Result
from .scores import Estimate
from .tagging import AFTER, INPUTS, RENDERINGS, UNSEEN

_NAMES = {
    **{extractor.key: extractor.name for extractor in COMPETITORS},
    "html": "**corestory**, HTML in",
    "text": "**corestory**, plain text in",
    "lines": "**corestory**, text nodes in",
    **{key: f"**corestory**, {key}" for key in RENDERINGS},
    **{f"after {extractor.key}": f"**corestory** after {extractor.name}" for extractor in COMPETITORS},
}
_CONFIDENCE = {"html": "HTML", "text": "plain text"}
_ABLATED = {"html": "HTML", "text": "plain text", "lines": "text nodes", "after": "after five extractors"}


def result_markdown(result: Result) -> str:
    """Return a result as a section of Markdown."""
    parts = ["## Accuracy on held-out sites", _about(result)]
    if result.limit is not None:
        parts.append(f"**A trial run on at most {result.limit} pages a corpus: these numbers are no result.**")
    parts += [
        _worst_rendering(result.sets[0]),
        "Word F1 (multisets of lower-cased words, mean over pages) with its 95 % interval (bootstrap over pages). The "
        "best of each column is bold. Pages a second are of one core, from input to story, including the extractor "
        "before corestory; corestory tags 64 pages at a time.",
        _contestants(result.sets, lambda row: row.word_f1, speed=True),
        "### Lead over the best extractor",
        "Word F1 of corestory minus that of the extractor that is best on the set, on the same pages (paired): "
        + "; ".join(f"{_set_name(part)}: {_NAMES[part.best]}" for part in result.sets)
        + ".",
        _leads(result.sets),
        "### Gain after an extractor",
        "Word F1 of the extractor's output after corestory minus that of the output as it was (paired).",
        _gains(result.sets),
        "### Runs of four words",
        "F1 of the multisets of four-word runs, mean over pages, so that order counts too.",
        _contestants(result.sets, lambda row: row.shingle_f1, speed=False),
        _empties(result.sets),
        "### Aims",
        _goals(result),
        "### Confidence",
        "Pages of the counted corpora from the least to the most confident, in parts of about the same size.",
        _confidence(result),
    ]
    if result.ablations:
        parts += [
            "### What each part is worth",
            "Word F1 on the counted corpora without one part, with its paired difference to the first row. All are "
            "trained alike, more cheaply than the model above (one network a round, three folds).",
            _ablations(result),
        ]
    return "\n\n".join(parts) + "\n"


def _about(result: Result) -> str:
    model = result.model
    sets = ", ".join(
        f"{part.name} {part.pages:,} pages of {part.sites:,} sites"
        for part in result.sets
        if part.counted and part.name != ALL
    )
    shown = ", ".join(f"{part.name} ({part.pages:,} pages)" for part in result.sets if not part.counted)
    not_counted = f" {shown}: shown but not counted, because an extractor made its gold text." if shown else ""
    versions = ", ".join(f"{name} {version}" for name, version in result.versions.items())
    return (
        f"Measured on {result.date}, in one run, on sites of which the model has seen no page: {sets}."
        f"{not_counted} The model ({model.origin}) learned from {model.pages:,} pages of {model.sites:,} other sites "
        f"({' and '.join(model.splits)}; {model.rows:,} rows in all views). Versions: {versions}."
    )


def _worst_rendering(part: SetResult) -> str:
    """Return the main number, the word F1 on the worst rendering: accuracy depends on how a text was made."""
    scores = {key: part.row(key).word_f1 for key in RENDERINGS}
    worst = min(scores, key=lambda key: scores[key].value)
    best = max(scores.values(), key=lambda found: found.value).value
    return (
        f"**Word F1 on the worst rendering of plain text: {_interval(scores[worst], bold=False)}**, {worst} "
        f"({_set_name(part)}); the best has {best:.3f}. No view of the training is made by {UNSEEN}."
    )


def _contestants(sets: Sequence[SetResult], measure: Callable[[Row], Estimate], *, speed: bool) -> str:
    best = [max(measure(row).value for row in part.rows) for part in sets]
    rows = []
    for row in sets[0].rows:
        cells = [_NAMES[row.key]]
        for part, top in zip(sets, best, strict=True):
            found = measure(part.row(row.key))
            cells.append(_interval(found, bold=found.value >= top))
        rows.append([*cells, f"{row.pages_per_second:,.0f}"] if speed else cells)
    return markdown_table(["", *map(_set_name, sets), *(["pages/s"] if speed else [])], rows)


def _leads(sets: Sequence[SetResult]) -> str:
    rows = [[_NAMES[key], *(_difference(part.row(key).lead) for part in sets)] for key in INPUTS if key not in AFTER]
    return markdown_table(["", *map(_set_name, sets)], rows)


def _gains(sets: Sequence[SetResult]) -> str:
    rows = [[_NAMES[key], *(_difference(part.row(key).gain) for part in sets)] for key in AFTER]
    return markdown_table(["", *map(_set_name, sets)], rows)


def _empties(sets: Sequence[SetResult]) -> str:
    found = [f"{_NAMES[row.key]} {row.empty}" for row in sets[0].rows if row.empty and not row.key.startswith("after ")]
    listed = ", ".join(found) if found else "none"
    return f"Pages of {_set_name(sets[0])} for which nothing came out, which count as 0: {listed}."


def _goals(result: Result) -> str:
    rows = [
        [goal.name, goal.set, f"{goal.measured:+.3f}", f"{goal.wanted:+.3f}", "yes" if goal.met else "no"]
        for goal in result.goals
    ]
    return markdown_table(["aim", "set", "measured", "at least", "reached"], rows)


def _confidence(result: Result) -> str:
    rows = [
        [_CONFIDENCE[part.contestant], f"{part.pages}", f"{part.confidence:.3f}", f"{part.word_f1:.3f}"]
        for part in result.confidence
    ]
    return markdown_table(["input", "pages", "mean confidence", "word F1"], rows)


def _ablations(result: Result) -> str:
    rows = []
    for ablation in result.ablations:
        cells = [ablation.name]
        for group in GROUPS:
            change = ablation.change.get(group)
            score = f"{ablation.word_f1[group].value:.3f}"
            cells.append(score if change is None else f"{score}, {_difference(change)}")
        rows.append(cells)
    return markdown_table(["", *(_ABLATED[group] for group in GROUPS)], rows)


def _set_name(part: SetResult) -> str:
    if part.name == ALL:
        return "all counted"
    return part.name if part.counted else f"{part.name} (not counted)"


def _interval(found: Estimate, *, bold: bool) -> str:
    value = f"**{found.value:.3f}**" if bold else f"{found.value:.3f}"
    return f"{value} ({found.low:.3f}–{found.high:.3f})"


def _difference(found: Estimate | None) -> str:
    return "" if found is None else f"{found.value:+.3f} ({found.low:+.3f} to {found.high:+.3f})"
