"""Shows an evaluation, and a chosen threshold, on a terminal."""

from collections.abc import Iterable, Iterator, Sequence

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, JustifyMethod, RenderableType
from rich.console import Group as Stack
from rich.table import Table as RichTable
from rich.text import Text

from corestory.evaluation.in_story import LookCurve
from corestory.evaluation.results import Evaluation
from corestory.evaluation.thresholds import Aim, OperatingPoint, ThresholdRow
from corestory.rendering import counted, percent, printable
from corestory.report.sections import basis, headline
from corestory.report.tables import (
    ReportTable,
    all_measures,
    calibration_table,
    confusions,
    groups_tables,
    leads,
    per_hundred,
    with_baselines,
    with_interval,
)

# The characters between two columns of a table, one of them added by rich, and the least width of a readable name.
_GAP = 2
_LEAST_NAME = 18
_COLUMN_GAP = 3 * " "
SITES = 10
_DASHES = str.maketrans({"–": "-", "…": ".."})


class EvaluationView:
    """An evaluation that ``rich.console.Console.print`` shows in the console's width and colours.

    Parameters
    ----------
    evaluation
        The evaluation.
    full
        Whether to show all tables, with the `SITES` worst sites, or only the table with the baselines.

    Examples
    --------
    >>> import pandas as pd
    >>> from corestory.evaluation.evaluation import evaluate_rows
    >>> from corestory.evaluation.labelled_rows import labelled_rows
    >>> frame = pd.DataFrame({
    ...     "article_id": list("aabbccddeeff"), "text": ["It rained.", "Share"] * 6, "label": ["core", "filler"] * 6,
    ...     "score": [0.9, 0.2, 0.8, 0.6] * 3})
    >>> console = Console(width=100, color_system=None)
    >>> with console.capture() as capture:
    ...     console.print(EvaluationView(evaluate_rows(labelled_rows(frame), resamples=0)))
    >>> print(capture.get().splitlines()[0])
    Of 100 words of story, 100.0 are kept; of 100 words of filler, 50.0 are removed.
    """

    def __init__(self, evaluation: Evaluation, *, full: bool = True) -> None:
        self.evaluation, self.full = evaluation, full

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        """Yield the parts in order."""
        del console
        for caution in self.evaluation.cautions:
            yield _text(f"Caution: {caution}", options, style="bold yellow")
        yield _text(headline(self.evaluation), options, style="bold")
        yield _text(basis(self.evaluation), options, style="dim")
        tables = evaluation_tables(self.evaluation, sites=SITES)
        for table in tables if self.full else tables[:1]:
            yield _laid_out(table, options)


def evaluation_tables(evaluation: Evaluation, *, sites: int) -> list[ReportTable]:
    """Return the tables of an evaluation in order, with the worst `sites` sites."""
    taggers = (evaluation.tagger, *evaluation.rivals, *evaluation.baselines)
    return [
        with_baselines(taggers),
        leads(evaluation),
        all_measures("All measures, each paragraph counting once", taggers, words=False),
        all_measures("All measures, each word counting once", taggers, words=True),
        *groups_tables(evaluation, sites=sites),
        confusions(evaluation),
        calibration_table(evaluation),
    ]


def operating_point_text(point: OperatingPoint, *, split: str) -> str:
    """Describe the chosen threshold and its effect.

    Parameters
    ----------
    point
        The chosen threshold.
    split
        The split on which it was chosen.
    """
    goal = point.goal.aim.value + ("" if point.goal.aim is Aim.BEST_F1 else f" {point.goal.bound:g}")
    head = (
        f"Threshold {point.threshold}, chosen on the split {split} for this goal: {goal}.\n"
        f"{counted(point.paragraphs)} labelled paragraphs of {counted(point.articles)} articles; in brackets 95 % "
        "intervals by bootstrap over articles.\n"
    )
    fixed, own = _cells(point.fixed), _cells(point.by_article)
    rows = [
        ("", f"threshold {point.threshold}", "a cutoff per article"),
        *((name, fixed[name], own[name]) for name in fixed),
    ]
    return "\n".join([head, *_columns(rows)])


def second_look_text(chosen: Sequence[tuple[LookCurve, int]], max_lost: float, *, split: str) -> str:
    """Describe the chosen cutoffs of the second look and their effect.

    Parameters
    ----------
    chosen
        Curves, each with the index of the chosen cutoff.
    max_lost
        The greatest share of short story lines that the second look may lose in addition to those that the first
        decision loses.
    split
        The split on which they were chosen.
    """
    rows: list[tuple[str, ...]] = [("", "cutoff", "filler removed, %", "story lines lost, %")]
    for curve, index in chosen:
        for name, at in ((f"{curve.form}, no second look", 0), (f"{curve.form}, second look", index)):
            shares = (curve.filler_removed[at], curve.story_lost[at])
            rows.append((name, f"{curve.cutoffs[at]:.2f}", *(percent(share) for share in shares)))
    head = (
        f"Cutoffs of the second look, chosen on the split {split}: it loses at most {percent(max_lost)} % of the short "
        "story lines, besides those that the first decision loses."
    )
    return "\n".join([head, "The measures count paragraphs inside stories.", "", *_columns(rows)])


def _columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        _COLUMN_GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def _laid_out(table: ReportTable, options: ConsoleOptions) -> RenderableType:
    width = options.max_width
    shown = list(range(len(table.columns)))
    widths = _widths(table, shown, width)
    if table.spare and widths[0] < min(_LEAST_NAME, _longest(row[0] for row in table.rows)):
        shown.remove(table.columns.index(table.spare))
        widths = _widths(table, shown, width)
    grid = RichTable(box=box.SIMPLE_HEAD, padding=(0, 0, 0, _GAP - 1), pad_edge=False, header_style="bold")
    for column, column_width in zip(shown, widths, strict=True):
        justify: JustifyMethod = "right" if column else "left"
        grid.add_column(_text(table.columns[column], options), justify=justify, overflow="fold", width=column_width)
    for row in table.rows:
        grid.add_row(*(_text(row[column], options) for column in shown))
    parts: list[RenderableType] = [Text(""), _text(table.title, options, style="bold underline"), grid]
    if table.note:
        parts.append(_text(table.note, options, style="dim"))
    return Stack(*parts)


def _widths(table: ReportTable, shown: list[int], width: int) -> list[int]:
    # If the table is too wide, intervals go below their numbers. Without this, rich would break numbers in the middle.
    names = _longest(row[0] for row in table.rows)
    left = width - _GAP * len(shown)
    whole = [_longest([*table.columns[column].split(), *(row[column] for row in table.rows)]) for column in shown[1:]]
    if names + sum(whole) > left:
        cells = ([table.columns[column], *(row[column] for row in table.rows)] for column in shown[1:])
        whole = [_longest(word for cell in column for word in cell.split()) for column in cells]
    return [max(1, min(names, left - sum(whole))), *whole]


def _longest(texts: Iterable[str]) -> int:
    return max(map(cell_len, texts), default=0)


def _text(text: str, options: ConsoleOptions, *, style: str = "") -> Text:
    # Use Text, because names come from data and rich would read "[bold]" in a str as markup.
    text = printable(text)
    if options.ascii_only:
        text = text.translate(_DASHES).encode(options.encoding, "replace").decode(options.encoding)
    return Text(text, style=style)


def _cells(row: ThresholdRow) -> dict[str, str]:
    return {
        "story kept, of 100 words": per_hundred(row.words, "core_recall"),
        "filler removed, of 100 words": per_hundred(row.words, "filler_recall"),
        "core recall, paragraphs": with_interval(row.paragraphs, "core_recall"),
        "core precision, paragraphs": with_interval(row.paragraphs, "core_precision"),
        "core F1, paragraphs": with_interval(row.paragraphs, "core_f1"),
        "filler recall, paragraphs": with_interval(row.paragraphs, "filler_recall"),
        "filler precision, paragraphs": with_interval(row.paragraphs, "filler_precision"),
    }
