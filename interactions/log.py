"""InteractionLog: who touched which item, when, in which session."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from errors import LogError
from interactions.graph import transition_graph
from interactions.matrix import pair_counts, user_item_matrix, user_item_means
from interactions.sequences import EventOrder, SequenceBy, Sequences, cut_sequences, longest_pause

if TYPE_CHECKING:
    import pandas as pd
    from scipy import sparse

Codes = npt.NDArray[np.int32]
Texts = npt.NDArray[np.object_]  # (n,) of str: ids as they stood in the file


@dataclass(frozen=True)
class InteractionLog:
    """Interactions as arrays, one row an event, sorted by user code, time and place in the file.

    user_codes, item_codes  int32 (n_interactions,)
    weights                 float32 (n_interactions,), above 0 and finite, 1 where no column has the role
    timestamps              int64 (n_interactions,) seconds UTC, or None
    session_codes           int32 (n_interactions,), or None
    user_ids, item_ids      text (n_users,), (n_items,); a code is the rank of its id in byte order
    users_are_sessions      True where the log has sessions and no users: user codes are then session codes
    items, users            tables, one row a code: title, category (missing where unknown), further columns
    digest                  sha256 that names this log: its stored originals, column roles, rules and reader version
    columns                 role -> name of the column that has it
    """

    user_codes: Codes
    item_codes: Codes
    weights: npt.NDArray[np.float32]
    timestamps: npt.NDArray[np.int64] | None
    session_codes: Codes | None
    user_ids: Texts
    item_ids: Texts
    items: pd.DataFrame
    users: pd.DataFrame
    digest: str
    users_are_sessions: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def n_interactions(self) -> int:
        return len(self.item_codes)

    @property
    def n_users(self) -> int:
        return len(self.user_ids)

    @property
    def n_items(self) -> int:
        return len(self.item_ids)

    @cached_property
    def n_sessions(self) -> int | None:
        """Sessions in the log, or None where it has no session column."""
        return None if self.session_codes is None else int(np.count_nonzero(np.bincount(self.session_codes)))

    def user_item_matrix(self) -> sparse.csr_matrix:
        """Weights summed over user and item, CSR float32 (n_users, n_items)."""
        return user_item_matrix(self.user_codes, self.item_codes, self.weights, (self.n_users, self.n_items))

    def user_item_means(self) -> sparse.csr_matrix:
        """Mean weight of each observed pair of user and item, CSR float32 (n_users, n_items); a mean of 0 is stored."""
        return user_item_means(self.user_codes, self.item_codes, self.weights, (self.n_users, self.n_items))

    @cached_property
    def users_per_item(self) -> npt.NDArray[np.int64]:
        """Popularity p: distinct users (baskets, where there are no users) of each item, int64 (n_items,)."""
        return pair_counts(self.user_codes, self.item_codes, self.n_items)[0]

    def session_lengths(
        self, by: Literal["session", "gap", "day", "user"] = "session", gap_minutes: float = 30.0
    ) -> npt.NDArray[np.int64]:
        """Interactions of each session of a user, int64 (n,), in no order; empty where there is nothing to cut by.

        by  "session": as the log has them; "gap", "day" (UTC), "user": as they would be if they were cut so
        """
        if by == "session":
            if self.session_codes is None:
                return np.empty(0, np.int64)
            return pair_counts(self.user_codes, self.session_codes, int(self.session_codes.max(initial=-1)) + 1)[1]
        if by != "user" and self.timestamps is None:
            return np.empty(0, np.int64)
        begins = np.ones(self.n_interactions, np.bool_)
        begins[1:] = self.user_codes[1:] != self.user_codes[:-1]
        if self.timestamps is not None and by == "gap":
            begins[1:] |= np.diff(self.timestamps) > longest_pause(gap_minutes)
        elif self.timestamps is not None and by == "day":
            begins[1:] |= np.diff(self.timestamps // 86_400) != 0
        return np.diff(np.append(np.flatnonzero(begins), self.n_interactions))

    def sequences(
        self,
        by: SequenceBy | None = None,
        *,
        gap_minutes: float = 30.0,
        order: EventOrder = "random",
        seed: int = 0,
    ) -> Sequences:
        """Item sequences by "user", "session" or "gap" (minutes); by=None takes sessions where there are some.

        Events of one sequence and equal time have no order: one is drawn from `seed`, or order="file" keeps the file's.
        """
        if by is None:
            by = "user" if self.session_codes is None else "session"
        return cut_sequences(
            self.user_codes,
            self.item_codes,
            self.timestamps,
            self.session_codes,
            by=by,
            gap_minutes=gap_minutes,
            order=order,
            seed=seed,
        )

    def item_graph(
        self,
        by: SequenceBy | None = None,
        *,
        gap_minutes: float = 30.0,
        order: EventOrder = "random",
        seed: int = 0,
    ) -> sparse.csr_matrix:
        """Directed transitions between consecutive events of the same sequences, CSR float32 (n_items, n_items)."""
        return transition_graph(self.sequences(by, gap_minutes=gap_minutes, order=order, seed=seed), self.n_items)

    def time_at(self, share: float) -> int:
        """The time at which `share` (0..1) of the interactions are over, seconds UTC.

        Interactions of equal time are not torn apart, so up to `share` of all of them lie before it. Raises LogError
        where there are no times, or all are equal.
        """
        if self.timestamps is None:
            raise LogError("This log has no time column, so it cannot be split in time.")
        if self.n_interactions and self.timestamps.min() == self.timestamps.max():
            raise LogError(
                "All interactions of this log have the same time, so it cannot be split in time: read it again without "
                "a time column, then sessions are drawn instead."
            )
        position = min(int(np.ceil(share * self.n_interactions)), self.n_interactions - 1)
        return int(np.partition(self.timestamps, position)[position])

    def split(self, at: int) -> tuple[InteractionLog, InteractionLog]:
        """(train, test): the interactions before the time `at` (seconds UTC), and those from it on.

        Both keep the codes, ids and tables of the whole log, so that row i means the same item everywhere.
        """
        if self.timestamps is None:
            raise LogError("This log has no time column, so it cannot be split in time.")
        before = self.timestamps < at
        return self._part(before, [int(at), "train"]), self._part(~before, [int(at), "test"])

    def split_sessions(self, share: float, seed: int = 0) -> tuple[InteractionLog, InteractionLog]:
        """(train, test) for a log without times: `share` (0..1) of its sessions, drawn from `seed`, and the others.

        Users stand for sessions where the log has none. Codes, ids and tables are those of the whole log.
        """
        session = self.user_codes.astype(np.int64)
        if self.session_codes is not None:
            session = session * (int(self.session_codes.max(initial=0)) + 1) + self.session_codes
        _, session = np.unique(session, return_inverse=True)
        n_sessions = int(session.max(initial=-1)) + 1
        drawn = np.random.default_rng(seed).permutation(n_sessions) < round(share * n_sessions)
        made_from: list[int | float | str] = ["sessions", float(share), int(seed)]
        keep = drawn[session]
        return self._part(keep, [*made_from, "train"]), self._part(~keep, [*made_from, "test"])

    def _part(self, keep: npt.NDArray[np.bool_], made_from: list[int | float | str]) -> InteractionLog:
        digest = hashlib.sha256(json.dumps([self.digest, *made_from]).encode()).hexdigest()
        return replace(
            self,
            user_codes=self.user_codes[keep],
            item_codes=self.item_codes[keep],
            weights=self.weights[keep],
            timestamps=None if self.timestamps is None else self.timestamps[keep],
            session_codes=None if self.session_codes is None else self.session_codes[keep],
            digest=digest,
        )

    def save(self, folder: Path) -> None:
        """Write the log into an existing folder: arrays as .npy, tables as Parquet, the rest as log.json."""
        arrays = {
            "user_codes": self.user_codes,
            "item_codes": self.item_codes,
            "weights": self.weights,
            "timestamps": self.timestamps,
            "session_codes": self.session_codes,
        }
        for name, array in arrays.items():
            if array is not None:
                np.save(folder / f"{name}.npy", array, allow_pickle=False)
        self.items.assign(id=self.item_ids).to_parquet(folder / "items.parquet", index=False)
        self.users.assign(id=self.user_ids).to_parquet(folder / "users.parquet", index=False)
        facts = {
            "digest": self.digest,
            "users_are_sessions": self.users_are_sessions,
            "columns": dict(self.columns),
            "arrays": [name for name, array in arrays.items() if array is not None],
        }
        (folder / "log.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> InteractionLog:
        """Read back what `save` wrote; the arrays stay on disk and are mapped into memory."""
        import pandas as pd

        try:
            facts = json.loads((folder / "log.json").read_text(encoding="utf-8"))
            arrays = {
                name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in facts["arrays"]
            }
            items = pd.read_parquet(folder / "items.parquet")
            users = pd.read_parquet(folder / "users.parquet")
        except (OSError, EOFError, ValueError, KeyError) as error:  # numpy ends an empty file with an EOFError
            raise LogError(
                f"The kept log in {folder} is damaged ({error}): open its file again, or delete the folder."
            ) from error
        return cls(
            user_codes=arrays["user_codes"],
            item_codes=arrays["item_codes"],
            weights=arrays["weights"],
            timestamps=arrays.get("timestamps"),
            session_codes=arrays.get("session_codes"),
            user_ids=users.pop("id").to_numpy(dtype=object),
            item_ids=items.pop("id").to_numpy(dtype=object),
            items=items,
            users=users,
            digest=facts["digest"],
            users_are_sessions=facts["users_are_sessions"],
            columns=facts["columns"],
        )
