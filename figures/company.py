"""Why an item's neighbours are its neighbours: how often they stand together in the log, as a picture and in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from analysis.company import Company
from figures.charts import figure
from figures.colours import BOTH, A, B
from figures.text import count, decimal, drawn_text, shorten
from workspace.neighbour_lists import NeighbourList

_CLEAR = 0.64  # chance that one of A's has more than one of B's: a medium effect by Vargha and Delaney (2000)
_ENOUGH = 5  # neighbours on either side, below which nothing is said of a difference
_ONE = {"sessions": "session", "baskets": "basket", "users": "user"}
_WHERE = {"sessions": "in one session", "baskets": "in one basket", "users": "in one user's history"}
BOTH_IN = {
    "sessions": "sessions that hold both",
    "baskets": "baskets that hold both",
    "users": "users who have both",
}
_AXIS = {"gridcolor": "rgba(135, 146, 165, 0.25)", "zeroline": False}


@dataclass(frozen=True)
class Typical:
    """The medians of a neighbour list: of n neighbours, and of those that ever stand together with the item.

    together, pmi, distance  medians; NaN where there is nothing to take one of
    n, never                 neighbours, and those of them that never stand together with the item
    by_users                 of the latter: how many have users in common with it; None where that is not known
    ordered, tied            of those that do: how many have a distance, how many "no order"
    """

    together: float
    pmi: float
    distance: float
    n: int
    never: int
    by_users: int | None
    ordered: int
    tied: int


def typical(found: Company) -> Typical:
    """The medians of what the log says of some neighbours.

    >>> nan = np.nan
    >>> pmi, distance, tied = np.array([1.0, 2.0, nan]), np.array([3.0, nan, nan]), np.array([0.0, 1.0, nan])
    >>> typical(Company(np.array([4, 2, 0]), pmi, None, distance, tied))
    Typical(together=2.0, pmi=1.5, distance=3.0, n=3, never=1, by_users=None, ordered=1, tied=1)
    """
    ordered = np.isfinite(found.distance)
    met = found.together > 0
    return Typical(
        together=_median(found.together.astype(np.float64)),
        pmi=_median(found.pmi),
        distance=_median(found.distance),
        n=len(met),
        never=int((~met).sum()),
        by_users=None if found.users is None else int((~met & (found.users > 0)).sum()),
        ordered=int(ordered.sum()),
        tied=int((met & ~ordered).sum()),
    )


def reasons(a: Company, b: Company, held_by: str, *, timed: bool) -> list[str]:
    """Sentences in Markdown on what sets A's neighbours apart from B's.

    held_by  what two items stand together in: "sessions", "baskets" or "users"
    timed    whether the log has times
    """
    of_a, of_b = typical(a), typical(b)
    if not of_a.n or not of_b.n:
        return []
    if of_a.never == of_a.n and of_b.never == of_b.n:
        return [f"**No neighbour ever stands together with this item**: none of A's {of_a.n}, none of B's {of_b.n}."]
    in_a, in_b = (_times(side.together, held_by) for side in (of_a, of_b))
    numbers = (
        f"The median neighbour shares {in_a} with it in A and {in_b} in B (n = {of_a.n} and {of_b.n}); where they "
        f"share any, the median PMI is {decimal(of_a.pmi)} and {decimal(of_b.pmi)}"
    )
    more, above = _larger(a.together.astype(np.float64), b.together.astype(np.float64)), _larger(a.pmi, b.pmi)
    said = _difference(more, above)
    return [
        (f"**{said}**. " if said else "") + f"{numbers}.",
        *_never(of_a, of_b, held_by),
        *_order(of_a, of_b, BOTH_IN[held_by], timed),
    ]


def _difference(more: str | None, above: str | None) -> str:
    """What sets the two lists apart, by which of them has more ("A", "B", or "" for neither); None = too few to say."""
    if more is None:
        return ""
    if more and above and more != above:
        return f"{more}'s neighbours stand beside it more often, {above}'s further beyond chance"
    if more:
        further = {None: "", more: ", and further beyond chance", "": ", and about as far beyond chance"}[above]
        return f"{more}'s neighbours stand beside it more often{further}"
    if above:
        return f"{above}'s neighbours stand beside it further beyond chance, and about as often"
    further = "" if above is None else ", and about as far beyond chance"
    return f"Neighbours in A and in B stand beside it about as often{further}"


def _never(a: Typical, b: Typical, held_by: str) -> list[str]:
    if not a.never and not b.never:
        return []
    if a.by_users is None or b.by_users is None:
        why = "these are near for another reason, such as the same other items beside them"
    else:
        why = f"of these, {count(a.by_users)} and {count(b.by_users)} share users with it in other sessions"
    return [
        f"**Never together** with it {_WHERE[held_by]} are {count(a.never)} of {a.n} neighbours in A and "
        f"{count(b.never)} of {b.n} in B: {why}."
    ]


def _order(a: Typical, b: Typical, holders: str, timed: bool) -> list[str]:
    if not timed:
        return ["**No order**: this log has no times, so it does not say how near two items follow each other."]
    if a.ordered or b.ordered:
        numbers = f"{decimal(a.distance, 1)} events in A and {decimal(b.distance, 1)} in B"
        without = f"; {count(a.tied + b.tied)} have no order" if a.tied + b.tied else ""
        of = f"n = {a.ordered} and {b.ordered}"
        return [f"**How near they follow**: the median distance to a neighbour is {numbers} ({of}{without})."]
    if a.tied or b.tied:
        return [
            f"**No order**: most {holders} have them at the same time, so the log does not say how near they follow "
            "each other. A method that needs an order draws one at random."
        ]
    return []


def _larger(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> str | None:
    """Which of two sets of numbers is the larger: "A", "B", "" for neither, None where too few are known to say so."""
    a, b = a[np.isfinite(a)], b[np.isfinite(b)]
    if min(len(a), len(b)) < _ENOUGH:
        return None
    chance = float(np.mean((a[:, None] > b) + 0.5 * (a[:, None] == b)))
    return "A" if chance >= _CLEAR else "B" if chance <= 1 - _CLEAR else ""


def _times(number: float, held_by: str) -> str:
    """A median count with its unit: "1 session", "12.5 sessions"."""
    shown = count(number) if number == int(number) else f"{number:,.1f}"
    return f"{shown} {_ONE[held_by] if number == 1 else held_by}"


def _median(values: npt.NDArray[np.float64]) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else float("nan")


def company_chart(lists: tuple[NeighbourList, NeighbourList], titles: Sequence[str], held_by: str) -> go.Figure:
    """Each neighbour by how often it stands together with the item, and how far beyond chance that is.

    A large cross marks the medians of each run; neighbours that never stand together with the item have no place.
    """
    of_a, of_b = lists
    traces: list[dict[str, Any]] = []
    for name, colour, of_run, which in (
        ("only in A", A, of_a, ~of_a.shared),
        ("only in B", B, of_b, ~of_b.shared),
        ("in both", BOTH, of_a, of_a.shared),
    ):
        assert of_run.company is not None
        rows = np.flatnonzero(which & (of_run.company.together > 0))
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": name,
                "x": of_run.company.together[rows],
                "y": of_run.company.pmi[rows],
                "text": [drawn_text(shorten(titles[code])) for code in of_run.codes[rows]],
                "marker": {"color": colour, "size": 9, "opacity": 0.8},
                "hovertemplate": f"%{{text}}<br>together in %{{x:,}} {held_by}<br>PMI %{{y:.2f}}<extra></extra>",
            }
        )
    for letter, colour, of_run in (("A", A, of_a), ("B", B, of_b)):
        assert of_run.company is not None
        middle = typical(of_run.company)
        if middle.together > 0 and np.isfinite(middle.pmi):
            traces.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "name": f"median of {letter}",
                    "x": [middle.together],
                    "y": [middle.pmi],
                    "marker": {
                        "color": colour,
                        "size": 18,
                        "symbol": "cross-thin",
                        "line": {"color": colour, "width": 4},
                    },
                    "hovertemplate": f"median of {letter}<br>%{{x:,}} {held_by}<br>PMI %{{y:.2f}}<extra></extra>",
                }
            )
    x_axis = {**_AXIS, "type": "log", **_ticks([float(x) for trace in traces for x in trace["x"]])}
    return figure(traces, BOTH_IN[held_by], "PMI (0 = by chance)", height=300, x_axis=x_axis, y_axis=_AXIS)


def _ticks(values: Sequence[float]) -> dict[str, Any]:
    """1, 2, 5, 10, 20 ... on a logarithmic axis, and its range: left alone, Plotly writes 2, 3, 4 without the tens."""
    if not values:
        return {"tickvals": [1, 10, 100], "range": [0, 2]}
    low, high = min(values) / 1.3, max(values) * 1.3
    marks = [factor * 10**power for power in range(10) for factor in (1, 2, 5)]
    return {
        "tickvals": [mark for mark in marks if low <= mark <= high],
        "ticktext": [count(mark) for mark in marks if low <= mark <= high],
        "range": [float(np.log10(low)), float(np.log10(high))],
    }
