"""Item and user tables, joined to a log by id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from errors import LogError
from interactions.column_names import FACTS, Role, is_nameless
from interactions.columns import guess_id, guess_item_facts, listed
from interactions.formats.opening import open_source
from interactions.formats.source import Source
from interactions.guessing import counts_rows
from interactions.labels import LABEL_SEPARATOR, label_text, labels_in
from interactions.memory import Room
from interactions.options import MATCHES, MatchIds, ReadOptions
from interactions.values import cells_of, decoded, encode, is_text

if TYPE_CHECKING:
    import pandas as pd

_HEAD_ROWS = 1000  # that tell whether a column numbers the rows
_JOINED = 2.5  # times what a table holds is needed while it is joined
_FEW = 0.1  # of the ids in the table may be a mistake of how they are written
_MANY_MORE = 2  # times as many matches make another way to compare worth a note
_WHOLE_NUMBER = r"^\s*0*(\d+)(?:\.0*)?\s*$"
_OWN_NAMES = ("id", "title", "category")  # what the program calls its own columns


class JoinedTable(NamedTuple):
    """A second file brought into the order of a log's ids.

    frame    one row an id, the columns of the table without its ids; missing where the id is not in the table
    known    bool (n_ids,): which ids the table has
    notes    what a person should know
    """

    frame: pd.DataFrame
    known: npt.NDArray[np.bool_]
    notes: list[str]


def open_table(path: Path, options: ReadOptions, log_options: ReadOptions) -> Source:
    """Open an item or user table; the encoding named for the log is tried where the table's own is not known."""
    try:
        return open_source(path, options)
    except LogError:
        if options.encoding is not None or log_options.encoding is None:
            raise
        return open_source(path, options.model_copy(update={"encoding": log_options.encoding}))


def item_facts(source: Source, given: Mapping[str, str] | None, in_log: Mapping[Role, str]) -> dict[Role, str]:
    """The columns of an item table that hold titles and categories: as given, else where their names tell.

    A role that was given a column of the log, or "" for none, is not looked for here.
    """
    guessed = guess_item_facts(source.columns)
    facts: dict[Role, str] = {}
    for role in FACTS:
        name = None if given is None else given.get(role)
        if name and name in source.columns:
            facts[role] = name
        elif name is None and role in guessed:
            facts[role] = guessed[role]
    return facts


def join_table(
    source: Source, ids: Sequence[str], role: Role, name_in_log: str, match: MatchIds | None = None
) -> JoinedTable:
    """Read a whole table and put its rows in the order of `ids`; of several rows with one id the first counts.

    match  how ids are compared; None = exactly
    """
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc

    batches: list[list[Any]] = []
    malformed, examples, held = 0, [], 0
    room = Room(source.path.name)
    for batch in source.batches(source.columns):
        batches.append(batch.arrays)
        held += sum(array.nbytes for array in batch.arrays)
        room.refuse_too_large(held, _JOINED * held, batch.done / max(source.size, 1))
        malformed += batch.n_malformed
        examples += batch.malformed
    columns = {
        name: _filled(
            pa.chunked_array([decoded(arrays[place]) for arrays in batches], None if batches else pa.large_string())
        )
        for place, name in enumerate(source.columns)
    }
    as_in_log = pa.array(ids, pa.large_string())
    wanted = _compared(as_in_log, match)
    notes = list(source.notes)
    id_name = guess_id(source.columns, role, name_in_log)
    if id_name is None:
        id_name, *as_good = _most_matching(columns, wanted, match)
        if as_good:
            notes.append(
                f"The ids of {source.path.name} were taken from column {id_name!r}; as many ids of the log stand in "
                f"{listed(as_good)}: where those are meant, rename that column to {name_in_log!r}."
            )
    as_in_table = _texts(columns.pop(id_name), id_name)
    table_ids = _compared(as_in_table, match)
    place = pc.index_in(wanted, value_set=table_ids)
    known = np.asarray(place.is_valid())
    frame = pd.DataFrame(
        {name: _series(column.take(place)) for name, column in columns.items()}, index=pd.RangeIndex(len(ids))
    )

    if malformed:
        where = ", ".join(f"{source.unit} {at}: {what}" for at, what in examples[:3])
        notes.append(f"{malformed:,} malformed rows of {source.path.name} were left out ({where}).")
    twice = len(table_ids) - table_ids.null_count - len(pc.unique(table_ids.drop_null()))
    if twice:
        notes.append(f"{twice:,} rows of {source.path.name} repeat an id in column {id_name!r}: the first row counts.")
    if match in (None, "exactly") and known.sum() < _FEW * len(ids):
        notes += _looser_match(as_in_log, as_in_table, int(known.sum()), role, id_name, source.path.name)
    if not known.any():
        notes.append(f"No {role} of the log stands in column {id_name!r} of {source.path.name}: is it the right file?")
    return JoinedTable(frame, known, notes)


def with_facts(items: pd.DataFrame, joined: JoinedTable, facts: Mapping[Role, str]) -> pd.DataFrame:
    """Titles and categories of the item table, filled up from the log's own, and the table's further columns."""
    import pandas as pd

    for role, name in facts.items():
        items[role] = fact_column(joined.frame[name]).fillna(items[role])
    rest = further_columns(joined.frame, list(facts.values()))
    return pd.concat([items, rest], axis=1)


def further_columns(frame: pd.DataFrame, used: Sequence[str]) -> pd.DataFrame:
    """The columns that no role has taken; a name that the program uses itself gets " (column)" behind it."""
    rest = frame.drop(columns=list(dict.fromkeys(used)))
    return rest.rename(columns={name: f"{name} (column)" for name in _OWN_NAMES})


def text_column(values: Any, n_rows: int) -> pd.Series[Any]:
    """Texts as pandas' "str" type, missing = NaN; None = all missing."""
    import pandas as pd

    return pd.Series([None] * n_rows if values is None else values, index=pd.RangeIndex(n_rows), dtype="str")


def fact_column(column: pd.Series[Any]) -> pd.Series[Any]:
    """Titles or categories of a typed table as texts: lists as Drama|Comedy, and 1 for 1.0 where all are whole."""
    import pandas as pd

    def as_text(cell: Any) -> Any:
        return LABEL_SEPARATOR.join(labels_in(cell, label_text)) or None if isinstance(cell, np.ndarray) else cell

    if pd.api.types.is_float_dtype(column.dtype) and (column.dropna() % 1 == 0).all():
        column = column.map(label_text, na_action="ignore")
    elif column.dtype == object:
        column = column.map(as_text, na_action="ignore")
    return text_column(column.astype("str"), len(column))


def no_columns(n_rows: int) -> pd.DataFrame:
    """A table of which nothing is known but its number of rows."""
    import pandas as pd

    return pd.DataFrame(index=pd.RangeIndex(n_rows), columns=pd.Index([], dtype="str"))


def _compared(ids: Any, match: MatchIds | None) -> Any:
    """Ids as they are compared: alike ones are one text."""
    import pyarrow.compute as pc

    if match == "as numbers":
        return pc.replace_substring_regex(ids, _WHOLE_NUMBER, r"\1")
    if match == "ignoring case and spaces":
        return pc.utf8_lower(pc.utf8_trim_whitespace(ids))
    return ids


def _looser_match(in_log: Any, in_table: Any, known: int, role: Role, id_name: str, file: str) -> list[str]:
    """A note where few ids match and many more would if they were compared otherwise."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for match in MATCHES[1:]:
        place = pc.index_in(_compared(in_log, match), value_set=_compared(in_table, match))
        found = len(place) - place.null_count
        if found < _MANY_MORE * max(known, _FEW * len(in_log) / _MANY_MORE):
            continue
        pairs = pa.table({"log": in_log, "table": in_table.take(place)}).drop_null()
        differ = pairs.filter(pc.not_equal(pairs["log"], pairs["table"]))
        example = {name: differ[name][0].as_py() for name in differ.column_names}
        return [
            f"{known:,} of {len(in_log):,} {role}s of the log stand in column {id_name!r} of {file}, and {found:,} "
            f"would if ids were compared {match}: the log writes {example['log']!r} where {file} writes "
            f"{example['table']!r}. Choose that where the table is opened; the log's ids stay as they are."
        ]
    return []


def _most_matching(columns: Mapping[str, Any], wanted: Any, match: MatchIds | None) -> list[str]:
    """The columns that have most of the ids, those without a name and those that only number the rows last."""
    import pyarrow.compute as pc

    def found(name: str) -> int:
        try:
            return int(pc.sum(pc.is_in(wanted, value_set=_compared(_texts(columns[name], name), match))).as_py() or 0)
        except LogError:
            return 0

    def is_number_of_row(name: str) -> tuple[bool, bool]:
        return is_nameless(name), counts_rows([str(cell) for cell in cells_of(columns[name].slice(0, _HEAD_ROWS))])

    n_found = {name: found(name) for name in columns}
    most = max(n_found.values())
    best = sorted((name for name in columns if n_found[name] == most), key=is_number_of_row)
    return best if most else best[:1]


def _texts(column: Any, name: str) -> Any:
    import pyarrow as pa

    if not column.num_chunks or not len(column):
        return pa.array([], pa.large_string())
    return decoded(encode(column.combine_chunks(), name))


def _filled(column: Any) -> Any:
    """Empty texts as missing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not is_text(column):
        return column
    return pc.if_else(pc.equal(pc.utf8_trim_whitespace(column), ""), pa.scalar(None, column.type), column)


def _series(column: Any) -> pd.Series[Any]:
    import pandas as pd
    import pyarrow as pa

    if is_text(column):
        return pd.Series(column.to_pylist(), dtype="str")
    if pa.types.is_integer(column.type) and column.null_count:
        return pd.Series(column.to_pylist(), dtype="Int64")  # numbers with gaps stay whole numbers
    try:
        series: pd.Series[Any] = column.to_pandas()
    except (OverflowError, ValueError):  # a day in the year 50,000
        return pd.Series(cells_of(column), dtype="str")
    return series.reset_index(drop=True)
