"""Skip-gram with side information: an item's vector is a mean of one of its own and those of its features.

Wang et al., 2018 (EGES): H_v = Σ_s e^(a_vs) W_vs / Σ_s e^(a_vs), where W_v0 is the item's own vector, W_vs that of its
value in column s (the mean of them where there are several), and a_vs is learned, item by item; GES is a = 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from embedders.base import Progress, Vectors, no_progress
from embedders.parts import skip_gram
from interactions.features import MISSING, Features
from interactions.sequences import Sequences

if TYPE_CHECKING:
    from scipy import sparse


@dataclass(frozen=True)
class Trained:
    """What was learned; rows of items in item-code order, those of features in the order of `Features.values`.

    vectors          float32 (n_items, dimensions), H; a zero row = the item never had a neighbour to learn from
    context          float32 (n_items, dimensions), Z, the output side; zero rows as in `vectors`
    feature_vectors  float32 (n_features, dimensions); a zero row = no trained item has the feature
    weights          float32 (n_items, 1 + n_columns): what the item's own vector and each column count, sum 1
    losses           mean loss of an event, epoch by epoch
    events_used      share of the events that were trained on, after min_count and subsampling
    """

    vectors: Vectors
    context: Vectors
    feature_vectors: Vectors
    weights: npt.NDArray[np.float32]
    losses: tuple[float, ...]
    events_used: float


def train(
    sequences: Sequences,
    features: Features,
    settings: skip_gram.Settings,
    *,
    learn_weights: bool,
    seed: int,
    threads: int,
    progress: Progress,
) -> Trained:
    """Train on all sequences, uncut; with one thread the same seed gives the same vectors bit for bit.

    Draws the same pairs and negatives as skip_gram.train. Raises ValueError where settings ask for pairs by time.
    """
    if settings.longest_pause is not None:
        raise ValueError("pairs by time are not for items with features")
    progress("Preparing the training", 0, len(sequences.items) * settings.epochs)
    from embedders.parts import skip_gram_kernel
    from embedders.parts.lanes import in_lanes, out_of_lanes

    matrix = features.matrix
    n_items = matrix.shape[0]
    random = np.random.default_rng(seed)
    kept, negatives = skip_gram.chances(sequences, n_items, settings)
    vectors = in_lanes(skip_gram.first_vectors(n_items + features.n_features, settings.dimensions, random))
    context = np.zeros_like(vectors[:n_items])
    n_weights = 1 + len(features.columns)
    logits = in_lanes(np.zeros((n_items, n_weights), dtype=np.float32))
    touched = np.zeros(n_items, dtype=np.bool_)
    longest = int(sequences.lengths().max())
    window = longest if settings.window is None else settings.window
    starts = matrix.indptr.astype(np.int64)

    def step(batch: skip_gram.Batch) -> tuple[int, float]:
        return skip_gram_kernel.train_with_features(  # type: ignore[no-any-return]
            sequences.items, sequences.offsets, batch.first_sequence, batch.last_sequence,
            batch.first_event, batch.last_event, kept, negatives.chance, negatives.other,
            window, settings.shrink_windows, settings.negatives, np.float32(batch.learning_rate),
            np.uint64(batch.seed), starts, matrix.indices, matrix.data, features.column_of, n_weights,
            learn_weights and n_weights > 1, vectors, logits, context, touched,
        )  # fmt: skip

    tally = skip_gram.in_batches(
        step, sequences, settings, min(window, longest), random, threads=threads, progress=progress
    )
    weights = _softmax(logits[:, :n_weights])
    own, of_features, context = (
        out_of_lanes(rows, settings.dimensions) for rows in (vectors[:n_items], vectors[n_items:], context)
    )
    mixed = weights[:, :1] * own + _weighted(features, weights[:, 1:]) @ of_features
    mixed[~touched], context[~touched] = 0, 0
    of_features[matrix[touched].getnnz(axis=0) == 0] = 0
    events_used = tally.trained / (len(sequences.items) * settings.epochs)
    return Trained(mixed, context, of_features, weights, tuple(tally.losses), events_used)


def vectors_from_features(features: Features, feature_vectors: Vectors) -> Vectors:
    """The mean of the vectors of each item's columns, float32 (n_items, dimensions): what an unseen item is taken for.

    Wang et al., 2018, section 3.3. Features without a vector and missing cells say nothing: an item that has nothing
    else gets a zero row, and a column of several labels is the mean of those that say something.
    """
    from scipy import sparse

    speaks = feature_vectors.any(axis=1) & np.array([value.value != MISSING for value in features.values], dtype=bool)
    n_columns = len(features.columns)
    column = sparse.csr_matrix(
        (speaks.astype(np.float32), (np.arange(features.n_features), features.column_of)),
        shape=(features.n_features, n_columns),
    )
    spoken = (features.matrix @ column).toarray()  # the share of each column that says something
    columns = np.maximum((spoken > 0).sum(axis=1, keepdims=True), 1)
    scale = np.divide(1, spoken * columns, out=np.zeros_like(spoken), where=spoken > 0)
    return np.asarray(_weighted(features, scale) @ np.where(speaks[:, np.newaxis], feature_vectors, 0))


def warm_up() -> None:
    """Compile once, and keep on disk, what a training needs: run after installation, it spares the first the wait."""
    import pandas as pd

    from interactions.features import encode_features

    few = Sequences(np.array([0, 1], dtype=np.int32), np.array([0, 2]), None)
    features = encode_features(pd.DataFrame({"column": ["a", "b"]}), ["column"])
    settings = skip_gram.Settings(2, 1, False, None, 1, 0.75, 0.0, 1, 0.025, 1)
    train(few, features, settings, learn_weights=True, seed=0, threads=1, progress=no_progress)


def _softmax(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True))


def _weighted(features: Features, weights: npt.NDArray[np.float32]) -> sparse.csr_matrix:
    """The matrix of the features where each column counts by its item's weight for it, (n_items, n_columns)."""
    matrix = features.matrix.copy()
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    matrix.data = matrix.data * weights[rows, features.column_of[matrix.indices]]
    return matrix
