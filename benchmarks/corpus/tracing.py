"""Whether a record shows each fact that is claimed of it. Pure.

This judges the probes, so nothing of theirs is used. A fact that was observed has to stand in
what was printed, one that was read in the text of the package's own files.
"""

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping

from benchmarks.corpus.evidence import Evidence, Path, is_good, words
from benchmarks.corpus.tries import Try
from registry.facts import Json

OBSERVED, STATIC = "observed", "static"
SECRET = ("secret", "writeOnly", "airbyte_secret")
# What a kind may have been told as.
TYPES = {
    "integer": {"integer"}, "decimal": {"number"}, "boolean": {"boolean"},
    "array": {"array"}, "object": {"object", "properties"},
}  # fmt: skip
NUMBERED = re.compile(r"\d+\.\d+")
# As they are, of a record.
COPIED = ("name", "version", "python", "interpreter", "platform", "lock", "rescue")


def unshown(one: Try) -> Iterator[str]:
    """Yield each claim of a try that its record does not show, in words."""
    evidence = Evidence(one.record, one.source)
    for check in (_texts, _answers, _settings, _groups, _capabilities, _streams,
                  _packages):  # fmt: skip
        yield from check(one.facts, evidence)


def _texts(facts: Json, evidence: Evidence) -> Iterator[str]:
    """Check what is one word."""
    record, about = evidence.record, evidence.about
    for key in COPIED:
        if facts[key] != record[key]:
            yield f"{key} {facts[key]!r}"
    sdk, metadata = evidence.package("singer-sdk"), words(record["metadata"])
    shown: Mapping[tuple[str, str], Callable[[str], bool]] = {
        ("executable", OBSERVED): lambda said: said in record["executables"],
        ("reported_version", OBSERVED): lambda said: (
            said in evidence.printed("version", "about")
        ),
        ("sdk_version", OBSERVED): lambda said: said == about.get("sdk_version"),
        ("sdk_version", STATIC): lambda said: said == sdk.get("version"),
        ("framework", OBSERVED): lambda _: bool(about.get("sdk_version")),
        ("framework", STATIC): lambda said: _is_built_with(said, evidence),
        ("license", STATIC): lambda said: any(word.endswith(said) for word in metadata),
        ("requires_python", STATIC): lambda said: said in metadata,
    }
    for key in dict.fromkeys(key for key, _ in shown):
        if known := facts[key]:
            is_shown = shown.get((key, known["basis"]))
            if is_shown is None or not is_shown(known["value"]):
                yield f"{key} {known}"


def _is_built_with(framework: str, evidence: Evidence) -> bool:
    module = {"singer-sdk": "singer_sdk", "singer-python": "singer"}[framework]
    imports = re.compile(rf"^\s*(?:import|from) {module}\b", re.MULTILINE)
    names = {str(one["name"]) for one in evidence.record["packages"]}
    is_there = any(name.endswith(framework) for name in names)
    return is_there or imports.search(evidence.source) is not None


def _answers(facts: Json, evidence: Evidence) -> Iterator[str]:
    """Check that a yes was seen, and that a no was not seen to be a yes."""
    printed = {name: evidence.printed(name).strip() for name in ("help", "version")}
    shown = {
        "installs": any(map(is_good, evidence.steps("install"))),
        "imports": any(map(is_good, evidence.calls())),
        "help": bool(printed["help"]),
        # The SDK's own version follows a comma.
        "version": NUMBERED.search(printed["version"].partition(",")[0]) is not None,
        "about": bool(evidence.about),
        "discovers": evidence.catalog is not None,
    }
    for said in facts["outcomes"]:
        question, answer = said["question"], said["answer"]
        is_asked = bool(evidence.steps(said["step"]))
        if answer != "unknown" and (
            shown[question] != (answer == "yes") or not is_asked
        ):
            yield f"{question}: {answer}"
    if facts["starts"] == "yes" and not any(
        is_good(one) or one["stderr"] for one in evidence.calls()
    ):
        yield "it starts"


def _settings(facts: Json, evidence: Evidence) -> Iterator[str]:
    known = facts["settings"]
    for said in known["value"] if known else ():
        path = tuple(said["name"].split("."))
        if known["basis"] == STATIC:
            yield from _missing(f"setting {said['name']}", path, evidence.source)
        else:
            yield from _setting(said, path, evidence)


def _setting(said: Json, path: Path, evidence: Evidence) -> Iterator[str]:
    """Check one setting beside all that `--about` says of it."""
    nodes = evidence.settings.get(path) or evidence.settings.get((said["name"],), [])
    there = set().union(*map(words, nodes))
    options = {one["value"] for one in said.get("options", ())}
    value, kinds = said.get("value"), TYPES.get(said.get("kind", ""))
    told = {
        "is there": bool(nodes),
        "is required": not said["required"] or path[-1] in evidence.demanded,
        "is a secret": "sensitive" not in said
        or any(node.get(key) is True for node in nodes for key in SECRET),
        "has options": options <= there,
        "has a default": value is None
        or any(str(node.get("default")) == str(value) for node in nodes),
        "has a kind": kinds is None or bool(kinds & there),
    }
    yield from (
        f"setting {said['name']} {what}" for what, is_so in told.items() if not is_so
    )


def _groups(facts: Json, evidence: Evidence) -> Iterator[str]:
    known, settings = facts["required_groups"], facts["settings"]
    names = {one["name"] for one in settings["value"]} if settings else set()
    for name in {name for group in known["value"] for name in group} if known else ():
        is_static = known["basis"] == STATIC
        if name not in names or not (
            is_static or name.rpartition(".")[2] in evidence.demanded
        ):
            yield f"{name} is needed"


def _capabilities(facts: Json, evidence: Evidence) -> Iterator[str]:
    known = facts["capabilities"]
    proven = {"discover"} if evidence.catalog is not None else set()
    for word in known["value"] if known else ():
        if known["basis"] == OBSERVED:
            said = evidence.about.get("capabilities")
            is_shown = isinstance(said, list) and word in said
        else:
            is_shown = _is_coded(word, evidence)
        if not is_shown and word not in proven:
            yield f"capability {word} ({known['basis']})"


def _is_coded(word: str, evidence: Evidence) -> bool:
    """Say whether code reads an argument of this name, or names the SDK's constant of it."""
    constant = word.upper().replace("-", "_").removeprefix("SCHEMA_")
    pattern = rf"\.{re.escape(word)}\b|\w*Capabilities\.(?:SCHEMA_)?{constant}\b"
    return re.search(pattern, evidence.source) is not None


def _streams(facts: Json, evidence: Evidence) -> Iterator[str]:
    known = facts["streams"]
    entries = {
        str(one.get("tap_stream_id") or one.get("stream")): words(one)
        for one in reversed(evidence.catalog or [])
    }
    for said in known["value"] if known else ():
        claimed = {*said["key_properties"], *said["replication_keys"], *said["fields"]}
        claimed |= {said["id"], said["name"], said["replication_method"]} - {""}
        if known["basis"] == STATIC:
            yield from _missing(f"stream {said['id']}", claimed, evidence.source)
        elif said["id"] not in entries:
            yield f"stream {said['id']}"
        else:
            yield from _missing(f"stream {said['id']}", claimed, entries[said["id"]])


def _missing(claim: str, names: Iterable[str], there: Container[str]) -> Iterator[str]:
    """Yield the claim with those names that are not there, small letters being as good."""
    missing = [one for one in names if one not in there and one.lower() not in there]
    if missing:
        yield f"{claim} without {', '.join(sorted(missing))}"


def _packages(facts: Json, evidence: Evidence) -> Iterator[str]:
    there = {(one["name"], one["version"]) for one in evidence.record["packages"]}
    for said in facts["dependencies"]:
        if (said["name"], said["version"]) not in there:
            yield f"dependency {said['name']} {said['version']}"
    built = [one["wheel"] for one in evidence.record["packages"] if one["built"]]
    is_compiled = any(not name.endswith("-any.whl") for name in built)
    failed = [one for one in evidence.record["steps"] if not is_good(one)]
    may_need = is_compiled or any(one["name"] in {"resolve", "build"} for one in failed)
    if facts["needs_compiler"] == "yes" and not may_need:
        yield "it needs a compiler"
    if facts["needs_compiler"] == "no" and is_compiled:
        yield "it needs no compiler"
