import base64
import hashlib
import re

import pytest
from jinja2 import UndefinedError

from corestory.rendering import render


def test_the_policys_hash_is_that_of_the_script_in_the_page(page):
    script = re.search(r"<script>(.*?)</script>", page, re.DOTALL).group(1)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()

    assert f"script-src &#39;sha256-{digest}&#39;" in page


def test_what_a_template_wants_must_be_there():
    with pytest.raises(UndefinedError, match="title"):
        render("report.html.j2", style="report.css", script="report.js", values={})
