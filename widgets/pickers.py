"""Picking what to look at: two runs with their similarities and k, one run, one item."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from figures.text import plain
from workspace.logs import LogEntry
from workspace.results import MOST_NEIGHBOURS
from workspace.runs import RunEntry, list_runs
from workspace.studies import made_for_a_study

Similarity = Literal["cosine", "dot"]
_SIMILARITIES: tuple[Similarity, ...] = ("cosine", "dot")
_SIMILARITY_HELP = (
    "Cosine compares directions only; dot also counts the length of the vectors, which often grows with popularity. "
    "The same run can look very different under the two."
)
USUAL_NEIGHBOURS = 10
_PAIR_OF = "_pair_of"  # in the session: digest of the log whose runs the pair was chosen from


@dataclass(frozen=True)
class Choice:
    """What the Compare page compares."""

    a: RunEntry
    b: RunEntry
    similarity_a: Similarity
    similarity_b: Similarity
    k: int

    @property
    def made_from(self) -> tuple[str, str, Similarity, Similarity, int]:
        """What the comparison depends on."""
        return self.a.key, self.b.key, self.similarity_a, self.similarity_b, self.k

    @property
    def names(self) -> tuple[str, str]:
        """The two runs' names, told apart by their similarity where it is one run twice."""
        if self.a.key == self.b.key:
            return f"{self.a.name} ({self.similarity_a})", f"{self.b.name} ({self.similarity_b})"
        return self.a.name, self.b.name


def run_pair(log: LogEntry, prepare: Callable[[LogEntry, list[RunEntry]], None] | None = None) -> Choice:
    """One bar: A, swap, B, the similarity of each, k; where there is no run yet, says what to do and stops.

    prepare  may choose among the runs before the bar is drawn
    """
    runs = _need_runs(log)
    if prepare is not None:
        prepare(log, runs)
    keys = [run.key for run in runs]
    _default_pair(log, runs)
    names = {run.key: run.name for run in runs}
    with st.container(border=True):
        left, middle, right, last = st.columns([6, 1, 6, 3], vertical_alignment="bottom")
        with left:
            a = st.selectbox("Run A", keys, format_func=names.__getitem__, key="run-a", persist_state="session")
            similarity_a = _similarity("A", "similarity-a")
        with middle:
            st.button("", icon=":material/swap_horiz:", help="Swap A and B", key="swap", on_click=_swap)
        with right:
            b = st.selectbox("Run B", keys, format_func=names.__getitem__, key="run-b", persist_state="session")
            similarity_b = _similarity("B", "similarity-b")
        with last:
            st.session_state.setdefault("k", USUAL_NEIGHBOURS)
            k = st.number_input(
                "Neighbours (k)", 1, MOST_NEIGHBOURS, key="k", persist_state="session",
                help="How many nearest neighbours of each item are compared.",
            )  # fmt: skip
    by_key = {run.key: run for run in runs}
    return Choice(by_key[a], by_key[b], similarity_a, similarity_b, int(k))


def choose_pair(log: LogEntry, a: str, b: str, similarities: tuple[Similarity, Similarity] | None = None) -> None:
    """Make the runs with these keys the pair that the Compare page shows next, by these similarities where given."""
    st.session_state.update({_PAIR_OF: log.digest, "run-a": a, "run-b": b})
    if similarities is not None:
        st.session_state.update({"similarity-a": similarities[0], "similarity-b": similarities[1]})


def one_run(log: LogEntry) -> RunEntry:
    """Pick one run of this log."""
    runs = _need_runs(log)
    names = {run.key: run.name for run in runs}
    key = st.selectbox(
        "Run", [run.key for run in runs], format_func=names.__getitem__, key="export-run", persist_state="session"
    )
    return next(run for run in runs if run.key == key)


def _need_runs(log: LogEntry) -> list[RunEntry]:
    runs = list_runs(log.digest)
    if not runs:
        st.info(f"Nothing is trained on {plain(log.name)} yet.", icon=":material/model_training:")
        st.page_link("pages/train.py", label="**Go to Train**", icon=":material/arrow_forward:")
        st.stop()
    return runs


def _default_pair(log: LogEntry, runs: list[RunEntry]) -> None:
    """The newest matrix factorisation and the newest item2vec, else the two newest; a deleted run is replaced."""
    known_pair = st.session_state.get(_PAIR_OF) == log.digest
    st.session_state[_PAIR_OF] = log.digest
    keys = {run.key for run in runs}
    runs = sorted(runs, key=made_for_a_study)  # a person's own runs first
    factorised = [run.key for run in runs if run.family == "matrix factorisation"]
    sequential = [run.key for run in runs if run.family == "sequences"]
    newest = [run.key for run in runs]
    first = (factorised or newest)[0]
    second = ([key for key in sequential if key != first] or [key for key in newest if key != first] or newest)[0]
    for name, default in (("run-a", first), ("run-b", second)):
        if st.session_state.get(name) not in keys:
            if known_pair and name in st.session_state:
                st.toast("A run that was compared here was deleted: another one stands in its place.")
            st.session_state[name] = default
            if first == second and name == "run-b":  # an only run is worth comparing with itself: cosine against dot
                st.session_state["similarity-b"] = "dot"


def _similarity(side: str, key: str) -> Similarity:
    st.session_state.setdefault(key, "cosine")
    picked = st.segmented_control(
        f"Similarity of {side}", _SIMILARITIES, required=True, key=key, help=_SIMILARITY_HELP,
        persist_state="session",
    )  # fmt: skip
    return "dot" if picked == "dot" else "cosine"


def _swap() -> None:
    state = st.session_state
    for one, other in (("run-a", "run-b"), ("similarity-a", "similarity-b")):
        state[one], state[other] = state[other], state[one]
