"""The logos in a tree of definitions: what stands at the path that a definition names.

A definition says `logo_url: /assets/logos/extractors/csv.png`, and the tree has that file
below `static`. Only files that definitions name are read, and each once: what came of it is
in the evidence by the blob's id, the refusal of one that can't be shown, too.
Source of the layout: meltano/hub, `static/assets/logos`.
"""

from collections.abc import Iterable, Iterator, Mapping
from time import monotonic

from registry.facts import Finding, Json
from registry.logos import Picture, Unfit, picture_of, refuse_large
from registry.vocabulary import Severity
from scrapers.crawlers.definitions.tree import File, Tree

FOLDER, ADDRESS = "static", "/assets/logos/"
# What a column holds of `logo_url`.
ADDRESS_LIMIT = 500
# The upstream tree has 728 logos with some 10 MB.
FILES_LIMIT, BYTES_LIMIT = 5000, 64 * 1024 * 1024
# Well below the lease of the source. Real logos take 10 ms each.
PATIENCE_S = 120


class Logos:
    """A tree's logos by their address, and what was read of them so far."""

    def __init__(self, tree: Tree, files: Iterable[File]) -> None:
        self._tree = tree
        self._files, self._left_out = _within_limits(files)
        self._made: dict[str, Json] = {}
        self._unread: set[str] = set()
        self._pictures: dict[str, Picture] = {}
        self._until = monotonic() + PATIENCE_S

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """Return the pictures that were made."""
        return tuple(self._pictures.values())

    @property
    def seen(self) -> dict[str, str]:
        """Return blob ids by path, for the next look; without files that were not reached."""
        return {
            file.path: file.blob
            for address, file in self._files.items()
            if address not in self._unread
        }

    def changed(self, seen: Mapping[str, str]) -> set[str]:
        """Return the addresses at which another file stands, or none, than in `seen`."""
        before = {path: blob for path, blob in seen.items() if address_of(path)}
        paths = before.keys() | {file.path for file in self._files.values()}
        now = {file.path: file.blob for file in self._files.values()}
        return {address_of(path) for path in paths if before.get(path) != now.get(path)}

    def named_in(self, variants: Json, last: Json | None) -> Json:
        """Return what is known of each logo that definitions name, by its address.

        `last` is the evidence before: a file that it speaks of is not read again.
        """
        known = (last or {}).get("logos", {})
        named = sorted(addresses_in(variants) & self._files.keys())
        entries = {one: self._entry(one, known.get(one)) for one in named}
        return {one: entry for one, entry in entries.items() if entry is not None}

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong with the logos of the tree as a whole."""
        if self._left_out:
            message = (
                f"{self._left_out} logos are left out: of a tree at most {FILES_LIMIT:,} "
                f"with {BYTES_LIMIT:,} bytes together are read."
            )
            yield _finding(message, path=FOLDER + ADDRESS)
        if self._unread:
            message = (
                f"{len(self._unread)} logos were not reached in {PATIENCE_S} s. "
                "They are read when the tree has changed again."
            )
            yield _finding(message, path=FOLDER + ADDRESS)

    def _entry(self, address: str, known: Json | None) -> Json | None:
        file = self._files[address]
        if known is not None and known["blob"] == file.blob:
            return known
        if address not in self._made:
            if monotonic() > self._until:
                self._unread.add(address)
                return None
            self._made[address] = {"blob": file.blob, **self._read(file)}
        return self._made[address]

    def _read(self, file: File) -> Json:
        """Return the digest of the picture in a file, or why there is none."""
        try:
            refuse_large(file.size)
            [(_, content)] = self._tree.read([file])
            picture = picture_of(content)
        except Unfit as unfit:
            return {"unfit": str(unfit)}
        self._pictures[picture.digest] = picture
        return {"digest": picture.digest}


def unfit_in(logos: Json) -> list[Finding]:
    """Return a finding for each logo of a plugin that can't be shown."""
    return [
        _finding(f"The logo is not shown. {entry['unfit']}", path=FOLDER + address)
        for address, entry in logos.items()
        if "unfit" in entry
    ]


def addresses_in(variants: Json) -> set[str]:
    """Return the addresses of logos that definitions name."""
    return {one["logo_url"] for one in variants.values() if one.get("logo_url")}


def address_of(path: str) -> str:
    """Return the address of the logo at a path of the tree, "" for what is none."""
    address = path.removeprefix(FOLDER)
    is_logo = path.startswith(FOLDER + ADDRESS) and len(address) <= ADDRESS_LIMIT
    return address if is_logo and address.isprintable() else ""


def _within_limits(files: Iterable[File]) -> tuple[dict[str, File], int]:
    """Return the logos of a tree by address, and how many more there are than are read."""
    found: dict[str, File] = {}
    size_bytes = left_out = 0
    for file in sorted(files, key=lambda file: file.path):
        address = address_of(file.path)
        if not address:
            continue
        if len(found) >= FILES_LIMIT or size_bytes + file.size > BYTES_LIMIT:
            left_out += 1
            continue
        size_bytes += file.size
        found[address] = file
    return found, left_out


def _finding(message: str, *, path: str) -> Finding:
    return Finding(code="logo", message=message, path=path, severity=Severity.WARNING)
