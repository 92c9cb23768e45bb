"""Guesses of columns, from names and from values."""

from __future__ import annotations

import pytest

from interactions.column_names import ROLES
from interactions.guessing import guess_columns, guess_for_cleaning


def names(columns: list[str], row: list[str] | None = None) -> dict[str, str]:
    rows = [["1"] * len(columns) if row is None else row]
    return {role: guess.name for role, guess in guess_columns(columns, rows).items()}


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (
            ["userId", "movieId", "rating", "timestamp"],
            {"user": "userId", "item": "movieId", "weight": "rating", "time": "timestamp"},
        ),
        (
            ["household_id", "product_id", "basket_id", "time", "quantity"],
            {"user": "household_id", "item": "product_id", "session": "basket_id", "time": "time"},
        ),
        (
            ["用户id", "商品编号", "评分", "时间", "订单号", "商品名称", "类目"],
            {
                "user": "用户id", "item": "商品编号", "weight": "评分", "time": "时间", "session": "订单号",
                "title": "商品名称", "category": "类目",
            },
        ),
        (
            ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"],
            {
                "user": "CustomerID", "item": "StockCode", "session": "InvoiceNo", "time": "InvoiceDate",
                "title": "Description",
            },
        ),
        (["customer_unique_id", "Product Key"], {"user": "customer_unique_id", "item": "Product Key"}),
        (["visitorid", "itemid", "event", "transactionid"],
         {"user": "visitorid", "item": "itemid", "session": "transactionid"}),
        (["uid", "product_name"], {"user": "uid", "item": "product_name"}),
        (["uid", "sku", "product_name"], {"user": "uid", "item": "sku", "title": "product_name"}),
        (["E-mail", "SKU #"], {"user": "E-mail", "item": "SKU #"}),
        (["Member_number", "itemDescription"], {"user": "Member_number", "item": "itemDescription"}),
        (["user_id", "product_id", "user_session"],
         {"user": "user_id", "item": "product_id", "session": "user_session"}),
        (["foo", "bar"], {}),
    ],
)  # fmt: skip
def test_names_in_english_and_chinese(columns: list[str], expected: dict[str, str]) -> None:
    assert names(columns) == expected


@pytest.mark.parametrize("amount", ["quantity", "Quantity", "qty", "QTY", "数量", "price", "amount", "sales_value"])
def test_an_amount_is_never_a_weight(amount: str) -> None:
    assert names(["user", "item", amount]) == {"user": "user", "item": "item"}


def test_a_telling_name_with_values_that_cannot_be_is_not_guessed() -> None:
    columns = ["user", "item", "date", "rating"]
    assert names(columns, ["u", "i", "2017-01-01", "4.5"]) == dict(
        zip(("user", "item", "time", "weight"), columns, strict=True)
    )
    assert names(columns, ["u", "i", "last week", "great"]) == {"user": "user", "item": "item"}
    assert names(columns, ["u", "i", "12/31/2017 8:26", "great"]) == {"user": "user", "item": "item", "time": "date"}
    assert names(columns, ["u", "i", "", ""]) == dict(zip(("user", "item", "time", "weight"), columns, strict=True))


@pytest.mark.parametrize("cell", ["4,5", "1.250,00", "100,50 €", "$1,234.50", "1 234,5", "-5 EUR"])
def test_numbers_as_people_write_them_are_weights_and_amounts(cell: str) -> None:
    assert names(["user", "item", "rating"], ["u", "i", cell])["weight"] == "rating"
    amounts = guess_for_cleaning(["user", "quantity"], [["u", cell]], ["user"])
    assert amounts["quantity"].name == "quantity"


@pytest.mark.parametrize("cell", ["12 %", "5 stars", "True", "1,2,3", "12.50.1"])
def test_what_is_no_number_is_no_weight(cell: str) -> None:
    assert "weight" not in names(["user", "item", "rating"], ["u", "i", cell])


def test_values_tell_times_where_names_do_not() -> None:
    assert names(["user", "item", "x"], ["u", "i", "964982703"])["time"] == "x"
    assert names(["user", "item", "x"], ["u", "i", "2017-01-01T10:00:00Z"])["time"] == "x"
    assert "time" not in names(["user", "item", "x"], ["u", "i", "17"])


def test_an_id_that_repeats_is_a_basket_and_one_that_does_not_is_a_row_number() -> None:
    guesses = guess_columns(["id", "Goods"], [["1", "a"], ["1", "b"], ["2", "a"]])
    assert (guesses["session"].name, guesses["item"].name) == ("id", "Goods")
    assert "repeats" in guesses["session"].reason
    assert "session" not in guess_columns(["id", "Goods"], [["1", "a"], ["2", "b"]])


def test_a_number_that_few_rows_have_is_no_session() -> None:
    columns = ["visitorid", "event", "itemid", "transactionid"]
    rows = [["v1", "view", "i1", ""], ["v2", "view", "i2", " "], ["v1", "transaction", "i1", "77"]]
    assert "session" not in guess_columns(columns, rows)
    assert guess_columns(columns, rows[1:])["session"].name == "transactionid", "half of the rows have one"
    without_users = [row[1:] for row in rows]
    assert guess_columns(columns[1:], without_users)["session"].name == "transactionid", "nothing else is there"


def test_the_only_other_id_that_repeats_is_the_item() -> None:
    columns = ["user_id", "anime_id", "rating"]
    rows = [["1", "20", "7"], ["2", "20", "8"], ["1", "24", "9"]]
    assert guess_columns(columns, rows)["item"].name == "anime_id"
    assert "item" not in guess_columns(columns, [["1", "20", "7"], ["1", "24", "9"]]), "the number of a row"
    several = ["user_id", "anime_id", "studio_id"]
    assert "item" not in guess_columns(several, [["1", "20", "7"], ["2", "20", "7"]])
    assert "item" not in guess_columns(columns[1:], [row[1:] for row in rows]), "and nobody who touched it"


NAMELESS = ["column 1", "column 2", "column 3", "column 4", "column 5"]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["1,31,2.5", "1,31,3", "2,31,4"], {"user": "column 1", "item": "column 2", "weight": "column 3"}),
        (["1,31,5", "1,32,5", "2,31,5"], {"user": "column 1", "item": "column 2", "weight": "column 3"}),
        (["u,i,5", "u,j,", "v,i,4"], {"user": "column 1", "item": "column 2", "weight": "column 3"}),
        # A category or a price belongs to its item; what is mostly 0 would leave out most of the log.
        (["1,31,77,pv", "1,32,78,buy", "2,31,77,pv"], {"user": "column 1", "item": "column 2"}),
        (["1,31,0", "1,32,0", "2,31,5"], {"user": "column 1", "item": "column 2"}),
        (["1,31,0", "1,32,S", "2,31,5"], {"user": "column 1", "item": "column 2"}),
        # Amazon's reviews came with the user first, and later with the product first.
        (["A3,B00004TKVY,5.0", "A1,0000031852,3.0", "A1,B00004TKVY,1.0"],
         {"user": "column 1", "item": "column 2", "weight": "column 3"}),
        (["B00004TKVY,A3,5.0", "0000031852,A1,3.0", "B00004TKVY,A1,1.0"],
         {"user": "column 2", "item": "column 1", "weight": "column 3"}),
        # Latitude and longitude stand before the place in logs of visits.
        (["1,30.2359,-97.79513,22847", "1,30.2691,-97.74939,420315", "2,30.2557,-97.7633,22847"],
         {"user": "column 1", "item": "column 4"}),
        # Ids of albums (LFM-1b) and prices in cents (YooChoose's buys) differ from row to row, and are no scores.
        (["31435741,2,41237,4,1385212958", "31435741,2,58019,5,1385212642", "31435741,7,41999,6,1385209508"],
         {"user": "column 1", "item": "column 2", "time": "column 5"}),
        (["420374,2014-04-06T18:44:58.814Z,214537888,12462,1", "420374,2014-04-06T18:44:58.815Z,214537888,10471,1",
          "281626,2014-04-06T09:40:13.032Z,214535653,1883,1", "420368,2014-04-04T06:13:28.848Z,214530572,0,1"],
         {"user": "column 1", "item": "column 3", "time": "column 2"}),
        (["1,31,900", "1,31,1000", "2,31,5000"], {"user": "column 1", "item": "column 2", "weight": "column 3"}),
    ],
)  # fmt: skip
def test_columns_without_names_by_place_and_by_what_they_hold(rows: list[str], expected: dict[str, str]) -> None:
    cells = [row.split(",") for row in rows]
    guesses = guess_columns(NAMELESS[: len(cells[0])], cells)
    assert {role: guess.name for role, guess in guesses.items()} == expected


def test_every_guess_gives_its_reason_in_a_sentence_and_no_column_has_two_roles() -> None:
    guesses = guess_columns(["user", "item", "time", "name", "type"], [["u", "i", "2017-01-01", "n", "t"]])
    assert list(guesses) == [role for role in ROLES if role in guesses], "in the order of the roles"
    assert len({guess.name for guess in guesses.values()}) == len(guesses) == 5
    assert all(guess.name in guess.reason and guess.reason.endswith(".") for guess in guesses.values())


def roles_of(header: str, *rows: str) -> dict[str, str]:
    """The guessed columns of a file of commas."""
    return {
        role: guess.name for role, guess in guess_columns(header.split(","), [row.split(",") for row in rows]).items()
    }


@pytest.mark.parametrize(
    ("header", "user", "item"),
    [
        ("Kundennummer,Artikelnummer,Bestelldatum", "Kundennummer", "Artikelnummer"),
        ("N° client,Réf. produit,Date", "N° client", "Réf. produit"),
        ("id_cliente,id_producto,fecha", "id_cliente", "id_producto"),
        ("Клиент,Товар,Дата", "Клиент", "Товар"),
        ("会員ID,商品コード,購入日時", "会員ID", "商品コード"),
        ("회원번호,상품코드,구매일자", "회원번호", "상품코드"),
        ("會員編號,商品編號,購買日期", "會員編號", "商品編號"),
        ("t1.user_id,t1.item_id,t1.ts", "t1.user_id", "t1.item_id"),
        ("userId.$oid,productId.$oid,date", "userId.$oid", "productId.$oid"),
    ],
)
def test_names_of_other_languages_and_programs(header: str, user: str, item: str) -> None:
    days = [f"2023-01-{day:02}" for day in range(1, 10)]
    found = roles_of(header, *(f"{n % 3},{n % 4},{day}" for n, day in enumerate(days)))
    assert (found["user"], found["item"], found["time"]) == (user, item, header.split(",")[2])


def test_a_number_of_rows_or_of_lines_is_no_item_where_a_product_is_there() -> None:
    rows = [f"{n},o{n // 2},c{n % 7},{n % 2 + 1},p{n % 5}" for n in range(40)]
    assert roles_of("item_id,order_id,customer_id,qty,product_id", *rows)["item"] == "product_id"
    assert roles_of("item_id,order_id,customer_id,qty,product_id", *rows[:10])["item"] == "item_id", "too few to tell"
    assert roles_of("row,order_id,customer_id,Item #,SKU", *rows)["item"] == "SKU"


@pytest.mark.parametrize(
    "other",
    [
        "product_category_id", "productSubCategoryId", "product_group_id", "item_brand_id", "movie_genre_id",
        "product_type_code", "item_department_id", "product_store_id", "Product Seller No", "item_family_code",
        "product_vendor_id", "product_supplier_id", "item_class_no",
    ],
)  # fmt: skip
def test_the_id_of_what_items_are_sorted_by_is_never_the_item(other: str) -> None:
    rows = [f"u{n % 7},c{n % 3},{n}" for n in range(40)]
    found = roles_of(f"user_id,{other},item_id", *rows)
    assert (found["user"], found["item"]) == ("user_id", "item_id"), "though no item comes again"
    assert names([other, "foo"]) == {}


@pytest.mark.parametrize("item", ["product_variant_id", "movie_key_no", "ItemUniqueHash", "product_id_code"])
def test_an_id_with_a_word_in_the_middle_is_the_items(item: str) -> None:
    assert names(["customer_unique_id", item]) == {"user": "customer_unique_id", "item": item}


def test_the_id_of_a_user_or_an_order_is_never_the_item() -> None:
    rows = [f"{n // 2},u{n % 5},v{n % 5},{n // 2 % 3}" for n in range(40)]
    assert "item" not in roles_of("order_id,user_id,user_pseudo_id,order_number", *rows)


def test_a_fuller_column_of_users_comes_first() -> None:
    rows = [f"{'' if n % 4 else 'u1'},v{n % 5},i{n % 6}" for n in range(40)]
    assert roles_of("user_id,anonymousId,product_id", *rows)["user"] == "anonymousId"


def test_a_title_or_category_must_be_the_items() -> None:
    headlines = [f"u{n % 9},i{n % 4},great no {n},Film {n % 4}" for n in range(60)]
    found = roles_of("user,item,title,name", *headlines)
    assert found["title"] == "name", "the headlines of reviews differ from row to row"
    assert roles_of("user,item,title,other", *headlines).get("title") is None
    assert roles_of("user,item,name,title", *headlines)["title"] == "title"


def test_the_time_of_the_day_beside_the_day() -> None:
    rows = [f"2014-04-{n % 28 + 1:02},{n % 12 + 1}:0{n % 10} PM,c{n % 5},p{n % 4}" for n in range(40)]
    found = roles_of("Date,Time,Customer,Product", *rows)
    assert (found["time"], found["clock"]) == ("Date", "Time")
    whole = [row.replace(",", " 08:00,", 1) for row in rows]
    assert "clock" not in roles_of("Date,Time,Customer,Product", *whole), "the date has a clock already"


def test_layouts_of_well_known_logs() -> None:
    at = 1_507_000_000_000
    clicks = [f"u{n % 5},s{n % 9},{at + n // 4},a{n % 7},{at + 1000 * n}" for n in range(40)]
    globo = roles_of("user_id,session_id,session_start,click_article_id,click_timestamp", *clicks)
    assert globo["time"] == "click_timestamp"
    shown = [f"u{n % 5},{1_494_000_000 + n},{n % 9},430548_100{n % 2},1,0" for n in range(40)]
    assert roles_of("user,time_stamp,adgroup_id,pid,nonclk,clk", *shown)["item"] == "adgroup_id"
    stars = [f"US,c{n % 5},R{n},B00{n % 7},{n % 5 + 1}" for n in range(40)]
    assert roles_of("marketplace,customer_id,review_id,product_id,star_rating", *stars)["weight"] == "star_rating"
    books = [f"{n % 5},{n % 7},{n % 10}" for n in range(40)]
    assert roles_of("User-ID,ISBN,Book-Rating", *books)["weight"] == "Book-Rating"


@pytest.mark.parametrize(
    ("name", "cells", "is_event"),
    [
        ("action_type", ["0", "1", "2", "3"], True),
        ("interaction_type", ["1", "4"], True),
        ("action_type", [str(n) for n in range(30)], False),
        ("type", ["1", "2"], False),
        ("type", ["view", "buy"], True),
    ],
)
def test_kinds_of_event_may_be_numbers_where_the_name_says_nothing_else(
    name: str, cells: list[str], is_event: bool
) -> None:
    found = guess_for_cleaning(["user", name], [["u", cell] for cell in cells], ["user"])
    assert ("event" in found) == is_event
