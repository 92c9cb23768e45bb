"""User to item: what two runs recommend to users, beside the baselines and what users chose themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis import BUCKETS
from figures import popularity
from figures import popularity_words as words
from figures.charts import Chart
from figures.colours import BASELINE, CHOSEN, POPULAR, A, B
from figures.popularity import Bar, Series
from figures.text import count, decimal, percent
from workspace.pairs import Pair
from workspace.results.recommendations import Recommendations, kept_recommendations
from workspace.runs import RunEntry

_MEASURES: tuple[tuple[str, str, Callable[[float | None], str]], ...] = (
    ("Mean popularity (ARP)", "arp", lambda value: decimal(value, 1)),
    ("Mean popularity quantile", "arp_quantile", lambda value: decimal(value, 3)),
    ("Not head (APLT)", "aplt", lambda share: percent(share, 1)),
    ("Lift against the profile", "lift", percent),
    ("Coverage of recommendations", "coverage", percent),
    ("Gini of recommendations", "gini", decimal),
)


@dataclass(frozen=True)
class Source:
    """Where lists of users come from: a run, a baseline, or the users' own histories."""

    name: str
    colour: str
    measures: Mapping[str, Any]

    def bar(self, measure: str) -> Bar:
        cell = self.measures.get(measure, {"value": None})
        return Bar(self.name, self.colour, cell["value"], cell.get("low"), cell.get("high"))


@dataclass(frozen=True)
class Recommended:
    """The lists of both runs (of one, where it stands beside itself) with the baselines and the users' own choice.

    served, in_log  how many users lists were made for, of how many
    by_histories    names of the runs that know no users: the mean vector of what a user touched stands for the user
    """

    runs: tuple[Source, ...]
    baselines: tuple[Source, ...]
    profile: Source
    served: int
    in_log: int
    by_histories: tuple[str, ...]
    k: int

    @classmethod
    def of(cls, found: Sequence[tuple[RunEntry, str, Recommendations]], k: int) -> Recommended:
        """Runs with their colours and lists, at least one; the baselines of all differ only where their items do."""
        first = found[0][2]
        return cls(
            tuple(Source(run.name, colour, lists.measures["run"]) for run, colour, lists in found),
            (
                Source("random", BASELINE, first.measures["random"]),
                Source("most popular", POPULAR, first.measures["popularity"]),
            ),
            Source("users' own choice", CHOSEN, first.measures["profile"]),
            len(first.users),
            first.in_log,
            tuple(run.name for run, _, lists in found if lists.by == "histories"),
            k,
        )

    @classmethod
    def kept(cls, pair: Pair) -> Recommended | None:
        """What was worked out before; None where that of a run was not, or where the two are of two logs."""
        if pair.report["logs"] != "same":
            return None
        sides = coloured(pair.a.entry, pair.b.entry)
        found = [(run, colour, kept_recommendations(run, pair.k)) for run, colour in sides]
        known = [(run, colour, lists) for run, colour, lists in found if isinstance(lists, Recommendations)]
        return cls.of(known, pair.k) if len(known) == len(found) else None

    def charts(self) -> tuple[Chart, Chart, Chart, Chart]:
        """How popular the lists are, how much of them is not head, against what users chose, and who fills them."""
        said = [(source.name, source.measures) for source in self.runs]
        lists = (*self.runs, *self.baselines)
        rows = (*lists, self.profile)
        shares = [
            Series(row.name, row.colour, [row.measures["shares"][bucket]["value"] for bucket in BUCKETS])
            for row in rows
        ]
        chosen = self.profile.measures
        return (
            Chart(
                "How popular is what users get?",
                popularity.bars([row.bar("arp_quantile") for row in rows], "mean popularity quantile", "quantile"),
                words.recommended(said, chosen),
                ("arp", "recommendations"),
            ),
            Chart(
                "How much of it is off the beaten track?",
                popularity.bars([row.bar("aplt") for row in rows], "share that is not head", "share"),
                words.not_head(said, chosen),
                ("aplt",),
            ),
            Chart(
                "Does it lean further than the users do?",
                popularity.bars([row.bar("lift") for row in lists], "against own choice", "change"),
                words.lift(said),
                ("lift_against_the_profile",),
            ),
            Chart(
                "Who fills the lists of users?",
                popularity.share_bars(BUCKETS, shares, "share of the list"),
                words.recommended_buckets(said, chosen),
                ("aplt", "buckets"),
            ),
        )

    def columns(self) -> list[str]:
        """Heads of the columns of `rows`."""
        names = [f"{letter}: {source.name}" for letter, source in zip("AB", self.runs, strict=False)]
        return [*names, *(source.name for source in (*self.baselines, self.profile))]

    def rows(self) -> list[tuple[str, list[str]]]:
        """A measure in words and its value in each column, with half of its 95 % interval and its n."""
        sources = (*self.runs, *self.baselines, self.profile)
        return [
            (label, [_cell(source.measures.get(name), show) for source in sources]) for label, name, show in _MEASURES
        ]

    def note(self, whom: str) -> str:
        """How to read the rows; `whom` lists are made for: users, baskets."""
        served = f"all {count(self.in_log)}"
        if self.served < self.in_log:
            served = f"{count(self.served)} of {count(self.in_log)}"
        return (
            f"Lists of {self.k} by dot product for {served} {whom}. In brackets: how many {whom} a mean is taken over, "
            f"and how many items coverage and Gini are. After ±, and as thin lines in the pictures: the 95 % interval "
            f"over {whom}."
        )


def coloured(a: RunEntry, b: RunEntry) -> list[tuple[RunEntry, str]]:
    """A and B with their colours, or the one that stands beside itself."""
    return [(a, A)] if a.key == b.key else [(a, A), (b, B)]


def _cell(cell: Mapping[str, Any] | None, show: Callable[[float | None], str]) -> str:
    """A number, half of its interval where it has one, and in brackets what it was taken over; else a dash."""
    if cell is None or cell["value"] is None:
        return "–"
    half = "" if cell.get("high") is None else f" ± {show(cell['high'] - cell['value'])}"
    return f"{show(cell['value'])}{half} ({count(cell['n'])})"
