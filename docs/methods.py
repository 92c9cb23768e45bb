"""The parameter tables of docs/methods.md: `python -m docs.methods` writes them anew from the declarations."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from embedders import METHODS
from embedders.base import Method
from embedders.declared import in_words

GUIDE = Path(__file__).with_suffix(".md")

_MARKS = re.compile(r"[\\`*_|<$~]")  # what Markdown or mathematics would read as its own


def with_tables(text: str) -> str:
    """The guide with the table of every method as it is declared; raises ValueError where one has no place."""
    for method in METHODS.values():
        begin, end = (f"<!-- parameters of {method.name}: {edge} -->" for edge in ("begin", "end"))
        if text.count(begin) != 1 or text.count(end) != 1 or text.index(begin) > text.index(end):
            raise ValueError(f"{GUIDE.name} needs one line {begin} and, after it, one line {end}")
        before, _, rest = text.partition(begin)
        text = f"{before}{begin}\n\n{table(method)}\n\n{end}{rest.partition(end)[2]}"
    return text


def table(method: Method[Any]) -> str:
    """A method's parameters as a Markdown table."""
    lines = ["| parameter | default | values | what it does |", "| --- | --- | --- | --- |"]
    lines += [
        f"| `{row.name}` | {_plain(row.default)} | {_plain(row.values)} | {_plain(row.help)} |"
        for row in in_words(method.Params)
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    """Write the tables, or only say whether they hold; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m docs.methods", description="The parameter tables of the guide.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 where a table is stale")
    only_check = parser.parse_args(arguments).check
    text = GUIDE.read_text(encoding="utf-8")
    new = with_tables(text)
    if only_check:
        print("The tables hold." if new == text else "A table is stale: run python -m docs.methods.")
        return int(new != text)
    GUIDE.write_text(new, encoding="utf-8")
    return 0


def _plain(text: str) -> str:
    return _MARKS.sub(r"\\\g<0>", text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
