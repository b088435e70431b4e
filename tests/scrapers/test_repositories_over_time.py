"""A repository over time: the same one, another at its address, and what its forge adds."""

import json

import pytest
from django.utils import timezone

from registry.models import Host, Snapshot, Source, Variant
from registry.vocabulary import SourceKind
from scrapers import tasks
from tests.scrapers.forge_server import github_repository, gitlab_project
from tests.scrapers.git_server import GitServer, Given
from tests.scrapers.going import go

pytestmark = pytest.mark.django_db

PROJECT = """[project]
name = "tap-{name}"
version = "1.0"
dependencies = ["singer-sdk"]
"""
ENTRY = "/api/v3/repos/ada/tap-alpha"


@pytest.fixture
def server(tmp_path):
    (tmp_path / "served" / "ada").mkdir(parents=True)
    (tmp_path / "served" / "work-ada").mkdir()
    made = GitServer(tmp_path / "served")
    yield made
    made.close()


def publish(server, name, *, tag="", **files):
    """A repository with one commit, served at /ada/tap-alpha in place of any before."""
    upstream = server.make(name)
    text = PROJECT.format(name="alpha")
    upstream.commit(tag=tag, **{"pyproject.toml": text, **files})
    serve(server, upstream)
    return upstream


def serve(server, upstream):
    place = server.root / "ada" / "tap-alpha"
    if place.is_symlink():
        place.unlink()
    place.symlink_to(upstream.bare.git_dir)


def push(upstream, **files):
    upstream.commit(**files)


@pytest.fixture
def source(server):
    address = f"{server.url}/ada/tap-alpha"
    return Source.objects.enrol(SourceKind.REPOSITORY, address, found_by="test")


def test_the_same_repository_goes_on_under_tags_and_without(server, source):
    upstream = publish(server, "one", tag="v1.0")
    go(source)
    identity = source.identity
    assert identity.startswith("commit:")
    push(upstream, README="More.")
    go(source)
    assert source.held is None
    assert (source.identity, source.last_error) == (identity, "")


def test_without_any_known_commit_the_history_proves_that_it_is_the_same(
    server, source
):
    upstream = publish(server, "one")
    go(source)
    known = source.revision
    push(upstream, README="More.")
    go(source)
    assert source.held is None
    assert source.revision != known


def test_another_repository_at_the_address_freezes_the_source(server, source):
    publish(server, "one")
    go(source)
    before, revision = Snapshot.objects.count(), source.revision
    publish(server, "other", README="Mine now.")
    go(source)
    assert source.held["because"] == "identity"
    assert "Another repository" in source.problems[0].message
    assert Snapshot.objects.count() == before
    assert source.revision == revision
    held_at = source.crawled_at
    go(source)
    assert source.crawled_at == held_at, "a held state is no news a second time"


def test_a_person_may_accept_another_repository_and_nothing_is_taken_over(
    server, source, crawl
):
    publish(server, "one", tag="v1.0")
    go(source)
    publish(server, "other", tag="v1.0", README="Mine now.")
    go(source)
    said = crawl(source.address, "--accept")
    source.refresh_from_db()
    assert "rejected" not in said
    assert source.held is None
    newest = Snapshot.objects.latest_of(source).get()
    assert newest.evidence["releases"][0]["commit"] == source.revision


@pytest.fixture
def github(server, settings):
    settings.FORGES = [f"github+http://token@127.0.0.1:{server.port}/api/v3"]

    def say(**changes):
        said = {"full_name": "ada/tap-alpha", "archived": False} | changes
        body = json.dumps(github_repository(**said)).encode()
        etag = {"ETag": f'"{hash(body)}"', "Content-Type": "application/json"}
        server.given[ENTRY] = Given(200, etag, body)

    say()
    return say


def paths(server):
    return [one.path.partition("?")[0] for one in server.asked]


def test_an_entry_as_it_was_is_the_only_request(server, source, github):
    publish(server, "one")
    go(source)
    server.given[ENTRY] = Given(304)
    server.asked.clear()
    go(source)
    assert paths(server) == [ENTRY]
    assert server.asked[0].headers["If-None-Match"]


def test_archiving_makes_no_commit_and_is_seen(server, source, github):
    publish(server, "one")
    go(source)
    tasks.rate_due()
    assert Variant.objects.get().maintenance == "active"
    github(archived=True)
    before = timezone.now().date().isoformat()
    go(source)
    tasks.rate_due()
    assert source.facts["status"] == "archived"
    assert before <= source.facts["status_since"] <= timezone.now().date().isoformat()
    assert Variant.objects.get().maintenance == "none"


def test_stars_are_counted_and_make_no_snapshot_and_no_visit(server, source, github):
    publish(server, "one")
    go(source)
    tasks.probe_due()
    before = Snapshot.objects.count(), source.visits.count()
    github(stargazers_count=99)
    go(source)
    assert (Snapshot.objects.count(), source.visits.count()) == before
    assert Variant.objects.get().counters["stars"] == 99


def test_another_number_at_the_same_name_freezes_the_source(server, source, github):
    publish(server, "one")
    go(source)
    github(id=999)
    go(source)
    assert source.held["because"] == "identity"


def test_a_forge_that_wants_to_rest_is_left_alone_and_the_files_are_read(
    server, source, github
):
    publish(server, "one")
    server.given[ENTRY] = Given(429, {"Retry-After": "300"})
    go(source)
    assert source.revision
    resting = Host.objects.get(name=f"127.0.0.1:{server.port}")
    assert resting.open_at > timezone.now()
    server.asked.clear()
    Source.objects.filter(pk=source.pk).update(due_at=timezone.now())
    # The host is open to Git again, its API is not asked: it is the same row here.
    assert tasks.crawl() is None
    assert paths(server) == []


def test_a_private_repository_leaves_nothing_of_its_entry(server, source, github):
    publish(server, "one")
    github(private=True, archived=True, topics=["secret"])
    go(source)
    assert "forge" not in Snapshot.objects.get().evidence
    assert source.facts["status"] == "active"


def test_gitlab_does_not_tell_every_push_so_both_are_asked(server, source, settings):
    settings.FORGES = [f"gitlab+http://token@127.0.0.1:{server.port}/api/v4"]
    entry = "/api/v4/projects/ada%2Ftap-alpha"
    body = json.dumps(gitlab_project(path_with_namespace="ada/tap-alpha")).encode()
    server.given[entry] = Given(200, {"ETag": '"one"'}, body)
    upstream = publish(server, "one")
    go(source)
    push(upstream, README="More.")
    server.given[entry] = Given(304)
    known = source.revision
    go(source)
    assert source.revision != known
