"""Lines that say who wrote or photographed are credits, and so are captions that end in one; story is not."""

import pytest

from corestory.line_rules.credits import ends_in_agency, is_credit


@pytest.mark.parametrize(
    "line",
    [
        "Ann Lee, political correspondent",
        "Ann Lee | Reporterin",
        "Anna Lisa, redaktorka działu miejskiego",
        "Skarne=안리 기자 ann@post.example",
        "安里（あんり）社会部記者",
        "The quay on Monday. Foto Ann Lee",
        "The quay on Monday (fot. Ann Lee)",
        "The quay on Monday / fot. Ann Lee",
        "The quay on Monday. Ann Lee/The Post",
        "The quay on Monday. EFE/Ann Lee",
        "The quay on Monday. | Ann Lee for the Post",
        "The quay on Monday. Ảnh: An Li",
        "Hafenblick am Montag. Fotó: Ann Lee",
        "The quay on Monday (Ann Lee/The Post)",
        "Additional reporting by Ann Lee",
        "船在週一早上離開碼頭。（林安攝）",
        "▲船在週一早上離開碼頭。（圖／港務局提供）",
        "码头周一重新开放。（港务局供图）",
        "부두가 다시 열렸다. (사진=항만청)",
    ],
)
def test_a_credit_is_known_by_names_beside_what_they_did(line: str) -> None:
    assert is_credit(line)


@pytest.mark.parametrize(
    "line",
    [
        "Ann Lee, a mother of four",
        "Ann Lee, reporter in 1962, and after that a baker on the quay for as long as anyone there can remember it",
        "Writers, painters and reporters",
        "The reporter, Ann Lee, left.",
        "체포된 기자",
        "逮捕された記者",
        "The quay on Monday. Photo albums of the town",
        "8. Doors/Windows Of Oak",
        "The ferries sail to Skarne (Norway/Sweden)",
        "He asked for bread and/or milk",
        "Foto wie von Hand",
    ],
)
def test_a_line_of_the_story_with_a_name_a_slash_or_a_picture_is_none(line: str) -> None:
    assert not is_credit(line)


def test_a_caption_may_end_in_an_agency() -> None:
    assert ends_in_agency("The quay on Monday. (AFP)")
    assert not ends_in_agency("The quay on Monday. (nobody)")
