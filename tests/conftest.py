"""What all tests share: nothing leaves the machine's temporary folders."""

import os
from io import StringIO
from pathlib import Path

import hypothesis
import pytest
from django.core.management import call_command
from hypothesis.internal.conjecture import providers

from tests.definitions import DefinitionsFolder

# Playwright's sync API runs an event loop in the test's own thread, where Django would
# refuse the database although nothing else runs in that thread.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

# A shared machine makes any deadline a matter of luck, and a failure must come again.
hypothesis.settings.register_profile("songbook", deadline=None, derandomize=True)
hypothesis.settings.load_profile("songbook")
# Else examples have constants of whatever modules this worker happens to have loaded.
providers.is_local_module_file = lambda _path: False

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
REAL_DEFINITIONS = SHARED / "data" / "meltano-hub"


def pytest_addoption(parser):
    parser.addoption(
        "--no-skips", action="store_true", help="a skipped test fails the run"
    )


def pytest_configure(config):
    if config.getoption("--no-skips"):
        config.pluginmanager.register(SkipsFail())


class SkipsFail:
    """Fails a run in which a test was skipped: CI has everything that a test may want."""

    def __init__(self):
        self.skipped = []

    def pytest_runtest_logreport(self, report):
        if report.skipped and not hasattr(report, "wasxfail"):
            self.skipped.append(report)

    def pytest_sessionfinish(self, session):
        if self.skipped:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter):
        for report in self.skipped:
            reason = report.longrepr[2] if report.longrepr else ""
            terminalreporter.write_line(
                f"SKIPPED, which fails: {report.nodeid} {reason}"
            )


@pytest.fixture(autouse=True)
def _published_root(settings, tmp_path):
    settings.PUBLISHED_ROOT = tmp_path / "published"


@pytest.fixture(autouse=True)
def _local_hosts(settings):
    """Servers of tests are on loopback, and need no rest between two requests."""
    settings.CRAWL_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    settings.CRAWL_PACE_S = 0


@pytest.fixture(autouse=True)
def _no_probes(settings):
    """What a test is not about is not tried: that takes seconds."""
    settings.PROBE = False


@pytest.fixture
def folder(tmp_path):
    """A tree of definitions with two extractors and a loader."""
    tree = DefinitionsFolder(tmp_path / "definitions")
    tree.write("extractors", "tap-alpha", "ada")
    tree.write("extractors", "tap-alpha", "bo")
    tree.write("extractors", "tap-beta", "ada")
    tree.write("loaders", "target-gamma", "ada")
    tree.defaults({"extractors": {"tap-alpha": "ada", "tap-beta": "ada"}})
    return tree


@pytest.fixture(scope="session")
def real_definitions():
    """The real public catalogue's definitions, where they lie beside the project."""
    if not REAL_DEFINITIONS.is_dir():
        pytest.skip(f"the real definitions are not at {REAL_DEFINITIONS}")
    return REAL_DEFINITIONS


@pytest.fixture
def manage():
    """Run a management command as a person does, and return what it prints."""

    def run(command, *arguments):
        said = StringIO()
        call_command(command, *map(str, arguments), stdout=said)
        return said.getvalue()

    return run


@pytest.fixture
def crawl(manage):
    """Crawl a place, and return what the command prints."""
    return lambda place, *options: manage("crawl", place, *options)
