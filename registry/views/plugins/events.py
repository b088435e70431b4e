"""What events say: one table of words for pages and feeds."""

from registry.models import Event
from registry.views.releases.naming import called
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
    EventVerb.STOPPED: "has a release that no longer runs",
    EventVerb.RUNS_AGAIN: "has a release that runs again",
    EventVerb.DEFAULT_MOVED: "is the default now",
    EventVerb.HELD: "has a definition that is held back",
}
# What was only read from files may have been misread.
MAY_BREAK = "has a release that may break what worked"
TURNED = {
    EventVerb.STOPPED: "no longer runs on Python {}",
    EventVerb.RUNS_AGAIN: "runs on Python {} again",
}
MESSAGES_SHOWN = 10


def told(event: Event) -> str:
    """Return what happened, to be read after the name of what it happened to."""
    words = TOLD[EventVerb(event.verb)]
    said = event.data
    if event.verb == EventVerb.BREAKING and said.get("read"):
        words = MAY_BREAK
    version = said.get("version", "")
    if "python" in said:
        version = f"{called(version)} on Python {said['python']}"
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
        case EventVerb.STOPPED | EventVerb.RUNS_AGAIN:
            return _turned(event) if "python" in said else ""
        case EventVerb.CHANGED:
            return _shown(said.get("changes", []))
        case EventVerb.DEFAULT_MOVED:
            before = f"Before, it was {said['from']}. " if said.get("from") else ""
            return before + str(said.get("reason", ""))
    return str(said.get("reason", ""))


def _turned(event: Event) -> str:
    """Return where a release stopped running or runs again, and what came with that."""
    said = event.data
    what = TURNED[EventVerb(event.verb)].format(said["python"])
    sentence = f"{called(said['version'])} {what}"
    if moved := said.get("moved"):
        shown = moved[:MESSAGES_SHOWN]
        more = len(moved) - len(shown) + said.get("moved_more", 0)
        rest = f" and {more} more" if more else ""
        sentence += f": {', '.join(shown)}{rest} came with it"
    elif moved is not None:
        sentence += ", with the same packages"
    parts = [f"{sentence}."]
    if pair := said.get("interpreters"):
        parts.append(f"Python was {pair[0]} and is {pair[1]}.")
    return " ".join([*parts, said.get("cause", "")]).strip()


def _shown(messages: list[str]) -> str:
    more = len(messages) - MESSAGES_SHOWN
    rest = [f"And {more} more."] if more > 0 else []
    return " ".join([*messages[:MESSAGES_SHOWN], *rest])
