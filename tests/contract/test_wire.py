"""The discovery API, wire-exact: the real catalogue in, upstream's own documents out."""

import json
from pathlib import Path

import pytest
import yaml
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from registry import schemas
from registry.models import Document, Source
from registry.places import parse
from registry.vocabulary import PluginType
from scrapers.line import follow

pytestmark = pytest.mark.django_db

BASE = "https://hub.meltano.com"
DROPPED = {
    "keywords", "maintenance_status", "domain_url", "definition", "next_steps",
    "settings_preamble", "usage", "prereq", "quality",
}  # fmt: skip


@pytest.fixture(scope="module")
def published(real_definitions, django_db_setup, django_db_blocker, tmp_path_factory):
    """Every document published from the real definitions, by path."""
    root = tmp_path_factory.mktemp("published")
    change = override_settings(PUBLIC_URL=BASE, PUBLISHED_ROOT=root)
    with django_db_blocker.unblock(), change, transaction.atomic():
        place = parse(f"definitions:{real_definitions}")
        source = Source.objects.enrol(place.kind, place.address, found_by="test")
        follow(source, now=timezone.now())
        rows = Document.objects.values_list("path", "body")
        documents = {path: bytes(body) for path, body in rows}
        transaction.set_rollback(True)
    return documents


@pytest.fixture(scope="module")
def upstream(real_definitions):
    """What upstream's live builder makes of the same files, by path (meltano-hub-v1 §2, §3)."""
    return build_as_upstream(real_definitions / "_data")


def build_as_upstream(data: Path) -> dict[str, str]:
    defaults = yaml.load(
        (data / "default_variants.yml").read_text(encoding="utf-8"), yaml.CSafeLoader
    )
    built: dict[str, str] = {}
    top = {}
    for kind in PluginType:
        index: dict[str, dict] = {}
        for file in sorted((data / "meltano" / kind).glob("*/*.yml")):
            name, variant = file.parent.name, file.stem
            text = file.read_text(encoding="utf-8")
            document = yaml.load(text, yaml.CSafeLoader)
            if "logo_url" in document:
                document["logo_url"] = BASE + document["logo_url"]
            document["docs"] = f"{BASE}/{kind}/{name}--{variant}"
            for key in DROPPED:
                document.pop(key, None)
            if kind not in {"extractors", "loaders"}:
                document.pop("hidden", None)
            path = f"meltano/api/v1/plugins/{kind}/{name}--{variant}"
            built[path] = json.dumps(document)
            default = defaults[kind].get(name)
            entry = index.setdefault(
                name, {"default_variant": default, "variants": {}, "logo_url": None}
            )
            entry["variants"][variant] = {"ref": f"{BASE}/{path}"}
            if variant == default:
                entry["logo_url"] = document.get("logo_url")
        built[f"meltano/api/v1/plugins/{kind}/index"] = json.dumps(index)
        top[kind.value] = index
    built["meltano/api/v1/plugins/index"] = json.dumps(top)
    return built


def test_every_path_of_upstream_is_published_and_no_other(published, upstream):
    assert len(upstream) == 1199
    assert {path for path in published if path.startswith("meltano/")} == set(upstream)


def test_every_body_equals_upstreams_byte_for_byte(published, upstream):
    different = [
        path for path in upstream if published[path].decode() != upstream[path]
    ]
    assert different == []


def test_every_document_passes_the_api_schema(published):
    for path, body in published.items():
        kind, _, name = path.removeprefix("meltano/api/v1/plugins/").partition("/")
        if name and name != "index":
            assert not list(schemas.document_errors(PluginType(kind), json.loads(body)))


def test_every_index_passes_the_api_schema(published):
    top = json.loads(published["meltano/api/v1/plugins/index"])
    assert not list(schemas.plugins_index_errors(top))
    for kind in PluginType:
        index = json.loads(published[f"meltano/api/v1/plugins/{kind}/index"])
        assert not list(schemas.index_errors(index))


def test_the_schemas_are_upstreams_own(real_definitions):
    upstream = real_definitions.parent.parent / "contract" / "schemas"
    ours = {file.relative_to(schemas.FOLDER) for file in schemas.FOLDER.rglob("*.json")}
    assert ours == {file.relative_to(upstream) for file in upstream.rglob("*.json")}
    for file in ours:
        assert (schemas.FOLDER / file).read_bytes() == (upstream / file).read_bytes()
