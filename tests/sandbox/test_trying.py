"""One release, tried on one Python: what the record says, and what nobody gets away with."""

import json
from dataclasses import replace

import pytest
import requests

from sandbox.index import Unavailable
from sandbox.locking import NotASpec
from sandbox.providing import current_lock, provided
from sandbox.trying import Trial
from sandbox.workshop import NoInterpreter
from tests.sandbox.connectors import ALPHA, sdist_of, wheel_of
from tests.scrapers.packages import Answer

# Every test here is made at each level that a machine has of its own.
pytestmark = pytest.mark.usefixtures("level")


@pytest.fixture
def attempt(workshop, python):
    """Try a release; a tap gets a config with a stream, if it asks."""

    def attempt(spec, *, config=None, shop=workshop, source=None, **more):
        options = {"discover": spec.startswith("tap")} | more
        trial = Trial(workshop=shop, config_for=lambda *_: config, **options)
        return trial.of(spec, python=python, source=source)

    return attempt


def step(record, name):
    [found] = [step for step in record["steps"] if step["name"] == name]
    return found


def names(record):
    return [step["name"] for step in record["steps"]]


def test_record_says_what_a_connector_answered(index, attempt, python):
    index.put("tap-alpha", wheel_of("tap-alpha", License="MIT", Summary="It taps."))
    record = attempt("tap-alpha==1.0", config={"stream": "orders"})
    assert (record["name"], record["version"]) == ("tap-alpha", "1.0")
    assert (record["python"], record["rescue"]) == (python, "")
    assert record["interpreter"].startswith(python)
    assert record["executables"] == ["tap-alpha"]
    assert record["metadata"]["summary"] == "It taps."
    assert names(record) == [
        "resolve", "download", "install", "import",
        "help", "version", "about", "discover", "bad-config", "discover-config",
    ]  # fmt: skip
    assert step(record, "help")["stdout"] == "usage: tap-alpha\n"
    assert json.loads(step(record, "about")["stdout"])["capabilities"] == ["catalog"]
    assert step(record, "discover")["exit_code"] == 1
    assert "A config is needed." in step(record, "discover")["stderr"]
    assert "orders" in step(record, "discover-config")["stdout"]
    assert step(record, "discover-config")["config"] == {"stream": "orders"}
    assert "FileNotFoundError" in step(record, "bad-config")["stderr"]


def test_record_says_what_held_the_release_and_not_where(
    index, attempt, level, workshop
):
    code = ALPHA + "    raise ValueError(__file__, sys.argv[0], sys.path)\n"
    index.put("tap-alpha", sdist_of("tap-alpha", code, version="1.05"))
    record = attempt("tap-alpha")
    assert record["level"] == level
    assert "/opt/connector/lib/python" in step(record, "help")["stderr"]
    assert "/work/missing.json" in step(record, "bad-config")["stderr"]
    said = json.dumps(record)
    assert str(workshop.state) not in said
    assert "songbook-run" not in said


def test_config_is_made_of_what_the_connector_says(index, workshop, python):
    index.put("tap-alpha", wheel_of("tap-alpha"))
    said = []
    trial = Trial(
        workshop=workshop,
        config_for=lambda about, _: said.append(about),
        discover=True,
    )
    trial.of("tap-alpha", python=python)
    assert said == [{"name": "tap-alpha", "capabilities": ["catalog"]}]


def test_packages_are_those_of_the_lock(index, attempt):
    index.put("tap-alpha", wheel_of("tap-alpha", Requires_Dist="lib-b>=1"))
    index.put("lib-b", wheel_of("lib-b", License="Apache-2.0"))
    record = attempt("tap-alpha")
    rows = {row["name"]: row for row in record["packages"]}
    assert list(rows) == ["lib-b", "tap-alpha"]
    assert rows["lib-b"]["license"] == "Apache-2.0"
    assert rows["lib-b"]["filename"] == "lib_b-1.0-py3-none-any.whl"
    assert not rows["lib-b"]["built"]


def test_lock_is_known_until_a_page_changes(index, attempt, workshop, python):
    index.put("tap-alpha", wheel_of("tap-alpha"))
    assert current_lock("tap-alpha", python=python, workshop=workshop) is None
    first = attempt("tap-alpha")
    again = current_lock("tap-alpha", python=python, workshop=workshop)
    assert again == first["lock"]
    index.put("tap-alpha", wheel_of("tap-alpha"), wheel_of("tap-alpha", version="2.0"))
    workshop.index._page_life_s = 0
    assert current_lock("tap-alpha", python=python, workshop=workshop) is None
    assert attempt("tap-alpha")["version"] == "2.0"


def test_release_that_can_not_be_resolved_ends_there(index, attempt):
    index.put("tap-alpha", wheel_of("tap-alpha", Requires_Dist="lib-none"))
    record = attempt("tap-alpha")
    assert names(record) == ["resolve"]
    assert step(record, "resolve")["exit_code"] == 1
    assert "lib-none" in step(record, "resolve")["stderr"]


def test_index_with_a_fault_is_blamed_and_not_the_release(index, attempt):
    index.answers["/simple/tap-alpha/"] = Answer(503, "text/plain", b"")
    with pytest.raises(Unavailable):
        attempt("tap-alpha")


@pytest.mark.parametrize("spec", ["tap @ https://a.test/tap.whl", "-r x", "../tap", ""])
def test_only_names_of_packages_are_tried(attempt, spec):
    with pytest.raises(NotASpec):
        attempt(spec)


def test_python_that_is_not_there_is_said(workshop):
    with pytest.raises(NoInterpreter):
        current_lock("tap-alpha", python="3.1", workshop=workshop)


def test_missing_pkg_resources_is_rescued(index, attempt):
    index.put("tap-alpha", wheel_of("tap-alpha", "import pkg_resources\ndef main(): 0"))
    old = wheel_of("setuptools", version="80.0", more={"pkg_resources.py": ""})
    index.put("setuptools", old, wheel_of("setuptools", version="82.0"))
    record = attempt("tap-alpha")
    assert record["rescue"] == "setuptools<81"
    assert step(record, "import")["exit_code"] == 0
    assert [row["version"] for row in record["packages"]] == ["80.0", "1.0"]


def test_rescue_that_does_not_help_is_none(index, attempt):
    code = "def main():\n    import pkg_resources.absent"
    index.put("tap-alpha", wheel_of("tap-alpha", code))
    index.put("setuptools", wheel_of("setuptools", version="80.0"))
    record = attempt("tap-alpha")
    assert record["rescue"] == ""
    assert step(record, "help")["exit_code"] == 1
    assert "about" in names(record)


def test_import_error_is_said_with_the_help_that_fails_too(index, attempt):
    index.put("tap-alpha", wheel_of("tap-alpha", "raise ValueError('broken')"))
    record = attempt("tap-alpha")
    assert "ValueError: broken" in step(record, "import")["stderr"]
    assert names(record)[-2:] == ["import", "help"]


def test_connector_that_can_not_be_imported_alone_is_run_plainly(index, attempt):
    code = (
        "import sys\n"
        "if not sys.argv[1:]: raise ValueError('Nothing to do.')\n"
        "def main(): print('usage')\n"
    )
    index.put("tap-alpha", wheel_of("tap-alpha", code))
    record = attempt("tap-alpha")
    assert step(record, "import")["exit_code"] == 1
    assert step(record, "help")["stdout"] == "usage\n"
    assert step(record, "about")["exit_code"] == 0


@pytest.mark.parametrize(
    ("code", "exit_code", "stderr"),
    [
        ("return 3", 3, ""),
        ("raise SystemExit('No.')", 1, "No.\n"),
        ("sys.exit()", 0, ""),
        ("import atexit; atexit.register(print, 'end', file=sys.stderr)", 0, "end\n"),
        (
            "threading.Timer(0.05, print, ['late'], {'file': sys.stderr}).start()",
            0,
            "late\n",
        ),
    ],
)
def test_call_ends_as_the_console_script_would(index, attempt, code, exit_code, stderr):
    source = f"import sys, threading\ndef main():\n    {code}\n"
    index.put("target-alpha", wheel_of("target-alpha", source))
    found = step(attempt("target-alpha"), "help")
    assert (found["exit_code"], found["stderr"]) == (exit_code, stderr)


def test_call_that_dies_of_a_signal_says_which(index, attempt):
    code = "import os\ndef main(): os.kill(os.getpid(), 11)\n"
    index.put("target-alpha", wheel_of("target-alpha", code))
    found = step(attempt("target-alpha"), "help")
    assert (found["ending"], found["signal"]) == ("signalled", 11)


def test_call_that_never_ends_is_ended_and_the_next_is_made(index, attempt, workshop):
    code = (
        "import signal, sys, time\n"
        "def main():\n"
        "    signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "    print('x', flush=True)\n"
        "    while '--help' in sys.argv: time.sleep(1)\n"
    )
    index.put("target-alpha", wheel_of("target-alpha", code))
    record = attempt("target-alpha", shop=replace(workshop, call_s=3))
    assert step(record, "help")["ending"] == "timed-out"
    assert step(record, "help")["stdout"] == "x\n"
    assert step(record, "version")["exit_code"] == 0


def test_endless_output_is_ended_and_the_next_call_is_made(index, attempt):
    code = (
        "import sys\ndef main():\n    while '--help' in sys.argv: print('x' * 9999)\n"
    )
    index.put("target-alpha", wheel_of("target-alpha", code))
    record = attempt("target-alpha")
    assert step(record, "help")["ending"] == "output"
    assert len(step(record, "help")["stdout"]) < 17_000
    assert step(record, "version")["exit_code"] == 0


def test_texts_are_fit_to_be_kept(index, attempt):
    code = "import os\ndef main(): os.write(1, b'a\\0b\\xff')\n"
    index.put("target-alpha", wheel_of("target-alpha", code))
    assert step(attempt("target-alpha"), "help")["stdout"] == "a\ufffdb\ufffd"


def test_source_distribution_is_built_once(index, attempt):
    index.put("tap-alpha", sdist_of("tap-alpha"))
    first, again = attempt("tap-alpha"), attempt("tap-alpha")
    assert step(first, "build")["exit_code"] == 0
    assert "build" not in names(again)
    assert step(again, "help")["stdout"] == "usage: tap-alpha\n"
    assert [row["built"] for row in again["packages"]] == [True]


def test_build_reaches_nothing(index, attempt, monkeypatch, index_server):
    monkeypatch.setenv("SONGBOOK_SECRET", "do-not-tell")
    port = index_server.server.server_port
    index.answers["/elsewhere"] = Answer(200, "text/plain", b"the index itself")
    assert requests.get(f"http://127.0.0.1:{port}/elsewhere", timeout=9).ok
    prepare = f"""
        import json, socket, sys
        found = []
        for place in ("/opt/tools/uv", "/opt/tools/x", "/etc/x", "/usr/x"):
            try:
                open(place, "ab").close()
                found.append(place)
            except OSError:
                pass
        for address in ("127.0.0.1", "localhost"):
            try:
                line = socket.create_connection((address, {port}), timeout=2)
                line.sendall(b"GET /elsewhere HTTP/1.0\\r\\n\\r\\n")
                if b"the index itself" in line.makefile("rb").read():
                    found.append("index")
            except OSError:
                pass
        found += [name for name in os.environ if "SECRET" in name or "DATABASE" in name]
        print("found", json.dumps(found), file=sys.stderr)
    """
    index.put("tap-alpha", sdist_of("tap-alpha", version="1.1", prepare=prepare))
    assert "found []" in step(attempt("tap-alpha"), "build")["stderr"]


def test_build_that_hangs_is_ended(index, attempt, workshop):
    prepare = "import time; time.sleep(999)"
    index.put("tap-alpha", sdist_of("tap-alpha", version="1.2", prepare=prepare))
    record = attempt("tap-alpha", shop=replace(workshop, build_s=2))
    assert step(record, "build")["ending"] == "timed-out"
    assert names(record)[-1] == "build"


def test_build_with_endless_output_is_ended(index, attempt):
    prepare = "while True: os.write(2, b'x' * 9999)"
    index.put("tap-alpha", sdist_of("tap-alpha", version="1.3", prepare=prepare))
    # uv keeps what a build says until it is over.
    assert step(attempt("tap-alpha"), "build")["ending"] in {"output", "memory"}


def test_wheel_of_another_package_is_not_taken(index, attempt):
    name = "requests-9.0-py3-none-any.whl"
    index.put("tap-alpha", sdist_of("tap-alpha", version="1.4", filename=name))
    record = attempt("tap-alpha")
    assert step(record, "build")["exit_code"] == 1
    assert names(record)[-1] == "build"


@pytest.mark.parametrize(
    ("member", "said"),
    [
        ("../../../../escaped.py", "leads out"),
        ("/escaped.py", "leads out"),
        ("tap_alpha-1.5.data/data/pyvenv.cfg", "environment's own"),
        ("tap_alpha-1.5.data/data/bin/python3", "environment's own"),
    ],
)
def test_wheel_that_reaches_out_is_not_installed(index, attempt, member, said):
    index.put("tap-alpha", wheel_of("tap-alpha", version="1.5", more={member: "x"}))
    record = attempt("tap-alpha")
    assert names(record)[-1] == "install"
    assert said in step(record, "install")["stderr"]


def test_code_that_runs_at_every_start_runs_in_the_sandbox_alone(
    index, attempt, open_folder
):
    place = open_folder / "written"
    place.mkdir(mode=0o777, exist_ok=True)
    place.chmod(0o777)
    start = f"import os; os.path.isdir('{place}') and open('{place}/x', 'w')"
    more = {"start.pth": start + "\n", "sitecustomize.py": start + "\n"}
    index.put("tap-alpha", wheel_of("tap-alpha", version="1.6", more=more))
    assert step(attempt("tap-alpha"), "help")["exit_code"] == 0
    assert list(place.iterdir()) == []


FORGERY = """
import json, os, socket, sys, glob
REPORT = json.dumps({"ending": "exited", "exit_code": 0, "signal": None, "seconds": 0.0,
    "cpu_seconds": 0.0, "peak_bytes": 0, "lengths": [6, 0], "stdout_bytes": 6,
    "stderr_bytes": 0}).encode() + b"\\nforged"
tried = []
zygote = os.getpid()
def forge():
    try:
        line = socket.socket(socket.AF_UNIX)
        line.connect("/run/index.sock")
        line.sendall(REPORT)
        tried.append("socket")
    except OSError:
        pass
    try:
        socket.create_connection(("127.0.0.1", 1)).sendall(REPORT)
        tried.append("port")
    except OSError:
        pass
    for path in glob.glob("/proc/[0-9]*/fd/*"):
        pid = path.split("/")[2]
        if pid in {str(os.getpid()), str(zygote)}:
            # Its own; it may lie about itself in easier ways.
            continue
        try:
            fd = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
            os.write(fd, REPORT)
        except OSError:
            pass
forge()
def main():
    forge()
    os.write(1, REPORT)
    sys.stderr.write(repr(tried))
    sys.exit(7)
"""


def test_nothing_that_a_connector_does_passes_for_a_report(index, attempt):
    index.put("target-alpha", wheel_of("target-alpha", FORGERY, version="1.7"))
    record = attempt("target-alpha")
    for name in ("help", "version", "about", "bad-config"):
        assert step(record, name)["exit_code"] == 7
        assert step(record, name)["stdout"].startswith('{"ending"')
        assert step(record, name)["stderr"] == "[]"


def test_killing_everything_ends_the_record_and_nothing_else(index, attempt):
    code = "import os\ndef main(): os.kill(-1, 9)\n"
    index.put("target-alpha", wheel_of("target-alpha", code, version="1.8"))
    record = attempt("target-alpha")
    assert step(record, "import")["exit_code"] == 0
    assert {step(record, name)["ending"] for name in ("help", "about")} == {"signalled"}


def test_daemons_of_an_import_hold_nothing_up(index, attempt):
    code = (
        "import os, time\n"
        "if not os.fork():\n"
        "    os.setsid()\n"
        "    if not os.fork(): time.sleep(999)\n"
        "    os._exit(0)\n"
        "def main(): print('usage')\n"
    )
    index.put("target-alpha", wheel_of("target-alpha", code, version="1.9"))
    record = attempt("target-alpha")
    assert step(record, "help")["stdout"] == "usage\n"
    assert sum(step["seconds"] for step in record["steps"]) < 100


def test_package_without_a_console_script_says_so(index, attempt):
    more = {"tap_alpha-2.0.dist-info/entry_points.txt": ""}
    index.put("tap-alpha", wheel_of("tap-alpha", version="2.0", more=more))
    record = attempt("tap-alpha")
    assert record["executables"] == []
    assert "no console script" in step(record, "import")["stderr"]


def test_provided_release_is_gone_at_the_end(index, workshop, python):
    index.put("tap-alpha", wheel_of("tap-alpha"))
    with provided("tap-alpha", python=python, workshop=workshop) as done:
        assert done.wheel.name == "tap_alpha-1.0-py3-none-any.whl"
        folder = done.environment.folder
        assert (folder / "bin" / "python").is_symlink()
    assert not folder.exists()


def test_byte_code_is_compiled_once_and_linked(index, workshop, python):
    index.put("tap-alpha", wheel_of("tap-alpha"))
    links = []
    for _ in range(2):
        with provided("tap-alpha", python=python, workshop=workshop) as done:
            [cached] = done.environment.folder.rglob("tap_alpha.*.pyc")
            links.append(cached.stat().st_nlink)
    assert links[-1] > 1
