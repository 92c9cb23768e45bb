"""Evaluations on the command line: who is asked, and the answer as lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, get_args

from analysis.arrays import Similarity
from embedders import METHODS
from errors import ParameterError
from studies.contest import Contestant
from studies.evaluation import PARTS
from studies.provider import RunNeeded
from terminal.parameters import assignments

_MEASURES = (("hr", "HR"), ("ndcg", "NDCG"), ("mrr", "MRR"))


def contestants_from(given: Sequence[str], settings: Sequence[str], seed: int) -> list[Contestant]:
    """NAME, NAME:cosine or NAME:dot, with settings METHOD.NAME=VALUE; raises ParameterError where one is wrong."""
    of_method: dict[str, list[str]] = {}
    for setting in settings:
        method, dot, rest = setting.partition(".")
        if not dot or method not in METHODS or "=" in method:
            raise ParameterError(f"--set {setting!r} names no method: write METHOD.NAME=VALUE, as in als.alpha=1.")
        of_method.setdefault(method, []).append(rest)
    contestants = []
    for name in given:
        method, _, similarity = name.partition(":")
        if method not in METHODS:
            raise ParameterError(f"There is no method {method!r}: choose one of {', '.join(METHODS)}.")
        if similarity not in ("", *get_args(Similarity)):
            raise ParameterError(f"--method {name!r}: after the colon stands cosine or dot.")
        params = METHODS[method].Params.checked(assignments(of_method.get(method, [])))
        chosen: Similarity = "dot" if similarity == "dot" else "cosine"
        contestants.append(Contestant(name, RunNeeded(method, params, seed), chosen))
    twice = [name for name in given if given.count(name) > 1]
    if twice:
        raise ParameterError(f"--method {twice[0]!r} is given twice: give it once.")
    for place, one in enumerate(contestants):
        for other in contestants[:place]:
            if (one.needed, one.similarity) == (other.needed, other.similarity):
                raise ParameterError(f"--method {other.name!r} and {one.name!r} are the same model: give one of them.")
    unused = [method for method in of_method if all(one.needed.method != method for one in contestants)]
    if unused:
        raise ParameterError(f"--set {unused[0]}.… is of a method that is not asked: add --method {unused[0]}.")
    return contestants


def seconds_from(time: str) -> int:
    """A time as a person writes it, in seconds UTC; raises ParameterError."""
    try:
        moment = datetime.fromisoformat(time)
    except ValueError:
        raise ParameterError(f"--at {time!r} is no time: write it as 2017-12-01 or 2017-12-01T08:00.") from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def evaluation_lines(report: Mapping[str, Any]) -> list[str]:
    """The answer as small tables, in percent with 95 % intervals; what cannot be had is a dash."""
    k, split = report["k"], report["split"]
    if split["at"] is None:
        cut = f"{split['share']:.0%} of the sessions, drawn, since the log has no times"
    else:
        cut = f"what came before {datetime.fromtimestamp(split['at'], UTC):%Y-%m-%d %H:%M} UTC ({split['share']:.1%})"
    tied = report["tied_pairs"]
    lines = [
        f"Trained on {cut}; asked about {report['cases']:,} next-item pairs ({report['pairs']}) among "
        f"{report['items']:,} items, and {report['users']:,} users.",
    ]
    if tied and split["at"] is None:
        lines.append("The order within all of these pairs is drawn, since the log has no times.")
    elif tied:
        lines.append(f"Of these pairs {tied:.0%} have one time, so that their order is drawn.")
    names = list(report["methods"])
    width = max(map(len, names)) + 2
    for measure, title in _MEASURES:
        lines.append(f"{title}@{k} of the next item, % by the target's popularity")
        lines.append(f"  {'':{width}}" + "".join(f"{part:>22}" for part in PARTS))
        lines += [f"  {name:{width}}" + _row(report["methods"][name][measure]) for name in names]
    lines.append(f"Recall@{k} of items new to a user, %")
    lines += [f"  {name:{width}}" + _row(report["methods"][name]["user_to_item"]["recall"]) for name in names]
    for claim in report["claims"]:
        if claim["outcome"] is not None:
            first = claim["effects"][0]
            lines.append(
                f"Claim on {claim['claim']}: {claim['outcome']} ({first['what']} {first['value']:+.3f}, 95 % between "
                f"{first['low']:+.3f} and {first['high']:+.3f}, {claim['contestants'][0]} and "
                f"{claim['contestants'][1]})"
                if first["value"] is not None
                else f"Claim on {claim['claim']}: {claim['outcome']}"
            )
    return lines


def _row(by_part: Mapping[str, Mapping[str, Any]]) -> str:
    return "".join(f"{_percent(by_part[part]):>22}" for part in PARTS)


def _percent(of: Mapping[str, Any]) -> str:
    if of["value"] is None:
        return "-"
    around = "" if of["low"] is None else f" ({100 * of['low']:.2f}-{100 * of['high']:.2f})"
    return f"{100 * of['value']:.2f}{around}"
