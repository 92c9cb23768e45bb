"""Training item2vec with two threads on the sample."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import fresh, grocery
from benchmarks.row import Row

WORDS, EPOCHS, SECONDS = 1_170_000, 10, 60  # what is promised, and so as a speed
TIMES_GENSIM = 3  # and that it is so many times as fast
TURNS = 3


def measure(folder: Path) -> Iterator[Row]:
    """The app's defaults, its other engine, and gensim by itself with the same settings: medians of turns."""
    engines = ("compiled", "gensim")
    alone, *own = fresh.in_turn([(with_gensim,), *((with_app, engine) for engine in engines)], TURNS)
    plain, plain_is = alone["words a second"], "gensim with corpus_file and 2 workers"
    for engine, app in zip(engines, own, strict=True):
        limit = max(WORDS * EPOCHS / SECONDS, TIMES_GENSIM * plain) if engine == "compiled" else None
        what = f"item2vec ({engine}), 64 dimensions, 2 threads"
        yield Row(what, app["words a second"], "words/s", plain, plain_is, limit)


def with_app(engine: str) -> dict[str, float]:
    """The app's method, from the log to vectors; compiled code is on disk, as the launcher leaves it."""
    import gensim.models  # noqa: F401 - the app imports it when it first trains

    from embedders import METHODS
    from embedders.parts import skip_gram

    skip_gram.warm_up()
    method, log = METHODS["item2vec"], grocery.read()
    values = {"engine": engine, "dimensions": 64, "window": 10, "negatives": 10, "epochs": EPOCHS, "threads": 2}
    with fresh.clock() as clock:
        method.fit(log, method.Params.checked(values), seed=0)
    return {"words a second": log.n_interactions * EPOCHS / clock.seconds}


def with_gensim() -> dict[str, float]:
    """gensim alone, from a file with a basket a line, written before the clock starts, to vectors."""
    from gensim.models import Word2Vec

    log = grocery.read()
    sequences = log.sequences(seed=0)
    with tempfile.TemporaryDirectory(prefix="itemscape-corpus-") as folder:
        corpus = Path(folder) / "baskets.txt"
        words = [str(code) for code in sequences.items]
        bounds = list(sequences.offsets)
        corpus.write_text("\n".join(" ".join(words[a:b]) for a, b in itertools.pairwise(bounds)), encoding="utf-8")
        with fresh.clock() as clock:
            Word2Vec(
                corpus_file=str(corpus),
                sg=1,
                vector_size=64,
                window=10,
                negative=10,
                sample=1e-4,
                epochs=EPOCHS,
                min_count=1,
                workers=2,
            )
    return {"words a second": log.n_interactions * EPOCHS / clock.seconds}
