"""Pages from templates: one file each, nothing loaded, everything that comes from data shown as text."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Environment


PALETTE = "palette.css"


def render(template: str, *, style: str, script: str, values: Mapping[str, object]) -> str:
    """Fill a template into a page that stands alone.

    Parameters
    ----------
    template, style, script
        Names of files in ``templates/``; the script may be empty. The style, behind the colours that all pages share,
        and the script stand within the page; its content security policy lets this very script run, and no other, and
        no request leave.
    values
        What the template shows, escaped but for what is `markupsafe.Markup`.

    Returns
    -------
    str
        The page.

    Raises
    ------
    jinja2.UndefinedError
        If the template wants what `values` has not.
    """
    from markupsafe import Markup

    code = template_source(script) if script else ""
    digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    page = _environment().get_template(template)
    # Our own files, without a closing tag in them: what comes from data never goes this way.
    look, act = Markup(template_source(PALETTE) + template_source(style)), Markup(code)  # noqa: S704
    return page.render({**values, "policy": policy, "style": look, "script": act})


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
