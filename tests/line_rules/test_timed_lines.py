"""Headlines with times, the last one first, are a list of news; programmes, timetables and live reports are none."""

from functools import partial

import pytest

from corestory.line_rules.timed_lines import in_timed_headlines
from line_rules.rule_lines import found_lines, kept_lines

STORY = ["+The last tram left the depot on Friday, and forty people had come to wave.", "+It is to be a café."]
HEADLINES = ["Bakers ask for dearer bread", "Goat is back", "No ice on the lake", "Mayor in court", "Two boats sold"]
TIMES = ["20:15", "18:40", "18:05", "9:30", "23:50"]  # that of the day before is last

_found = partial(found_lines, in_timed_headlines)


@pytest.mark.parametrize("form", ["{} {}", "{} – {} (Ann Lee)", "• {} {}", "{} | {}"])
@pytest.mark.parametrize("clock", ["20:15", "20h15", "20.15"])
def test_headlines_behind_their_times_are_found_with_their_heading(form, clock):
    lines = ["+" + form.format(time.replace(":", clock[2]), line) for time, line in zip(TIMES, HEADLINES, strict=True)]
    news = ["+Latest", *lines]
    assert _found([*STORY, *news, "All news"]) == kept_lines(news)


@pytest.mark.parametrize("times", [TIMES, ["9:12 pm", "8:40 pm", "8:05 pm", "11:30 am", "9:00 am"]])
def test_headlines_below_lines_of_times_are_found(times):
    news = [one for time, line in zip(times, HEADLINES, strict=True) for one in (time, "+" + line)]
    assert _found([*STORY, *news]) == kept_lines(news)


@pytest.mark.parametrize(
    "ago",
    [
        "{} hours ago", "Vor {} Stunden", "il y a {} heures", "hace {} horas", "há {} horas", "před {} dny",
        "acum {} ore", "prije {} sata", "преди {} часа", "πριν από {} ώρες", "לפני {} שעות", "منذ {} ساعات - Ann Lee",
    ],
)  # fmt: skip
def test_headlines_above_names_and_how_long_ago_they_came_are_found(ago):
    news = [one for age, line in enumerate(HEADLINES, 2) for one in ("+" + line, "Ann Lee", "+" + ago.format(age))]
    assert _found([*STORY, *news, "Load more"]) == kept_lines(news)


@pytest.mark.parametrize(
    "lines",
    [
        [f"+{time} {line}" for time, line in zip(sorted([*TIMES[:3], "21:00", "22:00"]), HEADLINES, strict=True)],
        [f"+{time} {line}." for time, line in zip(TIMES, HEADLINES, strict=True)],
        [f"+{time} {line}" for time, line in zip(TIMES[:4], HEADLINES[:4], strict=True)],
        [f"+{time} {line}" for time, line in zip(TIMES, HEADLINES, strict=True)] + STORY * 2,
        [f"+9.{number}5 {line}" for number, line in zip((9, 8, 7, 6, 6), HEADLINES, strict=True)],
        ["+8.50 Ann Lee", "+8.42 Bo Ahl", "+8.31 Cyd Marsh", "+8.25 Eva Stone", "+8.10 Joy Bell"],
    ],
    ids=["a programme", "a live report", "too few", "the story goes on", "points", "results"],
)
def test_other_lists_with_times_are_not(lines):
    assert _found([*STORY, *lines]) == []
