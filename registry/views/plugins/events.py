"""What events say: one table of words for pages and feeds."""

from registry.models import Event
from registry.vocabulary import EventVerb

# Each goes on after a name: "tap-x by ada" + "was added".
TOLD = {
    EventVerb.ADDED: "was added",
    EventVerb.CHANGED: "changed",
    EventVerb.GONE: "is gone from all its sources",
    EventVerb.RETURNED: "is back",
    EventVerb.RELEASED: "has a new release",
    EventVerb.RETAGGED: "has a release that is not what it was",
    EventVerb.BREAKING: "has a release with breaking differences",
    EventVerb.DEFAULT_MOVED: "is the default now",
    EventVerb.HELD: "has a definition that is held back",
}
MESSAGES_SHOWN = 10


def told(event: Event) -> str:
    """Return what happened, to be read after the name of what it happened to."""
    words = TOLD[EventVerb(event.verb)]
    version = event.data.get("version", "")
    return f"{words}: {version}" if version else words


def why(event: Event) -> str:
    """Return why or how it happened, as the event says; nothing where it does not."""
    said = event.data
    match event.verb:
        case EventVerb.HELD:
            return " ".join(one["message"] for one in said.get("findings", []))
        case EventVerb.RETAGGED:
            moved = ", ".join(sorted(said.get("now", {})))
            return f"Its source shows other content than before: {moved}."
        case EventVerb.BREAKING:
            shown = _shown(said.get("differences", []))
            return f"Compared with {said.get('before', '')}: {shown}"
        case EventVerb.CHANGED:
            return _shown(said.get("changes", []))
        case EventVerb.DEFAULT_MOVED:
            before = f"Before, it was {said['from']}. " if said.get("from") else ""
            return before + str(said.get("reason", ""))
    return str(said.get("reason", ""))


def _shown(messages: list[str]) -> str:
    more = len(messages) - MESSAGES_SHOWN
    rest = [f"And {more} more."] if more > 0 else []
    return " ".join([*messages[:MESSAGES_SHOWN], *rest])
