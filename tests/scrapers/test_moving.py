"""What follows when a definition says that a variant installs something else now."""

import pytest
from django.utils import timezone

from registry.catalog.following import follow_variants
from registry.models import ProbeTicket, Source, Statement, Variant
from registry.vocabulary import Origin, SourceKind
from scrapers import tasks
from tests.scrapers.packages import release
from tests.scrapers.probes.invocation.records import about, discover, installed
from tests.scrapers.test_runs import ran

pytestmark = pytest.mark.django_db

TRIED = (Origin.PROBE, Origin.CODE)


def curate(folder, crawl, pip_url):
    """Have a definition say what a variant installs, and follow it there."""
    folder.write(
        "extractors", "tap-alpha", "ada", pip_url=pip_url, settings=[],
        capabilities=["state"], repo="https://example.org/ada/tap-alpha",
    )  # fmt: skip
    crawl(f"definitions:{folder}")
    follow_variants(now=timezone.now())
    tasks.probe_due()


@pytest.fixture
def package(settings, index, folder, crawl):
    """A package that ada's variant installs, and that was tried."""
    settings.PROBE, settings.PROBE_PYTHONS = True, ["3.12"]
    settings.PROBE_RELEASES = 1
    index.put("tap-alpha", release("tap-alpha", "1.0"), release("tap-alpha", "1.1"))
    curate(folder, crawl, "tap-alpha")
    crawl("pypi:tap-alpha")
    source = Source.objects.get(kind=SourceKind.PACKAGE)
    ran(source, *installed(about(), discover()))
    assert ada().tried["version"] == "1.1"
    assert "discover" in ada().definition["capabilities"]
    return source


def ada():
    return Variant.objects.get(name="ada", plugin__name="tap-alpha")


def seen():
    return Statement.objects.filter(variant=ada(), origin__in=TRIED, gone_at=None)


def test_what_was_seen_of_the_package_says_nothing_of_what_git_gives(
    package, folder, crawl
):
    curate(folder, crawl, "git+https://example.org/ada/tap-alpha")
    assert not seen().exists()
    assert ada().definition["capabilities"] == ["state"]


def test_what_is_installed_with_extras_was_not_tried(package, folder, crawl):
    curate(folder, crawl, "tap-alpha[s3]")
    assert ada().tried == {}
    assert not seen().exists()


def test_what_was_seen_is_said_again_where_the_package_is_installed_again(
    package, folder, crawl
):
    for pip_url in ("tap-alpha[s3]", "tap-alpha"):
        curate(folder, crawl, pip_url)
    assert ada().tried["version"] == "1.1"
    assert "discover" in ada().definition["capabilities"]


def test_a_release_that_is_pinned_now_is_tried_though_no_new_one_came(
    package, folder, crawl
):
    curate(folder, crawl, "tap-alpha==1.0")
    assert set(ProbeTicket.objects.values_list("version", flat=True)) >= {"1.0", "1.1"}
    assert ada().tried == {}
