"""The Methods page: a card for every method, the way on to train it, and the open log in mind."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from embedders import METHODS
from tests.planted import two_islands
from tests.workspace.helpers import train_here, write_csv
from widgets import guide
from widgets.forms import label
from workspace import logs

ROOT = Path(__file__).resolve().parents[2]
HERE = [title for title, entry in guide.entries().items() if entry.name is None or entry.name in METHODS]


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run().switch_page("pages/methods.py").run()


def shown(app: AppTest) -> str:
    return "\n".join(element.value for element in app.markdown)


def test_the_page_begins_with_the_question_and_all_methods(app: AppTest) -> None:
    assert not app.exception
    assert [title.value for title in app.title] == ["Methods"]
    assert guide.chapters()[guide.AGAINST] in shown(app)
    assert "##### Negative sampling" in shown(app)
    assert [cell.strip("*") for cell in app.table[0].value["Method"]] == HERE
    assert app.pills(key="method-read").options == HERE


@pytest.mark.parametrize("title", HERE)
def test_every_method_has_its_card_with_all_parts_and_parameters(app: AppTest, title: str) -> None:
    app.pills(key="method-read").set_value(title).run()
    assert not app.exception
    assert not app.error
    entry = guide.entries()[title]
    for heading, text in entry.parts.items():
        assert f"**{heading}**  \n{text}" in shown(app)
    if entry.name is not None:
        told = [cell.strip("*") for table in app.table[1:] for cell in table.value["Parameter"]]
        assert sorted(told) == sorted(label(name) for name in METHODS[entry.name].Params.model_fields)


def test_train_it_chooses_the_method_for_the_train_page(app: AppTest, tmp_path: Path) -> None:
    """That it also goes there, tests/browser sees: here a page runs without its frame first, and a click is lost."""
    app.session_state["_log_digest"] = keep(tmp_path).digest
    app.run()
    app.pills(key="method-read").set_value(METHODS["bpr"].title).run()
    app.button(key="go-bpr").click().run()
    app.switch_page("pages/train.py").run()
    assert not app.exception
    assert app.button(key="choose-bpr").label == "Chosen"


def test_a_card_says_how_many_runs_of_it_the_open_log_has(app: AppTest, tmp_path: Path) -> None:
    entry = keep(tmp_path)
    train_here(entry, "svd", name="factors")
    app.session_state["_log_digest"] = entry.digest
    app.run()
    assert "**islands** has times, sessions and categories; it has no ratings or weights." in shown(app)
    assert "On islands: 1 run of it so far." in [caption.value for caption in app.caption]
    app.pills(key="method-read").set_value(METHODS["als"].title).run()
    assert "On islands: no run of it yet." in [caption.value for caption in app.caption]


def keep(folder: Path) -> logs.LogEntry:
    path = write_csv(two_islands(), folder / "islands.csv")
    return logs.import_log(logs.keep_original(path, path.name), name="islands")
