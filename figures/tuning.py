"""How a tuning goes: its trials as charts, its objective and its values in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import plotly.graph_objects as go

from embedders import METHODS
from figures.charts import figure
from figures.colours import BASELINE, CATEGORIES
from figures.text import count, decimal, percent
from studies.trials import MEASURES, Objective, Trial, best_trials
from workspace.tunings import Sought, Tuning

_NAMES: Final = {"hr": "HR@{k}", "ndcg": "NDCG@{k}", "tail_hr": "tail HR@{k}"}
_POPULARITY: Final = "neighbour_popularity"


def objective_in_words(objective: Objective, k: int) -> str:
    """What is looked for, as a person would ask for it."""
    return {
        "hr": f"The next item among the {k} nearest (HR@{k})",
        "ndcg": f"The next item near the top of the {k} nearest (NDCG@{k})",
        "tail hr": f"Rare next items among the {k} nearest (tail HR@{k})",
        "hr against popularity": f"Often right without popular items (HR@{k} and popularity)",
    }[objective]


def values_in_words(trial: Trial, k: int) -> str:
    """The values of a complete trial: "HR@10 12.34 %, neighbours at popularity quantile 0.510"."""
    hits = next(name for name in trial.values if name != _POPULARITY)
    return f"{_name(hits, k)} {_shown(trial, ', neighbours at popularity quantile ')}"


def compared_in_words(trial: Trial, defaults: Trial, k: int) -> str:
    """The values of a complete trial beside those of the defaults: "HR@10 12.34 %, with the defaults 10.20 %"."""
    values = values_in_words(trial, k)
    if trial.number == defaults.number:
        return f"{values}, with the defaults"
    return f"{values}, with the defaults {_shown(defaults, ' and ')}"


def settings_in_words(tuning: Tuning) -> str:
    """k, similarity and n of the values."""
    by = {"cosine": "cosine", "dot": "dot product", "searched": "cosine or dot product, as it was tried"}
    return (
        f"By {by[tuning.sought.similarity]}, k = {tuning.sought.k}, over {count(tuning.cases)} next-item cases of the "
        f"training part{' whose next item is of the tail' if tuning.sought.objective == 'tail hr' else ''}."
    )


def value_columns(trial: Trial, sought: Sought) -> dict[str, float | None]:
    """Heading -> value of what is looked for, None where the trial failed."""
    columns: dict[str, float | None] = {}
    for name in MEASURES[sought.objective]:
        value = trial.values.get(name)
        if name == _POPULARITY:
            columns["Neighbour popularity"] = value
        else:
            columns[f"{_name(name, sought.k)}, %"] = None if value is None else 100 * value
    return columns


def caution_in_words(tunings: Sequence[Tuning]) -> str:
    """How far the best trials can be trusted, and whether methods had the same chance so far."""
    said = "The best of many trials looks better than it is: evaluate it on what no trial has seen."
    numbers = {len(tuning.trials) for tuning in tunings if not tuning.used_up}
    if len(numbers) < 2:
        return said
    each = ", ".join(f"{METHODS[tuning.method].short} {count(len(tuning.trials))}" for tuning in tunings)
    return f"{said} Trials so far: {each}. They can be compared when all have as many."


def failures_in_words(tunings: Sequence[Tuning]) -> str:
    """How many trials of each method failed, and why the first did; empty where none did."""
    said = []
    for tuning in tunings:
        failed = [trial for trial in tuning.trials if trial.state == "failed"]
        if failed:
            short = METHODS[tuning.method].short
            which = f"1 trial of {short}" if len(failed) == 1 else f"{count(len(failed))} trials of {short}"
            said.append(f"{which} failed, which uses up the budget like any other: {failed[0].failure}")
    return " ".join(said)


def trials_picture(tunings: Sequence[Tuning]) -> go.Figure:
    """Tunings with one objective as values by trial, with two as a scatter with the front of each; one colour a method.

    All are of one `Sought` but for the method; trials that failed have no point.
    """
    sought = tunings[0].sought
    return _front(tunings, sought) if len(MEASURES[sought.objective]) > 1 else _by_trial(tunings, sought)


def _by_trial(tunings: Sequence[Tuning], sought: Sought) -> go.Figure:
    """A point a trial, and the best so far as a line that only rises."""
    (measure,) = MEASURES[sought.objective]
    traces: list[dict[str, Any]] = []
    for colour, tuning, complete in _drawn(tunings):
        numbers = [trial.number + 1 for trial in complete]
        values = [100 * trial.values[measure] for trial in complete]
        best = [max(values[: place + 1]) for place in range(len(values))]
        of_method = {"type": "scatter", "x": numbers, "legendgroup": tuning.method}
        points = {"mode": "markers", "marker": {"color": colour, "size": 7, "opacity": 0.5}, "showlegend": False}
        line = {"mode": "lines", "line": {"color": colour, "width": 2, "shape": "hv"}, "hoverinfo": "skip"}
        name = METHODS[tuning.method].short
        hover = f"trial %{{x}}: %{{y:.2f}} %<extra>{name}</extra>"
        traces += [
            {**of_method, **points, "y": values, "name": name, "hovertemplate": hover},
            {**of_method, **line, "y": best, "name": name},
        ]
    return figure(
        traces, "trial (1 = the defaults)", f"{_name(measure, sought.k)}, %",
        x_axis={"range": [0.5, sought.trials + 0.5], "tickformat": "d"},
    )  # fmt: skip


def _front(tunings: Sequence[Tuning], sought: Sought) -> go.Figure:
    """Popularity of the neighbours along x, hits along y: the better, the further up and to the left."""
    hits, popularity = MEASURES[sought.objective]
    traces: list[dict[str, Any]] = []
    for colour, tuning, complete in _drawn(tunings):
        front = sorted(best_trials(complete, sought.objective), key=lambda trial: trial.values[popularity])
        name = METHODS[tuning.method].short
        shared = {"type": "scatter", "legendgroup": tuning.method, "name": name}
        shared |= {"hovertemplate": f"trial %{{customdata}}: %{{y:.2f}} %, quantile %{{x:.3f}}<extra>{name}</extra>"}
        others = [trial for trial in complete if trial not in front]
        for trials, look in (
            (others, {"mode": "markers", "opacity": 0.4, "showlegend": not front}),
            (front, {"mode": "lines+markers", "line": {"color": colour, "width": 2, "shape": "hv"}}),
        ):
            # The defaults stand out wherever they are: what tuning has gained is measured from them.
            symbols = ["diamond" if trial.number == 0 else "circle" for trial in trials]
            traces.append(
                {
                    **shared,
                    **look,
                    "x": [trial.values[popularity] for trial in trials],
                    "y": [100 * trial.values[hits] for trial in trials],
                    "customdata": [trial.number + 1 for trial in trials],
                    "marker": {"color": colour, "size": 9, "symbol": symbols},
                }
            )
    chance = {"type": "line", "x0": 0.5, "x1": 0.5, "yref": "paper", "y0": 0, "y1": 1,
              "line": {"color": BASELINE, "dash": "dash"}}  # fmt: skip
    return figure(
        traces, "popularity quantile of the neighbours (0.5 = chance)", f"{_name(hits, sought.k)}, %", height=420,
        shapes=[chance],
    )  # fmt: skip


def _drawn(tunings: Sequence[Tuning]) -> list[tuple[str, Tuning, list[Trial]]]:
    """(colour, tuning, its complete trials); the colour of a method does not depend on which others have trials."""
    return [
        (CATEGORIES[place % len(CATEGORIES)], tuning, complete)
        for place, tuning in enumerate(tunings)
        if (complete := [trial for trial in tuning.trials if trial.state == "complete"])
    ]


def _name(measure: str, k: int) -> str:
    return _NAMES[measure].format(k=k)


def _shown(trial: Trial, between: str) -> str:
    """The values of a trial, a dash where it failed."""
    shown = [decimal(value, 3) if name == _POPULARITY else percent(value, 2) for name, value in trial.values.items()]
    return between.join(shown) or "–"
