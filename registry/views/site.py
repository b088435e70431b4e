"""What every page shows."""

from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """Return the site's name."""
    return {"site_name": "Songbook"}
