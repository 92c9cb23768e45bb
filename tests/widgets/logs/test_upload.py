"""A path as people paste it."""

from __future__ import annotations

from pathlib import Path

import pytest

from widgets.logs.upload import typed_path


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (" /data/log.csv ", Path("/data/log.csv")),
        ('"/data/my log.csv"', Path("/data/my log.csv")),
        ("'/data/log.csv'", Path("/data/log.csv")),
        ("file:///data/my%20log.csv", Path("/data/my log.csv")),
        ("~/log.csv", Path.home() / "log.csv"),
        ("~nobody-of-that-name/log.csv", Path("~nobody-of-that-name/log.csv")),
        ("a~b.csv", Path("a~b.csv")),
    ],
)
def test_a_path_in_quotes_with_a_tilde_or_as_an_address(typed: str, expected: Path) -> None:
    assert typed_path(typed) == expected
