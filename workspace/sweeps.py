"""Window sweeps that are kept: each window's training and answers on their own, and what was measured along them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from embedders import METHODS
from embedders.base import Progress, no_progress
from interactions import InteractionLog
from studies.contest import evaluate, facts_of
from studies.sweep import swept
from studies.windows import Sweep
from workspace.evaluations import VERSION as ANSWERS_VERSION
from workspace.evaluations import Asked, contestant_from, cut_log, evaluations_folder, key_from, read_kept
from workspace.files import write_json_atomically

VERSION = 2  # raised whenever the same answers would be measured otherwise than before


def sweep_spec(log_digest: str, asked: Asked, sweep: Sweep, k: int) -> dict[str, Any]:
    """What a "sweep" job is asked."""
    return {
        "log_digest": log_digest,
        "asked": asked.model_dump(),
        "axis": sweep.axis,
        "reaches": list(sweep.reaches),
        "contestants": [facts_of(one) for one in sweep.contestants],
        "k": k,
    }


def sweep_from(spec: Mapping[str, Any]) -> Sweep:
    """The sweep of what `sweep_spec` wrote; raises ParameterError where the parameters cannot be."""
    beside, *trained = (contestant_from(facts) for facts in spec["contestants"])
    return Sweep(spec["axis"], tuple(spec["reaches"]), tuple(trained), beside)


def kept_sweep(log_digest: str, asked: Asked, sweep: Sweep, k: int) -> dict[str, Any] | None:
    """A sweep that was made before, or None."""
    return read_kept(_path(log_digest, asked, sweep, k))


def kept_sweeps(log_digest: str) -> list[dict[str, Any]]:
    """All sweeps of a log, the newest first."""
    folder = evaluations_folder(log_digest) / "sweeps"
    paths = folder.glob("*.json") if folder.is_dir() else []
    found = [report for path in paths if (report := read_kept(path)) is not None]
    return sorted(found, key=lambda report: report["made"], reverse=True)


def sweep_log(
    log: InteractionLog, asked: Asked, sweep: Sweep, k: int = 10, progress: Progress = no_progress
) -> dict[str, Any]:
    """Train, ask, measure and keep, or read what is kept already: what `sweep_spec` says, {"split", "cases", "items",
    "tied_pairs", "made"} and what `Swept.as_json` says.

    What was trained or asked before, in an evaluation or in a sweep that was cancelled, is not worked out again. Raises
    ParameterError as `evaluate_log` does.
    """
    path = _path(log.digest, asked, sweep, k)
    kept = read_kept(path)
    if kept is not None:
        return kept
    cut = cut_log(log, asked, progress)
    evaluation = evaluate(cut.questions, sweep.contestants, cut.store, k, progress)
    questions = cut.questions
    report = {
        **sweep_spec(log.digest, asked, sweep, k),
        "split": cut.split,
        "cases": questions.n_cases,
        "items": int(questions.known.sum()),
        "tied_pairs": float(questions.tied.mean()) if questions.n_cases else None,
        "made": time.time(),
        **swept(evaluation, sweep).as_json(),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    write_json_atomically(path, report)
    return report


def _path(log_digest: str, asked: Asked, sweep: Sweep, k: int) -> Path:
    versions = [ANSWERS_VERSION, VERSION, *(METHODS[one.needed.method].version for one in sweep.contestants)]
    return (
        evaluations_folder(log_digest)
        / "sweeps"
        / f"{key_from([versions, sweep_spec(log_digest, asked, sweep, k)])}.json"
    )
