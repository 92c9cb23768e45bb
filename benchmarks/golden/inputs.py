"""What the packages are asked about: small, seeded, and written beside the answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

K: Final = 8
ITEMS: Final = 60


def for_hubness() -> dict[str, Any]:
    """Vectors around one centre, near which the hubs lie, and some far out that stand in nobody's list."""
    random = np.random.default_rng(1)
    vectors = random.standard_normal((ITEMS, 15)) * random.choice([0.3, 1.0, 2.0], size=(ITEMS, 1))
    vectors[:, 0] += 2
    return {"k": 4, "similarity": "cosine", "vectors": vectors.round(3).tolist()}


def for_recommendations() -> dict[str, Any]:
    """Lists of K for 40 users that lean towards popular items, histories without them, and targets, most in the lists.

    not_head  items that are not in the head, by the rule of half of all user-item pairs, counted one by one
    targets   of each user 1 to 3 items; next_item = the first of them
    """
    random = np.random.default_rng(2)
    chance = np.arange(1, ITEMS + 1) ** -1.5
    taken = [
        random.choice(ITEMS, size=int(random.integers(1, 9)) + K + 3, replace=False, p=chance / chance.sum()).tolist()
        for _ in range(40)
    ]
    histories = [sorted(row[K + 3 :]) for row in taken]
    lists = [row[:K] for row in taken]
    drawn = [random.permutation(row[1 : K + 3])[: int(random.integers(1, 4))].tolist() for row in taken]
    popularity = [sum(item in row for row in histories) for item in range(ITEMS)]
    not_head, before = 0, 0
    for count in sorted(popularity, reverse=True):
        not_head += before >= sum(popularity) / 2
        before += count
    return {
        "k": K,
        "n_items": ITEMS,
        "popularity": popularity,
        "not_head": not_head,
        "histories": histories,
        "lists": lists,
        "targets": drawn,
        "next_item": [row[0] for row in drawn],
    }


def for_agreement() -> dict[str, Any]:
    """Pairs of lists that share from nothing to everything, and two sets of vectors that are partly the same."""
    random = np.random.default_rng(3)
    a = [random.permutation(30)[:10] for _ in range(12)]
    b = [random.permutation(np.where(random.random(10) < row / 11, one, one + 30)) for row, one in enumerate(a)]
    x = random.standard_normal((40, 5)) + 2
    y = x @ random.standard_normal((5, 3)) + random.standard_normal((40, 3))
    return {
        "persistences": [0.5, 0.9, 0.98],
        "lists_a": [row.tolist() for row in a],
        "lists_b": [row.tolist() for row in b],
        "x": x.round(3).tolist(),
        "y": y.round(3).tolist(),
    }


INPUTS: Final[dict[str, Callable[[], dict[str, Any]]]] = {
    "hubness": for_hubness,
    "recbole": for_recommendations,
    "rectools": for_recommendations,
    "agreement": for_agreement,
}
