"""The bridge between the two families: matrix factorisation of the item-item matrix that item2vec sees."""

from __future__ import annotations

import math
from typing import ClassVar, Literal

import numpy as np
import threadpoolctl

from embedders.base import Estimate, Family, Learned, LogSize, Method, Progress, parameter, part_of
from embedders.parts.cooccurrence import Association, association, cooccurrences
from embedders.parts.costs import decomposition_memory, decomposition_seconds
from embedders.parts.decomposition import rank_notes, rank_of, truncated_svd, without_dust
from embedders.parts.windows import LONGEST_WHOLE, WindowParams, company, cut, notes_on_pieces, split_long
from embedders.search import Between, OneOf
from errors import ParameterError
from interactions.log import InteractionLog


class CooccurrenceSvdParams(WindowParams):
    """Parameters of the SVD of co-occurrences."""

    weighting: Association = parameter(
        "ppmi",
        "What a cell holds: counts = how often two items stand together; normalised counts = that over the root of "
        "both items' own counts, the item2vec paper's SVD; pmi = log of how much oftener than by chance; ppmi = that "
        "above 0; shifted ppmi = above the log of the shift, what skip-gram factorises.",
        search=OneOf(("counts", "normalised counts", "pmi", "ppmi", "shifted ppmi")),
    )
    smoothing: float = parameter(
        0.75,
        "For pmi: items as neighbours count by their frequency to this power; smaller lifts pairs with popular items "
        "against those with rare ones, 1 = not at all.",
        low=0.0,
        high=1.0,
        search=Between(0.25, 1.0),
    )
    shift: float = parameter(
        10.0,
        "For shifted ppmi: what skip-gram calls its number of negatives; larger keeps only the stronger pairs.",
        low=1.0,
        high=1000.0,
        search=Between(1.0, 30.0, log=True),
        advanced=True,
    )
    power: float = parameter(
        0.5,
        "Each direction counts by its singular value to this power; larger lets the largest directions decide, 0 makes "
        "all equal.",
        low=0.0,
        high=1.0,
        search=Between(0.0, 1.0),
    )
    vectors: Literal["in", "in + out"] = parameter(
        "in",
        "in = the left singular vectors, near for items that stand in for each other; in + out adds the right ones, "
        "which also brings together what is taken together.",
        advanced=True,
    )


class CooccurrenceSvd(Method[CooccurrenceSvdParams]):
    """Levy & Goldberg, 2014: word2vec's skip-gram in effect factorises a shifted matrix of pointwise information."""

    name: ClassVar[str] = "cooccurrence_svd"
    title: ClassVar[str] = "Co-occurrence SVD"
    short: ClassVar[str] = "Co-SVD"
    family: ClassVar[Family] = "matrix factorisation"
    summary: ClassVar[str] = (
        "The squared error over all cells of the item-item matrix, which says how much oftener two items stand "
        "together than by chance."
    )
    sees: ClassVar[str] = "Item pairs through the same windows as item2vec, counted once and factorised as a matrix."
    seeded: ClassVar[bool] = False  # but for the order of events of equal time, which is drawn from it
    Params = CooccurrenceSvdParams

    def learn(self, log: InteractionLog, params: CooccurrenceSvdParams, seed: int, progress: Progress) -> Learned:
        """Counts, their weights, decomposition, and both sides of it."""
        progress("Cutting sequences", 0.0, 1.0)
        whole = cut(log, params, seed)
        longest = LONGEST_WHOLE if params.whole_session else None
        pieces = whole if longest is None else split_long(whole, longest)
        window = None if params.whole_session else params.window
        counts = cooccurrences(pieces, log.n_items, window, params.longest_pause, part_of(progress, 0.0, 0.3))
        matrix = association(counts, params.weighting, params.smoothing, params.shift)
        met = int((counts.getnnz(axis=1) > 0).sum())
        if matrix.nnz == 0 or met < 3:
            raise ParameterError(
                "Co-occurrence SVD needs at least 3 items that stand beside others"
                f"{' more often than by chance' if met >= 3 else ''}: choose longer sequences, by user for example."
            )
        with threadpoolctl.threadpool_limits(params.threads, "blas"):
            left, values, right = truncated_svd(matrix, params.dimensions, seed, part_of(progress, 0.3, 1.0))
        # 0 ** 0 is 1: a direction that the matrix does not have must be 0.
        rank = rank_of(values)
        scale = np.where(np.arange(len(values)) < rank, values, 0.0)
        scale = np.where(scale > 0, scale**params.power, 0.0)
        vectors, context = without_dust(left * scale), without_dust(right.T * scale)
        if params.vectors == "in + out":
            vectors = vectors + context
        progress("Done", 1.0, 1.0)
        notes = [*notes_on_pieces(whole, longest), *rank_notes(rank, params.dimensions)]
        seen = np.bincount(log.item_codes, minlength=log.n_items) > 0
        if alone := int((seen & ~vectors.any(axis=1)).sum()):
            notes.append(
                f"Items that stand beside no other, or not oftener than by chance, without a vector: {alone:,}."
            )
        return Learned(vectors, context_vectors=context, notes=tuple(notes))

    def estimate(self, size: LogSize, params: CooccurrenceSvdParams) -> Estimate:
        """The sequences, the pairs in their windows, and the decomposition of the matrix that they fill."""
        pairs, cells = size.interactions * company(size, params), max(float(size.items) ** 2, 1.0)
        filled = _ALIKE * cells * -math.expm1(-2 * pairs / cells)
        shape = size.items, size.items, params.dimensions
        seconds = 0.05 + 3e-7 * size.interactions + 5e-8 * pairs + 3e-7 * filled
        memory = 5e6 + 42.0 * size.interactions + 32.0 * min(pairs, _PAIRS_HELD) + 27.0 * filled
        return Estimate(seconds + decomposition_seconds(filled, *shape), memory + decomposition_memory(*shape))


_ALIKE = 0.7  # of the cells that pairs by chance would fill: popular ones fall together more often
_PAIRS_HELD = 8e6  # what is not added up yet, and a window's pairs more
