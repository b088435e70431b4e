"""Template words of the registry. They are builtins: no template loads them."""

from datetime import datetime

from django import template
from django.utils.dateformat import format as format_date
from django.utils.html import format_html
from django.utils.safestring import SafeString

from registry.models import Plugin, Variant
from registry.readmes.descriptions import described
from registry.views.brand.monogram import Monogram, logo_address, monogram_of
from registry.views.catalog.chips import Chip, chips
from registry.views.releases import naming
from registry.views.status.standing import percent
from registry.views.variants import streams
from registry.vocabulary import PluginType

register = template.Library()

register.filter(streams.how_many)

WEB = ("https://", "http://")


@register.inclusion_tag("components/monogram.html")
def monogram(
    name: str, label: str, variant: Variant | None = None
) -> dict[str, Monogram | str]:
    """Show the logo of what a variant connects to; where it has none, draw a monogram."""
    return {"monogram": monogram_of(name, label), "logo": logo_address(variant)}


@register.simple_block_tag
def once(content: str) -> SafeString:
    """Return rendered text on one line: `{% once as title %}`, to be said in two places."""
    return SafeString(" ".join(content.split()))


@register.filter
def facts(plugin: Plugin, variant: Variant) -> list[Chip]:
    """Return the chips a list shows of a plugin's variant."""
    return chips(plugin, variant)


@register.filter
def day(at: datetime) -> SafeString:
    """Return a day in words for people and in ISO 8601 for programs.

    Never "three days ago": a page's ETag would change while nothing on it did.
    """
    iso = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return format_html('<time datetime="{}">{}</time>', iso, format_date(at, "j F Y"))


@register.filter
def minute(at: datetime) -> SafeString:
    """Return a day and time of day, in UTC."""
    iso = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    said = format_date(at, "j F Y, H:i")
    return format_html('<time datetime="{}">{} UTC</time>', iso, said)


@register.filter
def called(version: str) -> str:
    """Return a version as people read it, where there is no release to say it."""
    return naming.called(version)


@register.filter
def by(variant: str) -> str:
    """Return whose a variant is, by its name, to be read behind the plugin's."""
    return naming.by(variant)


@register.filter(name="described")
def described_safely(text: str) -> SafeString:
    """Return a description with its links, code and lists; all of it was written anew."""
    return SafeString(described(text))


@register.filter
def web(address: str) -> str:
    """Return an address that a browser may open, or nothing: `javascript:` is no place."""
    return address if address.lower().startswith(WEB) else ""


@register.filter
def short(address: str) -> str:
    """Return a web address as people read it."""
    for scheme in WEB:
        address = address.removeprefix(scheme)
    return address.rstrip("/").removesuffix(".git")


@register.filter
def singular(kind: str) -> str:
    """Return the word for one plugin of a type."""
    return PluginType(kind).singular


@register.filter
def share(part: int, whole: int) -> str:
    """Return a share in percent to be read after a number, nothing where there is no whole."""
    found = percent(part, whole)
    return "" if found is None else f" ({found} %)"
