"""The search and its suggestions, for programs: the same finder as the site's."""

from http import HTTPStatus
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from registry.api.answers import Answer, kept, problem
from registry.api.asking import Asked
from registry.api.results import absolute, results
from registry.facts import Json
from registry.search.easing import Near
from registry.search.finding import Found, find
from registry.search.noticing import notices
from registry.search.suggesting import suggest

FRESH_S = 30
SUGGESTED_S = 600


@kept(FRESH_S)
def search(request: HttpRequest) -> Answer:
    """Answer a page of what a query finds. At most six queries."""
    asked = Asked.of(request.GET)
    query = asked.query
    found = find(
        query,
        now=timezone.now(),
        page=asked.page,
        per_page=asked.limit,
        order=asked.order,
        hides=asked.hides,
    )
    # Past the end the finder shows the last page, which this caller has had.
    is_there = found.page == asked.page
    following = _following(asked, found)
    body: Json = {
        "query": str(query),
        "total": found.total,
        "hidden": found.hidden,
        "is_alike": found.is_alike,
        "notices": notices(query, found),
        "near": [_near(near) for near in found.near],
        "results": results(query, found, is_explained=asked.is_explained)
        if is_there
        else [],
        "next": following,
    }
    if asked.has_facets:
        body["facets"] = found.counts
    return Answer(body, following)


@kept(SUGGESTED_S)
def suggestions(request: HttpRequest) -> Answer:
    """Answer plugins whose name or label begins like `q`. One query."""
    found = suggest(request.GET.get("q", ""))
    said = [
        {
            "name": one.name,
            "label": one.label,
            "type": one.type,
            "page": absolute("plugin", one.type, one.name),
        }
        for one in found
    ]
    return Answer({"suggestions": said})


def nothing(request: HttpRequest, address: str) -> HttpResponse:
    """Answer that there is no such call."""
    response = problem(HTTPStatus.NOT_FOUND, f"There is no /api/{address[:100]}.")
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _following(asked: Asked, found: Found) -> str | None:
    """Return the address of the next page, if there is one."""
    if asked.page * asked.limit >= found.total:
        return None
    parameters = urlencode(asked.parameters(asked.page + 1))
    return f"{absolute('api-search')}?{parameters}"


def _near(near: Near) -> Json:
    query = str(near.query)
    return {
        "query": query,
        "total": near.total,
        "page": f"{absolute('api-search')}?{urlencode({'q': query})}",
    }
