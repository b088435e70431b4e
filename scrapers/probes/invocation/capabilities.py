"""What a connector can do: by its own word, by its code, and by what it did when asked."""

import re
from collections.abc import Iterable

from registry.facts import Finding
from registry.tried import CAPABILITIES, Answer, Basis, Known, Outcome
from registry.vocabulary import PluginType, Severity
from scrapers.probes.invocation.about import About
from scrapers.probes.invocation.json_texts import texts_of
from scrapers.probes.invocation.record import Record

# What the client passes by a flag: a connector whose help has no such flag refuses it.
FLAGS = ("discover", "catalog", "properties", "state")
# `--properties`: a word that goes on, as in `--stateful`, is another flag.
FLAG = re.compile(r"(?<![\w-])--([a-z][a-z-]{1,40})(?![\w-])")

# Causes that say that `--discover` has no catalog: it ran, and did something else.
NO_CATALOG = frozenset({"catalog", "syncs"})

Capabilities = Known[tuple[str, ...]] | None


def probe_capabilities(
    record: Record, about: About | None, discovers: Outcome
) -> tuple[Capabilities, list[Finding]]:
    """Return what it can do, and where its words and deeds differ; None if not known.

    `--about` is the connector's word and counts as observed. Without it the code's use of
    its arguments counts, as far as `--help` lists them: help alone lists what the shared
    argument parser knows. A classic loader leaves no trace of what it can do.
    """
    kind = record.type
    if kind is None:
        return None, []
    if about is not None and about.capabilities is not None:
        words, findings = _known(about.capabilities, kind)
        basis = Basis.OBSERVED
    elif "capabilities" in record.static and _is_told(record, kind):
        words, findings = _known(texts_of(record.static["capabilities"]), kind)
        basis = Basis.STATIC
    else:
        return None, []
    flags = flags_of(record)
    if flags is not None:
        # What a run has answered to is there, listed or not.
        flags |= {"discover"} if discovers.answer is Answer.YES else set()
        findings += _without_flag(words, flags)
        words = [one for one in words if one not in FLAGS or one in flags]
    if kind is PluginType.EXTRACTORS:
        words, more = _discovering(words, discovers)
        findings += more
    return Known(value=tuple(sorted(words)), basis=basis), findings


def flags_of(record: Record) -> frozenset[str] | None:
    """Return the flags that `--help` lists; None where it lists none at all."""
    step = record.step("help")
    if step is None or not step.is_ok:
        return None
    flags = FLAG.findall(step.stdout[:100_000]) or FLAG.findall(step.stderr[:100_000])
    return frozenset(flags) or None


def _is_told(record: Record, kind: PluginType) -> bool:
    """Say whether the code tells what it can do: a classic loader's does not."""
    return (
        kind is PluginType.EXTRACTORS or record.static.get("framework") == "singer-sdk"
    )


def _known(said: Iterable[str], kind: PluginType) -> tuple[list[str], list[Finding]]:
    """Return the words that a client knows, and a finding for each other one."""
    words, findings = [], []
    for word in dict.fromkeys(said):
        if word in CAPABILITIES[kind]:
            words.append(word)
        else:
            message = f"It claims the capability {word!r}, which {kind} do not have."
            findings.append(_warning("capability-unknown", message))
    return words, findings


def _without_flag(words: list[str], flags: frozenset[str]) -> list[Finding]:
    return [
        _warning(
            "capability-contradicted",
            f"It claims {word!r}, but its help lists no `--{word}`: a client that passes "
            "the flag is refused.",
        )
        for word in words
        if word in FLAGS and word not in flags
    ]


def _discovering(
    words: list[str], discovers: Outcome
) -> tuple[list[str], list[Finding]]:
    """Return the words with what a run of `--discover` proved.

    One that broke down before it came to it proves nothing.
    """
    if discovers.answer is Answer.YES and "discover" not in words:
        message = "`--discover` prints a catalog, but it does not claim `discover`."
        return [*words, "discover"], [_warning("capability-undeclared", message)]
    if _has_no_catalog(discovers) and "discover" in words:
        message = "It claims `discover`, but `--discover` printed no catalog."
        without = [word for word in words if word != "discover"]
        return without, [_warning("capability-contradicted", message)]
    return words, []


def _has_no_catalog(discovers: Outcome) -> bool:
    """Say whether it refused the flag, or ran to its end and printed no catalog."""
    cause = discovers.cause
    if cause is None or cause.answer is not Answer.NO:
        return False
    is_refused = cause.code == "flag" and "discover" in cause.message
    return is_refused or cause.code in NO_CATALOG


def _warning(code: str, message: str) -> Finding:
    return Finding(code=code, message=message, severity=Severity.WARNING)
