"""The outputs of the extractors on the held-out pages, with their processor time; kept between runs."""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
import importlib.util
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from corestory.errors import DataError
from corestory.labelling.views import EXTRACTORS, silenced, tool_texts
from corestory.reading.text import split_text

from .material import HeldOutPage, Say, code_state, package_files

_DISTRIBUTIONS = {
    "trafilatura": "trafilatura",
    "readability": "readability-lxml",
    "resiliparse": "Resiliparse",
    "justext": "jusText",
    "boilerpy3": "boilerpy3",
    "newspaper": "newspaper4k",
}
_RENDERERS = {"bs4": "beautifulsoup4", "html2text": "html2text", "html_text": "html-text", "inscriptis": "inscriptis"}
_PAGES_A_JOB = 16


@dataclass(frozen=True, slots=True)
class Extractor:
    """An extractor that takes part.

    Attributes
    ----------
    key
        Its name in files.
    name
        Its name in tables.
    module
        The module that must be installed.
    """

    key: str
    name: str
    module: str

    @property
    def version(self) -> str:
        """The version of the installed package."""
        return importlib.metadata.version(_DISTRIBUTIONS[self.module])


@dataclass(frozen=True, slots=True)
class Output:
    """The output for one page.

    Attributes
    ----------
    text
        The story, one paragraph per line; empty if the extractor failed or found nothing.
    seconds
        Processor time.
    confidence
        The confidence of corestory in the whole page; None for extractors.
    """

    text: str
    seconds: float
    confidence: float | None = None


NO_COMMENTS = "trafilatura-no-comments"
COMPETITORS = (
    *(Extractor(key, _DISTRIBUTIONS[key], key) for key in EXTRACTORS),
    # Its default output contains readers' comments, which no gold text has, so its best setting is measured too.
    Extractor(NO_COMMENTS, "trafilatura, comments off", "trafilatura"),
    Extractor("newspaper", "newspaper4k", "newspaper"),
)


def extractor_versions() -> dict[str, str]:
    """Return the version of the package of each extractor and renderer, by the package's name.

    Raises
    ------
    DataError
        A package is not installed, so the table would lack a competitor.
    """
    packages = _DISTRIBUTIONS | _RENDERERS
    missing = [packages[name] for name in packages if importlib.util.find_spec(name) is None]
    if missing:
        raise DataError(f"not installed: {', '.join(missing)}", hint="Install them with: pip install -e '.[bench]'")
    extractors = {_DISTRIBUTIONS[extractor.module]: extractor.version for extractor in COMPETITORS}
    return extractors | {name: importlib.metadata.version(name) for name in _RENDERERS.values()}


def extract_all(pages: Sequence[HeldOutPage], *, work: Path, jobs: int, say: Say) -> dict[str, tuple[Output, ...]]:
    """Run every extractor on every page.

    Parameters
    ----------
    pages
        The held-out pages.
    work
        The folder in which outputs are kept, by extractor, version and adapter; pages of earlier runs are not run
        again.
    jobs
        The number of processes. Seconds are processor time, so they hardly depend on it.
    say
        Called with a message about the extractor that runs.

    Returns
    -------
    dict
        The outputs of each of `COMPETITORS`, by its key, in the order of the pages.
    """
    work.mkdir(parents=True, exist_ok=True)
    adapter = code_state([*package_files("reading", "labelling"), Path(__file__)])
    found = {}
    for extractor in COMPETITORS:
        store = work / f"{extractor.key}-{extractor.version}-{adapter}.jsonl"
        known = _read(store)
        names = [_digest(page) for page in pages]
        missing = [page for page, name in zip(pages, names, strict=True) if name not in known]
        if missing:
            say(f"{extractor.name} {extractor.version} on {len(missing)} pages")
            known |= dict(zip((_digest(page) for page in missing), _run(extractor.key, missing, jobs), strict=True))
            _write(store, known)
        found[extractor.key] = tuple(known[name] for name in names)
    return found


def extract(page: HeldOutPage, extractor: str) -> list[str]:
    """Return the paragraphs that an extractor keeps of a page; none if it fails."""
    special = _SPECIAL.get(extractor)
    if special is None:
        return tool_texts(page.html, tool=extractor, language=page.language)
    with silenced():
        try:
            return split_text(special(page.html))
        except Exception:  # another project's code on an arbitrary page may raise anything
            return []


def _without_comments(html: str) -> str:
    return importlib.import_module("trafilatura").extract(html, include_comments=False) or ""


def _newspaper(html: str) -> str:
    # Its defaults, except that pictures are not fetched.
    article = importlib.import_module("newspaper").article("http://page.example/", input_html=html, fetch_images=False)
    return str(article.text)


_SPECIAL: dict[str, Callable[[str], str]] = {NO_COMMENTS: _without_comments, "newspaper": _newspaper}


def _run(extractor: str, pages: Sequence[HeldOutPage], jobs: int) -> list[Output]:
    from joblib import Parallel, delayed

    parts = [pages[start : start + _PAGES_A_JOB] for start in range(0, len(pages), _PAGES_A_JOB)]
    return [
        output for part in Parallel(n_jobs=jobs)(delayed(_timed)(extractor, part) for part in parts) for output in part
    ]


def _timed(extractor: str, pages: Sequence[HeldOutPage]) -> list[Output]:
    extract(pages[0], extractor)  # loading at first use is not part of a page's time
    outputs = []
    for page in pages:
        started = time.process_time()
        paragraphs = extract(page, extractor)
        outputs.append(Output("\n".join(paragraphs), time.process_time() - started))
    return outputs


def _digest(page: HeldOutPage) -> str:
    return hashlib.sha256(f"{page.language}\0{page.html}".encode("utf-8", "surrogatepass")).hexdigest()


def _read(store: Path) -> dict[str, Output]:
    if not store.is_file():
        return {}
    records = (json.loads(line) for line in store.read_text(encoding="utf-8").splitlines())
    return {record["page"]: Output(record["text"], record["seconds"]) for record in records}


def _write(store: Path, outputs: dict[str, Output]) -> None:
    unfinished = store.with_suffix(".unfinished")
    with unfinished.open("w", encoding="utf-8") as file:
        for name, output in outputs.items():
            record = {"page": name} | {key: value for key, value in asdict(output).items() if key != "confidence"}
            file.write(json.dumps(record) + "\n")
    unfinished.replace(store)
