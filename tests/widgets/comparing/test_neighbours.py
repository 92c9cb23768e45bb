"""The neighbours section of the Compare page: both tables, which of them are shown, the reasons, the file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from analysis.company import Company
from tests.planted import pairs_in_company, two_islands
from tests.workspace.helpers import train_here, write_csv
from widgets.comparing.neighbour_table import _distances
from workspace import jobs, logs
from workspace.logs import LogEntry
from workspace.results import make_company, make_neighbours

K = 8  # of the 11 other items of an island


@pytest.fixture
def kept(tmp_path: Path) -> LogEntry:
    """Two islands, and two runs of them whose neighbours are there."""
    path = write_csv(two_islands(), tmp_path / "islands.csv")
    entry = logs.import_log(logs.keep_original(path, path.name), name="Two islands")
    for method in ("svd", "item2vec"):
        make_neighbours(train_here(entry, method), "cosine")
    return entry


def section(entry: LogEntry, *, shown: str = "All", island: str = "", item: str = "A03") -> AppTest:
    def page(digest: str, k: int, island: str) -> None:
        import numpy as np

        from widgets.comparing import evidence
        from widgets.comparing.neighbours import neighbours
        from widgets.pickers import Choice
        from widgets.search import chosen_item
        from workspace.logs import find_log
        from workspace.runs import list_runs

        log = find_log(digest)
        words, factors = list_runs(digest)
        found = evidence.load(log, Choice(factors, words, "cosine", "cosine", k))
        mask = np.array([name.startswith(island) for name in found.catalogue.ids])
        neighbours(found, chosen_item(found.catalogue), mask)

    app = AppTest.from_function(page, kwargs={"digest": entry.digest, "k": K, "island": island}, default_timeout=60)
    app.session_state["neighbours-shown"] = shown
    app.session_state["item"] = item
    app.run()
    assert not app.exception
    return app


def tables(app: AppTest) -> list[Any]:
    return [table.value for table in app.dataframe]


def ranks(table: Any) -> dict[str, str]:
    """Title -> its rank in the other run as the table shows it."""
    return {title: there[0] for title, there in zip(table["title"], table["there"], strict=True)}


def test_all_neighbours_stand_with_their_rank_in_the_other_run(kept: LogEntry) -> None:
    make_company(kept)
    a, b = tables(section(kept))
    assert a["rank"].tolist() == b["rank"].tolist() == list(range(1, K + 1))
    places_in_b = {title: str(rank) for title, rank in zip(b["title"], b["rank"], strict=True)}
    assert ranks(a) == {title: places_in_b.get(title, "–") for title in a["title"]}
    assert 0 < sum(rank != "–" for rank in ranks(a).values()) <= K


def test_the_reasons_are_those_of_the_log(kept: LogEntry) -> None:
    make_company(kept)
    log = two_islands()
    assert log.session_codes is not None
    sessions: dict[int, set[str]] = {}
    for session, item in zip(log.session_codes.tolist(), log.item_codes.tolist(), strict=True):
        sessions.setdefault(session, set()).add(f"Item {log.item_ids[item]}")
    a, b = tables(section(kept))
    for table in (a, b):
        for title, together, pmi in zip(table["title"], table["together"], table["pmi"], strict=True):
            both = sum({title, "Item A03"} <= held for held in sessions.values())
            alone = [sum(name in held for held in sessions.values()) for name in (title, "Item A03")]
            assert together == both
            assert pmi == pytest.approx(np.log2(both * len(sessions) / (alone[0] * alone[1])))
        assert (table["users"] >= 1).all()
        assert all(1 <= float(distance) <= 3 for distance in table["distance"])


@pytest.mark.parametrize(("shown", "n_tables"), [("Only in A", 1), ("In both", 2), ("Only in B", 1)])
def test_the_tables_follow_what_is_asked_for(kept: LogEntry, shown: str, n_tables: int) -> None:
    make_company(kept)
    every = tables(section(kept))
    app = section(kept, shown=shown)
    found = tables(app)
    assert len(found) == n_tables
    sources = {"Only in A": every[:1], "In both": every, "Only in B": every[1:]}[shown]
    for table, source in zip(found, sources, strict=True):
        wanted = {title for title, rank in ranks(source).items() if (rank != "–") == (shown == "In both")}
        assert set(table["title"]) == wanted
    sizes = [int(option.split("(")[1].rstrip(")")) for option in app.button_group[0].options]
    shared = sum(rank != "–" for rank in ranks(every[0]).values())
    assert sizes == [2 * K - shared, K - shared, shared, K - shared]


def test_the_filter_hides_neighbours_and_says_how_many(kept: LogEntry) -> None:
    make_company(kept)
    every = tables(section(kept))[0]
    app = section(kept, island="A0")
    (left, _), titles = tables(app), [title for title in every["title"] if title.startswith("Item A0")]
    assert left["title"].tolist() == titles
    assert left["rank"].tolist() == [rank for rank, title in enumerate(every["title"], start=1) if title in titles]
    hidden = [caption.value for caption in app.caption if caption.value.startswith("The filter above hides")]
    assert hidden[0] == f"The filter above hides {K - len(titles)} more."


def test_a_filter_that_hides_all_says_so_instead_of_an_empty_table(kept: LogEntry) -> None:
    make_company(kept)
    app = section(kept, island="B")
    assert not app.dataframe
    assert [note.value for note in app.info] == [f"The filter above hides all {K} of them."] * 2


def test_while_the_index_is_made_the_tables_stand_and_the_job_is_shown(
    kept: LogEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workspace.jobs.ensure_workers", lambda: None)
    a, b = tables(app := section(kept))
    assert len(a) == len(b) == K
    assert "together" not in a
    (job,) = jobs.list_jobs()
    assert (job.kind, job.active) == ("company", True)
    assert any(button.key == f"cancel-{job.id}" for button in app.button)
    assert not any("Why are these" in text.value for text in app.markdown)
    make_company(kept)
    app.run()
    assert "together" in tables(app)[0]
    assert any("Why are these" in text.value for text in app.markdown)


def test_a_log_that_is_no_longer_kept_leaves_the_tables_without_reasons(
    kept: LogEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    from errors import LogError

    def gone(digest: str) -> None:
        raise LogError("No kept log has the name or digest.")

    monkeypatch.setattr("widgets.comparing.reasons.company_or_job", gone)
    app = section(kept)
    assert len(app.dataframe) == 2
    assert any("no longer kept" in caption.value for caption in app.caption)


def test_baskets_without_users_are_called_so(tmp_path: Path) -> None:
    """A pair stands in 30 baskets together, each half in 10 with the staple: pair and staple say so, in baskets."""
    path = write_csv(pairs_in_company(pairs=6, staple=10), tmp_path / "baskets.csv")
    path.write_text("\n".join(line.partition(",")[2] for line in path.read_text().splitlines()), encoding="utf-8")
    entry = logs.import_log(logs.keep_original(path, path.name), name="Baskets")
    assert entry.users_are_sessions
    for method in ("svd", "item2vec"):
        make_neighbours(train_here(entry, method), "cosine")
    make_company(entry)
    app = section(entry, item="a03")
    table = tables(app)[0]
    assert "users" not in table
    together = dict(zip(table["title"], table["together"], strict=True))
    assert together["b03"] == 30
    assert together.get("staple", 10) == 10
    assert sum(together.values()) <= 40
    assert any("baskets with it in A" in text.value for text in app.markdown)


def test_the_filter_of_the_maps_is_that_of_the_tables(kept: LogEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    def page(digest: str, k: int) -> None:
        from widgets.comparing import evidence, panels
        from widgets.pickers import Choice
        from workspace.logs import find_log
        from workspace.runs import list_runs

        words, factors = list_runs(digest)
        panels.around_item(evidence.load(find_log(digest), Choice(factors, words, "cosine", "cosine", k)))

    make_company(kept)
    monkeypatch.setattr("workspace.jobs.ensure_workers", lambda: None)  # the maps may stay undrawn
    app = AppTest.from_function(page, kwargs={"digest": kept.digest, "k": 20}, default_timeout=60)
    app.session_state["item"] = "A03"
    app.session_state["filter-column"] = "category"
    app.session_state[f"filter-{kept.digest}-category"] = ["island B"]
    app.run()
    assert not app.exception
    for table in tables(app):
        assert table["title"].str.startswith("Item B").all()
        assert len(table) == 20 - 11
    assert sum(caption.value == "The filter above hides 11 more." for caption in app.caption) == 2


def test_no_title_is_drawn_as_markdown(kept: LogEntry, tmp_path: Path) -> None:
    log = two_islands(users=40)
    log.items["title"] = [f"**{item}** <b>x</b>" for item in log.item_ids]
    path = write_csv(log, tmp_path / "bold.csv")
    entry = logs.import_log(logs.keep_original(path, path.name), name="Bold")
    for method in ("svd", "item2vec"):
        make_neighbours(train_here(entry, method), "cosine")
    make_company(entry)
    app = section(entry)
    assert app.subheader[0].value == r"\*\*A03\*\* \<b\>x\</b\>"
    assert tables(app)[0]["title"].str.startswith("**A").all()


def test_all_up_to_the_users_stands_there_without_scrolling_in_a_window_of_1400_pixels(kept: LogEntry) -> None:
    make_company(kept)
    for table in section(kept).dataframe:
        settings = json.loads(table.proto.columns)
        names = list(table.value.columns)
        seen = names[: names.index("users") + 1]
        assert seen[-3:] == ["together", "pmi", "users"]
        assert sum(settings[name]["width"] for name in seen) <= 460  # half of what the sidebar and the edges leave
        assert settings["similarity"]["label"] == "Cosine"


def test_distances_are_words_where_there_is_none() -> None:
    nan = np.nan
    found = Company(
        np.array([3, 3, 0, 9]), np.zeros(4), None, np.array([2.0, nan, nan, 11.5]), np.array([0, 1, nan, 0])
    )
    texts = _distances(found)
    assert [text.strip() for text in texts] == ["2.0", "no order", "–", "11.5"]
    assert sorted(texts[::3]) == texts[::3]  # as texts, they stand in the order of their numbers
