"""From the batches of a file to rows of codes and numbers; what cannot be used is left out and counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from errors import LogError
from interactions.cleaning import Reason, Tally, in_words
from interactions.column_names import FACTS, Role
from interactions.formats.source import Batch, Source
from interactions.guessing import may_be_compact_dates
from interactions.local_times import Order, OrderTally, told_order
from interactions.memory import Held, Room
from interactions.options import ReadOptions
from interactions.progress import Progress
from interactions.rows import Rows
from interactions.several_items import unfolded
from interactions.times import read_times, with_clock
from interactions.values import (
    Mark,
    TextColumn,
    cells_of,
    decoded,
    encode,
    is_text,
    lists_as_texts,
    read_weights,
    told_decimal,
)


class _Told(NamedTuple):
    """What is told of how a file writes what can be written in two ways; None = nothing, and the common one is tried.

    order    of day and month
    decimal  the mark before the tenths of weights and quantities
    """

    order: Order | None
    decimal: Mark | None


class _ToldLate(Exception):
    """A cell was met that tells what the head did not, so that the file is to be read again.

    how    it is written, for the name of the stage
    share  of the file that was read before
    """

    def __init__(self, told: _Told, how: str) -> None:
        super().__init__(how)
        self.told, self.how, self.share = told, how, 0.0


def read_rows(
    source: Source,
    roles: Mapping[Role, str],
    head: list[list[str]],
    options: ReadOptions,
    tally: Tally,
    tell: Progress,
    *,
    rules: bool = False,
) -> tuple[Rows, Order | None]:
    """Read the columns that have roles, batch by batch, and leave out what cannot be used.

    rules  rules of cleaning will go over the rows, which takes more memory

    Answers with the order of day and month that times were read in, None where none had such an order.
    """

    def cells(role: Role) -> list[str]:
        return [row[source.columns.index(roles[role])] for row in head] if role in roles else []

    told = _Told(told_order(cells("time")), told_decimal(cells("weight") + cells("quantity")))
    if options.day_first is not None:
        told = told._replace(order="day first" if options.day_first else "month first")
    stage, share, room = f"Reading {source.path.name}", 0.0, Room(source.path.name)
    while True:
        reader = _BatchReader(source, roles, cells("time"), told, tally, options.several_items)
        try:
            return _read_all(source, reader, room, tell, stage, share, rules=rules)
        except _ToldLate as late:
            told, share = late.told, share + (1 - share) * late.share
            stage = f"Reading {source.path.name} again, {late.how}"
            tally.clear()


def _read_all(
    source: Source, reader: _BatchReader, room: Room, tell: Progress, stage: str, begin: float, *, rules: bool
) -> tuple[Rows, Order | None]:
    """begin: share of the progress that a first attempt has used up, 0 to 1, so that it never falls."""
    share = 0.0
    for batch in source.batches(reader.columns):
        try:
            reader.add(batch)
        except _ToldLate as late:
            late.share = share
            raise
        share = min(batch.done / max(source.size, 1), 1.0)
        held, done = reader.held, batch.done / max(source.size, 1)
        room.refuse_too_large(sum(held), held.needed(rules=rules), done)
        tell(stage, 55 * (begin + (1 - begin) * share), 100)
    if not reader.rows:
        raise LogError(f"{source.path.name} has a header and no rows: choose a file with interactions in it.")
    if reader.rows == reader.tally.total:
        said = in_words(reader.tally, such_as=True)
        raise LogError(" ".join([f"No row of {source.path.name} can be used: {said}.", *source.notes]))
    tell("Bringing the ids together", 55, 100)
    return reader.finish(), reader.order if reader.orders.any else None


class _BatchReader:
    """Turns batches of a file into columns of codes and numbers, counting what is left out."""

    def __init__(
        self,
        source: Source,
        roles: Mapping[Role, str],
        times: Sequence[str],
        told: _Told,
        tally: Tally,
        several: str | None,
    ) -> None:
        """
        times    those of the file's head
        several  what stands between the items of one cell
        """
        self._several = several
        self._unit, self._roles, self.tally = source.unit, roles, tally
        self._told, self.orders = told, OrderTally()
        self.order: Order = told.order or "month first"
        self.columns = list(dict.fromkeys(roles.values()))
        self._place = {name: place for place, name in enumerate(self.columns)}
        self._texts = {role: TextColumn() for role in roles if role not in (*_NUMBERS, "clock")}
        self._numbers: dict[Role, list[npt.NDArray[Any]]] = {role: [] for role in roles if role in _NUMBERS}
        self._compact = "clock" not in roles and may_be_compact_dates(times)
        self.rows = 0
        self.held = Held()

    def add(self, batch: Batch) -> None:
        """Take the rows of a batch."""
        import pyarrow as pa

        batch = unfolded(batch, self._place[self._roles["item"]], self._several)
        self.rows += len(batch.places) + batch.n_malformed
        self.tally.add(
            "malformed_row", batch.n_malformed, (f"{self._unit} {at}: {what}" for at, what in batch.malformed)
        )
        alive = np.ones(len(batch.places), np.bool_)
        texts = {role: encode(self._column(batch, role), self._roles[role]) for role in self._texts}
        numbers: dict[Role, npt.NDArray[Any]] = {}
        self._drop(batch, alive, self._headers(texts), "malformed_row", said="the header again")
        for role, reason in _MISSING.items():
            if role in texts:
                self._drop(batch, alive, np.asarray(texts[role].is_null()), reason)
        if "time" in self._numbers:
            column = self._column(batch, "time")
            numbers["time"], readable = read_times(column, compact=self._compact, order=self.order, tally=self.orders)
            if self._told.order is None and self.orders.day_first > self.orders.month_first:
                raise _ToldLate(self._told._replace(order="day first"), "day first")
            self._drop(batch, alive, ~readable, "unreadable_time", column)
        if "weight" in self._numbers:
            column = self._column(batch, "weight")
            numbers["weight"] = self._read_numbers(column)
            self._drop(batch, alive, ~np.isfinite(numbers["weight"]), "non_finite_weight", column)
            self._drop(batch, alive, ~(numbers["weight"] > 0), "non_positive_weight", column)
        if "quantity" in self._numbers:
            numbers["quantity"] = self._read_numbers(self._column(batch, "quantity"))
        texts_held, numbers_held = self.held
        everything = bool(alive.all())
        kept = None if everything else pa.array(alive)
        for role, encoded in texts.items():
            left = encoded if kept is None else encoded.filter(kept)
            self._texts[role].add(left)
            texts_held, numbers_held = texts_held + left.dictionary.nbytes, numbers_held + left.indices.nbytes
        for role, values in numbers.items():
            self._numbers[role].append(values if everything else values[alive])
            numbers_held += self._numbers[role][-1].nbytes
        self.held = Held(texts_held, numbers_held)

    def finish(self) -> Rows:
        """The rows that are left, with the ids of all batches encoded alike."""
        items, item_ids = self._texts["item"].finish()
        sessions, session_ids = self._texts["session"].finish() if "session" in self._texts else (None, [])
        if "user" in self._texts:
            users, user_ids = self._texts["user"].finish()
        else:
            assert sessions is not None  # a log has users or sessions
            users, user_ids = sessions, session_ids
        numbers = {role: np.concatenate(parts) for role, parts in self._numbers.items()}
        return Rows(
            users,
            items,
            user_ids,
            item_ids,
            sessions,
            session_ids,
            users_are_sessions="user" not in self._texts,
            times=numbers.get("time"),
            weights=numbers.get("weight"),
            quantities=numbers.get("quantity"),
            texts={role: self._texts[role].finish() for role in _FACTS if role in self._texts},
        )

    def _read_numbers(self, column: Any) -> npt.NDArray[np.float32]:
        """Weights or quantities; raises _ToldLate where commas stand before the tenths of most that tell it."""
        import pyarrow as pa

        numbers = read_weights(column, self._told.decimal or ".")
        bad = ~np.isfinite(numbers)
        if self._told.decimal is None and bad.any():
            column = decoded(column)
            left = cells_of(column.filter(pa.array(bad)).drop_null()) if is_text(column) else []
            if told_decimal(left) == "," and told_decimal(cells_of(column.drop_null())) == ",":
                raise _ToldLate(self._told._replace(decimal=","), "with commas before the tenths")
        return numbers

    def _headers(self, texts: Mapping[Role, Any]) -> npt.NDArray[np.bool_]:
        """Which rows have the columns' names for ids, as headers have in the middle of files that were put together."""
        import pyarrow as pa
        import pyarrow.compute as pc

        ids = {role: column for role, column in texts.items() if role in _MISSING}
        found = np.ones(len(next(iter(ids.values()))), np.bool_)
        for role, column in ids.items():
            name = self._roles[role]
            # The name was cleaned of all this where it stands in the first line.
            written = pa.array([before + name + behind for before in _BEFORE for behind in _BEHIND], pa.large_string())
            is_name = pc.is_in(column.dictionary, value_set=written)
            if not pc.any(is_name).as_py():
                return np.zeros(len(found), np.bool_)
            found &= is_name.take(column.indices).fill_null(False).to_numpy(zero_copy_only=False)
        return found

    def _column(self, batch: Batch, role: Role) -> Any:
        column = batch.arrays[self._place[self._roles[role]]]
        if role in FACTS:
            return lists_as_texts(column)
        if role == "time" and "clock" in self._roles:
            return with_clock(column, batch.arrays[self._place[self._roles["clock"]]])
        return column

    def _drop(
        self,
        batch: Batch,
        alive: npt.NDArray[np.bool_],
        bad: npt.NDArray[np.bool_],
        reason: Reason,
        column: Any = None,
        said: str = "",
    ) -> None:
        taken = np.flatnonzero(alive & bad)
        alive[taken] = False
        first = taken[:3].tolist()
        examples = [f"{self._unit} {batch.places[row]}" + (f": {said}" if said else "") for row in first]
        if column is not None:
            cells = [cells_of(column[row : row + 1])[0] for row in first]
            examples = [f"{where}: {_shown(cell)}" for where, cell in zip(examples, cells, strict=True)]
        self.tally.add(reason, len(taken), examples)


_NUMBERS: tuple[Role, ...] = ("time", "weight", "quantity")
_FACTS: tuple[Role, ...] = ("title", "category", "event")
# Around a name in a header: blanks, a byte order mark, the sign of a comment, RecBole's type.
_BEFORE, _BEHIND = ("", " ", "\ufeff", "\ufeff#", '\ufeff"', "#", "# ", "%", "% "), ("", " ", '"', ":token")
_MISSING: dict[Role, Reason] = {"user": "missing_user", "item": "missing_item", "session": "missing_session"}


def _shown(value: object) -> str:
    """A cell for an example, quoted and cut short."""
    text = "" if value is None else str(value)
    return repr(text if len(text) <= 40 else text[:40] + "…")
