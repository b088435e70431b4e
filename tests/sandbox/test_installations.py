"""A connector that is installed with an extra, and with others beside it."""

import pytest

from registry.models import ProbeRun, ProbeTicket
from registry.vocabulary import SourceKind, TicketKind
from tests.sandbox.connectors import wheel_of
from tests.sandbox.parts import IMPORTS, WITH_EXTRA, put_parts
from tests.sandbox.test_line import ABOUT
from tests.sandbox.test_repositories import curate, tried
from tests.scrapers.machines import try_next

pytestmark = pytest.mark.django_db
NEEDY = IMPORTS + ABOUT


@pytest.fixture
def parts(songbook):
    return put_parts(songbook)


def packages(run):
    return {one["name"]: one["version"] for one in run.snapshot.evidence["packages"]}


def try_all():
    """Have both variants' releases tried, and nothing that follows from it."""
    while ProbeTicket.objects.filter(kind=TicketKind.RUN, tried_at=None).exists():
        ProbeTicket.objects.exclude(kind=TicketKind.RUN).delete()
        assert try_next()


def test_a_release_is_tried_with_all_that_is_asked_for(parts, folder, crawl):
    parts.put("tap-alpha", wheel_of("tap-alpha", NEEDY, **WITH_EXTRA))
    curate(folder, crawl, "tap-alpha", name="bo")
    curate(folder, crawl, "tap-alpha[more]==1.0 part-beside<2")
    crawl("pypi:tap-alpha")
    try_all()
    run = ProbeRun.objects.get(source__kind=SourceKind.INSTALLATION)
    spec = "tap-alpha[more]==1.0 part-beside<2"
    assert (run.starts, run.snapshot.evidence["spec"]) == ("yes", spec)
    assert packages(run) == {
        "extra-part": "2.0", "part-beside": "1.0", "tap-alpha": "1.0",
    }  # fmt: skip
    ada, bo = (tried(name).tried["pythons"] for name in ("ada", "bo"))
    assert (ada, bo) == ({run.python: "yes"}, {run.python: "no"})
