"""The template words that write what a page says to programs : JSON-LD, and a picture."""

import json
from collections.abc import Sequence
from typing import Any

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString

from registry.models import Plugin, Variant
from registry.views.brand.preview import address_of
from registry.views.programs.linked import plugin_linked, service_linked, variant_linked

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


@register.inclusion_tag("components/preview.html")
def preview_image(plugin: Plugin, variant: Variant | None = None) -> dict[str, str]:
    """Name the picture that is shown with a link to the page."""
    said = f"{plugin.name} by {variant.name}" if variant else plugin.name
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
