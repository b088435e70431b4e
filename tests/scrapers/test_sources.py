"""Sources that lost much, that don't answer, or that hold something else."""

import json
import shutil
import socket
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.management.base import CommandError
from django.utils import timezone
from git import Repo

from registry.cadence import FIRST_RETRY, LAST_RETRY
from registry.models import Source
from registry.vocabulary import Outcome, SourceKind
from scrapers.line import follow
from tests.definitions import DefinitionsFolder
from tests.registry.rows import (
    documents,
    happened,
    places,
    serials,
    subjects,
    without_due_times,
)
from tests.scrapers.going import go

pytestmark = pytest.mark.django_db

HELD = "The source is held"


@pytest.fixture
def shrunken(crawl, folder):
    """A tree that was crawled and then lost a third of its plugins."""
    crawl(folder)
    shutil.rmtree(folder.path("extractors", "tap-beta", "ada").parent)
    return folder


def test_shrunken_tree_is_held_and_nothing_changes(crawl, shrunken):
    before = documents(), serials(), happened(), subjects()
    with pytest.raises(CommandError, match=HELD):
        crawl(shrunken)
    assert (documents(), serials(), happened(), subjects()) == before
    source = Source.objects.get()
    assert source.held["gone"] == 1
    assert source.held["known"] == 3
    [finding] = source.findings
    assert "1 of 3 plugins are gone, more than 2 %" in finding["message"]


def test_held_tree_is_told_again_without_a_look_at_it(crawl, shrunken):
    with pytest.raises(CommandError, match=HELD):
        crawl(shrunken)
    before = without_due_times(places())
    with pytest.raises(CommandError, match=HELD):
        crawl(shrunken)
    assert without_due_times(places()) == before


def test_held_repository_is_not_fetched_again(crawl, folder):
    repo = folder.repository()
    url = folder.root.as_uri()
    crawl(url)
    shutil.rmtree(folder.root / "_data")
    folder.commit(repo)
    with pytest.raises(CommandError, match=HELD):
        crawl(url)
    # Without its objects nothing can be fetched; its head can still be told.
    shutil.rmtree(folder.root / ".git" / "objects" / "pack", ignore_errors=True)
    source = Source.objects.get()
    assert follow(source, now=timezone.now()).crawl.outcome is Outcome.HELD
    assert "extractors/tap-alpha--ada" in documents()


@pytest.mark.parametrize("loss", ["every file", "every definition"])
def test_emptied_tree_is_held(crawl, folder, loss):
    crawl(folder)
    before = documents()
    shutil.rmtree(
        folder.root / "_data"
        if loss == "every file"
        else folder.root / "_data" / "meltano"
    )
    with pytest.raises(CommandError, match=HELD):
        crawl(folder)
    assert documents() == before


def test_accepted_loss_deprecates_what_is_gone_and_keeps_it_listed(crawl, shrunken):
    index_before = json.loads(documents()["extractors/index"])
    with pytest.raises(CommandError, match=HELD):
        crawl(shrunken)
    assert "1 gone" in crawl(shrunken, "--accept")
    assert Source.objects.get().held is None
    assert Source.objects.get().findings == []
    assert happened()[-1] == ("tap-beta--ada", "gone")
    document = json.loads(documents()["extractors/tap-beta--ada"])
    assert document["deprecated"] is True
    index = json.loads(documents()["extractors/index"])
    assert index.keys() == index_before.keys()
    assert index["tap-beta"]["variants"]["ada"]["deprecated"] is True
    assert index["tap-beta"]["default_variant"] == "ada"


def test_returning_file_is_deprecated_no_more(crawl, shrunken):
    before = json.loads(documents()["extractors/tap-beta--ada"])
    crawl(shrunken, "--accept")
    shrunken.write("extractors", "tap-beta", "ada")
    crawl(shrunken)
    assert json.loads(documents()["extractors/tap-beta--ada"]) == before
    assert "deprecated" not in documents()["extractors/index"].decode()
    assert happened()[-1] == ("tap-beta--ada", "returned")


def test_held_tree_that_gets_its_plugins_back_is_held_no_more(crawl, shrunken):
    before = documents()
    with pytest.raises(CommandError, match=HELD):
        crawl(shrunken)
    # Just as it was: for a folder that is the very revision that was taken last.
    shrunken.write("extractors", "tap-beta", "ada")
    assert "0 differ" in crawl(shrunken)
    source = Source.objects.get()
    assert (source.held, source.findings) == (None, [])
    assert documents() == before
    assert "unchanged" in crawl(shrunken)


def test_worker_lets_go_of_a_hold_whose_reason_is_gone(crawl, shrunken):
    with pytest.raises(CommandError, match=HELD):
        crawl(shrunken)
    shrunken.write("extractors", "tap-beta", "ada")
    go(Source.objects.get())
    assert Source.objects.get().held is None


def test_gone_variant_of_a_plugin_that_stays_is_no_loss(crawl, folder):
    crawl(folder)
    folder.remove("extractors", "tap-alpha", "ada")
    assert "1 gone" in crawl(folder)
    index = json.loads(documents()["extractors/index"])["tap-alpha"]
    assert index["default_variant"] == "bo"
    assert index["variants"]["ada"]["deprecated"] is True
    assert list(index["variants"]) == ["ada", "bo"]


def test_limit_of_shrinking_is_a_setting(crawl, shrunken, settings):
    settings.SHRINK_LIMIT_PERCENT = 34.0
    assert "1 gone" in crawl(shrunken)


def test_loss_within_the_limit_is_taken(crawl, tmp_path):
    tree = DefinitionsFolder(tmp_path / "many")
    for number in range(50):
        tree.write("extractors", f"tap-{number}", "ada")
    crawl(tree)
    tree.remove("extractors", "tap-7", "ada")
    assert "1 gone" in crawl(tree)
    for number in range(2):
        tree.remove("extractors", f"tap-{number}", "ada")
    with pytest.raises(CommandError, match=HELD):
        crawl(tree)


def test_source_gone_with_one_of_two_keeps_the_others_word(crawl, folder, tmp_path):
    other = DefinitionsFolder(tmp_path / "other")
    other.write("extractors", "tap-beta", "ada", description="The other's word.")
    other.write("extractors", "tap-other", "ada")
    crawl(folder)
    crawl(other)
    assert b"Made by ada" in documents()["extractors/tap-beta--ada"]
    folder.remove("extractors", "tap-beta", "ada")
    crawl(folder, "--accept")
    document = json.loads(documents()["extractors/tap-beta--ada"])
    assert document["description"] == "The other's word."
    assert "deprecated" not in document


@pytest.mark.parametrize("content", ["nothing", "other files"])
@pytest.mark.parametrize("shape", ["folder", "repository"])
def test_place_without_definitions_is_refused(crawl, tmp_path, content, shape):
    place = tmp_path / "elsewhere"
    place.mkdir()
    (place / "README.md").touch()
    if content == "other files":
        (place / "data.yml").write_text("meltano: 1")
    if shape == "repository":
        DefinitionsFolder.commit(Repo.init(place))
        place = place.as_uri()
    with pytest.raises(CommandError) as refused:
        crawl(f"definitions:{place}")
    assert str(refused.value).startswith(f"{place} holds no definitions:")
    assert documents() == {}


def test_repository_without_a_commit_is_refused(crawl, tmp_path):
    Repo.init(tmp_path / "empty")
    with pytest.raises(CommandError, match="has no commit yet"):
        crawl((tmp_path / "empty").as_uri())


@pytest.mark.parametrize(
    "address", ["ext::sh -c touch% hacked", "ssh://127.0.0.1/x", "--upload-pack=touch"]
)
def test_address_of_another_kind_is_refused(crawl, address, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CommandError, match=r"names no place|is no address"):
        follow_named(address, crawl)
    assert list(tmp_path.glob("*hacked*")) == []


def follow_named(address, crawl):
    """Crawl what a setting or a row names: a command line takes no leading dashes."""
    if not address.startswith("-"):
        crawl(address)
        return
    source = Source.objects.enrol(SourceKind.DEFINITIONS, address, found_by="test")
    try:
        follow(source, now=timezone.now())
    except Exception as error:
        raise CommandError(str(error)) from error


def test_missing_repository_is_gone(crawl, tmp_path):
    with pytest.raises(CommandError, match="Nothing is at file:///"):
        crawl((tmp_path / "missing").as_uri())


@contextmanager
def closed_port():
    """Give a port of this machine on which nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@contextmanager
def silent_port():
    """Give a port on which somebody listens and never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_unreachable_source_is_asked_again_later_and_later(folder):
    with closed_port() as port:
        url = f"http://127.0.0.1:{port}/definitions.git"
        source = Source.objects.enrol(SourceKind.DEFINITIONS, url, found_by="test")
        waits = []
        for _ in range(12):
            go(source)
            source.refresh_from_db()
            waits.append(source.due_at - timezone.now())
    minute = timedelta(minutes=1)
    steps = [round(wait / minute) for wait in waits]
    assert steps[:3] == [1, 2, 4]
    assert waits[0] <= FIRST_RETRY * 1.1
    assert 0.9 < waits[-1] / LAST_RETRY < 1.1
    assert source.failures == 12
    assert "could not be reached" in source.last_error
    assert source.leased_until is None
    assert source.crawled_at is None


def test_success_ends_the_failures(crawl, folder, tmp_path):
    crawl(folder)
    away = tmp_path / "away"
    folder.root.rename(away)
    with pytest.raises(CommandError, match="Nothing is at"):
        crawl(folder)
    assert Source.objects.get().failures == 1
    away.rename(folder.root)
    assert "unchanged" in crawl(folder)
    source = Source.objects.get()
    assert (source.failures, source.last_error) == (0, "")


def test_failure_leaves_the_catalog_alone(crawl, folder, tmp_path):
    crawl(folder)
    before = documents(), happened()
    folder.root.rename(tmp_path / "away")
    with pytest.raises(CommandError, match="next try is in 1 min"):
        crawl(folder)
    assert (documents(), happened()) == before


def test_silent_host_costs_no_more_than_its_time(crawl, settings):
    settings.CRAWL_TIMEOUT_S = 1
    with (
        silent_port() as port,
        pytest.raises(CommandError, match="could not be reached"),
    ):
        crawl(f"definitions:http://127.0.0.1:{port}/definitions.git")


@pytest.mark.parametrize("secret", ["user:s3cret@", "s3cret@", "user:s3%40cret@"])
@pytest.mark.parametrize("fault", ["closed", "gone", "no definitions", "no protocol"])
def test_credentials_of_an_address_are_told_nobody(
    secret, fault, tmp_path, caplog, capsys, crawl
):
    caplog.set_level("INFO")
    place = tmp_path / "elsewhere"
    if fault == "no definitions":
        place.mkdir()
        (place / "a").touch()
        DefinitionsFolder.commit(Repo.init(place))
    with closed_port() as port:
        address = {
            "closed": f"http://{secret}127.0.0.1:{port}/x.git",
            "no protocol": f"ssh://{secret}127.0.0.1:{port}/x.git",
        }.get(fault, f"file://{secret}localhost{place}")
        with pytest.raises(CommandError) as refused:
            crawl(f"definitions:{address}")
        source = Source.objects.get()
        go(source)
    source.refresh_from_db()
    told = f"{refused.value} {source.last_error} {source} {caplog.text}"
    assert fault == "gone" or fault == "no definitions" or "cret" not in source.address
    assert "cret" not in told + "".join(capsys.readouterr())
    assert "127.0.0.1" in told or "localhost" in told
