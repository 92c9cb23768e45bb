"""Who is asked the questions: trainings, each looked at by one similarity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from analysis.arrays import Progress, Similarity, no_progress
from embedders import METHODS
from embedders.base import Embedding, part_of
from errors import ParameterError
from studies.evaluation import BASELINES, Answers, Evaluation, Model, answers_of, answers_of_baseline
from studies.provider import RunNeeded
from studies.questions import Questions

_TRAINING = 0.6  # of what a contestant takes; the rest is asking


@dataclass(frozen=True)
class Contestant:
    """A training on the training part, asked by one similarity, under the name that it was given."""

    name: str
    needed: RunNeeded
    similarity: Similarity = "cosine"

    def is_same_but_seed(self, other: Contestant) -> bool:
        """Whether both are one model, looked at in one way, and differ at most in seed and name."""
        return replace(self.needed, seed=other.needed.seed) == other.needed and self.similarity == other.similarity


def model_of(embedding: Embedding, similarity: Similarity) -> Model:
    """The vectors of a training, as they are asked."""
    return Model(embedding.item_vectors, similarity, embedding.user_vectors, embedding.item_bias)


class Store(Protocol):
    """What is known of contestants already, and how they are trained."""

    def answers(self, of: Contestant | str) -> Answers | None:
        """The answers of a contestant, or of a baseline by its name, where they are kept."""

    def keep(self, of: Contestant | str, answers: Answers) -> None:
        """Keep them."""

    def trained(self, needed: RunNeeded, progress: Progress) -> Embedding:
        """The training on the training part, kept or made now."""


@dataclass(frozen=True)
class PlainStore:
    """Trains on the spot and keeps nothing: for scripts and tests."""

    questions: Questions

    def answers(self, of: Contestant | str) -> Answers | None:
        """None."""
        return None

    def keep(self, of: Contestant | str, answers: Answers) -> None:
        """Nothing."""

    def trained(self, needed: RunNeeded, progress: Progress) -> Embedding:
        """A training made now."""
        return METHODS[needed.method].fit(self.questions.train, needed.params, seed=needed.seed, progress=progress)


def evaluate(
    questions: Questions,
    contestants: Sequence[Contestant],
    store: Store,
    k: int = 10,
    progress: Progress = no_progress,
) -> Evaluation:
    """The answers of all contestants and of the baselines; only what the store does not have is worked out.

    Raises ParameterError, with the names of the contestants, where log and parameters do not fit; by then all others
    are trained and asked, so that the store has what they said.
    """
    everyone: dict[str, Contestant | str] = {one.name: one for one in contestants}
    everyone |= {name: name for name in BASELINES}
    kept = {name: store.answers(one) for name, one in everyone.items()}
    missing = [one for name, one in everyone.items() if kept[name] is None]
    made: dict[str, Answers] = {}
    last: tuple[RunNeeded, Embedding] | None = None
    refused: dict[str, list[str]] = {}
    for number, one in enumerate(missing):
        share = part_of(progress, number / len(missing), (number + 1) / len(missing))
        if isinstance(one, str):
            found = answers_of_baseline(one, questions, share)
        else:
            if last is None or last[0] != one.needed:
                try:
                    last = one.needed, store.trained(one.needed, part_of(share, 0.0, _TRAINING))
                except ParameterError as error:
                    refused.setdefault(str(error), []).append(one.name)
                    continue
            found = answers_of(model_of(last[1], one.similarity), questions, part_of(share, _TRAINING, 1.0))
        store.keep(one, found)
        made[one if isinstance(one, str) else one.name] = found
    if refused:
        raise ParameterError(_refusal(refused))
    answers = {name: made[name] if own is None else own for name, own in kept.items()}
    progress("measuring", 1.0, 1.0)
    return Evaluation(questions, answers, k)


def _refusal(names: Mapping[str, Sequence[str]]) -> str:
    """Who cannot be trained, for each reason."""
    reasons = [f"{', '.join(who)} cannot be trained on this part of the log: {why}" for why, who in names.items()]
    return f"{' '.join(reasons)} Leave {'it' if sum(map(len, names.values())) == 1 else 'them'} out."


def facts_of(contestant: Contestant) -> dict[str, Any]:
    """What a contestant is made from, as plain values."""
    needed = contestant.needed
    return {
        "name": contestant.name,
        "method": needed.method,
        "params": needed.params.model_dump(mode="json"),
        "seed": needed.seed,
        "similarity": contestant.similarity,
    }
