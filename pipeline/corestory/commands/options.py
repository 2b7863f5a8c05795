"""Options that several commands share, the checks of their values, and the loading of models and site memories."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, get_type_hints

import typer

from corestory.errors import ModelError
from corestory.installation import check_installed
from corestory.output.formats import EVERY_PARAGRAPH, RowChoice
from corestory.remote import AnyPath

if TYPE_CHECKING:
    from corestory.model.rules import Rules
    from corestory.model.site_memory import SiteMemory
    from corestory.model.tagger import Tagger
    from corestory.reading.fields import ReadingOptions


STANDARD_OUTPUT = "-"

PROCESSES_PER_CORE = 4
"""The most processes for each core. More would not be faster, and each needs memory for the model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictOptions:
    """The options of ``corestory predict`` and ``corestory explain``, apart from the output and its format.

    Attributes
    ----------
    sources
        Files, folders, patterns or ``-``.
    reading
        The user's statements about the inputs.
    rules
        The user's rules.
    rows
        The rows to write.
    model, threshold, memory, rejects, force
        The options of ``corestory predict``.
    """

    sources: Sequence[str]
    reading: ReadingOptions
    model: str = ""
    rows: RowChoice = EVERY_PARAGRAPH
    threshold: float | None = None
    rules: Rules | None = None
    memory: str = ""
    rejects: AnyPath | None = None
    force: bool = False


def check_threshold(threshold: float | None) -> float | None:
    """Check that a threshold is a probability, and return it; the limits of some versions of Typer accept NaN.

    Examples
    --------
    >>> check_threshold(0.5)
    0.5
    >>> try:
    ...     check_threshold(float("nan"))
    ... except typer.BadParameter as error:
    ...     print(error)
    nan is not a number from 0 to 1
    """
    if threshold is not None and not 0 <= threshold <= 1:
        raise typer.BadParameter(f"{threshold:g} is not a number from 0 to 1")
    return threshold


def process_count(jobs: int) -> int:
    """Return a number of processes; -1 means one for each core that this process may use.

    Examples
    --------
    >>> process_count(3)
    3
    """
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # not on Linux
        cores = os.cpu_count() or 1
    if jobs == -1:
        return cores
    if jobs < 1:
        raise typer.BadParameter(f"{jobs} is not a number of processes; give 1 or more, or -1 for one per core")
    most = max(cores * PROCESSES_PER_CORE, 8)
    if jobs > most:
        raise typer.BadParameter(f"{jobs:,} processes for {cores} cores; give at most {most}, or -1 for one per core")
    return jobs


def check_given(context: typer.Context, parameter: typer.CallbackParam, value: str | list[str] | None) -> object:
    """Refuse an empty name, such as the value of a variable that is not set; the default may be empty."""
    source = context.get_parameter_source(str(parameter.name))
    if "" in ([value] if isinstance(value, str) else value or []) and source is not None and source.name != "DEFAULT":
        raise typer.BadParameter("the name is empty; give a name, or leave out the option")
    return value


def check_dask(sources: Sequence[str], *, address: str, jobs: int) -> None:
    """Check that the package for clusters is installed, and then as `corestory.jobs.cluster.check_cluster`."""
    check_installed("distributed", extra="dask", where="--dask")
    from corestory.jobs.cluster import check_cluster

    check_cluster(sources, address=address, jobs=jobs)


LabelledTable = Annotated[Path, typer.Argument(metavar="DATA", help="A table that `corestory prepare` wrote.")]
Model = Annotated[
    str,
    typer.Option(
        help="A model's folder, or its name in models/.", show_default="the default model", callback=check_given
    ),
]
Memory = Annotated[
    str,
    typer.Option(
        help="A site memory that `corestory remember` wrote. A paragraph that also appears on other pages of its site "
        "is more likely filler.",
        show_default=False,
        callback=check_given,
    ),
]
Threshold = Annotated[
    float | None,
    typer.Option(
        help="Tag a paragraph as core if its score is at least this number, from 0 to 1.",
        show_default="chosen for each article by the model",
        callback=check_threshold,
    ),
]
Jobs = Annotated[int, typer.Option(help="Number of processes; -1 means one per core.", callback=process_count)]
Seed = Annotated[
    int, typer.Option(min=0, help="Seed of all random choices. The same data, seed and versions give the same result.")
]
Only = Literal["core", "filler"]  # the labels; not from `corestory.types`, which loads numpy
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="Print all tables, not only the main measures and the baselines.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace the output if it exists.")]


InputFormat = Literal["text", "html", "jsonl", "json", "csv", "tsv", "warc", "zip"]
"""The format of an input whose name does not show it."""


def _field(option: str, content: str) -> object:
    return typer.Option(
        option,
        metavar="NAME",
        help=f"The field or column with {content}.",
        show_default="found by its name",
        rich_help_panel=_FIELDS,
    )


_FIELDS = "Fields of JSON, CSV and Parquet"
_READING_OPTIONS = {
    "text_column": Annotated[str, _field("--text-column", "the text, or a list of its paragraphs")],
    "html_column": Annotated[str, _field("--html-column", "the page's HTML")],
    "id_column": Annotated[str, _field("--id-column", "the article's id")],
    "url_column": Annotated[str, _field("--url-column", "the article's URL")],
    "title_column": Annotated[str, _field("--title-column", "the article's title")],
    "input_format": Annotated[
        InputFormat | None,
        typer.Option(
            "--input-format",
            help="Format of the standard input, and of files whose names have no known ending, or .txt.",
            show_default="detected from the first bytes",
            rich_help_panel=_FIELDS,
        ),
    ],
}
"""The options of all commands that read articles."""


def with_reading_options(command: Callable[..., None]) -> Callable[..., None]:
    """Replace the parameter `reading` of a command by the options of reading; return other commands unchanged.

    Typer makes a command's options from its signature. Without this function, each command that reads articles would
    have to list these options.

    Examples
    --------
    >>> def count(article: str, *, reading: ReadingOptions) -> None: ...
    >>> list(inspect.signature(with_reading_options(count)).parameters)[:3]
    ['article', 'text_column', 'html_column']
    """
    signature = inspect.signature(command)
    if "reading" not in signature.parameters:
        return command
    hints = get_type_hints(command, localns={"ReadingOptions": object}, include_extras=True)
    parameters: list[inspect.Parameter] = []
    for given in signature.parameters.values():
        if given.name != "reading":
            parameters.append(given.replace(annotation=hints[given.name], kind=inspect.Parameter.KEYWORD_ONLY))
            continue
        for name, annotation in _READING_OPTIONS.items():
            default = None if name == "input_format" else ""
            parameters.append(given.replace(name=name, default=default, annotation=annotation))

    @wraps(command)
    def run(**values: object) -> None:
        *columns, form = (values.pop(name) for name in _READING_OPTIONS)  # Typer has checked the types
        command(**values, reading=_reading_options(*columns, form=form))  # type: ignore[arg-type]

    run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {given.name: given.annotation for given in parameters}
    return run


def _reading_options(*columns: str, form: InputFormat | None) -> ReadingOptions:
    from corestory.reading.fields import ReadingOptions

    text, html, article_id, url, title = columns
    kind = "lines" if form == "jsonl" else form or ""
    return ReadingOptions(text, html, article_id, url, title, kind)


MODELS = Path("models")
DEFAULT = "default"
SHOWN_CHARACTERS = 200

_MARKER = "manifest.json"


def open_model(name: str, *, kinds: bool = False) -> Tagger:
    """Load a model by its name or path.

    Parameters
    ----------
    name
        A model's folder, or the name of a folder in `MODELS`. ``default`` and the empty name mean the default model,
        unless ``models/default`` exists here.
    kinds
        Whether the model must predict kinds.

    Raises
    ------
    ModelError
        There is no such model, or it cannot be used. The message lists the models in `MODELS`.
    """
    from corestory.model.storage import load_model

    tagger = load_model(model_folder(name))
    if kinds and tagger.weights.kinds is None:
        raise ModelError(
            "cannot predict kinds, because the table that it was trained on had none",
            where=name or DEFAULT,
            hint="Prepare the table again and train a new model, or leave out --kinds, --drop-kinds and --keep-kinds.",
        )
    return tagger


def open_memory(name: str) -> SiteMemory | None:
    """Load a site memory; return None for an empty name.

    Raises
    ------
    InputError
        The file cannot be read or is not a site memory.
    """
    from corestory.model.storage import load_memory

    return load_memory(name) if name else None


def model_folder(name: str) -> Path | None:
    """Return the folder of a model; None for the default model.

    Raises
    ------
    ModelError
        There is no such model.

    Examples
    --------
    >>> model_folder("") is None
    True
    """
    if not name:
        return None
    path, named = Path(name), MODELS / name
    # A folder here may have the name of a model in models/. A folder that holds a model has precedence.
    for folder in (path, named):
        if _exists(folder / _MARKER):
            return folder
    if name == DEFAULT:
        return None
    for folder in (path, named):
        if _exists(folder):
            return folder  # loading it gives the message
    here = sorted(folder.parent.name for folder in MODELS.glob(f"*/{_MARKER}"))
    raise ModelError(
        "no such model",
        where=name if len(name) <= SHOWN_CHARACTERS else f"{name[:SHOWN_CHARACTERS]}…",
        expected=f"a model's folder, or the name of a model in {MODELS}/",
        hint=f"{MODELS}/ contains: {', '.join(here)}."
        if here
        else "Make one with: corestory train DATA --output models/NAME",
    )


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # the name is too long or contains a NUL
        return False


def model_names(models: list[str]) -> list[str]:
    """Return a distinct name for each model that the user gave.

    Raises
    ------
    ModelError
        There is no such model.
    typer.BadParameter
        A model is given twice.

    Examples
    --------
    >>> model_names([""])
    ['default']
    """
    from corestory.reading.text import storable

    folders = [model_folder(model) for model in models]
    found = [folder.resolve() if folder else None for folder in folders]
    if len(set(found)) < len(found):
        raise typer.BadParameter("the same model is given twice.", param_hint="--model")
    short = [folder.name if folder else DEFAULT for folder in found]
    # Two folders may have the same name; then their paths are used.
    long = [str(folder) if folder else DEFAULT for folder in found]
    return [storable(name if short.count(name) == 1 else path) for name, path in zip(short, long, strict=True)]
