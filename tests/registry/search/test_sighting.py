"""What a query finds of streams and fields is told, and what is near where it is nothing."""

import pytest

from registry.models import Plugin
from registry.search.finding import find
from registry.search.noticing import notices
from registry.search.query import parse
from registry.search.sighting import SHOWN, Sighting
from tests.registry.cast import NOW


@pytest.fixture
def found(db):
    return lambda typed: find(parse(typed), now=NOW)


@pytest.fixture
def seen(found):
    """Return what was seen in the first variant of the only result."""

    def seen(typed):
        [result] = found(typed).results
        return list(result.matches[0].seen)

    return seen


@pytest.fixture
def shop(has, release):
    """A connector with three streams, whose names are written in its own way."""
    release(
        has("tap-shop"),
        version="2.1",
        Invoices={
            "tax_amount": {},
            "Tax_Rate": {},
            "lines": {"properties": {"id": {}}},
        },
        invoice_lines={"tax_amount": {}},
        refunds={"total": {}},
    )


def test_a_stream_is_told_as_the_connector_writes_it(shop, seen):
    assert seen("stream:invoices") == [Sighting("Invoices", "2.1")]
    assert seen("stream:invoice*") == [
        Sighting("Invoices", "2.1"), Sighting("invoice_lines", "2.1"),
    ]  # fmt: skip


def test_a_field_is_told_with_its_streams(shop, seen):
    both = [
        Sighting("Invoices", "2.1", ("tax_amount",)),
        Sighting("invoice_lines", "2.1", ("tax_amount",)),
    ]
    assert seen("field:tax_amount") == both
    assert seen("field:invoices.tax_amount") == both[:1]
    assert seen("field:lines.id") == [Sighting("Invoices", "2.1", ("lines.id",))]
    [first, _] = seen("field:tax_*")
    assert set(first.fields) == {"tax_amount", "tax_rate"}


def test_streams_and_fields_are_told_together(shop, seen):
    assert seen("stream:refunds field:tax_rate") == [
        Sighting("Invoices", "2.1", ("tax_rate",)), Sighting("refunds", "2.1"),
    ]  # fmt: skip


def test_what_is_left_out_or_no_stream_tells_nothing(shop, seen):
    assert seen("-stream:orders") == seen("shop") == []


def test_of_many_streams_a_few_are_told(has, release, seen):
    streams = {f"orders_{n}": {"id": {}} for n in range(SHOWN + 3)}
    release(has("tap-x"), **streams)
    assert len(seen("field:id")) == SHOWN


@pytest.mark.parametrize("name", ["100%", "a_b", "a\\b", "it's", "日本", "a.b"])
def test_a_name_of_any_signs_is_told(has, release, seen, name):
    release(has("tap-x"), **{name: {name: {}}, "axb": {"axb": {}}})
    for typed in (f'stream:"{name}"', f'field:"{name}"', f'field:"{name}.{name}"'):
        assert [one.stream for one in seen(typed)] == [name], typed


def test_streams_cost_one_query_more(shop, found, django_assert_num_queries):
    found("")
    with django_assert_num_queries(3):
        found("stream:invoices field:tax_amount")


def test_it_is_said_that_streams_are_known_of_a_few(shop, has, found):
    has("tap-other")
    has("target-x", kind="loaders")
    said = (
        "Streams were seen of 1 of 2 extractors; the others may have what you look for."
    )
    for typed in ("stream:invoices", "field:nothing", "-stream:invoices"):
        assert said in notices(parse(typed), found(typed)), typed
    assert notices(parse("shop"), found("shop")) == []


def test_nothing_is_said_where_all_streams_are_known(shop, found):
    assert notices(parse("stream:invoices"), found("stream:invoices")) == []


@pytest.mark.parametrize(("typed", "taken"), [
    ("field:orders.tax_amount", ["field:tax_amount", "field:tax_amount*"]),
    ("field:orders.tax", ["field:tax*"]), ("stream:refund", ["stream:refund*"]),
    ("stream:invoice_liness", ["stream:invoice_lines*"]),
    ("stream:nothing", []), ("stream:ab", []), ("stream:nothing*", []),
    ("stream:refund type:loader", []), ("-stream:Invoices -stream:Refunds", []),
])  # fmt: skip
def test_what_is_near_to_nothing_is_offered_if_it_finds_something(
    shop, found, typed, taken
):
    near = found(typed).near
    assert [str(one.taken) for one in near] == taken
    for one in near:
        assert find(one.query, now=NOW).total == one.total == 1


def test_what_is_near_is_said(shop, found):
    said = notices(parse("stream:refund"), found("stream:refund"))
    assert said == ["“stream:refund*” in place of “stream:refund” finds 1 plugin."]


def test_nothing_costs_two_queries_more_at_most(shop, found, django_assert_num_queries):
    found("")
    with django_assert_num_queries(4):
        found("field:orders.nothing stream:refund")


def test_a_connector_whose_streams_are_known_is_discovered(shop, has, search):
    has("tap-other")
    assert search("is:discovered") == ["tap-shop"]
    Plugin.objects.get(name="tap-shop").delete()
    assert search("is:discovered") == []
