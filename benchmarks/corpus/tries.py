"""Try packages in the sandbox. Each record has beside it the text it is checked against."""

import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from registry.facts import Json
from registry.tried import Answer, Question
from sandbox.archives import Unreadable, opened, read_member
from sandbox.index import Unavailable
from sandbox.trying import Trial
from scrapers.probes.invocation import config_from, probe_record
from scrapers.static.wheel import read_wheel
from scrapers.trying import names_tap, workshop

# What the corpus tried first.
RECORDED_ON = "3.11"
# Each takes a processor, most of the time.
WORKERS = 2
# Twice the longest file that anything is read of.
FILE_LIMIT_BYTES = 1 << 20
TEXTS = (".py", ".json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One try: what was recorded, what the probes say of it, and the wheel's own text."""

    spec: str
    python: str
    record: Json
    facts: Json
    source: str
    seconds: float

    @property
    def answers(self) -> dict[str, str]:
        """Return the answer to each question."""
        return {one["question"]: one["answer"] for one in self.facts["outcomes"]}

    def is_yes(self, question: Question) -> bool:
        """Say whether the answer to a question is yes."""
        return self.answers[question] == Answer.YES

    def basis(self, fact: str) -> str:
        """Return how a fact is known, and "not known"."""
        known = self.facts[fact]
        return known["basis"] if known else "not known"

    def value(self, fact: str) -> Any:
        """Return what is known, None for nothing."""
        known = self.facts[fact]
        return known["value"] if known else None


def usual_pythons() -> tuple[list[str], list[str]]:
    """Return the Pythons that each package is tried on, then those for what answers on none.

    All are configured and here. The first is the newest, where production begins.
    """
    here = [one for one in settings.PROBE_PYTHONS if one in workshop().interpreters]
    first = [one for one in here if one in {here[0], RECORDED_ON}]
    return first, [one for one in here if one not in first]


def try_all(
    specs: Sequence[str],
    pythons: Sequence[str],
    further: Sequence[str],
    keep_in: Path | None,
) -> Iterator[list[Try]]:
    """Yield the tries of each package, in their order; two packages are tried at once.

    Further Pythons are for those that answer on none of the first. Records are kept in a
    folder if one is named. Where the index could not be had there is no try, which is said.
    """

    def tries_of(spec: str) -> list[Try]:
        found = [done for one in pythons if (done := _tried(spec, one, keep_in))]
        if any(one.is_yes(Question.HELP) for one in found):
            return found
        return found + [done for one in further if (done := _tried(spec, one, keep_in))]

    # Threads would each open it.
    workshop()
    with ThreadPoolExecutor(WORKERS) as threads:
        yield from threads.map(tries_of, specs)


def kept(
    specs: Sequence[str], pythons: Sequence[str], folder: Path
) -> Iterator[list[Try]]:
    """Yield the tries of each package that were kept in a folder, judged as of now."""
    for spec in specs:
        files = [_place(folder, spec, python) for python in pythons]
        told = [json.loads(one.read_text("utf-8")) for one in files if one.exists()]
        yield [_try(**one) for one in told]


def _tried(spec: str, python: str, keep_in: Path | None) -> Try | None:
    sources: list[str] = []

    def read(wheel: Path) -> Json:
        sources.append(text_of(wheel))
        return read_wheel(wheel)

    trial = Trial(
        workshop=workshop(),
        config_for=config_from,
        discover=names_tap(spec),
        read_static=read,
    )
    began = time.monotonic()
    try:
        record = trial.of(spec, python=python)
    except Unavailable as failure:
        print(f"{spec} on {python}: {failure}", flush=True)
        return None
    told: Json = {
        "spec": spec,
        "python": python,
        "record": record,
        "source": sources[-1] if sources else "",
        "seconds": time.monotonic() - began,
    }
    if keep_in:
        keep_in.mkdir(parents=True, exist_ok=True)
        _place(keep_in, spec, python).write_text(json.dumps(told), "utf-8")
    return _try(**told)


def text_of(wheel: Path) -> str:
    """Return the paths and texts of a wheel's code and schemas; "" for what is no archive."""
    try:
        with opened(wheel) as archive:
            members = [m for m in archive.infolist() if m.filename.endswith(TEXTS)]
            fit = [one for one in members if one.file_size <= FILE_LIMIT_BYTES]
            texts = [
                read_member(archive, one, limit_bytes=FILE_LIMIT_BYTES) for one in fit
            ]
    except Unreadable:
        return ""
    names = [one.filename for one in members]
    return "\n".join([*names, *(text.decode("utf-8", "replace") for text in texts)])


def _try(*, record: Json, **told: Any) -> Try:
    return Try(**told, record=record, facts=probe_record(record).as_json())


def _place(folder: Path, spec: str, python: str) -> Path:
    return folder / f"{spec.replace('/', '-')}@{python}.json"
