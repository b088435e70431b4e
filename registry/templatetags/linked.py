"""The template words that write what a page says to programs : JSON-LD, and a picture."""

import json
from collections.abc import Sequence
from typing import Any

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString

from registry.models import Plugin, Variant
from registry.views.brand.preview import address_of, site_address
from registry.views.programs.linked import (
    crumbs_linked,
    plugin_linked,
    service_linked,
    site_linked,
    variant_linked,
)
from registry.views.releases.naming import by

register = template.Library()

# What could end the script element or begin a comment in it is an escape in the JSON.
IN_SCRIPT = str.maketrans({"<": "\\u003C", ">": "\\u003E", "&": "\\u0026"})


@register.simple_tag
def linked_plugin(plugin: Plugin, default: Variant) -> SafeString:
    """Write a plugin as JSON-LD."""
    return data_block(plugin_linked(plugin, default))


@register.simple_tag
def linked_variant(plugin: Plugin, variant: Variant) -> SafeString:
    """Write a variant as JSON-LD."""
    return data_block(variant_linked(plugin, variant))


@register.simple_tag
def linked_site() -> SafeString:
    """Write the site, and how it is searched, as JSON-LD."""
    return data_block(site_linked())


@register.inclusion_tag("components/crumbs.html")
def crumbs(*parts: str) -> dict[str, object]:
    """Show the way to a page, for people and as JSON-LD.

    The parts are a title and an address by turns; the last is what the page is called.
    """
    *above, here = map(str, parts)
    links = list(zip(above[::2], above[1::2], strict=True))
    return {
        "links": links,
        "here": here,
        "linked": data_block(crumbs_linked([*links, (here, "")])),
    }


@register.inclusion_tag("components/preview.html")
def site_image() -> dict[str, str]:
    """Name the picture that is shown with a link to a page that has none of its own."""
    address = f"{settings.PUBLIC_URL}{site_address()}"
    return {"address": address, "said": settings.SITE_NAME}


@register.inclusion_tag("components/preview.html")
def preview_image(plugin: Plugin, variant: Variant | None = None) -> dict[str, str]:
    """Name the picture that is shown with a link to the page."""
    said = f"{plugin.name} {by(variant.name)}" if variant else plugin.name
    return {
        "address": f"{settings.PUBLIC_URL}{address_of(plugin, variant)}",
        "said": said,
    }


@register.simple_tag
def linked_service(word: str, label: str, plugins: Sequence[Plugin]) -> SafeString:
    """Write a service's page as JSON-LD."""
    return data_block(service_linked(word, label, plugins))


def data_block(linked: dict[str, Any]) -> SafeString:
    """Return JSON-LD in a script element: data, which no browser runs or asks the CSP about."""
    text = SafeString(json.dumps(linked).translate(IN_SCRIPT))
    return format_html('<script type="application/ld+json">{}</script>', text)
