"""Publishing: what is written, what is held back, and what a folder of documents holds."""

import gzip
import json
import re
import shutil

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from registry import legacy, publishing
from registry.documents import index_path
from registry.mirror import mirror
from registry.models import Document, Event, Source, Variant
from registry.places import parse
from registry.vocabulary import EventVerb, PluginType
from scrapers.line import follow
from tests.registry.rows import documents, rewritten, serials

pytestmark = pytest.mark.django_db
ALPHA = "extractors/tap-alpha--ada"


@pytest.fixture
def crawl(folder):
    """Take the folder down the whole line, as often as it is called."""

    def run(**options):
        place = parse(f"definitions:{folder}")
        source = Source.objects.enrol(place.kind, place.address, found_by="test")
        return follow(source, now=timezone.now(), **options)

    return run


def body(path):
    return json.loads(documents()[path])


def test_an_empty_catalog_has_an_index_of_every_type():
    publishing.publish_changed(now=timezone.now())
    assert documents() == {"index": json.dumps({t.value: {} for t in PluginType}).encode()} | {
        f"{kind}/index": b"{}" for kind in PluginType
    }  # fmt: skip


def test_nothing_is_written_where_nothing_changed(crawl, django_assert_max_num_queries):
    crawl()
    before = serials()
    with django_assert_max_num_queries(6):
        published = publishing.publish_changed(now=timezone.now())
    assert published.written == 0
    assert serials() == before


def test_the_compressed_form_is_of_the_same_body(crawl):
    crawl()
    for document in Document.objects.all():
        assert gzip.decompress(bytes(document.gzip)) == bytes(document.body)


def test_another_public_address_publishes_everything_again(crawl, settings):
    crawl()
    before = serials()
    settings.PUBLIC_URL = "https://other.example.org"
    publishing.publish_changed(now=timezone.now())
    filled = {path for path, content in documents().items() if content != b"{}"}
    assert rewritten(before) == filled
    assert all(b"http://127" not in content for content in documents().values())


def test_a_held_document_leaves_the_last_good_one_and_says_why(crawl, folder):
    crawl()
    good = documents()[ALPHA]
    broken = [{"name": "limit", "kind": "integer", "value": "many"}]
    folder.write("extractors", "tap-alpha", "ada", settings=broken)
    assert crawl().published.held == 1
    assert documents()[ALPHA] == good
    assert "ada" in body("extractors/index")["tap-alpha"]["variants"]
    variant = Variant.objects.get(plugin__name="tap-alpha", name="ada")
    assert "'many'" in variant.findings[0]["message"]
    assert Event.objects.filter(verb=EventVerb.HELD, variant=variant).count() == 1
    folder.write("extractors", "tap-alpha", "ada", label="Mended")
    assert crawl().published.held == 0
    assert body(ALPHA)["label"] == "Mended"
    variant.refresh_from_db()
    assert variant.findings == []


def test_a_variant_that_was_never_sound_is_in_no_index(crawl, folder):
    broken = [{"name": "limit", "kind": "integer", "value": "many"}]
    folder.write("extractors", "tap-beta", "ada", settings=broken)
    folder.write("extractors", "tap-alpha", "ada", settings=broken)
    crawl()
    index = body("extractors/index")
    assert "tap-beta" not in index
    # The curated default is held, so that a listed variant stands in for it.
    assert index["tap-alpha"]["default_variant"] == "bo"
    assert list(index["tap-alpha"]["variants"]) == ["bo"]


def test_a_gone_variant_stays_listed_and_is_deprecated_until_it_returns(crawl, folder):
    crawl()
    folder.remove("extractors", "tap-alpha", "bo")
    crawl()
    entry = body("extractors/index")["tap-alpha"]["variants"]["bo"]
    assert entry["deprecated"] is True
    assert body("extractors/tap-alpha--bo")["deprecated"] is True
    folder.write("extractors", "tap-alpha", "bo")
    crawl()
    assert "deprecated" not in body("extractors/tap-alpha--bo")


def test_a_wholly_gone_plugin_keeps_its_default(crawl, folder):
    folder.defaults({"extractors": {"tap-alpha": "bo", "tap-beta": "ada"}})
    crawl()
    folder.remove("extractors", "tap-alpha", "ada")
    folder.remove("extractors", "tap-alpha", "bo")
    crawl(accept=True)
    assert body("extractors/index")["tap-alpha"]["default_variant"] == "bo"


def test_the_folder_follows_and_writes_only_what_changed(crawl, folder, settings):
    root = settings.PUBLISHED_ROOT
    crawl()
    files = {
        path: path.stat().st_ino
        for path in root.glob("documents/**/*")
        if path.is_file()
    }
    assert len(files) == 2 * Document.objects.count()
    assert mirror(root) == 0
    folder.write("extractors", "tap-beta", "ada", label="Changed")
    crawl()
    moved = {
        path.relative_to(root / "documents").as_posix()
        for path, inode in files.items()
        if path.stat().st_ino != inode
    }
    api = "meltano/api/v1/plugins"
    names = {f"{api}/extractors/tap-beta--ada"}
    assert moved == names | {f"{name}.gz" for name in names}
    assert not list(root.rglob(".*.partial"))


def test_the_folder_is_made_again_when_it_is_lost_or_the_database_is_older(
    crawl, settings
):
    root = settings.PUBLISHED_ROOT
    crawl()
    everything = Document.objects.count()
    shutil.rmtree(root)
    assert mirror(root) == everything
    (root / "serial").write_text("999999", encoding="ascii")
    assert mirror(root) == everything
    for document in Document.objects.all():
        assert (root / "documents" / document.path).read_bytes() == bytes(document.body)


def test_an_index_is_never_newer_than_what_it_names(crawl):
    crawl()
    rows = dict(Document.objects.values_list("path", "serial"))
    oldest_index = min(rows[index_path(kind)] for kind in PluginType)
    assert oldest_index > max(s for path, s in rows.items() if "--" in path)


def test_export_writes_a_tree_that_any_web_server_can_serve(crawl, tmp_path, capsys):
    crawl()
    call_command("export", str(tmp_path / "hub"))
    index = json.loads(
        (tmp_path / "hub/meltano/api/v1/plugins/loaders/index").read_bytes()
    )
    reference = index["target-gamma"]["variants"]["ada"]["ref"]
    path = re.sub(r"^https?://[^/]+/", "", reference)
    assert json.loads((tmp_path / "hub" / path).read_bytes())["name"] == "target-gamma"
    with pytest.raises(CommandError, match="not empty"):
        call_command("export", str(tmp_path / "hub"))


def test_the_file_for_old_clients_holds_what_is_listed(crawl, client):
    crawl()
    assert publishing.publish_legacy(now=timezone.now()) == len(legacy.VERSIONS)
    assert publishing.publish_legacy(now=timezone.now()) == 0
    answer = client.get("/discovery.yml", headers={"user-agent": "Meltano/2.20.0"})
    assert answer.status_code == 200
    found = json.loads(answer.content)
    assert found["version"] == 22
    assert [plugin["name"] for plugin in found["extractors"]] == [
        "tap-alpha",
        "tap-beta",
    ]
    again = client.get(
        "/discovery.yml",
        headers={"user-agent": "Meltano/2.20.0", "if-none-match": answer["ETag"]},
    )
    assert again.status_code == 304
    assert "User-Agent" in answer["Vary"]


def test_new_clients_are_told_that_the_old_file_is_not_for_them(client):
    answer = client.get("/discovery.yml", headers={"user-agent": "Meltano/4.4.1"})
    assert answer.status_code == 404
    assert "message" in answer.json()


def test_the_old_file_may_not_be_there_yet(client):
    answer = client.get("/discovery.yml", headers={"user-agent": "Meltano/2.20.0"})
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert answer["Cache-Control"] == "no-store"
