"""What must be right on a machine whose workers go out."""

from django.conf import settings
from django.core.checks import WARNING, CheckMessage, Tags, register
from django.utils import timezone

from registry.models import Machine
from sandbox import assessed
from scrapers.crawlers.git.running import OLDEST, dotted, installed


@register()
def git_is_new_enough(**_: object) -> list[CheckMessage]:
    """Return W001 where Git is too old to fetch anything over HTTP.

    A warning: the pages and the package indexes need no Git.
    """
    found = installed()
    if found >= OLDEST:
        return []
    message = f"Git is {dotted(found)}: no repository on another host is read."
    hint = f"Install Git {dotted(OLDEST)} or newer, before any other on the PATH."
    return [CheckMessage(WARNING, message, hint=hint, id="scrapers.W001")]


# Of a deployment, for it makes a short attack on the sandbox: `check --deploy --tag sandbox`.
@register("sandbox", deploy=True)
def something_holds_foreign_code(**_: object) -> list[CheckMessage]:
    """Return W002 where nothing on this machine can hold what releases run."""
    held = assessed()
    if not settings.PROBE or held.holds:
        return []
    message = "No release is tried on this machine: pages say that it was not checked."
    return [CheckMessage(WARNING, message, hint=held.reason, id="scrapers.W002")]


# Of a deployment, too, and where the database is: a machine that tries releases has none.
@register(Tags.database, deploy=True)
def machines_get_tickets(**_: object) -> list[CheckMessage]:
    """Return W003 where no machine can get a ticket, though releases are to be tried."""
    if not settings.PROBE or Machine.objects.valid(timezone.now()).exists():
        return []
    message = "No release is tried: no machine has a key."
    hint = "`manage.py sandbox_key NAME` makes one; or set PROBE to false."
    return [CheckMessage(WARNING, message, hint=hint, id="scrapers.W003")]
