"""The compiled random walker; importing it imports numba."""

from __future__ import annotations

import numba
import numpy as np

from embedders.parts.draws_kernel import below, draw, fine_share, share


@numba.njit(cache=True)
def alias_rows(offsets, weights):  # type: ignore[no-untyped-def]
    """An alias table (see alias.py) of each row: chance float32 (n_edges,), other int32 (n_edges,) = place of an edge.

    offsets int64 (n + 1,), weights float32 (n_edges,), each row with a sum > 0.
    """
    n_edges = len(weights)
    chance = np.ones(n_edges, dtype=np.float32)
    other = np.arange(n_edges).astype(np.int32)
    longest = 0
    for node in range(len(offsets) - 1):
        longest = max(longest, offsets[node + 1] - offsets[node])
    shares = np.empty(longest, dtype=np.float64)
    small, large = np.empty(longest, dtype=np.int64), np.empty(longest, dtype=np.int64)
    for node in range(len(offsets) - 1):
        begin, degree = offsets[node], offsets[node + 1] - offsets[node]
        total = 0.0
        for edge in range(degree):
            total += weights[begin + edge]
        n_small = n_large = 0
        for edge in range(degree):
            shares[edge] = weights[begin + edge] * (degree / total)
            if shares[edge] < 1:
                small[n_small] = edge
                n_small += 1
            else:
                large[n_large] = edge
                n_large += 1
        while n_small > 0 and n_large > 0:
            n_small -= 1
            poor, rich = small[n_small], large[n_large - 1]
            chance[begin + poor], other[begin + poor] = shares[poor], begin + rich
            shares[rich] -= 1 - shares[poor]
            if shares[rich] < 1:
                n_large -= 1
                small[n_small] = rich
                n_small += 1
    return chance, other


@numba.njit(inline="always")
def _any_edge(offsets, chance, other, is_weighted, here, state):  # type: ignore[no-untyped-def]
    """The place of one of the edges from `here`, by its weight or evenly."""
    bits = draw(state)
    place = offsets[here] + below(bits, offsets[here + 1] - offsets[here])
    if is_weighted and share(bits) >= chance[place]:
        place = np.int64(other[place])
    return place


@numba.njit
def _edge_to(offsets, targets, here, item):  # type: ignore[no-untyped-def]
    """The place of the edge from `here` to the item, -1 where there is none; the targets of a row ascend."""
    first, last = offsets[here], offsets[here + 1]
    end = last
    while first < last:
        middle = (first + last) >> 1
        if targets[middle] < item:
            first = middle + 1
        else:
            last = middle
    return first if first < end and targets[first] == item else -1


@numba.njit
def _weighed_edge(  # type: ignore[no-untyped-def]
    offsets, targets, weights, is_weighted, previous, here, back, far, sums, state
):  # fmt: skip
    """The place of one of the edges from `here`, by weight and bias, after a look at every one of them."""
    begin, end = offsets[here], offsets[here + 1]
    near, near_end = offsets[previous], offsets[previous + 1]
    total = 0.0
    for place in range(begin, end):
        item = targets[place]
        while near < near_end and targets[near] < item:
            near += 1
        if item == previous:
            bias = back
        elif near < near_end and targets[near] == item:
            bias = 1.0
        else:
            bias = far
        total += bias * weights[place] if is_weighted else bias
        sums[place - begin] = total
    level = fine_share(draw(state)) * total
    return begin + min(np.searchsorted(sums[: end - begin], level, side="right"), end - begin - 1)


@numba.njit
def _biased_edge(  # type: ignore[no-untyped-def]
    offsets, targets, weights, totals, chance, other, is_weighted, previous, here, back, far, sums, state
):  # fmt: skip
    """The place of one of the edges from `here`, by weight times bias, by rejection sampling.

    An edge drawn by its weight is taken with the chance of its bias over the largest one. The edge back is a single
    one: what its bias has above all others is drawn beforehand, so that it does not make all others rare. After as
    many refusals as cost about what a look at all edges costs, that look is taken: the distribution is the same, and p
    or q far from 1 cannot hold a walk up.
    """
    highest, lowest = max(1.0, far), min(back, 1.0, far)
    edge_back, chance_back = np.int64(-1), 0.0
    if back > highest:
        edge_back = _edge_to(offsets, targets, here, previous)
        if edge_back >= 0:
            above = (back - highest) * (weights[edge_back] if is_weighted else 1.0)
            chance_back = above / (above + highest * totals[here])
    for _ in range(8 + (offsets[here + 1] - offsets[here]) // 16):
        if chance_back > 0 and fine_share(draw(state)) < chance_back:
            return edge_back
        place = _any_edge(offsets, chance, other, is_weighted, here, state)
        level = fine_share(draw(state)) * highest
        if level < lowest:  # whatever the edge is
            return place
        item = targets[place]
        if item == previous:
            bias = back
        elif _edge_to(offsets, targets, previous, item) >= 0:
            bias = 1.0
        else:
            bias = far
        if level < bias:
            return place
    return _weighed_edge(offsets, targets, weights, is_weighted, previous, here, back, far, sums, state)


@numba.njit(nogil=True, cache=True)
def walk(  # type: ignore[no-untyped-def]
    offsets, targets, weights, totals, chance, other, is_weighted, starts, first, last,
    is_biased, back, far, seed, walks, lengths,
):  # fmt: skip
    """Fill the walks from the first up to the last, left out, and their lengths; walk w begins at starts[w].

    offsets int64 (n + 1,), targets int32 and weights float32 (n_edges,) are the graph, totals float64 (n,) what the
    edges from an item weigh together; chance and other its alias tables where it is weighted; back = 1/p, far = 1/q;
    walks int32 (n_walks, length), lengths int64 (n_walks,). Each walk has a generator of its own, out of the seed and
    its number, so that it does not matter who walks it.
    """
    length = walks.shape[1]
    state = np.zeros(1, dtype=np.uint64)
    sums = np.empty(np.diff(offsets).max(), dtype=np.float64)
    for number in range(first, last):
        state[0] = seed + np.uint64(number)
        state[0] = draw(state)
        previous, here = np.int64(-1), np.int64(starts[number])
        walks[number, 0] = here
        done = 1
        while done < length and offsets[here] < offsets[here + 1]:
            if is_biased and previous >= 0:
                place = _biased_edge(
                    offsets, targets, weights, totals, chance, other, is_weighted,
                    previous, here, back, far, sums, state,
                )  # fmt: skip
            else:
                place = _any_edge(offsets, chance, other, is_weighted, here, state)
            previous, here = here, np.int64(targets[place])
            walks[number, done] = here
            done += 1
        lengths[number] = done
