"""Taking a run away: vectors, neighbours, map coordinates and settings, in files that other tools open.

Items without a vector are left out of every file; how many those are stands in the settings. Ids are never altered.
In CSV a title that a spreadsheet could take for a formula gets a ' in front.
"""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from analysis.arrays import Layout
from embedders.base import Embedding
from errors import ExportError
from workspace.files import read_json, written_aside
from workspace.results import Neighbours
from workspace.runs import Run

if TYPE_CHECKING:
    import pandas as pd

Format = Literal["csv", "parquet", "word2vec", "neighbours", "coordinates", "settings"]
FORMATS: tuple[Format, ...] = ("csv", "parquet", "word2vec", "neighbours", "coordinates", "settings")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
Codes = npt.NDArray[np.signedinteger[Any]]  # (n,) item codes

_BOM = "\ufeff"  # Excel takes a file for UTF-8 only when it begins with this
_TEXT_COLUMNS = {"item_id", "title", "neighbour_id", "neighbour_title"}
_NEEDS_QUOTES = frozenset(',"\r\n')


def write_vectors_csv(run: Run, out: Path | IO[bytes]) -> None:
    """item_id,title,popularity,v0,...: UTF-8 with BOM; numbers as short as reads back to the same float32."""
    names = ["item_id", "title", "popularity", *_vector_names(run)]
    rows = np.flatnonzero(run.embedding.trained)
    with _open(out) as file:
        _write_csv(
            file,
            names,
            [_ids(run, rows), _titles(run, rows), [str(count) for count in run.p[rows]], _numbers(run, rows, ",")],
        )


def write_vectors_parquet(run: Run, out: Path | IO[bytes]) -> None:
    """The same columns as in CSV, vectors as float32, titles as they stand in the log."""
    rows = np.flatnonzero(run.embedding.trained)
    with _open(out) as file:
        vectors_table(run, rows).to_parquet(file, index=False)


def write_word2vec(run: Run, out: Path | IO[bytes]) -> None:
    """word2vec's text format: count and width, then an item a line; raises ExportError for an id with white space."""
    check_word2vec(run)
    rows = np.flatnonzero(run.embedding.trained)
    ids = _ids(run, rows)
    with _open(out) as file:
        file.write(f"{len(rows)} {run.embedding.dimensions}\n".encode())
        _write_lines(file, (f"{item} {numbers}" for item, numbers in zip(ids, _numbers(run, rows, " "), strict=True)))


def check_word2vec(run: Run) -> None:
    """Raise ExportError, which names the id, where word2vec text cannot hold an id of this run."""
    for item in _ids(run, np.flatnonzero(run.embedding.trained)):
        if not item or any(letter.isspace() for letter in item):
            raise ExportError(
                f"The item id {item!r} has white space in it or is empty, which word2vec text cannot hold: "
                "export CSV or Parquet instead."
            )


def write_neighbours_csv(run: Run, out: Path | IO[bytes], neighbours: Neighbours, k: int = 10) -> None:
    """item_id,title,rank,neighbour_id,neighbour_title,score: k rows an item, the nearest first; UTF-8 with BOM."""
    queries, ranks = np.nonzero(neighbours.indices[:, :k] >= 0)
    found = neighbours.indices[queries, ranks]
    scores = neighbours.scores[queries, ranks]
    columns = [
        _ids(run, queries),
        _titles(run, queries),
        [str(rank + 1) for rank in ranks],
        _ids(run, found),
        _titles(run, found),
        _shortest(scores),
    ]
    with _open(out) as file:
        _write_csv(file, ["item_id", "title", "rank", "neighbour_id", "neighbour_title", "score"], columns)


def write_coordinates_csv(run: Run, out: Path | IO[bytes], layout: Layout) -> None:
    """item_id,title,x,y: where each item stands on a map; UTF-8 with BOM."""
    rows = np.flatnonzero(np.isfinite(layout).all(axis=1))
    columns = [_ids(run, rows), _titles(run, rows), _shortest(layout[rows, 0]), _shortest(layout[rows, 1])]
    with _open(out) as file:
        _write_csv(file, ["item_id", "title", "x", "y"], columns)


def write_settings_json(run: Run, out: Path | IO[bytes]) -> None:
    """All that the run was made from, with every default written out, and the ids of the items without a vector."""
    with _open(out) as file:
        file.write(json.dumps(settings(run), indent=1, ensure_ascii=False).encode())


def settings(run: Run) -> dict[str, Any]:
    """The run's own run.json, and `missing`: the ids that no file of this run has."""
    facts: dict[str, Any] = read_json(run.entry.path / "run.json")
    return facts | {"missing": run.embedding.missing}


def vectors_table(run: Run, rows: Codes) -> pd.DataFrame:
    """item_id, title, popularity, v0 ... of some items, vectors as float32."""
    import pandas as pd

    head = pd.DataFrame(
        {"item_id": _ids(run, rows), "title": run.items["title"].to_numpy()[rows], "popularity": run.p[rows]}
    )
    return pd.concat([head, pd.DataFrame(run.embedding.item_vectors[rows], columns=_vector_names(run))], axis="columns")


def preview(
    run: Run, what: Format, *, neighbours: Neighbours | None = None, layout: Layout | None = None, rows: int = 5
) -> str:
    """The first lines of a file as they would be written; of Parquet, its first rows as CSV.

    Neighbours and coordinates are only shown where they are given.
    """
    first = np.flatnonzero(run.embedding.trained)[:rows]
    out = io.BytesIO()
    if what in ("csv", "parquet"):
        write_vectors_csv(_only(run, first), out)
    elif what == "word2vec":
        write_word2vec(_only(run, first), out)
    elif what == "settings":
        write_settings_json(run, out)
    elif what == "neighbours" and neighbours is not None:
        indices = np.full_like(neighbours.indices, -1)
        indices[first[:1]] = neighbours.indices[first[:1]]
        write_neighbours_csv(run, out, Neighbours(indices, neighbours.scores), rows)
    elif what == "coordinates" and layout is not None:
        points = np.full_like(layout, np.nan)
        points[first] = layout[first]
        write_coordinates_csv(run, out, points)
    text = out.getvalue().decode().removeprefix(_BOM).rstrip("\n")
    if what == "word2vec":  # its first line counts all items
        return text.replace(str(len(first)), str(int(run.embedding.trained.sum())), 1)
    return text


def _only(run: Run, rows: Codes) -> Run:
    """The run as if it had only these items."""
    embedding = Embedding(
        method=run.embedding.method,
        item_ids=run.embedding.item_ids[rows],
        item_vectors=run.embedding.item_vectors[rows],
        params=run.embedding.params,
        seed=run.embedding.seed,
        log_digest=run.embedding.log_digest,
        seconds=run.embedding.seconds,
    )
    return Run(run.entry, embedding, run.items.iloc[rows], run.p[rows], run.buckets[rows])


def _ids(run: Run, rows: Codes) -> list[str]:
    return [str(item) for item in run.embedding.item_ids[rows]]


def _titles(run: Run, rows: Codes) -> list[str]:
    """Titles for a spreadsheet, empty where there is none."""
    titles = (title if isinstance(title, str) else "" for title in run.items["title"].to_numpy(dtype=object)[rows])
    return safe_texts(titles)


def safe_texts(texts: Iterable[str]) -> list[str]:
    """Texts for a spreadsheet: those that it could take for a formula get a ' in front."""
    return [f"'{text}" if text.startswith(FORMULA_STARTS) else text for text in texts]


def _vector_names(run: Run) -> list[str]:
    return [f"v{place}" for place in range(run.embedding.dimensions)]


def _numbers(run: Run, rows: Codes, separator: str) -> list[str]:
    """Each vector as one text."""
    import pyarrow.compute as pc

    columns = [_shortest_column(column) for column in run.embedding.item_vectors[rows].T]
    texts: list[str] = pc.binary_join_element_wise(*columns, separator).to_pylist()
    return texts


def _shortest(values: npt.NDArray[np.float32]) -> list[str]:
    texts: list[str] = _shortest_column(values).to_pylist()
    return texts


def _shortest_column(values: npt.NDArray[np.float32]) -> Any:
    """The shortest decimals that read back to the same float32, an Arrow column: as Python's repr, 30 times as fast."""
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = pa.array(np.ascontiguousarray(values, dtype=np.float32)).cast(pa.string())
    whole = values == np.trunc(values)
    if whole.any():  # "-0" in a column of whole numbers would be read as an integer, and lose its sign
        plain = pc.and_(pa.array(whole), pc.invert(pc.match_substring(texts, "e")))
        texts = pc.if_else(plain, pc.binary_join_element_wise(texts, "0", "."), texts)
    return texts


def _write_csv(file: IO[bytes], names: list[str], columns: Sequence[Iterable[str]]) -> None:
    """Numbers may come as one text of several fields, so only the text columns are quoted, where they need it."""
    texts = [
        map(_quoted, column) if name in _TEXT_COLUMNS else column
        for name, column in zip(names, columns, strict=False)  # the last column may go on under further names
    ]
    file.write(f"{_BOM}{','.join(names)}\n".encode())
    _write_lines(file, map(",".join, zip(*texts, strict=True)))


def _write_lines(file: IO[bytes], lines: Iterable[str]) -> None:
    for line in lines:
        file.write(f"{line}\n".encode())


def _quoted(text: str) -> str:
    return text if _NEEDS_QUOTES.isdisjoint(text) else '"' + text.replace('"', '""') + '"'


@contextlib.contextmanager
def _open(out: Path | IO[bytes]) -> Iterator[IO[bytes]]:
    """The file that was given, or a new one at a path, which is there whole or not at all."""
    if not isinstance(out, Path):
        yield out
        return
    try:
        with written_aside(out) as file:
            yield file
    except OSError as error:
        raise ExportError(f"{out} cannot be written ({error.strerror}).") from error
