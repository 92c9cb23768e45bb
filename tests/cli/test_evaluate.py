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


def test_one_method_is_asked_in_several_ways_under_labels(islands: str, capsys: Capture) -> None:
    two = ["--method", "item2vec", "--method", "hour=item2vec", "--method", "short=item2vec:dot"]
    values = ["item2vec.threads=1", "hour.threads=1", "hour.time_window_minutes=60", "short.threads=1"]
    settings = [part for value in values for part in ("--set", value)]
    report = answer(["evaluate", islands, "--method", "als", *SMALL, *two, *settings], capsys)
    assert [one["name"] for one in report["contestants"]] == ["als", "item2vec", "hour", "short"]
    minutes = [one["params"]["time_window_minutes"] for one in report["contestants"][1:]]
    assert minutes == [None, 60.0, None]
    assert [one["similarity"] for one in report["contestants"]] == ["cosine", "cosine", "cosine", "dot"]
    tested = {claim["claim"]: claim["contestants"] for claim in report["claims"] if claim["outcome"] is not None}
    assert tested == {
        "popular items": ["als", "item2vec"], "middle": ["als", "item2vec"], "short window": ["als", "hour"],
    }  # fmt: skip


def test_several_seeds_are_trainings_of_their_own(islands: str, capsys: Capture) -> None:
    report = answer(["evaluate", islands, "--method", "svd", "--seed", "3", "--seeds", "2"], capsys)
    assert [(one["name"], one["seed"]) for one in report["contestants"]] == [("svd", 3), ("svd, seed 4", 4)]


def test_without_a_method_the_usual_ones_are_asked(islands: str, capsys: Capture) -> None:
    report = answer(["evaluate", islands, "--seed", "2"], capsys)
    assert [one["seed"] for one in report["contestants"]] == [2, 2, 2, 2]
    assert [claim["outcome"] is not None for claim in report["claims"]] == [True] * 3
    timeless = answer(["evaluate", islands, "--time", ""], capsys)
    assert len(timeless["contestants"]) == 3, "no time, no window in time"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--method", "magic"], "There is no method 'magic': choose one of "),
        (["--method", "als:euclid"], "--method 'als:euclid': after the colon stands cosine or dot."),
        (["--method", "als", "--method", "als"], "is given twice: give it once, or a label, as in other=als."),
        (["--method", "a=als", "--method", "a=svd"], "'a=svd' is given twice"),
        (["--method", "svd=als"], "give it a label that is no method's name"),
        (["--method", "=als"], "give it a label"),
        (["--method", "als", "--set", "alpha=1"], "--set 'alpha=1' names no method"),
        (["--method", "als", "--set", "svd.iterations=1"], "--set svd.… is of nobody who is asked"),
        (["--method", "als", "--set", "als.alpha=much"], "alpha"),
        (["--set", "als.alpha=1"], "is of nobody who is asked"),
        (["--method", "als", "--at", "someday"], "--at 'someday' is no time"),
        (["--method", "als", "--split", "1.5"], "split"),
    ],
)
def test_what_cannot_be_asked_is_said_in_one_sentence(
    options: list[str], said: str, islands: str, capsys: Capture
) -> None:
    import cli

    assert cli.main(["evaluate", islands, *options]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error
