"""ALS against `implicit` called directly."""

from __future__ import annotations

import numpy as np
import pytest
import threadpoolctl
from implicit.cpu.als import AlternatingLeastSquares
from scipy import sparse

from embedders.als import Als, AlsParams
from embedders.base import Embedding, Vectors
from interactions.log import InteractionLog
from tests.planted import make_log, two_islands, zipf_log

LOG = zipf_log()


def fit(log: InteractionLog = LOG, seed: int = 3, **values: object) -> Embedding:
    return Als().fit(log, AlsParams.checked({"dimensions": 8, "threads": 1, **values}), seed=seed)


def direct(matrix: sparse.csr_matrix, **settings: object) -> tuple[Vectors, Vectors]:
    defaults = AlsParams()
    settings = {"alpha": defaults.alpha, "regularization": defaults.regularisation, **settings}
    with threadpoolctl.threadpool_limits(1, "blas"):
        model = AlternatingLeastSquares(factors=8, random_state=3, num_threads=1, **settings)
        model.fit(matrix, show_progress=False)
    return model.item_factors, model.user_factors


def same(embedding: Embedding, expected: tuple[Vectors, Vectors]) -> None:
    items, users = expected
    assert embedding.user_vectors is not None
    assert embedding.item_vectors.tobytes() == items.tobytes()
    assert embedding.user_vectors.tobytes() == users.tobytes()


def test_it_is_the_library_on_the_matrix_of_the_log() -> None:
    same(fit(), direct(LOG.user_item_matrix()))


def test_parameters_reach_the_library() -> None:
    same(
        fit(alpha=7.5, regularisation=0.3, iterations=4),
        direct(LOG.user_item_matrix(), alpha=7.5, regularization=0.3, iterations=4),
    )


def test_one_plus_alpha_r_is_the_library_on_the_transformed_matrix() -> None:
    matrix = LOG.user_item_matrix()
    matrix.data = 1 + np.float32(2.5) * matrix.data
    same(fit(confidence="1+alpha*r", alpha=2.5), direct(matrix, alpha=1.0))


@pytest.mark.parametrize("weights", ["log counts", "binary"])
def test_weights_are_what_their_names_say(weights: str) -> None:
    matrix = LOG.user_item_matrix()
    assert matrix.data.max() > 1
    matrix.data = np.log1p(matrix.data) if weights == "log counts" else np.ones_like(matrix.data)
    same(fit(weights=weights), direct(matrix))


def test_the_number_of_threads_changes_nothing() -> None:
    assert fit(threads=2).item_vectors.tobytes() == fit(threads=1).item_vectors.tobytes()


def test_the_loss_curve_falls_and_changes_nothing() -> None:
    embedding = fit(loss_curve=True, iterations=6)
    assert len(embedding.losses) == 6
    assert list(embedding.losses) == sorted(embedding.losses, reverse=True)
    assert embedding.losses[-1] < embedding.losses[0] * 0.999
    assert fit(iterations=6).losses == ()
    assert fit(iterations=6).item_vectors.tobytes() == embedding.item_vectors.tobytes()


def test_each_round_is_told() -> None:
    rounds = set()
    Als().fit(LOG, AlsParams(iterations=5), progress=lambda stage, done, total, loss=None: rounds.add((done, total)))
    assert rounds == {(done, 5) for done in range(6)}


def test_larger_alpha_fits_touched_cells_more_closely() -> None:
    def touched(alpha: float) -> float:
        embedding = fit(two_islands(), alpha=alpha, dimensions=2)
        assert embedding.user_vectors is not None
        scores = embedding.user_vectors @ embedding.item_vectors.T
        return float(scores[two_islands().user_item_matrix().toarray() > 0].mean())

    assert touched(0.1) < touched(1.0) < touched(40.0)


def test_a_weight_of_nothing_is_not_a_dislike() -> None:
    # implicit reads a stored 0 as "not liked"; cleaning lets none through, a log made otherwise may hold one.
    users = ["u", "u", "v", "v", "w"]
    items = ["a", "b", "a", "b", "c"]
    with_zero = make_log([*users, "w"], [*items, "a"], weights=[1, 1, 1, 1, 1, 0])
    embedding = fit(with_zero, dimensions=2)
    plain = fit(make_log(users, items), dimensions=2)
    np.testing.assert_array_equal(embedding.item_vectors, plain.item_vectors)
