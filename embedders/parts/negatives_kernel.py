"""The compiled draw of negatives; importing it imports numba."""

from __future__ import annotations

import numba
import numpy as np

_TRIES = 64  # draws until the items left are gone through one by one: only who touched nearly all gets there


@numba.njit(inline="always")
def _holds(items, first, last, item):  # type: ignore[no-untyped-def]
    """Whether an item is among items[first:last], which ascend."""
    end = last
    while first < end:
        middle = (first + end) // 2
        if items[middle] < item:
            first = middle + 1
        else:
            end = middle
    return first < last and items[first] == item


@numba.njit(nogil=True, cache=True)
def _one_by_one(random, items, first, last, weights):  # type: ignore[no-untyped-def]
    """One of the items outside items[first:last], by weight; -1 where those have none."""
    whole, place = 0.0, first
    for item in range(len(weights)):
        if place < last and items[place] == item:
            place += 1
        else:
            whole += weights[item]
    left, place, drawn = random.random() * whole, first, -1
    for item in range(len(weights)):
        if place < last and items[place] == item:
            place += 1
        elif weights[item] > 0:
            drawn = item
            left -= weights[item]
            if left < 0:
                break
    return drawn


@numba.njit(nogil=True, cache=True)
def draw(random, users, offsets, items, chance, other, weights, negatives):  # type: ignore[no-untyped-def]
    """Fill `negatives` (len(users), n) with items by weight that the user of the row does not have.

    A user's items are items[offsets[user]:offsets[user + 1]]; chance and other are the alias table of the weights. Who
    has all items of a weight gets any of them.
    """
    n_items = len(chance)
    for row in range(len(users)):
        first, last = offsets[users[row]], offsets[users[row] + 1]
        for number in range(negatives.shape[1]):
            for _ in range(_TRIES):
                place = random.random() * n_items
                item = min(np.int64(place), n_items - 1)
                if place - item >= chance[item]:
                    item = np.int64(other[item])
                free = not _holds(items, first, last, item)
                if free:
                    break
            if not free:
                left = _one_by_one(random, items, first, last, weights)
                if left >= 0:
                    item = left
            negatives[row, number] = item
