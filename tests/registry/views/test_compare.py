"""Variants side by side."""

import pytest

from registry.tried.offers import STREAMS_KEPT
from registry.views.plugins.installed import FRAMEWORKS
from scrapers.probes.invocation import packages
from tests.registry.cast import say, source_of, variant
from tests.registry.views.runs import LIMIT, TOKEN, packaged, ran, row, streams

pytestmark = pytest.mark.django_db
PAGE = "/extractors/tap-alpha/compare"


@pytest.fixture
def variants(db):
    """tap-alpha by ada and bo, both tried, and by cy, which was not."""
    ada, bo, _ = packaged("ada", "bo", "cy")
    ran(ada, streams=streams("contacts", "deals"), settings=[TOKEN, LIMIT])
    ran(bo, starts="no", why="It wants a compiler.")


def cells(page, title):
    """Return the texts of a row's cells."""
    after = page[page.index(f">{title}<", page.index("<tbody>")) :]
    row = after[: after.index("</tr>")]
    parts = row.split("<td")[1:]
    return [text_of(part) for part in parts]


def text_of(part):
    text, is_tag = "<", False
    for sign in f"<td{part}":
        is_tag = sign == "<" or (is_tag and sign != ">")
        text += "" if is_tag or sign == ">" else sign
    return " ".join(text.strip("<").split())


@pytest.mark.parametrize("query", ["v=ada,bo", "v=ada&v=bo", "v=ada,,bo,ada"])
def test_variants_are_named_with_commas_or_one_by_one(variants, read, query):
    page = read(f"{PAGE}?{query}")
    assert "2 variants" in page
    assert page.index("tap-alpha--ada") < page.index("tap-alpha--bo")


def test_where_each_runs_is_one_row_a_python(variants, read):
    page = read(f"{PAGE}?v=ada,bo,cy")
    assert cells(page, "Python 3.12") == [
        "✓runs", "×fails", "not known: not tried",
    ]  # fmt: skip


def test_streams_are_ticked_where_a_run_listed_any_and_not_known_elsewhere(
    variants, read
):
    page = read(f"{PAGE}?v=ada,cy")
    assert cells(page, "deals") == [
        "✓yes, incremental", "not known: no run listed them",
    ]  # fmt: skip


def test_a_stream_may_be_behind_the_end_of_what_is_kept_of_a_long_list(db, read):
    ada, bo = packaged("ada", "bo")
    ran(ada, streams=streams("a_deal"))
    ran(bo, streams=streams(*(f"s{number}" for number in range(STREAMS_KEPT))))
    page = read(f"{PAGE}?v=ada,bo")
    assert cells(page, "Streams") == ["1", f"{STREAMS_KEPT} or more"]
    kept = f"not known: {STREAMS_KEPT} of its streams are kept"
    assert cells(page, "a_deal") == ["✓yes, incremental", kept]
    assert cells(page, "s0") == ["no", "✓yes, incremental"]


def test_what_is_needed_is_told_of_each(variants, read):
    page = read(f"{PAGE}?v=ada,cy")
    assert cells(page, "Needed")[1] == "token"


def test_nothing_is_needed_where_a_definition_says_so(db, read):
    groups = {"settings": [TOKEN], "settings_group_validation": [[]]}
    said = [variant(name, **groups) for name in ("ada", "bo")]
    say(source_of("definitions"), *said)
    assert cells(read(f"{PAGE}?v=ada,bo"), "Needed") == ["nothing", "nothing"]


def test_what_nobody_declared_is_no_no(db, read):
    silent = variant("ada", settings=..., capabilities=...)
    telling = variant("bo", settings=[LIMIT], capabilities=["state"])
    say(source_of("definitions"), silent, telling)
    page = read(f"{PAGE}?v=ada,bo")
    undeclared = "not known: none is declared"
    assert cells(page, "Settings") == [undeclared, "1"]
    assert cells(page, "state") == [undeclared, "declared"]
    assert cells(page, "limit") == [undeclared, "✓yes"]
    assert cells(page, "Needs Docker, by its settings") == [undeclared, "no"]


def package(name, *, built=False, size_bytes=1024 * 1024, version="1.0"):
    """Return a package as the record of a run has it."""
    return {"name": name, "version": version, "size_bytes": size_bytes, "built": built}


def test_what_is_declared_is_told_apart_from_what_a_run_observed(db, read):
    ada, bo, _ = packaged("ada", "bo", "cy")
    ran(ada, capabilities=["state", "about"])
    ran(bo, capabilities=["about"])
    page = read(f"{PAGE}?v=ada,bo,cy")
    assert cells(page, "state") == [
        "✓declared, observed", "declared, not observed", "declared",
    ]  # fmt: skip
    assert cells(page, "about") == ["✓observed", "✓observed", "no"]


def test_that_docker_is_needed_is_no_praise(db, read):
    image = {"name": "airbyte_spec.image"}
    said = [variant("ada", settings=[TOKEN, image]), variant("bo", settings=[TOKEN])]
    say(source_of("definitions"), *said)
    page = read(f"{PAGE}?v=ada,bo")
    assert cells(page, "Needs Docker, by its settings") == ["yes", "no"]


def test_how_one_signs_in_is_told_by_the_settings(db, read):
    said = [
        variant("ada", settings=[TOKEN]),
        variant("bo", settings=[{"name": "password"}, {"name": "client_secret"}]),
        variant("cy", settings=[{"name": "user"}]),
    ]
    say(source_of("definitions"), *said)
    assert cells(read(f"{PAGE}?v=ada,bo,cy"), "Sign-in, by its settings") == [
        "API key or token", "OAuth, Password", "not known: its settings do not tell",
    ]  # fmt: skip


BROUGHT = ("Built with", "Other packages", "Built from source", "To download")


def brought(page):
    """Return what a page says that an install brings, a list for each variant."""
    return [list(one) for one in zip(*(cells(page, of) for of in BROUGHT), strict=True)]


def test_what_an_install_brings_is_told_as_a_run_saw_it(db, read):
    ada, bo = packaged("ada", "bo")
    ran(ada, packages=[package("ada-tap-alpha"), package("Singer_SDK", version="0.54.9"),
                       package("psycopg2", built=True)])  # fmt: skip
    ran(bo, packages=[package("bo-tap-alpha"), package("requests")])
    assert brought(read(f"{PAGE}?v=ada,bo")) == [
        ["singer-sdk 0.54.9", "2", "1: psycopg2", "3.0 MB"],
        ["not known: none of the SDKs that we know came with it", "1",
         "none: there is a wheel of each", "2.0 MB"],
    ]  # fmt: skip


def test_what_no_run_showed_is_not_known_and_never_nothing(variants, read):
    unseen = ["not known: no run showed it"] * len(BROUGHT)
    assert brought(read(f"{PAGE}?v=ada,bo,cy")) == [unseen] * 3


@pytest.mark.parametrize("size_bytes", [None, 0, "many", True])
def test_a_file_without_a_size_leaves_the_whole_unknown(db, read, size_bytes):
    ada, _ = packaged("ada", "bo")
    ran(ada, packages=[package("ada-tap-alpha"), package("x", size_bytes=size_bytes)])
    page = read(f"{PAGE}?v=ada,bo")
    assert cells(page, "To download")[0] == "not known: a file has no size"
    assert cells(page, "Other packages")[0] == "1"


@pytest.mark.parametrize("said", ["many", {"a": 1}, [1, None], None])
def test_a_record_that_lists_no_packages_tells_of_none(db, read, said):
    ada, _ = packaged("ada", "bo")
    evidence = ran(ada).snapshot
    evidence.evidence = {"packages": said}
    evidence.save()
    page = read(f"{PAGE}?v=ada,bo")
    assert cells(page, "Other packages")[0] == "not known: no run showed it"


def test_of_several_pythons_the_newest_that_runs_tells_what_it_brings(db, read):
    ada, _ = packaged("ada", "bo")
    own = package("ada-tap-alpha")
    ran(ada, python="3.9", packages=[own, package("x"), package("y")])
    newest = ran(ada, python="3.13", packages=[own, package("x")])
    broken = ran(ada, python="3.14", packages=[own])
    broken.starts = "no"
    broken.save()
    page = read(f"{PAGE}?v=ada,bo")
    assert cells(page, "Other packages")[0] == "1"
    assert f'<a href="/runs/{newest.pk}">a run on Python 3.13,' in page


def test_what_an_older_release_brought_is_not_told_of_the_current_one(db, read):
    ada, _ = packaged("ada", "bo")
    ran(ada, version="1.0", packages=[package("ada-tap-alpha"), package("x")])
    page = read(f"{PAGE}?v=ada,bo")
    assert cells(page, "Other packages")[0] == "not known: no run showed it"


def test_the_frameworks_that_are_looked_for_are_those_that_runs_are_judged_by():
    assert packages.FRAMEWORKS.keys() == FRAMEWORKS


def test_the_newest_release_has_its_day_whatever_is_installed(db, read):
    packaged("ada", "bo")
    held = row("ada")
    held.releases.update(released_at="2026-02-03T00:00Z")
    held.releases.filter(version="1.1").update(released_at="2026-03-04T00:00Z")
    held.current_release = held.releases.get(version="1.0")
    held.save()
    row("bo").releases.update(released_at=None)
    page = read(f"{PAGE}?v=ada,bo")
    assert cells(page, "Release it installs")[0] == "1.0, 3 February 2026"
    assert cells(page, "Newest release") == [
        "4 March 2026", "not known: no release has a date",
    ]  # fmt: skip


def test_rows_that_are_alike_can_be_hidden(variants, read):
    whole, short = read(f"{PAGE}?v=ada,bo"), read(f"{PAGE}?v=ada,bo&differences=1")
    assert "Needs Docker" in whole
    assert "Needs Docker" not in short
    assert "Python 3.12" in short
    assert "are hidden" in short


def test_the_table_can_be_copied_as_markdown(variants, read):
    page = read(f"{PAGE}?v=ada,bo")
    said = page[page.index('id="markdown"') :]
    assert "|  | ada | bo |" in said
    assert "| Python 3.12 | runs | fails |" in said


def test_a_pipe_does_not_break_the_markdown(folder, crawl, read):
    for name in ("ada", "bo"):
        settings = [{"name": "a|b", "kind": "string"}]
        folder.write("extractors", "tap-pipe", name, settings=settings,
                     settings_group_validation=[])  # fmt: skip
    crawl()
    page = read("/extractors/tap-pipe/compare?v=ada,bo")
    assert "| `a\\|b` | yes | yes |" in page


def test_more_than_four_are_left_out_and_named(db, read):
    names = ["a1", "b2", "c3", "d4", "e5"]
    packaged(*names)
    page = read(f"{PAGE}?v={','.join(names)}")
    assert "4 variants" in page
    assert "Left out:" in page
    assert "<code>e5</code>" in page


@pytest.mark.parametrize("query", ["", "?v=ada", "?v=nobody", "?v=", "?v=%00,--,a--"])
def test_fewer_than_two_can_be_picked_from_all(variants, read, query):
    page = read(PAGE + query)
    for name in ("ada", "bo", "cy"):
        assert f'value="{name}"' in page
    assert page.count("checked>") == 2


def test_a_name_that_is_none_is_said_to_be_none_and_escaped(variants, read):
    page = read(f"{PAGE}?v=ada,bo,%3Cb%3Enobody")
    assert "has no variant called" in page
    assert "&lt;b&gt;nobody" in page


def test_a_variant_of_another_plugin_is_named_with_it(variants, read):
    packaged("dee", plugin="tap-other")
    page = read(f"{PAGE}?v=ada,tap-other--dee")
    assert "tap-other, dee" in page


def test_a_plugin_with_one_variant_has_nothing_to_compare(catalog, read):
    assert "nothing to compare" in read("/extractors/tap-beta/compare")


def test_a_plugin_that_is_not_there_has_no_comparison(catalog, read):
    assert "Nothing stands at this address" in read("/extractors/tap-none/compare", 404)


@pytest.mark.parametrize(("count", "queries"), [(2, 7), (4, 7), (1, 4)])
def test_the_number_of_queries_is_fixed(
    db, client, django_assert_num_queries, count, queries
):
    names = ["a1", "b2", "c3", "d4", "e5"]
    for source in packaged(*names):
        ran(source, streams=streams("a", "b"), packages=[package("x")])
    with django_assert_num_queries(queries):
        client.get(f"{PAGE}?v={','.join(names[:count])}")
