"""A command's answer: lines for a person, or JSON for a program."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from errors import ExportError


def _spare(json_file: str | None) -> str | None:
    """Refuse to write an answer over a file that is no answer: a log, a table, an export."""
    if json_file not in (None, "-") and Path(json_file).exists() and Path(json_file).suffix.lower() != ".json":
        raise ExportError(f"{json_file} is there already and is no .json file: give --json another name.")
    return json_file


JsonFile = Annotated[
    str | None,
    typer.Option("--json", metavar="FILE", callback=_spare, help="Write the answer as JSON; - = to standard output."),
]


def answer(facts: Any, json_file: str | None, lines: Sequence[str]) -> None:
    """The answer as text for a person, or as JSON; with --json - nothing but JSON goes to standard output."""
    text = json.dumps(facts, indent=1, ensure_ascii=False, allow_nan=False)
    if json_file == "-":
        print(text)
        return
    if json_file is not None:
        try:
            Path(json_file).write_text(f"{text}\n", encoding="utf-8")
        except OSError as error:
            raise ExportError(f"{json_file} cannot be written ({error.strerror}).") from error
    print("\n".join(lines))


def log_lines(
    name: str, facts: Mapping[str, Any], examples: Mapping[str, Sequence[str]], notes: Sequence[str]
) -> list[str]:
    """What a log holds, what was left out of it with an example, and what a person should know."""
    are_baskets = "user" not in facts["columns"]
    lines = [f"{name}: {facts['rows']:,} rows, {facts['interactions']:,} interactions"]
    if are_baskets:
        lines.append(f"  baskets: {facts['users']:,}, which stand for users")
    else:
        lines.append(f"  users: {facts['users']:,}")
    lines.append(f"  items: {facts['items']:,}")
    if facts["sessions"] is not None and not are_baskets:
        lines.append(f"  sessions: {facts['sessions']:,}")
    lines += [f"  {role} = column {name!r}" for role, name in facts["columns"].items()]
    for reason, count in facts["dropped"].items():
        example = next(iter(examples.get(reason, ())), None)
        such_as = "" if example is None else f" (such as {example})"
        lines.append(f"  left out, {reason.replace('_', ' ')}: {count:,}{such_as}")
    if facts["first"] is not None:
        lines.append(f"  from {facts['first']} to {facts['last']}")
    return lines + [f"  note: {note}" for note in notes]


def comparison_lines(facts: Mapping[str, Any], name_a: str, name_b: str) -> list[str]:
    """The numbers of a comparison as a small table; what cannot be had is a dash."""

    def number(value: Any) -> str:
        return "-" if value is None else value if isinstance(value, str) else f"{value:.3f}"

    agreement = [f"{name} {number(facts[name])}" for name in ("rbo", "cka", "procrustes")]
    lines = [
        f"A = {name_a}, B = {name_b}, k = {facts['k']}, {facts['common_items']:,} items in both",
        *(
            f"{name}: " + ", ".join(f"{bucket} {number(value)}" for bucket, value in facts[name].items())
            for name in ("jaccard", "overlap")
        ),
        ", ".join(agreement),
        f"{'':24}{'A':>14}{'B':>14}",
    ]
    if facts["logs"] == "different":
        lines.insert(1, "The runs are of two logs: items are matched by id, popularity is that of A.")
    sides = facts["a"], facts["b"]
    names = [name for name, value in facts["a"].items() if value is None or isinstance(value, str | float)]
    return lines + [f"{name:24}{number(sides[0][name]):>14}{number(sides[1][name]):>14}" for name in names]
