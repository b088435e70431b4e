"""What pages say to programs about themselves, in the words of schema.org."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse

from registry.models import Plugin, Variant
from registry.views.releases.naming import by

CONTEXT = "https://schema.org"
WEB = ("https://", "http://")


def plugin_linked(plugin: Plugin, default: Variant) -> dict[str, Any]:
    """Return a plugin as a schema.org SoftwareApplication, at its default's version."""
    return _said({
        "@context": CONTEXT,
        "@type": "SoftwareApplication",
        "name": plugin.name,
        "alternateName": plugin.label,
        "description": plugin.description,
        "url": _address("plugin", plugin.type, plugin.name),
        "applicationCategory": "DeveloperApplication",
        "softwareVersion": _version(default),
        "sdPublisher": _publisher(),
    })  # fmt: skip


def variant_linked(plugin: Plugin, variant: Variant) -> dict[str, Any]:
    """Return a variant as schema.org SoftwareSourceCode, one part of its plugin.

    Who made it is text: nobody says whether that is a person or an organisation.
    """
    release = variant.current_release
    licence = release.license if release else ""
    return _said({
        "@context": CONTEXT,
        "@type": "SoftwareSourceCode",
        "name": f"{plugin.name} {by(variant.name)}",
        "description": variant.description,
        "url": _address("variant", plugin.type, plugin.name, variant.name),
        "isPartOf": {
            "@type": "SoftwareApplication",
            "name": plugin.name,
            "url": _address("plugin", plugin.type, plugin.name),
        },
        "codeRepository": variant.repo if variant.repo.startswith(WEB) else "",
        "creditText": variant.maintainer.label,
        "version": _version(variant),
        "license": {"@type": "CreativeWork", "name": licence} if licence else "",
        "sdPublisher": _publisher(),
    })  # fmt: skip


def _version(variant: Variant) -> str:
    """Return the version of what is installed; none for what a branch holds."""
    release = variant.current_release
    return release.version if release is not None and release.is_numbered else ""


def _publisher() -> dict[str, str]:
    """Return who says this: the publisher of these data, and not of the connector."""
    return {
        "@type": "Organization",
        "name": settings.SITE_NAME,
        "url": settings.PUBLIC_URL,
    }


def service_linked(word: str, label: str, plugins: Sequence[Plugin]) -> dict[str, Any]:
    """Return a service's page as a schema.org CollectionPage of what connects to it."""
    return _said({
        "@context": CONTEXT,
        "@type": "CollectionPage",
        "name": f"Singer connectors for {label}",
        "url": _address("service", word),
        "mainEntity": {
            "@type": "ItemList",
            "numberOfItems": len(plugins),
            "itemListElement": [
                {
                    "@type": "ListItem",
                    "position": position,
                    "name": plugin.name,
                    "url": _address("plugin", plugin.type, plugin.name),
                }
                for position, plugin in enumerate(plugins, start=1)
            ],
        },
    })  # fmt: skip


def site_linked() -> dict[str, Any]:
    """Return the site as a schema.org WebSite with its search.

    Source: schema.org, "Potential Actions", `SearchAction`.
    """
    target = f"{_address('search')}?q={{search_term_string}}"
    return {
        "@context": CONTEXT,
        "@type": "WebSite",
        "name": settings.SITE_NAME,
        "url": settings.PUBLIC_URL,
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": target},
            "query-input": "required name=search_term_string",
        },
    }


def crumbs_linked(crumbs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return the way to a page as a schema.org BreadcrumbList, from titles and addresses.

    The page itself has no address in it.
    """
    items = [
        _said({
            "@type": "ListItem",
            "position": position,
            "name": title,
            "item": address and f"{settings.PUBLIC_URL}{address}",
        })
        for position, (title, address) in enumerate(crumbs, start=1)
    ]  # fmt: skip
    return {"@context": CONTEXT, "@type": "BreadcrumbList", "itemListElement": items}


def _address(name: str, *parts: str) -> str:
    return f"{settings.PUBLIC_URL}{reverse(name, args=parts)}"


def _said(linked: dict[str, Any]) -> dict[str, Any]:
    """Leave out what nobody said: an empty value would be a claim."""
    return {key: value for key, value in linked.items() if value}
