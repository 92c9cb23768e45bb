"""`python -m benchmarks.accuracy [CASE ...]`: what each case came to, what it should, and whether it did."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

from benchmarks import machine
from benchmarks.accuracy import CASES


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
    print("\n".join(machine.facts()), flush=True)
    all_met = True
    for name in named or CASES:
        print(f"\n{name}: {CASES[name]}", flush=True)
        for check in importlib.import_module(f"benchmarks.accuracy.{name}").measure():
            print(f"  {check}", flush=True)
            all_met &= check.is_met
    return 0 if all_met else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
