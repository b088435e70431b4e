"""The streams of a catalog, and why there are none."""

import json

import pytest

from registry.tried import Answer, Basis, Question
from registry.tried.offers import STREAMS_KEPT
from scrapers.probes.invocation import probe_record, surface_of
from tests.scrapers.probes.invocation.records import (
    CATALOG,
    about,
    codes,
    discover,
    failed,
    helped,
    installed,
    messages,
    record,
)


def tried_of(*streams):
    return probe_record(record(*installed(discover(json.dumps({"streams": streams})))))


def stream_of(**said):
    return tried_of({"tap_stream_id": "a", "stream": "a", **said}).streams.value[0]


def outcome(tried):
    return next(o for o in tried.outcomes if o.question is Question.DISCOVERS)


def test_a_catalog_tells_its_streams():
    tried = probe_record(record(*installed(discover())))

    one = tried.streams.value[0]
    assert (one.id, one.key_properties, one.replication_keys) == (
        "things", ("id",), ("updated_at",),
    )  # fmt: skip
    assert one.replication_method == "INCREMENTAL"
    assert one.fields == {"id": "integer", "updated_at": "string date-time"}
    assert one.schema == CATALOG["streams"][0]["schema"]
    assert tried.streams.basis is Basis.OBSERVED
    assert tried.answer(Question.DISCOVERS) is Answer.YES


def test_metadata_of_the_stream_itself_tells_keys_and_replication():
    root = {
        "table-key-properties": ["id"],
        "forced-replication-method": "INCREMENTAL",
        "valid-replication-keys": ["at", "id"],
    }
    field = {
        "breadcrumb": ["properties", "x"],
        "metadata": {"table-key-properties": ["x"]},
    }
    one = stream_of(metadata=[field, {"breadcrumb": [], "metadata": root}])

    assert one.key_properties == ("id",)
    assert one.replication_method == "INCREMENTAL" and one.is_method_forced
    assert one.replication_keys == ("at", "id")


def test_a_view_has_keys_too():
    root = {"view-key-properties": ["id"]}

    assert stream_of(
        metadata=[{"breadcrumb": [], "metadata": root}]
    ).key_properties == ("id",)


def test_a_method_that_nobody_knows_is_none():
    assert stream_of(replication_method="SOMETIMES").replication_method == ""


def test_a_large_schema_is_not_kept_but_its_fields_are():
    properties = {
        f"f{n}": {"type": "string", "description": "x" * 200} for n in range(300)
    }
    one = stream_of(schema={"properties": properties})

    assert one.schema == {} and len(one.fields) == 300


def test_all_streams_together_are_bounded():
    properties = {f"f{n}": {"type": "string"} for n in range(100)}
    said = [
        {"tap_stream_id": f"s{n}", "schema": {"properties": properties}}
        for n in range(1500)
    ]
    tried = tried_of(*said)

    assert len(tried.streams.value) == 1000
    kept = [one.schema for one in tried.streams.value]
    assert len(json.dumps(kept)) < 1_100_000
    assert "1,500 streams" in messages(tried)


@pytest.mark.parametrize(("text", "code", "said"), [
    ("", "catalog", "prints nothing"),
    ("[]", "catalog", "no list of `streams`"),
    ('{"streams": {}}', "catalog", "no list of `streams`"),
    ('{"streams": [}', "catalog", "no JSON"),
    ('starting\n{"streams": []}', "catalog-noise", "other text beside it"),
    ('{"streams": []}\ndone', "catalog-noise", "other text beside it"),
    ('{"streams": ' + "[" * 100_000, "catalog", "no JSON"),
])  # fmt: skip
def test_what_is_no_catalog_is_told_with_its_cause(text, code, said):
    tried = probe_record(record(*installed(discover(text))))

    assert tried.streams is None
    assert tried.answer(Question.DISCOVERS) is Answer.NO
    assert outcome(tried).cause.code == code
    assert said in messages(tried)


MESSAGES = '{"type": "SCHEMA", "stream": "a"}\n{"type": "RECORD", "stream": "a"}\n'


@pytest.mark.parametrize("step", [
    discover(MESSAGES),
    discover('{"type": "STATE", "value": {}}'),
    failed("discover", "KeyError: 'key'", stdout=MESSAGES),
])  # fmt: skip
def test_a_tap_that_syncs_instead_is_told_as_such(step):
    tried = probe_record(record(*installed(step)))

    assert outcome(tried).cause.code == "syncs"
    assert tried.answer(Question.DISCOVERS) is Answer.NO
    assert "discovers-syncs" in codes(tried)


def test_with_a_config_it_may_answer_where_it_did_not_without():
    need = failed("discover", "KeyError: 'key'")
    again = discover() | {"name": "discover-config"}
    tried = probe_record(record(*installed(need, again)))

    assert tried.answer(Question.DISCOVERS) is Answer.YES
    assert len(tried.streams.value) == 1


@pytest.mark.parametrize(("said", "told"), [
    ({"tap_stream_id": "", "stream": ""}, "no `tap_stream_id`"),
    ({"tap_stream_id": "a"}, "no schema"),
    ({"tap_stream_id": "a", "key_properties": ["x"],
      "schema": {"properties": {"id": {}}}}, "key property 'x'"),
    ({"tap_stream_id": "a", "replication_method": "INCREMENTAL",
      "schema": {"properties": {}}}, "names no replication key"),
])  # fmt: skip
def test_what_clients_trip_over_is_told(said, told):
    assert told in messages(tried_of(said))


def test_an_id_that_is_listed_twice_counts_once():
    tried = tried_of(*CATALOG["streams"] * 2)

    assert len(tried.streams.value) == 1
    assert "listed twice" in messages(tried)


EMPTY = json.dumps({"streams": []})


def with_config(stdout):
    return discover(stdout) | {"name": "discover-config"}


def test_a_list_of_none_without_a_config_leaves_the_streams_unknown():
    tried = probe_record(record(*installed(helped(), about(), discover(EMPTY))))

    assert tried.streams is None and "streams" not in surface_of(tried)
    assert tried.answer(Question.DISCOVERS) is Answer.UNKNOWN
    assert outcome(tried).cause.code == "no-streams"
    assert "discover" in tried.capabilities.value
    assert not tried.findings


def test_a_config_that_leads_nowhere_does_not_prove_that_there_are_none():
    need = failed("discover-config", "requests: Max retries exceeded with url: /")
    tried = probe_record(record(*installed(discover(EMPTY), need)))

    assert tried.streams is None
    assert tried.answer(Question.DISCOVERS) is Answer.UNKNOWN
    assert outcome(tried).cause.code == "network"


def test_the_streams_that_a_config_brings_count_and_not_the_list_of_none():
    full = with_config(json.dumps(CATALOG))
    tried = probe_record(record(*installed(discover(EMPTY), full)))

    assert [one.id for one in tried.streams.value] == ["things"]
    assert tried.answer(Question.DISCOVERS) is Answer.YES


def test_an_empty_catalog_with_a_config_is_one_and_is_told():
    tried = probe_record(record(*installed(discover(EMPTY), with_config(EMPTY))))

    assert tried.streams.value == () and "lists no stream" in messages(tried)
    assert tried.answer(Question.DISCOVERS) is Answer.YES


def test_what_the_code_has_stands_in_for_a_list_of_none():
    static = {"streams": CATALOG["streams"]}
    tried = probe_record(record(*installed(discover(EMPTY)), static=static))

    assert tried.streams.basis is Basis.STATIC


def test_the_code_s_streams_stand_in_where_none_are_listed():
    need = failed("discover", "KeyError: 'key'")
    static = {"streams": CATALOG["streams"]}
    tried = probe_record(record(*installed(need), static=static))

    assert tried.streams.basis is Basis.STATIC
    assert tried.streams.value[0].id == "things"


def test_the_replication_key_that_is_named_comes_before_those_that_may_be():
    root = {"valid-replication-keys": ["at", "id"], "replication-key": "id"}
    one = stream_of(metadata=[{"breadcrumb": [], "metadata": root}])
    assert one.replication_keys == ("id", "at")


def test_a_field_s_type_is_read_where_it_is_said():
    schema = {
        "properties": {
            "a": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
            "b": {"$ref": "#/definitions/moment"},
            "c": {"type": ["null", "string"]},
            "d": {},
        },
        "definitions": {"moment": {"type": "string", "format": "date-time"}},
    }
    assert stream_of(schema=schema).fields == {
        "a": "integer", "b": "string date-time", "c": "string", "d": "",
    }  # fmt: skip


def test_of_a_long_list_the_first_are_kept_and_the_rest_is_told():
    many = [{"tap_stream_id": f"s{number}"} for number in range(STREAMS_KEPT + 5)]
    tried = tried_of(many[0], *many)
    ids = [one.id for one in tried.streams.value]
    assert ids == [f"s{number}" for number in range(STREAMS_KEPT)]
    told = [finding.message for finding in tried.findings]
    assert f"It lists {len(many) + 1:,} streams; {STREAMS_KEPT:,} are kept." in told
    whole = tried_of(many[0], *many[:STREAMS_KEPT])
    assert not any("are kept" in finding.message for finding in whole.findings)
