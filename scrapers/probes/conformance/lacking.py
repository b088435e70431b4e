"""What a run lacked that nobody gave it, told from what it printed as of any other step.

And what it does not know: an option that an argument parser refuses.
"""

from registry.tried import Answer
from scrapers.probes.conformance.recording import Ending, RecordedRun
from scrapers.probes.invocation.causes import NEEDS, cause_of
from scrapers.probes.invocation.record import Step
from scrapers.probes.invocation.rules import LIMITED

# How the words of one ending are spelt for the rules of causes.
ENDINGS = {Ending.TOO_MUCH_OUTPUT: "output", Ending.LOST: "refused"}
# Of what argument parsers say of an option that they do not know.
UNKNOWN = (b"unrecognized arguments", b"no such option", b"unknown option")


def step_of(run: RecordedRun, name: str = "") -> Step:
    """Return a run as the rules of causes read it, under its own name or another."""
    return Step(
        name=name or run.name,
        args=run.args,
        ending=ENDINGS.get(run.ending, run.ending.value),
        exit_code=run.exit_code,
        signal=run.signal,
        stdout=run.stdout.decode("utf-8", "replace"),
        stderr=run.stderr.decode("utf-8", "replace"),
    )


def lack_of(run: RecordedRun) -> str:
    """Return what a run says that it needs of config, credentials or network, or nothing.

    What dies of a signal says nothing, whatever it had printed before.
    """
    if run.ending is not Ending.EXITED:
        return ""
    cause = cause_of(step_of(run))
    return cause.message if cause is not None and cause.code in NEEDS else ""


def limit_of(run: RecordedRun) -> str:
    """Return which limit or wall of the sandbox ended a run, or nothing.

    That is not the connector's fault, whether it says so itself or was killed for it. What
    the driver ended on purpose met none.
    """
    if run.limit or run.is_ok or run.ending is Ending.KILLED:
        return run.limit
    cause = cause_of(step_of(run))
    is_limit = cause is not None and cause.answer is Answer.UNKNOWN
    return cause.message if cause and is_limit and cause.code in LIMITED else ""


def knows_not(run: RecordedRun, option: str) -> bool:
    """Say whether a run failed since it does not know an option that it was given."""
    lines = [] if run.is_ok else run.stderr.lower().splitlines()
    return any(
        option.encode() in line and any(word in line for word in UNKNOWN)
        for line in lines
    )
