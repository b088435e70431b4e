"""`dev` in a checkout of its own, with commands that only say what they were told.

Without an index: the requirements are empty, and pip is told to ask nobody.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from embedded.installation import Stamp
from embedded.state import ROOT

COMMANDS = """
import json, sys
print(json.dumps({"python": sys.prefix, "words": sys.argv[1:]}))
"""
# Starts `dev` as a Python would that is too old for Songbook.
OLD_STARTER = """
import runpy, sys
sys.version_info, sys.executable = (3, 6, 15, "final", 0), sys.argv.pop(1)
sys.argv.pop(0)
runpy.run_path(sys.argv[0], run_name="__main__")
"""
TOO_OLD = """#!/bin/sh
echo '{"path": "/old", "version": [3, 6], "is_plain": true, "makes_venvs": true}'
"""
# As pyenv's shim of a version that is not chosen.
SHIM = "#!/bin/sh\nexit 127\n"
# The digest of an empty file of requirements.
EMPTY = hashlib.sha256(b"").hexdigest()
FIT = getattr(sys, "_base_executable", sys.executable)


@pytest.fixture
def checkout(tmp_path):
    """A checkout with a space in its path, and what `dev` needs of it."""
    folder = tmp_path / "a checkout"
    shutil.copytree(ROOT / "embedded", folder / "embedded")
    shutil.copy(ROOT / "dev", folder)
    (folder / "embedded" / "__main__.py").write_text(COMMANDS)
    (folder / "requirements").mkdir()
    for name in ("run.txt", "test.txt"):
        (folder / "requirements" / name).touch()
    return folder


@pytest.fixture
def programs(tmp_path):
    """A PATH on which the first Pythons do not do, and the last one does."""
    old = tmp_path / "old"
    shims = tmp_path / "pyenv" / "shims"
    versions = tmp_path / "pyenv" / "versions" / f"{sys.version_info[0]}.13.9" / "bin"
    for folder in (old, shims, versions):
        folder.mkdir(parents=True)
    for name, content in (("old/python3", TOO_OLD), ("pyenv/shims/python3.13", SHIM)):
        (tmp_path / name).write_text(content)
        (tmp_path / name).chmod(0o755)
    (versions / "python").symlink_to(FIT)
    return f"{old}{os.pathsep}{shims}{os.pathsep}/bin"


def environment(**changes):
    kept = {name: value for name, value in os.environ.items() if "SONGBOOK" not in name}
    return kept | {"PIP_NO_INDEX": "1", "PYTHON": FIT} | changes


def dev(checkout, *arguments, starter=(sys.executable,), **changes):
    return subprocess.Popen(
        [*starter, str(checkout / "dev"), *arguments],
        env=environment(**changes),
        cwd=checkout.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def answer(process):
    """Return what the command says of itself, and what `dev` said on the way there."""
    said, told = process.communicate()
    assert process.returncode == 0, told
    return json.loads(said), told


def test_two_at_once_on_a_bare_checkout_and_then_nothing_to_do(checkout):
    first, second = dev(checkout, "manage", "a b", "-c"), dev(checkout, "run")
    assert answer(first)[0]["words"] == ["manage", "a b", "-c"]
    found, _ = answer(second)
    assert Path(found["python"]) == checkout / ".venv"
    _, told = answer(dev(checkout, "run"))
    assert told == ""


@pytest.mark.parametrize("damage", ["its Python is gone", "unfinished", "moved"])
def test_damaged_environment_is_made_again(checkout, damage):
    folder = checkout / ".venv"
    (folder / "bin").mkdir(parents=True)
    if damage != "its Python is gone":
        (folder / "bin" / "python").symlink_to(FIT)
    made_at = "/elsewhere/.venv" if damage == "moved" else str(folder)
    is_complete = damage != "unfinished"
    stamp = Stamp(made_at, sys.version, {"run.txt": EMPTY}, is_complete)
    (folder / "songbook.json").write_text(json.dumps(asdict(stamp)))
    found, told = answer(dev(checkout, "run"))
    assert "removing" in told
    assert Path(found["python"]) == folder


def test_folder_that_is_no_environment_is_not_removed(checkout):
    mine = checkout / ".venv" / "mine"
    mine.parent.mkdir()
    mine.touch()
    process = dev(checkout, "run")
    assert "is no virtual environment" in process.communicate()[1]
    assert process.returncode == 1
    assert mine.exists()


def test_fit_python_is_found_behind_those_that_are_not(checkout, programs, tmp_path):
    starter = [sys.executable, "-c", OLD_STARTER, str(tmp_path / "old" / "python3")]
    changes = {"PATH": programs, "PYTHON": "", "PYENV_ROOT": "", "HOME": ""}
    answer(dev(checkout, "run", starter=starter, **changes))
    configuration = (checkout / ".venv" / "pyvenv.cfg").read_text()
    assert f"home = {tmp_path}/pyenv/versions/" in configuration
