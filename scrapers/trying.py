"""Try a release in the sandbox: a requirement goes in, and JSON comes out.

This needs no database and no secret but the package index's own.
"""

import logging
from collections.abc import Mapping
from errno import ENOSPC
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from uv import find_uv_bin

from registry.catalog.records import unchanged
from registry.facts import Json
from sandbox.providing import current_lock
from sandbox.pythons import fetch_python
from sandbox.records import LAYOUT
from sandbox.sources import SourceTree
from sandbox.tidying import is_nearly_full, keep_within
from sandbox.trying import Trial
from sandbox.workshop import Workshop, open_workshop
from scrapers.crawlers.index import Indexes
from scrapers.http import session, trust
from scrapers.probes.invocation import config_from
from scrapers.source_trees import MARK, Wanted, asked
from scrapers.static.wheel import read_wheel

logger = logging.getLogger(__name__)


@cache
def workshop() -> Workshop:
    """Return this process's workshop on the default index. Finds the Pythons, once."""
    index = Indexes.configured(settings).default
    # A file may have hundreds of megabytes.
    http = session(settings.CRAWL_TIMEOUT_S * 5, trusted=index.trusted)

    def admit(url: str) -> None:
        # An operator's private index may keep its files elsewhere inside.
        if index.is_configured and (host := urlsplit(url).hostname):
            trust(http, {host})

    return open_workshop(
        Path(settings.SANDBOX_STATE),
        index_url=index.signed(index.address),
        session=http,
        uv=Path(find_uv_bin()),
        admit=admit,
    )


def tidy_up() -> None:
    """Keep what tries have left on this machine within its limit of disk.

    Takes no time where little was added since; else it waits for the tries that run.
    """
    limit_bytes = settings.SANDBOX_STATE_GB * 10**9
    if removed := keep_within(Path(settings.SANDBOX_STATE), limit_bytes=limit_bytes):
        logger.info("Removed %d MB of what tries had kept.", removed // 10**6)


def make_room() -> None:
    """Tidy up before a try. Raises OSError where the disk is nearly full nevertheless."""
    tidy_up()
    if is_nearly_full(Path(settings.SANDBOX_STATE)):
        raise OSError(ENOSPC, "This machine's disk is nearly full: nothing is tried.")


def fetch_pythons() -> None:
    """Have the configured Pythons fetched that this machine lacks; why not is logged."""
    here = workshop()
    missing = [one for one in settings.PROBE_PYTHONS if one not in here.interpreters]
    if not settings.SANDBOX_FETCH_PYTHONS or not missing:
        return
    for minor in missing:
        if why := fetch_python(minor, here.state, here.uv):
            logger.warning("Python %s is not here and was not fetched: %s", minor, why)
    # Who is at a try goes on with what there was.
    workshop.cache_clear()


def answer_run(question: Mapping[str, Any]) -> Json:
    """Return the record of the release in question, or that it is as it was.

    Where the same files would be installed for the same Python by the same sandbox, nothing
    is run again: that follows from the index's pages and the commit alone. Raises what
    `try_spec` raises, a CrawlError where a repository can't be had, and OSError where this
    machine's disk is nearly full.
    """
    wanted = asked(question, workshop())
    if is_as_it_was(wanted, question):
        return unchanged(question)
    make_room()
    python, is_tap = str(question["python"]), names_tap(str(question["address"]))
    return try_spec(
        wanted.spec,
        source=wanted.source,
        beside=wanted.beside,
        python=python,
        is_tap=is_tap,
    )


def names_tap(address: str) -> bool:
    """Say whether a package, a repository or the folder in it is called a tap.

    Who keeps it may be called anything, and so may what is installed beside it.
    """
    own = address.partition(" ")[0]
    return any("tap-" in part.rpartition("/")[2] for part in own.split(MARK))


def is_as_it_was(wanted: Wanted, question: Mapping[str, Any]) -> bool:
    """Say whether trying a release again would install what was installed the last time."""
    here = workshop().interpreters.get(str(question["python"]))
    if here is None or question["layout"] != LAYOUT or not question["lock"]:
        return False
    # What a newer Python elsewhere has tried is not tried again on an older one.
    if question["patch"] < here.patch:
        return False
    now = current_lock(
        wanted.spec,
        python=here.minor,
        workshop=workshop(),
        rescue=str(question["rescue"]),
        source=wanted.source,
        beside=wanted.beside,
    )
    return bool(now == question["lock"])


def try_spec(
    spec: str,
    *,
    python: str,
    is_tap: bool,
    source: SourceTree | None = None,
    beside: tuple[str, ...] = (),
) -> Json:
    """Return the record of whatever release a requirement leads to, or of a source tree.

    `beside` are requirements that are installed with it. Raises Unavailable where the index
    could not be had, NotASpec, and NoInterpreter.
    """
    trial = Trial(
        workshop=workshop(),
        config_for=config_from,
        discover=is_tap,
        read_static=read_wheel,
    )
    return trial.of(spec, python=python, source=source, beside=beside)
