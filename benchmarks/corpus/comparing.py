"""What tries of a package come to in the words of the corpus, and where both differ. Pure.

A row of the corpus says what was best of all that was once tried: Python 3.11 first, then
older ones, with setuptools and without. The same is made of the tries here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.corpus.tries import RECORDED_ON, Try
from registry.facts import Json
from registry.tried import Answer, Basis, Question
from registry.vocabulary import PluginType

# What is not known is neither, as a row never has it.
UNKNOWN = "not known"
WORDS: Mapping[str, bool | str] = {
    Answer.YES: True,
    Answer.NO: False,
    Answer.UNKNOWN: UNKNOWN,
}
FRAMEWORKS = {"singer-sdk": "sdk", "singer-python": "singer-python"}
# How the corpus says that streams were not listed, for the causes that have a word of theirs.
DISCOVERY = {
    "config": "needs_real_config",
    "credentials": "needs_real_config",
    "network": "needs_network",
    "flag": "unsupported_flag",
    "syncs": "ignores_discover_flag(syncs)",
}
LISTING = {"discover": "ok", "discover-config": "ok_with_dummy_config"}


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Difference:
    """One way in which a package is otherwise than recorded.

    `what` is "+name" or "-name" for a member that is more or less than in a recorded list, and
    "recorded → seen" else.
    """

    spec: str
    field: str
    what: str


def differences(
    spec: str, recorded: Mapping[str, Any], seen: Mapping[str, Any]
) -> Iterator[Difference]:
    """Yield what was recorded otherwise. What was not looked at now is no difference."""
    for field, said in recorded.items():
        if field in seen:
            for what in _otherwise(said, seen[field]):
                yield Difference(spec=spec, field=field, what=what)


def _otherwise(recorded: Any, seen: Any) -> Iterator[str]:
    if isinstance(recorded, list):
        yield from (f"+{name}" for name in sorted(set(seen) - set(recorded)))
        yield from (f"-{name}" for name in sorted(set(recorded) - set(seen)))
    elif recorded != seen:
        yield f"{_word(recorded)} → {_word(seen)}"


def _word(value: Any) -> str:
    return {None: "none", "": "none", True: "yes", False: "no"}.get(value, str(value))


def observed(tries: Sequence[Try], declared: Mapping[str, Any]) -> Json:
    """Return what the tries of one package come to, under the keys of a row's `observed`.

    What only Python 3.11 tells is left out where it was not tried there.
    """
    best = best_of(tries)
    settings = [one["name"] for one in best.value("settings") or ()]
    capabilities = best.value("capabilities") or []
    versions = {one["name"]: one["version"] for one in best.facts["dependencies"]}
    return _on_recorded_python(tries) | {
        "install_path": _install_path(best),
        "needs_rescue": best.facts["rescue"] or None,
        "help_ok": _best_answer(tries, Question.HELP),
        "version_ok": _best_answer(tries, Question.VERSION),
        "about_ok": _best_answer(tries, Question.ABOUT),
        "discover": _discovery(best),
        "framework": _framework(best),
        "sdk_version": best.value("sdk_version"),
        "singer_python": versions.get("singer-python"),
        "capabilities": capabilities,
        "capabilities_source": _source(best.basis("capabilities"), "static-args"),
        "settings": settings,
        "settings_source": _source(best.basis("settings"), "static-ast"),
        "version": best.facts["version"],
        **_beside("caps", declared["capabilities"], capabilities),
        **_beside("settings", declared["settings"], settings),
    }


def best_of(tries: Sequence[Try]) -> Try:
    """Return the try that a row would be of: the first that answers, else installs."""
    ordered = sorted(tries, key=_when_recorded)
    for question in (Question.HELP, Question.INSTALLS):
        if good := [one for one in ordered if one.is_yes(question)]:
            return good[0]
    return ordered[0]


def _when_recorded(one: Try) -> tuple[bool, int]:
    """Return by what tries are sorted as the corpus made them: 3.11, older ones, newer ones."""
    minor, first = int(one.python.partition(".")[2]), int(RECORDED_ON.partition(".")[2])
    return minor > first, abs(minor - first)


def _first_python(tries: Sequence[Try]) -> str | None:
    """Return the first Python on which it answers, without a rescue if there is one."""
    ordered = sorted(tries, key=_when_recorded)
    answering = [one for one in ordered if one.is_yes(Question.HELP)]
    plain = [one for one in answering if not one.facts["rescue"]]
    installing = [one for one in ordered if one.is_yes(Question.INSTALLS)]
    return next((one.python for one in (*plain, *answering, *installing)), None)


def _on_recorded_python(tries: Sequence[Try]) -> Json:
    there = [one for one in tries if one.python == RECORDED_ON]
    if not there:
        return {}
    one = there[0]
    installs = one.is_yes(Question.INSTALLS)
    return {
        "install_311": WORDS[Answer(one.answers[Question.INSTALLS])],
        "python_first_ok": _first_python(tries),
        "wheels_only_311": installs and not _is_built(one),
        "help_ok_unrescued_311": one.is_yes(Question.HELP) and not one.facts["rescue"],
    }


def _best_answer(tries: Sequence[Try], question: Question) -> bool | str:
    """Return yes if any Python says it, else no if one does."""
    said = {one.answers[question] for one in tries}
    return WORDS[next((word for word in Answer if word in said), Answer.UNKNOWN)]


def _framework(one: Try) -> str | None:
    """Return the corpus's word for what it is built with: parsing its arguments is least."""
    if not one.is_yes(Question.INSTALLS):
        return None
    return FRAMEWORKS.get(one.value("framework"), "argparse")


def _install_path(one: Try) -> str | None:
    if not one.is_yes(Question.INSTALLS):
        return None
    return "sandbox-build" if _is_built(one) else "wheels-only"


def _is_built(one: Try) -> bool:
    return any(package.get("built") for package in one.record["packages"])


def _discovery(one: Try) -> str | None:
    if one.facts["type"] != PluginType.EXTRACTORS:
        return None
    outcomes = {said["question"]: said for said in one.facts["outcomes"]}
    said = outcomes[Question.DISCOVERS]
    if said["answer"] == Answer.YES:
        return LISTING[said["step"]]
    code = said["cause"]["code"] if said["cause"] else ""
    return DISCOVERY.get(code, "broken" if said["answer"] == Answer.NO else UNKNOWN)


def _source(basis: str, word: str) -> str | None:
    return {Basis.OBSERVED.value: "about", Basis.STATIC.value: word}.get(basis)


def _beside(
    word: str, declared: Sequence[str], names: Sequence[str]
) -> dict[str, list[str]]:
    """Return what was seen and not declared, and what was declared and not seen."""
    return {
        f"hub_{word}_missing": sorted(set(names) - set(declared)),
        f"hub_{word}_extra": sorted(set(declared) - set(names)),
    }
