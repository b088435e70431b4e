"""What a sandbox answers for a conformance ticket: verdicts on a release, and the recording.

A recording that is kept from the last time is judged by the rules of now, and nothing is run.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

from registry.catalog.recordings import CONTENT_BYTES, RECORDED_AT, RECORDING
from registry.facts import Json
from sandbox.workshop import Workshop
from scrapers.conforming import CantRun, record
from scrapers.conforming.installing import Installed, installed
from scrapers.conforming.judging import TEXT_BYTES, judged_apart
from scrapers.conforming.plan import plan
from scrapers.probes.conformance import VERSION
from scrapers.probes.conformance.recording import Recording
from scrapers.probes.conformance.storing import NoRecording, packed, unpacked
from scrapers.probes.invocation.json_texts import cleaned
from scrapers.source_trees import asked


class NotStarted(OSError):
    """This machine could not run anything; it says nothing of the connector."""


def answer_conformance(question: Mapping[str, Any], workshop: Workshop) -> Json:
    """Return the verdicts on the release in question; none where it can't be installed.

    What an older suite has judged is judged once more from what is kept of it, if that was
    run by our plan; anything else is run. Raises NotStarted, what `asked` raises, and what
    `installed` raises but CantRun.
    """
    kept = question.get(RECORDING)
    if kept and question["layout"] < VERSION and (said := _judged_again(kept)):
        return said
    wanted = asked(question, workshop)
    head: Json = {"spec": wanted.shown, "commit": wanted.commit}
    head |= {"layout": VERSION, "problem": ""}
    try:
        with installed(
            wanted.spec,
            python=str(question["python"]),
            workshop=workshop,
            rescue=str(question["rescue"]),
            source=wanted.source,
            beside=wanted.beside,
        ) as one:
            return _judged(head | made_of(one), one)
    except CantRun as error:
        return head | {"problem": cleaned(str(error), text_limit=TEXT_BYTES)}


def made_of(one: Installed) -> Json:
    """Return what a record says of how its release was installed and held."""
    return {
        "lock": one.lock,
        "rescue": one.rescue,
        "interpreter": one.interpreter,
        "platform": one.platform,
        "level": one.level,
    }


def _judged(head: Json, one: Installed) -> Json:
    """Return the record of a release that is run now, with the recording beside it."""
    try:
        recording = record(one.kind, one.connector)
    except CantRun as error:
        raise NotStarted(str(error)) from error
    except RecursionError:
        problem = "Its catalog is nested too deeply to be handed back to it."
        return head | {"problem": problem}
    said = head | judged_apart(head["spec"], recording)
    return said | _with_recording(recording, head)


def _with_recording(recording: Recording, head: Json) -> Json:
    """Return the recording as a record has it; nothing where it is too much to be kept."""
    try:
        content = packed(recording, head)
    except RecursionError:
        return {}
    if len(content) > CONTENT_BYTES:
        return {}
    return {RECORDING: {"plan": plan(), "content": b64encode(content).decode()}}


def _judged_again(kept: Mapping[str, Any]) -> Json:
    """Return the record of what was run before, as judged now; empty where it has to be run."""
    if kept.get("plan") != plan():
        return {}
    try:
        recording, head = unpacked(b64decode(kept["content"]))
    except NoRecording:
        return {}
    said = head | judged_apart(str(head["spec"]), recording)
    return said | {"layout": VERSION, RECORDED_AT: kept["made_at"]}
