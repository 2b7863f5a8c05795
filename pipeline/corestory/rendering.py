"""Write numbers and text for people, and pages from templates."""

from __future__ import annotations

import base64
import hashlib
import math
import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from jinja2 import Environment


# Escape sequences control the terminal, bidirectional overrides and isolates reorder its text, and lone surrogates
# have no encoding. Tab and line feed are harmless.
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    r"""Replace each character that could control a terminal with U+FFFD.

    Examples
    --------
    >>> printable("\x1b[31mRed\n") == "\ufffd[31mRed\n"
    True
    """
    return _UNSAFE.sub("\ufffd", text)


# Only a web address becomes a link, never javascript: or a file.
_ADDRESS = re.compile(r"https?://[^\s\"'<>]+", re.IGNORECASE)


def link_to(url: str) -> str:
    """Return an address if a link on a page may have it, or an empty string.

    Examples
    --------
    >>> link_to("https://herald.example/7"), link_to("javascript:alert(1)")
    ('https://herald.example/7', '')
    """
    return url if _ADDRESS.fullmatch(url) else ""


NOTHING = "–"
"""Shown in place of a number if there was nothing to measure."""


def rounded(number: float, *, digits: int = 3, signed: bool = False) -> str:
    """Round a number.

    Examples
    --------
    >>> rounded(-0.0001), rounded(float("nan")), rounded(0.25, digits=1, signed=True)
    ('0.000', '–', '+0.2')
    """
    if math.isnan(number):
        return NOTHING
    number = round(number, digits) or 0.0  # not "-0.000"
    return f"{number:+.{digits}f}" if signed else f"{number:.{digits}f}"


def counted(number: float) -> str:
    """Write a count, with commas between thousands.

    Examples
    --------
    >>> counted(12345.0)
    '12,345'
    """
    return f"{round(number):,}"


def percent(share: float) -> str:
    """Write a share as percent, without the sign.

    Examples
    --------
    >>> percent(0.9876)
    '98.8'
    """
    return rounded(100 * share, digits=1)


def markdown_table(
    columns: Sequence[object], rows: Iterable[Sequence[object]], *, texts: Collection[int] = (0,)
) -> str:
    """Write a table as Markdown.

    Parameters
    ----------
    columns, rows
        The cells of the header, and of each row; a bar within a cell must be escaped.
    texts
        The numbers of the columns with text; the other columns are aligned right.

    Examples
    --------
    >>> print(markdown_table(("site", "articles"), [("a.example", 12)]))
    | site | articles |
    | --- | ---: |
    | a.example | 12 |
    """
    rule = ["---" if number in texts else "---:" for number in range(len(columns))]
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in (columns, rule, *rows))


PALETTE = "palette.css"


def render(template: str, *, style: str, script: str, values: Mapping[str, object]) -> str:
    """Fill a template into a page that needs no other file.

    Parameters
    ----------
    template, style, script
        Names of files in ``templates/``; the script may be empty. The page contains the colours that all pages share,
        the style and the script. Its content security policy lets only this script run, and forbids all requests.
    values
        The values for the template, which are escaped unless they are `markupsafe.Markup`.

    Returns
    -------
    str
        The page.

    Raises
    ------
    jinja2.UndefinedError
        The template needs a value that `values` does not have.
    """
    from markupsafe import Markup

    code = template_source(script) if script else ""
    digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    page = _environment().get_template(template)
    # Our own files, without a closing tag in them; data never takes this way.
    look, act = Markup(template_source(PALETTE) + template_source(style)), Markup(code)  # noqa: S704
    return page.render({**values, "policy": policy, "style": look, "script": act})


def notebook_frame(page: str) -> str:
    """Return a page as an element of a notebook: a frame that keeps its styles and script out of the notebook."""
    from html import escape

    return (
        f'<iframe srcdoc="{escape(page)}" sandbox="allow-scripts" '
        'style="width: 100%; height: 40em; border: 0"></iframe>'
    )


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("corestory"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def template_source(name: str) -> str:
    """Return the text of a file in ``templates/``, as it is."""
    source: str = _environment().loader.get_source(_environment(), name)[0]  # type: ignore[union-attr]
    return source
