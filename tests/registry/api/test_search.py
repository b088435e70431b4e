"""The search for programs: what it answers, how it pages, and what it refuses."""

import json
import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import jsonschema
import pytest
from django.conf import settings as configured
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.api.asking import FILTERS, OPTIONS
from registry.models import Variant
from registry.search import index
from tests.registry.cast import NOW

SCHEMA = json.loads((Path(configured.ROOT) / "docs/search.schema.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
SITE = "https://songbook.example.org"


@pytest.fixture(autouse=True)
def _public(settings):
    settings.PUBLIC_URL = SITE


@pytest.fixture
def ask(client, db):
    """Return the answer to a call of the search, which is as its schema says."""

    def ask(query="", **parameters):
        said = urlencode({"q": query, **parameters}, doseq=True)
        response = client.get(f"/api/v1/search?{said}")
        assert response.status_code == 200, response.content
        VALIDATOR.validate(response.json())
        return response.json()

    return ask


@pytest.fixture
def refused(client, db):
    """Return what is wrong with a call, by parameter."""

    def refused(said):
        response = client.get(f"/api/v1/search?{said}")
        assert response.status_code == 400, response.content
        assert response["Content-Type"] == "application/problem+json"
        assert response["Access-Control-Allow-Origin"] == "*"
        body = response.json()
        assert (body["status"], body["title"]) == (400, "Bad Request")
        assert body["type"] == f"{SITE}/docs/api#problems"
        return {one["parameter"]: one["detail"] for one in body["errors"]}

    return refused


def names(answer):
    return [result["name"] for result in answer["results"]]


def follow(client, answer):
    """Return the answer to the address of the next page."""
    address = urlsplit(answer["next"])
    assert f"{address.scheme}://{address.netloc}" == SITE
    response = client.get(f"{address.path}?{address.query}")
    assert response.status_code == 200, response.content
    VALIDATOR.validate(response.json())
    return response.json()


def test_a_result_says_where_everything_of_it_stands(has, release, ask):
    plugin = has("tap-alpha", "ada", "bo", default="ada", label="Alpha")
    Variant.objects.update(
        listed_at=NOW, counters={"all_projects": 7}, maintenance="active",
        tried={"version": "1", "pythons": {"3.13": "yes"}, "at": ""},
    )  # fmt: skip
    release(plugin, version="1.2", days_ago=1)
    [result] = ask("alpha")["results"]
    first, second = result.pop("variants")
    assert result == {
        "type": "extractors", "name": "tap-alpha", "label": "Alpha", "description": "",
        "service": "alpha", "page": f"{SITE}/extractors/tap-alpha", "projects": 7,
        "default_variant": "ada", "variant_count": 2,
    }  # fmt: skip
    assert first == {
        "name": "ada", "maintainer": "ada", "is_default": True,
        "page": f"{SITE}/extractors/tap-alpha--ada",
        "definition": f"{SITE}/meltano/api/v1/plugins/extractors/tap-alpha--ada",
        "install": "meltano add tap-alpha --variant ada",
        "release": {
            "version": "1.2", "shown": "1.2",
            "released_at": (NOW - timedelta(days=1)).isoformat(),
        },
        "pythons": {"3.13": "yes"}, "maintenance": "active", "deprecated": False,
        "hidden": False, "seen": [],
    }  # fmt: skip
    assert (second["name"], second["is_default"]) == ("bo", False)
    assert second["release"] is None


def test_what_is_not_known_is_null_and_what_is_not_published_not_offered(has, ask):
    has("tap-alpha")
    [result] = ask("alpha")["results"]
    [variant] = result["variants"]
    assert result["projects"] is None
    told = ("definition", "install", "release", "pythons", "maintenance")
    assert {variant[key] for key in told} == {None}
    Variant.objects.update(listed_at=NOW, withheld_at=NOW)
    [variant] = ask("alpha")["results"][0]["variants"]
    assert variant["definition"]
    assert (variant["install"], variant["deprecated"]) == (None, True)


def test_what_a_branch_holds_has_no_version_but_a_date(has, release, ask):
    release(has("tap-alpha"), version="HEAD")
    [variant] = ask("alpha")["results"][0]["variants"]
    assert variant["release"] == {
        "version": None, "shown": "Git HEAD", "released_at": NOW.isoformat(),
    }  # fmt: skip


def test_only_the_variants_that_match_are_there_the_named_one_first(has, ask):
    has("tap-x", "ada", "adalabs", "bo", default="adalabs")
    [result] = ask("tap-x--ada")["results"]
    assert [one["name"] for one in result["variants"]] == ["ada", "adalabs"]
    assert result["variant_count"] == 3


def test_streams_and_fields_are_told_with_where_to_see_them(has, release, ask):
    release(has("tap-x"), version="1.0", **{"Order lines": {"tax": {}}})
    [variant] = ask("field:tax")["results"][0]["variants"]
    assert variant["seen"] == [{
        "stream": "Order lines", "fields": ["tax"], "release": "1.0",
        "basis": "observed",
        "page": f"{SITE}/extractors/tap-x--ada/streams?stream=Order+lines",
    }]  # fmt: skip


def test_what_is_near_can_be_followed(has, release, ask, client):
    release(has("tap-x"), invoices={"tax": {}})
    answer = ask("stream:invoice")
    [near] = answer["near"]
    assert (answer["total"], near["query"], near["total"]) == (0, "stream:invoice*", 1)
    assert (
        "“stream:invoice*” in place of “stream:invoice” finds 1 plugin."
        in (answer["notices"])
    )
    found = client.get(near["page"].removeprefix(SITE)).json()
    assert names(found) == ["tap-x"]


def test_facets_and_reasons_are_told_if_asked_for(has, ask):
    has("tap-a")
    has("target-a", kind="loaders")
    answer = ask("a type:loader", facets=1, explain=1)
    assert answer["facets"]["type"] == {"extractors": 1, "loaders": 1}
    reasons = {one["subject"]: one["reason"] for one in answer["results"][0]["reasons"]}
    assert reasons["Filters met"] == "type:loaders"
    for plain in (ask("a"), ask("a", facets=0, explain=0)):
        assert "facets" not in plain
        assert "reasons" not in plain["results"][0]


def test_a_parameter_means_what_is_typed(has, ask):
    has("tap-a", "ada", capabilities=["batch"])
    has("tap-b", "bo", capabilities=["state"])
    has("target-c", "ada", kind="loaders")
    for typed, parameters in (
        ("type:loader", {"type": "loader"}), ("cap:batch", {"capability": "batch"}),
        ("maintainer:ada", {"maintainer": "ada"}), ("service:b", {"service": "b"}),
        ("type:tap capability:batch capability:state",
         {"type": "tap", "capability": ["batch", "state"]}),
    ):  # fmt: skip
        by_word, by_parameter = ask(typed), ask(**parameters)
        assert by_word["results"] == by_parameter["results"], typed
        assert by_word["query"] == by_parameter["query"]
        assert by_word["results"]


def test_what_is_hidden_where_nothing_is_typed_is_counted(has, ask):
    has("tap-a")
    plugin = has("tap-b")
    Variant.objects.filter(plugin=plugin).update(maintenance="none")
    index.refresh([plugin.pk])
    assert (names(ask()), ask()["hidden"]) == (["tap-a"], 1)
    assert (names(ask(all=1)), ask(all=1)["hidden"]) == (["tap-a", "tap-b"], 0)


@pytest.mark.parametrize("query", ["", "many", "type:extractors -state"])
@pytest.mark.parametrize("order", ["best", "used", "name", "released"])
def test_pages_have_every_result_once_and_in_order(has, ask, client, query, order):
    made = {
        has(f"tap-n{n:02}", "ada", "bo", description="many").name for n in range(11)
    }
    answer = ask(query, sort=order, limit=3)
    every = names(ask(query, sort=order, limit=100))
    found = names(answer)
    while answer["next"]:
        answer = follow(client, answer)
        found += names(answer)
    assert found == every
    assert len(found) == len(set(found)) == len(made)


def test_the_next_page_keeps_all_that_was_asked_for(has, ask, client):
    for n in range(5):
        has(f"tap-n{n}")
    answer = ask(
        "tap -zzz", type=["tap", "target"], limit=2, facets=1, explain=1, all=1
    )
    following = follow(client, answer)
    assert following["query"] == answer["query"]
    assert following["facets"] == answer["facets"]
    assert following["results"][0]["reasons"]
    assert len(following["results"]) == 2


def test_the_next_page_stands_in_the_link_too(has, client):
    for n in range(3):
        has(f"tap-n{n}")
    response = client.get("/api/v1/search?limit=2")
    assert response["Link"] == f'<{response.json()["next"]}>; rel="next"'
    assert "Link" in response["Access-Control-Expose-Headers"]
    last = client.get(response.json()["next"].removeprefix(SITE))
    assert last.json()["next"] is None
    assert not last.has_header("Link")


def test_a_cursor_past_what_is_left_leads_to_nothing(has, ask, client):
    plugins = [has(f"tap-n{n}") for n in range(3)]
    answer = ask(limit=2)
    for plugin in plugins[:2]:
        plugin.delete()
    following = follow(client, answer)
    assert (following["results"], following["total"]) == ([], 1)
    assert following["next"] is None


def test_a_cursor_is_good_for_its_own_query_alone(has, ask, refused):
    for n in range(5):
        has(f"tap-n{n}")
    cursor = dict(
        pair.split("=") for pair in urlsplit(ask(limit=2)["next"]).query.split("&")
    )["cursor"]
    for other in ("limit=2&q=tap", "limit=3", "limit=2&sort=name", "limit=2&all=1"):
        assert "another query" in refused(f"{other}&cursor={cursor}")["cursor"]


@pytest.mark.parametrize("cursor", [
    "", "x", "%00", "é", "W10", "WzEsMl0", "eyJhIjoxfQ", "a" * 9000, "WzAsIngiXQ",
    "W1tbW1tbW1tbW1tbW1tbW1tb", "bnVsbA", "Wzk5OTk5OTk5OTk5OTk5OTk5LCJ4Il0",
])  # fmt: skip
def test_what_is_no_cursor_is_refused(refused, cursor):
    assert set(refused(f"cursor={cursor}")) == {"cursor"}


@pytest.mark.parametrize(("said", "parameter", "words"), [
    ("limit=0", "limit", "from 1 to 100"), ("limit=101", "limit", "from 1 to 100"),
    ("limit=", "limit", "from 1 to 100"), ("limit=%D9%A3", "limit", "from 1 to 100"),
    ("limit=" + "9" * 5000, "limit", "from 1 to 100"), ("limit=1&limit=2", "limit", "once"),
    ("sort=stars", "sort", "best, used, name, released"), ("facets=yes", "facets", "1 or 0"),
    ("type=nonsense", "type", "extractors"), ("updated=soon", "updated", "90d"),
    ("python=2.7", "python", "3.13"), ("service=", "service", "names nothing"),
    ("colour=red", "colour", "no parameter"), ("page=2", "page", "no parameter"),
    ("q=a&q=b", "q", "once"), ("&".join(["type=tap"] * 30), "type", "16 times"),
    ("%00=1", "\x00", "no parameter"), ("x" * 9000 + "=1", "x" * 40, "no parameter"),
])  # fmt: skip
def test_a_parameter_that_cannot_be_meant_is_refused_with_why(
    refused, said, parameter, words
):
    assert words in refused(said)[parameter]


def test_all_that_is_wrong_is_told_at_once(refused):
    assert set(refused("limit=x&sort=y&type=z&no=1")) == {"limit", "sort", "type", "no"}


def test_too_many_parameters_are_refused(client, db):
    response = client.get("/api/v1/search?" + "&".join(f"p{n}=1" for n in range(3000)))
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("typed", [
    "\x00", "a\x00b", "x" * 10_000, "type:nonsense", "foo:bar", '"', "'", "\\", "%", "%s",
    "-", "()", "field:'", "stream:\\", "service:'", "maintainer:%", "\u202e", "\ud83d\ude00",
    "a " * 5000, "stream:x " * 900, "<script>", "إدارة", "is:verified", "service:*",
])  # fmt: skip
def test_whatever_is_typed_is_answered(has, ask, typed):
    has("tap-x")
    answer = ask(typed.encode("utf-16", "surrogatepass").decode("utf-16"), facets=1)
    assert len(answer["query"]) <= 300


@pytest.mark.parametrize(
    "key", ["keyword", "variant", "stream", "field", "setting", "maintainer", "service"]
)
@pytest.mark.parametrize(
    "value", ["a\x00b", "x" * 10_000, "'", '"', "\\", "%", "é" * 400]
)
def test_whatever_a_parameter_says_is_answered_or_refused(has, client, key, value):
    has("tap-x")
    response = client.get("/api/v1/search", {key: value})
    assert response.status_code in {200, 400}
    assert response.json()


def test_it_may_be_read_by_any_page_and_kept(has, client):
    has("tap-x")
    response = client.get("/api/v1/search?q=x")
    assert response["Content-Type"] == "application/json"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "max-age=30" in response["Cache-Control"]
    again = client.get(
        "/api/v1/search?q=x", headers={"If-None-Match": response["ETag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    assert again["Access-Control-Allow-Origin"] == "*"
    assert again["ETag"] == response["ETag"]
    has("tap-y", description="x")
    changed = client.get(
        "/api/v1/search?q=x", headers={"If-None-Match": response["ETag"]}
    )
    assert changed.status_code == 200


def test_it_is_only_read(has, client):
    has("tap-x")
    got, head = client.get("/api/v1/search"), client.head("/api/v1/search")
    assert (head.status_code, head.content) == (200, b"")
    assert head["ETag"] == got["ETag"]
    for method in (client.post, client.put, client.delete, client.patch):
        response = method("/api/v1/search")
        assert response.status_code == 405
        assert response["Allow"] == "GET, HEAD, OPTIONS"
        assert response["Content-Type"] == "application/problem+json"
    preflight = client.options("/api/v1/search")
    assert preflight.status_code == 204
    assert preflight["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"


def test_what_is_no_call_is_said_as_a_problem(client, db):
    for path in ("/api/v1/searches", "/api/v2/search", "/api/v1/"):
        response = client.get(path)
        assert response.status_code == 404
        assert response["Content-Type"] == "application/problem+json"


def test_queries_do_not_grow_with_results(has, release, client):
    for n in range(25):
        plugin = has(f"tap-n{n}", "ada", "bo", description="many")
        release(plugin, orders={"id": {}})
    client.get("/api/v1/search")
    for said, most in (
        ("", 2), ("q=many", 3), ("q=field:id+many&limit=100&facets=1&explain=1", 4),
        ("q=manny", 4), ("q=stream:nothing+field:a.b", 4), ("q=nothing+stream:order", 5),
    ):  # fmt: skip
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/api/v1/search?{said}").status_code == 200
        assert len(queries) <= most, said


def test_every_parameter_is_documented():
    said = (Path(configured.ROOT) / "docs/API.md").read_text()
    section = said.partition("## Search\n")[2].partition("\n## ")[0]
    for name in (*OPTIONS, *FILTERS):
        assert re.search(rf"`{name}(=1)?`", section), name


def test_suggestions_are_answered_to_any_page(has, client):
    has("tap-alpha", label="Alpha")
    response = client.get("/api/v1/suggest?q=alp")
    assert response.json() == {
        "suggestions": [{
            "name": "tap-alpha", "label": "Alpha", "type": "extractors",
            "page": f"{SITE}/extractors/tap-alpha",
        }]
    }  # fmt: skip
    assert response["Access-Control-Allow-Origin"] == "*"
    assert client.get("/api/v1/suggest?q=%00").json() == {"suggestions": []}
    assert client.get("/api/v1/suggest").json() == {"suggestions": []}
    assert client.post("/api/v1/suggest").status_code == 405
