"""Tagged paragraphs or whole articles as rows, article by article: text, JSON Lines, CSV and Parquet."""

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

import numpy as np

from corestory.atomic import Target
from corestory.model.tagged_article import TaggedArticle
from corestory.output.formats import EVERY_PARAGRAPH, DocumentFormat, RowChoice, RowFormat
from corestory.output.story import STORY_COLUMNS, chosen_positions, story_row
from corestory.reading.one_article import Span, spans_of
from corestory.reading.text import in_one_line, storable

if TYPE_CHECKING:
    import pyarrow.parquet

TaggedRow = tuple[str, int, str, str, float, str, float, *tuple[object, ...]]

COLUMNS = ("article_id", "position", "text", "label", "score", "url", "confidence")
_CONFIDENCE = COLUMNS.index("confidence")
# More digits carry no information, and they differ between processors: their logarithms differ in the last bit.
SCORE_DIGITS = 6
SPAN_COLUMNS = ("start", "end")
KIND_COLUMNS = ("kind", "kind_score")
# The rows of a Parquet row group are held in memory. Their characters are limited too: a paragraph may be a whole book.
ROW_GROUP_ROWS = 65_536
ROW_GROUP_CHARACTERS = 2**24

# Some readers take these characters for line ends, though JSON does not. They are escaped, so that every row is one
# line.
_LINE_ENDS = ("\x85", "\u2028", "\u2029")
_JSON_LINE_ENDS = str.maketrans({end: f"\\u{ord(end):04x}" for end in _LINE_ENDS})


class RowWriter(Protocol):
    """A writer of tagged articles; the output is complete only after `close`."""

    def write(self, article: TaggedArticle) -> None:
        """Write an article's paragraphs."""

    def close(self) -> None:
        """Close a file that this writer opened, or flush a stream that it was given."""


def open_rows(
    target: Path | BinaryIO,
    *,
    form: RowFormat,
    choice: RowChoice = EVERY_PARAGRAPH,
    types: Mapping[str, "pyarrow.DataType"] | None = None,
) -> RowWriter:
    r"""Open a writer of rows.

    The columns are `COLUMNS`: ``position`` counts from 0, ``label`` is the tagger's decision, ``score`` the probability
    of core to six digits, ``url`` is empty if unknown, and ``confidence`` is the confidence in the whole article. Text
    is written unchanged, except that lone surrogates, which no encoding can represent, become U+FFFD.

    Parameters
    ----------
    target
        A path, which is created or replaced, or a binary stream such as ``sys.stdout.buffer``.
    form
        ``jsonl``, ``csv`` (UTF-8, texts in quotes), ``parquet`` or ``text``. Text is for people: it has one paragraph
        per line after its label and score, or with `only` just the paragraphs, and a blank line between articles.
    choice
        The rows to write, and the columns after `COLUMNS`: `SPAN_COLUMNS` are the start and end of each paragraph in
        the text that was read, `KIND_COLUMNS` its kind. Rows of articles have `corestory.output.story.STORY_COLUMNS`.
    types
        The types of kept columns that are not strings, for Parquet.

    Raises
    ------
    OutputError
        The file cannot be written, here or in the writer. A closed pipe raises a ``BrokenPipeError``.

    Examples
    --------
    >>> from corestory.reading.article import Article
    >>> stream = io.BytesIO()
    >>> writer = open_rows(stream, form="text")
    >>> scores = np.array([0.9, 0.1])
    >>> writer.write(TaggedArticle(Article("a", ["It rained.", "Share"]), scores, scores > 0.5, 0.8))
    >>> writer.close()
    >>> print(stream.getvalue().decode().expandtabs(8))
    # a
    core    0.900   It rained.
    filler  0.100   Share
    <BLANKLINE>
    """
    if form == "text":
        return _TextWriter(Target(target), choice)
    if form == "parquet":
        return _ParquetWriter(Target(target), choice, types or {})
    if form == "csv":
        return _CsvWriter(Target(target), choice)
    return (_StoryLinesWriter if choice.unit == "article" else _JsonLinesWriter)(Target(target), choice)


def open_output(
    target: Path | BinaryIO,
    *,
    form: RowFormat | DocumentFormat,
    choice: RowChoice = EVERY_PARAGRAPH,
    types: Mapping[str, "pyarrow.DataType"] | None = None,
) -> RowWriter:
    """Open a writer of rows, with the parameters of `open_rows`, or of a file of documents."""
    if form == "labelled" or form == "markdown" or form == "tei":
        from corestory.output.documents import DocumentFile, document_form  # not needed for rows

        return DocumentFile(target, document_form(form, choice.kinds))
    return open_rows(target, form=form, choice=choice, types=types)


class _Writer:
    """The base of the writers of rows."""

    def __init__(self, target: Target, choice: RowChoice) -> None:
        self.target, self.choice = target, choice

    def close(self) -> None:
        self.target.close()


class _TextWriter(_Writer):
    started = False

    def write(self, article: TaggedArticle) -> None:
        only, kinds = self.choice.only, self.choice.kinds
        lines = [] if only else [f"# {in_one_line(storable(article.article_id))}"]
        for _, _, text, label, score, _, _, *more in rows_of(article, self.choice):
            line = in_one_line(text)  # tables may hold paragraphs with line breaks
            kind = f"{more[0]}\t" if kinds and kinds.shown else ""
            lines.append(line if only else f"{label}\t{score:.3f}\t{kind}{line}")
        if lines:
            self.target.write(("\n" * self.started + "\n".join(lines) + "\n").encode())
            self.started = True


class _JsonLinesWriter(_Writer):
    def __init__(self, target: Target, choice: RowChoice) -> None:
        super().__init__(target, choice)
        names = (*row_columns(choice)[len(COLUMNS) :], *choice.keep)
        self.kept = [f", {json.dumps(name, ensure_ascii=False)}: " for name in names]

    def write(self, article: TaggedArticle) -> None:
        # Calling json.dumps for each row would take as long as the scoring.
        name, url = encode_basestring(storable(article.article_id)), encode_basestring(storable(article.url))
        rows = rows_of(article, self.choice)
        # All rows of an article have the same confidence.
        of_article = f', "url": {url}, "confidence": {rows[0][_CONFIDENCE]!r}' if rows else ""
        lines = [
            f'{{"article_id": {name}, "position": {position}, "text": {encode_basestring(text)}, "label": "{label}", '
            f'"score": {score!r}{of_article}{self._kept(kept) if kept else ""}}}\n'
            for _, position, text, label, score, _, _, *kept in rows
        ]
        self._put(storable("".join(lines)) if self.kept else "".join(lines))

    def _put(self, lines: str) -> None:
        if any(end in lines for end in _LINE_ENDS):
            lines = lines.translate(_JSON_LINE_ENDS)
        self.target.write(lines.encode())

    def _kept(self, values: Sequence[object]) -> str:
        return "".join(name + _json(value) for name, value in zip(self.kept, values, strict=True))


class _StoryLinesWriter(_JsonLinesWriter):
    def write(self, article: TaggedArticle) -> None:
        names = (*row_columns(self.choice), *self.choice.keep)
        rows = (dict(zip(names, row, strict=True)) for row in _rows(article, self.choice))
        self._put(storable("".join(f"{_json(row)}\n" for row in rows)))


class _CsvWriter(_Writer):
    def __init__(self, target: Target, choice: RowChoice) -> None:
        super().__init__(target, choice)
        own = row_columns(choice)
        self.own = len(own)
        self._write_rows([(*own, *map(storable, choice.keep))])

    def write(self, article: TaggedArticle) -> None:
        rows = _rows(article, self.choice)
        self._write_rows([(*row[: self.own], *map(_in_words, row[self.own :])) for row in rows])

    def _write_rows(self, rows: Sequence[tuple[object, ...]]) -> None:
        # All texts are quoted, because some readers end a row at a lone carriage return.
        lines = io.StringIO(newline="")
        csv.writer(lines, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n").writerows(rows)
        self.target.write(lines.getvalue().encode())


class _ParquetWriter(_Writer):
    def __init__(self, target: Target, choice: RowChoice, types: Mapping[str, "pyarrow.DataType"]) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        super().__init__(target, choice)
        own = row_columns(choice)
        numbers = {name: pa.float64() for name in ("score", "confidence", "kind_score", "is_article")}
        numbers |= {name: pa.int32() for name in ("position", "words_core", "words_all")}
        numbers |= dict.fromkeys(SPAN_COLUMNS, pa.int64())
        of_own = [numbers.get(name, pa.string()) for name in own]
        self.own = len(own)
        self.text = own.index("text")
        kept = [(storable(name), types.get(name, pa.string())) for name in choice.keep]
        self.words = tuple(name not in types for name in choice.keep)
        self.schema = pa.schema([*zip(own, of_own, strict=True), *kept])
        self.rows: list[tuple[object, ...]] = []
        self.characters = 0
        with target.reporting_errors():
            self.file: pyarrow.parquet.ParquetWriter = pq.ParquetWriter(target.stream, self.schema)

    def write(self, article: TaggedArticle) -> None:
        for row in _rows(article, self.choice):
            kept = zip(self.words, row[self.own :], strict=True)
            self.rows.append((*row[: self.own], *(_in_words(value) if words else value for words, value in kept)))
            self.characters += len(str(row[self.text]))
            if len(self.rows) >= ROW_GROUP_ROWS or self.characters >= ROW_GROUP_CHARACTERS:
                self._write_group()

    def _write_group(self) -> None:
        import pyarrow as pa

        columns = zip(*self.rows, strict=True)
        arrays = [pa.array(column, type=field.type) for column, field in zip(columns, self.schema, strict=True)]
        with self.target.reporting_errors():
            self.file.write_table(pa.Table.from_arrays(arrays, schema=self.schema))
        self.rows, self.characters = [], 0

    def close(self) -> None:
        try:
            if self.rows:
                self._write_group()
            with self.target.reporting_errors():
                self.file.close()
        finally:
            super().close()


def row_columns(choice: RowChoice) -> tuple[str, ...]:
    """Return the names of the columns of rows, without the kept columns."""
    if choice.unit == "article":
        return STORY_COLUMNS
    shown = choice.kinds is not None and choice.kinds.shown
    return (*COLUMNS, *SPAN_COLUMNS * (choice.unit == "span"), *KIND_COLUMNS * shown)


def _rows(article: TaggedArticle, choice: RowChoice) -> Sequence[tuple[object, ...]]:
    if choice.unit == "article":
        return [story_row(article, choice.kinds, digits=SCORE_DIGITS)]
    return rows_of(article, choice)


def rows_of(article: TaggedArticle, choice: RowChoice = EVERY_PARAGRAPH) -> list[TaggedRow]:
    """Return the rows of an article's paragraphs, with the kept columns after those of `row_columns`.

    Examples
    --------
    >>> from corestory.reading.article import Article
    >>> scores = np.array([0.9, 0.1])
    >>> article = TaggedArticle(Article("a", ["It rained.", "Share"]), scores, scores > 0.5, 0.8)
    >>> rows_of(article, RowChoice(only="filler"))
    [('a', 1, 'Share', 'filler', 0.1, '', 0.8)]
    """
    name, url = storable(article.article_id), storable(article.url)
    scores = np.round(article.scores.astype(np.float64), SCORE_DIGITS).tolist()
    confidence = round(float(article.confidence), SCORE_DIGITS)
    texts, labels, kept = article.texts, article.labels, article.kept
    spans, kinds = choice.unit == "span", choice.kinds
    found = _spans(article) if spans else ()
    of_kind: Sequence[tuple[str, float]] = ()
    if kinds is not None and kinds.shown and article.kinds is not None:
        rounded = np.round(article.kinds.scores, SCORE_DIGITS).tolist()
        of_kind = list(zip(article.kinds.names, rounded, strict=True))
    return [
        (
            name, position, storable(texts[position]), labels[position], scores[position], url, confidence,
            *((found[position] or (None, None)) if spans else ()),
            *(of_kind[position] if of_kind else ()), *(kept[position] if kept else ()),
        )
        for position in chosen_positions(article, choice.only, kinds)
    ]  # fmt: skip


def _spans(article: TaggedArticle) -> Sequence[Span | None]:
    source = article.article.source if article.article.markup is None else ""  # tags may be inside a page's paragraph
    return spans_of(article.texts, source) if source else [None] * len(article.texts)


def _in_words(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value if value is None else storable(value)
    if isinstance(value, list | dict | bool):
        return storable(_json(value))
    return str(value)


def _json(value: object) -> str:
    """Return a value as JSON: values such as dates as strings, numbers that JSON cannot hold as null."""
    try:
        return json.dumps(value, ensure_ascii=False, default=str, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(value), ensure_ascii=False, default=str, allow_nan=False)


def _finite(value: object) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {str(key): _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list | tuple) else value
