"""What must be right on a machine whose workers go out."""

from django.core.checks import WARNING, CheckMessage, register

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
