"""What a person does, from the start page to the vectors, in a real browser."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.app_server import AppServer
from tests.browser.steps import (
    PATIENCE,
    compare,
    download_vectors,
    go,
    open_tiny,
    settle,
    train_small_svd,
    write,
)
from workspace.runs import list_runs, open_run

pytestmark = pytest.mark.browser


def train_both(page: Page) -> None:
    go(page, "Train")
    page.get_by_role("button", name="Train MF and item2vec with good defaults").click()
    for name in ("ALS 64d", "item2vec 64d"):
        expect(page.get_by_text(name, exact=True).first).to_be_visible(timeout=PATIENCE)


def find_and_download(page: Page, words: str) -> None:
    """Find an item by typing, see its neighbours, take the run's vectors and hold them against the run's own."""
    page.get_by_label("Find an item").fill(words)
    page.get_by_test_id("stButtonGroup").filter(has_text=words.upper()).locator("button").first.click()
    expect(page.get_by_role("heading", name=words.upper()).first).to_be_visible()
    expect(page.get_by_text("neighbours are the same").first).to_be_visible()
    rows = download_vectors(page)
    run = open_run(list_runs()[0])
    assert rows[0][:4] == ["item_id", "title", "popularity", "v0"]
    assert [row[0] for row in rows[1:]] == [str(item) for item in run.embedding.item_ids[run.embedding.trained]]
    written = np.array([row[3:] for row in rows[1:]], dtype=np.float32)
    assert np.array_equal(written, run.embedding.item_vectors[run.embedding.trained])


def test_from_an_upload_to_the_vectors(page: Page, app_server: AppServer) -> None:
    open_tiny(page, app_server)
    train_both(page)
    train_small_svd(page)  # newer than ALS, which is what the button speaks of
    page.get_by_role("button", name="Compare MF and item2vec").click()
    expect(page.get_by_text("Each map is a UMAP")).to_be_visible(timeout=PATIENCE)
    settle(page)
    for name in ("ALS 64d", "item2vec 64d"):
        expect(page.get_by_text(f": {name} · cosine")).to_be_visible()
    find_and_download(page, "fluid milk")


def test_vectors_trained_elsewhere_come_in_and_stay(page: Page, app_server: AppServer, tmp_path: Path) -> None:
    """The app's own CSV comes back as a run whose neighbours are all those of the original."""
    open_tiny(page, app_server)
    train_small_svd(page)
    rows = download_vectors(page)
    text = "\n".join(",".join([row[0], "", *row[2:]]) for row in [*rows, ["stranger", "", "1", "1", "2", "3", "4"]])
    file = write(tmp_path, "elsewhere.csv", text.encode())
    go(page, "Train")
    page.get_by_text("Bring vectors trained elsewhere").click()
    inputs = page.get_by_test_id("stFileUploaderDropzoneInput")
    inputs.first.set_input_files(write(tmp_path, "bad.csv", b"item_id,v0,v1\n1,2\n"))
    expect(page.get_by_text("bad.csv")).to_be_visible()
    settle(page)
    page.get_by_role("button", name="Import vectors").click()
    expect(page.get_by_test_id("stAlert").first).to_contain_text("bad.csv, line 2: too few fields", timeout=PATIENCE)
    page.get_by_role("button", name="Dismiss").click()
    settle(page)
    inputs.first.set_input_files(file)
    expect(page.get_by_text("elsewhere.csv")).to_be_visible()
    settle(page)
    page.get_by_role("button", name="Import vectors").click()
    told = page.get_by_text(f"{len(rows) - 1:,} of the {len(rows):,} vectors are of items of this log")
    expect(told).to_contain_text("of no item, and left out: 1", timeout=PATIENCE)
    address = page.url.split("?")[1]
    app_server.kill()
    app_server.start()
    page.goto(f"{app_server.url}/train?{address}")
    expect(page.get_by_text("elsewhere", exact=True).first).to_be_visible()
    compare(page)
    expect(page.get_by_text("They share 10.0 of 10 neighbours")).to_be_visible()


@pytest.mark.slow
def test_from_the_grocery_sample_to_the_vectors(page: Page, app_server: AppServer) -> None:
    page.goto(app_server.url)
    page.get_by_role("button", name="Open the grocery sample").click()
    expect(page.get_by_role("heading", name="Grocery sample", exact=True)).to_be_visible(timeout=PATIENCE)
    go(page, "Train")
    page.get_by_role("button", name="Train MF and item2vec with good defaults").click()
    for name in ("ALS 64d", "item2vec 64d"):
        expect(page.get_by_text(name, exact=True).first).to_be_visible(timeout=3 * PATIENCE)
    compare(page)
    find_and_download(page, "specialty cookies")


def test_a_page_s_own_address_opens_inside_the_frame_on_a_fresh_server(page: Page, app_server: AppServer) -> None:
    page.goto(f"{app_server.url}/train")
    expect(page.get_by_test_id("stSidebarNav").get_by_role("link", name="Compare")).to_be_visible()
    expect(page.get_by_text("No log is open yet")).to_be_visible()


def test_training_goes_on_across_page_switch_reload_and_restart(page: Page, app_server: AppServer) -> None:
    open_tiny(page, app_server)
    go(page, "Train")
    page.get_by_test_id("stButtonGroup").get_by_text("Sequences").click()
    page.get_by_role("spinbutton", name="Epochs").fill("1000")  # some seconds, so that it is still at work below
    page.get_by_role("button", name="Train item2vec").click()
    sidebar = page.get_by_test_id("stSidebar")
    expect(sidebar.get_by_text("Working on")).to_be_visible()
    settle(page)
    go(page, "Methods")
    page.reload()
    expect(sidebar.get_by_text("Working on")).to_be_visible()
    go(page, "Train")
    expect(page.get_by_text("item2vec 64d", exact=True).first).to_be_visible(timeout=PATIENCE)
    address = page.url.split("?")[1]
    app_server.kill()
    app_server.start()
    page.goto(f"{app_server.url}/train?{address}")
    expect(page.get_by_text("item2vec 64d", exact=True).first).to_be_visible()


def test_a_run_is_renamed_and_deleted(page: Page, app_server: AppServer) -> None:
    open_tiny(page, app_server)
    go(page, "Train")
    page.get_by_role("button", name="Train SVD").click()
    expect(page.get_by_text("SVD 64d", exact=True).first).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Rename").click()
    page.get_by_label("New name").fill("My factors")
    page.get_by_role("dialog").get_by_role("button", name="Rename").click()
    expect(page.get_by_text("My factors", exact=True).first).to_be_visible()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete the run").click()
    expect(page.get_by_text("Nothing is trained on this log yet")).to_be_visible()
