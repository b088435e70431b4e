"""The environment, its documents, and what a public Songbook must not run with."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SETTINGS = (ROOT / "hub" / "settings.py").read_text(encoding="utf-8")
READ = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', SETTINGS))
ROW = re.compile(r"^\| `([A-Z_]+)` \|", re.MULTILINE)
LINE = re.compile(r"^(?:# )?([A-Z_]+)=", re.MULTILINE)


def documented():
    """Return the variables of the table of what Songbook itself reads."""
    text = (ROOT / "docs" / "SETTINGS.md").read_text(encoding="utf-8")
    return set(ROW.findall(text.split("## What `dev` reads")[0]))


def test_the_settings_module_reads_what_we_think_it_reads():
    assert {"DATABASE_URL", "SECRET_KEY", "PUBLIC_URL", "SONGBOOK_STATE"} <= READ


def test_every_variable_is_documented_and_no_other():
    assert documented() == READ


def test_the_example_names_every_variable_and_no_other():
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert set(LINE.findall(text)) == READ


def start(**environment):
    """Load the web application as a server would; return its exit code and words."""
    plain = {"PATH": os.environ["PATH"], "SECRET_KEY": "k" * 50}
    ended = subprocess.run(
        [sys.executable, "-c", "import hub.wsgi"],
        cwd=ROOT,
        env=plain | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.returncode, ended.stderr


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"SECRET_KEY": "insecure-and-only-for-checks-and-tests"}, "hub.E001"),
        ({"DEBUG": "true"}, "hub.E002"),
        ({"ALLOWED_HOSTS": "other.example.org"}, "hub.E003"),
    ],
)
def test_a_public_address_with_a_laptops_settings_is_refused(environment, words):
    public = {
        "PUBLIC_URL": "https://hub.example.org",
        "ALLOWED_HOSTS": "hub.example.org",
    }
    code, said = start(**(public | environment))
    assert code == 1
    assert words in said


def test_a_public_address_with_settings_of_its_own_starts(tmp_path):
    key = tmp_path / "key"
    key.write_text("x" * 50, encoding="ascii")
    code, said = start(
        PUBLIC_URL="https://hub.example.org",
        ALLOWED_HOSTS="hub.example.org",
        SECRET_KEY_FILE=str(key),
    )
    assert (code, said) == (0, "")


def test_a_laptop_needs_no_settings():
    assert start() == (0, "")


def test_the_web_process_leaves_no_secret_in_its_environment():
    code = "import os, hub.web; print(dict(os.environ))"
    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "SECRET_KEY": "the-secret" * 5},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout.strip() == "{}"


def test_a_worker_refuses_a_public_address_with_a_laptops_settings():
    environment = {
        "PATH": os.environ["PATH"],
        "PUBLIC_URL": "https://hub.example.org",
        "ALLOWED_HOSTS": "hub.example.org",
    }
    command = [sys.executable, "-m", "celery", "-A", "hub", "worker", "-P", "threads"]
    ended = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode != 0
    assert "hub.E001" in ended.stderr


def test_a_bad_value_names_its_variable():
    code, said = start(CRAWL_TIMEOUT_S="soon")
    assert code == 1
    assert "CRAWL_TIMEOUT_S" in said


def test_a_file_may_end_with_a_newline_and_a_list_may_have_spaces(tmp_path):
    hosts = tmp_path / "hosts"
    hosts.write_text("a.example.org, hub.example.org\n", encoding="ascii")
    code, said = start(
        PUBLIC_URL="https://hub.example.org", ALLOWED_HOSTS_FILE=str(hosts)
    )
    assert (code, said) == (0, "")
