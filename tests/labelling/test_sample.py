import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.errors import InputError
from corestory.labelling.labelled import KINDS, ROLES
from corestory.labelling.origins import read_sample, read_samples

GOOD = "site: herald.example\nurl: https://www.herald.example/a\ntitle: Ferry: late again\nlanguage: en\nbeat: local\n"


def sample(text):
    return read_sample(text, where="a.labelled.txt", page="own/a", source="own")


def test_header_and_labels_are_read():
    article = sample(GOOD + "\nskip: Ferry: late again\nfiller: By Mara Illing\n\ncore: It sailed at ten: late.\n")
    assert (article.site, article.url) == ("herald.example", "https://www.herald.example/a")
    assert (article.title, article.language, article.view) == ("Ferry: late again", "en", "text")
    assert article.article_id == article.page == "own/a"
    assert [(paragraph.label, paragraph.text) for paragraph in article.paragraphs] == [
        (None, "Ferry: late again"),
        ("filler", "By Mara Illing"),
        ("core", "It sailed at ten: late."),
    ]


@given(st.lists(st.tuples(st.sampled_from(["core", "filler"]), st.text(min_size=1)), min_size=1))
def test_what_is_written_in_the_format_is_read_back(rows):
    rows = [(label, clean) for label, text in rows if (clean := text.replace("\n", "").replace("\r", "").strip())]
    if rows:
        read = sample("\n".join(f"{label}: {text}" for label, text in rows))
        assert [(paragraph.label, paragraph.text) for paragraph in read.paragraphs] == rows


@given(st.lists(st.sampled_from(KINDS), min_size=1), st.lists(st.sampled_from(ROLES)))
def test_kinds_and_roles_are_read(kinds, roles):
    text = "".join(f"filler/{kind}: Read more\n" for kind in kinds) + "".join(f"core/{r}: It sailed.\n" for r in roles)
    paragraphs = sample(text).paragraphs
    assert [(paragraph.label, paragraph.kind, paragraph.role) for paragraph in paragraphs] == [
        *(("filler", kind, None) for kind in kinds),
        *(("core", None, role) for role in roles),
    ]


def test_plain_labels_stay_valid_and_a_plain_story_line_is_body_text():
    text = "skip: Ferry\nskip/title: Ferry late\nfiller: Read more\ncore: It sailed.\n"
    assert [(paragraph.label, paragraph.kind, paragraph.role) for paragraph in sample(text).paragraphs] == [
        (None, None, None),
        (None, None, "title"),
        ("filler", None, None),
        ("core", None, "body"),
    ]


def test_a_text_may_hold_what_looks_like_a_kind():
    (paragraph,) = sample("core: filler/related: is how a label is written").paragraphs
    assert (paragraph.label, paragraph.text) == ("core", "filler/related: is how a label is written")


def test_a_file_may_begin_with_a_kind():
    assert sample("filler/date: 12 May\ncore: It sailed.").paragraphs[0].kind == "date"


def test_files_of_other_systems_read_the_same():
    text = GOOD + "\ncore: It sailed.\nfiller: Read more\n"
    assert sample(text.replace("\n", "\r\n")) == sample(text.replace("\n", "\r")) == sample(text)


def test_a_file_may_begin_with_its_paragraphs():
    assert len(sample("core: It sailed.\nfiller: Read more").paragraphs) == 2


def test_the_site_is_that_of_the_address_if_none_is_given():
    assert sample("url: https://www.herald.example/a\n\ncore: It sailed.").site == "herald.example"


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        (GOOD + "\ncore: It sailed.\nfillr: Read more\n", 8, "'fillr'"),
        (GOOD + "\ncore: It sailed.\nand more\n", 8, "'and more'"),
        (GOOD + "\ncore: It sailed.\nfiller:   \n", 8, "no text after filler"),
        (GOOD + "core: It sailed.\n", 6, "'core'"),
        (GOOD + "\nfiller/relatd: Read more\n", 7, "kind 'relatd'; expected navigation related newsletter"),
        (GOOD + "\nfiller/: Read more\n", 7, "kind ''"),
        (GOOD + "\nfiller/subhead: Read more\n", 7, "kind 'subhead'"),
        (GOOD + "\ncore/related: It sailed.\n", 7, "role 'related'; expected title subhead standfirst body"),
        (GOOD + "\nskip/headline: Ferry\n", 7, "role 'headline'"),
        (GOOD + "\nfillr/related: Read more\n", 7, "'fillr/related'"),
        (GOOD + "\nfiller/related:  \n", 7, "no text after filler/related"),
        ("site: a.example\nauthor: Mara\n\ncore: It sailed.", 2, "'author'"),
        ("site: a.example\nsite: b.example\n\ncore: It sailed.", 2, "second 'site'"),
    ],
)
def test_an_error_names_file_and_line(text, line, found):
    with pytest.raises(InputError) as caught:
        sample(text)
    assert str(caught.value).startswith(f"a.labelled.txt, line {line}: ")
    assert found in str(caught.value)


@pytest.mark.parametrize("text", ["", "\n\n", GOOD, GOOD + "\n"])
def test_a_file_without_a_paragraph_is_refused(text):
    with pytest.raises(InputError, match="no paragraph"):
        sample(text)


def test_a_wrong_file_is_refused_and_the_rest_read_in_order(write):
    folder = write(
        {
            "b.example/one.labelled.txt": "core: One",
            "a.example/two.labelled.txt": "core: Two",
            "a.example/wrong.labelled.txt": "cor: Wrong",
            "a.example/broken.labelled.txt": b"\x89PNG\r\n\x1a\n\x00\x00",
            "a.example/notes.txt": "not an article",
        }
    )
    refused = []
    read = list(read_samples(folder, source="own", refuse=refused.append))
    assert [article.page for article in read] == ["own/a.example/two", "own/b.example/one"]
    assert len(refused) == 2
    assert any("wrong.labelled.txt, line 1" in str(error) for error in refused)
