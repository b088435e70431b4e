"""What a query finds, in which order, and in which variants."""

import pytest

from registry.models import Plugin, Variant
from registry.search import index
from registry.search.explaining import explain
from registry.search.finding import find
from registry.search.query import parse
from registry.search.ranking import Rule
from tests.registry.cast import NOW


def used(plugin, projects):
    Variant.objects.filter(plugin=plugin).update(counters={"all_projects": projects})
    index.refresh([plugin.pk])


def found(typed):
    return find(parse(typed), now=NOW)


def test_names_come_before_labels_keywords_and_settings(has, search):
    has("tap-d", settings=[{"name": "needle_id"}])
    has("tap-c", description="finds a needle")
    has("tap-b", label="Big Needle")
    has("tap-needle-x", "ada")
    has("tap-a", label="Needle")
    has("tap-needle")
    assert search("needle") == [
        "tap-needle", "tap-a", "tap-needle-x", "tap-b", "tap-c", "tap-d",
    ]  # fmt: skip


def test_use_decides_between_equals_and_then_the_name(has, search):
    has("tap-b", description="one")
    used(has("tap-c", description="one"), 9)
    has("tap-a", description="one")
    assert search("one") == ["tap-c", "tap-a", "tap-b"]


def test_a_whole_name_stands_before_any_use(has, search):
    used(has("tap-adsense"), 999)
    has("tap-ad")
    assert search("ad")[0] == "tap-ad"


def test_a_whole_name_stands_before_one_without_its_prefix(has, search):
    has("target-alpha", kind="loaders")
    has("tap-alpha")
    has("alpha", kind="utilities")
    assert search("alpha") == ["alpha", "tap-alpha", "target-alpha"]
    assert search("tap-alpha")[0] == "tap-alpha"
    rules = [one.matches[0].rule for one in find(parse("alpha"), now=NOW).results]
    assert rules == [Rule.NAME, Rule.STEM, Rule.STEM]


def test_a_name_is_whole_however_its_words_are_parted(has, search):
    has("tap-great-alpha")
    has("great_alpha", kind="utilities")
    for typed in ("great_alpha", "great alpha", "GreatAlpha", "great-alpha"):
        assert search(typed)[0] == "great_alpha", typed


def test_a_named_variant_stands_before_the_default_that_has_the_words(has):
    has("tap-x", "ada", "adalabs", default="adalabs")
    [result] = find(parse("tap-x--ada"), now=NOW).results
    assert [match.name for match in result.matches] == ["ada", "adalabs"]
    assert [match.is_default for match in result.matches] == [False, True]


@pytest.mark.parametrize("typed", [
    "tap-café-noir", "tap cafe noir", "cafe noir", "cafenoir", "CAFÉ_NOIR", "ｃａｆé noir",
    "tapcafenoir", "cafe-noir",
])  # fmt: skip
def test_case_accents_hyphens_and_spaces_do_not_count(has, typed):
    has("tap-cafe-noir", label="Café Noir")
    [result] = found(typed).results
    assert result.matches[0].rule in {Rule.NAME, Rule.STEM, Rule.LABEL}


def test_every_word_must_be_there_in_any_order(has, search):
    has("tap-x", label="Alpha Beta")
    has("tap-y", label="Alpha")
    assert search("beta alpha") == ["tap-x"]


def test_words_that_say_nothing_need_not_be_there(has, search):
    has("tap-x", label="Alpha Beta")
    assert search("alpha for the beta") == ["tap-x"]


def test_a_name_that_only_begins_with_a_short_word_does_not_have_it(has, search):
    has("tap-beta")
    has("tap-b")
    assert search("tap-b") == ["tap-b"]


def test_a_name_that_begins_with_short_words_stands_before_a_description(has, search):
    used(has("tap-x", description="about a b c"), 9)
    has("tap-b-csv", description="of b and c")
    assert search("b c") == ["tap-b-csv", "tap-x"]


def test_a_phrase_keeps_its_order(has, search):
    has("tap-x", description="alpha beta")
    has("tap-y", description="beta alpha")
    assert search('"alpha beta"') == ["tap-x"]


def test_a_phrase_does_not_run_from_a_name_into_a_label(has, search):
    has("tap-alpha", label="Beta")
    assert search('"alpha beta"') == []


def test_a_word_is_found_in_its_other_forms(has, search):
    has("tap-x", description="Reads databases")
    assert search("database") == ["tap-x"]


def test_a_word_that_is_left_out_is_in_no_result(has, search):
    has("tap-alpha", label="Alpha")
    has("tap-beta", description="the alpha")
    has("tap-gamma")
    assert search("-alpha") == ["tap-gamma"]


def test_a_name_that_is_mistyped_is_found_where_nothing_has_it(has, search):
    has("tap-salesforce")
    has("tap-spotify")
    assert search("salesfroce") == ["tap-salesforce"]
    assert found("salesfroce").is_alike


def test_a_name_that_is_there_brings_none_that_is_only_alike(has, search):
    has("tap-alpha")
    has("tap-alpho")
    assert search("alpha") == ["tap-alpha"]
    assert not found("alpha").is_alike


def test_a_plugin_is_one_result_with_the_variants_that_match_the_default_first(has):
    has("tap-x", "ada", "bo", "cy", default="bo")
    has("tap-x", "bo", "cy", "ada", "di", default="cy", capabilities=["batch"])
    [result] = found("x").results
    assert [match.name for match in result.matches] == ["cy", "ada", "bo", "di"]
    assert result.matches[0].is_default


def test_a_variant_is_found_by_both_names(has):
    has("tap-x", "ada", "bo", default="ada")
    for typed in ("tap-x--bo", "tap-x bo", "x bo", "bo tap-x"):
        [result] = found(typed).results
        assert [match.name for match in result.matches] == ["bo"], typed


def test_a_package_a_command_and_a_repository_are_names_as_well(has, search):
    has("tap-x", pip_url="pipelinewise-tap-x", executable="run-x",
        repo="https://github.com/owner/repo-of-x")  # fmt: skip
    for typed in ("pipelinewise-tap-x", "run-x", "repo-of-x", "owner/repo-of-x"):
        [result] = found(typed).results
        assert result.matches[0].rule is Rule.ALIAS, typed


def test_one_variant_must_meet_all_conditions(has, source, search):
    has("tap-x", "ada", "bo", capabilities=["state"])
    assert search("capability:state variant:ada") == ["tap-x"]
    assert search("capability:batch variant:ada") == []


def test_of_several_values_of_a_facet_any_will_do(has, search):
    has("tap-a")
    has("target-b", kind="loaders")
    has("map-c", kind="mappers")
    assert search("type:extractor type:loader") == ["tap-a", "target-b"]


def test_streams_and_fields_are_found_in_the_variants_that_have_them(
    has, release, search
):
    release(
        has("tap-x"), invoices={"tax_amount": {}, "lines": {"properties": {"id": {}}}}
    )
    release(has("tap-y"), invoices={"total": {}})
    assert search("stream:invoices") == ["tap-x", "tap-y"]
    assert search("stream:Invoices field:tax_amount") == ["tap-x"]
    assert search("field:invoices.tax_amount") == ["tap-x"]
    assert search("field:orders.tax_amount") == []
    assert search("field:lines.id") == ["tap-x"]
    assert search("field:tax_*") == ["tap-x"]
    assert search("field:tax") == []
    assert search("-field:tax_amount") == ["tap-y"]
    assert search("invoices") == ["tap-x", "tap-y"]


def test_settings_are_found_by_name_and_beginning(has, search):
    has("tap-x", settings=[{"name": "api_key"}])
    has("tap-y", settings=[{"name": "api.token's"}])
    assert search("setting:api_key") == ["tap-x"]
    assert search("setting:api*") == ["tap-x", "tap-y"]
    assert search("setting:api.token's") == ["tap-y"]


def test_what_nobody_knows_is_found_as_unknown_and_not_as_no(has, release, search):
    release(has("tap-x"), licence="MIT License", python=">=3.9,<3.14")
    has("tap-y")
    assert search("license:mit") == ["tap-x"]
    assert search("license:unknown") == ["tap-y"]
    assert search("license:none") == []
    assert search("python:3.13") == ["tap-x"]
    assert search("python:3.14") == []
    assert search("python:unknown") == ["tap-y"]
    assert search("-python:3.13") == ["tap-y"]
    assert search("installs:no") == []
    assert search("-installs:no") == ["tap-x", "tap-y"]


@pytest.mark.parametrize(("pythons", "installs", "runs_on"), [
    ({"3.12": "yes", "3.13": "yes"}, "yes", {"3.11", "3.12", "3.13"}),
    ({"3.12": "yes", "3.13": "no"}, "limited", {"3.11", "3.12"}),
    ({"3.12": "no"}, "no", {"3.11"}),
    ({"3.12": "unknown"}, "unknown", {"3.11", "3.12"}),
])  # fmt: skip
def test_what_was_seen_to_run_overrules_what_is_declared(
    has, search, pythons, installs, runs_on
):
    plugin = has("tap-x", supported_python_versions=["3.11", "3.12"])
    Variant.objects.update(tried={"version": "1", "pythons": pythons, "at": ""})
    index.refresh([plugin.pk])
    assert search(f"installs:{installs}") == ["tap-x"]
    assert {v for v in ("3.11", "3.12", "3.13") if search(f"python:{v}")} == runs_on


def test_a_release_that_names_no_licence_is_no_release_that_nobody_read(
    has, release, search
):
    release(has("tap-x"), licence="UNKNOWN")
    release(has("tap-y"))
    has("tap-z")
    assert search("license:none") == ["tap-x", "tap-y"]
    assert search("license:unknown") == ["tap-z"]


def test_updated_is_about_the_newest_commit_where_a_branch_is_installed(
    has, release, search
):
    release(has("tap-x"), version="HEAD", days_ago=10)
    release(has("tap-y"), version="HEAD", days_ago=100)
    assert search("updated:90d") == ["tap-x"]


def test_updated_is_about_the_current_release_where_there_is_one(has, release, search):
    release(has("tap-x"), days_ago=10)
    release(has("tap-y"), days_ago=100)
    has("tap-z")
    assert search("updated:90d") == ["tap-x"]
    assert search("-updated:90d") == ["tap-y", "tap-z"]


def test_is_tells_the_default_the_gone_and_the_hidden(has, search):
    has("tap-x", "ada", "bo", default="bo", hidden=True)
    assert [m.name for m in found("is:default").results[0].matches] == ["bo"]
    assert search("is:hidden") == ["tap-x"]
    assert search("is:gone") == search("is:verified") == []
    assert search("-is:verified") == ["tap-x"]


def test_pages_follow_each_other_and_the_last_is_shown_for_any_later(has, search):
    names = [has(f"tap-n{n:02}").name for n in range(7)]
    pages = [search("", page=page, per_page=3) for page in (1, 2, 3, 99)]
    assert pages == [names[:3], names[3:6], names[6:], names[6:]]


def test_an_empty_query_finds_everything_and_one_without_words_nothing(has, search):
    has("tap-x")
    assert search("") == ["tap-x"]
    assert search("%") == []


@pytest.mark.parametrize("typed", [
    "'", "\\", "a'b", "a\\b", "x:*", "!x & |", "field:'", "field:\\", "stream:a'b*",
    "keyword:'", "variant:%", "100%", "_", "setting:*", '"\'"', "-'", "(x)", "<->",
    "إدارة", "\u202eabc", "日本語", "a" * 400, "é" * 300, "%s", "%(a)s", "field:%s",
])  # fmt: skip
def test_whatever_is_typed_is_answered(has, typed):
    has("tap-x")
    assert find(parse(typed), now=NOW).page == 1


def test_queries_do_not_grow_with_results(has, django_assert_num_queries):
    for n in range(25):
        has(f"tap-n{n}", "ada", "bo", description="many")
    found("")
    with django_assert_num_queries(1):
        found("type:extractor")
    with django_assert_num_queries(2):
        found("many type:extractor")
    with django_assert_num_queries(3):
        found("nothing like it")


def test_a_result_tells_its_rule(has):
    used(has("tap-x", label="Alpha"), 7)
    query = parse("alpha type:tap")
    [result] = find(query, now=NOW).results
    reasons = dict(explain(query, result))
    assert reasons["Rule"].startswith(f"{Rule.LABEL + 1} of {len(Rule)}: ")
    assert "used by 7 known projects" in reasons["Next by use"]
    assert reasons["Filters met"] == "type:extractors"


def test_a_name_that_is_alike_tells_how_much(has):
    has("tap-salesforce")
    query = parse("salesfroce")
    [result] = find(query, now=NOW).results
    assert dict(explain(query, result))["Likeness"].startswith("0.")


def test_every_rule_can_be_explained(has):
    plugin = has("tap-x")
    assert Plugin.objects.get(pk=plugin.pk).entries.count() == 1
    for typed in ("x", "x ada", ""):
        query = parse(typed)
        [result] = find(query, now=NOW).results
        assert explain(query, result)
