"""What lies between a machine and its Songbook, and breaks as the network does."""

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from urllib.parse import urlsplit

RESET = struct.pack("ii", 1, 0)
TOO_LARGE = b"HTTP/1.1 413 Request Entity Too Large\r\nContent-Length: 0\r\n\r\n"
BAD_GATEWAY = (
    b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
)


class BrokenLine:
    """A proxy on loopback; `faults` say what becomes of the next requests to give a record.

    Each is called with the request, the Songbook's address and who asked, and does all that
    is to be done. With no fault left, requests go through. `take_by` is the same for asking
    for a ticket, each time. `asked` are all paths, in order.
    """

    def __init__(self, songbook: str) -> None:
        self.faults: list[Callable[[bytes, str, socket.socket], None]] = []
        self.take_by: Callable[[bytes, str, socket.socket], None] = pass_on
        self.asked: list[str] = []
        self._songbook = songbook
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        """Take no more requests."""
        # Whoever waits for one is woken by it.
        self._door.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._door.close()

    def given(self) -> int:
        """Return how often a record was given, whether it arrived or not."""
        return sum("/records/" in path for path in self.asked)

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                asking, _ = self._door.accept()
                threading.Thread(target=self._handle, args=(asking,)).start()

    def _handle(self, asking: socket.socket) -> None:
        with closing(asking):
            request = read_request(asking)
            path = request.split(b" ", 2)[1].decode()
            self.asked.append(path)
            act = pass_on
            if "/records/" in path and self.faults:
                act = self.faults.pop(0)
            elif path.endswith("/tickets"):
                act = self.take_by
            # Who asked may have left.
            with suppress(ConnectionError):
                act(request, self._songbook, asking)


def pass_on(request: bytes, songbook: str, asking: socket.socket) -> None:
    """Ask the Songbook, and answer what it does."""
    asking.sendall(answer_of(request, songbook))


def reset(_request: bytes, _songbook: str, asking: socket.socket) -> None:
    """Break the connection before anybody hears what was said."""
    asking.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)


def bad_gateway(_request: bytes, _songbook: str, asking: socket.socket) -> None:
    """Answer as a proxy does whose web server is being started."""
    asking.sendall(BAD_GATEWAY)


def refuse(_request: bytes, _songbook: str, asking: socket.socket) -> None:
    """Answer as a proxy does that lets nothing so large through."""
    asking.sendall(TOO_LARGE)


def lose_answer(request: bytes, songbook: str, asking: socket.socket) -> None:
    """Have the Songbook hear it, and lose what it answers."""
    answer_of(request, songbook)
    reset(request, songbook, asking)


def answer_of(request: bytes, songbook: str) -> bytes:
    """Return all that the Songbook answers."""
    place = urlsplit(songbook)
    with socket.create_connection((place.hostname, place.port)) as asked:
        asked.sendall(request)
        said = b""
        while piece := asked.recv(65_536):
            said += piece
    return said


def read_request(asking: socket.socket) -> bytes:
    """Return one request with its body."""
    said = b""
    while b"\r\n\r\n" not in said and (piece := asking.recv(65_536)):
        said += piece
    head, _, body = said.partition(b"\r\n\r\n")
    lines = [line.partition(b":") for line in head.lower().splitlines()]
    length = next((int(v) for name, _, v in lines if name == b"content-length"), 0)
    while len(body) < length and (piece := asking.recv(65_536)):
        body += piece
    return head + b"\r\n\r\n" + body
