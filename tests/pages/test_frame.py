"""Every page stands inside the frame, also at its own address and when it runs again."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.planted import two_islands
from tests.workspace.helpers import write_csv
from workspace import logs

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "pages").glob("*.py"))
NEED_A_LOG = ("pages/train.py", "pages/compare.py", "pages/evaluate.py", "pages/export.py")


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)


def test_the_start_page_offers_the_sample_and_an_upload_at_each_run(app: AppTest) -> None:
    for _ in range(2):
        app.run()
        assert not app.exception
        assert not app.error
        assert [title.value for title in app.title] == ["Itemscape"]
        assert "Open the grocery sample" in [button.label for button in app.button]
        assert len(app.get("file_uploader")) == 3


@pytest.mark.parametrize("page", PAGES)
def test_every_page_draws_without_a_log_and_says_what_to_do(app: AppTest, page: str) -> None:
    app.run()
    app.switch_page(page).run()
    app.run()
    assert not app.exception
    assert not app.error
    if page in NEED_A_LOG:
        assert "No log is open yet" in app.info[0].value


def test_a_page_without_an_open_log_offers_the_kept_ones(app: AppTest, tmp_path: Path) -> None:
    file = write_csv(two_islands(), tmp_path / "islands.csv")
    kept = logs.import_log(logs.keep_original(file, file.name), name="My *islands*")
    app.run()
    app.switch_page("pages/train.py").run()
    app.button(key=f"go-on-{kept.digest}").click().run()
    assert not app.exception
    assert [title.value for title in app.title] == ["Train"]


def test_an_address_with_a_log_that_is_not_kept_opens_the_start_page(app: AppTest) -> None:
    app.query_params["log"] = "../../etc/passwd"
    app.run()
    assert not app.exception
    assert [title.value for title in app.title] == ["Itemscape"]


def test_a_full_disk_is_told(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("widgets.logs.upload.upload_log", full)
    app.run()
    assert [error.value for error in app.error] == ["The disk is full: make room and try again."]
