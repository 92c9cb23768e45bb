"""The command that compares two runs, and its report."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest

import cli
from tests.cli.helpers import SMALL, Capture, answer, complaint
from tests.planted import two_islands
from tests.workspace.helpers import train_here, write_csv
from workspace import logs


def test_compare_reads_folders_only(run: str, islands: str, capsys: Capture) -> None:
    assert cli.main(["train", islands, "--method", "svd", *SMALL, "--out", "other"]) == 0
    capsys.readouterr()
    Path(islands).unlink()
    facts = answer(["compare", run, "other", "--k", "5", "--similarity-b", "dot"], capsys)
    assert (facts["k"], facts["logs"], facts["common_items"]) == (5, "same", 24)
    assert (facts["a"]["method"], facts["a"]["similarity"]) == ("als", "cosine")
    assert (facts["b"]["method"], facts["b"]["similarity"]) == ("svd", "dot")
    for name in ("jaccard", "overlap"):
        assert {"all", "head", "mid", "tail"} <= set(facts[name])
    for side in ("a", "b"):
        assert {
            "neighbour_popularity", "head_share", "same_category", "hubness_skewness", "anti_hubs", "coverage", "gini",
            "norm_popularity", "assortativity",
        } <= set(facts[side])  # fmt: skip
    assert {"rbo", "cka", "procrustes"} <= set(facts)


def test_compare_writes_a_report(run: str, islands: str, capsys: Capture) -> None:
    assert cli.main(["train", islands, "--method", "svd", *SMALL, "--out", "other"]) == 0
    capsys.readouterr()
    facts = answer(["compare", run, "other", "--k", "5", "--html", "report.html", "--item", "A03"], capsys)
    page = Path("report.html").read_text(encoding="utf-8")
    assert json.loads(page.partition('id="comparison">')[2].partition("</script>")[0]) == facts
    assert "Shown are 24 of the 24 items that have a place." in page
    assert "The star is Item A03" in page
    assert "Dot instead of cosine" in page
    assert "--html" in complaint(["compare", run, "other", "--html", "report.html"], capsys)
    assert Path("report.html").read_text(encoding="utf-8") == page
    assert cli.main(["compare", run, "other", "--html", "report.html", "--force", "--maps", "pca"]) == 0
    assert capsys.readouterr().out.endswith("report: report.html\n")
    assert "Each map shows the first principal components" in Path("report.html").read_text(encoding="utf-8")


def test_a_report_of_kept_runs_takes_their_kept_maps(islands: str, capsys: Capture) -> None:
    entry = logs.import_log(logs.keep_original(Path(islands), "islands.csv"), name="islands")
    one, other = train_here(entry, "als", name="one"), train_here(entry, "svd", name="other")
    assert cli.main(["compare", "one", "other", "--html", "report.html"]) == 0
    kept = sorted(run.path / "results" for run in (one, other))
    assert all(any(folder.glob("map-*.npz")) for folder in kept)
    assert not Path("run").exists()


def test_a_report_of_runs_of_two_logs(run: str, tmp_path: Path, capsys: Capture) -> None:
    more = str(write_csv(two_islands(seed=1, items_per_island=14), tmp_path / "more.csv"))
    assert cli.main(["train", more, "--method", "als", *SMALL, "--out", "more"]) == 0
    capsys.readouterr()
    facts = answer(["compare", run, "more", "--html", "report.html"], capsys)
    assert (facts["logs"], facts["common_items"]) == ("different", 24)
    page = Path("report.html").read_text(encoding="utf-8")
    assert "The two runs are of two logs." in page
    assert "Shown are 28 of the 28 items that have a place." in page


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--html", "run"], "is a folder"),
        (["--html", "both.json", "--json", "both.json"], "two names"),
        (["--html", "report.html", "--item", "Q99"], "item 'Q99'"),
        (["--html", "no/such/folder/report.html"], "cannot be written"),
        (["--item", "A03"], "--html"),
        (["--maps", "pca"], "--html"),
    ],
)
def test_a_report_that_cannot_be_written_is_refused(run: str, arguments: list[str], said: str, capsys: Capture) -> None:
    assert re.search(said, complaint(["compare", run, run, "--similarity-b", "dot", *arguments], capsys))


def test_a_run_beside_itself_is_the_same(run: str, capsys: Capture) -> None:
    facts = answer(["compare", run, run], capsys)
    assert (facts["jaccard"]["all"], facts["rbo"], facts["a"] == facts["b"]) == (1.0, pytest.approx(1.0), True)
    assert facts["procrustes"] == pytest.approx(0, abs=1e-6)


def test_runs_of_two_logs_are_matched_by_id(run: str, tmp_path: Path, capsys: Capture) -> None:
    half = pd.read_csv(tmp_path / "islands.csv")
    half[half["item"].str.startswith("A")].to_csv(tmp_path / "half.csv", index=False)
    assert cli.main(["train", "half.csv", "--method", "als", *SMALL, "--out", "half"]) == 0
    capsys.readouterr()
    facts = answer(["compare", run, "half"], capsys)
    assert (facts["logs"], facts["common_items"]) == ("different", 12)


def test_comparison_for_a_person_shows_the_numbers_of_the_json(run: str, capsys: Capture) -> None:
    facts = answer(["compare", run, run], capsys)
    assert cli.main(["compare", run, run]) == 0
    said = capsys.readouterr().out
    assert f"{facts['a']['head_share']:.3f}" in said
    assert "24 items in both" in said
