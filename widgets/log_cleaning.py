"""What was left out of the open log, how its sessions are cut, and both otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from analysis.distributions import rows_beyond
from errors import InputError
from interactions import CleaningRules, Preview, ReadOptions
from widgets.charts import CONFIG
from widgets.cleaning_form import checked_rules, rules_form, session_rules, take_rules_along
from widgets.log_charts import class_histogram, cleaning_funnel, duration, pause_histogram
from widgets.log_words import REASONS, STEPS, minutes, whose
from widgets.reading_options import head_of
from widgets.text import count, decimal, percent, plain
from widgets.upload import clean_again
from workspace.logs import LogEntry
from workspace.settings import checked


def file_of(entry: LogEntry) -> Preview | None:
    """The head of the file that the log was read from, or None where it is not there any more."""
    try:
        return head_of(Path(entry.source["original"]), checked(ReadOptions, entry.origin.get("options")))
    except (InputError, OSError):
        return None


def cleaning(entry: LogEntry) -> None:
    """What each rule took, and the form to clean otherwise."""
    st.markdown(f"{count(entry.rows)} rows in the file, {count(entry.interactions)} kept.")
    if len(entry.steps) > 1:
        st.plotly_chart(
            cleaning_funnel(entry.steps, STEPS, whose(entry)), config=CONFIG, key="funnel",
            alt="Rows, users and items left after each step of cleaning",
        )  # fmt: skip
    lost = [(reason, number) for reason, number in entry.dropped.items() if number]
    if lost:
        st.table(
            {
                "Left out because of": [REASONS.get(reason, reason) for reason, _ in lost],
                "Rows": [count(number) for _, number in lost],
                "Share": [percent(number / entry.rows, 1) for _, number in lost],
                "For example": [plain("; ".join(entry.examples.get(reason, []))) for reason, _ in lost],
            },
            hide_index=True, alt="Rows left out, by reason",
        )  # fmt: skip
    st.markdown("**Clean it otherwise**")
    seen, columns = file_of(entry), _columns(entry)
    rules = rules_form(f"again-{entry.digest}", CleaningRules(**entry.rules), seen, columns, sessions=False)
    _button(entry, rules, columns, "again")


def sessions(entry: LogEntry) -> None:
    """How long sessions are, the pauses between events, and the form to cut sessions otherwise."""
    rules = CleaningRules(**entry.rules)
    columns = _columns(entry)
    lengths = entry.summary["lengths"]
    _how_they_are_cut(entry, rules)
    left, right = st.columns(2)
    with left:
        st.markdown("**How long they are**")
        of = "sessions" if lengths is not None else whose(entry)
        st.plotly_chart(
            class_histogram(lengths or entry.summary["activity"], of, "interactions in a sequence"),
            config=CONFIG, key="lengths", alt="Sessions by length",
        )  # fmt: skip
    pauses = entry.summary["pauses"]
    if pauses is not None:
        with right:
            st.markdown("**Pauses between the events of a user**")
            at = 60 * rules.session_gap_minutes if rules.sessions == "gap" else None
            st.plotly_chart(pause_histogram(pauses, at), config=CONFIG, key="pauses", alt="Pauses, on a log axis")
    if entry.users_are_sessions:
        st.caption("This log has no users, so that there is nothing to cut sessions from: each basket is one.")
    elif pauses is None:
        st.caption("This log has no times, so that sessions cannot be cut by pauses.")
    else:
        st.caption(
            "A good pause to cut at lies in a valley: shorter pauses are inside a visit, longer ones between two."
        )
        with st.expander("What cutting at a pause would make", icon=":material/content_cut:"):
            _gaps(pauses, entry.interactions)
    st.markdown("**Cut them otherwise**")
    values = session_rules(f"sessions-{entry.digest}", rules, columns)
    wanted = checked_rules({**rules.model_dump(), **values})
    if wanted is not None:
        _what_a_cap_cuts(entry, rules, wanted)
    _button(entry, wanted, columns, "sessions")


def _button(entry: LogEntry, rules: CleaningRules | None, columns: dict[str, str], key: str) -> None:
    with st.container(horizontal=True):
        changed = rules is not None and rules != CleaningRules(**entry.rules)
        pressed = st.button(
            "Clean again with these", icon=":material/filter_alt:", disabled=not changed, key=f"clean-{key}",
            help=None if changed else "Change something first.",
        )  # fmt: skip
        if pressed and rules is not None:
            needed = {*rules.columns_needed, *entry.columns}
            clean_again(entry, rules, {role: name for role, name in columns.items() if role in needed})
        if rules is not None:
            take_rules_along(rules, key)
    st.caption("This makes a new version of the log beside this one; runs stay with the version they were trained on.")


def _columns(entry: LogEntry) -> dict[str, str]:
    """The log's columns, with those that more rules could look at where its file still is."""
    seen = file_of(entry)
    if seen is None:
        return dict(entry.columns)
    more = {role: guess.name for role, guess in seen.for_cleaning.items() if guess.name not in entry.columns.values()}
    return {str(role): name for role, name in more.items()} | dict(entry.columns)


def _how_they_are_cut(entry: LogEntry, rules: CleaningRules) -> None:
    lengths = entry.summary["lengths"]
    if lengths is None:
        st.markdown(f"There are no sessions: a sequence is all that one of the {count(entry.users)} users did.")
        return
    values, sizes = np.array(lengths["value"]), np.array(lengths["size"])
    sessions, events = int(sizes.sum()), int((values * sizes).sum())
    how = {
        None: f"stand in the column “{plain(entry.columns.get('session', ''))}”",
        "gap": f"were cut at pauses of more than {minutes(rules.session_gap_minutes)}",
        "day": "were cut by the day (UTC)",
        "user": "are users' whole histories",
    }[rules.sessions]
    median = values[np.searchsorted(sizes.cumsum(), (sessions + 1) // 2)] if sessions else 0
    alone = int(sizes[values == 1].sum())
    st.markdown(
        f"**{count(sessions)} sessions** {how}: {decimal(events / max(sessions, 1), 1)} interactions each on average, "
        f"half of them have at most {count(median)}, and {percent(alone / max(sessions, 1))} have only one, from which "
        "no method learns what belongs together."
    )


def _gaps(pauses: dict[str, Sequence[int]], interactions: int) -> None:
    rows = zip(pauses["gaps"], pauses["sessions"], pauses["single"], strict=True)
    st.dataframe(
        [
            {
                "Pause": duration(gap),
                "Sessions": made,
                "Interactions each": interactions / max(made, 1),
                "Of one interaction": single / max(made, 1),
            }
            for gap, made, single in rows
        ],
        hide_index=True,
        width="content",
        alt="Sessions that each pause would make",
        column_config={
            "Sessions": st.column_config.NumberColumn(format="localized"),
            "Interactions each": st.column_config.NumberColumn(format="%.1f"),
            "Of one interaction": st.column_config.NumberColumn(format="percent"),
        },
    )


def _what_a_cap_cuts(entry: LogEntry, now: CleaningRules, wanted: CleaningRules) -> None:
    """How many interactions the longest session allowed would leave out, where the sessions stay as they are."""
    most = wanted.longest_session
    how = {"sessions", "session_gap_minutes"}
    if most is None or most == now.longest_session:
        return
    if wanted.model_dump(include=how) != now.model_dump(include=how) or entry.summary["lengths"] is None:
        st.caption(f"What lies beyond {count(most)} is counted when the sessions are cut, before anything is trained.")
        return
    counted: dict[str, Any] = entry.summary["lengths"]
    rows, longer = rows_beyond(np.array(counted["value"]), np.array(counted["size"]), most)
    st.caption(
        f"This leaves out {count(rows)} interactions ({percent(rows / max(entry.interactions, 1), 1)}), the last ones "
        f"of the {count(longer)} sessions that have more than {count(most)}; the first {count(most)} of each stay."
    )
