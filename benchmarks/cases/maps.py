"""Maps of all items of the sample, and how well a second one lies on the first.

The imports are timed: a worker that has just been started has none of them yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks import fresh, grocery
from benchmarks.row import Row


def measure(folder: Path) -> Iterator[Row]:
    """The first map and the second of one process, compiled code on disk as the launcher leaves it."""
    grocery.train(folder)
    run = folder / grocery.ALS
    fresh.run(compile_once)
    app = fresh.run(with_app, run)
    plain = fresh.run(with_umap, run)["seconds"]
    plain_is = "umap.UMAP(metric='cosine') in a fresh process"
    yield Row("first map of a fresh worker", app["first"], "s", plain, plain_is, 30.0)
    yield Row("second map of the same worker", app["second"], "s", plain, plain_is, 15.0)
    yield Row("a map that starts from another, same worker", app["started"], "s", plain, plain_is, 15.0)
    fit = fresh.run(residuals, run, folder / grocery.ITEM2VEC)
    plain_is = "two maps that know nothing of each other"
    yield Row("map residual of item2vec started from ALS", fit["started"], "of 1", fit["independent"], plain_is)


def compile_once() -> dict[str, float]:
    """Leave compiled code on disk."""
    from analysis.projection import warm_up

    warm_up()
    return {}


def with_app(run: str) -> dict[str, float]:
    """Neighbours and map, twice over, and a third map that starts from the second."""
    with fresh.clock() as first:
        from embedders import Embedding
        from workspace.results import MapParams, drawn, nearest

        vectors = Embedding.load(Path(run)).item_vectors
        params = MapParams()
        drawn(vectors, nearest(vectors, "cosine", params.n_neighbours), params)
    with fresh.clock() as second:
        layout = drawn(vectors, nearest(vectors, "cosine", params.n_neighbours), params)
    with fresh.clock() as started:
        drawn(vectors, nearest(vectors, "cosine", params.n_neighbours), params, layout)
    return {"first": first.seconds, "second": second.seconds, "started": started.seconds}


def kept_pair() -> dict[str, float]:
    """What the Compare page waits for with the two runs of the workspace: their neighbours, then their maps, seeded."""
    from workspace.results import MapParams, make_maps, make_neighbours
    from workspace.runs import list_runs

    younger, older = list_runs()
    taken = {}
    for run, other in ((older, younger), (younger, older)):
        for similarity in ("cosine", "dot"):
            with fresh.clock() as clock:
                make_neighbours(run, similarity)
            taken[f"neighbours of {run.name} by {similarity}"] = clock.seconds
        make_neighbours(run, "cosine", other)
    for what, pair in ((f"map of {older.name}", (older, older)), (f"map of {younger.name}", (older, younger))):
        with fresh.clock() as clock:
            make_maps(*pair, MapParams())
        taken[what] = clock.seconds
    return taken


def residuals(first: str, second: str) -> dict[str, float]:
    """What is left of the second run's map when it is turned onto the first one's, started from it and not."""
    import numpy as np

    from analysis.projection import register
    from embedders import Embedding
    from workspace.results import MapParams, drawn, nearest

    vectors, other = (Embedding.load(Path(run)).item_vectors for run in (first, second))
    params = MapParams()
    onto = drawn(vectors, nearest(vectors, "cosine", params.n_neighbours), params)
    near = nearest(other, "cosine", params.n_neighbours)
    both = np.asarray(np.isfinite(onto).all(axis=1))
    starts = {"started": onto, "independent": None}
    return {name: register(drawn(other, near, params, start), onto, both)[1] for name, start in starts.items()}


def with_umap(run: str) -> dict[str, float]:
    """umap's defaults."""
    with fresh.clock() as clock:
        import umap

        from embedders import Embedding

        umap.UMAP(metric="cosine").fit_transform(Embedding.load(Path(run)).item_vectors)
    return {"seconds": clock.seconds}
