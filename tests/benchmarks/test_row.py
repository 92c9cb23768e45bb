"""A line of the table says what was measured, and whether the limit is met."""

from __future__ import annotations

import pytest

from benchmarks.row import HEADING, Row, Unit


@pytest.mark.parametrize(
    ("app", "unit", "limit", "is_met"),
    [
        (1.9, "s", 2.0, True),
        (2.0, "s", 2.0, False),
        (0.9, "GB", 1.0, True),
        (301, "ms", 300, False),
        (200_000, "words/s", 195_000, True),
        (190_000, "words/s", 195_000, False),
        (1.9, "s", None, None),
    ],
)
def test_less_is_better_but_for_a_speed(app: float, unit: Unit, limit: float | None, is_met: bool | None) -> None:
    assert Row("what", app, unit, limit=limit).is_met is is_met


def test_a_line_holds_value_plain_ratio_and_limit_under_their_headings() -> None:
    line = str(Row("reading", 1.5, "s", 0.5, "by hand", 1.0))
    for heading, cell in (("this app", "1.50 s"), ("plain way", "0.50 s"), ("ratio", "3.00")):
        end = HEADING.index(heading) + len(heading)
        assert line[:end].endswith(cell)
    assert line[HEADING.index("limit") :].startswith("under 1.00 s: NOT MET")
    assert line.endswith("by hand")


def test_what_has_no_plain_way_has_no_ratio() -> None:
    assert str(Row("what", 2, "GB")).split() == ["what", "2.00", "GB"]
