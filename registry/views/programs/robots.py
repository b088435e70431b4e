"""What programs that read the whole site are asked to leave out."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from registry.views.programs.reading import for_programs

# Filters combine without end, and what they show are pages that the site map names.
# Source: RFC 9309.
ROBOTS = """\
User-agent: *
Disallow: /search
Disallow: /*?

Sitemap: {base}/sitemap.xml
"""


@for_programs
def robots(request: HttpRequest) -> HttpResponse:
    """Answer robots.txt: all pages may be read, but searches and filtered lists."""
    text = ROBOTS.format(base=settings.PUBLIC_URL)
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
