"""The app as a person starts it, for tests: a server on a free port with a workspace of its own."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil

from launcher.environment import ROOT
from launcher.serving import HOST, is_healthy

START_SECONDS = 60


class AppServer:
    """A running app; `stop` and `start` again to see what a restart keeps.

    home  its workspace (ITEMSCAPE_HOME)
    log   what it wrote, over all its starts
    """

    def __init__(self, home: Path, log: Path) -> None:
        self.home = home
        self.log = log
        self.url = ""
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Process id of the server; raises RuntimeError where it is not running."""
        if self._process is None:
            raise RuntimeError("the app is not running")
        return self._process.pid

    def start(self) -> None:
        """Start the server and wait for its first answer; raises RuntimeError with its log where none comes."""
        port = _unused_port()
        self.url = f"http://{HOST}:{port}"
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true"]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, f"--server.address={HOST}", f"--server.port={port}"],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + START_SECONDS
        while not is_healthy(self.url):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"the app did not start:\n{self.text()}")
            time.sleep(0.05)

    def kill(self) -> None:
        """End the server at once, as a crash would; its workers live on."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """End the server and every process that works in its workspace, and see them gone."""
        self.kill()
        workers = [process for process in psutil.process_iter() if self._works_here(process)]
        for worker in workers:
            worker.kill()
        psutil.wait_procs(workers, timeout=10)

    def text(self) -> str:
        """The log of the server."""
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def _works_here(self, process: psutil.Process) -> bool:
        try:
            return process.pid != psutil.Process().pid and process.environ().get("ITEMSCAPE_HOME") == str(self.home)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            return False


def _unused_port() -> int:
    """A port that the system picks: tests that run side by side would all find the same first free one."""
    with socket.socket() as asked:
        asked.bind((HOST, 0))
        return int(asked.getsockname()[1])
