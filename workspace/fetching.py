"""Fetching a well-known set: asked for by name, checked, and kept among the originals like any file that is brought."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from embedders.base import Progress, part_of
from errors import LogError
from workspace.files import disk_is_full, sha256_of, unfinished_folder
from workspace.home import room
from workspace.known_sets import KnownSet, KnownTable
from workspace.known_tables import with_header
from workspace.logs import is_whole_original, keep_original

TIMEOUT = 10.0, 30.0  # seconds until a server has answered, and between two parts of what it sends
_BLOCK = 1 << 16  # bytes
_MEGABYTE = 1_000_000


def fetch(known: KnownSet, progress: Progress, by_hand: Path | None = None) -> dict[str, Any]:
    """Fetch a set, unless it is here already; answers with what an "import" job needs to open it.

    by_hand  the download, where somebody has fetched it elsewhere: then the network is not asked

    Raises LogError, with one sentence, where it cannot be had or is not what it should be; then nothing of it is kept.
    """
    original = _original(known, part_of(progress, 0.0, 0.98), by_hand)
    progress("Preparing its tables", 0.98, 1.0)
    spec: dict[str, Any] = {
        "original": str(original),
        "name": known.title,
        "columns": dict(known.columns),
        "options": known.options.model_dump(exclude_none=True),
        "rules": dict(known.rules),
    }
    for kind, table in (("items", known.items_table), ("users", known.users_table)):
        if table is not None:
            spec |= _table(known, original, kind, table)
    return spec


def _table(known: KnownSet, original: Path, kind: str, table: KnownTable) -> Mapping[str, Any]:
    """The part of the spec that says where an item or user table lies and how it is written."""
    if not table.names:
        return {f"{kind}_path": str(original), f"{kind}_options": table.options.model_dump(exclude_none=True)}
    written = keep_original(io.BytesIO(with_header(original, table)), f"{known.name}-{kind}.csv")
    options = {"encoding": "utf-8", "separator": ",", "header": True, "quotes": True, "comment": ""}
    return {f"{kind}_path": str(written), f"{kind}_options": options}


def _original(known: KnownSet, progress: Progress, by_hand: Path | None) -> Path:
    """The stored file that is read.

    A download goes into a folder that nobody sees, and that goes whatever happens: only what has the checksum is kept.
    """
    if known.packed is not None and (unpacked := _kept(*known.packed)) is not None:
        return unpacked
    if by_hand is not None:
        _refuse_another(known, by_hand)
    with unfinished_folder(room("downloads")) as aside:
        try:
            file = by_hand or _kept(_file_name(known), known.sha256) or _download(known, aside, progress)
            if known.packed is not None:
                file = _unpacked(file, known.packed[0], aside)
            return keep_original(file, file.name)
        except OSError as error:
            full = disk_is_full(error)
            raise LogError(
                f"{known.title} cannot be kept in {room()}: "
                + ("the disk is full; make room and try again." if full else f"{error.strerror or error}.")
            ) from error


def _kept(name: str, checksum: str) -> Path | None:
    """The file with this content where the workspace has it whole, fetched before or uploaded, under any name of its
    kind.
    """
    folder = room("originals") / checksum
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    same_kind = (file for file in files if file.suffix.lower() == Path(name).suffix.lower())
    return next((file for file in same_kind if is_whole_original(file)), None)


def _refuse_another(known: KnownSet, file: Path) -> None:
    """Raise LogError where a file that was brought is not the download."""
    try:
        found = sha256_of(file)
    except OSError as error:
        raise LogError(f"{file} cannot be opened ({error.strerror}): give the file that was fetched.") from error
    if found != known.sha256:
        raise LogError(f"{file} is not {known.title}, its SHA-256 is another: fetch {known.url} again.")


def _download(known: KnownSet, folder: Path, progress: Progress) -> Path:
    import pooch
    import requests

    pooch.get_logger().setLevel("WARNING")  # what it is about to do, the job says itself
    by_hand = "or fetch it by hand: upload it and ask again, or name it with --file on the command line"
    downloader = pooch.HTTPDownloader(progressbar=_Bar(known, progress), chunk_size=_BLOCK, timeout=TIMEOUT)
    progress(f"Asking {urlsplit(known.url).hostname} for {known.title}", 0.0, 1.0)
    try:
        return Path(
            pooch.retrieve(
                known.url, f"sha256:{known.sha256}", fname=_file_name(known), path=folder, downloader=downloader
            )
        )
    except requests.HTTPError as error:
        answer = "" if error.response is None else f" ({error.response.status_code} {error.response.reason})"
        raise LogError(
            f"{known.url} cannot be had{answer}: try later, or look for the file at {known.page}."
        ) from error
    except requests.Timeout as error:
        raise LogError(f"{known.url} did not answer in time: try again, {by_hand}.") from error
    except requests.RequestException as error:
        raise LogError(
            f"{known.url} cannot be reached, or broke off ({_reason(error)}): look after the connection and try again, "
            f"{by_hand}."
        ) from error
    except ValueError as error:  # pooch has removed it
        raise LogError(
            f"What came from {known.url} is not the known file: its SHA-256 is another, so nothing of it was kept; try "
            f"again, or see {known.page}."
        ) from error


class _Bar:
    """What pooch tells a bar, told to the job: megabytes in its stage, and the share that is done."""

    def __init__(self, known: KnownSet, progress: Progress) -> None:
        self._known, self._progress = known, progress
        self.total, self._done = 0, 0  # pooch sets the first, 0 where the server does not say

    def update(self, amount: int) -> None:
        total = self.total or self._known.size
        self._done = min(self._done + amount, total)
        done, whole = self._done / _MEGABYTE, total / _MEGABYTE
        self._progress(f"Downloading {self._known.title}: {done:.0f} of {whole:.0f} MB", self._done, total)

    def reset(self) -> None:
        """Pooch starts anew at the end, to fill a bar that came out too short."""
        self._done = 0

    def close(self) -> None:
        """Nothing to put away."""


def _unpacked(archive: Path, member: str, folder: Path) -> Path:
    target = folder / member
    with zipfile.ZipFile(archive) as opened, opened.open(member) as packed, target.open("wb") as file:
        shutil.copyfileobj(packed, file, _BLOCK)
    return target


def _file_name(known: KnownSet) -> str:
    return unquote(urlsplit(known.url).path).rpartition("/")[2]


def _reason(error: BaseException) -> str:
    """The innermost cause of a chain of errors, in its own words."""
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
