"""Why the chosen item's neighbours are its neighbours, from the log that the runs were trained on."""

from __future__ import annotations

import streamlit as st

from analysis.company_index import CompanyIndex
from errors import LogError
from figures.company import company_chart, reasons
from widgets.comparing.evidence import Evidence
from widgets.logs.words import rows_are_on_spark
from widgets.measures import explain
from widgets.pictures import CONFIG
from workspace.logs import LogEntry
from workspace.neighbour_lists import NeighbourList
from workspace.results import Pending, Ready, company_or_job


def index_of(evidence: Evidence) -> Ready[CompanyIndex] | Pending | str:
    """What stands together in the runs' log, or the job that finds it out, or in a sentence why nobody can say."""
    run_a, run_b = evidence.choice.a, evidence.choice.b
    if run_a.log_digest != run_b.log_digest:
        return "The two runs were trained on different logs, so no log says why these are neighbours."
    if not evidence.log.has_rows:
        return rows_are_on_spark(evidence.log, "Telling why these are neighbours", "ask there")
    try:
        found = company_or_job(run_a.log_digest)
    except LogError:
        return "The log that these runs were trained on is no longer kept, so nobody can say why these are neighbours."
    if isinstance(found, Ready) and len(found.value.sequences_per_item) != len(evidence.catalogue.ids):
        return "These runs have other items than their log, so it does not say why these are neighbours."
    return found


def held_by(log: LogEntry) -> str:
    """What two items of this log stand together in."""
    if log.users_are_sessions:
        return "baskets"
    return "users" if log.sessions is None else "sessions"


def why(evidence: Evidence, lists: tuple[NeighbourList, NeighbourList]) -> None:
    """The picture of the reasons and what it says."""
    a, b = (of_run.company for of_run in lists)
    if a is None or b is None or not (len(lists[0]) and len(lists[1])):
        return
    holder = held_by(evidence.log)
    st.markdown("**Why are these its neighbours?**")
    picture, words = st.columns([3, 2], vertical_alignment="center")
    if a.together.any() or b.together.any():
        picture.plotly_chart(
            company_chart(lists, evidence.catalogue.titles, holder),
            config=CONFIG,
            key="company",
            alt="Neighbours by how often they stand together with the item, and how far beyond chance",
        )
    for sentence in reasons(a, b, holder, timed=evidence.log.first is not None):
        words.markdown(sentence)
    with words:
        explain("cooccurrence", "pmi", "users_in_common", "sequence_distance")
