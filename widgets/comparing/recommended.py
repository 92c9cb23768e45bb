"""User to item: what the runs recommend to users, beside the baselines and what users chose themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from analysis import BUCKETS
from figures import popularity as pictures
from figures import popularity_words as words
from figures.colours import BASELINE, CHOSEN, POPULAR, A, B
from figures.popularity import Bar, Series
from figures.text import count, plain
from widgets.comparing.evidence import Evidence
from widgets.comparing.popularity_tables import recommendation_numbers
from widgets.logs.words import whose
from widgets.measures import explain
from widgets.pictures import picture
from workspace.results import PopularityBias, Recommendations, Unavailable


@dataclass(frozen=True)
class Source:
    """Where lists of users come from: a run, a baseline, or the users' own histories."""

    name: str
    colour: str
    measures: Mapping[str, Any]

    def bar(self, measure: str) -> Bar:
        cell = self.measures.get(measure, {"value": None})
        return Bar(self.name, self.colour, cell["value"], cell.get("low"), cell.get("high"))


def recommended(evidence: Evidence, known: PopularityBias) -> None:
    """What is recommended, as far as it is known."""
    choice = evidence.choice
    runs = [(choice.a, A)] if choice.a.key == choice.b.key else [(choice.a, A), (choice.b, B)]
    found: list[tuple[Source, Recommendations]] = []
    for run, colour in runs:
        answer = known.recommendations.get(run.key)
        if isinstance(answer, Unavailable):
            st.info(plain(answer.reason))
        elif answer is not None:
            found.append((Source(run.name, colour, answer.measures["run"]), answer))
    if not found:
        if known.job is not None:
            st.caption("This is shown as soon as the work above is done.")
        return
    first = found[0][1].measures  # the baselines of both differ only where their items do
    sources = [source for source, _ in found]
    baselines = [Source("random", BASELINE, first["random"]), Source("most popular", POPULAR, first["popularity"])]
    _how(evidence, found)
    _pictures(sources, baselines, first["profile"])
    lettered = [
        Source(f"{letter}: {one.name}", one.colour, one.measures) for letter, one in zip("AB", sources, strict=False)
    ]
    recommendation_numbers([*lettered, *baselines], first["profile"], evidence.choice.k)


def _how(evidence: Evidence, found: Sequence[tuple[Source, Recommendations]]) -> None:
    """Whose lists these are and how they are made."""
    whom, first = whose(evidence.log), found[0][1]
    served = f"all {count(first.in_log)} {whom}"
    if len(first.users) < first.in_log:
        served = f"{count(len(first.users))} of {count(first.in_log)} {whom}, drawn at random"
    means = [plain(source.name) for source, of in found if of.by == "histories"]
    by_mean = (
        f" {' and '.join(means)} knows no {whom}: theirs is the mean vector of what they touched." if means else ""
    )
    st.caption(
        f"For {served}: the {evidence.choice.k} items with the highest dot product with the user's vector that the "
        f"user has not touched yet.{by_mean} Random and most popular: of the untouched items that have a vector in "
        f"{plain(found[0][0].name)}."
    )


def _pictures(sources: Sequence[Source], baselines: Sequence[Source], profile: Mapping[str, Any]) -> None:
    runs = [(source.name, source.measures) for source in sources]
    chosen = Source("users' own choice", CHOSEN, profile)
    rows = [*sources, *baselines, chosen]
    one, two, three = st.columns(3)
    with one:
        st.markdown("**How popular is what users get?**")
        drawn = pictures.bars([row.bar("arp_quantile") for row in rows], "mean popularity quantile", "quantile")
        picture(drawn, "Popularity of what is recommended")
        st.markdown(words.recommended(runs, profile))
        explain("arp", "recommendations")
    with two:
        st.markdown("**How much of it is off the beaten track?**")
        drawn = pictures.bars([row.bar("aplt") for row in rows], "share that is not head", "share")
        picture(drawn, "Share of the recommendations that is not head")
        st.markdown(words.not_head(runs, profile))
        explain("aplt")
    with three:
        st.markdown("**Does it lean further than the users do?**")
        drawn = pictures.bars([row.bar("lift") for row in [*sources, *baselines]], "against own choice", "change")
        picture(drawn, "Lift of the recommendations against what users chose")
        st.markdown(words.lift(runs))
        explain("lift_against_the_profile")
    st.markdown("**Who fills the lists of users?**")
    series = [
        Series(row.name, row.colour, [row.measures["shares"][bucket]["value"] for bucket in BUCKETS]) for row in rows
    ]
    picture(pictures.share_bars(BUCKETS, series, "share of the list"), "Share of the recommendations by bucket")
    st.markdown(words.recommended_buckets(runs, profile))
    explain("aplt", "buckets")
