"""`dev run`: Songbook as it is, on this machine, until it is stopped."""

import contextlib
import os
import sys
import time
from collections.abc import Iterator, Mapping

from embedded.children import output_of
from embedded.database import Database, database
from embedded.environment import (
    environment,
    for_sandbox,
    machine_name,
    state_folder,
)
from embedded.failure import Failure, say
from embedded.ports import chosen_port, claimed_port
from embedded.processes import Process, Processes
from embedded.serving import Serving, StopRequests
from embedded.state import ROOT, Running, State, lock, open_state

# How long the processes of a `dev run` that was killed may take to stop.
PREDECESSOR_PATIENCE_S = 20.0


# Two workers, for one is held up by a page that computes; two threads each, for a page
# that waits for the database must not hold up the documents. More threads only wait for
# each other: four under the multi-threaded runtime answer a tenth fewer documents, later.
# HTTP/1 alone and no WebSockets spare a look at each connection.
WEB_FLAGS = (
    *("--interface", "wsgi", "--http", "1", "--no-ws"),
    *("--workers", "2", "--blocking-threads", "2", "--runtime-mode", "st"),
    *("--log-level", "warning"),
)


def web_command(port: int) -> list[str]:
    """Return the command of the web server."""
    return [
        *(sys.executable, "-m", "granian", *WEB_FLAGS),
        *("--host", "127.0.0.1", "--port", str(port)),
        "hub.web:application",
    ]


def worker_command() -> list[str]:
    """Return the command of the worker."""
    return [
        # Who starts this as root, as in a container, knows it; the worker runs no plugin.
        *(sys.executable, "-W", "ignore:You're running the worker with superuser"),
        *("-m", "celery", "--quiet", "-A", "hub", "worker"),
        *("-P", "threads", "-c", "4", "-l", "WARNING"),
        *("--without-gossip", "--without-mingle", "-n", "songbook@%h"),
    ]


def sandbox_command(url: str) -> list[str]:
    """Return the command of what tries releases, for the Songbook at an address."""
    return [sys.executable, "manage.py", "sandbox", "--stay", url]


def run() -> int:
    """Run Songbook until it is asked to stop; return the exit code. Raises Failure."""
    began_at = time.monotonic()
    state = open_state(state_folder(os.environ))
    chosen = chosen_port(os.environ.get("SONGBOOK_PORT", ""))
    with sole_run(state), claimed_port(chosen) as claim, database(state) as found:
        port = claim.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        variables = environment(state, public_url=url, given=os.environ)
        variables |= found.environment
        state.remember(Running(os.getpid(), url, variables.get("PUBLIC_URL", url)))
        found.migrate(state, environment=variables)
        web = Process("web", web_command(port))
        worker = Process("worker", worker_command())
        key = new_key(machine_name(state.folder), variables, found)
        told = for_sandbox(variables, key=key)
        # It gives back what it tries: to the web server.
        sandbox = Process("sandbox", sandbox_command(url), told, stops_first=True)
        processes = Processes(
            [web, worker, sandbox],
            lock=state.run_lock,
            folder=ROOT,
            environment=variables,
            keep_open=found.keep_open,
        )
        requests = StopRequests()
        # From here on the port is the web server's.
        claim.close()
        Serving(processes, web, found.postgres, port, requests, began_at).serve()
    return 0


def new_key(name: str, variables: Mapping[str, str], found: Database) -> str:
    """Return a key with which this machine gets tickets till the next start. Raises Failure."""
    command = [sys.executable, "manage.py", "sandbox_key", name]
    said = output_of(command, environment=variables, keep_open=found.keep_open)
    if said is None:
        raise Failure("no key could be made for the sandbox, for the reason above")
    return said.strip()


@contextlib.contextmanager
def sole_run(state: State) -> Iterator[None]:
    """Be the only `dev run` of the state. Raises Failure if there is another."""
    give_up_at = time.monotonic() + PREDECESSOR_PATIENCE_S
    waits = False
    with contextlib.ExitStack() as held:
        while True:
            try:
                held.enter_context(lock(state.run_lock, wait=False))
                break
            except BlockingIOError:
                refuse_if_alive(state, is_late=time.monotonic() > give_up_at)
            if not waits:
                say("waiting for the processes of an earlier Songbook to stop")
                waits = True
            time.sleep(0.1)
        try:
            yield
        finally:
            state.forget()


def refuse_if_alive(state: State, *, is_late: bool) -> None:
    """Raise Failure if the `dev run` that has the state still runs."""
    running = state.running()
    if running is None:
        if is_late:
            raise Failure(f"another `dev run` has {state.folder}")
        return
    try:
        os.kill(running.pid, 0)
    except ProcessLookupError:
        if not is_late:
            return
    except PermissionError:
        # It lives, as another user.
        pass
    raise Failure(
        f"Songbook is already running at {running.url}, as process {running.pid};"
        " stop it first, or set SONGBOOK_STATE to another folder"
    )
