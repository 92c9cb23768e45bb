"""What a person does, from the start page to the vectors, in a real browser."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from openpyxl import Workbook
from playwright.sync_api import Page, TimeoutError, expect

from tests.app_server import AppServer
from workspace import logs
from workspace.runs import list_runs, open_run

pytestmark = pytest.mark.browser
TINY = Path(__file__).resolve().parents[2] / "sample_data" / "tiny.csv"
PATIENCE = 120_000  # milliseconds


def go(page: Page, screen: str) -> None:
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=screen, exact=True).click()
    expect(page.get_by_role("heading", name=screen, exact=True)).to_be_visible(timeout=PATIENCE)


def settle(page: Page) -> None:
    """Wait until the app has answered everything it was asked."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def open_tiny(page: Page, server: AppServer) -> None:
    page.goto(server.url)
    page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(TINY)
    page.get_by_role("button", name="Open this log").click()
    expect(page.get_by_role("heading", name="tiny", exact=True)).to_be_visible(timeout=PATIENCE)


def train_both(page: Page) -> None:
    go(page, "Train")
    page.get_by_role("button", name="Train MF and item2vec with good defaults").click()
    for name in ("ALS 64d", "item2vec 64d"):
        expect(page.get_by_text(name, exact=True).first).to_be_visible(timeout=PATIENCE)


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
    page.get_by_role("button", name="Import vectors").click()
    expect(page.get_by_test_id("stAlert").first).to_contain_text("bad.csv, line 2: too few fields", timeout=PATIENCE)
    page.get_by_role("button", name="Dismiss").click()
    inputs.first.set_input_files(file)
    expect(page.get_by_text("elsewhere.csv")).to_be_visible()
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


def write(folder: Path, name: str, content: bytes) -> Path:
    (folder / name).write_bytes(content)
    return folder / name


BAD_FILES: dict[str, tuple[str, Callable[[Path], Path]]] = {
    "empty": ("empty", lambda folder: write(folder, "empty.csv", b"")),
    "binary": ("", lambda folder: write(folder, "binary.csv", bytes(range(256)) * 64)),
    "no parquet": ("Parquet", lambda folder: write(folder, "no.parquet", b"user,item\n1,2\n")),
}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_file_that_cannot_be_read_gets_one_sentence_and_nothing_is_lost(
    page: Page, app_server: AppServer, tmp_path: Path, kind: str
) -> None:
    word, make = BAD_FILES[kind]
    open_tiny(page, app_server)
    page.get_by_role("button", name="Open another log").click()
    page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(make(tmp_path))
    alert = page.get_by_test_id("stAlert").first
    expect(alert).to_be_visible()
    expect(alert).to_contain_text("cannot be opened")
    expect(alert).to_contain_text(word)
    page.get_by_test_id("stButton").get_by_role("button", name="Open", exact=True).click()
    expect(page.get_by_role("heading", name="tiny", exact=True)).to_be_visible()


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


def shop_export(path: Path) -> Path:
    """A workbook as a shop writes it: two sheets, guests without a number, cancelled receipts."""
    book = Workbook()
    book.active.title = "Orders"
    book.active.append(["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "CustomerID"])
    begin = datetime(2010, 12, 1, 8)
    for receipt in range(60):
        is_cancelled = receipt % 10 == 9
        for line in range(4):
            number = f"C{536365 + receipt}" if is_cancelled else 536365 + receipt
            code = 22000 + (receipt * 7 + line * line) % 12
            customer = None if receipt % 12 == 5 else 17850 + receipt % 9
            amount = -1 if is_cancelled else 1 + line
            book.active.append([number, code, f"Item {code}", amount, begin + timedelta(hours=receipt), customer])
    book.create_sheet("Staff").append(["name", "since"])
    book.save(path)
    return path


def test_a_shop_s_workbook_is_read_cleaned_and_cleaned_again(page: Page, app_server: AppServer, tmp_path: Path) -> None:
    page.goto(app_server.url)
    page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(shop_export(tmp_path / "shop.xlsx"))
    choose(page, "Which table of the file?", "Orders")
    page.get_by_text("Cleaning: what is to be left out").click()
    page.get_by_text("Leave out returns and cancellations. 24 of the first 240 rows are.").click()
    settle(page)
    page.get_by_role("button", name="Open this log").click()
    expect(page.get_by_role("heading", name="shop", exact=True)).to_be_visible(timeout=PATIENCE)
    page.get_by_role("tab", name="Cleaning").click()
    expect(page.get_by_text("240 rows in the file, 200 kept.")).to_be_visible()
    expect(page.get_by_text("a return or a cancelled receipt")).to_be_visible()
    expect(page.get_by_text("2. returns left out")).to_be_visible()
    page.get_by_role("spinbutton", name="Least items a user needs").fill("3")
    page.get_by_role("spinbutton", name="Least items a user needs").press("Enter")
    settle(page)
    page.get_by_role("button", name="Clean again with these").click()
    expect(page.get_by_text("3. least items a user")).to_be_visible(timeout=PATIENCE)
    assert [entry.name for entry in logs.list_logs()] == ["shop", "shop"], "the version before stays"


def test_a_file_on_this_machine_in_another_encoding(page: Page, app_server: AppServer, tmp_path: Path) -> None:
    rows = [
        f"{user}|{item}|{'苹果' if item % 2 else '牛奶'}{item}"
        for user in range(30)
        for item in range(9)
        if (user + item) % 4
    ]
    log = write(tmp_path, "订单.txt", "\n".join(rows).encode("gb18030"))
    page.goto(app_server.url)
    page.get_by_role("textbox", name="Or a file on this machine").fill(str(log))
    page.get_by_role("textbox", name="Or a file on this machine").press("Enter")
    expect(page.get_by_text("Chinese, GBK (GB18030), separator Bar |, without a header")).to_be_visible()
    choose(page, "Title", "column 3")
    page.get_by_role("button", name="Open this log").click()
    expect(page.get_by_role("heading", name="订单", exact=True)).to_be_visible(timeout=PATIENCE)
    assert logs.list_logs()[0].columns["title"] == "column 3"


def test_no_title_is_drawn_as_html(page: Page, app_server: AppServer, tmp_path: Path) -> None:
    title = "<img src=x onerror=document.body.id='owned'><b>bold</b> *star*"
    rows = [f"u{user},i{item},{title} {item}" for user in range(30) for item in range(12) if (user + item) % 3]
    log = write(tmp_path, "evil.csv", "\n".join(["user,item,title", *rows]).encode())
    page.goto(app_server.url)
    page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(log)
    page.get_by_role("button", name="Open this log").click()
    expect(page.get_by_role("heading", name="evil", exact=True)).to_be_visible(timeout=PATIENCE)
    train_small_svd(page)
    compare(page)
    expect(page.get_by_role("heading", name="<b>bold</b> *star*").first).to_be_visible()
    assert page.evaluate("document.body.id") != "owned"
    assert page.evaluate("document.querySelectorAll('img[src=x]').length") == 0


ITEM_TABLE, USER_TABLE = 1, 2  # places among the uploaders, the log's is 0


def upload_beside(page: Page, place: int, table: Path, log: Path) -> None:
    """Bring a table of items or users first, then the log."""
    inputs = page.get_by_test_id("stFileUploaderDropzoneInput")
    inputs.nth(place).set_input_files(table)
    expect(page.get_by_text(table.name)).to_be_visible(timeout=PATIENCE)
    settle(page)
    inputs.nth(0).set_input_files(log)


def test_titles_come_from_a_second_file_and_ids_keep_their_zeros(
    page: Page, app_server: AppServer, tmp_path: Path
) -> None:
    rows = [f"u{user};00{item}" for user in range(30) for item in range(12) if (user + item) % 3]
    log = write(tmp_path, "visits.csv", "\n".join(["visitor;sku", *rows]).encode())
    table = [f"00{item},Tea number {item},drinks" for item in range(12)]
    items = write(tmp_path, "products.csv", "\n".join(["sku,name,kind of thing", *table]).encode())
    page.goto(app_server.url)
    upload_beside(page, ITEM_TABLE, items, log)
    expect(page.get_by_text("What is in each column?")).to_be_visible(timeout=PATIENCE)
    settle(page)
    page.get_by_role("combobox", name="Category").click()
    page.get_by_role("option", name="kind of thing").click()
    settle(page)
    page.get_by_role("button", name="Open this log").click()
    expect(page.get_by_role("heading", name="visits", exact=True)).to_be_visible(timeout=PATIENCE)
    train_small_svd(page)
    rows_of_file = download_vectors(page)
    assert sorted(row[0] for row in rows_of_file[1:]) == sorted(f"00{item}" for item in range(12))
    assert {row[1] for row in rows_of_file[1:]} == {f"Tea number {item}" for item in range(12)}
    compare(page)
    expect(page.get_by_text("drinks").first).to_be_visible()


def test_columns_of_a_user_table_can_be_learned_from(page: Page, app_server: AppServer, tmp_path: Path) -> None:
    rows = [f"u{user:02d},i{item}" for user in range(30) for item in range(12) if (user + item) % 3]
    log = write(tmp_path, "visits.csv", "\n".join(["user,item", *rows]).encode())
    table = [f"u{user:02d},{'north' if user % 2 else 'south'}" for user in range(30)]
    users = write(tmp_path, "people.csv", "\n".join(["user,region", *table]).encode())
    page.goto(app_server.url)
    upload_beside(page, USER_TABLE, users, log)
    page.get_by_role("button", name="Open this log").click()
    expect(page.get_by_role("heading", name="visits", exact=True)).to_be_visible(timeout=PATIENCE)
    go(page, "Train")
    page.get_by_role("radio", name="Neural").click()
    expect(page.get_by_role("button", name="Train NeuMF")).to_be_visible(timeout=PATIENCE)
    settle(page)
    page.get_by_role("button", name="Choose", exact=True).click()
    expect(page.get_by_role("button", name="Train Two-tower")).to_be_visible(timeout=PATIENCE)
    settle(page)
    page.get_by_role("combobox", name="User columns").click()
    page.get_by_role("option", name="region").click()
    page.keyboard.press("Escape")
    settle(page)
    page.get_by_role("button", name="Train Two-tower").click()
    expect(page.get_by_text("Two-tower 64d", exact=True).first).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("region").first).to_be_visible()
