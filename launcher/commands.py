"""The command line of launch.py."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence

from launcher import checks, chromium, locking, serving
from launcher.console import LaunchError, say
from launcher.environment import DEVELOP, Environment

_MODULES = {
    "bench": "benchmarks",
    "bench-large": "benchmarks.large",
    "bench-claims": "benchmarks.claims",
    "readme": "benchmarks.readme",
}


def main(arguments: Sequence[str]) -> int:
    """Carry a command out; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a console may know no more than the letters of its country
            stream.reconfigure(errors="replace")
    options, rest = _read(arguments)
    environment = Environment()
    try:
        match options.command:
            case "run":
                environment.prepare()
                return serving.serve(environment, options.port, open_browser=not options.no_browser)
            case "test":
                return checks.run_tests(environment, rest, no_skips=options.ci)
            case "check":
                return checks.run_checks(environment, no_skips=options.ci)
            case "lock":
                locking.lock(environment.root, upgrade=options.upgrade)
                return 0
            case module:
                return _run_module(_MODULES[module], environment, rest)
    except LaunchError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        say("\nStopped. What was not finished is done again at the next start.")
        return 130


def _run_module(module: str, environment: Environment, arguments: Sequence[str]) -> int:
    """Run a module that may drive the app in Chromium."""
    environment.prepare(DEVELOP)
    return environment.run("-m", module, *arguments, variables=chromium.variables_for_tests(environment))


def _read(arguments: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    """The command with its own options, and what is passed on to pytest or to a module; bad usage exits with 2."""
    parser = argparse.ArgumentParser(prog="launch.py", description="Set Itemscape up and start it.", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    def command(name: str, help: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=help, description=help, allow_abbrev=False)

    run = command("run", "start the app; this is what no command does")
    run.add_argument("--port", type=_port, default=serving.FIRST_PORT, help="first port to try (8501)")
    run.add_argument("--no-browser", action="store_true", help="open no browser")
    test = command("test", "all tests but the slow ones; further options go to pytest")
    check = command("check", "format, lint, types, doctests, all tests")
    for parser_with_tests in (test, check):
        parser_with_tests.add_argument("--ci", action="store_true", help="a skipped test is a failure")
    command("bench", "time the app's parts against the plain way; further options go to the benchmarks")
    command("bench-large", "time a log of a hundred million rows, and write it down in benchmarks/large.md")
    command("bench-claims", "count the false verdicts on claims where there is nothing to find")
    command("readme", "write the measured parts of README.md anew")
    lock = command("lock", "write constraints.txt anew from the requirements files")
    lock.add_argument("--upgrade", action="store_true", help="move what the requirements files do not pin")

    if not arguments or (arguments[0].startswith("-") and arguments[0] not in ("-h", "--help")):
        arguments = ["run", *arguments]
    options, rest = parser.parse_known_args(arguments)
    if rest and options.command not in ("test", *_MODULES):
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    return options, rest


def _port(text: str) -> int:
    port = int(text)
    if not 1 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is no port: 1 to 65535")
    return port
