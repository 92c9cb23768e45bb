"""What tables share."""

from __future__ import annotations

from widgets.tables import name_column, name_width


def test_a_column_of_names_is_as_wide_as_its_longest_name_within_reason() -> None:
    widths = [name_width(names) for names in (["a"], ["a", "b" * 30], ["b" * 30], ["c" * 900])]
    assert widths[0] < widths[1] == widths[2] < widths[3] <= 400
    assert name_width([]) == name_width([""])
    assert name_column(["a", "b" * 30])["width"] == widths[1]
