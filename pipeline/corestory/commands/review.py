"""``corestory review``: correct the labels of articles in the browser."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corestory.commands.options import Model
from corestory.errors import CorestoryError, InputError
from corestory.installation import install_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corestory.commands.messages import Refusals
    from corestory.model.tagger import Tagger
    from corestory.reading.fields import ReadingOptions
    from corestory.review.material import ShownArticle


class Order(StrEnum):
    """The order in which the articles are shown."""

    doubtful = "doubtful"
    given = "given"


def review(
    articles: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ARTICLE...",
            help="Files, folders and patterns, as `corestory predict` reads them.",
            show_default=False,
        ),
    ] = None,
    labels: Annotated[
        Path, typer.Option(help="The file of the labels. If it exists, the review goes on where it stopped.")
    ] = Path("labels.jsonl"),
    suspects: Annotated[
        Path | None,
        typer.Option(help="Review the paragraphs in this file of `corestory audit` or `corestory agreement` instead."),
    ] = None,
    model: Model = "",
    order: Annotated[
        Order,
        typer.Option(help="doubtful: the least confident article of each site first. given: as given."),
    ] = Order.doubtful,
    adapt_every: Annotated[
        int,
        typer.Option(
            min=0,
            metavar="N",
            help="After each N articles, adapt the model to the labels so far, and retag the other articles.",
            show_default="never",
        ),
    ] = 0,
    reviewer: Annotated[str, typer.Option(metavar="NAME", help="Your name, which is kept with each label.")] = "",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port on 127.0.0.1.", show_default="a free one")] = 0,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in the browser, or only print its address.")
    ] = True,
    *,
    reading: ReadingOptions,
) -> None:
    """Read articles in the browser and correct their labels.

    The page shows each article with the labels of the model. Correct those that are wrong, then accept the article.
    The keys are j and k to move, space to switch a label, n to accept, u to undo, ? for all keys.
    Each decision is on the disk before the page shows it. Stop with Ctrl-C, and start again to go on.

    The labels are rows that corestory prepare reads:

    corestory prepare labels.jsonl --output my.parquet

    With --suspects, the labels are corrections: corestory prepare SOURCE --corrections labels.jsonl

    The server answers this machine alone, and only to the address that it prints, which holds a secret.
    The exit code is 1 if some article could not be read and was left out.

    Example: corestory review pages/ --labels labels.jsonl
    """
    if bool(articles) == bool(suspects):
        raise typer.BadParameter("give either articles or --suspects FILE.", param_hint="ARTICLE")
    if suspects is not None and adapt_every:
        raise typer.BadParameter("no model tags suspects; leave it out.", param_hint="--adapt-every")
    try:
        import starlette  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError:
        raise CorestoryError(
            "needs Starlette and uvicorn", where="corestory review", hint=install_command("review")
        ) from None

    from corestory.commands.messages import open_refusals, say
    from corestory.commands.options import open_model
    from corestory.review.labels_file import LabelsFile
    from corestory.review.server import ReviewServer, review_app
    from corestory.review.session import Session
    from corestory.review.suspects import read_suspects
    from corestory.web.guard import listen

    with (
        listen(port) as listening,
        LabelsFile(labels) as file,
        open_refusals(None, force=False, has_option=False) as refusals,
    ):
        if suspects is not None:
            shown, tagger = read_suspects(suspects), None
        else:
            tagger = open_model(model)
            shown = list(_tagged(articles or [], tagger, reading, refusals))
        if not shown:
            raise InputError("no article to review", where=", ".join(articles or [])[:200])
        session = Session(shown, file, reviewer=reviewer, in_given_order=order is Order.given or suspects is not None)
        app = review_app(session)
        if tagger is not None and adapt_every:
            from corestory.review.adapting import BackgroundAdaptation

            adaptation = BackgroundAdaptation(session, tagger, every=adapt_every)
            adaptation.after_change()  # a review that goes on may have enough labels
            app = review_app(session, after_change=adaptation.after_change)
        server = ReviewServer(app, listening)
        left, everything = len(session.overview().left), len(session)
        say(f"{left:,} of {everything:,} articles left to review; labels in {labels}. Stop with Ctrl-C.")
        typer.echo(server.address)
        if browser:
            typer.launch(server.address)
        server.run()
        say(f"{session.done:,} of {everything:,} articles are labelled in {labels}.")
        if session.done:
            use = f"prepare SOURCE --corrections {labels}" if suspects else f"adapt {labels} --output models/NAME"
            say(f"Use them: corestory {use}")
    if refusals.count:
        raise typer.Exit(1)


def _tagged(sources: list[str], tagger: Tagger, reading: ReadingOptions, refusals: Refusals) -> Iterator[ShownArticle]:
    from corestory.commands.messages import progress_bar, say
    from corestory.reading.sources import read_articles
    from corestory.review.material import ShownArticle

    found = read_articles(sources, refuse=refusals.refuse, note=say, options=reading)
    with progress_bar() as bar:
        for count, article in enumerate(tagger.tag_stream(found), start=1):
            bar.update("tagging articles", count)
            yield ShownArticle.of(article)
