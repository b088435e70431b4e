"""Records move, with connectors that are known from Songbook alone."""

import json
from getpass import getuser
from urllib.parse import quote

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from tests.contract.clients.projects import ENVIRONMENT
from tests.contract.clients.releases import NEWEST

SONGS = [
    {"id": 1, "title": "Der Lindenbaum", "verses": 6},
    {"id": 2, "title": "Où voulez-vous aller ?", "verses": 3},
    {"id": 3, "title": "Bist du bei mir", "verses": 1},
]


def test_records_move_from_file_to_file(project, small):
    newest = project(NEWEST, small)
    source = newest.folder / "songs.jsonl"
    source.write_text("".join(f"{json.dumps(song)}\n" for song in SONGS))
    (newest.folder / "out").mkdir()

    run(
        newest, "tap-jsonl", "target-jsonl",
        TAP_JSONL_PATH=str(source), TAP_JSONL_STREAM_NAME="songs",
    )  # fmt: skip

    assert records(newest.folder / "out" / "songs.jsonl") == SONGS


def test_records_move_from_a_database_with_the_catalogues_own_connectors(project, real):
    newest = project(NEWEST, real)
    with psycopg.connect(real.database_url) as connection:
        connection.execute("CREATE SCHEMA IF NOT EXISTS music")
        connection.execute("DROP TABLE IF EXISTS music.song")
        connection.execute(
            "CREATE TABLE music.song (id int PRIMARY KEY, title text, verses int)"
        )
        connection.cursor().executemany(
            "INSERT INTO music.song VALUES (%(id)s, %(title)s, %(verses)s)", SONGS
        )
    (newest.folder / "output").mkdir()

    run(
        newest, "tap-postgres", "target-jsonl",
        TAP_POSTGRES_SQLALCHEMY_URL=for_the_tap(real.database_url),
        TAP_POSTGRES_FILTER_SCHEMAS='["music"]',
    )  # fmt: skip

    assert records(newest.folder / "output" / "music-song.jsonl") == SONGS


def run(project, tap, target, **configuration):
    added = project.meltano("add", "--no-install", tap, target)
    assert added.code == 0, added.said
    installed = project.meltano_installs("install")
    if installed.code != 0 and "Failed to fetch" in installed:
        pytest.skip(f"the package index can't be reached: {installed.said[-500:]}")
    assert installed.code == 0, installed.said
    moved = project.meltano(
        "--environment", ENVIRONMENT, "run", tap, target, **configuration
    )
    assert moved.code == 0, moved.said


def records(path):
    found = [json.loads(line) for line in path.read_text().splitlines()]
    return [{key: record[key] for key in SONGS[0]} for record in found]


def for_the_tap(url):
    """The address with all that the tap asks for, whether the server does or not."""
    parts = {
        key: quote(str(value), safe="") for key, value in conninfo_to_dict(url).items()
    }
    user, password = parts.get("user", getuser()), parts.get("password", "unused")
    # A socket's folder can only be said at the end.
    where = f"host={parts.get('host', 'localhost')}&port={parts.get('port', 5432)}"
    return f"postgresql://{user}:{password}@localhost/{parts['dbname']}?{where}"
