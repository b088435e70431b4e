"""Browse and search."""

import gzip
import re

import pytest
from django.core.management import call_command

from registry.models import SearchEntry
from registry.publishing import publish_changed
from registry.search.facets import INSTALLS, MAINTENANCE
from registry.search.held import Held
from tests.registry.cast import NOW
from tests.registry.views.runs import packaged, ran, streams

pytestmark = pytest.mark.django_db


CARD = re.compile(r'<h3>\s*<a href="/([^"]+)"')


def names(page):
    """Return the plugins on a page, in order."""
    return CARD.findall(page)


def test_a_type_lists_its_plugins_only(catalog, read):
    page = read("/extractors")
    assert names(page) == ["extractors/tap-alpha", "extractors/tap-beta"]
    assert "2 results" in page


@pytest.mark.parametrize("kind", [
    "extractors", "loaders", "utilities", "files", "transforms", "transformers",
    "mappers", "orchestrators",
])  # fmt: skip
def test_every_type_has_a_page_even_without_plugins(catalog, read, kind):
    assert f"<h1>{kind.capitalize()}</h1>" in read(f"/{kind}")


def test_a_card_tells_the_facts_and_no_more(catalog, read):
    page = read("/extractors")
    assert "2 variants, default" in page
    assert "Not checked" in page
    assert "Its definition says: active" in page
    assert 'class="chip ok"' not in page


def test_a_search_finds_parts_of_name_label_and_description_in_any_case(
    folder, crawl, read
):
    folder.write("extractors", "tap-x1", "ada", label="Needle", description="")
    folder.write("loaders", "target-x2", "ada", description="has a nEEdle inside")
    folder.write("mappers", "needle-map", "ada", description="")
    crawl()
    found = names(read("/search?q=NEEDLE"))
    assert sorted(found) == [
        "extractors/tap-x1", "loaders/target-x2", "mappers/needle-map",
    ]  # fmt: skip


def test_a_search_wants_every_word(catalog, folder, crawl, read):
    folder.write("extractors", "tap-ads", "ada", label="Google Ads")
    crawl()
    assert names(read("/search?q=ads+google")) == ["extractors/tap-ads"]
    assert "0 results" in read("/search?q=ads+yahoo")


def test_a_search_can_be_kept_to_a_type(catalog, read):
    assert names(read("/search?type=loaders")) == ["loaders/target-gamma"]
    assert "1 result" in read("/loaders?q=gamma")


def test_an_unknown_type_in_a_query_is_passed_over(catalog, read):
    assert "3 results" in read("/search?type=nonsense")


def test_the_name_that_was_typed_comes_first(folder, crawl, read):
    uses = "https://git.example.org/ada/tap-goods"
    folder.write("extractors", "tap-goods", "ada", description="sells an ad")
    folder.write("extractors", "tap-ad", "ada")
    folder.metrics({uses: {"all_projects": 900}})
    crawl()
    assert names(read("/search?q=ad"))[0] == "extractors/tap-ad"


def test_the_most_used_come_first(folder, crawl, read):
    folder.metrics({"https://git.example.org/ada/tap-beta": {"all_projects": 9}})
    crawl()
    page = read("/extractors")
    assert names(page) == ["extractors/tap-beta", "extractors/tap-alpha"]
    assert "9 projects" in page


def test_a_page_has_twenty_plugins_and_keeps_the_query_in_its_links(
    folder, crawl, read
):
    for number in range(41):
        folder.write("extractors", f"tap-n{number:02}", "ada", description="many")
    crawl()
    first = read("/search?q=many&type=extractors")
    assert len(names(first)) == 20
    assert "41 results" in first, [
        one for one in first.splitlines() if "result" in one
    ][:6]
    assert 'href="?q=many&amp;type=extractors&amp;page=2"' in first
    last = read("/search?q=many&page=99")
    assert "41 to 41 of 41" in " ".join(last.split())
    assert 'rel="next"' not in last
    assert len(names(read("/search?q=many&page=x"))) == 20


def test_an_empty_result_helps(catalog, read):
    page = " ".join(read("/loaders?q=alpha").split())
    assert "No loader has “alpha” in its name, label, description, settings" in page
    assert "See 1 of other types" in page
    assert 'href="/search?q=alpha"' in page
    page = read("/search?q=alp-something")
    assert "Nearest names" in page
    assert 'href="/extractors/tap-alpha"' in page


def test_a_name_that_is_mistyped_is_found_and_that_is_said(catalog, read):
    page = read("/search?q=tap-alphaa")
    assert names(page) == ["extractors/tap-alpha"]
    assert "the nearest names are here as well" in page


@pytest.mark.parametrize(
    "typed", ["%00", "%", "_", "'\"><script>", "a" * 5000, "%F0%9F"]
)
def test_whatever_is_typed_is_answered_and_escaped(catalog, read, typed):
    assert "<script>" not in read(f"/search?q={typed}")


def test_a_wildcard_finds_itself_only(catalog, read):
    assert "0 results" in read("/search?q=%25")


def test_facets_are_ticked_counted_and_taken_away(folder, crawl, read):
    folder.write("extractors", "tap-alpha", "ada", keywords=["files"])
    crawl()
    page = " ".join(read("/search").split())
    assert re.search(r'name="keyword" value="api"[^<]*> api <span>3</span>', page)
    page = read("/search?keyword=files&keyword=nothing&capability=state")
    assert names(page) == ["extractors/tap-alpha"]
    assert re.search(r'name="keyword"\s+value="files"\s+checked', page)
    assert 'href="/search?capability=state&amp;keyword=nothing"' in page
    assert 'href="/search?keyword=files&amp;keyword=nothing"' in page


@pytest.fixture
def signing(folder, crawl):
    """Three taps, of which the first two say how they are built and what they take."""
    key = {"name": "api_key", "kind": "password"}
    image = {"name": "airbyte_spec.image"}
    folder.write(
        "extractors", "tap-one", "ada", settings=[key], keywords=["meltano_sdk"]
    )
    folder.write("extractors", "tap-two", "ada", settings=[key, image])
    folder.write("extractors", "tap-three", "ada", settings=[], keywords=[])
    crawl()


@pytest.mark.parametrize(("filters", "found"), [
    ({"is": "docker"}, {"two"}), ({"auth": "key", "is": "docker"}, {"two"}),
    ({"auth": "key"}, {"alpha", "beta", "gamma", "one", "two"}),
    ({"sdk": "singer-sdk"}, {"one"}), ({"sdk": "airbyte", "auth": "key"}, {"two"}),
    ({"auth": "unknown"}, {"three"}), ({"updated": "90d"}, set()),
    ({"updated": "unknown", "is": "docker"}, {"two"}),
])  # fmt: skip
def test_what_may_be_ticked_may_also_be_typed(signing, read, filters, found):
    ticked = "&".join(f"{key}={value}" for key, value in filters.items())
    typed = "+".join(f"{key}:{value}" for key, value in filters.items())
    for address in (f"/search?{ticked}", f"/search?q={typed}"):
        assert {one.rpartition("-")[2] for one in names(read(address))} == found


def test_what_it_needs_is_one_box_and_says_no_more(signing, read):
    page = " ".join(read("/search").split())
    assert re.findall(r'name="is" value="(\w+)"> Docker <span>1</span>', page) == [
        "docker"
    ]
    assert page.count('name="is"') == 1
    assert "Singer SDK <span>1</span>" in page
    assert "API key or token <span>5</span>" in page


def test_an_empty_result_offers_what_is_found_without_its_last_filter(catalog, read):
    page = read("/extractors?q=alpha+variant:bo&capability=batch")
    said = 'href="/extractors?q=alpha+variant%3Abo">1 result without capability:batch<'
    assert said in page
    page = read("/extractors?capability=state&updated=30d&updated=90d")
    said = "2 results without updated:30d updated:90d<"
    assert f'href="/extractors?capability=state">{said}' in page


def test_nothing_is_offered_that_finds_nothing(catalog, read):
    assert "result without" not in read("/search?q=nowhere&capability=batch")
    assert "results without" not in read("/search?q=nowhere&capability=batch")


def test_what_is_offered_counts_what_its_page_leaves_out(judged, read):
    page = read("/search?q=type:loaders")
    assert "0 results" not in page
    page = read("/search?updated=30d")
    assert "1 result without updated:30d" in page
    assert "1 result" in read("/search")


def test_a_filter_may_be_typed_and_narrows_a_type_too(catalog, read):
    assert names(read("/search?q=type:loader")) == ["loaders/target-gamma"]
    assert names(read("/extractors?q=variant:bo")) == ["extractors/tap-alpha"]
    assert names(read("/extractors?q=type:loader")) == ["loaders/target-gamma"]


def test_links_to_other_types_and_pages_keep_what_narrows(catalog, read):
    page = read("/extractors?q=ada&capability=state")
    assert 'href="/loaders?q=ada&amp;capability=state"' in page
    assert 'href="/search?q=ada&amp;capability=state"' in page


def test_what_could_not_be_meant_is_said_and_the_rest_found(catalog, read):
    page = read("/search?q=alpha+updated:soon+" + "x" * 400)
    assert "“updated:soon” is no time" in page
    assert "Only the first 300 characters" in page
    assert names(read("/search?q=alpha+updated:soon")) == ["extractors/tap-alpha"]


def test_a_filter_on_what_nobody_knows_says_so(catalog, read):
    page = read("/search?q=installs:yes")
    assert "0 results" in page
    assert "3 more meet the rest, but were not checked." in page
    assert "verified yet" in read("/search?q=is:verified")


def test_the_variants_that_match_are_named_where_it_is_not_all(catalog, read):
    assert "Found in" in read("/search?q=variant:bo")
    assert "Found in" not in read("/search?q=alpha")


def test_a_result_explains_its_place_if_asked(catalog, read):
    assert "<dt>Rule</dt>" not in read("/search?q=alpha")
    page = read("/search?q=alpha&explain=1")
    assert "<dt>Rule</dt>" in page
    assert "2 of 10: the words are its whole name without tap or target" in page


def test_suggestions_are_data_and_may_be_kept(catalog, client):
    response = client.get("/suggest?q=alp")
    assert response.json() == {
        "suggestions": [
            {
                "name": "tap-alpha",
                "label": "Tap-Alpha",
                "type": "extractors",
                "href": "/extractors/tap-alpha",
            }
        ]
    }
    assert "max-age" in response["Cache-Control"]
    assert client.get("/suggest").json() == {"suggestions": []}
    assert client.post("/suggest").status_code == 405


@pytest.mark.parametrize("number", ["0", "-1", "9" * 5000, "٣", "1e3", ""])
def test_any_page_is_answered(catalog, read, number):
    assert names(read(f"/search?page={number}"))


def test_it_makes_four_queries_however_many_plugins(
    folder, crawl, client, django_assert_num_queries
):
    for number in range(30):
        folder.write("extractors", f"tap-n{number}", "ada")
    crawl()
    # The first search in a process reads all entries.
    client.get("/search")
    with django_assert_num_queries(4):
        client.get("/extractors?q=tap")
    with django_assert_num_queries(3):
        client.get("/extractors?capability=state&sort=name")


def test_an_empty_result_makes_five_queries(catalog, client, django_assert_num_queries):
    client.get("/search")
    with django_assert_num_queries(5):
        client.get("/extractors?q=nothing")


def test_an_empty_result_of_filters_makes_at_most_seven(
    catalog, client, django_assert_num_queries
):
    client.get("/search")
    with django_assert_num_queries(7):
        client.get("/extractors?q=alpha+capability:batch")
    with django_assert_num_queries(8):
        client.get("/extractors?q=nothing+capability:batch")


def test_the_first_search_in_a_process_makes_two_more(
    catalog, client, django_assert_num_queries, monkeypatch
):
    monkeypatch.setattr("registry.search.finding.HELD", Held())
    with django_assert_num_queries(6):
        client.get("/extractors?q=tap")


@pytest.fixture
def judged(catalog):
    """tap-alpha's variants do not install, and nobody maintains target-gamma."""
    of_alpha = SearchEntry.objects.filter(plugin_name="tap-alpha")
    of_alpha.update(installs=INSTALLS.bit("no"))
    of_gamma = SearchEntry.objects.filter(plugin_name="target-gamma")
    of_gamma.update(maintenance=MAINTENANCE.bit("none"))


def test_what_does_not_install_is_hidden_where_nothing_is_typed(judged, read):
    page = read("/search")
    assert names(page) == ["extractors/tap-beta"]
    assert "2 hidden because they do not install or have no maintainer" in page
    assert 'href="/search?all=1"' in page
    page = read("/search?all=1")
    assert len(names(page)) == 3
    assert "hidden because" not in page
    assert 'name="all" value="1"' in page
    assert "1 hidden because it does" in read("/extractors")


def test_words_and_its_own_facet_find_what_else_is_hidden(judged, read):
    assert names(read("/search?q=alpha")) == ["extractors/tap-alpha"]
    assert names(read("/search?installs=no")) == ["extractors/tap-alpha"]
    page = " ".join(read("/search").split())
    assert "Does not install <span>1</span>" in page


def test_results_stand_in_the_order_that_is_chosen(catalog, folder, crawl, read):
    folder.metrics({"https://git.example.org/ada/tap-beta": {"all_projects": 9}})
    crawl()
    assert names(read("/search"))[0] == "extractors/tap-beta"
    page = read("/search?sort=name&capability=state")
    assert names(page)[0] == "extractors/tap-alpha"
    assert 'aria-current="true">Plugin name</a>' in page
    assert 'href="/search?capability=state"' in page
    assert 'href="/search?capability=state&amp;sort=released"' in page
    assert 'name="sort" value="name"' in page
    assert names(read("/search?sort=nonsense"))[0] == "extractors/tap-beta"


def test_the_first_order_is_called_what_it_is(catalog, read):
    assert 'aria-current="true">Most used</a>' in read("/search")
    assert 'aria-current="true">Most used</a>' in read("/search?q=type:extractors")
    assert 'aria-current="true">Best match</a>' in read("/search?q=tap")


def test_a_status_that_says_nothing_is_no_fact(folder, crawl, read):
    folder.write("extractors", "tap-quiet", "ada", maintenance_status="unknown")
    folder.write("extractors", "tap-early", "ada", maintenance_status="beta")
    crawl()
    page = read("/search")
    assert "Its definition says: beta" in page
    assert "says: unknown" not in page


def test_a_value_that_nothing_left_has_stays_and_cannot_be_ticked(folder, crawl, read):
    folder.write("extractors", "tap-a", "ada", capabilities=["batch"])
    folder.write("extractors", "tap-b", "ada", capabilities=["state"])
    crawl()
    page = " ".join(read("/search?q=tap-b").split())
    assert re.search(r'value="batch" disabled> batch <span>0</span>', page)
    assert re.search(r'value="state"> state <span>1</span>', page)
    assert 'value="log-based"' not in page
    page = " ".join(read("/search?q=tap-b&capability=batch").split())
    assert re.search(r'value="batch" checked> batch <span>0</span>', page)


def test_a_full_page_of_long_text_is_at_most_12_kb_packed(folder, crawl, client):
    for number in range(25):
        said = " ".join(f"{number * 7919 + word:x}" for word in range(120))
        label = f"Connector number {number * 7919}"
        folder.write(
            "extractors", f"tap-{number * 104729:x}", f"by{number * 31:x}",
            description=said, label=label,
        )  # fmt: skip
    crawl()
    assert len(gzip.compress(client.get("/extractors").content)) <= 12 * 1024


def test_the_real_catalogue_fits_the_budget(
    db, client, real_definitions, django_assert_num_queries
):
    call_command("crawl", str(real_definitions))
    client.get("/search")
    for address, queries in (("/extractors", 3), ("/search?q=google", 4)):
        with django_assert_num_queries(queries):
            response = client.get(address)
        assert len(gzip.compress(response.content)) <= 12 * 1024
    assert len(gzip.compress(client.get("/").content)) <= 12 * 1024
    for address in (
        "/extractors/tap-rest-api-msdk--widen",
        "/extractors/tap-hubspot--meltanolabs",
        "/loaders/target-snowflake--meltanolabs",
    ):
        assert len(gzip.compress(client.get(address).content)) <= 18 * 1024


def test_a_stream_is_told_of_the_variant_that_has_it_with_its_own_facts(db, read):
    ada, bo = packaged("ada", "bo")
    ran(ada, starts="no", why="It wants a compiler.", streams=streams("deals"))
    ran(bo, streams=streams("tax_items", "deals"))
    publish_changed(now=NOW)
    page = " ".join(read("/search?q=stream:tax_items").split())
    card = page[page.index('class="card-text"') :]
    assert "The variant bo" in card
    assert "Runs on Python 3.12" in card
    assert "Fails on Python" not in card
    link = "/extractors/tap-alpha--bo/streams?stream=tax_items#chosen"
    assert f'<a href="{link}">tax_items</a>' in card
    assert "default <a" in card
    assert 'id="chosen"' in read(link.partition("#")[0])


def test_a_field_is_told_with_its_stream_and_the_default_goes_before_equals(db, read):
    ada, bo = packaged("ada", "bo")
    [deals] = streams("deals")
    deals["schema"] = {"properties": {"owner": {"type": "string"}}}
    for source in (ada, bo):
        ran(source, streams=[deals])
    publish_changed(now=NOW)
    page = " ".join(read("/search?q=field:owner").split())
    assert 'Seen in <a href="/extractors/tap-alpha--ada">ada</a> 1.1:' in page
    assert ">deals</a> with <code>owner</code>" in page
    assert "The variant" not in page


def test_streams_cost_two_queries_more_and_eight_are_not_exceeded(
    db, client, django_assert_max_num_queries
):
    for number in range(4):
        [source] = packaged("ada", plugin=f"tap-n{number}")
        ran(source, streams=streams("deals"))
    publish_changed(now=NOW)
    client.get("/search?q=deals")
    with django_assert_max_num_queries(8):
        client.get("/search?q=stream:deals")


def test_the_order_is_explained_by_a_link(catalog, read):
    page = read("/search?type=extractors")
    assert 'href="/search?type=extractors&amp;explain=1"' in page
    explained = read("/search?type=extractors&explain=1")
    assert "<dt>Rule</dt>" in explained
    assert "Why this order?" not in explained
