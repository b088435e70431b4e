"""What stands in the database, in forms that tests compare."""

from collections import Counter

from django.apps import apps
from django.db import connection

from registry.models import Document, Event, Plugin, Setting, Snapshot, Variant

API = "meltano/api/v1/plugins"


def places():
    """Return every row of ours with where it lies: any write moves or makes one."""
    found = {}
    with connection.cursor() as cursor:
        for model in [*apps.get_app_config("registry").get_models()]:
            table = model._meta.db_table
            cursor.execute(f'SELECT id, ctid::text FROM "{table}"')  # noqa: S608
            found |= {(table, key): place for key, place in cursor.fetchall()}
    return found


def without_due_times(rows):
    """Leave sources out: each look sets when the next one is due."""
    return {key: place for key, place in rows.items() if key[0] != "registry_source"}


def documents():
    """Return every published body by path, below the discovery API's plugins."""
    rows = Document.objects.values_list("path", "body")
    return {path.removeprefix(f"{API}/"): bytes(body) for path, body in rows}


def serials():
    rows = Document.objects.values_list("path", "serial")
    return {path.removeprefix(f"{API}/"): serial for path, serial in rows}


def rewritten(before):
    """Return the paths whose document is newer than in `before`, some `serials()`."""
    return {path for path, serial in serials().items() if serial != before.get(path)}


def subjects():
    """Return how many snapshots there are of each subject."""
    return Counter(Snapshot.objects.values_list("subject", flat=True))


def happened():
    """Return every event as plugin, variant and verb, oldest first."""
    rows = Event.objects.order_by("pk")
    return [
        (f"{e.plugin}--{e.variant}", str(e.verb))
        for e in rows.select_related("plugin", "variant")
    ]


def catalog():
    """Return all that the catalog says, without when it was said."""
    variants = Variant.objects.select_related("plugin", "current_release")
    return {
        "plugins": {
            (p.type, p.name): (
                p.label,
                p.description,
                p.default_variant and p.default_variant.name,
                p.default_reason,
            )
            for p in Plugin.objects.select_related("default_variant")
        },
        "variants": {
            (v.plugin.type, v.plugin.name, v.name): (
                repr(v.definition),
                (v.label, v.description, v.namespace, v.pip_url, v.repo, v.logo_url),
                (v.hidden, v.gone_at is not None, v.counters),
                v.current_release and v.current_release.version,
                sorted(
                    (r.version, r.yanked, repr(r.artifacts)) for r in v.releases.all()
                ),
            )
            for v in variants.prefetch_related("releases")
        },
        "settings": sorted(
            (
                *(s.variant.plugin.type, s.variant.plugin.name, s.variant.name),
                *(s.position, s.name, s.kind, s.sensitive, repr(s.definition)),
            )
            for s in Setting.objects.select_related("variant__plugin")
        ),
    }
