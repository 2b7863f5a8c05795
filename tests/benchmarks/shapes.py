"""The accuracy on texts of pages with difficult shapes, such as long menus, comments, and lists that are story.

Run it by hand with ``python -m tests.benchmarks.shapes [MODEL]``. It prints the scores of the invented pages in
``tests/data/shapes`` by shape and by rendering, as Markdown.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from corestory.errors import raise_refusal
from corestory.labelling.labelled import LabelledArticle
from corestory.labelling.origins import read_samples
from corestory.model.storage import load_model
from corestory.model.tagger import Tagger
from corestory.reading.article import Article
from corestory.reading.text import split_text
from corestory.rendering import markdown_table

from .renderings import STYLES, decided_paragraphs

PAGES = Path(__file__).parents[1] / "data" / "shapes"


@dataclass(frozen=True, slots=True)
class ShapeScore:
    """The scores of one page in one rendering.

    Attributes
    ----------
    shape, name
        The shape and the name of the page, from its path.
    style
        One of `STYLES`.
    core_kept, filler_removed
        The share of core paragraphs that are kept, and of filler paragraphs that are removed.
    wrong
        The texts of the paragraphs with wrong decisions.
    """

    shape: str
    name: str
    style: str
    core_kept: float
    filler_removed: float
    wrong: tuple[str, ...]


def shape_pages(folder: Path = PAGES) -> list[LabelledArticle]:
    """Return all pages in the order of their paths; a page's name is ``shapes/SHAPE/NAME``."""
    return list(read_samples(folder, source="shapes", refuse=raise_refusal))


def shape_scores(tagger: Tagger, pages: Sequence[LabelledArticle]) -> list[ShapeScore]:
    """Tag every page in every rendering, as plain text.

    Parameters
    ----------
    tagger
        The model.
    pages
        The result of `shape_pages`.

    Returns
    -------
    list of ShapeScore
        The scores of each page, with all its renderings in a row.
    """
    inputs = [(page, style, split_text(render(page.paragraphs))) for page in pages for style, render in STYLES.items()]
    tagged = tagger.tag_articles([Article("", found) for _, _, found in inputs])
    scores = []
    for (page, style, found), article in zip(inputs, tagged, strict=True):
        decided = decided_paragraphs([part.text for part in page.paragraphs], found, article.core.tolist())
        right: dict[str, list[bool]] = {"core": [], "filler": []}
        wrong = []
        for part, core in zip(page.paragraphs, decided, strict=True):
            if part.label is None:
                continue
            right[part.label].append(core == (part.label == "core"))
            if core != (part.label == "core"):
                wrong.append(part.text)
        _, shape, name = page.page.split("/")
        scores.append(ShapeScore(shape, name, style, mean(right["core"]), mean(right["filler"]), tuple(wrong)))
    return scores


def mean_scores(scores: Sequence[ShapeScore]) -> tuple[float, float]:
    """Return the mean shares of core kept and of filler removed."""
    return mean(score.core_kept for score in scores), mean(score.filler_removed for score in scores)


def shapes_markdown(scores: Sequence[ShapeScore]) -> str:
    """Return a table with a row for each shape, for each rendering, and for all pages."""
    parts = [(shape, [one for one in scores if one.shape == shape]) for shape in sorted({one.shape for one in scores})]
    parts += [(f"as {style}", [one for one in scores if one.style == style]) for style in STYLES]
    rows = []
    for name, part in [*parts, ("all", list(scores))]:
        core, filler = mean_scores(part)
        whole = sum(not score.wrong for score in part)
        rows.append((name, len(part), whole, f"{core:.1%}", f"{filler:.1%}"))
    return markdown_table(("pages", "renderings", "all right", "core kept", "filler removed"), rows)


def main(model: str | None = None) -> None:
    """Measure and print."""
    tagger = load_model(model)
    print(shapes_markdown(shape_scores(tagger, shape_pages())))  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
