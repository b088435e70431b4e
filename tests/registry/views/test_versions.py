"""The releases of a variant: all of them, one, and two beside each other."""

import re

import pytest

from registry.models import Release, Variant
from tests.registry.cast import NOW, release_of, say, source_of, variant
from tests.registry.views.runs import LIMIT, TOKEN, packaged, ran, row, streams

pytestmark = pytest.mark.django_db
VARIANT = "/extractors/tap-alpha--ada"


@pytest.fixture
def tried(db):
    """Two releases of tap-alpha by ada; the newer one lost a setting, and gained streams."""
    [source] = packaged("ada")
    ran(source, "1.0", settings=[TOKEN, LIMIT], streams=streams("a"))
    packages = [
        {"name": "requests", "version": "2.0", "license": "MIT", "size_bytes": 1}
    ]
    newer = {"settings": [TOKEN], "streams": streams("a", "b", "c")}
    ran(source, "1.1", packages=packages, **newer)
    return source


def test_all_releases_are_listed_with_where_they_run_and_what_they_changed(tried, read):
    page = read(f"{VARIANT}/versions")
    assert page.index(">1.1</a>") < page.index(">1.0</a>", page.index("<tbody>"))
    assert "settings −1, streams +2" in page
    assert "1 breaking" in page
    assert f'href="{VARIANT}/compare/1.0...1.1"' in page


def test_yanked_and_changed_releases_are_marked(tried, read):
    Release.objects.filter(version="1.0").update(yanked=True, moved={"a.whl": "1" * 64})
    page = read(f"{VARIANT}/versions")
    assert "Yanked" in page
    assert "Changed after release" in page


def test_a_variant_without_releases_says_so(catalog, read):
    assert "No release of it is known" in read(f"{VARIANT}/versions")


def test_many_releases_come_in_pages(db, read):
    packaged("ada", releases=[f"1.{number}" for number in range(60)])
    page = read(f"{VARIANT}/versions")
    assert ">1.59</a>" in page
    assert ">1.1</a>" not in page
    assert ">1.1</a>" in read(f"{VARIANT}/versions?page=2")


def test_a_release_shows_what_it_is(tried, read):
    page = read(f"{VARIANT}/versions/1.1")
    assert "uv tool install" in page
    assert "ada-tap-alpha==1.1" in page
    assert "1.1.whl" in page
    assert "0" * 64 in page
    assert "<code>token</code>" in page
    assert "<code>c</code>" in page
    assert "requests" in page
    assert "The setting <code>limit</code> is gone." in page


def test_an_older_release_is_installed_by_its_own_version(tried, read):
    page = read(f"{VARIANT}/versions/1.0")
    assert "ada-tap-alpha==1.0" in page
    assert "ada-tap-alpha==1.1" not in page


def test_a_release_that_nothing_pins_gets_no_command(db, read):
    say(source_of("definitions"), variant("ada", releases=[release_of("1.0")]))
    page = read(f"{VARIANT}/versions/1.0")
    assert "Nothing that is known installs this release" in page
    assert "uv tool install" not in page


def test_a_release_is_added_to_meltano_even_where_the_definition_pins_another(db, read):
    releases = [release_of("1.0"), release_of("1.1", day=1)]
    say(source_of("definitions"), variant("ada", pip_url="a==1.0", releases=releases))
    Variant.objects.update(listed_at=NOW)
    page = read(f"{VARIANT}/versions/1.1")
    assert "versions/1.1/definition</code>" in page
    assert "versions/1.1/definition extractor tap-alpha</code>" in page
    assert "uv tool install" not in page
    page = read(f"{VARIANT}/versions/1.0")
    assert "versions/1.0/definition</code>" in page
    assert "uv tool install" in page


def test_a_release_that_was_not_tried_says_so(db, read):
    packaged("ada")
    page = read(f"{VARIANT}/versions/1.1")
    assert "It was not tried in the sandbox." in page
    assert "Settings" not in page


def test_a_version_that_is_none_is_answered_with_those_near(tried, read):
    page = read(f"{VARIANT}/versions/1.11", 404)
    assert "No such release" in page
    assert f'href="{VARIANT}/versions/1.1"' in page


def test_two_releases_that_were_tried_can_be_compared_in_either_direction(tried, read):
    page = read(f"{VARIANT}/compare/1.0...1.1")
    assert "The setting <code>limit</code> is gone." in page
    assert "this is what going back changes" not in page
    back = read(f"{VARIANT}/compare/1.1...1.0")
    assert "The setting <code>limit</code> is new." in back
    assert "this is what going back changes" in back


def test_a_version_that_was_not_tried_cannot_be_compared(tried, read):
    page = read(f"{VARIANT}/compare/1.0...9.9", 404)
    assert "Not tried" in page
    assert "<code>9.9</code>" in page


def test_the_form_of_two_versions_leads_to_their_page(tried, client):
    response = client.get(f"{VARIANT}/compare?from=1.0&to=1.1")
    assert response.status_code == 302
    assert response["Location"] == f"{VARIANT}/compare/1.0...1.1"
    assert client.get(f"{VARIANT}/compare")["Location"] == f"{VARIANT}/versions"


def test_the_changes_page_leads_to_each_pair(tried, read):
    page = read(f"{VARIANT}/changes")
    assert f'href="{VARIANT}/compare/1.0...1.1"' in page
    assert "The setting <code>limit</code> is gone." in page


def test_a_version_with_a_slash_has_a_page(db, read):
    packaged("ada")
    Release.objects.create(variant=row("ada"), version="tap/v1", released_at=NOW)
    assert f'href="{VARIANT}/versions/tap/v1"' in read(f"{VARIANT}/versions")
    assert "tap/v1" in read(f"{VARIANT}/versions/tap/v1")


@pytest.mark.parametrize(
    "page", ["versions", "versions/1.0", "compare/1.0...1.1", "changes"]
)
def test_a_variant_that_is_not_there_has_no_releases(catalog, read, page):
    assert "Nothing stands at this address" in read(
        f"/extractors/tap-alpha--none/{page}", 404
    )


@pytest.mark.parametrize(("page", "queries"), [
    ("versions", 4), ("versions/1.9", 6), ("compare/1.8...1.9", 3), ("changes", 3),
])  # fmt: skip
def test_the_number_of_queries_is_fixed(
    db, client, django_assert_num_queries, page, queries
):
    versions = [f"1.{number}" for number in range(10)]
    [source] = packaged("ada", releases=versions)
    for version in versions:
        for python in ("3.11", "3.12"):
            ran(source, version, python, settings=[TOKEN])
    with django_assert_num_queries(queries):
        client.get(f"{VARIANT}/{page}")


def test_what_a_branch_holds_comes_after_all_numbers_and_a_commit_after_none(db, read):
    [source] = packaged("ada", releases=["1.0", "1.1", "4f1c9e2abcde", "HEAD"])
    for version in ("1.0", "4f1c9e2abcde", "HEAD"):
        ran(source, version, settings=[TOKEN])
    page = read(f"{VARIANT}/changes")
    assert f'href="{VARIANT}/compare/1.0...HEAD"' in page
    assert page.count("/compare/") == 1


def current(version, pip_url, **said):
    """Make a release of tap-alpha by ada the one that its requirement installs."""
    say(source_of("definitions"), variant("ada", pip_url=pip_url))
    found = row("ada")
    found.current_release = Release.objects.create(
        variant=found, version=version, released_at=NOW, **said
    )
    found.save()


GIT = "git+https://git.example.org/ada/tap-alpha.git"
PAGES = ("/extractors/tap-alpha", VARIANT, f"{VARIANT}/versions", "/maintainers/ada")


@pytest.mark.parametrize(("version", "asked"), [
    ("HEAD", ""), ("main", "@main"), ("4f1c9e2abcde", f"@4f1c9e2abcde{'0' * 28}"),
])  # fmt: skip
def test_what_a_branch_holds_does_not_look_like_a_release(db, read, version, asked):
    current(version, GIT + asked)
    for address in PAGES:
        page = read(address)
        assert f"Git {version}" in page
        assert f"Version {version}" not in page
    page = read(f"{VARIANT}/versions/{version}")
    assert "Released" not in page
    assert "never changes" not in page
    assert "The commit that was tried is of" in page


def test_a_branch_is_called_so_on_every_page_that_names_it(db, read):
    [source] = packaged("ada", releases=["1.0", "HEAD"])
    Release.objects.filter(version="HEAD").update(artifacts={})
    ran(source, "1.0", settings=[TOKEN])
    run = ran(source, "HEAD", settings=[TOKEN, LIMIT], streams=streams("a"))
    pages = ("", "/versions", "/versions/HEAD", "/changes", "/compare/1.0...HEAD",
             "/versions/9")  # fmt: skip
    for address in (*(f"{VARIANT}{page}" for page in pages), f"/runs/{run.pk}"):
        page = read(address, 404 if address.endswith("/versions/9") else 200)
        said = re.sub("<[^>]*>", "", page.partition("<main")[2])
        assert "Git HEAD" in said, address
        assert not re.search(r"(?<!Git )HEAD", said), address


def test_a_branch_gets_no_command_that_would_install_just_what_was_tried(db, read):
    current("main", f"{GIT}@main")
    page = read(f"{VARIANT}/versions/main")
    assert "installs this commit and no other" in page
    assert "uv tool install" not in page


def test_a_commit_is_installed_by_itself(db, read):
    commit = "4f1c9e2abcde" + "0" * 28
    current("4f1c9e2abcde", f"{GIT}@{commit}")
    assert f"uv tool install {GIT}@{commit}" in read(f"{VARIANT}/versions/4f1c9e2abcde")


@pytest.mark.parametrize("version", ["%00", "%0A", "1.0%00"])
def test_a_version_that_no_text_may_hold_is_not_there(tried, read, version):
    read(f"{VARIANT}/versions/{version}", status=404)
    read(f"{VARIANT}/compare/1.0...{version}", status=404)


@pytest.mark.parametrize("asked", ["", "from=1.0", "from=%0A&to=1.1", "from=%00&to=1"])
def test_a_choice_of_no_versions_leads_back_to_all(tried, client, asked):
    answer = client.get(f"{VARIANT}/compare?{asked}")
    assert (answer.status_code, answer["Location"]) == (302, f"{VARIANT}/versions")


def test_what_a_branch_holds_shows_the_commit_that_was_tried(db, read):
    [source] = packaged("ada", releases=["HEAD"])
    Release.objects.update(artifacts={})
    run = ran(source, "HEAD")
    run.commit = "4f1c9e2a" * 5
    run.save()
    page = read(f"{VARIANT}/versions/HEAD")
    assert f"commit <code>{run.commit}</code>" in page
    assert "What a branch holds moves." in page
