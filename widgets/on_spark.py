"""Training on Spark from the Train page: where it runs, what it reads, and what a method cannot do there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from embedders.base import Engine, Method, Params, is_offered
from errors import InputError
from figures.log_words import rules_in_words
from figures.text import plain
from spark.cluster import LOCAL, Cluster, install_line, is_installed
from spark.trainer import Trainer
from spark.training import trainer_of
from widgets import session
from widgets.forms import label, parameter_form
from workspace import jobs
from workspace.jobs import Job
from workspace.logs import LogEntry, find_log, list_logs
from workspace.on_spark import settings_from, training_spec
from workspace.runs import find_run, run_key

_ENGINES: Mapping[Engine, str] = {"local": "This machine", "spark": "Spark"}
_USED_LAST = "_spark_used_last"  # in the session: the cluster of the last training that was asked for
_FIRST_SEED = 0


@dataclass(frozen=True)
class _Where:
    """What a person filled in: the master, the place of the log, Spark's settings a line each."""

    master: str
    place: str
    settings: str

    def cluster(self) -> Cluster:
        """Raises EngineError where it cannot be meant."""
        return Cluster(self.master.strip(), settings_from(self.settings))


def engine_of(log: LogEntry, method: Method[Any]) -> Engine:
    """Where a method is trained on a log: asked where there is a choice."""
    if not log.has_rows:
        return "spark"
    if "spark" not in method.engines:
        return "local"
    picked = st.segmented_control(
        "Trained on", list(_ENGINES), default="local", required=True, key="engine", persist_state="session",
        format_func=_ENGINES.__getitem__,
        help="Spark reads the log where it lies, on a cluster or on this machine, and trains there.",
    )  # fmt: skip
    return "spark" if picked == "spark" else "local"


def trains_here(log: LogEntry, method: Method[Any]) -> bool:
    """Whether a method can be trained on a log at all: without rows here, only on Spark."""
    return log.has_rows or "spark" in method.engines


def spark_form(log: LogEntry, method: Method[Any]) -> None:
    """Where Spark runs and what it reads, the parameters that it takes, and the button that starts it."""
    if not is_installed():
        say_how_to_install()
        return
    trainer = trainer_of(method.name)
    where = _where(log)
    st.caption(_read_as(log))
    values = parameter_form(method, log.columns_in, only=trainer.takes)
    left_out = [label(name).lower() for name in _left_out(method, trainer)]
    st.caption(f"Not on Spark: {', '.join(left_out)}.", help=_reasons(method, trainer))
    row = st.container(horizontal=True, vertical_alignment="bottom")
    seed = row.number_input(
        "Seed", 0, 2**31 - 1, _FIRST_SEED, key=f"seed-{method.name}", help="Another seed, another random start."
    )
    name = row.text_input("Name (optional)", key=f"name-{method.name}", max_chars=80)
    unrated = _learns_from_ratings(method, trainer, values) and "weight" not in log.columns
    clicked = row.button(
        f"Train {method.title} on Spark", type="primary", icon=":material/play_arrow:", key=f"train-{method.name}",
        disabled=unrated,
    )  # fmt: skip
    row.caption("How long it takes depends on the cluster", width="content")
    if unrated:
        st.info(
            f"With these settings {method.title} learns from ratings, and this log has none: no column has the weight "
            "role, so all its weights are equal."
        )
    if clicked:
        try:
            _start(log, method, where, values, int(seed), name)
        except InputError as error:
            st.error(plain(error))
        else:
            st.rerun()


def say_how_to_install() -> None:
    """One sentence, and the line that installs Spark."""
    st.info("Spark is not installed here; this line installs it, and then this page offers it.")
    st.code(install_line(), language=None, wrap_lines=True)


def key_with_defaults(log: LogEntry, method: Method[Any]) -> str:
    """The key that a run with Spark's defaults has on a log without rows."""
    trainer = trainer_of(method.name)
    params: Params = trainer.params({})
    made_from = (log.digest, trainer.method, params.model_dump(mode="json"), _FIRST_SEED, trainer.version)
    return run_key(*made_from, "spark")


def start_with_defaults(log: LogEntry, method: Method[Any]) -> None:
    """Have a method trained on a log without rows, read as Spark read it last."""
    _submit(_with_defaults(log, method), method.title)


def job_with_defaults(log: LogEntry, method: Method[Any]) -> Job | None:
    """The job that `start_with_defaults` asked for last, or None."""
    return jobs.find_job("spark", _with_defaults(log, method))


def _with_defaults(log: LogEntry, method: Method[Any]) -> dict[str, Any]:
    cluster = Cluster(*_used_last(log))
    return training_spec(log, log.source["original"], cluster, method.name, {}, _FIRST_SEED, None)


def master_of(log: LogEntry) -> str:
    """Where Spark ran when it read a log last, or ran at all."""
    return _used_last(log)[0]


def trained_elsewhere(log: LogEntry) -> None:
    """Trainings that were asked from this log and whose runs stand with another, with the way there."""
    for job in jobs.list_jobs():
        if job.kind != "spark" or job.status != "done" or job.result is None:
            continue
        if job.spec.get("log_digest") != log.digest or job.result["log_digest"] == log.digest:
            continue
        try:
            run, other = find_run(str(job.result["key"])), find_log(str(job.result["log_digest"]))
        except InputError:  # deleted meanwhile
            continue
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(
                f"**{plain(run.name)}** is trained. It stands with the log that Spark read, **{plain(other.name)}**.",
                width="stretch",
            )
            if st.button(f"Open {plain(other.name)}", key=f"open-{job.id}", icon=":material/folder_open:"):
                session.open_log(other.digest)
                st.rerun()
            if st.button("Dismiss", key=f"dismiss-{job.id}"):
                jobs.dismiss(job.id)
                st.rerun()


def _where(log: LogEntry) -> _Where:
    master, settings = _used_last(log)
    with st.grid(2, min_column_width=300):
        named = st.text_input(
            "Spark master", master, key=f"spark-master-{log.digest}", persist_state="session",
            help="local[*] is this machine with all its cores, local[2] two of them; spark://host:7077 is a cluster.",
        )  # fmt: skip
        place = st.text_input(
            "The log, as Spark finds it", log.source["original"], key=f"spark-place-{log.digest}",
            persist_state="session",
            help="A path that every worker can read, or an address such as hdfs://host/logs/2024.parquet: a file, a "
            "folder, or a pattern. Parquet, CSV and its kin.",
        )  # fmt: skip
    with st.expander("Spark settings"):
        lines = st.text_area(
            "One NAME=VALUE a line", "\n".join(f"{name}={value}" for name, value in settings.items()),
            key=f"spark-settings-{log.digest}", persist_state="session",
            placeholder="spark.executor.memory=4g\nspark.cores.max=16",
            help="Settings of Spark itself, as its own documentation names them.",
        )  # fmt: skip
    return _Where(named, place, lines)


def _used_last(log: LogEntry) -> tuple[str, Mapping[str, str]]:
    """Master and settings of this log, else of the last training in this tab, else of the newest log on Spark."""
    if not log.has_rows:
        return log.origin["master"], log.origin["settings"]
    used: Cluster | None = st.session_state.get(_USED_LAST)
    if used is not None:
        return used.master, used.settings
    newest = next((entry.origin for entry in list_logs() if not entry.has_rows), None)
    return (LOCAL, {}) if newest is None else (newest["master"], newest["settings"])


def _read_as(log: LogEntry) -> str:
    """By which columns and rules Spark reads the log, a sentence in Markdown."""
    told = [f"{role} = {plain(name)}" for role, name in log.columns.items()] + rules_in_words(log.rules)
    return f"Columns and cleaning rules are those of {plain(log.name)}: {' · '.join(told)}."


def _start(log: LogEntry, method: Method[Any], where: _Where, values: Mapping[str, Any], seed: int, name: str) -> None:
    cluster = where.cluster()
    spec = training_spec(log, where.place, cluster, method.name, values, seed, name.strip() or None)
    st.session_state[_USED_LAST] = cluster
    _submit(spec, name.strip() or method.title)


def _submit(spec: Mapping[str, Any], what: str) -> None:
    jobs.submit("spark", spec, f"Training {what} on Spark")


def _learns_from_ratings(method: Method[Any], trainer: Trainer[Any], values: Mapping[str, Any]) -> bool:
    """False also where values do not hold, which is said when the button is pressed."""
    try:
        return method.learns_from_ratings(trainer.params(values))
    except InputError:
        return False


def _left_out(method: Method[Any], trainer: Trainer[Any]) -> list[str]:
    """The parameters of the local form that Spark cannot do."""
    fields = method.Params.model_fields
    return [name for name in trainer.cannot if is_offered(fields[name])]


def _reasons(method: Method[Any], trainer: Trainer[Any]) -> str:
    """Why each parameter that Spark cannot do is left out, a line a reason, in Markdown."""
    of_reason: dict[str, list[str]] = {}
    for name in _left_out(method, trainer):
        of_reason.setdefault(trainer.cannot[name], []).append(label(name).lower())
    return "\n".join(f"- {', '.join(names)}: {plain(why)}." for why, names in of_reason.items())
