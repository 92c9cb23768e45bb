"""Implicit ALS on Spark."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from embedders.als import AlsParams
from embedders.base import Learned, Progress, part_of
from errors import ParameterError
from spark.log import SparkLog
from spark.trainer import Trainer
from spark.watching import watch

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

MOST_USER_NUMBERS = 1 << 28  # of users' vectors come to this machine: a gigabyte
_LEAST_BLOCKS = 4
_RATINGS_A_BLOCK = 2_000_000  # some 100 MB while blocks are made; with twice as many 2 GB were not enough for a worker
_VECTORS_A_BLOCK = 1 << 27  # numbers in the vectors of the other side that a block needs at once: half a gigabyte
_CHECKPOINT_EVERY = 10  # iterations, where the session has a place for it: else each goes back to the first
_SET_UP_JOBS = 8


class SparkAls(Trainer[AlsParams]):
    """Hu, Koren & Volinsky, 2008, as pyspark.ml.recommendation.ALS solves it, by Cholesky in blocks.

    Spark pulls each vector towards 0 the more, the more entries it has (Zhou et al., 2008: weighted-lambda), where the
    local engine pulls all alike: its pull is set so that the mean user and item are pulled as hard as there.
    """

    method: ClassVar[str] = "als"
    version: ClassVar[int] = 3  # 2, 3: larger logs are cut into other blocks, each with random numbers of its own
    takes: ClassVar[frozenset[str]] = frozenset(
        ("dimensions", "weights", "alpha", "confidence", "regularisation", "iterations")
    )
    cannot: ClassVar[Mapping[str, str]] = {
        "loss_curve": "Spark's ALS does not tell its loss",
        "threads": "on Spark the cluster says how many cores there are",
    }

    def learn(self, log: SparkLog, params: AlsParams, seed: int, progress: Progress) -> Learned:
        """Confidences as ratings, the factorisation, and the vectors of the items, and of users where there is room."""
        from pyspark.ml.recommendation import ALS

        ratings = _ratings(log, params)
        n_pairs = int(log.users_per_item.sum())
        blocks = _number_of_blocks(n_pairs, max(log.n_users, log.n_items), params.dimensions)
        pull = params.regularisation / (n_pairs / math.sqrt(log.n_users * log.n_items))
        als = ALS(
            rank=params.dimensions,
            maxIter=params.iterations,
            regParam=pull,
            implicitPrefs=True,
            alpha=1.0,
            numUserBlocks=blocks,
            numItemBlocks=blocks,
            checkpointInterval=_CHECKPOINT_EVERY,
            seed=seed,
        )
        jobs = 2 * params.iterations + _SET_UP_JOBS
        fitting = part_of(progress, 0.0, 0.95)
        model = watch(log.session, lambda: als.fit(ratings), "Solving for users and items", fitting, jobs=jobs)
        fetching = part_of(progress, 0.95, 1.0)
        items = _factors(log, model.itemFactors, log.n_items, params.dimensions, "Fetching the items", fetching)
        notes = [
            f"Trained on Spark, whose ALS pulls a vector towards 0 in step with its number of entries: by {pull:.3g} "
            "for each, so that the mean is pulled as hard as on one machine."
        ]
        users = None
        if log.n_users * params.dimensions <= MOST_USER_NUMBERS:
            users = _factors(log, model.userFactors, log.n_users, params.dimensions, "Fetching the users", fetching)
        else:
            notes.append(f"The vectors of {log.n_users:,} users stayed on the cluster: they would fill this machine.")
        return Learned(items, user_vectors=users, notes=tuple(notes))


def _number_of_blocks(n_pairs: int, n_vectors: int, dimensions: int) -> int:
    """Into how many blocks users and items each are cut: few, since each vector goes to every block that needs it.

    n_vectors  of users or of items, whichever are more; a block needs no more of them than it has entries
    """
    entries = _RATINGS_A_BLOCK
    if n_vectors * dimensions > _VECTORS_A_BLOCK:
        entries = min(entries, max(_VECTORS_A_BLOCK // dimensions, 1))
    return max(_LEAST_BLOCKS, -(-n_pairs // entries))


def _ratings(log: SparkLog, params: AlsParams) -> DataFrame:
    """user, item, rating: what an entry's confidence has above that of an empty cell, which is 1.

    Raises ParameterError where an entry would have no more, which Spark takes for an empty one.
    """
    from pyspark.sql import functions as sql

    summed = log.rows.groupBy("user", "item").agg(sql.sum(sql.col("weight").cast("double")).alias("entry"))
    entry = {"counts": sql.col("entry"), "log counts": sql.log1p("entry"), "binary": sql.lit(1.0)}[params.weights]
    above = params.alpha * entry - (1.0 if params.confidence == "alpha*r" else 0.0)
    ratings = summed.select("user", "item", above.cast("float").alias("rating"))
    if params.confidence == "alpha*r":
        least = ratings.agg(sql.min("rating")).collect()[0][0]
        if least <= 0:
            raise ParameterError(
                f"With alpha = {params.alpha:g} some entries have a confidence of {least + 1:.3g}, and Spark's ALS "
                "takes only more than that of an empty cell, 1: take a larger alpha, or confidence = '1+alpha*r'."
            )
    return ratings


def _factors(
    log: SparkLog, factors: DataFrame, number: int, dimensions: int, stage: str, progress: Progress
) -> npt.NDArray[np.float32]:
    """Vectors by code, float32 (number, dimensions)."""
    table: Any = watch(log.session, factors.toArrow, stage, progress, jobs=1)
    return vectors_by_code(table["id"], table["features"], number, dimensions)


def vectors_by_code(codes: Any, vectors: Any, number: int, dimensions: int) -> npt.NDArray[np.float32]:
    """Arrow columns of codes and lists of numbers as one array, float32 (number, dimensions), 0 where there is none."""
    found = np.zeros((number, dimensions), np.float32)
    for code, vector in zip(codes.chunks, vectors.chunks, strict=True):
        found[code.to_numpy(zero_copy_only=False)] = vector.flatten().to_numpy().reshape(-1, dimensions)
    return found
