"""What a person does on the Compare page with two planted runs: point, click, draw a lasso, swap, follow a link."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.app_server import AppServer
from tests.browser.steps import PATIENCE, settle
from tests.planted import two_islands
from tests.workspace.helpers import train_here, write_csv
from workspace import logs, results
from workspace.runs import RunEntry

pytestmark = pytest.mark.browser
ITEMS = 48  # two islands of 24


@pytest.fixture
def runs(itemscape_home: Path, tmp_path: Path) -> tuple[RunEntry, RunEntry]:
    """Two runs of a log of two islands, with their neighbours and maps."""
    path = write_csv(two_islands(items_per_island=ITEMS // 2, skew=0.7), tmp_path / "islands.csv")
    log = logs.import_log(logs.keep_original(path, path.name), name="Islands")
    a, b = train_here(log, "svd", name="factors"), train_here(log, "item2vec", name="words")
    for run in (a, b):
        for similarity in ("cosine", "dot"):
            results.make_neighbours(run, similarity)
    results.make_maps(a, b, results.MapParams())
    return a, b


def open_compare(page: Page, server: AppServer, runs: tuple[RunEntry, RunEntry], more: str = "") -> Locator:
    page.goto(f"{server.url}/compare?a={runs[0].key[:16]}&b={runs[1].key[:16]}{more}")
    expect(page.get_by_text("Each map is a UMAP")).to_be_visible(timeout=PATIENCE)
    maps = page.locator(".itemscape-maps[data-drawn=true]")
    expect(maps).to_be_visible(timeout=PATIENCE)
    settle(page)
    maps.scroll_into_view_if_needed()
    return maps


def title(page: Page) -> str:
    return page.get_by_test_id("stMain").get_by_role("heading", level=3).first.inner_text()


def place(page: Page, pane: str, item: int) -> tuple[float, float]:
    """Where an item is drawn in a pane ("" = A, "2" = B), in the window."""
    found: list[float] = page.evaluate(
        """([suffix, item]) => {
            const board = window.itemscapeBoards.compare, layout = board.plot._fullLayout;
            const places = board.maps[suffix ? "b" : "a"], x = layout["xaxis" + suffix], y = layout["yaxis" + suffix];
            const frame = board.plot.getBoundingClientRect();
            const across = x._offset + x.l2p(places[2 * item]), down = y._offset + y.l2p(places[2 * item + 1]);
            return [frame.left + across, frame.top + down];
        }""",
        [pane, item],
    )
    return found[0], found[1]


def alone(page: Page, pane: str) -> int:
    """The item of a pane that stands farthest from all others and from the marks, so that the pointer can mean it."""
    places = np.array([place(page, pane, item) for item in range(ITEMS)])
    apart = np.linalg.norm(places[:, None] - places[None], axis=2) + np.eye(ITEMS) * 1e9
    marked = set(
        page.locator(".itemscape-mark, .itemscape-query").evaluate_all("all => all.map(one => +one.dataset.item)")
    )
    free = [item for item in range(ITEMS) if item not in marked]
    return max(free, key=lambda item: float(apart[item].min()))


def ids_of(log_items: list[Any]) -> list[str]:
    return [str(item) for item in log_items]


def test_the_pointer_over_one_map_names_the_item_and_ranks_its_neighbours_in_the_other(
    page: Page, app_server: AppServer, runs: tuple[RunEntry, RunEntry]
) -> None:
    from workspace.runs import open_run

    open_compare(page, app_server, runs)
    item = alone(page, "")
    page.mouse.move(*place(page, "", item))
    for pane in "AB":
        name = page.locator(f".itemscape-name[data-pane={pane}]")
        expect(name).to_have_attribute("data-item", str(item))
        expect(name).to_contain_text(str(open_run(runs[0]).items["title"].iloc[item]))
    other = results.make_neighbours(runs[1], "cosine").indices[item, :10]
    ranked = page.locator("svg g:last-child > .itemscape-mark[data-pane=B][data-rank]").evaluate_all(
        "all => all.map(one => [+one.dataset.item, +one.dataset.rank])"
    )
    expected = {(int(neighbour), rank) for rank, neighbour in enumerate(other, start=1)}
    assert {(found[0], found[1]) for found in ranked} == expected
    page.mouse.move(5, 5)
    expect(page.locator(".itemscape-name")).to_have_count(0)


def test_a_key_below_the_maps_has_the_colours_of_the_marks(
    page: Page, app_server: AppServer, runs: tuple[RunEntry, RunEntry]
) -> None:
    open_compare(page, app_server, runs)
    key = page.locator(".itemscape-key")
    expect(key).to_contain_text("chosen item")
    coloured = key.locator("span").evaluate_all("all => all.map(one => getComputedStyle(one).color)")
    filled = "all => all.map(one => getComputedStyle(one).fill)"
    star = page.locator(".itemscape-query").evaluate_all(filled)
    marks = page.locator(".itemscape-mark[data-rank] circle").evaluate_all(filled)
    assert set(star) == {coloured[0]}
    assert marks
    assert set(marks) <= set(coloured[1:4])


def test_a_click_on_a_point_of_either_map_chooses_the_item_and_the_address_follows(
    page: Page, app_server: AppServer, runs: tuple[RunEntry, RunEntry]
) -> None:
    from workspace.runs import open_run

    open_compare(page, app_server, runs)
    items = open_run(runs[0]).items
    for pane in ("", "2"):
        item = alone(page, pane)
        page.mouse.click(*place(page, pane, item))
        expect(page.get_by_role("heading", name=str(items["title"].iloc[item]), exact=True)).to_be_visible()
        settle(page)
        expect(page.locator(".itemscape-query[data-pane=B]")).to_have_attribute("data-item", str(item))
        assert f"item={items['id'].iloc[item]}" in page.url


def test_a_click_sends_marks_and_tables_but_no_points_again(
    page: Page, app_server: AppServer, runs: tuple[RunEntry, RunEntry]
) -> None:
    """The points, and what draws them, are megabytes; what changes with the item is not."""
    received: list[int] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: received.append(len(frame))))
    open_compare(page, app_server, runs)
    assert max(received) > 1_000_000
    received.clear()
    item = alone(page, "")
    page.mouse.click(*place(page, "", item))
    expect(page.locator(".itemscape-query[data-pane=A]")).to_have_attribute("data-item", str(item))
    settle(page)
    assert received
    assert sum(received) < 300_000


def test_a_lasso_on_one_map_greys_the_rest_in_both_and_lists_what_it_holds(
    page: Page, app_server: AppServer, runs: tuple[RunEntry, RunEntry]
) -> None:
    from workspace.runs import open_run

    open_compare(page, app_server, runs)
    items = open_run(runs[0]).items
    island = [item for item in range(ITEMS) if str(items["id"].iloc[item]).startswith("A")]
    places = np.array([place(page, "", item) for item in island])
    (left, top), (right, bottom) = places.min(axis=0) - 9, places.max(axis=0) + 9
    page.locator(".modebar-btn[data-title='Lasso Select']").first.click()
    page.mouse.move(left, top)
    page.mouse.down()
    for corner in ((right, top), (right, bottom), (left, bottom), (left, top)):
        page.mouse.move(*corner, steps=5)
    page.mouse.up()
    expect(page.get_by_text(f"{len(island)} items picked out on the map of factors")).to_be_visible(timeout=PATIENCE)
    settle(page)
    greyed = page.evaluate(
        "() => window.itemscapeBoards.compare.plot.data.filter(t => t.items).map(t => t.selectedpoints.length)"
    )
    assert greyed == [len(island)] * 2
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download these items").click()
    content = Path(waiting.value.path()).read_text(encoding="utf-8-sig")
    assert sorted(line.split(",")[0] for line in content.splitlines()[1:]) == sorted(items["id"].iloc[island])
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_text("items picked out")).to_have_count(0)
    settle(page)
    page.wait_for_function(
        "() => window.itemscapeBoards.compare.plot.data.filter(t => t.items).every(t => !t.selectedpoints)"
    )


def test_a_link_opens_the_page_as_it_was_and_a_swap_turns_it_around(
    page: Page, app_server: AppServer, runs: tuple[RunEntry, RunEntry]
) -> None:
    from workspace.runs import open_run

    items = open_run(runs[0]).items
    open_compare(page, app_server, runs, f"&item={items['id'].iloc[7]}&k=5&sb=dot")
    assert title(page) == str(items["title"].iloc[7])
    expect(page.get_by_role("spinbutton", name="Neighbours (k)")).to_have_value("5")
    expect(page.get_by_text("A: factors · cosine")).to_be_visible()
    expect(page.get_by_text("B: words · dot")).to_be_visible()
    shared = page.get_by_text(re.compile(r"They share [\d.]+ of 5 neighbours")).inner_text()
    page.get_by_role("button", name="swap_horiz").click()
    expect(page.get_by_text("A: words · dot")).to_be_visible()
    expect(page.get_by_text("B: factors · cosine")).to_be_visible()
    settle(page)
    assert page.get_by_text(re.compile(r"They share [\d.]+ of 5 neighbours")).inner_text() == shared
    assert f"a={runs[1].key[:16]}" in page.url
    assert "sa=dot" in page.url
    address = page.url.split("?")[1]
    app_server.kill()
    app_server.start()
    page.goto(f"{app_server.url}/compare?{address}")
    expect(page.get_by_text("A: words · dot")).to_be_visible(timeout=PATIENCE)
    assert title(page) == str(items["title"].iloc[7])


def test_what_an_address_cannot_have_is_said_in_a_word(
    page: Page, app_server: AppServer, runs: tuple[RunEntry, RunEntry]
) -> None:
    page.goto(f"{app_server.url}/compare?a={runs[0].key[:16]}&b=ffffffff&item=nobody&k=many")
    for told in (
        "A run that this address names is not kept here",
        "k in this address is many: it must be a number from 1 to 100.",
        "The item nobody of this address is not in this log.",
    ):
        expect(page.get_by_test_id("stToast").filter(has_text=told)).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("neighbours are the same").first).to_be_visible(timeout=PATIENCE)


def test_the_numbers_on_the_page_are_those_of_the_command_line(
    page: Page, app_server: AppServer, runs: tuple[RunEntry, RunEntry]
) -> None:
    from workspace.comparing import pair_of
    from workspace.runs import open_run

    report = pair_of(open_run(runs[0]), open_run(runs[1]), 10).report
    open_compare(page, app_server, runs)
    told = page.locator("p", has_text="They share").first.inner_text()
    assert f"They share {10 * report['overlap']['all']:.1f} of 10 neighbours" in told
    assert f"Jaccard {report['jaccard']['all']:.2f};" in told
    lean = page.locator("p", has_text="popular items more").first.inner_text()
    assert f"quantile {report['a']['neighbour_popularity']:.2f} in factors" in lean
    page.get_by_role("tab", name="Agreement").click()
    expect(page.get_by_role("cell", name=f"{report['cka']:.3f}")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("cell", name=f"{report['rbo']:.3f}")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 420])
def test_the_maps_are_not_empty(
    browser: Any, app_server: AppServer, runs: tuple[RunEntry, RunEntry], theme: str, width: int
) -> None:
    """Points are drawn in each pane, on a background of the theme's own; the panes stand side by side or stacked."""
    from PIL import Image

    context = browser.new_context(viewport={"width": width, "height": 1500}, color_scheme=theme)
    page = context.new_page()
    open_compare(page, app_server, runs)
    page.wait_for_timeout(500)  # the graphics card, or what stands for one, draws a little later
    panes = page.evaluate(
        """() => {
            const layout = window.itemscapeBoards.compare.plot._fullLayout;
            return ["", "2"].map((suffix) => {
                const x = layout["xaxis" + suffix], y = layout["yaxis" + suffix];
                return [x._offset, y._offset, x._length, y._length];
            });
        }"""
    )
    picture = Image.open(io.BytesIO(page.locator(".itemscape-maps").screenshot())).convert("RGB")
    context.close()
    assert (panes[0][1] == panes[1][1]) == (width == 1400)
    for left, top, across, down in panes:
        pane = np.asarray(picture.crop((int(left) + 2, int(top) + 2, int(left + across) - 2, int(top + down) - 2)))
        background = np.median(pane.reshape(-1, 3), axis=0)
        assert (background.mean() > 200) == (theme == "light")
        coloured = np.ptp(pane.astype(int), axis=2) > 60  # of a colour, not of a grey
        assert coloured.sum() > 5 * ITEMS


def test_maps_that_are_drawn_again_before_they_are_done_are_drawn_all_the_same(
    page: Page, app_server: AppServer, runs: tuple[RunEntry, RunEntry]
) -> None:
    """Colours and pages that change in a hurry: the last of them is drawn, and none of them counts as a failure."""
    open_compare(page, app_server, runs)
    for hurry in range(3):
        for colour in ("bucket", "category", "hubness"):
            page.get_by_role("combobox", name="Colour by").click()
            page.get_by_role("option", name=colour, exact=True).click()
        page.get_by_test_id("stSidebarNav").get_by_role("link", name="Methods", exact=True).click()
        page.wait_for_timeout(100 * hurry)
        page.get_by_test_id("stSidebarNav").get_by_role("link", name="Compare", exact=True).click()
        expect(page.locator(".itemscape-maps[data-drawn=true]")).to_be_visible(timeout=PATIENCE)
    settle(page)
    page.locator(".itemscape-maps").scroll_into_view_if_needed()
    item = alone(page, "")
    page.mouse.move(*place(page, "", item))
    expect(page.locator(".itemscape-name[data-pane=B]")).to_have_attribute("data-item", str(item))
    assert "linked maps failed" not in app_server.text()


def test_without_webgl_the_maps_are_drawn_point_by_point(
    page: Page, app_server: AppServer, runs: tuple[RunEntry, RunEntry]
) -> None:
    page.add_init_script(
        """const get = HTMLCanvasElement.prototype.getContext;
        HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
            return kind.startsWith("webgl") ? null : get.call(this, kind, ...rest);
        };"""
    )
    open_compare(page, app_server, runs)
    expect(page.locator(".itemscape-plot .scatterlayer .point")).to_have_count(2 * ITEMS)
    item = alone(page, "2")
    page.mouse.move(*place(page, "2", item))
    expect(page.locator(".itemscape-name[data-pane=A]")).to_have_attribute("data-item", str(item))


def test_a_browser_that_cannot_draw_linked_maps_gets_the_plain_chart(
    browser: Any, app_server: AppServer, runs: tuple[RunEntry, RunEntry]
) -> None:
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    page = context.new_page()
    page.add_init_script(
        """window.itemscapePatience = 500;
        Object.defineProperty(window, "itemscapePlotly", { get() { throw new Error("planted"); }, set() {} });"""
    )
    page.goto(f"{app_server.url}/compare?a={runs[0].key[:16]}&b={runs[1].key[:16]}")
    expect(page.get_by_test_id("stPlotlyChart").first).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("Drag to move, scroll to zoom")).to_be_visible(timeout=PATIENCE)
    assert page.locator(".itemscape-maps").count() == 0
    context.close()
