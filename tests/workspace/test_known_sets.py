"""Well-known sets, fetched from a server on this machine that has small files laid out like the real ones."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import re
import socket
import subprocess
import sys
import textwrap
import time
import zipfile
from pathlib import Path

import pytest

from embedders.base import no_progress
from errors import Cancelled, LogError
from interactions import InteractionLog
from tests.publisher import (
    Publisher,
    archive,
    gowalla,
    lastfm,
    movielens_1m,
    movielens_10m,
    movielens_100k,
    published,
    retail_workbook,
    with_ratings_csv,
)
from workspace import fetching, jobs, logs
from workspace.files import UNFINISHED
from workspace.home import PROJECT_ROOT, room
from workspace.job_folders import create_job
from workspace.known_sets import KNOWN_SETS, KnownSet, find_known
from workspace.tasks import known_task


def opened(name: str) -> tuple[logs.LogEntry, InteractionLog]:
    entry = logs.find_log(known_task({"name": name}, no_progress)["digest"])
    return entry, logs.open_log(entry.digest)


def titles(log: InteractionLog) -> dict[str, object]:
    return dict(zip(log.item_ids, log.items["title"], strict=True))


def nothing_is_left(home: Path) -> bool:
    """Neither an original, nor a log, nor a part of a download."""
    files = [path for part in ("originals", "downloads", "logs") for path in (home / part).rglob("*")]
    return not files and not list(home.rglob(f"{UNFINISHED}*"))


@pytest.mark.parametrize("known", KNOWN_SETS.values(), ids=list(KNOWN_SETS))
def test_a_set_says_where_it_lies_what_it_weighs_and_under_which_terms(known: KnownSet) -> None:
    for address in (known.url, known.page, known.terms_page):
        assert re.fullmatch(r"https://[a-z.]+/\S+", address)
    checksums = [known.sha256] + ([] if known.packed is None else [known.packed[1]])
    assert all(re.fullmatch("[0-9a-f]{64}", checksum) for checksum in checksums)
    assert known.terms.endswith(".")
    assert known.about.endswith(".")
    assert known.size > 1_000_000
    assert known.rows > 10_000
    assert {"user", "item"} <= set(known.columns)


def test_names_and_checksums_are_nobody_elses() -> None:
    assert all(name == known.name for name, known in KNOWN_SETS.items())
    assert len({known.sha256 for known in KNOWN_SETS.values()}) == len(KNOWN_SETS)
    assert len({known.title for known in KNOWN_SETS.values()}) == len(KNOWN_SETS)


def test_an_unknown_name_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(LogError, match=r"no well-known set 'movielens'.*movielens-100k, movielens-1m"):
        find_known("movielens")


def test_movielens_100k_opens_with_titles_genres_times_and_users(
    home: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(publisher, monkeypatch, "movielens-100k", movielens_100k())
    entry, log = opened("movielens-100k")
    assert entry.name == "MovieLens 100K"
    assert (entry.interactions, entry.users, entry.items, entry.items_known) == (4, 3, 2, 2)
    assert entry.dropped == {}
    assert (entry.first, entry.last) == ("1997-11-07T07:18:36Z", "1998-04-04T19:22:22Z")
    assert titles(log) == {"242": "Misérables, Les (1995)", "302": 'The "Other" #1 (1997)'}
    assert list(log.items["category"]) == ["Animation|Comedy", "Comedy"]
    assert list(log.items["release_date"]) == ["01-Jan-1995"] * 2
    assert sorted(log.weights) == [1, 3, 3, 5]
    assert list(log.user_ids) == ["186", "196", "22"]
    assert list(log.users["occupation"]) == ["executive", "writer", "writer"]
    assert list(log.users["zip_code"]) == ["00000", "55105", "40206"]
    assert list(log.users["gender"]) == ["F", "M", "M"]


def test_movielens_1m_opens_with_titles_genres_and_occupations_in_words(
    home: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(publisher, monkeypatch, "movielens-1m", movielens_1m())
    entry, log = opened("movielens-1m")
    assert (entry.interactions, entry.first) == (3, "2000-12-31T21:33:33Z")
    assert titles(log) == {"1193": "Été: One (1975)", "661": "James"}
    assert list(log.items["category"]) == ["Drama", "Animation|Children's|Musical"]
    assert list(log.users["occupation"]) == ["K-12 student", "self-employed"]
    assert list(log.users["age"]) == ["under 18", "56 and over"]
    assert list(log.users["zip_code"]) == ["48067", "70072"]


@pytest.mark.parametrize(("name", "folder"), [("movielens-20m", "ml-20m"), ("movielens-25m", "ml-25m")])
def test_the_large_movielens_sets_open_with_titles_and_genres(
    home: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch, name: str, folder: str
) -> None:
    published(publisher, monkeypatch, name, with_ratings_csv(folder))
    entry, log = opened(name)
    assert (entry.interactions, entry.users, entry.last) == (3, 2, "2006-05-17T15:34:04Z")
    assert titles(log) == {"296": 'Film, "The" (1994)', "306": "Rouge"}
    assert list(log.items["category"]) == ["Comedy|Crime", "Drama"]
    assert sorted(log.weights) == [0.5, 3.5, 5]


def test_movielens_10m_opens_with_titles_and_genres(
    home: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(publisher, monkeypatch, "movielens-10m", movielens_10m())
    entry, log = opened("movielens-10m")
    assert (entry.interactions, entry.first) == (3, "1996-08-02T10:58:45Z")
    assert titles(log) == {"122": "Boomerang à deux (1992)", "185": "Net, The"}
    assert list(log.items["category"]) == ["Comedy|Romance", "Action"]


def test_lastfm_opens_with_the_names_of_artists_and_its_counts_as_weights(
    home: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(publisher, monkeypatch, "lastfm-2k", lastfm())
    entry, log = opened("lastfm-2k")
    assert (entry.interactions, entry.first, entry.items_known) == (3, None, 2)
    assert titles(log) == {"51": '"Weird Al', "52": 'Morcheeba"'}
    assert sorted(log.weights) == [7, 11690, 13883]


def test_gowalla_opens_the_places_where_ten_people_were(
    home: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(publisher, monkeypatch, "gowalla", gowalla())
    entry, log = opened("gowalla")
    assert list(log.item_ids) == ["22847", "316637"]
    assert (entry.interactions, entry.users) == (20, 10)
    assert (entry.first, entry.last) == ("2010-10-18T22:17:00Z", "2010-10-19T23:55:09Z")


def test_online_retail_is_unpacked_and_its_second_year_opened_with_receipts(
    home: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    workbook = retail_workbook()
    packed = archive({"online_retail_II.xlsx": workbook})
    published(publisher, monkeypatch, "online-retail-ii", packed, workbook)
    entry, log = opened("online-retail-ii")
    assert (entry.rows, entry.interactions, entry.sessions, entry.users) == (4, 3, 3, 2)
    assert entry.dropped == {"missing_user": 1}
    assert titles(log) == {"71053": "THING 71053", "85123A": "THING 85123A"}
    assert entry.first == "2010-12-01T08:20:00Z"
    assert opened("online-retail-ii")[0].digest == entry.digest
    assert len(publisher.asked) == 1
    assert [path.name for path in room("originals").rglob("*.*")] == ["online_retail_II.xlsx"]


def test_what_is_here_already_is_not_fetched_again(
    home: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(publisher, monkeypatch, "movielens-1m", movielens_1m())
    first, second = opened("movielens-1m")[0], opened("movielens-1m")[0]
    assert publisher.asked == ["/ml-1m.zip"]
    assert first.digest == second.digest
    logs.delete_log(first.digest)
    assert opened("movielens-1m")[0].digest == first.digest
    assert publisher.asked == ["/ml-1m.zip"] * 2


def test_a_kept_download_that_was_cut_is_fetched_again(
    home: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(publisher, monkeypatch, "movielens-1m", movielens_1m())
    kept = Path(opened("movielens-1m")[0].source["original"])
    kept.write_bytes(movielens_1m()[:200])
    assert opened("movielens-1m")[0].interactions == 3
    assert kept.read_bytes() == movielens_1m()
    assert publisher.asked == ["/ml-1m.zip"] * 2


def test_a_file_that_was_fetched_by_hand_and_uploaded_is_taken(
    home: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(publisher, monkeypatch, "movielens-1m", movielens_1m())
    logs.keep_original(io.BytesIO(movielens_1m()), "my download.zip")
    assert opened("movielens-1m")[0].interactions == 3
    workbook = retail_workbook()
    packed = archive({"online_retail_II.xlsx": workbook})
    published(publisher, monkeypatch, "online-retail-ii", packed, workbook)
    logs.keep_original(io.BytesIO(packed), "retail.zip")
    assert opened("online-retail-ii")[0].interactions == 3
    assert publisher.asked == []


def test_a_file_that_was_fetched_by_hand_is_taken_from_its_path_where_it_is_the_right_one(
    home: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    workbook = retail_workbook()
    packed = archive({"online_retail_II.xlsx": workbook})
    for name, content in (("movielens-1m", movielens_1m()), ("online-retail-ii", packed)):
        published(publisher, monkeypatch, name, content, workbook)
        brought, another = tmp_path / f"{name}.zip", tmp_path / "another.zip"
        brought.write_bytes(content)
        another.write_bytes(movielens_100k())
        for wrong, said in (
            (another, "its SHA-256 is another"),
            (tmp_path / "none.zip", "No such file"),
            (home, "dir"),
        ):
            with pytest.raises(LogError, match=said):
                known_task({"name": name, "file": str(wrong)}, no_progress)
        assert not list((home / "originals").rglob("*"))
        digest = known_task({"name": name, "file": str(brought)}, no_progress)["digest"]
        assert logs.find_log(digest).interactions == 3
        assert brought.exists()
        logs.delete_log(digest)
    assert publisher.asked == []


def test_a_file_with_another_checksum_is_refused_and_nothing_is_kept(
    home: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = published(publisher, monkeypatch, "movielens-1m", movielens_1m())
    publisher.files["/ml-1m.zip"] = movielens_100k()
    with pytest.raises(LogError, match=r"What came from \S+/ml-1m\.zip is not the known file.*grouplens\.org"):
        known_task({"name": known.name}, no_progress)
    assert publisher.asked == ["/ml-1m.zip"]
    assert nothing_is_left(home)


def test_a_file_that_is_gone_is_told_with_the_page_to_look_at(
    home: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = published(publisher, monkeypatch, "movielens-1m", movielens_1m())
    publisher.files.clear()
    with pytest.raises(LogError, match=rf"ml-1m\.zip cannot be had \(404 Not Found\).*{re.escape(known.page)}"):
        known_task({"name": known.name}, no_progress)
    assert nothing_is_left(home)


def test_a_server_that_cannot_be_reached_is_told_with_the_way_by_hand(
    home: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = published(publisher, monkeypatch, "movielens-1m", movielens_1m())
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    closed = dataclasses.replace(known, url=f"http://127.0.0.1:{port}/ml-1m.zip")
    monkeypatch.setitem(KNOWN_SETS, known.name, closed)
    with pytest.raises(LogError, match=rf"^{re.escape(closed.url)} cannot be reached.*refused.*by hand"):
        known_task({"name": known.name}, no_progress)
    assert nothing_is_left(home)


def test_a_server_that_falls_silent_is_given_up(
    home: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = published(publisher, monkeypatch, "movielens-1m", movielens_1m())
    publisher.cut_off = 100
    monkeypatch.setattr(fetching, "TIMEOUT", (1.0, 0.3))
    asked = time.monotonic()
    with pytest.raises(LogError, match=r"ml-1m\.zip .*(time|timed out).*by hand"):
        known_task({"name": known.name}, no_progress)
    assert time.monotonic() - asked < 10
    assert nothing_is_left(home)


def test_a_download_that_breaks_off_is_told_and_can_be_tried_again(
    home: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = published(publisher, monkeypatch, "movielens-1m", movielens_1m())
    publisher.cut_off, publisher.breaks_off = 100, True
    with pytest.raises(LogError, match="broke off"):
        known_task({"name": known.name}, no_progress)
    assert nothing_is_left(home)
    publisher.cut_off = None
    assert opened(known.name)[0].interactions == 3


def test_megabytes_are_told_and_the_share_never_falls(
    home: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    padded = {"ml-1m/padding": bytes(range(256)) * 8000}
    with zipfile.ZipFile(io.BytesIO(movielens_1m())) as real:
        padded |= {name: real.read(name) for name in real.namelist()}
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as opened_again:
        for name, content in padded.items():
            opened_again.writestr(name, content)
    published(publisher, monkeypatch, "movielens-1m", stored.getvalue())
    told: list[tuple[str, float]] = []
    known_task({"name": "movielens-1m"}, lambda stage, done, total, loss=None: told.append((stage, done / total)))
    stages = [stage for stage, _ in told]
    assert stages[0] == "Asking 127.0.0.1 for MovieLens 1M"
    assert {f"Downloading MovieLens 1M: {done} of 2 MB" for done in range(3)} <= set(stages)
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_a_download_can_be_cancelled_and_asked_for_again(
    home: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = published(publisher, monkeypatch, "movielens-1m", movielens_1m())

    def cancel(stage: str, done: float, total: float, loss: float | None = None) -> None:
        if stage.startswith("Downloading"):
            raise Cancelled

    with pytest.raises(Cancelled):
        known_task({"name": known.name}, cancel)
    assert publisher.asked == ["/ml-1m.zip"]
    assert nothing_is_left(home)
    assert opened(known.name)[0].interactions == 3


def test_a_job_that_waits_for_a_silent_server_is_cancelled_at_once(
    home: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = published(publisher, monkeypatch, "movielens-1m", movielens_1m())
    publisher.cut_off = 100
    job = create_job("known", {"name": known.name}, "Fetching MovieLens 1M")
    program = f"""
        import dataclasses
        from workspace.known_sets import KNOWN_SETS
        from workspace.worker import main
        here = dataclasses.replace(KNOWN_SETS["{known.name}"], url="{known.url}", sha256="{known.sha256}")
        KNOWN_SETS["{known.name}"] = here
        main("view", 0.5)
    """
    worker = subprocess.Popen([sys.executable, "-c", textwrap.dedent(program)], cwd=PROJECT_ROOT)
    try:
        end = time.monotonic() + 60
        while not publisher.asked and time.monotonic() < end:
            time.sleep(0.02)
        time.sleep(0.2)  # it waits for more than the hundred bytes
        jobs.cancel(job.id)
        asked = time.monotonic()
        while jobs.get_job(job.id).active and time.monotonic() < asked + 30:
            time.sleep(0.02)
        assert jobs.get_job(job.id).status == "cancelled"
        assert time.monotonic() - asked < 10
        worker.wait(30)
    finally:
        with contextlib.suppress(ProcessLookupError):
            worker.kill()
        worker.wait()
    assert nothing_is_left(home)
    publisher.cut_off = None
    assert opened(known.name)[0].interactions == 3


def test_a_full_disk_is_told(home: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
    known = published(publisher, monkeypatch, "movielens-1m", movielens_1m())

    def full(source: Path, name: str) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(fetching, "keep_original", full)
    with pytest.raises(LogError, match=r"MovieLens 1M cannot be kept.*the disk is full"):
        known_task({"name": known.name}, no_progress)
    assert nothing_is_left(home)


def test_listing_and_importing_fetch_nothing_and_do_not_load_what_fetches() -> None:
    """Every module that knows of the sets, in a process where a connection would be an error."""
    program = """
        import socket, sys

        def refuse(*arguments, **more):
            raise AssertionError("something wants the network")

        socket.socket.connect = refuse
        socket.getaddrinfo = refuse
        import cli, workspace.fetching, workspace.tasks
        assert cli.main(["known", "--json", "-"]) == 0
        assert cli.main(["known"]) == 0
        assert "pooch" not in sys.modules
        assert "requests" not in sys.modules
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], cwd=PROJECT_ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "movielens-100k" in done.stdout
