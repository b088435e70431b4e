"""The Pythons of this machine that connectors can be tried on."""

import os
import sys
from pathlib import Path

import pytest
import uv

import sandbox
from sandbox.accounts import account
from sandbox.interpreters import find_interpreters


@pytest.mark.parametrize("which", [0, -1])
def test_interpreter_that_is_found_runs_in_the_sandbox(workshop, which):
    minors = sorted(workshop.interpreters, key=lambda minor: int(minor.split(".")[1]))
    for interpreter in (workshop.interpreters[minors[which]],):
        code = "import ssl, sqlite3, platform; print(platform.python_version())"
        run = sandbox.run(
            [str(interpreter.executable), "-I", "-c", code],
            readable=interpreter.readable,
        )
        assert run.stdout.decode().strip() == interpreter.version, run.stderr


def test_interpreter_ranks_tags_of_its_own_version_first(workshop, python):
    digits = python.replace(".", "")
    tags = workshop.interpreters[python].tags
    best = min(tags, key=tags.__getitem__)
    assert (best.interpreter, best.abi) == (f"cp{digits}", f"cp{digits}")


@pytest.fixture
def pyenv(tmp_path, monkeypatch):
    """A folder of pyenv's with nothing in it, in place of the user's."""
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    return tmp_path


def test_program_that_is_no_python_is_reported(pyenv, open_folder):
    fake = pyenv / "versions/3.12.99/bin/python3.12"
    fake.parent.mkdir(parents=True)
    fake.write_text("#!/bin/sh\necho no\n")
    fake.chmod(0o755)
    found = find_interpreters(open_folder / "found", Path(uv.find_uv_bin()))
    assert found.unusable[fake] == "It does not run."


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's sandbox is another account")
def test_interpreter_in_a_private_folder_is_copied(workshop):
    for interpreter in workshop.interpreters.values():
        # Asked as the account itself, which is not the way that it is decided.
        is_private = not account().can_read(interpreter.prefix)
        assert (interpreter.folder != interpreter.prefix) == is_private


def test_environment_is_no_interpreter_of_its_own(workshop):
    for interpreter in workshop.interpreters.values():
        assert Path(sys.prefix) != interpreter.prefix or sys.prefix == sys.base_prefix
