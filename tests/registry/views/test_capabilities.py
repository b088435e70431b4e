"""Capabilities: what each word means, and which connectors have it."""

import re

import pytest
from django.utils import timezone

from registry.models import ProbeRun, Snapshot, Source, Statement, Variant
from registry.search.facets import CAPABILITY
from registry.tried import CAPABILITIES as BY_TYPE
from registry.views.guide import capable
from registry.views.guide.abilities import ABILITIES, types_of
from registry.views.variants.capabilities import CAPABILITIES
from registry.vocabulary import Origin, SourceKind

pytestmark = pytest.mark.django_db
ROW = re.compile(r'<th scope="row">\s*<a href="/(?:extractors|loaders)/([^"]+)"')


def rows(page):
    """Return the variants on a page, in order."""
    return ROW.findall(page)


def observe(plugin, *words, name="ada"):
    """Keep a run in which a variant said these words of itself."""
    source = Source.objects.enrol(
        SourceKind.PACKAGE, f"https://index.example/simple/{plugin}/", found_by="a test"
    )
    snapshot = Snapshot.objects.create(
        source=source,
        subject="run/1.2.0/3.12",
        digest="",
        taken_at=timezone.now(),
        evidence={},
    )
    ProbeRun.objects.create(
        snapshot=snapshot,
        source=source,
        version="1.2.0",
        python="3.12",
        ran_at=snapshot.taken_at,
        installs="yes",
        imports="yes",
        surface={"capabilities": list(words)},
    )
    Statement.objects.create(
        variant=Variant.objects.get(plugin__name=plugin, name=name),
        source=source,
        snapshot=snapshot,
        origin=Origin.PROBE,
        definition={"capabilities": list(words)},
    )
    return snapshot


@pytest.fixture
def capable_ones(folder, crawl):
    """tap-alpha by ada and bo have state, and so has tap-beta, the most used."""
    for plugin, variant in (
        ("tap-alpha", "ada"),
        ("tap-alpha", "bo"),
        ("tap-beta", "ada"),
    ):
        folder.write("extractors", plugin, variant, capabilities=["discover", "state"])
    folder.metrics({"https://git.example.org/ada/tap-beta": {"all_projects": 40}})
    crawl()


def test_every_word_that_a_definition_may_have_is_described():
    words = {word for words in BY_TYPE.values() for word in words}
    assert set(ABILITIES) == set(CAPABILITIES) == set(CAPABILITY.values) == words
    assert list(ABILITIES) == sorted(ABILITIES)
    for word, ability in ABILITIES.items():
        assert types_of(word)
        assert ability.for_you.endswith(".")
        assert ability.given_by and ability.spec


def test_every_word_has_a_page_that_says_where_it_is_defined(catalog, read):
    page = read("/capabilities")
    for word, ability in ABILITIES.items():
        assert f'href="/capabilities/{word}"' in page
        said = read(f"/capabilities/{word}")
        assert ability.spec in said
        assert f'href="/search?q=capability%3A{word}"' in said


def test_a_word_lists_who_has_it_the_most_used_first(capable_ones, read):
    page = read("/capabilities/state")
    assert "3 connectors" in page
    assert rows(page) == ["tap-beta--ada", "tap-alpha--ada", "tap-alpha--bo"]
    assert page.count("Declared") == 3
    assert "No run has shown it yet." in page


def test_what_a_run_showed_is_told_from_what_is_declared(capable_ones, read):
    observe("tap-alpha", "state")
    page = read("/capabilities/state")
    assert "Said by 1.2.0 on Python 3.12" in page
    assert page.count("Declared") == 2
    narrowed = read("/capabilities/state?observed")
    assert rows(narrowed) == ["tap-alpha--ada"]
    assert "1 connector, observed" in narrowed


def test_a_run_whose_source_speaks_no_more_counts_no_more(capable_ones, read):
    observe("tap-alpha", "state")
    Statement.objects.filter(origin=Origin.PROBE).update(gone_at=timezone.now())
    assert "Said by" not in read("/capabilities/state")
    assert rows(read("/capabilities/state?observed")) == []


def counts(page, word):
    """Return what the table of all words counts: listed and observed."""
    row = page.split(f'href="/capabilities/{word}"')[1].split("</tr>")[0]
    return [int(one) for one in re.findall(r'class="num">(\d+)<', row)]


def test_all_words_are_counted_as_listed_and_as_observed(capable_ones, read):
    observe("tap-alpha", "state", "about")
    page = read("/capabilities")
    assert counts(page, "state") == [3, 1]
    assert counts(page, "discover")[1] == 0
    assert counts(page, "about")[1] == 1
    assert counts(page, "hard-delete") == [0, 0]


def test_runs_are_read_of_those_variants_that_were_tried_last(
    capable_ones, read, monkeypatch
):
    monkeypatch.setattr(capable, "HEARD_MOST", 1)
    observe("tap-beta", "state")
    observe("tap-alpha", "state")
    page = read("/capabilities")
    assert counts(page, "state") == [3, 1]
    assert "of the 1 variants that were tried last" in page
    assert rows(read("/capabilities/state?observed")) == ["tap-alpha--ada"]
    # Of what is shown it is told all the same.
    assert read("/capabilities/state").count("Said by") == 2


def test_more_than_a_page_is_paged(capable_ones, read, monkeypatch):
    monkeypatch.setattr(capable, "PER_PAGE", 2)
    assert rows(read("/capabilities/state")) == ["tap-beta--ada", "tap-alpha--ada"]
    second = read("/capabilities/state?page=2")
    assert rows(second) == ["tap-alpha--bo"]
    assert 'rel="prev"' in second and 'rel="next"' not in second
    assert rows(read("/capabilities/state?page=999")) == ["tap-alpha--bo"]
    assert rows(read("/capabilities/state?page=x")) == rows(read("/capabilities/state"))


def test_a_word_that_nobody_knows_is_not_found_and_the_page_helps(capable_ones, read):
    page = read("/capabilities/teleport", 404)
    assert "No connector declares <code>teleport</code>" in page
    assert 'href="/capabilities/state"' in page


def test_a_word_that_only_connectors_know_says_so(capable_ones, read):
    row = Variant.objects.get(plugin__name="tap-alpha", name="bo")
    row.definition["capabilities"] = ["state", "teleport"]
    row.save()
    page = read("/capabilities/teleport")
    assert "1 connector declares this word, and no description" in page
    assert "/extractors/tap-alpha--bo" in page
    # A setting of that name is no capability.
    row.definition |= {"capabilities": [], "settings": [{"name": "teleport"}]}
    row.save()
    read("/capabilities/teleport", 404)


@pytest.mark.parametrize("word", ["%3Cscript%3E", "a" * 300, "stäte", "x--y", "%25"])
def test_what_can_be_no_word_is_not_found(word, catalog, read):
    assert "<script>" not in read(f"/capabilities/{word}", 404)


@pytest.mark.parametrize(("address", "count"), [
    ("/capabilities", 3), ("/capabilities/state", 5), ("/capabilities/state?observed", 5),
    ("/capabilities/teleport", 2),
])  # fmt: skip
def test_the_number_of_queries_is_fixed(
    address, count, capable_ones, client, django_assert_num_queries
):
    observe("tap-alpha", "state")
    observe("tap-beta", "state")
    with django_assert_num_queries(count):
        client.get(address)
