"""`python -m benchmarks.accuracy [CASE ...]`: what each case came to, what it should, and whether it did.

A run of all cases leaves what it printed in benchmarks/accuracy/README.md.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import machine
from benchmarks.accuracy import CASES

DOCUMENT = Path(__file__).with_name("README.md")


def main(arguments: Sequence[str]) -> int:
    """Run the cases named, or all, and print each check as soon as it is known; 1 where one is not met."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.accuracy",
        description="Holds what the methods learn against numbers and libraries from outside.",
        epilog="cases: " + "; ".join(f"{name} = {what}" for name, what in CASES.items()),
    )
    parser.add_argument("cases", nargs="*", metavar="CASE", help="what to run; nothing = everything")
    named = parser.parse_args(arguments).cases
    unknown = [name for name in named if name not in CASES]
    if unknown:
        parser.error(f"there is no case {unknown[0]!r}: choose from {', '.join(CASES)}")
    lines: list[str] = []

    def say(line: str) -> None:
        lines.append(line)
        print(line, flush=True)

    for fact in machine.facts():
        say(fact)
    all_met = True
    for name in named or CASES:
        say("")
        say(f"{name}: {CASES[name]}")
        for check in importlib.import_module(f"benchmarks.accuracy.{name}").measure():
            say(f"  {check}")
            all_met &= check.is_met
    if not named:
        DOCUMENT.write_text(with_output(DOCUMENT.read_text(encoding="utf-8"), lines), encoding="utf-8")
    return 0 if all_met else 1


def with_output(text: str, lines: Sequence[str]) -> str:
    """The document with what was printed in the place of what stood there."""
    preface = text.partition("```text\n")[0]
    return "\n".join([f"{preface}```text", *lines, "```", ""])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
