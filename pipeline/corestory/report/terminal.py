"""An evaluation on a terminal."""

from collections.abc import Iterable, Iterator

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, JustifyMethod, RenderableType
from rich.console import Group as Stack
from rich.table import Table as RichTable
from rich.text import Text

from corestory.evaluation.results import Evaluation
from corestory.report.content import Table, evaluation_content

# Screen columns between two of the table's, one of them rich's own; and the fewest in which a name is still read.
_GAP = 2
_LEAST_NAME = 18
_DASHES = str.maketrans({"–": "-", "…": ".."})


class EvaluationView:
    """What ``rich.console.Console.print`` takes to show an evaluation, in the console's width and colours.

    Parameters
    ----------
    evaluation
        What was measured.
    sites
        How many sites are shown, the worst.

    Examples
    --------
    >>> import pandas as pd
    >>> from corestory.evaluation.evaluation import evaluate_frame
    >>> frame = pd.DataFrame({
    ...     "article_id": ["a", "a", "b", "b"], "text": ["It rained.", "Share", "It snowed.", "Next"],
    ...     "label": ["core", "filler"] * 2, "score": [0.9, 0.2, 0.8, 0.6]})
    >>> console = Console(width=100, color_system=None)
    >>> with console.capture() as capture:
    ...     console.print(EvaluationView(evaluate_frame(frame, resamples=0)))
    >>> print(capture.get().splitlines()[0])
    Of 100 words of story, 100.0 survive; of 100 words of filler, 50.0 are removed.
    """

    def __init__(self, evaluation: Evaluation, *, sites: int = 10) -> None:
        self.evaluation = evaluation
        self.sites = sites

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        """Yield the parts from top to bottom."""
        del console
        content = evaluation_content(self.evaluation, sites=self.sites)
        yield _text(content.headline, options, style="bold")
        yield _text(content.basis, options, style="dim")
        for table in content.tables:
            yield _laid_out(table, options)


def _laid_out(table: Table, options: ConsoleOptions) -> RenderableType:
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


def _widths(table: Table, shown: list[int], width: int) -> list[int]:
    # Numbers stand on one line where all of them fit beside the names, else their intervals go below them: rich left
    # alone would break them in the middle.
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
    # Text, never str: names come from data, and rich would read "[bold]" in a str as markup.
    if options.ascii_only:
        text = text.translate(_DASHES).encode(options.encoding, "replace").decode(options.encoding)
    return Text(text, style=style)
