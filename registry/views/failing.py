"""What is answered where a page failed: without the database, which may be what failed."""

import sys
from http import HTTPStatus

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from registry.documents import index_path

# A database that is started again answers within this time.
RETRY_S = 30
NO_ANSWER = (OperationalError, InterfaceError)


def failed(request: HttpRequest) -> HttpResponse:
    """Answer 503 where the database did not answer, else 500. No query."""
    is_away = isinstance(sys.exception(), NO_ANSWER)
    context = {"is_away": is_away, "index_path": f"/{index_path()}"}
    answer = HttpResponse(
        render_to_string("500.html", context), status=HTTPStatus.INTERNAL_SERVER_ERROR
    )
    if is_away:
        answer.status_code = HTTPStatus.SERVICE_UNAVAILABLE
        answer["Retry-After"] = str(RETRY_S)
    answer["Cache-Control"] = "no-store"
    return answer
