"""How every file of a corpus is tagged, and by which model."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from corestory.jobs.items import Item
from corestory.reading.text import storable
from corestory.remote import AnyPath

if TYPE_CHECKING:
    from corestory.model.rules import Rules
    from corestory.output.rows import Format
    from corestory.types import Label


@dataclass(frozen=True, slots=True)
class Job:
    """How every file of a corpus is tagged.

    Attributes
    ----------
    model
        The model's folder.
    model_sha256
        Hash of its manifest, which has the hash of its arrays.
    version
        Of corestory.
    folder
        Where the outputs go.
    form
        Their form.
    only, threshold, keep
        As the command has them.
    rules
        What is core or filler whatever the model says.
    """

    model: Path
    model_sha256: str
    version: str
    folder: AnyPath
    form: Format
    only: Label | None = None
    threshold: float | None = None
    keep: tuple[str, ...] = ()
    rules: Rules | None = None

    def made_by(self, item: Item) -> str:
        """Return a hash of all that decides on an output, but for the file itself; its name is in the article's id."""
        source = storable(str(item.source))
        rules = (self.rules.core, self.rules.filler) if self.rules else ()
        parts = (self.model_sha256, self.version, self.form, self.only, self.threshold, self.keep, rules, source)
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def model_sha256(folder: Path) -> str:
    """Return the hash that tells one model from another: of its manifest, which has the hash of its arrays.

    Raises
    ------
    OSError
        There is none; loading the model says so in words.
    """
    from corestory.model.storage import MANIFEST_NAME

    return hashlib.sha256((folder / MANIFEST_NAME).read_bytes()).hexdigest()
