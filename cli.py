"""The same jobs without a browser: `python cli.py --help`.

Exit code 0 = done, 2 = the input is at fault and the one line on standard error says how.
"""

import dataclasses
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.exceptions import TyperException

from errors import Cancelled, ExportError, InputError, ParameterError
from terminal.answers import JsonFile, answer, comparison_lines, log_lines
from terminal.engine import STARTING, EngineOption, MasterOption, SettingsOption, cluster_from, what_spark_says
from terminal.known_sets import known_facts, known_lines
from terminal.log_options import takes_log
from terminal.parameters import assignments, declared
from terminal.progress import TerminalProgress
from terminal.run_folders import refuse_run_folder, refuse_same_file, train_on_spark, write_run_folder

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from embedders.base import Progress
    from workspace.log_source import LogSource
    from workspace.pairs import Pair
    from workspace.results import Neighbours
    from workspace.runs import Run

Similarity = Literal["cosine", "dot"]
Maps = Literal["umap", "pca"]
Pairs = Literal["every", "one"]
PAIRS: Mapping[str, str] = {"every": "every pair", "one": "one pair a session"}
ExportFormat = Literal["csv", "parquet", "word2vec", "neighbours", "coordinates", "settings"]

app = typer.Typer(
    help="Train item embeddings from an interaction log, and see how they differ.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
Force = Annotated[bool, typer.Option("--force", help="Replace what is there.")]
RunName = Annotated[str, typer.Argument(metavar="RUN", help="A run folder, or the key or name of a kept run.")]


@app.command()
def methods(json_file: JsonFile = None) -> None:
    """List the methods with their parameters."""
    from embedders import METHODS
    from embedders.base import written

    listed: list[dict[str, Any]] = [
        {
            "name": method.name,
            "title": method.title,
            "family": method.family,
            "sees": method.sees,
            "params": {name: declared(field) for name, field in method.Params.model_fields.items()},
        }
        for method in METHODS.values()
    ]
    lines = []
    for method in listed:
        lines.append(f"{method['name']}: {method['title']} ({method['family']})")
        lines += [
            f"  {name} = {written(facts['default'])}  {facts['help']}" for name, facts in method["params"].items()
        ]
    answer(listed, json_file, lines)


@app.command()
def known(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="One of them, to fetch it and keep its log.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The download, where it was fetched by hand.")
    ] = None,
    json_file: JsonFile = None,
) -> None:
    """List well-known sets, or fetch one from its publisher and keep it as a log."""
    from workspace.known_sets import KNOWN_SETS, find_known

    if name is None:
        if file is not None:
            raise ParameterError(f"--file names no set: say which it is, one of {', '.join(KNOWN_SETS)}.")
        answer([known_facts(known) for known in KNOWN_SETS.values()], json_file, known_lines(KNOWN_SETS.values()))
        return
    from workspace.log_source import facts_of
    from workspace.logs import find_log
    from workspace.tasks import known_task

    wanted = find_known(name)
    spec = {"name": name, "file": None if file is None else str(file)}
    with TerminalProgress() as progress:
        progress.announce(f"{wanted.title}: {wanted.terms} {wanted.terms_page}")
        entry = find_log(known_task(spec, progress)["digest"])
    facts = {"set": name, "name": entry.name, "digest": entry.digest, **facts_of(entry)}
    answer(facts, json_file, [f"{entry.name}: {entry.interactions:,} interactions, kept as LOG {entry.digest[:16]}"])


@app.command()
@takes_log
def describe(
    log: "LogSource",
    engine: EngineOption = "local",
    master: MasterOption = None,
    conf: SettingsOption = None,
    cooccurrences: Annotated[
        str | None,
        typer.Option(
            metavar="FOLDER", help="With Spark: write Parquet there of how many sessions hold both of two items."
        ),
    ] = None,
    json_file: JsonFile = None,
) -> None:
    """Say what a log holds, and what was left out of it."""
    from workspace.log_source import open_source

    cluster = cluster_from(engine, master, conf)
    if cluster is None and cooccurrences is not None:
        raise ParameterError("--cooccurrences is for Spark: add --engine spark, or leave it out.")
    if cluster is not None:
        from workspace.on_spark import describe_on_spark, facts_on_spark, source_of

        source = source_of(log)
        with TerminalProgress(silent=STARTING) as progress, what_spark_says() as said:
            found, report = describe_on_spark(source, cluster, progress, said, cooccurrences=cooccurrences)
        facts = facts_on_spark(found, report)
        answer(facts, json_file, log_lines(source.name, facts, report.examples, report.notes))
        return
    with TerminalProgress() as progress:
        opened = open_source(log, progress)
    answer(opened.facts, json_file, log_lines(opened.name, opened.facts, opened.examples, opened.notes))


@app.command()
@takes_log
def train(
    log: "LogSource",
    method: Annotated[str, typer.Option(help="One of those that `methods` lists.")],
    out: Annotated[Path, typer.Option(metavar="RUN", help="The run folder to write.")],
    settings: Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A parameter.")] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="Another seed, another random start.")] = 0,
    engine: EngineOption = "local",
    master: MasterOption = None,
    conf: SettingsOption = None,
    force: Force = False,
    json_file: JsonFile = None,
) -> None:
    """Train a method on a log and write a run folder."""
    from embedders import METHODS
    from workspace.estimates import expected, sentence, warning
    from workspace.log_source import open_source
    from workspace.summary import size_of

    if method not in METHODS:
        raise ParameterError(f"There is no method {method!r}: choose one of {', '.join(METHODS)}.")
    cluster = cluster_from(engine, master, conf)
    if cluster is not None:
        refuse_same_file(out, json_file)
        refuse_run_folder(out, force)
        facts, lines = train_on_spark(log, cluster, method, settings or [], seed, out, force)
        answer(facts, json_file, lines)
        return
    params = METHODS[method].Params.checked(assignments(settings or []))
    refuse_same_file(out, json_file)
    refuse_run_folder(out, force)
    with TerminalProgress() as progress:
        opened = open_source(log, progress)
        estimate = expected(METHODS[method], size_of(opened.log), params)
        progress.announce(" ".join(filter(None, [f"{sentence(estimate)}.", warning(estimate)])))
        embedding = METHODS[method].fit(opened.log, params, seed=seed, progress=progress)
    facts, lines = write_run_folder(out, embedding, opened.log, opened.name, force)
    facts["estimate"] = {"seconds": estimate.seconds, "memory": estimate.memory}
    answer(facts, json_file, lines)


@app.command("import")
@takes_log
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, Parquet, .npy, word2vec text or binary.")],
    log: "LogSource",
    out: Annotated[Path, typer.Option(metavar="RUN", help="The run folder to write.")],
    ids: Annotated[Path | None, typer.Option(metavar="FILE", help="The ids of a .npy file's rows.")] = None,
    id_column: Annotated[
        str | None, typer.Option(metavar="NAME", help="Column with the ids, where not guessed.")
    ] = None,
    force: Force = False,
    json_file: JsonFile = None,
) -> None:
    """Make a run folder of vectors that were trained elsewhere, matched to a log by id."""
    from workspace.imported import import_vectors
    from workspace.log_source import open_source

    refuse_same_file(out, json_file)
    refuse_run_folder(out, force)
    with TerminalProgress() as progress:
        opened = open_source(log, progress)
        embedding, matching = import_vectors(file, opened.log, ids_path=ids, id_column=id_column, progress=progress)
    facts, lines = write_run_folder(out, embedding, opened.log, opened.name, force)
    answer(facts | dataclasses.asdict(matching), json_file, lines)


@app.command()
def compare(
    run_a: Annotated[str, typer.Argument(metavar="RUN_A", help="A run folder, or the key or name of a kept run.")],
    run_b: Annotated[str, typer.Argument(metavar="RUN_B", help="Another, or the same one by another similarity.")],
    k: Annotated[int, typer.Option(min=1, max=1000, help="Neighbours of each item that are compared.")] = 10,
    similarity_a: Annotated[Similarity, typer.Option(help="What A's neighbours are near by.")] = "cosine",
    similarity_b: Annotated[Similarity, typer.Option(help="What B's neighbours are near by.")] = "cosine",
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a report with maps and charts, to open in a browser.")
    ] = None,
    item: Annotated[str | None, typer.Option(metavar="ID", help="An item whose neighbours the report shows.")] = None,
    maps: Annotated[
        Maps, typer.Option(help="How the report's maps are drawn: UMAP takes most of its time, PCA none.")
    ] = "umap",
    force: Force = False,
    json_file: JsonFile = None,
) -> None:
    """Say how far two runs agree, and how each leans towards popular items."""
    from workspace.comparing import pair_of
    from workspace.runs import find_run, open_run

    if html is not None:
        _refuse_file(html, json_file, "--html", force)
    elif item is not None or maps != "umap":
        raise ParameterError("--item and --maps are for a report: add --html FILE.")
    a, b = open_run(find_run(run_a)), open_run(find_run(run_b))
    with TerminalProgress() as progress:
        pair = pair_of(a, b, k, similarity_a, similarity_b, progress)
        if html is not None:
            _write_report(pair, item, html, maps, progress)
    facts = pair.report
    lines = comparison_lines(facts, a.entry.name, b.entry.name)
    answer(facts, json_file, lines if html is None else [*lines, f"report: {html}"])


@app.command()
@takes_log
def evaluate(
    log: "LogSource",
    method: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[LABEL=]NAME[:cosine|dot]",
            help="Who is asked; give it again for another. Left out: ALS by both similarities, and item2vec with and "
            "without a time window of an hour.",
        ),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME.PARAMETER=VALUE", help="A parameter of a method, or of a label."),
    ] = None,
    split: Annotated[float, typer.Option(help="Share of the interactions to train on, by time.")] = 0.9,
    at: Annotated[str | None, typer.Option(metavar="TIME", help="Cut at this time instead, as in 2017-12-01.")] = None,
    k: Annotated[int, typer.Option(min=1, max=50, help="How long lists are.")] = 10,
    pairs: Annotated[Pairs, typer.Option(help="Next-item pairs: every one, or one drawn of each session.")] = "every",
    cases: Annotated[int | None, typer.Option(min=1, metavar="N", help="Pairs at most, drawn of all.")] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="Draws pairs and starts trainings.")] = 0,
    seeds: Annotated[int, typer.Option(min=1, max=20, help="How often each is trained, from --seed on.")] = 1,
    json_file: JsonFile = None,
) -> None:
    """Train methods on the earlier part of a log, and ask them about the rest."""
    from terminal.evaluation import contestants_from, evaluation_lines, seconds_from
    from workspace.contestants import usual_contestants, with_seeds
    from workspace.evaluations import Asked, evaluate_log
    from workspace.log_source import open_source
    from workspace.settings import checked

    given = contestants_from(method or [], settings or [], seed)
    values = {"split": split, "pairs": PAIRS[pairs], "seed": seed, "at": None if at is None else seconds_from(at)}
    asked = checked(Asked, values if cases is None else values | {"cases": cases})
    with TerminalProgress() as progress:
        opened = open_source(log, progress)
        contestants = given or usual_contestants(opened.log.timestamps is not None, seed)
        report = evaluate_log(opened.log, asked, with_seeds(contestants, seeds), k, progress)
    answer(report, json_file, evaluation_lines(report))


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

    _refuse_file(out, json_file, "--out", force)
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
        with TerminalProgress() as progress:
            found = _neighbours(opened, k, similarity, progress)
        writers.write_neighbours_csv(opened, out, found, k)
    else:
        with TerminalProgress() as progress:
            points = _layout(opened, progress)
        writers.write_coordinates_csv(opened, out, points)
    left_out = opened.entry.n_missing
    facts = {"run": opened.entry.key, "format": format, "out": str(out), "bytes": size_of(out), "left_out": left_out}
    without = f"; {left_out:,} items have no vector and are left out" if left_out and format != "settings" else ""
    answer(facts, json_file, [f"{out}: {facts['bytes']:,} bytes{without}"])


def _refuse_file(out: Path, json_file: str | None, option: str, force: bool) -> None:
    """Raise ExportError where a file cannot be written, or only over one that nobody said to replace."""
    refuse_same_file(out, json_file, option)
    if out.is_dir():
        raise ExportError(f"{out} is a folder: give {option} a file.")
    if not out.absolute().parent.is_dir():  # known now, not after minutes of work
        raise ExportError(f"{out} cannot be written: there is no folder {out.parent}.")
    if out.exists() and not force:
        raise ExportError(f"{out} is there already: choose another {option}, or add --force to replace it.")


def _write_report(pair: "Pair", item: str | None, out: Path, kind: Maps, progress: "Progress") -> None:
    from figures.report_from_folders import write_report_from_folders
    from workspace.files import DISK_FULL, disk_is_full

    chosen = None if item is None else pair.catalogue.code_of.get(item)
    if item is not None and chosen is None:
        raise ParameterError(f"Neither run knows an item {item!r}: --item takes the id of an item of their log.")
    try:
        write_report_from_folders(pair, out, "UMAP" if kind == "umap" else "PCA", chosen, progress)
    except OSError as error:
        why = DISK_FULL if disk_is_full(error) else f"{out} cannot be written ({error.strerror})."
        raise ExportError(why) from error


def _neighbours(run: "Run", k: int, similarity: Similarity, progress: "Progress") -> "Neighbours":
    from workspace.results import nearest

    return nearest(run.embedding.item_vectors, similarity, k, progress)


def _layout(run: "Run", progress: "Progress") -> "npt.NDArray[np.float32]":
    from workspace.results import MapParams, drawn

    params = MapParams()
    near = _neighbours(run, params.n_neighbours, "cosine", progress)
    return drawn(run.embedding.item_vectors, near, params, progress=progress)


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
    except OSError as error:
        from workspace.files import DISK_FULL, disk_is_full

        if not disk_is_full(error):
            raise
        return _complain(DISK_FULL, 2)


def _complain(message: str, code: int) -> int:
    print(" ".join(message.split()), file=sys.stderr)
    return code


def _commands() -> list[str]:
    named = (command.name or getattr(command.callback, "__name__", None) for command in app.registered_commands)
    return [name for name in named if name is not None]


if __name__ == "__main__":
    sys.exit(main())
