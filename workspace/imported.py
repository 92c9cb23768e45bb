"""Vectors that were trained elsewhere, matched to a log by id: an Embedding like one that was trained here."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from embedders.base import Embedding, Progress, Vectors, no_progress, part_of
from errors import VectorsError
from interactions import InteractionLog
from workspace.run_kinds import IMPORTED
from workspace.spark_logs import KnownItems
from workspace.vector_files import VectorFile, read_vectors

_EXAMPLES = 3  # ids that a note names


@dataclass(frozen=True)
class Matching:
    """How the vectors of a file and the items of a log met.

    vectors   in the file
    matched   vectors whose id is one of the log's items
    left_out  vectors of no item of the log
    zeros     matched vectors that are zero all through, which counts as none
    missing   items of the log that are without a vector, those with zeros included
    """

    vectors: int
    matched: int
    left_out: int
    zeros: int
    missing: int


def import_vectors(
    path: Path,
    log: InteractionLog | KnownItems,
    *,
    ids_path: Path | None = None,
    id_column: str | None = None,
    file_name: str | None = None,
    progress: Progress = no_progress,
) -> tuple[Embedding, Matching]:
    """Read a file of vectors and give each item of the log its own; row i = item code i, zero where there is none.

    file_name  what the file was called where it came from

    Raises VectorsError where the file cannot be read, or none of its vectors is of an item of the log.
    """
    started = time.perf_counter()
    name = file_name or path.name
    progress(f"Reading {name}", 0.0, 1.0)
    file = read_vectors(path, ids_path, id_column, log.columns.get("item", "item_id"), part_of(progress, 0.0, 0.9))
    progress("Matching vectors to items", 0.9, 1.0)
    rows, known = _places(file.ids, log)
    if not known.any():
        raise VectorsError(
            f"None of the {len(known):,} ids in {name}, such as {_some(file.ids)}, is an item of this log, whose ids "
            f"are such as {_some(list(log.item_ids))}: choose the column and the file with the log's own ids, zeros in "
            "front included."
        )
    item_vectors = np.zeros((log.n_items, file.vectors.shape[1]), np.float32)
    item_vectors[rows[known]] = file.vectors[known]
    if not item_vectors.any():
        raise VectorsError(f"Every vector of {name} for an item of this log is zero: choose a file with other numbers.")
    embedding = Embedding(
        method=IMPORTED,
        item_ids=log.item_ids,
        item_vectors=item_vectors,
        params={
            "file": name,
            "format": file.format,
            "dimensions": item_vectors.shape[1],
            "vectors": _digest(item_vectors),
        },
        seed=0,
        log_digest=log.digest,
        seconds=time.perf_counter() - started,
        notes=(*_notes(file, known, item_vectors, log), *file.notes),
    )
    progress("Matching vectors to items", 1.0, 1.0)
    matched = int(known.sum())
    missing = int((~embedding.trained).sum())
    matching = Matching(len(known), matched, len(known) - matched, missing - (log.n_items - matched), missing)
    return embedding, matching


def _places(
    ids: Sequence[str], log: InteractionLog | KnownItems
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Item code of each id, -1 where it is none of the log's; and whether it is one."""
    code_of = {item: code for code, item in enumerate(log.item_ids)}
    rows = np.array([code_of.get(item, -1) for item in ids], dtype=np.int64)
    return rows, rows >= 0


def _digest(vectors: Vectors) -> str:
    """sha256 of the vectors in the order of the log's items: the same from any file that holds them."""
    return hashlib.sha256(np.array(vectors.shape, "<i8").tobytes() + vectors.astype("<f4").tobytes()).hexdigest()


def _notes(
    file: VectorFile, known: npt.NDArray[np.bool_], item_vectors: Vectors, log: InteractionLog | KnownItems
) -> tuple[str, ...]:
    trained = item_vectors.any(axis=1)
    strangers = [file.ids[row] for row in np.flatnonzero(~known)]
    zeros = [file.ids[row] for row in np.flatnonzero(known & ~file.vectors.any(axis=1))]
    named = set(file.ids)
    without = [item for item in log.item_ids[~trained] if item not in named]
    notes = [f"Matched by id: {int(known.sum()):,} of the {len(known):,} vectors are of items of this log."]
    if strangers:
        notes.append(
            f"Vectors of no item of this log, which were left out: {len(strangers):,}, such as {_some(strangers)}."
        )
    if without:
        notes.append(f"Items of this log that the file has no vector for: {len(without):,}, such as {_some(without)}.")
    if zeros:
        notes.append(f"Vectors of zeros only, which count as none: {len(zeros):,}, such as {_some(zeros)}.")
    return tuple(notes)


def _some(ids: Sequence[str]) -> str:
    return ", ".join(repr(str(item)) for item in ids[:_EXAMPLES])
