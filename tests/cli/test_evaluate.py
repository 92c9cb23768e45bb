"""The command that trains methods on the earlier part of a log and asks them about the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from embedders import METHODS
from tests.cli.helpers import Capture, answer
from tests.planted import two_islands
from tests.workspace.helpers import write_csv
from workspace import evaluations

SMALL = ["--set", "als.dimensions=8", "--set", "als.threads=1"]
PARTS = {"all", "head", "mid", "tail"}


def test_every_method_and_baseline_is_measured_by_bucket_with_intervals_and_counts(
    islands: str, capsys: Capture
) -> None:
    asked = ["evaluate", islands, "--method", "als", "--method", "als:dot", *SMALL, "--k", "5", "--split", "0.8"]
    report = answer(asked, capsys)
    assert (report["k"], report["items"]) == (5, 24)
    assert report["cases"] > 100
    assert report["tied_pairs"] == 0
    assert list(report["methods"]) == ["als", "als:dot", "popularity", "random", "cooccurrence"]
    for facts in report["methods"].values():
        for measure in ("hr", "ndcg", "mrr"):
            assert set(facts[measure]) == PARTS
            whole = facts[measure]["all"]
            assert whole["n"] == report["cases"] == sum(facts[measure][part]["n"] for part in PARTS - {"all"})
            assert 0 <= whole["low"] <= whole["value"] <= whole["high"] <= 1
        assert set(facts["user_to_item"]["recall"]) == PARTS
        assert facts["category_consistency"]["all"]["n"] == 24
    # Half of the items are of the other island: a model that knows the islands hits twice as often as chance.
    hits = {name: facts["hr"]["all"] for name, facts in report["methods"].items()}
    assert hits["als"]["low"] > hits["random"]["high"]
    assert hits["random"]["low"] <= 5 / 23 <= hits["random"]["high"]
    assert report["methods"]["als"]["category_consistency"]["all"]["value"] == 1


def test_the_same_question_is_not_worked_out_twice(
    islands: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ["evaluate", islands, "--method", "als", *SMALL, "--cases", "50"]
    first = answer(asked, capsys)
    assert first["cases"] == 50
    monkeypatch.setattr(evaluations, "evaluate", lambda *_: pytest.fail("asked again"))
    assert answer(asked, capsys) == first


def test_another_similarity_or_k_trains_nothing_again(
    islands: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    cosine = answer(["evaluate", islands, "--method", "als", *SMALL], capsys)
    monkeypatch.setattr(type(METHODS["als"]), "learn", lambda *_: pytest.fail("trained again"))
    both = answer(["evaluate", islands, "--method", "als", "--method", "als:dot", *SMALL, "--k", "3"], capsys)
    assert both["methods"]["als"]["hr"]["all"]["value"] < cosine["methods"]["als"]["hr"]["all"]["value"]
    assert both["methods"]["als:dot"]["hr"] != both["methods"]["als"]["hr"]


def test_a_log_without_times_is_cut_by_sessions_and_says_so(tmp_path: Path, capsys: Capture) -> None:
    path = write_csv(two_islands(), tmp_path / "timeless.csv")
    command = ["evaluate", str(path), "--time", "", "--method", "als", *SMALL]
    report = answer(command, capsys)
    assert (report["split"]["by"], report["split"]["at"]) == ("sessions", None)
    assert report["tied_pairs"] == 1
    import cli

    assert cli.main(command) == 0
    said = capsys.readouterr().out
    assert "90% of the sessions, drawn, since the log has no times" in said
    assert "order within all of these pairs is drawn, since the log has no times" in said
    assert "one time" not in said


def test_the_answer_for_a_person_has_the_claims(islands: str, capsys: Capture) -> None:
    import cli

    asked = ["--method", "als", "--method", "item2vec", "--set", "item2vec.threads=1", "--pairs", "one"]
    assert cli.main(["evaluate", islands, *asked, *SMALL]) == 0
    said = capsys.readouterr().out
    assert "Claim on popular items:" in said
    assert "Claim on middle:" in said
    assert "short window" not in said  # nobody asked an item2vec with one
