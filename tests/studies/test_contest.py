"""Contestants that cannot be trained: each is named with its reason, and what the others say is not lost."""

from __future__ import annotations

import pytest

from embedders import METHODS
from embedders.base import Embedding, Progress
from errors import ParameterError
from studies.contest import Contestant, PlainStore, evaluate
from studies.evaluation import BASELINES, Answers
from studies.provider import RunNeeded
from studies.questions import QuestionSettings, draw_questions
from tests.planted import two_islands

REASON = "a reason of its own."


class Store:
    """Trains SVD alone, and holds what it is given to keep."""

    def __init__(self) -> None:
        log = two_islands()
        self.questions = draw_questions(*log.split(log.time_at(0.8)), QuestionSettings())
        self.kept: set[str] = set()

    def answers(self, of: Contestant | str) -> Answers | None:
        return None

    def keep(self, of: Contestant | str, answers: Answers) -> None:
        self.kept.add(of if isinstance(of, str) else of.name)

    def trained(self, needed: RunNeeded, progress: Progress) -> Embedding:
        if needed.method != "svd":
            raise ParameterError(REASON if needed.method == "als" else "another.")
        return PlainStore(self.questions).trained(needed, progress)


def contestant(name: str, method: str) -> Contestant:
    return Contestant(name, RunNeeded(method, METHODS[method].Params.checked({"dimensions": 4, "threads": 1}), 0))


def test_all_others_are_asked_before_it_is_said_who_cannot_be_trained_and_why() -> None:
    store = Store()
    them = [contestant("A", "als"), contestant("B", "item2vec"), contestant("C", "als"), contestant("D", "svd")]
    with pytest.raises(ParameterError) as caught:
        evaluate(store.questions, them, store)
    assert str(caught.value) == (
        f"A, C cannot be trained on this part of the log: {REASON} "
        "B cannot be trained on this part of the log: another. Leave them out."
    )
    assert store.kept == {"D", *BASELINES}


def test_a_single_one_is_told_in_the_singular() -> None:
    store = Store()
    with pytest.raises(ParameterError, match=r"^A cannot be .* Leave it out\.$"):
        evaluate(store.questions, [contestant("A", "als")], store)
