"""Bringing logs of many kinds, cleaning them, looking at them and keeping them, in a real browser."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook
from playwright.sync_api import Page, expect

from tests.app_server import AppServer
from tests.browser.steps import (
    PATIENCE,
    choose,
    compare,
    download_vectors,
    go,
    open_file,
    open_tiny,
    settle,
    train_small_svd,
    write,
)
from workspace import logs
from workspace.runs import list_runs

pytestmark = pytest.mark.browser


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
    page.get_by_role("spinbutton", name="Minimum items per user").fill("3")
    page.get_by_role("spinbutton", name="Minimum items per user").press("Enter")
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
    name_by_path(page, log)
    expect(page.get_by_text("Chinese, GBK (GB18030), separator bar (|), without a header")).to_be_visible()
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
    table = [f"00{item},Tea number {item},drinks,{'Twin' if item % 2 else 'Sun'}" for item in range(12)]
    items = write(tmp_path, "products.csv", "\n".join(["sku,name,kind of thing,maker", *table]).encode())
    page.goto(app_server.url)
    upload_beside(page, ITEM_TABLE, items, log)
    expect(page.get_by_text("What is in each column?")).to_be_visible(timeout=PATIENCE)
    settle(page)
    choose(page, "Category", "kind of thing (item table)")
    page.get_by_role("button", name="Open this log").click()
    expect(page.get_by_role("heading", name="visits", exact=True)).to_be_visible(timeout=PATIENCE)
    train_small_svd(page)
    rows_of_file = download_vectors(page)
    assert sorted(row[0] for row in rows_of_file[1:]) == sorted(f"00{item}" for item in range(12))
    assert {row[1] for row in rows_of_file[1:]} == {f"Tea number {item}" for item in range(12)}
    compare(page)
    expect(page.get_by_text("drinks").first).to_be_visible()
    choose(page, "Colour by", "maker")
    expect(page.locator(".legendtext").get_by_text("Twin")).to_be_visible()
    page.get_by_role("button", name="Show all items").click()
    choose(page, "Column", "maker")
    settle(page)
    page.get_by_role("combobox", name="Items with any of these values").click()
    page.get_by_role("option", name="Sun (6)").click()
    expect(page.get_by_text("Shown are the 6 of 12 items with maker: Sun")).to_be_visible()
    expect(page.locator(".legendtext").get_by_text("Twin")).to_be_hidden()


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


def visits(path: Path) -> Path:
    """Users come on some days and touch three items in ten minutes each time: a gap of 45 minutes finds the visits."""
    begin = datetime(2026, 1, 5, 9)
    rows = [
        f"u{user},i{(user + visit + item) % 8},{begin + timedelta(days=visit, minutes=user + 5 * item)}"
        for user in range(20)
        for visit in range(4)
        for item in range(3)
    ]
    return write(path.parent, path.name, "\n".join(["user,item,time", *rows]).encode())


def test_sessions_are_cut_at_a_pause_that_the_picture_shows(page: Page, app_server: AppServer, tmp_path: Path) -> None:
    open_file(page, app_server, visits(tmp_path / "visits.csv"), "visits")
    page.get_by_role("tab", name="Sessions").click()
    expect(page.get_by_text("There are no sessions: a sequence is all that one of the 20 users did.")).to_be_visible()
    expect(page.get_by_text("Pauses between the events of a user")).to_be_visible()
    settle(page)
    choose(page, "Sessions", "cut at long pauses")
    page.get_by_role("spinbutton", name="Pause in minutes").fill("45")
    page.get_by_role("spinbutton", name="Pause in minutes").press("Enter")
    page.get_by_role("spinbutton", name="Longest session").fill("2")
    page.get_by_role("spinbutton", name="Longest session").press("Enter")
    cut = "A longest session of 2 leaves out 80 of the 240 interactions (33.3 %): the last ones of 80 sessions"
    expect(page.get_by_text(cut)).to_be_visible()
    settle(page)
    page.get_by_role("button", name="Clean again with these").click()
    expect(page.get_by_text("80 sessions were cut at pauses of more than 45 minutes: 2.0 inter")).to_be_visible(
        timeout=PATIENCE
    )
    expect(page.get_by_text("Cleaned: sessions by pauses of 45 minutes · sessions of at most 2")).to_be_visible()
    page.get_by_role("spinbutton", name="Longest session").fill("1")
    page.get_by_role("spinbutton", name="Longest session").press("Enter")
    expect(page.get_by_text("A longest session of 1 leaves out 80 of the 160 interactions (50.0 %)")).to_be_visible()
    assert [entry.sessions for entry in logs.list_logs()] == [80, None]


def test_rules_chosen_on_two_tabs_are_applied_together(page: Page, app_server: AppServer, tmp_path: Path) -> None:
    open_file(page, app_server, visits(tmp_path / "visits.csv"), "visits")
    page.get_by_role("tab", name="Cleaning").click()
    box = page.get_by_role("spinbutton", name="Minimum users per item")
    box.fill("3")
    box.press("Enter")
    expect(page.get_by_text("Not applied yet: items ≥ 3 users.")).to_be_visible()
    page.get_by_role("tab", name="Sessions").click()
    settle(page)
    choose(page, "Sessions", "a calendar day each")
    expect(page.get_by_text("Not applied yet: sessions by day · items ≥ 3 users.")).to_be_visible()
    page.get_by_role("tab", name="Explore").click()
    expect(page.get_by_text("How active users are")).to_be_visible()
    settle(page)
    page.get_by_role("tab", name="Cleaning").click()
    expect(box).to_have_value("3")
    settle(page)
    page.get_by_role("button", name="Clean again with these").click()
    expect(page.get_by_text("Cleaned: sessions by day · items ≥ 3 users")).to_be_visible(timeout=PATIENCE)


def test_rules_of_a_file_stay_while_tabs_change_until_they_are_taken_back(
    page: Page, app_server: AppServer, tmp_path: Path
) -> None:
    open_file(page, app_server, visits(tmp_path / "visits.csv"), "visits")
    page.get_by_role("tab", name="Cleaning").click()
    rules = write(tmp_path, "rules.json", b'{"min_users_per_item": 3, "duplicates": "first", "sessions": "day"}')
    page.get_by_text("Take rules from a file").click()
    page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(rules)
    pending = page.get_by_text("Not applied yet: duplicates once · sessions by day · items ≥ 3 users.")
    expect(pending.filter(visible=True)).to_have_count(1)  # for a moment the tab before still shows it, too
    settle(page)
    page.get_by_role("tab", name="Sessions").click()
    expect(page.get_by_role("combobox", name="Sessions")).to_have_value("a calendar day each")
    expect(pending.filter(visible=True)).to_have_count(1)
    settle(page)
    page.get_by_role("tab", name="Cleaning").click()
    expect(page.get_by_role("spinbutton", name="Minimum users per item")).to_have_value("3")
    expect(pending.filter(visible=True)).to_have_count(1)
    settle(page)
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_role("spinbutton", name="Minimum users per item")).to_have_value("1")
    expect(pending).to_be_hidden()


def test_what_was_chosen_for_one_file_is_not_taken_for_the_next(
    page: Page, app_server: AppServer, tmp_path: Path
) -> None:
    page.goto(app_server.url)
    upload = page.get_by_test_id("stFileUploaderDropzoneInput").first
    upload.set_input_files(write(tmp_path, "first.csv", b"user,item\nu1,i1\nu2,i2\n"))
    page.get_by_text("How first.csv is written").click()
    choose(page, "The first line names the columns", "No")
    expect(page.get_by_text("How first.csv is written: UTF-8, separator comma (,), without a header")).to_be_visible()
    page.get_by_role("button", name="Remove first.csv").click()
    upload.set_input_files(write(tmp_path, "second.csv", b"user,item\nu1,i1\nu2,i3\n"))
    expect(page.get_by_text("How second.csv is written: UTF-8, separator comma (,), with a header")).to_be_visible()


def test_what_makes_no_log_is_said_beside_the_button(page: Page, app_server: AppServer, tmp_path: Path) -> None:
    page.goto(app_server.url)
    log = write(tmp_path, "odd.csv", b"who,what\nu1,i1\nu2,i2\n")
    page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(log)
    expect(
        page.get_by_text("No column of odd.csv is known to hold the items: choose one of who, what.")
    ).to_be_visible()
    expect(page.get_by_role("button", name="Open this log")).to_be_disabled()
    choose(page, "Item", "what")
    choose(page, "User", "what")
    expect(page.get_by_text("Column 'what' cannot be both user and item: choose two columns.")).to_be_visible()
    choose(page, "User", "who")
    expect(page.get_by_role("button", name="Open this log")).to_be_enabled()


def test_a_wrong_encoding_is_seen_and_taken_back(page: Page, app_server: AppServer, tmp_path: Path) -> None:
    rows = [f"{user},{item},{'苹果' if item % 2 else '牛奶'}{item}" for user in range(30) for item in range(9)]
    log = write(tmp_path, "log.csv", "\n".join(["user,item,title", *rows]).encode("gb18030"))
    page.goto(app_server.url)
    page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(log)
    page.get_by_text("How log.csv is written").click()
    choose(page, "Encoding", "Western, Windows-1252")
    expect(page.get_by_text("Western, Windows-1252, separator")).to_be_visible()
    choose(page, "Encoding", "Chinese, GBK (GB18030)")  # the panel is still open
    expect(page.get_by_text("Chinese, GBK (GB18030), separator")).to_be_visible()


def test_the_numbers_behind_the_pictures_are_taken_away(page: Page, app_server: AppServer, tmp_path: Path) -> None:
    open_file(page, app_server, visits(tmp_path / "visits.csv"), "visits")
    page.get_by_role("tab", name="Explore").click()
    for picture in ("The 8 most popular items", "How active users are", "When it happens"):
        expect(page.get_by_text(picture)).to_be_visible()
    settle(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download these numbers, a zip of CSV files").click()
    assert waiting.value.suggested_filename == "visits-numbers.zip"
    with zipfile.ZipFile(waiting.value.path()) as archive:
        rows = list(csv.reader(io.StringIO(archive.read("top_items.csv").decode("utf-8-sig"))))
    assert len(rows) == 9
    assert sum(int(row[-1]) for row in rows[1:]) == 20 * 4 * 3


def test_a_log_is_named_described_and_deleted_with_its_runs(page: Page, app_server: AppServer) -> None:
    open_tiny(page, app_server)
    page.get_by_role("button", name="Rename").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("A *small* shop")
    dialog.get_by_label("Description").fill("The first quarter, <b>without</b> returns.")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="A *small* shop", exact=True)).to_be_visible()
    expect(page.get_by_text("The first quarter, <b>without</b> returns.")).to_be_visible()
    train_small_svd(page)
    go_to_kept_logs(page)
    expect(page.get_by_text("1 run ·")).to_be_visible()
    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("The log, its 1 run and the copy of its file")).to_be_visible()
    dialog.get_by_role("button", name="Delete the log").click()
    expect(page.get_by_text("Logs kept here")).to_be_hidden()
    assert logs.list_logs() == []
    assert list_runs() == []


def test_a_log_is_shown_from_its_top(page: Page, app_server: AppServer) -> None:
    page.set_viewport_size({"width": 1000, "height": 500})
    open_tiny(page, app_server)
    expect(page.get_by_role("heading", name="tiny", exact=True)).to_be_in_viewport()
    page.get_by_role("button", name="Open another log").click()
    expect(page.get_by_role("heading", name="Itemscape", exact=True)).to_be_in_viewport(timeout=PATIENCE)


def test_the_same_file_twice_is_one_log(page: Page, app_server: AppServer) -> None:
    open_tiny(page, app_server)
    open_tiny(page, app_server)
    expect(page.get_by_text("This file is kept already as “tiny”, read and cleaned in the same way")).to_be_visible()
    assert len(logs.list_logs()) == 1


def test_a_file_above_the_limit_is_told_the_way_round_it(
    page: Page, app_server: AppServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_tiny(page, app_server)
    app_server.kill()
    monkeypatch.setenv("STREAMLIT_SERVER_MAX_UPLOAD_SIZE", "1")  # megabytes
    app_server.start()
    rows = "".join(f"u{number % 999},i{number % 77}\n" for number in range(150_000))
    large = write(tmp_path, "large.csv", f"user,item\n{rows}".encode())
    page.goto(app_server.url)
    page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(large)
    expect(page.get_by_text("File must be 1.0MB or smaller.")).to_be_visible()
    expect(page.get_by_text("Up to 1 MB a file. A larger one is better named by its path.")).to_be_visible()
    name_by_path(page, large)
    page.get_by_role("button", name="Open this log").click()
    expect(page.get_by_role("heading", name="large", exact=True)).to_be_visible(timeout=PATIENCE)
    assert next((entry.name, entry.rows) for entry in logs.list_logs()) == ("large", 150_000)


def name_by_path(page: Page, file: Path) -> None:
    page.get_by_role("radio", name="Path on this machine").click()
    box = page.get_by_role("textbox", name="Your interaction log")
    box.fill(str(file))
    box.press("Enter")


def go_to_kept_logs(page: Page) -> None:
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Data", exact=True).click()
    page.get_by_role("button", name="Open another log").click()
    expect(page.get_by_text("Logs kept here")).to_be_visible()
