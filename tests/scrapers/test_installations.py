"""What is installed with others: tried by itself, and told of nobody else."""

import pytest

from registry.models import Event, ProbeTicket, Source, Statement, Variant
from registry.vocabulary import EventVerb, Origin, SourceKind
from scrapers.tickets import issue_tickets
from tests.registry.cast import NOW, facts, look, release_of, say, source_of, variant
from tests.registry.views.tries import packaged, ran
from tests.scrapers.probes.invocation.records import about, failed, installed

pytestmark = pytest.mark.django_db
MORE = "tap-alpha[S3] lib_b>=1"
BROKEN = failed("import", "ModuleNotFoundError: No module named 'boto3'")


@pytest.fixture(autouse=True)
def probing(settings):
    settings.PROBE = True
    settings.PROBE_PYTHONS = ["3.12"]
    settings.PROBE_RELEASES = 1


@pytest.fixture
def package():
    """A package that ada installs with others, and bo alone."""
    return packaged(variant("bo", pip_url="tap-alpha", repo=...), pip_url=MORE)


def issue(package):
    """Make tickets as after a look at the package; return the installation, if there is one."""
    says = variant("package", settings=..., releases=(release_of("1.1"),))
    told = facts(says, origin=Origin.PACKAGE)
    issue_tickets([(look(package, ""), told)], now=NOW)
    return Source.objects.filter(kind=SourceKind.INSTALLATION).first()


def tried(name):
    return Variant.objects.get(name=name).tried.get("pythons", {})


def current():
    rows = ProbeTicket.objects.filter(is_current=True)
    return {row.source.address: (row.version, row.revision) for row in rows}


def redefine(**pip_urls):
    """Have the definitions say what variants install from now on."""
    says = [variant(one, pip_url=url, repo=...) for one, url in pip_urls.items()]
    say(source_of("definitions"), *says)


def test_each_way_of_installing_is_tried_at_the_releases_of_the_package(package):
    together = issue(package)
    assert together.address == "tap-alpha[s3] lib-b>=1"
    assert together.due_at is None
    assert current() == {"tap-alpha": ("1.1", ""), together.address: ("1.1", "")}


def test_what_runs_with_others_says_nothing_of_who_installs_it_alone(package, client):
    together = issue(package)
    assert "Not assessed yet" in page(client, "ada")
    ran(package, *installed()[:2], BROKEN)
    assert (tried("ada"), tried("bo")) == ({}, {"3.12": "no"})
    run = ran(together, *installed(about()))
    assert (tried("ada"), tried("bo")) == ({"3.12": "yes"}, {"3.12": "no"})
    told = Statement.objects.filter(origin=Origin.PROBE, gone_at=None)
    assert {one.variant.name: one.source for one in told} == {
        "ada": together, "bo": package,
    }  # fmt: skip
    assert f'href="/runs/{run.pk}"' in page(client, "ada")
    assert f'href="/runs/{run.pk}"' not in page(client, "bo")
    shown = client.get(f"/runs/{run.pk}").content.decode()
    assert "tap-alpha[s3] lib-b&gt;=1" in shown
    assert client.get(f"/sources/{together.pk}").status_code == 200
    assert client.get("/extractors/tap-alpha").status_code == 200


def page(client, name, rest=""):
    return client.get(f"/extractors/tap-alpha--{name}{rest}").content.decode()


def test_what_was_given_up_is_told_of_who_installs_just_that(package, client):
    together = issue(package)
    together.tickets.update(parked_at=NOW)
    assert "Given up" in page(client, "ada", "/versions/1.1")
    assert "Given up" not in page(client, "bo", "/versions/1.1")
    package.tickets.update(parked_at=NOW)
    together.tickets.update(parked_at=None)
    assert "Given up" not in page(client, "ada", "/versions/1.1")
    assert "Given up" in page(client, "bo", "/versions/1.1")


def test_who_begins_to_install_more_loses_what_was_seen_of_less(package):
    issue(package)
    ran(package, *installed(about()))
    assert tried("bo") == {"3.12": "yes"}
    redefine(ada=MORE, bo="tap-alpha[gcs]")
    run = ran(package, *installed(about()), python="3.11")
    assert tried("bo") == {}
    told = Statement.objects.filter(source=run.source, origin=Origin.PROBE)
    assert not told.filter(gone_at=None).exists()


def test_what_nobody_installs_so_any_more_is_asked_about_no_more(package):
    together = issue(package)
    ProbeTicket.objects.issue(together, {"1.1": ["3.12"]}, now=NOW, kind="conformance")
    redefine(ada="tap-alpha[gcs]", bo="tap-alpha lib-c")
    issue(package)
    assert set(current()) == {"tap-alpha[gcs]", "tap-alpha lib-c"}
    assert not together.tickets.exclude(due_at=None).exists()
    redefine(ada="tap-alpha", bo="tap-alpha")
    issue(package)
    assert set(current()) == {"tap-alpha"}


def test_what_breaks_alone_is_no_news_of_who_installs_more(package):
    together = issue(package)
    Event.objects.filter(verb=EventVerb.RELEASED).delete()
    for name in ("ada", "bo"):
        row = Variant.objects.get(name=name)
        Event.objects.create(
            at=NOW, verb=EventVerb.RELEASED, plugin=row.plugin, variant=row,
            data={"version": "1.1"},
        )  # fmt: skip
    for source in (package, together):
        ran(source, *installed(about()), version="1.0")
    ProbeTicket.objects.update(tried_at=NOW, due_at=None)
    ran(package, *installed()[:2], BROKEN)
    news = Event.objects.filter(verb=EventVerb.BREAKING)
    assert [one.variant.name for one in news] == ["bo"]
    ran(together, *installed()[:2], BROKEN)
    assert {one.variant.name for one in news.all()} == {"ada", "bo"}


def test_what_is_refused_has_no_ticket_and_its_page_says_why(package, client):
    redefine(ada="tap-alpha --pre", bo="tap-alpha")
    assert issue(package) is None
    ran(package, *installed(about()))
    assert tried("ada") == {}
    said = page(client, "ada")
    assert "Not assessed: it gives the installer an option, `--pre`" in said
