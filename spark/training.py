"""The methods that Spark can train."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from errors import ParameterError
from spark.als import SparkAls
from spark.item2vec import SparkItem2vec
from spark.trainer import Trainer

TRAINERS: Mapping[str, Trainer[Any]] = {trainer.method: trainer for trainer in (SparkAls(), SparkItem2vec())}


def trainer_of(method: str) -> Trainer[Any]:
    """The trainer of a method; raises ParameterError where Spark has none."""
    if method not in TRAINERS:
        raise ParameterError(f"Spark cannot train {method}: choose one of {', '.join(TRAINERS)}, or train it here.")
    return TRAINERS[method]
