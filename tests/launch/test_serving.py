"""The app's server as launch.py runs it."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from launcher import serving
from launcher.console import LaunchError
from launcher.environment import ROOT, Environment

APP_THAT_ENDS = "import sys; sys.exit(7)"


@pytest.fixture
def busy_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind((serving.HOST, 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_free_port_is_taken_as_it_is(busy_port: int) -> None:
    free = serving.free_port(busy_port)
    assert serving.free_port(free) == free


def test_the_next_port_is_taken_where_one_is_busy(busy_port: int) -> None:
    assert busy_port < serving.free_port(busy_port) < busy_port + serving.PORTS_TRIED


def test_a_server_on_all_addresses_makes_a_port_busy() -> None:
    with socket.socket() as listener:
        listener.bind(("0.0.0.0", 0))
        listener.listen()
        port = listener.getsockname()[1]
        assert serving.free_port(port) != port


def test_no_free_port_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "_is_free", lambda port: False)
    with pytest.raises(LaunchError, match="No port from 8501 to 8600 is free"):
        serving.free_port(8501)
    with pytest.raises(LaunchError, match="No port from 65530 to 65535 is free"):
        serving.free_port(65530)


def test_nobody_at_an_address_is_not_healthy(busy_port: int) -> None:
    assert not serving.is_healthy(f"http://{serving.HOST}:{serving.free_port(busy_port)}")


@pytest.mark.parametrize(
    ("variables", "system", "seen"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ""}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({}, "darwin", True),
        ({}, "win32", True),
    ],
)
def test_a_browser_is_opened_where_there_is_a_display(variables: dict[str, str], system: str, seen: bool) -> None:
    assert serving.has_display(variables, system) is seen


def test_the_exit_code_of_an_app_that_ends_by_itself_is_passed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "streamlit.py").write_text(APP_THAT_ENDS)  # what `python -m streamlit` then finds first
    monkeypatch.setattr(Environment, "python", Path(sys.executable))
    assert serving.serve(Environment(tmp_path), open_browser=False) == 7
    assert "ended before it answered" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="a test cannot press Ctrl-C in a Windows console")
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_the_app_answers_and_ends_when_asked_to(tmp_path: Path, busy_port: int, ending: signal.Signals) -> None:
    """launch.py on a copy of the checkout, from another folder, its first port busy, in the environment of this run."""
    checkout = copy_of_checkout(tmp_path)
    process = subprocess.Popen(
        [sys.executable, checkout / "launch.py", "--no-browser", "--port", str(busy_port)],
        cwd="/",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    with process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().startswith(f"Port {busy_port} is busy: taking ")
            address = process.stdout.readline().split()[3]
            assert serving.is_healthy(address)
            servers = psutil.Process(process.pid).children(recursive=True)
            assert servers
            process.send_signal(ending)
            assert process.wait(30) == 0
            assert process.stdout.read() == "Itemscape has ended.\n"
            assert not any(server.is_running() for server in servers)
            assert not serving.is_healthy(address)
        finally:
            process.kill()


def copy_of_checkout(folder: Path) -> Path:
    """The checkout with links for all that is in it but the stamp, which says that everything is installed."""
    checkout = folder / "checkout"
    checkout.mkdir()
    for entry in ROOT.iterdir():
        if entry.name not in (".venv", ".git", "launch.py", "launcher", ".venv.lock"):
            (checkout / entry.name).symlink_to(entry)
    for name in ("launch.py", "launcher"):  # these find their checkout from where they lie
        subprocess.run(["cp", "-r", ROOT / name, checkout], check=True)
    environment = Environment(checkout)
    environment.python.parent.mkdir(parents=True)
    for program in ("python", "python3"):
        (environment.python.parent / program).symlink_to(sys.executable)
    (environment.folder / "pyvenv.cfg").write_bytes((Path(sys.prefix) / "pyvenv.cfg").read_bytes())
    (environment.folder / "lib").symlink_to(Path(sys.prefix) / "lib")
    environment._write_stamp({name: environment.digest("requirements.txt") for name in ("requirements.txt", "warm")})
    return checkout
