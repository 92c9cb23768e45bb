"""EGES: graph embedding with side information, and GES, its plain mean."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt

from embedders.base import (
    Estimate,
    Family,
    ItemColumns,
    Learned,
    LogSize,
    Method,
    Progress,
    Vectors,
    parameter,
)
from embedders.parts import side_skip_gram
from embedders.parts.graphs import GraphParams, estimate, walks_on
from embedders.parts.side_skip_gram import vectors_from_features
from interactions.features import encode_features
from interactions.log import InteractionLog


class EgesParams(GraphParams):
    """Parameters of EGES."""

    item_columns: ItemColumns = parameter(
        (),
        "Columns of the item table whose values share in an item's vector; more columns tell more of rare and unseen "
        "items, none leaves plain graph embedding.",
    )
    weighting: Literal["learned", "mean"] = parameter(
        "learned",
        "learned = each item learns how much its own vector and each column count (EGES); mean = all count alike "
        "(GES).",
    )


class Eges(Method[EgesParams]):
    """Wang et al., 2018: skip-gram on random walks, where an item's vector is mixed from its own and its features'.

    Walks are of first order, as DeepWalk's.
    """

    name: ClassVar[str] = "eges"
    title: ClassVar[str] = "EGES"
    short: ClassVar[str] = "EGES"
    version: ClassVar[int] = 2
    repeats_on_threads: ClassVar[bool] = False
    family: ClassVar[Family] = "graph"
    summary: ClassVar[str] = (
        "The likelihood that items near each other in a random walk over the graph of items are told from items drawn "
        "by their frequency, where an item's vector is a weighted mean of its own and its features'."
    )
    sees: ClassVar[str] = (
        "Which item comes right after which and how often, in all sequences together, and the chosen columns of the "
        "item table."
    )
    Params = EgesParams

    def learn(self, log: InteractionLog, params: EgesParams, seed: int, progress: Progress) -> Learned:
        """Graph, walks, training, and vectors from their features for the items that no walk came to."""
        _, walks, rest = walks_on(log, params, 1.0, 1.0, seed, progress)
        features = encode_features(log.items, params.item_columns)
        trained = side_skip_gram.train(
            walks,
            features,
            params.skip_gram,
            learn_weights=params.weighting == "learned",
            seed=seed,
            threads=params.threads,
            progress=rest,
        )
        reached = np.asarray(trained.vectors.any(axis=1))
        unseen = vectors_from_features(features, trained.feature_vectors)
        vectors = np.where(reached[:, np.newaxis], trained.vectors, unseen)
        events = np.bincount(log.item_codes, minlength=log.n_items)
        notes = [
            *_made_of(
                features.columns, trained.weights[reached], events[reached], learned=params.weighting == "learned"
            ),
            *_not_reached(events, reached, vectors),
        ]
        return Learned(vectors, context_vectors=trained.context, losses=trained.losses, notes=tuple(notes))

    def estimate(self, size: LogSize, params: EgesParams) -> Estimate:
        """As for all that train skip-gram on walks, where each neighbour's vector is mixed anew each time."""
        return estimate(size, params, mixing=9e-8 + len(params.item_columns) * (4e-8 + 2e-10 * params.dimensions))


def _made_of(columns: tuple[str, ...], weights: Vectors, events: npt.NDArray[np.intp], *, learned: bool) -> list[str]:
    """What vectors are made of, from the weights (n, 1 + n_columns) and events (n,) of the items that were trained.

    Items with few events have learned little of their own: that they lean more on their features is the method's point.
    """
    if not columns:
        return ["No columns of items were chosen: without them EGES is plain graph embedding."]

    def shares(weights: Vectors) -> str:
        means = zip(["the item itself", *columns], weights.mean(axis=0), strict=True)
        return ", ".join(f"{name} {share:.1%}" for name, share in means)

    notes = [f"What a vector is made of, on average over the items: {shares(weights)}."]
    if learned and len(events) >= 3:
        rarest = np.argsort(events, kind="stable")[: len(events) // 3]
        notes.append(f"The same for the third of them with the fewest events: {shares(weights[rarest])}.")
    return notes


def _not_reached(events: npt.NDArray[np.intp], reached: npt.NDArray[np.bool_], vectors: Vectors) -> list[str]:
    """What became of the items that no walk came to."""
    notes = []
    has_vector, seen = vectors.any(axis=1), events > 0
    if from_features := int((has_vector & ~reached).sum()):
        notes.append(f"Items that no walk came to, with a vector from their features alone: {from_features:,}.")
    if without := int((seen & ~has_vector).sum()):
        notes.append(f"Items that no walk came to, without a vector: {without:,}.")
    return notes
