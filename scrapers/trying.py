"""Try a ticket's release in the sandbox, and keep the record as a snapshot.

Trying needs no database and no secret: it is given a requirement and gives back JSON. It may
take minutes; keeping is one short transaction that first sees whether the ticket is still
held by this worker, so nothing is kept twice.
"""

import hashlib
import json
import zipfile
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import transaction
from uv import find_uv_bin

from registry.facts import Json
from registry.models import ProbeTicket, Snapshot
from sandbox.trying import try_release
from sandbox.workshop import Workshop, open_workshop
from scrapers.crawlers.index import Indexes
from scrapers.http import session
from scrapers.probes.invocation import config_for, probe_record
from scrapers.static import read_source

# What differs from run to run and says nothing about the connector.
MEASURES = ("seconds", "cpu_seconds", "peak_bytes")
# A member of a wheel that is longer says nothing that is read; so do more of them.
MEMBER_LIMIT = 512 * 1024
MEMBERS_LIMIT = 2000


@cache
def workshop() -> Workshop:
    """Return this process's workshop on the default index. Finds the Pythons, once."""
    index = Indexes.configured(settings).default
    return open_workshop(
        Path(settings.SANDBOX_STATE),
        index_url=index.signed(index.address),
        session=session(settings.CRAWL_TIMEOUT_S, trusted=index.trusted),
        uv=Path(find_uv_bin()),
    )


def try_ticket(ticket: ProbeTicket) -> Json:
    """Return the record of a ticket's release on its Python.

    Raises Unavailable where the index could not be had, and NoInterpreter.
    """
    name = ticket.source.address
    return try_release(
        f"{name}=={ticket.version}",
        python=ticket.python,
        workshop=workshop(),
        config_for=lambda about: _config(about, {}),
        discover="tap-" in name,
        read_static=read_wheel,
    )


def keep_record(ticket: ProbeTicket, record: Json, *, now: datetime) -> Snapshot | None:
    """Keep a record as the ticket's newest snapshot, if it shows anything new.

    Returns None, and keeps nothing, where another worker holds the ticket by now or the
    record shows what the last one did.
    """
    digest = digest_of(record)
    with transaction.atomic():
        row = ticket.held()
        if row is None:
            return None
        row.succeeded(now)
        last = Snapshot.objects.latest_of(row.source, [row.subject]).first()
        if last is not None and last.digest == digest:
            return None
        return Snapshot.objects.create(
            source=row.source,
            subject=row.subject,
            digest=digest,
            revision=record.get("lock", "")[:200],
            taken_at=now,
            evidence=record,
        )


def digest_of(record: Json) -> str:
    """Return the digest of what a record shows, whatever time that took."""
    steps = [
        {key: value for key, value in step.items() if key not in MEASURES}
        for step in record["steps"]
    ]
    return hashlib.sha256(json.dumps({**record, "steps": steps}).encode()).hexdigest()


def read_wheel(wheel: Path) -> Json:
    """Return what a wheel's files say, read as data; nothing of what is no archive."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            return read_source(_texts(archive))
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError):
        return {}


def _texts(archive: zipfile.ZipFile) -> Mapping[str, str]:
    members = [
        member
        for member in archive.infolist()[:MEMBERS_LIMIT]
        if member.filename.endswith((".py", ".json"))
        and member.file_size <= MEMBER_LIMIT
    ]
    return {
        member.filename: archive.read(member).decode("utf-8", "replace")
        for member in members
    }


def _config(about: Json, static: Json) -> Json | None:
    """Return a config to discover with, made of what a connector says or its code reads."""
    printed = {"name": "about", "ending": "exited", "exit_code": 0,
               "stdout": json.dumps(about)}  # fmt: skip
    tried = probe_record({"steps": [printed] if about else [], "static": static})
    if tried.settings is None:
        return None
    groups = tried.required_groups.value if tried.required_groups else ()
    return config_for(tried.settings.value, groups)
