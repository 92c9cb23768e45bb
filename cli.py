"""The same jobs without a browser: `python cli.py --help`.

Exit code 0 = done, 2 = the input is at fault and the one line on standard error says how.
"""

import dataclasses
import functools
import inspect
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_origin

import typer
from typer.exceptions import TyperException

from errors import Cancelled, ExportError, InputError, ParameterError, RunError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from pydantic.fields import FieldInfo

    from embedders.base import Progress
    from workspace.log_source import LogSource
    from workspace.results import Neighbours
    from workspace.runs import Run

Similarity = Literal["cosine", "dot"]
ExportFormat = Literal["csv", "parquet", "word2vec", "neighbours", "coordinates", "settings"]
ROLES = ("user", "item", "weight", "time", "session", "title", "category")

app = typer.Typer(
    help="Train item embeddings from an interaction log, and see how they differ.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _spare(json_file: str | None) -> str | None:
    """Refuse to write an answer over a file that is no answer: a log, a table, an export."""
    if json_file not in (None, "-") and Path(json_file).exists() and Path(json_file).suffix.lower() != ".json":
        raise ExportError(f"{json_file} is there already and is no .json file: give --json another name.")
    return json_file


JsonFile = Annotated[
    str | None,
    typer.Option("--json", metavar="FILE", callback=_spare, help="Write the answer as JSON; - = to standard output."),
]
Force = Annotated[bool, typer.Option("--force", help="Replace what is there.")]
RunName = Annotated[str, typer.Argument(metavar="RUN", help="A run folder, or the key or name of a kept run.")]


def _file(flag: str, help: str) -> Any:
    return Annotated[Path | None, typer.Option(flag, metavar="FILE", help=help)]


def _text(flag: str, help: str) -> Any:
    return Annotated[str | None, typer.Option(flag, metavar="TEXT", help=help)]


def _floor(flag: str, help: str) -> Any:
    return Annotated[int, typer.Option(flag, min=1, metavar="N", help=help)]


# What every command takes that reads a LOG: name of the parameter -> its declaration and its default.
LOG_OPTIONS: Mapping[str, tuple[Any, Any]] = {
    **{role: (_text(f"--{role}", f"Column with the {role}; '' = none has it."), None) for role in ROLES},
    "items_file": (_file("--items-file", "Table of items: titles, categories and more, joined by id."), None),
    "users_file": (_file("--users-file", "Table of users, joined by id."), None),
    "min_users_per_item": (_floor("--min-users-per-item", "Leave out items with fewer users."), 1),
    "min_items_per_user": (_floor("--min-items-per-user", "Then leave out users with fewer items."), 1),
    "encoding": (_text("--encoding", "Encoding of the file, such as gb18030."), None),
    "separator": (_text("--separator", "One or two characters between the fields; \\t = tab."), None),
    "layout": (_text("--layout", "How the file is laid out: table."), None),
}


def takes_log(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the argument LOG and its options, and pass them on as one LogSource called `log`."""

    @functools.wraps(command)
    def with_log(**values: Any) -> None:
        options = {name: values.pop(name) for name in LOG_OPTIONS}
        command(**values | {"log": _log_source(values["log"], options)})

    own = inspect.signature(command).parameters
    named = Annotated[str, typer.Argument(metavar="LOG", help="A file, a kept log, or 'grocery' for the sample.")]
    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = [inspect.Parameter("log", keyword, annotation=named)]
    parameters += [parameter.replace(kind=keyword) for name, parameter in own.items() if name != "log"]
    parameters += [
        inspect.Parameter(name, keyword, annotation=declared, default=default)
        for name, (declared, default) in LOG_OPTIONS.items()
    ]
    with_log.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    with_log.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return with_log


@app.command()
def methods(json_file: JsonFile = None) -> None:
    """List the methods with their parameters."""
    from embedders import METHODS

    listed: list[dict[str, Any]] = [
        {
            "name": method.name,
            "title": method.title,
            "family": method.family,
            "sees": method.sees,
            "params": {name: _declared(field) for name, field in method.Params.model_fields.items()},
        }
        for method in METHODS.values()
    ]
    lines = []
    for method in listed:
        lines.append(f"{method['name']}: {method['title']} ({method['family']})")
        lines += [f"  {name} = {facts['default']}  {facts['help']}" for name, facts in method["params"].items()]
    _answer(listed, json_file, lines)


@app.command()
@takes_log
def describe(log: "LogSource", json_file: JsonFile = None) -> None:
    """Say what a log holds, and what was left out of it."""
    from workspace.log_source import open_source

    with _TerminalProgress() as progress:
        opened = open_source(log, progress)
    facts = opened.facts
    lines = [f"{opened.name}: {facts['rows']:,} rows, {facts['interactions']:,} interactions"]
    lines += [f"  {name}: {facts[name]:,}" for name in ("users", "items", "sessions") if facts[name] is not None]
    lines += [f"  {role} = column {name!r}" for role, name in facts["columns"].items()]
    lines += [f"  left out, {reason.replace('_', ' ')}: {count:,}" for reason, count in facts["dropped"].items()]
    if facts["first"] is not None:
        lines.append(f"  from {facts['first']} to {facts['last']}")
    _answer(facts, json_file, lines)


@app.command()
@takes_log
def train(
    log: "LogSource",
    method: Annotated[str, typer.Option(help="One of those that `methods` lists.")],
    out: Annotated[Path, typer.Option(metavar="RUN", help="The run folder to write.")],
    settings: Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A parameter.")] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="Another seed, another random start.")] = 0,
    force: Force = False,
    json_file: JsonFile = None,
) -> None:
    """Train a method on a log and write a run folder."""
    from embedders import METHODS
    from workspace.log_source import open_source
    from workspace.runs import write_run

    if method not in METHODS:
        raise ParameterError(f"There is no method {method!r}: choose one of {', '.join(METHODS)}.")
    params = METHODS[method].Params.checked(_assignments(settings or []))
    _refuse_same_file(out, json_file)
    _refuse_run_folder(out, force)
    with _TerminalProgress() as progress:
        opened = open_source(log, progress)
        embedding = METHODS[method].fit(opened.log, params, seed=seed, progress=progress)
    try:
        entry = write_run(out, embedding, opened.log, name=out.absolute().name, log_name=opened.name, replace=force)
    except OSError as error:
        raise RunError(f"{out} cannot be written ({error.strerror}): choose another --out.") from error
    facts = {name: value for name, value in dataclasses.asdict(entry).items() if name != "losses"}
    lines = [
        f"{entry.title}, {entry.dimensions} dimensions, {entry.n_items - entry.n_missing:,} of {entry.n_items:,} "
        f"items in {entry.seconds:.1f} s: {out}",
        *entry.notes,
    ]
    _answer(facts | {"path": str(entry.path)}, json_file, lines)


@app.command()
def compare(
    run_a: Annotated[str, typer.Argument(metavar="RUN_A", help="A run folder, or the key or name of a kept run.")],
    run_b: Annotated[str, typer.Argument(metavar="RUN_B", help="Another, or the same one by another similarity.")],
    k: Annotated[int, typer.Option(min=1, max=1000, help="Neighbours of each item that are compared.")] = 10,
    similarity_a: Annotated[Similarity, typer.Option(help="What A's neighbours are near by.")] = "cosine",
    similarity_b: Annotated[Similarity, typer.Option(help="What B's neighbours are near by.")] = "cosine",
    json_file: JsonFile = None,
) -> None:
    """Say how far two runs agree, and how each leans towards popular items."""
    from workspace.comparing import compare_runs
    from workspace.runs import find_run, open_run

    a, b = open_run(find_run(run_a)), open_run(find_run(run_b))
    with _TerminalProgress() as progress:
        facts = compare_runs(a, b, k, similarity_a, similarity_b, progress)
    _answer(facts, json_file, _comparison_lines(facts, a.entry.name, b.entry.name))


@app.command()
def export(
    run: RunName,
    format: Annotated[ExportFormat, typer.Option(help="What to write.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The file to write.")],
    k: Annotated[int, typer.Option(min=1, max=1000, help="Neighbours of each item.")] = 10,
    similarity: Annotated[Similarity, typer.Option(help="What the neighbours are near by.")] = "cosine",
    force: Force = False,
    json_file: JsonFile = None,
) -> None:
    """Write a run's vectors, neighbours, map coordinates or settings to a file."""
    from workspace import export as writers
    from workspace.files import size_of
    from workspace.runs import find_run, open_run

    _refuse_same_file(out, json_file)
    if out.is_dir():
        raise ExportError(f"{out} is a folder: give --out a file.")
    if out.exists() and not force:
        raise ExportError(f"{out} is there already: choose another --out, or add --force to replace it.")
    opened = open_run(find_run(run))
    if format == "csv":
        writers.write_vectors_csv(opened, out)
    elif format == "parquet":
        writers.write_vectors_parquet(opened, out)
    elif format == "word2vec":
        writers.write_word2vec(opened, out)
    elif format == "settings":
        writers.write_settings_json(opened, out)
    elif format == "neighbours":
        with _TerminalProgress() as progress:
            found = _neighbours(opened, k, similarity, progress)
        writers.write_neighbours_csv(opened, out, found, k)
    else:
        with _TerminalProgress() as progress:
            points = _layout(opened, progress)
        writers.write_coordinates_csv(opened, out, points)
    left_out = opened.entry.n_missing
    facts = {"run": opened.entry.key, "format": format, "out": str(out), "bytes": size_of(out), "left_out": left_out}
    without = f"; {left_out:,} items have no vector and are left out" if left_out and format != "settings" else ""
    _answer(facts, json_file, [f"{out}: {facts['bytes']:,} bytes{without}"])


def _log_source(name: str, options: Mapping[str, Any]) -> "LogSource":
    from interactions import CleaningRules, ReadOptions
    from workspace.log_source import LogSource
    from workspace.settings import checked

    read = {key: options[key] for key in ("encoding", "separator", "layout")}
    if read["separator"] is not None:
        read["separator"] = read["separator"].replace("\\t", "\t")
    floors = {key: options[key] for key in ("min_users_per_item", "min_items_per_user")}
    return LogSource(
        name,
        columns={role: options[role] for role in ROLES if options[role] is not None},
        rules=checked(CleaningRules, floors),
        options=checked(ReadOptions, read),
        items_path=options["items_file"],
        users_path=options["users_file"],
    )


def _assignments(settings: list[str]) -> dict[str, str | None]:
    """NAME=VALUE texts as values; what they must be like, the parameters themselves check."""
    values: dict[str, str | None] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals:
            raise ParameterError(
                f"--set {setting!r} gives no value: write --set NAME=VALUE, as in --set dimensions=64."
            )
        if name in values:
            raise ParameterError(f"Parameter {name!r} is set twice: set it once.")
        values[name] = None if value.lower() in ("none", "null") else value
    return values


def _declared(field: "FieldInfo") -> dict[str, Any]:
    """A parameter as the "methods" contract has it; `choices` where it has some, `optional` where null is allowed."""
    kinds = [kind for kind in get_args(field.annotation) if kind is not type(None)]
    optional = type(None) in get_args(field.annotation)
    kind = kinds[0] if optional else field.annotation
    marks = {name: getattr(mark, name) for mark in field.metadata for name in ("ge", "le") if hasattr(mark, name)}
    facts = {
        "type": "choice" if get_origin(kind) is Literal else getattr(kind, "__name__", str(kind)),
        "default": field.default,
        "low": marks.get("ge"),
        "high": marks.get("le"),
        "help": field.description,
        "optional": optional,
    }
    return facts | ({"choices": list(get_args(kind))} if facts["type"] == "choice" else {})


def _refuse_run_folder(out: Path, force: bool) -> None:
    """Raise RunError before hours of training where --out cannot become a run folder."""
    if out.exists() and not force:
        raise RunError(f"{out} is there already: choose another --out, or add --force to replace it.")
    if out.exists() and not (out / "run.json").is_file() and not (out.is_dir() and not any(out.iterdir())):
        raise RunError(f"{out} is not a run folder, so --force does not replace it: choose another --out.")
    parent = next(folder for folder in out.absolute().parents if folder.exists())
    try:  # the only sure way to know: rights alone do not tell of a full disk or of a system's own folders
        os.rmdir(tempfile.mkdtemp(dir=parent))
    except OSError as error:
        raise RunError(f"{out} cannot be written in {parent} ({error.strerror}): choose another --out.") from error


def _refuse_same_file(out: Path, json_file: str | None) -> None:
    if json_file not in (None, "-") and Path(json_file).absolute() == out.absolute():
        raise ExportError(f"--out and --json both name {out}: give them two names.")


def _neighbours(run: "Run", k: int, similarity: Similarity, progress: "Progress") -> "Neighbours":
    from workspace.results import nearest

    return nearest(run.embedding.item_vectors, similarity, k, progress)


def _layout(run: "Run", progress: "Progress") -> "npt.NDArray[np.float32]":
    from workspace.results import MapParams, drawn

    params = MapParams()
    near = _neighbours(run, params.n_neighbours, "cosine", progress)
    return drawn(run.embedding.item_vectors, near, params, progress=progress)


def _answer(facts: Any, json_file: str | None, lines: Sequence[str]) -> None:
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


def _comparison_lines(facts: Mapping[str, Any], name_a: str, name_b: str) -> list[str]:
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


class _TerminalProgress:
    """Progress on standard error: one line that changes in a terminal, else a line now and then."""

    def __init__(self) -> None:
        from workspace.pace import Pace

        self._pace = Pace()
        self._live = sys.stderr.isatty()
        self._every = 0.1 if self._live else 10.0  # seconds
        self._shown, self._width = time.monotonic(), 0

    def __call__(self, stage: str, done: float, total: float, loss: float | None = None) -> None:
        left = self._pace.seconds_left(done, total)
        if time.monotonic() - self._shown < self._every:
            return
        self._shown = time.monotonic()
        share = f"{100 * done / total:3.0f} %" if total else ""
        line = f"{share}  {stage}" + ("" if left is None else f", {left:.0f} s left")
        if self._live:
            print(f"\r{line:{self._width}}", end="", file=sys.stderr, flush=True)
            self._width = len(line)
        else:
            print(line, file=sys.stderr, flush=True)

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *error: object) -> None:
        if self._width:
            print(f"\r{'':{self._width}}\r", end="", file=sys.stderr, flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Run a command; returns the exit code."""
    try:
        code = typer.main.get_command(app).main(arguments, prog_name="cli.py", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except InputError as error:
        return _complain(str(error), 2)
    except TyperException as error:
        message = error.format_message()
        return _complain(
            f"{message} Say which: {', '.join(_commands())}." if message == "Missing command." else message, 2
        )
    except Cancelled:
        return _complain("Stopped.", 130)
    except BrokenPipeError:  # whoever read our output has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _complain(message: str, code: int) -> int:
    print(" ".join(message.split()), file=sys.stderr)
    return code


def _commands() -> list[str]:
    return [command.callback.__name__ for command in app.registered_commands if command.callback is not None]


if __name__ == "__main__":
    sys.exit(main())
