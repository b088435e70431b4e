"""The definition of one release, for `meltano add --from-ref`: what it installs is pinned."""

import json
from http import HTTPStatus

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from registry.documents import Address
from registry.facts import Json
from registry.models import Document, Variant
from registry.views.releases.tried import commit_tried, runs_of, variant_at
from registry.views.site import FRESH_S
from registry.views.variants.pinning import requirement_of
from registry.vocabulary import PluginType

UNKNOWN = "No definition is known that installs this release and no other."


@require_safe
@cache_control(public=True, max_age=FRESH_S)
def definition(
    request: HttpRequest, kind: PluginType, name: str, variant_name: str, version: str
) -> JsonResponse:
    """Answer the variant's document with its `pip_url` held to one release. Four queries.

    404 where nothing holds it to that release, and where an index holds it back.
    """
    row = variant_at(kind, name, variant_name)
    found = _pinned(row, version) if row is not None else None
    # As the documents of the discovery API: whatever page asks may read it.
    headers = {"Access-Control-Allow-Origin": "*"}
    if found is None:
        status = HTTPStatus.NOT_FOUND
        return JsonResponse({"message": UNKNOWN}, status=status, headers=headers)
    return JsonResponse(found, headers=headers)


def _pinned(row: Variant, version: str) -> Json | None:
    release = row.releases.filter(version=version).first()
    if release is None or row.withheld_at is not None:
        return None
    tried = commit_tried(runs_of(row).filter(version=version))
    requirement = requirement_of(row, release, tried=tried)
    plugin = row.plugin
    address = Address(type=PluginType(plugin.type), name=plugin.name, variant=row.name)
    document = Document.objects.filter(path=address.path).first()
    if document is None or not requirement:
        return None
    said: Json = json.loads(bytes(document.body))
    return said | {"pip_url": requirement}
