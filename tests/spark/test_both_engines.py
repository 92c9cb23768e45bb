"""The same small log on both engines: the same items, counts, sessions and buckets, and vectors as alike as can be."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyspark.sql import SparkSession

from analysis import top_neighbours
from analysis.popularity import popularity_buckets
from embedders import METHODS
from embedders.base import Embedding
from errors import ParameterError
from interactions import InteractionLog
from interactions import read_log as read_here
from interactions.log import Codes
from spark import item2vec
from spark.counting import cooccurrences
from spark.log import SparkLog, read_log
from spark.training import TRAINERS
from tests.planted import tastes
from tests.workspace.helpers import write_csv

pytestmark = pytest.mark.slow
SMALL = {"dimensions": 16}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_csv(tastes(items=240, groups=12, users=400), tmp_path_factory.mktemp("log") / "log.csv")


@pytest.fixture(scope="module")
def here(file: Path) -> InteractionLog:
    return read_here(file)[0]


@pytest.fixture(scope="module")
def there(file: Path, spark: SparkSession) -> SparkLog:
    return read_log(spark, str(file))[0]


def nearest(embedding: Embedding) -> Codes:
    found: Codes = top_neighbours(embedding.item_vectors, 10)[0]
    return found


def overlap(a: Embedding, b: Embedding) -> float:
    """Mean share of an item's ten nearest neighbours in one that are among those in the other."""
    return float(np.mean([len(set(x) & set(y)) / 10 for x, y in zip(nearest(a), nearest(b), strict=True)]))


def test_items_counts_sessions_and_buckets_are_the_same(here: InteractionLog, there: SparkLog) -> None:
    assert there.item_ids.tolist() == here.item_ids.tolist()
    assert there.user_ids().tolist() == here.user_ids.tolist()
    assert (there.n_interactions, there.n_users, there.n_items) == (here.n_interactions, here.n_users, here.n_items)
    assert there.n_sessions == here.n_sessions
    assert there.users_per_item.tolist() == here.users_per_item.tolist()
    assert popularity_buckets(there.users_per_item).tolist() == popularity_buckets(here.users_per_item).tolist()


@pytest.mark.parametrize(
    ("method", "as_there"),
    [("als", {}), ("item2vec", {"loss": "hierarchical softmax", "sample": 0.0, "engine": "gensim"})],
)
def test_neighbours_are_half_as_alike_as_two_seeds_of_either(
    here: InteractionLog, there: SparkLog, method: str, as_there: Mapping[str, Any]
) -> None:
    local = METHODS[method].Params.checked({**SMALL, **as_there})
    trainer = TRAINERS[method]
    ours = [METHODS[method].fit(here, local, seed) for seed in (0, 1)]
    theirs = [trainer.fit(there, trainer.params(SMALL), seed) for seed in (0, 1)]
    own = min(overlap(*ours), overlap(*theirs))
    assert own > 0.2  # by chance it is a twenty-fourth
    for a, b in zip(ours, theirs, strict=True):
        assert overlap(a, b) >= 0.5 * max(overlap(*ours), overlap(*theirs))


def test_users_come_along_with_als(there: SparkLog) -> None:
    embedding = TRAINERS["als"].fit(there, TRAINERS["als"].params(SMALL))
    assert embedding.user_ids is not None
    assert embedding.user_vectors is not None
    scores = embedding.user_vectors @ embedding.item_vectors.T
    touched = np.zeros(scores.shape, np.bool_)
    rows = there.rows.select("user", "item").toArrow()
    touched[rows["user"].to_numpy(), rows["item"].to_numpy()] = True

    def margin(vector: int, user: int) -> float:
        """How much higher a user's vector scores what a user has touched than the rest."""
        return float(scores[vector][touched[user]].mean() - scores[vector][~touched[user]].mean())

    assert np.mean([margin(user, user) > margin(user - 1, user) for user in range(len(scores))]) > 0.95


def test_sessions_that_hold_two_items_are_counted(here: InteractionLog, there: SparkLog) -> None:
    assert here.session_codes is not None
    holds = np.zeros((here.n_sessions or 0, here.n_items), np.int64)
    holds[here.session_codes, here.item_codes] = 1
    expected = np.triu(holds.T @ holds, 1)
    found = cooccurrences(there).toArrow()
    counted = np.zeros_like(expected)
    counted[found["item"].to_numpy(), found["other"].to_numpy()] = found["together"].to_numpy()
    assert np.array_equal(counted, expected)


def test_one_thread_repeats_bit_for_bit(there: SparkLog) -> None:
    trainer = TRAINERS["item2vec"]
    params = trainer.params({**SMALL, "threads": 1, "epochs": 2})
    first, second = (trainer.fit(there, params, 3).item_vectors for _ in range(2))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, trainer.fit(there, params, 4).item_vectors)


def test_items_that_are_too_rare_get_no_vector(here: InteractionLog, there: SparkLog) -> None:
    trainer = TRAINERS["item2vec"]
    events = np.bincount(here.item_codes, minlength=here.n_items)
    least = int(np.median(events))
    embedding = trainer.fit(there, trainer.params({**SMALL, "epochs": 1, "min_count": least}))
    assert set(embedding.missing) >= set(here.item_ids[events < least])
    trained = np.linalg.norm(embedding.item_vectors, axis=1) > 0
    assert trained.sum() > here.n_items / 3
    assert not trained[events < least].any()
    with pytest.raises(ParameterError, match="needs at least 2 items with min_count = 100000"):
        trainer.fit(there, trainer.params({"min_count": 100_000}))


def test_more_numbers_than_word2vec_holds_are_refused(there: SparkLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(item2vec, "_MOST_NUMBERS", 240 * 16)
    trainer = TRAINERS["item2vec"]
    with pytest.raises(ParameterError, match="240 items in 16 dimensions have more: take fewer dimensions"):
        trainer.fit(there, trainer.params(SMALL))
