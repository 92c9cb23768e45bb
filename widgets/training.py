"""Choosing a method, setting it up, and starting it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from embedders import METHODS
from embedders.base import Method, Params
from errors import ParameterError
from figures.text import plain
from spark.cluster import is_installed
from studies.provider import RunNeeded
from widgets import frame, jobs_panel, on_spark, pickers
from widgets.forms import fill_form, parameter_form
from workspace import estimates, jobs
from workspace.logs import LogEntry
from workspace.runs import list_runs
from workspace.studies import expected, key_of, training_job

_METHOD = "_method"
_FILLED_IN = "_filled_in"
_FAMILY = "family-of-methods"
_PAIR = ("als", "item2vec")  # the two that the open question is about
_FIRST_SEED = 0


def both_with_defaults(log: LogEntry) -> None:
    """One button that trains matrix factorisation and item2vec, one after the other, and then goes to compare them."""
    if not log.has_rows:
        _both_on_spark(log)
        return
    pair = [RunNeeded(name, METHODS[name].Params(), _FIRST_SEED) for name in _PAIR]
    a, b = (key_of(log.digest, needed) for needed in pair)
    with st.container(border=True, horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        if {a, b} <= {run.key for run in list_runs(log.digest)}:
            _offer_comparison(log, a, b)
        else:
            _offer_training(log, pair)
    for needed in pair:  # under the runs of the log, too, which lie out of sight from here
        job = training_job(log.digest, needed)
        if job is not None and (job.active or job.status == "failed"):
            jobs_panel.outcome(job, "pair-")


def _both_on_spark(log: LogEntry) -> None:
    """The same for a log without rows here."""
    keys = {name: on_spark.key_with_defaults(log, METHODS[name]) for name in _PAIR}
    there = {run.key for run in list_runs(log.digest)}
    missing = [METHODS[name] for name, key in keys.items() if key not in there]
    with st.container(border=True, horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        if missing:
            st.markdown(
                "**The quickest way to a comparison**  \n"
                "Matrix factorisation (implicit ALS) and item2vec, both with good defaults, on Spark at "
                f"{plain(on_spark.master_of(log))}. How long it takes depends on the cluster."
            )
            st.button(
                "Train MF and item2vec on Spark", type="primary", icon=":material/bolt:",
                on_click=_start_pair_on_spark, args=(log, missing), disabled=not is_installed(),
                help=None if is_installed() else "Spark is not installed here: see below.",
            )  # fmt: skip
        else:
            _offer_comparison(log, *keys.values())
    for method in missing:
        job = on_spark.job_with_defaults(log, method)
        if job is not None and (job.active or job.status == "failed"):
            jobs_panel.outcome(job, "pair-")


def _start_pair_on_spark(log: LogEntry, methods: Sequence[Method[Any]]) -> None:
    for method in methods:
        on_spark.start_with_defaults(log, method)


def _offer_training(log: LogEntry, pair: Sequence[RunNeeded]) -> None:
    st.markdown(
        "**The quickest way to a comparison**  \n"
        "Matrix factorisation (implicit ALS) and item2vec, both with good defaults. "
        f"{estimates.sentence(expected(log, pair))}."
    )
    st.button(
        "Train MF and item2vec with good defaults",
        type="primary",
        icon=":material/bolt:",
        on_click=_start_pair,
        args=(log,),
    )


def _offer_comparison(log: LogEntry, a: str, b: str) -> None:
    st.markdown(
        "**Both are trained**  \n"
        "Matrix factorisation (implicit ALS) and item2vec, with good defaults: see how far they differ."
    )
    if st.button("Compare MF and item2vec", type="primary", icon=":material/compare_arrows:"):
        pickers.choose_pair(log, a, b)
        frame.open_screen("compare")


def _start_pair(log: LogEntry) -> None:
    for name in _PAIR:
        start(log, METHODS[name], {}, _FIRST_SEED)


def start(log: LogEntry, method: Method[Any], values: dict[str, Any], seed: int, name: str | None = None) -> None:
    """Check the parameters and queue a training; raises ParameterError with one sentence."""
    params = method.Params.checked(values)
    spec = {
        "log_digest": log.digest,
        "method": method.name,
        "params": params.model_dump(),
        "seed": seed,
        "name": name or None,
    }
    jobs.submit("train", spec, f"Training {name or method.title}")


def choose(name: str) -> None:
    """Make this method the one whose form the Train page shows."""
    st.session_state[_METHOD] = name
    st.session_state[_FAMILY] = METHODS[name].family


def fill_in(method: Method[Any], params: Params) -> None:
    """Choose this method, with these parameters in its form, which says so when it is drawn next."""
    choose(method.name)
    fill_form(method, params)
    st.session_state[_FILLED_IN] = True


def method_cards(log: LogEntry | None = None) -> Method[Any]:
    """The methods of one family as cards; returns the chosen one, which is always among them.

    log  that they are to be trained on; without rows here it can be trained on by some methods alone
    """
    trained = [name for name, method in METHODS.items() if log is None or on_spark.trains_here(log, method)]
    chosen = METHODS[st.session_state.get(_METHOD, trained[0])]
    st.subheader("Or choose a method")
    families = list(dict.fromkeys(method.family for method in METHODS.values()))
    st.session_state.setdefault(_FAMILY, chosen.family)
    family = st.segmented_control(
        "Family", families, required=True, key=_FAMILY, persist_state="session", format_func=str.capitalize
    )
    shown = [method for method in METHODS.values() if method.family == family]
    if chosen not in shown:
        chosen = shown[0]
    with st.grid(3):
        for method in shown:
            _card(method, is_chosen=method is chosen, is_trained=method.name in trained)
    return chosen


def method_form(log: LogEntry, method: Method[Any]) -> None:
    """The chosen method's parameters and the button that starts it."""
    if st.session_state.pop(_FILLED_IN, False):
        st.toast(f"The form of {plain(method.title)} has the tuned parameters.", icon=":material/tune:")
    with st.container(border=True):
        st.markdown(f"**{method.title}**: settings")
        if not on_spark.trains_here(log, method):
            st.info(
                f"{method.title} needs the rows on this machine, and those of {plain(log.name)} are on Spark: choose "
                f"{' or '.join(one.title for one in METHODS.values() if 'spark' in one.engines)}, or open an extract."
            )
            return
        if on_spark.engine_of(log, method) == "spark":
            on_spark.spark_form(log, method)
            return
        values = parameter_form(method, log.columns_in)
        row = st.container(horizontal=True, vertical_alignment="bottom")
        seed = _FIRST_SEED
        if method.seeded:
            seed = row.number_input(
                "Seed", 0, 2**31 - 1, _FIRST_SEED, key=f"seed-{method.name}", help="Another seed, another random start."
            )
        name = row.text_input("Name (optional)", key=f"name-{method.name}", max_chars=80)
        params = _checked(method, values)
        unrated = params is not None and method.learns_from_ratings(params) and "weight" not in log.columns
        clicked = row.button(
            f"Train {method.title}", type="primary", icon=":material/play_arrow:", key=f"train-{method.name}",
            disabled=unrated,
        )  # fmt: skip
        if params is not None:
            _estimate(row, log, method, params)
        if unrated:
            st.info(
                f"With these settings {method.title} learns from ratings, and this log has none: no column has the "
                "weight role, so all its weights are equal."
            )
        if clicked:
            try:
                start(log, method, values, int(seed), name)
            except ParameterError as error:
                st.error(plain(error))
            else:
                st.rerun()
        if values.get("threads", 1) > 1 and not method.repeats_on_threads:
            st.caption(
                f"With {values['threads']} threads the same seed gives slightly different vectors each time. "
                "Set threads to 1 under More settings to get the same ones bit for bit, about half as fast."
            )


def _checked(method: Method[Any], values: dict[str, Any]) -> Params | None:
    """The values as parameters; None where they do not hold, which is said when the button is pressed."""
    try:
        params: Params = method.Params.checked(values)
    except ParameterError:
        return None
    return params


def _estimate(beside: DeltaGenerator, log: LogEntry, method: Method[Any], params: Params) -> None:
    """What the training is expected to take; a sentence below it where the machine has not enough memory."""
    takes = estimates.expected(method, log.size, params)
    beside.caption(estimates.sentence(takes), help=estimates.definition(takes, method.title), width="content")
    if warning := estimates.warning(takes):
        st.warning(warning, icon=":material/memory:")


def _card(method: Method[Any], *, is_chosen: bool, is_trained: bool) -> None:
    with st.container(border=True, height="stretch"):
        st.markdown(f"**{method.title}** :small[:gray[{method.family}]]")
        st.caption(f"{method.summary}  \n:material/visibility: {method.sees}")
        if not is_trained:
            st.caption(":material/cloud_off: Needs the rows on this machine.")
        st.button(
            "Chosen" if is_chosen else "Choose",
            key=f"choose-{method.name}",
            disabled=is_chosen or not is_trained,
            on_click=choose,
            args=(method.name,),
        )
