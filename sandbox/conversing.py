"""What is said to the driver in a sandbox, call by call, and what it reports.

The sandbox runs in a thread of its own. The only connection that the socket takes is the
driver's, made before foreign code is there (see `inside/driver.py`): what is read from it
was written by the driver, in its structure; the texts in it are a connector's. It is read
as hostile all the same, and whatever makes no sense ends the conversation.
"""

import json
import secrets
import socket
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import sandbox
from sandbox import Ending, Limits, Places, Run
from sandbox.starting import SOCKET

HEAD_LIMIT = 10_000
# No call takes a week.
SECONDS_LIMIT = 604_800
# For what is more than a call's own time: starting, ending, writing.
SLACK_S = 20.0
# How often to look whether a sandbox ended that never called.
LOOK_S = 0.05


class Silent(Exception):
    """The driver says nothing more, or nothing that makes sense."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the driver reports of one call."""

    ending: Ending
    exit_code: int | None
    signal: int | None
    stdout: bytes
    stderr: bytes
    stdout_bytes: int
    stderr_bytes: int
    seconds: float
    cpu_seconds: float
    peak_bytes: int


class Conversation:
    """The connection to a driver, of which each text may have `limit` bytes.

    What is said and what is reported speak of our paths, whatever `places` they are.
    """

    def __init__(
        self,
        connection: socket.socket,
        run: Future[Run],
        limit: int,
        places: Places,
    ) -> None:
        self._connection = connection
        self._lines = connection.makefile("rb")
        self._run = run
        self._limit = limit
        self._places = places

    def tell(self, said: Mapping[str, Any], *, limit_s: float) -> Report:
        """Say something, and return what is reported of it. Raises Silent."""
        self._connection.settimeout(limit_s + SLACK_S)
        try:
            line = self._places.said(json.dumps(said))
            self._connection.sendall(line.encode() + b"\n")
            return _heard(_read(self._lines, self._limit), self._places)
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise Silent from error

    def end(self) -> Run:
        """Hang up, which ends the driver, and return how the sandbox ended."""
        self._connection.close()
        self._lines.close()
        return self._run.result()


@contextmanager
def conversing(
    command: Sequence[str],
    *,
    limits: Limits,
    readable: Mapping[Path, str],
    folder: Path,
    output_limit: int,
) -> Iterator[Conversation | Run]:
    """Yield a conversation with a driver, or the run where it never called.

    `command` is the driver without its socket, which lies in `folder`.
    """
    with (
        sandbox.places_of_a_run(readable) as places,
        ThreadPoolExecutor(1) as pool,
        _listening(folder) as (door, path),
    ):
        run = pool.submit(
            sandbox.run,
            [*command, SOCKET],
            limits=limits,
            readable=readable,
            socket=path,
            places=places,
        )
        connection = _accept(door, run)
        # From now on there is nobody to be called.
        door.close()
        if connection is None:
            yield run.result()
            return
        conversation = Conversation(connection, run, output_limit, places)
        try:
            yield conversation
        finally:
            conversation.end()


@contextmanager
def _listening(folder: Path) -> Iterator[tuple[socket.socket, Path]]:
    """Yield a socket that the account of the sandbox may connect to, and where it is."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{secrets.token_hex(8)}.sock"
    with closing(socket.socket(socket.AF_UNIX)) as door:
        door.bind(str(path))
        try:
            path.chmod(0o666)
            door.listen(1)
            door.settimeout(LOOK_S)
            yield door, path
        finally:
            path.unlink()


def _accept(door: socket.socket, run: Future[Run]) -> socket.socket | None:
    """Return the first connection, or None where the sandbox ended without any."""
    while True:
        try:
            connection, _ = door.accept()
        except TimeoutError:
            if run.done():
                return None
        else:
            return connection


def _read(lines: BinaryIO, limit: int) -> Report:
    """Return the next report. Raises Silent, or an error of what was not expected."""
    head = json.loads(lines.readline(HEAD_LIMIT))
    first, second = (_number(length, limit) for length in head["lengths"])
    stdout, stderr = lines.read(first), lines.read(second)
    if len(stdout) + len(stderr) != first + second:
        raise Silent
    return Report(
        ending=Ending(head["ending"]),
        exit_code=_maybe(head["exit_code"], 255),
        signal=_maybe(head["signal"], 127),
        stdout=stdout,
        stderr=stderr,
        stdout_bytes=_number(head["stdout_bytes"], 1 << 50),
        stderr_bytes=_number(head["stderr_bytes"], 1 << 50),
        seconds=_seconds(head["seconds"]),
        cpu_seconds=_seconds(head["cpu_seconds"]),
        peak_bytes=_number(head["peak_bytes"], 1 << 50),
    )


def _heard(report: Report, places: Places) -> Report:
    stdout, stderr = places.heard(report.stdout), places.heard(report.stderr)
    return replace(
        report,
        stdout=stdout,
        stderr=stderr,
        # A path of another length is no other text.
        stdout_bytes=report.stdout_bytes + len(stdout) - len(report.stdout),
        stderr_bytes=report.stderr_bytes + len(stderr) - len(report.stderr),
    )


def _maybe(value: Any, most: int) -> int | None:
    return None if value is None else _number(value, most)


def _number(value: Any, most: int) -> int:
    if type(value) is not int or not 0 <= value <= most:
        raise Silent
    return value


def _seconds(value: Any) -> float:
    # What is no number is in no order with one.
    if type(value) not in {int, float} or not 0 <= value < SECONDS_LIMIT:
        raise Silent
    return float(value)
