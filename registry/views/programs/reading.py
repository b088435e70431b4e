"""What all answers for programs share: feeds, the site map and what stands beside them."""

from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from registry.views.site import FRESH_S, STALE_S, View


def for_programs(view: View) -> View:
    """Make a view read only, kept as long as a page, and the same whatever the theme."""
    kept = cache_control(public=True, max_age=FRESH_S, stale_while_revalidate=STALE_S)
    return require_safe(kept(view))
