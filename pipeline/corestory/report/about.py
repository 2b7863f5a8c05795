"""A report's lines on its data and its model, and the command line that repeats it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corestory.model.tagger import Tagger


def report_about(
    tagger: Tagger,
    *,
    data: str,
    digest: str,
    splits: Mapping[str, int],
    split: str,
    seen: Sequence[str],
    models: Sequence[str],
    output: Path,
    threshold: float | None,
) -> list[tuple[str, str]]:
    """List where the numbers come from; the names are keys of ``about`` in ``metrics.json``.

    Parameters
    ----------
    tagger
        The first model.
    data, digest, splits
        The table's name, its hash, and how many rows each split has.
    split, seen
        The measured split, and those of its splits that the model has learned from.
    models
        As they were given; an empty name is the default model.
    output, threshold
        As they were given.

    Returns
    -------
    list of tuple
        Names and values.
    """
    import msgspec

    from corestory.model.manifest import Manifest, new_manifest
    from corestory.reading.text import storable

    manifest = tagger.manifest or Manifest()
    here = new_manifest((), splits=(), data_sha256="")
    command = ["corestory", "evaluate", data]
    for model in models:
        command += ["--model", model] if model else []
    command += ["--split", split, "--output", str(output)]
    command += [] if threshold is None else ["--threshold", f"{threshold:g}"]
    settings = {
        name: value for name, value in msgspec.structs.asdict(tagger.settings).items() if isinstance(value, int | float)
    }
    sources = [
        f"{one.source}: {one.articles:,} articles of {one.sites:,} sites, {one.paragraphs:,} paragraphs"
        for one in manifest.trained_on
    ]
    about = [
        ("data", data),
        ("data_sha256", digest),
        ("splits", ", ".join(f"{name} {count:,} rows" for name, count in sorted(splits.items()))),
        ("split", split),
        ("trained_on_these_rows", ", ".join(seen) or "no"),
        ("model", models[0] or "default"),
        ("models", ", ".join(model or "default" for model in models)),
        ("model_created", manifest.created),
        ("model_corestory", manifest.corestory),
        ("model_data_sha256", manifest.data_sha256),
        ("model_trained_on", "; ".join(sources)),
        ("model_libraries", _versions(manifest.libraries)),
        ("model_settings", ", ".join(f"{name} {value:g}" for name, value in settings.items())),
        ("corestory", here.corestory),
        ("libraries", _versions(here.libraries)),
        ("command", shlex.join(command)),
    ]
    return [(name, storable(value)) for name, value in about]


def _versions(libraries: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in libraries.items())
