"""Item and user tables of well-known sets, written anew with the names that their publishers' descriptions give."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from errors import LogError
from workspace.known_sets import KnownTable

GENRES = "genres"


def with_header(archive: Path, table: KnownTable) -> bytes:
    """A table of an archive as CSV in UTF-8 with a header; the same bytes each time.

    A row with too few or too many fields goes out as it stands, so that whoever reads the log counts it as malformed.
    Raises LogError where the archive does not hold the table.
    """
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow((*table.names, GENRES) if table.flags else table.names)
    writer.writerows(_rows(archive, table))
    return written.getvalue().encode()


def _rows(archive: Path, table: KnownTable) -> Iterator[list[str]]:
    named = len(table.names)
    for line in _lines(archive, table):
        fields = line.split(table.options.separator)
        for column, meanings in table.meanings.items():
            place = table.names.index(column)
            if place < len(fields):
                fields[place] = meanings.get(fields[place], fields[place])
        if table.flags and len(fields) == named + len(table.flags):
            marked = [name for name, flag in zip(table.flags, fields[named:], strict=True) if flag == "1"]
            fields = [*fields[:named], "|".join(marked)]
        yield fields


def _lines(archive: Path, table: KnownTable) -> Iterator[str]:
    try:
        with (
            zipfile.ZipFile(archive) as opened,
            opened.open(table.options.table or "") as packed,
            io.TextIOWrapper(packed, table.options.encoding, errors="replace") as text,
        ):
            for line in text:
                if line := line.rstrip("\r\n"):
                    yield line
    except (KeyError, zipfile.BadZipFile) as error:
        raise LogError(f"{archive.name} does not hold {table.options.table!r}: fetch it again.") from error
