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
    ("text", "expected"),
    [
        # Twitter, Foursquare, Goodreads; C; mail; Apache; JavaScript
        ("Tue Apr 03 18:00:09 +0000 2012", datetime(2012, 4, 3, 18, 0, 9)),
        ("Tue Apr 03 18:00:09 -0700 2012", datetime(2012, 4, 4, 1, 0, 9)),
        ("Wed Apr 12 22:52:04 2023", datetime(2023, 4, 12, 22, 52, 4)),
        ("Wed Apr  5 22:52:04 UTC 2023", datetime(2023, 4, 5, 22, 52, 4)),
        ("Wed, 12 Apr 2023 22:52:04 GMT", datetime(2023, 4, 12, 22, 52, 4)),
        ("Wed, 12 Apr 2023 22:52:04 +0200", datetime(2023, 4, 12, 20, 52, 4)),
        ("Wed, 12 Apr 2023 22:52:04 +0000 (UTC)", datetime(2023, 4, 12, 22, 52, 4)),
        ("12/Apr/2023:22:52:04 +0000", datetime(2023, 4, 12, 22, 52, 4)),
        ("12/Apr/2023:22:52:04 -0330", datetime(2023, 4, 13, 2, 22, 4)),
        ("Wed Apr 12 2023 22:52:04 GMT+0200 (Central European Summer Time)", datetime(2023, 4, 12, 20, 52, 4)),
        # databases and other programs
        ("20230412T225204Z", datetime(2023, 4, 12, 22, 52, 4)),
        ("20230412T225204", datetime(2023, 4, 12, 22, 52, 4)),
        ("20230412T225204.5+0530", datetime(2023, 4, 12, 17, 22, 4)),
        ("2023-04-12-22.52.04.000000", datetime(2023, 4, 12, 22, 52, 4)),
        ("12APR2023:22:52:04", datetime(2023, 4, 12, 22, 52, 4)),
        ("2023-04-12T22:52:04+01:00[Europe/Berlin]", datetime(2023, 4, 12, 21, 52, 4)),
        ("2023-04-12T22:52:04Z[UTC]", datetime(2023, 4, 12, 22, 52, 4)),
        # UTC by name behind a clock
        ("12.04.2023 22:52 UTC", datetime(2023, 4, 12, 22, 52)),
        ("2023-04-12 22:52:04 GMT", datetime(2023, 4, 12, 22, 52, 4)),
        ("12/04/2023 10:52 PM Z", datetime(2023, 4, 12, 22, 52)),
        ("2023-04-12-22.52.04.000000 UTC", datetime(2023, 4, 12, 22, 52, 4)),
        ("12/04/2023 22:52 -0330", datetime(2023, 4, 13, 2, 22)),
        ("12/04/2023 22:52+01", datetime(2023, 4, 12, 21, 52)),
        ("2023年4月12日 22时52分 UTC", datetime(2023, 4, 12, 22, 52)),
        # people
        ("Apr 12, 2023 at 10:52 PM", datetime(2023, 4, 12, 22, 52)),
        ("4/12/2023, 10:52:04\u202fPM", datetime(2023, 12, 4, 22, 52, 4)),
        ("2023/4/12 上午12:08:46", datetime(2023, 4, 12, 0, 8, 46)),
        ("2023/4/12 下午 10:52", datetime(2023, 4, 12, 22, 52)),
        ("2023年4月12日 下午10:52", datetime(2023, 4, 12, 22, 52)),
        ("2023년 4월 12일 오전 12:08", datetime(2023, 4, 12, 0, 8)),
        ("2023년 4월 12일 오후 10:52", datetime(2023, 4, 12, 22, 52)),
        ("2023. 4. 12. 오후 10:52:04", datetime(2023, 4, 12, 22, 52, 4)),
        ("2023年4月12日 午後10時52分", datetime(2023, 4, 12, 22, 52)),
        ("2023年4月12日 22时52分", datetime(2023, 4, 12, 22, 52)),
        ("2023年4月12日22时52分04秒", datetime(2023, 4, 12, 22, 52, 4)),
        ("\uff12\uff10\uff12\uff13/\uff14/12 22\uff1a52", datetime(2023, 4, 12, 22, 52)),
        ("1. Mär. 2023", datetime(2023, 3, 1)),
        ("1. Ma\u0308rz 2023", datetime(2023, 3, 1)),
        ("1. Dezember 2023 14:05", datetime(2023, 12, 1, 14, 5)),
        ("Freitag, 1. Dezember 2023 um 14:05 Uhr", datetime(2023, 12, 1, 14, 5)),
        ("12 avr. 2023", datetime(2023, 4, 12)),
        ("1er août 2023 à 14h05", datetime(2023, 8, 1, 14, 5)),
        ("3 août 2023", datetime(2023, 8, 3)),
        ("5 de mayo de 2023", datetime(2023, 5, 5)),
        ("sexta-feira, 1 de dezembro de 2023", datetime(2023, 12, 1)),
        ("5 de mayo del 2023", datetime(2023, 5, 5)),
        ("1º de maio de 2023 às 14:05", datetime(2023, 5, 1, 14, 5)),
        ("5 mei 2023 om 14:05", datetime(2023, 5, 5, 14, 5)),
        ("15 ott 2023", datetime(2023, 10, 15)),
        ("3-mrt-2023 14:05", datetime(2023, 3, 3, 14, 5)),
    ],
)
def test_times_of_programs_and_of_many_languages(text: str, expected: datetime) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Wed, 12 Apr 2023 22:52:04 CET",  # several zones of the world have one abbreviation
        "Wed Apr 12 22:52:04 EST 2023",
        "12.04.2023 22:52 PST",
        "12.04.2023 UTC",  # a day of which zone is no matter, but no program writes one
        "Wed, 12 Apr 2023 22:52:04 +1900",
        "Wed, 12 Apr 2023 22:52:04 +0260",
        "2023/4/12 下午 13:00",
        "12 Apr 20:22:52",  # without a year
        "12/04/2023 10:30-11:30",  # from when to when
        "12 jui 2023",  # June or July
        "12 marraskuu 2023",  # November, and begins as March does
        "2023-04-12-22.52.60",
        "32APR2023:22:52:04",
    ],
)
def test_what_may_mean_two_times_is_not_read(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(("before", "after"), [("上午", "下午"), ("午前", "午後"), ("오전", "오후"), ("am", "p.m.")])
@pytest.mark.parametrize("hour", range(1, 13))
def test_before_and_after_noon(before: str, after: str, hour: int) -> None:
    form = "2023/4/12 {hour}:05 {half}" if before == "am" else "2023/4/12 {half} {hour}:05"
    assert read(form.format(hour=hour, half=before)) == datetime(2023, 4, 12, hour % 12, 5)
    assert read(form.format(hour=hour, half=after)) == datetime(2023, 4, 12, hour % 12 + 12, 5)


MONTHS_OF_THE_YEAR = {  # from the locales of glibc
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "de short": "Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "fr short": "janv. févr. mars avril mai juin juil. août sept. oct. nov. déc.",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "es short": "ene feb mar abr may jun jul ago sep oct nov dic",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "it short": "gen feb mar apr mag giu lug ago set ott nov dic",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "pt short": "jan fev mar abr mai jun jul ago set out nov dez",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "nl short": "jan feb mrt apr mei jun jul aug sep okt nov dec",
    "en short": "Jan. Feb. Mar. Apr. May Jun. Jul. Aug. Sept. Oct. Nov. Dec.",
    "da": "januar februar marts april maj juni juli august september oktober november december",
    "sv": "januari februari mars april maj juni juli augusti september oktober november december",
    "nb": "januar februar mars april mai juni juli august september oktober november desember",
}


@pytest.mark.parametrize("names", MONTHS_OF_THE_YEAR.values(), ids=MONTHS_OF_THE_YEAR)
def test_the_months_of_the_languages(names: str) -> None:
    months = names.split()
    for form in (str, str.upper, str.title):
        read_back = [read(f"5 {form(name)} 2023 8:05") for name in months]
        assert read_back == [datetime(2023, month, 5, 8, 5) for month in range(1, 13)]


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["1/2/2017", "13/2/2017"], "day first"),
        (["1/2/2017", "2/13/2017 8:00"], "month first"),
        (["1.2.2017", "3.4.2017 8:00"], "day first"),
        (["1/2/2017 8:00 UTC", "13/2/2017 8:00\u202fPM"], "day first"),
        (["1/2/2017"], None),
        (["2017-01-31"], None),
        ([], None),
    ],
)
def test_the_order_is_told_by_what_cannot_be_a_month(cells: list[str], order: Order | None) -> None:
    assert told_order(cells) == order
