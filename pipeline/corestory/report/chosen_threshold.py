"""A chosen threshold in words: what it holds, and what it costs, beside the tagger's own choice by article."""

from corestory.evaluation.operating_point import Aim, OperatingPoint
from corestory.evaluation.thresholds import ThresholdRow
from corestory.numbers import counted
from corestory.report.intervals import per_hundred, with_interval

_GAP = "   "


def operating_point_text(point: OperatingPoint, *, split: str) -> str:
    """Say what was chosen and what it does.

    Parameters
    ----------
    point
        The chosen threshold.
    split
        The rows that it was chosen on.
    """
    goal = point.goal.aim.value + ("" if point.goal.aim is Aim.BEST_F1 else f" {point.goal.bound:g}")
    head = [
        f"Core from a score of {point.threshold}, chosen on the split {split} for: {goal}.",
        f"{counted(point.paragraphs)} labelled paragraphs of {counted(point.articles)} articles; in brackets 95 % "
        "intervals by bootstrap over articles.",
        "",
    ]
    fixed, own = _cells(point.fixed), _cells(point.by_article)
    rows = [("", f"from {point.threshold}", "the model, by article")]
    rows += [(name, fixed[name], own[name]) for name in fixed]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    table = [_GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([*head, *table])


def _cells(row: ThresholdRow) -> dict[str, str]:
    return {
        "of 100 words of story kept": per_hundred(row.words, "core_recall"),
        "of 100 words of filler removed": per_hundred(row.words, "filler_recall"),
        "core recall, paragraphs": with_interval(row.paragraphs, "core_recall"),
        "core precision, paragraphs": with_interval(row.paragraphs, "core_precision"),
        "core F1, paragraphs": with_interval(row.paragraphs, "core_f1"),
        "filler recall, paragraphs": with_interval(row.paragraphs, "filler_recall"),
        "filler precision, paragraphs": with_interval(row.paragraphs, "filler_precision"),
    }
