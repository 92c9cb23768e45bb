"""item2vec's own engine against gensim: how good the vectors are, over the seeds of both, on the sample."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.accuracy.check import Check
from benchmarks.quality import questions
from embedders import METHODS

SEEDS = 5
MEASURES = (
    *(f"HR@10{of}" for of in ("", ", head", ", mid", ", tail")),
    *(f"same category{of}" for of in ("", ", head", ", mid", ", tail")),
    "neighbour popularity",
)


def measure() -> Iterator[Check]:
    """Each figure's mean over the seeds: is it where a further seed of gensim would be, within two deviations?"""
    asked, method = questions(), METHODS["item2vec"]
    figures = {
        engine: np.array(
            [
                [*quality.hit_rate, *quality.same_category, quality.neighbour_popularity]
                for seed in range(SEEDS)
                for quality in [asked.ask(method.fit(asked.train, method.Params(engine=engine), seed).item_vectors)]
            ]
        )
        for engine in ("compiled", "gensim")
    }
    ours, theirs = figures["compiled"].mean(axis=0), figures["gensim"]
    for name, value, mean, deviation in zip(
        MEASURES, ours, theirs.mean(axis=0), theirs.std(axis=0, ddof=1), strict=True
    ):
        wanted = f"gensim's seeds: {mean:.4g}, standard deviation {deviation:.2g}, within two"
        yield Check(f"{name}, mean of {SEEDS} seeds", value, wanted, bool(abs(value - mean) <= 2 * deviation))
