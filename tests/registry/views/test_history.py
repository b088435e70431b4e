"""What happened to a plugin."""

from datetime import timedelta

import pytest

from registry.models import Event, Plugin
from registry.views.plugins.history import PER_PAGE
from registry.vocabulary import EventVerb
from tests.registry.cast import NOW, release_of, say, source_of, variant

pytestmark = pytest.mark.django_db
PAGE = "/extractors/tap-alpha/history"


def test_all_that_happened_is_told_the_newest_first(db, read):
    index = source_of("definitions")
    first = [release_of("1.0")]
    say(index, variant("ada", is_default=True, releases=first), variant("bo"))
    later = [*first, release_of("1.1", day=1)]
    say(index, variant("ada", releases=later), variant("bo", is_default=True),
        at=NOW + timedelta(days=2))  # fmt: skip
    page = read(PAGE)
    assert page.index("has a new release: 1.1") < page.index("was added")
    assert page.index("is the default now") < page.index("was added")
    assert "Before, it was ada. The curated definitions name it" in page


def test_what_changed_is_told_with_both_values(db, read):
    index = source_of("definitions")
    settings = [{"name": "token", "kind": "password"}]
    said = {"pip_url": "tap-alpha", "capabilities": ["discover"]}
    say(index, variant("ada", **said, settings=settings))
    said = {"pip_url": "tap-alpha==2", "capabilities": ["discover", "state"]}
    say(index, variant("ada", **said, settings=[]), at=NOW + timedelta(days=2))
    page = read(PAGE)
    assert "It installs from <code>tap-alpha==2</code> and installed from" in page
    assert "The setting <code>token</code> is gone." in page
    assert "The capability <code>state</code> is new." in page


def test_what_breaks_leads_to_all_differences(catalog, read):
    plugin = Plugin.objects.get(name="tap-alpha")
    Event.objects.create(
        at=NOW, verb=EventVerb.BREAKING, plugin=plugin,
        variant=plugin.variants.get(name="ada"),
        data={"version": "2.0", "before": "1.0", "differences": ["`x` is gone."]},
    )  # fmt: skip
    page = read(PAGE)
    assert "has a release with breaking differences: 2.0" in page
    assert "Compared with 1.0: <code>x</code> is gone." in page
    assert 'href="/extractors/tap-alpha--ada/compare/1.0...2.0"' in page


@pytest.mark.parametrize("verb", EventVerb)
@pytest.mark.parametrize("is_of_variant", [True, False])
def test_every_event_is_told(catalog, read, verb, is_of_variant):
    plugin = Plugin.objects.get(name="tap-alpha")
    of = plugin.variants.get(name="ada") if is_of_variant else None
    Event.objects.create(at=NOW, verb=verb, plugin=plugin, variant=of)
    assert read(PAGE).count("<li>") >= 3


def test_a_long_history_comes_in_pages(catalog, read):
    plugin = Plugin.objects.get(name="tap-alpha")
    Event.objects.bulk_create(
        Event(at=NOW, verb=EventVerb.CHANGED, plugin=plugin) for _ in range(PER_PAGE)
    )
    assert "Next page" in read(PAGE)
    assert "Previous page" in read(f"{PAGE}?page=2")


def test_a_plugin_that_is_not_there_has_no_history(catalog, read):
    assert "Nothing stands" in read("/extractors/tap-none/history", 404)


def test_it_makes_four_queries(catalog, client, django_assert_num_queries):
    with django_assert_num_queries(4):
        client.get(PAGE)


@pytest.mark.parametrize("below", ["/history", "/compare", "--ada/versions"])
def test_a_short_name_leads_on_from_below_it(catalog, client, below):
    response = client.get(f"/extractors/alpha{below}")
    assert response["Location"] == f"/extractors/tap-alpha{below}"


def test_a_default_that_moved_from_what_is_not_known_names_none(catalog, read):
    plugin = Plugin.objects.get(name="tap-alpha")
    Event.objects.create(
        at=NOW, verb=EventVerb.DEFAULT_MOVED, plugin=plugin,
        variant=plugin.variants.get(name="ada"),
        data={"from": "", "to": "ada", "reason": "It is the only variant."},
    )  # fmt: skip
    page = read(PAGE)
    assert "It is the only variant." in page
    assert "Before, it was" not in page
