"""item2vec's own engine against gensim: how good the vectors are, over the seeds of both, on the sample."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.accuracy.check import Check
from benchmarks.quality import questions
from embedders import METHODS

SEEDS = 10  # with five the deviation itself is known to half its size only
MEASURES = (
    *(f"HR@10{of}" for of in ("", ", head", ", mid", ", tail")),
    *(f"same category{of}" for of in ("", ", head", ", mid", ", tail")),
    "neighbour popularity",
)


def measure() -> Iterator[Check]:
    """Each figure's mean over the seeds: is it no worse than gensim's by more than two deviations between its seeds?

    Hits and categories are worse where they are fewer, neighbours where they are more popular.
    """
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
        is_popularity = name == MEASURES[-1]
        limit = mean + 2 * deviation if is_popularity else mean - 2 * deviation
        side = "at most" if is_popularity else "at least"
        wanted = f"gensim's seeds: {mean:.4g}, standard deviation {deviation:.2g}, so {side} {limit:.4g}"
        is_met = bool(value <= limit if is_popularity else value >= limit)
        yield Check(f"{name}, mean of {SEEDS} seeds", value, wanted, is_met)
