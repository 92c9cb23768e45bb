"""Finding items by typing."""

from __future__ import annotations

import numpy as np
import pandas as pd

from widgets.search import find_items

HAYSTACK = pd.Series(["red apples 0012", "apple pie 0013", "pear 0014", "green apple juice 0015", "a+b (odd) 0016"])
POPULARITY = np.array([5, 1, 9, 7, 2])


def test_every_word_must_be_there_in_any_order() -> None:
    assert list(find_items(HAYSTACK, POPULARITY, "juice apple", 10)) == [3]


def test_titles_that_begin_with_the_word_come_first_then_the_popular_ones() -> None:
    assert list(find_items(HAYSTACK, POPULARITY, "Apple", 10)) == [1, 3, 0]


def test_ids_are_found_and_the_list_is_cut() -> None:
    assert list(find_items(HAYSTACK, POPULARITY, "0014", 10)) == [2]
    assert len(find_items(HAYSTACK, POPULARITY, "00", 2)) == 2


def test_marks_mean_themselves_and_nothing_finds_nothing() -> None:
    assert list(find_items(HAYSTACK, POPULARITY, "a+b (", 10)) == [4]
    assert len(find_items(HAYSTACK, POPULARITY, "  ", 10)) == 0
    assert len(find_items(HAYSTACK, POPULARITY, "plum", 10)) == 0


def test_only_what_is_shown_is_found() -> None:
    among = np.array([True, False, True, True, True])
    assert list(find_items(HAYSTACK, POPULARITY, "Apple", 10, among)) == [3, 0]
    assert among.tolist() == [True, False, True, True, True]
