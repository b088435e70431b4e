"""What of the discovery API is not a plain file: the document for clients before it."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from registry import legacy
from registry.models import Document

FRESHNESS = "public, max-age=60, stale-while-revalidate=600"
BRIEFLY = "public, max-age=10"


@require_safe
@vary_on_headers("User-Agent")
def discovery_yml(request: HttpRequest) -> HttpResponse:
    """Answer `/discovery.yml` in the version that the client's own constant demands.

    Clients that read none (and everyone else) get 404, as from upstream. One query.
    """
    answer = _answer(legacy.version_for(request.headers.get("User-Agent", "")))
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


def _answer(version: int | None) -> HttpResponse:
    if version is None:
        message = "Only Meltano 1.96 to 2.20 read this file."
        headers = {"Cache-Control": BRIEFLY}
        return JsonResponse({"message": message}, status=404, headers=headers)
    document = Document.objects.filter(path=legacy.path(version)).first()
    if document is None:
        headers = {"Cache-Control": "no-store", "Retry-After": "1"}
        message = "Not published yet. Try again."
        return JsonResponse({"message": message}, status=503, headers=headers)
    headers = {"Cache-Control": FRESHNESS, "ETag": f'"{document.digest[:32]}"'}
    body = bytes(document.body)
    return HttpResponse(body, content_type="application/yaml", headers=headers)
