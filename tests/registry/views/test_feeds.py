"""Atom feeds: what happened, for programs that look again and again."""

from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest

from registry.models import Event, Plugin
from registry.views.programs.feeds import SHOWN
from registry.vocabulary import EventVerb
from tests.registry.cast import NOW

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
EVERY = (
    "/feed",
    "/extractors/feed",
    "/extractors/tap-alpha/feed",
    "/extractors/tap-alpha--ada/feed",
)


@pytest.fixture
def atom(read):
    """Return the root of a feed."""
    return lambda address: parsed(read(address))


@pytest.fixture
def happen(catalog):
    """Let something happen to tap-alpha by ada, or to the plugin alone."""

    def happen(verb, *, at=NOW, is_of_variant=True, **data):
        plugin = Plugin.objects.get(name="tap-alpha")
        variant = plugin.variants.get(name="ada") if is_of_variant else None
        return Event.objects.create(
            at=at, verb=verb, plugin=plugin, variant=variant, data=data
        )

    return happen


def parsed(text):
    return ET.fromstring(text)  # noqa: S314  our own answer


def entries(root):
    return root.findall(f"{ATOM}entry")


def texts(root, name):
    return [one.findtext(f"{ATOM}{name}") for one in entries(root)]


@pytest.mark.parametrize("address", EVERY)
def test_a_feed_has_all_that_the_standard_wants(catalog, client, settings, address):
    settings.PUBLIC_URL = "https://hub.example"
    response = client.get(address)
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    root = parsed(response.content)
    assert root.findtext(f"{ATOM}id") == f"https://hub.example{address}"
    assert root.findtext(f"{ATOM}author/{ATOM}name") == "Songbook"
    links = {one.get("rel"): one.get("href") for one in root.findall(f"{ATOM}link")}
    assert links["self"] == f"https://hub.example{address}"
    assert links["alternate"].startswith("https://hub.example/")
    newest = Event.objects.first().at
    assert root.findtext(f"{ATOM}updated") == newest.isoformat()
    assert len(entries(root)) > 0
    for entry in entries(root):
        for name in ("id", "title", "updated"):
            assert entry.findtext(f"{ATOM}{name}")


@pytest.mark.parametrize("address", EVERY)
def test_what_a_feed_names_as_its_page_and_entries_is_there(
    catalog, client, settings, atom, address
):
    for link in atom(address).iter(f"{ATOM}link"):
        path = link.get("href").removeprefix(settings.PUBLIC_URL)
        assert client.get(path).status_code == 200


def test_each_feed_tells_only_of_its_own(catalog, atom):
    assert texts(atom("/loaders/feed"), "title") == ["target-gamma by ada was added"]
    assert sorted(texts(atom("/extractors/tap-alpha/feed"), "title")) == [
        "tap-alpha by ada was added",
        "tap-alpha by bo was added",
    ]
    assert texts(atom("/extractors/tap-alpha--bo/feed"), "title") == [
        "tap-alpha by bo was added"
    ]
    assert len(entries(atom("/feed"))) == 4


def test_an_event_has_one_name_in_all_feeds_and_for_ever(happen, atom, settings):
    settings.PUBLIC_URL = "https://hub.example:8443"
    event = happen(EventVerb.CHANGED)
    before = texts(atom("/extractors/tap-alpha--ada/feed"), "id")
    assert f"tag:hub.example,2026-01-01:/events/{event.pk}/" in before
    happen(EventVerb.GONE, at=NOW + timedelta(days=1))
    for address in EVERY:
        assert set(before) <= set(texts(atom(address), "id"))


def test_no_two_events_share_a_name(catalog, atom):
    names = texts(atom("/feed"), "id")
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("verb", EventVerb)
@pytest.mark.parametrize("is_of_variant", [True, False])
def test_every_event_is_told_in_words(happen, atom, verb, is_of_variant):
    happen(verb, at=NOW + timedelta(days=9999), is_of_variant=is_of_variant)
    title = texts(atom("/feed"), "title")[0]
    assert title.startswith("tap-alpha by ada " if is_of_variant else "tap-alpha ")
    assert "{" not in title


def test_a_moved_default_comes_with_its_reason(happen, atom):
    happen(EventVerb.DEFAULT_MOVED, to="ada", reason="It is the newest.", at=NOW)
    feed = atom("/extractors/tap-alpha--ada/feed")
    assert "It is the newest." in texts(feed, "summary")


def test_a_held_definition_comes_with_what_is_wrong_there(folder, crawl, atom):
    setting = {"name": "limit", "kind": "integer", "value": "many"}
    folder.write("extractors", "tap-held", "ada", settings=[setting])
    crawl()
    feed = atom("/extractors/tap-held/feed")
    told = dict(zip(texts(feed, "title"), texts(feed, "summary"), strict=True))
    said = told["tap-held by ada has a definition that is held back"]
    assert "limit" in said or "many" in said


def test_text_from_outside_is_escaped_once_as_html_and_once_as_xml(happen, client):
    happen(EventVerb.DEFAULT_MOVED, reason="<script>alert(1)</script> & more")
    raw = client.get("/feed").content.decode()
    assert "&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt; &amp;amp; more" in raw


def test_what_no_xml_can_hold_does_not_break_the_feed(happen, atom):
    happen(EventVerb.RETAGGED, version="1.0\x01\x1b\ufffe", now={"a\x08.whl": "0"})
    titles = texts(atom("/feed"), "title")
    assert "tap-alpha by ada has a release that is not what it was: 1.0���" in titles


def test_a_feed_holds_the_newest_fifty_newest_first(happen, atom):
    for number in range(SHOWN + 5):
        happen(
            EventVerb.RELEASED, at=NOW + timedelta(days=9000 + number), version=number
        )
    titles = texts(atom("/feed"), "title")
    assert len(titles) == SHOWN
    assert titles[0].endswith(f": {SHOWN + 4}")
    assert titles[-1].endswith(": 5")


@pytest.mark.parametrize("address", ["/feed", "/mappers/feed"])
def test_a_feed_in_which_nothing_happened_is_the_same_each_time(db, client, address):
    first = client.get(address)
    assert b"<updated>1970-01-01T00:00:00+00:00</updated>" in first.content
    assert client.get(address).content == first.content


@pytest.mark.parametrize(
    ("address", "queries"), [*zip(EVERY, (1, 1, 2, 2), strict=True)]
)
def test_the_number_of_queries_is_fixed(
    happen, client, django_assert_num_queries, address, queries
):
    for _ in range(20):
        happen(EventVerb.CHANGED)
    with django_assert_num_queries(queries):
        client.get(address)


@pytest.mark.parametrize("address", [
    "/extractors/tap-none/feed", "/extractors/tap-alpha--none/feed", "/none/feed",
])  # fmt: skip
def test_what_is_not_there_has_no_feed(catalog, read, address):
    assert "Nothing stands at this address" in read(address, 404)


def test_a_reader_that_has_the_newest_gets_nothing_again(catalog, client):
    response = client.get("/feed")
    assert "max-age=60" in response["Cache-Control"]
    assert "Cookie" not in response.get("Vary", "")
    again = client.get("/feed", headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(("page", "feeds"), [
    ("/", EVERY[:1]),
    ("/extractors", EVERY[:2]),
    ("/extractors/tap-alpha", EVERY[:3]),
    ("/extractors/tap-alpha--ada", (*EVERY[:2], EVERY[3])),
])  # fmt: skip
def test_pages_name_their_feeds(catalog, read, page, feeds):
    told = read(page)
    assert told.count('type="application/atom+xml"') == len(feeds)
    for feed in feeds:
        assert f'href="{feed}">' in told


@pytest.mark.parametrize("address", [
    "/extractors/tap-none/feed", "/maintainers/nobody/feed", "/sitemap-plugins-9.xml",
])  # fmt: skip
def test_a_page_in_place_of_a_feed_is_not_another_readers(catalog, client, address):
    client.cookies["theme"] = "dark"
    response = client.get(address)
    assert b'data-theme="dark"' in response.content
    assert "Cookie" in response["Vary"]
