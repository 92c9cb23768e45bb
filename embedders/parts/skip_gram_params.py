"""The parameters of skip-gram with negative sampling, declared once for every method that stands on it."""

from __future__ import annotations

from embedders.base import parameter
from embedders.search import Between

THREADS = parameter(
    2,
    "Processor threads to work with; more train faster, but only 1 gives the same vectors again bit for bit.",
    low=1,
    high=64,
    advanced=True,
)
NEGATIVES = parameter(
    10,
    "Drawn items for each real pair (negative sampling); more separate items better and take longer.",
    low=1,
    high=100,
    search=Between(3, 30, log=True),
)
NS_EXPONENT = parameter(
    0.75,
    "Negatives are drawn by frequency to this power; larger draws popular items more often and so pushes them "
    "away more, 0 draws all alike, below 0 rare ones more.",
    low=-2.0,
    high=2.0,
    search=Between(-1.0, 1.0),
    advanced=True,
)
LEARNING_RATE = parameter(
    0.05,
    "Size of the first step, from which it falls to nearly 0; larger learns faster and may overshoot.",
    low=0.001,
    high=1.0,
    search=Between(0.01, 0.1, log=True),
    advanced=True,
)
