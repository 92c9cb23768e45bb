"""The tab on popularity bias: do neighbours of items, and recommendations to users, lean towards popular items?"""

from __future__ import annotations

import streamlit as st

from analysis import BUCKETS
from figures import popularity as pictures
from figures import popularity_words as words
from figures.colours import BASELINE, POPULAR, A, B
from figures.popularity import Series
from figures.text import count
from widgets.comparing.evidence import Evidence, charts
from widgets.comparing.popularity_tables import neighbour_numbers
from widgets.comparing.recommended import recommended
from widgets.comparing.similarities import similarities
from widgets.measures import explain
from widgets.pictures import picture
from workspace.pairs import Pair
from workspace.popularity_bias import NeighbourBias

_KEPT = 32
_COLOURS = {"a": A, "b": B, "random": BASELINE, "popularity": POPULAR}


def popularity_bias(evidence: Evidence) -> None:
    """Does a run lean towards popular items: pictures first, item to item and user to item, then the numbers."""
    bias = _bias(evidence.choice.made_from, evidence.pair)
    st.subheader("The neighbours of items", anchor=False)
    st.caption(
        f"k = {evidence.choice.k}; A by {evidence.choice.similarity_a}, B by {evidence.choice.similarity_b}. Random: "
        f"{evidence.choice.k} items drawn for each item. Most popular: the same {evidence.choice.k} most popular items "
        f"for each item. Both over the {count(bias.random.measures.n)} items that have a vector in A and in B."
    )
    left, right = st.columns(2)
    with left:
        _neighbour_popularity(evidence, bias)
    with right:
        _buckets(evidence, bias)
    similarities(evidence, bias)
    left, right = st.columns(2)
    with left:
        _hubness(evidence, bias)
    with right:
        _norms(evidence)
    neighbour_numbers(evidence, bias)
    st.subheader("What users are recommended", anchor=False)
    recommended(evidence)


def _neighbour_popularity(evidence: Evidence, bias: NeighbourBias) -> None:
    st.markdown("**How popular are an item's neighbours?**")
    picture(charts(evidence).neighbour_popularity, "Neighbour popularity against own popularity")
    popular = bias.popularity.measures.neighbour_popularity["all"].json
    pair = evidence.pair
    st.markdown(words.neighbours(pair.report, pair.names, pair.popularity_curves(), popular))
    explain("neighbour_popularity", "popularity_quantile")


def _buckets(evidence: Evidence, bias: NeighbourBias) -> None:
    st.markdown("**Who fills the neighbour lists?**")
    names = _names(evidence)
    series = [Series(names[origin], _COLOURS[origin], lists.shares) for origin, lists in bias]
    picture(
        pictures.share_bars(BUCKETS, series, "share of all neighbour places"), "Share of neighbour places by bucket"
    )
    of_catalogue = evidence.pair.bucket_shares()[2]
    st.markdown(words.buckets((bias.a.shares, bias.b.shares), of_catalogue, evidence.pair.names))
    explain("head_share", "buckets", "baselines")


def _hubness(evidence: Evidence, bias: NeighbourBias) -> None:
    st.markdown("**Do a few items stand in many lists?**")
    names = _names(evidence)
    lines = [(names[origin], _COLOURS[origin], *lists.concentration) for origin, lists in bias]
    picture(pictures.concentration_lines(lines), "Share of places that the most listed items take")
    shares = bias.a.top_hundredth, bias.b.top_hundredth
    st.markdown(words.concentration(shares, bias.random.top_hundredth, evidence.pair.names))
    explain("concentration", "hubness", "coverage", "gini")


def _norms(evidence: Evidence) -> None:
    st.markdown("**Are popular items longer vectors?**")
    picture(charts(evidence).norms, "Vector length against popularity")
    st.markdown(words.norms(evidence.pair.report, evidence.pair.names))
    explain("norm_popularity")


def _names(evidence: Evidence) -> dict[str, str]:
    a, b = evidence.pair.names
    return {"a": a, "b": b, "random": "random", "popularity": "most popular"}


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _bias(made_from: tuple[str | int, ...], _pair: Pair) -> NeighbourBias:
    return NeighbourBias.of(_pair)
