"""A real browser for the tests in this folder: playwright with the system's chromium, or they are skipped."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from browser.visits import Visit

CHROMIUM = os.environ.get("CORESTORY_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or ""


# Not of the session: while playwright runs, so does its event loop, and other modules' tests could start none.
@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless chromium."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM:
        pytest.skip("chromium is not installed; CORESTORY_CHROMIUM may name one")
    with sync_api.sync_playwright() as playwright:
        # CI runs as root in a container, where chromium's own sandbox cannot start; the pages are ours.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def tabs() -> dict[str, Any]:
    """Tabs by their options."""
    return {}


@pytest.fixture
def visit(browser: Any, tabs: dict[str, Any]) -> Iterator[Any]:
    """Load a file of the disk, in a tab that tests with the same options share: to open one takes a second."""
    visits: list[Visit] = []

    def visit(file: Path, **options: Any) -> Visit:
        key = repr(options)
        if key not in tabs:
            tabs[key] = browser.new_page(**options)
        visits.append(Visit(tabs[key], file.as_uri()))
        return visits[-1]

    yield visit
    for one in visits:
        one.end()
