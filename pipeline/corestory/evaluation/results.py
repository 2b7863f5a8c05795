"""The results of an evaluation as frozen dataclasses, and their form in ``metrics.json``."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass
from typing import Generic, TypeVar

from corestory.evaluation.metrics import CalibrationCurve, Confusion, KindResult, Metrics, Rates

SCHEMA = 1
"""Version of ``metrics.json``.

Keys may be added without a new number. A change of a key's name, place or meaning needs the next number and a line in
the changelog.
"""

AnyRates = TypeVar("AnyRates", bound=Rates, covariant=True)
# The nested values that JSON has.
Json = dict[str, "Json"] | list["Json"] | str | int | float | None


@dataclass(frozen=True, slots=True)
class Band(Generic[AnyRates]):
    """Measures with the ends of their intervals; the ends are NaN if no interval was computed."""

    value: AnyRates
    low: AnyRates
    high: AnyRates


@dataclass(frozen=True, slots=True)
class Measured(Band[AnyRates]):
    """Measures with their intervals, and the confusion from which they were computed."""

    confusion: Confusion


@dataclass(frozen=True, slots=True)
class TaggerResult:
    """The measures of one tagger on all rows, in paragraphs and in words.

    Attributes
    ----------
    lead_paragraphs, lead_words
        For a baseline or rival, the evaluated tagger's measures minus its own, paired over the same resamples. For all
        measures but the Brier score, higher is better.
    """

    key: str
    name: str
    description: str
    paragraphs: Measured[Metrics]
    words: Measured[Metrics]
    lead_paragraphs: Band[Metrics] | None = None
    lead_words: Band[Metrics] | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The measures of the tagger on one group of rows, such as a source, view or site."""

    name: str
    articles: int
    paragraphs: Measured[Rates]
    words: Measured[Rates]


@dataclass(frozen=True, slots=True)
class RowCounts:
    """The size of the measured data.

    Attributes
    ----------
    articles
        The number of articles; all views of a page count as one. It is the unit of the bootstrap.
    inputs
        The number of articles as the tagger read them; each view counts.
    unlabelled
        The number of paragraphs that were left out because they have no label.
    sites
        The number of known sites.
    """

    articles: int
    inputs: int
    sites: int
    paragraphs: int
    core: int
    filler: int
    unlabelled: int
    words: int
    core_words: int
    filler_words: int


@dataclass(frozen=True, slots=True)
class StoryCounts:
    """Counts of articles and of pages without a story; each view counts as one.

    Attributes
    ----------
    articles, lost
        The number of articles with a core label, and the number of those in which no paragraph was tagged core.
    without_story, recognised
        The number of pages with filler labels only, and the number of those in which no paragraph was tagged core.
    """

    articles: int
    lost: int
    without_story: int
    recognised: int


@dataclass(frozen=True, slots=True)
class EvaluationSettings:
    """The settings of an evaluation.

    Attributes
    ----------
    threshold
        The tagger's least score of core; None if it chooses a cutoff for each article.
    resamples, seed, level
        The number of resamples and the seed of the bootstrap, and the share of resamples inside an interval.
    """

    threshold: float | None
    resamples: int = 1000
    seed: int = 0
    level: float = 0.95


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All measures; the worst groups come first, by the word F1 of core.

    Attributes
    ----------
    rivals
        The measures of other models on the same rows, each with the tagger's lead over it.
    cautions
        Sentences that say why the measures are too optimistic, for example because the tagger was trained on the rows.
    story
        The counts of articles and of pages without a story; None if the rows have no such page.
    kinds
        The rates of predicted kinds and roles; None if the rows have no kinds or the model predicts none.
    languages
        The measures of each language, declared by the articles or detected in their text.
    detected_languages
        The number of articles whose language was detected in their text, because they declare none.
    """

    settings: EvaluationSettings
    counts: RowCounts
    tagger: TaggerResult
    baselines: tuple[TaggerResult, ...]
    sources: tuple[Group, ...]
    views: tuple[Group, ...]
    sites: tuple[Group, ...]
    calibration: CalibrationCurve
    rivals: tuple[TaggerResult, ...] = ()
    cautions: tuple[str, ...] = ()
    story: StoryCounts | None = None
    kinds: KindResult | None = None
    languages: tuple[Group, ...] = ()
    detected_languages: int = 0

    def to_metrics(self) -> dict[str, Json]:
        """Return nested values for ``metrics.json``, with the same keys in every run; undefined measures are null.

        For example, the recall of core is at ``[tagger]["words"]["core"]["recall"]["value"]``, and its interval at
        ``"low"`` and ``"high"`` beside it.
        """
        return {
            "schema": SCHEMA,
            "cautions": plain(self.cautions),
            "settings": plain(self.settings),
            "counts": plain(self.counts),
            "story": plain(self.story),
            "kinds": plain(self.kinds),
            "tagger": _tagger(self.tagger),
            "rivals": {rival.name: _tagger(rival) for rival in self.rivals},
            "baselines": {baseline.key: _tagger(baseline) for baseline in self.baselines},
            "sources": groups_metrics(self.sources),
            "languages": groups_metrics(self.languages),
            "detected_languages": self.detected_languages,
            "views": groups_metrics(self.views),
            "sites": groups_metrics(self.sites),
            "calibration": plain(self.calibration),
        }


def _tagger(result: TaggerResult) -> dict[str, Json]:
    found = _fields(result, "name", "description", "paragraphs", "words")
    if result.lead_paragraphs is not None:
        found["lead"] = {"paragraphs": plain(result.lead_paragraphs), "words": plain(result.lead_words)}
    return found


def groups_metrics(groups: Iterable[Group]) -> dict[str, Json]:
    """Return the values of groups for ``metrics.json``, by the groups' names."""
    return {group.name: _fields(group, "articles", "paragraphs", "words") for group in groups}


def _fields(value: object, *names: str) -> dict[str, Json]:
    return {name: plain(getattr(value, name)) for name in names}


def _band(band: Band[Rates]) -> dict[str, Json]:
    """Return measures and their intervals for ``metrics.json``, by class, and the confusion if there is one."""
    core: dict[str, Json] = {}
    filler: dict[str, Json] = {}
    both: dict[str, Json] = {}
    for field in fields(band.value):
        measures, name = both, field.name
        for prefix, of_class in (("core_", core), ("filler_", filler)):
            if name.startswith(prefix):
                measures, name = of_class, name.removeprefix(prefix)
        ends = {"value": band.value, "low": band.low, "high": band.high}
        measures[name] = {end: plain(getattr(rates, field.name)) for end, rates in ends.items()}
    counts = {"confusion": plain(band.confusion)} if isinstance(band, Measured) else {}
    return {"core": core, "filler": filler, **both, **counts}


def plain(value: object) -> Json:
    """Turn values and dataclasses into JSON values; JSON has no NaN, so undefined values become null."""
    if isinstance(value, Band):
        return _band(value)
    if is_dataclass(value) and not isinstance(value, type):
        return _fields(value, *(field.name for field in fields(value)))
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value  # type: ignore[return-value]  # text, a whole number or nothing
