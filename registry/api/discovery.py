"""What of the discovery API is not a plain file: the document for clients before it."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from registry import legacy
from registry.models import Document


@require_safe
@vary_on_headers("User-Agent")
@cache_control(public=True, max_age=60, stale_while_revalidate=600)
def discovery_yml(request: HttpRequest) -> HttpResponse:
    """Answer `/discovery.yml` in the version that the client's own constant demands.

    Clients that read none (and everyone else) get 404, as from upstream. One query.
    """
    version = legacy.version_for(request.headers.get("User-Agent", ""))
    if version is None:
        message = "Only Meltano 1.96 to 2.20 read this file."
        return JsonResponse({"message": message}, status=404)
    document = Document.objects.filter(path=legacy.path(version)).first()
    if document is None:
        message = "Not published yet."
        answer = JsonResponse({"message": message}, status=503)
        answer["Retry-After"] = "1"
        return answer
    body = HttpResponse(bytes(document.body), content_type="application/yaml")
    body["ETag"] = f'"{document.digest[:32]}"'
    body["Access-Control-Allow-Origin"] = "*"
    return body
