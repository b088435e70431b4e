"""Variants that stand otherwise than most: gone, quarantined, yanked, failing, being tried."""

import uuid
from datetime import timedelta

from registry.catalog.rating import rate_variants
from registry.models import ProbeTicket, Release, Source, Variant
from registry.vocabulary import Origin, ProjectStatus, SourceKind
from tests.browser.real.seen import BROKEN, NEW, ran
from tests.registry.cast import release_of, say, variant
from tests.scrapers.probes.invocation.records import failed, installed

# Each the only variant of its plugin, and installed from a package of the same name.
QUARANTINED, NOWHERE, YANKED = "tap-dbt", "tap-fullstory", "tap-geekbot"
TRYING, GONE = "tap-megaphone", "tap-fedidb"


def stand(*, now) -> None:
    """Have one connector stand in each of these ways."""
    sources = {
        name: released(name, now=now) for name in (QUARANTINED, NOWHERE, YANKED, TRYING)
    }
    quarantined = Source.objects.filter(pk=sources[QUARANTINED].pk)
    quarantined.update(facts={"status": ProjectStatus.QUARANTINED})
    Variant.objects.filter(plugin__name=QUARANTINED).update(is_rated=False)
    rate_variants(now=now)
    broken = failed("import", BROKEN)
    ran(sources[NOWHERE], *installed()[:2], broken, version=NEW, python="3.13", now=now,
        name=NOWHERE, executables=[NOWHERE])  # fmt: skip
    Release.objects.filter(variant__plugin__name=YANKED).update(yanked=True)
    ProbeTicket.objects.issue(sources[TRYING], {NEW: ("3.13",)}, now=now)
    # For longer than all tests take.
    ProbeTicket.objects.filter(source=sources[TRYING]).update(
        lease=uuid.uuid4(), leased_until=now + timedelta(days=1)
    )
    Variant.objects.filter(plugin__name=GONE).update(gone_at=now)


def released(name, *, now):
    """Record one release of a package; return its source."""
    source = Source.objects.get(kind=SourceKind.PACKAGE, address=name)
    says = variant(
        "package", plugin=name, settings=..., releases=(release_of(NEW, day=-3),)
    )
    say(source, says, plugin=name, origin=Origin.PACKAGE, at=now)
    return source
