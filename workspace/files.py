"""Files that are there whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TypeVar

import psutil

from errors import InputError, RunError

# Unfinished things begin with this and carry the process that writes them, so that what a dead one left is swept.
UNFINISHED = ".unfinished-"
BLOCK = 1 << 20  # bytes
DISK_FULL = "The disk is full: make room and try again."
_WINDOWS_ATTEMPTS = 50  # of 20 ms each: there, a file that somebody reads cannot be replaced

Result = TypeVar("Result")


def write_json_atomically(path: Path, value: Any) -> None:
    """Replace the file at once: a reader sees the old value or the new one, never a part."""
    with written_aside(path) as file:
        file.write(json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False).encode())


def read_json(path: Path, damaged: type[InputError] = RunError) -> Any:
    """Read a JSON file; raises `damaged` with one sentence where it is not there or not JSON."""
    try:
        return json.loads(_patiently(lambda: path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise damaged(f"{path} cannot be read ({error}).") from error


@contextmanager
def written_aside(path: Path) -> Iterator[IO[bytes]]:
    """A binary file to write to, which takes the place of `path` when the block ends without an error."""
    aside = path.with_name(_unfinished_name())
    try:
        with aside.open("wb") as file:
            yield file
        _patiently(lambda: os.replace(aside, path))
    finally:
        aside.unlink(missing_ok=True)


@contextmanager
def unfinished_folder(parent: Path) -> Iterator[Path]:
    """A folder that nobody sees, to fill and then to `settle`; it is removed at the end of the block."""
    parent.mkdir(parents=True, exist_ok=True)
    aside = parent / _unfinished_name()
    aside.mkdir()
    try:
        yield aside
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def settle(aside: Path, target: Path) -> None:
    """Give an unfinished folder its name; where that is taken already, what is there stays as it is."""
    try:
        os.rename(aside, target)
    except OSError:
        if not target.is_dir():
            raise


@contextmanager
def new_folder(target: Path, *, replace: bool = False) -> Iterator[Path]:
    """A folder to fill, which becomes `target` when the block ends without an error.

    Where `target` is there by then, it stays as it was, unless `replace` is set.
    """
    with unfinished_folder(target.parent) as aside:
        yield aside
        old = target.parent / _unfinished_name()
        if replace and target.exists():
            _patiently(lambda: os.rename(target, old))
        settle(aside, target)
        shutil.rmtree(old, ignore_errors=True)


def remove_folder(folder: Path) -> None:
    """Make a folder invisible at once, then remove it."""
    aside = folder.parent / _unfinished_name()
    _patiently(lambda: os.rename(folder, aside))
    shutil.rmtree(aside, ignore_errors=True)


def sweep_unfinished(folder: Path) -> None:
    """Remove what processes that no longer live left unfinished, in a folder and all below it.

    What is unfinished changes at any moment, so that nothing is looked for inside it, and what a process that outlives
    its parent still takes away or brings is left to the next time.
    """
    for parent, folders, files in os.walk(folder):
        unfinished = [name for name in (*folders, *files) if name.startswith(UNFINISHED)]
        folders[:] = [name for name in folders if name not in unfinished]
        for name in unfinished:
            pid, started = name.removeprefix(UNFINISHED).split("-")[:2]
            if process_at(int(pid), float(started)) is None:
                path = Path(parent) / name
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)


def folders_in(parent: Path) -> list[Path]:
    """The finished folders of a parent, in no particular order."""
    return [path for path in parent.iterdir() if path.is_dir() and not path.name.startswith(".")]


def disk_is_full(error: OSError) -> bool:
    """Whether there was no room on the disk; numpy says only how much of an array was written."""
    return error.errno == errno.ENOSPC or re.fullmatch(r"\d+ requested and \d+ written", str(error)) is not None


def process_at(pid: int, started: float) -> psutil.Process | None:
    """The live process with this id and start time, or None where it has ended and the id may be another's."""
    try:
        process = psutil.Process(pid)
        # The system's clock may be set in between, hence the second; an id is not used twice within one.
        same = abs(process.create_time() - started) < 1.0
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.Error:
        return None


def this_process() -> tuple[int, float]:
    """Id and start time of the process that asks."""
    process = psutil.Process()
    return process.pid, process.create_time()


def sha256_of(path: Path) -> str:
    """sha256 of a file, read in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files in a folder."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files)


def safe_name(name: str) -> str:
    """A file name that stays inside its folder and is allowed on every system; letters of any script are kept."""
    last = re.split(r"[/\\]", name)[-1]
    plain = re.sub(r'[\x00-\x1f\x7f<>:"|?*]', "_", last).strip(" .")
    stem, dot, suffix = plain.rpartition(".")
    short = f"{stem[:80]}{dot}{suffix[:20]}" if dot else plain[:100]
    return short or "file"


def _unfinished_name() -> str:
    pid, started = this_process()
    return f"{UNFINISHED}{pid}-{started:.2f}-{secrets.token_hex(6)}"


def _patiently(act: Callable[[], Result]) -> Result:
    for attempt in range(_WINDOWS_ATTEMPTS):
        try:
            return act()
        except PermissionError:
            if os.name != "nt" or attempt == _WINDOWS_ATTEMPTS - 1:
                raise
            time.sleep(0.02)
    raise AssertionError("unreachable")
