from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import cli
from embedders import METHODS
from tests.dummies import Sided
from tests.planted import two_islands
from tests.publisher import Publisher, movielens_1m, published
from tests.workspace.helpers import train_here, write_csv
from workspace import logs, runs
from workspace.home import PROJECT_ROOT
from workspace.known_sets import KNOWN_SETS

Capture = pytest.CaptureFixture[str]
SMALL = ["--set", "dimensions=8", "--set", "threads=1"]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace and a current folder of its own for each test."""
    monkeypatch.setenv("ITEMSCAPE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


@pytest.fixture
def islands(tmp_path: Path) -> str:
    return str(write_csv(two_islands(), tmp_path / "islands.csv"))


@pytest.fixture
def run(islands: str, capsys: Capture) -> str:
    assert cli.main(["train", islands, "--method", "als", *SMALL, "--out", "run"]) == 0
    capsys.readouterr()
    return "run"


def answer(arguments: list[str], capsys: Capture) -> Any:
    """What a command writes with --json -, which must be all there is on standard output."""
    assert cli.main([*arguments, "--json", "-"]) == 0
    return json.loads(capsys.readouterr().out)


def complaint(arguments: list[str], capsys: Capture) -> str:
    """The one line that a person reads about a mistake of theirs."""
    assert cli.main(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    return line


def test_methods_lists_every_method_with_every_parameter(capsys: Capture) -> None:
    listed = answer(["methods"], capsys)
    assert [method["name"] for method in listed] == list(METHODS)
    als = next(method for method in listed if method["name"] == "als")
    assert set(als) == {"name", "title", "family", "sees", "params"}
    for method in listed:
        assert list(method["params"]) == list(METHODS[method["name"]].Params.model_fields)
        for facts in method["params"].values():
            assert {"type", "default", "low", "high", "help"} <= set(facts)
            assert facts["help"].endswith(".")
    assert als["params"]["dimensions"] | {"help": ""} == {
        "type": "int", "default": 64, "low": 2, "high": 1024, "help": "", "optional": False,
    }  # fmt: skip
    choices = next(facts for facts in als["params"].values() if facts["type"] == "choice")
    assert choices["default"] in choices["choices"]


def test_known_lists_every_well_known_set_with_its_terms(capsys: Capture) -> None:
    listed = answer(["known"], capsys)
    assert [known["name"] for known in listed] == list(KNOWN_SETS)
    first = listed[0]
    assert (first["title"], first["rows"], first["users"], first["items"]) == ("MovieLens 100K", 100_000, 943, 1_682)
    assert set(first) == {
        "name", "title", "about", "rows", "users", "items", "bytes", "url", "sha256", "page", "terms", "terms_page",
    }  # fmt: skip
    assert cli.main(["known"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "movielens-100k: MovieLens 100K, 100,000 rows, 4.9 MB to download"
    assert lines[2].endswith(first["terms_page"])


def test_known_fetches_a_set_and_keeps_it_as_a_log(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    published(publisher, monkeypatch, "movielens-1m", movielens_1m())
    facts = answer(["known", "movielens-1m"], capsys)
    assert (facts["set"], facts["name"], facts["interactions"]) == ("movielens-1m", "MovieLens 1M", 3)
    assert answer(["describe", facts["name"]], capsys)["columns"]["category"] == "genres"
    assert answer(["describe", facts["digest"]], capsys)["items"] == 2
    assert cli.main(["known", "movielens-1m"]) == 0
    assert capsys.readouterr().out == f"MovieLens 1M: 3 interactions, kept as LOG {facts['digest'][:16]}\n"
    assert publisher.asked == ["/ml-1m.zip"]


def test_a_set_that_cannot_be_had_is_one_line(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    published(publisher, monkeypatch, "movielens-1m", movielens_1m())
    publisher.files["/ml-1m.zip"] = b"something else"
    assert "SHA-256 is another" in complaint(["known", "movielens-1m"], capsys)
    publisher.files.clear()
    assert "404 Not Found" in complaint(["known", "movielens-1m"], capsys)
    assert "movielens-100k" in complaint(["known", "netflix"], capsys)
    assert "say which" in complaint(["known", "--file", "x.zip"], capsys)
    Path("x.zip").write_bytes(movielens_1m())
    assert answer(["known", "movielens-1m", "--file", "x.zip"], capsys)["interactions"] == 3


def test_listing_methods_imports_nothing_heavy() -> None:
    code = "import sys, cli; cli.main(['methods', '--json', '-']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT_ROOT, capture_output=True, text=True, check=True)
    heavy = {"gensim", "implicit", "umap", "faiss", "numba", "pyarrow.dataset", "streamlit", "plotly"}
    assert heavy.isdisjoint(done.stderr.split())


def test_describe_counts_add_up(tmp_path: Path, capsys: Capture) -> None:
    lines = ["user,item,weight,time", "u,a,1,2020-01-01", "u,b,1,2020-01-02", ",a,1,2020-01-01", "v,,1,2020-01-01"]
    lines += ["v,a,0,2020-01-01", "v,b,nan,2020-01-01", "v,a,1,never", "v,a,2,2020-01-03T10:00:00Z", "v,a"]
    (tmp_path / "messy.csv").write_text("\n".join(lines) + "\n\n")
    facts = answer(["describe", "messy.csv"], capsys)
    assert set(facts) == {
        "rows", "interactions", "users", "items", "sessions", "columns", "dropped", "first", "last",
    }  # fmt: skip
    assert (facts["rows"], facts["interactions"], facts["users"], facts["items"]) == (9, 3, 2, 2)
    assert facts["rows"] == facts["interactions"] + sum(facts["dropped"].values())
    assert facts["dropped"] == {
        "malformed_row": 1, "missing_user": 1, "missing_item": 1, "unreadable_time": 1, "non_finite_weight": 1,
        "non_positive_weight": 1,
    }  # fmt: skip
    assert facts["sessions"] is None
    assert (facts["first"], facts["last"]) == ("2020-01-01T00:00:00Z", "2020-01-03T10:00:00Z")


def test_describe_without_times_has_null_for_them(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "plain.csv").write_text("user,item\nu,a\nv,b\n")
    facts = answer(["describe", "plain.csv"], capsys)
    assert (facts["first"], facts["last"], facts["sessions"]) == (None, None, None)


def test_baskets_without_users_are_counted_as_both(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "baskets.csv").write_text("session,item\n1,a\n1,b\n2,b\n")
    facts = answer(["describe", "baskets.csv"], capsys)
    assert (facts["users"], facts["sessions"]) == (2, 2)


def test_columns_can_be_named_and_the_rest_is_guessed(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "odd.csv").write_text("who;item;product\nx;a;0001\ny;b;0002\n")
    facts = answer(["describe", "odd.csv", "--user", "who", "--item", "product", "--separator", ";"], capsys)
    assert facts["columns"] == {"user": "who", "item": "product"}
    (tmp_path / "timed.csv").write_text("user\titem\ttime\nx\ta\t2020-01-01\ny\tb\t2020-01-02\n")
    facts = answer(["describe", "timed.csv", "--time", "", "--separator", "\\t"], capsys)
    assert facts["columns"] == {"user": "user", "item": "item"}


def test_floors_and_item_table(tmp_path: Path, islands: str, capsys: Capture) -> None:
    whole = answer(["describe", islands], capsys)
    strict = answer(["describe", islands, "--min-users-per-item", "65"], capsys)
    assert strict["items"] < whole["items"]
    assert strict["dropped"]["item_with_too_few_users"] == whole["interactions"] - strict["interactions"]
    (tmp_path / "plain.csv").write_text("user,item\nu,a\nv,b\n")
    (tmp_path / "items.csv").write_text("item,title\na,Apple\n")
    facts = answer(["describe", "plain.csv", "--items-file", "items.csv"], capsys)
    assert facts["columns"]["title"] == "title"


def test_layouts_encodings_and_tables_are_told(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "retail.dat").write_text("1 2 3\n2 3\n", encoding="utf-8")
    facts = answer(["describe", "retail.dat", "--layout", "baskets"], capsys)
    assert (facts["interactions"], facts["sessions"], facts["items"]) == (5, 2, 3)
    assert "layout" in complaint(["describe", "retail.dat"], capsys)
    assert "layout" in complaint(["describe", "retail.dat", "--layout", "circles"], capsys)
    (tmp_path / "raw.txt").write_bytes("u1~苹果\nu2~香蕉\n# end\n".encode("gb18030"))
    raw = ["describe", "raw.txt", "--separator", "~", "--encoding", "gb18030", "--no-header", "--comment", "#"]
    assert answer(raw, capsys)["columns"] == {"user": "column 1", "item": "column 2"}
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("log.csv", "user,item\nu1,a\nu2,b\n")
        archive.writestr("notes.csv", "nothing")
    assert answer(["describe", "two.zip", "--table", "log.csv"], capsys)["rows"] == 2
    assert "log.csv, notes.csv" in complaint(["describe", "two.zip"], capsys)


def test_rules_come_from_a_file_and_floors_from_the_line(tmp_path: Path, capsys: Capture) -> None:
    events = "".join(f"u{n},i{n % 3},{'buy' if n % 2 else 'view'}\n" for n in range(12))
    text = f"user,item,event\n{events}u0,x,buy\n"
    (tmp_path / "log.csv").write_text(text, encoding="utf-8")
    (tmp_path / "rules.json").write_text('{"event_weights": {"buy": 2}, "min_users_per_item": 99}', encoding="utf-8")
    facts = answer(["describe", "log.csv", "--rules", "rules.json", "--min-users-per-item", "2"], capsys)
    assert facts["dropped"] == {"event_not_counted": 6, "item_with_too_few_users": 1}
    assert (facts["rows"], facts["interactions"]) == (13, 6)
    for content, words in (("{", "is no JSON"), ("[]", "holds no rules"), ('{"floor": 1}', "floor")):
        (tmp_path / "rules.json").write_text(content, encoding="utf-8")
        assert words in complaint(["describe", "log.csv", "--rules", "rules.json"], capsys)
    assert "cannot be opened" in complaint(["describe", "log.csv", "--rules", "nowhere.json"], capsys)


def test_a_kept_log_by_name_or_digest(islands: str, capsys: Capture) -> None:
    path = Path(islands)
    entry = logs.import_log(logs.keep_original(path, path.name), name="My islands")
    from_file = answer(["describe", islands], capsys)
    for name in ("My islands", entry.digest[:8]):
        assert answer(["describe", name], capsys) == from_file
    assert "its own columns and rules" in complaint(["describe", "My islands", "--user", "user"], capsys)


def test_a_damaged_kept_log_is_told(islands: str, capsys: Capture) -> None:
    entry = logs.import_log(logs.keep_original(Path(islands), "islands.csv"), name="Islands")
    (entry.path / "entry.json").write_text('{"digest": "')
    said = complaint(["describe", entry.digest[:8]], capsys)
    assert str(entry.path) in said
    assert "is damaged: open its file again, or delete the folder" in said


def test_a_full_disk_is_told(islands: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    def full(*given: Any, **more: Any) -> None:
        raise OSError("300000 requested and 194528 written")

    monkeypatch.setattr("workspace.tasks.known_task", full)
    assert complaint(["known", "movielens-1m"], capsys).endswith("The disk is full: make room and try again.")
    monkeypatch.setattr("workspace.runs.write_run", full)
    assert cli.main(["train", islands, "--method", "als", *SMALL, "--out", "run"]) == 2
    said = capsys.readouterr().err.splitlines()
    assert said[-1] == "run cannot be written (the disk is full): choose another --out."


def test_train_writes_a_run_that_the_workspace_takes_in(run: str, islands: str, capsys: Capture) -> None:
    opened = runs.open_run(Path(run))
    assert (opened.entry.method, opened.entry.dimensions, opened.entry.seed, opened.entry.name) == ("als", 8, 0, "run")
    assert opened.items["title"].tolist() == [f"Item {item}" for item in opened.items["id"]]
    copied = runs.copy_run_in(Path(run))
    assert runs.list_runs() == [copied]
    entry = logs.import_log(logs.keep_original(Path(islands), "islands.csv"), name="Islands")
    assert train_here(entry) == copied  # the app would train the very same run, and need not


def test_train_answers_with_the_run(islands: str, capsys: Capture) -> None:
    facts = answer(["train", islands, "--method", "svd", *SMALL, "--seed", "3", "--out", "a/b/run"], capsys)
    assert (facts["method"], facts["seed"], facts["n_items"], facts["log_name"]) == ("svd", 3, 24, "islands")
    assert runs.find_run("a/b/run").key == facts["key"]


@pytest.fixture
def brands(islands: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How to train the method with columns on the islands, whose items have a brand."""
    monkeypatch.setitem(METHODS, "sided", Sided())
    items = two_islands().item_ids.tolist()
    table = pd.DataFrame({"item": items, "brand": [item[-1] for item in items], "size, in cm": range(len(items))})
    table.to_csv(tmp_path / "items.csv", index=False)
    return ["train", islands, "--items-file", "items.csv", "--method", "sided"]


def test_columns_are_named_on_the_command_line(brands: list[str], capsys: Capture) -> None:
    listed = next(method for method in answer(["methods"], capsys) if method["name"] == "sided")
    declared = listed["params"]["item_columns"]
    assert {name: declared[name] for name in ("type", "default", "low", "high")} == {
        "type": "item columns", "default": [], "low": None, "high": None,
    }  # fmt: skip
    assert listed["params"]["user_columns"]["type"] == "user columns"
    assert cli.main(["methods"]) == 0
    assert "item_columns = none" in capsys.readouterr().out
    for value, names in (("brand,category", ["brand", "category"]), ('["size, in cm"]', ["size, in cm"]), ("", [])):
        facts = answer([*brands, "--set", f"item_columns={value}", "--out", "run", "--force"], capsys)
        assert facts["params"]["item_columns"] == names
    assert runs.find_run("run").params["item_columns"] == []


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("item_columns=brand,colour", "'colour' in the table of items: it has title, category, brand, size, in cm."),
        ("user_columns=age", "this log has no columns for users."),
        ("item_columns=[brand", 'is not a list of column names such as "brand,department".'),
    ],
)
def test_a_column_that_is_not_there_is_one_line(brands: list[str], setting: str, said: str, capsys: Capture) -> None:
    assert complaint([*brands, "--set", setting, "--out", "run"], capsys).endswith(said)
    assert not Path("run").exists()


def test_train_says_what_it_is_expected_to_take(islands: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    train = ["train", islands, "--method", "als", *SMALL, "--out", "run", "--force"]
    assert cli.main(train) == 0
    said = capsys.readouterr()
    assert said.err.splitlines() == ["Under 5 s and under 0.1 GB."]
    assert "Under 5 s" not in said.out
    facts = answer(train, capsys)
    assert set(facts["estimate"]) == {"seconds", "memory"}
    assert 0 < facts["estimate"]["seconds"] < 5
    assert 0 < facts["estimate"]["memory"] < 0.1e9
    monkeypatch.setattr("workspace.estimates.free_memory", lambda: 1e6)
    monkeypatch.setattr("terminal.progress.HOLD_BACK", 0.0)
    assert cli.main(train) == 0
    assert "are free on this machine" in capsys.readouterr().err


@pytest.mark.parametrize(
    "method", [["biased_mf"], ["fm", "--set", "loss=squared"], ["svd", "--set", "weights=centred"]]
)
def test_a_log_that_the_method_refuses_is_one_line_as_well(
    islands: str, method: list[str], capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("terminal.progress.HOLD_BACK", 600.0)
    assert "all weights" in complaint(["train", islands, "--out", "run", "--method", *method], capsys)


def test_what_is_there_is_not_replaced_unless_forced(run: str, islands: str, tmp_path: Path, capsys: Capture) -> None:
    train = ["train", islands, "--method", "svd", *SMALL, "--out"]
    assert "--force" in complaint([*train, run], capsys)
    assert runs.find_run(run).method == "als"
    assert cli.main([*train, run, "--force"]) == 0
    assert runs.find_run(run).method == "svd"
    capsys.readouterr()
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter1.txt").write_text("years of work")
    assert "not a run folder" in complaint([*train, "thesis", "--force"], capsys)
    assert (tmp_path / "thesis" / "chapter1.txt").read_text() == "years of work"

    (tmp_path / "v.csv").write_text("mine")
    export = ["export", run, "--format", "csv", "--out", "v.csv"]
    assert "--force" in complaint(export, capsys)
    assert (tmp_path / "v.csv").read_text() == "mine"
    assert cli.main([*export, "--force"]) == 0


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


@pytest.mark.parametrize("format", ["csv", "parquet", "word2vec"])
def test_vectors_that_left_come_in_again(run: str, islands: str, format: str, capsys: Capture) -> None:
    assert cli.main(["export", run, "--format", format, "--out", "vectors"]) == 0
    capsys.readouterr()
    facts = answer(["import", "vectors", islands, "--out", "again"], capsys)
    assert (facts["method"], facts["name"], facts["n_items"], facts["n_missing"]) == ("imported", "again", 24, 0)
    assert (facts["vectors"], facts["matched"], facts["left_out"], facts["missing"]) == (24, 24, 0, 0)
    compared = answer(["compare", run, "again"], capsys)
    assert (compared["overlap"]["all"], compared["b"]["method"]) == (1.0, "imported")
    assert runs.copy_run_in(Path("again")).key == facts["key"]


def test_an_array_comes_in_with_its_ids(run: str, islands: str, capsys: Capture) -> None:
    embedding = runs.open_run(Path(run)).embedding
    np.save("v.npy", embedding.item_vectors[:20])
    pd.DataFrame({"row": range(20), "key": embedding.item_ids[:20]}).to_csv("ids.csv", index=False)
    arguments = ["import", "v.npy", islands, "--ids", "ids.csv", "--id-column", "key", "--out", "again"]
    assert cli.main(arguments) == 0
    said = capsys.readouterr().out
    assert "Imported vectors, 8 dimensions, 20 of 24 items" in said
    assert "Items of this log that the file has no vector for: 4, such as 'B08', 'B09', 'B10'." in said
    assert "--force" in complaint(arguments, capsys)
    assert answer([*arguments, "--force"], capsys)["missing"] == 4


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


def test_ids_survive_from_the_file_to_the_export(tmp_path: Path, capsys: Capture) -> None:
    rows = [f"{user},{item:05d}" for user in range(30) for item in range(user % 3, 12, 2)]
    (tmp_path / "zeros.csv").write_text("\n".join(["user,item", *rows]) + "\n")
    assert cli.main(["train", "zeros.csv", "--method", "svd", "--set", "dimensions=4", "--out", "run"]) == 0
    assert cli.main(["export", "run", "--format", "csv", "--out", "v.csv"]) == 0
    table = pd.read_csv("v.csv", dtype={"item_id": str})
    assert table["item_id"].tolist() == [f"{item:05d}" for item in range(12)]
    vectors = table.filter(regex=r"^v\d+$").to_numpy(np.float32)
    assert vectors.tobytes() == runs.open_run(Path("run")).embedding.item_vectors.tobytes()


@pytest.mark.parametrize("format", ["csv", "parquet", "word2vec", "neighbours", "coordinates", "settings"])
def test_every_format_can_be_written(run: str, format: str, capsys: Capture) -> None:
    facts = answer(["export", run, "--format", format, "--out", "out"], capsys)
    assert facts["bytes"] == Path("out").stat().st_size > 100
    assert facts["left_out"] == 0


def test_neighbours_stay_on_their_island(run: str, capsys: Capture) -> None:
    assert cli.main(["export", run, "--format", "neighbours", "--k", "1", "--out", "near.csv"]) == 0
    table = pd.read_csv("near.csv")
    assert len(table) == 24
    assert (table["item_id"].str[0] == table["neighbour_id"].str[0]).all()


def test_json_into_a_file_leaves_the_words_on_standard_output(islands: str, capsys: Capture) -> None:
    assert cli.main(["describe", islands, "--json", "facts.json"]) == 0
    assert "24" in capsys.readouterr().out
    assert json.loads(Path("facts.json").read_text())["items"] == 24


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "methods, known, describe, train, import, compare, export"),
        (["tarin"], "tarin"),
        (["methods", "--bad"], "--bad"),
        (["describe"], "LOG"),
        (["describe", "nowhere.csv"], "nowhere.csv"),
        (["describe", "islands.csv", "--min-users-per-item", "0"], "--min-users-per-item"),
        (["describe", "islands.csv", "--user", "nobody"], "nobody"),
        (["describe", "islands.csv", "--layout", "spiral"], "layout"),
        (["describe", "islands.csv", "--encoding", "klingon"], "klingon"),
        (["describe", "islands.csv", "--encoding", "utf-16"], "not written in utf-16"),
        (["describe", "islands.csv", "--separator", "---"], "cannot be a separator"),
        (["describe", "islands.csv", "--separator", "#"], "islands.csv"),
        (["describe", "islands.csv", "--comment", "##"], "cannot begin a comment"),
        (["describe", "islands.csv", "--time", "user_id"], "user_id"),
        (["describe", "islands.csv", "--item", ""], "item"),
        (["describe", "islands.csv", "--user", "user", "--item", "user"], "cannot be both"),
        (["describe", "islands.csv", "--items-file", "nowhere.csv"], "nowhere.csv"),
        (["describe", "islands.csv", "--users-file", "."], "folder"),
        (["describe", "islands.csv", "--items-file", "islands.csv", "--items-match", "loosely"], "as numbers"),
        (["describe", "islands.csv", "--rules", "nowhere.json"], "nowhere.json"),
        (["describe", "islands.csv", "--rules", "/dev/zero"], "/dev/zero"),
        (["describe", "islands.csv", "--rules", "islands.csv"], "no JSON"),
        (["describe", "/dev/zero"], "/dev/zero"),
        (["describe", "islands.csv", "--min-users-per-item", "many"], "integer"),
        (["describe", "islands.csv", "--min-users-per-item", "100000"], "islands.csv"),
        (["describe", "empty.csv"], "empty.csv"),
        (["describe", "binary.csv"], "binary.csv"),
        (["describe", "."], "."),
        (["train", "islands.csv", "--method", "magic", "--out", "x"], "als"),
        (["train", "islands.csv", "--method", "als"], "--out"),
        (["train", "islands.csv", "--method", "als", "--set", "dimensions", "--out", "x"], "NAME=VALUE"),
        (["train", "islands.csv", "--method", "als", "--set", "dimensions=1", "--out", "x"], "dimensions"),
        (["train", "islands.csv", "--method", "als", "--set", "dimensions=many", "--out", "x"], "many"),
        (["train", "islands.csv", "--method", "als", "--set", "alpha=nan", "--out", "x"], "alpha"),
        (["train", "islands.csv", "--method", "als", "--set", "beta=1", "--out", "x"], "beta"),
        (["train", "islands.csv", "--method", "als", "--set", "alpha=1", "--set", "alpha=2", "--out", "x"], "twice"),
        (["train", "islands.csv", "--method", "als", "--seed", "-1", "--out", "x"], "--seed"),
        (["train", "islands.csv", "--method", "als", "--out", "islands.csv/x"], "islands.csv"),
        (["import", "islands.csv"], "LOG"),
        (["import", "nowhere.bin", "islands.csv", "--out", "x"], "nowhere.bin"),
        (["import", "islands.csv", "islands.csv", "--out", "x"], "islands.csv"),
        (["import", "islands.csv", "islands.csv", "--id-column", "sku", "--out", "x"], "'sku'"),
        (["import", "islands.csv", "islands.csv", "--ids", "empty.csv", "--out", "x"], "empty.csv"),
        (["compare", "nothing", "nothing"], "nothing"),
        (["compare", "nothing", "nothing", "--similarity-a", "euclid"], "euclid"),
        (["export", "nothing", "--format", "csv", "--out", "x"], "nothing"),
        (["export", "nothing", "--format", "excel", "--out", "x"], "excel"),
        (["export", "nothing", "--format", "csv", "--out", "."], "folder"),
    ],
)
def test_a_mistake_is_one_line_that_names_it(
    islands: str, tmp_path: Path, arguments: list[str], said: str, capsys: Capture
) -> None:
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "binary.csv").write_bytes(bytes(range(256)) * 20)
    assert said in complaint(arguments, capsys)
    assert not (tmp_path / "x").exists()


def test_word2vec_with_a_space_in_an_id(tmp_path: Path, capsys: Capture) -> None:
    rows = [f"{user},{item} {user % 2}" for user in range(30) for item in ("tea", "milk", "bread", "salt")]
    (tmp_path / "spaces.csv").write_text("\n".join(["user,item", *rows]) + "\n")
    assert cli.main(["train", "spaces.csv", "--method", "svd", "--set", "dimensions=2", "--out", "run"]) == 0
    capsys.readouterr()
    assert "'bread 0'" in complaint(["export", "run", "--format", "word2vec", "--out", "v.txt"], capsys)
    assert not Path("v.txt").exists()


def test_a_process_of_its_own_gives_the_exit_code_and_no_traceback(islands: str, home: Path) -> None:
    command = [sys.executable, str(PROJECT_ROOT / "cli.py"), "train", islands, "--method", "als", "--out", "run"]
    environment = os.environ | {"ITEMSCAPE_HOME": str(home)}
    good = subprocess.run([*command, *SMALL, "--json", "-"], env=environment, capture_output=True, text=True)
    assert good.returncode == 0
    assert json.loads(good.stdout)["n_items"] == 24
    again = subprocess.run([*command, *SMALL], env=environment, capture_output=True, text=True)
    assert (again.returncode, again.stdout, len(again.stderr.splitlines())) == (2, "", 1)


@pytest.mark.skipif(os.name == "nt", reason="pipes break otherwise there")
def test_a_reader_that_has_read_enough_is_no_traceback() -> None:
    command = [sys.executable, str(PROJECT_ROOT / "cli.py"), "methods", "--json", "-"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""


def test_a_defect_of_the_program_is_not_hidden(monkeypatch: pytest.MonkeyPatch, islands: str) -> None:
    monkeypatch.setattr("workspace.log_source.read_log", lambda *given, **named: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        cli.main(["describe", islands])


def test_an_answer_never_replaces_a_log_or_the_export_it_speaks_of(
    islands: str, tmp_path: Path, capsys: Capture
) -> None:
    before = Path(islands).read_bytes()
    assert "no .json file" in complaint(["describe", islands, "--json", islands], capsys)
    assert Path(islands).read_bytes() == before
    both = str(tmp_path / "both.json")
    assert "two names" in complaint(["train", islands, "--method", "als", "--out", both, "--json", both], capsys)


def test_a_run_folder_that_cannot_be_written_is_refused_before_training(
    islands: str, tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "file").write_text("")
    message = complaint(["train", islands, "--method", "als", "--out", str(tmp_path / "file" / "run")], capsys)
    assert "cannot be written" in message


def test_a_description_gives_reasons_with_examples_and_notes(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "receipts.csv"
    path.write_text("receipt,item,time\n1,a,2020-01-01\n2,b,soon\n2,a,2020-01-01\n3,b,2020-01-01\n")
    assert cli.main(["describe", str(path)]) == 0
    said = capsys.readouterr().out
    assert "baskets: 3, which stand for users" in said
    assert "left out, unreadable time: 1 (such as line 3: 'soon')" in said
    assert "note: All rows have the same time" in said
