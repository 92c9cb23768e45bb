"""Words and numbers as a person reads them."""

from __future__ import annotations

import pytest

from figures import text


@pytest.mark.parametrize(
    ("duration", "words"),
    [(0.04, "0.0 s"), (9.94, "9.9 s"), (10.2, "10 s"), (75, "1 min 15 s"), (3599.6, "1 h 0 min"), (7260, "2 h 1 min")],
)
def test_a_duration_reads_as_a_person_says_it(duration: float, words: str) -> None:
    assert text.seconds(duration) == words


def test_a_missing_number_is_a_dash() -> None:
    assert text.decimal(None) == text.decimal(float("nan")) == text.percent(None) == text.day(None) == "–"
    assert (text.decimal(-0.001), text.decimal(-0.5)) == ("0.00", "\N{MINUS SIGN}0.50")
    assert text.percent(-0.81).startswith("\N{MINUS SIGN}81")
    assert text.percent(-0.001).startswith("0")


def test_days_come_from_both_kinds_of_time() -> None:
    assert text.day(0) == "1970-01-01"
    assert text.day("2017-01-02T03:04:05Z") == "2017-01-02"


@pytest.mark.parametrize("evil", ["<b>x</b>", "*bold*", "[a](http://b)", ":material/home:", "$x$", "# head", "`code`"])
def test_plain_leaves_no_mark_that_markdown_would_draw(evil: str) -> None:
    safe = text.plain(evil)
    for position, letter in enumerate(safe):
        if letter in "<>*[]()`$#:_":
            assert safe[position - 1] == "\\"
    assert safe.replace("\\", "").replace(text._JOINER, "") == evil


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (":material/home:", ":Jmaterial/home:"),
        ("a -> b", "a -J> b"),
        ("<->", "<J-J>"),
        ("x >= y", "x >J= y"),
        ("--", "-J-"),
        ("~=", "~J="),
        ("2024-01-02 10:00", "2024-01-02 10:00"),
        ("raw:material", "raw:material"),
    ],
)
def test_plain_parts_what_streamlit_would_draw_as_an_icon_or_an_arrow(given: str, shown: str) -> None:
    assert text.plain(given).replace("\\", "") == shown.replace("J", text._JOINER)


def test_text_in_pictures_holds_no_tags_and_keeps_its_quotes() -> None:
    assert text.drawn_text("<b>12\" RULER</b> & cat's") == "&lt;b&gt;12\" RULER&lt;/b&gt; &amp; cat's"


def test_plain_keeps_text_on_one_line() -> None:
    assert text.plain("two\n\nparagraphs") == "two paragraphs"


def test_shorten_keeps_short_texts_and_cuts_long_ones_to_length() -> None:
    assert text.shorten("short", 10) == "short"
    assert text.shorten("a long title indeed", 10) == "a long ti…"


def test_a_share_is_never_told_as_nothing_where_there_is_something() -> None:
    told = [
        text.percent(0.123),
        text.percent(0.0001, 1),
        text.percent(0.004),
        text.percent(0.0),
        text.percent(None),
        text.percent(0.0006, 1),
    ]
    assert [share.replace("\N{NO-BREAK SPACE}", " ") for share in told] == [
        "12 %",
        "< 0.1 %",
        "< 1 %",
        "0 %",
        "–",
        "0.1 %",
    ]
    assert " " not in "".join(told), "a line never ends between a number and its sign"
