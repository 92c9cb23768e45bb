"""What goes over the app's websocket and when, seen from between browser and server."""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
import time

from launcher.serving import HOST

_BLOCK = 1 << 16  # bytes
_HEARTBEAT = 16  # bytes; what is no longer only says that somebody still lives


class Relay:
    """Passes everything on to a server at a port of this machine, and notes when something went over a websocket.

    url  where a browser finds the server through it

    Answers can be held back, so that a browser that draws does not take the processor from a server that answers.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._asked: list[float] = []
        self._answered: list[float] = []
        self._gate = threading.Event()
        self._gate.set()
        self._listener = socket.create_server((HOST, 0))
        self.url = f"http://{HOST}:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def begin(self, *, hold: bool = False) -> None:
        """Forget what went by until now; with `hold`, answers wait for `release`."""
        self._asked.clear()
        self._answered.clear()
        if hold:
            self._gate.clear()

    def release(self) -> None:
        """Hand over what was held back."""
        self._gate.set()

    def is_quiet(self, seconds: float) -> bool:
        """Whether something was answered since `begin`, and nothing for so long."""
        return bool(self._answered) and time.perf_counter() - self._answered[-1] > seconds

    def server_seconds(self) -> float:
        """From the first message to the server since `begin` to the last one from it."""
        return self._answered[-1] - self._asked[0]

    def close(self) -> None:
        """Take no more connections, and hold nothing back any more."""
        with contextlib.suppress(OSError):  # it wakes who waits for the next connection, where the system lets it
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.release()

    def _accept(self) -> None:
        while True:
            try:
                browser, _ = self._listener.accept()
            except OSError:  # closed
                return
            threading.Thread(target=self._connect, args=(browser,), daemon=True).start()

    def _connect(self, browser: socket.socket) -> None:
        """Relay one connection until both sides are done with it."""
        with contextlib.suppress(OSError), browser, socket.create_connection((HOST, self._port)) as server:
            for end in (browser, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            first = browser.recv(_BLOCK)
            server.sendall(first)
            is_websocket = b"upgrade: websocket" in first.lower()
            asked, answered = (self._asked, self._answered) if is_websocket else ([], [])
            always = threading.Event()
            always.set()
            gate = self._gate if is_websocket else always
            back = threading.Thread(target=_pass_on, args=(server, browser, answered, gate), daemon=True)
            back.start()
            _pass_on(browser, server, asked, always)
            back.join()


def _pass_on(source: socket.socket, target: socket.socket, times: list[float], gate: threading.Event) -> None:
    """Until the source is done; what the target is too busy to take, or is not to have yet, waits here."""
    waiting: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    carrier = threading.Thread(target=_hand_over, args=(waiting, source, target, gate), daemon=True)
    carrier.start()
    data = b"begin"
    while data:
        try:
            data = source.recv(_BLOCK)
        except OSError:
            data = b""
        if len(data) > _HEARTBEAT:
            times.append(time.perf_counter())
        waiting.put(data)
    carrier.join()


def _hand_over(
    waiting: queue.SimpleQueue[bytes], source: socket.socket, target: socket.socket, gate: threading.Event
) -> None:
    """Send what comes while the gate is open, until there is no more; where the target is gone, so is the source."""
    try:
        while data := waiting.get():
            gate.wait()
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        with contextlib.suppress(OSError):
            source.shutdown(socket.SHUT_RDWR)
