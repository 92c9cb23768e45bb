"""The columns of a log and of its tables, as told or guessed; what is missing is said."""

from __future__ import annotations

import pytest

from errors import LogError
from interactions.columns import guess_id, guess_item_facts, resolve_columns


def test_given_roles_are_taken_as_they_are_and_nothing_is_added() -> None:
    columns = ["user", "item", "rating"]
    assert resolve_columns(columns, [], {"user": "item", "item": "user"}) == {"user": "item", "item": "user"}


def test_a_long_list_of_columns_is_cut_in_the_message() -> None:
    with pytest.raises(LogError, match=r"c0, c1, .*, c19 and 10 more\.$"):
        resolve_columns([f"c{number}" for number in range(30)], [], None)


def test_a_matrix_of_users_and_items_is_told_from_a_list() -> None:
    columns = ["user", *(f"item {number}" for number in range(30))]
    rows = [["ann", *("" if number % 3 else "4.5" for number in range(30))]] * 5
    with pytest.raises(LogError, match=r"the file looks like a matrix, .* a row for each user and item"):
        resolve_columns(columns, rows, None)
    with pytest.raises(LogError, match="No column of the file is known to hold the items"):
        resolve_columns(columns, [["ann", *["tea"] * 30]], None)


def test_the_columns_of_an_item_table() -> None:
    assert guess_id(["movieId", "title"], "item", "movieId") == "movieId"
    assert guess_id(["id", "name"], "item", "movieId") == "id"
    assert guess_id(["what", "name"], "item", "movieId") is None
    facts = guess_item_facts(["product_id", "title", "category", "department"])
    assert facts == {"title": "title", "category": "category"}
