"""JSON lines: an object a line; and a JSON file that is one list of objects, or one object with such a list in it."""

from __future__ import annotations

import ast
import itertools
import json
import re
from collections.abc import Iterable, Iterator, Sequence, Set
from pathlib import Path
from typing import Any, Literal

from errors import LogError
from interactions.column_names import NAMES, plain_name
from interactions.formats.lines import LONGEST, TextLines
from interactions.formats.records import MAX_RECORD
from interactions.formats.source import Batch, Kind, checked_columns
from interactions.formats.text_rows import Row, in_batches
from interactions.labels import LABEL_SEPARATOR, labels_in
from interactions.options import ReadOptions

_HEAD_LINES = 1000  # whose keys are the columns
_MOST_HEAD = 32 << 20  # characters of the objects that are kept as the head
_ITEMS = frozenset(NAMES["item"].split())
_BETWEEN = re.compile(r"[\s,]*")  # two values of a list
_HALF = re.compile("[\ud800-\udfff]")  # of a character that JSON writes in two


class JsonLines:
    """A file of JSON objects; raises LogError where its head holds none.

    columns  the keys of the first thousand objects, fewer where they are large, in the order in which they are met;
             "a.b" is b inside of a

    An object may also stand as Python prints it. Where a key holds a list of objects with items, as a visit holds its
    events, each of those is a row, beside which the rest of the visit is repeated. A file that is one object over many
    lines is the only list of objects in it; the rest of a visit is then named by that list as well, "playlists.pid".
    """

    kind: Kind = "json lines"
    unit: Literal["line", "row"] = "line"

    def __init__(self, path: Path, options: ReadOptions) -> None:
        self.path = path
        self._lines = TextLines(path, options)
        self.size, self.notes = self._lines.size, self._lines.notes
        self._is_list = self._lines.start.lstrip().startswith(b"[")
        self.options = ReadOptions(encoding=self._lines.encoding, layout="table", table=options.table)
        self._listed: list[dict[str, Any]] | None = None  # of a file that is one object
        self._above = ""  # the names of what stands beside events
        self._find_list()
        first: list[dict[str, Any]] = []
        problem, kept = "", 0
        for place, value, size, _ in self._values():
            if isinstance(value, str):
                problem = problem or f"line {place}: {value}"
            else:
                first.append(value)
                kept += size
            if kept > _MOST_HEAD or len(first) >= _HEAD_LINES or (problem and not first and place > _HEAD_LINES):
                break
        self._events = _key_of_events(first, {"pid"} if self._above else set())  # the number of a playlist there
        self._first = [row for value in first for row in _rows(value, self._events, self._above)]
        if not any(self._first):
            raise LogError(
                f"{path.name} holds no JSON objects with keys ({problem or 'they are empty'}): write one a line."
            )
        self.columns = list(checked_columns(list(dict.fromkeys(key for row in self._first for key in row)), path.name))

    def head(self, rows: int) -> list[list[str]]:
        """The first objects as text, a list of cells each; "" where a key is missing."""
        return [[row.get(key) or "" for key in self.columns] for row in self._first[:rows]]

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        """All objects in order, the named keys only."""

        def rows() -> Iterator[Row]:
            for place, row, done in self._objects():
                yield place, row if isinstance(row, str) else [row.get(key) for key in columns], done

        return in_batches(rows(), len(columns))

    def _objects(self) -> Iterator[tuple[int, dict[str, str | None] | str, int]]:
        """(line, or place in a list; a row, or what is wrong; bytes of the file read so far)."""
        for place, value, _, done in self._values():
            if isinstance(value, str):
                yield place, value, done
            else:
                for row in _rows(value, self._events, self._above):
                    yield place, row, done

    def _values(self) -> Iterator[tuple[int, dict[str, Any] | str, int, int]]:
        """(line, or place in a list; the object, or what is wrong; its characters; bytes of the file read so far)."""
        if self._listed is not None:
            for place, value in enumerate(self._listed, start=1):
                yield place, value, 0, self.size  # it is kept whole anyway
            return
        if self._is_list:
            yield from self._list()
            return
        for place, line, done in self._lines:
            if line.strip():
                yield place, _object_or_wrong(line), len(line), done

    def _find_list(self) -> None:
        """Find the objects of a file that is one object over many lines; LogError where several lists hold some."""
        if not self._lines.start.lstrip().startswith(b"{") or isinstance(next(self._values())[1], dict):
            return
        text, name = b"", self.path.name
        for chunk, _, _ in self._lines.chunks():
            text += chunk
            if len(text) > LONGEST:
                return
        try:
            whole = text.decode()
            value = _without_halves(_DECODER.decode(whole), whole)
        except (ValueError, RecursionError):
            return
        keys = [key for key, found in value.items() if _is_events(found)]
        if len(keys) != 1:
            lists = f"several lists of objects ({', '.join(keys[:5])})" if keys else "no list of objects"
            raise LogError(
                f"{name} is one JSON object that holds {lists}: save the rows as a file that is one list of objects."
            )
        self._listed, self._above = value[keys[0]], f"{keys[0]}."
        self.notes.append(f"{name} is one JSON object: of what it holds, the list {keys[0]!r} was read.")

    def _list(self) -> Iterator[tuple[int, dict[str, Any] | str, int, int]]:
        """The values of a list one by one, each as soon as its end is read."""
        place, text, at = 0, "", 0
        opened = False
        chunks = self._lines.chunks()
        for chunk, done, last in chunks:
            text, at = text[at:] + _decoded(chunk, self.path.name), 0
            if not opened:
                opened, at = True, text.index("[") + 1
            while at < len(text):
                found = _BETWEEN.match(text, at)
                at = found.end() if found else at
                if text[at : at + 1] == "]":
                    if text[at + 1 :].strip() or any(more.strip() for more, _, _ in chunks):
                        raise LogError(f"{self.path.name} goes on behind its JSON list: write an object a line.")
                    return
                try:
                    value, end = _DECODER.raw_decode(text, at)
                    value = _without_halves(value, text[at:end])
                except (ValueError, RecursionError) as error:
                    if last or isinstance(error, RecursionError) or len(text) - at > LONGEST:
                        raise self._no_list(place + 1) from error
                    break  # its end is in the next chunk
                if end == len(text) and not last:
                    break  # a number may go on
                place, size, at = place + 1, end - at, end
                yield place, value if isinstance(value, dict) else "not a JSON object", size, done
        raise self._no_list(place + 1)

    def _no_list(self, place: int) -> LogError:
        return LogError(
            f"{self.path.name} is no valid JSON from value {place:,} of its list on: mend it, or write an object a "
            "line."
        )


def _decoded(chunk: bytes, name: str) -> str:
    try:
        return chunk.decode()
    except UnicodeDecodeError as error:
        raise LogError(f"{name} is not written in the encoding that it is read in: choose another.") from error


# Numbers stay as they are written: ids are not to be rounded.
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str)


def _object_or_wrong(line: bytes) -> dict[str, Any] | str:
    if len(line) > MAX_RECORD:
        return "longer than 1 MB"
    try:
        text = line.decode().strip()
    except UnicodeDecodeError:
        return "not written in the file's encoding"
    try:
        value = _without_halves(_DECODER.decode(text), text)
    except (ValueError, RecursionError):
        value = _python_s(text)
        if value is None:
            return "no valid JSON"
    return value if isinstance(value, dict) else "not a JSON object"


def _without_halves(value: Any, written: str) -> Any:
    """What was read of a JSON text, with U+FFFD for halves of characters, as programs write that cut them in two."""
    if "\\ud" not in written and "\\uD" not in written:
        return value
    text, found = _HALF.subn("\ufffd", json.dumps(value, ensure_ascii=False))
    return _DECODER.decode(text) if found else value


def _key_of_events(objects: Sequence[dict[str, Any]], no_items: Set[str]) -> str | None:
    """The key whose lists hold an object an item, where items are known nowhere else: that of a visit's events.

    no_items  keys beside the list that are none of items, whatever their names say
    """
    if any(_names_items(value.keys() - no_items) for value in objects):
        return None
    inner: dict[str, dict[str, Any]] = {}  # key -> all that is said of its objects
    for value in objects:
        for key, found in value.items():
            if _is_events(found):
                inner.setdefault(key, {}).update(itertools.chain.from_iterable(one.items() for one in found))
    return next((key for key, keys in inner.items() if _names_items(keys)), None)


def _names_items(keys: Iterable[str]) -> bool:
    return any(plain_name(key) in _ITEMS for key in keys)


def _is_events(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _rows(value: dict[str, Any], events: str | None, above: str) -> list[dict[str, str | None]]:
    """An object as one row, or as a row for each of its events, beside which names begin with `above`."""
    if events is None:
        return [_flat(value)]
    if not _is_events(value.get(events)):
        return [_flat({key: inner for key, inner in value.items() if key != events or inner}, above)]
    rest = _flat({key: inner for key, inner in value.items() if key != events}, above)
    return [rest | _flat(event, f"{events}.") for event in value[events]]


def _python_s(text: str) -> dict[str, Any] | None:
    """An object as Python prints one, {'user': 'u1', 'read': True}, as several well-known logs are; None for others."""
    if not text.startswith("{"):
        return None
    try:
        written = json.dumps(ast.literal_eval(text))
        value = _without_halves(_DECODER.decode(written), written)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _flat(value: dict[str, Any], above: str = "") -> dict[str, str | None]:
    """Keys with what they hold as text; an object's own keys stand behind its key and a point."""
    found: dict[str, str | None] = {}
    for key, inner in value.items():
        name = f"{above}{key}"
        if isinstance(inner, dict):
            found |= _flat(inner, f"{name}.")
        elif isinstance(inner, list):
            found[name] = LABEL_SEPARATOR.join(labels_in(inner, _label))
        else:
            found[name] = _text(inner)
    return found


def _label(value: Any) -> str:
    return _text(value) or ""


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False)
