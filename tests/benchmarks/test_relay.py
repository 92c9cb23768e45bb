"""The relay passes bytes on unchanged, and times those of a websocket alone."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from benchmarks.relay import Relay

WEBSOCKET = b"GET /stream HTTP/1.1\r\nUpgrade: websocket\r\n\r\n"
ANSWER_AFTER = 0.2  # seconds


@pytest.fixture
def relay() -> Iterator[Relay]:
    """In front of a server that answers each message with itself, after a while."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                while data := connection.recv(1 << 16):
                    time.sleep(ANSWER_AFTER)
                    connection.sendall(data)

        thread = threading.Thread(target=serve)
        thread.start()
        opened = Relay(listener.getsockname()[1])
        yield opened
        opened.close()
        thread.join()


def connect(relay: Relay, first: bytes) -> socket.socket:
    """A connection on which the first message has been answered."""
    address = urlsplit(relay.url)
    browser = socket.create_connection((address.hostname or "", address.port or 0), timeout=10)
    browser.sendall(first)
    assert browser.recv(1 << 16) == first
    return browser


def test_the_time_of_the_server_is_from_the_question_to_the_answer(relay: Relay) -> None:
    with connect(relay, WEBSOCKET) as browser:
        relay.begin()
        browser.sendall(b"x" * 100)
        assert not relay.is_quiet(0)
        assert browser.recv(1 << 16) == b"x" * 100
        assert relay.is_quiet(0)
        assert relay.server_seconds() >= ANSWER_AFTER


def test_an_answer_that_is_held_back_is_timed_and_comes_with_the_release(relay: Relay) -> None:
    with connect(relay, WEBSOCKET) as browser:
        relay.begin(hold=True)
        browser.sendall(b"x" * 100)
        while not relay.is_quiet(0):
            time.sleep(0.01)
        browser.settimeout(ANSWER_AFTER)
        with pytest.raises(TimeoutError):
            browser.recv(1 << 16)
        relay.release()
        assert browser.recv(1 << 16) == b"x" * 100


@pytest.mark.parametrize(("first", "message"), [(b"GET / HTTP/1.1\r\n\r\n", b"x" * 100), (WEBSOCKET, b"ping")])
def test_other_requests_and_heartbeats_are_not_timed(relay: Relay, first: bytes, message: bytes) -> None:
    with connect(relay, first) as browser:
        relay.begin()
        browser.sendall(message)
        assert browser.recv(1 << 16) == message
        assert not relay.is_quiet(0)
