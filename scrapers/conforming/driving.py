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
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import sandbox
from sandbox import Limits, Run
from sandbox.limits import GIB, MIB
from sandbox.progress import begin
from scrapers.conforming.cases import Case
from scrapers.conforming.lending import Lent
from scrapers.conforming.postgres import ADDRESS
from scrapers.probes.conformance.recording import (
    Ending,
    Output,
    RecordedRun,
    Table,
)

INSIDE = Path(__file__).parent / "inside"
DRIVER = (INSIDE / "driver.py").read_text()
READER = (INSIDE / "reader.py").read_text()
SERVER = (INSIDE / "server.py").read_text()
TABLES = (INSIDE / "tables.py").read_text()
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


OUTPUTS = ("stdout", "stderr")


class CantRun(Exception):
    """A connector could not be run at all; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    """What is run, and what its sandbox sees.

    `python` is an interpreter that nothing of the connector's has touched: it drives, and
    reads back. `static` is what was read in its code, as a probe's record has it. `libraries`
    are folders with what our reader needs for some formats, where
    its sandbox sees them. A server at MOCK says `answers` as JSON and `documents` as they
    are, by path. `postgres` is what a database server can be made of.
    """

    name: str
    command: tuple[str, ...]
    python: str
    static: Mapping[str, Any] = field(default_factory=dict)
    libraries: tuple[str, ...] = ()
    readable: Mapping[Path, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    documents: Mapping[str, str] = field(default_factory=dict)
    postgres: Lent = field(default_factory=Lent)


def drive(
    connector: Connector,
    cases: Sequence[Case],
    *,
    needles: Iterable[str] = (),
    workers: int = 2,
    has_postgres: bool = False,
) -> dict[str, RecordedRun]:
    """Return every case's recorded run by its name, in the order of the cases.

    `needles` are texts to be looked for in what runs leave on disk. With `has_postgres`, each
    case finds an empty database of PostgreSQL, if one is lent, and its rows are read. Raises
    CantRun where there is no sandbox, or no server starts in it.
    """
    begin(f"running {', '.join(case.name for case in cases)}")
    shares = [cases[n::workers] for n in range(workers)]
    lent = connector.postgres if has_postgres else Lent()
    one = partial(_drive_share, replace(connector, postgres=lent), tuple(needles))
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
    readable = {**connector.readable, **connector.postgres.readable}
    with sandbox.places_of_a_run(readable) as places:
        run = sandbox.run(
            (connector.python, "-I", "-S", "-c", DRIVER),
            limits=LIMITS,
            readable=readable,
            environment=connector.environment,
            stdin=json.dumps(job).encode(),
            places=places,
        )
    told = {name: _heard(one, places) for name, one in _lines(run, word)}
    if run.ending is sandbox.Ending.REFUSED or (not told and run.exit_code):
        reason = run.stderr.decode("utf-8", "replace").strip().splitlines()
        raise CantRun(reason[-1] if reason else f"The sandbox {run.ending}.")
    return told


def _job(
    connector: Connector, needles: tuple[str, ...], cases: Sequence[Case], word: str
) -> dict[str, Any]:
    return {
        "word": word,
        "root": ROOT,
        "seconds": SANDBOX_S,
        "environment": {"PATH": "/usr/bin:/bin", **connector.environment},
        "answers": _answers(connector),
        "server": _server(connector.postgres),
        "needles": list(needles),
        "reader": [connector.python, "-I", "-S", "-c", READER],
        "libraries": list(connector.libraries),
        "cases": [case.as_json(connector.command) for case in cases],
    }


def _answers(connector: Connector) -> dict[str, tuple[str, str]]:
    """Return a type and a text for each path at which there is something."""
    texts = {path: ("application/xml", t) for path, t in connector.documents.items()}
    said = connector.answers.items()
    return texts | {path: ("application/json", json.dumps(v)) for path, v in said}


def _server(lent: Lent) -> dict[str, Any] | None:
    """Return what the driver makes a database server of, or None."""
    if not lent.folder:
        return None
    return {"source": SERVER, "reader": TABLES, "programs": lent.folder, **ADDRESS}


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
        stdout=said.get("stdout", b""),
        stderr=said.get("stderr", b""),
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


def _heard(said: Mapping[str, Any], places: sandbox.Places) -> Mapping[str, Any]:
    """Return what is told of a case, whose output names paths as all sandboxes have them."""
    output = {name: places.heard(_bytes(said.get(name, ""))) for name in OUTPUTS}
    return {**said, **output}


def _bytes(text: str) -> bytes:
    try:
        return b64decode(text)
    except (NotBase64, ValueError):
        return b""
