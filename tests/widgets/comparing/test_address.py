"""The address of the Compare page: taken when it comes from outside, never when it only comes late."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.planted import two_islands
from tests.workspace.helpers import train_here, write_csv
from workspace import logs
from workspace.runs import RunEntry

BEGINNING = 16


@pytest.fixture
def pair(tmp_path: Path) -> tuple[RunEntry, RunEntry]:
    path = write_csv(two_islands(), tmp_path / "islands.csv")
    log = logs.import_log(logs.keep_original(path, path.name), name="Two islands")
    return train_here(log, "svd", name="factors"), train_here(log, "item2vec", name="words")


def bar(log_digest: str) -> AppTest:
    def page(digest: str) -> None:
        import streamlit as st

        from widgets.comparing import address
        from widgets.pickers import run_pair
        from workspace.logs import find_log

        choice = run_pair(find_log(digest), address.take)
        item = st.text_input("Item", key="item")
        address.keep(choice, str(item))
        st.markdown(f"{choice.a.name} {choice.similarity_a}, {choice.b.name} {choice.similarity_b}, {choice.k}, {item}")

    return AppTest.from_function(page, kwargs={"digest": log_digest}, default_timeout=60)


def visit(app: AppTest, address: Mapping[str, str]) -> str:
    """Ask for the page as a browser at this address does."""
    for name in list(app.query_params):
        del app.query_params[name]
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return str(app.markdown[0].value)


def shown(app: AppTest) -> dict[str, str]:
    return {name: value if isinstance(value, str) else value[0] for name, value in app.query_params.items()}


def test_an_address_chooses_runs_similarities_k_and_item(pair: tuple[RunEntry, RunEntry]) -> None:
    a, b = (run.key[:BEGINNING] for run in pair)
    app = bar(pair[0].log_digest)
    address = {"a": b, "b": a, "sb": "dot", "k": "7", "item": "3"}
    assert visit(app, {**address, "log": "kept"}) == "words cosine, factors dot, 7, 3"
    assert shown(app) == {**address, "log": "kept"}


def test_the_similarity_of_either_side_is_taken_and_kept_and_one_that_there_is_not_is_cosine(
    pair: tuple[RunEntry, RunEntry],
) -> None:
    a, b = (run.key[:BEGINNING] for run in pair)
    app = bar(pair[0].log_digest)
    address = {"a": a, "b": b, "sa": "dot", "k": "100", "item": "3"}
    assert visit(app, address) == "factors dot, words cosine, 100, 3"
    assert shown(app) == address
    assert visit(app, {"a": b, "b": a, "sa": "euclid"}).startswith("words cosine, factors cosine, 100")
    assert not app.toast
    assert shown(app) == {"a": b, "b": a, "k": "100", "item": "3"}


def test_a_pair_of_which_one_run_is_not_kept_is_not_chosen(pair: tuple[RunEntry, RunEntry]) -> None:
    app = bar(pair[0].log_digest)
    address = {"a": pair[1].key[:BEGINNING], "b": "none"}
    assert visit(app, address).startswith("factors cosine, words cosine, 10")
    assert "is not kept here" in app.toast[0].value


@pytest.mark.parametrize(
    ("item", "said"), [("i1", []), ("*no*", ["The item \\*no\\* of this address is not in this log."])]
)
def test_an_item_that_the_log_does_not_have_is_named(item: str, said: list[str]) -> None:
    def page() -> None:
        from types import SimpleNamespace

        from widgets.comparing import address

        address.check_item(SimpleNamespace(code_of={"i1": 0}))  # type: ignore[arg-type]

    app = AppTest.from_function(page, default_timeout=60)
    app.query_params["item"] = item
    app.run()
    assert [toast.value for toast in app.toast] == said


def test_an_address_that_comes_late_does_not_undo_what_was_chosen_since(pair: tuple[RunEntry, RunEntry]) -> None:
    app = bar(pair[0].log_digest)
    visit(app, {"k": "5", "item": "3"})
    late = shown(app)
    app.number_input(key="k").set_value(9).run()
    app.text_input(key="item").set_value("4").run()
    app.button(key="swap").click().run()
    newest = shown(app)
    assert visit(app, late) == "words cosine, factors cosine, 9, 4"
    assert shown(app) == newest


def test_an_address_that_was_taken_is_not_taken_again_while_it_is_still_named(pair: tuple[RunEntry, RunEntry]) -> None:
    app = bar(pair[0].log_digest)
    link = {"k": "5", "item": "3"}
    visit(app, link)
    app.number_input(key="k").set_value(9).run()
    assert visit(app, link) == "factors cosine, words cosine, 9, 3"


def test_a_link_followed_in_between_is_taken(pair: tuple[RunEntry, RunEntry]) -> None:
    app = bar(pair[0].log_digest)
    visit(app, {"k": "5", "item": "3"})
    app.number_input(key="k").set_value(9).run()
    assert visit(app, {"k": "20", "item": "6"}) == "factors cosine, words cosine, 20, 6"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ({"k": "0"}, "k in this address is 0: it must be a number from 1 to 100."),
        ({"k": "101"}, "k in this address is 101: it must be a number from 1 to 100."),
        ({"k": "*b*"}, "k in this address is \\*b\\*: it must be a number from 1 to 100."),
        ({"k": "٣"}, "it must be a number from 1 to 100."),
        ({"a": "", "b": ""}, "A run that this address names is not kept here: others stand in its place."),
        ({"a": "none", "b": "none"}, "A run that this address names is not kept here: others stand in its place."),
    ],
)
def test_what_an_address_cannot_have_is_said(
    pair: tuple[RunEntry, RunEntry], address: dict[str, str], words: str
) -> None:
    app = bar(pair[0].log_digest)
    assert visit(app, address).startswith("factors cosine, words cosine, 10")
    assert words in app.toast[0].value
