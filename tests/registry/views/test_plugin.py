"""A plugin's page."""

import gzip

import pytest

from registry.models import Plugin
from registry.publishing import publish_changed
from registry.tried.offers import STREAMS_KEPT
from tests.registry.cast import NOW, release_of, say, source_of, variant
from tests.registry.views.runs import TOKEN, packaged, ran, streams

pytestmark = pytest.mark.django_db
PAGE = "/extractors/tap-alpha"
EXTRA = {"name": "extra", "kind": "string"}


def test_the_default_comes_with_its_command_and_the_reason(catalog, read):
    page = read(PAGE)
    assert "meltano add tap-alpha</code>" in page
    assert "The curated definitions name it as the default." in page


def test_all_variants_are_in_the_table(catalog, read):
    page = read(PAGE)
    assert "2 variants" in page
    assert 'href="/extractors/tap-alpha--ada"' in page
    assert 'href="/extractors/tap-alpha--bo"' in page


def test_a_single_variant_needs_no_table_and_no_comparison(catalog, read):
    page = read("/extractors/tap-beta")
    assert "<table" not in page
    assert "Compare" not in page


def test_a_single_variant_says_what_the_table_would_but_not_why_it_is_the_default(
    folder, crawl, read
):
    folder.write("extractors", "tap-one", "ada", settings=[TOKEN, EXTRA])
    folder.metrics({"https://git.example.org/ada/tap-one": {"all_projects": 40}})
    crawl()
    page = " ".join(read("/extractors/tap-one").split())
    assert "2 settings · Used in 40 projects" in page
    assert "Why this one?" not in page
    assert "has not moved" not in page
    # Nobody has looked for streams or releases.
    assert (
        " stream" not in page[page.index("2 settings") - 80 : page.index("2 settings")]
    )
    assert "Released" not in page


def test_a_number_of_settings_that_nobody_declared_is_not_known(db, read):
    say(source_of("definitions"), variant("ada"), variant("bo", settings=...))
    page = read(PAGE)
    row = page[page.index('value="bo"') :]
    cells = row[: row.index("</tr>")].split('<td class="num">')
    assert [one.startswith('<span class="muted">not known') for one in cells[1:3]] == [
        True, True,
    ]  # fmt: skip


def test_each_variant_has_a_labelled_box_that_leads_to_the_comparison(catalog, read):
    page = read(PAGE)
    assert '<form action="/extractors/tap-alpha/compare">' in page
    for name in ("ada", "bo"):
        assert f'name="v" value="{name}"' in page
        assert f"Compare {name}</span>" in page


def test_the_rule_is_shown_with_what_it_says_of_both_and_which_question_decides(
    catalog, read
):
    page = read(PAGE)
    table = page[page.index('class="rule"') : page.index("</table>")]
    decided = table[table.index("name it as the default") :]
    assert decided.index("Decides") < decided.index("<td>Yes</td>")
    assert decided.index("<td>Yes</td>") < decided.index("<td>No</td>")
    assert table.count("Decides") == 1
    assert "bo, next" in table


def test_the_latest_release_decides_where_no_definition_names_a_default(db, read):
    say(
        source_of("definitions"),
        variant("ada", releases=[release_of("1.0")]),
        variant("bo", releases=[release_of("1.0", day=5)]),
    )
    page = read(PAGE)
    assert "It has the latest release of the variants." in page
    decided = page[page.index("Date of its current release") :]
    assert decided.index("Decides") < decided.index("6 January 2026")


def test_a_default_that_never_moved_says_so(catalog, read):
    assert "The default has not moved" in read(PAGE)


def test_a_default_that_moved_says_when_and_from_what(db, read):
    index = source_of("definitions")
    say(index, variant("ada", is_default=True), variant("bo"))
    say(index, variant("ada"), variant("bo", is_default=True))
    page = read(PAGE)
    told = page[page.index("The default since") :]
    assert '<a href="/extractors/tap-alpha--ada">ada</a>' in told[:400]


def test_streams_that_only_one_has_are_told_where_those_of_two_are_known(db, read):
    ada, bo = packaged("ada", "bo")
    ran(ada, streams=streams("contacts", "deals"))
    assert "Only streams here" not in read(PAGE)
    ran(bo, streams=streams("contacts"))
    page = read(PAGE)
    assert "Only streams here: deals<" in page
    assert page.count("Only streams here") == 1


def test_settings_and_capabilities_that_only_one_has_are_told(db, read):
    say(
        source_of("definitions"),
        variant("ada", settings=[TOKEN, EXTRA], capabilities=["state", "batch"]),
        variant(
            "bo", settings=[TOKEN], capabilities=["state"], keywords=["meltano_sdk"]
        ),
    )
    page = read(PAGE)
    assert "Only settings here: extra<" in page
    assert "Only capabilities here: batch<" in page
    assert page.count("Built with the SDK") == 1


def test_what_every_sdk_connector_takes_is_no_difference(db, read):
    maps = {"name": "stream_maps", "kind": "object"}
    ada, bo = variant("ada", settings=[TOKEN, maps]), variant("bo", settings=[TOKEN])
    say(source_of("definitions"), ada, bo)
    assert "Only settings here" not in read(PAGE)


def test_of_many_that_only_one_has_a_few_are_named(db, read):
    ada, bo = packaged("ada", "bo")
    ran(ada, streams=streams(*(f"s{number}" for number in range(9))))
    ran(bo, streams=streams("s0"))
    assert "Only streams here: s1, s2, s3 and 5 more" in read(PAGE)


def test_nobody_alone_has_a_stream_where_another_s_list_may_go_on(db, read):
    ada, bo = packaged("ada", "bo")
    ran(ada, streams=streams("a_deal"))
    ran(bo, streams=streams(*(f"s{number}" for number in range(STREAMS_KEPT))))
    page = read(PAGE)
    assert "Only streams here" not in page
    assert f'<td class="num">{STREAMS_KEPT} or more</td>' in page


def test_where_each_variant_fails_no_default_is_praised_and_the_reasons_are_told(
    db, read
):
    for source in packaged("ada", "bo"):
        ran(source, starts="no", why="It wants a compiler.")
    page = read(PAGE)
    assert "No variant of tap-alpha runs here today" in page
    assert page.count("It wants a compiler.") == 2
    assert "meltano add" not in page
    assert "Why this one?" not in page


def test_an_older_release_that_ran_is_named_where_the_newest_fails(db, read):
    [ada] = packaged("ada")
    ran(ada, "1.0")
    ran(ada, "1.1", starts="no", why="It wants a compiler.")
    assert "Release 1.0 was seen to run" in read(PAGE)


def test_a_variant_that_was_not_tried_may_run(db, read):
    ada, _ = packaged("ada", "bo")
    ran(ada, starts="no", why="It wants a compiler.")
    assert "No variant of" not in read(PAGE)


def test_other_plugins_for_the_service_are_named_those_that_run_where_this_does_not(
    db, read
):
    [ada] = packaged("ada")
    [other] = packaged("bo", plugin="tap-other")
    packaged("cy", plugin="tap-untried")
    Plugin.objects.update(service="alpha")
    ran(other)
    ran(ada, starts="no", why="It wants a compiler.")
    page = read(PAGE)
    instead = page[page.index(">Instead<") : page.index("Other plugins for")]
    assert "tap-other" in instead
    assert "tap-untried" not in instead
    assert "tap-untried" in page


def test_variants_that_went_are_folded_below_with_the_date(folder, crawl, read):
    crawl()
    folder.remove("extractors", "tap-alpha", "bo")
    crawl(accept=True)
    page = read(PAGE)
    folded = page[page.index("1 variant that no source lists any more") :]
    assert "tap-alpha--bo" in folded
    assert "Deprecated: gone since " in folded
    assert "<table" not in page


def test_a_plugin_whose_variants_all_went_says_so_and_keeps_the_command(
    folder, crawl, read
):
    crawl()
    folder.remove("extractors", "tap-beta", "ada")
    crawl(accept=True)
    page = read("/extractors/tap-beta")
    assert "No source lists any variant of tap-beta any more." in page
    assert "meltano add tap-beta</code>" in page


def test_a_hidden_default_is_said_to_be_hidden(folder, crawl, read):
    folder.write("extractors", "tap-shy", "ada", hidden=True)
    crawl()
    assert "ask lists not to show it" in read("/extractors/tap-shy")


def test_a_plugin_whose_type_the_client_would_not_guess_names_it(folder, crawl, read):
    folder.write("mappers", "map-this", "ada")
    crawl()
    assert "meltano add --plugin-type mapper map-this" in read("/mappers/map-this")


def test_a_default_without_a_document_gets_no_command(folder, crawl, read):
    setting = {"name": "limit", "kind": "integer", "value": "many"}
    folder.write("extractors", "tap-held", "ada", settings=[setting])
    crawl()
    page = read("/extractors/tap-held")
    assert "Its definition is not published yet" in page
    assert "<code id=" not in page


def test_text_from_outside_is_escaped(folder, crawl, read):
    evil = "<script>alert(1)</script>"
    folder.write("extractors", "tap-evil", "ada", description=evil, label=evil)
    crawl()
    for address in ("/", "/extractors", "/extractors/tap-evil", "/search?q=evil"):
        page = read(address)
        assert "alert(1)" in page
        assert "<script>" not in page


def test_a_plugin_is_found_only_under_its_type(catalog, read):
    assert "Nearest names" in read("/loaders/tap-alpha", 404)


@pytest.mark.parametrize("starts", ["yes", "no"])
def test_it_makes_eight_queries_at_most_however_many_variants(
    db, client, django_assert_max_num_queries, starts
):
    for number in range(3):
        packaged("ada", plugin=f"tap-other{number}")
    names = [f"v{number}" for number in range(12)]
    for source in packaged(*names):
        ran(source, starts=starts, why="It wants a compiler.", streams=streams("a"))
    Plugin.objects.update(service="alpha")
    with django_assert_max_num_queries(8):
        client.get(PAGE)


def test_twelve_variants_fit_in_twelve_kilobytes(db, client):
    names = [f"variant-{number}" for number in range(12)]
    for number, source in enumerate(packaged(*names)):
        ran(source, streams=streams(*(f"s{number}-{n}" for n in range(20))))
    assert len(gzip.compress(client.get(PAGE).content)) < 12 * 1024


def test_where_the_default_fails_a_variant_that_runs_is_named_with_its_command(
    db, read
):
    ada, bo, cy = packaged("ada", "bo", "cy")
    ran(ada, starts="no", why="It wants a compiler.")
    ran(bo, starts="no", why="It wants a compiler.")
    ran(cy, python="3.10")
    publish_changed(now=NOW)
    page = " ".join(read(PAGE).split())
    told = page[page.index("The default fails on every Python it was tried on") :]
    note = told[: told.index("Why this one?")]
    assert '<a href="/extractors/tap-alpha--cy">cy</a> runs on 3.10.' in note
    assert "meltano add tap-alpha --variant cy</code>" in note
    assert 'href="/policies/defaults#runs"' in note
    assert 'id="runs"' in read("/policies/defaults")


@pytest.mark.parametrize(
    "answers", [("yes", "yes"), ("no", "unknown"), ("unknown", "yes")]
)
def test_a_default_that_may_run_has_no_variant_named_in_its_place(db, read, answers):
    for source, answer in zip(packaged("ada", "bo"), answers, strict=True):
        ran(source, starts=answer)
    assert "The default fails" not in read(PAGE)
