"""The tab on popularity bias: do neighbours of items, and recommendations to users, lean towards popular items?"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from analysis import BUCKETS, Curve
from figures import popularity as pictures
from figures import popularity_words as words
from figures.colours import BASELINE, POPULAR, A, B
from figures.popularity import Series
from figures.text import count
from widgets.comparing.evidence import Evidence, charts
from widgets.comparing.popularity_tables import neighbour_numbers
from widgets.comparing.recommended import recommended
from widgets.comparing.similarities import others, similarities
from widgets.jobs_panel import outcome
from widgets.measures import explain
from widgets.pictures import picture
from workspace.pairs import Pair
from workspace.popularity_bias import leanings_of
from workspace.results import Baselines, Leaning, popularity_bias_or_job

_KEPT = 32


@dataclass(frozen=True)
class Origin:
    """Where neighbour lists come from, and what they say."""

    name: str
    colour: str
    leaning: Leaning


@dataclass(frozen=True)
class ReadOff:
    """What is read off a comparison: the leaning of A and of B, and what their pictures show."""

    leanings: tuple[Leaning, Leaning]
    curves: tuple[Curve, Curve]
    of_catalogue: list[float]


def popularity_bias(evidence: Evidence) -> None:
    """Does a run lean towards popular items: pictures first, item to item and user to item, then the numbers."""
    choice = evidence.choice
    known = popularity_bias_or_job(choice.a, choice.b, choice.k, others(choice))
    if known.job is not None:
        outcome(known.job)
    baselines = known.baselines
    st.subheader("The neighbours of items", anchor=False)
    _how(evidence, baselines)
    read_off = _read_off(choice.made_from, evidence.pair)
    origins = _origins(evidence, read_off, baselines)
    left, right = st.columns(2)
    with left:
        _neighbour_popularity(evidence, read_off, baselines)
    with right:
        _buckets(evidence, read_off, origins)
    similarities(evidence, known)
    left, right = st.columns(2)
    with left:
        _hubness(evidence, origins, baselines)
    with right:
        _norms(evidence)
    neighbour_numbers(evidence, baselines)
    st.subheader("What users are recommended", anchor=False)
    recommended(evidence, known)


def _how(evidence: Evidence, baselines: Baselines | None) -> None:
    choice = evidence.choice
    over = "" if baselines is None else f" Both over the {count(baselines.n)} items that have a vector in A and in B."
    st.caption(
        f"k = {choice.k}; A by {choice.similarity_a}, B by {choice.similarity_b}. Random: {choice.k} items drawn for "
        f"each item. Most popular: the same {choice.k} most popular items for each item.{over}"
    )


def _origins(evidence: Evidence, read_off: ReadOff, baselines: Baselines | None) -> list[Origin]:
    """A and B, and the baselines once they are there."""
    a, b = read_off.leanings
    names = evidence.pair.names
    origins = [Origin(names[0], A, a), Origin(names[1], B, b)]
    if baselines is not None:
        origins.append(Origin("random", BASELINE, baselines.random))
        origins.append(Origin("most popular", POPULAR, baselines.popularity))
    return origins


def _neighbour_popularity(evidence: Evidence, read_off: ReadOff, baselines: Baselines | None) -> None:
    st.markdown("**How popular are an item's neighbours?**")
    picture(charts(evidence).neighbour_popularity, "Neighbour popularity against own popularity")
    popular = None if baselines is None else baselines.popularity.measures["neighbour_popularity"]
    pair = evidence.pair
    st.markdown(words.neighbours(pair.report, pair.names, read_off.curves, popular))
    explain("neighbour_popularity", "popularity_quantile")


def _buckets(evidence: Evidence, read_off: ReadOff, origins: list[Origin]) -> None:
    st.markdown("**Who fills the neighbour lists?**")
    series = [Series(origin.name, origin.colour, origin.leaning.shares) for origin in origins]
    picture(
        pictures.share_bars(BUCKETS, series, "share of all neighbour places"), "Share of neighbour places by bucket"
    )
    shares = [leaning.shares for leaning in read_off.leanings]
    st.markdown(words.buckets(shares, read_off.of_catalogue, evidence.pair.names))
    explain("head_share", "buckets", "baselines")


def _hubness(evidence: Evidence, origins: list[Origin], baselines: Baselines | None) -> None:
    st.markdown("**Do a few items stand in many lists?**")
    lines = [(origin.name, origin.colour, origin.leaning.items, origin.leaning.places) for origin in origins]
    picture(pictures.concentration_lines(lines), "Share of places that the most listed items take")
    shares = [origin.leaning.top_hundredth for origin in origins[:2]]
    random = None if baselines is None else baselines.random.top_hundredth
    st.markdown(words.concentration(shares, random, evidence.pair.names))
    explain("concentration", "hubness", "coverage", "gini")


def _norms(evidence: Evidence) -> None:
    st.markdown("**Are popular items longer vectors?**")
    picture(charts(evidence).norms, "Vector length against popularity")
    choice, report = evidence.choice, evidence.pair.report
    runs = [(run.name, report[side]["norm_popularity"]) for run, side in ((choice.a, "a"), (choice.b, "b"))]
    st.markdown(words.norms(runs[:1] if choice.a.key == choice.b.key else runs))
    explain("norm_popularity")


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _read_off(made_from: tuple[str | int, ...], _pair: Pair) -> ReadOff:
    return ReadOff(leanings_of(_pair), _pair.popularity_curves(), _pair.bucket_shares()[2])
