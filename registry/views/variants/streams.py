"""The streams of a variant's current release, and the page that shows all of them.

A large tap has hundreds of streams with thousands of fields: schemas are read from the
database only where all of them together are small, or for the one stream that is asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Case,
    Count,
    F,
    Func,
    IntegerField,
    JSONField,
    Q,
    QuerySet,
    Sum,
    When,
    Window,
)
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from registry.facts import Json
from registry.models import ProbeRun, Release, Statement, Stream, Variant
from registry.tried.offers import STREAMS_KEPT
from registry.views.releases.tried import named, variant_page
from registry.vocabulary import Origin

# On a variant's page; the page of streams has all of them, with more fields.
STREAMS_SHOWN = 50
FIELDS_SHOWN, FIELDS_OF_PAGE = 250, 3000
# Of a release that is not the current one, on its page.
SEEN_SHOWN = 200
FULL_TABLE = "full table"
# A schema is text from outside: no table of use has more fields.
FIELDS_OF_ONE = 2000


class FieldCount(Func):
    """The number of a schema's fields, counted where it is kept: schemas are large."""

    template = (
        "(SELECT count(*) FROM jsonb_object_keys(CASE jsonb_typeof(%(expressions)s"
        " -> 'properties') WHEN 'object' THEN %(expressions)s -> 'properties'"
        " ELSE '{}'::jsonb END))"
    )
    output_field = IntegerField()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One stream in words; `fields` are empty where they are shown elsewhere."""

    name: str
    keys: str
    method: str
    replication_key: str
    field_count: int
    fields: tuple[tuple[str, str], ...]

    @property
    def is_key_unused(self) -> bool:
        """Say whether it names a replication key and is read as a whole all the same."""
        return bool(self.replication_key) and self.method == FULL_TABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Streams:
    """Streams to show, how many there are, and the run that saw them.

    `is_current` says that they are those of the current release: they have a page. `is_read`
    says that no run showed them: they stand in the release's files.
    """

    rows: tuple[Row, ...]
    count: int
    release: Release
    run: ProbeRun | None
    is_current: bool = True
    is_read: bool = False

    @property
    def is_whole(self) -> bool:
        """Say whether these are all that there are."""
        return self.count < STREAMS_KEPT

    @property
    def has_fields(self) -> bool:
        """Say whether any of the rows has its fields with it."""
        return any(row.fields for row in self.rows)


def how_many(count: int) -> str:
    """Return how many streams there are, in words where no more than these are kept."""
    return f"{count} or more" if count >= STREAMS_KEPT else str(count)


def streams_of(
    release: Release | None,
    run: ProbeRun | None,
    *,
    limit: int | None = STREAMS_SHOWN,
    fields: int = FIELDS_SHOWN,
    chosen: str = "",
) -> Streams | None:
    """Return a release's streams by name; None where none is known. One query.

    With their fields where all have at most `fields` together; `chosen` has its own anyway.
    """
    if release is None:
        return None
    found = list(_counted(release, fields=fields, chosen=chosen)[:limit])
    if not found:
        return None
    return Streams(
        rows=tuple(_row(one) for one in found),
        count=found[0].total,
        release=release,
        run=run,
        is_read=found[0].is_read,
    )


def streams_told(release: Release, run: ProbeRun) -> Streams | None:
    """Return the streams that a run saw of a release, else those in its files. No query."""
    is_read = "streams" not in run.surface
    said: list[Json] = (run.code if is_read else run.surface).get("streams", [])
    if not said:
        return None
    fields = [list(one.get("fields", {}).items()) for one in said]
    is_small = sum(map(len, fields)) <= FIELDS_SHOWN
    rows = zip(said[:SEEN_SHOWN], fields, strict=False)
    return Streams(
        rows=tuple(_seen(one, of, is_small=is_small) for one, of in rows),
        count=len(said),
        release=release,
        run=run,
        is_current=False,
        is_read=is_read,
    )


@variant_page
def streams(request: HttpRequest, row: Variant) -> HttpResponse:
    """Show all streams of a variant, and the fields of the one in `stream`. Three queries."""
    chosen = request.GET.get("stream", "").replace("\x00", "")
    shown = streams_of(
        row.current_release,
        _seen_in(row),
        limit=None,
        fields=FIELDS_OF_PAGE,
        chosen=chosen,
    )
    context = named(row) | {"streams": shown, "chosen": chosen}
    return render(request, "registry/streams.html", context)


def _seen_in(row: Variant) -> ProbeRun | None:
    """Return the run that speaks of a variant, if any."""
    said = Statement.objects.filter(variant=row, origin=Origin.PROBE, gone_at=None)
    seen = ProbeRun.objects.filter(snapshot__in=said.values("snapshot"))
    return seen.only("version", "python", "ran_at").first()


def _counted(release: Release, *, fields: int, chosen: str) -> QuerySet[Stream, Any]:
    """Return a release's streams without schemas that are not shown."""
    return (
        Stream.objects.filter(release=release)
        .defer("schema")
        .annotate(field_count=FieldCount(F("schema")))
        .annotate(
            total=Window(Count("pk")), all_fields=Window(Sum(FieldCount(F("schema"))))
        )
        .annotate(
            shown=Case(
                When(
                    Q(all_fields__lte=fields) | Q(tap_stream_id=chosen), then="schema"
                ),
                output_field=JSONField(null=True),
            )
        )
    )


def _row(stream: Any) -> Row:
    keys = stream.key_properties
    return Row(
        name=stream.tap_stream_id,
        keys=", ".join(map(str, keys)) if isinstance(keys, list) else "",
        method=method_of(stream.replication_method),
        replication_key=stream.replication_key,
        field_count=stream.field_count,
        fields=tuple(fields_of(stream.shown)),
    )


def _seen(said: Json, fields: list[tuple[str, str]], *, is_small: bool) -> Row:
    return Row(
        name=str(said["id"]),
        keys=", ".join(said.get("key_properties", ())),
        method=method_of(said.get("replication_method", "")),
        replication_key=", ".join(said.get("replication_keys", ())),
        field_count=len(fields),
        fields=tuple(fields) if is_small else (),
    )


def method_of(written: str) -> str:
    """Return a replication method as people say it. Source: the Singer specification."""
    return written.lower().replace("_", " ")


def fields_of(schema: Any) -> Sequence[tuple[str, str]]:
    """Return the fields of a stream's schema with their types in words.

    Source: JSON Schema, `properties`; a text's `format` says more than that it is one.
    """
    said = schema.get("properties") if isinstance(schema, dict) else None
    if not isinstance(said, dict):
        return []
    return [(name, type_of(one)) for name, one in list(said.items())[:FIELDS_OF_ONE]]


def type_of(schema: Any) -> str:
    """Return the types a field's values may have; `null` says only that it may be empty."""
    if not isinstance(schema, dict):
        return "any"
    several = schema.get("anyOf") or schema.get("oneOf")
    if isinstance(several, list) and "type" not in schema:
        words = [type_of(one) for one in several if one != {"type": "null"}]
        return " or ".join(dict.fromkeys(words)) or "null"
    said = schema.get("type", "any")
    types = [str(one) for one in (said if isinstance(said, list) else [said])]
    words = [one for one in types if one != "null"] or types
    written = " or ".join(words)
    if words == ["string"] and isinstance(schema.get("format"), str):
        return str(schema["format"])
    return (
        f"array of {type_of(schema['items'])}" if _has_items(words, schema) else written
    )


def _has_items(words: list[str], schema: dict[str, Any]) -> bool:
    return words == ["array"] and isinstance(schema.get("items"), dict)
