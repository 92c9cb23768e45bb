"""The tab on item2vec's window: which windows are trained, and accuracy, popularity and agreement along them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from figures.sweep import AXES, MEASURES, how_sure, sweep_curve, sweep_records, sweep_rows, sweep_sentence, window_notes
from figures.text import count, file_name, percent, plain
from studies.evaluation import NEXT_ITEM, PARTS
from studies.windows import Axis, Sweep, Windows, reach_name, sweep_of, windows_of
from widgets.evaluating.choice import Plan, plain_name
from widgets.jobs_panel import outcome
from widgets.measures import explain
from widgets.pictures import picture
from workspace import estimates, jobs
from workspace.contestants import expected, offered_contestants
from workspace.jobs import find_job
from workspace.logs import LogEntry, open_log
from workspace.sweeps import kept_sweep, kept_sweeps, sweep_spec

_DRAWN = 0.5  # of the cases; above it the order in sequences is rather drawn than known


def window_sweep(log: LogEntry, plan: Plan) -> None:
    """Choose windows, have them trained, and see what they change."""
    st.markdown("**How wide should item2vec's window be?**")
    st.caption(
        "item2vec is trained once for each window, on the earlier part of the log only, and asked the same as another "
        "method beside it. The cut and k are those chosen above."
    )
    sweep = _chosen(log)
    if sweep is None:
        return
    kept = kept_sweep(log.digest, plan.asked, sweep, plan.k)
    if kept is not None:
        _found(log, kept)
        return
    job = find_job("sweep", sweep_spec(log.digest, plan.asked, sweep, plan.k))
    if job is not None and (job.active or job.status in ("failed", "cancelled")):
        outcome(job, "sweep-")
        if job.status == "cancelled":
            st.caption("The windows that were finished are kept: it goes on where it was.")
    else:
        _button(log, plan, sweep)


def _chosen(log: LogEntry) -> Sweep | None:
    """The sweep as it was chosen last, at first the last one of this log; None where there is nothing to choose."""
    before = next(iter(kept_sweeps(log.digest)), None)
    row = st.container(horizontal=True, vertical_alignment="bottom")
    with st.spinner("Looking at what each window sees"):
        by_axis = {axis: _windows(log.digest, axis) for axis in AXES}
    usable = [axis for axis in AXES if len(by_axis[axis].reaches) > 1]
    if not usable:
        st.info("On this log all windows see the same pairs: there is nothing to compare.")
        return None
    axis: Axis = row.segmented_control(
        "Windows", usable, required=True, default=usable[0] if before is None else before["axis"],
        key=f"sweep-axis-{log.digest}", persist_state="session", format_func=AXES.__getitem__,
        help="In time: two events are a pair where at most so much time lies between them, and ten places. By pauses: "
        "a longer pause ends a session, and pairs are those of ten places in one session. In places: where at most so "
        "many events of a session lie between them.",
    )  # fmt: skip
    offered = {one.name: one for one in offered_contestants(log)}
    names = list(offered)
    last = None if before is None else before["contestants"][0]["name"]
    beside = row.selectbox(
        "Beside", names, index=names.index(last) if last in offered else 0, key=f"sweep-beside-{log.digest}",
        persist_state="session", format_func=plain_name, width=280,
        help="Windows have as many dimensions as this one.",
    )  # fmt: skip
    windows = by_axis[axis]
    for told in [axis, *(other for other in AXES if other not in usable)]:
        for note in window_notes(by_axis[told], told, whole_name(log, told)):
            st.caption(plain(note))
    by_name = {reach_name(axis, reach, whole_name(log, axis)): reach for reach in windows.reaches}
    again = before is not None and before["axis"] == axis
    default = [name for name, reach in by_name.items() if before is None or not again or reach in before["reaches"]]
    picked = st.pills(
        "Windows to try", list(by_name), selection_mode="multi", default=default,
        key=f"sweep-windows-{axis}-{log.digest}", persist_state="session",
    )  # fmt: skip
    if len(picked) < 2:
        st.info("Choose at least two windows: there is nothing to compare otherwise.")
        return None
    return sweep_of(axis, [by_name[name] for name in picked], offered[str(beside)])


def whole_name(log: LogEntry, axis: Axis) -> str:
    """What all that one sequence holds is called."""
    if log.users_are_sessions or (axis == "places" and log.sessions is not None):
        return "whole session"
    return "whole history"


@st.cache_data(max_entries=100, show_spinner=False)
def _windows(log_digest: str, axis: Axis) -> Windows:
    return windows_of(open_log(log_digest), axis)


def _button(log: LogEntry, plan: Plan, sweep: Sweep) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.button(
            f"Train {len(sweep.trained)} windows", type="primary", icon=":material/width:", key="sweep",
            on_click=_start, args=(log, plan, sweep),
        )  # fmt: skip
        takes = estimates.sentence(expected(log, sweep.contestants, plan.asked))
        st.caption(
            f"{takes} at most; what is kept is not trained again, and it can be cancelled and taken up again.",
            width="stretch",
        )


def _found(log: LogEntry, report: Mapping[str, Any]) -> None:
    whole = whole_name(log, report["axis"])
    st.markdown(sweep_sentence(report, whole))
    measure = str(st.segmented_control(
        "Measure", list(MEASURES), required=True, default="hr", key="sweep-measure", persist_state="session",
        format_func=MEASURES.__getitem__,
    ))  # fmt: skip
    unit, whose = ("cases", "the target") if measure in NEXT_ITEM else ("items", "the item itself")
    with st.grid(2, min_column_width=300):
        for part in PARTS:
            with st.container():
                n = max(one[part]["n"] for one in report["curves"][measure]["along"])
                st.markdown(f"**{part}** · {count(n)} {unit}")
                picture(sweep_curve(report, measure, part, whole), f"{MEASURES[measure]} by window, {part}")
    st.caption(_how_to_read(report, measure, whose))
    st.caption(how_sure(report))
    with st.expander("The numbers", icon=":material/table:"):
        _table(log, report, measure, whole)
    explain("window_sweep", "accuracy", "neighbour_popularity", "agreement", "buckets")


def _how_to_read(report: Mapping[str, Any], measure: str, whose: str) -> str:
    beside = plain(report["contestants"][0]["name"])
    said = [f"Buckets by popularity of {whose}, with 95 % intervals."]
    if measure == "jaccard":
        said.append(f"How much of an item's list the window and {beside} share: 0 = nothing, 1 = all.")
    else:
        said.append(f"The band is {beside} with its interval.")
    if (report["tied_pairs"] or 0) > _DRAWN:
        said.append(
            f"In {percent(report['tied_pairs'])} of the cases both events have one time, so that their order was drawn."
        )
        if report["axis"] == "places":
            said.append("A window in places then says how many items of a session are seen, not how near they are.")
    return " ".join(said)


def _table(log: LogEntry, report: Mapping[str, Any], measure: str, whole: str) -> None:
    heads, rows = sweep_rows(report, measure, whole)
    places = 2 if measure in NEXT_ITEM else 3
    st.dataframe(
        pd.DataFrame(rows, columns=heads), hide_index=True, key="sweep-table", placeholder="–",
        alt=f"{MEASURES[measure]} in each window by bucket",
        column_config={head: st.column_config.NumberColumn(format=f"%.{places}f") for head in heads[1::2]},
    )  # fmt: skip
    everything = pd.DataFrame(sweep_records(report, whole)).to_csv(index=False)
    st.download_button(
        "Download all measures as CSV", everything.encode("utf-8-sig"),
        f"{file_name(log.name)}-windows.csv", "text/csv", icon=":material/download:", key="sweep-csv",
    )  # fmt: skip


def _start(log: LogEntry, plan: Plan, sweep: Sweep) -> None:
    jobs.submit("sweep", sweep_spec(log.digest, plan.asked, sweep, plan.k), f"Window sweep on {log.name}")
