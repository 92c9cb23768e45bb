"""Times as people write them, held against the standard library."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interactions.local_times import Order, read_local_times, told_order


def read(text: str, order: Order = "day first") -> datetime | None:
    seconds, readable = read_local_times(pa.array([text, None]), order)
    assert not readable[1]
    return datetime.fromtimestamp(int(seconds[0]), UTC).replace(tzinfo=None) if readable[0] else None


FORMATS: dict[str, tuple[Order, bool]] = {  # format -> (order, with a clock)
    "%d/%m/%Y %H:%M:%S": ("day first", True),
    "%m/%d/%Y %H:%M:%S": ("month first", True),
    "%d.%m.%Y %H.%M.%S": ("day first", True),
    "%d-%m-%y": ("day first", False),
    "%m/%d/%y %I:%M:%S %p": ("month first", True),
    "%Y/%m/%d %I:%M:%S%p": ("day first", True),
    "%Y.%m.%d": ("month first", False),
    "%Y年%m月%d日 %H:%M:%S": ("day first", True),
    "%Y年%m月%d日": ("day first", False),
    "%d %b %Y %H:%M:%S": ("month first", True),
    "%a, %d %B %Y": ("day first", False),
    "%B %d, %Y %I:%M:%S %p": ("day first", True),
    "%d-%b-%y": ("day first", False),
    "%Y%m%d%H%M%S": ("day first", True),
    "%Y%m%dT%H%M%S": ("day first", True),
}


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2068, 12, 31)), st.sampled_from(list(FORMATS)))
def test_what_the_standard_library_writes_is_read_back(time: datetime, form: str) -> None:
    order, with_clock = FORMATS[form]
    whole = time.replace(microsecond=0) if with_clock else time.replace(hour=0, minute=0, second=0, microsecond=0)
    assert read(time.strftime(form), order) == whole


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1/2/2017 8:05", datetime(2017, 2, 1, 8, 5)),
        (" 31/12/68 ", datetime(2068, 12, 31)),
        ("31/12/69", datetime(1969, 12, 31)),
        ("31/12/2017, 12:30 am", datetime(2017, 12, 31, 0, 30)),
        ("31/12/2017 12:30 P.M.", datetime(2017, 12, 31, 12, 30)),
        ("2017年1月5日 8时05分", datetime(2017, 1, 5, 8, 5)),
        ("Jan 3rd, 2017", datetime(2017, 1, 3)),
        ("29/02/2016", datetime(2016, 2, 29)),
        ("29/02/2017", None),
        ("31/04/2017", None),
        ("12/31/2017", None),
        ("0/1/2017", None),
        ("1/2/2017 24:00", None),
        ("1/2/2017 13:00 pm", None),
        ("1/2/201", None),
        ("1 Foo 2017", None),
        ("20171301000000", None),
        ("", None),
        ("soon", None),
    ],
)
def test_cells_day_first(text: str, expected: datetime | None) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["1/2/2017", "13/2/2017"], "day first"),
        (["1/2/2017", "2/13/2017 8:00"], "month first"),
        (["1.2.2017", "3.4.2017 8:00"], "day first"),
        (["1/2/2017"], None),
        (["2017-01-31"], None),
        ([], None),
    ],
)
def test_the_order_is_told_by_what_cannot_be_a_month(cells: list[str], order: Order | None) -> None:
    assert told_order(cells) == order
