"""Files of vectors that were trained elsewhere: CSV, Parquet, .npy, word2vec text and binary."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from embedders.base import Progress, Vectors, no_progress
from errors import LogError, VectorsError
from workspace.found_vectors import FoundVectors, checked

Format = Literal["CSV", "Parquet", "NumPy", "word2vec text", "word2vec binary"]
FORMATS: tuple[Format, ...] = get_args(Format)
_HEAD = 1 << 20  # bytes that the format is told by

_REFUSED = {
    re.compile(rb"\x80[\x02-\x05]"): "a Python pickle, which can run code when it is opened",
    re.compile(rb"PK\x03\x04"): "an archive (.npz, .xlsx, .pt or .zip)",
}


@dataclass(frozen=True)
class VectorFile:
    """What a file of vectors holds, in order: ids[i] belongs to row i.

    vectors  float32 (n, dimensions), finite
    notes    how it was read, one sentence each
    """

    format: Format
    ids: list[str]
    vectors: Vectors
    notes: tuple[str, ...]


def read_vectors(
    path: Path,
    ids_path: Path | None = None,
    id_column: str | None = None,
    item_column: str = "item_id",
    progress: Progress = no_progress,
) -> VectorFile:
    """Read a file of vectors, whatever its format; nothing in it is ever run.

    ids_path     names the rows of a .npy array, and goes with no other format
    id_column    of a table, or of the file with the ids; None = guessed
    item_column  what the log calls its items, for guessing

    Raises VectorsError, with one sentence, where the file is no such thing, or for the first row that cannot be used.
    """
    try:
        format, found = _found(path, ids_path, id_column, item_column, progress)
    except LogError as error:  # it is a table like a log, and read by the same rules
        raise VectorsError(str(error)) from error
    except OSError as error:
        raise VectorsError(f"{error.filename or path} cannot be opened ({error.strerror}).") from error
    ids, vectors = checked(path, found)
    return VectorFile(format, ids, vectors, found.notes)


def _found(
    path: Path, ids_path: Path | None, id_column: str | None, item_column: str, progress: Progress
) -> tuple[Format, FoundVectors]:
    from workspace import numpy_files, vector_tables, word2vec_files

    with path.open("rb") as file:
        head = file.read(_HEAD)
    for magic, what in _REFUSED.items():
        if magic.match(head):
            raise VectorsError(f"{path.name} is {what}: save the vectors as .npy, CSV, Parquet or word2vec instead.")
    if head.startswith(numpy_files.NPY):
        return "NumPy", numpy_files.read_npy(path, ids_path, id_column, item_column, progress)
    if path.suffix.lower() == ".npy":
        raise VectorsError(f"{path.name} is no .npy file, whatever its name says: save it with numpy.save.")
    if ids_path is not None:
        raise VectorsError(f"{path.name} has its own ids: leave {ids_path.name} out, it goes with a .npy file.")
    header = word2vec_files.header_of(head)
    if header is not None and word2vec_files.is_binary(path, head, header):
        return "word2vec binary", word2vec_files.read_binary(path, header, progress)
    if header is not None or word2vec_files.is_text_without_header(head):
        return "word2vec text", word2vec_files.read_text(path, head, header, progress)
    if path.suffix.lower() == ".bin":
        raise VectorsError(
            f"{path.name} does not begin as a word2vec file does, with the number of its vectors and their length: "
            "export it again."
        )
    found = vector_tables.read_table(path, id_column, item_column, progress)
    return "Parquet" if head.startswith(b"PAR1") else "CSV", found
