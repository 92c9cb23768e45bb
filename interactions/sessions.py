"""Sessions cut from users' histories: by a pause, by the day, or whole."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from errors import LogError
from interactions.cleaning import SessionRule
from interactions.rows import Rows
from interactions.sequences import longest_pause


def with_sessions(rows: Rows, by: SessionRule | None, gap_minutes: float) -> tuple[Rows, npt.NDArray[np.int64]]:
    """Rows with their sessions, and the place of each row in its session by time, from 0, int64 (n_rows,).

    by  "gap": a longer pause than so many minutes begins a new session; "day": so does a new day (UTC); "user": a
        user's whole history is one; None: the sessions stay as their column has them

    Raises LogError where there are no users, or no times for a gap or a day, or no sessions to stay.
    """
    if by is not None and rows.users_are_sessions:
        raise LogError("Sessions are to be cut from users' histories, but no column holds users: keep the sessions.")
    if by in ("gap", "day") and rows.times is None:
        raise LogError(f"Sessions are to be cut by {by}, but no column holds times: choose one, or cut otherwise.")
    if by is None and rows.sessions is None:
        raise LogError("A longest session is asked for, but there are no sessions: say how they are to be cut.")
    order = rows.by_user_and_time()
    users = rows.users[order]
    begins = np.ones(len(order), np.bool_)
    if by is None:
        assert rows.sessions is not None
        order = order[np.argsort(rows.sessions[order], kind="stable")]
        sessions = rows.sessions[order]
        begins[1:] = sessions[1:] != sessions[:-1]
    else:
        begins[1:] = users[1:] != users[:-1]
        if by == "gap":
            assert rows.times is not None
            begins[1:] |= np.diff(rows.times[order]) > longest_pause(gap_minutes)
        elif by == "day":
            assert rows.times is not None
            begins[1:] |= np.diff(rows.times[order] // 86_400) != 0
    number = np.cumsum(begins) - 1
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order)) - np.flatnonzero(begins)[number]
    if by is None:
        return rows, place
    sessions = np.empty(len(order), np.int32)
    sessions[order] = number
    return rows._replace(sessions=sessions, session_ids=[]), place


def of_one_user_each(rows: Rows) -> tuple[Rows, int]:
    """Rows whose sessions are of one user each, and how many numbers of sessions came again with another user.

    Where sessions are numbered anew for each user, a number and its user are a session.
    """
    if rows.sessions is None or rows.users_are_sessions:
        return rows, 0
    owner = np.zeros(len(rows.session_ids), np.int32)
    owner[rows.sessions] = rows.users
    shared = np.unique(rows.sessions[owner[rows.sessions] != rows.users])
    if not len(shared):
        return rows, 0
    n_users = len(rows.user_ids)
    pairs, sessions = np.unique(rows.sessions.astype(np.int64) * n_users + rows.users, return_inverse=True)
    ids = [rows.session_ids[session] for session in pairs // n_users]
    return rows._replace(sessions=sessions.astype(np.int32), session_ids=ids), len(shared)
