"""What stands in a release's files where no run shows it: told, and marked as such."""

from datetime import timedelta

import pytest

from registry.catalog.breaking import keep_breaking
from registry.models import (
    Event,
    Loading,
    ProbeRun,
    ProbeTicket,
    Source,
    Statement,
    Stream,
    TapSchemas,
)
from registry.publishing import publish_changed
from registry.tried import Basis
from registry.vocabulary import EventVerb, Origin, SourceKind, TicketKind
from tests.registry.cast import NOW, release_of, say, variant
from tests.registry.rows import documents
from tests.registry.views.tries import packaged, ran, stream_of
from tests.scrapers.probes.invocation.records import (
    about,
    discover,
    failed,
    helped,
    installed,
)

pytestmark = pytest.mark.django_db
VARIANT = "/extractors/tap-alpha--ada"
WANTED = "error: the following arguments are required: -c/--config"
CLASSIC = installed(
    helped("usage: [-c] --config --state --catalog --discover"),
    failed("discover", WANTED, exit_code=2),
)
ID = {"type": "integer"}


def files(*streams, settings=("user",)):
    return {
        "framework": "singer-python",
        "capabilities": ["catalog", "discover", "state"],
        "settings": [{"name": name, "required": False} for name in settings],
        "streams": [stream_of(name, id=ID) for name in streams],
    }


@pytest.fixture
def classic():
    """A classic tap of which two releases were tried; none lists anything without a key."""
    source = packaged(settings=..., capabilities=...)
    ran(source, *CLASSIC, version="1.0", static=files("people", "gone"))
    static = files("people", settings=["region"])
    ran(source, *CLASSIC, version="1.1", static=static)
    return source


def test_streams_in_the_files_are_kept_with_their_basis(classic):
    [stream] = Stream.objects.all()
    assert (stream.tap_stream_id, stream.basis) == ("people", Basis.STATIC)
    assert stream.schema["properties"] == {"id": ID}
    assert ProbeRun.objects.get(version="1.1").surface.get("streams") is None


def test_what_a_run_lists_stands_in_place_of_what_was_read(classic):
    ran(classic, *installed(about(), discover()), static=files("people"))
    assert [(one.tap_stream_id, one.basis) for one in Stream.objects.all()] == [
        ("things", Basis.OBSERVED)
    ]


def test_the_page_says_of_the_current_release_why_no_run_showed_them(classic, read):
    page = read(VARIANT)
    assert "1, read from the files of 1.1 and not seen" in page
    assert "asked for its catalog without credentials, 1.1 named none." in page


@pytest.mark.parametrize("page", ["", "/streams", "/versions/1.1"])
def test_pages_show_them_as_read(classic, read, page):
    said = read(f"{VARIANT}{page}")
    assert "<code>people</code>" in said
    assert "ead from" in said
    assert "seen in" not in said


def test_the_page_of_a_release_shows_settings_as_read(classic, read):
    page = read(f"{VARIANT}/versions/1.0")
    assert "<code>user</code>" in page
    assert "1, read from its files" in page


def test_neither_definitions_nor_documents_have_them():
    source = packaged(settings=..., capabilities=...)
    published = []
    for day, names in enumerate([(), ("people",)]):
        at = NOW + timedelta(days=day)
        ran(source, *CLASSIC, static=files(*names), at=at)
        publish_changed(now=NOW)
        published.append(documents())
    assert Stream.objects.count() == 1
    assert published[0] == published[1]
    read = Statement.objects.get(origin=Origin.CODE, gone_at=None).definition
    assert "settings" in read
    assert "streams" not in read


def test_they_are_found_like_seen_ones_and_marked(classic, client):
    publish_changed(now=NOW)
    page = client.get("/search", {"q": "stream:people"}).content.decode()
    assert "Read in the files of" in page
    answer = client.get("/api/v1/search", {"q": "stream:people"}).json()
    [seen] = answer["results"][0]["variants"][0]["seen"]
    assert (seen["stream"], seen["basis"]) == ("people", "static")
    assert not client.get("/api/v1/search", {"q": "is:discovered"}).json()["results"]


def test_targets_load_them_with_a_mark(classic, read):
    schemas = TapSchemas.objects.get()
    assert (schemas.streams, schemas.basis) == (1, Basis.STATIC)
    target = Source.objects.enrol(SourceKind.PACKAGE, "target-x", found_by="a test")
    ProbeTicket.objects.create(
        kind=TicketKind.LOADING, source=target, version="2.0", python="3.12",
        is_current=True,
    )  # fmt: skip
    loading = Loading.objects.create(
        tap=classic, tap_version="1.1", digest=schemas.digest, target=target,
        target_version="2.0", python="3.12", answer="yes", sent=3, read=3, ran_at=NOW,
    )  # fmt: skip
    assert "by schemas read from its files" in read("/matrix")
    assert "no run showed them" in read(f"/matrix/{loading.pk}")
    TapSchemas.objects.update(basis=Basis.OBSERVED)
    assert "by schemas read from its files" not in read("/matrix")
    assert "no run showed them" not in read(f"/matrix/{loading.pk}")


def test_releases_that_tell_nothing_differ_by_their_files(classic, read):
    page = read(f"{VARIANT}/compare/1.0...1.1")
    assert "The setting <code>user</code> is gone, as read from its files." in page
    assert "The stream <code>gone</code> is gone, as read from its files." in page
    assert "The setting <code>region</code> is new, as read from its files." in page
    assert "May break" in page
    assert ">Breaking<" not in page
    listed = read(f"{VARIANT}/versions")
    assert "2 may break" in listed
    assert "breaking</span>" not in listed


def test_what_was_seen_is_not_compared_with_what_was_read(read):
    source = packaged()
    ran(source, *CLASSIC, version="1.0", static=files("people"))
    ran(source, *installed(about(), discover()), version="1.1")
    page = read(f"{VARIANT}/compare/1.0...1.1")
    assert "is gone" not in page
    assert "is new" not in page
    ran(source, *CLASSIC, version="1.1", static=files("others"))
    assert "is gone" in read(f"{VARIANT}/compare/1.0...1.1")


def test_what_another_sandbox_read_is_not_compared(read):
    source = packaged()
    ran(source, *CLASSIC, version="1.0", static=files("people"), layout=1)
    ran(source, *CLASSIC, version="1.1", static=files("others"), layout=2)
    assert "is gone" not in read(f"{VARIANT}/compare/1.0...1.1")
    ran(source, *CLASSIC, version="1.0", static=files("people"), layout=2)
    assert "is gone" in read(f"{VARIANT}/compare/1.0...1.1")


def test_each_part_is_compared_on_the_newest_python_on_which_both_show_it(read):
    source = packaged()
    for version in ("1.0", "1.1"):
        capabilities = ["catalog"] if version == "1.1" else ["catalog", "state"]
        known = about(capabilities=capabilities)
        ran(source, *installed(known), version=version, python="3.11")
        ran(source, *CLASSIC, version=version, python="3.12", static=files("people"))
    page = read(f"{VARIANT}/compare/1.0...1.1")
    assert "The capability <code>state</code> is gone." in page


def test_a_break_that_was_only_read_is_news_with_the_mark(client):
    source = packaged(versions=["1.0"])
    ran(source, *CLASSIC, version="1.0", static=files("people", "gone"))
    releases = (release_of("1.0"), release_of("1.1", day=1))
    says = variant("package", settings=..., releases=releases)
    say(source, says, origin=Origin.PACKAGE)
    run = ran(source, *CLASSIC, version="1.1", static=files("people"))
    keep_breaking([run])
    event = Event.objects.get(verb=EventVerb.BREAKING)
    assert event.data["read"] is True
    assert event.data["differences"] == [
        "The stream `gone` is gone, as read from its files."
    ]
    page = client.get("/extractors/tap-alpha/history").content.decode()
    assert "has a release that may break what worked: 1.1" in page
