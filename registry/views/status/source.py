"""A source's page: when it was looked at, what came of it, and asking for a look now."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from registry.hooks import is_authentic
from registry.models import Source, Statement, Variant
from registry.views.runs.parked import parked_of
from registry.views.site import page

VISITS_SHOWN = 30
VARIANTS_SHOWN = 50
# Anyone may ask for a look at a source, once in this time; a hook more often.
REFRESH_LIMIT = timedelta(minutes=10)
HOOK_LIMIT = timedelta(seconds=5)


@page
def source(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one source and its crawls. Four queries."""
    row = get_object_or_404(Source, pk=pk)
    spoken = Statement.objects.filter(source=row, gone_at=None)
    variants = Variant.objects.filter(pk__in=spoken.values("variant"))
    context = {
        "source": row,
        "visits": row.visits.all()[:VISITS_SHOWN],
        "variants": variants.select_related("plugin")[:VARIANTS_SHOWN],
        "problems": row.problems,
        "parked": parked_of(row),
    }
    return render(request, "registry/source.html", context)


@never_cache
@csrf_exempt
@require_POST
def refresh(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a source looked at now, for anyone; 429 where someone asked a while ago."""
    row = get_object_or_404(Source, pk=pk)
    wait = row.ask(timezone.now(), limit=REFRESH_LIMIT)
    if wait:
        seconds = int(wait.total_seconds()) + 1
        context = {"source": row, "minutes": -(-seconds // 60)}
        answer = render(request, "registry/too_soon.html", context, status=429)
        answer["Retry-After"] = str(seconds)
        return answer
    return HttpResponseRedirect(reverse("source", args=[pk]))


@never_cache
@csrf_exempt
@require_POST
def hook(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a source looked at, for a forge or a release job that knows its secret.

    202 where it will be; 401 without proof. An unknown source answers like a wrong proof.
    """
    if not is_authentic(pk, request.headers, request.body):
        message = "The signature or token is not the one of this source."
        return JsonResponse({"detail": message}, status=401)
    row = get_object_or_404(Source, pk=pk)
    row.announce(timezone.now(), limit=HOOK_LIMIT)
    return JsonResponse({"detail": "The source is looked at next."}, status=202)
