"""The definition of one release: the variant's document, and what it installs is pinned."""

import json
from urllib.parse import quote

import pytest
from django.utils import timezone

from registry.catalog.following import follow_variants
from registry.models import Plugin, Release, Source, Variant
from registry.publishing import publish_changed
from registry.schemas import document_errors
from registry.views.variants.pinning import requirement_of
from registry.vocabulary import Origin, PluginType, SourceKind
from tests.registry.cast import NOW, say, source_of, variant
from tests.registry.rows import documents
from tests.registry.views.tries import packaged, ran
from tests.scrapers.probes.invocation.records import about, installed

ADDRESS = "/extractors/tap-alpha--ada/versions/{}/definition"
COMMIT = "0123456789abcdef" * 2 + "01234567"
OTHER = "f" * 40
GIT = "git+https://git.example.org/ada/tap-alpha.git"


def required(pip_url, version="1.2", tried="", **artifacts):
    """Return what installs one release of a variant that is in no database."""
    repository = Source(
        kind=SourceKind.REPOSITORY, address="https://git.example.org/ada/tap-alpha"
    )
    plugin = Plugin(type="extractors", name="tap-alpha")
    row = Variant(plugin=plugin, name="ada", pip_url=pip_url, repository=repository)
    return requirement_of(
        row, Release(version=version, artifacts=artifacts), tried=tried
    )


@pytest.mark.parametrize(("pip_url", "pinned"), [
    ("tap-alpha", "tap-alpha==1.2"),
    ("tap-alpha==1.1", "tap-alpha==1.2"),
    ("tap-alpha[s3,b]~=1.0", "tap-alpha[b,s3]==1.2"),
    ("tap-alpha ; python_version<'4'", 'tap-alpha==1.2 ; python_version < "4"'),
    ("--index-url https://i.example/simple tap-alpha>1",
     "--index-url https://i.example/simple tap-alpha==1.2"),
    ("tap-alpha~=1.0 psycopg2<3", "tap-alpha==1.2 psycopg2<3"),
])  # fmt: skip
def test_a_package_is_held_to_its_version_and_nothing_else_moves(pip_url, pinned):
    assert required(pip_url) == pinned


@pytest.mark.parametrize(("pip_url", "pinned"), [
    (GIT, f"{GIT}@{COMMIT}"),
    (f"{GIT}@main#subdirectory=b", f"{GIT}@{COMMIT}#subdirectory=b"),
    (f"tap-alpha[s3] @ {GIT}@v1", f"tap-alpha[s3] @ {GIT}@{COMMIT}"),
    (f"{GIT} psycopg2<3", f"{GIT}@{COMMIT} psycopg2<3"),
])  # fmt: skip
def test_a_repository_is_held_to_the_commit(pip_url, pinned):
    assert required(pip_url, "HEAD", tried=COMMIT) == pinned


def test_the_commit_of_a_release_comes_before_one_that_was_tried():
    assert required(GIT, tried=OTHER, commit=COMMIT) == f"{GIT}@{COMMIT}"


def test_a_commit_that_the_definition_names_is_that_release():
    assert required(f"{GIT}@{COMMIT}", COMMIT[:12]) == f"{GIT}@{COMMIT}"
    assert required(f"{GIT}@{COMMIT}", "1.2") == ""


@pytest.mark.parametrize(("pip_url", "version"), [
    ("", "1.2"), (GIT, "1.2"), ("tap-alpha", "HEAD"), ("./folder", "1.2"),
    ("tap-alpha @ https://files.example/tap_alpha-1.2-py3-none-any.whl", "1.2"),
    ("https://files.example/tap_alpha-1.2.tar.gz", "1.2"),
    (f"psycopg2 {GIT}", "HEAD"),
])  # fmt: skip
def test_where_nothing_is_known_to_hold_it_nothing_is_said(pip_url, version):
    tried = COMMIT if pip_url.startswith("psycopg2") else ""
    assert required(pip_url, version, tried=tried) == ""


@pytest.fixture
def released(db):
    """tap-alpha by ada of a package with two releases, published."""
    source = packaged(pip_url="tap-alpha[s3]")
    publish_changed(now=timezone.now())
    return source


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_it_is_the_variants_document_but_for_what_it_installs(
    released, client, version
):
    answer = client.get(ADDRESS.format(version))
    assert answer["Content-Type"] == "application/json"
    said = answer.json()
    assert said["pip_url"] == f"tap-alpha[s3]=={version}"
    assert [*document_errors(PluginType.EXTRACTORS, said)] == []
    [served] = [one for path, one in documents().items() if path.endswith("--ada")]
    unpinned = json.loads(served)
    assert list(said) == list(unpinned)
    assert said | {"pip_url": "tap-alpha[s3]"} == unpinned


def test_it_may_be_kept_and_compared(released, client):
    answer = client.get(ADDRESS.format("1.1"))
    assert "max-age=60" in answer["Cache-Control"]
    assert answer["Access-Control-Allow-Origin"] == "*"
    again = client.get(ADDRESS.format("1.1"), headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304
    assert client.post(ADDRESS.format("1.1")).status_code == 405


@pytest.mark.parametrize("address", [
    ADDRESS.format("9.9"), ADDRESS.format(quote("1.1/x")),
    "/extractors/tap-alpha--nobody/versions/1.1/definition",
])  # fmt: skip
def test_what_is_not_known_is_not_found(released, client, address):
    answer = client.get(address)
    assert answer.status_code == 404
    assert answer.json() == {
        "message": "No definition is known that installs this release and no other."
    }


def test_what_an_index_holds_back_is_not_served(released, client):
    Variant.objects.update(withheld_at=NOW)
    assert client.get(ADDRESS.format("1.1")).status_code == 404


def test_what_was_not_published_yet_is_not_served(db, client):
    packaged()
    assert client.get(ADDRESS.format("1.1")).status_code == 404


def test_a_branch_is_held_to_the_commit_that_was_tried_last(db, client):
    say(source_of("definitions"), variant("ada", pip_url=GIT))
    follow_variants(now=NOW)
    source = Source.objects.get(kind=SourceKind.REPOSITORY)
    says = variant("repository", settings=..., pip_url=GIT)
    say(source, says, origin=Origin.REPOSITORY)
    ran(source, *installed(about()), version="HEAD", commit=COMMIT)
    publish_changed(now=timezone.now())
    said = client.get(ADDRESS.format("HEAD")).json()
    assert said["pip_url"] == f"{GIT}@{COMMIT}"


@pytest.mark.parametrize("count", [2, 5])
def test_it_makes_four_queries_whatever_there_is(
    db, client, django_assert_num_queries, count
):
    source = packaged(versions=[f"1.{nth}" for nth in range(count)])
    for python in ("3.11", "3.12"):
        ran(source, *installed(about()), python=python)
    publish_changed(now=timezone.now())
    with django_assert_num_queries(4):
        client.get(ADDRESS.format("1.1"))


def test_pages_name_it_beside_the_command_that_takes_what_is_current(
    released, read, settings
):
    settings.PUBLIC_URL = "https://songbook.example"
    page = read("/extractors/tap-alpha--ada")
    address = f"https://songbook.example{ADDRESS.format('1.1')}"
    assert f">meltano add tap-alpha --from-ref {address}</code>" in page
    assert f">meltano add --from-ref {address} extractor tap-alpha</code>" in page
    assert ">meltano add tap-alpha --variant ada</code>" in page
    assert page.count("Takes whatever is current on the day.") == 2
    older = read("/extractors/tap-alpha--ada/versions/1.0")
    address = f"https://songbook.example{ADDRESS.format('1.0')}"
    assert f">meltano add tap-alpha --from-ref {address}</code>" in older
    assert f">meltano add --from-ref {address} extractor tap-alpha</code>" in older
    assert "Takes whatever is current" not in older
