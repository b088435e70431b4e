"""Writes a published folder with the sizes that matter: an index and a document."""

import gzip
import json
import random
from pathlib import Path

EXTRACTORS = "meltano/api/v1/plugins/extractors"
INDEX = f"{EXTRACTORS}/index"
DOCUMENT = f"{EXTRACTORS}/tap-csv--meltanolabs"
# The public hub's index of extractors has 650 entries and 195 KB, 17 KB compressed.
ENTRIES = 690
TYPICAL_BYTES = 6_000
LETTERS = "bcdfghklmnprstvwaeiouaeiou"
MAINTAINERS = ("meltanolabs", "singer-io", "airbyte", "matatika", "hotgluexyz", "widen")


def write_folder(root: Path) -> None:
    """Write a folder as the mirror does: the same one each time."""
    chance = random.Random(20)
    words = ["".join(chance.choices(LETTERS, k=7)) for _ in range(2000)]
    write_document(root, INDEX, index(chance, words))
    write_document(root, DOCUMENT, document(chance, words))
    (root / "serial").write_text("1")


def write_document(root: Path, path: str, content: object) -> None:
    """Write one body and its gzip form."""
    file = root / "documents" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    body = json.dumps(content).encode()
    file.write_bytes(body)
    file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(body, mtime=0))


def index(chance: random.Random, words: list[str]) -> dict[str, object]:
    """Return an index of extractors, most of them with one variant."""
    url = f"https://songbook.example/{EXTRACTORS}"
    entries: dict[str, object] = {}
    for name in (f"tap-{word}" for word in words[:ENTRIES]):
        makers = chance.sample([*MAINTAINERS, chance.choice(words)], k=1)
        makers += chance.choices(words, k=chance.choice([0, 0, 1, 1, 2]))
        entries[name] = {
            "default_variant": makers[0],
            "logo_url": f"https://songbook.example/assets/logos/extractors/{name}.png",
            "variants": {m: {"ref": f"{url}/{name}--{m}"} for m in makers},
        }
    return entries


def document(chance: random.Random, words: list[str]) -> dict[str, object]:
    """Return a definition with settings, about 6 KB."""
    settings = [
        {
            "name": chance.choice(words),
            "label": chance.choice(words),
            "kind": "string",
            "description": " ".join(chance.choices(words, k=18)),
        }
        for _ in range(26)
    ]
    return {"name": "tap-csv", "variant": "meltanolabs", "settings": settings}


def typical_document(root: Path) -> str:
    """Return the path of an extractor's document of about 6 KB."""
    documents = root / "documents"
    files = [
        file
        for file in (documents / EXTRACTORS).iterdir()
        if file.name != "index" and file.suffix != ".gz"
    ]
    nearest = min(files, key=lambda file: abs(file.stat().st_size - TYPICAL_BYTES))
    return str(nearest.relative_to(documents))
