"""The results of an evaluation as frozen values, and their form in ``metrics.json``."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass
from typing import Generic, TypeVar

from corestory.evaluation.metrics import CalibrationCurve, Confusion, KindResult, Metrics, Rates

SCHEMA = 1
"""Version of ``metrics.json``.

Keys may be added without a new number. A key that changes its name, its position or its meaning needs the next
number, and a line in the change log that says so.
"""

AnyRates = TypeVar("AnyRates", bound=Rates, covariant=True)
# JSON's own values, nested.
Json = dict[str, "Json"] | list["Json"] | str | int | float | None


@dataclass(frozen=True, slots=True)
class Band(Generic[AnyRates]):
    """Measures with the ends of their intervals; the ends are NaN where no interval was taken."""

    value: AnyRates
    low: AnyRates
    high: AnyRates


@dataclass(frozen=True, slots=True)
class Measured(Band[AnyRates]):
    """Measures with their intervals, and the confusion that they follow from."""

    confusion: Confusion


@dataclass(frozen=True, slots=True)
class TaggerResult:
    """How one tagger did on all rows, each paragraph counting once and each word counting once.

    Attributes
    ----------
    lead_paragraphs, lead_words
        For a baseline or rival, by how much the evaluated tagger's measures are higher, paired over the same resamples.
        Only of the Brier score a lower value is better.
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
    """How the tagger did on the rows of one source, view or site."""

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
        Articles, however many views there are of each; the unit of the bootstrap.
    inputs
        Articles as the tagger read them, one for each view.
    unlabelled
        Paragraphs left out because they have no label.
    sites
        Sites, where known.
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
    """How well the tagger separated articles from pages without a story, each view counting as one.

    Attributes
    ----------
    articles, lost
        Articles, which have a paragraph that is labelled core, and how many of them are left without any core.
    without_story, recognised
        Pages with filler only, and how many of them are left without any core.
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
        The tagger's least score of core; None if it decides by article.
    resamples, seed, level
        The bootstrap's number of resamples, its seed, and the share of resamples inside an interval.
    """

    threshold: float | None
    resamples: int = 1000
    seed: int = 0
    level: float = 0.95


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All measures; groups are worst first, by the F1 of core in words.

    Attributes
    ----------
    rivals
        Other models on the same rows, each with the tagger's lead over it.
    cautions
        Sentences on why the measures are too optimistic, for example because the tagger was trained on the rows.
    story
        How well articles were separated from pages without a story; None if the rows have no such page.
    kinds
        How well kinds and roles were predicted; None if the rows have no kinds or the model predicts none.
    languages
        Measures of each language, declared by the articles or detected in their text.
    detected_languages
        How many articles declare no language, so that it was detected in their text.
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
        """Nested values for ``metrics.json``, with the same keys in every run; null where a measure is undefined.

        A measure of a class is at ``[tagger]["words"]["core"]["recall"]["value"]``, its interval at ``"low"`` and
        ``"high"`` beside it.
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
    """Lay out the values of groups for ``metrics.json``, by the groups' names."""
    return {group.name: _fields(group, "articles", "paragraphs", "words") for group in groups}


def _fields(value: object, *names: str) -> dict[str, Json]:
    return {name: plain(getattr(value, name)) for name in names}


def _band(band: Band[Rates]) -> dict[str, Json]:
    """Lay out measures and their intervals, those of each class apart, and the counts where there are some."""
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
    """Turn values and dataclasses into JSON's own values; JSON has no NaN, so an undefined value is null."""
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
