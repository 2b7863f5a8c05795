"""``corestory review`` and ``serve``: correct labels in the browser, and tag articles over HTTP."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from corestory.commands.messages import Refusals, listed_refusals, progress_bar, say
from corestory.commands.options import DEFAULT, Memory, Model, model_folder, open_memory, open_model, process_count
from corestory.errors import InputError
from corestory.installation import check_installed, version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corestory.model.tagger import Tagger
    from corestory.reading.fields import ReadingOptions
    from corestory.review.shown_articles import ShownArticle


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
        Path, typer.Option(help="The file of the labels. If it exists, the review continues where it stopped.")
    ] = Path("labels.jsonl"),
    suspects: Annotated[
        Path | None,
        typer.Option(
            help="Instead of articles, review the paragraphs that `corestory audit` or `agreement` wrote to this file."
        ),
    ] = None,
    model: Model = "",
    order: Annotated[
        Literal["doubtful", "given"],
        typer.Option(help="doubtful: the least confident article of each site first. given: in the order given."),
    ] = "doubtful",
    adapt_every: Annotated[
        int,
        typer.Option(
            min=0,
            metavar="N",
            help="After each N articles, adapt the model to the labels so far, and retag the other articles.",
            show_default="never",
        ),
    ] = 0,
    reviewer: Annotated[str, typer.Option(metavar="NAME", help="Your name, which is written with each label.")] = "",
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

    The server answers only this machine, and only at the address that it prints, which contains a secret.
    The exit code is 1 if some article could not be read and was left out.

    Example: corestory review pages/ --labels labels.jsonl
    """
    if bool(articles) == bool(suspects):
        raise typer.BadParameter("give either articles or --suspects FILE.", param_hint="ARTICLE")
    if suspects is not None and adapt_every:
        raise typer.BadParameter(
            "the review of suspects uses no model; leave out --adapt-every.", param_hint="--adapt-every"
        )
    check_installed("starlette", "uvicorn", extra="review", where="corestory review")

    from corestory.review.labels_file import LabelsFile
    from corestory.review.server import BackgroundAdaptation, ReviewServer, review_app
    from corestory.review.session import Session
    from corestory.review.shown_articles import read_suspects
    from corestory.web.guard import listen

    with (
        listen(port) as listening,
        LabelsFile(labels) as file,
        listed_refusals() as refusals,
    ):
        if suspects is not None:
            shown, tagger = read_suspects(suspects), None
        else:
            tagger = open_model(model)
            shown = list(_tagged(articles or [], tagger, reading, refusals))
        if not shown:
            raise InputError("no article to review", where=", ".join(articles or [])[:200])
        session = Session(shown, file, reviewer=reviewer, in_given_order=order == "given" or suspects is not None)
        training = None if tagger is None or tagger.manifest is None else tagger.manifest.training
        app = review_app(session, training=training)
        if tagger is not None and adapt_every:
            adaptation = BackgroundAdaptation(session, tagger, every=adapt_every)
            adaptation.after_change()  # a resumed review may already have enough labels
            app = review_app(session, training=training, after_change=adaptation.after_change)
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
            say(f"To use the labels: corestory {use}")
    if refusals.count:
        raise typer.Exit(1)


def _tagged(sources: list[str], tagger: Tagger, reading: ReadingOptions, refusals: Refusals) -> Iterator[ShownArticle]:
    from corestory.reading.sources import read_articles
    from corestory.review.shown_articles import ShownArticle

    found = read_articles(sources, refuse=refusals.refuse, note=say, options=reading)
    with progress_bar() as bar:
        for count, article in enumerate(tagger.tag_stream(found), start=1):
            bar.update("tagging articles", count)
            yield ShownArticle.of(article)


TOKEN = "CORESTORY_TOKEN"  # noqa: S105 -- the name of the variable
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 is every address of the machine.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 8000,
    token: Annotated[
        str,
        typer.Option(
            envvar=TOKEN,
            help=f"A secret that each request must send. Better set {TOKEN}: other users can see command lines.",
            show_default=False,
        ),
    ] = "",
    without_token: Annotated[
        bool, typer.Option("--without-token", help="Serve everyone who can reach --host, without a token.")
    ] = False,
    model: Model = "",
    memory: Memory = "",
    always_core: Annotated[
        Path | None, typer.Option(help="A file of phrases that make paragraphs core, as in `corestory predict`.")
    ] = None,
    always_filler: Annotated[Path | None, typer.Option(help="A file of phrases that make paragraphs filler.")] = None,
    workers: Annotated[
        int, typer.Option(help="Number of processes that tag; -1 means one per core.", callback=process_count)
    ] = 1,
    queue: Annotated[
        int,
        typer.Option(
            min=1, help="The most requests that wait for a worker; the service answers others with status 429."
        ),
    ] = 256,
    max_bytes: Annotated[int, typer.Option(min=1, help="The most bytes in the body of a request.")] = 2**23,
    timeout: Annotated[
        float,
        typer.Option(
            min=0.1, help="Seconds after which an unanswered request fails; a worker may take half of this time."
        ),
    ] = 30.0,
    quiet: Annotated[bool, typer.Option("--quiet", help="Do not log requests.")] = False,
) -> None:
    """Serve the model over HTTP, with the same answers as `corestory predict`.

    POST /predict takes an article, or several, as text/plain, text/html or application/json, and answers with JSON.
    Its query parameters are options of predict: only, rows, threshold, kinds, drop-kinds, keep-kinds, format.
    POST /core answers with the story as text.
    GET /health, /model, /metrics (Prometheus), /docs and /openapi.json.

    Standard error gets a JSON line per request, without text of articles.
    SIGTERM and Ctrl-C stop the service after it has answered the requests that have arrived.

    Example: corestory serve --port 8000 --workers 2
    """
    check_installed("prometheus_client", "starlette", "uvicorn", extra="serve", where="corestory serve")
    _check_token(host, token, without_token=without_token)
    # Set this before numpy is loaded. The workers inherit it; they run in parallel, so each has one thread.
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = "1"

    from corestory.model.rules import read_rules
    from corestory.model.storage import CARD_NAME, default_model
    from corestory.web.guard import listen, loopback_hosts
    from corestory.web.service import service
    from corestory.web.serving import run
    from corestory.web.worker_pool import Serving

    tagger = open_model(model)
    rules = read_rules(core=always_core, filler=always_filler)
    remembered = open_memory(memory)
    folder = model_folder(model) or default_model()
    card = folder / CARD_NAME
    with listen(port, host=host) as listening:
        port = listening.getsockname()[1]
        address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        app = service(
            Serving(tagger, rules, remembered),
            model=_described(tagger, model or DEFAULT, card.read_text("utf-8") if card.is_file() else ""),
            workers=workers,
            queue=queue,
            max_bytes=max_bytes,
            seconds=timeout,
            hosts=loopback_hosts(port) if host in _LOOPBACK else None,
            token=token,
            log=None if quiet else typer.get_text_stream("stderr"),
        )

        def started() -> None:
            who = "requests with the token" if token else "everyone" if without_token else "only this machine"
            processes = f"{workers} worker{'s' * (workers > 1)}"
            say(f"corestory serves {who} at {address} (see {address}/docs) with {processes}. Stop with Ctrl-C.")

        run(app, listening, seconds=timeout, started=started)


def _check_token(host: str, token: str, *, without_token: bool) -> None:
    if token and without_token:
        raise typer.BadParameter("give --token or --without-token, not both", param_hint="--token")
    if token and (len(token) < 16 or not token.isascii() or not token.isprintable() or " " in token):
        raise typer.BadParameter(
            "a token has at least 16 ASCII characters and no spaces; make one with: openssl rand -hex 24",
            param_hint=f"--token, {TOKEN}",
        )
    if host not in _LOOPBACK and not token and not without_token:
        raise typer.BadParameter(
            f"other machines can reach {host}; give --token (or {TOKEN}), or --without-token to serve everyone",
            param_hint="--host",
        )


def _described(tagger: Tagger, name: str, card: str) -> dict[str, object]:
    """Return the description of a model that ``/model`` answers with."""
    from corestory.model.stored_weights import weights_sha256

    manifest = tagger.manifest
    return {
        "name": name,
        "sha256": weights_sha256(tagger.weights).hex(),
        "corestory": version(),
        "trained_by": manifest.corestory if manifest else "",
        "created": manifest.created if manifest else "",
        "trained_on": manifest.trained_on if manifest else (),
        "scores": manifest.scores if manifest else {},
        "html": tagger.weights.html is not None,
        "kinds": tagger.weights.kinds is not None,
        "card": card,
    }
