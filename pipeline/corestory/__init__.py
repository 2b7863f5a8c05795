r"""corestory: tag every paragraph of a news article as core story or filler.

The public API, all of it importable from here:

`load_model`
    Load a model folder, or the default model: ``load_model().core(text)`` returns the story.
`load_memory`
    Load a site memory, with the paragraphs of many pages of a site: ``tagger.tag(text, url=url, memory=memory)``.
`tag_frame`
    Tag a pandas frame of articles or paragraphs: a plain function for Spark, Ray, Dask and the like.
`explain`
    Tag one article and explain the label of each paragraph; a notebook shows the result as a coloured page.
`ParagraphClassifier`
    Train a model: a scikit-learn estimator over a frame of labelled paragraphs.
`Rules`
    A user's own phrases and regular expressions that make paragraphs core or filler.
`CorestoryError`
    The base class of every error that corestory raises on purpose.
`__version__`
    The installed version.

Every other module is internal and may change in any release. The command line is in `corestory.commands`.

Examples
--------
>>> from corestory import load_model
>>> load_model().core("The quay opened again on Monday, the council said.\nREAD MORE: Ferry company sold")
'The quay opened again on Monday, the council said.'
"""

from typing import TYPE_CHECKING

__all__ = [
    "CorestoryError",
    "ParagraphClassifier",
    "Rules",
    "__version__",
    "explain",
    "load_memory",
    "load_model",
    "tag_frame",
]

if TYPE_CHECKING:
    from corestory.api import explain, tag_frame
    from corestory.errors import CorestoryError
    from corestory.model.rules import Rules
    from corestory.model.storage import load_memory, load_model
    from corestory.training.estimator import ParagraphClassifier

    __version__: str
else:
    # PEP 562: each name is imported at its first use, so that `corestory --help` loads neither numpy nor pandas.
    _MODULES = {
        "CorestoryError": "corestory.errors",
        "explain": "corestory.api",
        "ParagraphClassifier": "corestory.training.estimator",
        "Rules": "corestory.model.rules",
        "load_memory": "corestory.model.storage",
        "load_model": "corestory.model.storage",
        "tag_frame": "corestory.api",
    }

    def __getattr__(name: str) -> object:
        if name == "__version__":
            from corestory.installation import version

            return version()
        if name in _MODULES:
            from importlib import import_module

            from corestory.installation import check_alone, left_out

            check_alone()
            try:
                return getattr(import_module(_MODULES[name]), name)
            except ModuleNotFoundError as error:
                raise left_out(error) or error from error
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
