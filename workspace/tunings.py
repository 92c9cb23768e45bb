"""Tunings that are kept: what was tried of a method on the training part of a log, a line a trial.

They lie among the evaluations of the log, in files named by all that they depend on but for the number of trials: with
a larger budget a tuning goes on, with a smaller one its first trials are the answer, as if it had never gone further.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import accumulate, pairwise
from pathlib import Path
from statistics import fmean
from typing import Any, Literal

import pydantic

from analysis.arrays import Similarity
from embedders import METHODS
from embedders.base import LogSize, Params, Progress, no_progress, part_of, search_space
from errors import ParameterError
from interactions import InteractionLog
from interactions.split import Split
from studies.trials import Objective, Trial
from studies.tuning import TuningSettings, counted, tune, validation_questions
from workspace import estimates
from workspace.estimates import Expected
from workspace.evaluations import Asked, evaluations_folder, key_from, read_kept
from workspace.files import write_json_atomically
from workspace.summary import size_of

VERSION = 1  # raised whenever the same settings would give other trials than before
MOST_TRIALS = 1000  # of a method
_USED_UP = {"used_up": True}  # the last line where nothing is left to try


class Sought(pydantic.BaseModel):
    """What a tuning looks for, apart from the log and the method.

    trials  the budget of each method, the defaults included
    """

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    objective: Objective = "hr"
    trials: int = pydantic.Field(default=20, ge=1, le=MOST_TRIALS)
    k: int = pydantic.Field(default=10, ge=1)
    similarity: Similarity | Literal["searched"] = "cosine"

    @property
    def goal(self) -> str:
        """The objective as short as it can be told."""
        goals: dict[Objective, str] = {
            "hr": f"HR@{self.k}",
            "ndcg": f"NDCG@{self.k}",
            "tail hr": f"tail HR@{self.k}",
            "hr against popularity": f"HR@{self.k} against popularity",
        }
        return goals[self.objective]

    def settings(self, asked: Asked) -> TuningSettings:
        """The same for `tune`, with the questions and the seed of an evaluation."""
        return TuningSettings(
            self.objective, self.trials, self.k, self.similarity, questions=asked.settings, seed=asked.seed
        )


@dataclass(frozen=True)
class Tuning:
    """The trials that are kept of one method.

    cases    next-item cases that each trial is asked and the objective counts, 0 where it has not begun
    used_up  whether nothing is left to try
    """

    method: str
    sought: Sought
    trials: tuple[Trial, ...] = ()
    cases: int = 0
    used_up: bool = False

    @property
    def complete(self) -> bool:
        """Whether it has come to the end of its budget, or of what can be tried."""
        return self.used_up or len(self.trials) >= self.sought.trials


def tuning_spec(log_digest: str, asked: Asked, methods: Sequence[str], sought: Sought) -> dict[str, Any]:
    """What a "tune" job is asked."""
    return {
        "log_digest": log_digest,
        "asked": asked.model_dump(),
        "methods": list(methods),
        "sought": sought.model_dump(),
    }


def kept_tuning(log_digest: str, asked: Asked, method: str, sought: Sought) -> Tuning:
    """What is there of a tuning, up to its budget."""
    path = _path(log_digest, asked, method, sought)
    facts = read_kept(path.with_suffix(".json"))
    if facts is None:
        return Tuning(method, sought)
    trials, used_up, _ = _read(path)
    cases = int(facts["cases"]) if trials else 0
    return Tuning(method, sought, trials[: sought.trials], cases, used_up and len(trials) <= sought.trials)


def kept_tunings(log_digest: str) -> list[Tuning]:
    """All that is there of the tunings of a log by methods as they are today, the first begun first."""
    folder = evaluations_folder(log_digest) / "tunings"
    paths = folder.glob("*.json") if folder.is_dir() else []
    facts = [one for path in paths if (one := read_kept(path)) is not None]
    found = []
    for one in sorted(facts, key=lambda one: float(one["begun"])):
        asked, sought, method = Asked(**one["asked"]), Sought(**one["sought"]), str(one["method"])
        if method in METHODS:
            found.append(kept_tuning(log_digest, asked, method, sought.model_copy(update={"trials": MOST_TRIALS})))
    return [one for one in found if one.trials]


def tuned_params(method: str, trial: Trial) -> Params:
    """What a trial says of the parameters that are tried, the rest as it is by default.

    Raises ParameterError where the method knows other parameters by now.
    """
    declared = METHODS[method].Params
    tried = {name: trial.params[name] for name in search_space(declared) if name in trial.params}
    params: Params = declared.checked(tried)
    return params


def expected_tuning(size: LogSize, tunings: Sequence[Tuning]) -> Expected:
    """What the trials take that are not done yet: as long as those that are, else as a training with the defaults."""
    seconds, memory = 0.0, 0.0
    for tuning in tunings:
        if not tuning.complete:
            method = METHODS[tuning.method]
            one = estimates.expected(method, size, method.Params())
            taken = [trial.seconds for trial in tuning.trials]
            seconds += (tuning.sought.trials - len(taken)) * (fmean(taken) if taken else one.seconds)
            memory = max(memory, one.memory)
    return Expected(seconds, memory)


def tune_log(
    log: InteractionLog, asked: Asked, methods: Sequence[str], sought: Sought, progress: Progress = no_progress
) -> list[Tuning]:
    """Tune methods one after the other on the training part, each with the same budget, but for what is kept already.

    Raises ParameterError where a method is unknown, the split leaves nothing on one side, or there is nothing to tune
    on; Cancelled where `progress` does: every trial that was done by then is kept.
    """
    unknown = [name for name in methods if name not in METHODS]
    if unknown:
        raise ParameterError(f"Unknown method {unknown[0]!r}: choose one of {', '.join(METHODS)}.")
    progress("Cutting the log", 0.0, 1.0)
    train, _ = Split.of(log, asked.split, asked.at, asked.seed).parts(log)
    # A share of the progress as long as its trials take: where one method takes minutes and another seconds, half of
    # the trials are far from half of the time.
    kept = [kept_tuning(log.digest, asked, method, sought) for method in methods]
    ends = list(accumulate((expected_tuning(size_of(train), [one]).seconds for one in kept), initial=0.0))
    for one, (start, end) in zip(kept, pairwise(ends), strict=True):
        if not one.complete:
            by_name = _by_name(METHODS[one.method].short, progress)
            _go_on(log.digest, train, asked, one.method, sought, part_of(by_name, start / ends[-1], end / ends[-1]))
    progress("Done", 1.0, 1.0)
    return [kept_tuning(log.digest, asked, method, sought) for method in methods]


def _go_on(
    log_digest: str, train: InteractionLog, asked: Asked, method: str, sought: Sought, progress: Progress
) -> None:
    path = _path(log_digest, asked, method, sought)
    trials, _, whole = _read(path)
    if read_kept(path.with_suffix(".json")) is None:
        settings = sought.settings(asked)
        cases = int(counted(validation_questions(train, settings), settings).sum())
        facts = {"asked": asked.model_dump(), "method": method, "sought": sought.model_dump(), "cases": cases}
        path.parent.mkdir(parents=True, exist_ok=True)
        write_json_atomically(path.with_suffix(".json"), facts | {"begun": time.time()})
        path.touch()
    with path.open("r+b") as file:
        file.truncate(whole)  # a half line would take the next one with it
        file.seek(whole)

        def append(line: Mapping[str, Any]) -> None:
            file.write(json.dumps(line, allow_nan=False).encode() + b"\n")
            file.flush()

        done = len(trials)
        for trial in tune(method, train, sought.settings(asked), trials, progress):
            append(trial.as_json())
            done += 1
        if done < sought.trials:
            append(_USED_UP)


def _read(path: Path) -> tuple[tuple[Trial, ...], bool, int]:
    """(trials, whether there is nothing left to try, bytes of the lines that are whole)."""
    trials: list[Trial] = []
    whole = 0
    for line in path.read_bytes().splitlines(keepends=True) if path.exists() else ():
        try:
            facts: Any = json.loads(line if line.endswith(b"\n") else b"")
            if facts == _USED_UP:
                return tuple(trials), True, whole + len(line)
            trial = Trial(**facts)
        except (ValueError, TypeError):
            break
        if trial.number != len(trials):
            break
        trials.append(trial)
        whole += len(line)
    return tuple(trials), False, whole


def _path(log_digest: str, asked: Asked, method: str, sought: Sought) -> Path:
    settings = replace(sought.settings(asked), trials=0, questions=replace(asked.settings, users=0))
    declared = METHODS[method].Params
    made_from = [
        VERSION,
        [asked.split, asked.at],
        asdict(settings),
        [method, METHODS[method].version, declared().model_dump(mode="json"), repr(search_space(declared))],
    ]
    return evaluations_folder(log_digest) / "tunings" / f"{key_from(made_from)}.jsonl"


def _by_name(name: str, progress: Progress) -> Progress:
    def report(stage: str, done: float, total: float, loss: float | None = None) -> None:
        progress(f"{name}: {stage[:1].lower()}{stage[1:]}", done, total, loss)

    return report
