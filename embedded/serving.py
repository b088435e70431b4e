"""The time while Songbook runs: from the start of its processes to their end."""

import http.client
import signal
import time
from dataclasses import dataclass
from types import FrameType

from embedded.failure import Failure, say
from embedded.ports import ADDRESS
from embedded.postgres import Postgres
from embedded.processes import Process, Processes

START_PATIENCE_S = 90.0
# A web server that died so often before it ever answered will not get well.
DEATHS_FORGIVEN = 2
# How often everything is looked at.
PULSE_S = 0.1


class StopRequests:
    """Counts how often this process was asked to stop, from its making on."""

    def __init__(self) -> None:
        self.count = 0
        # A shell's background job ignores SIGINT from birth; we do not.
        signal.signal(signal.SIGINT, self.note)
        signal.signal(signal.SIGTERM, self.note)
        # Under `nohup` hanging up is no request.
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            signal.signal(signal.SIGHUP, self.note)

    def note(self, _number: int, _frame: FrameType | None) -> None:
        """Count one more."""
        self.count += 1


@dataclass(slots=True)
class Serving:
    """Songbook at work on a port."""

    processes: Processes
    web: Process
    # None when the database is the person's own.
    postgres: Postgres | None
    port: int
    requests: StopRequests
    began_at: float

    def serve(self) -> None:
        """Run the processes until asked to stop. Raises Failure if they cannot run."""
        self.processes.start()
        try:
            self.wait_until_healthy()
            while not self.requests.count:
                self.tend()
        finally:
            self.stop()

    def wait_until_healthy(self) -> None:
        """Return when the web server answers, or a stop is asked for; else raise."""
        give_up_at = time.monotonic() + START_PATIENCE_S
        while not self.requests.count:
            self.tend()
            if self.is_healthy():
                took_s = time.monotonic() - self.began_at
                print(
                    f"Songbook is at http://{ADDRESS}:{self.port}/"
                    f" (ready in {took_s:.1f} s; Ctrl-C stops it)",
                    flush=True,
                )
                return
            if self.web.deaths > DEATHS_FORGIVEN or time.monotonic() > give_up_at:
                raise Failure(
                    "the web server does not answer;"
                    " what it says is in the lines above that start with 'web'"
                )

    def tend(self) -> None:
        """Take care of what has died since the last time."""
        time.sleep(PULSE_S)
        self.processes.tend()
        if self.postgres and not self.postgres.is_running():
            say("PostgreSQL has ended; it is started again")
            self.postgres.ensure_running()

    def is_healthy(self) -> bool:
        """Tell whether the web server answers, however it answers: it is up then."""
        connection = http.client.HTTPConnection(ADDRESS, self.port, timeout=2)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def stop(self) -> None:
        """Stop the processes; return when nothing of them is left."""
        say("stopping (Ctrl-C again to hurry)")
        while not self.processes.have_stopped():
            # The first request is passed on at once, also if it is a failure's.
            self.processes.ask_to_stop(times=max(1, self.requests.count))
            time.sleep(PULSE_S / 2)
        say("stopped")
