"""A line that speaks of its own page is known in many languages, and one that speaks of another page is not."""

import pytest

from corestory.line_rules.own_page import speaks_of_own_page


@pytest.mark.parametrize(
    "line",
    [
        "A text version of this interview is further down.",
        "Our house rules are here.",
        "Unsere Redaktion liest mit.",
        "Dans cet article, deux noms ont changé.",
        "Este texto se publicó ayer.",
        "I nostri lettori lo sanno.",
        "Nosso canal tem novidades.",
        "Deze pagina is van 2014.",
        "Den här artikeln är gammal.",
        "Ten artykuł ma dwie strony.",
        "Naše redakce sídlí v přístavu.",
        "Cikkünk tovább frissül.",
        "Эта статья устарела.",
        "Bu haber eski.",
        "هذا المقال قديم",
        "यह लेख पुराना है",
        "Artikel ini sudah lama.",
        "この記事は古いです",
        "이 기사는 오래됐습니다",
        "本文有两页",
    ],
)
def test_a_line_that_speaks_of_its_own_page_is_known(line: str) -> None:
    assert speaks_of_own_page(line)


@pytest.mark.parametrize(
    "line",
    [
        "The article in the Post was about ferries.",
        "Their newsletter has 900 readers.",
        "“This article is mine,” she said.",
        "Der Artikel erschien am Montag.",
        "L'article parle du quai.",
        "Статью прочли все.",
    ],
)
def test_a_line_that_speaks_of_others_or_quotes_is_not(line: str) -> None:
    assert not speaks_of_own_page(line)
