"""The numbers behind the pictures of a log, as CSV files."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

from workspace.export import safe_texts

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_BOM = "\ufeff"  # Excel takes a file for UTF-8 only when it begins with this


def write_tables(summary: Mapping[str, Any], file: IO[bytes]) -> None:
    """A zip archive with a CSV file for each part of a log's summary; parts that the log lacks are left out."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, columns in _tables(summary):
            text = io.StringIO(newline="")
            writer = csv.writer(text)
            writer.writerow(columns)
            writer.writerows(zip(*columns.values(), strict=True))
            archive.writestr(f"{name}.csv", _BOM + text.getvalue())


def _tables(summary: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Sequence[Any]]]]:
    """Name and columns of each table."""
    yield "popularity", {"rank": summary["popularity"]["rank"], "popularity": summary["popularity"]["p"]}
    if summary["time"] is not None:
        yield (
            "time",
            {summary["time"]["unit"]: summary["time"]["start"], "interactions": summary["time"]["interactions"]},
        )
    for name, of in (("activity", "users"), ("lengths", "sessions")):
        if summary[name] is not None:
            yield name, {"interactions": summary[name]["value"], of: summary[name]["size"]}
    if summary["pauses"] is not None:
        pauses = summary["pauses"]
        yield "pauses", {"from_seconds": pauses["edges"], "pauses": pauses["size"]}
        yield "gaps", {
            "gap_seconds": pauses["gaps"], "sessions": pauses["sessions"], "of_one_interaction": pauses["single"]
        }  # fmt: skip
    if summary["hours"] is not None:
        week = summary["hours"]
        yield "hours", {"hour": list(range(24)), **{day: week[place] for place, day in enumerate(_WEEKDAYS)}}
    if summary["categories"] is not None:
        categories = summary["categories"]
        yield "categories", {
            "category": safe_texts(categories["names"]), "items": categories["items"],
            "interactions": categories["interactions"],
        }  # fmt: skip
    top = summary["top_items"]
    yield (
        "top_items",
        {
            "item_id": [item["id"] for item in top],
            "title": safe_texts([item["title"] or "" for item in top]),
            "category": safe_texts([item["category"] or "" for item in top]),
            "popularity": [item["p"] for item in top],
            "interactions": [item["interactions"] for item in top],
        },
    )
