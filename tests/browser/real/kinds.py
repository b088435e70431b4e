"""Every kind of page, by the name of its address in `registry.urls`, with one to look at."""

from django.urls import reverse

from registry.models import ConformanceRun, Loading, ProbeRun, Source
from registry.urls import urlpatterns
from registry.views.guide.chapters import BOOKS
from tests.browser.real import states

# What is no page to read: asked by programs, a picture, or an answer that leads to a page.
OTHERS = {
    "suggest", "theme", "way", "keys", "status-json", "brand-css", "site-logo", "logo",
    "plugin-preview", "variant-preview", "refresh", "hook", "take-ticket", "give-record",
    "hold-ticket",
    "feed", "service-feed", "maintainer-feed", "type-feed", "plugin-feed", "variant-feed",
    "sitemap", "sitemap-part", "robots", "opensearch", "choose-releases", "badge",
    "site-preview", "requirements", "definition", "announce-machine",
}  # fmt: skip
GITHUB = "/extractors/tap-github"
VARIANT = f"{GITHUB}--meltanolabs"
# A whole address, or what finds the row that is the last part of one.
ADDRESSES = {
    "home": "/",
    "search": "/search",
    "status": "/status",
    "status-crawl": "/status/crawl",
    "run": lambda: ProbeRun.objects.filter(imports="no").first(),
    "checks": "/conformance",
    "conformance": ConformanceRun.objects.first,
    "matrix": "/matrix",
    "loading": lambda: Loading.objects.filter(answer="no").first(),
    "source": lambda: Source.objects.get(address="tap-github"),
    "feeds": "/feeds",
    "capabilities": "/capabilities",
    "capability": "/capabilities/catalog",
    "guide": "/guide",
    "docs": "/docs",
    "policies": "/policies",
    "guide-page": "/guide/messages",
    "docs-page": "/docs/probes",
    "policy": "/policies/defaults",
    "services": "/services",
    "service": "/services/postgres",
    "maintainers": "/maintainers",
    "maintainer": "/maintainers/meltanolabs",
    "browse": "/extractors",
    "plugin": GITHUB,
    "variant": VARIANT,
    "changes": f"{VARIANT}/changes",
    "badges": f"{VARIANT}/badges",
    "probes": f"{VARIANT}/probes",
    "readme": f"{VARIANT}/readme",
    "versions": f"{VARIANT}/versions",
    "version": f"{VARIANT}/versions/1.1.0",
    "compare-releases": f"{VARIANT}/compare/1.0.0...1.1.0",
    "history": f"{GITHUB}/history",
    "compare": f"{GITHUB}/compare?v=meltanolabs,singer-io",
    "streams": f"{VARIANT}/streams",
    "missing": "/nothing/is/here",
}
# The same kinds with something else to show.
STATES = {
    "search, narrowed": "/search?q=github&capability=state&sort=name",
    "search, suggestions": "/search",
    "search, nothing found": "/search?q=zzzzzz",
    "search, not understood": "/search?q=python:9.9+nobody:knows",
    "plugin, untried": "/extractors/tap-gitlab",
    "plugin, many variants": "/extractors/tap-mongodb",
    "plugin, one variant": "/extractors/tap-abicart",
    "plugin, gone": f"/extractors/{states.GONE}",
    "plugin, quarantined": f"/extractors/{states.QUARANTINED}",
    "plugin, no variant runs": f"/extractors/{states.NOWHERE}",
    "variant, gone": f"/extractors/{states.GONE}--edgarrmondragon",
    "variant, quarantined": f"/extractors/{states.QUARANTINED}--meltanolabs",
    "variant, runs nowhere": f"/extractors/{states.NOWHERE}--singer-io",
    "variant, yanked": f"/extractors/{states.YANKED}--edgarrmondragon",
    "variant, being tried": f"/extractors/{states.TRYING}--yujoy",
    "variant, hidden": "/extractors/tap-gitlab--meltano",
    "variant, largest": "/extractors/tap-rest-api-msdk--widen",
    "variant, untried": "/extractors/tap-mongodb--z3z1ma",
    "variant, target": "/loaders/target-postgres--meltanolabs",
    "variant, utility": "/utilities/superset--apache",
    "compare, none named": f"{GITHUB}/compare",
    "compare, four": "/extractors/tap-mongodb/compare?v=checkr,z3z1ma,meltanolabs,airbyte",
    "version, unknown": f"{VARIANT}/versions/7",
    "versions, none": "/extractors/tap-mongodb--z3z1ma/versions",
    "streams, one": f"{VARIANT}/streams?stream=stream_number_0_with_a_long_name",
    "service, unknown": "/services/nobody",
    "maintainer, unknown": "/maintainers/nobody",
    "capability, unknown": "/capabilities/nothing",
    "missing, plugin": "/extractors/tap-githb",
    **{
        f"{book.slug}, {chapter.slug}": reverse(book.route, args=[chapter.slug])
        for book in BOOKS for chapter in book.chapters
    },
}  # fmt: skip


def suggested(page):
    """Type what opens the list of suggestions."""
    page.get_by_label("Search all plugins").press_sequentially("tap-g")
    page.get_by_role("listbox").wait_for()


# What is done on a page before it is looked at.
ACTS = {"search, suggestions": suggested}


def names():
    """Return the names of all addresses at which there is a page, and of their states."""
    patterns = dict.fromkeys(one.name for one in urlpatterns)
    return [*(name for name in patterns if name not in OTHERS), *STATES]


def address_of(name):
    """Return where to look at a page. Raises KeyError for a kind of page without one here."""
    found = STATES.get(name) or ADDRESSES[name]
    return found if isinstance(found, str) else reverse(name, args=[found().pk])
