"""The log as a graph of items: who comes right after whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from interactions.sequences import Sequences

if TYPE_CHECKING:
    from scipy import sparse


def transition_graph(sequences: Sequences, n_items: int) -> sparse.csr_matrix:
    """Directed transitions between consecutive events, CSR float32 (n_items, n_items), entry = how often.

    An item that follows itself makes no edge (a walk must move on).
    """
    from scipy import sparse

    within = np.ones(max(len(sequences.items) - 1, 0), dtype=bool)
    inner = sequences.offsets[1:-1]
    within[inner[inner > 0] - 1] = False
    source, target = sequences.items[:-1], sequences.items[1:]
    within &= source != target
    source, target = source[within], target[within]
    graph = sparse.csr_matrix(
        (np.ones(len(source), dtype=np.float32), (source, target)), shape=(n_items, n_items), dtype=np.float32
    )
    graph.sum_duplicates()
    graph.sort_indices()
    return graph
