"""What users are recommended, in a report: as far as it was worked out before and is kept beside the runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from analysis import BUCKETS
from figures import popularity
from figures import popularity_words as words
from figures.colours import BASELINE, CHOSEN, POPULAR, A, B
from figures.popularity import Bar, Series
from figures.report_charts import Chart
from figures.report_page import table
from figures.text import count, decimal, percent
from workspace.pairs import Pair
from workspace.results.recommendations import Recommendations, kept_recommendations


@dataclass(frozen=True)
class _Source:
    """Where lists of users come from: a run, a baseline, or the users' own histories."""

    name: str
    colour: str
    measures: Mapping[str, Any]

    def bar(self, measure: str) -> Bar:
        cell = self.measures.get(measure, {"value": None})
        return Bar(self.name, self.colour, cell["value"], cell.get("low"), cell.get("high"))


@dataclass(frozen=True)
class Recommended:
    """The lists of both runs (of one, where it stands beside itself) with the baselines and the users' own choice."""

    runs: list[_Source]
    baselines: list[_Source]
    profile: Mapping[str, Any]
    served: int
    in_log: int
    k: int

    @classmethod
    def of(cls, pair: Pair) -> Recommended | None:
        """What is kept; None where that of a run is not, or where the two are of two logs."""
        if pair.report["logs"] != "same":
            return None
        sides = {pair.a.entry.key: (pair.a.entry, A)}
        sides.setdefault(pair.b.entry.key, (pair.b.entry, B))
        found = [(entry, colour, kept_recommendations(entry, pair.k)) for entry, colour in sides.values()]
        known = [(entry, colour, of) for entry, colour, of in found if isinstance(of, Recommendations)]
        if len(known) < len(found):
            return None
        first = known[0][2]
        return cls(
            [_Source(entry.name, colour, of.measures["run"]) for entry, colour, of in known],
            [
                _Source("random", BASELINE, first.measures["random"]),
                _Source("most popular", POPULAR, first.measures["popularity"]),
            ],
            first.measures["profile"],
            len(first.users),
            first.in_log,
            pair.k,
        )

    def charts(self) -> list[Chart]:
        """How popular the lists are, how much of them is not head, against what users chose, and who fills them."""
        runs = [(source.name, source.measures) for source in self.runs]
        rows = [*self.runs, *self.baselines, _Source("users' own choice", CHOSEN, self.profile)]
        lists = [*self.runs, *self.baselines]
        shares = [
            Series(row.name, row.colour, [row.measures["shares"][bucket]["value"] for bucket in BUCKETS])
            for row in rows
        ]
        return [
            Chart(
                "How popular is what users get?",
                popularity.bars([row.bar("arp_quantile") for row in rows], "mean popularity quantile", "quantile"),
                words.recommended(runs, self.profile),
                ("arp", "recommendations"),
            ),
            Chart(
                "How much of it is off the beaten track?",
                popularity.bars([row.bar("aplt") for row in rows], "share that is not head", "share"),
                words.not_head(runs, self.profile),
                ("aplt",),
            ),
            Chart(
                "Does it lean further than the users do?",
                popularity.bars([row.bar("lift") for row in lists], "against own choice", "change"),
                words.lift(runs),
                ("lift_against_the_profile",),
            ),
            Chart(
                "Who fills the lists of users?",
                popularity.share_bars(BUCKETS, shares, "share of the list"),
                words.recommended_buckets(runs, self.profile),
                ("buckets",),
            ),
        ]

    def table(self) -> str:
        """Every number of the lists, with the users (or items) it was taken over."""
        columns = [*self.runs, *self.baselines, _Source("users' own choice", CHOSEN, self.profile)]
        rows = [
            (label, *(_with_n(column.measures.get(name), show) for column in columns))
            for label, name, show in (
                ("ARP (mean users of an item)", "arp", lambda value: decimal(value, 1)),
                ("ARP (mean quantile)", "arp_quantile", decimal),
                ("APLT", "aplt", percent),
                ("Lift against the profile", "lift", percent),
                ("Coverage", "coverage", percent),
                ("Gini of list counts", "gini", decimal),
            )
        ]
        users = "all" if self.served == self.in_log else f"{count(self.served)} of"
        caption = (
            f"Lists of {self.k} by dot product for {users} {count(self.in_log)} users (or baskets); n in brackets: "
            "users, and items for coverage and Gini."
        )
        return table(("", *(column.name for column in columns)), rows, caption)


def _with_n(cell: Mapping[str, Any] | None, show: Callable[[float | None], str]) -> str:
    return "–" if cell is None or cell["value"] is None else f"{show(cell['value'])} ({count(cell['n'])})"
