"""Evaluations on the command line: who is asked, and the answer as lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import combinations
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
    """[LABEL=]NAME[:cosine|dot] each, with settings METHOD.NAME=VALUE, or LABEL.NAME=VALUE of one with a label.

    Raises ParameterError where one is wrong.
    """
    of_key: dict[str, list[str]] = {}
    for setting in settings:
        key, dot, rest = setting.partition(".")
        if not dot or not key or "=" in key:
            raise ParameterError(f"--set {setting!r} names no method: write METHOD.NAME=VALUE, as in als.alpha=1.")
        of_key.setdefault(key, []).append(rest)
    contestants, keys = [], []
    for one in given:
        label, equals, described = one.rpartition("=")
        method, _, similarity = described.partition(":")
        if method not in METHODS:
            raise ParameterError(f"There is no method {method!r}: choose one of {', '.join(METHODS)}.")
        if similarity not in ("", *get_args(Similarity)):
            raise ParameterError(f"--method {one!r}: after the colon stands cosine or dot.")
        if equals and (not label or label in METHODS):
            raise ParameterError(f"--method {one!r}: give it a label that is no method's name, as in short=item2vec.")
        keys.append(label or method)
        params = METHODS[method].Params.checked(assignments(of_key.get(keys[-1], [])))
        chosen: Similarity = "dot" if similarity == "dot" else "cosine"
        contestants.append(Contestant(label or one, RunNeeded(method, params, seed), chosen))
    names = [one.name for one in contestants]
    twice = [one for one, name in zip(given, names, strict=True) if names.count(name) > 1]
    if twice:
        raise ParameterError(
            f"--method {twice[-1]!r} is given twice: give it once, or a label, as in other={twice[-1]}."
        )
    for first, second in combinations(contestants, 2):
        if (first.needed, first.similarity) == (second.needed, second.similarity):
            raise ParameterError(f"--method {first.name!r} and {second.name!r} are the same model: give one of them.")
    unused = [key for key in of_key if key not in keys]
    if unused:
        raise ParameterError(
            f"--set {unused[0]}.… is of nobody who is asked: add --method {unused[0]}, or name another."
        )
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
    lines += [
        _claim(one)
        for claim in report["claims"]
        if claim["outcome"] is not None
        for one in (claim, *claim.get("otherwise", ()))
    ]
    return lines


def _claim(claim: Mapping[str, Any]) -> str:
    first, (factorisation, item2vec) = claim["effects"][0], claim["contestants"]
    missing = next((effect["missing"] for effect in claim["effects"] if effect.get("missing")), "")
    size = f"; {missing[:1].lower()}{missing[1:]}" if missing else ""
    if first["low"] is not None:
        size = f"; {first['what']} {first['value']:+.3f}, 95 % between {first['low']:+.3f} and {first['high']:+.3f}"
    return f"Claim on {claim['claim']}: {claim['outcome']} ({factorisation} and {item2vec}{size})"


def _row(by_part: Mapping[str, Mapping[str, Any]]) -> str:
    return "".join(f"{_percent(by_part[part]):>22}" for part in PARTS)


def _percent(of: Mapping[str, Any]) -> str:
    if of["value"] is None:
        return "-"
    around = "" if of["low"] is None else f" ({100 * of['low']:.2f}-{100 * of['high']:.2f})"
    return f"{100 * of['value']:.2f}{around}"
