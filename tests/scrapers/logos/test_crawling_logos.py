"""Logos in a tree of definitions: which are read and when, and what variants show of them."""

from importlib import import_module

import pytest
from django.apps import apps
from django.core.management.base import CommandError
from django.utils import timezone
from git import Repo

from registry.catalog import silence
from registry.models import Logo, Snapshot, Source, Variant
from registry.models.logo import UNRECORDED
from registry.vocabulary import SourceKind
from scrapers import line, tasks
from scrapers.crawlers.definitions import logos
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
from tests.scrapers.logos.carried import (
    ALPHA,
    BETA,
    BLUE,
    RED,
    shown,
)

pytestmark = pytest.mark.django_db


def test_a_logo_that_definitions_name_is_shown_by_all_that_name_it(crawl, url, put):
    put({ALPHA: RED, "extractors/nobody.png": BLUE})
    crawl(url)
    assert set(shown()) == {"tap-alpha--ada", "tap-alpha--bo"}
    assert Logo.objects.count() == 1


def test_a_tree_without_logos_is_kept_as_before(crawl, url):
    crawl(url)
    assert not any("logos" in one.evidence for one in Snapshot.objects.all())


def test_evidence_has_blob_and_digest_and_no_picture(crawl, url, put, folder):
    head = put({ALPHA: RED})
    crawl(url)
    evidence = Snapshot.objects.get(subject="extractors/tap-alpha").evidence
    blob = Repo(folder.root).commit(head).tree / f"static/assets/logos/{ALPHA}"
    assert evidence["logos"] == {
        f"/assets/logos/{ALPHA}": {
            "blob": blob.hexsha,
            "digest": Logo.objects.get().digest,
        }
    }


def test_documents_are_the_same_with_and_without_logos(crawl, url, put):
    crawl(url)
    before, bodies, events = serials(), documents(), happened()
    put({ALPHA: RED})
    crawl(url)
    assert (rewritten(before), documents()) == (set(), bodies)
    assert happened() == events
    assert len(shown()) == 2


def test_an_unchanged_tree_reads_and_writes_nothing(crawl, url, put, reads):
    put({ALPHA: RED})
    crawl(url)
    before = without_due_times(places())
    assert reads == [ALPHA]
    assert "unchanged" in crawl(url)
    assert (reads, without_due_times(places())) == ([ALPHA], before)


def test_a_changed_logo_touches_the_plugins_that_name_it_alone(
    crawl, url, put, folder, reads
):
    folder.write("loaders", "target-gamma", "ada", logo_url=f"/assets/logos/{ALPHA}")
    put({ALPHA: RED, BETA: RED})
    crawl(url)
    before, seen = shown(), subjects()
    reads.clear()
    put({ALPHA: BLUE})
    crawl(url)
    assert set(subjects() - seen) == {"extractors/tap-alpha", "loaders/target-gamma"}
    # One file, whoever names it.
    assert reads == [ALPHA]
    after = shown()
    assert {name for name in after if after[name] != before[name]} == {
        "tap-alpha--ada",
        "tap-alpha--bo",
        "target-gamma--ada",
    }


def test_a_changed_definition_does_not_read_its_logo_again(
    crawl, url, put, folder, reads
):
    put({ALPHA: RED, BETA: BLUE})
    crawl(url)
    reads.clear()
    folder.write("extractors", "tap-alpha", "bo", description="Made better.")
    put({})
    crawl(url)
    assert reads == []
    assert "tap-alpha--bo" in shown()


def test_a_definition_that_names_another_logo_shows_that(crawl, url, put, folder):
    put({ALPHA: RED, BETA: BLUE})
    crawl(url)
    folder.write("extractors", "tap-alpha", "bo", logo_url=f"/assets/logos/{BETA}")
    put({})
    crawl(url)
    found = shown()
    assert found["tap-alpha--bo"] == found["tap-beta--ada"] != found["tap-alpha--ada"]


def test_a_removed_logo_is_shown_no_more_and_then_deleted(crawl, url, put):
    put({ALPHA: RED, BETA: BLUE})
    crawl(url)
    put({ALPHA: None})
    crawl(url)
    assert set(shown()) == {"tap-beta--ada"}
    # What another look may just have kept is not taken from it.
    assert Logo.objects.count() == 2
    Logo.objects.update(kept_at=timezone.now() - UNRECORDED * 2)
    put({BETA: RED})
    crawl(url)
    assert set(Logo.objects.values_list("digest", flat=True)) == set(
        Variant.objects.exclude(logo_digest="").values_list("logo_digest", flat=True)
    )


def test_a_logo_that_comes_back_is_shown_again(crawl, url, put):
    put({ALPHA: RED})
    crawl(url)
    before = shown()
    put({ALPHA: None})
    crawl(url)
    Logo.objects.all().delete()
    put({ALPHA: RED})
    crawl(url)
    assert shown() == before


def test_a_variant_that_is_gone_shows_none(crawl, url, put, folder):
    put({ALPHA: RED})
    crawl(url)
    folder.remove("extractors", "tap-alpha", "bo")
    put({})
    crawl(url)
    assert set(shown()) == {"tap-alpha--ada"}
    silence(Source.objects.get(kind=SourceKind.DEFINITIONS), now=timezone.now())
    assert shown() == {}


def test_of_two_trees_the_one_that_carries_a_logo_is_shown(crawl, url, put, tmp_path):
    other = DefinitionsFolder(tmp_path / "other")
    other.write("extractors", "tap-alpha", "ada")
    crawl(other)
    put({ALPHA: RED})
    crawl(url)
    crawl(other)
    assert "tap-alpha--ada" in shown()


def test_killed_between_keeping_and_recording_nothing_is_read_again(
    url, put, monkeypatch, reads
):
    put({ALPHA: RED})
    now = timezone.now()
    source = Source.objects.enrol(SourceKind.DEFINITIONS, url, found_by="a test")
    monkeypatch.setattr(line, "judge", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        line.follow(source, now=now)
    assert (Logo.objects.count(), Variant.objects.count()) == (1, 0)
    monkeypatch.undo()
    tasks.probe_due()
    assert set(shown()) == {"tap-alpha--ada", "tap-alpha--bo"}
    assert reads == [ALPHA]


def test_a_look_whose_snapshots_are_not_kept_leaves_no_picture(crawl, url, put, folder):
    crawl(url)
    folder.remove("extractors", "tap-beta", "ada")
    put({ALPHA: RED})
    with pytest.raises(CommandError, match="held"):
        crawl(url)
    assert not Logo.objects.exists()


def test_recording_again_changes_nothing(crawl, url, put):
    put({ALPHA: RED})
    crawl(url)
    before = without_due_times(places())
    line.judge(list(Snapshot.objects.all()), now=timezone.now())
    unlike = before.items() ^ without_due_times(places()).items()
    # Which version of the probes judged them is written each time.
    assert {table for (table, _), _ in unlike} == {"registry_snapshot"}


def test_a_tree_that_was_read_before_logos_were_is_read_again_once(
    crawl, url, put, monkeypatch
):
    put({ALPHA: RED})
    monkeypatch.setattr(logos, "address_of", lambda path: "")
    crawl(url)
    monkeypatch.undo()
    assert "unchanged" in crawl(url)
    import_module("registry.migrations.0018_logos").read_again(apps, None)
    crawl(url)
    assert len(shown()) == 2
