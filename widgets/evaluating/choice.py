"""What is asked, and whom: the cut on a picture, the contestants, and the button."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from figures.accuracy import cut_over_time
from figures.text import minute
from interactions.split import Split
from studies.contest import Contestant
from studies.questions import MOST_CASES, PairsOf
from widgets.measures import explain
from widgets.pictures import picture
from workspace import estimates, jobs
from workspace.contestants import each_once, expected, offered_contestants, usual_contestants, with_seeds
from workspace.evaluations import Asked, contestant_from, evaluation_spec, kept_evaluation, kept_evaluations
from workspace.logs import LogEntry, open_log

_PAIRS: tuple[PairsOf, ...] = ("every pair", "one pair a session")
_KS = (5, 10, 20, 50)


@dataclass(frozen=True)
class Plan:
    """What is to be evaluated."""

    asked: Asked
    contestants: tuple[Contestant, ...]
    k: int
    seeds: int = 1


def choose_plan(log: LogEntry) -> Plan:
    """The settings as they were chosen last, at first those of the last evaluation of this log."""
    before = next(iter(kept_evaluations(log.digest)), None)
    offered = _offered(log, before)
    by_name = {one.name: one for one in offered}
    usual = (
        [one.name for one in usual_contestants(log.first is not None)] if before is None else _names_in(before, offered)
    )
    with st.expander("Who is asked, and what", icon=":material/tune:"):
        names = st.multiselect(
            "Models", list(by_name), default=usual, key=_models_key(log), persist_state="session",
            placeholder="Choose models", format_func=plain_name,
            help="Each is trained anew, on the earlier part of the log only. Random, most popular and bought-together "
            "are always asked beside them.",
        )  # fmt: skip
        asked = _asked(log, before)
        k, seeds = _k_and_seeds(log, before)
        explain("accuracy", "accuracy_baselines")
    contestants = with_seeds([by_name[name] for name in names], seeds)
    return Plan(asked, tuple(contestants), k, seeds)


def start_button(log: LogEntry, plan: Plan) -> None:
    """The one next step: train and ask."""
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.button(
            "Evaluate", type="primary", icon=":material/fact_check:", key="evaluate", on_click=_start, args=(log, plan),
            disabled=not plan.contestants,
        )  # fmt: skip
        if not plan.contestants:
            st.caption("Choose at least one model above.", width="content")
            return
        many = "1 model" if len(plan.contestants) == 1 else f"{len(plan.contestants)} models"
        takes = estimates.sentence(expected(log, plan.contestants, plan.asked))
        st.caption(
            f"Trains {many} on the earlier part of the log and asks them about the rest. "
            f"{takes} at most; what is kept is not trained again.",
            width="stretch",
        )


def evaluate_with(log: LogEntry, plan: Plan, further: Sequence[Contestant]) -> None:
    """Take further models in among the chosen ones, and evaluate them all; a callback, before the page is drawn."""
    st.session_state[_taken_key(log)] = [*_taken(log), *further]
    offered = _offered(log, next(iter(kept_evaluations(log.digest)), None))
    chosen = [*st.session_state.get(_models_key(log), []), *_names_of(further, offered)]
    names = st.session_state[_models_key(log)] = list(dict.fromkeys(chosen))
    by_name = {one.name: one for one in offered}
    contestants = tuple(with_seeds([by_name[name] for name in names], plan.seeds))
    if kept_evaluation(log.digest, plan.asked, contestants, plan.k) is None:
        _start(log, replace(plan, contestants=contestants))


def plain_name(name: str) -> str:
    """A name as a list of choices draws it, which takes no Markdown."""
    return name


def _offered(log: LogEntry, before: dict[str, Any] | None) -> list[Contestant]:
    """Whom the last evaluation asked, under the names they had there, then what else can be chosen.

    Another seed of one that was asked is no choice of its own.
    """
    asked = [] if before is None else [contestant_from(facts) for facts in before["contestants"]]
    firsts = [one for place, one in enumerate(asked) if not any(one.is_same_but_seed(it) for it in asked[:place])]
    return each_once([*firsts, *offered_contestants(log), *_taken(log)])


def _names_in(before: dict[str, Any], offered: Sequence[Contestant]) -> list[str]:
    """The offered contestants that were asked, in the order in which they were."""
    return _names_of([contestant_from(facts) for facts in before["contestants"]], offered)


def _names_of(contestants: Sequence[Contestant], offered: Sequence[Contestant]) -> list[str]:
    """Under which names these are offered, in their own order."""
    return [
        one.name
        for other in contestants
        for one in offered
        if one.needed == other.needed and one.similarity == other.similarity
    ]


def _seeds_in(before: dict[str, Any]) -> int:
    """How many seeds each contestant had."""
    first, *others = (contestant_from(facts) for facts in before["contestants"])
    return 1 + sum(one.is_same_but_seed(first) for one in others)


def _models_key(log: LogEntry) -> str:
    return f"contestants-{log.digest}"


def _taken_key(log: LogEntry) -> str:
    return f"taken-{log.digest}"


def _taken(log: LogEntry) -> list[Contestant]:
    """Models that somebody took in on this page, whether or not they are offered by themselves."""
    taken: list[Contestant] = st.session_state.get(_taken_key(log), [])
    return taken


def _asked(log: LogEntry, before: dict[str, Any] | None) -> Asked:
    last = Asked() if before is None else Asked(**before["asked"])
    left, right = st.columns(2)
    share = left.slider(
        "Train on the first", 0.5, 0.95, last.split, 0.01, format="percent", key=f"split-{log.digest}",
        persist_state="session", help="Share of the interactions, by time. Models never see the rest.",
    )  # fmt: skip
    pairs = right.segmented_control(
        "Next-item pairs", _PAIRS, required=True, default=last.pairs, key=f"pairs-{log.digest}",
        persist_state="session",
        format_func=str.capitalize,
        help="Every two consecutive events of a session are a case, or one pair, drawn, of each session: then long "
        "sessions count no more than short ones.",
    )  # fmt: skip
    if log.summary["time"] is None:
        left.caption("This log has no times: sessions are drawn instead.")
    else:
        at = cut_at(log.digest, float(share))
        picture(cut_over_time(log.summary["time"], at), "Interactions over time, and the cut")
        st.caption(f"Trained on what came before {minute(at)}, asked about what came after.")
    return last.model_copy(
        update={"split": round(float(share), 4), "at": None, "pairs": str(pairs), "cases": MOST_CASES}
    )


def _k_and_seeds(log: LogEntry, before: dict[str, Any] | None) -> tuple[int, int]:
    left, right = st.columns(2)
    last = before["k"] if before is not None and before["k"] in _KS else 10
    k = left.segmented_control(
        "How long lists are (k)", _KS, required=True, default=last, key=f"evaluate-k-{log.digest}",
        persist_state="session",
    )  # fmt: skip
    seeds = right.number_input(
        "Seeds", 1, 5, 1 if before is None else _seeds_in(before), key=f"seeds-{log.digest}", persist_state="session",
        help="Each model is trained so many times, which shows how much is chance of the training.",
    )  # fmt: skip
    return int(str(k)), int(seeds)


@st.cache_data(max_entries=200, show_spinner=False)
def cut_at(log_digest: str, share: float) -> int:
    """The time at which a share of a log's interactions is over, seconds UTC."""
    at = Split.of(open_log(log_digest), share).at
    assert at is not None
    return at


def _start(log: LogEntry, plan: Plan) -> None:
    spec = evaluation_spec(log.digest, plan.asked, plan.contestants, plan.k)
    jobs.submit("evaluate", spec, f"Evaluation on {log.name}")
