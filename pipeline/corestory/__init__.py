"""corestory: tells the story from the noise around it."""

from typing import TYPE_CHECKING

__all__ = ["__version__", "load_model", "tag_frame"]

if TYPE_CHECKING:
    from corestory.jobs.frames import tag_frame
    from corestory.model.storage import load_model

    __version__: str
else:

    def __getattr__(name: str) -> object:
        # Looked up when first asked for: `corestory --help` needs neither numpy nor the package's metadata.
        if name == "load_model":
            from corestory.model.storage import load_model

            return load_model
        if name == "tag_frame":
            from corestory.jobs.frames import tag_frame

            return tag_frame
        if name == "__version__":
            from corestory.version import version

            return version()
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
