"""Logos in a tree of definitions: put there, read, and shown."""

from registry.models import Logo, Variant
from tests.registry.logos.drawing import pixels

ALPHA, BETA = "extractors/tap-alpha.png", "extractors/tap-beta.png"
RED, BLUE = pixels(), pixels(size=(10, 10))


def shown():
    """Return the variants that show a logo, each with its picture's bytes."""
    pictures = dict(Logo.objects.values_list("digest", "content"))
    rows = Variant.objects.exclude(logo_digest="").select_related("plugin")
    return {f"{v.plugin}--{v}": bytes(pictures[v.logo_digest]) for v in rows}
