"""What sandboxes, indexes and hosts said of a few real connectors, taken down the line.

Nothing is installed and nobody is asked: the records are made up, in the form in which they
come, so that every kind of page has something to show of what is large, failing or gone.
"""

import json
from datetime import timedelta

from django.utils import timezone

from registry.catalog.following import follow_variants
from registry.models import (
    ProbeTicket,
    Readme,
    Snapshot,
    Source,
    TapSchemas,
    Variant,
)
from registry.publishing import publish_changed
from registry.readmes import Form, ReadmeText
from registry.readmes import Readme as Made
from registry.vocabulary import Origin, SourceKind
from scrapers.line import judge
from scrapers.probes import VERSION
from tests.registry.cast import release_of, say, variant
from tests.scrapers.probes.invocation.records import (
    about,
    discover,
    failed,
    helped,
    installed,
    record,
)

EXTRACTORS, LOADERS = "extractors", "loaders"
# Packages that two variants of one tap install, and two of one target.
PACKAGES = {
    "meltanolabs-tap-github": (EXTRACTORS, "tap-github"),
    "tap-github": (EXTRACTORS, "tap-github"),
    "meltanolabs-tap-postgres": (EXTRACTORS, "tap-postgres"),
    "meltanolabs-target-postgres": (LOADERS, "target-postgres"),
    "singer-target-postgres": (LOADERS, "target-postgres"),
}
OLD, NEW = "1.0.0", "1.1.0"
BROKEN = """Traceback (most recent call last):
  File "/venv/bin/tap-github", line 3, in <module>
    from tap_github import main
ModuleNotFoundError: No module named 'pkg_resources'
"""
README = """
# Reads and writes

A connector with a [guide](docs/guide.md), `code` and a table.

| Setting | Needed | What it is for, at a length that no small screen has room for |
|---|---|---|
| `token` | yes | https://example.org/a/very/long/address/that/is/hard/to/wrap/anywhere/at/all |

```bash
meltano config set tap-github auth_token "$TOKEN" --a-long-option-that-needs-to-be-scrolled
```

1. One
2. Two

> It is said that
"""


def tell() -> None:
    """Record releases, runs, verdicts, loadings, READMEs and failures of real variants."""
    now = timezone.now()
    while follow_variants(now=now):
        pass
    sources = {name: packaged(name, now=now) for name in PACKAGES}
    # What they showed is of no matter here, and nothing to be judged.
    Snapshot.objects.update(probed_with=VERSION)
    for source in sources.values():
        tried(source, now=now)
    for nth, source in enumerate(sources.values()):
        conformed(source, now=now - timedelta(hours=nth))
    loaded(sources, now=now)
    read(now=now)
    failures(sources, now=now)
    publish_changed(now=now)


def packaged(name, *, now):
    """Record the releases of a package; return its source."""
    source = Source.objects.get(kind=SourceKind.PACKAGE, address=name)
    kind, plugin = PACKAGES[name]
    days = {"0.9.0": 300, OLD: 100, NEW: 3}
    releases = tuple(release_of(one, day=-days[one]) for one in days)
    says = variant(
        "package", kind=kind, plugin=plugin, settings=..., releases=releases,
    )  # fmt: skip
    say(source, says, kind=kind, plugin=plugin, origin=Origin.PACKAGE, at=now)
    pythons = ("3.14", "3.13", "3.11")
    ProbeTicket.objects.issue(source, {NEW: pythons, OLD: pythons}, now=now)
    return source


def tried(source, *, now):
    """Judge runs of two releases: the older fails on one Python, one Python takes none."""
    kind, plugin = PACKAGES[source.address]
    said = {"name": source.address, "executables": [plugin], "packages": PARTS}
    steps = installed(helped(), about(), *([discover(CATALOG)] * (kind == EXTRACTORS)))
    for version, python in ((OLD, "3.12"), (NEW, "3.11"), (NEW, "3.13")):
        ran(source, *steps, version=version, python=python, now=now, **said)
    broken = failed("import", BROKEN)
    ran(source, *installed()[:2], broken, version=NEW, python="3.14", now=now, **said)
    unseen = failed("resolve", "No solution found: it requires Python <3.14")
    ran(source, unseen, version=OLD, python="3.14", now=now, name=source.address)


def ran(source, *steps, version, python, now, **said):
    shown(
        source, f"run/{version}/{python}", now=now,
        evidence=record(*steps, version=version, python=python, **said),
    )  # fmt: skip


def shown(source, subject, *, evidence, now):
    row = Snapshot.objects.create(
        source=source, subject=subject, digest="", taken_at=now, evidence=evidence
    )
    judge([row], now=now)


PARTS = [
    {"name": "backports.zoneinfo", "version": "0.2.1", "license": "Apache-2.0"},
    {"name": "requests", "version": "2.32.0", "license": "", "size_bytes": 40_000},
    {
        "name": "singer-sdk",
        "version": "0.54.9",
        "license": "Apache-2.0",
        "size_bytes": 1,
    },
]
FIELDS = {
    f"a_field_{nth}_of_a_certain_length": {"type": ["string", "null"]}
    for nth in range(12)
}
CATALOG = json.dumps(
    {
        "streams": [
            {
                "tap_stream_id": f"stream_number_{nth}_with_a_long_name",
                "stream": f"stream_number_{nth}",
                "key_properties": ["id", "organisation_identifier"],
                "replication_method": ("FULL_TABLE", "INCREMENTAL")[nth % 2],
                "replication_key": "updated_at",
                "schema": {
                    "type": "object",
                    "properties": {"id": {"type": "integer"}, **FIELDS},
                },
            }
            for nth in range(60)
        ]
    }
)


def conformed(source, *, now):
    """Judge a run of the conformance suite: some rules broken, some not looked at."""
    kind, _ = PACKAGES[source.address]
    words = ["pass"] * 6 + ["fail", "warn", "info", "inconclusive", "skip"]
    letter, sort = ("S", "tap") if kind == EXTRACTORS else ("F", "target")
    checks = [
        {
            "id": f"{letter}{nth:02}", "title": f"Check {nth} of messages", "result": word,
            "detail": "The stream things_with_a_long_name_of_its_own had no `type`.",
            "evidence": ['{"type": "RECORD", "stream": "things", "record": {"id": 1}}'],
            "spec": "Singer SPEC.md, Messages", "remedy": "Say which type it is.",
        }
        for nth, word in enumerate(words * 2, start=1)
    ]  # fmt: skip
    evidence = {
        "layout": 1, "kind": sort, "checks": checks, "lock": "0" * 64,
        "interpreter": "3.13.5", "platform": "linux-x86_64-glibc2.36", "level": "bubblewrap",
    }  # fmt: skip
    shown(source, f"conformance/{NEW}/3.13", evidence=evidence, now=now)


def loaded(sources, *, now):
    """Judge what targets did with records of taps: one loads all, one not the first."""
    told = [
        {"answer": "yes", "read": 10},
        {"answer": "no", "code": "rows", "cause": "8 of 10 rows are not there."},
        {"answer": "yes", "read": None},
    ]
    schemas = {row.source_id: row for row in TapSchemas.objects.all()}
    for name in ("meltanolabs-target-postgres", "singer-target-postgres"):
        loads = [
            {"tap": row.source_id, "version": row.version, "digest": row.digest,
             "streams": row.streams, "sent": 10, **told[nth]}
            for nth, row in enumerate(schemas.values())
        ]  # fmt: skip
        evidence = {"layout": 1, "loads": loads}
        shown(sources[name], f"loading/{NEW}/3.13", evidence=evidence, now=now)
        told.reverse()


def read(*, now):
    """Give variants of the packages a README, as one of them would come."""
    rows = Variant.objects.filter(package__address__in=PACKAGES, readme=None)
    html = Made(ReadmeText(text=README, form=Form.MARKDOWN, folder=""), "").html()
    Readme.objects.bulk_create(
        Readme(variant=row, source=row.package, digest="", html=html) for row in rows
    )


def failures(sources, *, now):
    """Have one source fail, and one ticket be given up."""
    source = sources["tap-github"]
    source.refresh_from_db()
    source.crawl_failed(now, "Could not connect to the index: the name is not known.")
    parked = ProbeTicket.objects.filter(source=source, version=OLD, python="3.13")
    parked.update(parked_at=now, last_error="It ended three workers.")
