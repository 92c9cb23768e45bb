"""The kinds of job and what is done for each, called by the worker process."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from embedders.base import Progress
from errors import ParameterError, RunError
from workspace.settings import checked

Task = Callable[[Mapping[str, Any], Progress], Mapping[str, Any]]


def import_task(spec: Mapping[str, Any], progress: Progress) -> Mapping[str, Any]:
    """Keep a log: {"original" (a file), "name", "columns", "rules", "items_path", "users_path", "options",
    "items_options", "users_options"}.

    All but the first may be left out; files from outside the workspace are copied into it first. Answers {"digest",
    "new"}: not new is a log that was kept already, read from the same bytes in the same way.
    """
    from interactions import CleaningRules, ReadOptions
    from workspace.logs import forget_abandoned_originals, import_log, keep_original, list_logs

    progress("Copying the file", 0.0, 100.0)
    given = {table: Path(spec[table]) for table in ("original", "items_path", "users_path") if spec.get(table)}
    kept = {table: keep_original(path, path.name) for table, path in given.items()}
    before = {entry.digest for entry in list_logs()}
    entry = import_log(
        kept["original"],
        name=spec.get("name") or given["original"].stem,
        columns=spec.get("columns"),
        rules=checked(CleaningRules, spec.get("rules")),
        items_path=kept.get("items_path"),
        users_path=kept.get("users_path"),
        **{name: checked(ReadOptions, spec.get(name)) for name in ("options", "items_options", "users_options")},
        progress=progress,
    )
    forget_abandoned_originals()
    return {"digest": entry.digest, "new": entry.digest not in before}


def known_task(spec: Mapping[str, Any], progress: Progress) -> Mapping[str, Any]:
    """Fetch a well-known set, where it is not here yet, and keep its log: {"name", "file"}.

    The first is one of KNOWN_SETS; the second, the download where somebody has it, may be left out. Answers as
    `import_task` does.
    """
    from embedders.base import part_of
    from workspace.fetching import fetch
    from workspace.known_sets import find_known

    by_hand = Path(spec["file"]) if spec.get("file") else None
    fetched = fetch(find_known(spec["name"]), part_of(progress, 0.0, 0.5), by_hand)
    return import_task(fetched, part_of(progress, 0.5, 1.0))


def train_task(spec: Mapping[str, Any], progress: Progress) -> Mapping[str, Any]:
    """Train on a kept log: {"log_digest", "method", "params", "seed", "name"}; the last three may be left out.

    Answers {"key"}; a run that is kept already is the answer without training it again.
    """
    from embedders import METHODS
    from workspace.logs import find_log, open_log
    from workspace.runs import default_name, find_run, run_folder, run_key, unique_name, write_run

    if spec["method"] not in METHODS:
        raise ParameterError(f"Unknown method {spec['method']!r}: choose one of {', '.join(METHODS)}.")
    method = METHODS[spec["method"]]
    params, seed = method.Params.checked(spec.get("params") or {}), int(spec.get("seed") or 0)
    entry = find_log(spec["log_digest"])
    key = run_key(entry.digest, method.name, params.model_dump(mode="json"), seed, method.version)
    if run_folder(key).exists():
        return {"key": find_run(run_folder(key)).key}
    progress("Opening the log", 0.0, 1.0)
    log = open_log(entry.digest)
    embedding = method.fit(log, params, seed=seed, progress=progress)
    progress("Keeping the run", 1.0, 1.0)
    if spec.get("name"):
        name = unique_name(spec["name"], entry.digest)
    else:
        name = default_name(method.name, embedding.params, entry.digest)
    run = write_run(run_folder(key), embedding, log, name=name, log_name=entry.name)
    if run.key != key:
        raise RunError(f"{method.title} answered with other parameters than it was asked for.")
    return {"key": run.key}


def spark_task(spec: Mapping[str, Any], progress: Progress) -> Mapping[str, Any]:
    """Train on a log that Spark reads: {"source" (as `source_spec` writes it), "master", "settings" (of Spark itself,
    name -> value), "method", "params" (only what was chosen), "seed", "name", "log_digest" (of the kept log that this
    was asked from)}; all but the source and the method may be left out.

    What Spark says is printed. Answers {"key", "log_digest"}, the latter of the log that Spark read, which is kept
    without its rows.
    """
    from spark.cluster import LOCAL, Cluster
    from workspace.on_spark import source_from, train_and_keep

    run = train_and_keep(
        source_from(spec["source"]),
        Cluster(spec.get("master") or LOCAL, spec.get("settings") or {}),
        spec["method"],
        spec.get("params") or {},
        int(spec.get("seed") or 0),
        spec.get("name"),
        progress,
    )
    return {"key": run.key, "log_digest": run.log_digest}


def vectors_task(spec: Mapping[str, Any], progress: Progress) -> Mapping[str, Any]:
    """Keep vectors that were trained elsewhere as a run: {"log_digest", "vectors" and "ids" (files), "id_column",
    "file" and "name" (what the file was, and the run is to be called)}; only the first two are needed.

    Answers {"key", "new"} and the counts of `Matching`; vectors that are kept already are not kept again.
    """
    from workspace.imported import import_vectors
    from workspace.logs import find_log, forget_abandoned_originals, open_log
    from workspace.run_kinds import kind_of
    from workspace.runs import Training, find_run, run_folder, run_key, unique_name, write_run
    from workspace.spark_logs import known_items

    entry = find_log(spec["log_digest"])
    log = open_log(entry.digest) if entry.has_rows else known_items(entry)
    embedding, matching = import_vectors(
        Path(spec["vectors"]),
        log,
        ids_path=Path(spec["ids"]) if spec.get("ids") else None,
        id_column=spec.get("id_column") or None,
        file_name=spec.get("file"),
        progress=progress,
    )
    version = kind_of(embedding.method).version
    folder = run_folder(run_key(entry.digest, embedding.method, embedding.params, embedding.seed, version))
    new = not folder.exists()
    if new:
        name = unique_name(spec.get("name") or Path(embedding.params["file"]).stem, entry.digest)
        training = None if entry.has_rows else Training(entry.size, version)
        write_run(folder, embedding, log, name=name, log_name=entry.name, training=training)
    forget_abandoned_originals()
    return {"key": find_run(folder).key, "new": new, **dataclasses.asdict(matching)}


def neighbours_task(spec: Mapping[str, Any], progress: Progress) -> Mapping[str, Any]:
    """Neighbours of a kept run: {"run" (key), "similarity", "within" (key, may be left out)}."""
    from workspace.results import make_neighbours
    from workspace.runs import find_run

    within = find_run(spec["within"]) if spec.get("within") else None
    make_neighbours(find_run(spec["run"]), spec["similarity"], within, progress)
    return {"run": spec["run"]}


def map_task(spec: Mapping[str, Any], progress: Progress) -> Mapping[str, Any]:
    """Map of a kept run turned onto that of another: {"run" (key), "anchor" (key), "params"}."""
    from workspace.results import MapParams, make_maps
    from workspace.runs import find_run

    params = checked(MapParams, spec.get("params"))
    make_maps(find_run(spec["anchor"]), find_run(spec["run"]), params, progress)
    return {"run": spec["run"]}


def company_task(spec: Mapping[str, Any], progress: Progress) -> Mapping[str, Any]:
    """Index of what stands together in a kept log: {"log_digest"}."""
    from workspace.logs import find_log
    from workspace.results import make_company

    make_company(find_log(spec["log_digest"]), progress)
    return {"log_digest": spec["log_digest"]}


def agreement_task(spec: Mapping[str, Any], progress: Progress) -> Mapping[str, Any]:
    """Measures of kept runs and the agreement of every two of them: {"runs" ([key, similarity] each), "k"}."""
    from workspace.results.agreements import View, make_agreements
    from workspace.runs import find_run

    views = [View(find_run(key), similarity) for key, similarity in spec["runs"]]
    make_agreements(views, spec["k"], progress)
    return {"runs": [view.run.key for view in views]}


def recommendations_task(spec: Mapping[str, Any], progress: Progress) -> Mapping[str, Any]:
    """What a kept run recommends to the users of its log: {"run" (key), "k"}."""
    from workspace.results import make_recommendations
    from workspace.runs import find_run

    make_recommendations(find_run(spec["run"]), spec["k"], progress)
    return {"run": spec["run"]}


def popularity_task(spec: Mapping[str, Any], progress: Progress) -> Mapping[str, Any]:
    """How two kept runs lean towards popular items: {"a" and "b" (keys), "k", "others" (lists of key, similarity)}."""
    from workspace.results import make_popularity_bias
    from workspace.runs import find_run

    others = [(find_run(key), similarity) for key, similarity in spec["others"]]
    make_popularity_bias(find_run(spec["a"]), find_run(spec["b"]), spec["k"], others, progress)
    return {"a": spec["a"], "b": spec["b"]}


def evaluate_task(spec: Mapping[str, Any], progress: Progress) -> Mapping[str, Any]:
    """Train contestants on a part of a kept log and ask them about the rest, as `evaluation_spec` writes it."""
    from workspace.evaluations import Asked, contestant_from, evaluate_log
    from workspace.logs import open_log

    contestants = [contestant_from(facts) for facts in spec["contestants"]]
    progress("Opening the log", 0.0, 1.0)
    evaluate_log(open_log(spec["log_digest"]), checked(Asked, spec["asked"]), contestants, spec["k"], progress)
    return {"log_digest": spec["log_digest"]}


def sweep_task(spec: Mapping[str, Any], progress: Progress) -> Mapping[str, Any]:
    """Train item2vec in several windows on a part of a kept log and ask about the rest, as `sweep_spec` writes it."""
    from workspace.evaluations import Asked
    from workspace.logs import open_log
    from workspace.sweeps import sweep_from, sweep_log

    progress("Opening the log", 0.0, 1.0)
    sweep_log(open_log(spec["log_digest"]), checked(Asked, spec["asked"]), sweep_from(spec), spec["k"], progress)
    return {"log_digest": spec["log_digest"]}


def tune_task(spec: Mapping[str, Any], progress: Progress) -> Mapping[str, Any]:
    """Tune methods on the training part of a kept log, or go on with that, as `tuning_spec` writes it."""
    from workspace.evaluations import Asked
    from workspace.logs import open_log
    from workspace.tunings import Sought, tune_log

    progress("Opening the log", 0.0, 1.0)
    log = open_log(spec["log_digest"])
    tune_log(log, checked(Asked, spec["asked"]), spec["methods"], checked(Sought, spec["sought"]), progress)
    return {"log_digest": spec["log_digest"]}


TASKS: Mapping[str, Task] = {
    "import": import_task,
    "known": known_task,
    "train": train_task,
    "spark": spark_task,
    "vectors": vectors_task,
    "neighbours": neighbours_task,
    "map": map_task,
    "company": company_task,
    "agreement": agreement_task,
    "recommendations": recommendations_task,
    "popularity": popularity_task,
    "evaluate": evaluate_task,
    "sweep": sweep_task,
    "tune": tune_task,
}
