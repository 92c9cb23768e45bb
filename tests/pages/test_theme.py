"""The colours of the themes: what is written in the primary colour, or upon it, can be read."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from launcher.environment import ROOT

LEAST = 4.5  # of WCAG 2.2, 1.4.3, for text of usual size
THEMES: dict[str, dict[str, Any]] = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))[
    "theme"
]


def luminance(colour: str) -> float:
    """Relative luminance of "#rrggbb", 0..1 (WCAG 2.2)."""
    shares = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return sum(weight * share for weight, share in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_contrast_of_two_colours_is_that_of_the_standard() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("what", "on"),
    [("#ffffff", "primaryColor"), ("primaryColor", "backgroundColor"), ("linkColor", "backgroundColor"),
     ("textColor", "backgroundColor"), ("textColor", "secondaryBackgroundColor")],
    ids=["buttons", "open tab", "links", "text", "sidebar"],
)  # fmt: skip
def test_texts_stand_out(theme: str, what: str, on: str) -> None:
    tokens = THEMES[theme]
    assert contrast(tokens.get(what, what), tokens[on]) >= LEAST
