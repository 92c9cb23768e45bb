"""What stands together in a kept log: made once, by a job, and read from disk after that."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analysis.company import company
from analysis.company_index import CompanyIndex, index_company
from errors import LogError
from tests.planted import make_log
from tests.workspace.helpers import write_csv
from workspace import jobs, logs
from workspace.results import Pending, Ready, company_or_job, make_company

PATIENCE = 120.0


def keep(path: Path) -> logs.LogEntry:
    return logs.import_log(logs.keep_original(path, path.name), name=path.stem)


def ready(digest: str) -> CompanyIndex:
    answer = company_or_job(digest)
    assert isinstance(answer, Ready)
    return answer.value


def test_the_index_comes_from_a_job_once_and_from_disk_after_that(kept: logs.LogEntry) -> None:
    asked = company_or_job(kept.digest)
    assert isinstance(asked, Pending)
    assert jobs.wait(asked.job.id, PATIENCE).status == "done"
    index = ready(kept.digest)
    assert len(jobs.list_jobs()) == 1
    log = logs.open_log(kept.digest)
    ids = log.item_ids.tolist()
    found = company(index, ids.index("A00"), np.array([ids.index("A01"), ids.index("B01")]))
    assert found.together[0] > 0
    assert found.together[1] == 0


def test_what_is_kept_is_what_was_computed_and_stays_on_disk(kept: logs.LogEntry) -> None:
    made = make_company(kept)
    log = logs.open_log(kept.digest)
    expected = index_company(log.user_codes, log.item_codes, log.timestamps, log.session_codes, log.n_items)
    for name in ("offsets", "sequences", "places", "sequences_per_item", "users"):
        array = getattr(made, name)
        assert np.array_equal(array, getattr(expected, name)), name
        assert isinstance(array.base, np.memmap), name
    assert made.n_sequences == expected.n_sequences


def test_what_is_kept_is_not_made_again(kept: logs.LogEntry) -> None:
    make_company(kept)
    make_company(kept, lambda *_: pytest.fail("computed again"))


@pytest.mark.parametrize("header", ["user,item", "session,item"])
def test_logs_without_times_or_users_have_no_arrays_for_them(home: Path, tmp_path: Path, header: str) -> None:
    path = tmp_path / "plain.csv"
    path.write_text(f"{header}\nu,a\nu,b\nv,a\n", encoding="utf-8")
    index = make_company(keep(path))
    assert index.places is None
    assert index.users is None
    assert company(index, 0, np.array([1])).together.tolist() == [1]
    assert index.n_sequences == 2


@pytest.mark.parametrize("name", ["sequences.npy", "index.json"])
def test_a_damaged_index_is_made_again(kept: logs.LogEntry, name: str) -> None:
    before = make_company(kept).sequences.tolist()
    (file,) = kept.path.rglob(name)
    file.write_bytes(file.read_bytes()[:20])
    assert isinstance(company_or_job(kept.digest), Pending)
    assert make_company(kept).sequences.tolist() == before
    assert ready(kept.digest).sequences.tolist() == before


def test_it_goes_with_its_log(kept: logs.LogEntry) -> None:
    make_company(kept)
    logs.delete_log(kept.digest)
    assert not list(kept.path.parent.rglob("sequences.npy"))
    with pytest.raises(LogError, match="No kept log"):
        company_or_job(kept.digest)


def test_the_log_itself_reads_as_before(kept: logs.LogEntry) -> None:
    make_company(kept)
    assert logs.open_log(kept.digest).digest == kept.digest
    assert [entry.digest for entry in logs.list_logs()] == [kept.digest]


def test_two_logs_have_two_indices(kept: logs.LogEntry, tmp_path: Path) -> None:
    other = keep(write_csv(make_log(["u", "v"], ["a", "b"], [1, 2]), tmp_path / "two.csv"))
    assert len(make_company(kept).sequences) == kept.interactions
    assert len(make_company(other).sequences) == 2
