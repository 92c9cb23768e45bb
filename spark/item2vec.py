"""item2vec on Spark."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from embedders.base import Learned, Progress, part_of
from embedders.item2vec import Item2vecParams
from errors import ParameterError
from spark.als import vectors_by_code
from spark.log import SparkLog
from spark.sequences import cut_sequences
from spark.trainer import Trainer
from spark.watching import watch

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_NO_NEGATIVES = "Spark's Word2Vec learns by hierarchical softmax alone, without negative sampling"
_NO_THINNING = "Spark's Word2Vec does not thin out frequent items"
_SET_UP_JOBS = 3
_LONGEST = _MOST_NUMBERS = 2**31 - 1


class SparkItem2vec(Trainer[Item2vecParams]):
    """Skip-gram with hierarchical softmax (Mikolov et al., 2013) on items, as pyspark.ml.feature.Word2Vec trains it.

    Each of `threads` parts of the sequences is trained by itself, and after each epoch their vectors are averaged.
    """

    method: ClassVar[str] = "item2vec"
    defaults: ClassVar[Mapping[str, Any]] = {"loss": "hierarchical softmax", "sample": 0.0}
    takes: ClassVar[frozenset[str]] = frozenset(
        (
            "dimensions", "threads", "sequences", "gap_minutes", "window", "epochs", "learning_rate", "min_count",
            "longest_sequence",
        )
    )  # fmt: skip
    cannot: ClassVar[Mapping[str, str]] = {
        "loss": _NO_NEGATIVES,
        "negatives": _NO_NEGATIVES,
        "ns_exponent": _NO_NEGATIVES,
        "model": "Spark's Word2Vec is skip-gram alone, without CBOW",
        "sample": _NO_THINNING,
        "adapt_sample": _NO_THINNING,
        "vectors": "Spark's Word2Vec keeps no vectors out",
        "engine": "on Spark its own Word2Vec does the work",
        "time_window_minutes": "Spark's Word2Vec knows places in a sequence and no times",
        "whole_session": "Spark's Word2Vec always looks through a window",
    }

    def learn(self, log: SparkLog, params: Item2vecParams, seed: int, progress: Progress) -> Learned:
        """Sequences of the items that are frequent enough, the training, and the vectors of those that had company."""
        from pyspark.ml.feature import Word2Vec
        from pyspark.ml.functions import vector_to_array
        from pyspark.sql import functions as sql

        frequent = log.events_per_item >= params.min_count
        if frequent.sum() < 2:
            raise ParameterError(
                f"item2vec needs at least 2 items with min_count = {params.min_count} events, and this log has "
                f"{int(frequent.sum())}: take a smaller min_count or another log."
            )
        if int(frequent.sum()) * params.dimensions >= _MOST_NUMBERS:
            raise ParameterError(
                f"Spark's Word2Vec holds fewer than {_MOST_NUMBERS:,} numbers in its vectors, and {frequent.sum():,} "
                f"items in {params.dimensions} dimensions have more: take fewer dimensions or a larger min_count."
            )
        sequences = _sentences(log, params, seed, frequent)
        in_company = _in_company(log, sequences, part_of(progress, 0.0, 0.1))
        if not in_company.any():
            raise ParameterError(
                "item2vec learns from items that stand together, and here every sequence has a single item: choose "
                "longer sequences, by user for example."
            )
        if params.threads == 1:
            sequences = sequences.coalesce(1)  # then the parts come in one order, and the result is the same each time
        word2vec = Word2Vec(
            vectorSize=params.dimensions,
            minCount=1,
            numPartitions=params.threads,
            stepSize=params.learning_rate,
            maxIter=params.epochs,
            seed=seed,
            windowSize=params.window,
            maxSentenceLength=params.longest_sequence or _LONGEST,
            inputCol="words",
            outputCol="mean",
        )
        jobs = params.epochs + _SET_UP_JOBS
        fitting = part_of(progress, 0.1, 0.95)
        model = watch(log.session, lambda: word2vec.fit(sequences), "Training on sequences", fitting, jobs=jobs)
        vectors = model.getVectors().select(
            sql.col("word").cast("int").alias("code"), vector_to_array(sql.col("vector"), "float32").alias("vector")
        )
        table: Any = watch(log.session, vectors.toArrow, "Fetching the items", part_of(progress, 0.95, 1.0))
        found = vectors_by_code(table["code"], table["vector"], log.n_items, params.dimensions)
        found[~in_company] = 0  # they were never trained, and have the numbers that they began with
        notes = ["Trained on Spark by hierarchical softmax, with windows drawn from 1 to the chosen one."]
        if params.threads > 1:
            notes.append(f"{params.threads} parts of the sequences were trained side by side and averaged each epoch.")
        if rare := int((~frequent).sum()):
            notes.append(f"Items with fewer than {params.min_count} events, without a vector: {rare:,}.")
        if lonely := int((frequent & ~in_company).sum()):
            notes.append(f"Items that were never seen beside another, without a vector: {lonely:,}.")
        return Learned(found, notes=tuple(notes))


def _sentences(log: SparkLog, params: Item2vecParams, seed: int, frequent: Any) -> DataFrame:
    """`words`: item codes as text, the sequences in one order within each part, items that are too rare left out."""
    import pyarrow as pa
    from pyspark.sql import functions as sql

    kept = None
    if not frequent.all():
        kept = log.session.createDataFrame(pa.table({"item": np.flatnonzero(frequent).astype(np.int32)}))
    sequences = cut_sequences(log, params.by, gap_minutes=params.gap_minutes, seed=seed, items=kept)
    key = [name for name in sequences.columns if name != "items"]
    words = sql.col("items").cast("array<string>").alias("words")
    return sequences.sortWithinPartitions(*key).select(words)


def _in_company(log: SparkLog, sentences: DataFrame, progress: Progress) -> Any:
    """Which items stand beside others in some sequence, bool (n_items,)."""
    from pyspark.sql import functions as sql

    together = sentences.where(sql.size("words") > 1).select(sql.explode("words").alias("word")).distinct()
    table: Any = watch(log.session, together.toArrow, "Cutting sequences", progress, jobs=3)
    found = np.zeros(log.n_items, np.bool_)
    found[np.array(table["word"].to_pylist(), np.int64)] = True
    return found
