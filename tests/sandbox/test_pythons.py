"""Pythons that uv fetches, from a mirror on this machine."""

import hashlib
import importlib
import io
import json
import platform
import sys
import sysconfig
import tarfile
from pathlib import Path

import pytest
import uv

from sandbox.interpreters import find_interpreters
from sandbox.pythons import fetch_python, fetched_pythons

MINOR = f"3.{sys.version_info.minor}"
# What is fetched is a script that leads to the interpreter of the tests.
SCRIPT = f'#!/bin/sh\nexec "{sys._base_executable}" "$@"\n'
# uv mends what its builds say of their own place.
SYSCONFIG = Path(importlib.import_module(sysconfig._get_sysconfigdata_name()).__file__)


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    """A list of one Python that can be fetched; the digest in it is right."""
    archive = tmp_path / "python.tar.gz"
    with tarfile.open(archive, "w:gz") as packed:
        for name, content in (
            (f"python/bin/python{MINOR}", SCRIPT),
            (f"python/lib/python{MINOR}/os.py", ""),
            (f"python/lib/python{MINOR}/{SYSCONFIG.name}", SYSCONFIG.read_text()),
        ):
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o755
            packed.addfile(member, io.BytesIO(content.encode()))
    machine = platform.machine()
    row = {
        "name": "cpython", "arch": {"family": machine, "variant": None}, "os": "linux",
        "libc": "gnu", "major": 3, "minor": sys.version_info.minor, "patch": 99,
        "prerelease": "", "url": archive.as_uri(), "variant": None, "build": "20260101",
        "sha256": hashlib.sha256(archive.read_bytes()).hexdigest(),
    }  # fmt: skip
    listed = tmp_path / "list.json"
    listed.write_text(json.dumps({f"cpython-{MINOR}.99-linux-{machine}-gnu": row}))
    monkeypatch.setenv("UV_PYTHON_DOWNLOADS_JSON_URL", listed.as_uri())
    return archive


def fetch(state):
    return fetch_python(MINOR, state, Path(uv.find_uv_bin()))


def test_a_python_that_is_fetched_is_one_of_this_machine(
    mirror, open_folder, tmp_path, monkeypatch
):
    state = open_folder / "fetched"
    assert fetch(state) == ""
    assert {one.name for one in fetched_pythons(state)} == {f"python{MINOR}"}
    # Nothing else is known of.
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert MINOR in find_interpreters(state, tmp_path / "no-uv").usable


def test_what_is_not_what_uv_knows_is_not_taken(mirror, tmp_path):
    mirror.write_bytes(mirror.read_bytes() + b"more")
    assert "mismatch" in fetch(tmp_path / "state").lower()
    assert not list(fetched_pythons(tmp_path / "state"))


def test_where_it_could_not_be_had_from_is_said(tmp_path, mirror):
    mirror.unlink()
    assert "Failed to install" in fetch(tmp_path / "state")
