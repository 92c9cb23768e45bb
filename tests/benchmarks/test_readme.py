"""The README's numbers: written, read back, held against others, and true."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks import grocery, readme


def side(method: str, similarity: str, **measures: float) -> dict[str, Any]:
    usual = {
        "neighbour_popularity": 0.534,
        "head_share": 0.223,
        "same_category": 0.247,
        "hubness_skewness": 2.39,
        "coverage": 0.978,
        "head_share_of_catalogue": 0.185,
    }
    return {"method": method, "similarity": similarity, **usual, **measures}


def reports(**measures: float) -> list[dict[str, Any]]:
    """As `cli.py compare` has them; `measures` change item2vec."""
    shared = {"common_items": 10_425, "expected_overlap": 0.00096}
    als, dot = side("als", "cosine"), side("als", "dot", neighbour_popularity=0.973, coverage=0.136)
    return [
        {
            **shared,
            "jaccard": {"all": 0.1012},
            "overlap": {"all": 0.154},
            "a": als,
            "b": side("item2vec", "cosine", **measures),
        },
        {**shared, "jaccard": {"all": 0.0573}, "overlap": {"all": 0.092}, "a": dot, "b": als},
    ]


def test_the_block_says_what_was_measured() -> None:
    found = readme.numbers(readme.block(reports(hubness_skewness=6.77)))
    assert found["ALS, dot", "neighbour popularity"] == 0.97
    assert found["ALS, cosine", "neighbour popularity"] == 0.53
    assert found["item2vec, cosine", "hubness skewness"] == 6.8
    assert found["ALS, dot", "coverage"] == 0.14
    assert found["ALS, cosine and item2vec, cosine", "Jaccard"] == 0.101
    assert found["ALS, dot and ALS, cosine", "overlap by chance"] == 0.001
    assert len(found) == 3 * 5 + 2 * 3


def test_the_block_names_the_commands_that_it_was_made_with() -> None:
    block = readme.block(reports())
    assert ".venv/bin/python cli.py train grocery --method als --min-users-per-item 20 --out runs/als" in block
    assert ".venv/bin/python cli.py compare runs/als runs/als --k 10 --similarity-a dot" in block


def test_the_same_numbers_differ_in_nothing() -> None:
    measured = readme.numbers(readme.block(reports()))
    assert readme.differences(measured, measured) == []


def test_what_another_training_changes_is_no_difference() -> None:
    written, measured = (
        readme.numbers(readme.block(reports(neighbour_popularity=value, hubness_skewness=skewness)))
        for value, skewness in ((0.433, 6.77), (0.451, 7.9))
    )
    assert readme.differences(written, measured) == []


@pytest.mark.parametrize(
    ("column", "measures"),
    [
        ("neighbour popularity", {"neighbour_popularity": 0.6}),
        ("head share", {"head_share": 0.3}),
        ("same category", {"same_category": 0.2}),
        ("hubness skewness", {"hubness_skewness": 4.0}),
        ("coverage", {"coverage": 0.9}),
        ("coverage", {"coverage": float("nan")}),
    ],
)
def test_a_planted_difference_is_named(column: str, measures: dict[str, float]) -> None:
    written, measured = readme.numbers(readme.block(reports())), readme.numbers(readme.block(reports(**measures)))
    (found,) = readme.differences(written, measured)
    assert found.startswith(f"item2vec, cosine, {column}: the README says ")


def test_a_number_that_is_missing_or_not_measured_is_named() -> None:
    whole = readme.numbers(readme.block(reports()))
    place = ("ALS, dot", "coverage")
    part = {at: value for at, value in whole.items() if at != place}
    assert [text.split(":")[0] for text in readme.differences(part, whole)] == ["ALS, dot, coverage"]
    assert [text.split(":")[0] for text in readme.differences(whole, part)] == ["ALS, dot, coverage"]


def test_a_word_where_a_number_should_be_is_refused() -> None:
    with pytest.raises(ValueError, match="much"):
        readme.numbers("| run | coverage |\n| --- | ---: |\n| ALS | much |")


def test_only_what_stands_between_the_markers_is_replaced() -> None:
    text = f"before\n{readme.BEGIN}\nold\n{readme.END}\nafter\n"
    replaced = readme.with_block(text, "new")
    assert replaced == f"before\n{readme.BEGIN}\nnew\n{readme.END}\nafter\n"
    assert readme.written_block(replaced) == "new"


@pytest.mark.parametrize("text", ["", readme.BEGIN, f"{readme.END}\n{readme.BEGIN}", 2 * (readme.BEGIN + readme.END)])
def test_a_readme_without_its_markers_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="needs one line"):
        readme.written_block(text)


def test_the_check_fails_with_the_number_that_does_not_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file, measured = tmp_path / "README.md", reports()
    file.write_text(f"{readme.BEGIN}\n{readme.block(measured)}\n{readme.END}\n", encoding="utf-8")
    monkeypatch.setattr(readme, "README", file)
    monkeypatch.setattr(grocery, "train", lambda folder: None)
    monkeypatch.setattr(grocery, "compare", lambda folder: measured)
    assert readme.main(["--check"]) == 0
    measured[0]["b"]["coverage"] = 0.5
    assert readme.main(["--check"]) == 1
    assert "item2vec, cosine, coverage: the README says 0.98, measured 0.5" in capsys.readouterr().out


@pytest.mark.slow
def test_the_numbers_in_the_readme_hold() -> None:
    assert readme.check() == []
