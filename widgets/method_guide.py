"""The guide to the methods: its words from docs/methods.md, its parameters from their declarations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from embedders import METHODS
from embedders.base import Method
from embedders.declared import ParameterInWords, in_words
from figures import method_pictures
from figures.text import plain
from widgets import frame, guide, training
from widgets.forms import label
from widgets.guide import Entry
from workspace import estimates
from workspace.logs import LogEntry
from workspace.runs import list_runs

_ASKED_FOR = {"time": "times", "session": "sessions", "weight": "ratings or weights", "category": "categories"}
_READ = "method-read"  # the title of the method that is read about


def ways_in() -> None:
    """Links down the page, for those who come for a method and not for the question."""
    st.markdown("Straight to [all methods in one table](#every-method), or to [one of them in full](#one-method).")


def factorisation_against_item2vec() -> None:
    """The question that the program is about: three pictures, one table, and what is only said to follow."""
    st.subheader(guide.AGAINST)
    left, middle, right = st.columns([5, 4, 5])
    with left:
        st.markdown("**What MF sees**")
        _picture(method_pictures.user_item_matrix(), "Who has which item: a row a user, a column an item")
        st.caption("Who has what. The order is gone.")
    with middle:
        st.markdown("**A window slides over Ann's history**")
        _picture(method_pictures.sliding_window(), "The window at each of five places of a history")
        st.caption(":blue[Blue] is in the middle, :orange[orange] its neighbours: each makes a pair.")
    with right:
        st.markdown("**What item2vec in effect sees**")
        _picture(method_pictures.item_item_matrix(), "How often two items stand side by side")
        st.caption("How often two items stand side by side, over all four histories.")
    st.markdown(guide.chapters()[guide.AGAINST])
    with st.expander(f"{guide.WORD2VEC}, step by step", icon=":material/school:"):
        st.markdown(guide.chapters()[guide.WORD2VEC].replace("### ", "##### "))


def every_method(log: LogEntry | None) -> None:
    """All methods in one table, with how long each would take on the log that is open."""
    st.subheader("Every method")
    columns = guide.at_a_glance()
    shown = [place for place, title in enumerate(columns["Method"]) if _is_here(guide.entries()[title])]
    table = {heading: [column[place] for place in shown] for heading, column in columns.items()}
    if log is not None:
        st.markdown(_offer(log))
    timed = log if log is not None and log.has_rows else None  # on Spark it depends on the cluster
    times = [] if timed is None else [_time(guide.entries()[title], timed) for title in table["Method"]]
    if any(times):
        table["On this log"] = [time or "–" for time in times]
    table["Method"] = [f"**{title}**" for title in table["Method"]]
    st.table(table, hide_index=True, alt="All methods at a glance")
    if log is not None and any(times):
        st.caption(f"The last column is how long a training on {plain(log.name)} takes with the method's defaults.")


def one_method(log: LogEntry | None) -> None:
    """What the guide says of the method that is picked."""
    st.subheader("One method")
    titles = [title for title, entry in guide.entries().items() if _is_here(entry)]
    title = st.pills("Method", titles, default=titles[0], required=True, key=_READ, persist_state="session")
    with st.popover(guide.SIGNS, icon=":material/help:", type="tertiary"):
        st.markdown(guide.chapters()[guide.SIGNS])
    if title is not None:
        _card(guide.entries()[title], log)


def _card(entry: Entry, log: LogEntry | None) -> None:
    method = METHODS[entry.name] if entry.name else None
    with st.container(border=True):
        family = f" :small[:gray[{method.family}]]" if method else ""
        st.markdown(f"#### {entry.title}{family}")
        left, right = st.columns([3, 2], gap="large")
        with left:
            for heading in (guide.OPTIMISES, guide.SEES, guide.POPULARITY):
                _part(entry, heading)
        with right:
            if entry.name == "node2vec":
                _picture(method_pictures.next_step_of_a_walk(), "A walk came from t to i: the weights of its next step")
            for heading in (guide.WHEN, guide.WHEN_NOT, guide.PAPERS):
                _part(entry, heading)
            if method:
                _next_step(method, log)
            else:
                frame.next_step("train", "Bring vectors on the Train page")
        if method:
            _parameters(method)


def _part(entry: Entry, heading: str) -> None:
    st.markdown(f"**{heading}**  \n{entry.parts[heading]}")


def _next_step(method: Method[Any], log: LogEntry | None) -> None:
    """What there is of this method on the open log, and the way to train it."""
    if log is not None:
        runs = sum(run.method == method.name for run in list_runs(log.digest))
        have = f"{runs} {'run' if runs == 1 else 'runs'} of it so far" if runs else "no run of it yet"
        st.caption(f"On {plain(log.name)}: {have}.")
    if st.button(
        f"Train {method.title}", type="primary", icon=":material/arrow_forward:", key=f"go-{method.name}",
        on_click=training.choose, args=(method.name,),
    ):  # fmt: skip
        frame.open_screen("train")


def _parameters(method: Method[Any]) -> None:
    """The parameters as they are declared, parted as the form parts them."""
    rows = in_words(method.Params)
    st.markdown("**Parameters**")
    _table_of([row for row in rows if not row.advanced], f"Parameters of {method.title}")
    if advanced := [row for row in rows if row.advanced]:
        with st.expander("More settings"):
            _table_of(advanced, f"More settings of {method.title}")


def _table_of(rows: Sequence[ParameterInWords], alt: str) -> None:
    st.table(
        {
            "Parameter": [f"**{label(row.name)}**" for row in rows],
            "Default": [plain(row.default) for row in rows],
            "What it does": [f"{plain(row.help)}  \n:gray[{plain(row.values)}]" for row in rows],
        },
        hide_index=True,
        alt=alt,
    )


def _is_here(entry: Entry) -> bool:
    return entry.name is None or entry.name in METHODS


def _offer(log: LogEntry) -> str:
    """What the log has of that on which methods differ, and what it lacks."""
    has = [words for role, words in _ASKED_FOR.items() if role in log.columns]
    lacks = [f"no {words}" for role, words in _ASKED_FOR.items() if role not in log.columns]
    return f"**{plain(log.name)}** has {'; it has '.join(_listed(words) for words in (has, lacks) if words)}."


def _listed(words: Sequence[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def _time(entry: Entry, log: LogEntry) -> str | None:
    """How long a training with defaults takes, None where nobody can say."""
    if entry.name is None:
        return None
    method = METHODS[entry.name]
    return estimates.duration(estimates.expected(method, log.size, method.Params()).seconds)


def _picture(figure: go.Figure, alt: str) -> None:
    st.plotly_chart(figure, config=method_pictures.CONFIG, key=f"picture-{alt}", alt=alt)
