"""The registry's addresses. None has a trailing slash: hub's own paths carry none."""

from django.urls import path, register_converter

from registry.views.brand.brand import site_logo, style
from registry.views.brand.keys import keys
from registry.views.brand.logo import logo
from registry.views.brand.preview import preview, site_preview
from registry.views.brand.theme import theme
from registry.views.catalog.browse import browse, suggestions
from registry.views.catalog.home import home
from registry.views.catalog.maintainer import maintainer
from registry.views.catalog.maintainers import maintainers
from registry.views.catalog.service import service
from registry.views.catalog.services import services
from registry.views.converters import (
    NameConverter,
    PluginTypeConverter,
    VersionConverter,
)
from registry.views.guide.capable import capabilities, capability
from registry.views.guide.chapters import BOOKS
from registry.views.guide.guide import chapter, contents
from registry.views.missing import missing
from registry.views.plugins.compare import compare
from registry.views.plugins.history import history
from registry.views.plugins.plugin import plugin
from registry.views.programs.badges import badge, badges
from registry.views.programs.feed_list import feeds
from registry.views.programs.feeds import (
    feed,
    maintainer_feed,
    plugin_feed,
    service_feed,
    variant_feed,
)
from registry.views.programs.opensearch import opensearch
from registry.views.programs.robots import robots
from registry.views.programs.sitemap import sitemap, sitemap_part
from registry.views.releases.changes import changes
from registry.views.releases.definition import definition
from registry.views.releases.version import compare_releases, version
from registry.views.releases.versions import choose, versions
from registry.views.runs.conformance import checks, conformance
from registry.views.runs.matrix import loading, matrix
from registry.views.runs.probes import probes
from registry.views.runs.run import requirements, run
from registry.views.status.source import hook, refresh, source
from registry.views.status.status import crawl, status, status_json
from registry.views.status.tickets import announce, give, hold, take
from registry.views.variants.readme import readme
from registry.views.variants.streams import streams
from registry.views.variants.variant import variant
from registry.views.variants.way import way

register_converter(PluginTypeConverter, "type")
register_converter(NameConverter, "name")
register_converter(VersionConverter, "version")

VARIANT = "<type:kind>/<name:name>--<name:variant_name>"

urlpatterns = [
    path("", home, name="home"),
    path("search", browse, name="search"),
    path("suggest", suggestions, name="suggest"),
    path("theme", theme, name="theme"),
    path("way", way, name="way"),
    path("keys", keys, name="keys"),
    path("status", status, name="status"),
    path("status.json", status_json, name="status-json"),
    path("status/crawl", crawl, name="status-crawl"),
    path("assets/brand.css", style, name="brand-css"),
    path("assets/brand/logo", site_logo, name="site-logo"),
    path("assets/logos/<path:address>", logo, name="logo"),
    path("og/<slug:digest>/site.png", site_preview, name="site-preview"),
    path(
        "og/<slug:digest>/<type:kind>/<name:name>.png", preview, name="plugin-preview"
    ),
    path(
        "og/<slug:digest>/<type:kind>/<name:name>--<name:variant_name>.png",
        preview,
        name="variant-preview",
    ),
    path("runs/<int:pk>", run, name="run"),
    path("runs/<int:pk>/requirements.txt", requirements, name="requirements"),
    path("conformance", checks, name="checks"),
    path("conformance/<int:pk>", conformance, name="conformance"),
    path("matrix", matrix, name="matrix"),
    path("matrix/<int:pk>", loading, name="loading"),
    path("sources/<int:pk>", source, name="source"),
    path("sources/<int:pk>/refresh", refresh, name="refresh"),
    path("hooks/<int:pk>", hook, name="hook"),
    path("sandbox/machines", announce, name="announce-machine"),
    path("sandbox/tickets", take, name="take-ticket"),
    path("sandbox/tickets/<uuid:lease>", hold, name="hold-ticket"),
    path("sandbox/records/<uuid:lease>", give, name="give-record"),
    path("feed", feed, name="feed"),
    path("feeds", feeds, name="feeds"),
    path("sitemap.xml", sitemap, name="sitemap"),
    path("sitemap-<slug:rows>-<int:number>.xml", sitemap_part, name="sitemap-part"),
    path("robots.txt", robots, name="robots"),
    path("opensearch.xml", opensearch, name="opensearch"),
    path("capabilities", capabilities, name="capabilities"),
    path("capabilities/<name:word>", capability, name="capability"),
    *(path(book.slug, contents, {"book": book}, name=book.slug) for book in BOOKS),
    *(
        path(f"{book.slug}/<slug:slug>", chapter, {"book": book}, name=book.route)
        for book in BOOKS
    ),
    path("services", services, name="services"),
    path("services/<name:name>", service, name="service"),
    path("services/<name:name>/feed", service_feed, name="service-feed"),
    path("maintainers", maintainers, name="maintainers"),
    path("maintainers/<name:name>", maintainer, name="maintainer"),
    path("maintainers/<name:name>/feed", maintainer_feed, name="maintainer-feed"),
    path("<type:kind>", browse, name="browse"),
    # Before the plugins: one that is called `feed` has no page of its own.
    path("<type:kind>/feed", feed, name="type-feed"),
    path("<type:kind>/<name:name>", plugin, name="plugin"),
    path("<type:kind>/<name:name>--<name:variant_name>", variant, name="variant"),
    path(
        "<type:kind>/<name:name>--<name:variant_name>/changes", changes, name="changes"
    ),
    path(f"{VARIANT}/badges", badges, name="badges"),
    path(f"{VARIANT}/badges/<slug:fact>.svg", badge, name="badge"),
    path(f"{VARIANT}/probes", probes, name="probes"),
    path(f"{VARIANT}/readme", readme, name="readme"),
    path(f"{VARIANT}/versions", versions, name="versions"),
    # Before the version: that may have a slash in it.
    path(
        f"{VARIANT}/versions/<version:version>/definition",
        definition,
        name="definition",
    ),
    path(f"{VARIANT}/versions/<version:version>", version, name="version"),
    path(f"{VARIANT}/compare", choose, name="choose-releases"),
    path(
        f"{VARIANT}/compare/<version:older>...<version:newer>",
        compare_releases,
        name="compare-releases",
    ),
    path("<type:kind>/<name:name>/history", history, name="history"),
    path("<type:kind>/<name:name>/compare", compare, name="compare"),
    path(
        "<type:kind>/<name:name>--<name:variant_name>/streams", streams, name="streams"
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
