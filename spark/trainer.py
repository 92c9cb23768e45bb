"""What a method is on Spark: the parameters of the local one, as far as Spark takes them, and a training there."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Generic, TypeVar

from embedders import METHODS
from embedders.base import Embedding, Learned, Params, Progress, check_seed, no_progress
from errors import ParameterError
from spark.log import SparkLog

ParamsType = TypeVar("ParamsType", bound=Params)


class Trainer(ABC, Generic[ParamsType]):
    """A method of METHODS on Spark.

    method    its name there
    version   raised whenever the same parameters and seed would give other vectors than before
    takes     the parameters that have their meaning here too
    defaults  what others must be here, where it is not what they are by default
    cannot    parameter -> why it can be nothing else, the beginning of a sentence
    """

    method: ClassVar[str]
    version: ClassVar[int] = 1
    takes: ClassVar[frozenset[str]]
    defaults: ClassVar[Mapping[str, Any]] = {}
    cannot: ClassVar[Mapping[str, str]]

    def params(self, values: Mapping[str, Any]) -> ParamsType:
        """Parameters from loose values; raises ParameterError for one that Spark cannot do, by its name."""
        declared = METHODS[self.method].Params
        params: ParamsType = declared.checked({**self.defaults, **values})
        usual = declared.checked(self.defaults)
        for name, why in self.cannot.items():
            asked = getattr(params, name)
            if asked != getattr(usual, name):
                raise ParameterError(f"{name} = {asked!r} cannot go with Spark: {why}. Leave {name} out.")
        return params

    @abstractmethod
    def learn(self, log: SparkLog, params: ParamsType, seed: int, progress: Progress) -> Learned:
        """Train on the log; `progress` reports from 0 to 1."""

    def fit(self, log: SparkLog, params: ParamsType, seed: int = 0, progress: Progress = no_progress) -> Embedding:
        """Train on the log and return an Embedding as the local engine has it.

        Raises ParameterError where parameters and log do not fit, Cancelled where `progress` does.
        """
        started = time.perf_counter()
        check_seed(seed)
        learned = self.learn(log, params, seed, progress)
        user_ids = None if learned.user_vectors is None else log.user_ids()
        return METHODS[self.method].finished(learned, params, seed, log.digest, log.item_ids, user_ids, started)
