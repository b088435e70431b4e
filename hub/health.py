"""Whether this process is alive, and whether it can serve."""

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@require_safe
@never_cache
def healthz(_request: HttpRequest) -> JsonResponse:
    """Answer 200 as long as this process answers at all."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(_request: HttpRequest) -> JsonResponse:
    """Answer 200 when pages and documents can be served, else 503 and what is missing."""
    missing = _missing()
    if missing:
        return JsonResponse({"status": "waiting", "missing": missing}, status=503)
    return JsonResponse({"status": "ok", "missing": []})


def _missing() -> list[str]:
    missing = []
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            missing.append("The database is behind: run manage.py migrate.")
    except DatabaseError:
        missing.append("The database does not answer.")
    if not (settings.PUBLISHED_ROOT / "serial").exists():
        missing.append("No document is published yet.")
    return missing
