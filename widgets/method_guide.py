"""The guide to the methods, drawn from their own declarations."""

from __future__ import annotations

from typing import Any

import streamlit as st

from embedders import METHODS
from embedders.base import Method, written
from widgets.forms import label

_AGAINST = {
    "": ["Matrix", "Loss", "Negatives", "Window", "What tends to follow"],
    "Matrix factorisation": [
        "User by item: who touched what",
        "Squared error between the score and the product of two vectors",
        "None drawn: every empty cell counts a little",
        "A user's whole history",
        "Popular items weigh most in the error; whether they come in front depends on dot or cosine",
    ],
    "item2vec": [
        "In effect item by item: what stands near what",
        "Log loss: a pair from the log against a random pair",
        "Drawn at random for each pair, by popularity to a power",
        "A few events to each side, or a basket",
        "Frequent items are thinned out, so rarer ones get more of the training",
    ],
}


def factorisation_against_item2vec() -> None:
    """Matrix factorisation and item2vec in one table."""
    st.subheader("Matrix factorisation against item2vec")
    st.table(_AGAINST, hide_index=True, alt="Matrix factorisation against item2vec")
    st.caption("The last row is a rule of thumb, not a law: the Compare page shows what holds on your log.")


def cards() -> None:
    """A card a method."""
    st.subheader("The methods")
    for method in METHODS.values():
        _card(method)


def _card(method: Method[Any]) -> None:
    with st.expander(f"**{method.title}** · {method.family}"):
        st.markdown(f"{method.summary}  \n**Sees:** {method.sees}")
        rows = method.Params.model_fields.items()
        st.table(
            {
                "Parameter": [label(name) for name, _ in rows],
                "Default": [written(field.default) for _, field in rows],
                "What it does": [field.description or "" for _, field in rows],
            },
            hide_index=True,
            alt=f"Parameters of {method.title}",
        )
