"""Evaluations that are kept: trainings on a part of a log, their answers, and what was measured on them.

Everything lies below the folder of its log's digest, in files named by all that they depend on, so that nothing is
worked out twice, neither in another evaluation nor after a restart.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pydantic

from analysis.arrays import Similarity
from analysis.ranking import Places
from embedders import METHODS
from embedders.base import Embedding, Progress, no_progress
from errors import ParameterError, RunError
from interactions import InteractionLog
from interactions.split import Split
from studies.claims import tested
from studies.contest import Contestant, Store, evaluate, facts_of
from studies.evaluation import Answers
from studies.provider import RunNeeded
from studies.questions import MOST_CASES, MOST_USERS, PairsOf, Questions, QuestionSettings, draw_questions
from studies.roles import roles_of
from workspace.files import read_json, remove_folder, write_json_atomically
from workspace.home import room
from workspace.results.keeping import keep, read
from workspace.runs import run_key, write_run

_messages = logging.getLogger(__name__)
VERSION = 1  # raised whenever the same settings would give other answers than before
_REPORT_VERSION = 2  # raised whenever the same answers would be reported otherwise
_KEY = 16  # characters of a digest in a name


class Asked(pydantic.BaseModel):
    """How a log is cut and what is asked, apart from whom.

    split  share of the interactions to train on; `at` (seconds UTC) cuts at a time instead
    """

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    split: float = pydantic.Field(default=0.9, gt=0, lt=1)
    at: int | None = None
    pairs: PairsOf = "every pair"
    cases: int = pydantic.Field(default=MOST_CASES, ge=1)
    users: int = pydantic.Field(default=MOST_USERS, ge=1)
    seed: int = pydantic.Field(default=0, ge=0, lt=2**31)

    @property
    def settings(self) -> QuestionSettings:
        """The part of it that draws questions."""
        return QuestionSettings(self.pairs, self.cases, self.users, self.seed)


def contestant_from(facts: Mapping[str, Any]) -> Contestant:
    """What `facts_of` wrote; raises ParameterError where there is no such method, or its parameters cannot be."""
    if facts["method"] not in METHODS:
        raise ParameterError(f"There is no method {facts['method']!r}: choose one of {', '.join(METHODS)}.")
    params = METHODS[facts["method"]].Params.checked(facts.get("params") or {})
    similarity: Similarity = facts.get("similarity") or "cosine"
    return Contestant(facts["name"], RunNeeded(facts["method"], params, int(facts.get("seed") or 0)), similarity)


def evaluation_spec(log_digest: str, asked: Asked, contestants: Sequence[Contestant], k: int) -> dict[str, Any]:
    """What an "evaluate" job is asked."""
    return {
        "log_digest": log_digest,
        "asked": asked.model_dump(),
        "contestants": [facts_of(one) for one in contestants],
        "k": k,
    }


def kept_evaluation(
    log_digest: str, asked: Asked, contestants: Sequence[Contestant], k: int = 10
) -> dict[str, Any] | None:
    """An evaluation that was made before, or None."""
    return read_kept(_report_path(log_digest, asked, contestants, k))


def kept_evaluations(log_digest: str) -> list[dict[str, Any]]:
    """All evaluations of a log that could be asked again today, the newest first."""
    folder = evaluations_folder(log_digest) / "reports"
    paths = folder.glob("*.json") if folder.is_dir() else []
    found = [report for path in paths if (report := read_kept(path)) is not None and _can_be_asked(report)]
    return sorted(found, key=lambda report: report["made"], reverse=True)


def kept_hits(log_digest: str, trainings: Sequence[RunNeeded]) -> list[dict[str, Any] | None]:
    """HR@k of the next item by bucket, by cosine, where the newest evaluation that asked each training has it.

    As in a report ("all", "head", "mid", "tail"), with "k" beside; None where nobody asked it.
    """
    found: list[dict[str, Any] | None] = [None] * len(trainings)
    for report in kept_evaluations(log_digest):
        for asked in map(contestant_from, report["contestants"]):
            for place, needed in enumerate(trainings):
                if found[place] is None and asked.similarity == "cosine" and asked.needed == needed:
                    found[place] = {**report["methods"][asked.name]["hr"], "k": report["k"]}
    return found


def forget_evaluations(log_digest: str) -> None:
    """Remove all that is kept of a log's evaluations."""
    if evaluations_folder(log_digest).is_dir():
        remove_folder(evaluations_folder(log_digest))


def evaluate_log(
    log: InteractionLog,
    asked: Asked,
    contestants: Sequence[Contestant],
    k: int = 10,
    progress: Progress = no_progress,
) -> dict[str, Any]:
    """Train, ask, measure and keep, or read what is kept already: {"split", "asked", "contestants", "claims", "made"}
    and what `Evaluation.as_json` says.

    Raises ParameterError where the split leaves nothing on one side, or where log and parameters do not fit.
    """
    path = _report_path(log.digest, asked, contestants, k)
    kept = read_kept(path)
    if kept is not None:
        return kept
    cut = cut_log(log, asked, progress)
    evaluation = evaluate(cut.questions, contestants, cut.store, k, progress)
    report = {
        "split": cut.split,
        "asked": asked.model_dump(),
        "contestants": [facts_of(one) for one in contestants],
        "claims": [claim.as_json() for claim in tested(evaluation, roles_of(contestants))],
        "made": time.time(),
        **evaluation.as_json(),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    write_json_atomically(path, report)
    return report


@dataclass(frozen=True)
class Cut:
    """A log that was cut, what is asked about its later part, and what is kept of those who were asked.

    split  the cut as plain values, with the "interactions" of both parts
    """

    split: dict[str, Any]
    questions: Questions
    store: Store


def cut_log(log: InteractionLog, asked: Asked, progress: Progress = no_progress) -> Cut:
    """Cut a log and draw the questions; raises ParameterError where the split leaves nothing on one side."""
    progress("Cutting the log", 0.0, 1.0)
    split = Split.of(log, asked.split, asked.at, asked.seed)
    train, test = split.parts(log)
    questions = draw_questions(train, test, asked.settings)
    store = _Store(
        evaluations_folder(log.digest),
        questions,
        key_from([VERSION, log.digest, split.as_json(), asdict(asked.settings)]),
    )
    return Cut(split.as_json() | {"interactions": [train.n_interactions, test.n_interactions]}, questions, store)


@dataclass(frozen=True)
class _Store:
    """Trainings and answers of one cut of a log, on disk."""

    folder: Path
    questions: Questions
    key: str

    def answers(self, of: Contestant | str) -> Answers | None:
        arrays = read(self._answers_path(of))
        if arrays is None:
            return None
        next_item, to_users = (
            Places(arrays[f"{name}_above"], arrays[f"{name}_equal"]) for name in ("next_item", "to_users")
        )
        return Answers(next_item, to_users, arrays["near"], arrays["matches"])

    def keep(self, of: Contestant | str, answers: Answers) -> None:
        path = self._answers_path(of)
        path.parent.mkdir(parents=True, exist_ok=True)
        arrays = {
            "next_item_above": answers.next_item.above,
            "next_item_equal": answers.next_item.equal,
            "to_users_above": answers.to_users.above,
            "to_users_equal": answers.to_users.equal,
            "near": answers.near,
            "matches": answers.matches,
        }
        keep(path, arrays, {"questions": self.key, "of": of if isinstance(of, str) else facts_of(of)})

    def trained(self, needed: RunNeeded, progress: Progress) -> Embedding:
        folder = self.folder / "runs" / self._run(needed)[:_KEY]
        if folder.is_dir():
            try:
                return Embedding.load(folder)
            except RunError as error:
                _messages.warning("%s is damaged and trained again (%s)", folder, error)
                remove_folder(folder)
        train, method = self.questions.train, METHODS[needed.method]
        embedding = method.fit(train, needed.params, seed=needed.seed, progress=progress)
        write_run(folder, embedding, train, name=f"{method.short} on the training part", log_name="training part")
        return embedding

    def _answers_path(self, of: Contestant | str) -> Path:
        who = of if isinstance(of, str) else [self._run(of.needed), of.similarity]
        return self.folder / "answers" / f"{key_from([self.key, who])}.npz"

    def _run(self, needed: RunNeeded) -> str:
        method = METHODS[needed.method]
        return run_key(
            self.questions.train.digest, method.name, needed.params.model_dump(mode="json"), needed.seed, method.version
        )


def _can_be_asked(report: Mapping[str, Any]) -> bool:
    """Whether all contestants of a report are what the program of today knows."""
    try:
        for facts in report["contestants"]:
            contestant_from(facts)
    except ParameterError:
        return False
    return True


def _report_path(log_digest: str, asked: Asked, contestants: Sequence[Contestant], k: int) -> Path:
    versions = [METHODS[one.needed.method].version for one in contestants]
    made_from = [VERSION, _REPORT_VERSION, asked.model_dump(), [facts_of(one) for one in contestants], versions, k]
    return evaluations_folder(log_digest) / "reports" / f"{key_from(made_from)}.json"


def read_kept(path: Path) -> dict[str, Any] | None:
    """A JSON file among the evaluations, or None where there is none or it is damaged: then it is made again."""
    if not path.is_file():
        return None
    try:
        kept: dict[str, Any] = read_json(path)
    except RunError as error:
        _messages.warning("%s is damaged and made again (%s)", path, error)
        return None
    return kept


def evaluations_folder(log_digest: str) -> Path:
    """Where all that is kept of a log's evaluations lies."""
    return room("evaluations") / log_digest[:_KEY]


def key_from(made_from: Any) -> str:
    """A name for plain values."""
    return hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()[:_KEY]
