"""The model that ships fits the code, is small, and gets an article of the typical shape right in each form."""

import json
from pathlib import Path

import pytest

from corestory.model.storage import default_model
from corestory.model.tagger import Tagger
from corestory.reading.html.page import read_page

DEMO = Path(__file__).parents[1] / "data" / "demo"
LINES = (DEMO / "article.txt").read_text(encoding="utf-8").splitlines()
LABELS = (DEMO / "article.labels.txt").read_text(encoding="utf-8").split()
STORY = [line for line, label in zip(LINES, LABELS, strict=True) if label == "core"]
HTML = (DEMO / "article.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_text_comes_out_right_to_the_last_paragraph(default_tagger: Tagger, between: str) -> None:
    frame = default_tagger.tag(between.join(LINES))

    assert frame["text"].tolist() == LINES
    assert frame["label"].tolist() == LABELS


def test_html_comes_out_right_to_the_last_paragraph(default_tagger: Tagger) -> None:
    assert default_tagger.core(HTML, html=True).splitlines() == STORY


def test_the_text_of_the_html_comes_out_right_to_the_last_paragraph(default_tagger: Tagger) -> None:
    page = "\n".join(read_page(HTML).texts)

    assert default_tagger.core(page).splitlines() == STORY


def test_it_is_small_and_its_card_credits_the_data() -> None:
    folder = default_model()
    card = (folder / "README.md").read_text(encoding="utf-8")

    assert sum(file.stat().st_size for file in folder.iterdir()) < 15_000_000
    assert "CC-BY-4.0" in card
    assert "Murrough Foley" in card


@pytest.mark.parametrize("lines", [1, 5])
def test_a_story_that_only_a_script_holds_is_core(default_tagger, lines):
    sentences = (
        "The swing bridge at Hallow jammed open on Tuesday with a yacht halfway through it, the harbour master said.",
        "Drivers were sent round by the mill for eleven hours, and the ferry carried three times its usual load.",
        '"I have never sold so much tea," said Ida Marsh, who keeps the kiosk on the eastern bank.',
        "Engineers found a bolt from a pram in the gears, and had to take off the deck to reach it.",
        "The council will decide in May whether the bridge, which was built in 1911, is to be replaced.",
    )
    body = ("\n" if lines > 1 else " ").join(sentences)
    data = json.dumps({"@type": "NewsArticle", "articleBody": body})
    page = (
        f'<title>Bridge jams</title><script type="application/ld+json">{data}</script>'
        '<div id="root"><div class="skeleton">Loading…</div></div>'
    )
    assert default_tagger.core(page, html=True) == body


@pytest.mark.parametrize(
    "filler",
    [
        *("<p>{}</p>", '<p><a href="/x">{}</a></p>', "<aside>{}</aside>", "<p><strong>{}</strong></p>"),
        *("<div><strong>{}</strong></div>", '<div><strong><a href="/x">{}</a></strong></div>'),
    ],
)
@pytest.mark.parametrize("body", ["<article>{}</article>", '<div class="content">{}</div>', "{}"])
def test_plugs_with_the_markup_of_the_story_are_filler(default_tagger, filler, body):
    parts = [
        (filler if label == "filler" else "<p>{}</p>").format(line) for line, label in zip(LINES, LABELS, strict=True)
    ]
    title = "Swing bridge jams open and cuts Aldermouth in two"
    page = (
        f'<title>{title}</title><nav><a href="/">Home</a> <a href="/n">News</a></nav><h1>{title}</h1>'
        f"{body.format(''.join(parts))}<footer>© 2026 Wexmoor Echo</footer>"
    )
    tagged = default_tagger.tag(page, html=True).set_index("text")["label"]
    assert tagged.loc[LINES].tolist() == LABELS


@pytest.mark.parametrize("short", ["Nobody was hurt.", "The driver walked away.", "Work starts in May."])
def test_a_short_sentence_in_a_story_of_three_paragraphs_is_core(default_tagger, short: str) -> None:
    story = [
        "A lorry carrying gravel overturned on the ring road at Tarnford shortly before dawn on Tuesday.",
        "Police closed both lanes for six hours while a crane from the quarry lifted the trailer off the barrier.",
        short,
    ]
    links = "".join(
        f'<li><a href="/{name}">{name}</a></li>' for name in ("News", "Sport", "Opinion", "Weather", "Culture")
    )
    page = (
        f"<title>Lorry overturns on ring road | Wexmoor Echo</title><header><nav><ul>{links}</ul></nav></header><main>"
        '<h1>Lorry overturns on ring road</h1><div class="byline">By Ada Pell</div><time>4 May 2026</time>'
        f"<article><div>{''.join(f'<p>{line}</p>' for line in story)}</div></article>"
        '<aside class="related"><h3>More from News</h3><a href="/1">Bus drivers vote on new rota</a></aside>'
        f"</main><footer><ul>{links}</ul><p>© 2026 Wexmoor Media</p></footer>"
    )
    assert default_tagger.core(page, html=True).splitlines() == story


def test_it_is_surer_of_a_short_article_than_of_a_text_that_may_be_none(default_tagger: Tagger) -> None:
    brief = "A cyclist was taken to hospital on Friday after a crash in Tarnford, police said.\nThe road was closed."
    wall = "Please enable JavaScript to view this site.\nYour browser is checked."
    surely, hardly = default_tagger.tag_many([brief, wall])
    assert surely.confidence > 0.9
    assert (hardly.no_story, hardly.confidence < 0.5) == (None, True)


def test_a_story_in_a_language_that_it_does_not_know_is_core_to_its_last_sentence(default_tagger: Tagger) -> None:
    story = [
        "Το παλιό τρένο της Αγίας Μαρίνας ξαναβγήκε στις ράγες το Σάββατο, ύστερα από δεκαεννέα χρόνια.",
        "Συνταξιούχοι σιδηροδρομικοί δούλευαν πάνω του κάθε Κυριακή και έφτιαξαν όσα ανταλλακτικά δεν υπήρχαν πια.",
        "«Όταν σφύριξε, έκλαψαν και οι γάτες», είπε ο μηχανοδηγός Σταύρος Λιάπης.",
        "Ο δήμος ζητά τώρα άδεια για να συνεχιστεί η γραμμή μέχρι το λιμάνι.",
    ]
    head = "<ul><li><a href=/>Αρχική</a></li></ul><h1>Το τρένο ξανά στις ράγες</h1>"
    page = f"<title>Το τρένο ξανά στις ράγες</title>{head}<div>{'<br><br>'.join(story)}</div><div>Όροι χρήσης</div>"

    assert default_tagger.core(page, html=True).splitlines() == story


@pytest.mark.parametrize(
    "brief",
    [
        "A man of 34 was taken to hospital after his car left the road near Elmstead on Monday night.\n"
        "Police have asked anyone who saw a silver estate car to call them.",
        "El mercado de los jueves cambia de plaza\nDesde el próximo mes, los puestos se montarán junto a la estación.",
        "Le pont de Sermaise rouvrira lundi à la circulation. Les travaux ont duré six semaines.\n"
        "Une déviation reste en place pour les poids lourds.",
        "In der Nacht zum Mittwoch haben Unbekannte in Altwied einen Automaten gesprengt. Verletzt wurde niemand.",
        "A câmara de Vila Nova vai plantar 300 árvores na avenida principal. As obras começam em janeiro.",
        "В Озёрске открыли новый мост через реку. Движение по нему началось утром в понедельник.",
    ],
)
def test_a_brief_of_two_or_three_sentences_has_a_story(default_tagger: Tagger, brief: str) -> None:
    assert default_tagger.core(brief)


@pytest.mark.parametrize(
    "lines",
    [
        ("The mayor resigned on Monday.", "-READ MORE: Ferry company sold"),
        ("-Subscribe to our newsletter", "The council met on Tuesday.", "It wants to close the school."),
        ("The ferry left at noon.", "Nobody was hurt.", "Police are looking for the captain.", "-Share"),
        ("Der Bürgermeister trat am Montag zurück.", "-Lesen Sie auch: Fähre verkauft", "Er war zehn Jahre im Amt."),
        ("El puente abrió el lunes.", "-Lee también: Venden el barco", "Nadie lo usa."),
        ("시의회는 월요일에 여객선이 다시 운항한다고 밝혔다.", "겨울 동안 아무도 강을 건널 수 없었다."),
    ],
)
@pytest.mark.parametrize("html", [False, True])
def test_the_sentences_of_two_or_three_lines_are_core_and_the_plugs_beside_them_are_not(default_tagger, lines, html):
    texts = [line.removeprefix("-") for line in lines]
    text = "".join(f"<p>{line}</p>" for line in texts) if html else "\n".join(texts)

    found = default_tagger.core(text, html=html).splitlines()

    assert found == [line for line in lines if not line.startswith("-")]
