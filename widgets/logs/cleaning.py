"""What was left out of the open log, how its sessions are cut, and both otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from analysis.distributions import rows_beyond
from errors import InputError
from figures.log_charts import class_histogram, cleaning_funnel, duration, pause_histogram
from figures.log_words import minutes, rules_in_words
from figures.text import count, decimal, percent, plain
from interactions import CleaningRules, Preview, ReadOptions
from interactions.cleaning import SessionRule
from widgets.logs import importing
from widgets.logs.reading_options import head_of
from widgets.logs.rules_form import checked_rules, rules_form, session_rules, take_rules_along, uploaded_rules
from widgets.logs.upload import clean_again
from widgets.logs.words import REASONS, STEPS, rows_are_on_spark, whose
from widgets.pictures import show
from workspace.logs import LogEntry, open_log
from workspace.settings import checked

# Spark reads any place by the rules of the log that is open.
_AND_BACK = "clean that; from its Train page Spark then reads the whole log by the same rules"


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
        show(
            cleaning_funnel(entry.steps, STEPS, whose(entry)), "funnel",
            "Rows, users and items left after each step of cleaning",
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
    if not entry.has_rows:
        st.info(rows_are_on_spark(entry, "Cleaning otherwise", _AND_BACK), icon=":material/cloud:")
        return
    st.markdown("**Change the rules**")
    with st.expander("Take rules from a file", icon=":material/upload:"):
        taken = uploaded_rules(_key(entry, "file"), _begun_from(entry))
    if taken is not None and taken != _begun_from(entry):
        st.session_state[_key(entry, "begun from")] = st.session_state[_key(entry, "draft")] = taken
    seen, columns = file_of(entry), _columns(entry)
    rules = rules_form(_key(entry, "form", of_rules=True), _begun_from(entry), seen, columns, sessions=False)
    if rules is not None:
        _keep_draft(entry, rules.model_copy(update=_draft(entry).model_dump(include=_SESSION_RULES)))
    _button(entry, columns, "again", usable=rules is not None)


def sessions(entry: LogEntry) -> None:
    """How long sessions are, the pauses between events, and the form to cut sessions otherwise."""
    rules, columns = CleaningRules(**entry.rules), _columns(entry)
    lengths, pauses = entry.summary["lengths"], entry.summary["pauses"]
    _how_they_are_cut(entry, rules)
    with st.grid(2, min_column_width=420):
        with st.container():
            st.markdown("**How long they are**")
            of = "sessions" if lengths is not None else whose(entry)
            histogram = class_histogram(lengths or entry.summary["activity"], of, "interactions in a sequence")
            show(histogram, "lengths", "Sessions by length")
        if pauses is not None:
            with st.container():
                st.markdown("**Pauses between the events of a user**")
                at = 60 * rules.session_gap_minutes if rules.sessions == "gap" else None
                show(pause_histogram(pauses, at), "pauses", "Pauses, on a log axis")
    if entry.users_are_sessions:
        st.caption("This log has no users, so that there is nothing to cut sessions from: each basket is one.")
    elif pauses is None:
        st.caption("This log has no times, so that sessions cannot be cut by pauses.")
    else:
        at_once = pauses["size"][0]
        left_out = (
            f" Not drawn are {count(at_once)} pauses of less than a second, which nothing cuts." if at_once else ""
        )
        st.caption(
            "A good pause to cut at lies in a valley: shorter pauses are inside a visit, longer ones between two."
            + left_out
        )
        with st.expander("What cutting at a pause would make", icon=":material/content_cut:"):
            _gaps(pauses, entry.interactions)
    if not entry.has_rows:
        st.info(rows_are_on_spark(entry, "Cutting sessions otherwise", _AND_BACK), icon=":material/cloud:")
        return
    st.markdown("**Change how they are cut**")
    values = session_rules(_key(entry, "sessions", of_rules=True), _begun_from(entry), columns)
    wanted = checked_rules({**_draft(entry).model_dump(), **values})
    if wanted is not None:
        _keep_draft(entry, wanted)
        _what_a_cap_cuts(entry, rules, wanted)
    _button(entry, columns, "sessions", usable=wanted is not None)


_SESSION_RULES = {"sessions", "session_gap_minutes", "longest_session"}


def _key(entry: LogEntry, what: str, *, of_rules: bool = False) -> str:
    """The name in the session of what belongs to this log's forms; of_rules: and to the rules that they begin from."""
    key = f"rules of {entry.digest} {st.session_state.get(f'rules taken back {entry.digest}', 0)} {what}"
    return f"{key} {hash(_begun_from(entry).model_dump_json())}" if of_rules else key


def _begun_from(entry: LogEntry) -> CleaningRules:
    """The rules that the forms begin from: those of a file, also where its tab is closed, else the log's own."""
    rules: CleaningRules = st.session_state.get(_key(entry, "begun from")) or CleaningRules(**entry.rules)
    return rules


def _draft(entry: LogEntry) -> CleaningRules:
    """The rules as they are chosen so far, on whichever tab, and not applied yet."""
    draft: CleaningRules = st.session_state.get(_key(entry, "draft")) or _begun_from(entry)
    return draft


def _keep_draft(entry: LogEntry, rules: CleaningRules) -> None:
    st.session_state[_key(entry, "draft")] = rules


def _take_back(entry: LogEntry) -> None:
    """Begin anew from the rules that are applied: all of the forms get other names, and so forget what they held."""
    name = f"rules taken back {entry.digest}"
    st.session_state[name] = st.session_state.get(name, 0) + 1


def _button(entry: LogEntry, columns: dict[str, str], key: str, *, usable: bool) -> None:
    rules, applied = _draft(entry), CleaningRules(**entry.rules)
    changed = rules != applied
    if changed and usable:
        st.info(f"Not applied yet: {plain(_difference(applied, rules))}.", icon=":material/pending:")
    with st.container(horizontal=True):
        pressed = st.button(
            "Clean again with these", icon=":material/filter_alt:", disabled=not (changed and usable),
            type="primary" if changed else "secondary", key=f"clean-{key}",
            help=None if changed else "Change something first.",
        )  # fmt: skip
        if pressed:
            needed = {*rules.columns_needed, *entry.columns}
            clean_again(entry, rules, {role: name for role, name in columns.items() if role in needed})
        if changed:
            st.button(
                "Take back", icon=":material/undo:", key=f"back-{key}", on_click=_take_back, args=(entry,),
                help="The rules become again those that this log was cleaned with.",
            )  # fmt: skip
        if usable:
            take_rules_along(rules, key)
    importing.show()
    st.caption("This makes a new version of the log beside this one; runs stay with the version they were trained on.")


def _difference(applied: CleaningRules, wanted: CleaningRules) -> str:
    """What cleaning with the wanted rules would do that those applied do not, and the other way round."""
    before, after = (rules_in_words(rules.model_dump(mode="json")) for rules in (applied, wanted))
    new = [words for words in after if words not in before]
    no_longer = [f"no longer {words}" for words in before if words not in after]
    return " · ".join(new + no_longer)


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
        if not entry.users_are_sessions:
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
    rows = list(zip(pauses["gaps"], pauses["sessions"], pauses["single"], strict=True))
    st.caption(
        f"Counted over the {count(interactions)} interactions of this version. Cleaning again starts from the file, so "
        "that where rules left rows out, what comes of it differs a little."
    )
    st.table(
        {
            "A pause longer than": [duration(gap) for gap, _, _ in rows],
            "Sessions": [count(made) for _, made, _ in rows],
            "Interactions in a session": [decimal(interactions / max(made, 1), 1) for _, made, _ in rows],
            "Sessions with one interaction only": [percent(single / max(made, 1)) for _, made, single in rows],
        },
        hide_index=True, width="content", alt="Sessions that each pause would make",
    )  # fmt: skip


def _what_a_cap_cuts(entry: LogEntry, now: CleaningRules, wanted: CleaningRules) -> None:
    """How many interactions the longest session allowed would leave out, of those that this version has."""
    most = wanted.longest_session
    if most is None or (most == now.longest_session and wanted.sessions == now.sessions):
        return
    as_it_is = wanted.sessions == now.sessions and wanted.session_gap_minutes == now.session_gap_minutes
    if wanted.sessions is None or as_it_is:
        counted = entry.summary["lengths"]
    else:
        counted = _lengths(entry.digest, wanted.sessions, wanted.session_gap_minutes)
    if counted is None:
        return
    rows, longer = rows_beyond(np.array(counted["value"]), np.array(counted["size"]), most)
    st.caption(
        f"A longest session of {count(most)} leaves out {count(rows)} of the {count(entry.interactions)} interactions "
        f"({percent(rows / max(entry.interactions, 1), 1)}): the last ones of {count(longer)} sessions, of which the "
        f"first {count(most)} stay."
    )


@st.cache_data(max_entries=64, show_spinner="Counting")
def _lengths(digest: str, by: SessionRule, gap_minutes: float) -> dict[str, Any]:
    """The lengths of sessions if they were cut so, and how many have each."""
    values, sizes = np.unique(open_log(digest).session_lengths(by, gap_minutes), return_counts=True)
    return {"value": values.tolist(), "size": sizes.tolist()}
