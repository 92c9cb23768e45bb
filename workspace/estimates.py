"""What a training is expected to take on this machine, told before it starts."""

from __future__ import annotations

import statistics
from typing import Any, NamedTuple

from embedders.base import Estimate, LogSize, Method, Params
from errors import InputError
from workspace.files import read_json
from workspace.machine import free_memory, this_machine
from workspace.runs import RunEntry, list_runs

LAST_RUNS = 5
MOST_SCALED = 8.0  # times longer or shorter than the method says, at most
SHORTEST = 2.0  # seconds; a shorter training tells how long libraries take to load, not how fast the machine is
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


class Expected(NamedTuple):
    """An estimate as it holds here.

    seconds  the method's own, times how its last runs on this machine went against theirs
    memory   bytes beside the log at most
    runs     how many runs that is learned from
    """

    seconds: float
    memory: float
    runs: int = 0


def expected(method: Method[Any], size: LogSize, params: Params) -> Expected:
    """The method's estimate, scaled by how its kept runs of this machine came out."""
    plain = method.estimate(size, params)
    ratios = _ratios(method)
    factor = min(max(statistics.median(ratios), 1 / MOST_SCALED), MOST_SCALED) if ratios else 1.0
    return Expected(plain.seconds * factor, plain.memory, len(ratios))


def sentence(estimate: Expected | Estimate) -> str:
    """ "About 20 s and 0.4 GB", without a stop."""
    return f"{duration(estimate.seconds).capitalize()} and {amount(estimate.memory)}"


def definition(estimate: Expected, title: str) -> str:
    """What the two numbers mean."""
    trainings = "training" if estimate.runs == 1 else f"{estimate.runs} trainings"
    if estimate.runs:
        whose = f"by how long your last {trainings} with {title} took on this machine"
    else:
        whose = "for a laptop with two processors; your own trainings will make it this machine's"
    return (
        f"Expected time of a training with these settings on a log of this size, {whose}. It may take half as long or "
        "twice. Memory is the most that the training needs beside the log."
    )


def warning(estimate: Expected | Estimate) -> str | None:
    """A sentence where the training needs more memory than the machine has available, else None."""
    free = free_memory()
    if estimate.memory <= free:
        return None
    return (
        f"This training needs about {amount(estimate.memory)} of memory, and {amount(free)} are free on this machine: "
        "take fewer dimensions, leave out rare items, or end other programs first."
    )


def duration(seconds: float) -> str:
    """Roughly how long: "under 5 s", "about 20 s", "about 3 min".

    >>> [duration(seconds) for seconds in (4.9, 7.4, 23, 57, 200, 3300, 100_000, 1e6)]
    ['under 5 s', 'about 7 s', 'about 25 s', 'about 1 min', 'about 3 min', 'about 1 h', 'about 30 h', 'about 10 days']
    """
    if seconds < 5:
        return "under 5 s"
    for unit, size, last in (("s", 1, 55), ("min", _MINUTE, 55 * _MINUTE), ("h", _HOUR, 36 * _HOUR)):
        if seconds < last:
            return f"about {_rough(seconds / size)} {unit}"
    return f"about {_rough(seconds / _DAY)} days"


def amount(size: float) -> str:
    """Bytes as gigabytes: "under 0.1 GB", "0.4 GB", "12 GB".

    >>> [amount(size) for size in (1e6, 4.4e8, 2.04e9, 1.24e10)]
    ['under 0.1 GB', '0.4 GB', '2 GB', '12 GB']
    """
    gigabytes = size / 1e9
    if gigabytes < 0.1:
        return "under 0.1 GB"
    return f"{gigabytes:,.0f} GB" if gigabytes >= 10 else f"{gigabytes:.1f}".removesuffix(".0") + " GB"


def _rough(number: float) -> str:
    """Whole below 10, then in steps of 5 and 10: an estimate is no more certain than that."""
    step = 1 if number < 10 else 5 if number < 30 else 10
    return f"{max(step * round(number / step), 1):,}"


def _ratios(method: Method[Any]) -> list[float]:
    """Actual over estimated seconds of the method's last runs on this machine, the newest first."""
    ratios: list[float] = []
    try:
        runs = list_runs()
    except OSError:  # a command line also works where no workspace can be made
        return ratios
    for run in runs:
        ratio = _ratio(run, method) if run.method == method.name and len(ratios) < LAST_RUNS else None
        if ratio is not None:
            ratios.append(ratio)
    return ratios


def _ratio(run: RunEntry, method: Method[Any]) -> float | None:
    """None where a run was trained elsewhere or too briefly, or with parameters that the method no longer has."""
    try:
        trained = read_json(run.path / "run.json").get("trained", {})
        if trained.get("machine") != this_machine():
            return None
        estimated = method.estimate(LogSize(**trained["size"]), method.Params.checked(run.params)).seconds
    except (InputError, KeyError, TypeError, AttributeError):
        return None
    return run.seconds / estimated if max(run.seconds, estimated) >= SHORTEST else None
