"""A variant's page."""

import gzip
import json
from datetime import UTC, datetime

import pytest
from django.utils import timezone

from registry.catalog.following import follow_variants
from registry.models import Release, Source, Variant
from registry.views.variants.variant import RELEASES_SHOWN
from tests.registry.rows import documents

pytestmark = pytest.mark.django_db
ADDRESS = "/extractors/tap-alpha--ada"


def test_every_way_to_install_is_a_tab(catalog, read):
    page = read(ADDRESS)
    assert "meltano add tap-alpha --variant ada</code>" in page
    assert "meltano add extractor tap-alpha --variant ada</code>" in page
    package = "git+https://git.example.org/ada/tap-alpha.git"
    assert f"uv tool install {package}</code>" in page
    assert f"pipx install {package}</code>" in page
    assert page.count('<details name="install"') == 6
    assert page.count('<details name="install" open>') == 1


def test_the_files_ask_for_what_is_needed_and_keep_secrets_apart(folder, crawl, read):
    groups = [["token", "limit"]]
    folder.write("extractors", "tap-alpha", "ada", settings_group_validation=groups)
    crawl()
    page = read(ADDRESS)
    project = page.partition('id="form-yaml">')[2].partition("</code>")[0]
    assert "limit: &lt;integer&gt;" in project
    assert "token: $TAP_ALPHA_TOKEN" in project
    secrets = page.partition('id="form-env">')[2].partition("</code>")[0]
    assert secrets == "TAP_ALPHA_TOKEN="
    config = page.partition('id="form-json">')[2].partition("</code>")[0]
    assert "&quot;token&quot;: &quot;&lt;password&gt;&quot;" in config


def test_a_setting_is_asked_for_in_a_field_that_can_not_be_sent(catalog, read):
    page = read(ADDRESS)
    form = page.partition('<form method="dialog"')[2].partition("</form>")[0]
    assert "hidden" in form.partition(">")[0]
    assert 'type="password"' in form
    assert 'name="' not in form
    assert "action=" not in form


def test_choices_are_json_and_a_secret_is_never_one(folder, crawl, read):
    settings = [
        {"name": "mode", "kind": "options", "options": [{"label": "B", "value": "b"}]},
        {"name": "is_on", "kind": "boolean", "value": True},
        {"name": "key", "kind": "password"},
    ]
    folder.write("extractors", "tap-alpha", "ada", settings=settings)
    crawl()
    page = " ".join(read(ADDRESS).split())
    assert '<option value="&quot;b&quot;">B</option>' in page
    assert '<option value="false">false</option>' in page
    assert "not set: true" in page
    assert 'data-setting="key" data-kind="password"' in page


@pytest.mark.parametrize(("count", "is_there"), [(15, False), (16, True)])
def test_many_settings_can_be_filtered(folder, crawl, read, count, is_there):
    settings = [{"name": f"setting_{number}"} for number in range(count)]
    folder.write("extractors", "tap-alpha", "ada", settings=settings)
    crawl()
    assert ("data-filter" in read(ADDRESS)) is is_there


def test_the_way_that_was_chosen_comes_first_on_every_page(catalog, client):
    answer = client.get("/way", {"to": "pipx", "next": ADDRESS})
    assert (answer.status_code, answer["Location"]) == (302, ADDRESS)
    page = " ".join(client.get("/extractors/tap-beta--ada").content.decode().split())
    assert '<details name="install" open> <summary>pipx' in page
    client.get("/way", {"to": "brew", "next": "https://evil.example"})
    page = " ".join(client.get(ADDRESS).content.decode().split())
    assert '<details name="install" open> <summary>Meltano 4' in page


def test_settings_say_what_they_are(catalog, read):
    page = " ".join(read(ADDRESS).split())
    assert "Needs <code>token</code>." in page
    assert '<code>token</code> <span class="chip">Secret</span>' in page
    assert "<td>integer</td>" in page
    assert "<code>5</code>" in page


def test_groups_are_ways_of_which_one_is_needed(folder, crawl, read):
    groups = [["token"], ["limit"]]
    folder.write("extractors", "tap-alpha", "ada", settings_group_validation=groups)
    crawl()
    page = read(ADDRESS)
    assert "Needs one of these sets" in page
    assert "In set 1" in page
    assert "In set 2" in page


def test_settings_of_every_sdk_connector_are_folded(folder, crawl, read):
    settings = [{"name": "token"}, {"name": "stream_maps", "kind": "object"}]
    folder.write("extractors", "tap-alpha", "ada", settings=settings)
    crawl()
    page = read(ADDRESS)
    assert "1 setting that connectors built with the Singer SDK share" in page


def test_capabilities_are_declared_in_plain_words_and_never_observed(catalog, read):
    page = " ".join(read(ADDRESS).split())
    assert "None was observed by a run yet." in page
    row = page.partition("Continues where the last run stopped")[2].partition("</tr>")[
        0
    ]
    assert '<a href="/capabilities/state"><code>state</code></a>' in row
    assert "<td>Curated definition</td>" in row
    assert "not known" in row


def test_nothing_is_praised_that_no_probe_saw(catalog, read):
    page = read(ADDRESS).lower()
    assert "not checked" in page
    assert "its definition says: active" in page
    assert 'class="chip ok"' not in page
    for word in ("healthy", "official", "popular", "trusted", "abandoned"):
        assert word not in page


def test_the_source_of_what_is_said_is_named(catalog, folder, read):
    page = read(ADDRESS)
    assert f"folder {folder.root.name}" in page
    assert "Names it as default" in page


def test_no_path_of_this_machine_and_no_password_is_shown(catalog, folder, read):
    assert str(folder) not in read(ADDRESS)
    secret = "https://ada:pass@git.example.org/definitions"
    Source.objects.update(address=secret)
    page = read(ADDRESS)
    assert "git.example.org/definitions" in page
    assert "pass@" not in page


def test_the_definition_and_its_index_are_linked(catalog, read):
    page = read(ADDRESS)
    assert 'href="/meltano/api/v1/plugins/extractors/tap-alpha--ada"' in page
    assert 'href="/meltano/api/v1/plugins/extractors/index"' in page


def test_releases_are_listed_with_yanks_and_pythons(catalog, read):
    assert 'id="releases"' not in read(ADDRESS)
    variant = Variant.objects.get(plugin__name="tap-alpha", name="ada")
    now = timezone.now()
    Release.objects.create(
        variant=variant, version="1.2.0", released_at=now, requires_python=">=3.10"
    )
    Release.objects.create(variant=variant, version="1.1.0", yanked=True)
    page = read(ADDRESS)
    assert "1.2.0" in page
    assert "&gt;=3.10" in page
    assert "Yanked" in page
    assert "not known" in page


def test_all_releases_are_counted_and_lead_to_their_pages(catalog, read):
    variant = Variant.objects.get(plugin__name="tap-alpha", name="ada")
    Release.objects.bulk_create(
        Release(variant=variant, version=f"1.{nth}", released_at=timezone.now())
        for nth in range(RELEASES_SHOWN + 1)
    )
    page = read(ADDRESS)
    assert f"Releases <span>{RELEASES_SHOWN + 1}</span>" in page
    assert f'<a href="{ADDRESS}/versions/1.{RELEASES_SHOWN}">' in page
    assert f'<a href="{ADDRESS}/versions">All {RELEASES_SHOWN + 1} releases' in page


def test_a_variant_that_went_says_since_when(folder, crawl, read):
    crawl()
    folder.remove("extractors", "tap-alpha", "bo")
    crawl(accept=True)
    page = read("/extractors/tap-alpha--bo")
    assert "<strong>Deprecated, " in page
    assert "Withdrawn" in page


def test_a_held_definition_says_why(folder, crawl, read):
    setting = {"name": "limit", "kind": "integer", "value": "many"}
    folder.write("extractors", "tap-held", "ada", settings=[setting])
    crawl()
    page = " ".join(read("/extractors/tap-held--ada").split())
    assert "Its newest definition is held back." in page
    assert "No definition of it was published yet." in page
    assert "is an integer with the default" in page
    assert "meltano add tap-held" not in page


def test_text_from_outside_is_shown_and_never_run(folder, crawl, read):
    evil = "<img src=x onerror=alert(1)>"
    settings = [{"name": "a", "description": evil, "value": evil, "label": evil}]
    folder.write(
        "extractors", "tap-evil", "ada", settings=settings, description=evil,
        repo="javascript:alert(1)", pip_url="tap-evil;$(touch /tmp/x)",
    )  # fmt: skip
    crawl()
    page = read("/extractors/tap-evil--ada")
    assert "<img" not in page
    assert "&lt;img" in page
    assert 'href="javascript:' not in page


def test_a_description_is_marked_up_and_served_as_it_was_typed(folder, crawl, client):
    said = "Your `id`, see [docs](https://x.org/a). [No](javascript:alert(1)).\n\n- *a*"
    settings = [{"name": "id", "description": said}]
    folder.write("extractors", "tap-alpha", "ada", settings=settings)
    crawl()
    page = client.get(ADDRESS).content.decode()
    assert 'Your <code>id</code>, see <a href="https://x.org/a" rel="nofollow' in page
    assert "No.</p><ul><li><em>a</em></li></ul>" in page
    assert "javascript:" not in page
    document = json.loads(documents()["extractors/tap-alpha--ada"])
    assert document["settings"][0]["description"] == said


@pytest.mark.parametrize("package", [
    "one two", "--index-url=https://evil.example", "$HOME", "`id`", "",
])  # fmt: skip
def test_what_is_no_single_requirement_gets_no_command(folder, crawl, read, package):
    folder.write("extractors", "tap-alpha", "ada", pip_url=package)
    crawl()
    assert "uv tool install" not in read(ADDRESS)


def test_a_requirement_is_quoted_for_the_shell(folder, crawl, read):
    folder.write("extractors", "tap-alpha", "ada", pip_url="tap-alpha[s3]>=1;id")
    crawl()
    assert "pipx install &#x27;tap-alpha[s3]&gt;=1;id&#x27;" in read(ADDRESS)


def test_a_transform_is_no_program(folder, crawl, read):
    folder.write_text(
        "transforms", "tap-alpha", "ada",
        "name: tap-alpha\nnamespace: tap_alpha\nvariant: ada\n"
        "pip_url: https://git.example.org/dbt.git\nrepo: https://git.example.org/dbt\n",
    )  # fmt: skip
    crawl()
    page = read("/transforms/tap-alpha--ada")
    assert "uv tool install" not in page
    assert "meltano add --plugin-type transform tap-alpha --variant ada" in page


def test_an_unknown_variant_leads_to_its_plugin(catalog, read):
    page = read("/extractors/tap-alpha--nobody", 404)
    assert 'href="/extractors/tap-alpha"' in page


def test_it_makes_six_queries_with_sources_of_its_own(
    catalog, client, django_assert_num_queries
):
    follow_variants(now=timezone.now())
    with django_assert_num_queries(6):
        client.get(ADDRESS)


def test_it_says_whether_anyone_looks_after_it_with_day_and_reason(catalog, client):
    follow_variants(now=timezone.now())
    day = datetime(2025, 3, 4, tzinfo=UTC)
    Source.objects.filter(kind="repository").update(active_at=day, looked_at=day)
    page = client.get(ADDRESS).content.decode()
    assert "The last commit or release was on 2025-03-04: none for 12 months." in page
    assert "It was there on 2025-03-04." in page


def test_fifty_settings_are_at_most_18_kb_packed(folder, crawl, client):
    settings = [
        {
            "name": f"setting_{number * 7919:x}",
            "kind": "string",
            "description": " ".join(f"{number * 104729 + n:x}" for n in range(30)),
        }
        for number in range(50)
    ]
    folder.write("extractors", "tap-alpha", "ada", settings=settings)
    crawl()
    assert len(gzip.compress(client.get(ADDRESS).content)) <= 18 * 1024
