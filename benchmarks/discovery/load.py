"""Asks a server as fast as it answers, with wrk, and reads what wrk found."""

import http.client
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from benchmarks.discovery.servers import Server

CONNECTIONS = 16
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one round found: requests/s, latencies, the server's CPU per request."""

    rate: float
    p50_ms: float
    p99_ms: float
    cpu_us: float


def measure(server: Server, path: str, *, unchanged: bool, seconds: int) -> Round:
    """Ask for one path for some seconds; with its ETag when `unchanged`.

    Raises ValueError when an answer is not 200, or with the ETag 304.
    """
    headers = {"Accept-Encoding": "gzip"}
    etag = fetch_etag(server, path, headers, expected=200)
    if unchanged:
        headers["If-None-Match"] = etag
        fetch_etag(server, path, headers, expected=304)
    before = cpu_ticks(server.process.pid)
    said = run_wrk(server, path, headers, seconds=seconds)
    spent_s = (cpu_ticks(server.process.pid) - before) / TICKS_PER_S
    if "Non-2xx" in said or "Socket errors" in said:
        raise ValueError(f"Not every request was answered:\n{said}")
    return Round(
        rate=float(found(r"Requests/sec:\s+([\d.]+)", said)),
        p50_ms=latency_ms(said, "50%"),
        p99_ms=latency_ms(said, "99%"),
        cpu_us=spent_s * 1e6 / int(found(r"(\d+) requests in", said)),
    )


def fetch_etag(
    server: Server, path: str, headers: dict[str, str], *, expected: int
) -> str:
    """Return the ETag of one answer. Raises ValueError for another status or none."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        etag = response.headers["ETag"]
    finally:
        connection.close()
    if response.status != expected or not etag:
        raise ValueError(f"{path} was answered with {response.status}, ETag {etag}")
    return str(etag)


def run_wrk(server: Server, path: str, headers: dict[str, str], *, seconds: int) -> str:
    """Return what wrk prints after a round."""
    given = [part for h in headers.items() for part in ("-H", ": ".join(h))]
    load = ["-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency"]
    url = f"http://127.0.0.1:{server.port}{path}"
    ran = subprocess.run(
        ["wrk", *load, *given, url], capture_output=True, text=True, check=True
    )
    return ran.stdout


def latency_ms(said: str, quantile: str) -> float:
    """Return one line of wrk's latency distribution, in milliseconds."""
    value = found(rf"(?m)^\s+{quantile}\s+([\d.]+[a-z]+)", said)
    return float(value.rstrip("mus")) * MILLISECONDS[value.lstrip("0123456789.")]


def found(pattern: str, said: str) -> str:
    """Return a pattern's group. Raises ValueError when wrk printed no such line."""
    match = re.search(pattern, said)
    if match is None:
        raise ValueError(f"wrk printed nothing like {pattern!r}:\n{said}")
    return match[1]


def cpu_ticks(pid: int) -> int:
    """Return the CPU time a process and its descendants have used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    # User and system time: fields 14 and 15 of proc(5), 12 and 13 after the name.
    own = int(fields[11]) + int(fields[12])
    return own + sum(cpu_ticks(int(child)) for child in children)
