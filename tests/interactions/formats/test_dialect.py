"""How a text is cut is told from its head: separator, quotes, comments, header."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import LogError
from interactions.formats.dialect import Head, checked_separator, names_columns, read_head
from interactions.options import ReadOptions


def head(text: str, *, is_csv: bool = True, **options: Any) -> Head:
    return read_head(text.encode(), ReadOptions(**options), whole=True, name="log.csv", is_csv=is_csv)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", "::", "\x01", " "])
@pytest.mark.parametrize("with_header", [True, False])
def test_every_separator_with_and_without_a_header(separator: str, with_header: bool) -> None:
    rows = [["u1", "0104257", "4.5"], ["u2", "a-b", "3"], ["u1", "c", "1"]]
    if with_header:
        rows.insert(0, ["user", "item", "rating"])
    found = head("".join(separator.join(row) + "\n" for row in rows))
    assert found.dialect.separator.decode() == separator
    assert found.has_header == with_header
    assert found.columns == (["user", "item", "rating"] if with_header else ["column 1", "column 2", "column 3"])
    assert found.line == 1 + with_header


@pytest.mark.parametrize(
    ("text", "separator", "columns"),
    [
        ("id,genres\n1,a|b\n2,a|b\n3,c|d\n", ",", ["id", "genres"]),
        ("user;item;price\nu1;a;3,50\nu2;b;4,75\n", ";", ["user", "item", "price"]),
        ("user;item\nu1;3,5\nu2;4,5\n", ";", ["user", "item"]),
        ("user item,title\nu1,A b c\nu2,D e f\n", ",", ["user item", "title"]),
        ("a\tb\n1, 2\t3\n1, 5\t3\n", "\t", ["a", "b"]),
        ("1::A: b (1999)::x|y\n2::C, d (2000)::x\n", "::", ["column 1", "column 2", "column 3"]),
        ('user,"the, item"\nu1,"a, b"\n', ",", ["user", "the, item"]),
    ],
)
def test_separators_that_also_stand_inside_of_cells(text: str, separator: str, columns: list[str]) -> None:
    found = head(text)
    assert (found.dialect.separator.decode(), found.columns) == (separator, columns)


@pytest.mark.parametrize(
    "text",
    ["1:\n1488844,3,2005-09-06\n822109,5,2005-05-13\n2:\n885013,4,2005-10-19\n", "\r\n8: \r\n30878\r\n9:\r\n1\r\n"],
)
def test_lines_that_name_the_item_of_those_below_are_refused(text: str) -> None:
    for is_csv in (True, False):
        with pytest.raises(LogError, match=r"Lines of log.csv such as “\d:” name the item .* on every line\.$"):
            head(text, is_csv=is_csv)


@pytest.mark.parametrize("text", ["2017:\nuser,item\nu1,a\nu2,b\n", "1:2\n3:4\n", "1:\n2:\n3:\n", "12:30,a\n12:31,b\n"])
def test_colons_in_other_first_lines_are_none_of_those(text: str) -> None:
    head(text)


def test_quotes_that_hold_nothing_together_are_letters() -> None:
    broken = "user\titem\n" + "".join(f'u{n}\t"Heroes" by B{n}\n' for n in range(20))
    assert not head(broken).dialect.quotes
    sound = "user,item\n" + "".join(f'u{n},"x, y {n}"\n' for n in range(20)) + 'u9,"one" stray\n'
    assert head(sound).dialect.quotes
    assert not head(sound, quotes=False).dialect.quotes


SPOKEN = "".join(rf'"u{n}","say \"hi\", {n}","C:\\dir"' + "\n" for n in range(20))


@pytest.mark.parametrize("stray", ["", '"u1","one" stray,x\n'])
def test_backslashes_escape_where_that_makes_rows(stray: str) -> None:
    found = head("user,item,place\n" + SPOKEN + stray)
    assert (found.dialect.separator, found.dialect.quotes, found.dialect.escapes) == (b",", True, True)
    assert found.columns == ["user", "item", "place"]
    assert not head("user,item,place\n" + SPOKEN, escapes=False).dialect.escapes
    assert not head("user,item,place\n" + SPOKEN, quotes=False, escapes=True).dialect.escapes


@pytest.mark.parametrize(
    "text",
    [
        'user,folder\n"u1","C:\\a\\"\n"u2","C:\\b\\"\n',  # ends with a backslash
        'user,item\n"u1","a\\"",b"\n"u2","a\\"",c"\n',  # a backslash before a doubled quote
        'user,item\nu1,a\\"b\nu2,c\\"d\n',  # not in quotes
        'user,item\n"u1","a\\nb"\n"u2","\\N"\n',
    ],
)
def test_backslashes_that_plain_quoting_reads_are_letters(text: str) -> None:
    assert not head(text).dialect.escapes


def test_comments_above_the_header_and_a_header_that_begins_like_one() -> None:
    commented = head("# made by x\n# on a day\nuser,item\nu1,a\n# done\nu2,b\n")
    assert (commented.columns, commented.dialect.comment, commented.line) == (["user", "item"], ord("#"), 4)
    konect = head("% bip weighted\n1 2 1 1300000000\n1 3 1 1300000001\n", is_csv=False)
    assert (konect.has_header, konect.dialect.comment, len(konect.columns)) == (False, ord("%"), 4)
    header = head("#user,item\nu1,a\nu2,b\n")
    assert (header.columns, header.dialect.comment, header.line) == (["user", "item"], -1, 2)
    told = head("user,item\n;u1,a\nu2,b\n", comment=";")
    assert told.dialect.comment == ord(";")


def test_what_other_programs_write_above_a_table() -> None:
    excel = head("sep=;\nuser;item\nu1;a\n")
    assert (excel.dialect.separator, excel.columns, excel.line) == (b";", ["user", "item"], 3)
    recbole = head("user_id:token\titem_id:token\trating:float\tgenre:token_seq\n1\t2\t3\ta b\n")
    assert recbole.columns == ["user_id", "item_id", "rating", "genre"]
    r = head('"user","item"\n"1","u1","a"\n"2","u2","b"\n')
    assert r.columns == ["column 1", "user", "item"]
    trailing = head("user,item\nu1,a,\nu2,b,\n")
    assert trailing.columns == ["user", "item", "column 3"]
    pandas = head("id,0,1,2\na,0.1,0.2,0.3\n")
    assert pandas.columns == ["id", "0", "1", "2"]


def test_the_body_begins_after_a_header_of_several_lines() -> None:
    text = '\n\nuser,"the\r\nitem"\r\nu1,a\r\n'
    found = head(text)
    assert found.columns == ["user", "the\r\nitem"]
    assert text.encode()[found.body :] == b"u1,a\r\n"
    assert found.line == 5


@pytest.mark.parametrize(
    ("cells", "rows", "expected"),
    [
        (["user", "item"], [["u1", "a"], ["u2", "b"]], True),
        (["u1", "a"], [["u1", "b"], ["u2", "a"]], False),
        (["1", "a"], [["2", "b"]], False),
        (["", "item"], [["1", "a"]], True),
        (["name", "age"], [["bo", "3"], ["al", "4"]], True),
        (["u1", "a"], [["u2", "b"], ["u33", "c"]], False),
        (["user1", "item"], [["bo", "b"], ["al", "c"]], True),
        (["2017-01-01", "a"], [["2017-01-02", "b"]], False),
        (["user", "item"], [], True),
        (["user", "item"], [["u1", "a"], ["user", "item"], ["u1", "b"]], True),  # two files, put together
        (["u1", "a"], [["u1", "a"], ["u1", "b"], ["bo", "c"]], False),
        (["bo", "a"], [["bo", "a"]], False),
    ],
)
def test_a_header_is_told_from_a_row(cells: list[str], rows: list[list[str]], expected: bool) -> None:
    assert names_columns(cells, rows) == expected


def test_what_is_told_is_done() -> None:
    assert head("u1,a\nu1,b\n", header=True).columns == ["u1", "a"]
    assert head("user,item\nu1,b\n", header=False).columns == ["column 1", "column 2"]
    assert head("user|item\nu1|a,b\n", separator=",").dialect.separator == b","


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        ("\n \n\r\n", {}, "blank lines only"),
        ('user,"item\nu1,a\n', {"quotes": True}, "broken quotes"),
        ("a,b,a\n1,2,3\n", {}, "2 columns named 'a'"),
        (",".join(f"c{n}" for n in range(6000)) + "\n", {}, "6,000 columns"),
        ("a,b\n", {"separator": "---"}, "cannot be a separator"),
        ("a,b\n", {"separator": '"'}, "cannot be a separator"),
        ("a,b\n", {"comment": "//"}, "cannot begin a comment"),
    ],
)
def test_what_is_no_table(text: str, options: dict[str, Any], words: str) -> None:
    with pytest.raises(LogError, match=words):
        head(text, **options)


def test_lines_of_words_are_offered_the_layouts_of_baskets_but_not_in_a_csv() -> None:
    text = "1 2 3\n4 5\n6\n7 8 9 10\n"
    with pytest.raises(LogError, match=r"baskets.*user-items"):
        head(text, is_csv=False)
    assert len(head(text).columns) == 1


@pytest.mark.parametrize("spelt", ["\x01", r"\x01", r"\u0001", r"\001"])
def test_characters_that_nobody_can_type_are_spelt(spelt: str) -> None:
    assert checked_separator(spelt) == "\x01"
    assert checked_separator(r"\t") == "\t"
    with pytest.raises(LogError, match=r"'\\x00' cannot be a separator"):
        checked_separator(r"\x00")


def test_rows_with_a_field_too_many_are_rows_of_r_only_where_their_names_differ() -> None:
    r = head("user,item,price\n1,u1,a,5\n2,u1,b,7\n3,u2,a,5\n")
    assert r.columns == ["column 1", "user", "item", "price"]
    with pytest.raises(LogError, match="names 3 columns, and its rows have 4 fields") as caught:
        head("user,item,price\nu1,a,5,10\nu2,b,7,50\nu1,c,5,10\n")
    assert "\n" not in str(caught.value)
    some = head("user,item,price\nu1,a,5,10\nu2,b,7,50\nu1,c,5,10\nu3,a,5\n")
    assert some.columns == ["user", "item", "price"]
    hive = "user\x01item\x01price\nu1\x01a\x015\x0110\nu1\x01b\x017\x0150\n"
    with pytest.raises(LogError, match=r"separator '\\x01'"):
        head(hive)


def test_lines_of_many_lengths_without_a_header_may_be_baskets() -> None:
    baskets = "milk,buns\nfruit,yogurt,milk\nbuns,milk\nmilk,tea\nmilk,fruit,buns,tea\n"
    found = head(baskets)
    assert not found.has_header
    assert len(found.notes) == 1
    assert "baskets" in found.notes[0]
    assert "user-items" in found.notes[0]
    assert head("milk,buns\nbuns,milk\nmilk,buns\nmilk,tea\nbuns,tea,milk\n").notes == []
    assert head("user,item\nu1,1\nu2,2,3\nu3,4,5,6\nu4,5\n").notes == []


ORDERS = "".join(f"{n % 7};P{n % 3};{n};0{n % 9 + 1}.04.2014\n" for n in range(20))
HEADER = "Customer;Product;Quantity;Day\n"


@pytest.mark.parametrize(
    ("above", "lines"),
    [
        ("Sales report;;;\nPeriod 2023;;;\n;;;\n", 3),
        ("Sales report\n\n", 2),
        ("Sales report, by day\n", 1),
        ('"Sales\nreport";;;\nFrom;2023;;\n', 3),
        ("sep=;\nSales report;;;\n", 2),
        ("Title;;;\n" * 50, 50),
    ],
)
def test_titles_above_the_header_are_passed_over(above: str, lines: int) -> None:
    found = head(above + HEADER + ORDERS)
    assert found.columns == HEADER.strip().split(";")
    assert (found.line, found.body) == (lines + 2, len(above + HEADER))
    assert f"line {lines + 1}: the" in found.notes[0]
    assert head(above + HEADER + ORDERS, separator=";", header=False).body == (6 if "sep" in above else 0)


@pytest.mark.parametrize(
    "text",
    [
        HEADER + ORDERS,
        "Title;;;\n" * 51 + HEADER + ORDERS,
        "a;;;\nuser;item;time;city\n" + "u1;;;\nu2;;;\n" * 9,  # rows are as empty
        "u1;;;\n" + ORDERS,  # nothing below is a header
        "user;item;;\n1;2;3;4\n",
    ],
)
def test_what_is_no_title(text: str) -> None:
    found = head(text, separator=";")
    assert found.line == 1 + found.has_header
    assert not any("passed over" in note for note in found.notes)


def test_a_comma_in_a_title_and_decimal_commas_part_no_fields() -> None:
    rows = "".join(f"u{n};i{n % 3};{n},5\n" for n in range(9))
    found = head("Sales, by day\nuser;item;price\n" + rows)
    assert (found.dialect.separator, found.columns) == (b";", ["user", "item", "price"])


def test_titles_above_two_columns_tell_nothing() -> None:
    assert head("Sales\nuser;item\nu1;a\nu2;b\n", separator=";").notes == []


def test_names_in_quotes_that_go_on_behind_them_are_letters() -> None:
    plain = "".join(f"{n:040x}\t\tartist {n}\t{n}\n" for n in range(90))
    spoken = "".join(f'{n:040x}\t\t"weird al" yankovic\t{n}\n' for n in range(3))
    whole = "".join(f'{n:040x}\t\t"a\t{n}"\t{n}\n' for n in range(4))
    assert not head(plain + spoken).dialect.quotes
    assert head(plain + spoken + whole).dialect.quotes
    assert head(plain + spoken.replace('" yankovic', '"')).dialect.quotes


@given(st.text(alphabet='ab1,;\t"#\r\n ', max_size=80))
def test_any_text_is_understood_or_refused(text: str) -> None:
    try:
        found = head(text)
    except LogError:
        return
    assert len(found.columns) == len(set(found.columns)) > 0
    assert 0 <= found.body <= len(text.encode())
