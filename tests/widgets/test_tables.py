"""What tables share."""

from __future__ import annotations

from typing import Any

from widgets.tables import name_column


def test_a_column_of_names_is_as_wide_as_its_longest_name_within_reason() -> None:
    widths: list[Any] = [name_column(names)["width"] for names in (["a"], ["a", "b" * 30], ["b" * 30], ["c" * 900])]
    assert widths[0] < widths[1] == widths[2] < widths[3] <= 400
    assert name_column([])["width"] == name_column([""])["width"]
