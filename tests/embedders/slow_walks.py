"""The random walker in plain Python, and what two samples of walks are compared by."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from scipy import sparse, stats

from embedders.parts.walks import WalkSettings

Counts = dict[tuple[int, ...], Counter[int]]  # the last two items (one at the start) -> how often each item came next


def random_graph(*, directed: bool, items: int = 12, seed: int = 0) -> sparse.csr_matrix:
    """Weights from 1 to 5 on a third of all edges; the last item has no edge, and on a directed graph the one before
    it has none that leaves it.
    """
    draw = np.random.default_rng(seed)
    table = np.where(draw.random((items, items)) < 0.35, draw.integers(1, 6, (items, items)), 0)
    np.fill_diagonal(table, 0)
    table[-1, :] = table[:, -1] = 0
    if directed:
        table[-2, :] = 0
    else:
        table = np.triu(table) + np.triu(table).T
    return sparse.csr_matrix(table.astype(np.float32))


def slow_walks(graph: sparse.csr_matrix, settings: WalkSettings, seed: int) -> list[list[int]]:
    """Every edge of every step weighed by the definition of node2vec."""
    draw = random.Random(seed)
    edges: dict[int, dict[int, float]] = defaultdict(dict)
    table = graph.toarray()
    for here, there in np.argwhere(table).tolist():
        edges[here][there] = float(table[here, there]) if settings.weighted else 1.0
    walks = []
    for _ in range(settings.walks_per_item):
        for start in list(edges):
            walk = [start]
            while len(walk) < settings.walk_length and edges.get(walk[-1]):
                choices = edges[walk[-1]]
                weights = list(choices.values())
                if len(walk) > 1:
                    weights = [weight * _bias(edges, walk[-2], item, settings) for item, weight in choices.items()]
                walk += draw.choices(list(choices), weights)
            walks.append(walk)
    return walks


def _bias(edges: dict[int, dict[int, float]], before: int, item: int, settings: WalkSettings) -> float:
    if item == before:
        return 1 / settings.p
    return 1.0 if item in edges[before] else 1 / settings.q


def steps(walks: Iterable[Sequence[int]]) -> Counts:
    """What came after each pair of items that were walked one after the other."""
    counts: Counts = defaultdict(Counter)
    for walk in walks:
        for place in range(1, len(walk)):
            counts[tuple(walk[max(place - 2, 0) : place])][walk[place]] += 1
    return counts


def p_value(one: Counts, other: Counts) -> float:
    """How likely two samples of the same distribution differ as much as these: chi-square over all steps.

    Given the last two items the steps of a walk are independent draws, so that each such pair gives a table of its own.
    Cells with an expectation below 5 are put together; a pair that was walked less than 50 times in a sample is left
    out.
    """
    statistic, freedom = 0.0, 0
    for before in one.keys() & other.keys():
        items = sorted(one[before].keys() | other[before].keys())
        table = np.array([[counts[before][item] for item in items] for counts in (one, other)], dtype=float)
        if table.sum(axis=1).min() < 50:
            continue
        rare = table.sum(axis=0) * table.sum(axis=1).min() / table.sum() < 5
        table = np.column_stack([table[:, ~rare], table[:, rare].sum(axis=1)])
        table = table[:, table.sum(axis=0) > 0]
        expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
        statistic += ((table - expected) ** 2 / expected).sum()
        freedom += table.shape[1] - 1
    assert freedom > 50, "too few steps to tell anything"
    return float(stats.chi2.sf(statistic, freedom))
