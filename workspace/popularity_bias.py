"""How the neighbour lists of two runs that stand beside each other lean towards popular items."""

from __future__ import annotations

from workspace.pairs import Pair
from workspace.results import Leaning


def leanings_of(pair: Pair) -> tuple[Leaning, Leaning]:
    """What the lists of A and of B say, from their comparison: nothing is measured anew."""
    k, measured = pair.k, pair.comparison
    return (
        Leaning.of(measured.a, pair.near_a.indices[:, :k], pair.a, pair.a.embedding.trained),
        Leaning.of(measured.b, pair.near_b.indices[:, :k], pair.b, pair.b.embedding.trained),
    )
