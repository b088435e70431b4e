"""Trees of definitions on their way to documents: what a change touches, and what not."""

import json
import os
import shutil
from collections import Counter

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from git import Repo

from registry.models import Maintainer, Snapshot, Source, Variant
from tests.definitions import DefinitionsFolder
from tests.registry.rows import (
    documents,
    happened,
    places,
    rewritten,
    serials,
    subjects,
    without_due_times,
)

pytestmark = pytest.mark.django_db

# Stands in for Git on the PATH, writes down what it is asked, and asks Git.
WRAPPER = """#!/bin/sh
for word in "$@"; do case "$word" in -*|*=*) ;; *) echo "$word" >> {log}; break;; esac; done
exec {git} "$@"
"""


@pytest.fixture
def repo(folder):
    return folder.repository()


@pytest.fixture
def url(folder, repo):
    return folder.root.as_uri()


@pytest.fixture
def git_commands(tmp_path, monkeypatch):
    """Every Git command that runs from here on, by its name."""
    log = tmp_path / "git.log"
    log.touch()
    wrapper = tmp_path / "bin" / "git"
    wrapper.parent.mkdir()
    wrapper.write_text(WRAPPER.format(log=log, git=shutil.which("git")))
    wrapper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{wrapper.parent}{os.pathsep}{os.environ['PATH']}")
    return lambda: log.read_text().split()


# One of each after the first crawl.
FIRST = Counter(["extractors/tap-alpha", "extractors/tap-beta", "loaders/target-gamma"])


def writes(queries):
    words = ("INSERT", "UPDATE", "DELETE")
    return [q["sql"] for q in queries if q["sql"].lstrip().startswith(words)]


def test_repository_becomes_documents_and_indexes(crawl, url):
    said = crawl(url)
    assert "3 plugins found, 3 differ, 0 findings" in said
    assert "recorded: 4 variants added" in said
    published = documents()
    index = json.loads(published["extractors/index"])
    assert index["tap-alpha"]["default_variant"] == "ada"
    assert list(index["tap-alpha"]["variants"]) == ["ada", "bo"]
    document = json.loads(published["extractors/tap-alpha--ada"])
    assert document["pip_url"] == "git+https://git.example.org/ada/tap-alpha.git"
    assert "keywords" not in document


def test_unchanged_head_writes_when_it_is_due_alone(crawl, url):
    crawl(url)
    before = without_due_times(places())
    with CaptureQueriesContext(connection) as queries:
        assert "unchanged" in crawl(url)
    [due] = writes(queries.captured_queries)
    assert "UPDATE registry_source" in due
    assert without_due_times(places()) == before


def test_unchanged_folder_writes_when_it_is_due_alone(crawl, folder):
    crawl(folder)
    before = without_due_times(places())
    assert "unchanged" in crawl(folder)
    assert without_due_times(places()) == before


def test_unchanged_head_costs_one_ls_remote(crawl, url, git_commands):
    crawl(url)
    first = git_commands()
    assert first[0] == "ls-remote"
    assert {"fetch", "ls-tree"} <= set(first)
    crawl(url)
    assert git_commands()[len(first) :] == ["ls-remote"]


def test_commit_that_changes_no_definition_makes_no_snapshot_nor_event(
    crawl, url, folder, repo
):
    crawl(url)
    before, events = serials(), happened()
    (folder.root / "README.md").write_text("New words.")
    head = folder.commit(repo)
    assert "0 differ" in crawl(url)
    assert Source.objects.get().revision == head
    assert (serials(), happened()) == (before, events)
    assert set(subjects().values()) == {1}


def test_changed_file_touches_its_plugin_alone(crawl, url, folder, repo):
    crawl(url)
    before, events = serials(), happened()
    folder.write("extractors", "tap-alpha", "bo", description="Made better.")
    folder.commit(repo)
    crawl(url)
    assert subjects() - FIRST == {"extractors/tap-alpha": 1}
    assert rewritten(before) == {"extractors/tap-alpha--bo"}
    assert happened()[len(events) :] == [("tap-alpha--bo", "changed")]


def test_changed_logo_of_a_default_rewrites_its_types_index(crawl, url, folder, repo):
    crawl(url)
    before = serials()
    folder.write("loaders", "target-gamma", "ada", logo_url="/assets/new.png")
    folder.commit(repo)
    crawl(url)
    assert rewritten(before) == {"loaders/target-gamma--ada", "loaders/index", "index"}


def test_moved_default_touches_its_plugin_alone(crawl, url, folder, repo):
    crawl(url)
    before, events = serials(), happened()
    folder.defaults({"extractors": {"tap-alpha": "bo", "tap-beta": "ada"}})
    folder.commit(repo)
    crawl(url)
    assert subjects() - FIRST == {"extractors/tap-alpha": 1}
    assert rewritten(before) == {"extractors/index", "index"}
    index = json.loads(documents()["extractors/index"])
    assert index["tap-alpha"]["default_variant"] == "bo"
    assert happened()[len(events) :] == [("tap-alpha--bo", "default-moved")]


def test_default_that_no_file_stands_behind_is_noted_and_not_taken(crawl, folder):
    folder.defaults({"extractors": {"tap-alpha": "nobody"}})
    crawl(folder)
    index = json.loads(documents()["extractors/index"])
    assert index["tap-alpha"]["default_variant"] == "ada"
    [finding] = Snapshot.objects.get(subject="extractors/tap-alpha").probe_findings
    assert finding["severity"] == "warning"
    assert "'nobody'" in finding["message"]


def test_maintainers_entry_touches_only_plugins_of_that_variant(
    crawl, url, folder, repo
):
    crawl(url)
    assert Maintainer.objects.get(name="bo").label == "bo"
    before, events = serials(), happened()
    folder.maintainers({"bo": {"label": "Bo & Sons", "url": "https://bo.example"}})
    folder.commit(repo)
    crawl(url)
    assert subjects() - FIRST == {"extractors/tap-alpha": 1}
    bo = Maintainer.objects.get(name="bo")
    assert (bo.label, bo.url) == ("Bo & Sons", "https://bo.example")
    assert (rewritten(before), happened()) == (set(), events)


def test_metrics_are_counters_and_make_no_snapshot_event_nor_document(
    crawl, url, folder, repo
):
    crawl(url)
    before, events = serials(), happened()
    address = "https://GIT.example.org/bo/tap-alpha"
    folder.metrics({address: {"all_projects": 7, "all_execs": 90, "name": "x"}})
    folder.commit(repo)
    crawl(url)
    counters = {
        v.name: v.counters for v in Variant.objects.filter(plugin__name="tap-alpha")
    }
    assert counters == {"ada": {}, "bo": {"all_projects": 7, "all_execs": 90}}
    assert subjects() == FIRST
    assert (rewritten(before), happened()) == (set(), events)


def test_counts_that_arrive_with_another_change_are_no_change_themselves(
    crawl, url, folder, repo
):
    crawl(url)
    events = happened()
    folder.metrics({"https://git.example.org/bo/tap-alpha": {"all_projects": 7}})
    folder.write("extractors", "tap-alpha", "ada", description="Made better.")
    folder.commit(repo)
    crawl(url)
    assert Variant.objects.get(name="bo").counters == {"all_projects": 7}
    assert happened()[len(events) :] == [("tap-alpha--ada", "changed")]


def test_counts_of_two_sources_do_not_wipe_each_other(crawl, folder, tmp_path):
    other = DefinitionsFolder(tmp_path / "other")
    other.write("extractors", "tap-alpha", "ada")
    folder.metrics({"https://git.example.org/ada/tap-alpha": {"all_projects": 7}})
    crawl(folder)
    crawl(other)
    other.metrics({"https://git.example.org/ada/unknown": {"all_projects": 1}})
    crawl(other)
    ada = Variant.objects.get(plugin__name="tap-alpha", name="ada")
    assert ada.counters == {"all_projects": 7}


def documents_of(crawl, place):
    """Return what a place is published as, where nothing else is."""
    with transaction.atomic():
        crawl(place)
        found = documents()
        transaction.set_rollback(True)
    return found


def test_folder_and_repository_bare_and_prefixed_give_equal_documents(
    crawl, folder, tmp_path
):
    bare = tmp_path / "bare"
    shutil.copytree(folder.root / "_data", bare)
    shapes = [documents_of(crawl, place) for place in (folder.root, bare)]
    for place in (folder.root, bare):
        folder.commit(Repo.init(place))
        shapes.append(documents_of(crawl, place.as_uri()))
    assert all(shape == shapes[0] for shape in shapes)
    assert len(shapes[0]) == 4 + 9


def test_bare_repository_by_its_path_is_a_repository(crawl, folder, repo, tmp_path):
    bare = tmp_path / "bare.git"
    repo.clone(str(bare), bare=True)
    assert "3 plugins found" in crawl(bare)


def test_move_from_prefixed_to_bare_changes_nothing(crawl, folder):
    crawl(folder)
    before, events = serials(), happened()
    for entry in (folder.root / "_data").iterdir():
        entry.rename(folder.root / entry.name)
    assert "0 differ" in crawl(folder)
    assert (rewritten(before), happened()) == (set(), events)


def test_key_order_of_the_author_is_served(crawl, folder):
    text = folder.path("loaders", "target-gamma", "ada").read_text()
    lines = text.splitlines()
    moved = [line for line in lines if line.startswith("variant")]
    rest = [line for line in lines if not line.startswith("variant")]
    folder.write_text("loaders", "target-gamma", "ada", "\n".join(moved + rest))
    crawl(folder)
    assert next(iter(json.loads(documents()["loaders/target-gamma--ada"]))) == "variant"
