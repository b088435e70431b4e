"""Recording: what sources say becomes rows, once, whoever says it and however often."""

import pytest

from registry.catalog import record
from registry.models import Event, Plugin, Setting, Statement, Variant
from registry.publishing import publish_changed
from registry.vocabulary import Origin, SourceKind
from tests.registry.cast import NOW, facts, look, release_of, say, source_of, variant
from tests.registry.rows import catalog, documents, happened, places

pytestmark = pytest.mark.django_db


@pytest.fixture
def curated():
    return source_of("curated")


def test_facts_become_a_plugin_its_variants_and_their_settings(curated):
    recorded = say(curated, variant("ada", is_default=True), variant("bo"))
    assert (recorded.added, recorded.changed, recorded.gone) == (2, 0, 0)
    plugin = Plugin.objects.get()
    assert (plugin.type, plugin.name) == ("extractors", "tap-alpha")
    assert plugin.default_variant.name == "ada"
    assert (plugin.label, plugin.description) == ("Tap-Alpha", "Made by ada.")
    settings = Setting.objects.filter(variant__name="ada")
    assert [(s.name, s.kind, s.sensitive) for s in settings] == [
        ("token", "password", True),
        ("limit", "integer", False),
    ]


def test_same_facts_twice_write_no_row_and_no_event(curated):
    pair = (look(curated), facts(variant("ada"), variant("bo")))
    record([pair], now=NOW)
    before, events = places(), happened()
    recorded = record([pair], now=NOW)
    assert (recorded.added, recorded.changed, recorded.gone) == (0, 0, 0)
    assert recorded.plugins == ()
    assert (places(), happened()) == (before, events)


def test_same_facts_in_a_newer_snapshot_write_nothing_but_it(curated):
    say(curated, variant("ada"))
    before = places()
    say(curated, variant("ada"))
    assert {table for table, _ in places().items() - before.items()} == {
        item for item in places() if item not in before
    }
    assert places().items() >= before.items()


def test_pair_that_is_handed_in_twice_counts_once(curated):
    pair = (look(curated), facts(variant("ada")))
    assert record([pair, pair], now=NOW).added == 1


def test_moved_key_is_a_change_because_clients_are_served_the_order(curated):
    definition = variant("ada").definition
    say(curated, variant("ada"))
    moved = variant("ada")
    moved.definition.clear()
    moved.definition.update(dict(reversed(definition.items())))
    assert say(curated, moved).changed == 1
    assert list(Variant.objects.get().definition) == list(reversed(definition))


@pytest.mark.parametrize(("before", "after"), [(1, True), (1, 1.0), (0, False)])
def test_values_that_python_takes_for_equal_are_a_change(curated, before, after):
    say(curated, variant("ada", settings=[{"name": "x", "value": before}]))
    say(curated, variant("ada", settings=[{"name": "x", "value": after}]))
    assert repr(Variant.objects.get().definition["settings"][0]["value"]) == repr(after)
    assert repr(Setting.objects.get().definition["value"]) == repr(after)


def test_setting_that_stands_twice_is_kept_once(curated):
    settings = [{"name": "x", "value": 1}, {"name": "x", "value": 2}, {"name": "y"}]
    say(curated, variant("ada", settings=settings))
    kept = Setting.objects.values_list("name", "position")
    assert list(kept) == [("x", 0), ("y", 1)]


def test_variant_that_its_source_drops_is_gone_and_keeps_its_last_word(curated):
    say(curated, variant("ada"), variant("bo", description="The last word."))
    assert say(curated, variant("ada")).gone == 1
    gone = Variant.objects.get(name="bo")
    assert gone.gone_at == NOW
    assert gone.description == "The last word."
    assert happened()[-1] == ("tap-alpha--bo", "gone")


def test_variant_that_comes_back_has_returned(curated):
    say(curated, variant("ada"), variant("bo"))
    say(curated, variant("ada"))
    say(curated, variant("ada"), variant("bo"))
    assert Variant.objects.get(name="bo").gone_at is None
    assert happened()[-1] == ("tap-alpha--bo", "returned")


def test_plugin_that_nobody_ever_had_is_not_made(curated):
    record([(look(curated), facts())], now=NOW)
    assert not Plugin.objects.exists()


def test_variant_of_another_source_is_left_alone(curated):
    other = source_of("other")
    say(curated, variant("ada"))
    say(other, variant("bo"))
    assert Variant.objects.get(name="ada").gone_at is None
    say(other)
    assert Variant.objects.get(name="bo").gone_at is not None
    assert Variant.objects.get(name="ada").gone_at is None


def test_source_of_higher_priority_is_heard(curated):
    preferred = source_of("preferred", priority=5)
    say(preferred, variant("ada", description="Preferred."))
    say(curated, variant("ada", description="Curated."))
    assert Variant.objects.get().description == "Preferred."
    say(preferred)
    assert Variant.objects.get().description == "Curated."


def test_default_of_the_source_of_higher_priority_counts(curated):
    preferred = source_of("preferred", priority=5)
    say(curated, variant("ada", is_default=True), variant("bo"))
    assert Plugin.objects.get().default_variant.name == "ada"
    say(preferred, variant("bo", is_default=True))
    assert Plugin.objects.get().default_variant.name == "bo"
    assert happened()[-1] == ("tap-alpha--bo", "default-moved")
    say(preferred)
    assert Plugin.objects.get().default_variant.name == "ada"


def test_package_speaks_only_where_no_definition_does(curated):
    package = source_of("tap-alpha", kind=SourceKind.PACKAGE)
    short = variant("ada", settings=..., label=..., description="From the package.")
    say(package, short, origin=Origin.PACKAGE)
    assert Variant.objects.get().description == "From the package."
    say(curated, variant("ada"))
    assert Variant.objects.get().description == "Made by ada."
    assert Statement.objects.count() == 2
    say(curated)
    assert Variant.objects.get().description == "From the package."
    assert Variant.objects.get().gone_at is None
    assert not Setting.objects.exists()


def test_same_name_in_two_types_is_two_plugins(curated):
    record(
        [
            (
                look(curated, f"{kind}/airflow"),
                facts(
                    variant("ada", plugin="airflow", kind=kind),
                    plugin="airflow",
                    kind=kind,
                ),
            )
            for kind in ("utilities", "orchestrators")
        ],
        now=NOW,
    )
    assert Plugin.objects.count() == 2
    say(curated, plugin="airflow", kind="utilities")
    gone = Variant.objects.exclude(gone_at=None).values_list("plugin__type", flat=True)
    assert list(gone) == ["utilities"]


def test_facts_of_an_overtaken_snapshot_change_nothing(curated):
    old, new = look(curated), look(curated)
    record([(new, facts(variant("ada", description="New.")))], now=NOW)
    before = places()
    recorded = record([(old, facts(variant("bo")))], now=NOW)
    assert recorded.plugins == ()
    assert places() == before


def test_older_of_two_snapshots_in_one_batch_is_passed_over(curated):
    old, new = look(curated), look(curated)
    pairs = [(new, facts(variant("ada"))), (old, facts(variant("bo")))]
    record(pairs, now=NOW)
    assert list(Variant.objects.values_list("name", flat=True)) == ["ada"]


def test_number_of_queries_does_not_grow_with_the_batch(
    curated, django_assert_max_num_queries
):
    def batch(count):
        return [
            (
                look(curated, f"extractors/tap-{n}"),
                facts(variant("ada", plugin=f"tap-{n}"), plugin=f"tap-{n}"),
            )
            for n in range(count)
        ]

    for count in (2, 60):
        pairs = batch(count)
        with django_assert_max_num_queries(30):
            record(pairs, now=NOW)


def test_release_is_news_once(curated):
    package = source_of("tap-alpha", kind=SourceKind.PACKAGE)
    one, two = release_of("1.0"), release_of("1.1", day=1)
    say(package, variant("ada", releases=(one,)), origin=Origin.PACKAGE)
    before = places()
    say(package, variant("ada", releases=(one,)), origin=Origin.PACKAGE)
    assert places().items() >= before.items()
    say(package, variant("ada", releases=(one, two)), origin=Origin.PACKAGE)
    assert Variant.objects.get().current_release.version == "1.1"


def test_latest_release_decides_where_nothing_is_curated():
    for name, day in (("ada", 1), ("bo", 5), ("cy", 3)):
        package = source_of(name, kind=SourceKind.PACKAGE)
        released = (release_of("1.0", day=day),)
        say(package, variant(name, releases=released), origin=Origin.PACKAGE)
    plugin = Plugin.objects.get()
    assert plugin.default_variant.name == "bo"
    assert plugin.default_reason == "It has the latest release of the variants."


def test_curated_maintainer_overrules_the_package_whoever_comes_first(curated):
    package = source_of("tap-alpha", kind=SourceKind.PACKAGE)
    by_package = variant("ada")
    object.__setattr__(by_package.maintainer, "label", "ada@example.org")
    for _ in range(2):
        say(package, by_package, origin=Origin.PACKAGE)
        say(curated, variant("ada"))
    say(package, by_package, origin=Origin.PACKAGE)
    assert Variant.objects.get().maintainer.label == "Ada"


def test_every_event_names_when_and_nobody(curated):
    say(curated, variant("ada"))
    event = Event.objects.get()
    assert (event.at, event.actor) == (NOW, None)


def test_override_outlives_every_new_word(curated):
    say(curated, variant("ada"))
    Variant.objects.update(overrides={"label": "Ours"})
    say(curated, variant("ada", label="Theirs", description="New."))
    row = Variant.objects.get()
    assert (row.label, row.description) == ("Ours", "New.")
    publish_changed(now=NOW)
    assert b'"label": "Ours"' in documents()["extractors/tap-alpha--ada"]


def test_catalog_in_words_is_the_same_as_long_as_nothing_changes(curated):
    say(curated, variant("ada"))
    assert catalog() == catalog()
