"""`python -m benchmarks [CASE ...]`: one table of what the app takes, what the plain way takes, and the limit."""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks import machine
from benchmarks.cases import CASES
from benchmarks.row import HEADING


def main(arguments: Sequence[str]) -> int:
    """Measure the cases named, or all, and print each row as soon as it is known."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Times the app's parts against the plain way. A limit is printed, never enforced.",
        epilog="cases: " + "; ".join(f"{name} = {what}" for name, what in CASES.items()),
    )
    parser.add_argument("cases", nargs="*", metavar="CASE", help="what to measure; nothing = everything")
    named = parser.parse_args(arguments).cases
    unknown = [name for name in named if name not in CASES]
    if unknown:
        parser.error(f"there is no case {unknown[0]!r}: choose from {', '.join(CASES)}")
    print("\n".join(machine.facts()), machine.load(), "", HEADING, sep="\n", flush=True)
    with tempfile.TemporaryDirectory(prefix="itemscape-benchmarks-") as folder:
        for name in named or CASES:
            for row in importlib.import_module(f"benchmarks.cases.{name}").measure(Path(folder)):
                print(row, flush=True)
    print("", machine.load(), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
