"""Training ALS with 64 factors on the sample."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks import fresh, grocery
from benchmarks.row import Row


def measure(folder: Path) -> Iterator[Row]:
    """The app's defaults, and the same by implicit itself."""
    app, plain = (fresh.run(part)["seconds"] for part in (with_app, with_implicit))
    yield Row("ALS, 64 factors", app, "s", plain, "implicit on the same matrix", 6.0)


def with_app() -> dict[str, float]:
    """The app's method, from the log to vectors."""
    import implicit.cpu.als  # noqa: F401 - the app imports it when it first trains

    from embedders import METHODS

    method, log = METHODS["als"], grocery.read()
    with fresh.clock() as clock:
        method.fit(log, method.Params(), seed=0)
    return {"seconds": clock.seconds}


def with_implicit() -> dict[str, float]:
    """implicit alone, from the finished matrix to vectors."""
    import threadpoolctl
    from implicit.cpu.als import AlternatingLeastSquares

    from embedders import METHODS

    params = METHODS["als"].Params()
    matrix = grocery.read().user_item_matrix()
    with threadpoolctl.threadpool_limits(1, "blas"), fresh.clock() as clock:
        model = AlternatingLeastSquares(
            factors=params.dimensions,
            regularization=params.regularisation,
            alpha=params.alpha,
            iterations=params.iterations,
            num_threads=params.threads,
            random_state=0,
        )
        model.fit(matrix, show_progress=False)
    return {"seconds": clock.seconds}
