"""How the registry's own API answers: JSON that anyone may read, and problems in its form."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import TooManyFieldsSent
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response

from registry.facts import Json

type Ask = Callable[[HttpRequest], "Answer"]
type View = Callable[..., HttpResponse]

READ = ("GET", "HEAD")
ALLOWED = "GET, HEAD, OPTIONS"
STALE_S = 600
# Of a problem, which may be gone any minute.
BRIEFLY = "public, max-age=10"
PREFLIGHT = {
    "Access-Control-Allow-Methods": ALLOWED,
    "Access-Control-Allow-Headers": "If-None-Match",
    "Access-Control-Max-Age": "86400",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A body of JSON, and the address of the next page of it if there is one."""

    body: Json
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Wrong:
    """One parameter that cannot be understood, and why."""

    parameter: str
    detail: str


class Refused(Exception):
    """What was asked cannot be understood: `wrongs` are all the reasons."""

    def __init__(self, wrongs: Sequence[Wrong]) -> None:
        super().__init__(" ".join(wrong.detail for wrong in wrongs))
        self.wrongs = tuple(wrongs)


def kept(fresh_s: int) -> Callable[[Ask], View]:
    """Return what makes an asker a view whose answers are kept for so many seconds.

    Pages of any origin may read them. An answer has an ETag, and is not sent again to who
    names that. What is refused is said as a problem.
    Source: RFC 9457 for problems, RFC 8288 for `Link`, RFC 9110 for the rest.
    """

    def as_view(ask: Ask) -> View:
        @wraps(ask)
        def view(request: HttpRequest) -> HttpResponse:
            response = _answered(request, ask, fresh_s)
            response["Access-Control-Allow-Origin"] = "*"
            response["Access-Control-Expose-Headers"] = "ETag, Link"
            return response

        return view

    return as_view


def problem(
    status: HTTPStatus, detail: str, wrongs: Sequence[Wrong] = ()
) -> HttpResponse:
    """Return what went wrong, as `application/problem+json`."""
    said: Json = {
        "type": f"{settings.PUBLIC_URL}/docs/api#problems",
        "title": status.phrase,
        "status": status.value,
        "detail": detail,
    }
    if wrongs:
        said["errors"] = [
            {"parameter": one.parameter, "detail": one.detail} for one in wrongs
        ]
    return HttpResponse(
        _written(said),
        status=status,
        content_type="application/problem+json",
        headers={"Cache-Control": BRIEFLY},
    )


def _answered(request: HttpRequest, ask: Ask, fresh_s: int) -> HttpResponse:
    if request.method == "OPTIONS":
        return HttpResponse(
            status=HTTPStatus.NO_CONTENT, headers={"Allow": ALLOWED, **PREFLIGHT}
        )
    if request.method not in READ:
        response = problem(HTTPStatus.METHOD_NOT_ALLOWED, "This can only be read.")
        response["Allow"] = ALLOWED
        return response
    try:
        answer = ask(request)
    except Refused as refused:
        return problem(HTTPStatus.BAD_REQUEST, str(refused), refused.wrongs)
    except TooManyFieldsSent:
        return problem(HTTPStatus.BAD_REQUEST, "There are too many parameters.")
    return _sent(request, answer, fresh_s)


def _sent(request: HttpRequest, answer: Answer, fresh_s: int) -> HttpResponse:
    body = _written(answer.body)
    etag = f'"{sha256(body).hexdigest()[:32]}"'
    headers = {
        "ETag": etag,
        "Cache-Control": f"public, max-age={fresh_s}, stale-while-revalidate={STALE_S}",
    }
    if answer.next is not None:
        headers["Link"] = f'<{answer.next}>; rel="next"'
    response = HttpResponse(body, content_type="application/json", headers=headers)
    # Not left to the middleware, which would drop what lets other origins read it.
    found = get_conditional_response(request, etag=etag, response=response)
    return found if found is not None else response


def _written(said: Any) -> bytes:
    return json.dumps(said, ensure_ascii=False).encode()
