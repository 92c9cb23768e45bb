"""Training EGES with two columns on the sample: beside DeepWalk, and its kernel beside the same in JAX."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks import fresh, grocery
from benchmarks.row import Row, Unit

COLUMNS = ("category", "brand")
AT_MOST = 3  # times DeepWalk's seconds
TURNS = 3
WALKS = 2  # an item, where the kernel is held against JAX
PASSES, PASSES_OF_JAX = 15, 5  # pass by pass JAX, which shuffles all pairs, gets further


def measure(folder: Path) -> Iterator[Row]:
    """Both pairs one after the other in one process each; medians of turns."""
    seconds = fresh.run(both, times=TURNS)
    plain = seconds["deepwalk"]
    what = f"EGES ({' and '.join(COLUMNS)}), 64 dimensions, 2 threads"
    yield Row(what, seconds["eges"], "s", plain, "DeepWalk with the same walks", AT_MOST * plain)
    kernel = fresh.run(kernel_and_jax, times=TURNS)
    plain_is = f"JAX, {PASSES_OF_JAX} passes"
    rows: tuple[tuple[str, Unit, str], ...] = (
        (f"its kernel, {PASSES} passes over {WALKS} walks an item", "s", "seconds"),
        ("the loss that this leaves", "nats", "loss"),
    )
    for what, unit, name in rows:
        yield Row(what, kernel[name], unit, kernel[f"jax {name}"], plain_is, kernel[f"jax {name}"])


def both() -> dict[str, float]:
    """Seconds from the log to vectors; compiled code is on disk, as the launcher leaves it."""
    from embedders import METHODS
    from embedders.parts import side_skip_gram, skip_gram, walks

    for part in (walks, skip_gram, side_skip_gram):
        part.warm_up()
    log = grocery.read()
    seconds = {}
    for name, columns in (("deepwalk", {}), ("eges", {"item_columns": COLUMNS})):
        method = METHODS[name]
        with fresh.clock() as clock:
            method.fit(log, method.Params.checked({"dimensions": 64, "threads": 2, **columns}), seed=0)
        seconds[name] = clock.seconds
    return seconds


def kernel_and_jax() -> dict[str, float]:
    """Seconds on the same walks, and the loss that is left, by either; JAX may use all processors, the kernel two."""
    from benchmarks import eges_in_jax
    from embedders.base import no_progress
    from embedders.eges import EgesParams
    from embedders.parts import side_skip_gram
    from embedders.parts.graphs import walks_on
    from interactions.features import encode_features

    log = grocery.read()
    params = EgesParams.checked({"dimensions": 64, "walks_per_item": WALKS})
    _, walks, _ = walks_on(log, params, 1.0, 1.0, 0, no_progress)
    features = encode_features(log.items, COLUMNS)
    settings = {passes: replace(params.skip_gram, epochs=passes) for passes in (PASSES, PASSES_OF_JAX)}
    side_skip_gram.warm_up()
    with fresh.clock() as ours:
        trained = side_skip_gram.train(
            walks, features, settings[PASSES], learn_weights=True, seed=0, threads=2, progress=no_progress
        )
    with fresh.clock() as theirs:
        by_jax = eges_in_jax.train(walks, features, settings[PASSES_OF_JAX], seed=0)
    by_kernel = eges_in_jax.Learned(trained.vectors, trained.context)
    return {
        "seconds": ours.seconds,
        "jax seconds": theirs.seconds,
        "loss": eges_in_jax.loss(by_kernel, walks, params.skip_gram),
        "jax loss": eges_in_jax.loss(by_jax, walks, params.skip_gram),
    }
