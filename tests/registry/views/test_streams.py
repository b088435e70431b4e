"""The streams of a variant: on its page while they are few, and all of them on their own."""

import gzip

import pytest

from registry.models import Stream, Variant
from registry.tried.offers import STREAMS_KEPT
from registry.views.variants.streams import (
    FIELDS_SHOWN,
    STREAMS_SHOWN,
    fields_of,
    type_of,
)
from tests.registry.views.tries import packaged, ran, stream_of, with_streams
from tests.scrapers.probes.invocation.records import about, discover, failed, installed

pytestmark = pytest.mark.django_db
ADDRESS = "/extractors/tap-alpha--ada"
TEXT = {"type": ["null", "string"]}


def plain(page):
    return " ".join(page.split())


def shown(page):
    return plain(page.partition('id="streams"')[2].partition("</section>")[0])


def many(count, *, fields=1):
    """Give the current release so many streams with so many fields each."""
    release = Variant.objects.get(name="ada").current_release
    properties = {f"field_{nth}": TEXT for nth in range(fields)}
    Stream.objects.bulk_create(
        Stream(
            release=release,
            tap_stream_id=f"stream_{nth * 7919:05}",
            key_properties=["id"],
            replication_method="INCREMENTAL",
            replication_key="updated_at",
            schema={"type": "object", "properties": properties},
        )
        for nth in range(count)
    )


def test_a_key_that_a_full_table_names_is_not_used(read):
    source = packaged()
    full = stream_of("whole") | {
        "replication_method": "FULL_TABLE",
        "replication_key": "id",
    }
    ran(source, *installed(about(), with_streams(full)))
    for address in (ADDRESS, f"{ADDRESS}/versions/1.1"):
        part = shown(read(address))
        assert 'full table, <span class="muted"><code>id</code> not used</span>' in part
        assert "full table by" not in part


def test_streams_say_what_they_are_and_where_they_were_seen(read):
    source = packaged()
    run = ran(source, *installed(about(), discover()))
    part = shown(read(ADDRESS))
    assert f'1, seen in <a href="/runs/{run.pk}">a run on' in part
    assert (
        "when 1.1 was asked for its catalog on Python 3.12, without credentials."
        in part
    )
    assert "<code>things</code>" in part
    assert "<td>id</td>" in part
    assert "incremental by <code>updated_at</code>" in part
    assert "<summary>2 fields</summary>" in part
    assert "<code>updated_at</code> date-time" in part


def test_a_tap_that_names_none_says_what_it_answered(read):
    broken = failed("discover", "KeyError: 'api_key'", args=["--discover"])
    ran(packaged(), *installed(about(), broken))
    part = shown(read(ADDRESS))
    assert (
        "Not known: asked for its catalog without credentials, 1.1 named none." in part
    )


@pytest.mark.parametrize(("steps", "why"), [
    ([failed("resolve", "x")], "its run ended before"),
    ([*installed()[:2], failed("import", "SyntaxError: x")], "it did not start"),
])  # fmt: skip
def test_what_was_never_asked_for_its_catalog_is_not_said_to_name_none(
    read, steps, why
):
    ran(packaged(), *steps)
    part = shown(read(ADDRESS))
    assert f"Not known: 1.1 was not asked for its catalog, for {why}." in part
    assert "named none" not in part


def test_before_any_run_no_stream_is_known(read):
    packaged()
    assert "Not known: no run could ask for its catalog yet." in shown(read(ADDRESS))


def test_streams_that_no_run_saw_are_declared(read):
    packaged()
    many(2)
    assert "2, declared by 1.1." in shown(read(ADDRESS))


def test_names_from_outside_are_shown_and_never_run(read):
    evil = "<img src=x onerror=alert(1)>&#chosen"
    packaged_and_seen = packaged()
    ran(
        packaged_and_seen,
        *installed(about(), with_streams(stream_of(evil, **{evil: TEXT}))),
    )
    for address in (ADDRESS, f"{ADDRESS}/streams"):
        page = read(address)
        assert "<img" not in page
        assert "&lt;img" in page


def test_many_streams_are_cut_short_and_all_of_them_a_page_of_their_own(read):
    packaged()
    many(STREAMS_SHOWN + 1)
    part = shown(read(ADDRESS))
    assert part.count('<th scope="row">') == STREAMS_SHOWN
    assert f"All {STREAMS_SHOWN + 1} streams, with their fields" in part
    page = read(f"{ADDRESS}/streams")
    assert page.count('<th scope="row">') == STREAMS_SHOWN + 1


def test_many_fields_are_left_to_the_page_of_streams(read):
    packaged()
    many(1, fields=FIELDS_SHOWN + 1)
    part = shown(read(ADDRESS))
    assert "<details" not in part
    assert f"{FIELDS_SHOWN + 1} fields</a>" in part
    assert f"<summary>{FIELDS_SHOWN + 1} fields" in read(f"{ADDRESS}/streams")


def test_of_more_fields_than_a_page_holds_only_the_asked_ones_are_shown(read):
    packaged()
    many(60, fields=60)
    address = f"{ADDRESS}/streams"
    assert "<summary>60 fields" not in read(address)
    page = plain(read(f"{address}?stream=stream_00000"))
    assert page.count("<summary>60 fields") == 1
    row = page.partition('<tr id="chosen">')[2].partition("</tr>")[0]
    assert "stream_00000" in row
    assert "<details open>" in row
    assert "field_59" in row


@pytest.mark.parametrize("stream", ["nothing", "%00", "<script>"])
def test_an_unknown_stream_opens_none(read, stream):
    packaged()
    many(1)
    assert 'id="chosen"' not in read(f"{ADDRESS}/streams?stream={stream}")


def test_a_variant_without_streams_says_so_on_their_page(read):
    packaged()
    page = read(f"{ADDRESS}/streams")
    assert "None is known." in page
    assert f'href="{ADDRESS}#streams"' in page


def test_streams_of_nobody_lead_to_the_plugin(read):
    packaged()
    assert 'href="/extractors/tap-alpha"' in read(
        "/extractors/tap-alpha--no/streams", 404
    )


@pytest.mark.parametrize("count", [1, 400])
def test_their_page_makes_four_queries(client, django_assert_num_queries, count):
    packaged()
    many(count)
    with django_assert_num_queries(4):
        client.get(f"{ADDRESS}/streams")


def test_a_tap_with_hundreds_of_streams_is_at_most_18_kb_packed(client):
    packaged()
    many(400, fields=40)
    assert len(gzip.compress(client.get(ADDRESS).content)) <= 18 * 1024


@pytest.mark.parametrize(("schema", "words"), [
    ({"type": ["null", "string"]}, "string"), ({"type": "null"}, "null"),
    ({"type": "string", "format": "date-time"}, "date-time"), ({}, "any"), ("x", "any"),
    ({"type": ["string", "integer"]}, "string or integer"),
    ({"type": "array", "items": {"type": "integer"}}, "array of integer"),
    ({"type": "array", "items": []}, "array"),
    ({"anyOf": [{"type": "null"}, {"type": "number"}, {"type": "string"}]}, "number or string"),
    ({"anyOf": [{"type": "null"}]}, "null"), ({"type": "string", "format": 7}, "string"),
])  # fmt: skip
def test_a_fields_type_is_said_in_words(schema, words):
    assert type_of(schema) == words


@pytest.mark.parametrize("schema", [None, [], "x", {}, {"properties": []}])
def test_what_is_no_schema_has_no_fields(schema):
    assert list(fields_of(schema)) == []


def test_of_a_long_list_the_pages_say_that_it_may_go_on(read):
    ran(packaged(), *installed(about(), discover()))
    many(STREAMS_KEPT - 1)
    assert f"{STREAMS_KEPT} or more, seen in" in shown(read(ADDRESS))
    assert f"The first {STREAMS_KEPT} streams, with their" in shown(read(ADDRESS))
    assert f"{STREAMS_KEPT} or more of 1.1" in plain(read(f"{ADDRESS}/streams"))
