"""A pair of maps packed for the browser: a JSON header and plain arrays, nothing that must be taken apart again."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from figures.colourings import Groups, Scale
from figures.colours import BOTH, QUERY, A, B
from figures.maps import Layout, point_size, window_of
from figures.text import drawn_text, shorten

HOVERED_NEIGHBOURS = 10  # of each item that are shown while the pointer is on it
_ALIGNED = 8


@dataclass(frozen=True)
class MapItems:
    """What the pointer tells of each item, one row an item code.

    titles      as they stand in the log; the browser shows them as text
    categories  None = none
    p           int (n_items,) popularity, counted in `whose` ("users")
    """

    titles: Sequence[str]
    categories: Sequence[str | None]
    p: npt.NDArray[np.integer[Any]]
    whose: str


@dataclass(frozen=True)
class Density:
    """How many items lie where, uint8 (rows, columns) of A and of B from 0 to 255, and the middle of the first cell."""

    a: npt.NDArray[np.uint8]
    b: npt.NDArray[np.uint8]
    x0: float
    dx: float
    y0: float
    dy: float


@dataclass(frozen=True)
class Word:
    """A word on a map: pane 0 or 1, place and text."""

    pane: int
    x: float
    y: float
    text: str


def packed(
    *,
    board: str,
    view: str,
    layouts: tuple[Layout, Layout],
    names: tuple[str, str],
    items: MapItems,
    colouring: Scale | Groups,
    sample: npt.NDArray[np.integer[Any]],
    near: tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]],
    sizes: npt.NDArray[np.float32] | None = None,
    density: Density | None = None,
    words: Sequence[Word] = (),
) -> bytes:
    """The message of a pair of maps: uint32 length of the header, the header, the arrays, each at a multiple of 8.

    board   what the marks of the same maps name it by
    view    as long as it stays the same, the browser keeps its zoom and its selection
    sample  item codes that are drawn as points; all others have a place, a title and neighbours all the same
    near    int32 (n_items, k) neighbours in A and in B, of which the first 10 are sent
    sizes   float32 (n_items,) pixels; None = all alike
    """
    arrays: dict[str, npt.NDArray[Any]] = {
        "a": layouts[0].astype(np.float32),
        "b": layouts[1].astype(np.float32),
        "sample": sample.astype(np.int32),
        "p": items.p.astype(np.int32),
        "near_a": _first(near[0]),
        "near_b": _first(near[1]),
    }
    known = sorted({category for category in items.categories if category is not None})
    header: dict[str, Any] = {
        "board": board,
        "view": view,
        "names": [drawn_text(name) for name in names],
        "titles": list(items.titles),
        "whose": items.whose,
        "window": [list(edges) for edges in window_of(layouts)],
        "pointSize": point_size(len(sample)),
        "colours": {"a": A, "b": B, "both": BOTH, "query": QUERY},
        "labels": [
            {"pane": word.pane, "x": word.x, "y": word.y, "text": shorten(word.text.lower(), 22)} for word in words
        ],
        "categories": known,
    }
    if known:
        place = {category: number for number, category in enumerate(known)}
        arrays["category"] = np.array([-1 if one is None else place[one] for one in items.categories], np.int32)
    if isinstance(colouring, Scale):
        header["colour"] = {
            "kind": "scale",
            "title": colouring.title,
            "low": colouring.low,
            "high": colouring.high,
            "ticks": [list(tick) for tick in colouring.ticks],
        }
        arrays["shade_a"], arrays["shade_b"] = (colouring.of(pane).astype(np.float32) for pane in (0, 1))
    else:
        names_of = [drawn_text(name) for name in colouring.names]
        header["colour"] = {
            "kind": "groups",
            "title": colouring.title,
            "names": names_of,
            "colours": list(colouring.colours),
        }
        arrays["group"] = colouring.codes.astype(np.uint8)
    if sizes is not None:
        arrays["sizes"] = sizes.astype(np.float32)
    if density is not None:
        arrays["density_a"], arrays["density_b"] = density.a, density.b
        header["grid"] = {
            "x0": density.x0,
            "dx": density.dx,
            "y0": density.y0,
            "dy": density.dy,
            "width": density.a.shape[1],
        }
    return _joined(header, arrays)


def _first(near: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """The first ten columns, filled up with -1."""
    held = np.full((len(near), HOVERED_NEIGHBOURS), -1, dtype=np.int32)
    width = min(near.shape[1], HOVERED_NEIGHBOURS)
    held[:, :width] = near[:, :width]
    return held


def _joined(header: dict[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    offset, described, parts = 0, {}, []
    for name, array in arrays.items():
        content = np.ascontiguousarray(array).tobytes()
        described[name] = {"dtype": str(array.dtype), "offset": offset, "size": int(array.size)}
        filled = content + b"\0" * (-len(content) % _ALIGNED)
        parts.append(filled)
        offset += len(filled)
    head = json.dumps(header | {"arrays": described}, ensure_ascii=False, allow_nan=False).encode()
    first = struct.pack("<I", len(head)) + head
    return b"".join([first + b"\0" * (-len(first) % _ALIGNED), *parts])
