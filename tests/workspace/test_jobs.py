"""Real worker processes, each test in a workspace of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import filelock
import psutil
import pytest

from errors import RunError
from tests.planted import zipf_log
from tests.workspace.helpers import train_here, write_csv
from workspace import jobs, logs, runs, workers
from workspace.files import UNFINISHED
from workspace.home import PROJECT_ROOT, room
from workspace.job_folders import create_job, job_folder, queue_lock, write_status
from workspace.jobs import Job
from workspace.worker import Worker, main

PATIENCE = 60.0  # seconds; only a broken program needs them


def train(entry: logs.LogEntry, seed: int = 0, method: str = "als", **params: object) -> Job:
    params = {"dimensions": 8, "threads": 1} | params
    spec = {"log_digest": entry.digest, "method": method, "params": params, "seed": seed}
    return jobs.submit("train", spec, f"Training {method} {seed}")


def train_for_minutes(entry: logs.LogEntry) -> Job:
    return train(entry, method="item2vec", epochs=1000, window=30, negatives=50)


def wait_until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def under_way(job: Job) -> bool:
    now = jobs.get_job(job.id)
    assert now.active, now
    return now.status == "running" and 0 < now.done < now.total


def worker_of(lane: str) -> psutil.Process:
    return psutil.Process(json.loads((room("workers") / f"{lane}.json").read_text())["pid"])


def nothing_half_written(home: Path) -> bool:
    return not list(home.rglob(f"{UNFINISHED}*"))


StartWorker = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start_worker(home: Path) -> Iterator[StartWorker]:
    """Starts a worker of a lane, "train" by default, in which something was changed beforehand."""
    started = []

    def start(change: str, lane: str = "train") -> subprocess.Popen[bytes]:
        code = f"from workspace import worker\n{change}\nworker.main('{lane}')"
        started.append(subprocess.Popen([sys.executable, "-c", code], cwd=PROJECT_ROOT, stdin=subprocess.DEVNULL))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def long_log(home: Path, tmp_path: Path) -> logs.LogEntry:
    """A log that item2vec needs a while for."""
    path = write_csv(zipf_log(users=2000, events_per_user=30), tmp_path / "zipf.csv")
    return logs.import_log(logs.keep_original(path, path.name), name="Zipf")


def test_from_the_file_to_the_run(home: Path, tmp_path: Path) -> None:
    path = write_csv(zipf_log(), tmp_path / "zipf.csv")
    importing = jobs.wait(jobs.submit("import", {"original": str(path), "name": "Zipf"}, "Opening Zipf").id, PATIENCE)
    assert importing.status == "done", importing
    assert importing.result is not None
    entry = logs.find_log(importing.result["digest"])
    assert entry.name == "Zipf"
    assert Path(entry.source["original"]).is_relative_to(home)

    training = jobs.wait(train(entry).id, PATIENCE)
    assert training.status == "done", training
    assert training.result is not None
    assert [run.key for run in runs.list_runs(entry.digest)] == [training.result["key"]]
    assert training.started is not None
    assert training.finished is not None
    assert training.created <= training.started <= training.finished
    assert training.share == 1.0


def test_jobs_of_a_lane_are_done_in_turn_by_one_worker_that_stays(kept: logs.LogEntry) -> None:
    first, second = train(kept, seed=1), train(kept, seed=2)
    assert [jobs.wait(job.id, PATIENCE).status for job in (first, second)] == ["done", "done"]
    before, after = jobs.get_job(first.id), jobs.get_job(second.id)
    assert before.finished is not None
    assert after.started is not None
    assert before.finished <= after.started
    worker = worker_of("train")
    assert jobs.wait(train(kept, seed=3).id, PATIENCE).status == "done"
    assert worker_of("train") == worker
    assert worker.is_running()


def test_asking_twice_is_one_job_until_it_is_finished(kept: logs.LogEntry) -> None:
    job = train(kept)
    assert train(kept).id == job.id
    jobs.wait(job.id, PATIENCE)
    again = train(kept)
    assert again.id != job.id
    assert jobs.wait(again.id, PATIENCE).result == jobs.get_job(job.id).result
    assert len(runs.list_runs()) == 1


def test_progress_time_left_and_cancel(long_log: logs.LogEntry, home: Path) -> None:
    job = train_for_minutes(long_log)
    wait_until(lambda: under_way(job) and jobs.get_job(job.id).seconds_left is not None)
    earlier = jobs.get_job(job.id)
    wait_until(lambda: jobs.get_job(job.id).done > earlier.done)
    asked = time.monotonic()
    jobs.cancel(job.id)
    assert time.monotonic() - asked < 0.5  # the page does not wait
    wait_until(lambda: not jobs.get_job(job.id).active)
    assert time.monotonic() - asked < 3.0
    assert jobs.get_job(job.id).status == "cancelled"
    assert jobs.get_job(job.id).error is None
    assert runs.list_runs() == []
    assert nothing_half_written(home)
    assert jobs.wait(train(long_log).id, PATIENCE).status == "done"


@pytest.mark.slow
def test_a_queued_job_is_cancelled_at_once_and_never_starts(long_log: logs.LogEntry) -> None:
    running, queued = train_for_minutes(long_log), train(long_log)
    wait_until(lambda: under_way(running))
    jobs.cancel(queued.id)
    assert jobs.get_job(queued.id).status == "cancelled"
    jobs.cancel(running.id)
    wait_until(lambda: not jobs.get_job(running.id).active)
    assert jobs.get_job(queued.id).started is None


@pytest.mark.parametrize("deaf_to", [pytest.param("the flag", marks=pytest.mark.slow), "the flag and SIGTERM"])
def test_work_that_does_not_listen_is_ended(kept: logs.LogEntry, start_worker: StartWorker, deaf_to: str) -> None:
    job = create_job("train", {"log_digest": kept.digest, "method": "als", "deaf": True}, "Deaf")
    blocked = "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM});" if "SIGTERM" in deaf_to else ""
    start_worker(
        f"import signal, time; {blocked}\n"
        "def task(spec, progress):\n"
        "    if not spec.get('deaf'): return {'heard': True}\n"
        "    progress('Not listening', 1, 2)\n"
        "    time.sleep(600)\n"
        "worker.TASKS = {'train': task}\n"
    )
    wait_until(lambda: under_way(job))
    asked = time.monotonic()
    jobs.cancel(job.id)
    wait_until(lambda: not jobs.get_job(job.id).active)
    assert time.monotonic() - asked < (3.5 if "SIGTERM" in deaf_to else 1.9)
    assert jobs.get_job(job.id).status == "cancelled"
    assert jobs.wait(train(kept).id, PATIENCE).status == "done"


DIE = "import os, signal\ndef die(*args, **values): os.kill(os.getpid(), signal.SIGKILL)\n"
MOMENTS = {
    "as it takes the job": "worker.Reporter = die",
    "as the log is opened": "import interactions; interactions.InteractionLog.load = die",
    "as training begins": "import embedders; embedders.METHODS['als'].fit = die",
    "with the run half written": "from pandas import DataFrame; DataFrame.to_parquet = die",
    "with the run written and not named": "from workspace import files; files.settle = die",
}


@pytest.mark.parametrize(
    "moment", [pytest.param(moment, marks=[] if "half" in moment else pytest.mark.slow) for moment in MOMENTS]
)
def test_killed_at_any_moment_the_job_fails_and_all_else_stays(
    kept: logs.LogEntry, home: Path, start_worker: StartWorker, moment: str
) -> None:
    spec = {"log_digest": kept.digest, "method": "als", "params": {"dimensions": 8}, "seed": 0}
    job, waiting = create_job("train", spec, "Doomed"), create_job("train", spec | {"seed": 1}, "Waiting")
    assert start_worker(DIE + MOMENTS[moment]).wait(PATIENCE) == -9
    assert jobs.get_job(job.id).status == "running"  # nobody has looked yet
    assert jobs.wait(job.id, PATIENCE).status == "failed"
    error = jobs.get_job(job.id).error
    assert error is not None
    assert "worker process is gone" in error
    assert jobs.wait(waiting.id, PATIENCE).status == "done"
    assert [run.seed for run in runs.list_runs()] == [1]
    assert nothing_half_written(home)
    assert logs.list_logs() == [kept]
    assert logs.open_log(kept.digest).n_items == 24


def test_killed_in_the_middle_of_training_by_the_system(long_log: logs.LogEntry, home: Path) -> None:
    job = train_for_minutes(long_log)
    wait_until(lambda: under_way(job))
    worker_of("train").kill()
    failed = jobs.wait(job.id, PATIENCE)
    assert failed.status == "failed"
    assert failed.error is not None
    assert "SIGKILL" in failed.error
    assert nothing_half_written(home)
    assert jobs.wait(train(long_log).id, PATIENCE).status == "done"


def neighbours_wanted(kept: logs.LogEntry) -> Job:
    """A job that a page waits for, and that nobody works on yet."""
    return create_job("neighbours", {"run": train_here(kept, "svd").key, "similarity": "cosine"}, "Neighbours")


def test_what_a_page_waits_for_is_tried_again_when_its_worker_is_lost(
    kept: logs.LogEntry, start_worker: StartWorker
) -> None:
    job = neighbours_wanted(kept)
    assert start_worker(DIE + "worker.Reporter = die", "view").wait(PATIENCE) == -9
    assert jobs.wait(job.id, PATIENCE).status == "done"


def test_what_loses_its_worker_twice_fails(
    kept: logs.LogEntry, start_worker: StartWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []

    def start_one_that_dies(lane: str) -> subprocess.Popen[bytes]:
        started.append(lane)
        return start_worker(DIE + "worker.Reporter = die", lane)

    monkeypatch.setattr(workers, "_start", start_one_that_dies)
    failed = jobs.wait(neighbours_wanted(kept).id, PATIENCE)
    assert (failed.status, started) == ("failed", ["view", "view"])
    assert "SIGKILL" in str(failed.error)


def test_killed_after_the_run_was_kept_the_run_is_there(kept: logs.LogEntry, start_worker: StartWorker) -> None:
    job = create_job("train", {"log_digest": kept.digest, "method": "als", "params": {"dimensions": 8}}, "Late")
    assert start_worker(DIE + "worker.finish = die").wait(PATIENCE) == -9
    assert jobs.wait(job.id, PATIENCE).status == "failed"
    (run,) = runs.list_runs()
    assert runs.open_run(run).embedding.item_vectors.any()


def test_a_fault_of_the_input_is_the_sentence_and_a_defect_leaves_its_log(kept: logs.LogEntry) -> None:
    wrong = jobs.wait(train(kept, dimensions=1).id, PATIENCE)
    assert wrong.status == "failed"
    assert wrong.error is not None
    assert "dimensions = 1 is too small" in wrong.error
    assert "Traceback" not in wrong.log_tail

    gone = jobs.wait(jobs.submit("train", {"log_digest": "0" * 64, "method": "als"}, "Gone").id, PATIENCE)
    assert gone.error is not None
    assert "No kept log" in gone.error

    defect = jobs.wait(jobs.submit("train", {"log_digest": kept.digest}, "Without a method").id, PATIENCE)
    assert defect.error is not None
    assert "KeyError" in defect.error
    assert "Traceback" in defect.log_tail
    assert jobs.wait(train(kept).id, PATIENCE).status == "done"


def test_what_libraries_print_is_in_the_jobs_own_log(home: Path, start_worker: StartWorker) -> None:
    create_job("train", {"word": "first"}, "First")
    second = create_job("train", {"word": "second"}, "Second")
    start_worker(
        "import os\n"
        "def task(spec, progress):\n"
        "    print('python says', spec['word']); os.write(2, b'C says ' + spec['word'].encode())\n"
        "    return {}\n"
        "worker.TASKS = {'train': task}\n"
    )
    wait_until(lambda: not jobs.get_job(second.id).active)
    assert jobs.get_job(second.id).status == "done"
    said = jobs.get_job(second.id).log_tail
    assert "python says second" in said
    assert "C says second" in said
    assert "first" not in said


def test_a_worker_that_cannot_start_fails_its_jobs_and_is_not_started_for_ever(
    kept: logs.LogEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "PROJECT_ROOT", kept.path)  # no such module there
    monkeypatch.delenv("PYTHONPATH", raising=False)
    failed = jobs.wait(train(kept).id, PATIENCE)
    assert failed.status == "failed"
    assert failed.error is not None
    assert "could not start" in failed.error
    assert "No module named" in failed.error


def test_another_process_sees_all_and_the_worker_outlives_who_started_it(
    long_log: logs.LogEntry, tmp_path: Path
) -> None:
    app = (
        "from workspace import jobs, logs\n"
        f"spec = {{'log_digest': {long_log.digest!r}, 'method': 'item2vec', 'params': {{'epochs': 2}}}}\n"
        "print(jobs.submit('train', spec, 'Started by the app').id)"
    )
    environment = os.environ | {"PYTHONPATH": str(PROJECT_ROOT)}
    answer = subprocess.run(
        [sys.executable, "-c", app], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    job = jobs.get_job(answer.stdout.strip())
    assert job.title == "Started by the app"
    assert jobs.wait(job.id, PATIENCE).status == "done"
    (run,) = runs.list_runs(long_log.digest)
    assert run.method == "item2vec"


@pytest.mark.slow
def test_an_idle_worker_ends_and_the_next_job_gets_another(kept: logs.LogEntry) -> None:
    command = [sys.executable, "-m", "workspace.worker", "train", "0"]
    assert subprocess.run(command, cwd=PROJECT_ROOT, timeout=PATIENCE, check=False).returncode == 0
    assert jobs.wait(train(kept).id, PATIENCE).status == "done"


@pytest.mark.slow
def test_a_worker_that_an_update_left_behind_takes_no_job(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = Worker("train", idle=PATIENCE)
    job = create_job("train", {"log_digest": "0" * 64, "method": "als"}, "Training")
    monkeypatch.setattr("workspace.worker.code_state", lambda: (0, 0))
    worker.run()
    assert jobs.get_job(job.id).status == "queued"


def test_a_worker_that_an_update_left_behind_makes_room_though_jobs_wait(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = create_job("train", {"log_digest": "0" * 64, "method": "als"}, "Training")
    states = iter([(1, 1)])  # of the program when the worker began, and then none like it
    monkeypatch.setattr("workspace.worker.code_state", lambda: next(states, (2, 2)))
    main("train", PATIENCE)
    assert jobs.get_job(job.id).status == "queued"
    with workers.lane_lock("train").acquire(blocking=False):
        pass


def test_a_change_of_the_program_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "PROJECT_ROOT", tmp_path)
    file = tmp_path / "embedders" / "parts" / "kernel.py"
    file.parent.mkdir(parents=True)
    states = [workers.code_state()]
    for text in ("a", "b"):
        file.write_text(text)
        os.utime(file, ns=(0, 10**18 + len(states)))
        states.append(workers.code_state())
    assert len(set(states)) == 3


def test_only_one_worker_serves_a_lane(kept: logs.LogEntry) -> None:
    jobs.wait(train(kept).id, PATIENCE)
    with pytest.raises(filelock.Timeout):
        workers.lane_lock("train").acquire(timeout=0)
    second = subprocess.run([sys.executable, "-m", "workspace.worker", "train"], cwd=PROJECT_ROOT, timeout=PATIENCE)
    assert second.returncode == 0
    assert worker_of("train").is_running()


def test_dismissing_forgets_what_is_finished_only(home: Path) -> None:
    job = create_job("train", {}, "Waiting")
    jobs.dismiss(job.id)
    assert jobs.list_jobs() == [job]
    jobs.cancel(job.id)
    jobs.dismiss(job.id)
    assert jobs.list_jobs() == []
    with pytest.raises(RunError):
        jobs.get_job(job.id)


def test_the_newest_jobs_stand_first_and_old_finished_ones_are_forgotten(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workspace.job_folders.KEPT_FINISHED", 3)
    made = [create_job("train", {"number": number}, str(number)) for number in range(6)]
    with queue_lock():
        for job in made[:5]:
            write_status(job.id, {"status": "done"})
    last = create_job("train", {"number": 6}, "6")
    assert [job.title for job in jobs.list_jobs()] == ["6", "5", "4", "3", "2"]
    assert [job.title for job in jobs.list_jobs(active_only=True)] == ["6", "5"]
    assert jobs.find_job("train", {"number": 6}) == last
    assert jobs.find_job("train", {"number": 0}) is None


def test_time_left_counts_down_between_reports(home: Path) -> None:
    job = create_job("train", {}, "Running")
    write_status(job.id, {"status": "running", "seconds_left": 30.0, "reported": time.time() - 10})
    left = jobs.get_job(job.id).seconds_left
    assert left is not None
    assert 15 < left <= 20
    assert job_folder(job.id).exists()
