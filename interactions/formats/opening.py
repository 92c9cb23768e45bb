"""Open a file as what it is, whatever its name says."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from errors import LogError
from interactions.formats.delimited import DelimitedFile
from interactions.formats.source import Source
from interactions.formats.unpacking import PACKED, is_zip, members, open_bytes, unpacked_name
from interactions.options import ReadOptions

_SQLITE = b"SQLite format 3\0"
_DUCKDB = b"DUCK"  # at byte 8
_ARROW = b"ARROW1"
_PARQUET = b"PAR1"
_PARQUET_SUFFIXES = (".parquet", ".pq")
_LONGEST_NAME = 300  # letters of a path that a sentence shows
_WORKBOOK = "[Content_Types].xml"  # is in every workbook, which is a zip archive
_ONLY_UNPACKED = {
    _PARQUET: "a Parquet file",
    _ARROW: "an Arrow file",
    _SQLITE[:8]: "an SQLite database",
    **dict.fromkeys(PACKED, "another packed file"),
}
_MOST_LOOKED_AT = 4096  # bytes that tell what a file is
_AS_TABLE = "save the table as Parquet or CSV"
_SQL_DUMP = "a dump of a database in SQL: load it into the database, and export the table as CSV"
_MADE_BY_OTHERS = {
    re.compile(begins, re.IGNORECASE | re.DOTALL): what
    for begins, what in {
        rb"\xd0\xcf\x11\xe0": "an old Excel workbook (.xls): save it as .xlsx or CSV",
        rb"%PDF": "a PDF: export the table behind it as CSV",
        rb"Rar!": "a RAR archive: unpack it, and choose the table inside",
        rb"7z\xbc\xaf": "a 7-Zip archive: unpack it, and choose the table inside",
        rb".{257}ustar[\x00 ]": "a tar archive: unpack it, and choose the table inside",
        rb"\x89HDF": f"an HDF5 file: {_AS_TABLE}",
        rb"RD[AX][23]\n|X\n\x00{3}[\x02\x03]": f"an R data file: {_AS_TABLE}",
        rb"ORC(?=.*\x00)": f"an ORC file: {_AS_TABLE}",
        rb"Obj\x01": f"an Avro file: {_AS_TABLE}",
        rb"\x93NUMPY": f"a NumPy array: {_AS_TABLE}",
        rb"\x80[\x02-\x05](?=.*[\x00\x94])": f"a pickle of Python, which could run anything: {_AS_TABLE}",
        rb"(?:\xef\xbb\xbf)?\s*(?:<!--.{0,300}?-->\s*)?<(?:!doctype\s+html|html|head)\b": (
            "a web page (HTML) and no table: download the file itself, or save the table on the page as CSV"
        ),
        rb"version https://git-lfs\.github\.com": (
            "a pointer of Git LFS and not the file itself: fetch that with `git lfs pull`"
        ),
        rb"PGDMP|(?:/\*[^\n]*\n)?-- (?:MySQL|MariaDB) dump|--\s*\n-- PostgreSQL": _SQL_DUMP,
        rb"\s*(?:(?:--[^\n]*|/\*.{0,200}?\*/;?|SET [^\n]*;|USE [^\n]*;|BEGIN[^\n]*;|PRAGMA[^\n]*;)\s*)*+"
        rb"(?:CREATE (?:TABLE|DATABASE|SCHEMA)|INSERT INTO|DROP TABLE IF|LOCK TABLES)\s": _SQL_DUMP,
    }.items()
}
_MADE_AS_ZIP = {  # the files that are in such an archive
    frozenset(("xl/workbook.bin",)): "a binary Excel workbook (.xlsb): save it as .xlsx or CSV",
    frozenset(("mimetype", "content.xml")): "an OpenDocument file (.ods): save the table as .xlsx or CSV",
    frozenset(("word/document.xml",)): "a Word document: save the table in it as .xlsx or CSV",
}


def open_source(path: Path, options: ReadOptions) -> Source:
    """Look at a file's first bytes and open it as what it is; raises LogError where it is nothing that can be read."""
    first = _first_bytes(path)
    if options.layout not in (None, "table"):
        from interactions.formats.item_lists import ItemLists

        _refuse_others(path, first, options)
        return ItemLists(path, options)
    if first.startswith(_PARQUET):
        from interactions.formats.columnar import ParquetFile

        return ParquetFile(path)
    if path.suffix.lower() in _PARQUET_SUFFIXES:
        raise LogError(f"{path.name} is not a Parquet file, whatever its name says: export it again as Parquet or CSV.")
    if first.startswith(_ARROW) or path.suffix.lower() in (".arrow", ".arrows", ".feather", ".ipc"):
        from interactions.formats.columnar import ArrowFile

        return ArrowFile(path)
    if first.startswith(_SQLITE):
        from interactions.formats.databases import SqliteTable

        return SqliteTable(path, options)
    if first[8:12] == _DUCKDB:
        from interactions.formats.databases import DuckdbTable

        return DuckdbTable(path, options)
    _refuse_others(path, first, options)
    if is_zip(first) and _WORKBOOK in members(path):
        from interactions.formats.excel import Workbook

        return Workbook(path, options)
    return _open_text(path, options)


def tables_in(path: Path) -> list[str]:
    """The sheets, tables or files that `ReadOptions.table` chooses from; empty where the file is one table."""
    first = _first_bytes(path)
    if first.startswith(_SQLITE):
        from interactions.formats.databases import sqlite_tables

        return sqlite_tables(path)
    if first[8:12] == _DUCKDB:
        from interactions.formats.databases import duckdb_tables

        return duckdb_tables(path)
    if not is_zip(first):
        return []
    found = members(path)
    if _WORKBOOK not in found:
        return found
    from interactions.formats.excel import sheets_in

    return sheets_in(path)


def may_be_text(path: Path) -> bool:
    """Whether it could help to read a file in another encoding, or with another separator."""
    try:
        _first_bytes(path)  # refuses what cannot be opened, and what would make a reader wait for ever
        with open_bytes(path, None) as stream:
            start = stream.read(4096)
    except (LogError, OSError):
        return False
    is_wide = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    is_parquet = path.suffix.lower() in _PARQUET_SUFFIXES
    return bool(start) and (is_wide or b"\0" not in start) and not is_parquet


def _first_bytes(path: Path) -> bytes:
    name = str(path)
    shown = (name if len(name) <= _LONGEST_NAME else name[:_LONGEST_NAME] + "…").replace("\0", "�")
    try:
        if path.is_dir():
            raise LogError(f"{shown} is a folder: choose the file inside it.")
        if not path.exists():
            raise LogError(f"There is no file {shown}: check its name and folder.")
        if not path.is_file():
            raise LogError(f"{shown} is no ordinary file, which can be read twice: save it as one.")
        # Some files of the system claim to hold nothing and then wait for ever for something to tell.
        first = b""
        if path.stat().st_size:
            with path.open("rb") as file:
                first = file.read(16)
    except OSError as error:
        raise LogError(f"{shown} cannot be opened: {error.strerror}.") from error
    if not first:
        raise LogError(f"{path.name} is empty: choose a file with a header and at least one row.")
    return first


def _refuse_others(path: Path, first: bytes, options: ReadOptions) -> None:
    """Refuse what other programs have made, packed or not, by its name."""
    if is_zip(first):
        found = set(members(path))
        for inside, what in _MADE_AS_ZIP.items():
            if inside <= found:
                raise LogError(f"{path.name} is {what}.")
        if found and all(name.endswith(".npy") for name in found):
            raise LogError(f"{path.name} is an archive of NumPy arrays (.npz): {_AS_TABLE}.")
        if _WORKBOOK in found:
            return
    with open_bytes(path, options.table) as stream:
        start = stream.read(_MOST_LOOKED_AT)
        verb = "holds" if stream.is_packed else "is"
    for begins, what in _MADE_BY_OTHERS.items():
        if begins.match(start):
            raise LogError(f"{path.name} {verb} {what}.")


def _open_text(path: Path, options: ReadOptions) -> Source:
    """A table of text, packed or not."""
    name = unpacked_name(path, options.table).lower()
    with open_bytes(path, options.table) as stream:
        first = stream.read(8)
        is_packed = stream.is_packed
    for magic, what in _ONLY_UNPACKED.items():
        if is_packed and first.startswith(magic):
            raise LogError(f"{path.name} holds {what}: unpack it, and choose that.")
    if name.endswith((".jsonl", ".ndjson", ".json")) or first.lstrip()[:1] in (b"{", b"["):
        from interactions.formats.json_lines import JsonLines

        return JsonLines(path, options)
    return DelimitedFile(path, options)
