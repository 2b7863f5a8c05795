import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load, save

from corestory.errors import InputError
from corestory.model import site_memory
from corestory.model.explaining import SITE, explain_articles
from corestory.model.site_memory import PAGES, SiteMemory
from corestory.model.storage import load_memory, memory_bytes, read_memory
from corestory.reading.article import Article, site_of
from corestory.reading.html.page import read_page

SITE_URL = "https://herald.example/"
WORDS = (
    "quay", "ferry", "harbour", "council", "mayor", "lugger", "island", "storm", "bridge", "market", "goat", "rope",
    "sail", "mast", "tide",
)  # fmt: skip
MENU = ("Home and news", "• Weather", "Read our newsletter every morning", "Contact us")


def story(number, sentences=4):
    """Sentences that no other number has."""
    rng = np.random.default_rng(number)
    return tuple(f"The {' '.join(rng.choice(WORDS, 12))} on Monday." for _ in range(sentences))


def page(number, *, menu=MENU, url=SITE_URL):
    return Article(str(number), (*menu[:2], *story(number), *menu[2:]), url=url)


def memory_of(articles):
    memory = SiteMemory()
    for article in articles:
        memory.add(article)
    return memory


def data(memory):
    return memory_bytes(memory, where="m")


@given(
    st.lists(st.tuples(st.integers(0, 150), st.sampled_from("abc")), min_size=1, max_size=200),
    st.randoms(use_true_random=False),
    st.integers(0, 200),
)
def test_the_bytes_depend_on_the_pages_alone_not_on_their_order_their_parts_or_how_often_they_come(given, random, cut):
    articles = [page(number, url=f"https://{site}.example") for number, site in given]
    shuffled = random.sample([*articles, *articles[:3]], len(articles) + len(articles[:3]))
    one, other = memory_of(shuffled[:cut]), memory_of(shuffled[cut:])
    other.merge(one)
    other.merge(other)
    assert data(other) == data(memory_of(articles))
    assert data(read_memory(data(other), where="m")) == data(other)


def test_the_pages_that_are_kept_do_not_depend_on_the_order_either():
    articles = [page(number) for number in range(5 * PAGES)]
    one, other = memory_of(articles[PAGES:]), memory_of(articles[: 2 * PAGES])
    one.merge(other)
    assert data(one) == data(memory_of(reversed(articles))) == data(memory_of(articles))


def test_a_memory_is_bounded_by_site():
    memory = memory_of(page(number) for number in range(5 * PAGES))
    assert len(memory.pages["herald.example"]) == PAGES
    assert memory.sightings(page(10**6)).pages == PAGES - 1


def test_a_line_counts_once_an_article_and_its_marks_numbers_and_spaces_do_not_matter():
    menus = [("Weather", "* Weather", "12 comments"), ("• weather", "3  Comments", "x"), ("WEATHER", "y", "z")]
    memory = memory_of(page(number, menu=menu) for number, menu in enumerate(menus))
    found = memory.sightings(Article("", ["1. Weather", "120 comments", *story(9)], url=SITE_URL))
    # The page most like it, here the one with "Weather" and "comments", might be the same page in another form.
    assert found.pages == 2
    assert found.counts.tolist() == [2, 1, 0, 0, 0, 0]


def test_the_article_itself_does_not_count_against_itself():
    memory = memory_of(page(number) for number in range(10))
    for article in (page(3), page(33)):
        found = memory.sightings(article)
        assert found.counts.tolist()[2:6] == [0] * 4
        assert found.pages == found.counts[0] == 9


def test_the_article_itself_does_not_count_either_where_it_was_read_in_another_form():
    sentences = [text.split(" ", 7) for text in page(3).texts]
    nodes = [part for words in sentences for part in (" ".join(words[:7]), *words[7:])]
    memory = memory_of([*(page(number) for number in range(10)), Article("", nodes, url=SITE_URL)])
    found = memory.sightings(Article("", [*nodes[:9], *page(3).texts[5:]], url=SITE_URL))
    assert max(found.counts[2:9]) == 0


def test_pages_that_tell_the_same_story_do_not_make_it_boilerplate_and_count_once():
    again = [Article("", (*page(3).texts, f"Updated by {name}"), url=SITE_URL) for name in ("Ann", "Bo", "Cy")]
    memory = memory_of([*(page(number) for number in range(10)), *again])
    assert memory.sightings(page(3)).counts.tolist() == [9, 9, 0, 0, 0, 0, 9, 9]
    assert memory.sightings(page(33)).counts.tolist() == [9, 9, 0, 0, 0, 0, 9, 9]


def test_stories_of_a_site_that_is_nearly_all_menu_are_not_taken_for_one_story():
    menu = tuple(f"Section of {one} and {other}" for one in WORDS for other in WORDS)
    articles = [Article("", (*menu, *story(number)), url=SITE_URL) for number in range(12)]
    found = memory_of(articles).sightings(articles[0])
    assert (found.pages, set(found.counts[: len(menu)].tolist())) == (11, {11})


@pytest.mark.parametrize(
    ("article", "site"),
    [
        (Article("a", (), url="https://www.herald.example/7"), "herald.example"),
        (Article("a", (), url="https://www.herald.example/7", site="news.mirror.example"), "mirror.example"),
        (Article("a", (), site=" Süd\nAnzeiger "), "süd anzeiger"),
        (Article("in/herald.example/2024/7.txt", ()), "herald.example"),
        (Article("in/pages/herald.txt", ()), ""),
    ],
)
def test_the_site_is_told_by_column_address_or_folder(article, site):
    assert site_of(article) == site


def test_an_article_of_an_unknown_site_has_no_evidence():
    memory = memory_of(page(number) for number in range(3))
    assert memory.sightings(page(1, url="")) is None
    assert memory.sightings(page(1, url="https://other.example")) is None
    assert not memory.add(page(1, url=""))


def as_page(article):
    html = "".join(f"<p>{text}</p>" for text in article.texts)
    read = read_page(html)
    return Article(article.article_id, read.texts, article.url, markup=read.markup)


@pytest.mark.parametrize("make", [lambda article: article, as_page])
def test_what_stands_on_other_pages_loses_score_and_nothing_changes_without_evidence(default_tagger, make):
    tagger = default_tagger
    memory = memory_of(page(number) for number in range(20))
    known, unknown = make(page(50)), make(page(50, url=""))
    plain, other = tagger.tag_articles([known, unknown])
    found, same = tagger.tag_articles([known, unknown], memory=memory)
    assert same.scores.tobytes() == other.scores.tobytes()
    seen = found.sightings.counts > 0
    assert (found.scores[seen] < plain.scores[seen]).all()
    assert (found.scores[seen] < 0.1).all()
    # The evidence also reaches the neighbours, which stand on no other page.
    assert (found.scores[~seen] != plain.scores[~seen]).any()
    (alone,) = tagger.tag_articles([known], memory=memory)
    assert alone.scores.tobytes() == found.scores.tobytes()


def test_an_explanation_says_on_how_many_pages_and_its_numbers_add_up(seeded_tagger):
    memory = memory_of(page(number) for number in range(20))
    (found,) = explain_articles(seeded_tagger, [as_page(page(50))], memory=memory)
    for paragraph in found.paragraphs:
        assert paragraph.sighting == ((19, 19) if paragraph.text in MENU else (0, 19))
        assert 1 / (1 + np.exp(-paragraph.context.log_odds)) == pytest.approx(paragraph.score, abs=1e-5)
        assert SITE in [effect.name for effect in paragraph.words.effects]


def test_tag_and_core_take_a_url_and_a_memory(default_tagger):
    memory = memory_of(page(number) for number in range(20))
    text = "\n".join(page(50).texts)
    tagger = default_tagger
    frame = tagger.tag(text, url=SITE_URL, memory=memory)
    assert frame["score"].tolist() == tagger.tag_articles([page(50)], memory=memory)[0].scores.tolist()
    assert MENU[0] not in tagger.core(text, url=SITE_URL, memory=memory)


def arrays(**changes):
    found = load(data(memory_of(page(number) for number in range(3))))
    return save({name: array for name, array in (found | changes).items() if array is not None})


def uint32(*values):
    return np.array(values, np.uint32)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a memory",
        b"\xff" * 40,
        arrays(version=uint32(2)),
        arrays(lengths=None),
        arrays(more=uint32(1)),
        arrays(pages=uint32(4)),
        arrays(pages=uint32(3, 1)),
        arrays(pages=np.array([3], np.int64)),
        arrays(pages=uint32(3).reshape(1, 1)),
        arrays(sizes=uint32(8, 8)),
        arrays(sizes=uint32(0, 16, 8)),
        arrays(sizes=uint32(2**32 - 1, 2**32 - 1, 2**32 - 1)),
        arrays(hashes=np.zeros(24, np.uint64)),
        arrays(lengths=np.zeros(3, np.uint16)),
        arrays(sites=np.frombuffer(b"b\na", np.uint8), pages=uint32(1, 2)),
        arrays(sites=np.zeros(0, np.uint8)),
        arrays(sites=np.frombuffer(b"a" * 5000, np.uint8)),
    ],
)
def test_a_file_that_is_no_memory_is_refused(content):
    with pytest.raises(InputError, match=r"^m: is not a site memory"):
        read_memory(content, where="m")


@given(st.data())
def test_a_damaged_file_is_refused_or_read_never_a_crash(draw):
    content = bytearray(arrays())
    for _ in range(draw.draw(st.integers(1, 4))):
        content[draw.draw(st.integers(0, len(content) - 1))] = draw.draw(st.integers(0, 255))
    end = draw.draw(st.integers(0, len(content))) if draw.draw(st.booleans()) else len(content)
    refused, memory = "", SiteMemory()
    try:
        memory = read_memory(bytes(content[:end]), where="m")
    except InputError as error:
        refused = str(error)
    assert not refused or refused.startswith("m: is not a site memory")
    # A memory that was read is valid: each page has its hashes in order, and it can be written and read again.
    assert all((one.hashes[1:] > one.hashes[:-1]).all() for pages in memory.pages.values() for one in pages)
    assert data(read_memory(data(memory), where="m")) == data(memory)
    memory.sightings(page(1))


def test_a_file_is_read_by_name(tmp_path):
    memory = memory_of(page(number) for number in range(3))
    (tmp_path / "m").write_bytes(data(memory))
    assert data(load_memory(tmp_path / "m")) == data(memory)
    for missing in (tmp_path, tmp_path / "none", "no\0name"):
        with pytest.raises(InputError):
            load_memory(missing)


def test_a_site_that_is_no_domain_keeps_its_name_in_a_file():
    articles = [Article(str(number), page(number).texts, site="Süd\nAnzeiger") for number in range(3)]
    memory = read_memory(data(memory_of(articles)), where="m")
    assert memory.sightings(articles[0]).counts.tolist() == [2, 2, 0, 0, 0, 0, 2, 2]


def test_a_short_text_node_is_no_evidence():
    memory = memory_of(page(number, menu=("and", "2017", "美国", "News")) for number in range(5))
    found = memory.sightings(page(9, menu=("and", "2017", "美国", "News")))
    assert found.counts.tolist() == [0, 0, 0, 0, 0, 0, 4, 0]


def test_sites_at_hand_are_bounded(monkeypatch):
    monkeypatch.setattr(site_memory, "_SITES_AT_HAND", 2)
    sites = [f"https://{name}.example" for name in "abcd"]
    memory = memory_of(page(number, url=url) for number in range(4) for url in sites)
    found = [memory.sightings(page(9, url=url)).counts.tolist() for url in sites * 2]
    assert found == [[3, 3, 0, 0, 0, 0, 3, 3]] * 8
    assert len(memory._at_hand) == 2
