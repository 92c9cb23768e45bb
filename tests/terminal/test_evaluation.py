"""Who is asked on the command line, when, and what a person reads of the answer."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from embedders import METHODS
from errors import ParameterError
from studies.provider import RunNeeded
from terminal.evaluation import contestants_from, evaluation_lines, seconds_from
from tests.figures.evaluation_reports import NAMES, PARTS, cell, claim, effect, report, told_apart


def test_a_contestant_has_its_name_all_settings_of_its_method_its_similarity_and_the_seed() -> None:
    settings = ["als.dimensions=8", "svd.dimensions=4", "als.alpha=2"]
    als, by_dot, svd = contestants_from(["als", "als:dot", "svd:cosine"], settings, 7)
    needed = RunNeeded("als", METHODS["als"].Params.checked({"dimensions": 8, "alpha": 2}), 7)
    assert (als.name, als.needed, als.similarity) == ("als", needed, "cosine")
    assert (by_dot.name, by_dot.needed, by_dot.similarity) == ("als:dot", needed, "dot")
    assert (svd.name, svd.similarity) == ("svd:cosine", "cosine")
    assert svd.needed == RunNeeded("svd", METHODS["svd"].Params.checked({"dimensions": 4}), 7)


@pytest.mark.parametrize("setting", ["als", "als=1.5", "dimensions=1.5"])
def test_a_setting_of_no_method_is_refused_as_that(setting: str) -> None:
    with pytest.raises(ParameterError, match="names no method"):
        contestants_from(["als"], [setting], 0)


def test_a_setting_of_nobody_who_is_asked_is_refused() -> None:
    for setting in ("magic.dimensions=8", "svd.dimensions=8"):
        with pytest.raises(ParameterError, match=r"is of nobody who is asked"):
            contestants_from(["als"], [setting], 0)


def test_a_time_is_utc_unless_it_says_another_zone() -> None:
    noon = int(datetime(2017, 12, 1, 12, tzinfo=UTC).timestamp())
    assert seconds_from("2017-12-01") == noon - 12 * 3600
    assert seconds_from("2017-12-01T12:00") == seconds_from("2017-12-01T14:00+02:00") == noon


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone of the machine cannot be changed there")
def test_a_time_is_utc_wherever_the_machine_is(monkeypatch: pytest.MonkeyPatch) -> None:
    here = seconds_from("2017-12-01T12:00")
    with monkeypatch.context() as moved:
        moved.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        there = seconds_from("2017-12-01T12:00")
    time.tzset()
    assert here == there


def numbers_in(line: str) -> list[float]:
    return [float(number) for number in re.findall(r"\d+\.\d+", line)]


def test_every_table_has_the_numbers_of_its_measure_in_percent_by_part() -> None:
    planted = told_apart(report())
    lines = evaluation_lines(planted)
    for title, group in (("HR@10", "hr"), ("NDCG@10", "ndcg"), ("MRR@10", "mrr"), ("Recall@10", "recall")):
        start = next(place for place, line in enumerate(lines) if line.startswith(title))
        if group != "recall":
            start += 1
            assert lines[start].split() == list(PARTS)
        for name, line in zip(NAMES, lines[start + 1 :], strict=False):
            assert line.startswith(f"  {name} ")
            facts = planted["methods"][name]
            parts = facts["user_to_item"]["recall"] if group == "recall" else facts[group]
            expected = [100 * parts[part][side] for part in PARTS for side in ("value", "low", "high")]
            assert numbers_in(line.removeprefix(f"  {name}")) == pytest.approx(expected, abs=0.0051)


def test_what_cannot_be_had_is_a_dash_and_a_value_alone_has_no_interval() -> None:
    planted = report()
    planted["methods"]["ALS 8d"]["hr"] |= {"head": cell(None), "mid": cell(0.25) | {"low": None, "high": None}}
    line = next(line for line in evaluation_lines(planted) if line.startswith("  ALS 8d"))
    assert line.removeprefix("  ALS 8d").split() == ["30.00", "(29.00-31.00)", "-", "25.00", "30.00", "(29.00-31.00)"]


def test_the_first_lines_say_how_the_log_was_cut_and_how_much_was_asked() -> None:
    first, second, *_ = evaluation_lines(report(cases=1234, users=56))
    assert "before 2023-11-14 22:13 UTC (90.0%)" in first
    assert "1,234 next-item pairs (every pair) among 120 items, and 56 users" in first
    assert "25% have one time" in second
    of_sessions = report(split={"by": "sessions", "share": 0.8, "at": None, "seed": 0, "interactions": [8, 2]})
    assert "80% of the sessions, drawn" in evaluation_lines(of_sessions)[0]
    for tied in (0.0, None):
        assert "one time" not in evaluation_lines(report(tied_pairs=tied))[1]


def claims_in(claims: Sequence[dict[str, Any]]) -> list[str]:
    return [line for line in evaluation_lines(report(claims=list(claims))) if line.startswith("Claim")]


def test_a_claim_is_told_by_its_first_effect_and_not_at_all_where_it_was_not_asked() -> None:
    asked = claim("middle", "holds", effect(0.1, 0.02), effect(0.2, 0.01, what="item2vec less chance"))
    assert claims_in([asked, claim("short window", None)]) == [
        "Claim on middle: holds (ALS 8d and item2vec 8d; item2vec less matrix factorisation +0.100, 95 % between "
        "+0.080 and +0.120)"
    ]


def test_a_claim_without_an_effect_to_tell_is_its_outcome_alone() -> None:
    asked = claim("middle", "cannot tell", {"what": "more", "least": None, "missing": "Too few", **cell(None)})
    assert claims_in([asked]) == ["Claim on middle: cannot tell (ALS 8d and item2vec 8d; too few)"]
