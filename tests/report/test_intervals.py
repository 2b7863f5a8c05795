import math
from dataclasses import replace

import pytest

from corestory.evaluation.metrics import RATE_NAMES, Rates
from corestory.evaluation.results import Band
from corestory.rendering import NOTHING, counted, percent, rounded
from corestory.report.parts import difference, per_hundred, with_interval


def band(value, low=math.nan, high=math.nan):
    nothing = Rates(*[math.nan] * len(RATE_NAMES))
    return Band(*(replace(nothing, core_f1=number) for number in (value, low, high)))


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (with_interval(band(0.5, 0.25, 0.75), "core_f1"), "0.500 (0.250–0.750)"),
        (per_hundred(band(0.5, 0.25, 0.75), "core_f1"), "50.0 (25.0–75.0)"),
        (per_hundred(band(0.5), "core_f1"), "50.0"),
        (per_hundred(band(1.0, 1.0, 1.0), "core_f1"), "100.0"),
        (with_interval(band(math.nan), "core_f1"), NOTHING),
        (difference(band(0.1, -0.2, 0.3), "core_f1"), "+0.100 (-0.200…+0.300)"),
        (difference(band(0.1, -0.2, 0.3), "core_f1", reverse=True), "-0.100 (-0.300…+0.200)"),
        (difference(band(0.1, -0.2, 0.3), "core_f1", scale=100, reverse=True), "-10.0 (-30.0…+20.0)"),
        (difference(band(0.00001, 0.0, 0.0), "core_f1"), "0.000"),
        (counted(1234567.0), "1,234,567"),
        (percent(0.125), "12.5"),
        (rounded(-0.00001), "0.000"),
    ],
)
def test_numbers_read_as_people_write_them(found, text):
    assert found == text
