"""What `dev` does when everything is set up."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from embedded.children import run_to_end
from embedded.database import database
from embedded.environment import environment, state_folder
from embedded.failure import say
from embedded.ports import ADDRESS, DEFAULT_PORT, chosen_port
from embedded.run import run
from embedded.state import ROOT, State, lock, open_state

PYTHON = sys.executable
# These see to migrations themselves, or do not need them.
NEED_NO_MIGRATION = {
    "check",
    "conformance",
    "help",
    "makemigrations",
    "migrate",
    "optimizemigration",
    "showmigrations",
    "sqlmigrate",
    "squashmigrations",
    "version",
}
# The whole suite takes a worker for each processor; a few tests start sooner without.
EVERYTHING = ("-n", "auto")
CHECKS = (
    "ruff format --check .",
    "ruff check .",
    "lint-imports",
    "mypy hub registry scrapers sandbox embedded benchmarks",
    "djlint --check --lint templates",
    "manage.py makemigrations --check --dry-run",
)


def obey(command: str, arguments: list[str]) -> int:
    """Carry out one command of `dev` and return its exit code. Raises Failure."""
    if command == "run":
        return run()
    if command == "manage":
        return manage(arguments)
    if command == "check":
        return check()
    return test(arguments)


def manage(arguments: list[str]) -> int:
    """Run one of Django's commands as the processes of `dev run` would."""
    state = open_state(state_folder(os.environ))
    with database(state) as found:
        variables = variables_for(state) | found.environment
        if not NEED_NO_MIGRATION.issuperset(arguments[:1]) and found.is_behind():
            found.migrate(state, environment=variables)
        return run_to_end(
            [PYTHON, "manage.py", *arguments],
            environment=variables,
            keep_open=found.keep_open,
        )


def test(arguments: list[str]) -> int:
    """Run the tests, and without arguments the checks before them.

    They have a state of their own: no test ever touches a Songbook's data.
    """
    state = open_state(state_folder(os.environ) / "test")
    with one_at_a_time(state), database(state, durable=False) as found:
        variables = variables_for(state) | found.environment
        checked = 0 if arguments else run_checks(variables)
        tested = run_to_end(
            [PYTHON, "-m", "pytest", *(arguments or EVERYTHING)],
            environment=variables,
            keep_open=found.keep_open,
        )
    return tested or checked


def check() -> int:
    """Run the checks alone."""
    state = open_state(state_folder(os.environ) / "test")
    with database(state, durable=False) as found:
        return run_checks(variables_for(state) | found.environment)


def run_checks(variables: Mapping[str, str]) -> int:
    """Run every check, say how each went, and return 1 if one failed."""
    failures = 0
    for line in CHECKS:
        began_at = time.monotonic()
        ended = subprocess.run(
            command_of(line),
            cwd=ROOT,
            env=dict(variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        took_s = time.monotonic() - began_at
        verdict = "passed" if ended.returncode == 0 else "FAILED"
        say(f"{verdict}  {line}  ({took_s:.1f} s)")
        if ended.returncode != 0:
            print(ended.stdout, file=sys.stderr, flush=True)
            failures += 1
    return min(failures, 1)


def command_of(line: str) -> list[str]:
    """Return the words of a check, run by this Python or from beside it."""
    program, *arguments = line.split()
    if program == "manage.py":
        return [PYTHON, program, *arguments]
    return [str(Path(PYTHON).with_name(program)), *arguments]


def variables_for(state: State) -> dict[str, str]:
    """Return the environment beside a `dev run` of the state, or without one."""
    running = state.running()
    port = chosen_port(os.environ.get("SONGBOOK_PORT", "")) or DEFAULT_PORT
    url = running.public_url if running else f"http://{ADDRESS}:{port}"
    return environment(state, public_url=url, given=os.environ)


@contextlib.contextmanager
def one_at_a_time(state: State) -> Iterator[None]:
    """Wait until no other tests run on the state: they would share a test database."""
    path = state.folder / "tests.lock"
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(lock(path, wait=False))
        except BlockingIOError:
            say("waiting for another `dev test` to end")
            held.enter_context(lock(path))
        yield
