"""Files where logos are looked for that are none, or nowhere, or too many."""

import pytest

from registry.models import Snapshot
from scrapers.crawlers.definitions import fetch_definitions, logos
from scrapers.crawlers.definitions.tree import FolderTree
from tests.registry.logos.drawing import svg
from tests.scrapers.logos.carried import (
    ALPHA,
    BETA,
    BLUE,
    RED,
    shown,
)

pytestmark = pytest.mark.django_db


def test_a_file_that_is_no_logo_is_told_and_read_once(crawl, url, put, reads):
    put({ALPHA: b"<html>", BETA: b"\x89PNG\r\n\x1a\n" + b"\0" * 300_000})
    said = crawl(url)
    assert f"static/assets/logos/{ALPHA}: The logo is not shown." in said
    assert "300,008 bytes; at most 262,144 are read" in said
    assert shown() == {}
    [finding] = Snapshot.objects.get(subject="extractors/tap-alpha").findings
    assert (finding["code"], finding["severity"]) == ("logo", "warning")
    put({"extractors/other.png": RED})
    reads.clear()
    crawl(url)
    assert reads == []


@pytest.mark.parametrize("name", [
    "extractors/../../../../etc/passwd.png", "extractors/Tap Alpha é?.png", "x#y.svg",
])  # fmt: skip
def test_an_odd_path_is_a_path_like_any_other(crawl, url, put, folder, name):
    folder.write("extractors", "tap-beta", "ada", logo_url=f"/assets/logos/{name}")
    if ".." not in name:
        put({name: svg()})
    put({})
    crawl(url)
    assert ("tap-beta--ada" in shown()) == (".." not in name)


def test_a_link_leads_to_no_logo(crawl, url, put, folder, tmp_path):
    (tmp_path / "secret.png").write_bytes(RED)
    link = folder.root / "static" / "assets" / "logos" / ALPHA
    link.parent.mkdir(parents=True)
    link.symlink_to(tmp_path / "secret.png")
    put({})
    crawl(url)
    crawl(folder)
    assert shown() == {}


def test_a_folder_shows_its_logos_and_no_folder_that_it_links_to(
    crawl, folder, tmp_path
):
    outside = tmp_path / "outside" / "extractors"
    outside.mkdir(parents=True)
    (outside / "tap-alpha.png").write_bytes(RED)
    assets = folder.root / "static" / "assets"
    assets.mkdir(parents=True)
    (assets / "logos").symlink_to(outside.parent)
    crawl(folder)
    assert shown() == {}
    (assets / "logos").unlink()
    outside.parent.rename(assets / "logos")
    crawl(folder)
    assert len(shown()) == 2


def look(folder):
    tree = FolderTree(folder.root, size_limit=2**22)
    return fetch_definitions(tree, seen={}, previous=lambda _: {})


def test_of_too_many_logos_the_first_are_taken(folder, put, monkeypatch):
    monkeypatch.setattr(logos, "BYTES_LIMIT", len(RED) + 10)
    put({ALPHA: RED, BETA: RED})
    seen = look(folder)
    [finding] = seen.findings
    assert "1 logos are left out" in finding.message
    assert len(seen.logos) == 1
    assert f"static/assets/logos/{BETA}" not in seen.validators


def test_what_was_not_reached_in_time_is_read_when_the_tree_has_changed(
    folder, put, crawl, url, monkeypatch
):
    put({ALPHA: RED})
    monkeypatch.setattr(logos, "PATIENCE_S", -1)
    assert "1 logos were not reached" in crawl(url)
    assert shown() == {}
    monkeypatch.undo()
    put({BETA: BLUE})
    crawl(url)
    assert set(shown()) == {"tap-alpha--ada", "tap-alpha--bo", "tap-beta--ada"}
