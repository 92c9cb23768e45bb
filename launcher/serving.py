"""The app's server: a free port, a child that ends with us, an address that answers before it is printed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import FrameType

from launcher.console import LaunchError, say
from launcher.environment import Environment

HOST = "127.0.0.1"
FIRST_PORT = 8501
PORTS_TRIED = 100
START_SECONDS = 120
STOP_SECONDS = 10

# The child has a process group of its own: a Ctrl-C then reaches this process alone, which ends the child.
if sys.platform == "win32":
    _OWN_GROUP, _ASK_TO_END = subprocess.CREATE_NEW_PROCESS_GROUP, signal.CTRL_BREAK_EVENT
else:
    _OWN_GROUP, _ASK_TO_END = 0, signal.SIGINT


class _EndAskedError(Exception):
    """Somebody wants this process to end: Ctrl-C, a closed terminal, or `kill`."""


def free_port(first: int = FIRST_PORT) -> int:
    """The first free port from `first` on; raises LaunchError where there is none near."""
    for port in range(first, min(first + PORTS_TRIED, 65536)):
        if _is_free(port):
            return port
    raise LaunchError(f"No port from {first} to {port} is free: name another with --port.")


def serve(environment: Environment, first_port: int = FIRST_PORT, open_browser: bool = True) -> int:
    """Run the app until it ends or somebody ends it; returns its exit code, 0 where it was asked to end."""
    port = free_port(first_port)
    if port != first_port:
        say(f"Port {first_port} is busy: taking {port}.")
    address = f"http://{HOST}:{port}"
    try:
        with _ending_signals(), _server(environment, port) as child:
            if not _wait_until_healthy(child, address):
                return _exit_code(child)
            say(f"Itemscape is at {address}  (Ctrl-C ends it)")
            if open_browser and has_display(os.environ):
                webbrowser.open(address)
            return _exit_code(child)
    except _EndAskedError:
        say("Itemscape has ended.")
        return 0


def is_healthy(address: str) -> bool:
    """True where a streamlit server answers at an address; no proxy is asked."""
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
            f"{address}/_stcore/health", timeout=2
        ) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def has_display(variables: Mapping[str, str], system: str = sys.platform) -> bool:
    """True where a browser window could be seen."""
    return system in ("win32", "darwin") or bool(variables.get("DISPLAY") or variables.get("WAYLAND_DISPLAY"))


def _is_free(port: int) -> bool:
    """True where nobody listens; a port just left by another server counts as free."""
    with socket.socket() as caller:
        caller.settimeout(0.5)
        if caller.connect_ex((HOST, port)) == 0:  # macOS lets two listen, one on all addresses and one on this
            return False
    with socket.socket() as listener:
        if os.name == "posix":  # on Windows this option would take a port away from its owner
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError:
            return False
    return True


@contextmanager
def _server(environment: Environment, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Streamlit as a child that ends when this block does."""
    options = {
        "server.address": HOST,
        "server.port": port,
        "server.headless": "true",
        "server.showEmailPrompt": "false",
        "browser.gatherUsageStats": "false",
        "logger.level": "warning",
    }
    child = subprocess.Popen(
        [
            environment.python,
            "-m",
            "streamlit",
            "run",
            "app.py",
            *(f"--{key}={value}" for key, value in options.items()),
        ],
        cwd=environment.root,
        env=environment.variables(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,  # streamlit's own greeting; what goes wrong is written to stderr
        creationflags=_OWN_GROUP,
        process_group=0,
    )
    try:
        yield child
    finally:
        _end(child)


def _wait_until_healthy(child: subprocess.Popen[bytes], address: str) -> bool:
    """Wait for the first answer; False where the server ended instead."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if child.poll() is not None:
            say("The app ended before it answered; why stands above.")
            return False
        if is_healthy(address):
            return True
        time.sleep(0.1)
    raise LaunchError(f"The app did not answer at {address} within {START_SECONDS} seconds: try another --port.")


def _end(child: subprocess.Popen[bytes]) -> None:
    """End the server as Ctrl-C would, then by force."""
    if child.poll() is not None:
        return
    child.send_signal(_ASK_TO_END)
    try:
        child.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _exit_code(child: subprocess.Popen[bytes]) -> int:
    code = child.wait()
    return code if code >= 0 else 128 - code


@contextmanager
def _ending_signals() -> Iterator[None]:
    """Raise _EndAskedError at the first signal that asks for an end, so that the child is ended too."""
    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]

    def ask(number: int, frame: FrameType | None) -> None:
        for name in names:  # a second Ctrl-C would leave the child behind
            signal.signal(getattr(signal, name), signal.SIG_IGN)
        raise _EndAskedError

    before = {name: signal.signal(getattr(signal, name), ask) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)
