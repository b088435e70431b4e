"""Write the entries of plugins that changed: what search reads is never older than they are.

An entry follows from rows alone, so it does not matter who writes it, how often, or who was
killed over it. The plugins are locked while their rows are read, in the order of their ids:
of two writers the one that comes later has read later, and none waits in a circle.
"""

import json
from collections import defaultdict
from collections.abc import Collection

from django.db import connection, transaction

from registry.models import Plugin, Stream, Variant
from registry.models.bulk import BATCH
from registry.search.entries import entry_of

# Moves when an entry of the same rows is another: every plugin's is then written again.
VERSION = 3
COLUMNS = (
    "variant_id", "plugin_id", "plugin_name", "name", "projects", "is_default",
    "released_at", "type", "capability", "license", "maintenance", "python", "installs",
    "traits", "keywords", "named", "labelled", "aliases", "stem", "label", "title",
    "about", "contents",
)  # fmt: skip
WRITTEN = ", ".join(COLUMNS)
WRITE = f"""
    INSERT INTO registry_searchentry AS entry ({WRITTEN})
    SELECT variant_id, plugin_id, plugin_name, name, projects, is_default, released_at,
        type, capability, license, maintenance, python, installs, traits, keywords,
        named, labelled, aliases, stem, label, title::tsvector, to_tsvector('english', about),
        array_to_tsvector(contents)
    FROM jsonb_to_recordset(%s::jsonb) AS said (
        variant_id bigint, plugin_id bigint, plugin_name text, name text, projects integer,
        is_default boolean, released_at timestamptz, type bigint, capability bigint,
        license bigint, maintenance bigint, python bigint, installs bigint, traits bigint,
        keywords text, named text[], labelled text[], aliases text[], stem text,
        label text, title text, about text, contents text[]
    )
    ORDER BY variant_id
    ON CONFLICT (variant_id) DO UPDATE
    SET ({WRITTEN}) = ROW ({", ".join(f"excluded.{column}" for column in COLUMNS)})
    WHERE ({", ".join(f"entry.{column}" for column in COLUMNS)})
        IS DISTINCT FROM ({", ".join(f"excluded.{column}" for column in COLUMNS)})
"""  # noqa: S608  our own words


def refresh(plugins: Collection[int]) -> int:
    """Bring the entries of these plugins (by key) up to date; return how many changed.

    Four queries for up to 1,000 plugins. Entries that are as they were are not written.
    """
    keys = sorted(plugins)
    return sum(
        _refresh(keys[start : start + BATCH]) for start in range(0, len(keys), BATCH)
    )


def write_entries(said: list[dict[str, object]]) -> int:
    """Write entries, as `entry_of` returns them, where they differ; return how many did.

    One query.
    """
    text = json.dumps(said, ensure_ascii=False)
    with connection.cursor() as cursor:
        cursor.execute(WRITE, [text])
        return int(cursor.rowcount)


def _refresh(keys: list[int]) -> int:
    with transaction.atomic():
        rows = Plugin.objects.filter(pk__in=keys).order_by("pk")
        by_id = {row.pk: row for row in rows.select_for_update(no_key=True)}
        variants = list(
            Variant.objects.filter(plugin__in=by_id).select_related(
                "current_release", "maintainer"
            )
        )
        every = {variant.pk: variant for variant in variants}
        for plugin in by_id.values():
            default = every.get(plugin.default_variant_id or 0)
            if default is not None:
                plugin.default_variant = default
        streams = _streams(variants)
        said = [
            entry_of(by_id[v.plugin_id], v, streams[v.current_release_id])
            for v in variants
            if by_id[v.plugin_id].default_variant_id
        ]
        return write_entries(said) if said else 0


def _streams(variants: Collection[Variant]) -> dict[int | None, list[Stream]]:
    """Return the streams of the variants' current releases, by release. One query."""
    grouped: dict[int | None, list[Stream]] = defaultdict(list)
    releases = {variant.current_release_id for variant in variants}
    for stream in Stream.objects.filter(release__in=releases - {None}):
        grouped[stream.release_id].append(stream)
    return grouped
