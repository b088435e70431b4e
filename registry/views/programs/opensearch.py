"""How browsers offer the site's search among their own. Source: OpenSearch 1.1, draft 6."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from registry.views.programs.reading import for_programs

DESCRIPTION = "application/opensearchdescription+xml"


@for_programs
def opensearch(request: HttpRequest) -> HttpResponse:
    """Answer the description of the search: where it is, and what to put into it."""
    return render(request, "registry/opensearch.xml", content_type=DESCRIPTION)
