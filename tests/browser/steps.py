"""What a person does on the pages, step by step, for the browser tests."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from playwright.sync_api import Page, TimeoutError, expect

from tests.app_server import AppServer

TINY = Path(__file__).resolve().parents[2] / "sample_data" / "tiny.csv"
PATIENCE = 120_000  # milliseconds


def go(page: Page, screen: str) -> None:
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=screen, exact=True).click()
    expect(page.get_by_role("heading", name=screen, exact=True)).to_be_visible(timeout=PATIENCE)


def settle(page: Page) -> None:
    """Wait until the app has answered everything it was asked."""
    app = page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-script-state", "notRunning", timeout=PATIENCE)


def open_file(page: Page, server: AppServer, file: Path, name: str) -> None:
    """Upload a log and open it as it is understood."""
    page.goto(server.url)
    page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(file)
    page.get_by_role("button", name="Open this log").click()
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible(timeout=PATIENCE)


def open_tiny(page: Page, server: AppServer) -> None:
    open_file(page, server, TINY, "tiny")


def train_small_svd(page: Page) -> None:
    go(page, "Train")
    page.get_by_role("spinbutton", name="Dimensions").fill("4")
    page.get_by_role("button", name="Train SVD").click()
    expect(page.get_by_text("SVD 4d", exact=True).first).to_be_visible(timeout=PATIENCE)


def compare(page: Page) -> None:
    go(page, "Compare")
    expect(page.get_by_text("Each map is a UMAP")).to_be_visible(timeout=PATIENCE)
    settle(page)


def download_vectors(page: Page) -> list[list[str]]:
    go(page, "Export")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download vectors as CSV").click()
    return list(csv.reader(io.StringIO(Path(waiting.value.path()).read_text(encoding="utf-8-sig"))))


def write(folder: Path, name: str, content: bytes) -> Path:
    (folder / name).write_bytes(content)
    return folder / name


def choose(page: Page, label: str, option: str) -> None:
    """Pick from a list; one that closes because the page still moves is opened again."""
    box = page.get_by_role("combobox", name=label)
    expect(box).to_be_visible(timeout=PATIENCE)
    for _ in range(5):
        settle(page)
        box.click()
        try:
            page.get_by_role("option", name=option, exact=True).click(timeout=5_000)
            break
        except TimeoutError:
            page.keyboard.press("Escape")
    settle(page)
    expect(box).to_have_value(option)
