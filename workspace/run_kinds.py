"""What a run came from: a method of embedders, or a file of vectors that were trained elsewhere."""

from __future__ import annotations

from typing import NamedTuple

IMPORTED = "imported"  # stands where else the name of a method does


class Kind(NamedTuple):
    """What the method of a run is called, and which of its versions is at work; `family` as a Method has it."""

    title: str
    short: str
    family: str
    version: int


def kind_of(method: str) -> Kind:
    """The kind of run that a method makes, or that a file of vectors is."""
    from embedders import METHODS

    if method == IMPORTED:
        return Kind("Imported vectors", "Imported", "imported", version=1)
    known = METHODS[method]
    return Kind(known.title, known.short, known.family, known.version)
