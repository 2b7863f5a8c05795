"""The tables of filler removed and story lost, as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from corestory.rendering import markdown_table

from ..accuracy.scores import Estimate
from ..planting import WAYS
from .in_story import InStory
from .kinds import LEAST_LINES, PredictedKinds
from .planted import FORMS, line_share, plug_scores

if TYPE_CHECKING:
    import pandas as pd


def plugs_markdown(tagged: pd.DataFrame, in_story: Sequence[InStory] = (), kinds: Sequence[PredictedKinds] = ()) -> str:
    """Return all tables.

    Parameters
    ----------
    tagged
        The result of `tagged_plugs`.
    in_story
        The result of `in_story_scores`; empty if no corpora were given.
    kinds
        The result of `predicted_kinds`.
    """
    filler, story = tagged[tagged["label"] == "filler"], tagged[tagged["label"] == "core"]
    parts = [
        f"{_lines(filler)} lines of filler and {_lines(story)} lines of story that look like filler, each planted "
        "alone into stories. Shares are means over kinds, with 95 % intervals by lines.",
        _headline(tagged),
        _by_way(filler, story),
        _by(filler, "kind", "filler removed"),
        _by(story, "kind", "story lost"),
        _by_language(filler, story),
    ]
    if in_story:
        parts += ["Real filler and short story lines between core paragraphs of held-out pages:", _in_story(in_story)]
    if kinds:
        parts += ["Kinds of filler against those that a person read on held-out pages:", _told_kinds(kinds)]
    return "\n\n".join(parts) + "\n"


def _headline(tagged: pd.DataFrame) -> str:
    rows = []
    for form, scores in plug_scores(tagged).items():
        carrier = tagged.loc[tagged["form"] == form, "carrier_lost"].mean()
        rows.append((form, _interval(scores.filler_removed), _interval(scores.story_lost), f"{carrier:.1%}"))
    return markdown_table(("form", "filler removed", "story lost", "carrier lost"), rows)


def _by_way(filler: pd.DataFrame, story: pd.DataFrame) -> str:
    rows = [
        (way, *(_interval(line_share(part[part["way"] == way], kept=False)) for part in (filler, story)))
        for way in WAYS
    ]
    return markdown_table(("planted as", "filler removed", "story lost"), rows)


def _by(tagged: pd.DataFrame, column: str, title: str) -> str:
    rows = [(name, _lines(part), _plain(part, "html"), _plain(part, "text")) for name, part in tagged.groupby(column)]
    return markdown_table((f"{title}: {column}", "lines", "html", "text"), rows)


def _by_language(filler: pd.DataFrame, story: pd.DataFrame) -> str:
    head = ("language", "lines", "filler removed, html", "text", "story lines", "story lost, html", "text")
    rows = []
    for language in dict.fromkeys([*filler["language"], *story["language"]]):
        owns = (part[part["language"] == language] for part in (filler, story))
        cells = [cell for own in owns for cell in (_lines(own), *(_plain(own, form) for form in FORMS))]
        rows.append((language, *cells))
    return markdown_table(head, rows)


def _told_kinds(forms: Sequence[PredictedKinds]) -> str:
    kinds = zip(*(one.result.kinds for one in forms), strict=True)
    rows = [(one[0].name, one[0].paragraphs, *(f"{form.f1:.2f}" for form in one)) for one in kinds]
    for name, values in (
        (f"macro F1 of kinds with {LEAST_LINES} lines", [one.macro_f1 for one in forms]),
        ("macro F1 of all kinds", [one.result.macro_f1 for one in forms]),
        ("accuracy", [one.accuracy for one in forms]),
    ):
        rows.append((name, "", *(f"{value:.2f}" for value in values)))
    return markdown_table(("kind", "lines", *(one.form for one in forms)), rows)


def _in_story(scores: Sequence[InStory]) -> str:
    rows = []
    for one in scores:
        removed, lost = (_interval(share) if share else "" for share in (one.filler_removed, one.story_lost))
        rows.append((one.source, one.form, one.pages, one.filler, removed, one.story, lost))
    head = ("corpus", "form", "pages", "filler", "filler removed", "short story lines", "story lost")
    return markdown_table(head, rows, texts=(0, 1))


def _lines(tagged: pd.DataFrame) -> int:
    return len(tagged[["language", "line"]].drop_duplicates())


def _plain(tagged: pd.DataFrame, form: str) -> str:
    part = tagged[tagged["form"] == form]
    return f"{1 - part['kept'].mean():.1%}" if len(part) else ""


def _interval(share: Estimate) -> str:
    return f"{share.value:.1%} ({share.low:.1%}–{share.high:.1%})"
