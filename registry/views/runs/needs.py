"""What it took to install a release here, and what it is built with, in words. Pure."""

from collections.abc import Iterator, Mapping

from registry.models import ProbeRun
from registry.tried import Answer

# The one framework that says its own version.
# Source: `scrapers.probes.invocation.packages`.
SDK = "singer-sdk"


def needs_of(run: ProbeRun) -> list[str]:
    """Return sentences of what a run's install took; none of what is not known."""
    return list(_sentences(run))


def needs_by_python(runs: Mapping[str, ProbeRun]) -> list[str]:
    """Return the same of one release, first what is so on all its Pythons."""
    pythons: dict[str, list[str]] = {}
    for python, run in runs.items():
        for sentence in needs_of(run):
            pythons.setdefault(sentence, []).append(python)
    everywhere = [one for one, named in pythons.items() if len(named) == len(runs)]
    return everywhere + [
        f"Python {', '.join(named)}: {sentence}"
        for sentence, named in pythons.items()
        if sentence not in everywhere
    ]


def _sentences(run: ProbeRun) -> Iterator[str]:
    is_installed = run.installs == Answer.YES
    if run.needs_compiler == Answer.YES and is_installed:
        yield "Part of what it installs was built here from source, which took a compiler."
    elif run.needs_compiler == Answer.YES:
        yield "Part of what it installs has to be built from source, which takes a compiler."
    elif run.needs_compiler == Answer.NO:
        yield "It was installed without a compiler."
    if run.needs_library:
        yield f"It needs the system library `{run.needs_library}`, which is not here."
    if run.framework:
        version = run.sdk_version if run.framework == SDK else ""
        yield f"It is built with {run.framework} {version}".rstrip() + "."
