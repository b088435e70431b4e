"""The template word that shows names between backticks as code."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def coded(message: str) -> SafeString:
    """Return a message with what stands between two backticks as code, all of it escaped."""
    parts = message.split("`")
    if len(parts) % 2 == 0:
        # One backtick is left over: it is a sign like any other.
        parts[-2:] = ["`".join(parts[-2:])]
    shown = (
        format_html("<code>{}</code>" if nth % 2 else "{}", part)
        for nth, part in enumerate(parts)
    )
    return format_html_join("", "{}", ((one,) for one in shown))
