"""The address of a logo: the picture that the definitions carry there, else a monogram.

What is answered was made safe when it was read (`registry.logos`); nothing in it may run or
be fetched all the same, should anybody open it by itself.
"""

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from registry.models import Logo, Variant
from registry.views.brand.monogram import DIGITS, monogram_of

# Documents name a logo without its digest, and another picture may come to stand there.
DAY_S = 24 * 3600
# A monogram changes only with the plugin's label.
MONTH_S = 30 * DAY_S
YEAR_S = 365 * DAY_S
VERSION = re.compile(rf"[0-9a-f]{{{DIGITS}}}")
ALONE = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@require_safe
def logo(request: HttpRequest, address: str) -> HttpResponse:
    """Answer the logo at a path that documents name, else the plugin's monogram.

    One query, two where there is no logo.
    """
    path = request.path.replace("\x00", "")
    asked = request.GET.get("v", "")
    asked = asked if VERSION.fullmatch(asked) else ""
    found = Logo.objects.at(path, digest=asked).first()
    if found is None:
        return _monogram(request, path)
    answer = HttpResponse(bytes(found.content), content_type=found.content_type)
    answer["ETag"] = quote_etag(found.digest)
    answer["Content-Security-Policy"] = ALONE
    answer["X-Content-Type-Options"] = "nosniff"
    if asked and found.digest.startswith(asked):
        patch_cache_control(answer, public=True, max_age=YEAR_S, immutable=True)
    else:
        patch_cache_control(answer, public=True, max_age=DAY_S)
    return answer


def _monogram(request: HttpRequest, path: str) -> HttpResponse:
    rows = Variant.objects.filter(logo_url=path).order_by("pk")
    found = rows.values_list("plugin__name", "label").first()
    name = path.rpartition("/")[2]
    stem = name.rpartition(".")[0] or name
    monogram = monogram_of(*found) if found else monogram_of(stem)
    answer = render(
        request, "registry/logo.svg", {"monogram": monogram}, "image/svg+xml"
    )
    patch_cache_control(answer, public=True, max_age=MONTH_S)
    return answer
