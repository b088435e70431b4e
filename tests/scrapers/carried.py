"""Logos in a tree of definitions: put there, read, and shown."""

from registry.models import Logo, Variant
from scrapers.crawlers.definitions import logos
from tests.registry.logos.drawing import pixels

ALPHA, BETA = "extractors/tap-alpha.png", "extractors/tap-beta.png"
RED, BLUE = pixels(), pixels(size=(10, 10))


def committing(folder):
    """Make a repository of a folder; return what commits logos by name, None for removed."""
    repo = folder.repository()

    def put(files):
        for name, content in files.items():
            path = folder.root / "static" / "assets" / "logos" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink() if content is None else path.write_bytes(content)
        return folder.commit(repo)

    return put


def noted_reads(monkeypatch):
    """Return a list that grows by the name of each logo that is read from here on."""
    found = []
    read = logos.Logos._read

    def noted(self, file):
        found.append(file.path.removeprefix("static/assets/logos/"))
        return read(self, file)

    monkeypatch.setattr(logos.Logos, "_read", noted)
    return found


def shown():
    """Return the variants that show a logo, each with its picture's bytes."""
    pictures = dict(Logo.objects.values_list("digest", "content"))
    rows = Variant.objects.exclude(logo_digest="").select_related("plugin")
    return {f"{v.plugin}--{v}": bytes(pictures[v.logo_digest]) for v in rows}
