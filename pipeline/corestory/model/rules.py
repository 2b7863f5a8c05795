"""A user's rules: phrases and regular expressions that make paragraphs core or filler."""

from __future__ import annotations

import unicodedata
import warnings
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from corestory.errors import InputError
from corestory.features.characters import UNSPACED
from corestory.reading.decoding import decode
from corestory.reading.streams import read_bytes
from corestory.reading.text import storable

if TYPE_CHECKING:
    import regex

Forced = npt.NDArray[np.int8]

EXPRESSION = "re:"
COMMENT = "#"
SEARCHED_CHARACTERS = 1_000
"""The first characters of a paragraph in which an expression is searched: backtracking may take the square of them."""

MOST_CHARACTERS = 1_000
"""The most characters of a phrase or an expression. A file with longer lines is not a file of rules."""

_FOLDED = str.maketrans("’‘‚‛“”„‟", "''''\"\"\"\"")
SECONDS = 1.0
"""The most processor time that an expression may take on one paragraph; ordinary ones take microseconds."""

_MEND = "Remove one of two nested + or *, or make the inner one possessive: ++ or *+."


@dataclass(frozen=True, slots=True)
class Rules:
    r"""A user's phrases and regular expressions that make paragraphs core or filler, whatever the model predicts.

    A phrase matches whole words of a paragraph; case, white space and the kind of quotes do not matter. In scripts
    without spaces it also matches within words. A line that begins with ``re:`` is a regular expression of the
    ``regex`` package. It ignores case and is searched in the paragraph's first `SEARCHED_CHARACTERS`, with each run of
    white space replaced by one space.

    Attributes
    ----------
    core, filler
        The phrases and expressions. If both match, core wins, so that no text that a user wants is lost.

    Raises
    ------
    InputError
        A line is not a rule (`check_rule`).

    Examples
    --------
    >>> rules = Rules(core=("said Ms Orla",), filler=("read more", r"re:^\(photo: .*\)$"))
    >>> rules.forced(["READ MORE: Quay opens", "I read moreover", "(Photo: A. Ng)", "Read more, said Ms Orla"]).tolist()
    [-1, 0, -1, 1]
    """

    core: tuple[str, ...] = ()
    filler: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for line in (*self.core, *self.filler):
            check_rule(line)

    def __bool__(self) -> bool:
        """Whether there are any rules."""
        return bool(self.core or self.filler)

    def forced(self, texts: Sequence[str]) -> Forced:
        """Apply the rules to paragraphs.

        Parameters
        ----------
        texts
            Paragraphs.

        Returns
        -------
        numpy.ndarray
            1 for core, -1 for filler, 0 where no rule matches; shape (texts,).

        Raises
        ------
        InputError
            An expression takes more than `SECONDS` on a paragraph.
        """
        found = np.zeros(len(texts), np.int8)
        if not self or not texts:
            return found
        plain = [" ".join(text.split()) for text in texts]
        found[_matched(self.filler, plain)] = -1
        found[_matched(self.core, plain)] = 1
        return found


def check_rule(line: str) -> None:
    """Check that a line is a rule.

    Raises
    ------
    InputError
        The expression cannot be read or matches every text, the phrase has no visible character, or the line is longer
        than `MOST_CHARACTERS`.

    Examples
    --------
    >>> check_rule("re:(read more")
    Traceback (most recent call last):
    corestory.errors.InputError: 're:(read more' is not a regular expression (missing ) at position 10)...
    """
    shown = repr(line if len(line) <= 60 else f"{line[:60]}…")
    if len(line) > MOST_CHARACTERS:
        raise InputError(f"{shown} has {len(line):,} characters", expected=f"at most {MOST_CHARACTERS:,} in a phrase")
    if not line.startswith(EXPRESSION):
        if not _folded(line):
            raise InputError("a phrase without a visible character", expected="words, or re: and a regular expression")
        return
    import regex

    try:
        pattern = _compiled(line)
    except (regex.error, OverflowError, RecursionError, MemoryError) as error:
        raise InputError(
            f"{shown} is not a regular expression ({error})", hint=f"To match it as a phrase, remove {EXPRESSION}"
        ) from None
    if pattern.search("") is not None:
        raise InputError(
            f"{shown} matches every paragraph", expected="an expression that does not match the empty text"
        )


def read_rules(*, core: Path | None = None, filler: Path | None = None) -> Rules:
    r"""Read rules from files with one phrase or expression per line; skip blank lines and lines that begin with ``#``.

    Parameters
    ----------
    core, filler
        The file of each label; None for no rules with this label.

    Raises
    ------
    InputError
        A file cannot be read as text or is empty, or a line is not a rule; the error names the line.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "filler.txt")
    ...     _ = file.write_text("# our own\nJoin our club\n\nre:^photo:\n")
    ...     read_rules(filler=file)
    Rules(core=(), filler=('Join our club', 're:^photo:'))
    """
    return Rules(_lines(core), _lines(filler))


def _lines(file: Path | None) -> tuple[str, ...]:
    if file is None:
        return ()
    where = storable(str(file))
    rules = []
    text = decode(read_bytes(file), where=where)
    if not text.strip():
        raise InputError("is empty", where=where, expected="one phrase or expression per line")
    for number, line in enumerate(text.split("\n"), start=1):
        rule = line.strip()
        if not rule or rule.startswith(COMMENT):
            continue
        try:
            check_rule(rule)
        except InputError as error:
            of_line = f"{where}, line {number}"
            raise InputError(error.found, where=of_line, expected=error.expected, hint=error.hint) from None
        rules.append(rule)
    return tuple(rules)


def _matched(lines: Sequence[str], plain: Sequence[str]) -> npt.NDArray[np.int64]:
    rows: set[int] = set()
    phrases = [line for line in lines if not line.startswith(EXPRESSION)]
    if phrases:
        # Search all paragraphs at once. No phrase contains the line feed that joins them.
        folded = [_folded(text) for text in plain]
        joined = "\n".join(folded)
        starts = list(accumulate((len(text) + 1 for text in folded), initial=0))
        for phrase in phrases:
            rows |= _found(_folded(phrase), joined, starts)
    for line in lines:
        if line.startswith(EXPRESSION):
            rows |= {row for row, text in enumerate(plain) if _is_found(line, text[:SEARCHED_CHARACTERS])}
    return np.array(sorted(rows), np.int64)


def _found(phrase: str, joined: str, starts: list[int]) -> set[int]:
    rows = set()
    begin = joined.find(phrase)
    while begin >= 0:
        after = begin + 1
        if _is_whole(phrase, joined, begin):
            row = bisect_right(starts, begin) - 1
            rows.add(row)
            after = starts[row + 1]
        begin = joined.find(phrase, after)
    return rows


def _is_whole(phrase: str, text: str, begin: int) -> bool:
    """Return whether a phrase found at `begin` starts and ends at word boundaries, or with a punctuation mark."""
    end = begin + len(phrase)
    cuts_before = begin > 0 and _is_spaced_word(text[begin - 1]) and _is_spaced_word(phrase[0])
    cuts_after = end < len(text) and _is_spaced_word(text[end]) and _is_spaced_word(phrase[-1])
    return not (cuts_before or cuts_after)


def _is_spaced_word(character: str) -> bool:
    if not (character.isalnum() or character == "_" or unicodedata.combining(character)):
        return False
    return not any(first <= ord(character) <= last for first, last in UNSPACED)


def _folded(text: str) -> str:
    # Letters that case folding produces may compose again, so the text is normalised twice.
    once = unicodedata.normalize("NFKC", text.translate(_FOLDED)).casefold()
    return " ".join(unicodedata.normalize("NFKC", once).split())


def _is_found(line: str, text: str) -> bool:
    try:
        return _compiled(line).search(text, timeout=SECONDS) is not None
    except TimeoutError:
        shown = repr(line if len(line) <= 60 else f"{line[:60]}…")
        raise InputError(f"{shown} takes more than {SECONDS:g} s on one paragraph", hint=_MEND) from None


@cache
def _compiled(line: str) -> regex.Pattern[str]:
    import regex

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # a later regex may read set operations in another way
        return regex.compile(line.removeprefix(EXPRESSION).strip(), regex.IGNORECASE)
