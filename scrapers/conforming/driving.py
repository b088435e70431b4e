"""Cases are driven through sandboxes, and what came back is taken as recorded runs.

Many cases share a sandbox, one after another, since making one costs as much as a short
run; as many sandboxes run at once as are asked for. What comes back is foreign: it is
taken only in lines that begin with the sandbox's own word, and only in its known shape.
"""

import json
import secrets
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import sandbox
from sandbox import Limits, Run
from sandbox.limits import GIB, MIB
from scrapers.conforming.cases import Case
from scrapers.probes.conformance.recording import (
    Ending,
    Output,
    RecordedRun,
    Table,
)

INSIDE = Path(__file__).parent / "inside"
DRIVER = (INSIDE / "driver.py").read_text()
READER = (INSIDE / "reader.py").read_text()
ROOT = "/work/cases"
# Where `answers` are given; the driver listens there.
MOCK = "http://127.0.0.1:8765"
# Of one sandbox, with all its cases; those that are left over are told as lost.
SANDBOX_S = 240.0
SLACK_S = 60.0
LIMITS = Limits(
    wall_s=SANDBOX_S + SLACK_S,
    cpu_s=120,
    memory_bytes=2 * GIB,
    processes=256,
    writable_bytes=512 * MIB,
    stdout_bytes=192 * MIB,
    stderr_bytes=1 * MIB,
)


class CantRun(Exception):
    """A connector could not be run at all; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    """What is run, and what its sandbox sees.

    `python` is an interpreter that nothing of the connector's has touched: it drives, and
    reads back. `own_python` has the connector's libraries, for formats that need them.
    `answers` are what a server at MOCK says, JSON by path.
    """

    name: str
    command: tuple[str, ...]
    python: str
    own_python: str = ""
    readable: Mapping[Path, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)


def drive(
    connector: Connector,
    cases: Sequence[Case],
    *,
    needles: Iterable[str] = (),
    workers: int = 2,
) -> dict[str, RecordedRun]:
    """Return every case's recorded run by its name, in the order of the cases.

    `needles` are texts to be looked for in what runs leave on disk. Raises CantRun where
    there is no sandbox.
    """
    shares = [cases[n::workers] for n in range(workers)]
    one = partial(_drive_share, connector, tuple(needles))
    with ThreadPoolExecutor(workers) as pool:
        told = {k: v for share in pool.map(one, shares) for k, v in share.items()}
    return {case.name: _recorded(case, told.get(case.name)) for case in cases}


def _drive_share(
    connector: Connector, needles: tuple[str, ...], cases: Sequence[Case]
) -> dict[str, Mapping[str, Any]]:
    """Return what the driver says of each case, by name."""
    if not cases:
        return {}
    word = secrets.token_hex(16)
    job = _job(connector, needles, cases, word)
    run = sandbox.run(
        (connector.python, "-I", "-S", "-c", DRIVER),
        limits=LIMITS,
        readable=connector.readable,
        environment=connector.environment,
        stdin=json.dumps(job).encode(),
    )
    told = dict(_lines(run, word))
    if run.ending is sandbox.Ending.REFUSED or (not told and run.exit_code):
        reason = run.stderr.decode("utf-8", "replace").strip().splitlines()
        raise CantRun(reason[-1] if reason else f"The sandbox {run.ending}.")
    return told


def _job(
    connector: Connector, needles: tuple[str, ...], cases: Sequence[Case], word: str
) -> dict[str, Any]:
    readers = [[connector.python, "-I", "-S", "-c"]]
    if connector.own_python:
        readers.append([connector.own_python, "-I", "-c"])
    return {
        "word": word,
        "root": ROOT,
        "seconds": SANDBOX_S,
        "environment": {"PATH": "/usr/bin:/bin", **connector.environment},
        "answers": dict(connector.answers),
        "needles": list(needles),
        "readers": readers,
        "reader": READER,
        "cases": [case.as_json(connector.command) for case in cases],
    }


def _lines(run: Run, word: str) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """Yield what the driver told, by the name of the case."""
    for line in run.stdout.split(b"\n"):
        if not line.startswith(word.encode()):
            continue
        try:
            told = json.loads(line[len(word) :])
        except (ValueError, RecursionError):
            # The sandbox was ended in the middle of a line, or someone nests for sport.
            continue
        yield told["name"], told


def _recorded(case: Case, told: Mapping[str, Any] | None) -> RecordedRun:
    """Return a run as it is judged; a case that nobody told of is lost."""
    said = told or {"ending": "lost"}
    code = said.get("code")
    return RecordedRun(
        name=case.name,
        args=case.args,
        config=case.config or "",
        stdin=case.about,
        ending=Ending(said["ending"]),
        exit_code=code if code is not None and code >= 0 else None,
        signal=-code if code is not None and code < 0 else None,
        stdout=_bytes(said.get("stdout", "")),
        stderr=_bytes(said.get("stderr", "")),
        seconds=float(said.get("seconds", 0)),
        output=_output(said.get("output")) if case.read_back else Output(),
    )


def _output(said: Any) -> Output:
    """Return what a run left on disk, in its known shape whoever told it."""
    if not isinstance(said, dict):
        return Output(unread="nothing was told of what it wrote")
    found = said.get("tables")
    tables = found if isinstance(found, list) else []
    return Output(
        files=_texts(said.get("files")),
        escaped=_texts(said.get("escaped")),
        leaks=_texts(said.get("leaks")),
        tables=tuple(map(_table, filter(_is_table, tables))),
        unread=str(said.get("unread", ""))[:500],
    )


def _table(said: Mapping[str, Any]) -> Table:
    rows = tuple({str(k): v for k, v in r.items()} for r in said["rows"])
    return Table(name=said["name"], format=str(said.get("format")), rows=rows)


def _is_table(said: Any) -> bool:
    return (
        isinstance(said, dict)
        and isinstance(said.get("name"), str)
        and isinstance(said.get("rows"), list)
        and all(isinstance(row, dict) for row in said["rows"])
    )


def _texts(said: Any) -> tuple[str, ...]:
    return tuple(map(str, said)) if isinstance(said, list) else ()


def _bytes(text: str) -> bytes:
    try:
        return b64decode(text)
    except (NotBase64, ValueError):
        return b""
