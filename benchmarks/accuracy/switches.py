"""What each switch that sets a method apart is worth, on a log planted for it: a number with it and without it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from statistics import mean
from typing import NamedTuple

from benchmarks.accuracy.check import Check
from tests.embedders.test_cooccurrence_svd import pairs_beside_rarities
from tests.embedders.test_eges import share_of_rare_on_own_shelf
from tests.embedders.test_item2vec import pairs_beside_a_staple
from tests.embedders.test_node2vec import share_in_group
from tests.embedders.test_two_tower import gap_of_tastes, slope_over_popularity


class Switch(NamedTuple):
    """number  what is measured, the larger the better"""

    name: str
    number: str
    on: Callable[[], float]
    off: Callable[[], float]


def _shelves(**values: object) -> float:
    return mean(share_of_rare_on_own_shelf(seed, **values) for seed in range(4))


IN_GROUP = "share of the 4 nearest from an item's group"
SWITCHES = (
    Switch(
        "eges: learned weights against the plain mean",
        "share of a rare item's 5 nearest on its shelf",
        _shelves,
        partial(_shelves, weighting="mean"),
    ),
    Switch(
        "two_tower: logQ",
        "slope of the logits over log popularity",
        slope_over_popularity,
        partial(slope_over_popularity, log_q=False),
    ),
    Switch(
        "two_tower: accidental hits masked",
        "cosine to items of the own taste, more than to others",
        gap_of_tastes,
        partial(gap_of_tastes, mask_hits=False),
    ),
    Switch(
        "node2vec: p = 10 against 1, q = 10", IN_GROUP, partial(share_in_group, 10, 10), partial(share_in_group, 1, 10)
    ),
    Switch(
        "node2vec: q = 10 against 1, p = 10", IN_GROUP, partial(share_in_group, 10, 10), partial(share_in_group, 10, 1)
    ),
    Switch(
        "cooccurrence_svd: context smoothing 0.75 against 1",
        "share of the pairs found",
        partial(pairs_beside_rarities, 0.75),
        partial(pairs_beside_rarities, 1.0),
    ),
    *(
        Switch(
            f"item2vec, {engine}: ns_exponent 0.75 against 0",
            "share of the pairs found",
            partial(pairs_beside_a_staple, engine, 0.75),
            partial(pairs_beside_a_staple, engine, 0.0),
        )
        for engine in ("compiled", "gensim")
    ),
)


def measure() -> Iterator[Check]:
    """The number without the switch, which should be smaller by a tenth or more than with it."""
    for switch in SWITCHES:
        on, off = switch.on(), switch.off()
        wanted = f"with it {on:.4g}, at least a tenth less without"
        yield Check(f"{switch.name}: {switch.number}, without", off, wanted, off <= 0.9 * on)
