"""A tree of definitions, with logos in it."""

import pytest

from scrapers.crawlers.definitions import logos


@pytest.fixture
def put(folder):
    """What commits logos by name, None for removed."""
    repo = folder.repository()

    def put(files):
        for name, content in files.items():
            path = folder.root / "static" / "assets" / "logos" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink() if content is None else path.write_bytes(content)
        return folder.commit(repo)

    return put


@pytest.fixture
def url(folder, put):
    """The address of the tree, which is a repository by then."""
    return folder.root.as_uri()


@pytest.fixture
def reads(monkeypatch):
    """A list that grows by the name of each logo that is read from here on."""
    found = []
    read = logos.Logos._read

    def noted(self, file):
        found.append(file.path.removeprefix("static/assets/logos/"))
        return read(self, file)

    monkeypatch.setattr(logos.Logos, "_read", noted)
    return found
