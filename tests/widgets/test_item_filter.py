"""Which items a column's values show."""

from __future__ import annotations

import pandas as pd

from widgets.item_filter import ItemFilter, column_values


def test_items_with_any_of_the_chosen_labels_are_shown() -> None:
    found = column_values(pd.Series(["Drama|War", None, "Comedy", "Drama"], dtype="str"))
    assert found.values[0] == "Drama"
    assert found.sizes == {"Drama": 2, "Comedy": 1, "War": 1, "missing": 1}
    assert found.mask(["War", "missing"]).tolist() == [True, True, False, False]
    assert found.mask(["Drama"]).tolist() == [True, False, False, True]
    assert found.mask([]).all()


def test_numbers_are_shown_by_ranges_whatever_the_index_of_the_column() -> None:
    prices = pd.Series([float(number) for number in range(100)], index=[f"id{number}" for number in range(100)])
    found = column_values(prices)
    assert len(found.values) == 10
    assert found.mask(["0 to 9"]).sum() == 10
    assert found.mask(["0 to 9"])[:10].all()


def test_a_filter_in_words() -> None:
    assert ItemFilter("brand", ()).in_words == "all items"
    assert ItemFilter("brand", ("x", "y")).in_words == "brand: x, y"
