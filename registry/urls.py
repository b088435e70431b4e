"""The registry's addresses. None has a trailing slash: hub's own paths carry none."""

from django.urls import path, register_converter

from registry.views.browse import browse, suggestions
from registry.views.changes import changes
from registry.views.converters import NameConverter, PluginTypeConverter
from registry.views.feeds import feed, plugin_feed, variant_feed
from registry.views.home import home
from registry.views.missing import missing
from registry.views.monogram import logo
from registry.views.opensearch import opensearch
from registry.views.plugin import plugin
from registry.views.robots import robots
from registry.views.run import run
from registry.views.sitemap import sitemap, sitemap_part
from registry.views.source import hook, refresh, source
from registry.views.theme import theme
from registry.views.tickets import give, take
from registry.views.variant import variant

register_converter(PluginTypeConverter, "type")
register_converter(NameConverter, "name")

urlpatterns = [
    path("", home, name="home"),
    path("search", browse, name="search"),
    path("suggest", suggestions, name="suggest"),
    path("theme", theme, name="theme"),
    path("assets/logos/<path:address>", logo, name="logo"),
    path("runs/<int:pk>", run, name="run"),
    path("sources/<int:pk>", source, name="source"),
    path("sources/<int:pk>/refresh", refresh, name="refresh"),
    path("hooks/<int:pk>", hook, name="hook"),
    path("sandbox/tickets", take, name="take-ticket"),
    path("sandbox/records/<uuid:lease>", give, name="give-record"),
    path("feed", feed, name="feed"),
    path("sitemap.xml", sitemap, name="sitemap"),
    path("sitemap-<slug:rows>-<int:number>.xml", sitemap_part, name="sitemap-part"),
    path("robots.txt", robots, name="robots"),
    path("opensearch.xml", opensearch, name="opensearch"),
    path("<type:kind>", browse, name="browse"),
    # Before the plugins: one that is called `feed` has no page of its own.
    path("<type:kind>/feed", feed, name="type-feed"),
    path("<type:kind>/<name:name>", plugin, name="plugin"),
    path("<type:kind>/<name:name>--<name:variant_name>", variant, name="variant"),
    path(
        "<type:kind>/<name:name>--<name:variant_name>/changes", changes, name="changes"
    ),
    path("<type:kind>/<name:name>/feed", plugin_feed, name="plugin-feed"),
    path(
        "<type:kind>/<name:name>--<name:variant_name>/feed",
        variant_feed,
        name="variant-feed",
    ),
    # Last: it answers whatever nothing above does.
    path("<path:address>", missing, name="missing"),
]
