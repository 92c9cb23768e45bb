"""A measurement in a process of its own, so that nothing that was imported or cached before makes it faster."""

from __future__ import annotations

import importlib
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from launcher.environment import ROOT

Part = Callable[..., dict[str, float]]


class Clock:
    """Seconds that a block took."""

    seconds = 0.0


@contextmanager
def clock() -> Iterator[Clock]:
    """Time a block."""
    read = Clock()
    begun = time.perf_counter()
    yield read
    read.seconds = time.perf_counter() - begun


def run(part: Part, *arguments: object, times: int = 1) -> dict[str, float]:
    """What a module's function answers in a fresh process, its arguments as text; the median of each number."""
    return in_turn([(part, *arguments)], times)[0]


def in_turn(calls: Sequence[tuple[Part, *tuple[object, ...]]], times: int) -> list[dict[str, float]]:
    """The same of several calls, taken in turn: what slows the machine for a while slows them all."""
    answers: list[list[dict[str, Any]]] = [[] for _ in calls]
    for _ in range(times):
        for (part, *arguments), own in zip(calls, answers, strict=True):
            command = [sys.executable, "-m", "benchmarks.fresh", part.__module__, part.__name__, *map(str, arguments)]
            done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, encoding="utf-8")
            own.append(json.loads(done.stdout.splitlines()[-1]))
    return [{name: statistics.median(answer[name] for answer in own) for name in own[0]} for own in answers]


if __name__ == "__main__":
    print(json.dumps(getattr(importlib.import_module(sys.argv[1]), sys.argv[2])(*sys.argv[3:])))
