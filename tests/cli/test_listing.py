"""The commands that list what there is: methods and well-known sets."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import cli
from embedders import METHODS
from tests.cli.helpers import Capture, answer, complaint
from tests.publisher import Publisher, movielens_1m, published
from workspace.home import PROJECT_ROOT
from workspace.known_sets import KNOWN_SETS


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
