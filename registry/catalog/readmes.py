"""Keep each variant's README: of what is installed, else of whoever else has one.

Which one it is follows from who speaks of a variant now and from what each last showed, as
everything else in the catalog. A source that says nothing new is not read again: its README
is the row that is there, or it is asked for where the row is no more.
"""

from collections.abc import Iterable, Mapping, Sequence

from registry.models import Plugin, Snapshot, Statement, Variant
from registry.models import Readme as Row
from registry.models.bulk import BATCH
from registry.places import requirement_place
from registry.readmes import Readme, ReadmeText, readme_of
from registry.vocabulary import Origin, SourceKind

# A definition speaks of somebody else's connector and has no README of it.
TELLING = (Origin.PACKAGE, Origin.REPOSITORY)

type Texts = dict[int, ReadmeText | None]
type Speakers = dict[int, list[Statement]]


def keep_readmes(touched: Sequence[Plugin], snapshots: Iterable[Snapshot]) -> None:
    """Bring the READMEs in line with `snapshots`, and with who speaks of touched plugins.

    `snapshots` are new ones of packages and repositories. HTML is made only where the text
    or the rules are others than the row's. Six queries at most beside what is written.
    """
    texts = {one.source_id: _text(one) for one in snapshots}
    speakers = _speakers(touched, texts)
    rows = {row.variant_id: row for row in _rows(speakers)}
    texts |= _read(_unread(speakers, rows, texts))
    gone, changed = [], []
    made: dict[str, str] = {}
    for variant_id, statements in speakers.items():
        row = rows.get(variant_id)
        said = _first(statements, row, texts)
        if said is None:
            gone += [row.pk] if row is not None else []
            continue
        text = texts.get(said.source_id)
        if text is not None:
            readme = Readme(text, str(said.definition.get("repo") or ""))
            changed += _news(row, said, readme, made)
    _write(changed, gone)


def _text(snapshot: Snapshot) -> ReadmeText | None:
    source = snapshot.source
    return readme_of(SourceKind(source.kind), source.address, snapshot.evidence)


def _speakers(touched: Sequence[Plugin], source_ids: Iterable[int]) -> Speakers:
    """Return what packages and repositories say of each variant, likeliest README first.

    Of all variants of touched plugins, and of those that the sources speak of.
    """
    ids = set(Variant.objects.filter(plugin__in=touched).values_list("pk", flat=True))
    spoken = Statement.objects.filter(source__in=list(source_ids), gone_at=None)
    ids |= set(spoken.values_list("variant", flat=True))
    found: Speakers = {pk: [] for pk in ids}
    rows = Statement.objects.filter(variant__in=ids, origin__in=TELLING)
    for row in rows.select_related("variant", "source").only(
        "definition", "gone_at", "source__kind", "source__address",
        "variant__pip_url", "variant__package", "variant__repository",
    ):  # fmt: skip
        found[row.variant_id].append(row)
    for pk, statements in found.items():
        live = [row for row in statements if row.gone_at is None]
        # Of a variant that nobody speaks of any more stays what was last said.
        found[pk] = sorted(live or statements, key=_rank)
    return found


def _rank(said: Statement) -> tuple[bool, bool, str]:
    """Order the sources of a variant: what it installs, what it names, by address."""
    place = requirement_place(said.variant.pip_url)
    is_package = place is not None and place.kind is SourceKind.PACKAGE
    kind = SourceKind.PACKAGE if is_package else SourceKind.REPOSITORY
    named = (said.variant.package_id, said.variant.repository_id)
    return said.source.kind != kind, said.source_id not in named, said.source.address


def _rows(speakers: Speakers) -> Iterable[Row]:
    return Row.objects.filter(variant__in=speakers).defer("html") if speakers else ()


def _unread(speakers: Speakers, rows: Mapping[int, Row], texts: Texts) -> set[int]:
    """Return the sources whose README has to be read: it may be what is looked for."""
    wanted = set()
    for variant_id, statements in speakers.items():
        row = rows.get(variant_id)
        for said in statements:
            if said.source_id not in texts:
                if row is not None and row.source_id == said.source_id:
                    break
                wanted.add(said.source_id)
            elif texts[said.source_id] is not None:
                break
    return wanted


def _read(source_ids: set[int]) -> Texts:
    """Return the README in the newest snapshot of each source. One query, if any."""
    if not source_ids:
        return {}
    newest = Snapshot.objects.filter(source__in=source_ids, subject="")
    newest = newest.order_by("source_id", "-pk").distinct("source_id")
    rows = newest.select_related("source").only(
        "evidence", "source__kind", "source__address"
    )
    return {row.source_id: _text(row) for row in rows.iterator(chunk_size=BATCH)}


def _first(
    statements: Sequence[Statement], row: Row | None, texts: Texts
) -> Statement | None:
    """Return the first of the sources that has a README."""
    for said in statements:
        if texts.get(said.source_id) is not None:
            return said
        if said.source_id not in texts and row and row.source_id == said.source_id:
            return said
    return None


def _news(
    row: Row | None, said: Statement, readme: Readme, made: dict[str, str]
) -> list[Row]:
    """Return the row to write, if it is another than there is; each text is made once."""
    digest = readme.digest
    if row is not None and (row.source_id, row.digest) == (said.source_id, digest):
        return []
    if digest not in made:
        made[digest] = readme.html()
    return [
        Row(
            variant_id=said.variant_id,
            source_id=said.source_id,
            digest=digest,
            html=made[digest],
        )
    ]


def _write(changed: Sequence[Row], gone: Sequence[int]) -> None:
    if gone:
        Row.objects.filter(pk__in=gone).delete()
    Row.objects.bulk_create(
        changed,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["variant"],
        update_fields=["source", "digest", "html"],
    )
