"""Well-known sets as the command line lists them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workspace.known_sets import KnownSet


def known_facts(known: KnownSet) -> dict[str, Any]:
    """A set as JSON values; rows, users and items as published, null where nobody says."""
    names = ("name", "title", "about", "rows", "users", "items", "url", "sha256", "page", "terms", "terms_page")
    return {name: getattr(known, name) for name in names} | {"bytes": known.size}


def known_lines(sets: Iterable[KnownSet]) -> list[str]:
    """The sets as lines for a person."""
    lines = []
    for known in sets:
        lines.append(f"{known.name}: {known.title}, {known.rows:,} rows, {known.size / 1e6:,.1f} MB to download")
        lines += [f"  {known.about}", f"  {known.terms} {known.terms_page}"]
    return lines
