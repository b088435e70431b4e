"""Atom feeds of the catalog's events: of all, a type, a plugin, a service or a maintainer.

Source: RFC 4287.
"""

import re
from datetime import UTC, datetime

from django.conf import settings
from django.db.models import FETCH_RAISE, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed, get_tag_uri
from django.utils.html import escape

from registry.models import Event, Maintainer, Plugin, Variant
from registry.views.catalog.maintainer import unknown_maintainer
from registry.views.missing import not_found
from registry.views.plugins.events import told, why
from registry.views.programs.reading import for_programs
from registry.views.releases.naming import by
from registry.vocabulary import PluginType

SHOWN = 50
# A feed has to say when it changed, and one in which nothing happened never did.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
# Text from outside may hold what no XML document can. Source: XML 1.0, production 2.
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@for_programs
def feed(request: HttpRequest, kind: PluginType | None = None) -> HttpResponse:
    """Answer what last happened to all plugins, or to those of one type. One query."""
    events = Event.objects.filter(plugin__type=kind) if kind else Event.objects.all()
    about = reverse("browse", args=[kind]) if kind else reverse("home")
    return _atom(request, f"Changes of all {kind or 'plugins'}", about, events)


@for_programs
def plugin_feed(request: HttpRequest, kind: PluginType, name: str) -> HttpResponse:
    """Answer what last happened to a plugin and its variants. Two queries."""
    found = Plugin.objects.filter(type=kind, name=name).first()
    if found is None:
        return not_found(request, name)
    about = reverse("plugin", args=[kind, name])
    return _atom(request, f"Changes of {name}", about, found.events.all())


@for_programs
def variant_feed(
    request: HttpRequest, kind: PluginType, name: str, variant_name: str
) -> HttpResponse:
    """Answer what last happened to one variant. Two queries."""
    found = (
        Variant.objects.filter(plugin__type=kind, plugin__name=name, name=variant_name)
        .only("plugin_id")
        .first()
    )
    if found is None:
        return not_found(request, name)
    about = reverse("variant", args=[kind, name, variant_name])
    # By the plugin, too: that is what events are indexed by.
    events = Event.objects.filter(plugin=found.plugin_id, variant=found)
    return _atom(request, f"Changes of {name} {by(variant_name)}", about, events)


@for_programs
def service_feed(request: HttpRequest, name: str) -> HttpResponse:
    """Answer what last happened to what connects to a service. Two queries."""
    plugins = list(Plugin.objects.filter(service=name).values_list("pk", flat=True))
    if not plugins:
        return not_found(request, name)
    about = reverse("service", args=[name])
    events = Event.objects.filter(plugin__in=plugins)
    return _atom(request, f"Changes of connectors for {name}", about, events)


@for_programs
def maintainer_feed(request: HttpRequest, name: str) -> HttpResponse:
    """Answer what last happened to a maintainer's variants. Two queries."""
    found = Maintainer.objects.filter(name=name).first()
    if found is None:
        return unknown_maintainer(request, name)
    about = reverse("maintainer", args=[name])
    events = Event.objects.filter(variant__maintainer=found)
    return _atom(request, f"Changes of connectors by {found.label}", about, events)


def title_of(event: Event) -> str:
    """Return an event in a few plain words."""
    named = event.plugin.name
    if event.variant is not None:
        named += f" {by(event.variant.name)}"
    return _clean(f"{named} {told(event)}")


def summary_of(event: Event) -> str:
    """Return why something happened, as the event says; nothing where it does not."""
    return _clean(why(event))


def _atom(
    request: HttpRequest, title: str, about: str, events: QuerySet[Event]
) -> HttpResponse:
    """Return the newest of the events as an Atom document about a page. One query."""
    base, newest = settings.PUBLIC_URL, list(_newest(events))
    address = base + request.path
    atom = _Feed(
        title, base + about, None, language="en", author_name=settings.SITE_NAME,
        feed_url=address, feed_guid=address,
        updated=newest[0].at if newest else NEVER,
    )  # fmt: skip
    for event in newest:
        atom.add_item(
            title_of(event),
            base + _page_of(event),
            # Atom takes it for HTML: escaped here once, and once more as XML.
            escape(summary_of(event)) or title_of(event),
            # The same in every feed that shows it, and never another event's.
            unique_id=get_tag_uri(f"{base}/events/{event.pk}", event.at),
            pubdate=event.at,
            updateddate=event.at,
            categories=[str(event.verb)],
        )
    return HttpResponse(atom.writeString("utf-8"), content_type=atom.content_type)


def _newest(events: QuerySet[Event]) -> QuerySet[Event]:
    return (
        events.select_related("plugin", "variant")
        .only("at", "verb", "data", "plugin__type", "plugin__name", "variant__name")
        .fetch_mode(FETCH_RAISE)[:SHOWN]
    )


def _page_of(event: Event) -> str:
    plugin, variant = event.plugin, event.variant
    if variant is None:
        return reverse("plugin", args=[plugin.type, plugin.name])
    return reverse("variant", args=[plugin.type, plugin.name, variant.name])


def _clean(text: str) -> str:
    return NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)


class _Feed(Atom1Feed):
    """An Atom feed that says of an empty one that it never changed, and not "now"."""

    def latest_post_date(self) -> datetime:
        updated: datetime = self.feed["updated"]
        return updated
